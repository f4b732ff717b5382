//! Words that are ordered for a draft: better ones, or those of a voice message.

use super::Refusal;
use crate::account::Draft;
use crate::catalog::{Makes, Model, Price};
use crate::job::Sketch;

/// The row of settings by which words are ordered, and what they are for.
#[derive(Clone, Copy, Debug)]
pub struct ForWords<'a> {
    /// What makes them.
    pub model: &'a Model,
    /// What the customer goes on with, if nobody makes the words better.
    pub simple: &'a str,
    /// How many characters the draft's own model takes.
    pub chars_max: u32,
}

/// How many open orders more a customer may have for words: they are over in seconds, so as many videos as are allowed
/// never keep anybody from better words, and words never take a video's place for longer than that.
pub const WORDS_BESIDE: u32 = 1;

/// What words for a draft are ordered from and cost, if they can be ordered.
pub(super) fn wanted<'a>(words: ForWords<'a>, draft: &Draft) -> Result<(&'a Model, &'a Price), Refusal> {
    let model = words.model;
    let fits = match &draft.voice {
        Some(_) => model.makes == Makes::Transcript && model.enabled,
        None => model.makes == Makes::Prompt && model.takes(draft.photo.is_some()),
    };
    if !fits {
        return Err(Refusal::ModelUnavailable);
    }
    if draft.voice.is_none() && draft.prompt.is_empty() && draft.photo.is_none() {
        return Err(Refusal::DraftStale);
    }
    let (chars, max) = (draft.prompt_chars(), model.prompt_chars_max);
    if chars > max {
        return Err(Refusal::PromptTooLong { chars, max });
    }
    let price = model.prices.first().ok_or(Refusal::ChoiceUnavailable)?;
    Ok((model, price))
}

/// What they are for.
pub(super) fn sketch(words: ForWords<'_>, draft: &Draft) -> Sketch {
    Sketch {
        model: draft.model.clone(),
        aspect: draft.aspect,
        duration_s: draft.duration_s,
        quality: draft.quality,
        source: draft.source,
        chars_max: words.chars_max,
        simple: words.simple.to_owned(),
        voice: draft.voice.clone(),
        wish: draft.wish.clone(),
    }
}
