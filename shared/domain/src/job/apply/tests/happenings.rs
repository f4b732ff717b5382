//! Everything that could happen to a job.

use super::*;

pub(super) fn still_running() -> Event {
    Event::StillRunning {
        called_back: false,
        jitter: Jitter(500),
    }
}

/// Everything that could happen to a job at a time, whether it makes sense or not.
pub(super) fn events(job: &Job, now: Timestamp) -> Vec<Event> {
    let until = now.after(LEASE);
    [of_submission(job, until), of_render(until), of_delivery(until)].concat()
}

pub(super) const JITTER: Jitter = Jitter(500);

fn of_submission(job: &Job, until: Timestamp) -> Vec<Event> {
    let stale = Fence(job.fence.0.saturating_sub(1));
    vec![
        Event::Claim {
            lease_until: until,
            way: None,
        },
        Event::Accepted {
            fence: job.fence,
            task: task(job.fence.0),
        },
        Event::Accepted {
            fence: stale,
            task: task(99),
        },
        Event::NotAccepted {
            retry_after: None,
            jitter: JITTER,
        },
        Event::Claim {
            lease_until: until,
            way: Some(0),
        },
        Event::TurnedAway,
        Event::Rejected {
            failure: Failure::Moderation,
        },
        Event::Answered {
            answer: super::words::answer(),
            until,
        },
        Event::OutcomeUnknown { can_ask: false },
        Event::OutcomeUnknown { can_ask: true },
        Event::LeaseExpired { can_ask: true },
        Event::SurelyAbsent {
            fence: job.fence,
            jitter: JITTER,
        },
        Event::SurelyAbsent {
            fence: stale,
            jitter: JITTER,
        },
        Event::HorizonPassed { jitter: JITTER },
        Event::Cancel,
        Event::TimeUp,
    ]
}

fn of_render(until: Timestamp) -> Vec<Event> {
    let jitter = JITTER;
    vec![
        Event::CalledBack,
        still_running(),
        Event::NoSuchTask { jitter },
        Event::NotTold {
            retry_after: None,
            jitter,
        },
        Event::Succeeded {
            file: RenderedFile {
                url: "https://x/1.mp4".into(),
                bytes: 1_000_000,
                billed_milli: None,
            },
            deliver_until: until,
        },
        Event::TaskFailed {
            failure: Failure::Provider,
            jitter,
        },
        Event::TaskFailed {
            failure: Failure::Moderation,
            jitter,
        },
    ]
}

fn of_delivery(until: Timestamp) -> Vec<Event> {
    let jitter = JITTER;
    let to = Place {
        chat: ChatId(1),
        message: MessageId(10),
    };
    vec![
        Event::ClaimDelivery { deliver_until: until },
        Event::Moved { to },
        Event::PostponeDelivery {
            unsure: false,
            retry_after: None,
            jitter,
        },
        Event::Delivered {
            file: Some(FileId("f".into())),
        },
        Event::CannotDeliver {
            failure: Failure::FileGone,
        },
        Event::Stored {
            file: FileId("f".into()),
        },
        Event::Park,
        Event::ClaimTelling { until },
        Event::PostponeTelling {
            retry_after: None,
            jitter,
        },
        Event::Told,
    ]
}

#[test]
fn nothing_is_decided_by_what_a_job_says_of_its_trace() {
    for stage in Stage::ALL {
        let untraced = Job {
            stage,
            fence: Fence(1),
            due_at: Some(START),
            ..job()
        };
        let traced = Job {
            trace: Some("Root=1-0-0;Parent=0;Sampled=1".into()),
            ..untraced.clone()
        };
        assert_eq!(
            next_step(&traced, START),
            next_step(&untraced, START),
            "{stage:?}"
        );
        for event in events(&untraced, START) {
            let without = untraced.apply(event.clone(), START);
            let with = traced.apply(event, START).map(|mut change| {
                assert_eq!(change.after.trace.take(), traced.trace, "it is written once");
                change
            });
            assert_eq!(with, without, "{stage:?}");
        }
    }
}
