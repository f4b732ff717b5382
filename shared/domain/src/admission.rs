//! T1: may this draft become a job? One pure decision, made on what one read brought; the transaction that follows
//! states the same guards again as conditions, and when one of them fails there, this decision is made once more on
//! what the refused transaction returned. So the reason that a customer reads is always the true one.

use crate::account::{Account, Draft, Place};
use crate::catalog::{Limit, Model, Rules};
use crate::id::{JobId, Nonce};
use crate::job::{Image, Job, Order};
use crate::money::Credits;
use crate::time::Timestamp;
use crate::window::Window;

/// Uses counted in one window, as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The limit that the count belongs to.
    pub limit: Limit,
    /// The window that holds now.
    pub window: Window,
    /// Uses counted in it.
    pub used: u32,
}

impl Usage {
    /// How many uses are left.
    pub fn left(&self) -> u32 {
        self.limit.max.saturating_sub(self.used)
    }

    /// The name of the counter.
    pub fn key(&self) -> WindowKey {
        WindowKey::new(&self.limit, self.window)
    }
}

/// The name of a counter: its limit, and when the window began. Stored on the job, so that the release finds it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowKey(pub String);

impl WindowKey {
    /// The name of a limit's counter in a window.
    pub fn new(limit: &Limit, window: Window) -> Self {
        Self(format!("{}#{}", limit.id, window.starts_at.seconds()))
    }
}

/// A use to be counted together with the job's acceptance, if there is still room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// The counter.
    pub key: WindowKey,
    /// It may not pass this.
    pub max: u32,
    /// When its window ends; the row may be forgotten some time after.
    pub ends_at: Timestamp,
}

/// A draft that may become a job, with all that has to be written with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// The job as it begins.
    pub job: Job,
    /// The uses to count.
    pub reservations: Vec<Reservation>,
    /// The draft's revision that was confirmed.
    pub draft_revision: u32,
    /// Open jobs must be fewer than this.
    pub active_jobs_max: u32,
}

/// Why a draft may not become a job. Nothing was charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// New orders are switched off.
    Paused,
    /// The draft is gone or has changed since its card was drawn.
    DraftStale,
    /// The model is switched off, gone, or does not take such an order.
    ModelUnavailable,
    /// The model does not render the chosen length or shape any more.
    ChoiceUnavailable,
    /// The words are shorter than the model takes.
    PromptTooShort {
        /// How long they are, in characters.
        chars: u32,
        /// How long they must be.
        min: u32,
    },
    /// The words are longer than the model takes.
    PromptTooLong {
        /// How long they are, in characters.
        chars: u32,
        /// How long they may be.
        max: u32,
    },
    /// There are fewer credits than it costs.
    NotEnoughCredits {
        /// The price.
        cost: Credits,
        /// What there is.
        available: Credits,
    },
    /// There are as many open jobs as are allowed.
    TooManyActive {
        /// How many are allowed.
        max: u32,
    },
    /// A window is full.
    LimitReached(Box<Usage>),
}

/// What T1 is decided on.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The account as read.
    pub account: &'a Account,
    /// The draft's nonce and revision, as on the card that was tapped.
    pub nonce: &'a Nonce,
    /// The revision shown on that card.
    pub revision: u32,
    /// The chosen model's row, if there is one.
    pub model: Option<&'a Model>,
    /// What holds for all.
    pub rules: &'a Rules,
    /// The counts of every window that the order touches.
    pub usages: &'a [Usage],
    /// The card, which will become the progress message and at last the video.
    pub place: Place,
    /// The customer's language, for the worker's messages.
    pub locale: &'a str,
    /// The time.
    pub now: Timestamp,
}

/// Decides T1.
pub fn admit(request: &Request<'_>) -> Result<Admission, Refusal> {
    let Request { account, rules, .. } = request;
    if !rules.new_jobs {
        return Err(Refusal::Paused);
    }
    let draft = account
        .draft
        .as_ref()
        .filter(|draft| draft.nonce == *request.nonce && draft.revision == request.revision);
    let draft = draft.ok_or(Refusal::DraftStale)?;
    let model = request
        .model
        .filter(|model| model.id == draft.model && model.takes(draft.photo.is_some()));
    let model = model.ok_or(Refusal::ModelUnavailable)?;
    let cost = price_of(draft, model).ok_or(Refusal::ChoiceUnavailable)?;
    check_words(draft, model)?;
    if account.active_jobs.len() >= usize::try_from(rules.active_jobs_max).unwrap_or(usize::MAX) {
        return Err(Refusal::TooManyActive {
            max: rules.active_jobs_max,
        });
    }
    if let Some(full) = request.usages.iter().find(|usage| usage.left() == 0) {
        return Err(Refusal::LimitReached(Box::new(full.clone())));
    }
    if account.balance.available < cost {
        return Err(Refusal::NotEnoughCredits {
            cost,
            available: account.balance.available,
        });
    }
    let order = Order {
        model: model.id.clone(),
        provider: model.provider.clone(),
        family: model.family.clone(),
        prompt: draft.prompt.clone(),
        image: draft.photo.as_ref().map(|photo| Image {
            file_id: photo.file_id.clone(),
        }),
        aspect: draft.aspect,
        duration_s: draft.duration_s,
        locale: request.locale.to_owned(),
        typical: model.typical,
        poll_after: model.poll_after,
        render_max: model.render_max,
    };
    let id = JobId {
        user: account.user,
        nonce: draft.nonce.clone(),
    };
    let windows = request.usages.iter().map(Usage::key).collect();
    let job = Job::accepted(id, order, cost, windows, request.place, rules, request.now);
    Ok(Admission {
        job,
        reservations: reservations(request.usages),
        draft_revision: draft.revision,
        active_jobs_max: rules.active_jobs_max,
    })
}

/// What a draft costs, if the model renders just that.
pub fn price_of(draft: &Draft, model: &Model) -> Option<Credits> {
    let offered = model.offers(draft.duration_s, draft.aspect, draft.photo.is_some());
    model.price(draft.duration_s).filter(|_| offered)
}

/// Whether the model takes the draft's words, going by their length. A photo needs none.
pub fn check_words(draft: &Draft, model: &Model) -> Result<(), Refusal> {
    let (min, max) = (model.prompt_chars_min, model.prompt_chars_max);
    match draft.prompt_chars() {
        0 if draft.photo.is_some() => Ok(()),
        chars if chars < min => Err(Refusal::PromptTooShort { chars, min }),
        chars if chars > max => Err(Refusal::PromptTooLong { chars, max }),
        _ => Ok(()),
    }
}

/// The uses to count for an order.
fn reservations(usages: &[Usage]) -> Vec<Reservation> {
    usages
        .iter()
        .map(|usage| Reservation {
            key: usage.key(),
            max: usage.limit.max,
            ends_at: usage.window.ends_at,
        })
        .collect()
}

/// Every limit that an order for a model touches, with the window that holds now. What is still to be read is how much
/// of each is used.
pub fn limits_touched(rules: &Rules, model: Option<&Model>, now: Timestamp) -> Vec<(Limit, Window)> {
    let own = model.and_then(|model| model.limit.as_ref());
    rules
        .limits
        .iter()
        .chain(own)
        .map(|limit| (limit.clone(), limit.schedule.window_at(now)))
        .collect()
}

#[cfg(test)]
mod tests;
