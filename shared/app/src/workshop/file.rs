//! The provider's file: looked at, and asked for anew when its address has run out.

use std::time::Duration;

use providers::files::{Checked, Verdict};
use table::Deadline;

use super::{RESERVE, Workshop};

/// The longest that one ranged read may take.
const CHECK_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest that the provider is waited for when it gives another address.
const LINK_TIMEOUT: Duration = Duration::from_secs(10);

/// A file that plays, and where it is.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) url: String,
    pub(super) checked: Checked,
}

impl Workshop {
    /// Looks at a file, under another address if this one has run out.
    pub(super) async fn look_at(&self, url: &str, deadline: Deadline) -> (Option<File>, Verdict) {
        let verdict = self.check(url, deadline).await;
        match verdict {
            Verdict::Playable(checked) => (
                Some(File {
                    url: url.to_owned(),
                    checked: checked.clone(),
                }),
                Verdict::Playable(checked),
            ),
            Verdict::Gone => self.look_elsewhere(url, deadline).await,
            verdict => (None, verdict),
        }
    }

    async fn look_elsewhere(&self, url: &str, deadline: Deadline) -> (Option<File>, Verdict) {
        let Some(timeout) = deadline.for_call(LINK_TIMEOUT, RESERVE) else {
            return (None, Verdict::NoAnswer("no time was left".to_owned()));
        };
        let fresh = match self.kie.fresh_link(url, timeout).await {
            Ok(fresh) => fresh,
            Err(providers::kie::UploadError::Rejected { .. }) => return (None, Verdict::Gone),
            Err(providers::kie::UploadError::Unavailable { why, .. }) => {
                return (None, Verdict::NoAnswer(why));
            }
        };
        match self.check(&fresh, deadline).await {
            Verdict::Playable(checked) => (
                Some(File {
                    url: fresh,
                    checked: checked.clone(),
                }),
                Verdict::Playable(checked),
            ),
            verdict => (None, verdict),
        }
    }

    async fn check(&self, url: &str, deadline: Deadline) -> Verdict {
        match deadline.for_call(CHECK_TIMEOUT, RESERVE) {
            Some(timeout) => self.files.check(url, timeout).await,
            None => Verdict::NoAnswer("no time was left".to_owned()),
        }
    }
}
