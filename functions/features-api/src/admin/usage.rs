//! What all customers together have used.

use std::sync::Arc;

use axum::extract::State;
use domain::limit::{Limit, Mode, Total};
use domain::time::Timestamp;
use limits_flags::SharedLimit;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Viewer;
use crate::features::Window;
use crate::features::shown::measure;
use crate::openapi::Denials;
use crate::problem::Refusal;
use crate::reply::Json;

/// What is used of the limits that all customers share.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SharedUsage {
    /// By their names.
    limits: Vec<SharedUse>,
}

/// What is used of one limit that all customers share.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SharedUse {
    /// The limit's name.
    #[schema(example = "provider-spend")]
    limit_id: String,
    /// Where it is set: `limit:provider-spend`, `model:kling-3.0`, or of a feature with the layer, `feature:chat tier:pro`.
    #[schema(example = "limit:provider-spend")]
    source: String,
    /// What is counted: `requests`, `tokens` or `micro_usd`.
    measure: &'static str,
    /// What happens when there is no more: `hard`, `soft` or `monitor`.
    mode: &'static str,
    #[serde(flatten)]
    window: Window,
    /// How much may be used.
    limit: u64,
    /// How much is used.
    used: u64,
    /// How much is left.
    remaining: u64,
    /// How much is used, in whole percent.
    share: u64,
    /// On how many rows it is counted, each with its part of the limit.
    rows: u16,
    /// How many of them have nothing left.
    full_rows: u16,
    /// When there is more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    reset_at: Option<String>,
}

/// What all customers together have used of each limit that they share, summed over its rows.
#[utoipa::path(get, path = "/admin/limits/usage", tag = "admin",
    responses((status = 200, description = "Every shared limit", body = SharedUsage), Denials))]
pub(crate) async fn shared_usage(
    State(api): State<Arc<Api>>,
    _: Viewer,
) -> Result<Json<SharedUsage>, Refusal> {
    let now = api.now();
    let snapshot = api.settings.reload(now).await?;
    let shared = snapshot.shared_limits();
    let limits: Vec<&Limit> = shared.iter().map(|shared| &shared.limit).collect();
    let totals = api.store.totals(&limits, now).await?;
    let limits = shared.iter().zip(totals);
    Ok(Json(SharedUsage {
        limits: limits
            .map(|(shared, total)| SharedUse::of(shared, total))
            .collect(),
    }))
}

impl SharedUse {
    fn of(shared: &SharedLimit, total: Total) -> Self {
        let limit = &shared.limit;
        Self {
            limit_id: limit.id.clone(),
            source: shared.set_by.clone(),
            measure: measure(limit.measure),
            mode: match limit.mode {
                Mode::Hard => "hard",
                Mode::Soft => "soft",
                Mode::Monitor => "monitor",
            },
            window: Window::of(&limit.span),
            limit: total.max,
            used: total.used,
            remaining: total.left(),
            share: total.percent(),
            rows: total.rows,
            full_rows: total.full_rows,
            reset_at: total.resets_at.and_then(Timestamp::rfc3339),
        }
    }
}
