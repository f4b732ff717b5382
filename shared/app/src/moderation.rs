//! What a customer reads of words that are not made into anything.

use domain::moderation::Moderation;

use crate::texts::Say;

/// Why words are refused, as plain words within a sentence: the operator's own, or the bot's. The list itself is shown to
/// nobody, lest somebody writes around it.
pub(crate) fn why(say: Say, moderation: &Moderation, category: &str) -> String {
    if let Some(own) = moderation.told.get(category) {
        return own.in_locale(say.locale().as_str()).to_owned();
    }
    match category {
        "minors" => say.text("moderation-minors"),
        "sexual" => say.text("moderation-sexual"),
        "violence" => say.text("moderation-violence"),
        "person" => say.text("moderation-person"),
        "hate" => say.text("moderation-hate"),
        "self_harm" => say.text("moderation-self-harm"),
        "illicit" => say.text("moderation-illicit"),
        _ => say.text("moderation-other"),
    }
}
