//! Why a provider said no, in words that do not depend on the provider.

/// Why an order was refused or a render failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The provider does not want to render such a thing.
    Moderation,
    /// The request is not one that the model takes: a photo it cannot read, a text too long, a field of ours.
    BadInput,
    /// The provider tried and failed.
    ProviderBroke,
    /// The operator's account at the provider is empty.
    OutOfFunds,
    /// The model is switched off or gone.
    Retired,
    /// The operator's key is not accepted.
    BadKey,
    /// Too many requests; the refused one was not queued.
    RateLimited,
    /// The provider is down on purpose.
    Maintenance,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::Moderation,
        Self::BadInput,
        Self::ProviderBroke,
        Self::OutOfFunds,
        Self::Retired,
        Self::BadKey,
        Self::RateLimited,
        Self::Maintenance,
    ];

    /// Whether the same order would be refused again, however long one waits.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::ProviderBroke | Self::RateLimited | Self::Maintenance)
    }

    /// Whether somebody has to act before anybody's order can go through.
    pub fn needs_operator(self) -> bool {
        matches!(self, Self::OutOfFunds | Self::Retired | Self::BadKey)
    }

    /// A stable name, for rows and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Moderation => "moderation",
            Self::BadInput => "bad_input",
            Self::ProviderBroke => "provider_broke",
            Self::OutOfFunds => "out_of_funds",
            Self::Retired => "retired",
            Self::BadKey => "bad_key",
            Self::RateLimited => "rate_limited",
            Self::Maintenance => "maintenance",
        }
    }

    /// Reads a stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_read_back_from_its_name() {
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.as_str()), Some(reason));
        }
        assert_eq!(Reason::parse("whim"), None);
    }

    #[test]
    fn what_an_operator_must_mend_is_not_tried_again() {
        for reason in Reason::ALL {
            assert!(reason.is_final() || !reason.needs_operator(), "{reason:?}");
        }
    }
}
