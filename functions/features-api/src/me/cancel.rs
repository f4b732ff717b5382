//! An order that is still in the queue, taken back in the Mini App: the bot's own use case, and the chat shows it, too.

use std::collections::BTreeSet;
use std::sync::Arc;

use app::cancel::{self, Outcome};
use app::texts::Say;
use axum::extract::State;
use domain::ai_request::{AiRequest, Status};
use domain::id::{JobId, Nonce, UserId};
use domain::job::Job;
use serde::Serialize;
use utoipa::ToSchema;

use super::file::paced;
use super::gallery::not_now;
use crate::Api;
use crate::auth::Caller;
use crate::body::{Name, Until};
use crate::openapi::{Denials, NotThere};
use crate::problem::Refusal;
use crate::reply::Json;

/// An order that was taken back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CanceledOrder)]
pub(crate) struct Canceled {
    /// The order's number.
    order: String,
    /// Credits that were set aside for it and are to be spent again.
    given_back: u32,
    /// Credits to be spent now.
    available: u32,
}

/// Takes an order of the customer's own back while it is in the queue: what was set aside for it is theirs again at once. Once
/// more it is the same answer. Somebody else's order is not there.
#[utoipa::path(post, path = "/me/orders/{order}/cancel", tag = "me",
    params(("order" = String, Path, description = "The order's number", pattern = "^[2-9a-km-np-z]{16}$")),
    responses((status = 200, description = "It is canceled", body = Canceled),
        (status = 409, description = "It is being made, or over; `reason` is `too_late`, `message` says how it stands",
            body = crate::problem::Problem, content_type = "application/problem+json"), NotThere, Denials))]
pub(crate) async fn cancel_order(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Name(order): Name,
    Until(deadline): Until,
) -> Result<Json<Canceled>, Refusal> {
    let user = caller.user()?.id;
    let job = api.own(user, &order).await?;
    let seen = api.see_visitor(caller.user()?).await?;
    // No list offers that: a draft comes back with them, and the chat has no card for it then.
    if job.order.makes.is_words() {
        return Err(not_now(&seen, "too_late", "cancel-too-late"));
    }
    let outcome = cancel::cancel(&api.store, "features-api", job, seen.now, deadline).await?;
    let job = match outcome {
        Outcome::Canceled { job, .. } => job,
        Outcome::TooLate(job) => return Err(not_now(&seen, "too_late", cancel::why_not(&job))),
        Outcome::Gone => return Err(unknown()),
    };
    // As it stands now: whoever else took the order back may have done so before the balance was read, or after.
    let account = api.store.account(user).await?;
    let balance = account.map_or(seen.balance, |account| account.balance);
    // It is shown in the chat, which takes a call to Telegram; who asks too often still has their order taken back.
    if let Some(bot) = &api.desk.cashier.bot
        && paced(&api.media.chat, user, api.now()).is_ok()
    {
        let say = Say::of(seen.locale());
        cancel::show_in_chat(bot, say, &seen.snapshot, (&job, balance), deadline).await;
    }
    Ok(Json(Canceled {
        order,
        given_back: job.cost.0,
        // Of whoever owes something it goes there first, with whatever they do next.
        available: balance.repaid().available.0,
    }))
}

fn unknown() -> Refusal {
    Refusal::NotFound("there is no such order of yours".to_owned())
}

impl Api {
    /// A customer's own order: the id is made of who asks, so of somebody else's nobody learns whether it is there.
    async fn own(&self, user: UserId, order: &str) -> Result<Job, Refusal> {
        let nonce = Nonce::parse(order).ok_or_else(unknown)?;
        let found = self.store.jobs().get_many(&[JobId { user, nonce }]).await?;
        found.into_iter().next().ok_or_else(unknown)
    }

    /// Which of these orders can be taken back now. Only what is under way is looked at, and there is little of that.
    pub(super) async fn cancelable(&self, lines: &[AiRequest]) -> Result<BTreeSet<JobId>, Refusal> {
        let pending = lines.iter().filter(|line| line.status == Status::Pending);
        let pending: Vec<JobId> = pending.filter_map(|line| JobId::parse(&line.id)).collect();
        if pending.is_empty() {
            return Ok(BTreeSet::new());
        }
        let jobs = self.store.jobs().get_many(&pending).await?;
        let queued = jobs.into_iter().filter(cancel::is_offered);
        Ok(queued.map(|job| job.id).collect())
    }
}
