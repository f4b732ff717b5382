//! What an order for words has beside those for videos.

use crate::account::Voice;
use crate::id::{MessageId, ModelId};
use crate::video::{Aspect, Quality};

/// What the words are for: the draft that they are ordered for, as it was. It comes back with them, or without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    /// The model that the draft is for.
    pub model: ModelId,
    /// Its shape.
    pub aspect: Aspect,
    /// Its length in seconds.
    pub duration_s: u32,
    /// Its quality.
    pub quality: Quality,
    /// The customer's message that it was made of.
    pub source: Option<MessageId>,
    /// How many characters the draft's model takes.
    pub chars_max: u32,
    /// What the customer goes on with, if nobody makes the words better; empty for a voice message.
    pub simple: String,
    /// The voice message that is to be listened to.
    pub voice: Option<Voice>,
    /// What is to be different from what was made before: it stands at the end of the order's words. Empty where the voice
    /// message is to say it.
    pub wish: Option<String>,
}

impl Sketch {
    /// Whether the voice message says what is to be different from the order's words.
    pub fn hears_a_wish(&self) -> bool {
        self.wish.as_ref().is_some_and(String::is_empty)
    }
}

/// The words that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Them.
    pub text: String,
    /// Tokens that went in, by the provider's count.
    pub tokens_in: u64,
    /// Tokens that came out.
    pub tokens_out: u64,
}
