//! The provider's file: looked at, and asked for anew when its address has run out.

use std::time::Duration;

use domain::job::Job;
use providers::files::{Checked, Verdict};
use providers::{Reason, TaskRef, UploadError};
use table::Deadline;

use super::submit::report;
use super::{RESERVE, Workshop};

/// The longest that a look at a file may take, with all its reads.
const CHECK_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest that the provider is waited for when it gives another address.
const LINK_TIMEOUT: Duration = Duration::from_secs(10);

/// A file that is what was ordered, and where it is.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) url: String,
    pub(super) checked: Checked,
}

impl Workshop {
    /// Looks at a job's file, under another address if this one has run out. Without a file, the verdict is
    /// [`Verdict::Gone`] only where the provider itself says that there is no such file.
    pub(super) async fn look_at(&self, job: &Job, url: &str, deadline: Deadline) -> (Option<File>, Verdict) {
        match self.check(job, url, deadline).await {
            verdict @ (Verdict::Gone | Verdict::Refused) => {
                self.look_elsewhere(job, url, verdict, deadline).await
            }
            verdict => found(url, verdict),
        }
    }

    async fn look_elsewhere(
        &self,
        job: &Job,
        url: &str,
        here: Verdict,
        deadline: Deadline,
    ) -> (Option<File>, Verdict) {
        let (Some(provider), Some(timeout)) = (self.provider(job), deadline.for_call(LINK_TIMEOUT, RESERVE))
        else {
            let why = "no time was left, or there is no key for the provider";
            return (None, Verdict::NoAnswer(why.to_owned()));
        };
        let task = TaskRef {
            family: &job.order.family,
            id: job.task.as_ref().map_or("", |task| task.0.as_str()),
        };
        let fresh = match provider.fresh_link(task, url, timeout).await {
            // It stands by an address under which its own host says that there is nothing.
            Ok(fresh) if fresh == url && here == Verdict::Gone => return (None, here),
            Ok(fresh) => fresh,
            Err(UploadError::Rejected { .. }) => return (None, Verdict::Gone),
            Err(UploadError::Unavailable { why, .. }) => return (None, Verdict::NoAnswer(why)),
        };
        match self.check(job, &fresh, deadline).await {
            // The provider has just said that the file is there.
            here @ (Verdict::Gone | Verdict::Refused) => {
                let why = "a fresh address is refused too";
                // No address has run out where it is our account that opens them: it has lost its key or its right.
                if here == Verdict::Refused && !self.files.is_public(&fresh) {
                    report(job, Reason::BadKey, 0, why);
                }
                (None, Verdict::NoAnswer(why.to_owned()))
            }
            verdict => found(&fresh, verdict),
        }
    }

    async fn check(&self, job: &Job, url: &str, deadline: Deadline) -> Verdict {
        let Some(timeout) = deadline.for_call(CHECK_TIMEOUT, RESERVE) else {
            return Verdict::NoAnswer("no time was left".to_owned());
        };
        match self.files.check(url, job.order.makes, timeout).await {
            Verdict::Playable(checked) if !job.order.is_met_by(checked.duration_ms) => {
                Verdict::Useless("it is much shorter than ordered")
            }
            Verdict::Barred { code, why } => {
                report(job, Reason::BadKey, i64::from(code), &why);
                Verdict::NoAnswer(why)
            }
            verdict => verdict,
        }
    }
}

fn found(url: &str, verdict: Verdict) -> (Option<File>, Verdict) {
    let Verdict::Playable(checked) = &verdict else {
        return (None, verdict);
    };
    let file = File {
        url: url.to_owned(),
        checked: *checked,
    };
    (Some(file), verdict)
}
