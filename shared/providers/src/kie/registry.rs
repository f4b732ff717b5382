//! The models, typed. Field names differ per model and a wrong one is ignored in silence, and durations are numbers in
//! some and text in others: so each family has its own struct, and an order that a family cannot express is refused
//! before anybody is asked.

mod family;
mod input;

use std::fmt;

use domain::video::Aspect;
use serde::Serialize;

pub use family::{FORMS, Family};
use input::Input;

use crate::order::Wanted;
use crate::{Photo, Quality, Unsupported, VideoOrder};

/// An order for one video, picture or sound.
#[derive(Clone, PartialEq, Eq)]
pub struct TaskOrder {
    /// Which models.
    pub family: Family,
    /// What is to be seen or heard.
    pub prompt: String,
    /// The photo it begins with or changes, where the provider can fetch it; `None` for words alone.
    pub first_frame: Option<String>,
    /// The shape. With a photo, some families follow the photo instead.
    pub aspect: Aspect,
    /// Seconds.
    pub duration_s: u32,
    /// `None`: the family's usual one.
    pub quality: Option<Quality>,
    /// Whether there is to be sound.
    pub sound: bool,
    /// Where the provider tells that it is done: see [`crate::ticket::callback_url`].
    pub callback_url: String,
}

impl fmt::Debug for TaskOrder {
    /// Without the prompt, the photo and the callback address, whose MAC is a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskOrder")
            .field("family", &self.family)
            .field("with_photo", &self.first_frame.is_some())
            .field("aspect", &self.aspect)
            .field("duration_s", &self.duration_s)
            .finish_non_exhaustive()
    }
}

/// The body of an order.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Request<'o>(Body<'o>);

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Body<'o> {
    /// `createTask`: every model of the market.
    Task {
        model: &'static str,
        #[serde(rename = "callBackUrl")]
        callback_url: &'o str,
        input: Input<'o>,
    },
    /// `generate`: Suno's songs. Not in its custom mode, so that it writes words and title by itself.
    Song {
        prompt: &'o str,
        #[serde(rename = "customMode")]
        custom_mode: bool,
        instrumental: bool,
        model: &'static str,
        #[serde(rename = "callBackUrl")]
        callback_url: &'o str,
    },
}

impl Request<'_> {
    /// Where it is sent, below the API's base.
    pub fn path(&self) -> &'static str {
        match self.0 {
            Body::Task { .. } => "/api/v1/jobs/createTask",
            Body::Song { .. } => "/api/v1/generate",
        }
    }
}

impl TaskOrder {
    /// What is sent to the provider, or why it cannot be said.
    pub fn request(&self) -> Result<Request<'_>, Unsupported> {
        self.family.form().allows(self.wanted())?;
        let callback_url = &self.callback_url;
        if self.family == Family::SunoV5 {
            return Ok(Request(Body::Song {
                prompt: &self.prompt,
                custom_mode: false,
                instrumental: false,
                model: "V5",
                callback_url,
            }));
        }
        let (model, input) = input::of(self).ok_or(Unsupported::Retired)?;
        Ok(Request(Body::Task {
            model,
            callback_url,
            input,
        }))
    }

    /// An order in KIE.AI's terms, or why there is none.
    pub fn of(order: &VideoOrder) -> Result<Self, Unsupported> {
        let family = Family::parse(&order.family).ok_or(Unsupported::Family)?;
        let first_frame = match &order.first_frame {
            None => None,
            Some(Photo::Link(url)) => Some(url.clone()),
            // Its models fetch photos by themselves.
            Some(Photo::Bytes { .. }) => return Err(Unsupported::Image),
        };
        Ok(Self {
            family,
            prompt: order.prompt.clone(),
            first_frame,
            aspect: order.aspect,
            duration_s: order.duration_s,
            quality: order.quality,
            sound: order.sound,
            callback_url: order.callback_url.clone(),
        })
    }

    fn wanted(&self) -> Wanted<'_> {
        Wanted {
            prompt: &self.prompt,
            with_photo: self.first_frame.is_some(),
            aspect: self.aspect,
            duration_s: self.duration_s,
            sound: self.sound,
            quality: self.quality,
        }
    }
}

#[cfg(test)]
mod tests;
