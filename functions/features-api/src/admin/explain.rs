//! Why a customer has a feature or not, step by step.

use std::sync::Arc;

use axum::extract::State;
use serde_json::Value;

use super::user;
use crate::Api;
use crate::auth::Viewer;
use crate::body::Names;
use crate::openapi::{Denials, NotThere};
use crate::problem::Refusal;
use crate::reply::Json;

/// The whole path to the answer: the cascade layer by layer, the gates, what it needs. Nothing is counted.
#[utoipa::path(get, path = "/admin/explain/{user}/{feature}", tag = "admin",
    params(("user" = String, Path, description = "The customer's Telegram id", pattern = "^[1-9][0-9]{0,15}$"),
        ("feature" = String, Path, description = "The feature", pattern = "^[A-Za-z0-9._-]{1,128}$")),
    responses((status = 200, description = "The path", body = Object), NotThere, Denials))]
pub(crate) async fn explain_feature(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Names(whose, feature): Names,
) -> Result<Json<Value>, Refusal> {
    let mut seen = api.see_customer(user(&whose)?).await?;
    seen.target = Some(whose);
    seen.as_in_chat();
    let explained = seen.entitled(|entitled| entitled.explain(&feature).map(serde_json::to_value));
    let explained = explained.ok_or_else(|| Refusal::NotFound(format!("there is no feature `{feature}`")))?;
    explained
        .map(Json)
        .map_err(|error| Refusal::Broken(Box::new(error)))
}
