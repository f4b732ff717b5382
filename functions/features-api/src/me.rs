//! What the Mini App's cabinet shows: the signed-in customer's own, and nobody else's.

mod cancel;
mod file;
mod gallery;
mod purchases;
mod shop;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use app::texts::Locale;
use app::told;
use axum::extract::State;
use axum::response::Response;
use domain::account::Balance;
use domain::ai_request::{AiRequest, Status};
use domain::id::{JobId, UserId};
use domain::limit::Usage;
use domain::standing::Held;
use domain::time::Timestamp;
use http::HeaderMap;
use limits_flags::Snapshot;
use serde::{Deserialize, Serialize};
use store::Requests;
use utoipa::{IntoParams, ToSchema};

use crate::Api;
use crate::auth::Caller;
use crate::body::Asked;
use crate::etag::Cause;
use crate::features::{UserFeatures, Window, measure};
use crate::live::EventStream;
use crate::openapi::{Denials, Unreadable};
use crate::problem::Refusal;
use crate::reply::Json;
use crate::seen::Seen;

pub(crate) use cancel::{__path_cancel_order, cancel_order};
pub(crate) use file::{__path_file_of_order, Media, file_of_order};
pub(crate) use gallery::{__path_my_gallery, __path_send_order, my_gallery, send_order};
pub(crate) use purchases::{
    __path_buy, __path_check_purchase, __path_my_purchase, buy, check_purchase, my_purchase,
};
pub(crate) use shop::{__path_my_shop, Opener, my_shop};

/// Orders on one page.
const ORDERS: usize = 10;
/// Characters of an order's words that are shown: enough to know it again by.
const WORDS_CHARS: usize = 160;
/// What the log says of an order that its customer took back.
const CANCELED: &str = "canceled";

/// A customer's cabinet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// The customer's Telegram id.
    #[schema(example = "700001")]
    user_id: String,
    /// The language that the bot speaks with them.
    #[schema(example = "ru")]
    language: &'static str,
    /// Whether they have an account: whoever has pressed Start has one.
    has_account: bool,
    /// Their credits.
    balance: BalanceShown,
    /// How many orders are under way.
    active: usize,
    /// How many may be.
    active_max: u32,
    /// The plan that holds now.
    plan: Option<HeldShown>,
    /// Until when the tier holds; absent for ever, and where nobody gave one.
    #[schema(format = DateTime)]
    tier_until: Option<String>,
    /// Every limit on their orders.
    limits: Vec<LimitShown>,
    /// Whether something is on sale that can be paid for here.
    sells: bool,
    /// By feature that is locked, what is on sale that would open it.
    opened_by: BTreeMap<String, Opener>,
    /// Where the page hears that something has changed; absent where it has to ask by itself.
    #[serde(rename = "eventStreams", skip_serializing_if = "Vec::is_empty")]
    event_streams: Vec<EventStream>,
    #[serde(flatten)]
    features: UserFeatures,
}

/// Credits.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Balance)]
pub(crate) struct BalanceShown {
    /// To be spent.
    available: u32,
    /// Set aside for what is under way.
    held: u32,
    /// Spent, and then the money went back.
    debt: u32,
}

/// Something that is held for a time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Held)]
pub(crate) struct HeldShown {
    /// Its name in the settings.
    key: String,
    /// What customers read.
    name: String,
    /// When it ends, or has ended; absent for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    until: Option<String>,
    /// It has ended, and holds until then because its renewal is awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    awaited_until: Option<String>,
}

/// A limit and what is used of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MyLimit)]
pub(crate) struct LimitShown {
    /// Its name in the settings.
    limit_id: String,
    /// What customers read.
    #[schema(example = "Videos per day")]
    name: String,
    /// What is counted: `requests` or `tokens`.
    measure: &'static str,
    #[serde(flatten)]
    window: Window,
    /// How much may be used.
    limit: u64,
    /// How much is used.
    used: u64,
    /// How much is left.
    left: u64,
    /// Little is left.
    warns: bool,
    /// When there is more; absent where that is when an order ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    resets_at: Option<String>,
}

/// Some orders of a customer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyOrders {
    /// Them, newest first.
    orders: Vec<OrderShown>,
    /// The `cursor` of the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// An order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MyOrder)]
pub(crate) struct OrderShown {
    /// Its number, as its receipt in the bot says it.
    id: String,
    /// What kind it is.
    #[schema(example = "video_gen")]
    kind: &'static str,
    /// What customers read: the model, or what was to become of words.
    title: String,
    /// How it stands: `pending`, `completed`, `failed` or `canceled`.
    #[schema(example = "completed")]
    status: &'static str,
    /// Credits: what it will cost while it is under way, and what it has cost; 0 of what came to nothing.
    price: u32,
    /// A plan paid for it.
    by_plan: bool,
    /// It is in the queue, and can be taken back: `POST /me/orders/{order}/cancel`.
    can_cancel: bool,
    /// When it was ordered.
    #[schema(format = DateTime)]
    created_at: String,
    /// The beginning of the words, as far as they are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
}

/// Everything that the cabinet shows at once, with a tag for asking again. A machine has none, and is refused.
#[utoipa::path(get, path = "/me", tag = "me",
    params(("If-None-Match" = Option<String>, Header, description = "The tag of the answer that the caller has")),
    responses((status = 200, description = "The customer's cabinet", body = Me,
            headers(("ETag" = String, description = "What the answer is known by"))),
        (status = 304, description = "The caller has this answer already"), Denials))]
pub(crate) async fn me(
    State(api): State<Arc<Api>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let user = caller.user()?.id;
    let mut seen = api.see(&caller, None).await?;
    seen.as_in_chat();
    let listed = api.count_listed(&mut seen, user).await?;
    let usages = listed.iter().map(|limit| seen.usage(limit, 1));
    let limits = usages.map(|usage| LimitShown::of(&seen, &usage)).collect();
    let streams = api.streams.of_user(user, seen.now);
    let body = serde_json::to_vec(&Me::of(&api, &seen, limits, streams));
    let cause = Cause {
        target: &user.to_string(),
        context: seen.locale(),
        version: seen.snapshot.version,
        revision: seen.standing.revision,
    };
    Ok(cause.answer(&headers, body.map_err(|error| Refusal::Broken(Box::new(error)))?))
}

/// Where a page begins.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct From {
    /// What the page before said; the newest orders without it.
    cursor: Option<String>,
}

/// The customer's own orders, newest first. A machine has none, and is refused.
#[utoipa::path(get, path = "/me/orders", tag = "me", params(From),
    responses((status = 200, description = "A page of orders", body = MyOrders),
        (status = 422, description = "`cursor` is of no page of this list", body = crate::problem::Problem,
         content_type = "application/problem+json"), Unreadable, Denials))]
pub(crate) async fn my_orders(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Asked(from): Asked<From>,
) -> Result<Json<MyOrders>, Refusal> {
    let user = caller.user()?.id;
    let start = from.start(user)?;
    let seen = api.see_visitor(caller.user()?).await?;
    let page = api.requests.read_by_user(user, start, ORDERS).await?;
    let queued = api.cancelable(&page.lines).await?;
    let lines = page.lines.iter();
    Ok(Json(MyOrders {
        orders: lines
            .map(|line| OrderShown::of(seen.locale(), &seen.snapshot, (line, &queued)))
            .collect(),
        next: page.next.as_ref().and_then(Requests::cursor_of_user),
    }))
}

impl From {
    /// A cursor is a place in the list of whoever asks: it names nobody.
    fn start(&self, user: UserId) -> Result<Option<table::Item>, Refusal> {
        let foreign = || Refusal::Senseless {
            detail: "`cursor` is of no page of this list".to_owned(),
            pointer: None,
        };
        let cursor = self.cursor.as_deref();
        cursor
            .map(|cursor| Requests::resumed_of(user, cursor).ok_or_else(foreign))
            .transpose()
    }
}

impl Me {
    fn of(api: &Api, seen: &Seen, limits: Vec<LimitShown>, event_streams: Vec<EventStream>) -> Self {
        let sells = seen.sells(api);
        let standing = &seen.standing;
        let tier = standing
            .tier
            .as_ref()
            .filter(|_| standing.tier_at(seen.now).is_some());
        Self {
            user_id: seen.target.clone().unwrap_or_default(),
            language: Locale::of(Some(seen.locale())).as_str(),
            has_account: seen.is_known,
            balance: BalanceShown::of(seen.balance),
            active: seen.active,
            active_max: seen.snapshot.rules.active_jobs_max,
            plan: HeldShown::plan(seen),
            tier_until: tier.and_then(|held| held.until).and_then(Timestamp::rfc3339),
            limits,
            sells,
            opened_by: if sells {
                shop::openers(seen)
            } else {
                BTreeMap::new()
            },
            event_streams,
            features: UserFeatures::of(seen),
        }
    }
}

impl BalanceShown {
    fn of(balance: Balance) -> Self {
        Self {
            available: balance.available.0,
            held: balance.held.0,
            debt: balance.debt.0,
        }
    }
}

impl HeldShown {
    fn plan(seen: &Seen) -> Option<Self> {
        let plan = seen.plan()?;
        let until = seen.standing.plan.as_ref().and_then(|held: &Held| held.until);
        let grace = seen
            .standing
            .plan_grace
            .filter(|_| until.is_some_and(|until| until <= seen.now));
        Some(Self {
            key: plan.key.clone(),
            name: plan.title.in_locale(seen.locale()).to_owned(),
            until: until.and_then(Timestamp::rfc3339),
            awaited_until: grace.and_then(Timestamp::rfc3339),
        })
    }
}

impl LimitShown {
    pub(crate) fn of(seen: &Seen, usage: &Usage) -> Self {
        Self {
            limit_id: usage.limit.id.clone(),
            name: told::limit_title(seen.locale(), &seen.snapshot, &usage.limit),
            measure: measure(usage.limit.measure),
            window: Window::of(&usage.limit.span),
            limit: usage.max,
            used: usage.used,
            left: usage.left(),
            warns: usage.warns(),
            resets_at: usage.resets_at.and_then(Timestamp::rfc3339),
        }
    }
}

impl OrderShown {
    fn of(locale: &str, snapshot: &Snapshot, (line, queued): (&AiRequest, &BTreeSet<JobId>)) -> Self {
        let job = JobId::parse(&line.id);
        let can_cancel = job.as_ref().is_some_and(|job| queued.contains(job));
        let canceled = line.error.as_deref() == Some(CANCELED);
        let words = line.prompt.as_deref().map(str::trim);
        Self {
            id: job.map_or_else(|| line.id.clone(), |job| job.nonce.as_str().to_owned()),
            kind: line.category.as_str(),
            title: told::order_title(locale, snapshot, line),
            status: match line.status {
                Status::Failed if canceled => CANCELED,
                Status::TimeoutWaiting => Status::Pending.as_str(),
                status => status.as_str(),
            },
            price: line.credits.0,
            by_plan: line.is_unlimited,
            can_cancel,
            created_at: line.at.rfc3339().unwrap_or_default(),
            words: words.filter(|words| !words.is_empty()).map(beginning),
        }
    }
}

/// The beginning of somebody's words.
fn beginning(words: &str) -> String {
    let Some((end, _)) = words.char_indices().nth(WORDS_CHARS) else {
        return words.to_owned();
    };
    format!("{}…", words.get(..end).unwrap_or_default().trim_end())
}
