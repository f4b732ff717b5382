//! How long things took, counted by whole seconds: a million of them need no more room than a thousand, and no sum is
//! guessed.

use std::collections::BTreeMap;

use crate::time::Millis;

/// How many took how many seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    by_seconds: BTreeMap<i64, u64>,
    count: u64,
}

impl Spread {
    /// One more; a part of a second counts as a whole one.
    pub fn add(&mut self, took: Millis) {
        self.add_many(took.secs_ceil(), 1);
    }

    /// All of another.
    pub fn join(&mut self, other: &Self) {
        for (seconds, times) in &other.by_seconds {
            self.add_many(*seconds, *times);
        }
    }

    fn add_many(&mut self, seconds: i64, times: u64) {
        let there = self.by_seconds.entry(seconds).or_default();
        *there = there.saturating_add(times);
        self.count = self.count.saturating_add(times);
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Within which time so many of a hundred were done (the nearest rank), in whole seconds: 50 is the median. `None` if
    /// none was.
    pub fn within(&self, percent: u64) -> Option<Millis> {
        let rank = self.count.saturating_mul(percent).div_ceil(100).max(1);
        let mut passed = 0_u64;
        let found = self.by_seconds.iter().find(|(_, times)| {
            passed = passed.saturating_add(**times);
            passed >= rank
        });
        found.map(|(seconds, _)| Millis::from_secs(*seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_rank_is_that_of_the_sorted_list() {
        let mut spread = Spread::default();
        assert_eq!(spread.within(50), None);
        let all: Vec<i64> = (0..997_i64).map(|n| (n * n) % 613).collect();
        for s in &all {
            spread.add(Millis(s * 1_000 - 3));
        }
        let mut sorted = all.clone();
        sorted.sort_unstable();
        for percent in [0, 1, 50, 95, 99, 100] {
            let rank = (sorted.len() * percent).div_ceil(100).max(1);
            let wanted = Some(Millis::from_secs(sorted[rank - 1].max(0)));
            assert_eq!(
                spread.within(u64::try_from(percent).unwrap()),
                wanted,
                "{percent}"
            );
        }
        assert_eq!(spread.count(), 997);
    }

    #[test]
    fn two_together_are_as_one_of_both() {
        let (mut one, mut other, mut both) = (Spread::default(), Spread::default(), Spread::default());
        for s in [1, 2, 2, 90] {
            one.add(Millis::from_secs(s));
            both.add(Millis::from_secs(s));
        }
        for s in [2, 5] {
            other.add(Millis::from_secs(s));
            both.add(Millis::from_secs(s));
        }
        one.join(&other);
        assert_eq!(one, both);
    }
}
