//! An order that more than one provider can render.

use super::*;
use crate::ai_request::Costing;
use crate::cost::MicroUsd;
use crate::job::{Passed, Way};

fn way(provider: &str, expected: Option<u64>) -> Way {
    Way {
        provider: provider.to_owned(),
        family: format!("{provider}-3"),
        expected: expected.map(MicroUsd),
        billed_unit: None,
        poll_after: Millis::from_mins(1),
    }
}

/// By KIE, else by Kling, else by Luma.
fn job_of_three() -> Job {
    let mut job = job();
    job.order.others = vec![way("kling", Some(7)), way("luma", None)];
    job.order.costing = Some(Costing {
        expected: Some(MicroUsd(5)),
        billed_unit: Some(MicroUsd(2)),
        ..Costing::default()
    });
    job
}

fn claimed(job: &Job, way: Option<usize>) -> Job {
    let now = job.due_at.unwrap();
    let claim = Event::Claim {
        lease_until: now.after(LEASE),
        way,
    };
    job.apply(claim, now).unwrap().after
}

fn who(job: &Job) -> Vec<&str> {
    let others = job.order.others.iter().map(|way| way.provider.as_str());
    std::iter::once(job.order.provider.as_str())
        .chain(others)
        .collect()
}

fn busy() -> Event {
    Event::NotAccepted {
        retry_after: None,
        jitter: JITTER,
    }
}

#[test]
fn no_order_of_events_breaks_an_invariant_where_there_are_two_to_ask() {
    let mut job = job();
    job.order.others = vec![way("kling", None)];
    let (states, rules) = explored(job);
    assert!(states > 4_000, "{states} states");
    assert!(rules.contains(&Rule::T10));
}

#[test]
fn a_claim_writes_down_who_renders_it_and_what_that_costs() {
    let taken = claimed(&job_of_three(), Some(0));
    assert_eq!(who(&taken), ["kling", "luma", "kie"]);
    assert_eq!(taken.order.family, "kling-3");
    let costing = taken.order.costing.as_ref().unwrap();
    assert_eq!((costing.expected, costing.billed_unit), (Some(MicroUsd(7)), None));
    assert_eq!(taken.order.poll_after, Millis::from_mins(1));
    // And back: nothing is lost on the way.
    let queued = taken.apply(busy(), START).unwrap().after;
    let back = claimed(&queued, Some(1));
    assert_eq!(who(&back), ["kie", "luma", "kling"]);
    assert_eq!(back.order.costing, job_of_three().order.costing);
    assert_eq!(back.order.poll_after, job_of_three().order.poll_after);
}

#[test]
fn whoever_did_not_take_it_is_asked_again_only_after_the_others() {
    let first = claimed(&job_of_three(), None);
    assert_eq!(first.ways(), [None, Some(0), Some(1)]);
    let queued = first.apply(busy(), START).unwrap().after;
    assert_eq!(queued.passed, Some(Passed::Later));
    assert_eq!(queued.ways(), [Some(0), Some(1), None]);
    assert_eq!(queued.due_at, Some(START), "somebody else is asked at once");
    let queued = claimed(&queued, Some(0)).apply(busy(), START).unwrap().after;
    assert_eq!(
        (who(&queued), queued.due_at),
        (vec!["kling", "luma", "kie"], Some(START))
    );
    let queued = claimed(&queued, Some(0)).apply(busy(), START).unwrap().after;
    assert!(queued.due_at > Some(START), "all were asked: it waits");
    assert_eq!(who(&queued), ["luma", "kie", "kling"]);
}

#[test]
fn whoever_refuses_for_good_is_never_asked_again_and_the_last_one_ends_it() {
    let mut job = job_of_three();
    for left in [2, 1] {
        job = claimed(&job, job.ways()[0]);
        job = job.apply(Event::TurnedAway, START).unwrap().after;
        assert_eq!((job.stage, job.due_at), (Stage::Queued, Some(START)));
        assert_eq!(job.ways().len(), left);
        let again = Event::Claim {
            lease_until: START,
            way: None,
        };
        assert_eq!(job.apply(again, START).err(), Some(Refused::NoSuchWay));
    }
    let last = claimed(&job, Some(0));
    assert_eq!(who(&last), ["luma"]);
    let ended = last.apply(Event::TurnedAway, START).unwrap();
    assert_eq!(ended.settlement, Some(Settlement::Release));
    assert_eq!(ended.after.failure, Some(Failure::Provider));
}

#[test]
fn whoever_refuses_the_last_submission_ends_it_though_there_are_others() {
    let mut job = claimed(&job_of_three(), None);
    job.fence = Fence(FENCE_MAX);
    let ended = job.apply(Event::TurnedAway, START).unwrap();
    assert_eq!((ended.rule, ended.after.stage), (Rule::T5, Stage::Failed));
    assert_eq!(ended.settlement, Some(Settlement::Release));
}

#[test]
fn what_may_be_under_way_goes_to_nobody_else() {
    let submitted = claimed(&job_of_three(), None);
    let lost = submitted
        .apply(Event::OutcomeUnknown { can_ask: false }, START)
        .unwrap()
        .after;
    let running = Event::Accepted {
        fence: submitted.fence,
        task: task(1),
    };
    let running = submitted.apply(running, START).unwrap().after;
    for open in [&submitted, &lost, &running] {
        for now in [START, START.after(Millis::from_mins(14)), open.due_at.unwrap()] {
            let elsewhere = Event::Claim {
                lease_until: now.after(LEASE),
                way: Some(0),
            };
            assert_eq!(
                open.apply(elsewhere, now).err(),
                Some(Refused::WrongStage(open.stage))
            );
        }
    }
    let silent = lost.apply(Event::HorizonPassed { jitter: JITTER }, lost.horizon());
    assert_eq!(silent.unwrap().after.ways(), [Some(0), Some(1), None]);
}

#[test]
fn a_way_that_there_is_not_is_none() {
    let nowhere = Event::Claim {
        lease_until: START,
        way: Some(2),
    };
    assert_eq!(
        job_of_three().apply(nowhere, START).err(),
        Some(Refused::NoSuchWay)
    );
}
