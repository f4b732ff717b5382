//! The operator's report: whoever takes it on sends it, alone and once.

use domain::report::{Period, Span};
use domain::time::Millis;
use domain::window::Zone;
use store::{Claim, Claimant, Claimed, Part};

use super::bench::{NOW, Scene, soon};

const LEASE: Millis = Millis::from_mins(15);

fn day() -> Period {
    let zone = Zone::named("Europe/Moscow").unwrap();
    Period::of(Span::Day, &zone, "2026-11-21").unwrap()
}

/// Takes it on so many minutes after the first could, each time as somebody else.
async fn claim(scene: &Scene, minutes: i64) -> Claim {
    claim_as(scene, &format!("after {minutes}"), minutes).await
}

async fn claim_as(scene: &Scene, name: &str, minutes: i64) -> Claim {
    let now = NOW.after(Millis::from_mins(minutes));
    let until = now.after(LEASE);
    let by = Claimant { name, now, until };
    let notes = scene.store.notes();
    notes.claim(&day(), by, soon()).await.unwrap()
}

async fn ours(scene: &Scene, minutes: i64) -> Claimed {
    match claim(scene, minutes).await {
        Claim::Ours(claimed) => claimed,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn of_two_at_once_one_sends_and_the_other_only_once_its_time_is_over() {
    let scene = Scene::new().await;
    let slow = ours(&scene, 0).await;
    assert_eq!(claim(&scene, 14).await, Claim::Busy);
    let next = ours(&scene, 16).await;
    let notes = scene.store.notes();
    let sends = async |claimed| notes.sends(claimed, Part::Text, 1, soon()).await.unwrap();
    assert!(!sends(&slow).await, "whoever is too late sends nothing");
    assert!(sends(&next).await);
    // Nor does whoever is too late end it.
    notes.leave(&slow, true, soon()).await.unwrap();
    assert_eq!(claim(&scene, 17).await, Claim::Busy);
}

#[tokio::test]
async fn a_claim_that_is_written_twice_because_its_answer_was_lost_is_ours() {
    let scene = Scene::new().await;
    let first = claim_as(&scene, "one", 0).await;
    assert_eq!(claim_as(&scene, "one", 0).await, first);
    assert_eq!(claim_as(&scene, "two", 0).await, Claim::Busy);
}

#[tokio::test]
async fn what_was_sent_is_never_sent_again() {
    let scene = Scene::new().await;
    let sent = async || scene.store.notes().was_sent(&day()).await.unwrap();
    assert!(!sent().await);
    let first = ours(&scene, 0).await;
    assert!(!sent().await);
    scene.store.notes().leave(&first, true, soon()).await.unwrap();
    assert!(sent().await);
    assert_eq!(claim(&scene, 1).await, Claim::Done);
    assert_eq!(claim(&scene, 600).await, Claim::Done);
}
