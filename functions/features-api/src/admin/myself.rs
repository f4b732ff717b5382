//! Who asks: what a page has to know before it offers anything.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Operator;
use crate::openapi::Denials;
use crate::problem::Refusal;
use crate::reply::Json;

/// An operator, as they are known here.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Myself)]
pub(crate) struct Myself {
    /// What the audit calls them.
    #[schema(example = "user#700001")]
    who: String,
    /// What they may do: `viewer`, `editor` or `owner`, each what those before may, too.
    #[schema(example = "editor")]
    role: &'static str,
    /// The time here.
    #[schema(format = DateTime)]
    at: String,
}

/// Who asks, and what they may do.
#[utoipa::path(get, path = "/admin/me", tag = "admin",
    responses((status = 200, description = "An operator", body = Myself), Denials))]
pub(crate) async fn who_asks(
    State(api): State<Arc<Api>>,
    operator: Operator,
) -> Result<Json<Myself>, Refusal> {
    Ok(Json(Myself {
        who: operator.who,
        role: operator.role.as_str(),
        at: api.now().rfc3339().unwrap_or_default(),
    }))
}
