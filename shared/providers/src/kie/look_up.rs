//! How a task stands.

mod record;

use super::{
    client::{Answer, Failed},
    envelope::Envelope,
};
use crate::Reason;
use record::Record;

pub(super) use record::thousandths;

/// How a task stands, with the facts that came along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// How it stands.
    pub outcome: LookUp,
    /// Empty where there was no record.
    pub facts: TaskFacts,
}

/// How a task stands. Only `Succeeded`, `SucceededWithoutFile` and `Failed` end anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookUp {
    /// It waits or renders.
    Running {
        /// Percent, where the model says.
        progress: Option<u8>,
    },
    /// There is a video.
    Succeeded {
        /// Where; at least one. Good for about 24 h.
        urls: Vec<String>,
    },
    /// It says success and names no file.
    SucceededWithoutFile,
    /// It ended without a video.
    Failed {
        /// In our words.
        reason: Reason,
        /// In the provider's, 0 if it gave none.
        code: i64,
        /// In the provider's.
        message: String,
    },
    /// The provider knows no such task. It may just not know it yet.
    Absent,
    /// The question was not answered.
    Unavailable {
        /// Seconds, where the provider says.
        retry_after_s: Option<u32>,
        /// What came instead.
        why: String,
    },
}

/// What a record tells besides its state.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TaskFacts {
    /// The callback address that the task was ordered with: see [`super::callback::Ticket`].
    pub callback_url: Option<String>,
    /// Thousandths of KIE.AI's credits, which come in fractions.
    pub credits_consumed_milli: Option<u64>,
    /// Milliseconds that the render took.
    pub cost_time_ms: Option<u64>,
}

impl std::fmt::Debug for TaskFacts {
    /// Without the callback address, whose MAC is a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TaskFacts")
            .field("credits_consumed_milli", &self.credits_consumed_milli)
            .field("cost_time_ms", &self.cost_time_ms)
            .finish_non_exhaustive()
    }
}

impl From<LookUp> for Looked {
    fn from(outcome: LookUp) -> Self {
        Self {
            outcome,
            facts: TaskFacts::default(),
        }
    }
}

pub(super) fn outcome(answer: Result<Answer, Failed>) -> Looked {
    match answer {
        Ok(Answer {
            envelope: Some(envelope),
            retry_after_s,
            ..
        }) => said(&envelope, retry_after_s),
        Ok(strange) => unavailable(strange.strange(), strange.retry_after_s),
        Err(failed) => unavailable(failed.into_why(), None),
    }
}

fn said(envelope: &Envelope, retry_after_s: Option<u32>) -> Looked {
    let why = format!("{}: {}", envelope.code, envelope.message());
    match envelope.code {
        200 => match Record::read(&envelope.data) {
            Some(record) => Looked {
                outcome: record.outcome(),
                facts: record.facts(),
            },
            None => unavailable("an answer without a record".to_owned(), retry_after_s),
        },
        // Not 404: `{"code":422,"msg":"recordInfo is null","data":null}`.
        404 | 422 if means_absent(&envelope.message()) => LookUp::Absent.into(),
        _ => unavailable(why, retry_after_s),
    }
}

/// A 422 may also be about the question itself; only a message about the record is believed.
fn means_absent(message: &str) -> bool {
    let text = message.to_lowercase();
    ["is null", "not found", "not exist", "within 14 days"]
        .iter()
        .any(|words| text.contains(words))
}

fn unavailable(why: String, retry_after_s: Option<u32>) -> Looked {
    LookUp::Unavailable { retry_after_s, why }.into()
}

#[cfg(test)]
mod tests;
