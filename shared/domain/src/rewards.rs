//! What is given and not bought: credits for a promo code, for an invitation, for a day; days of a plan for a code. Each is an
//! entry of the ledger whose key makes it happen once; what stands here says whether, to whom and how much.

mod days;
mod invitation;
mod promo;

pub use days::{GIVEN_DAYS_MAX, NoDays, PlanDays};
pub use invitation::{Deed, Deeds, Invitation, Invites, Referral};
pub use promo::{CODE_CHARS_MAX, CODE_CHARS_MIN, NoPromo, Promo, PromoCode};

use std::collections::BTreeMap;

use crate::money::Credits;
use crate::time::Timestamp;
use crate::window::{Schedule, Window};

/// What is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rewards {
    /// The promo codes, each under what it looks like.
    pub promos: BTreeMap<PromoCode, Promo>,
    /// What an invitation brings; `None` if nobody is rewarded for one.
    pub referral: Option<Referral>,
    /// What may be fetched once a day, while the flag for it is on.
    pub daily: Credits,
}

impl Rewards {
    /// The promo of a code.
    pub fn promo(&self, code: &PromoCode) -> Option<&Promo> {
        self.promos.get(code)
    }
}

/// The day of the daily bonus: that of the limits, from 21:00 to 21:00 in Moscow.
pub fn bonus_day(now: Timestamp) -> Window {
    Schedule::moscow_day().window_at(now)
}
