//! Rows of the settings that are alone of their kind: what holds for everything, and what is refused before anybody pays.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, State};
use http::request::Parts;
use limits_flags::row_key;
use serde::{Deserialize, Serialize};
use table::Keys;
use utoipa::ToSchema;

use super::edit::{NewRow, Written, write_row};
use super::rows::{Listed, row};
use crate::Api;
use crate::auth::{Editor, Viewer};
use crate::body::{Body, Until};
use crate::openapi::{Bodies, Contended, Denials, NotThere};
use crate::problem::Refusal;
use crate::reply::Json;

/// A row that is alone of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Single {
    /// What holds for every order.
    Rules,
    /// How packs and plans are sold.
    Selling,
    /// What holds for the costs of all models.
    Costs,
    /// What is refused before anybody pays.
    Moderation,
}

impl Single {
    /// All that there are.
    pub(super) const ALL: [Self; 4] = [Self::Rules, Self::Selling, Self::Costs, Self::Moderation];

    /// Its sort key, which is what it is called in a path, too.
    pub(super) fn sort(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Selling => "selling",
            Self::Costs => "costs",
            Self::Moderation => "moderation",
        }
    }
}

/// The row in a path.
pub(crate) struct Alone(Single);

impl<S: Send + Sync> FromRequestParts<S> for Alone {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let single = Path::<Single>::from_request_parts(parts, state).await;
        let known = || Single::ALL.map(Single::sort).join(", ");
        let none = |_| Refusal::NotFound(format!("there is no such row; there are {}", known()));
        single.map(|Path(single)| Self(single)).map_err(none)
    }
}

/// A row that is alone of its kind.
#[utoipa::path(get, path = "/admin/singles/{single}", tag = "admin",
    params(("single" = Single, Path, description = "Which row")),
    responses((status = 200, description = "The row", body = Listed), NotThere, Denials))]
pub(crate) async fn read_single(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Alone(single): Alone,
) -> Result<Json<Listed>, Refusal> {
    let keys = Keys {
        table: api.settings.table().to_owned(),
        keys: vec![row_key(single.sort())],
        consistent: true,
    };
    let found = api.db.batch_get(vec![keys]).await?;
    let found = found.get(api.settings.table()).and_then(|items| items.first());
    let none = || Refusal::NotFound(format!("nobody has said `{}` yet", single.sort()));
    row(found.ok_or_else(none)?).map(Json)
}

/// Writes such a row.
#[utoipa::path(put, path = "/admin/singles/{single}", tag = "admin", request_body = NewRow,
    params(("single" = Single, Path, description = "Which row")),
    responses((status = 200, description = "It stands", body = Written), Bodies, NotThere, Contended, Denials))]
pub(crate) async fn put_single(
    State(api): State<Arc<Api>>,
    Editor(operator): Editor,
    Alone(single): Alone,
    Until(deadline): Until,
    Body(new): Body<NewRow>,
) -> Result<Json<Written>, Refusal> {
    write_row(&api, &operator, single.sort(), new, deadline)
        .await
        .map(Json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_called_in_a_path_as_in_the_table() {
        for single in Single::ALL {
            assert_eq!(serde_json::to_value(single).unwrap(), single.sort());
        }
    }
}
