//! What is used, what is left, and when there is more, for each kind of limit; and that no order of events lets more
//! through than a limit allows.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "small numbers, and an overflow fails the test"
)]

use proptest::prelude::*;

use super::*;
use crate::id::UserId;

const NOW: Timestamp = Timestamp(1_795_284_000_000);
const HOUR: Millis = Millis::from_mins(60);

fn day(max: u64) -> Limit {
    Limit::orders("videos", max, Schedule::moscow_day())
}

fn sliding(max: u64) -> Limit {
    Limit {
        span: Span::Sliding(Sliding {
            length: Millis(HOUR.0 * 24),
            step: HOUR,
        }),
        ..day(max)
    }
}

fn shared(max: u64, shards: u16) -> Limit {
    Limit {
        whose: Whose::All { shards },
        ..day(max)
    }
}

fn used(row: &str, used: u64) -> Counts {
    let count = Count {
        used,
        ..Count::default()
    };
    Counts::from([(row.to_owned(), count)])
}

#[test]
fn names_say_what_is_counted_and_whose() {
    let open = Limit {
        span: Span::Open,
        ..day(1)
    };
    let key = |limit: &Limit, shard| limit.key(NOW, shard).0;
    assert_eq!(key(&day(1), None), "videos#1795284000");
    assert_eq!(key(&sliding(1), None), "videos#~1795284000");
    assert_eq!(key(&open, None), "videos#open");
    assert_eq!(key(&day(1), Some(3)), "videos#1795284000@3");

    let named = |text: &str| WindowKey(text.to_owned());
    assert_eq!(named("videos#~1795284000").row(), "videos#~");
    assert_eq!(
        named("videos#~1795284000").step(),
        Some(("videos#~", 1_795_284_000))
    );
    assert_eq!(named("videos#1795284000").row(), "videos#1795284000");
    assert!(named("videos#open").is_open() && !named("open#1795284000").is_open());
    assert_eq!(named("spend#1@0").owner(UserId(7)), UserId(-1));
    assert_eq!(named("spend#1@3").owner(UserId(7)), UserId(-4));
    assert_eq!(named("videos#1").owner(UserId(7)), UserId(7));
}

#[test]
fn what_was_counted_is_read_as_it_was_written_and_one_needs_no_saying() {
    for text in ["videos#1", "tokens#1*50000", "spend#1@3*7"] {
        assert_eq!(Counted::parse(text).unwrap().to_string(), text);
    }
    assert_eq!(Counted::parse("videos#1").unwrap().amount, 1);
    assert_eq!(Counted::parse("videos#1*x"), None);
}

#[test]
fn a_day_has_room_up_to_its_maximum_and_says_when_there_is_more() {
    let usage = |before| day(5).usage(2, &used("videos#1795284000", before), 0, NOW);
    assert!(usage(3).has_room() && !usage(3).forbids());
    assert!(!usage(4).has_room() && usage(4).forbids());
    assert_eq!(usage(4).left(), 1);
    assert_eq!(usage(4).resets_at, Some(NOW.after(Millis(HOUR.0 * 24))));
    assert_eq!(usage(3).reservation(NOW).bound, Bound::AtMost(3));
}

#[test]
fn soft_limits_and_watched_ones_forbid_nothing() {
    for (mode, warns) in [(Mode::Soft, true), (Mode::Monitor, false)] {
        let limit = Limit { mode, ..day(1) };
        let usage = limit.usage(1, &used("videos#1795284000", 1), 0, NOW);
        assert!(!usage.forbids() && usage.is_passed());
        assert_eq!(usage.warns(), warns);
        assert_eq!(usage.reservation(NOW).bound, Bound::Free);
    }
}

#[test]
fn a_warning_comes_at_its_share_and_not_before() {
    let limit = Limit {
        warn_percent: Some(80),
        ..day(10)
    };
    let warns = |before| limit.usage(1, &used("videos#1795284000", before), 0, NOW).warns();
    assert_eq!((warns(7), warns(8)), (false, true));
}

#[test]
fn a_sliding_window_forgets_a_step_when_all_of_it_is_old_enough() {
    let began = NOW.seconds();
    let count = Count {
        steps: [(began, 3), (began + 3600, 1)].into(),
        revision: 4,
        ..Count::default()
    };
    let counts = Counts::from([("videos#~".to_owned(), count)]);
    let at = |hours: i64| sliding(4).usage(1, &counts, 0, NOW.after(Millis(HOUR.0 * hours)));
    assert_eq!((at(2).used, at(2).left()), (4, 0));
    assert_eq!(at(2).resets_at, Some(NOW.after(Millis(HOUR.0 * 25))));
    assert_eq!((at(24).used, at(25).used, at(26).used), (4, 1, 0));
    assert_eq!(at(25).forgotten, [began]);
    assert_eq!(at(2).reservation(NOW).bound, Bound::Unchanged(4));
}

#[test]
fn what_all_use_together_is_tried_row_by_row() {
    let limit = shared(8, 4);
    let mut counts = used("videos#1795284000@1", 2);
    assert_eq!(limit.usage(1, &counts, 1, NOW).key.0, "videos#1795284000@2");
    for shard in [2, 3, 0] {
        counts.extend(used(&format!("videos#1795284000@{shard}"), 2));
    }
    assert!(limit.usage(1, &counts, 1, NOW).forbids());
    assert_eq!(limit.rows(NOW).len(), 4);
}

/// One customer's row as `DynamoDB` keeps it, with the conditions that the store states.
#[derive(Default)]
struct Table(Counts);

impl Table {
    fn reserve(&mut self, reservation: &Reservation) -> bool {
        let count = self
            .0
            .entry(reservation.counted.key.row().to_owned())
            .or_default();
        let holds = match reservation.bound {
            Bound::AtMost(most) => count.used <= most,
            Bound::Unchanged(revision) => count.revision == revision,
            Bound::Free => true,
        };
        if !holds {
            return false;
        }
        match reservation.counted.key.step() {
            Some((_, began)) => {
                count.revision += 1;
                for step in &reservation.forgotten {
                    count.steps.remove(step);
                }
                *count.steps.entry(began).or_default() += reservation.counted.amount;
            }
            None => count.used += reservation.counted.amount,
        }
        true
    }

    fn give_back(&mut self, counted: &Counted) {
        let Some(count) = self.0.get_mut(counted.key.row()) else {
            return;
        };
        match counted.key.step() {
            Some((_, began)) => {
                if let Some(step) = count.steps.get_mut(&began) {
                    *step -= counted.amount;
                }
            }
            None => count.used -= counted.amount,
        }
    }
}

#[derive(Clone, Debug)]
enum Act {
    /// Somebody looks now, and reserves after so many further acts.
    Look(u64),
    Reserve(usize),
    GiveBack(usize),
    Wait(i64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        4 => (1_u64..4).prop_map(Act::Look),
        6 => (0_usize..8).prop_map(Act::Reserve),
        2 => (0_usize..16).prop_map(Act::GiveBack),
        2 => (1_i64..40).prop_map(Act::Wait),
    ];
    prop::collection::vec(act, 1..80)
}

proptest! {
    /// Whoever looks when and reserves when, within no window of the limit's length is more in use than is allowed; and
    /// what is given back is as if it had never been.
    #[test]
    fn no_order_of_events_uses_more_than_is_allowed(
        acts in acts(),
        max in 1_u64..6,
        kind in 0_u8..3,
    ) {
        let limit = match kind {
            0 => day(max),
            1 => sliding(max),
            _ => Limit { span: Span::Open, ..day(max) },
        };
        let (mut table, mut now) = (Table::default(), NOW);
        let mut looked: Vec<(Timestamp, Reservation)> = vec![];
        let mut admitted: Vec<(Timestamp, Counted)> = vec![];
        for act in acts {
            match act {
                Act::Wait(quarters) => now = now.after(Millis(quarters * HOUR.0 / 4)),
                Act::Look(amount) => {
                    let usage = limit.usage(amount, &table.0, 0, now);
                    if usage.has_room() {
                        looked.push((now, usage.reservation(now)));
                    }
                }
                Act::Reserve(which) if !looked.is_empty() => {
                    // A use belongs to the moment at which it was looked for, however long the write took.
                    let (at, reservation) = looked.remove(which % looked.len());
                    if table.reserve(&reservation) {
                        admitted.push((at, reservation.counted));
                    }
                }
                Act::GiveBack(which) if !admitted.is_empty() => {
                    let (_, counted) = admitted.remove(which % admitted.len());
                    table.give_back(&counted);
                }
                Act::Reserve(_) | Act::GiveBack(_) => {}
            }
            let mut by_row: BTreeMap<String, u64> = BTreeMap::new();
            let sliding = matches!(limit.span, Span::Sliding(_));
            for (at, counted) in &admitted {
                let recent = now.since(*at).0 < HOUR.0 * 24;
                if !sliding || recent {
                    *by_row.entry(counted.key.row().to_owned()).or_default() += counted.amount;
                }
            }
            for (row, used) in by_row {
                prop_assert!(used <= max, "{row}: {used} of {max}");
            }
        }
    }
}
