//! Waiting until everything has come to its end.

use std::time::{Duration, Instant};

use domain::job::{Job, Stage as JobStage};
use local_lambda::Depth;

use super::Stage;
use super::progress::Progress;
use crate::cloud::{CALLBACK, DOORBELLS, WEBHOOK, WORKER};
use crate::error::{Error, Result};

/// Everything is settled by then, or the demo has failed.
const PATIENCE: Duration = Duration::from_secs(90);
const LOOK_EVERY: Duration = Duration::from_millis(250);

impl Stage {
    /// Waits until every job is final and everybody was told, nothing runs, and the doorbell queue is empty. What is not
    /// settled in time is found by the audit.
    pub(super) async fn settle(&self, progress: &Progress) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let jobs = self.jobs().await?;
            let settled = jobs.iter().filter(|job| is_settled(job)).count();
            progress.show(settled, self.members.len(), &stages(&jobs));
            if settled == self.members.len() && self.is_quiet().await? {
                return Ok(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    async fn is_quiet(&self) -> Result<bool> {
        let local = self.cloud.local();
        let mut running = 0;
        for function in [WEBHOOK, WORKER, CALLBACK] {
            running += local.running(function)?;
        }
        let doorbells = ringing(local.aws().depth(DOORBELLS).await?);
        Ok(running == 0 && doorbells == 0 && self.telegram.updates_waiting() == 0)
    }

    /// Every job as it stands.
    pub(super) async fn jobs(&self) -> Result<Vec<Job>> {
        let books = self.cloud.store().read_books().await;
        books
            .map(|books| books.jobs)
            .map_err(Error::broken("reading the tables"))
    }
}

/// Messages that somebody still has to see to. A delayed doorbell is set for a poll in some minutes; the callback came
/// sooner, and when the doorbell rings in the end it finds a settled job.
pub(super) fn ringing(queue: Depth) -> u64 {
    queue.visible + queue.in_flight
}

/// Final, and nothing is left to be said about it.
pub(super) fn is_settled(job: &Job) -> bool {
    job.stage.is_final() && job.due_at.is_none()
}

/// How many are where.
fn stages(jobs: &[Job]) -> String {
    let counted = JobStage::ALL.into_iter().filter_map(|stage| {
        let count = jobs.iter().filter(|job| job.stage == stage).count();
        (count > 0).then(|| format!("{count} {}", stage.as_str().to_lowercase()))
    });
    counted.collect::<Vec<_>>().join(", ")
}
