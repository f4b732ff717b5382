//! The customer cannot be reached. Where the operator has vault channels, the video is kept in one of them and parked for
//! the customer's next visit; where there are none, the credits go back.

use std::time::Duration;

use domain::job::{Event, Failure, Job};
use table::Deadline;
use telegram::limits::{FETCH_BY_URL_BYTES_MAX, UPLOAD_BYTES_MAX};
use telegram::methods::{InputFile, SendVideo};
use telegram::types::Message;

use super::deliver::file_id;
use super::file::File;
use super::{Error, RESERVE, Workshop};

/// The longest that Telegram is waited for.
const TIMEOUT: Duration = Duration::from_mins(1);

impl Workshop {
    /// Keeps the video, or gives the credits back.
    pub(super) async fn keep_or_release(
        &self,
        job: &Job,
        file: &File,
        was_unsure: bool,
        deadline: Deadline,
    ) -> Result<Option<Job>, Error> {
        if let Err(error) = self.store.set_blocked(job.id.user, true, deadline).await {
            tracing::warn!(name: "unreachable_unnoted", error = crate::chain(&error), "it could not be noted that the customer cannot be reached");
        }
        let too_large = file.checked.bytes > UPLOAD_BYTES_MAX;
        if self.places.vaults.is_empty() || too_large {
            // If an earlier answer was lost, the customer may have seen the video and blocked the bot then. That is
            // looked at again while there is time; in doubt, the customer is believed.
            if was_unsure {
                return self
                    .try_later(job, true, None, Failure::Unreachable, deadline)
                    .await;
            }
            return Ok(self
                .write(
                    job,
                    Event::CannotDeliver {
                        failure: Failure::Unreachable,
                    },
                    deadline,
                )
                .await?);
        }
        let mut retry_after_s = None;
        for vault in self.vaults_for(job) {
            match self.keep_in(vault, job, file, deadline).await {
                Ok(message) => {
                    if let Some(kept) = file_id(&message) {
                        return Ok(self.write(job, Event::Stored { file: kept }, deadline).await?);
                    }
                    tracing::error!(name: "vault_refused", job = %job.id, vault, "the vault's message has no video");
                }
                Err(telegram::Error::RateLimited {
                    retry_after_s: seconds,
                }) => {
                    retry_after_s = Some(retry_after_s.map_or(seconds, |least: u32| least.min(seconds)));
                }
                Err(error) => {
                    tracing::error!(name: "vault_refused", job = %job.id, vault, error = crate::chain(&error), "a vault channel does not take the video");
                }
            }
        }
        self.try_later(job, was_unsure, retry_after_s, Failure::Unreachable, deadline)
            .await
    }

    /// The vaults, beginning with another one for every job: Telegram allows about 20 messages a minute into one chat.
    fn vaults_for(&self, job: &Job) -> impl Iterator<Item = i64> {
        let vaults = self.places.vaults.clone();
        let first = usize::try_from(job.id.nonce.as_str().bytes().map(u64::from).sum::<u64>()).unwrap_or(0);
        let count = vaults.len();
        (0..count).filter_map(move |step| vaults.get((first + step) % count).copied())
    }

    async fn keep_in(
        &self,
        vault: i64,
        job: &Job,
        file: &File,
        deadline: Deadline,
    ) -> Result<Message, telegram::Error> {
        let no_time = || telegram::Error::RateLimited { retry_after_s: 1 };
        let send = SendVideo::new(vault, InputFile::Url(String::new())).with_caption_html(job.id.to_string());
        if file.checked.bytes <= FETCH_BY_URL_BYTES_MAX && self.files.is_public(&file.url) {
            let timeout = deadline.for_call(TIMEOUT, RESERVE).ok_or_else(no_time)?;
            match self.telegram.send_video_by_url(&send, &file.url, timeout).await {
                Err(telegram::Error::FetchRefused { .. } | telegram::Error::TooBig) => {}
                other => return other,
            }
        }
        let timeout = deadline.for_call(TIMEOUT, RESERVE).ok_or_else(no_time)?;
        let source = self.files.open(&file.url, timeout).await;
        let source = source.map_err(|_| no_time())?;
        let upload = telegram::Upload::stream(source, Some(file.checked.bytes), format!("{}.mp4", job.id));
        let timeout = deadline.for_call(TIMEOUT, RESERVE).ok_or_else(no_time)?;
        self.telegram.send_video_by_upload(&send, upload, timeout).await
    }
}
