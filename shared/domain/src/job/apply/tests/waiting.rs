//! What is waited for, and how long.

use super::*;

fn running(now: Timestamp) -> Job {
    Job {
        stage: Stage::Running,
        fence: Fence(1),
        task: Some(task(1)),
        running_since: Some(START),
        due_at: Some(now),
        ..job()
    }
}

/// How many milliseconds after each poll the next one is due.
fn pauses(mut job: Job, events: impl IntoIterator<Item = Event>) -> Vec<i64> {
    let next = |event| {
        let now = job.due_at.unwrap();
        job = job.apply(event, now).unwrap().after;
        job.due_at.unwrap().since(now).0
    };
    events.into_iter().map(next).collect()
}

#[test]
fn a_record_that_lags_behind_its_callback_is_read_again_within_seconds_and_not_for_ever() {
    let called_back = Event::StillRunning {
        called_back: true,
        jitter: Jitter(999),
    };
    let events = std::iter::once(called_back).chain((0..7).map(|_| still_running()));
    let pauses = pauses(running(START.after(Millis::from_secs(60))), events);
    let together: i64 = pauses.iter().take(6).sum();
    assert!(pauses[0] <= 4_000, "{pauses:?}");
    assert!((60_000..240_000).contains(&together), "{pauses:?}");
    let first_poll = Millis::from_mins(11).0 - 60_000 - together;
    assert_eq!(pauses[6], first_poll, "then its word is taken: {pauses:?}");
}

#[test]
fn an_unanswered_question_is_asked_again_within_seconds_and_no_later_than_the_settling() {
    let not_told = |retry_after| Event::NotTold {
        retry_after,
        jitter: Jitter(999),
    };
    let asked = running(START.after(Millis::from_secs(60)));
    assert!(pauses(asked.clone(), [not_told(None)])[0] <= 4_000);
    let wish = Millis::from_secs(40);
    assert!((40_000..=41_000).contains(&pauses(asked.clone(), [not_told(Some(wish))])[0]));
    let now = asked.due_at.unwrap();
    let far = asked.apply(not_told(Some(Millis::from_mins(600))), now).unwrap();
    assert_eq!(far.after.due_at, Some(asked.settle_at));
    // When the time is up, silence settles nothing; cleanup does, after the grace.
    let over = running(asked.settle_at);
    let change = over.apply(not_told(None), over.settle_at).unwrap();
    assert_eq!(change.rule, Rule::Wait);
    assert!(change.after.due_at.unwrap() > over.settle_at);
    let said = over.apply(still_running(), over.settle_at).unwrap();
    assert_eq!(
        (said.rule, said.settlement),
        (Rule::T15, Some(Settlement::Release))
    );
}

#[test]
fn a_task_that_the_provider_does_not_know_is_given_up_when_no_render_takes_so_long() {
    let missing = Event::NoSuchTask { jitter: Jitter(0) };
    let horizon = START.after(job().order.render_max);
    let early = running(START).apply(missing.clone(), Timestamp(horizon.0 - 1));
    assert_eq!(early.unwrap().rule, Rule::Wait);
    assert_eq!(running(START).apply(missing, horizon).unwrap().rule, Rule::T9);
}

#[test]
fn no_wish_of_telegrams_keeps_a_credit_beyond_the_settling() {
    let rendered = Job {
        stage: Stage::Rendered,
        ..running(START)
    };
    let wish = |now| {
        let event = Event::PostponeDelivery {
            unsure: true,
            retry_after: Some(Millis::from_mins(600)),
            jitter: Jitter(999),
        };
        rendered.apply(event, now).unwrap().after.due_at.unwrap()
    };
    assert_eq!(wish(START), rendered.settle_at);
    let late = wish(rendered.settle_at);
    assert!(late > rendered.settle_at && late <= rendered.settle_at.after(Millis::from_secs(4)));
}

#[test]
fn a_callback_that_could_tell_nobody_makes_the_job_due_at_once() {
    let asked = running(START.after(Millis::from_mins(11)));
    let now = START.after(Millis::from_secs(60));
    let told = asked.apply(Event::CalledBack, now).unwrap().after;
    assert_eq!((told.stage, told.due_at), (Stage::Running, Some(now)));
    assert_eq!(next_step(&told, now), Step::Poll);
    assert!(
        pauses(told, [still_running()])[0] <= 8_000,
        "and its record may lag"
    );
}

#[test]
fn a_wait_is_written_only_over_the_due_time_that_was_read() {
    let asked = running(START);
    for event in [Event::CalledBack, still_running()] {
        let change = asked.apply(event, START).unwrap();
        assert!(change.guards.contains(&Guard::DueAt(START)));
    }
}

#[test]
fn whoever_came_sooner_and_waits_for_the_same_provider_waits_before_whenever_each_is_tried() {
    let at = |seconds| START.after(Millis::from_secs(seconds));
    let mine = Job {
        created_at: at(10),
        due_at: Some(at(20)),
        ..job()
    };
    let other = |came, due| {
        let nonce = Nonce::from_random([2; NONCE_CHARS]);
        Job {
            id: JobId { nonce, ..job().id },
            created_at: at(came),
            due_at: Some(at(due)),
            ..job()
        }
    };
    for due in [15, 20, 25] {
        assert!(other(9, due).waits_before(&mine) && !mine.waits_before(&other(9, due)));
        assert!(!other(11, due).waits_before(&mine) && mine.waits_before(&other(11, due)));
    }
    // Of two that came at one moment, one is the first.
    assert_ne!(
        other(10, 20).waits_before(&mine),
        mine.waits_before(&other(10, 20))
    );
    assert!(!mine.waits_before(&mine.clone()));
    let mut elsewhere = other(9, 20);
    "kling".clone_into(&mut elsewhere.order.provider);
    assert!(!elsewhere.waits_before(&mine));
    for stage in [Stage::Submitting, Stage::Running, Stage::Failed, Stage::Canceled] {
        let moved = Job {
            stage,
            ..other(9, 20)
        };
        assert!(!moved.waits_before(&mine), "{stage:?}");
    }
}
