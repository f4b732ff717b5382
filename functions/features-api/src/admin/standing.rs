//! What a customer was given: reading and changing it.

use std::sync::Arc;

use axum::extract::State;
use domain::standing::{Held, Standing};
use domain::time::Timestamp;
use limits_flags::grants::{self, Change};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};

use super::audit::Author;
use super::{limit, moment, no_cursor, user};
use crate::Api;
use crate::auth::{Editor, Viewer, customer};
use crate::body::{Asked, Body, Name, Until, is_name};
use crate::openapi::{Bodies, Contended, Denials, NotThere, Unreadable};
use crate::problem::Refusal;
use crate::reply::Json;

/// What a customer was given.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Given {
    /// The customer.
    user: String,
    /// Grows with every change.
    revision: u64,
    /// A member for each thing: `tier`, `plan`, `plan_grace` (the renewal of the plan is awaited), `addons.hd`,
    /// `overrides.chat`, `roles.tester`, `country`, `strikes` (what was refused of the orders), with `valid_until` where it ends.
    #[schema(value_type = Object)]
    standing: Map<String, Value>,
}

/// A change of a customer's standing, and why.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Grant {
    #[serde(flatten)]
    change: Granted,
    /// Why, for the audit.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: String,
}

/// What is to be changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "change", rename_all = "snake_case")]
pub(crate) enum Granted {
    /// The tier; none without a `key`.
    Tier(OrNone),
    /// The plan; none without a `key`.
    Plan(OrNone),
    /// An add-on more.
    AddAddon(Thing),
    /// An add-on less.
    RemoveAddon(Key),
    /// A feature settled for this customer alone.
    SetOverride(Settle),
    /// A feature no longer settled.
    ClearOverride(Key),
    /// A role more.
    AddRole(Key),
    /// A role less.
    RemoveRole(Key),
    /// The country; none without a `key`.
    Country(Country),
    /// What was refused of the customer's orders is forgotten, and new ones are taken.
    ClearStrikes,
    /// No new orders are taken of the customer for a time. There must be a reason.
    Suspend(Time),
}

/// Something that is held, or nothing. A plan that lasts so many days ends after them where nothing else is said.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct OrNone {
    /// Its name.
    key: Option<String>,
    /// The first moment at which it is held no more; for ever without.
    #[schema(format = DateTime, pattern = "^2[0-9]{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$")]
    valid_until: Option<String>,
}

/// Something that is held.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Thing {
    /// Its name.
    key: String,
    /// The first moment at which it is held no more; for ever without.
    #[schema(format = DateTime, pattern = "^2[0-9]{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$")]
    valid_until: Option<String>,
}

/// A name.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Key {
    /// It.
    key: String,
}

/// A feature settled for one customer.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Settle {
    /// The feature.
    key: String,
    /// What is settled, as a tier says it: `true`, `false`, or with `enabled`, `value`, `limits`.
    #[schema(value_type = Object)]
    value: Value,
    /// The first moment at which it holds no more; for ever without.
    #[schema(format = DateTime, pattern = "^2[0-9]{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$")]
    valid_until: Option<String>,
}

/// A time.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Time {
    /// The first moment after it.
    #[schema(format = DateTime, pattern = "^2[0-9]{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$")]
    valid_until: String,
}

/// A country, or none.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Country {
    /// As ISO 3166-1 alpha-2 in capitals.
    #[schema(pattern = "^[A-Z]{2}$")]
    key: Option<String>,
}

/// The fields of a change. A misspelt one must not be taken for one that was left out: then it would be for ever.
const FIELDS: [&str; 5] = ["change", "key", "value", "valid_until", "reason"];

impl Grant {
    /// Reads a body. That no other fields are taken is not said in the schema: in one that is put together of several,
    /// each part would forbid the others'.
    fn read(said: Map<String, Value>) -> Result<Self, Refusal> {
        let unknown = said.keys().find(|name| !FIELDS.contains(&name.as_str()));
        if let Some(name) = unknown {
            return Err(Refusal::Senseless {
                detail: format!("there is no field `{name}`"),
                pointer: Some(format!("/{name}")),
            });
        }
        serde_json::from_value(Value::Object(said)).map_err(|error| Refusal::Senseless {
            detail: error.to_string(),
            pointer: None,
        })
    }
}

impl Granted {
    fn change(self) -> Result<Change, Refusal> {
        let held = |key: String, until: Option<String>| {
            let until = moment(until.as_deref(), "/valid_until")?;
            Ok::<_, Refusal>(Held { key, until })
        };
        let or_none = |held_: OrNone| held_.key.map(|key| held(key, held_.valid_until)).transpose();
        Ok(match self {
            Self::Tier(tier) => Change::Tier(or_none(tier)?),
            Self::Plan(plan) => Change::Plan(or_none(plan)?),
            Self::AddAddon(Thing { key, valid_until }) => Change::AddAddon(held(key, valid_until)?),
            Self::RemoveAddon(Key { key }) => Change::RemoveAddon(key),
            Self::SetOverride(Settle {
                key,
                value,
                valid_until,
            }) => Change::SetOverride {
                feature: key,
                body: value.to_string(),
                until: moment(valid_until.as_deref(), "/valid_until")?,
            },
            Self::ClearOverride(Key { key }) => Change::ClearOverride(key),
            Self::AddRole(Key { key }) => Change::AddRole(key),
            Self::RemoveRole(Key { key }) => Change::RemoveRole(key),
            Self::Country(Country { key }) => Change::Country(key),
            Self::ClearStrikes => Change::ClearStrikes,
            Self::Suspend(Time { valid_until }) => {
                let until = moment(Some(&valid_until), "/valid_until")?;
                Change::Suspend(until.unwrap_or_default())
            }
        })
    }
}

impl Given {
    fn of(user: String, standing: &Standing) -> Self {
        Self {
            user,
            revision: standing.revision,
            standing: things(standing),
        }
    }
}

/// What a customer was given, thing by thing.
pub(super) fn things(standing: &Standing) -> Map<String, Value> {
    let until = |until: Option<Timestamp>| until.and_then(Timestamp::rfc3339);
    let held = |held: &Held| json!({"key": held.key, "valid_until": until(held.until)});
    let single = [("tier", &standing.tier), ("plan", &standing.plan)].into_iter();
    let single = single.filter_map(|(name, value)| Some((name.to_owned(), held(value.as_ref()?))));
    let addons = standing.addons.iter();
    let addons = addons.map(|(key, end)| (format!("addons.{key}"), json!({"valid_until": until(*end)})));
    let overrides = standing.overrides.iter().map(|(feature, settled)| {
        let value: Value = serde_json::from_str(&settled.body).unwrap_or_else(|_| json!(settled.body));
        let told = json!({"value": value, "valid_until": until(settled.until), "reason": settled.why});
        (format!("overrides.{feature}"), told)
    });
    let grace = standing.plan_grace;
    let grace = grace.map(|grace| {
        (
            "plan_grace".to_owned(),
            json!({"valid_until": until(Some(grace))}),
        )
    });
    let roles = standing.roles.iter();
    let roles = roles.map(|role| (format!("roles.{role}"), json!(true)));
    let country = standing.country.iter();
    let country = country.map(|country| ("country".to_owned(), json!(country)));
    let strikes = (!standing.strikes.is_empty()).then(|| {
        let told =
            json!({"count": standing.strikes.marks.len(), "valid_until": until(standing.strikes.until)});
        ("strikes".to_owned(), told)
    });
    single
        .chain(strikes)
        .chain(grace)
        .chain(addons)
        .chain(overrides)
        .chain(roles)
        .chain(country)
        .collect()
}

/// What a customer was given, with what has run out still among it.
#[utoipa::path(get, path = "/admin/standings/{user}", tag = "admin",
    params(("user" = String, Path, description = "The customer's Telegram id", pattern = "^[1-9][0-9]{0,15}$")),
    responses((status = 200, description = "It", body = Given), NotThere, Denials))]
pub(crate) async fn read_standing(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Name(whose): Name,
) -> Result<Json<Given>, Refusal> {
    let standing = grants::read(&api.office, user(&whose)?).await?;
    Ok(Json(Given::of(whose, &standing)))
}

/// Gives a customer something, or takes it away.
#[utoipa::path(post, path = "/admin/standings/{user}", tag = "admin", request_body = Grant,
    params(("user" = String, Path, description = "The customer's Telegram id", pattern = "^[1-9][0-9]{0,15}$")),
    responses((status = 200, description = "What stands now", body = Given), Bodies, NotThere, Contended, Denials))]
pub(crate) async fn change_standing(
    State(api): State<Arc<Api>>,
    Editor(operator): Editor,
    Name(whose): Name,
    Until(deadline): Until,
    Body(said): Body<Map<String, Value>>,
) -> Result<Json<Given>, Refusal> {
    let grant = Grant::read(said)?;
    let by = match &grant.change {
        Granted::Suspend(_) => api.because(&operator, &grant.reason)?,
        _ => api.by(&operator, &grant.reason)?,
    };
    let change = grant.change.change()?;
    let changed = grants::change(&api.office, user(&whose)?, &change, &by, deadline).await?;
    Ok(Json(Given::of(whose, &changed.after)))
}

/// Which overrides.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Of one feature; of all without.
    #[param(pattern = "^[A-Za-z0-9._-]{1,128}$")]
    feature: Option<String>,
    /// Entries at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
    /// Where the page before ended: its `next`.
    #[param(pattern = "^[A-Za-z0-9._-]{1,128}#[1-9][0-9]{0,14}$")]
    cursor: Option<String>,
}

/// Overrides of all customers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Overrides {
    /// By feature and customer.
    overrides: Vec<Settled>,
    /// The cursor of the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A feature that was settled for one customer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Override)]
pub(crate) struct Settled {
    /// The customer.
    user: String,
    /// The feature.
    feature: String,
    /// The first moment at which it holds no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    valid_until: Option<String>,
    #[serde(flatten)]
    by: Author,
}

/// The overrides of all customers, by feature.
#[utoipa::path(get, path = "/admin/overrides", tag = "admin", params(Which),
    responses((status = 200, description = "A page of overrides", body = Overrides), Unreadable, Denials))]
pub(crate) async fn list_overrides(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Asked(which): Asked<Which>,
) -> Result<Json<Overrides>, Refusal> {
    let limit = limit(which.limit)?;
    let feature = which.feature.as_deref();
    if !feature.is_none_or(is_name) {
        return Err(Refusal::Malformed("`feature` is no name".to_owned()));
    }
    // The list is in the order of features: a page that ended before this one begins with it, and beyond it is nothing.
    let ended = which.cursor.as_deref().map(ended_with).transpose()?;
    let cursor = match (feature, ended) {
        (Some(wanted), Some(ended)) if ended > wanted => {
            let (overrides, next) = (Vec::new(), None);
            return Ok(Json(Overrides { overrides, next }));
        }
        (Some(wanted), Some(ended)) if ended < wanted => None,
        _ => which.cursor.as_deref(),
    };
    let (listed, next) = grants::overrides(&api.office, feature, limit, cursor).await?;
    let settled = listed.into_iter().map(|one| Settled {
        user: one.user.to_string(),
        feature: one.feature,
        valid_until: one.until.and_then(Timestamp::rfc3339),
        by: Author::of(one.by),
    });
    Ok(Json(Overrides {
        overrides: settled.collect(),
        next,
    }))
}

/// The feature of the override that a page ended with.
fn ended_with(cursor: &str) -> Result<&str, Refusal> {
    let (feature, user) = cursor.rsplit_once('#').ok_or_else(no_cursor)?;
    let is_one = is_name(feature) && customer(user).is_some();
    is_one.then_some(feature).ok_or_else(no_cursor)
}
