//! How long things usually take: what was measured takes the place of what the operator has guessed, in all that customers
//! are told.

use std::sync::{Arc, Mutex, PoisonError};

use domain::catalog::Model;
use domain::time::{Millis, Timestamp};
use limits_flags::Snapshot;
use store::Usual;

/// How long what was read is good: it changes once a day.
const READ_AGAIN: Millis = Millis::from_mins(10);

/// What is known of how long things take.
#[derive(Debug, Default)]
pub(super) struct Measured(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    read_at: Option<Timestamp>,
    times: Usual,
    /// The settings as they were loaded, and with these times.
    told: Option<(Arc<Snapshot>, Arc<Snapshot>)>,
}

impl Measured {
    /// Whether it is to be read again.
    pub(super) fn is_stale(&self, now: Timestamp) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.read_at.is_none_or(|at| now.since(at) >= READ_AGAIN)
    }

    /// Takes over what was read.
    pub(super) fn learn(&self, times: Usual, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Known {
            read_at: Some(now),
            times,
            told: None,
        };
    }

    /// The settings with these times; made once for as long as neither changes.
    pub(super) fn over(&self, snapshot: Arc<Snapshot>) -> Arc<Snapshot> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.times.is_empty() {
            return snapshot;
        }
        if let Some((_, told)) = known
            .told
            .as_ref()
            .filter(|(loaded, _)| Arc::ptr_eq(loaded, &snapshot))
        {
            return Arc::clone(told);
        }
        let models = snapshot.models.iter().map(|model| usually(model, &known.times));
        let told = Arc::new(Snapshot {
            models: models.collect(),
            ..(*snapshot).clone()
        });
        known.told = Some((snapshot, Arc::clone(&told)));
        told
    }
}

fn usually(model: &Model, times: &Usual) -> Model {
    let measured = times.get(&model.id).copied().unwrap_or(model.typical);
    Model {
        typical: measured.min(model.render_max),
        ..model.clone()
    }
}
