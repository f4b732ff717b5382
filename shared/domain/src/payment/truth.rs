//! What a rail says of a payment, and where we take money.

use super::{PaymentId, PurchaseId};
use crate::id::UserId;
use crate::money::Amount;

/// What the rail says when it is asked. Never what a notice says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    /// Of which payment.
    pub id: PaymentId,
    /// How it stands with the money.
    pub money: Money,
    /// How much, fees not taken off.
    pub amount: Amount,
    /// How much of it went back, in the smallest unit.
    pub refunded: u64,
    /// Who takes it; `None` where the rail has only one.
    pub shop: Option<String>,
    /// Our purchase, as we had told the rail.
    pub purchase: Option<PurchaseId>,
    /// Who paid, where the rail knows.
    pub payer: Option<UserId>,
    /// No real money.
    pub is_test: bool,
}

/// How it stands with the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Money {
    /// It may yet come, if the customer pays.
    Awaited,
    /// The customer has paid, and their bank is at it: within days it comes, or does not.
    Underway,
    /// It has arrived.
    Arrived,
    /// It will not come.
    Canceled,
    /// It had arrived, and the customer's bank has taken it back, or is about to.
    Disputed,
}

/// What a payment does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Misfit {
    /// It names no purchase of ours.
    NoPurchase,
    /// The purchase was for another rail.
    OtherRail,
    /// Another amount or currency.
    OtherAmount,
    /// Another shop's money.
    OtherShop,
    /// Somebody else has paid.
    OtherPayer,
    /// It is no real money.
    Test,
    /// It is for a plan that cannot begin: the customer has another by now, whose rest would be lost.
    PlanRuns,
    /// It is for a plan that there is no more.
    PlanGone,
}

impl Misfit {
    /// All that there are.
    pub const ALL: [Self; 8] = [
        Self::NoPurchase,
        Self::OtherRail,
        Self::OtherAmount,
        Self::OtherShop,
        Self::OtherPayer,
        Self::Test,
        Self::PlanRuns,
        Self::PlanGone,
    ];

    /// The money fits, and the plan that it is for cannot begin.
    pub fn is_about_the_plan(self) -> bool {
        matches!(self, Self::PlanRuns | Self::PlanGone)
    }

    /// Its name in tables and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoPurchase => "no_purchase",
            Self::OtherRail => "other_rail",
            Self::OtherAmount => "other_amount",
            Self::OtherShop => "other_shop",
            Self::OtherPayer => "other_payer",
            Self::Test => "test",
            Self::PlanRuns => "plan_runs",
            Self::PlanGone => "plan_gone",
        }
    }

    /// Reads a name; `None` if it is none.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|misfit| misfit.as_str() == name)
    }
}

/// What we take money for, whoever brings it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Till {
    /// Our shop at the rail, where it has such.
    pub shop: Option<String>,
    /// Money that is none is taken too: not in production.
    pub takes_test: bool,
}
