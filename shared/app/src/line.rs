//! Which place an order has among those that wait, for its customer to know. It is a courtesy: where it cannot be seen, it is
//! not said, and nobody counts further than to fifty.

use std::time::Duration;

use domain::job::{BACKOFF_MAX, Job, Stage};
use store::Jobs;
use table::Deadline;

use crate::texts::Say;

/// The most that are counted: to know of more helps nobody, and each is a row to be read.
const COUNTED_MAX: usize = 50;
/// Open orders that are looked at, whenever they are tried next. Those that are looked for in vain, because they are being made or end just now, are few among what is
/// due so soon.
const LOOKED_AT: usize = 64;

/// The longest that anybody waits for it: what it stands beside is wanted more.
const TIMEOUT: Duration = Duration::from_millis(300);

/// How many orders came before one that waits and wait still, in words; `None` if it does not wait, or if nobody knows.
pub(crate) async fn told(say: Say, jobs: &Jobs, job: &Job) -> Option<String> {
    if job.stage != Stage::Queued || job.order.makes.is_words() {
        return None;
    }
    let (ahead, more) = Deadline::after(TIMEOUT).hold(ahead(jobs, job)).await?;
    let more = if more { "yes" } else { "no" };
    Some(say.with("delayed-ahead", [("ahead", ahead.into()), ("more", more.into())]))
}

/// So many, and whether there may be more. Who came before may have been refused just now, and so be tried after this one.
async fn ahead(jobs: &Jobs, job: &Job) -> Option<(u32, bool)> {
    let mut open = jobs.waiting(job.due_at?.after(BACKOFF_MAX), None)?;
    // Read from a copy that may be a moment behind, even the order itself may be missing there.
    let found = open.next(LOOKED_AT).await.ok()?;
    let found = found.map(|(found, _)| found).unwrap_or_default();
    let count = found.iter().filter(|other| other.waits_before(job)).count();
    let more = count > COUNTED_MAX || open.has_more().await.ok()?;
    Some((u32::try_from(count.min(COUNTED_MAX)).ok()?, more))
}
