//! What a customer may do, as the seeds ask it: all features, one of them, the models, the components.

pub(crate) mod check;
mod lists;
pub(crate) mod shown;
mod uses;

use domain::limit::{Limit, Usage};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::Api;
use crate::auth::{Caller, customer};
use crate::problem::Refusal;
use crate::seen::Seen;

pub(crate) use check::{__path_check_feature, check_feature};
pub(crate) use lists::{
    __path_list_components, __path_list_features, __path_list_models, __path_user_features, UserFeatures,
    list_components, list_features, list_models, user_features,
};
pub(crate) use shown::{Unlock, Window, measure};
pub(crate) use uses::{__path_release_use, __path_use_feature, idempotency_key, release_use, use_feature};

/// Whom it is about.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct About {
    /// The customer's Telegram id. A user asks for himself and may leave it out; without it, a machine is told what holds
    /// for a newcomer.
    #[param(pattern = "^[1-9][0-9]{0,15}$")]
    user: Option<String>,
}

impl Api {
    /// Sees the one whom a query is about, who is a customer if anybody is named at all.
    pub(crate) async fn see_asked(&self, caller: &Caller, user: Option<&str>) -> Result<Seen, Refusal> {
        if user.is_some_and(|user| customer(user).is_none()) {
            return Err(Refusal::Malformed(
                "`user` is no customer's Telegram id".to_owned(),
            ));
        }
        self.see(caller, user).await
    }
}

/// Of several limits, the one of which the least is left.
pub(crate) fn scarcest(seen: &Seen, limits: &[Limit]) -> Option<Usage> {
    let usages = limits.iter().filter_map(|limit| seen.shown(limit, 1));
    usages.min_by_key(Usage::left)
}
