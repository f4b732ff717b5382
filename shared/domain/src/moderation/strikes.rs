//! Who orders again and again what is refused, waits.

use crate::time::{Millis, Timestamp};

/// Within which time strikes add up.
const ADD_UP: Millis = Millis::from_mins(24 * 60);
/// The most that are kept of one customer: the rule for how many are too many may be any number up to this.
pub const STRIKES_MAX: usize = 50;

/// After how many refusals somebody waits, and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StrikeRule {
    /// So many within a day are too many; 0 holds nobody back.
    pub max: u32,
    /// How long no new orders are taken then.
    pub pause: Millis,
}

impl Default for StrikeRule {
    fn default() -> Self {
        Self {
            max: 5,
            pause: ADD_UP,
        }
    }
}

/// What was refused of one customer's orders, and until when no others are taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strikes {
    /// The refusals of the latest day, the oldest first.
    pub marks: Vec<Strike>,
    /// The first moment at which new orders are taken again, also when that is over.
    pub until: Option<Timestamp>,
}

/// One refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strike {
    /// Of what: a draft in one revision, or an order. The same is never counted twice.
    pub of: String,
    /// When.
    pub at: Timestamp,
}

impl Strikes {
    /// Until when no new orders are taken, if that is so now.
    pub fn paused_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.until.filter(|until| now < *until)
    }

    /// Of whom an operator takes no orders until then. Nothing of it was refused: [`Self::are_said`] tells it from a pause.
    pub fn suspended(until: Timestamp) -> Self {
        Self {
            marks: Vec::new(),
            until: Some(until),
        }
    }

    /// Whether somebody said that there is a pause, and no refusals led to it.
    pub fn are_said(&self) -> bool {
        self.marks.is_empty() && self.until.is_some()
    }

    /// Whether there is nothing to be known.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty() && self.until.is_none()
    }

    /// With one refusal more; `None` if this one is counted already. Whoever waits already waits no longer by it.
    pub fn with(&self, of: &str, rule: StrikeRule, now: Timestamp) -> Option<Self> {
        if rule.max == 0 || self.marks.iter().any(|mark| mark.of == of) {
            return None;
        }
        let adds_up = |mark: &&Strike| now.since(mark.at) < ADD_UP;
        let mut marks: Vec<Strike> = self.marks.iter().filter(adds_up).cloned().collect();
        marks.push(Strike {
            of: of.to_owned(),
            at: now,
        });
        let excess = marks.len().saturating_sub(STRIKES_MAX);
        marks.drain(..excess);
        // What led to the pause before is atoned for.
        let counted = marks
            .iter()
            .filter(|mark| self.until.is_none_or(|until| mark.at >= until));
        let max = usize::try_from(rule.max).unwrap_or(usize::MAX).min(STRIKES_MAX);
        let is_too_many = counted.count() >= max;
        let until = if is_too_many {
            Some(now.after(rule.pause))
        } else {
            self.until
        };
        Some(Self { marks, until })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Millis = Millis::from_mins(60);
    const RULE: StrikeRule = StrikeRule {
        max: 3,
        pause: Millis::from_mins(120),
    };

    fn hour(hours: i64) -> Timestamp {
        Timestamp(hours.saturating_mul(HOUR.0))
    }

    fn struck(strikes: &Strikes, of: &str, hours: i64) -> Strikes {
        strikes.with(of, RULE, hour(hours)).unwrap()
    }

    #[test]
    fn so_many_within_a_day_are_too_many_and_the_pause_has_an_end() {
        let two = struck(&struck(&Strikes::default(), "a", 0), "b", 23);
        assert_eq!((two.paused_at(hour(23)), two.marks.len()), (None, 2));
        let slow = struck(&two, "c", 24);
        assert_eq!(
            (slow.paused_at(hour(24)), slow.marks.len()),
            (None, 2),
            "the first was a day ago"
        );
        let three = struck(&two, "c", 23);
        assert_eq!(three.paused_at(hour(23)), Some(hour(25)));
        assert_eq!(three.paused_at(hour(25)), None);
    }

    #[test]
    fn the_same_is_counted_once_and_nothing_by_a_rule_that_is_off() {
        let one = struck(&Strikes::default(), "a", 0);
        assert_eq!(one.with("a", RULE, hour(1)), None);
        let off = StrikeRule { max: 0, ..RULE };
        assert_eq!(one.with("b", off, hour(1)), None);
    }

    #[test]
    fn after_a_pause_one_begins_anew_and_within_it_it_grows_no_longer() {
        let paused = ["a", "b", "c"]
            .iter()
            .fold(Strikes::default(), |strikes, of| struck(&strikes, of, 0));
        let within = struck(&paused, "d", 1);
        assert_eq!(within.until, Some(hour(2)));
        let after = struck(&struck(&within, "e", 2), "f", 3);
        assert_eq!(after.paused_at(hour(3)), None, "{after:?}");
        assert_eq!(struck(&after, "g", 3).paused_at(hour(3)), Some(hour(5)));
    }

    #[test]
    fn what_an_operator_says_holds_until_then_and_is_no_refusal() {
        let said = Strikes::suspended(hour(100));
        assert!(said.are_said() && !said.is_empty());
        assert_eq!(
            (said.paused_at(hour(99)), said.paused_at(hour(100))),
            (Some(hour(100)), None)
        );
        let within = ["a", "b", "c"]
            .iter()
            .fold(said, |strikes, of| struck(&strikes, of, 1));
        assert_eq!(within.until, Some(hour(100)), "refusals do not shorten it");
        assert!(!within.are_said() && !Strikes::default().are_said());
    }

    #[test]
    fn only_so_many_are_kept() {
        let rule = StrikeRule {
            max: u32::MAX,
            ..RULE
        };
        let mut strikes = Strikes::default();
        for number in 0..STRIKES_MAX {
            assert_eq!(strikes.until, None);
            strikes = strikes.with(&number.to_string(), rule, hour(0)).unwrap();
        }
        assert!(strikes.until.is_some());
        strikes = strikes.with("more", rule, hour(0)).unwrap();
        assert_eq!(strikes.marks.len(), STRIKES_MAX);
    }
}
