//! Requests for a feature: a customer asks, an operator decides (seed 003).

use std::sync::Arc;

use axum::extract::State;
use limits_flags::By;
use limits_flags::upgrade::{self, Asked as Outcome, Decided, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::audit::Author;
use super::{limit, moment, no_cursor, user};
use crate::Api;
use crate::auth::{Caller, Editor, Viewer};
use crate::body::{Asked, Body, Name, Names, Until, is_name};
use crate::features::check::no_feature;
use crate::openapi::{Bodies, Contended, Denials, NotThere, Unreadable};
use crate::problem::Refusal;
use crate::reply::Json;

/// A request for a feature.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UpgradeRequest)]
pub(crate) struct Upgrade {
    /// The customer.
    user: String,
    /// The feature.
    feature: String,
    /// `open`, `approved` or `denied`.
    #[schema(example = "open")]
    status: &'static str,
    /// When it was asked, the last time.
    #[schema(format = DateTime)]
    asked_at: String,
    /// What the customer said.
    note: String,
    /// Who decided, why, when.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<Author>,
}

/// Which part of the list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pages {
    /// Entries at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
    /// Where the page before ended: its `next`.
    #[param(pattern = "^[0-9]{13}#[0-9]{1,16}#[A-Za-z0-9._-]{1,128}$")]
    cursor: Option<String>,
}

/// Requests that wait.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Upgrades {
    /// The oldest first.
    requests: Vec<Upgrade>,
    /// The cursor of the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// What a customer says to a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plea {
    /// Why they want it.
    #[serde(default)]
    #[schema(max_length = 1000)]
    note: String,
}

/// What is granted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Approval {
    /// What is settled, as a tier says it; on, without it.
    #[schema(value_type = Option<Object>)]
    value: Option<Value>,
    /// The first moment at which it holds no more; for ever without.
    #[schema(format = DateTime, pattern = "^2[0-9]{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$")]
    valid_until: Option<String>,
    /// Why, for the audit.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: String,
}

/// Why it is refused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Denial {
    /// Why, for the audit.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: String,
}

impl Upgrade {
    fn of(request: Request) -> Self {
        Self {
            user: request.user.to_string(),
            feature: request.feature,
            status: request.status.as_str(),
            asked_at: request.asked_at.rfc3339().unwrap_or_default(),
            note: request.note,
            decided: request.decided.map(Author::of),
        }
    }
}

/// Asks for a feature. Asking again finds the first request.
#[utoipa::path(post, path = "/features/{key}/upgrade-requests", tag = "features", request_body = Plea,
    params(("key" = String, Path, description = "The feature", pattern = "^[A-Za-z0-9._-]{1,128}$")),
    responses((status = 200, description = "The request as it stands", body = Upgrade), Bodies, NotThere, Contended, Denials))]
pub(crate) async fn ask_for_upgrade(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Name(feature): Name,
    Until(deadline): Until,
    Body(plea): Body<Plea>,
) -> Result<Json<Upgrade>, Refusal> {
    let visitor = caller.user()?;
    let by =
        By::new(&caller.name(), "", api.now()).ok_or_else(|| Refusal::Malformed("nobody asks".to_owned()))?;
    let seen = api.see_customer(visitor.id).await?;
    if seen.snapshot.registry.feature(&feature).is_none() {
        return Err(no_feature(&seen, &feature));
    }
    if seen.entitled(|entitled| entitled.has(&feature)) {
        return Err(Refusal::Conflict(format!("`{feature}` is yours already")));
    }
    let asked = upgrade::ask(&api.office, visitor.id, &feature, &plea.note, &by, deadline).await?;
    match asked {
        Outcome::Noted(request) | Outcome::Before(request) => Ok(Json(Upgrade::of(request))),
        Outcome::TooMany => Err(Refusal::Conflict(format!(
            "{} requests wait already; they are answered first",
            upgrade::OPEN_MAX
        ))),
    }
}

/// The requests that wait, the oldest first.
#[utoipa::path(get, path = "/admin/upgrade-requests", tag = "admin", params(Pages),
    responses((status = 200, description = "A page of requests", body = Upgrades), Unreadable, Denials))]
pub(crate) async fn list_upgrades(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Asked(pages): Asked<Pages>,
) -> Result<Json<Upgrades>, Refusal> {
    let limit = limit(pages.limit)?;
    let cursor = pages.cursor.as_deref();
    if !cursor.is_none_or(is_place) {
        return Err(no_cursor());
    }
    let (requests, next) = upgrade::open(&api.office, limit, cursor).await?;
    let requests = requests.into_iter().map(Upgrade::of).collect();
    Ok(Json(Upgrades { requests, next }))
}

/// Whether a page may have ended there: with the request of a time, a customer and a feature.
fn is_place(cursor: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = cursor.splitn(3, '#').collect();
    let [at, user, feature] = parts.as_slice() else {
        return false;
    };
    at.len() == 13 && digits(at) && user.len() <= 16 && digits(user) && is_name(feature)
}

/// Gives a customer what was asked for.
#[utoipa::path(post, path = "/admin/upgrade-requests/{user}/{feature}/approve", tag = "admin", request_body = Approval,
    params(("user" = String, Path, description = "The customer's Telegram id", pattern = "^[1-9][0-9]{0,15}$"),
        ("feature" = String, Path, description = "The feature", pattern = "^[A-Za-z0-9._-]{1,128}$")),
    responses((status = 200, description = "The request as it stands", body = Upgrade), Bodies, NotThere, Contended, Denials))]
pub(crate) async fn approve_upgrade(
    State(api): State<Arc<Api>>,
    Editor(operator): Editor,
    Names(whose, feature): Names,
    Until(deadline): Until,
    Body(approval): Body<Approval>,
) -> Result<Json<Upgrade>, Refusal> {
    let by = api.by(&operator, &approval.reason)?;
    let until = moment(approval.valid_until.as_deref(), "/valid_until")?;
    let body = approval.value.unwrap_or(Value::Bool(true)).to_string();
    let whose = user(&whose)?;
    decided(upgrade::approve(&api.office, whose, &feature, &body, until, &by, deadline).await?)
}

/// Refuses what was asked for.
#[utoipa::path(post, path = "/admin/upgrade-requests/{user}/{feature}/deny", tag = "admin", request_body = Denial,
    params(("user" = String, Path, description = "The customer's Telegram id", pattern = "^[1-9][0-9]{0,15}$"),
        ("feature" = String, Path, description = "The feature", pattern = "^[A-Za-z0-9._-]{1,128}$")),
    responses((status = 200, description = "The request as it stands", body = Upgrade), Bodies, NotThere, Contended, Denials))]
pub(crate) async fn deny_upgrade(
    State(api): State<Arc<Api>>,
    Editor(operator): Editor,
    Names(whose, feature): Names,
    Until(deadline): Until,
    Body(denial): Body<Denial>,
) -> Result<Json<Upgrade>, Refusal> {
    let by = api.by(&operator, &denial.reason)?;
    decided(upgrade::deny(&api.office, user(&whose)?, &feature, &by, deadline).await?)
}

fn decided(decided: Decided) -> Result<Json<Upgrade>, Refusal> {
    match decided {
        Decided::Done(request) => Ok(Json(Upgrade::of(request))),
        Decided::Before(request) => Err(Refusal::Conflict(format!(
            "somebody decided before: it is {}",
            request.status.as_str()
        ))),
        Decided::NoRequest => Err(Refusal::NotFound("there is no such request".to_owned())),
    }
}
