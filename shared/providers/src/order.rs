//! What is ordered, in words that do not depend on the provider, and what a request form can express of it.

use std::fmt;

use bytes::Bytes;
use domain::catalog::Makes;
use domain::video::{Aspect, Quality};

/// A photo as a provider takes it: see [`Provider::take_photo`](crate::Provider::take_photo).
#[derive(Clone, PartialEq, Eq)]
pub enum Photo {
    /// Under this address the provider can fetch it.
    Link(String),
    /// It goes along with the order.
    Bytes {
        /// Its media type.
        mime: String,
        /// The picture.
        bytes: Bytes,
    },
}

impl fmt::Debug for Photo {
    /// Without the address, which shows somebody's photo, and without the photo.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link(_) => f.write_str("Link"),
            Self::Bytes { mime, bytes } => write!(f, "Bytes({mime}, {})", bytes.len()),
        }
    }
}

/// An order for one video, or for whatever else its form makes.
#[derive(Clone, PartialEq, Eq)]
pub struct VideoOrder {
    /// The provider's request form, by its name in the settings. It says what is made.
    pub family: String,
    /// What is to be seen or heard; the very words, where they are to be spoken.
    pub prompt: String,
    /// The photo that a video begins with, or that is to be changed; `None` for words alone.
    pub first_frame: Option<Photo>,
    /// The shape. With a photo, some families follow the photo instead; what is heard has none.
    pub aspect: Aspect,
    /// Seconds; 0 where what is made has no length to choose.
    pub duration_s: u32,
    /// `None`: the family's usual one.
    pub quality: Option<Quality>,
    /// Whether there is to be sound.
    pub sound: bool,
    /// Where the provider tells that it is done: see [`crate::ticket::callback_url`].
    pub callback_url: String,
    /// Our own name of the submission, for a provider that can be asked by it: see [`crate::ticket::own_name`].
    pub name: String,
}

impl fmt::Debug for VideoOrder {
    /// Without the prompt, the photo and the callback address, whose MAC is a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VideoOrder")
            .field("family", &self.family)
            .field("with_photo", &self.first_frame.is_some())
            .field("aspect", &self.aspect)
            .field("duration_s", &self.duration_s)
            .finish_non_exhaustive()
    }
}

/// Models of one provider that take the same request form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// The name by which rows of settings choose it.
    pub name: &'static str,
    /// What comes out.
    pub makes: Makes,
    /// What it can do.
    pub caps: Caps,
    /// Nobody renders it any more; kept so that an old row is recognised and refused.
    pub retired: bool,
}

/// The only length of what has none to choose: it is made, from words or from a photo, as long as it gets.
pub const NO_LENGTH: &[u32] = &[0];

/// Of what a family has a choice of quality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qualities {
    /// Of nothing: all is made as it is usually made.
    No,
    /// Of what begins with a photo.
    FromPhoto,
    /// Of everything.
    Yes,
}

impl Qualities {
    /// Whether there is a choice for such an order.
    pub fn offers(self, with_photo: bool) -> bool {
        match self {
            Self::No => false,
            Self::FromPhoto => with_photo,
            Self::Yes => true,
        }
    }
}

/// What a family can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Seconds that it renders from words alone, or [`NO_LENGTH`]; none if it needs a photo.
    pub durations_text_s: &'static [u32],
    /// Seconds that it renders from a photo, or [`NO_LENGTH`]; none if it takes no photo.
    pub durations_image_s: &'static [u32],
    /// Shapes that it renders from words alone.
    pub aspects_text: &'static [Aspect],
    /// Whether a video from a photo keeps the photo's shape, whatever the order says.
    pub image_keeps_its_shape: bool,
    /// The shortest prompt, in characters.
    pub prompt_chars_min: usize,
    /// The longest prompt, in characters.
    pub prompt_chars_max: usize,
    /// Whether it can make sound.
    pub sound: bool,
    /// Of what it has a choice of quality.
    pub qualities: Qualities,
}

impl Caps {
    /// Whether it takes words alone.
    pub fn text(&self) -> bool {
        !self.durations_text_s.is_empty()
    }

    /// Whether it takes a photo.
    pub fn image(&self) -> bool {
        !self.durations_image_s.is_empty()
    }
}

/// The part of an order that a family may not be able to express.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'o> {
    pub(crate) prompt: &'o str,
    pub(crate) with_photo: bool,
    pub(crate) aspect: Aspect,
    pub(crate) duration_s: u32,
    pub(crate) sound: bool,
    pub(crate) quality: Option<Quality>,
}

impl<'o> From<&'o VideoOrder> for Wanted<'o> {
    fn from(order: &'o VideoOrder) -> Self {
        Self {
            prompt: &order.prompt,
            with_photo: order.first_frame.is_some(),
            aspect: order.aspect,
            duration_s: order.duration_s,
            sound: order.sound,
            quality: order.quality,
        }
    }
}

impl Form {
    /// Whether such an order can be said in this form, and if not, why.
    pub fn check(&self, order: &VideoOrder) -> Result<(), Unsupported> {
        self.allows(order.into())
    }

    pub(crate) fn allows(&self, wanted: Wanted<'_>) -> Result<(), Unsupported> {
        if self.retired {
            return Err(Unsupported::Retired);
        }
        let (caps, with_photo) = (self.caps, wanted.with_photo);
        let Wanted {
            aspect, duration_s, ..
        } = wanted;
        let durations = if with_photo {
            caps.durations_image_s
        } else {
            caps.durations_text_s
        };
        let chars = wanted.prompt.chars().count();
        let refusals = [
            (!with_photo && !caps.text(), Unsupported::Text),
            (with_photo && !caps.image(), Unsupported::Image),
            (
                !durations.contains(&duration_s),
                Unsupported::Duration { duration_s },
            ),
            (
                !with_photo && self.makes.has_shapes() && !caps.aspects_text.contains(&aspect),
                Unsupported::Aspect { aspect },
            ),
            (
                !(caps.prompt_chars_min..=caps.prompt_chars_max).contains(&chars),
                Unsupported::Prompt { chars },
            ),
            (wanted.sound && !caps.sound, Unsupported::Sound),
            (
                wanted.quality.is_some() && !caps.qualities.offers(with_photo),
                Unsupported::Quality,
            ),
        ];
        refusals
            .into_iter()
            .find_map(|(holds, why)| holds.then_some(why))
            .map_or(Ok(()), Err)
    }
}

/// Why a family cannot express an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Unsupported {
    /// There is no such family.
    #[error("there is no such family")]
    Family,
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
    /// It has no choice of quality.
    #[error("the model has no choice of quality")]
    Quality,
}
