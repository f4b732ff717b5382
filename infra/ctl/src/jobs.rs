//! The orders that are open.

use app::open_table;
use domain::job::{Job, Wait};
use domain::time::Timestamp;
use serde_json::{Value, json};
use store::Store;

use crate::arguments::said::now;
use crate::arguments::{Jobs, Which};
use crate::show::{count, list, number, time};
use crate::{Error, Report};

/// Orders that are read at once.
const AT_ONCE: usize = 100;

/// Lists the open orders, the longest overdue first.
pub(crate) async fn jobs(jobs: &Jobs) -> Result<Report, Error> {
    let store = jobs.target.find().await?.store()?;
    let (found, more) = open(&store, jobs).await?;
    let told: Vec<Value> = found.iter().map(as_json).collect();
    let json = json!({"jobs": told, "more": more});
    if jobs.csv {
        let table = open_table::orders(&found);
        let table = table.map_err(|error| Error::Usage(format!("this cannot be said as CSV: {error}")))?;
        // A table has no room to say that it is not whole.
        return Ok(Report::verdict(!more, table, json));
    }
    let mut lines: Vec<String> = found.iter().map(line).collect();
    if found.is_empty() {
        lines.push("no such orders".to_owned());
    }
    if more {
        lines.push(format!("and more; --limit {} was reached", jobs.limit));
    }
    let stages = by_stage(&found);
    lines.push(format!(
        "{}: {}",
        count(number(found.len()), "order"),
        list(stages.iter().cloned())
    ));
    Ok(Report::new(lines.join("\n"), json))
}

/// The open orders that are asked for, at most so many, and whether there are more. Those whose customer is not told yet that
/// they failed are among them, unless it is said which.
async fn open(store: &Store, asked: &Jobs) -> Result<(Vec<Job>, bool), Error> {
    let now = now();
    let wait = match asked.which {
        Which { stuck: true, .. } => Some(Wait::Stuck),
        Which { expired: true, .. } => Some(Wait::Expired),
        _ => None,
    };
    let by = if asked.which.due { now } else { Timestamp(i64::MAX) };
    let by = wait.map_or(by, |wait| wait.due_by(now));
    // The index is a little behind; what ended meanwhile is not due any more.
    let fits = |job: &Job| wait.map_or(job.due_at.is_some(), |wait| wait.fits(job, now));
    let most = usize::try_from(asked.limit).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    if let Some(mut waiting) = store.jobs().waiting(by, None) {
        while found.len() <= most
            && let Some((jobs, _)) = waiting.next(AT_ONCE).await?
        {
            found.extend(jobs.into_iter().filter(fits));
        }
    }
    let more = found.len() > most;
    found.truncate(most);
    Ok((found, more))
}

fn by_stage(jobs: &[Job]) -> Vec<String> {
    let mut stages: Vec<&str> = jobs.iter().map(|job| job.stage.as_str()).collect();
    stages.sort_unstable();
    let of = |stage: &&str| stages.iter().filter(|other| *other == stage).count();
    let mut told: Vec<String> = stages
        .iter()
        .map(|stage| format!("{} {stage}", of(stage)))
        .collect();
    told.dedup();
    told
}

fn line(job: &Job) -> String {
    let due = job
        .due_at
        .map_or_else(String::new, |due| format!("  due {}", time(due)));
    format!(
        "{}  {:10}  {}{due}",
        job.id,
        job.stage.as_str(),
        job.order.model.0
    )
}

fn as_json(job: &Job) -> Value {
    json!({
        "job": job.id.to_string(),
        "user": job.id.user.0,
        "stage": job.stage.as_str(),
        "model": job.order.model.0,
        "provider": job.order.provider,
        "credits": job.cost.0,
        "submission": job.fence.0,
        "accepted_at": job.created_at.rfc3339(),
        "settle_at": job.settle_at.rfc3339(),
        "due_at_ms": job.due_at.map(|due| due.0),
    })
}
