//! All features, models and components of a customer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::catalog::Model;
use http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

use super::About;
use super::shown::Feature;
use crate::Api;
use crate::auth::Caller;
use crate::body::Asked;
use crate::etag::Cause;
use crate::openapi::{Denials, Unreadable};
use crate::problem::Refusal;
use crate::reply::Json;
use crate::seen::Seen;

/// Every feature of a customer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Features)]
pub(crate) struct Everything {
    /// By key.
    features: BTreeMap<String, Feature>,
    /// The tier's key, if there are tiers.
    tier: Option<String>,
    /// What customers read of the tier.
    tier_name: Option<String>,
    /// When this was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    computed_at: Option<String>,
}

/// What a page of a customer's needs to know at once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserFeatures {
    #[serde(flatten)]
    features: Everything,
    /// The models that the customer may choose.
    models: Vec<ModelShown>,
    /// The parts of the page that are there for the customer.
    components: Vec<String>,
    /// What customers read of each tier that a feature is opened by.
    tier_names: BTreeMap<String, String>,
    /// What customers read of each add-on that a feature is opened by.
    addon_names: BTreeMap<String, String>,
}

impl UserFeatures {
    pub(crate) fn of(seen: &Seen) -> Self {
        let features = Everything::of(seen);
        let unlocks = features.features.values().filter_map(Feature::unlocked_by);
        let (tiers, addons): (BTreeSet<_>, BTreeSet<_>) =
            unlocks.fold(Default::default(), |mut all, unlock| {
                all.0.extend(unlock.tier.as_deref());
                all.1.extend(unlock.addons.iter().map(String::as_str));
                all
            });
        let (registry, locale) = (&seen.snapshot.registry, seen.locale());
        let tier = |key: &str| {
            Some((
                key.to_owned(),
                registry.tier(key)?.name.in_locale(locale).to_owned(),
            ))
        };
        let addon = |key: &str| {
            Some((
                key.to_owned(),
                registry.addon(key)?.name.in_locale(locale).to_owned(),
            ))
        };
        let tier_names = tiers.into_iter().filter_map(tier).collect();
        let addon_names = addons.into_iter().filter_map(addon).collect();
        Self {
            features,
            models: models(seen),
            components: components(seen),
            tier_names,
            addon_names,
        }
    }
}

/// A model that a customer may choose.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Model)]
pub(crate) struct ModelShown {
    /// Who renders it.
    provider: String,
    /// Its name.
    model_id: String,
    /// What customers read.
    model_name: String,
    /// What it makes: `video`, `image`, `music`, `speech`.
    model_type: &'static str,
    /// Takes words alone.
    supports_text: bool,
    /// Takes a photo.
    supports_vision: bool,
    /// The lengths with their prices.
    prices: Vec<PriceShown>,
    /// The shapes, the default first; none where what is made has none.
    aspects: Vec<&'static str>,
    /// The longest prompt in characters.
    prompt_chars_max: u32,
}

/// A length with its price.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Price)]
pub(crate) struct PriceShown {
    /// Seconds of video; 0 where what is made has no length to choose.
    seconds: u32,
    /// Credits that it costs.
    credits: u32,
    /// Credits that it costs in the higher quality; without it there is no choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    credits_high: Option<u32>,
}

/// Every feature of a customer, with why and how much of it.
#[utoipa::path(get, path = "/features", tag = "features", params(About),
    responses((status = 200, description = "Every feature", body = Everything), Unreadable, Denials))]
pub(crate) async fn list_features(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Asked(about): Asked<About>,
) -> Result<Json<Everything>, Refusal> {
    let seen = api.see_asked(&caller, about.user.as_deref()).await?;
    let mut features = Everything::of(&seen);
    features.computed_at = seen.now.rfc3339();
    Ok(Json(features))
}

/// What a page of a customer's needs to know at once, with a tag for asking again.
#[utoipa::path(get, path = "/api/user/features", tag = "features",
    params(About, ("If-None-Match" = Option<String>, Header, description = "The tag of the answer that the caller has")),
    responses((status = 200, description = "Features, models and components", body = UserFeatures,
            headers(("ETag" = String, description = "What the answer is known by"))),
        (status = 304, description = "The caller has this answer already"), Unreadable, Denials))]
pub(crate) async fn user_features(
    State(api): State<Arc<Api>>,
    caller: Caller,
    headers: HeaderMap,
    Asked(about): Asked<About>,
) -> Result<Response, Refusal> {
    let seen = api.see_asked(&caller, about.user.as_deref()).await?;
    let body =
        serde_json::to_vec(&UserFeatures::of(&seen)).map_err(|error| Refusal::Broken(Box::new(error)))?;
    let cause = Cause {
        target: seen.target.as_deref().unwrap_or_default(),
        context: seen.locale(),
        version: seen.snapshot.version,
        revision: seen.standing.revision,
    };
    Ok(cause.answer(&headers, body))
}

/// The models that a customer may choose.
#[utoipa::path(get, path = "/features/models", tag = "features", params(About),
    responses((status = 200, description = "The models", body = Vec<ModelShown>), Unreadable, Denials))]
pub(crate) async fn list_models(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Asked(about): Asked<About>,
) -> Result<Json<Vec<ModelShown>>, Refusal> {
    let seen = api.see_asked(&caller, about.user.as_deref()).await?;
    Ok(Json(models(&seen)))
}

/// The components that are there for a customer.
#[utoipa::path(get, path = "/features/components", tag = "features", params(About),
    responses((status = 200, description = "The components' keys", body = Vec<String>), Unreadable, Denials))]
pub(crate) async fn list_components(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Asked(about): Asked<About>,
) -> Result<Json<Vec<String>>, Refusal> {
    let seen = api.see_asked(&caller, about.user.as_deref()).await?;
    Ok(Json(components(&seen)))
}

fn models(seen: &Seen) -> Vec<ModelShown> {
    seen.entitled(|entitled| {
        let models = entitled.enabled_models(seen.snapshot.models.iter());
        models.map(ModelShown::of).collect()
    })
}

fn components(seen: &Seen) -> Vec<String> {
    seen.entitled(|entitled| entitled.enabled_components().map(str::to_owned).collect())
}

impl Everything {
    fn of(seen: &Seen) -> Self {
        seen.entitled(|entitled| {
            let keys = seen.snapshot.registry.features().map(|(key, _)| key);
            let checks = keys.map(|key| entitled.check_with_usage(key, |limit| Some(seen.usage(limit, 1))));
            let tier = entitled.tier();
            let name = tier.and_then(|tier| seen.snapshot.registry.tier(tier));
            Self {
                features: checks
                    .map(|check| (check.feature.to_owned(), Feature::of(seen, &check)))
                    .collect(),
                tier: tier.map(str::to_owned),
                tier_name: name.map(|row| row.name.in_locale(seen.locale()).to_owned()),
                computed_at: None,
            }
        })
    }
}

impl ModelShown {
    fn of(model: &Model) -> Self {
        let price = |price: &domain::catalog::Price| PriceShown {
            seconds: price.duration_s,
            credits: price.credits.0,
            credits_high: price.high.as_ref().map(|high| high.credits.0),
        };
        Self {
            provider: model.provider.clone(),
            model_id: model.id.0.clone(),
            model_name: model.title.clone(),
            model_type: model.makes.as_str(),
            supports_text: model.text,
            supports_vision: model.image,
            prices: model.prices.iter().map(price).collect(),
            aspects: model.aspects.iter().map(|aspect| aspect.as_str()).collect(),
            prompt_chars_max: model.prompt_chars_max,
        }
    }
}
