//! Goes on with deleting what is known of customers who want that: their accounts are empty, and words, photos and files are
//! to go from what they have ordered. It can be broken off anywhere and begun again: what is done is not done twice.

use std::time::Duration;

use domain::id::JobId;
use store::{Erasure, Error, Store};
use table::Deadline;

/// Customers that one run goes on with.
const CUSTOMERS: i32 = 5;
/// A run stops when less than this is left of the invocation.
const STOP_WITH: Duration = Duration::from_secs(8);

/// One run; gives how many customers it has done with.
pub async fn sweep(store: &Store, deadline: Deadline) -> Result<u32, Error> {
    let mut done = 0_u32;
    for erasure in store.erasures(CUSTOMERS).await? {
        if !erase(store, &erasure, deadline).await? {
            break;
        }
        store.end_erasure(&erasure, deadline).await?;
        done = done.saturating_add(1);
        tracing::info!(name: "customer_erased", user = erasure.user.0, "what was known of a customer is deleted");
    }
    Ok(done)
}

/// Whether there was time for all of it.
async fn erase(store: &Store, erasure: &Erasure, deadline: Deadline) -> Result<bool, Error> {
    let mut start = None;
    loop {
        if deadline.remaining() < STOP_WITH {
            return Ok(false);
        }
        let page = store.ordered(erasure.user, start).await?;
        if !erase_jobs(store, erasure, &page.jobs, deadline).await? {
            return Ok(false);
        }
        start = page.next;
        if start.is_none() {
            break;
        }
    }
    loop {
        if deadline.remaining() < STOP_WITH {
            return Ok(false);
        }
        start = store.erase_lines(erasure, start, deadline).await?;
        if start.is_none() {
            return Ok(true);
        }
    }
}

async fn erase_jobs(
    store: &Store,
    erasure: &Erasure,
    jobs: &[JobId],
    deadline: Deadline,
) -> Result<bool, Error> {
    for job in store.jobs().get_many(jobs).await? {
        if deadline.remaining() < STOP_WITH {
            return Ok(false);
        }
        // What was ordered afterwards is another beginning; nothing that was open then could be deleted.
        if job.created_at <= erasure.at && job.stage.is_final() {
            store.erase_job(&job, deadline).await?;
        }
    }
    Ok(true)
}
