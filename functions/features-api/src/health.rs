//! Whether the function can answer at all.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Api;
use crate::openapi::Failures;
use crate::problem::Refusal;
use crate::reply::Json;

/// How the function is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`; anything else would be a refusal.
    #[schema(example = "ok")]
    status: &'static str,
    /// The version of the settings that it knows.
    settings_version: u64,
    /// For how many milliseconds they have been known to be true.
    #[schema(minimum = 0)]
    settings_age_ms: i64,
}

/// Whether the function is up and knows the settings. Asks no table if it knows them already.
#[utoipa::path(get, path = "/healthz", tag = "service", security(()),
    responses((status = 200, description = "It can answer", body = Health), Failures))]
pub(crate) async fn healthz(State(api): State<Arc<Api>>) -> Result<Json<Health>, Refusal> {
    let now = api.now();
    let snapshot = api.settings.known(now).await?;
    Ok(Json(Health {
        status: "ok",
        settings_version: snapshot.version,
        settings_age_ms: now.since(snapshot.loaded_at).0.max(0),
    }))
}
