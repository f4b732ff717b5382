//! What all have used together of a limit that all share.

use super::{Counts, Limit, Whose, part};
use crate::time::Timestamp;

/// What is used of a limit on all of its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// How much is used, in the measure's units.
    pub used: u64,
    /// How much may be used, in the measure's units.
    pub max: u64,
    /// When there is more; `None` where it is when an order ends.
    pub resets_at: Option<Timestamp>,
    /// How many rows have nothing left.
    pub full_rows: u16,
    /// How many rows there are.
    pub rows: u16,
}

impl Total {
    /// How much is left.
    pub fn left(&self) -> u64 {
        self.max.saturating_sub(self.used)
    }

    /// Which share of it is used, in whole percent, rounded down; 100 of a limit that allows nothing.
    pub fn percent(&self) -> u64 {
        let hundredfold = self.used.saturating_mul(100);
        hundredfold.checked_div(self.max).unwrap_or(100)
    }
}

impl Limit {
    /// What is used of it now on all of its rows together.
    pub fn total(&self, counts: &Counts, now: Timestamp) -> Total {
        let shards = match self.whose {
            Whose::Each => 1,
            Whose::All { shards } => shards.max(1),
        };
        let mut total = Total {
            used: 0,
            max: self.max,
            resets_at: None,
            full_rows: 0,
            rows: shards,
        };
        for (shard, key) in (0..).zip(self.rows(now)) {
            let usage = self.usage_on(key, part(self.max, shards, shard), 1, counts, now);
            total.used = total.used.saturating_add(usage.used);
            total.resets_at = total.resets_at.max(usage.resets_at);
            let full = u16::from(!usage.has_room());
            total.full_rows = total.full_rows.saturating_add(full);
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limit::Count;
    use crate::window::Schedule;

    const NOW: Timestamp = Timestamp(1_795_251_600_000);

    #[test]
    fn what_all_have_used_is_the_sum_of_the_rows() {
        let limit = Limit {
            whose: Whose::All { shards: 3 },
            ..Limit::orders("spend", 10, Schedule::moscow_day())
        };
        let count = |shard: u16, used: u64| {
            let row = limit.key(NOW, Some(shard)).row().to_owned();
            let count = Count {
                used,
                ..Count::default()
            };
            (row, count)
        };
        // Of ten, the first row takes four and the others three.
        let counts = Counts::from([count(0, 3), count(1, 3), count(2, 1)]);
        let total = limit.total(&counts, NOW);
        assert_eq!(
            (total.used, total.max, total.left(), total.percent()),
            (7, 10, 3, 70)
        );
        assert_eq!((total.full_rows, total.rows), (1, 3));
        let ends_at = limit.window_at(NOW).map(|window| window.ends_at);
        assert_eq!(total.resets_at, ends_at);
        let nothing = Limit { max: 0, ..limit };
        assert_eq!(nothing.total(&Counts::new(), NOW).percent(), 100);
    }

    #[test]
    fn the_rows_together_admit_all_of_it_and_no_more() {
        for (max, shards) in [(5, 3), (127, 64), (64, 64), (1, 1), (10, 4)] {
            let limit = Limit {
                whose: Whose::All { shards },
                ..Limit::orders("spend", max, Schedule::moscow_day())
            };
            let mut counts = Counts::new();
            let mut admitted = 0;
            for start in 0..u16::try_from(2 * max).unwrap_or(0) {
                let usage = limit.usage(1, &counts, start, NOW);
                if usage.has_room() {
                    counts.entry(usage.key.row().to_owned()).or_default().used += 1;
                    admitted += 1;
                }
            }
            assert_eq!(admitted, max, "{shards} rows");
            let total = limit.total(&counts, NOW);
            assert_eq!((total.left(), total.full_rows), (0, shards), "{shards} rows");
        }
    }

    #[test]
    fn a_limit_of_each_has_one_row() {
        let limit = Limit::orders("videos", 5, Schedule::moscow_day());
        let count = Count {
            used: 5,
            ..Count::default()
        };
        let counts = Counts::from([(limit.key(NOW, None).row().to_owned(), count)]);
        let total = limit.total(&counts, NOW);
        assert_eq!((total.used, total.full_rows, total.rows), (5, 1, 1));
    }
}
