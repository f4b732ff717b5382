//! A simulation that finds nothing wrong must be able to: worlds in which something that everything rests on does not hold
//! are found out, and usual ones are not; and a seed is enough to play a schedule again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test"
)]

use sim::faults::Broken;
use sim::{Wish, play};

/// The first schedule of a broken world in which something is found, of so many.
fn found(broken: Broken, schedules: u64) -> Option<Vec<String>> {
    let outcomes = (1..=schedules).map(|seed| play(Wish::of(seed).broken(broken)));
    outcomes
        .map(|outcome| outcome.violations)
        .find(|violations| !violations.is_empty())
}

#[test]
fn a_world_whose_writes_pass_over_their_conditions_is_found_out() {
    let found = found(Broken::Conditions, 20).expect("nothing was found");
    assert!(found[0].starts_with('I'), "{found:?}");
}

#[test]
fn a_world_whose_transactions_are_torn_is_found_out() {
    let found = found(Broken::Transactions, 3).expect("nothing was found");
    assert!(found[0].starts_with('I'), "{found:?}");
}

#[test]
fn a_world_in_which_nobody_looks_for_what_was_forgotten_is_found_out() {
    let found = found(Broken::Cleanup, 60).expect("nothing was found");
    assert!(found[0].starts_with("liveness"), "{found:?}");
}

#[test]
fn usual_worlds_are_sound_and_a_seed_plays_the_same_again() {
    for seed in 1..=6 {
        let (one, other) = (play(Wish::of(seed)), play(Wish::of(seed)));
        assert_eq!(one.violations, Vec::<String>::new(), "seed {seed}");
        assert_eq!(one.history, other.history, "seed {seed}");
    }
    let (one, other) = (play(Wish::of(1)), play(Wish::of(2)));
    assert_ne!(one.history, other.history);
}
