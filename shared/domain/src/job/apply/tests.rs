//! The machine, explored: every order of events up to a bound, with the invariants after each.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "small numbers, and an overflow fails the test"
)]

mod happenings;
mod limits;
mod lost;
mod open;
mod waiting;
mod ways;
mod words;

use std::collections::{BTreeSet, HashSet, VecDeque};

use super::*;
use crate::account::Place;
use crate::catalog::Rules;
use crate::id::{ChatId, JobId, MessageId, ModelId, NONCE_CHARS, Nonce, UserId};
use crate::job::{Order, SETTLE_GRACE, Step, next_step};
use crate::money::Credits;
use crate::video::Aspect;

use happenings::{JITTER, events, still_running};

const START: Timestamp = Timestamp(1_000_000);
const LEASE: Millis = Millis::from_secs(150);

fn job() -> Job {
    let order = Order {
        model: ModelId("kling-3.0".into()),
        provider: "kie".into(),
        makes: crate::catalog::Makes::Video,
        family: "kling-3.0".into(),
        others: vec![],
        prompt: "a hedgehog".into(),
        image: None,
        aspect: Aspect::Portrait,
        duration_s: 5,
        quality: None,
        locale: "ru".into(),
        typical: Millis::from_secs(60),
        poll_after: Millis::from_mins(11),
        render_max: Millis::from_mins(15),
        plan: None,
        costing: None,
        quiet: false,
        sketch: None,
    };
    let rules = Rules {
        signup_credits: Credits(2),
        active_jobs_max: 2,
        limits: vec![],
        wait_max: Millis::from_mins(30),
        settle_max: Millis::from_mins(60),
    };
    let id = JobId {
        user: UserId(1),
        nonce: Nonce::from_random([1; NONCE_CHARS]),
    };
    let place = Place {
        chat: ChatId(1),
        message: MessageId(9),
    };
    Job::accepted(id, order, Credits(1), vec![], place, &rules, START)
}

fn task(n: u32) -> TaskId {
    TaskId(format!("task-{n}"))
}

fn check(before: &Job, change: &Change) {
    let after = &change.after;
    let what = format!("{:?}: {:?} -> {:?}", change.rule, before.stage, after.stage);
    assert!(
        change.guards.contains(&Guard::Stage(before.stage)),
        "{what} is not guarded by its stage"
    );
    assert!(
        change.guards.contains(&Guard::Fence(before.fence)),
        "{what} is not guarded by its fence"
    );
    let settles = !before.stage.is_final() && after.stage.is_final();
    assert_eq!(
        change.settlement.is_some(),
        settles,
        "{what} settles when it ends, and only then"
    );
    assert_eq!(
        change.settlement,
        if settles { after.settled() } else { None },
        "{what}"
    );
    if before.stage.is_final() {
        assert_eq!(before.stage, after.stage, "{what} leaves a final stage");
    }
    if !after.stage.is_final() {
        assert!(
            after.due_at.is_some(),
            "{what} leaves an open job that nothing will wake"
        );
    }
    if after.stage == Stage::Failed {
        assert!(after.failure.is_some(), "{what} fails without a reason");
    }
    assert!(
        after.fence >= before.fence && after.fence.0 <= before.fence.0 + 1,
        "{what}"
    );
    assert!(after.losses <= LOSSES_MAX && after.fence.0 <= FENCE_MAX, "{what}");
    if change.rule.is_transition() {
        assert_eq!(
            after.timeline.last().map(|mark| (mark.stage, mark.fence)),
            Some((after.stage, after.fence)),
            "{what}"
        );
        assert_eq!(after.timeline.len(), before.timeline.len() + 1, "{what}");
    } else {
        assert_eq!(before.stage, after.stage, "{what} moves without a transition");
        assert_eq!(after.timeline, before.timeline, "{what}");
    }
    assert_eq!(
        (&after.id, after.cost, &after.windows),
        (&before.id, before.cost, &before.windows),
        "{what}"
    );
    // Whoever renders it is chosen with the claim, and never while somebody else may be at it.
    if change.rule == Rule::T2 {
        assert_eq!(before.stage, Stage::Queued, "{what}");
    } else {
        assert_eq!(after.order, before.order, "{what}");
    }
}

/// What tells two states apart, without the times of their history.
fn face(job: &Job, now: Timestamp) -> String {
    let due = job.due_at.map(|due| (due.0 - now.0).clamp(-1, 1_000_000_000));
    format!(
        "{:?} {:?} {} {:?} {:?} {} {:?} {:?} {} {}",
        job.order.makes,
        job.stage,
        job.order.provider,
        job.passed,
        job.fence,
        job.losses,
        due,
        job.task,
        job.delivery_tries.min(2),
        job.tell_tries
    )
}

#[test]
fn no_order_of_events_breaks_an_invariant_and_every_transition_is_reached() {
    let (states, mut rules) = explored(job());
    assert!(states > 2_000, "{states} states");
    rules.extend(explored(words::words_job()).1);
    let missing: Vec<_> = Rule::ALL
        .into_iter()
        .filter(|rule| *rule != Rule::T1 && !rules.contains(rule))
        .collect();
    assert_eq!(missing, vec![], "never reached");
}

/// Everything that can become of a job, checked; how many states there are, and by which transitions.
fn explored(job: Job) -> (usize, BTreeSet<Rule>) {
    let mut seen = HashSet::new();
    let mut rules = BTreeSet::new();
    let mut queue = VecDeque::from([(job, START, 0_u32)]);
    while let Some((job, now, depth)) = queue.pop_front() {
        if depth > 24 || !seen.insert(face(&job, now)) {
            continue;
        }
        for event in events(&job, now) {
            if let Ok(change) = job.apply(event, now) {
                check(&job, &change);
                rules.insert(change.rule);
                queue.push_back((change.after, now.after(Millis(1)), depth + 1));
            }
        }
        // Time passes: to when it is due, and to when all is over.
        for later in [job.due_at, Some(job.settle_at.after(SETTLE_GRACE))]
            .into_iter()
            .flatten()
        {
            if later > now {
                queue.push_back((job.clone(), later, depth + 1));
            }
        }
    }
    (seen.len(), rules)
}

#[test]
fn only_these_stages_lead_to_those() {
    use Stage::{
        Canceled, Delivered, Failed, Parked, Queued, Rendered, Running, Stored, Submitting, Unknown,
    };
    let allowed: BTreeSet<(Rule, Stage, Stage)> = [
        (Rule::T2, Queued, Submitting),
        (Rule::T16, Submitting, Rendered),
        (Rule::T3, Submitting, Running),
        (Rule::T3, Unknown, Running),
        (Rule::T4, Submitting, Queued),
        (Rule::T5, Submitting, Failed),
        (Rule::T6, Submitting, Unknown),
        (Rule::T7, Unknown, Queued),
        (Rule::T7, Unknown, Failed),
        (Rule::T8, Running, Rendered),
        (Rule::T9, Running, Queued),
        (Rule::T9, Running, Failed),
        (Rule::T10, Rendered, Delivered),
        (Rule::T11, Rendered, Failed),
        (Rule::T12, Rendered, Stored),
        (Rule::T13, Stored, Parked),
        (Rule::T14, Queued, Canceled),
        (Rule::T15, Queued, Failed),
        (Rule::T15, Submitting, Failed),
        (Rule::T15, Unknown, Failed),
        (Rule::T15, Running, Failed),
        (Rule::T15, Rendered, Failed),
    ]
    .into();
    let late = START.after(Millis::from_mins(120));
    let mut found = BTreeSet::new();
    for stage in Stage::ALL {
        let times = [(START, 0), (late, 0), (START, LOSSES_MAX - 1)];
        let orders = [job(), words::words_job()];
        for (job, (now, losses)) in orders.iter().flat_map(|job| times.map(|at| (job, at))) {
            let job = Job {
                stage,
                losses,
                fence: Fence(1),
                due_at: Some(START),
                ..job.clone()
            };
            for event in events(&job, now) {
                if let Ok(change) = job.apply(event, now)
                    && change.rule.is_transition()
                {
                    found.insert((change.rule, stage, change.after.stage));
                }
            }
        }
    }
    assert_eq!(found, allowed);
}

#[test]
fn what_keeps_a_job_in_its_stage_belongs_to_that_stage() {
    let allowed: BTreeSet<(Rule, Stage)> = [
        (Rule::Wait, Stage::Running),
        (Rule::Wait, Stage::Unknown),
        (Rule::Deliver, Stage::Rendered),
        (Rule::Postpone, Stage::Rendered),
        (Rule::Move, Stage::Rendered),
        (Rule::Tell, Stage::Failed),
        (Rule::Told, Stage::Failed),
    ]
    .into();
    let mut found = BTreeSet::new();
    for stage in Stage::ALL {
        let job = Job {
            stage,
            fence: Fence(1),
            due_at: Some(START),
            ..job()
        };
        let changes = events(&job, START)
            .into_iter()
            .filter_map(|event| job.apply(event, START).ok());
        let stays = changes.filter(|change| !change.rule.is_transition());
        found.extend(stays.map(|change| (change.rule, stage)));
    }
    assert_eq!(found, allowed);
}

#[test]
fn what_waits_for_its_time_does_not_happen_a_millisecond_before() {
    let until = START.after(LEASE);
    let early = START.after(Millis::from_mins(10));
    let late = START.after(Millis::from_mins(120));
    let mut cases = vec![
        (
            Stage::Queued,
            early,
            Event::Claim {
                lease_until: until,
                way: None,
            },
        ),
        (Stage::Submitting, early, Event::LeaseExpired { can_ask: false }),
        (Stage::Unknown, early, Event::HorizonPassed { jitter: Jitter(0) }),
        (
            Stage::Rendered,
            early,
            Event::ClaimDelivery { deliver_until: until },
        ),
        (Stage::Failed, early, Event::ClaimTelling { until }),
    ];
    let open = [
        Stage::Queued,
        Stage::Submitting,
        Stage::Unknown,
        Stage::Running,
        Stage::Rendered,
    ];
    cases.extend(open.map(|stage| (stage, late, Event::TimeUp)));
    for (stage, due_at, event) in cases {
        let job = Job {
            stage,
            fence: Fence(1),
            due_at: Some(due_at),
            ..job()
        };
        let before = Timestamp(due_at.0 - 1);
        assert_eq!(
            job.apply(event.clone(), before).err(),
            Some(Refused::NotBefore(due_at)),
            "{stage:?} {event:?}"
        );
        assert!(job.apply(event.clone(), due_at).is_ok(), "{stage:?} {event:?}");
    }
}

#[test]
fn a_verdict_about_another_submission_is_refused() {
    let running = Job {
        stage: Stage::Unknown,
        fence: Fence(2),
        ..job()
    };
    let late = running.apply(
        Event::Accepted {
            fence: Fence(1),
            task: task(1),
        },
        START,
    );
    assert_eq!(late.err(), Some(Refused::OtherFence(Fence(2))));
}

#[test]
fn a_submission_is_named_once() {
    let submitting = Job {
        stage: Stage::Submitting,
        fence: Fence(1),
        ..job()
    };
    let named = submitting
        .apply(
            Event::Accepted {
                fence: Fence(1),
                task: task(1),
            },
            START,
        )
        .unwrap();
    assert!(named.guards.contains(&Guard::NoTask));
    let again = named.after.apply(
        Event::Accepted {
            fence: Fence(1),
            task: task(1),
        },
        START,
    );
    assert_eq!(again.err(), Some(Refused::AlreadyNamed));
}

#[test]
fn a_worker_that_may_still_act_is_waited_for() {
    let lease_until = START.after(LEASE);
    let submitting = job()
        .apply(
            Event::Claim {
                lease_until,
                way: None,
            },
            START,
        )
        .unwrap()
        .after;
    let before = Timestamp(lease_until.0 - 1);
    assert_eq!(
        submitting
            .apply(Event::LeaseExpired { can_ask: true }, before)
            .err(),
        Some(Refused::NotBefore(lease_until))
    );
    assert_eq!(
        submitting
            .apply(Event::LeaseExpired { can_ask: true }, lease_until)
            .unwrap()
            .after
            .stage,
        Stage::Unknown
    );
}

#[test]
fn three_paid_failures_are_enough() {
    let mut job = job();
    let mut now = START;
    for _ in 0..LOSSES_MAX {
        now = job.due_at.unwrap().max(now);
        job = job
            .apply(
                Event::Claim {
                    lease_until: now.after(LEASE),
                    way: None,
                },
                now,
            )
            .unwrap()
            .after;
        job = job
            .apply(
                Event::Accepted {
                    fence: job.fence,
                    task: task(job.fence.0),
                },
                now,
            )
            .unwrap()
            .after;
        job = job
            .apply(
                Event::TaskFailed {
                    failure: Failure::Provider,
                    jitter: Jitter(0),
                },
                now,
            )
            .unwrap()
            .after;
    }
    assert_eq!(
        (job.stage, job.failure, job.fence),
        (Stage::Failed, Some(Failure::Provider), Fence(3))
    );
}

#[test]
fn an_outage_leaves_the_job_queued_until_it_is_given_up() {
    let mut job = job();
    let mut now = START;
    let mut tries = 0;
    while let Step::Submit = next_step(&job, now) {
        job = job
            .apply(
                Event::Claim {
                    lease_until: now.after(LEASE),
                    way: None,
                },
                now,
            )
            .unwrap()
            .after;
        job = job
            .apply(
                Event::NotAccepted {
                    retry_after: None,
                    jitter: Jitter(0),
                },
                now,
            )
            .unwrap()
            .after;
        assert_eq!(job.stage, Stage::Queued);
        now = job.due_at.unwrap();
        tries += 1;
    }
    assert!((10..30).contains(&tries), "{tries} tries in half an hour");
    assert_eq!(next_step(&job, now), Step::Settle);
    let settled = job.apply(Event::TimeUp, now).unwrap();
    assert_eq!(
        (settled.rule, settled.settlement),
        (Rule::T15, Some(Settlement::Release))
    );
    assert_eq!(
        now, job.give_up_at,
        "released at the maximum wait, not long after"
    );
}

#[test]
fn a_long_render_is_asked_about_a_few_times_only() {
    for (render, expected) in [
        (10, 0),
        (100, 0),
        (660, 0),
        (661, 1),
        (990, 1),
        (991, 2),
        (1600, 3),
    ] {
        let running = Job {
            stage: Stage::Submitting,
            fence: Fence(1),
            ..job()
        };
        let mut job = running
            .apply(
                Event::Accepted {
                    fence: Fence(1),
                    task: task(1),
                },
                START,
            )
            .unwrap()
            .after;
        let mut polls = 0;
        while job.due_at.unwrap() < START.after(Millis::from_secs(render)) {
            job = job.apply(still_running(), job.due_at.unwrap()).unwrap().after;
            polls += 1;
        }
        assert_eq!(polls, expected, "polls in {render} s");
    }
}
