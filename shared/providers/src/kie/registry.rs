//! The models, typed. Field names differ per model and a wrong one is ignored in silence, and durations are numbers in
//! some and text in others: so each family has its own struct, and an order that a family cannot express is refused
//! before anybody is asked.

mod family;
mod input;

use std::fmt;

use domain::video::Aspect;
use serde::Serialize;

pub use family::{Caps, Family};
use input::Input;

/// How much the picture may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quality {
    /// The cheaper one.
    Standard,
    /// The dearer one.
    High,
}

/// An order for one video.
#[derive(Clone, PartialEq, Eq)]
pub struct TaskOrder {
    /// Which models.
    pub family: Family,
    /// What is to be seen.
    pub prompt: String,
    /// The photo it begins with, where the provider can fetch it; `None` for words alone.
    pub first_frame: Option<String>,
    /// The shape. With a photo, some families follow the photo instead.
    pub aspect: Aspect,
    /// Seconds.
    pub duration_s: u32,
    /// `None`: the family's usual one.
    pub quality: Option<Quality>,
    /// Whether there is to be sound.
    pub sound: bool,
    /// Where the provider tells that it is done: see [`super::callback::callback_url`].
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

/// Why a family cannot express an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// Nobody renders it any more.
    #[error("the model is retired")]
    Retired,
    /// It needs a photo.
    #[error("the model does not take words alone")]
    Text,
    /// It takes no photo.
    #[error("the model does not take a photo")]
    Image,
    /// It cannot be that long or that short.
    #[error("the model does not render {duration_s} s")]
    Duration {
        /// What was asked for.
        duration_s: u32,
    },
    /// It does not render that shape from words.
    #[error("the model does not render {}", aspect.as_str())]
    Aspect {
        /// What was asked for.
        aspect: Aspect,
    },
    /// The prompt is too short or too long.
    #[error("the model does not take a prompt of {chars} characters")]
    Prompt {
        /// How long it is.
        chars: usize,
    },
    /// It is silent.
    #[error("the model makes no sound")]
    Sound,
}

/// The body of `createTask`.
#[derive(Debug, Serialize)]
pub struct Request<'o> {
    model: &'static str,
    #[serde(rename = "callBackUrl")]
    callback_url: &'o str,
    input: Input<'o>,
}

impl TaskOrder {
    /// What is sent to the provider, or why it cannot be said.
    pub fn request(&self) -> Result<Request<'_>, Unsupported> {
        self.check()?;
        let (model, input) = input::of(self).ok_or(Unsupported::Retired)?;
        Ok(Request {
            model,
            callback_url: &self.callback_url,
            input,
        })
    }

    fn check(&self) -> Result<(), Unsupported> {
        let caps = self.family.caps();
        let chars = self.prompt.chars().count();
        let durations = if self.first_frame.is_some() {
            caps.durations_image_s
        } else {
            caps.durations_text_s
        };
        match self {
            _ if self.family.is_retired() => Err(Unsupported::Retired),
            Self {
                first_frame: None, ..
            } if !caps.text() => Err(Unsupported::Text),
            Self {
                first_frame: Some(_), ..
            } if !caps.image() => Err(Unsupported::Image),
            Self { duration_s, .. } if !durations.contains(duration_s) => Err(Unsupported::Duration {
                duration_s: *duration_s,
            }),
            Self {
                first_frame: None,
                aspect,
                ..
            } if !caps.aspects_text.contains(aspect) => Err(Unsupported::Aspect { aspect: *aspect }),
            _ if !(caps.prompt_chars_min..=caps.prompt_chars_max).contains(&chars) => {
                Err(Unsupported::Prompt { chars })
            }
            Self { sound: true, .. } if !caps.sound => Err(Unsupported::Sound),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
