//! Doorbells that failed too often, rung once more (`queue::DeadLetters` says how).

use domain::time::Timestamp;
use queue::{BATCH, DeadLetters, Letter};
use serde_json::{Value, json};

use crate::arguments::Redrive;
use crate::registry::parsed;
use crate::show::{count, time};
use crate::{Error, Report};

/// Moves what lies in the dead-letter queue back to the queue of doorbells, or only shows it.
pub(crate) async fn redrive(redrive: &Redrive) -> Result<Report, Error> {
    let place = redrive.target.find().await?;
    let letters = DeadLetters::new(
        &place.sqs(),
        place.output("DoorbellDeadLetterQueueUrl")?.to_owned(),
        place.output("DoorbellQueueUrl")?.to_owned(),
    );
    let mut seen = Vec::new();
    let done = go_through(&letters, redrive, &mut seen).await;
    if redrive.dry_run {
        letters.put_back(&seen).await;
    }
    done.map_err(|source| broken_off(redrive, &seen, source))?;
    Ok(told(redrive, &seen))
}

/// What was moved before it broke off must not be unknown.
fn broken_off(redrive: &Redrive, seen: &[Letter], source: queue::Error) -> Error {
    let moved = if redrive.dry_run { 0 } else { seen.len() };
    let source = Box::new(source);
    if moved == 0 {
        return Error::Queue(source);
    }
    Error::BrokenOff { moved, source }
}

/// Takes letter by letter, and rings each unless it is only looked at.
async fn go_through(
    letters: &DeadLetters,
    redrive: &Redrive,
    seen: &mut Vec<Letter>,
) -> Result<(), queue::Error> {
    let max = usize::try_from(redrive.max).unwrap_or(usize::MAX);
    while seen.len() < max {
        let taken = letters.take(max.saturating_sub(seen.len()).min(BATCH)).await?;
        if taken.is_empty() {
            break;
        }
        for letter in taken {
            if !redrive.dry_run {
                letters.ring(&letter).await?;
            }
            seen.push(letter);
        }
    }
    Ok(())
}

fn told(redrive: &Redrive, seen: &[Letter]) -> Report {
    let doorbells = count(crate::show::number(seen.len()), "doorbell");
    let first = if redrive.dry_run {
        format!("{doorbells} would be rung once more")
    } else {
        format!("{doorbells} rung once more")
    };
    let lines: Vec<String> = [first].into_iter().chain(seen.iter().map(line)).collect();
    let moved = if redrive.dry_run { 0 } else { seen.len() };
    let doorbells: Vec<Value> = seen.iter().map(as_json).collect();
    Report::new(
        lines.join("\n"),
        json!({"moved": moved, "dry_run": redrive.dry_run, "doorbells": doorbells}),
    )
}

fn line(letter: &Letter) -> String {
    let told = parsed(&letter.body);
    let job = told["job"].as_str().unwrap_or(&letter.body);
    let since = letter
        .sent_at
        .map_or_else(String::new, |at| format!("  since {}", time(at)));
    format!("  {job}{since}")
}

fn as_json(letter: &Letter) -> Value {
    let told = parsed(&letter.body);
    let sent_at_ms = letter.sent_at.map(|at: Timestamp| at.0);
    json!({"job": told["job"], "body": told, "sent_at_ms": sent_at_ms})
}
