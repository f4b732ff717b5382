//! Cleanup, every minute: whatever is due and was not rung for is rung for; leases that have expired, horizons that have
//! passed and orders whose time is up are settled here, so that they are settled even when no worker works.

use domain::id::{JobId, OPEN_SHARDS};
use domain::job::{Event, Job, Step, is_left_by_workers, next_step};
use domain::time::{Millis, Timestamp};
use queue::{Doorbell, Hint, Queue};
use store::{Applied, Store};
use table::Deadline;
use tracing::Instrument as _;

use crate::env::Env;
use crate::workshop::can_ask;
use crate::{measured, traces};

/// How long after its due time a job is rung for: its own doorbell may be on the way.
const GRACE: Millis = Millis::from_secs(20);
/// Jobs read at once.
const PAGE: i32 = 100;
/// Pages of one shard and run at most. More jobs than that at once are due only in an outage.
const PAGES_MAX: u32 = 20;
/// Settling stops when less than this is left of the invocation.
const STOP_WITH: std::time::Duration = std::time::Duration::from_secs(8);

/// What cleans up.
#[derive(Debug)]
pub struct Sweeper {
    /// The tables.
    pub store: Store,
    /// The doorbells.
    pub queue: Queue,
    /// Time and dice.
    pub env: Env,
}

/// What one run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Jobs that were due.
    pub due: u32,
    /// Doorbells rung.
    pub rung: u32,
    /// Jobs moved on here.
    pub moved: u32,
    /// Jobs that could not be seen to; the next run tries again.
    pub failed: u32,
    /// There are more than one run takes.
    pub more: bool,
    /// How old the oldest of them is, in seconds, counted from its acceptance.
    pub oldest_s: u64,
}

impl Sweeper {
    /// One run. It begins with another shard every minute, so that none is always the last; and one that cannot be read
    /// does not keep the others waiting. `Err` where none could be read.
    pub async fn sweep(&self, deadline: Deadline) -> Result<Swept, store::Error> {
        let (mut swept, mut trouble, mut unread) = (Swept::default(), None, 0);
        let minute = self.env.now().0.div_euclid(60_000);
        let first = u32::try_from(minute.rem_euclid(i64::from(OPEN_SHARDS))).unwrap_or(0);
        for step in 0..OPEN_SHARDS {
            if deadline.remaining() < STOP_WITH {
                swept.more = true;
                break;
            }
            let shard = (first + step) % OPEN_SHARDS;
            if let Err(error) = self.sweep_shard(shard, &mut swept, deadline).await {
                tracing::error!(name: "shard_unread", error = crate::chain(&error), shard, "a shard could not be read");
                swept.failed = swept.failed.saturating_add(1);
                (trouble, unread) = (Some(error), unread + 1);
            }
        }
        if let Some(error) = trouble.filter(|_| unread == OPEN_SHARDS) {
            return Err(error);
        }
        meter::oldest_open_job(swept.oldest_s);
        Ok(swept)
    }

    async fn sweep_shard(
        &self,
        shard: u32,
        swept: &mut Swept,
        deadline: Deadline,
    ) -> Result<(), store::Error> {
        let now = self.env.now();
        let by = Timestamp(now.0.saturating_sub(GRACE.0));
        let mut next = None;
        for _ in 0..PAGES_MAX {
            let page = self.store.jobs().due(shard, by, next.take(), PAGE).await?;
            let due = u32::try_from(page.jobs.len()).unwrap_or(u32::MAX);
            swept.due = swept.due.saturating_add(due);
            if !self.see_to_all(&page.jobs, swept, now, deadline).await? {
                swept.more = true;
                return Ok(());
            }
            match page.next {
                Some(after) => next = Some(after),
                None => return Ok(()),
            }
        }
        swept.more = true;
        Ok(())
    }

    /// Whether there was time for all of them.
    async fn see_to_all(
        &self,
        due: &[JobId],
        swept: &mut Swept,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<bool, store::Error> {
        if due.is_empty() {
            return Ok(true);
        }
        for job in self.store.jobs().get_many(due).await? {
            if deadline.remaining() < STOP_WITH {
                return Ok(false);
            }
            if !job.stage.is_final() {
                swept.oldest_s = swept.oldest_s.max(measured::seconds(job.created_at, now));
            }
            let traced = trace::spans::order("cleanup");
            let span = traced.in_scope(|| tracing::info_span!("job", job = %job.id));
            traces::belongs(&traced, &job);
            // Said within the order's spans: so the line names the order, and its trace shows that it failed here.
            let seen_to = async {
                let seen_to = self.see_to(&job, now, deadline).await;
                if let Err(error) = &seen_to {
                    tracing::error!(name: "job_stuck", error = crate::chain(error), job = %job.id, "a job could not be seen to");
                    trace::spans::ended(&traced, "stuck");
                }
                seen_to
            };
            match seen_to.instrument(span).instrument(traced.clone()).await {
                Ok(done) => {
                    swept.moved = swept.moved.saturating_add(u32::from(done.moved));
                    swept.rung = swept.rung.saturating_add(u32::from(done.rung));
                }
                Err(_) => swept.failed = swept.failed.saturating_add(1),
            }
        }
        Ok(true)
    }

    async fn see_to(&self, job: &Job, now: Timestamp, deadline: Deadline) -> Result<Done, store::Error> {
        let event = match next_step(job, now) {
            Step::Rest | Step::WaitUntil(_) => return Ok(Done::default()),
            // A worker tells the customer what it means; only if none comes is it done here.
            Step::ExpireLease | Step::PassHorizon if !is_left_by_workers(job, now) => {
                return Ok(self.ring(&job.id).await);
            }
            Step::ExpireLease => Event::LeaseExpired {
                can_ask: can_ask(job),
            },
            Step::PassHorizon => Event::HorizonPassed {
                jitter: self.env.jitter(),
            },
            Step::Settle => Event::TimeUp,
            Step::Submit | Step::Find | Step::Poll | Step::Deliver | Step::Park | Step::Tell => {
                return Ok(self.ring(&job.id).await);
            }
        };
        let Ok(change) = job.apply(event, now) else {
            return Ok(Done::default());
        };
        let settles = traces::settlement(&change);
        let applied = self.store.apply(job, &change, deadline).instrument(settles);
        match applied.await? {
            Applied::Written => {
                measured::moved(job, &change);
                let (rule, stage) = (change.rule.as_str(), change.after.stage.as_str());
                tracing::info!(name: "job_moved", job = %job.id, rule, stage, "moved by cleanup");
                // What is due at once, such as telling the customer, does not wait for the next run.
                let due = change.after.due_at.is_some_and(|due_at| due_at <= now);
                let rung = due && self.ring(&job.id).await.rung;
                Ok(Done { moved: true, rung })
            }
            Applied::Moved(_) => Ok(Done::default()),
        }
    }

    async fn ring(&self, job: &JobId) -> Done {
        match self
            .queue
            .ring(&Doorbell::new(job, Hint::Cleanup), Millis::ZERO)
            .await
        {
            Ok(()) => Done {
                rung: true,
                ..Done::default()
            },
            Err(error) => {
                tracing::warn!(name: "doorbell_not_rung", error = crate::chain(&error), job = %job, "no doorbell; the next run rings again");
                Done::default()
            }
        }
    }
}

/// What was done for one job.
#[derive(Clone, Copy, Default)]
struct Done {
    moved: bool,
    rung: bool,
}
