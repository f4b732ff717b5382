//! Ringing doorbells once more that failed too often, wherever an operator asks for it. An order that is over is not changed by
//! it; who did it stands in the audit before it is done, because what is rung cannot be taken back.

use std::time::Duration;

use domain::id::JobId;
use domain::time::{Millis, Timestamp};
use limits_flags::By;
use limits_flags::audit::{Action, Entry};
use queue::{DeadLetters, Letter};
use table::Deadline;

/// What the audit calls the queue.
const ENTITY: &str = "queue#doorbells";

/// The order that a letter rings for; `None` where it is no doorbell.
pub fn job(letter: &Letter) -> Option<JobId> {
    letter.doorbell()?.job_id().ok()
}

/// That these are rung.
pub fn rings(letters: &[Letter], by: &By) -> Entry {
    entry(letters, None, by.clone())
}

/// That only the first so many were, after all.
pub fn broke_off(letters: &[Letter], rung: usize, by: &By, now: Timestamp) -> Entry {
    let note = format!("it broke off: {rung} of {} were rung", letters.len());
    // Two of the same moment would be one.
    let later = By {
        at: now.max(by.at.after(Millis(1))),
        ..by.clone()
    };
    entry(letters.get(..rung).unwrap_or_default(), Some(note), later)
}

fn entry(letters: &[Letter], note: Option<String>, by: By) -> Entry {
    let rung: Vec<String> = letters
        .iter()
        .filter_map(job)
        .map(|id| format!("\"{id}\""))
        .collect();
    let (all, rung) = (letters.len(), rung.join(","));
    Entry {
        entity: ENTITY.to_owned(),
        action: Action::Update,
        old: None,
        new: Some(format!(r#"{{"doorbells":{all},"rung_again":[{rung}]}}"#)),
        by,
        version: 0,
        note,
    }
}

/// Rings one after the other, as long as so much time is left for each; gives how many rang, and what ended it early.
pub async fn ring(
    queue: &DeadLetters,
    letters: &[Letter],
    (deadline, with): (Deadline, Duration),
) -> (usize, Option<queue::Error>) {
    let mut rung = 0_usize;
    for letter in letters {
        if deadline.remaining() < with {
            break;
        }
        if let Err(error) = queue.ring(letter).await {
            return (rung, Some(error));
        }
        rung = rung.saturating_add(1);
    }
    (rung, None)
}
