//! What may go wrong between a bot and Telegram, ordered by a test and counted.

use std::sync::Arc;
use std::time::Duration;

use crate::error::ApiError;
use crate::params::Params;

/// Something that happens to the next calls that match.
#[derive(Clone)]
pub struct Fault {
    method: String,
    matches: Arc<dyn Fn(&Params) -> bool + Send + Sync>,
    times: u32,
    pub(crate) happens: Happens,
}

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happens {
    /// It is answered so, and has no effect.
    Refused(ApiError),
    /// The connection is cut, and it has no effect.
    CutBefore,
    /// It has its effect, and the connection is cut instead of an answer.
    CutAfter,
    /// It has its effect, and is answered 500.
    FailedAfter,
    /// It waits so long first, then goes on as ever.
    Delayed(Duration),
}

impl Fault {
    /// The next call of this method, whatever its fields.
    pub fn next(method: impl Into<String>, happens: Happens) -> Self {
        Self {
            method: method.into(),
            matches: Arc::new(|_| true),
            times: 1,
            happens,
        }
    }

    /// The next call, whatever its method.
    pub fn any(happens: Happens) -> Self {
        Self::next("*", happens)
    }

    /// The next so many calls.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Only calls with such fields.
    #[must_use]
    pub fn when(mut self, matches: impl Fn(&Params) -> bool + Send + Sync + 'static) -> Self {
        self.matches = Arc::new(matches);
        self
    }

    /// Only calls for this chat.
    #[must_use]
    pub fn in_chat(self, chat_id: i64) -> Self {
        self.when(move |params| params.int("chat_id") == Some(chat_id))
    }
}

/// Takes the first fault that this call meets; a fault used up disappears.
pub(crate) fn take(faults: &mut Vec<Fault>, method: &str, params: &Params) -> Option<Happens> {
    let index = faults
        .iter()
        .position(|fault| (fault.method == method || fault.method == "*") && (fault.matches)(params))?;
    let fault = faults.get_mut(index)?;
    fault.times = fault.times.saturating_sub(1);
    let happens = fault.happens.clone();
    if fault.times == 0 {
        faults.remove(index);
    }
    Some(happens)
}

/// What goes wrong with the delivery of updates.
#[derive(Debug, Default)]
pub(crate) struct Sabotage {
    /// So many updates are delivered twice, at the same time.
    pub(crate) doubled: u32,
    /// So many answers of the webhook get lost on the way, so that the update comes again.
    pub(crate) answers_lost: u32,
}

impl Sabotage {
    pub(crate) fn take_doubled(&mut self) -> bool {
        take_one(&mut self.doubled)
    }

    pub(crate) fn take_answer_lost(&mut self) -> bool {
        take_one(&mut self.answers_lost)
    }
}

fn take_one(left: &mut u32) -> bool {
    let some = *left > 0;
    *left = left.saturating_sub(1);
    some
}
