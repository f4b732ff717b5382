//! A broadcast is stopped half-way: what is on its way arrives, and it can be taken up again in the panel.

use domain::broadcast::BroadcastId;
use limits_flags::By;

use super::super::Error;
use super::carry::{Undone, perhaps};
use super::plan::{Plan, Planned};
use super::{Counter, shown};
use crate::broadcast::Failed;

impl Counter<'_> {
    /// How far it has come.
    pub(super) async fn plan_stop(&self, id: &BroadcastId) -> Result<Planned, Error> {
        let say = self.help.say;
        let broadcast = match self.duty.announcer.get(id).await {
            Ok(broadcast) => broadcast,
            Err(Failed::Unknown) => return Ok(Err(say.text("urgent-found-nothing"))),
            Err(Failed::Tables(error)) => return Err(error.into()),
            Err(error) => {
                return Ok(Err(
                    say.with("urgent-refused", [("why", shown(&error.to_string()).into())])
                ));
            }
        };
        if broadcast.stopped().is_err() {
            let state = [("state", broadcast.state.as_str().into())];
            return Ok(Err(say.with("urgent-stop-nothing", state)));
        }
        let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let values = [
            ("broadcast", id.as_str().to_owned().into()),
            ("sent", number(broadcast.counts.sent).into()),
            ("of", number(broadcast.expected.unwrap_or_default()).into()),
        ];
        let told = say.with("urgent-what-stop", values);
        Ok(Ok(Plan { told, was: None }))
    }

    /// Stops it.
    pub(super) async fn stop_broadcast(&self, id: &BroadcastId, by: &By) -> Result<String, Undone> {
        let stopped = self.duty.announcer.stop(id, by, self.deadline).await;
        let stopped = stopped.map_err(|error| match error {
            Failed::Tables(_) => perhaps(error),
            error => Undone::Surely(error.to_string()),
        })?;
        let sent = u32::try_from(stopped.counts.sent).unwrap_or(u32::MAX);
        let values = [
            ("broadcast", id.as_str().to_owned().into()),
            ("sent", sent.into()),
        ];
        Ok(self.help.say.with("urgent-done-stop", values))
    }

    /// Those that run, a line each, for whoever looks how it stands.
    pub(super) async fn broadcasts(&self) -> Result<String, Error> {
        let running = self.duty.announcer.broadcasts.running().await?;
        let line = |id: &BroadcastId| {
            let id = [("broadcast", id.as_str().to_owned().into())];
            self.help.say.with("urgent-status-broadcast", id)
        };
        let lines = running.iter().map(|id| format!("\n{}", line(id)));
        Ok(lines.collect())
    }
}
