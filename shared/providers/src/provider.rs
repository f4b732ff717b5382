//! What every provider is asked, and what its answers allow: the one trait that the worker knows.

use std::{fmt::Debug, future::Future, pin::Pin, time::Duration};

use crate::{Ask, Photo, Reason, Upload, UploadError, VideoOrder, Words, files::Pass};

/// The largest photo that goes along with an order. It is held whole, once more in base64 and once more in the request, so
/// the limit is what a worker of 256 MB can hold for each of its doorbells; what Telegram sends as a photo is below 1 MB.
pub(crate) const INLINE_BYTES_MAX: usize = 10 << 20;

/// An answer that is on its way.
pub type Coming<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A task at a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskRef<'a> {
    /// The form that it was ordered by: some providers keep a book for each.
    pub family: &'a str,
    /// The provider's own name of it.
    pub id: &'a str,
}

/// An account at a provider. One call is one attempt with the given timeout.
pub trait Provider: Debug + Send + Sync {
    /// The name by which rows of settings choose it.
    fn name(&self) -> &'static str;

    /// Orders what the form makes. It costs money, so [`Create::Unknown`] is not to be answered with another order before
    /// [`Provider::find`], the callback or the longest render have told.
    fn submit<'a>(&'a self, order: &'a VideoOrder, timeout: Duration) -> Coming<'a, Create>;

    /// Asks how a task stands. Free and harmless.
    fn look_up<'a>(&'a self, task: TaskRef<'a>, timeout: Duration) -> Coming<'a, Looked>;

    /// Asks what became of an order by our own name of it ([`VideoOrder::name`]). Free and harmless.
    fn find<'a>(&'a self, _name: &'a str, _timeout: Duration) -> Coming<'a, Found> {
        Box::pin(async { Found::Unasked })
    }

    /// Asks for words, which come with the answer. It may cost money; where no answer comes, nobody ever hears it.
    fn words<'a>(&'a self, _ask: &'a Ask, _timeout: Duration) -> Coming<'a, Create> {
        Box::pin(async { Create::unsupported(crate::Unsupported::Family) })
    }

    /// Makes a photo ready for an order of this provider. Repeating it is harmless. Where the provider has no place for
    /// files, the photo goes along with the order.
    fn take_photo(&self, photo: Upload, timeout: Duration) -> Coming<'_, Result<Photo, UploadError>> {
        Box::pin(photo.inline(INLINE_BYTES_MAX, timeout))
    }

    /// What opens its files, where their addresses alone do not: then nobody but us can fetch them.
    fn pass(&self) -> Option<Pass> {
        None
    }

    /// An address for a result whose own has run out. [`UploadError::Rejected`] says that the provider has no such
    /// result, and nothing else. Where a look-up names the files anew each time, that is the way.
    fn fresh_link<'a>(
        &'a self,
        task: TaskRef<'a>,
        _url: &'a str,
        timeout: Duration,
    ) -> Coming<'a, Result<String, UploadError>> {
        Box::pin(async move { named_again(self.look_up(task, timeout).await.outcome) })
    }
}

/// What a look-up says about a result that there was.
fn named_again(outcome: LookUp) -> Result<String, UploadError> {
    let unavailable = |why: &str, retry_after_s| UploadError::Unavailable {
        why: why.to_owned(),
        retry_after_s,
    };
    let gone = |message: &str| UploadError::Rejected {
        reason: Reason::ProviderBroke,
        code: 0,
        message: message.to_owned(),
    };
    match outcome {
        LookUp::Succeeded { urls } => urls
            .into_iter()
            .next()
            .ok_or_else(|| gone("a result without files")),
        LookUp::SucceededWithoutFile => Err(gone("a result without files")),
        // It may just not know it at the moment.
        LookUp::Absent => Err(unavailable("no such task", None)),
        LookUp::Failed { message, .. } => Err(gone(&message)),
        LookUp::Running { .. } => Err(unavailable("it is said to be running again", None)),
        LookUp::Unavailable { why, retry_after_s } => Err(unavailable(&why, retry_after_s)),
        LookUp::Barred { message, .. } => Err(unavailable(&message, None)),
    }
}

/// What came of an order, or of a question: the one place where a wrong guess would cost a second render or a free video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Create {
    /// There is a task. Nothing is rendered yet.
    Accepted {
        /// For look-ups.
        task_id: String,
    },
    /// It is done: the words that were asked for.
    Done {
        /// Them.
        words: Words,
        /// Tokens that went in, by the provider's count; 0 if it says none.
        tokens_in: u64,
        /// Tokens that came out.
        tokens_out: u64,
    },
    /// It is done, is billed, and is of no use: an answer that was cut short, or has no words, or refuses.
    Useless {
        /// In our words.
        reason: Reason,
        /// In the provider's.
        message: String,
        /// Tokens that went in, by the provider's count; 0 if it says none.
        tokens_in: u64,
        /// Tokens that came out.
        tokens_out: u64,
    },
    /// Surely no task, and a later order may go through.
    NotAccepted {
        /// What was wrong.
        why: String,
        /// Seconds, where the provider says.
        retry_after_s: Option<u32>,
    },
    /// Surely no task, and the same order would be refused again.
    Rejected {
        /// In our words.
        reason: Reason,
        /// In the provider's; 0 if we did not ask.
        code: i64,
        /// In the provider's.
        message: String,
    },
    /// There may be a task, or may yet be one: the provider heard us, and we did not hear it.
    Unknown {
        /// What came instead of an answer.
        why: String,
    },
}

/// What became of an order, by our own name of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It arrived.
    Present {
        /// For look-ups.
        task_id: String,
    },
    /// The provider has no order of this name. One that is still under way may yet arrive.
    Absent,
    /// The provider cannot be asked so.
    Unasked,
    /// The question was not answered.
    Unavailable {
        /// Seconds, where the provider says.
        retry_after_s: Option<u32>,
        /// What came instead.
        why: String,
    },
}

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
    /// There is what was ordered.
    Succeeded {
        /// Where; at least one, and the first is the one that counts. Good for about 24 h.
        urls: Vec<String>,
    },
    /// It says success and names no file.
    SucceededWithoutFile,
    /// It ended without anything.
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
    /// It is not answered before an operator has acted; how the task stands is not known.
    Barred {
        /// In our words.
        reason: Reason,
        /// In the provider's, 0 if it gave none.
        code: i64,
        /// In the provider's, or ours.
        message: String,
    },
}

/// What a record tells besides its state.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TaskFacts {
    /// The callback address that the task was ordered with: see [`crate::ticket::Ticket`].
    pub callback_url: Option<String>,
    /// Our own name of the order: see [`crate::ticket::own_name`].
    pub own_name: Option<String>,
    /// What it was billed, in thousandths of the provider's own unit: KIE.AI's credits, Kling's dollars.
    pub credits_consumed_milli: Option<u64>,
    /// Milliseconds that the render took.
    pub cost_time_ms: Option<u64>,
}

impl std::fmt::Debug for TaskFacts {
    /// Without the callback address, whose MAC is a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TaskFacts")
            .field("own_name", &self.own_name)
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

impl Create {
    /// An order that the provider was never asked for, because it cannot be said.
    pub(crate) fn unsupported(unsupported: crate::Unsupported) -> Self {
        let reason = if unsupported == crate::Unsupported::Retired {
            Reason::Retired
        } else {
            Reason::BadInput
        };
        Self::Rejected {
            reason,
            code: 0,
            message: unsupported.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_that_is_not_known_at_the_moment_is_not_gone() {
        let fresh = named_again(LookUp::Absent);
        assert!(matches!(fresh, Err(UploadError::Unavailable { .. })), "{fresh:?}");
        let gone = named_again(LookUp::SucceededWithoutFile);
        assert!(matches!(gone, Err(UploadError::Rejected { .. })), "{gone:?}");
    }
}
