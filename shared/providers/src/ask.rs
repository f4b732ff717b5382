//! Words that are asked for: the answer has them.

use std::fmt;

use bytes::Bytes;

use crate::Photo;

/// A request for words.
#[derive(Clone, PartialEq, Eq)]
pub struct Ask {
    /// The provider's request form, by its name in the settings.
    pub family: String,
    /// What is asked.
    pub about: About,
}

/// What is asked.
#[derive(Clone, PartialEq, Eq)]
pub enum About {
    /// An answer to words, or to a photo, or to both.
    Words {
        /// How to answer.
        instructions: String,
        /// The customer's words.
        words: String,
        /// The customer's photo; only [`Photo::Bytes`] reaches everybody.
        photo: Option<Photo>,
    },
    /// What is said in a voice message: OGG with Opus, as Telegram sends it.
    Voice(Bytes),
}

/// Words that came, as they came.
#[derive(Clone, PartialEq, Eq)]
pub struct Words(pub String);

impl fmt::Debug for Words {
    /// Without them: they are made of a customer's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({} bytes)", self.0.len())
    }
}

impl fmt::Debug for Ask {
    /// Without the words, the photo and the voice.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let about = match &self.about {
            About::Words { photo, .. } if photo.is_some() => "words and a photo",
            About::Words { .. } => "words",
            About::Voice(_) => "a voice message",
        };
        f.debug_struct("Ask")
            .field("family", &self.family)
            .field("about", &about)
            .finish()
    }
}
