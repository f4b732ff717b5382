//! QUEUED → SUBMITTING → RUNNING: the order goes to the provider, at most once per claim.

use std::time::Duration;

use domain::job::{Bill, Event, Failure, Job, Stage};
use providers::registry::form;
use providers::ticket::{callback_url, own_name};
use providers::{Create, Form, Photo, Provider, Reason, Upload, UploadError, VideoOrder};
use table::Deadline;
use telegram::Download;
use telegram::limits::DOWNLOAD_BYTES_MAX;
use telegram::methods::GetFile;

use super::find::can_ask;
use super::route::Chosen;
use super::traced::requested;
use super::{Error, RESERVE, Workshop, wish};
use crate::texts::Say;

/// The longest that the provider is waited for when it takes an order.
pub(super) const CREATE_TIMEOUT: Duration = Duration::from_secs(25);
/// The longest that Telegram is waited for when it tells where a photo is.
const FIND_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest that a photo's way from Telegram to the provider may take.
const PHOTO_TIMEOUT: Duration = Duration::from_secs(30);
/// What is kept of an invocation's time while the photo is on its way: for the order and for writing down how it went.
const BEFORE_ORDER: Duration = Duration::from_secs(33);

/// How many bytes tell what kind of picture it is.
const KIND_BYTES: usize = 12;

/// Why there is no photo to start from.
pub(super) enum NoPhoto {
    /// For good.
    Never(Failure),
    /// For now; nothing was ordered yet.
    Later(Option<u32>, String),
}

impl Workshop {
    /// Claims the job and hands it to the provider.
    pub(super) async fn submit(&self, job: &Job, deadline: Deadline) -> Result<Option<Job>, Error> {
        let now = self.env.now();
        let (way, asked) = match self.choose(job, now).await {
            Chosen::Way(way, asked) => (way, Some(asked)),
            Chosen::Later(until) => {
                // The job stays due, so cleanup rings every minute. A doorbell of our own for each of cleanup's would be
                // one more chain of doorbells for every minute of an outage.
                self.show_left_alone(job, deadline).await;
                tracing::info!(name: "provider_left_alone", job = %job.id, for_ms = until.since(now).0, "the provider is left alone for a while");
                return Ok(None);
            }
            Chosen::Nobody => (job.ways().into_iter().next().flatten(), None),
        };
        let lease_until = self.lease(deadline);
        let claimed = self.write(job, Event::Claim { lease_until, way }, deadline).await;
        let Ok(Some(claimed)) = claimed else {
            if let Some(asked) = asked {
                self.breaker(&asked, |breaker| breaker.not_asked(now));
            }
            return Ok(claimed?);
        };
        if asked.is_none() {
            tracing::error!(name: "no_route_left", job = %job.id, model = job.order.model.0, "there is nobody left who could render it");
            let failure = Failure::Provider;
            return Ok(self
                .write(&claimed, Event::Rejected { failure }, deadline)
                .await?);
        }
        // Shown under the claim, before the order is sent: after it, a quick callback could have shown more already.
        if !job.order.makes.is_words() {
            self.show_rendering(&claimed, deadline).await;
        }
        let mut bill = Bill::Nothing;
        let event = self.hand_over(&claimed, &mut bill, deadline).await;
        self.breaker(&claimed, |breaker| breaker.not_asked(self.env.now()));
        let after = self.write_billed(&claimed, event, bill, deadline).await?;
        match after {
            Some(answered) if answered.stage == Stage::Rendered => self.show_words(&answered, deadline).await,
            other => Ok(other),
        }
    }

    /// Everything between the claim and its outcome; whatever happens is told as an event, and what is billed for nothing as
    /// such.
    async fn hand_over(&self, job: &Job, bill: &mut Bill, deadline: Deadline) -> Event {
        if !self.is_offered(job).await {
            tracing::error!(name: "model_withdrawn", job = %job.id, model = job.order.model.0, "the model was switched off after the order was accepted");
            return Event::Rejected {
                failure: Failure::Provider,
            };
        }
        let (name, family) = (&job.order.provider, &job.order.family);
        let (Some(provider), Some(form)) = (self.provider(job), form(name, family)) else {
            tracing::error!(name: "provider_without_key", job = %job.id, provider = name, family, "there is no such form, or no key for its provider");
            return Event::Rejected {
                failure: Failure::Provider,
            };
        };
        if job.order.makes.is_words() {
            return self.ask(job, provider, bill, deadline).await;
        }
        let first_frame = match self.hand_over_photo(job, provider, deadline).await {
            Ok(first_frame) => first_frame,
            Err(NoPhoto::Never(failure)) => return refused(failure),
            Err(NoPhoto::Later(retry_after_s, why)) => return self.not_accepted(job, retry_after_s, &why),
        };
        let Some(timeout) = deadline.for_call(CREATE_TIMEOUT, RESERVE) else {
            return self.not_accepted(job, None, "no time was left to order");
        };
        let order = self.video_order(job, form, first_frame);
        let outcome = requested(job, "order", provider.submit(&order, timeout), said).await;
        self.ordered(job, outcome)
    }

    /// What the provider's answer means.
    pub(super) fn ordered(&self, job: &Job, outcome: Create) -> Event {
        let now = self.env.now();
        meter::provider_said(&job.order.provider, said(&outcome));
        match outcome {
            Create::Accepted { task_id } => {
                self.breaker(job, domain::breaker::Breaker::after_answer);
                Event::Accepted {
                    fence: job.fence,
                    task: domain::id::TaskId(task_id),
                }
            }
            // Words were not asked for here.
            Create::Done { .. } | Create::Useless { .. } => Event::Rejected {
                failure: Failure::NoFile,
            },
            Create::Rejected {
                reason,
                code,
                message,
            } => {
                let failure = failure_of(reason);
                // Whoever else could render it does; so this one is left alone for a while, once it has said so often enough.
                let is_spared = failure == Failure::Provider && !job.order.others.is_empty();
                self.breaker(job, |breaker| {
                    if is_spared {
                        breaker.after_failure(now)
                    } else {
                        breaker.after_answer()
                    }
                });
                report(job, reason, code, &message);
                refused(failure)
            }
            Create::NotAccepted { why, retry_after_s } => {
                self.breaker(job, |breaker| breaker.after_failure(now));
                self.not_accepted(job, retry_after_s, &why)
            }
            Create::Unknown { why } => {
                self.breaker(job, |breaker| breaker.after_failure(now));
                tracing::warn!(name: "submission_unknown", job = %job.id, why, "nobody knows whether the order arrived");
                Event::OutcomeUnknown {
                    can_ask: can_ask(job),
                }
            }
        }
    }

    pub(super) fn not_accepted(&self, job: &Job, retry_after_s: Option<u32>, why: &str) -> Event {
        tracing::warn!(name: "submission_not_accepted", job = %job.id, why, "not accepted for now");
        let retry_after = wish(retry_after_s);
        Event::NotAccepted {
            retry_after,
            jitter: self.env.jitter(),
        }
    }

    /// Whether the model is still on offer. If the settings or its row cannot be read, the order stands as accepted.
    async fn is_offered(&self, job: &Job) -> bool {
        let (now, model) = (self.env.now(), &job.order.model);
        let mut known = self.settings.fresh(now).await;
        // What was known before the order was accepted may not know the model yet: the webhook saw newer settings.
        if let Ok(snapshot) = &known
            && snapshot.is_withdrawn(model)
            && snapshot.loaded_at <= job.created_at
        {
            known = self.settings.reload(now).await;
        }
        match known {
            Ok(snapshot) => !snapshot.is_withdrawn(model),
            Err(error) => {
                tracing::warn!(name: "settings_unread", error = crate::chain(&error), "the settings cannot be read");
                true
            }
        }
    }

    pub(super) fn video_order(&self, job: &Job, form: &Form, first_frame: Option<Photo>) -> VideoOrder {
        let order = &job.order;
        let prompt = if order.prompt.is_empty() {
            Say::of(&order.locale).text("photo-prompt")
        } else {
            order.prompt.clone()
        };
        let (id, places) = (job.id.to_string(), &self.places);
        VideoOrder {
            family: order.family.clone(),
            prompt,
            first_frame,
            aspect: order.aspect,
            duration_s: order.duration_s,
            quality: order.quality,
            sound: form.caps.sound,
            callback_url: callback_url(
                &places.callback_base,
                &order.provider,
                &id,
                job.fence.0,
                &places.callback_key,
            ),
            name: own_name(&id, job.fence.0),
        }
    }

    /// Takes the photo from Telegram to the provider. Telegram's address of it holds the bot's token, so it never leaves
    /// us: the bytes do, as they come. Ten photos on their way at once take ten times a few chunks, not ten times 20 MiB.
    /// Repeating it is harmless; the same name overwrites.
    pub(super) async fn hand_over_photo(
        &self,
        job: &Job,
        provider: &dyn Provider,
        deadline: Deadline,
    ) -> Result<Option<Photo>, NoPhoto> {
        let Some(image) = &job.order.image else {
            return Ok(None);
        };
        let mut download = self.open_file(job, &image.file_id, deadline).await?;
        let length = download.length();
        let start = download.peek(KIND_BYTES).await;
        let start = start.map_err(|error| photo_trouble(job, &error))?;
        let Some((mime, ending)) = picture_kind(start) else {
            tracing::info!(name: "photo_unusable", job = %job.id, bytes = length, "the photo is neither JPEG nor PNG nor WebP");
            return Err(NoPhoto::Never(Failure::BadInput));
        };
        let timeout = deadline
            .for_call(PHOTO_TIMEOUT, BEFORE_ORDER)
            .ok_or_else(no_time)?;
        let name = format!("{}.{ending}", job.id);
        let upload = Upload::stream(download.into_stream(), length, mime, name);
        match requested(job, "take_photo", provider.take_photo(upload, timeout), taken).await {
            Ok(photo) => Ok(Some(photo)),
            Err(UploadError::Unavailable { why, retry_after_s }) => Err(NoPhoto::Later(retry_after_s, why)),
            Err(UploadError::Rejected {
                reason,
                code,
                message,
            }) => {
                report(job, reason, code, &message);
                Err(NoPhoto::Never(failure_of(reason)))
            }
        }
    }
}

/// Nothing was begun.
fn no_time() -> NoPhoto {
    NoPhoto::Later(None, "no time was left for the file".to_owned())
}

impl Workshop {
    /// Opens a customer's file at Telegram.
    pub(super) async fn open_file(
        &self,
        job: &Job,
        file_id: &str,
        deadline: Deadline,
    ) -> Result<Download, NoPhoto> {
        let timeout = deadline
            .for_call(FIND_TIMEOUT, BEFORE_ORDER)
            .ok_or_else(no_time)?;
        let file = self
            .telegram
            .call(&GetFile::new(file_id.to_owned()), timeout)
            .await
            .map_err(|error| photo_trouble(job, &error))?;
        let path = file.file_path.ok_or(NoPhoto::Never(Failure::PhotoGone))?;
        let timeout = deadline
            .for_call(PHOTO_TIMEOUT, BEFORE_ORDER)
            .ok_or_else(no_time)?;
        let download = self
            .telegram
            .download_file(&path, DOWNLOAD_BYTES_MAX, timeout)
            .await;
        download.map_err(|error| photo_trouble(job, &error))
    }
}

/// An answer to a photo, in a word.
fn taken(answer: &Result<Photo, UploadError>) -> &'static str {
    match answer {
        Ok(_) => "taken",
        Err(UploadError::Rejected { reason, .. }) => reason.as_str(),
        Err(UploadError::Unavailable { .. }) => "unavailable",
    }
}

/// An answer to an order, in a word.
pub(super) fn said(outcome: &Create) -> &'static str {
    match outcome {
        Create::Accepted { .. } => "accepted",
        Create::Done { .. } => "done",
        Create::Rejected { reason, .. } | Create::Useless { reason, .. } => reason.as_str(),
        Create::NotAccepted { .. } => "not_accepted",
        Create::Unknown { .. } => "unknown",
    }
}

/// A refusal that is for good: what is wrong with the order is so for everybody, what is wrong with the provider is not.
pub(super) fn refused(failure: Failure) -> Event {
    if failure == Failure::Provider {
        Event::TurnedAway
    } else {
        Event::Rejected { failure }
    }
}

/// What Telegram's refusal to give a photo means.
pub(super) fn photo_trouble(job: &Job, error: &telegram::Error) -> NoPhoto {
    match error {
        telegram::Error::RateLimited { retry_after_s } => {
            NoPhoto::Later(Some(*retry_after_s), error.to_string())
        }
        telegram::Error::NotSent { .. } | telegram::Error::Unknown { .. } | telegram::Error::Unauthorized => {
            NoPhoto::Later(None, error.to_string())
        }
        other => {
            tracing::info!(name: "photo_unusable", job = %job.id, error = crate::chain(&other), "the photo cannot be had");
            NoPhoto::Never(Failure::PhotoGone)
        }
    }
}

/// What a picture's first bytes say that it is; a name or a header may lie.
pub(crate) fn picture_kind(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some(("image/jpeg", "jpg")),
        [0x89, b'P', b'N', b'G', ..] => Some(("image/png", "png")),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(("image/webp", "webp")),
        _ => None,
    }
}

/// What a provider's reason means for the customer.
pub(super) fn failure_of(reason: Reason) -> Failure {
    match reason {
        Reason::Moderation => Failure::Moderation,
        Reason::BadInput => Failure::BadInput,
        Reason::ProviderBroke
        | Reason::OutOfFunds
        | Reason::Retired
        | Reason::BadKey
        | Reason::RateLimited
        | Reason::Maintenance => Failure::Provider,
    }
}

/// Says in the log what the provider refused; loudly where an operator must act.
pub(super) fn report(job: &Job, reason: Reason, code: i64, message: &str) {
    let said: String = message.chars().take(200).collect();
    if reason.needs_operator() {
        tracing::error!(name: "provider_needs_operator", job = %job.id, provider = job.order.provider, reason = reason.as_str(), code, said, "the provider refuses until an operator acts");
    } else {
        tracing::info!(name: "provider_refused", job = %job.id, provider = job.order.provider, reason = reason.as_str(), code, said, "the provider refuses");
    }
}
