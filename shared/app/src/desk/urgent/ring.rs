//! Doorbells that failed too often ring once more: as many as SQS gives at once. An order that is over is not changed by it.

use std::time::Duration;

use limits_flags::By;
use limits_flags::audit::Entry;
use queue::BATCH;

use super::Counter;
use super::carry::{Undone, perhaps};
use super::plan::{Plan, Planned};
use crate::redrive;

/// What has to be left for ringing another: its requests, and the answer.
const RING_WITH: Duration = queue::RING_DEAD_TIMEOUT.saturating_add(Duration::from_secs(1));

impl Counter<'_> {
    /// How many there are.
    pub(super) async fn plan_ring(&self) -> Planned {
        let say = self.help.say;
        let depth = match self.duty.letters.depth().await {
            Ok(depth) => depth,
            Err(error) => {
                tracing::warn!(name: "queue_silent", error = crate::chain(&error), "the dead-letter queue does not answer");
                return Err(say.text("urgent-status-dead-unknown"));
            }
        };
        let count = u32::try_from(depth.waiting).unwrap_or(u32::MAX);
        if count == 0 {
            return Err(say.text("urgent-ring-nothing"));
        }
        let told = say.with("urgent-what-ring", [("count", count.into())]);
        Ok(Plan { told, was: None })
    }

    /// Rings them. Who did it stands in the audit before it is done: what is rung cannot be taken back.
    pub(super) async fn ring_again(&self, by: &By) -> Result<String, Undone> {
        let letters = &self.duty.letters;
        let taken = letters.take(BATCH).await;
        let taken = taken.map_err(|error| Undone::Surely(crate::chain(&error)))?;
        if taken.is_empty() {
            return Ok(self.help.say.text("urgent-ring-nothing"));
        }
        if let Err(error) = self.put_down(&redrive::rings(&taken, by)).await {
            letters.put_back(&taken).await;
            return Err(perhaps(error));
        }
        let (rung, silent) = redrive::ring(letters, &taken, (self.deadline, RING_WITH)).await;
        if let Some(error) = silent {
            tracing::warn!(name: "queue_silent", error = crate::chain(&error), "the dead-letter queue does not answer");
        }
        let left = taken.get(rung..).unwrap_or_default();
        if !left.is_empty() {
            letters.put_back(left).await;
            let noted = self.put_down(&redrive::broke_off(&taken, rung, by, by.at)).await;
            noted.map_err(perhaps)?;
        }
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let values = [("count", count(rung).into()), ("left", count(left.len()).into())];
        Ok(self.help.say.with("urgent-done-ring", values))
    }

    async fn put_down(&self, entry: &Entry) -> Result<(), table::Error> {
        let office = &self.duty.office;
        office.db.write(entry.write(&office.audit), self.deadline).await
    }
}
