//! Which open orders are stuck, and which have run out of time.

use super::*;
use crate::job::{STUCK_AFTER, Wait};

fn is(job: &Job, now: Timestamp) -> Vec<&'static str> {
    let fitting = Wait::ALL.into_iter().filter(|wait| wait.fits(job, now));
    fitting.map(Wait::as_str).collect()
}

#[test]
fn an_order_is_stuck_when_it_is_due_for_long_and_expired_when_its_time_is_up() {
    let job = job();
    let stuck = job.due_at.unwrap().after(STUCK_AFTER);
    let before = |at: Timestamp| at.after(Millis(-1));
    assert_eq!(is(&job, before(stuck)), ["open"]);
    assert_eq!(is(&job, stuck), ["open", "stuck"]);
    assert_eq!(is(&job, before(job.settle_at)), ["open", "stuck"]);
    assert_eq!(is(&job, job.settle_at), ["open", "stuck", "expired"]);
    let polled = Job {
        due_at: Some(job.settle_at.after(Millis(1))),
        ..job.clone()
    };
    assert_eq!(
        is(&polled, job.settle_at),
        ["open", "expired"],
        "somebody goes on with it"
    );
    let settled = Job {
        stage: Stage::Failed,
        ..job
    };
    assert_eq!(
        is(&settled, settled.settle_at),
        Vec::<&str>::new(),
        "its customer is to be told, no more"
    );
}

#[test]
fn whatever_is_such_an_order_is_found_among_those_that_are_due_by_then() {
    for wait in Wait::ALL {
        assert_eq!(Wait::parse(wait.as_str()), Some(wait));
        let job = job();
        let now = job.settle_at;
        assert!(wait.fits(&job, now) && job.due_at.unwrap() <= wait.due_by(now));
    }
    assert_eq!(Wait::parse("lost"), None);
}
