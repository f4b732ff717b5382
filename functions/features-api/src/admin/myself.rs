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
    /// Where faults are switched on and off: in the local cloud, and nowhere else.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "http://127.0.0.1:8080/cloud/faults")]
    faults: Option<String>,
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
        faults: faults(&api.bot_url),
    }))
}

/// The local cloud's page of faults. Its bot is a page on the same machine, which no customer's bot can be.
fn faults(bot_url: &str) -> Option<String> {
    let (host, _) = bot_url.strip_prefix("http://")?.split_once('/')?;
    let (name, _port) = host.split_once(':')?;
    matches!(name, "127.0.0.1" | "localhost").then(|| format!("http://{host}/cloud/faults"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_switched_in_the_local_cloud_alone() {
        let there = Some("http://127.0.0.1:8080/cloud/faults".to_owned());
        assert_eq!(faults("http://127.0.0.1:8080/neurocards_bot"), there);
        for url in [
            "",
            "https://t.me/the_bot",
            "https://127.0.0.1:8080/bot",
            "http://127.0.0.1.example.org:80/bot",
            "http://example.org:8080/127.0.0.1",
        ] {
            assert_eq!(faults(url), None, "{url}");
        }
    }
}
