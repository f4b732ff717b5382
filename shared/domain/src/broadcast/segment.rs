//! Whom a broadcast is for.

use std::collections::BTreeSet;

use super::Wording;
use crate::id::UserId;
use crate::money::Credits;
use crate::time::{Millis, Timestamp};

/// A day.
const DAY: Millis = Millis::from_mins(24 * 60);

/// What is known of a customer that a segment may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub user: UserId,
    /// The language of what comes by itself, as `ru`.
    pub language: String,
    /// They want no broadcasts.
    pub muted: bool,
    /// They have blocked the bot, as far as we know.
    pub gone: bool,
    /// The tier that holds now, if one was given.
    pub tier: Option<String>,
    /// The plan that holds now.
    pub plan: Option<String>,
    /// To be spent.
    pub credits: Credits,
    /// When they last ordered something, or else came for the first time.
    pub active_at: Timestamp,
    /// Whether they have ever paid.
    pub paid: bool,
}

/// Why somebody of the segment is not written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreached {
    /// They want no broadcasts.
    Muted,
    /// They have blocked the bot.
    Gone,
    /// There is no text in their language.
    Wordless,
}

impl Person {
    /// The words for them, or why there are none.
    pub fn reached_by<'w>(&self, wording: &'w Wording) -> Result<&'w str, Unreached> {
        if self.gone {
            return Err(Unreached::Gone);
        }
        if self.muted {
            return Err(Unreached::Muted);
        }
        let text = wording.texts.get(&self.language);
        text.map(String::as_str).ok_or(Unreached::Wordless)
    }
}

/// A tier or a plan that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tariff {
    /// This one.
    Named(String),
    /// None: what everybody has.
    None,
}

impl Tariff {
    /// The word for having none.
    pub const NONE: &str = "none";

    /// Reads a name, or the word for none.
    pub fn parse(text: &str) -> Self {
        match text {
            Self::NONE => Self::None,
            name => Self::Named(name.to_owned()),
        }
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::None => Self::NONE,
        }
    }

    fn is(&self, held: Option<&str>) -> bool {
        match self {
            Self::Named(name) => held == Some(name),
            Self::None => held.is_none(),
        }
    }
}

/// Whom a broadcast is for: who fits everything that is said. Nothing said is everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// Only these.
    pub users: BTreeSet<UserId>,
    /// Who speaks this language, as `ru`.
    pub language: Option<String>,
    /// Who has this tier.
    pub tier: Option<Tariff>,
    /// Who has this plan.
    pub plan: Option<Tariff>,
    /// Who has ordered something, or come for the first time, within so many days.
    pub active_days: Option<u32>,
    /// Who has done neither for so many days.
    pub inactive_days: Option<u32>,
    /// Who has at least so many credits.
    pub credits_min: Option<u32>,
    /// Who has at most so many.
    pub credits_max: Option<u32>,
    /// Who has ever paid, or never.
    pub paid: Option<bool>,
}

impl Segment {
    /// The most customers that a list may name.
    pub const USERS_MAX: usize = 1000;
    /// The longest time without an order that may be asked for, in days.
    pub const DAYS_MAX: u32 = 3650;

    /// Whether somebody belongs to it.
    pub fn holds(&self, person: &Person, now: Timestamp) -> bool {
        let idle = now.since(person.active_at);
        let days = |days: u32| Millis(DAY.0.saturating_mul(i64::from(days)));
        (self.users.is_empty() || self.users.contains(&person.user))
            && self.language.as_ref().is_none_or(|it| *it == person.language)
            && self.tier.as_ref().is_none_or(|it| it.is(person.tier.as_deref()))
            && self.plan.as_ref().is_none_or(|it| it.is(person.plan.as_deref()))
            && self.active_days.is_none_or(|it| idle < days(it))
            && self.inactive_days.is_none_or(|it| idle >= days(it))
            && self.credits_min.is_none_or(|it| person.credits.0 >= it)
            && self.credits_max.is_none_or(|it| person.credits.0 <= it)
            && self.paid.is_none_or(|it| it == person.paid)
    }
}
