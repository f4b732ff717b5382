//! What operators write to many customers at once. Starting names how many a dry run has found, so nobody writes to more
//! than they have seen.

mod said;

use std::sync::Arc;

use app::broadcast::{Failed, New};
use axum::extract::State;
use domain::broadcast::BroadcastId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Paging, foreign_cursor, limit, user};
use crate::Api;
use crate::auth::{Editor, Viewer};
use crate::body::{Asked, Body, Name, Until};
use crate::openapi::{Bodies, Contended, Denials, NotThere, Unreadable};
use crate::problem::Refusal;
use crate::reply::Json;
use said::{Broadcast, NewBroadcast};

/// Broadcasts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Broadcasts {
    /// The newest first.
    broadcasts: Vec<Broadcast>,
    /// The cursor of the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Whom a broadcast is sent to as a test.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trial {
    /// Their Telegram id; they have pressed Start.
    #[schema(pattern = "^[1-9][0-9]{0,15}$")]
    user: String,
    /// Why, for the audit.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: String,
}

/// How many a broadcast is to reach.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Go {
    /// As many as the dry run has found.
    recipients: u64,
    /// Why, for the audit.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: String,
}

/// Why a broadcast is stopped or taken up again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Why {
    /// Why, for the audit.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: String,
}

impl From<Failed> for Refusal {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Faulty(fault) => Self::Senseless {
                detail: fault.what,
                pointer: Some(fault.pointer),
            },
            Failed::Unknown => Self::NotFound(failed.to_string()),
            Failed::NotTaken(error) => Self::Senseless {
                detail: format!("Telegram has not taken it: {error}"),
                pointer: None,
            },
            Failed::Tables(error) => error.into(),
            Failed::NotNow(_)
            | Failed::NotReckoned
            | Failed::OtherCount(_)
            | Failed::Nobody
            | Failed::TooLate
            | Failed::Overtaken => Self::Conflict(failed.to_string()),
        }
    }
}

fn named(text: &str) -> Result<BroadcastId, Refusal> {
    BroadcastId::parse(text).ok_or_else(|| Refusal::NotFound("there is no such broadcast".to_owned()))
}

/// Broadcasts, the newest first.
#[utoipa::path(get, path = "/admin/broadcasts", tag = "admin", params(Paging),
    responses((status = 200, description = "A page of broadcasts", body = Broadcasts),
        (status = 422, description = "`cursor` is of no page of this list", body = crate::problem::Problem,
            content_type = "application/problem+json"),
        Unreadable, Denials))]
pub(crate) async fn list_broadcasts(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Broadcasts>, Refusal> {
    let limit = i32::try_from(limit(paging.limit)?).unwrap_or(1);
    let after = paging.cursor.as_deref();
    let after = after.map(|cursor| BroadcastId::parse(cursor).ok_or_else(foreign_cursor));
    let (listed, more) = api
        .announcer
        .broadcasts
        .list(after.transpose()?.as_ref(), limit)
        .await?;
    let next = listed
        .last()
        .filter(|_| more)
        .map(|last| last.id.as_str().to_owned());
    let broadcasts = listed.into_iter().map(Broadcast::of).collect();
    Ok(Json(Broadcasts { broadcasts, next }))
}

/// One broadcast with how far it is.
#[utoipa::path(get, path = "/admin/broadcasts/{id}", tag = "admin",
    params(("id" = String, Path, description = "Its name", pattern = "^[A-Za-z0-9._-]{1,128}$")),
    responses((status = 200, description = "It", body = Broadcast), NotThere, Denials))]
pub(crate) async fn read_broadcast(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Name(id): Name,
) -> Result<Json<Broadcast>, Refusal> {
    Ok(Json(Broadcast::of(api.announcer.get(&named(&id)?).await?)))
}

/// Makes a broadcast. Nobody is written to yet.
#[utoipa::path(post, path = "/admin/broadcasts", tag = "admin", request_body = NewBroadcast,
    responses((status = 200, description = "It", body = Broadcast), Bodies, Contended, Denials))]
pub(crate) async fn make_broadcast(
    State(api): State<Arc<Api>>,
    Editor(operator): Editor,
    Until(deadline): Until,
    Body(new): Body<NewBroadcast>,
) -> Result<Json<Broadcast>, Refusal> {
    let by = api.by(&operator, &new.reason)?;
    let said = new.said();
    let made: New = new.read()?;
    Ok(Json(Broadcast::of(
        api.announcer.make(made, said, &by, deadline).await?,
    )))
}

/// Counts whom a broadcast would reach: a dry run. It goes on for some seconds; while the answer has no `finished_at`, ask
/// again. Asked after that, it counts anew.
#[utoipa::path(post, path = "/admin/broadcasts/{id}/count", tag = "admin",
    params(("id" = String, Path, description = "Its name", pattern = "^[A-Za-z0-9._-]{1,128}$")),
    responses((status = 200, description = "It, with its dry run", body = Broadcast), NotThere, Contended, Denials))]
pub(crate) async fn count_broadcast(
    State(api): State<Arc<Api>>,
    _: Editor,
    Name(id): Name,
    Until(deadline): Until,
) -> Result<Json<Broadcast>, Refusal> {
    let counted = api.announcer.reckon(&named(&id)?, deadline).await?;
    Ok(Json(Broadcast::of(counted)))
}

/// Sends a broadcast to one person, as customers will see it, in each of its languages.
#[utoipa::path(post, path = "/admin/broadcasts/{id}/test", tag = "admin", request_body = Trial,
    params(("id" = String, Path, description = "Its name", pattern = "^[A-Za-z0-9._-]{1,128}$")),
    responses((status = 200, description = "It was sent", body = Broadcast), Bodies, NotThere, Contended, Denials))]
pub(crate) async fn test_broadcast(
    State(api): State<Arc<Api>>,
    Editor(operator): Editor,
    Name(id): Name,
    Until(deadline): Until,
    Body(trial): Body<Trial>,
) -> Result<Json<Broadcast>, Refusal> {
    let by = api.by(&operator, &trial.reason)?;
    let whom = (&named(&id)?, user(&trial.user)?);
    let bot = api.desk.cashier.bot.as_ref();
    let bot = bot.ok_or_else(|| Refusal::Conflict("there is no bot here".to_owned()))?;
    let tested = api.announcer.test(bot, whom, &by, deadline).await?;
    Ok(Json(Broadcast::of(tested)))
}

/// Starts a broadcast, which a finished dry run of the last day has found so many recipients for. It begins within a minute.
#[utoipa::path(post, path = "/admin/broadcasts/{id}/start", tag = "admin", request_body = Go,
    params(("id" = String, Path, description = "Its name", pattern = "^[A-Za-z0-9._-]{1,128}$")),
    responses((status = 200, description = "It runs", body = Broadcast), Bodies, NotThere, Contended, Denials))]
pub(crate) async fn start_broadcast(
    State(api): State<Arc<Api>>,
    Editor(operator): Editor,
    Name(id): Name,
    Until(deadline): Until,
    Body(go): Body<Go>,
) -> Result<Json<Broadcast>, Refusal> {
    let by = api.by(&operator, &go.reason)?;
    let id = named(&id)?;
    let started = api.announcer.start(&id, go.recipients, &by, deadline).await?;
    Ok(Json(Broadcast::of(started)))
}

/// Stops a broadcast. What is on its way within this second arrives.
#[utoipa::path(post, path = "/admin/broadcasts/{id}/stop", tag = "admin", request_body = Why,
    params(("id" = String, Path, description = "Its name", pattern = "^[A-Za-z0-9._-]{1,128}$")),
    responses((status = 200, description = "It stands still", body = Broadcast), Bodies, NotThere, Contended, Denials))]
pub(crate) async fn stop_broadcast(
    State(api): State<Arc<Api>>,
    Editor(operator): Editor,
    Name(id): Name,
    Until(deadline): Until,
    Body(why): Body<Why>,
) -> Result<Json<Broadcast>, Refusal> {
    let by = api.by(&operator, &why.reason)?;
    let stopped = api.announcer.stop(&named(&id)?, &by, deadline).await?;
    Ok(Json(Broadcast::of(stopped)))
}

/// Takes a stopped broadcast up again where it was, within a month of its start.
#[utoipa::path(post, path = "/admin/broadcasts/{id}/resume", tag = "admin", request_body = Why,
    params(("id" = String, Path, description = "Its name", pattern = "^[A-Za-z0-9._-]{1,128}$")),
    responses((status = 200, description = "It runs", body = Broadcast), Bodies, NotThere, Contended, Denials))]
pub(crate) async fn resume_broadcast(
    State(api): State<Arc<Api>>,
    Editor(operator): Editor,
    Name(id): Name,
    Until(deadline): Until,
    Body(why): Body<Why>,
) -> Result<Json<Broadcast>, Refusal> {
    let by = api.by(&operator, &why.reason)?;
    let resumed = api.announcer.resume(&named(&id)?, &by, deadline).await?;
    Ok(Json(Broadcast::of(resumed)))
}
