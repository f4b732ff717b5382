//! A submission that nobody heard back from, at a provider that can be asked for it by name.

use super::*;
use crate::job::ABSENCE_AFTER;
use crate::job::timing::ASK_AFTER;

const ABSENT: Event = Event::SurelyAbsent {
    fence: Fence(1),
    jitter: JITTER,
};

/// Lost sight of at the start.
fn lost(can_ask: bool) -> Job {
    let submitting = Job {
        stage: Stage::Submitting,
        fence: Fence(1),
        vain_polls: 3,
        ..job()
    };
    let unknown = submitting.apply(Event::OutcomeUnknown { can_ask }, START);
    unknown.unwrap().after
}

fn at(after: Millis) -> Timestamp {
    START.after(after)
}

#[test]
fn a_provider_that_can_be_asked_is_asked_soon_and_only_until_the_horizon() {
    let unknown = lost(true);
    assert_eq!((unknown.due_at, unknown.vain_polls), (Some(at(ASK_AFTER)), 0));
    assert_eq!(next_step(&unknown, at(ASK_AFTER)), Step::Find);
    let horizon = unknown.horizon();
    assert_eq!(horizon, at(unknown.order.render_max));
    assert_eq!(next_step(&unknown, Timestamp(horizon.0 - 1)), Step::Find);
    assert_eq!(next_step(&unknown, horizon), Step::PassHorizon);
    let early = unknown.apply(Event::HorizonPassed { jitter: JITTER }, at(ASK_AFTER));
    assert_eq!(early.err(), Some(Refused::NotBefore(horizon)));
}

#[test]
fn silence_is_believed_only_after_the_horizon() {
    let unknown = lost(false);
    let horizon = START.after(unknown.order.render_max);
    assert_eq!(unknown.due_at, Some(horizon));
    let early = unknown.apply(
        Event::HorizonPassed { jitter: Jitter(0) },
        Timestamp(horizon.0 - 1),
    );
    assert_eq!(early.err(), Some(Refused::NotBefore(horizon)));
    assert_eq!(
        unknown
            .apply(Event::HorizonPassed { jitter: Jitter(0) }, horizon)
            .unwrap()
            .after
            .stage,
        Stage::Queued
    );
}

#[test]
fn silence_is_asked_again_at_growing_distances_and_believed_at_the_horizon() {
    let mut unknown = lost(true);
    let mut asked = 0;
    while next_step(&unknown, unknown.due_at.unwrap()) == Step::Find {
        let now = unknown.due_at.unwrap();
        let silence = Event::NotTold {
            retry_after: None,
            jitter: JITTER,
        };
        let change = unknown.apply(silence, now).unwrap();
        assert_eq!((change.rule, change.after.stage), (Rule::Wait, Stage::Unknown));
        unknown = change.after;
        asked += 1;
    }
    assert!(
        (5..20).contains(&asked),
        "asked {asked} times in a quarter of an hour"
    );
    assert_eq!(unknown.due_at, Some(unknown.horizon()));
    let passed = unknown.apply(Event::HorizonPassed { jitter: JITTER }, unknown.horizon());
    assert_eq!(passed.unwrap().after.losses, 1);
}

#[test]
fn a_wish_to_be_left_alone_does_not_reach_beyond_the_horizon() {
    let unknown = lost(true);
    let silence = Event::NotTold {
        retry_after: Some(Millis::from_mins(600)),
        jitter: JITTER,
    };
    let waits = unknown.apply(silence, at(ASK_AFTER)).unwrap().after;
    assert_eq!(waits.due_at, Some(unknown.horizon()));
}

#[test]
fn what_the_provider_surely_does_not_have_is_ordered_again_at_once_and_is_no_loss() {
    let unknown = lost(true);
    let now = at(ABSENCE_AFTER);
    let change = unknown.apply(ABSENT, now).unwrap();
    assert_eq!((change.rule, change.settlement), (Rule::T7, None));
    let queued = change.after;
    assert_eq!(
        (queued.stage, queued.losses, queued.vain_polls),
        (Stage::Queued, 0, 0)
    );
    assert!(queued.due_at.unwrap() < now.after(Millis::from_secs(10)));
}

#[test]
fn absence_is_not_believed_while_the_order_may_still_be_under_way() {
    let unknown = lost(true);
    let early = Timestamp(at(ABSENCE_AFTER).0 - 1);
    let change = unknown.apply(ABSENT, early).unwrap();
    assert_eq!((change.rule, change.after.stage), (Rule::Wait, Stage::Unknown));
    assert_eq!(change.after.due_at, Some(at(ABSENCE_AFTER)));
}

#[test]
fn absence_is_about_one_submission_and_one_that_is_lost_and_due() {
    let now = at(ABSENCE_AFTER);
    let other = Event::SurelyAbsent {
        fence: Fence(2),
        jitter: JITTER,
    };
    assert_eq!(
        lost(true).apply(other, now).err(),
        Some(Refused::OtherFence(Fence(1)))
    );
    let not_due = Job {
        due_at: Some(now.after(Millis(1))),
        ..lost(true)
    };
    assert!(matches!(not_due.apply(ABSENT, now), Err(Refused::NotBefore(_))));
    for stage in Stage::ALL.into_iter().filter(|stage| *stage != Stage::Unknown) {
        let elsewhere = Job { stage, ..lost(true) };
        assert_eq!(
            elsewhere.apply(ABSENT, now).err(),
            Some(Refused::WrongStage(stage))
        );
    }
}

#[test]
fn it_goes_on_no_longer_than_other_submissions() {
    let (last, now) = (Fence(FENCE_MAX), at(ABSENCE_AFTER));
    let absent = Event::SurelyAbsent {
        fence: last,
        jitter: JITTER,
    };
    let worn = Job {
        fence: last,
        ..lost(true)
    };
    let change = worn.apply(absent, now).unwrap();
    assert_eq!((change.rule, change.after.stage), (Rule::T7, Stage::Failed));
    let late = Job {
        give_up_at: at(ABSENCE_AFTER),
        ..lost(true)
    };
    let waits = late.apply(ABSENT, now).unwrap().after;
    assert_eq!(next_step(&waits, waits.due_at.unwrap()), Step::Settle);
}

#[test]
fn a_submission_that_is_found_runs_with_fresh_polls() {
    let found = Job {
        vain_polls: 4,
        ..lost(true)
    };
    let accepted = Event::Accepted {
        fence: Fence(1),
        task: task(1),
    };
    let running = found.apply(accepted, at(ASK_AFTER)).unwrap().after;
    assert_eq!((running.stage, running.vain_polls), (Stage::Running, 0));
}

#[test]
fn an_order_that_is_lost_again_and_again_is_not_ordered_for_ever() {
    let mut job = lost(true);
    for times in 1..=3 {
        let fence = job.fence;
        let now = job.lost_sight_at().after(ABSENCE_AFTER);
        let absent = Event::SurelyAbsent {
            fence,
            jitter: JITTER,
        };
        job = job.apply(absent, now).unwrap().after;
        if times == 3 {
            break;
        }
        assert_eq!(job.stage, Stage::Queued, "lost {times} times");
        let claim = Event::Claim {
            lease_until: now.after(LEASE),
            way: None,
        };
        job = job.apply(claim, job.due_at.unwrap()).unwrap().after;
        let silence = Event::OutcomeUnknown { can_ask: true };
        job = job.apply(silence, now).unwrap().after;
    }
    assert_eq!((job.stage, job.failure), (Stage::Failed, Some(Failure::Provider)));
}
