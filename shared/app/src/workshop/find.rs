//! UNKNOWN: nobody heard whether the order arrived. A provider that can be asked by our own name of it is asked.

use std::time::Duration;

use domain::id::TaskId;
use domain::job::{Event, Job};
use providers::Found;
use providers::registry::row;
use providers::ticket::own_name;
use table::Deadline;

use super::traced::requested;
use super::{Error, RESERVE, Workshop, wish};

/// The longest that the provider is waited for when it tells whether it has an order.
const FIND_TIMEOUT: Duration = Duration::from_secs(15);

/// Whether the provider of a job can be asked what became of its submission.
pub(crate) fn can_ask(job: &Job) -> bool {
    row(&job.order.provider).is_some_and(|provider| provider.finds)
}

impl Workshop {
    /// Asks for the present submission. Silence is asked again, until the horizon; then it is believed.
    pub(super) async fn find(&self, job: &Job, deadline: Deadline) -> Result<Option<Job>, Error> {
        let (fence, jitter) = (job.fence, self.env.jitter());
        let retry_after = match self.found(job, deadline).await {
            Found::Present { task_id } => {
                tracing::info!(name: "submission_found", job = %job.id, "a lost submission was found by its name");
                let task = TaskId(task_id);
                return Ok(self.write(job, Event::Accepted { fence, task }, deadline).await?);
            }
            Found::Absent => {
                let absent = Event::SurelyAbsent { fence, jitter };
                return Ok(self.write(job, absent, deadline).await?);
            }
            Found::Unasked => None,
            Found::Unavailable { retry_after_s, why } => {
                tracing::warn!(name: "provider_silent", job = %job.id, why, "the provider does not say whether it has the order");
                wish(retry_after_s)
            }
        };
        let silence = if self.env.now() < job.horizon() {
            Event::NotTold { retry_after, jitter }
        } else {
            Event::HorizonPassed { jitter }
        };
        Ok(self.write(job, silence, deadline).await?)
    }

    async fn found(&self, job: &Job, deadline: Deadline) -> Found {
        let timeout = deadline.for_call(FIND_TIMEOUT, RESERVE);
        let (Some(provider), Some(timeout)) = (self.provider(job), timeout) else {
            return Found::Unasked;
        };
        let name = own_name(&job.id.to_string(), job.fence.0);
        requested(job, "find", provider.find(&name, timeout), said).await
    }
}

/// What the provider says of an order that it may have, in a word.
fn said(found: &Found) -> &'static str {
    match found {
        Found::Present { .. } => "present",
        Found::Absent => "absent",
        Found::Unasked => "unasked",
        Found::Unavailable { .. } => "unavailable",
    }
}
