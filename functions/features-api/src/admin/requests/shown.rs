//! The log and its sums, as the API shows them.

use std::collections::BTreeMap;

use axum::response::{IntoResponse as _, Response};
use domain::ai_request::AiRequest;
use domain::report::Tally;
use domain::video::Aspect;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::Read;
use super::sample::Sampled;
use crate::problem::Refusal;
use crate::reply::{self, Json};

const NEXT: HeaderName = HeaderName::from_static("next-cursor");

/// Whether there is more than an answer has.
pub(crate) enum End<'a> {
    /// Of a list: where the next page begins.
    Page(Option<&'a str>),
    /// Of sums: whether all is in them.
    Sums { complete: bool },
}

/// In what form an answer is asked for.
#[derive(Clone, Copy)]
pub(crate) enum Format {
    Json,
    Csv,
}

impl Format {
    /// Of a query's `format`.
    pub(crate) fn of(typed: Option<&str>) -> Result<Self, Refusal> {
        match typed {
            None | Some("json") => Ok(Self::Json),
            Some("csv") => Ok(Self::Csv),
            Some(other) => Err(Refusal::Malformed(format!(
                "`format` is json or csv, not `{other}`"
            ))),
        }
    }
}

/// A value as JSON, or as CSV where that is asked for.
pub(crate) fn answer<T: Serialize, E: std::error::Error + Send + Sync + 'static>(
    format: Format,
    body: &T,
    end: &End<'_>,
    csv: impl FnOnce() -> Result<String, E>,
) -> Result<Response, Refusal> {
    let mut response = match (format, end) {
        (Format::Json, _) => Json(body).into_response(),
        // They would be taken for whole ones: a table has no room to say that they are not.
        (Format::Csv, End::Sums { complete: false }) => return Err(too_much()),
        (Format::Csv, _) => table(csv().map_err(|error| Refusal::Broken(Box::new(error)))?),
    };
    if let End::Page(Some(next)) = end
        && let Ok(next) = HeaderValue::from_str(next)
    {
        response.headers_mut().insert(NEXT, next);
    }
    Ok(response)
}

fn table(text: String) -> Response {
    let mut response = reply::bytes(StatusCode::OK, (text + "\n").into_bytes());
    let kind = HeaderValue::from_static("text/csv");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn too_much() -> Refusal {
    let why =
        "there are too many operations for one answer as CSV; ask for fewer days, or `cargo ctl requests`";
    Refusal::Malformed(why.to_owned())
}

/// A sum of operations.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RequestTally)]
pub(super) struct Sums {
    /// All of them.
    requests: u64,
    completed: u64,
    failed: u64,
    /// Those that their customers took back: they are neither done nor failed.
    canceled: u64,
    /// Those under way.
    open: u64,
    /// What customers were charged for those that are done.
    credits: u64,
    tokens: u64,
    /// What they cost, in millionths of a dollar, where that is known.
    micro_usd: u64,
    /// The same in kopecks, each at the rate of its moment.
    kopecks: u64,
    /// Those of which nobody knows what they, or one of their attempts, cost: `micro_usd` and `kopecks` are at least.
    unpriced: u64,
    /// Those whose cost is known in dollars only, for want of a rate: `kopecks` is without them.
    unrated: u64,
}

impl Sums {
    fn of(tally: &Tally) -> Self {
        Self {
            requests: tally.requests,
            completed: tally.completed,
            failed: tally.failed,
            canceled: tally.canceled,
            open: tally.open,
            credits: tally.credits,
            tokens: tally.tokens,
            micro_usd: tally.cost.0,
            kopecks: tally.kopecks(),
            unpriced: tally.unpriced,
            unrated: tally.unrated,
        }
    }
}

/// Everything in sums.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RequestSummary)]
pub(crate) struct Summed {
    all: Sums,
    /// Within which time half of those that are done were done.
    #[serde(skip_serializing_if = "Option::is_none")]
    median_ms: Option<i64>,
    /// Within which time 95 of 100 were.
    #[serde(skip_serializing_if = "Option::is_none")]
    p95_ms: Option<i64>,
    /// By kind.
    categories: BTreeMap<&'static str, Sums>,
    /// How often which reason was why one came to nothing.
    errors: BTreeMap<String, u64>,
    /// All of the days is in it. Otherwise there was too much for one answer, and it is a sample: ask for fewer days.
    complete: bool,
    /// Otherwise: of what it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<Sampled>,
    /// Lines that cannot be read, and are in no sum.
    unreadable: u64,
}

impl Summed {
    pub(super) fn of(read: &Read) -> Self {
        let sums = &read.sums;
        let kinds = sums.categories.iter();
        Self {
            all: Sums::of(&sums.all),
            median_ms: sums.took(50).map(|took| took.0),
            p95_ms: sums.took(95).map(|took| took.0),
            categories: kinds
                .map(|(kind, tally)| (kind.as_str(), Sums::of(tally)))
                .collect(),
            errors: sums.errors.clone(),
            complete: read.sample.is_none(),
            sample: Sampled::of(read),
            unreadable: read.unreadable,
        }
    }
}

/// A model, and what its operations come to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RequestModel)]
pub(super) struct Ranked {
    model: String,
    #[serde(flatten)]
    sums: Sums,
}

/// The models.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RequestModels)]
pub(crate) struct Ranking {
    /// The dearest first.
    models: Vec<Ranked>,
    /// All of the days is in it.
    complete: bool,
    /// Otherwise: of what it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<Sampled>,
    /// Lines that cannot be read, and are in no sum.
    unreadable: u64,
}

impl Ranking {
    pub(super) fn of(read: &Read) -> Self {
        let sums = &read.sums;
        let models = sums.dearest().into_iter().map(|(model, tally)| Ranked {
            model: model.0.clone(),
            sums: Sums::of(tally),
        });
        Self {
            models: models.collect(),
            complete: read.sample.is_none(),
            sample: Sampled::of(read),
            unreadable: read.unreadable,
        }
    }
}

/// A customer's unlimited plan, and what was made under it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RequestPlan)]
pub(super) struct Bearer {
    user: String,
    plan: String,
    #[serde(flatten)]
    sums: Sums,
}

/// The unlimited plans.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RequestPlans)]
pub(crate) struct Bearers {
    /// The dearest first.
    plans: Vec<Bearer>,
    /// All of the days is in it.
    complete: bool,
    /// Otherwise: of what it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<Sampled>,
    /// Lines that cannot be read, and are in no sum.
    unreadable: u64,
}

impl Bearers {
    pub(super) fn of(read: &Read) -> Self {
        let sums = &read.sums;
        let plans = sums.heaviest().into_iter().map(|((user, plan), tally)| Bearer {
            user: user.to_string(),
            plan: plan.clone(),
            sums: Sums::of(tally),
        });
        Self {
            plans: plans.collect(),
            complete: read.sample.is_none(),
            sample: Sampled::of(read),
            unreadable: read.unreadable,
        }
    }
}

/// An operation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LoggedRequest)]
pub(super) struct Line {
    id: String,
    user: String,
    #[schema(format = DateTime)]
    at: String,
    category: &'static str,
    status: &'static str,
    provider: String,
    model: String,
    /// The provider's request form, and so the model that it was asked for; absent in old lines, as what follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Option<String>,
    /// The shape, such as `9:16`.
    #[serde(skip_serializing_if = "Option::is_none")]
    aspect: Option<&'static str>,
    /// There was a photo.
    #[serde(skip_serializing_if = "Option::is_none")]
    with_photo: Option<bool>,
    seconds: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    took_ms: Option<i64>,
    attempts: u32,
    tokens: u64,
    credits: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    micro_usd: Option<u64>,
    /// The least that it cost, where nobody knows what one of its attempts cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_least_micro_usd: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kopecks: Option<u64>,
    /// Who says what it cost: `provider` or `price_list`.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_by: Option<&'static str>,
    /// The customer's plan at the time.
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription: Option<String>,
    /// The plan paid for it.
    is_unlimited: bool,
    /// Why it came to nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The provider's name of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<String>,
    /// What came of it: Telegram's name of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<String>,
}

impl Line {
    fn of(line: &AiRequest) -> Self {
        let asked = line.asked.as_ref();
        let aspect = asked.and_then(|asked| asked.aspect);
        Self {
            id: line.id.clone(),
            user: line.user.to_string(),
            at: line.at.rfc3339().unwrap_or_default(),
            category: line.category.as_str(),
            status: line.status.as_str(),
            provider: line.provider.clone(),
            model: line.model.0.clone(),
            form: asked.map(|asked| asked.family.clone()),
            aspect: aspect.map(Aspect::as_str),
            with_photo: asked.map(|asked| asked.with_photo),
            seconds: line.seconds,
            took_ms: line.took.map(|took| took.0),
            attempts: line.attempts,
            tokens: line.tokens,
            credits: line.credits.0,
            micro_usd: line.cost.map(|cost| cost.micro_usd.0),
            at_least_micro_usd: line.at_least.map(|least| least.0),
            kopecks: line.cost.and_then(|cost| cost.kopecks),
            cost_by: line.cost.map(|cost| cost.source.as_str()),
            subscription: line.subscription.clone(),
            is_unlimited: line.is_unlimited,
            error: line.error.clone(),
            task: line.task.clone(),
            result: line.result.clone(),
        }
    }
}

/// Operations.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LoggedRequests)]
pub(crate) struct Lines {
    requests: Vec<Line>,
    /// The cursor of the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// Lines that cannot be read, and are not among these.
    unreadable: u64,
}

impl Lines {
    pub(super) fn of(lines: &[AiRequest], next: Option<String>, unreadable: u64) -> Self {
        Self {
            requests: lines.iter().map(Line::of).collect(),
            next,
            unreadable,
        }
    }
}
