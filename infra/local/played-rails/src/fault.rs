//! Everything that can be made to go wrong at a rail, by code or by a switch of its cabinet.

/// A request that can be spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// A payment, or a Checkout session, is opened.
    Open,
    /// Money is to go back.
    Refund,
    /// Anything that is only asked.
    Ask,
}

/// What a caller gets instead of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoilt {
    /// 429, and nothing happened.
    TooMany,
    /// 500, and nothing happened.
    Failed,
    /// 500, and it happened; the same key tells.
    FailedAfter,
    /// 500, and it happened; the same key gives the same 500, as Stripe keeps even those.
    FailedForGood,
    /// 202, and it happened; the same key tells. YooKassa's.
    Processing,
    /// 409, and nothing happened: the key is being worked on. Stripe's.
    Conflict,
    /// It happened, and no answer comes for two minutes.
    Withheld,
    /// It happened, and the connection is cut.
    Cut,
    /// It happened, and the answer is a web page.
    Garbled,
}

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The answer to a request.
    Answer(Door, Spoilt),
    /// The next customer who pays gives another amount than was opened.
    OtherAmount,
    /// The next payment belongs to another shop. YooKassa's.
    OtherShop,
    /// The next payment is made of test money.
    TestMoney,
    /// The next refund stays pending until somebody settles it.
    RefundPending,
    /// The next refund is pending, and comes to nothing half a minute later.
    RefundFails,
    /// The next refund is answered as one that came to nothing.
    RefundRefused,
    /// The next notification comes twice, at the same time.
    Doubled,
    /// The next notification comes after the one that follows it, or half a minute late.
    Reordered,
    /// The next notification comes a minute late.
    Delayed,
    /// The next notification never comes.
    Lost,
}

/// Which rail it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rail {
    /// `YooKassa`.
    YooKassa,
    /// Stripe.
    Stripe,
}

const DOORS: [Door; 3] = [Door::Open, Door::Refund, Door::Ask];
const SPOILT: [Spoilt; 9] = [
    Spoilt::TooMany,
    Spoilt::Failed,
    Spoilt::FailedAfter,
    Spoilt::FailedForGood,
    Spoilt::Processing,
    Spoilt::Conflict,
    Spoilt::Withheld,
    Spoilt::Cut,
    Spoilt::Garbled,
];
const OTHERS: [Fault; 10] = [
    Fault::OtherAmount,
    Fault::OtherShop,
    Fault::TestMoney,
    Fault::RefundPending,
    Fault::RefundFails,
    Fault::RefundRefused,
    Fault::Doubled,
    Fault::Reordered,
    Fault::Delayed,
    Fault::Lost,
];

impl Door {
    fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Refund => "refund",
            Self::Ask => "ask",
        }
    }
}

impl Spoilt {
    fn name(self) -> &'static str {
        match self {
            Self::TooMany => "429",
            Self::Failed => "500",
            Self::FailedAfter => "500-after",
            Self::FailedForGood => "500-kept",
            Self::Processing => "202",
            Self::Conflict => "409",
            Self::Withheld => "hang",
            Self::Cut => "cut",
            Self::Garbled => "garbled",
        }
    }

    /// Whether nothing happens at the rail.
    pub(crate) fn is_before(self) -> bool {
        matches!(self, Self::TooMany | Self::Failed | Self::Conflict)
    }

    /// A question changes nothing, so that it is all the same when it failed.
    fn is_of(self, door: Door, rail: Rail) -> bool {
        match self {
            Self::FailedAfter => door != Door::Ask,
            Self::FailedForGood | Self::Conflict => door != Door::Ask && rail == Rail::Stripe,
            Self::Processing => door != Door::Ask && rail == Rail::YooKassa,
            _ => true,
        }
    }
}

impl Fault {
    /// Everything that can go wrong at a rail.
    pub fn all(rail: Rail) -> Vec<Self> {
        let answers = DOORS.into_iter().flat_map(|door| {
            let of = SPOILT.into_iter().filter(move |spoilt| spoilt.is_of(door, rail));
            of.map(move |spoilt| Self::Answer(door, spoilt))
        });
        let others = OTHERS
            .into_iter()
            .filter(|fault| *fault != Self::OtherShop || rail == Rail::YooKassa);
        answers.chain(others).collect()
    }

    /// Its name, as the cabinet's switches and the README have it.
    pub fn name(self) -> String {
        let name = match self {
            Self::Answer(door, spoilt) => return format!("{}-{}", door.name(), spoilt.name()),
            Self::OtherAmount => "other-amount",
            Self::OtherShop => "other-shop",
            Self::TestMoney => "test-money",
            Self::RefundPending => "refund-pending",
            Self::RefundFails => "refund-fails",
            Self::RefundRefused => "refund-refused",
            Self::Doubled => "doubled",
            Self::Reordered => "reordered",
            Self::Delayed => "delayed",
            Self::Lost => "lost",
        };
        name.to_owned()
    }

    /// The fault of this name.
    pub fn named(rail: Rail, name: &str) -> Option<Self> {
        Self::all(rail).into_iter().find(|fault| fault.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_name_of_its_own_by_which_it_is_found_and_the_readme_lists_it() {
        let readme = include_str!("../README.md");
        for rail in [Rail::YooKassa, Rail::Stripe] {
            for fault in Fault::all(rail) {
                assert_eq!(Fault::named(rail, &fault.name()), Some(fault));
                let name = match fault {
                    Fault::Answer(_, spoilt) => format!("`…-{}`", spoilt.name()),
                    other => format!("`{}`", other.name()),
                };
                assert!(readme.contains(&name), "README.md lacks {name}");
            }
        }
        assert_eq!(Fault::named(Rail::Stripe, "other-shop"), None);
        assert_eq!(Fault::named(Rail::YooKassa, "open-409"), None);
    }
}
