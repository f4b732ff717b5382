//! What a customer may do that others may not: a tier, add-ons, overrides, a plan. It is kept on the account, so that the
//! read that brings the balance brings this too, and a confirmed order is refused if it has changed in between.

use std::collections::{BTreeMap, BTreeSet};

use crate::moderation::{StrikeRule, Strikes};
use crate::time::{Millis, Timestamp};

/// What an account was given, with what has run out still among it: whoever asks says at what time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Grows with every change of what stands here.
    pub revision: u64,
    /// The tier, if one was given.
    pub tier: Option<Held>,
    /// The plan, if one was given: unlimited plans are charged no credits.
    pub plan: Option<Held>,
    /// Until when the plan holds although it has ended: its renewal is awaited, and the rail tries for some days.
    pub plan_grace: Option<Timestamp>,
    /// What of the plan's time was another plan's before: money for that takes it along.
    pub exchanged: Vec<Exchanged>,
    /// Add-ons by name, each with the time at which it ends.
    pub addons: BTreeMap<String, Option<Timestamp>>,
    /// What was settled for this customer alone, by feature.
    pub overrides: BTreeMap<String, Override>,
    /// Roles, such as `tester`, that rules may ask for.
    pub roles: BTreeSet<String>,
    /// The country, as ISO 3166-1 alpha-2 in capitals, where an operator has noted it.
    pub country: Option<String>,
    /// What was refused of the customer's orders, and until when no others are taken.
    pub strikes: Strikes,
}

/// Something that is held for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its name.
    pub key: String,
    /// The first moment at which it is held no more; `None` for ever.
    pub until: Option<Timestamp>,
}

/// What was left of a plan, as time of the one that took its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchanged {
    /// Which plan it was.
    pub plan: String,
    /// How much of it was left.
    pub rest: Millis,
    /// What that has become.
    pub time: Millis,
}

/// A feature settled for one customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// What was settled, as JSON in the form that a tier's row has for a feature.
    pub body: String,
    /// The first moment at which it holds no more; `None` for ever.
    pub until: Option<Timestamp>,
    /// Why.
    pub why: String,
}

impl Held {
    /// Its name, while it is held.
    pub fn at(&self, now: Timestamp) -> Option<&str> {
        holds(self.until, now).then_some(self.key.as_str())
    }
}

impl Standing {
    /// With one refusal more, a revision later; `None` if it is counted already.
    pub fn struck(&self, of: &str, rule: StrikeRule, now: Timestamp) -> Option<Self> {
        Some(Self {
            revision: self.revision.saturating_add(1),
            strikes: self.strikes.with(of, rule, now)?,
            ..self.clone()
        })
    }

    /// What is left of it, a revision later, when its customer has everything deleted: what operators have settled for this
    /// number, and refusals, of which nobody is to be rid by this.
    #[must_use]
    pub fn forgotten(&self) -> Self {
        Self {
            revision: self.revision.saturating_add(1),
            overrides: self.overrides.clone(),
            roles: self.roles.clone(),
            strikes: self.strikes.clone(),
            ..Self::default()
        }
    }

    /// The tier that holds now.
    pub fn tier_at(&self, now: Timestamp) -> Option<&str> {
        self.tier.as_ref()?.at(now)
    }

    /// The plan that holds now, be it only because its renewal is awaited.
    pub fn plan_at(&self, now: Timestamp) -> Option<&str> {
        self.plan_with_grace()
            .filter(|(_, end)| holds(*end, now))
            .map(|(key, _)| key)
    }

    /// The plan with the first moment at which it holds no more, the time within which its renewal is awaited included;
    /// `None` is for ever.
    pub fn plan_with_grace(&self) -> Option<(&str, Option<Timestamp>)> {
        let held = self.plan.as_ref()?;
        let end = held
            .until
            .map(|until| self.plan_grace.unwrap_or(until).max(until));
        Some((&held.key, end))
    }

    /// The add-ons that hold now.
    pub fn addons_at(&self, now: Timestamp) -> impl Iterator<Item = &str> {
        let held = self.addons.iter().filter(move |(_, until)| holds(**until, now));
        held.map(|(key, _)| key.as_str())
    }

    /// The overrides that hold now.
    pub fn overrides_at(&self, now: Timestamp) -> impl Iterator<Item = (&str, &Override)> {
        let held = self
            .overrides
            .iter()
            .filter(move |(_, settled)| holds(settled.until, now));
        held.map(|(feature, settled)| (feature.as_str(), settled))
    }
}

/// Whether something that ends then holds now.
fn holds(until: Option<Timestamp>, now: Timestamp) -> bool {
    until.is_none_or(|until| now < until)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_whose_renewal_is_awaited_holds_past_its_end_and_one_whose_is_not_does_not() {
        let plan = |until: Option<i64>, grace: Option<i64>| Standing {
            plan: Some(Held {
                key: "month".to_owned(),
                until: until.map(Timestamp),
            }),
            plan_grace: grace.map(Timestamp),
            ..Standing::default()
        };
        let holds =
            |standing: &Standing| [9, 10, 12, 13].map(|now| standing.plan_at(Timestamp(now)).is_some());
        assert_eq!(holds(&plan(Some(10), None)), [true, false, false, false]);
        assert_eq!(holds(&plan(Some(10), Some(13))), [true, true, true, false]);
        assert_eq!(holds(&plan(Some(10), Some(2))), [true, false, false, false]);
        assert_eq!(holds(&plan(None, Some(2))), [true; 4]);
        assert_eq!(
            holds(&Standing {
                plan: None,
                ..plan(None, Some(13))
            }),
            [false; 4]
        );
    }

    #[test]
    fn what_has_an_end_holds_up_to_it_and_not_at_it() {
        let until = Some(Timestamp(10));
        let standing = Standing {
            tier: Some(Held {
                key: "pro".to_owned(),
                until,
            }),
            plan: Some(Held {
                key: "unlimited_1day".to_owned(),
                until: None,
            }),
            addons: BTreeMap::from([("hd".to_owned(), until), ("api".to_owned(), None)]),
            overrides: BTreeMap::from([(
                "chat".to_owned(),
                Override {
                    body: "true".to_owned(),
                    until,
                    why: "asked".to_owned(),
                },
            )]),
            ..Standing::default()
        };
        let at = |now: i64| {
            let now = Timestamp(now);
            let addons: Vec<&str> = standing.addons_at(now).collect();
            (
                standing.tier_at(now),
                standing.plan_at(now),
                addons,
                standing.overrides_at(now).count(),
            )
        };
        assert_eq!(at(9), (Some("pro"), Some("unlimited_1day"), vec!["api", "hd"], 1));
        assert_eq!(at(10), (None, Some("unlimited_1day"), vec!["api"], 0));
    }
}
