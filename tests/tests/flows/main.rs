//! Flows: every row of "Failure modes and answers" in `ARCHITECTURE.md`, played on the stage. One file per subject; every
//! test ends with `assert_sound`, which checks the invariants I1 to I15 and that nobody complains.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "what goes wrong fails the test, and racers run beside each other"
)]

mod ordering;
mod racers;
mod redelivery;
mod taps;

mod outbox;
mod paused;
mod poison;

mod provider;
mod quality;
mod reconciled;
mod results;
mod routes;
mod submission;

mod broadcasts;
mod callbacks;
mod checked;
mod delivery;
mod keyed;
mod kinds;
mod undone;
mod unreachable;

mod limits;
mod lost;
mod plans;
mod races;
mod urgent;
mod vary;
mod waits;
mod why;
mod windows;
mod words;

mod deadlines;
mod doorways;
mod dynamodb;

mod habits;
mod inspected;
mod messages;
mod moderation;
mod orders;
mod sample;
mod settings;

mod cold;
mod erased;
mod events;
mod files;
mod gifted_days;
mod groups;
mod guarded;
mod measured;
mod money_back;
mod paying;
mod permissions;
mod rewards;
mod shop;
mod slow;
mod sound;
mod stars;
mod stars_back;
mod subscriptions;
mod support;
mod upgrade;

/// A customer.
const ANNA: i64 = 1001;
/// Another.
const BORIS: i64 = 1002;
/// A vault channel.
const VAULT: i64 = -1_001_000_000_001;

/// A newcomer has ordered a video of these words.
async fn ordered(prompt: &str) -> (tests::stage::Stage, domain::id::JobId) {
    let stage = tests::stage::Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, prompt).await;
    (stage, job)
}
