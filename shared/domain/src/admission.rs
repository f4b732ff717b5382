//! T1: may this draft become a job? One pure decision, made on what one read brought; the transaction that follows
//! states the same guards again as conditions, and when one of them fails there, this decision is made once more on
//! what the refused transaction returned. So the reason that a customer reads is always the true one.

mod code;
mod words;

pub use words::{ForWords, WORDS_BESIDE};

use crate::account::{Account, Draft, Place};
use crate::ai_request::{Costing, kept_of};
use crate::catalog::{Model, Plan, Price, Rules};
use crate::cost::Costs;
use crate::id::{JobId, Nonce};
use crate::job::{Image, Job, Order, Way};
use crate::limit::{Limit, Measure, Reservation, Usage};
use crate::moderation::Moderation;
use crate::money::Credits;
use crate::time::Timestamp;

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
    /// What the customer may do must not have changed since it was looked at.
    pub standing_revision: u64,
    /// The beginning of the prompt, as far as the log of AI operations keeps it.
    pub prompt_kept: Option<String>,
}

/// What a customer lacks for an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// The feature.
    pub feature: String,
    /// Why it is not theirs, in the words of the registry: `tier_too_low`.
    pub reason: &'static str,
    /// The tier that would bring it, if one would.
    pub needs_tier: Option<String>,
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
    /// The customer's tier, plan or country does not go with it.
    NotEntitled(Denied),
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
    /// The words are such as are not made into anything here.
    Moderated {
        /// Which ones, as the operator's list calls them.
        category: String,
    },
    /// So much was refused of this customer's orders that no others are taken for a while.
    Suspended {
        /// The first moment at which they are taken again.
        until: Timestamp,
    },
    /// There are fewer credits than it costs.
    NotEnoughCredits {
        /// The price.
        cost: Credits,
        /// What there is.
        available: Credits,
    },
    /// The bank has taken money back for credits that were spent. What is bought next pays that first.
    InDebt(Credits),
    /// There are as many open jobs as are allowed.
    TooManyActive {
        /// How many are allowed.
        max: u32,
    },
    /// A window is full.
    LimitReached(Box<Usage>),
}

/// What T1 is decided on.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The account as read.
    pub account: &'a Account,
    /// The draft's nonce and revision, as on the card that was tapped.
    pub nonce: &'a Nonce,
    /// The revision shown on that card.
    pub revision: u32,
    /// The chosen model's row, if there is one.
    pub model: Option<&'a Model>,
    /// New orders are taken of this customer now.
    pub new_jobs: bool,
    /// What holds for all.
    pub rules: &'a Rules,
    /// What is refused before anybody pays.
    pub moderation: &'a Moderation,
    /// Words are ordered for the draft, instead of what it describes.
    pub words: Option<ForWords<'a>>,
    /// The plan that the customer is on now.
    pub plan: Option<&'a Plan>,
    /// What the customer lacks for it, if anything.
    pub denied: Option<Denied>,
    /// What operations cost us, for the log.
    pub costs: &'a Costs,
    /// What is used of every limit that the order touches.
    pub usages: &'a [Usage],
    /// The card, which will become the progress message and at last the video.
    pub place: Place,
    /// The customer's language, for the worker's messages.
    pub locale: &'a str,
    /// The time.
    pub now: Timestamp,
}

/// How many orders one customer may have open when this one comes.
pub fn places(rules: &Rules, is_for_words: bool) -> u32 {
    let beside = if is_for_words { WORDS_BESIDE } else { 0 };
    rules.active_jobs_max.saturating_add(beside)
}

/// Decides T1.
pub fn admit(request: &Request<'_>) -> Result<Admission, Refusal> {
    let Request { account, rules, .. } = request;
    if !request.new_jobs {
        return Err(Refusal::Paused);
    }
    if let Some(until) = account.standing.strikes.paused_at(request.now) {
        return Err(Refusal::Suspended { until });
    }
    let draft = account
        .draft
        .as_ref()
        .filter(|draft| draft.nonce == *request.nonce && draft.revision == request.revision);
    let draft = draft.ok_or(Refusal::DraftStale)?;
    if let Some(category) = request.moderation.refuses(&draft.prompt) {
        let category = category.to_owned();
        return Err(Refusal::Moderated { category });
    }
    let (model, price) = match request.words {
        Some(words) => words::wanted(words, draft)?,
        None => described(request, draft)?,
    };
    let covered = request.plan.is_some_and(|plan| plan.covers(model));
    let cost = if covered { Credits::ZERO } else { price.credits };
    if let Some(denied) = &request.denied {
        return Err(Refusal::NotEntitled(denied.clone()));
    }
    if account.balance.debt > Credits::ZERO {
        return Err(Refusal::InDebt(account.balance.debt));
    }
    let max = places(rules, request.words.is_some());
    if account.active_jobs.len() >= usize::try_from(max).unwrap_or(usize::MAX) {
        return Err(Refusal::TooManyActive { max });
    }
    if let Some(full) = request.usages.iter().find(|usage| usage.forbids()) {
        return Err(Refusal::LimitReached(Box::new(full.clone())));
    }
    if account.balance.available < cost {
        return Err(Refusal::NotEnoughCredits {
            cost,
            available: account.balance.available,
        });
    }
    let counted: Vec<&Usage> = request.usages.iter().filter(|usage| usage.amount > 0).collect();
    let reservations: Vec<Reservation> = counted
        .iter()
        .map(|usage| usage.reservation(request.now))
        .collect();
    let id = JobId {
        user: account.user,
        nonce: draft.nonce.clone(),
    };
    let windows = reservations.iter().map(|use_| use_.counted.clone()).collect();
    let order = order(request, draft, (model, price));
    let prompt_kept = kept_of(&order.prompt, request.costs.prompt_chars);
    let job = Job::accepted(id, order, cost, windows, request.place, rules, request.now);
    Ok(Admission {
        job,
        reservations,
        draft_revision: draft.revision,
        active_jobs_max: max,
        standing_revision: account.standing.revision,
        prompt_kept,
    })
}

/// What the draft describes is ordered from, and costs, if the model still makes just that.
fn described<'a>(request: &Request<'a>, draft: &Draft) -> Result<(&'a Model, &'a Price), Refusal> {
    // Nobody knows yet what is said in a voice message.
    if draft.voice.is_some() {
        return Err(Refusal::DraftStale);
    }
    let fits = |model: &&Model| {
        !model.makes.is_words() && model.id == draft.model && model.takes(draft.photo.is_some())
    };
    let model = request.model.filter(fits).ok_or(Refusal::ModelUnavailable)?;
    let price = offer(draft, model).ok_or(Refusal::ChoiceUnavailable)?;
    check_words(draft, model)?;
    Ok((model, price))
}

/// What the model asks for just what the draft describes.
fn offer<'m>(draft: &Draft, model: &'m Model) -> Option<&'m Price> {
    let made = (draft.duration_s, draft.quality);
    model.offer(made, draft.aspect, draft.photo.is_some())
}

/// What is ordered.
fn order(request: &Request<'_>, draft: &Draft, (model, price): (&Model, &Price)) -> Order {
    let sketch = request.words.map(|words| words::sketch(words, draft));
    // Words have no length to choose, but a voice message has one, which is listened to.
    let voice_s = draft.voice.as_ref().map_or(0, |voice| voice.duration_s);
    let duration_s = if sketch.is_some() {
        voice_s
    } else {
        draft.duration_s
    };
    let price = Price {
        duration_s,
        ..price.clone()
    };
    Order {
        model: model.id.clone(),
        provider: model.provider.clone(),
        family: model.family.clone(),
        makes: model.makes,
        others: Way::others(model, Some(&price), request.costs, request.now),
        prompt: draft.prompt.clone(),
        image: draft.photo.as_ref().map(|photo| Image {
            file_id: photo.file_id.clone(),
        }),
        aspect: draft.aspect,
        duration_s,
        quality: model.chosen(duration_s, draft.quality),
        locale: request.locale.to_owned(),
        typical: model.typical,
        poll_after: model.poll_after,
        render_max: model.render_max,
        sketch,
        plan: request
            .plan
            .filter(|plan| plan.covers(model))
            .map(|plan| plan.key.clone()),
        costing: Some(Costing::of(
            request.costs,
            &model.id,
            &model.provider,
            Some(&price),
            request.account.standing.plan_at(request.now),
            request.now,
        )),
        quiet: request.account.quiet,
    }
}

/// What a draft costs, if the model renders just that. Nothing, where the customer's plan covers it.
pub fn price_of(draft: &Draft, model: &Model, plan: Option<&Plan>) -> Option<Credits> {
    let price = offer(draft, model)?.credits;
    let covered = plan.is_some_and(|plan| plan.covers(model));
    Some(if covered { Credits::ZERO } else { price })
}

/// Who pays for an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payer<'p> {
    /// The plan that pays; without one it is paid with credits.
    pub plan: Option<&'p Plan>,
    /// The limit for which the customer's plan does not pay, though it covers the model.
    pub used_up: Option<Box<Usage>>,
}

/// Who pays for an order at this price. A plan that covers the model pays as long as its limits have room. Beyond them
/// it is the credits, as for everybody, where there are enough of them and what holds for everybody has room; where not,
/// the plan stays, and its limit is what refuses the order.
pub fn payer<'p>(
    plan: Option<&'p Plan>,
    model: &Model,
    price: &Price,
    available: Credits,
    used: impl Fn(&Limit, u64) -> Usage,
) -> Payer<'p> {
    let unlimited = model.unlimited.iter().flatten();
    let unlimited = unlimited.filter(|_| plan.is_some_and(|plan| plan.covers(model)));
    let forbids = |limit: &Limit| {
        let usage = used(limit, amount(limit.measure, Some(price)));
        usage.forbids().then_some(usage)
    };
    let full = unlimited.into_iter().find_map(forbids);
    let credits_do =
        || available >= price.credits && !model.limits.iter().any(|limit| forbids(limit).is_some());
    match full.filter(|_| credits_do()) {
        Some(full) => Payer {
            plan: None,
            used_up: Some(Box::new(full)),
        },
        None => Payer { plan, used_up: None },
    }
}

/// Whether the model takes the draft's words, going by their length. A photo needs none, unless it is to be changed.
pub fn check_words(draft: &Draft, model: &Model) -> Result<(), Refusal> {
    let (min, max) = (model.prompt_chars_min, model.prompt_chars_max);
    match draft.prompt_chars() {
        0 if draft.photo.is_some() && !model.makes.needs_words() => Ok(()),
        chars if chars < min => Err(Refusal::PromptTooShort { chars, min }),
        chars if chars > max => Err(Refusal::PromptTooLong { chars, max }),
        _ => Ok(()),
    }
}

/// Every limit that an order for a model touches: those over all models, the model's own or those for unlimited plans,
/// and those that come with the customer's features.
pub fn limits_touched<'a>(
    rules: &'a Rules,
    model: Option<&'a Model>,
    plan: Option<&Plan>,
    features: &'a [Limit],
) -> impl Iterator<Item = &'a Limit> {
    let own = model.map(|model| match &model.unlimited {
        Some(unlimited) if plan.is_some_and(|plan| plan.covers(model)) => unlimited,
        _ => &model.limits,
    });
    // Limits over all models count what is made of words. Words have their own model's; but what is spent is spent.
    let words = model.is_some_and(|model| model.makes.is_words());
    let over_all = rules
        .limits
        .iter()
        .filter(move |limit| !words || limit.measure == Measure::MicroUsd);
    over_all
        .chain(own.into_iter().flatten())
        .chain(features)
        .filter(move |limit| {
            // Whoever may come to have it counts it: where it goes is known only when it goes.
            let may_have_it = |of: &String| model.is_some_and(|model| model.may_go_to(of));
            limit.provider.as_ref().is_none_or(may_have_it)
        })
}

/// As how much an order of this price is counted.
pub fn amount(measure: Measure, price: Option<&Price>) -> u64 {
    match measure {
        Measure::Requests => 1,
        Measure::Tokens => price.map_or(0, |price| price.tokens),
        Measure::MicroUsd => price.map_or(0, |price| price.micro_usd.max(price.micro_usd_elsewhere)),
    }
}

#[cfg(test)]
mod tests;
