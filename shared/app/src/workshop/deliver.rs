//! RENDERED → DELIVERED: the progress message is **edited** into what was ordered. Because one known message is edited, a lost
//! answer is simply tried again, and nothing is ever shown twice. Only an explicit answer ends it.

use std::time::Duration;

use domain::account::Place;
use domain::id::{ChatId, FileId, MessageId};
use domain::job::{Event, Failure, Job};
use providers::files::{NotOpened, Verdict};
use table::Deadline;
use telegram::limits::UPLOAD_BYTES_MAX;
use telegram::methods::{EditMessageCaption, EditMessageText, SendMessage};
use telegram::types::Message;

use super::file::File;
use super::media::{Shape, file_id};
use super::traced::shown_in;
use super::{Error, RESERVE, Workshop, wish};

/// The longest that Telegram is waited for while it fetches up to 20 MB by itself.
const BY_URL_TIMEOUT: Duration = Duration::from_mins(1);
/// The longest that up to 50 MB may take through us.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(90);
/// The longest that a call without a file may take.
pub(super) const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// New progress messages sent in one attempt at most: one for a message that is gone, one for a chat that has moved.
pub(super) const NEW_MESSAGES_MAX: u32 = 2;

/// What became of an attempt to show the file.
pub(super) enum Shown {
    /// It stands in the chat.
    Yes(Option<FileId>),
    /// Not now.
    Later {
        /// It may stand in the chat all the same.
        unsure: bool,
        /// Telegram's wish, in seconds.
        retry_after_s: Option<u32>,
    },
    /// The progress message is gone, or the chat has moved there.
    NoMessage(Option<i64>),
    /// The customer cannot be reached.
    Unreachable,
    /// The provider no longer has the file.
    FileGone,
    /// It can be shown neither as a video nor as a link.
    TooLarge,
}

impl Workshop {
    /// Another attempt, after one that ended in nothing certain.
    pub(super) async fn deliver_again(&self, job: &Job, deadline: Deadline) -> Result<Option<Job>, Error> {
        let was_unsure = job.edit_unsure;
        let claim = Event::ClaimDelivery {
            deliver_until: self.lease(deadline),
        };
        let Some(claimed) = self.write(job, claim, deadline).await? else {
            return Ok(None);
        };
        if claimed.order.makes.is_words() {
            return self.show_words(&claimed, deadline).await;
        }
        let url = claimed.result.as_ref().map_or("", |file| file.url.as_str());
        match self.look_at(&claimed, url, deadline).await {
            (Some(file), _) => self.deliver(&claimed, was_unsure, Some(file), deadline).await,
            (None, Verdict::NoAnswer(why)) => {
                tracing::warn!(name: "file_unread", job = %job.id, why, "the file cannot be looked at");
                self.try_later(&claimed, was_unsure, None, Failure::FileGone, deadline)
                    .await
            }
            (None, _) => self.deliver(&claimed, was_unsure, None, deadline).await,
        }
    }

    /// Shows a file in the place of the progress message. The attempt has been claimed.
    pub(super) async fn deliver(
        &self,
        job: &Job,
        was_unsure: bool,
        file: Option<File>,
        deadline: Deadline,
    ) -> Result<Option<Job>, Error> {
        let Some(file) = file else {
            return self.probe(job, Failure::FileGone, deadline).await;
        };
        let mut job = job.clone();
        for new_messages_left in (0..=NEW_MESSAGES_MAX).rev() {
            match shown_in(self.show_file(&job, &file, deadline)).await {
                Shown::Yes(file) => return Ok(self.write(&job, Event::Delivered { file }, deadline).await?),
                Shown::Later {
                    unsure,
                    retry_after_s,
                } => {
                    return self
                        .try_later(
                            &job,
                            was_unsure || unsure,
                            retry_after_s,
                            Failure::TimedOut,
                            deadline,
                        )
                        .await;
                }
                Shown::Unreachable => return self.keep_or_release(&job, &file, was_unsure, deadline).await,
                Shown::FileGone => return self.probe(&job, Failure::FileGone, deadline).await,
                Shown::TooLarge => return self.probe(&job, Failure::NoFile, deadline).await,
                Shown::NoMessage(_) if new_messages_left == 0 => break,
                Shown::NoMessage(moved_to) => match self.new_message(&job, moved_to, deadline).await? {
                    Some(moved) => job = moved,
                    None => {
                        return self
                            .try_later(&job, was_unsure, None, Failure::TimedOut, deadline)
                            .await;
                    }
                },
            }
        }
        self.try_later(&job, was_unsure, None, Failure::TimedOut, deadline)
            .await
    }

    /// As what it is; a picture that Telegram does not take for a photo after all, as a file.
    async fn show_file(&self, job: &Job, file: &File, deadline: Deadline) -> Shown {
        let shape = Shape::of(job.order.makes, &file.checked);
        match self.show_as(shape, job, file, deadline).await {
            Err(error @ telegram::Error::Rejected { .. }) if shape == Shape::Photo => {
                tracing::warn!(name: "photo_refused", job = %job.id, error = crate::chain(&error), "Telegram does not take the picture for a photo");
                let shown = self.show_as(Shape::Document, job, file, deadline).await;
                shown.unwrap_or_else(|error| shown_instead(job, error))
            }
            Err(error) => shown_instead(job, error),
            Ok(shown) => shown,
        }
    }

    /// By the way that its size allows. `Err` is what Telegram said.
    async fn show_as(
        &self,
        shape: Shape,
        job: &Job,
        file: &File,
        deadline: Deadline,
    ) -> Result<Shown, telegram::Error> {
        let is_public = self.files.is_public(&file.url);
        if file.checked.bytes > UPLOAD_BYTES_MAX && !is_public {
            tracing::error!(name: "file_too_large", job = %job.id, bytes = file.checked.bytes, "the file is too large for Telegram, and nobody but us can fetch it");
            return Ok(Shown::TooLarge);
        }
        if file.checked.bytes > UPLOAD_BYTES_MAX {
            return Ok(self.show_link(job, file, deadline).await);
        }
        if file.checked.bytes > shape.fetched_bytes_max() || !is_public {
            return self.show_upload(shape, job, file, deadline).await;
        }
        let Some(timeout) = deadline.for_call(BY_URL_TIMEOUT, RESERVE) else {
            return Ok(not_begun());
        };
        let edit = self.edit(job, &file.checked, shape);
        match self.telegram.send_by_url(&edit, &file.url, timeout).await {
            Err(telegram::Error::FetchRefused { description }) => {
                tracing::info!(name: "file_streamed", job = %job.id, description, "Telegram does not fetch the file; it goes through us");
                self.show_upload(shape, job, file, deadline).await
            }
            Err(telegram::Error::TooBig) => self.show_upload(shape, job, file, deadline).await,
            other => Ok(Shown::Yes(file_id(&other?))),
        }
    }

    /// Streams the file through, never whole in memory.
    async fn show_upload(
        &self,
        shape: Shape,
        job: &Job,
        file: &File,
        deadline: Deadline,
    ) -> Result<Shown, telegram::Error> {
        let Some(timeout) = deadline.for_call(UPLOAD_TIMEOUT, RESERVE) else {
            return Ok(not_begun());
        };
        let upload = match self.upload_of(job, file, timeout).await {
            Ok(upload) => upload,
            Err(NotOpened::Gone) => return Ok(Shown::FileGone),
            Err(NotOpened::NotNow) => return Ok(not_begun()),
        };
        let Some(timeout) = deadline.for_call(UPLOAD_TIMEOUT, RESERVE) else {
            return Ok(not_begun());
        };
        let edit = self.edit(job, &file.checked, shape);
        let message = self.telegram.send_by_upload(&edit, upload, timeout).await?;
        Ok(Shown::Yes(file_id(&message)))
    }

    /// A file on its way through us, named and typed as what it is.
    pub(super) async fn upload_of(
        &self,
        job: &Job,
        file: &File,
        timeout: Duration,
    ) -> Result<telegram::Upload, NotOpened> {
        let source = self.files.open(&file.url, timeout).await?;
        let format = file.checked.format;
        let name = format!("{}.{}", job.id, format.ending());
        Ok(telegram::Upload::stream(source, Some(file.checked.bytes), name).of_type(format.mime()))
    }

    /// A file too large for Telegram is given as a link, and the customer is told so.
    async fn show_link(&self, job: &Job, file: &File, deadline: Deadline) -> Shown {
        let Some(timeout) = deadline.for_call(CALL_TIMEOUT, RESERVE) else {
            return not_begun();
        };
        let text = Self::link_text(job, &file.url, file.checked.bytes);
        let edit = EditMessageText::html(job.place.chat.0, job.place.message.0, text)
            .with_buttons(self.result_buttons(job));
        match shown(job, self.telegram.call(&edit, timeout).await) {
            Shown::Yes(_) => Shown::Yes(None),
            other => other,
        }
    }

    /// Sends a new progress message where the old one is gone. If its answer is lost, a stray line of text is left: never
    /// a second file.
    pub(super) async fn new_message(
        &self,
        job: &Job,
        moved_to: Option<i64>,
        deadline: Deadline,
    ) -> Result<Option<Job>, Error> {
        let chat = moved_to.unwrap_or(job.place.chat.0);
        let Some(timeout) = deadline.for_call(CALL_TIMEOUT, RESERVE) else {
            return Ok(None);
        };
        match self
            .telegram
            .call(&SendMessage::html(chat, self.rendering_text(job)), timeout)
            .await
        {
            Ok(message) => {
                let to = Place {
                    chat: ChatId(chat),
                    message: MessageId(message.message_id),
                };
                Ok(self.write(job, Event::Moved { to }, deadline).await?)
            }
            Err(error) => {
                tracing::warn!(name: "progress_not_shown", job = %job.id, error = crate::chain(&error), "no new progress message");
                Ok(None)
            }
        }
    }

    /// Later; but when the time is up, the truth is looked for once more and then it is settled.
    pub(super) async fn try_later(
        &self,
        job: &Job,
        unsure: bool,
        retry_after_s: Option<u32>,
        failure: Failure,
        deadline: Deadline,
    ) -> Result<Option<Job>, Error> {
        if self.env.now() >= job.settle_at {
            return self.probe(job, failure, deadline).await;
        }
        self.postpone(job, unsure, retry_after_s, deadline).await
    }

    pub(super) async fn postpone(
        &self,
        job: &Job,
        unsure: bool,
        retry_after_s: Option<u32>,
        deadline: Deadline,
    ) -> Result<Option<Job>, Error> {
        let retry_after = wish(retry_after_s);
        let event = Event::PostponeDelivery {
            unsure,
            retry_after,
            jitter: self.env.jitter(),
        };
        Ok(self.write(job, event, deadline).await?)
    }

    /// Whether an earlier edit went through although its answer was lost: a caption can be edited only on a message that is
    /// already what was ordered. If it is, it is charged; if it surely is not, the credits go back.
    pub(super) async fn probe(
        &self,
        job: &Job,
        failure: Failure,
        deadline: Deadline,
    ) -> Result<Option<Job>, Error> {
        let Some(timeout) = deadline.for_call(CALL_TIMEOUT, RESERVE) else {
            return self.postpone(job, true, None, deadline).await;
        };
        // A link is a text like any other, and nothing tells whether it stood there that would not also put it there. As
        // long as the file is there the link is shown again, which does tell; otherwise the customer is believed.
        if job
            .result
            .as_ref()
            .is_some_and(|file| file.bytes > UPLOAD_BYTES_MAX)
        {
            return Ok(self
                .write(job, Event::CannotDeliver { failure }, deadline)
                .await?);
        }
        let (chat, message) = (job.place.chat.0, job.place.message.0);
        let edit =
            EditMessageCaption::html(chat, message, self.caption(job)).with_buttons(self.result_buttons(job));
        let event = match self.telegram.call(&edit, timeout).await {
            Ok(message) => Event::Delivered {
                file: file_id(&message),
            },
            Err(telegram::Error::NotModified) => Event::Delivered { file: None },
            // A text, or nothing at all, or nobody who could look: nothing stands there.
            Err(
                telegram::Error::NoCaption
                | telegram::Error::MessageGone { .. }
                | telegram::Error::Unreachable { .. }
                | telegram::Error::Migrated { .. }
                | telegram::Error::Rejected { .. },
            ) => Event::CannotDeliver { failure },
            Err(telegram::Error::RateLimited { retry_after_s }) => {
                return self.postpone(job, true, Some(retry_after_s), deadline).await;
            }
            Err(error) => {
                tracing::warn!(name: "delivery_unknown", job = %job.id, error = crate::chain(&error), "nobody knows whether it was shown");
                return self.postpone(job, true, None, deadline).await;
            }
        };
        Ok(self.write(job, event, deadline).await?)
    }
}

/// Nothing was sent.
pub(super) fn not_begun() -> Shown {
    Shown::Later {
        unsure: false,
        retry_after_s: None,
    }
}

/// What Telegram's answer means.
pub(super) fn shown(job: &Job, answer: Result<Message, telegram::Error>) -> Shown {
    answer.map_or_else(
        |error| shown_instead(job, error),
        |message| Shown::Yes(file_id(&message)),
    )
}

/// What Telegram's refusal or silence means.
fn shown_instead(job: &Job, error: telegram::Error) -> Shown {
    match error {
        telegram::Error::NotModified | telegram::Error::NoText => Shown::Yes(None),
        telegram::Error::MessageGone { .. } => Shown::NoMessage(None),
        telegram::Error::Migrated { to } => Shown::NoMessage(Some(to)),
        telegram::Error::Unreachable { description } => {
            tracing::info!(name: "customer_unreachable", job = %job.id, description, "the customer cannot be reached");
            Shown::Unreachable
        }
        telegram::Error::RateLimited { retry_after_s } => Shown::Later {
            unsure: false,
            retry_after_s: Some(retry_after_s),
        },
        telegram::Error::Unknown { why, .. } => {
            tracing::warn!(name: "delivery_unknown", job = %job.id, why, "no answer to the delivery");
            Shown::Later {
                unsure: true,
                retry_after_s: None,
            }
        }
        error => {
            tracing::error!(name: "delivery_refused", job = %job.id, error = crate::chain(&error), "the delivery was refused");
            Shown::Later {
                unsure: false,
                retry_after_s: None,
            }
        }
    }
}
