//! Promo codes, and what came of each. They are made and stopped as the other rows of the settings are.

use std::sync::Arc;

use axum::extract::State;
use domain::audit::PromoUses;
use domain::rewards::{Promo, PromoCode};
use domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Viewer;
use crate::openapi::Denials;
use crate::problem::Refusal;
use crate::reply::Json;

/// What came of the promo codes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsedPromos {
    /// By their names; there are a thousand at most.
    promos: Vec<UsedPromo>,
}

/// What came of a promo code.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsedPromo {
    /// The code.
    #[schema(example = "WELCOME")]
    code: String,
    /// The credits that it brings.
    credits: u32,
    /// The plan of which it brings days.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "unlimited_1day")]
    plan: Option<String>,
    /// How many days of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<u32>,
    /// From when on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    from: Option<String>,
    /// From then on no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    until: Option<String>,
    /// By how many customers it can be used; absent where by everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    uses: Option<u32>,
    /// By how many it was used.
    used: u64,
    /// The credits that it has given, all in all.
    credits_given: u64,
    /// Only for those who have not ordered anything yet.
    newcomers_only: bool,
    /// It brings nothing any more.
    stopped: bool,
}

/// Every promo code that there is, with how often it was used and what it has given.
#[utoipa::path(get, path = "/admin/promos", tag = "admin",
    responses((status = 200, description = "Every promo code", body = UsedPromos), Denials))]
pub(crate) async fn used_promos(State(api): State<Arc<Api>>, _: Viewer) -> Result<Json<UsedPromos>, Refusal> {
    let snapshot = api.settings.reload(api.now()).await?;
    let promos = &snapshot.rewards.promos;
    let codes: Vec<&PromoCode> = promos.keys().collect();
    let uses = api.store.promo_uses(&codes).await?;
    let of = |code| uses.get(code).copied().unwrap_or_default();
    let promos = promos.iter().map(|(code, promo)| UsedPromo::of(promo, of(code)));
    Ok(Json(UsedPromos {
        promos: promos.collect(),
    }))
}

impl UsedPromo {
    fn of(promo: &Promo, uses: PromoUses) -> Self {
        let moment = |at: Option<Timestamp>| at.and_then(Timestamp::rfc3339);
        Self {
            code: promo.name.clone(),
            credits: promo.credits.0,
            plan: promo.plan.as_ref().map(|given| given.plan.clone()),
            days: promo.plan.as_ref().map(|given| given.days),
            from: moment(promo.from),
            until: moment(promo.until),
            uses: promo.uses_max,
            used: uses.uses,
            credits_given: uses.credits,
            newcomers_only: promo.newcomers_only,
            stopped: promo.is_stopped,
        }
    }
}
