//! I21: the log of AI operations says of every order what its job says.

use std::collections::BTreeMap;

use super::{Books, Index, Violation, violation};
use crate::account::Account;
use crate::ai_request::{AiRequest, Asked};
use crate::id::JobId;
use crate::job::Job;
use crate::time::Millis;

/// How long a deletion takes at most; cleanup goes on with what was begun, every minute.
const ERASING_MAX: Millis = Millis::from_mins(60);

pub(super) fn wrong(books: &Books, index: &Index<'_>) -> Vec<Violation> {
    let Some(log) = &books.log else {
        return Vec::new();
    };
    let lines: BTreeMap<&str, &AiRequest> = log.iter().map(|line| (line.id.as_str(), line)).collect();
    let mut found: Vec<Violation> = books
        .jobs
        .iter()
        .filter_map(|job| wrong_line(books, job, lines.get(job.id.to_string().as_str()).copied()))
        .collect();
    let orphans = log
        .iter()
        .filter(|line| JobId::parse(&line.id).is_some_and(|job| !index.names.contains(&job)));
    found.extend(orphans.map(|line| violation("I21", format!("the log has {}, which is no job", line.id))));
    found
}

/// Whether nothing is left of what the customer said or showed: they had it deleted, and the order does not know any more
/// whether there was a photo.
fn is_silenced(job: &Job) -> bool {
    job.order.prompt.is_empty() && job.order.image.is_none()
}

/// Whether the customer's words and files are being deleted still: orders first, and then what the log says of them.
fn being_erased(books: &Books, job: &Job) -> bool {
    let begun = |account: &Account| {
        account.user == job.id.user
            && account
                .erased_at
                .is_some_and(|at| books.read_at.is_some_and(|now| now < at.after(ERASING_MAX)))
    };
    is_silenced(job) && books.accounts.iter().any(begun)
}

fn wrong_line(books: &Books, job: &Job, line: Option<&AiRequest>) -> Option<Violation> {
    let wanted = AiRequest::of(job)?;
    let told = |what: String| violation("I21", format!("job {}: {what}", job.id));
    let Some(line) = line else {
        let kept = job.order.costing.as_ref()?.kept;
        let may_be_gone = books.read_at.is_some_and(|now| now > job.created_at.after(kept));
        return (!may_be_gone).then(|| told("it is not in the log".to_owned()));
    };
    // A customer's words are no part of a job's end, and none of an audit's report.
    let line = &AiRequest {
        prompt: None,
        ..line.clone()
    };
    // A line that is older than what it would say of what was asked for is held against nothing there.
    let asked = line.asked.as_ref().zip(wanted.asked).map(|(said, asked)| Asked {
        with_photo: if is_silenced(job) {
            said.with_photo
        } else {
            asked.with_photo
        },
        ..asked
    });
    let wanted = AiRequest { asked, ..wanted };
    // While it is open, only what was fixed at its acceptance must agree, and that it is open.
    if !wanted.status.is_final() {
        let fixed = |line: &AiRequest| (line.at, line.model.clone(), line.credits, line.is_unlimited);
        let agrees = !line.status.is_final() && fixed(line) == fixed(&wanted);
        return (!agrees).then(|| told(format!("it is open, and the log says {line:?}")));
    }
    if *line == wanted {
        return None;
    }
    // Only where they differ: it looks through all accounts.
    let wanted = if being_erased(books, job) {
        AiRequest {
            result: line.result.clone(),
            ..wanted
        }
    } else {
        wanted
    };
    (*line != wanted).then(|| told(format!("the log says {line:?}, and the job {wanted:?}")))
}
