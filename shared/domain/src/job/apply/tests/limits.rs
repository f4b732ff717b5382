//! How often and how late: every bound of the machine, just before it and at it.

use super::*;
use crate::job::{TELL_TRIES_MAX, WORKER_PATIENCE, is_left_by_workers};

#[test]
fn no_submission_begins_after_too_many_or_too_late() {
    let claim = |job: Job, now: Timestamp| {
        let lease_until = now.after(LEASE);
        job.apply(
            Event::Claim {
                lease_until,
                way: None,
            },
            now,
        )
        .err()
    };
    let fence = Fence(FENCE_MAX);
    assert_eq!(claim(Job { fence, ..job() }, START), Some(Refused::Exhausted));
    let losses = LOSSES_MAX;
    assert_eq!(claim(Job { losses, ..job() }, START), Some(Refused::Exhausted));
    let give_up_at = job().give_up_at;
    assert_eq!(claim(job(), give_up_at), Some(Refused::TooLate));
    assert_eq!(claim(job(), Timestamp(give_up_at.0 - 1)), None);
}

#[test]
fn a_provider_that_refuses_for_ever_is_not_asked_for_ever() {
    let refused = |fence: u32| {
        let job = Job {
            stage: Stage::Submitting,
            fence: Fence(fence),
            ..job()
        };
        let event = Event::NotAccepted {
            retry_after: None,
            jitter: Jitter(0),
        };
        job.apply(event, START).unwrap()
    };
    assert_eq!(refused(FENCE_MAX - 1).rule, Rule::T4);
    let last = refused(FENCE_MAX);
    assert_eq!(
        (last.rule, last.settlement),
        (Rule::T5, Some(Settlement::Release))
    );
}

#[test]
fn nothing_is_settled_before_its_time_is_up() {
    for (stage, time) in [
        (Stage::Queued, job().give_up_at),
        (Stage::Submitting, job().settle_at),
        (Stage::Unknown, job().settle_at),
        (Stage::Running, job().settle_at),
        (Stage::Rendered, job().settle_at),
    ] {
        let job = Job {
            stage,
            due_at: Some(START),
            ..job()
        };
        let early = job.apply(Event::TimeUp, Timestamp(time.0 - 1));
        assert!(matches!(early, Err(Refused::NotBefore(_))), "{stage:?}");
        assert_eq!(
            job.apply(Event::TimeUp, time).unwrap().rule,
            Rule::T15,
            "{stage:?}"
        );
    }
}

#[test]
fn what_cannot_get_better_or_comes_too_late_is_not_tried_again() {
    let after = |failure: Failure, now: Timestamp| {
        let running = Job {
            stage: Stage::Running,
            fence: Fence(1),
            ..job()
        };
        let jitter = Jitter(0);
        running
            .apply(Event::TaskFailed { failure, jitter }, now)
            .unwrap()
            .after
            .stage
    };
    assert_eq!(after(Failure::Provider, START), Stage::Queued);
    assert_eq!(after(Failure::Provider, job().give_up_at), Stage::Failed);
    for hopeless in [Failure::Moderation, Failure::BadInput, Failure::PhotoGone] {
        assert_eq!(after(hopeless, START), Stage::Failed, "{hopeless:?}");
    }
}

#[test]
fn nobody_is_told_of_a_failure_for_ever() {
    let telling = |tell_tries: u32| {
        let failed = Job {
            stage: Stage::Failed,
            tell_tries,
            ..job()
        };
        let until = START.after(LEASE);
        failed.apply(Event::ClaimTelling { until }, START).unwrap()
    };
    assert_eq!(telling(TELL_TRIES_MAX - 1).rule, Rule::Tell);
    let last = telling(TELL_TRIES_MAX);
    assert_eq!((last.rule, last.after.due_at), (Rule::Told, None));
}

#[test]
fn a_stored_video_is_charged_and_never_thrown_away_for_being_late() {
    for stage in [
        Stage::Stored,
        Stage::Delivered,
        Stage::Parked,
        Stage::Failed,
        Stage::Canceled,
    ] {
        let job = Job {
            stage,
            due_at: Some(START),
            ..job()
        };
        let late = job.settle_at.after(Millis::from_mins(60));
        assert_eq!(
            job.apply(Event::TimeUp, late).err(),
            Some(Refused::WrongStage(stage))
        );
    }
}

#[test]
fn a_video_of_less_than_half_the_length_is_not_the_one_that_was_ordered() {
    let order = job().order;
    let half_ms = u64::from(order.duration_s) * 500;
    assert!(!order.is_met_by(Some(half_ms - 1)));
    assert!(order.is_met_by(Some(half_ms)) && order.is_met_by(Some(60_000)));
    assert!(order.is_met_by(None), "it does not say");
}

#[test]
fn cleanup_leaves_a_job_to_the_workers_for_a_while_and_no_longer() {
    let due = Job {
        due_at: Some(START),
        ..job()
    };
    let patient = START.after(WORKER_PATIENCE);
    assert!(!is_left_by_workers(&due, Timestamp(patient.0 - 1)));
    assert!(is_left_by_workers(&due, patient));
    let resting = Job {
        due_at: None,
        ..job()
    };
    assert!(!is_left_by_workers(&resting, patient));
}
