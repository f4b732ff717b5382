//! The log of AI operations, as operators ask it: what was asked for, how it ended, and what it cost. Words are not among it.
//!
//! One answer reads a bounded part of the log, for a call has seconds: sums that are not whole say of what sample they are,
//! lists go on from a cursor. What is more is for `cargo ctl requests` and the daily report.

mod sample;
mod shown;

use std::sync::Arc;

use app::log_sums::{self, Summed as Read};
use app::log_table;
use axum::extract::State;
use axum::response::Response;
use domain::ai_request::{AiRequest, DAY_SHARDS, Status};
use domain::cost::Category;
use domain::id::ModelId;
use domain::report::Summary;
use domain::time::{Millis, Timestamp};
use serde::{Deserialize, Serialize};
use store::Requests;
use table::Deadline;
use utoipa::IntoParams;

use super::{foreign_cursor, limit, user};
use crate::Api;
use crate::auth::Viewer;
use crate::body::{Asked, Name, Until};
use crate::openapi::{Denials, NotThere, Unreadable};
use crate::problem::Refusal;
use shown::{Bearers, Lines, Ranking, Summed};
pub(super) use shown::{End, Format, answer};

/// Lines that are read at once.
pub(super) const PAGE: i32 = 2_000;
/// Lines that a sum reads at most; then it is one of a sample, and says so.
pub(super) const LINES_MAX: u64 = 60_000;
/// Queries that a page of a list makes at most, and lines that each reads.
const QUERIES_MAX: u32 = 10;
const LIST_PAGE: i32 = 200;
/// A sum is not gone on with when less than this is left of the call.
pub(super) const STOP_WITH: std::time::Duration = std::time::Duration::from_secs(4);

/// Which days are summed up.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Time {
    /// The last of them, in UTC; today without.
    #[param(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", example = "2026-11-22")]
    day: Option<String>,
    /// How many.
    #[param(minimum = 1, maximum = 31, default = 1)]
    days: Option<u32>,
    /// `json` or `csv`.
    #[param(pattern = "^(json|csv)$", default = "json")]
    format: Option<String>,
}

/// Which lines, and which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Of this day, in UTC; today without.
    #[param(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", example = "2026-11-22")]
    day: Option<String>,
    /// Only those that stand so. A page may then be shorter than its limit although others follow.
    #[param(pattern = "^(pending|timeout_waiting|completed|failed)$")]
    status: Option<String>,
    /// Only of this kind.
    #[param(pattern = "^(text|text_with_image|image_gen|image_edit|video_gen|audio_gen|transcription|tts)$")]
    category: Option<String>,
    /// Only of this model.
    #[param(pattern = "^[A-Za-z0-9._-]{1,128}$")]
    model: Option<String>,
    /// Entries at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
    /// Where the page before ended: its `next`.
    #[param(pattern = "^[0-9]{1,3}([.][!-~]{1,256})?$")]
    cursor: Option<String>,
    /// `json` or `csv`.
    #[param(pattern = "^(json|csv)$", default = "json")]
    format: Option<String>,
}

/// Which part of a customer's history.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    /// Entries at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
    /// Where the page before ended: its `next`.
    #[param(pattern = "^[0-9]{1,16}#[!-~]{1,256}$")]
    cursor: Option<String>,
    /// `json` or `csv`.
    #[param(pattern = "^(json|csv)$", default = "json")]
    format: Option<String>,
}

/// Sums of some days: operations, outcomes and their reasons, how long they took, what they cost. As CSV: by kind.
#[utoipa::path(get, path = "/admin/requests/summary", tag = "admin", params(Time),
    responses((status = 200, description = "The sums", content((Summed = "application/json"), (String = "text/csv"))),
        (status = 422, description = "What is asked for is no day", body = crate::problem::Problem,
         content_type = "application/problem+json"), Unreadable, Denials))]
pub(crate) async fn sum_up(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Asked(days): Asked<Time>,
    Until(deadline): Until,
) -> Result<Response, Refusal> {
    sums(&api, &days, deadline, Summed::of, log_table::categories).await
}

/// The models by what they cost, the dearest first.
#[utoipa::path(get, path = "/admin/requests/models", tag = "admin", params(Time),
    responses((status = 200, description = "The models", content((Ranking = "application/json"), (String = "text/csv"))),
        (status = 422, description = "What is asked for is no day", body = crate::problem::Problem,
         content_type = "application/problem+json"), Unreadable, Denials))]
pub(crate) async fn top_models(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Asked(days): Asked<Time>,
    Until(deadline): Until,
) -> Result<Response, Refusal> {
    sums(&api, &days, deadline, Ranking::of, log_table::models).await
}

/// What each customer's unlimited plan has cost, the dearest first.
#[utoipa::path(get, path = "/admin/requests/unlimited", tag = "admin", params(Time),
    responses((status = 200, description = "The plans", content((Bearers = "application/json"), (String = "text/csv"))),
        (status = 422, description = "What is asked for is no day", body = crate::problem::Problem,
         content_type = "application/problem+json"), Unreadable, Denials))]
pub(crate) async fn unlimited_plans(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Asked(days): Asked<Time>,
    Until(deadline): Until,
) -> Result<Response, Refusal> {
    sums(&api, &days, deadline, Bearers::of, log_table::plans).await
}

/// The operations of a day, part by part of the log and in each the oldest first.
#[utoipa::path(get, path = "/admin/requests", tag = "admin", params(Which),
    responses((status = 200, description = "A page of operations; of CSV, the header says where the next begins",
            content((Lines = "application/json"), (String = "text/csv")),
            headers(("Next-Cursor" = String, description = "The cursor of the next page; absent on the last one"))),
        (status = 422, description = "What is asked for is no day, or `cursor` is of no page of this list", body = crate::problem::Problem,
         content_type = "application/problem+json"), Unreadable, Denials))]
pub(crate) async fn list_requests(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Asked(which): Asked<Which>,
) -> Result<Response, Refusal> {
    let format = Format::of(which.format.as_deref())?;
    let day = day(&api, which.day.as_deref())?;
    let wanted = Wanted::of(&which)?;
    let most = usize::try_from(limit(which.limit)?).unwrap_or(usize::MAX);
    let begin = which
        .cursor
        .as_deref()
        .map_or(Some((0, None)), |cursor| Requests::resumed(day, cursor));
    let (mut shard, mut start) = begin.ok_or_else(foreign_cursor)?;
    let (mut lines, mut unreadable, mut next) = (Vec::new(), 0_u64, None);
    for query in 1.. {
        let page = api.requests.of_day(day, shard, start.take(), LIST_PAGE).await?;
        unreadable = unreadable.saturating_add(page.unreadable);
        let last = page.lines.last().map(|line| Requests::cursor_after(shard, line));
        let mut fitting = page.lines.into_iter().filter(|line| wanted.fits(line));
        lines.extend(fitting.by_ref().take(most.saturating_sub(lines.len())));
        if fitting.next().is_some() {
            next = lines.last().map(|line| Requests::cursor_after(shard, line));
            break;
        }
        start = page.next;
        if start.is_none() {
            shard = shard.saturating_add(1);
        }
        if shard >= DAY_SHARDS {
            break;
        }
        // A page of nothing but what cannot be read has no line to go on from; the next one may.
        let can_stop = start.is_none() || last.is_some();
        if can_stop && (lines.len() >= most || query >= QUERIES_MAX) {
            next = if start.is_some() {
                last
            } else {
                Some(shard.to_string())
            };
            break;
        }
    }
    // A page is short, so what the index leaves out is worth a request.
    api.requests.complete(&mut lines).await?;
    let body = Lines::of(&lines, next.clone(), unreadable);
    answer(format, &body, &End::Page(next.as_deref()), || {
        log_table::lines(&lines)
    })
}

/// What a customer has asked for, the latest first.
#[utoipa::path(get, path = "/admin/users/{user}/requests", tag = "admin",
    params(("user" = String, Path, description = "The customer's Telegram id", pattern = "^[1-9][0-9]{0,15}$"), Part),
    responses((status = 200, description = "A page of operations; of CSV, the header says where the next begins",
            content((Lines = "application/json"), (String = "text/csv")),
            headers(("Next-Cursor" = String, description = "The cursor of the next page; absent on the last one"))),
        (status = 422, description = "`cursor` is of no page of this list", body = crate::problem::Problem,
         content_type = "application/problem+json"), NotThere, Unreadable, Denials))]
pub(crate) async fn requests_of_user(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Name(whose): Name,
    Asked(part): Asked<Part>,
) -> Result<Response, Refusal> {
    let (whose, format) = (user(&whose)?, Format::of(part.format.as_deref())?);
    let limit = i32::try_from(limit(part.limit)?).unwrap_or(i32::MAX);
    let start = part
        .cursor
        .as_deref()
        .map(|cursor| Requests::resumed_of(whose, cursor).ok_or_else(foreign_cursor));
    let mut page = api.requests.of_user(whose, start.transpose()?, limit).await?;
    for line in &mut page.lines {
        line.prompt = None;
    }
    let next = page.next.as_ref().and_then(Requests::cursor_of_user);
    let body = Lines::of(&page.lines, next.clone(), page.unreadable);
    answer(format, &body, &End::Page(next.as_deref()), || {
        log_table::lines(&page.lines)
    })
}

/// What a list is narrowed to.
struct Wanted {
    status: Option<Status>,
    category: Option<Category>,
    model: Option<ModelId>,
}

impl Wanted {
    fn of(which: &Which) -> Result<Self, Refusal> {
        let unknown = |what: &str| Refusal::Malformed(format!("there is no `{what}`"));
        let status = which.status.as_deref();
        let status = status.map(|name| Status::parse(name).ok_or_else(|| unknown(name)));
        let category = which.category.as_deref();
        let category = category.map(|name| Category::parse(name).ok_or_else(|| unknown(name)));
        Ok(Self {
            status: status.transpose()?,
            category: category.transpose()?,
            model: which.model.clone().map(ModelId),
        })
    }

    fn fits(&self, line: &AiRequest) -> bool {
        self.status.is_none_or(|status| status == line.status)
            && self.category.is_none_or(|category| category == line.category)
            && self.model.as_ref().is_none_or(|model| *model == line.model)
    }
}

/// Sums of some days, as whoever asks for them shows them. In what form is looked at before anything is read.
async fn sums<T: Serialize, E: std::error::Error + Send + Sync + 'static>(
    api: &Api,
    days: &Time,
    deadline: Deadline,
    body: impl Fn(&Read) -> T,
    table: impl Fn(&Summary) -> Result<String, E>,
) -> Result<Response, Refusal> {
    let format = Format::of(days.format.as_deref())?;
    let read = summed(api, days, deadline).await?;
    let end = End::Sums {
        complete: read.sample.is_none(),
    };
    answer(format, &body(&read), &end, || table(&read.sums))
}

async fn summed(api: &Api, days: &Time, deadline: Deadline) -> Result<Read, Refusal> {
    let last = day(api, days.day.as_deref())?;
    let count = days.days.unwrap_or(1);
    if !(1..=31).contains(&count) {
        return Err(Refusal::Malformed("`days` is 1 to 31".to_owned()));
    }
    let before = |back| last.after(Millis(domain::cost::days(back).0.saturating_neg()));
    let days: Vec<Timestamp> = (0..count).map(before).collect();
    let may_go_on = |sums: &Summary| sums.all.requests < LINES_MAX && deadline.remaining() >= STOP_WITH;
    Ok(log_sums::summed(&api.requests, &days, PAGE, may_go_on).await?)
}

/// The day that is asked for; today, if none is.
fn day(api: &Api, typed: Option<&str>) -> Result<Timestamp, Refusal> {
    let Some(day) = typed else { return Ok(api.now()) };
    let noon = Timestamp::parse_rfc3339(&format!("{day}T12:00:00Z"));
    noon.ok_or_else(|| Refusal::Senseless {
        detail: "`day` is a day such as 2026-11-22".to_owned(),
        pointer: None,
    })
}
