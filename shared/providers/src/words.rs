//! What providers' messages mean, where their codes do not say it.

use crate::Reason;

/// Words that give a message's meaning away, in lower case, the surest first.
const WORDS: [(Reason, &[&str]); 6] = [
    (Reason::Moderation, MODERATION),
    (
        Reason::Retired,
        &[
            "paused",
            "discontinued",
            "deprecated",
            "no longer available",
            "offline",
            "feature disabled",
        ],
    ),
    (
        Reason::OutOfFunds,
        &[
            "insufficient credit",
            "insufficient balance",
            "credits insufficient",
            "top up",
        ],
    ),
    (Reason::RateLimited, &["rate limit", "too many", "concurren"]),
    (
        Reason::ProviderBroke,
        &[
            "try again",
            "timed out",
            "timeout",
            "upstream",
            "overload",
            "busy",
        ],
    ),
    (Reason::BadInput, BAD_INPUT),
];

const MODERATION: &[&str] = &[
    "moderat",
    "sensitive",
    "nsfw",
    "safety",
    "prohibited",
    "content policy",
    "violat",
    "inappropriate",
    "flagged",
    "risk control",
];

const BAD_INPUT: &[&str] = &[
    "required",
    "must be",
    "invalid",
    "not valid",
    "not supported",
    "unsupported",
    "out of range",
    "not within the range",
    "exceed",
    "too long",
    "too large",
];

/// What a message means, where its words give that away.
pub(crate) fn meant(message: &str) -> Option<Reason> {
    let text = message.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    WORDS
        .iter()
        .find(|(_, words)| has(words))
        .map(|(reason, _)| *reason)
}
