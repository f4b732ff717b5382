//! What refusals are called in rows and towards operators.

use super::Refusal;

impl Refusal {
    /// Its stable name, and behind a colon which limit, feature or category it is about: `limit:videos`. `None` where nothing
    /// was refused yet: the card was an old one.
    pub fn code(&self) -> Option<String> {
        let (name, about) = match self {
            // An old card, and a closed shop, which is closed for everybody.
            Self::DraftStale | Self::Paused => return None,
            Self::ModelUnavailable => ("model_unavailable", None),
            Self::ChoiceUnavailable => ("choice_unavailable", None),
            Self::NotEntitled(denied) => ("feature", Some(&denied.feature)),
            Self::PromptTooShort { .. } => ("prompt_too_short", None),
            Self::PromptTooLong { .. } => ("prompt_too_long", None),
            Self::Moderated { category } => ("moderated", Some(category)),
            Self::Suspended { .. } => ("suspended", None),
            Self::NotEnoughCredits { .. } => ("credits", None),
            Self::InDebt(_) => ("debt", None),
            Self::TooManyActive { .. } => ("open_orders", None),
            Self::LimitReached(usage) => ("limit", Some(&usage.limit.id)),
        };
        Some(about.map_or_else(|| name.to_owned(), |about| format!("{name}:{about}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Credits;

    #[test]
    fn a_refusal_is_called_by_what_it_is_about_and_an_old_card_is_none() {
        let moderated = Refusal::Moderated {
            category: "violence".to_owned(),
        };
        assert_eq!(moderated.code().as_deref(), Some("moderated:violence"));
        assert_eq!(Refusal::InDebt(Credits(3)).code().as_deref(), Some("debt"));
        assert_eq!(Refusal::DraftStale.code(), None);
    }
}
