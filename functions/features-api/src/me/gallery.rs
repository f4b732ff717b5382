//! What was made for a customer, newest first, and sent to the chat once more.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::gallery::{self, NotSent};
use app::texts::Say;
use app::{links, told};
use axum::extract::State;
use domain::ai_request::{AiRequest, Status};
use domain::cost::Category;
use domain::id::{JobId, UserId};
use domain::job::{Job, Stage};
use serde::Serialize;
use store::Requests;
use utoipa::ToSchema;

use super::file::paced;
use super::{From, beginning};
use crate::Api;
use crate::auth::Caller;
use crate::auth::init_data::Visitor;
use crate::body::{Asked, Name, Until};
use crate::openapi::{Denials, NotThere, Unreadable};
use crate::problem::{Refusal, Wanting};
use crate::reply::Json;
use crate::seen::Seen;

/// Pictures, videos and sounds on one page.
const ITEMS: usize = 12;
/// Orders that one read looks at for them.
const LOOKED_AT: usize = 24;
/// Reads for one page: whoever orders words alone has nothing to be shown.
const READS_MAX: usize = 4;
/// Times a day that something is sent to the chat again, over all instances.
const SENT_A_DAY_MAX: u32 = 100;
/// What these are counted as.
const SENT: &str = "sent-again";

/// Some of what was made for a customer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Gallery {
    /// It, newest first.
    items: Vec<Item>,
    /// The `cursor` of the next page; absent on the last one. A page may be short although others follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Something that was made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GalleryItem)]
pub(crate) struct Item {
    /// The order's number.
    id: String,
    /// What it is: `video`, `image`, `music` or `speech`.
    #[schema(example = "video")]
    makes: &'static str,
    /// What customers read of the model.
    title: String,
    /// Credits that it has cost.
    price: u32,
    /// A plan paid for it.
    by_plan: bool,
    /// When it was ordered.
    #[schema(format = DateTime)]
    created_at: String,
    /// Its shape, of what is seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "9:16")]
    aspect: Option<&'static str>,
    /// Its length in seconds, of a video.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_s: Option<u32>,
    /// The beginning of the words, as far as they are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
    /// It could not be sent to the chat, and waits there to be asked for.
    waits: bool,
    /// The link that opens the chat with a draft like this order, to be changed or confirmed. Absent where nothing is left of
    /// what was ordered, or the bot's own link is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://t.me/your_bot?start=again_abcdefgh23456789")]
    again: Option<String>,
}

/// What was sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sent {
    /// The order's number.
    order: String,
}

/// What was made for the customer, newest first: what `GET /me/orders/{order}/file` has the bytes of. A machine is refused.
#[utoipa::path(get, path = "/me/gallery", tag = "me", params(From),
    responses((status = 200, description = "A page of what was made", body = Gallery),
        (status = 422, description = "`cursor` is of no page of this list", body = crate::problem::Problem,
         content_type = "application/problem+json"), Unreadable, Denials))]
pub(crate) async fn my_gallery(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Asked(from): Asked<From>,
) -> Result<Json<Gallery>, Refusal> {
    let user = caller.user()?.id;
    let start = from.start(user)?;
    let seen = api.see_visitor(caller.user()?).await?;
    let (made, next) = api.made_for(user, start).await?;
    let items = made
        .iter()
        .map(|(line, job)| Item::of(&seen, &api.bot_url, (line, job)));
    Ok(Json(Gallery {
        items: items.collect(),
        next: next.as_ref().and_then(Requests::cursor_of_user),
    }))
}

/// Sends what was made to the customer's chat once more, whatever its size. It costs nothing.
#[utoipa::path(post, path = "/me/orders/{order}/send", tag = "me",
    params(("order" = String, Path, description = "The order's number", pattern = "^[2-9a-km-np-z]{16}$")),
    responses((status = 200, description = "It stands in the chat", body = Sent),
        (status = 409, description = "The chat cannot be reached, or Telegram has the file no more; `reason` says which",
            body = crate::problem::Problem, content_type = "application/problem+json"), NotThere, Denials))]
pub(crate) async fn send_order(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Name(order): Name,
    Until(deadline): Until,
) -> Result<Json<Sent>, Refusal> {
    let user = caller.user()?.id;
    paced(&api.media.chat, user, api.now())?;
    let (job, file) = api.made(user, &order).await?;
    let turn = api
        .store
        .take_turn(user, SENT, SENT_A_DAY_MAX, api.now(), deadline);
    if !turn.await? {
        return Err(api
            .not_now(caller.user()?, ("too_many_today", "web-file-enough"))
            .await);
    }
    let seen = api.see_visitor(caller.user()?).await?;
    let say = Say::of(seen.locale());
    let Some(bot) = &api.desk.cashier.bot else {
        return Err(Refusal::BotAway("there is no bot here".into()));
    };
    match gallery::send_again(bot, say, &seen.snapshot, (&job, &file), deadline).await {
        Ok(()) => {}
        Err(NotSent::Unreachable) => return Err(not_now(&seen, "chat_unreachable", "web-send-unreachable")),
        Err(NotSent::Gone) => return Err(not_now(&seen, "file_gone", "web-file-gone")),
        Err(error @ NotSent::Later(_)) => return Err(Refusal::BotAway(Box::new(error))),
    }
    // It stands in the chat now, so it waits no more.
    if job.stage == Stage::Parked {
        api.store.unpark(&job.id, deadline).await?;
    }
    Ok(Json(Sent { order }))
}

impl Api {
    /// A page of what was made, with the lines of the log that name it, and where the next page begins.
    async fn made_for(
        &self,
        user: UserId,
        mut start: Option<table::Item>,
    ) -> Result<(Vec<(AiRequest, Job)>, Option<table::Item>), Refusal> {
        let mut made = Vec::new();
        for _ in 0..READS_MAX {
            let page = self.requests.read_by_user(user, start, LOOKED_AT).await?;
            let finished: Vec<JobId> = page.lines.iter().filter_map(finished).collect();
            let jobs = self.store.jobs().get_many(&finished).await?;
            let mut jobs: BTreeMap<String, Job> =
                jobs.into_iter().map(|job| (job.id.to_string(), job)).collect();
            for line in page.lines {
                let job = jobs.remove(&line.id);
                let Some(job) = job.filter(|job| gallery::made(job).is_some()) else {
                    continue;
                };
                // There is one more than is shown.
                if made.len() == ITEMS {
                    let last: Option<&(AiRequest, Job)> = made.last();
                    let next = last.map(|(line, job)| Requests::behind(&job.id, line.at));
                    return Ok((made, next));
                }
                made.push((line, job));
            }
            start = page.next;
            if start.is_none() {
                break;
            }
        }
        Ok((made, start))
    }

    /// Why something cannot be done as things stand, in the customer's language.
    pub(super) async fn not_now(&self, visitor: &Visitor, (reason, text): (&'static str, &str)) -> Refusal {
        match self.see_visitor(visitor).await {
            Ok(seen) => not_now(&seen, reason, text),
            Err(refusal) => refusal,
        }
    }
}

/// The same to a customer who was looked up.
pub(super) fn not_now(seen: &Seen, reason: &'static str, text: &str) -> Refusal {
    refused(reason, Say::of(seen.locale()).text(text))
}

/// Why something cannot be done as things stand.
pub(super) fn refused(reason: &'static str, message: String) -> Refusal {
    Refusal::NotNow(Box::new(Wanting {
        reason,
        detail: reason.replace('_', " "),
        message,
        feature: None,
        unlocked_by: None,
    }))
}

/// The order of a line of the log, if something to look at or to listen to may have come of it.
fn finished(line: &AiRequest) -> Option<JobId> {
    let is_words = matches!(
        line.category,
        Category::Text | Category::TextWithImage | Category::Transcription
    );
    (line.status == Status::Completed && !is_words).then(|| JobId::parse(&line.id))?
}

impl Item {
    fn of(seen: &Seen, bot_url: &str, (line, job): (&AiRequest, &Job)) -> Self {
        let order = &job.order;
        let is_video = order.makes == domain::catalog::Makes::Video;
        let is_seen = is_video || order.makes == domain::catalog::Makes::Image;
        let words = line.prompt.as_deref().map(str::trim);
        let repeated = order.can_be_repeated().then_some(&job.id.nonce);
        let waiting = seen
            .account
            .as_ref()
            .is_some_and(|account| account.parked.contains(&job.id));
        Self {
            id: job.id.nonce.as_str().to_owned(),
            makes: order.makes.as_str(),
            title: told::order_title(seen.locale(), &seen.snapshot, line),
            price: line.credits.0,
            by_plan: line.is_unlimited,
            created_at: line.at.rfc3339().unwrap_or_default(),
            aspect: is_seen.then(|| order.aspect.as_str()),
            duration_s: is_video.then_some(order.duration_s),
            words: words.filter(|words| !words.is_empty()).map(beginning),
            waits: waiting,
            again: repeated.and_then(|order| links::again(bot_url, order)),
        }
    }
}
