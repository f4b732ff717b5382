//! Doorbells that failed too often ring once more: as many as SQS gives at once. An order that is over is not changed by it.

use std::time::Duration;

use domain::time::Millis;
use limits_flags::By;
use limits_flags::audit::{Action, Entry};
use queue::{BATCH, Letter};

use super::Counter;
use super::carry::{Undone, perhaps};
use super::plan::{Plan, Planned};

/// What the audit calls the queue, as the admin API does.
const ENTITY: &str = "queue#doorbells";
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
        if let Err(error) = self.note_rings(&taken, None, by).await {
            letters.put_back(&taken).await;
            return Err(perhaps(error));
        }
        let mut rung = 0_usize;
        for letter in &taken {
            if self.deadline.remaining() < RING_WITH {
                break;
            }
            if let Err(error) = letters.ring(letter).await {
                tracing::warn!(name: "queue_silent", error = crate::chain(&error), "the dead-letter queue does not answer");
                break;
            }
            rung = rung.saturating_add(1);
        }
        let left = taken.get(rung..).unwrap_or_default();
        if !left.is_empty() {
            letters.put_back(left).await;
            let broke_off = format!("it broke off: {rung} of {} were rung", taken.len());
            // Two of the same moment would be one.
            let later = By {
                at: by.at.after(Millis(1)),
                ..by.clone()
            };
            let done = taken.get(..rung).unwrap_or_default();
            let noted = self.note_rings(done, Some(broke_off), &later).await;
            noted.map_err(perhaps)?;
        }
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let values = [("count", count(rung).into()), ("left", count(left.len()).into())];
        Ok(self.help.say.with("urgent-done-ring", values))
    }

    async fn note_rings(
        &self,
        letters: &[Letter],
        note: Option<String>,
        by: &By,
    ) -> Result<(), table::Error> {
        let job = |letter: &Letter| letter.doorbell()?.job_id().ok().map(|id| format!("\"{id}\""));
        let rung: Vec<String> = letters.iter().filter_map(job).collect();
        let (all, rung) = (letters.len(), rung.join(","));
        let entry = Entry {
            entity: ENTITY.to_owned(),
            action: Action::Update,
            old: None,
            new: Some(format!(r#"{{"doorbells":{all},"rung_again":[{rung}]}}"#)),
            by: by.clone(),
            version: 0,
            note,
        };
        let office = &self.duty.office;
        let write = entry.write(&office.audit);
        office.db.write(write, self.deadline).await
    }
}
