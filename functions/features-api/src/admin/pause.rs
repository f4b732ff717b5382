//! A provider that gets nothing more for a while. Its switch is a flag, `provider-<name>`, like any other; throwing it is said
//! here in one word, and refused where the flag is no plain switch.
//!
//! Who is paused is drained: what it has goes on to its end. What waits goes to the next who renders the model; where there is
//! none, the model is not offered, and what waits is given back.

use std::sync::Arc;

use app::on_sale;
use axum::extract::State;
use limits_flags::edit::{self, EditError, Edited};
use limits_flags::{ApplyError, throws};
use serde::{Deserialize, Serialize};
use table::Deadline;
use utoipa::ToSchema;

use crate::Api;
use crate::auth::{Editor, Operator};
use crate::body::{Body, Name, Until};
use crate::openapi::{Bodies, Contended, Denials, NotThere};
use crate::problem::Refusal;
use crate::reply::Json;

/// Why a provider is paused, or asked again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Why {
    /// Why, for the audit: there must be a reason.
    #[schema(min_length = 1, max_length = 2000, pattern = "[!-~]")]
    reason: String,
}

/// How a provider's switch stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProviderSwitch)]
pub(crate) struct Switch {
    provider: String,
    is_on: bool,
    /// It was thrown by this very request; otherwise it stood so before.
    changed: bool,
    /// The settings' version that stands now.
    version: u64,
}

/// Orders nothing more of a provider; workers notice within 20 seconds. What it has goes on to its end; `/admin/providers` says how many that are.
#[utoipa::path(post, path = "/admin/providers/{provider}/pause", tag = "admin", request_body = Why,
    params(("provider" = String, Path, description = "Its name", pattern = "^[A-Za-z0-9._-]{1,128}$", example = "kie")),
    responses((status = 200, description = "It gets nothing more", body = Switch), Bodies, NotThere, Contended, Denials))]
pub(crate) async fn pause_provider(
    State(api): State<Arc<Api>>,
    Editor(operator): Editor,
    Name(provider): Name,
    Until(deadline): Until,
    Body(why): Body<Why>,
) -> Result<Json<Switch>, Refusal> {
    throw(&api, &operator, (provider, false), &why.reason, deadline).await
}

/// Orders of a provider again.
#[utoipa::path(post, path = "/admin/providers/{provider}/resume", tag = "admin", request_body = Why,
    params(("provider" = String, Path, description = "Its name", pattern = "^[A-Za-z0-9._-]{1,128}$", example = "kie")),
    responses((status = 200, description = "It is asked again", body = Switch), Bodies, NotThere, Contended, Denials))]
pub(crate) async fn resume_provider(
    State(api): State<Arc<Api>>,
    Editor(operator): Editor,
    Name(provider): Name,
    Until(deadline): Until,
    Body(why): Body<Why>,
) -> Result<Json<Switch>, Refusal> {
    throw(&api, &operator, (provider, true), &why.reason, deadline).await
}

async fn throw(
    api: &Api,
    operator: &Operator,
    (provider, on): (String, bool),
    why: &str,
    deadline: Deadline,
) -> Result<Json<Switch>, Refusal> {
    let by = api.because(operator, why)?;
    // Also where no model names it any more: it may be a route of orders that are open.
    if !on_sale::is_provider(&provider) {
        return Err(Refusal::NotFound(format!("there is no provider `{provider}`")));
    }
    let row = format!("flag#provider-{provider}");
    let edited = edit::edit(&api.office, &by, deadline, |stored| {
        let stands = stored.rows.get(&row).map(String::as_str).map(edit::parsed);
        let thrown = throws::plain(stands, on).ok_or_else(|| {
            let why = format!("{row} is no plain switch; change it among the flags");
            EditError::Refused(why)
        })?;
        Ok(vec![(row.clone(), Some(thrown.to_string()))])
    });
    let Edited { version, changes } = edited.await.map_err(refused)?;
    Ok(Json(Switch {
        provider,
        is_on: on,
        // A switch that is not there is off: writing that down changes nothing.
        changed: changes.iter().any(|change| is_on(change.old.as_deref()) != on),
        version,
    }))
}

/// Whether a plain switch is on.
fn is_on(row: Option<&str>) -> bool {
    row.is_some_and(|row| edit::parsed(row)["enabled"] == true)
}

/// Nothing is wrong with what was asked where the switch itself is no switch: it is in another state than it takes.
fn refused(error: EditError) -> Refusal {
    match error {
        EditError::Refused(why) => Refusal::Conflict(why),
        EditError::Apply(ApplyError::Problems(found)) => {
            let found: Vec<String> = found
                .into_iter()
                .map(|it| format!("{}: {}", it.row, it.why))
                .collect();
            Refusal::Conflict(found.join("; "))
        }
        other => other.into(),
    }
}
