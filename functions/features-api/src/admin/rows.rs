//! Reading rows of the settings.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, State};
use http::request::Parts;
use limits_flags::access::hex;
use limits_flags::{partition_key, row_key};
use ring::digest::{SHA256, digest};
use serde::Serialize;
use serde_json::Value;
use table::{Item, Keys, Query, Row as Stored, s};
use utoipa::ToSchema;

use super::{Kind, Paging, no_cursor};
use crate::Api;
use crate::auth::Viewer;
use crate::body::{Asked, is_name};
use crate::openapi::{Denials, NotThere, Unreadable};
use crate::problem::Refusal;
use crate::reply::Json;

/// Letters of a name for what stands in a row.
const TAG_CHARS: usize = 32;

/// A row of the settings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SettingsRow)]
pub(crate) struct Listed {
    /// Its name.
    key: String,
    /// What stands in it, as in the operator's file.
    #[schema(value_type = Object)]
    row: Value,
    /// Names what stands in it: another for whatever else may stand there. Who deletes the row can say by it what they have read.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    tag: String,
}

/// Rows of the settings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SettingsRows)]
pub(crate) struct Rows {
    /// In the order of their names.
    rows: Vec<Listed>,
    /// The cursor of the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// The kind in a path.
pub(crate) struct Of(pub(super) Kind);

impl<S: Send + Sync> FromRequestParts<S> for Of {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let kind = Path::<Kind>::from_request_parts(parts, state).await;
        let Path(kind) = kind.map_err(|_| no_kind())?;
        Ok(Self(kind))
    }
}

/// There are no settings of that kind; these there are.
fn no_kind() -> Refusal {
    let kinds = Kind::ALL.map(Kind::path).join(", ");
    Refusal::NotFound(format!("there are no such settings; there are {kinds}"))
}

/// The kind and the name in a path.
pub(crate) struct Named(pub(super) Kind, pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let named = Path::<(Kind, String)>::from_request_parts(parts, state).await;
        let Path((kind, key)) = named.map_err(|_| no_kind())?;
        let no_name = || Refusal::NotFound(format!("there is no such name among the {}s", kind.word()));
        is_name(&key).then_some(Self(kind, key)).ok_or_else(no_name)
    }
}

/// Rows of one kind, in the order of their names.
#[utoipa::path(get, path = "/admin/settings/{kind}", tag = "admin",
    params(("kind" = Kind, Path, description = "Which rows"), Paging),
    responses((status = 200, description = "A page of rows", body = Rows),
        Unreadable, NotThere, Denials))]
pub(crate) async fn list_rows(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Of(kind): Of,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Rows>, Refusal> {
    let limit = i32::try_from(super::limit(paging.limit)?).unwrap_or(i32::MAX);
    let before = paging.cursor.unwrap_or_default();
    if !before.is_empty() && !is_name(&before) {
        return Err(no_cursor());
    }
    let page = api.db.query(Query {
        table: api.settings.table().to_owned(),
        index: None,
        partition: partition_key(),
        from: None,
        // `$` follows `#`, so this is past the last row of the kind.
        up_to: Some(("sk", s(format!("{}$", kind.word())))),
        limit,
        start: Some(row_key(&kind.sort(&before))),
        consistent: true,
    });
    let page = page.await?;
    let rows = page
        .items
        .iter()
        .map(row)
        .collect::<Result<Vec<Listed>, Refusal>>()?;
    let next = page.next.and_then(|_| rows.last().map(|row| row.key.clone()));
    Ok(Json(Rows { rows, next }))
}

/// One row.
#[utoipa::path(get, path = "/admin/settings/{kind}/{key}", tag = "admin",
    params(("kind" = Kind, Path, description = "Which rows"),
        ("key" = String, Path, description = "The row's name", pattern = "^[A-Za-z0-9._-]{1,128}$")),
    responses((status = 200, description = "The row", body = Listed),
        NotThere, Denials))]
pub(crate) async fn read_row(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Named(kind, key): Named,
) -> Result<Json<Listed>, Refusal> {
    let keys = Keys {
        table: api.settings.table().to_owned(),
        keys: vec![row_key(&kind.sort(&key))],
        consistent: true,
    };
    let found = api.db.batch_get(vec![keys]).await?;
    let found = found.get(api.settings.table()).and_then(|items| items.first());
    let none = || Refusal::NotFound(format!("there is no `{key}` among the {}s", kind.word()));
    row(found.ok_or_else(none)?).map(Json)
}

pub(super) fn row(item: &Item) -> Result<Listed, Refusal> {
    let broken = |error: table::Malformed| Refusal::Broken(Box::new(error));
    let stored = Stored(item);
    let sort = stored.s("sk").map_err(broken)?;
    let body = stored.s("body").map_err(broken)?;
    Ok(Listed {
        key: sort.split_once('#').map_or(sort, |(_, key)| key).to_owned(),
        // A body that is no JSON is shown as the text that it is, so that somebody can mend it.
        row: serde_json::from_str(body).unwrap_or_else(|_| body.into()),
        tag: tag(body),
    })
}

/// A name for what stands in a row.
pub(super) fn tag(body: &str) -> String {
    let mut name = hex(digest(&SHA256, body.as_bytes()).as_ref());
    name.truncate(TAG_CHARS);
    name
}
