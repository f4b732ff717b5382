//! Who renders: with which key, by whose switch, for which models, what they have in hand, and how it went within the last hour.
//!
//! A breaker is a Lambda's own and lives as long as it does, so nobody can ask for its state; what it follows from is what is
//! counted here.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::on_sale;
use axum::extract::State;
use domain::ai_request::{AiRequest, Status};
use domain::job::{Stage, Wait};
use domain::time::{Millis, Timestamp};
use serde::Serialize;
use table::Deadline;
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Viewer;
use crate::body::Until;
use crate::openapi::Denials;
use crate::problem::Refusal;
use crate::reply::Json;

/// Of which time orders are looked at.
const PAST: Millis = Millis::from_mins(60);
/// Lines of the log that are read at once, and all in all.
const PAGE: i32 = 500;
const LINES_MAX: usize = 5_000;
/// Open orders that are counted at once, and all in all: one and a half read units for each.
const OPEN_PAGE: usize = 100;
const OPEN_MAX: usize = 1_000;
/// Nothing more is read when less than this is left of the call.
const STOP_WITH: std::time::Duration = std::time::Duration::from_secs(4);

/// Who renders.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Providers)]
pub(crate) struct Renderers {
    /// By their names.
    providers: Vec<Renderer>,
    /// All of the last hour is in it; otherwise there was too much.
    complete: bool,
    /// All open orders were counted; otherwise there are too many.
    open_complete: bool,
    /// The flag `new_jobs` takes new orders, of everybody for whom it says nothing else.
    takes_orders: bool,
}

/// A provider.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = Provider)]
pub(crate) struct Renderer {
    provider: String,
    /// Its switch, the flag `provider-<name>`. Off: nothing more is ordered of it, and what it has goes on.
    is_on: bool,
    /// It can be paused and asked again. No longer so of one that only old orders name.
    has_switch: bool,
    /// There is a key of it in the secret.
    has_key: bool,
    /// Orders that it has in hand, whenever they were accepted: paused, it is drained once there are none.
    in_hand: u64,
    /// Orders that wait to be ordered of it.
    waiting: u64,
    /// The models that it renders.
    models: Vec<Rendered>,
    /// Orders of the last hour that came to something,
    completed: u64,
    /// that came to nothing,
    failed: u64,
    /// that their customers took back,
    canceled: u64,
    /// and that are under way.
    open: u64,
    /// Why those failed, and how often.
    errors: BTreeMap<String, u64>,
    /// How long the slowest of those that are done took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    slowest_ms: Option<i64>,
}

/// A model of a provider's.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProvidersModel)]
pub(crate) struct Rendered {
    model: String,
    /// It is the first that is asked; otherwise another is asked before.
    is_first: bool,
    /// The model is on sale.
    is_on_sale: bool,
}

/// Who renders, by whose switch, and how it went within the last hour.
#[utoipa::path(get, path = "/admin/providers", tag = "admin",
    responses((status = 200, description = "Every provider that a model names, or an order that is open or of the last hour", body = Renderers), Denials))]
pub(crate) async fn list_providers(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Until(deadline): Until,
) -> Result<Json<Renderers>, Refusal> {
    let now = api.now();
    let snapshot = api.settings.reload(now).await?;
    let mut all: BTreeMap<String, Renderer> = BTreeMap::new();
    for model in snapshot.models.iter() {
        for (place, provider) in model.providers().enumerate() {
            all.entry(provider.to_owned()).or_default().models.push(Rendered {
                model: model.id.0.clone(),
                is_first: place == 0,
                is_on_sale: model.enabled,
            });
        }
    }
    let from = Timestamp(now.0.saturating_sub(PAST.0));
    let days = [from, now].map(midnight);
    let days = if days.first() == days.last() {
        days.get(1..)
    } else {
        days.get(..)
    };
    // What begins within this very moment is in it, too.
    let until = now.after(Millis(1_000));
    let days = days.unwrap_or_default().to_vec();
    // First: whether a provider is drained matters more than how its last hour was.
    let open_complete = count_open(&api, &mut all, now, deadline).await?;
    let mut pages = api.requests.of_days(days, Some((from, until)), PAGE);
    let mut read = 0;
    while read < LINES_MAX
        && deadline.remaining() >= STOP_WITH
        && let Some(page) = pages.next().await?
    {
        read = read.saturating_add(page.lines.len());
        for line in &page.lines {
            all.entry(line.provider.clone()).or_default().add(line);
        }
    }
    let complete = pages.are_over();
    let providers = all.into_iter().map(|(provider, counted)| Renderer {
        is_on: snapshot.is_switched_on(&provider),
        has_switch: on_sale::is_provider(&provider),
        has_key: api.settings.has_key_of(&provider),
        provider,
        ..counted
    });
    Ok(Json(Renderers {
        providers: providers.collect(),
        complete,
        open_complete,
        takes_orders: snapshot.takes_orders(&limits_flags::flags::Context::new(now)),
    }))
}

/// Counts who has how many of the open orders; whether those are all.
async fn count_open(
    api: &Api,
    all: &mut BTreeMap<String, Renderer>,
    now: Timestamp,
    deadline: Deadline,
) -> Result<bool, Refusal> {
    let by = Wait::Open.due_by(now);
    let Some(mut open) = api.store.jobs().waiting(by, None) else {
        return Ok(false);
    };
    let mut read = 0_usize;
    while let Some((jobs, _)) = open.next(OPEN_PAGE).await? {
        for job in &jobs {
            all.entry(job.order.provider.clone()).or_default().has(job.stage);
        }
        read = read.saturating_add(jobs.len());
        if read >= OPEN_MAX || deadline.remaining() < STOP_WITH {
            return Ok(!open.has_more().await?);
        }
    }
    Ok(true)
}

fn midnight(at: Timestamp) -> Timestamp {
    let day = Millis::from_mins(24 * 60).0;
    Timestamp(at.0.saturating_sub(at.0.rem_euclid(day)))
}

impl Renderer {
    fn has(&mut self, stage: Stage) {
        let count = match stage {
            Stage::Queued => &mut self.waiting,
            Stage::Submitting | Stage::Unknown | Stage::Running => &mut self.in_hand,
            // What is rendered is ours to deliver.
            _ => return,
        };
        *count = count.saturating_add(1);
    }

    fn add(&mut self, line: &AiRequest) {
        let more = |count: &mut u64| *count = count.saturating_add(1);
        if line.is_canceled() {
            return more(&mut self.canceled);
        }
        match line.status {
            Status::Completed => more(&mut self.completed),
            Status::Failed => more(&mut self.failed),
            Status::Pending | Status::TimeoutWaiting => more(&mut self.open),
        }
        if let Some(error) = &line.error {
            more(self.errors.entry(error.clone()).or_default());
        }
        let took = line.took.filter(|_| line.status == Status::Completed);
        self.slowest_ms = self.slowest_ms.max(took.map(|took| took.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight() {
        let day = 24 * 60 * 60_000;
        assert_eq!(midnight(Timestamp(day * 3 + 5)), Timestamp(day * 3));
        assert_eq!(midnight(Timestamp(day * 3)), Timestamp(day * 3));
    }
}
