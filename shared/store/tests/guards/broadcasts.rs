//! Broadcasts: a wish and a step each find what they have read, and nobody is begun with twice.

use std::collections::BTreeMap;

use domain::broadcast::{Broadcast, BroadcastId, Claim, Counts, Reckoning, Segment, State, Step, Wording};
use domain::id::UserId;
use store::{Intended, Written};
use table::{Write, s};

use super::bench::{NOW, Scene, USER, soon};

fn draft() -> Broadcast {
    let wording = Wording {
        texts: BTreeMap::from([("ru".to_owned(), "Привет".to_owned())]),
        ..Wording::default()
    };
    let id = BroadcastId::parse("1795251600000-abcdef").unwrap();
    Broadcast::new(id, (wording, Segment::default(), 20), "user#1", NOW)
}

/// What is written besides, in a row of nobody's.
fn beside(scene: &Scene, name: &str) -> Write {
    let key = [("user_id", table::n(0)), ("window", s(name))];
    let item = key.map(|(name, value)| (name.to_owned(), value));
    Write::put("beside", &scene.tables.usage, item.into())
}

async fn made(scene: &Scene) -> Broadcast {
    let made = draft();
    scene
        .broadcasts
        .make(&made, beside(scene, "made"), soon())
        .await
        .unwrap();
    made
}

async fn wish(scene: &Scene, before: &Broadcast, after: &Broadcast) -> Written {
    scene
        .broadcasts
        .wish((before, after), None, soon())
        .await
        .unwrap()
}

async fn running(scene: &Scene) -> Broadcast {
    let made = made(scene).await;
    let reckoning = Reckoning {
        recipients: 5,
        finished_at: Some(NOW),
        ..Reckoning::default()
    };
    let reckoned = made.reckoned(reckoning).unwrap();
    assert_eq!(wish(scene, &made, &reckoned).await, Written::Yes);
    let started = reckoned.started(5, NOW).unwrap();
    assert_eq!(wish(scene, &reckoned, &started).await, Written::Yes);
    stands(scene).await
}

async fn stands(scene: &Scene) -> Broadcast {
    scene.broadcasts.get(&draft().id).await.unwrap().unwrap()
}

/// As it is once a step is ours, which is not written yet.
fn claimed(it: &Broadcast) -> Broadcast {
    match it.claim(NOW) {
        Claim::Ours(ours) => *ours,
        other => panic!("{other:?}"),
    }
}

async fn ours(scene: &Scene, it: &Broadcast) -> Broadcast {
    let ours = claimed(it);
    assert_eq!(
        scene.broadcasts.claim(it, &ours, soon()).await.unwrap(),
        Written::Yes
    );
    ours
}

fn one_sent() -> Step {
    Step {
        counts: Counts {
            sent: 1,
            ..Counts::default()
        },
        ..Step::default()
    }
}

#[tokio::test]
async fn a_broadcast_is_made_once() {
    let scene = Scene::new().await;
    let first = made(&scene).await;
    let other = Broadcast {
        by: "user#2".to_owned(),
        ..first.clone()
    };
    let again = scene
        .broadcasts
        .make(&other, beside(&scene, "again"), soon())
        .await;
    assert!(again.is_err());
    assert_eq!(stands(&scene).await, first);
}

#[tokio::test]
async fn of_two_wishes_at_once_one_is_carried_out() {
    let scene = Scene::new().await;
    let running = running(&scene).await;
    assert!(scene.broadcasts.running().await.unwrap().contains(&running.id));
    let stopped = running.stopped().unwrap();
    assert_eq!(wish(&scene, &running, &stopped).await, Written::Yes);
    let resumed = stopped.resumed(NOW).unwrap();
    assert_eq!(wish(&scene, &stopped, &resumed).await, Written::Yes);
    // Somebody who still sees it as it was before both.
    assert_eq!(wish(&scene, &running, &stopped).await, Written::Overtaken);
    assert_eq!(stands(&scene).await.state, State::Running);
}

#[tokio::test]
async fn what_has_ended_by_itself_is_not_stopped_any_more() {
    let scene = Scene::new().await;
    let running = running(&scene).await;
    let ours = ours(&scene, &running).await;
    let end = Step {
        walked: true,
        ..one_sent()
    };
    let done = ours.after(&end, NOW);
    assert_eq!(
        scene.broadcasts.commit(&done, soon()).await.unwrap(),
        Written::Yes
    );
    let stopped = running.stopped().unwrap();
    assert_eq!(wish(&scene, &running, &stopped).await, Written::Overtaken);
    assert_eq!(stands(&scene).await.state, State::Done);
    assert_eq!(scene.broadcasts.running().await.unwrap(), []);
}

#[tokio::test]
async fn of_two_steps_at_once_one_is_begun() {
    let scene = Scene::new().await;
    let running = running(&scene).await;
    ours(&scene, &running).await;
    let second = scene.broadcasts.claim(&running, &claimed(&running), soon()).await;
    assert_eq!(second.unwrap(), Written::Overtaken);
}

#[tokio::test]
async fn no_step_is_begun_of_what_was_stopped_meanwhile() {
    let scene = Scene::new().await;
    let running = running(&scene).await;
    let stopped = running.stopped().unwrap();
    assert_eq!(wish(&scene, &running, &stopped).await, Written::Yes);
    let late = scene.broadcasts.claim(&running, &claimed(&running), soon()).await;
    assert_eq!(late.unwrap(), Written::Overtaken);
    assert_eq!(stands(&scene).await.fence, running.fence);
}

#[tokio::test]
async fn a_step_that_lost_its_claim_counts_nothing() {
    let scene = Scene::new().await;
    let running = running(&scene).await;
    let slow = ours(&scene, &running).await;
    let expired = Broadcast {
        lease_until: None,
        due_at: NOW,
        ..slow.clone()
    };
    let next = ours(&scene, &expired).await;
    let late = scene
        .broadcasts
        .commit(&slow.after(&one_sent(), NOW), soon())
        .await;
    assert_eq!(late.unwrap(), Written::Overtaken);
    assert_eq!(stands(&scene).await.counts, Counts::default());
    let counted = scene
        .broadcasts
        .commit(&next.after(&one_sent(), NOW), soon())
        .await;
    assert_eq!(counted.unwrap(), Written::Yes);
    assert_eq!(stands(&scene).await.counts.sent, 1);
}

#[tokio::test]
async fn what_is_stopped_during_its_last_step_stays_stopped_and_is_counted() {
    let scene = Scene::new().await;
    let running = running(&scene).await;
    let ours = ours(&scene, &running).await;
    let stopped = running.stopped().unwrap();
    assert_eq!(wish(&scene, &running, &stopped).await, Written::Yes);
    let end = Step {
        walked: true,
        ..one_sent()
    };
    let done = ours.after(&end, NOW);
    assert_eq!(
        scene.broadcasts.commit(&done, soon()).await.unwrap(),
        Written::Yes
    );
    let it = stands(&scene).await;
    assert_eq!((it.state, it.counts.sent, it.walked), (State::Stopped, 1, true));
    assert_eq!(it.lease_until, None);
}

#[tokio::test]
async fn nobody_is_begun_with_twice_and_only_ones_own_is_taken_back() {
    let scene = Scene::new().await;
    let running = running(&scene).await;
    let first = ours(&scene, &running).await;
    let intend = async |of: &Broadcast| scene.broadcasts.intend(of, USER, NOW, soon()).await.unwrap();
    assert_eq!(intend(&first).await, Intended::Now);
    assert_eq!(intend(&first).await, Intended::Before);
    let later = Broadcast {
        fence: first.fence + 1,
        ..first.clone()
    };
    assert_eq!(intend(&later).await, Intended::Before);
    scene.broadcasts.withdraw(&later, USER, soon()).await.unwrap();
    assert_eq!(intend(&later).await, Intended::Before, "it is another's");
    scene.broadcasts.withdraw(&first, USER, soon()).await.unwrap();
    assert_eq!(intend(&later).await, Intended::Now);
}

#[tokio::test]
async fn what_is_noted_of_somebody_without_an_account_makes_none() {
    let scene = Scene::new().await;
    let nobody = UserId(404);
    scene.broadcasts.gone(nobody, soon()).await.unwrap();
    assert_eq!(scene.store.account(nobody).await.unwrap(), None);
    scene.store.set_muted(nobody, true, soon()).await.unwrap();
    scene.store.set_quiet(nobody, true, soon()).await.unwrap();
    assert_eq!(scene.store.account(nobody).await.unwrap(), None);
    scene.broadcasts.gone(USER, soon()).await.unwrap();
    scene.store.set_muted(USER, true, soon()).await.unwrap();
    scene.store.set_quiet(USER, true, soon()).await.unwrap();
    let account = scene.store.account(USER).await.unwrap().unwrap();
    assert!(account.blocked && account.muted && account.quiet);
    scene.store.set_muted(USER, false, soon()).await.unwrap();
    assert!(!scene.store.account(USER).await.unwrap().unwrap().muted);
}
