//! The customer cannot be reached. Where the operator has vault channels, the file is kept in one of them and parked for
//! the customer's next visit; where there are none, the credits go back.

use std::time::Duration;

use domain::job::{Event, Failure, Job};
use table::Deadline;
use telegram::limits::UPLOAD_BYTES_MAX;
use telegram::methods::{Carries, SendAudio, SendPhoto, SendVideo};
use telegram::types::Message;

use super::file::File;
use super::media::{Shape, file_id, no_file, seconds, sound_title};
use super::{Error, RESERVE, Workshop};

/// The longest that Telegram is waited for.
const TIMEOUT: Duration = Duration::from_mins(1);

impl Workshop {
    /// Keeps the file, or gives the credits back.
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
        // What is kept is shown again by its name alone, as what was ordered; a file as it is could not be.
        let shape = Shape::of(job.order.makes, &file.checked);
        let too_large = file.checked.bytes > UPLOAD_BYTES_MAX || shape == Shape::Document;
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
            match self.keep_in(vault, shape, job, file, deadline).await {
                Ok(message) => {
                    if let Some(kept) = file_id(&message) {
                        return Ok(self.write(job, Event::Stored { file: kept }, deadline).await?);
                    }
                    tracing::error!(name: "vault_refused", job = %job.id, vault, "the vault's message has no file");
                }
                Err(telegram::Error::RateLimited {
                    retry_after_s: seconds,
                }) => {
                    retry_after_s = Some(retry_after_s.map_or(seconds, |least: u32| least.min(seconds)));
                }
                Err(error) => {
                    tracing::error!(name: "vault_refused", job = %job.id, vault, error = crate::chain(&error), "a vault channel does not take the file");
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
        shape: Shape,
        job: &Job,
        file: &File,
        deadline: Deadline,
    ) -> Result<Message, telegram::Error> {
        let caption = job.id.to_string();
        match shape {
            Shape::Photo => {
                let send = SendPhoto::new(vault, no_file()).with_caption_html(caption);
                self.keep(&send, shape, job, file, deadline).await
            }
            Shape::Audio => {
                let send = SendAudio {
                    duration: seconds(&file.checked),
                    performer: Some(self.model_title(job)),
                    title: Some(sound_title(job)),
                    ..SendAudio::new(vault, no_file()).with_caption_html(caption)
                };
                self.keep(&send, shape, job, file, deadline).await
            }
            Shape::Video | Shape::Document => {
                let send = SendVideo::new(vault, no_file()).with_caption_html(caption);
                self.keep(&send, shape, job, file, deadline).await
            }
        }
    }

    async fn keep(
        &self,
        send: &impl Carries<Answer = Message>,
        shape: Shape,
        job: &Job,
        file: &File,
        deadline: Deadline,
    ) -> Result<Message, telegram::Error> {
        let no_time = || telegram::Error::RateLimited { retry_after_s: 1 };
        if file.checked.bytes <= shape.fetched_bytes_max() && self.files.is_public(&file.url) {
            let timeout = deadline.for_call(TIMEOUT, RESERVE).ok_or_else(no_time)?;
            match self.telegram.send_by_url(send, &file.url, timeout).await {
                Err(telegram::Error::FetchRefused { .. } | telegram::Error::TooBig) => {}
                other => return other,
            }
        }
        let timeout = deadline.for_call(TIMEOUT, RESERVE).ok_or_else(no_time)?;
        let upload = self.upload_of(job, file, timeout).await.map_err(|_| no_time())?;
        let timeout = deadline.for_call(TIMEOUT, RESERVE).ok_or_else(no_time)?;
        self.telegram.send_by_upload(send, upload, timeout).await
    }
}
