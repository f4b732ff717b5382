//! The orders that are open.

use domain::id::OPEN_SHARDS;
use domain::job::Job;
use domain::time::Timestamp;
use serde_json::{Value, json};
use store::Store;

use crate::arguments::Jobs;
use crate::arguments::said::now;
use crate::show::{count, list, number, time};
use crate::{Error, Report};

/// Orders that are read at once (DynamoDB's own limit).
const PAGE: i32 = 100;

/// Lists the open orders, the longest overdue first.
pub(crate) async fn jobs(jobs: &Jobs) -> Result<Report, Error> {
    let store = jobs.target.find().await?.store()?;
    let by = if jobs.due { now() } else { Timestamp(i64::MAX) };
    let (mut found, more) = open(&store, by, jobs.limit).await?;
    found.sort_by_key(|job| job.due_at);
    let mut lines: Vec<String> = found.iter().map(line).collect();
    if found.is_empty() {
        lines.push("no open orders".to_owned());
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
    let told: Vec<Value> = found.iter().map(as_json).collect();
    Ok(Report::new(lines.join("\n"), json!({"jobs": told, "more": more})))
}

/// The open orders that are due by a time, at most so many, and whether there are more.
async fn open(store: &Store, by: Timestamp, limit: u32) -> Result<(Vec<Job>, bool), Error> {
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    for shard in 0..OPEN_SHARDS {
        let mut start = None;
        loop {
            let page = store.jobs().due(shard, by, start, PAGE).await?;
            let jobs = store.jobs().get_many(&page.jobs).await?;
            // The index is a little behind; what ended meanwhile is not due any more.
            found.extend(jobs.into_iter().filter(|job| job.due_at.is_some()));
            if found.len() > most {
                found.truncate(most);
                return Ok((found, true));
            }
            start = page.next;
            if start.is_none() {
                break;
            }
        }
    }
    Ok((found, false))
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
        "credits": job.cost.0,
        "due_at_ms": job.due_at.map(|due| due.0),
    })
}
