//! Guards: what a customer must have before a handler runs (seed 001's decorators, in Rust's own way).
//!
//! [`guarded`] puts one in front of a router's routes; [`Api::need`] is the same for whoever knows only in the handler what
//! it takes. With an amount, a feature's limits are counted as well, all or none; without one, nothing is counted. The
//! routes of this function say themselves what they take (`POST /features/{key}/uses` goes by [`Api::need`]'s own steps);
//! the layer is for handlers of others who serve something over the same ground:
//!
//! ```no_run
//! # use std::sync::Arc;
//! use axum::{Router, routing::post};
//! use features_api::{Api, guard::{Need, guarded}};
//!
//! fn chat(api: &Arc<Api>) -> Router<Arc<Api>> {
//!     let routes = Router::new().route("/chat", post(|| async { "an answer" }));
//!     let one = Need::Feature { key: "chat".to_owned(), amount: Some(1) };
//!     guarded(routes, api, one)
//! }
//! ```
//!
//! **Workers** have no request to stand in front of. Theirs is the same in two calls, with the snapshot and the standing at
//! hand: [`Entitlements::require`](limits_flags::features::Entitlements::require) (or `require_all`, `require_tier`,
//! `require_model`) gives leave with the limits that come with it, or a `Denial` as plain data; and
//! [`Store::count_use`](store::Store::count_use) counts what follows from them. An order needs neither: T1 counts it.

use std::sync::Arc;

use app::told;
use axum::Router;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use domain::id::ModelId;
use domain::limit::{Reservation, Usage, Whose};
use domain::time::Timestamp;
use domain::uses::Use;
use limits_flags::features::{Check, Denial, Reason};
use table::Deadline;

use crate::Api;
use crate::auth::Caller;
use crate::body::Until;
use crate::features::shown::{measure, source};
use crate::features::{Unlock, Window};
use crate::problem::{Refusal, UsedUpLimit, Wanting};
use crate::seen::Seen;
use crate::using::Told;

/// When to ask again where more comes free with something's end, in seconds.
const AGAIN_S: u32 = 30;

/// What it takes.
#[derive(Clone, Debug)]
pub enum Need {
    /// A feature; with an amount, so much of it is used by this.
    Feature {
        /// Its key.
        key: String,
        /// How much of it; nothing is counted without.
        amount: Option<u64>,
    },
    /// At least this tier.
    Tier(String),
    /// A model, with every feature that it needs.
    Model(String),
}

/// Puts a guard in front of every route that a router has up to now: who lacks what it takes is told so, with 403, or 429
/// where a limit is used up, and the handler is not called. What it counted is given back if the handler fails (5xx); and
/// what it counted as open is free again once the handler is done.
pub fn guarded(router: Router<Arc<Api>>, api: &Arc<Api>, need: Need) -> Router<Arc<Api>> {
    router.route_layer(from_fn_with_state((Arc::clone(api), need), stand_guard))
}

async fn stand_guard(
    State((api, need)): State<(Arc<Api>, Need)>,
    Until(deadline): Until,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let passed = async {
        let caller = Caller::from_request_parts(&mut parts, &api).await?;
        api.need(&caller, None, &need, deadline).await
    };
    let used = match passed.await {
        Ok(used) => used,
        Err(refusal) => return refusal.into_response(),
    };
    let response = next.run(Request::from_parts(parts, body)).await;
    if let Some(used) = used {
        let over = if response.status().is_server_error() {
            api.store.release_use(&used, api.now(), deadline).await.map(drop)
        } else {
            api.store.end_use(&used, api.now(), deadline).await
        };
        if let Err(error) = over {
            tracing::error!(name: "use_not_given_back", error = runtime::batch::chain(&error), used = %used.id, "a use that is over could not be given back");
        }
    }
    response
}

impl Api {
    /// Whether the one whom a caller asks for (a user himself) has what it takes. Gives the use, if one was counted.
    ///
    /// A guard takes no key of the caller's: whoever sent the same one again would be let in again and counted once.
    pub async fn need(
        &self,
        caller: &Caller,
        target: Option<&str>,
        need: &Need,
        deadline: Deadline,
    ) -> Result<Option<Use>, Refusal> {
        if let Need::Feature {
            key,
            amount: Some(amount),
        } = need
        {
            let told = Told {
                feature: key,
                amount: *amount,
                user: target,
                is_word: false,
                key: None,
            };
            return self
                .use_up(caller, &told, deadline)
                .await
                .map(|used| Some(used.noted));
        }
        let seen = self.see(caller, target).await?;
        has(&seen, need).map(|()| None)
    }
}

/// Whether somebody has what it takes, with nothing counted.
fn has(seen: &Seen, need: &Need) -> Result<(), Refusal> {
    let required: Result<_, Refusal> = seen.entitled(|entitled| match need {
        Need::Tier(tier) => Ok(entitled.require_tier(tier)),
        Need::Feature { key, .. } => Ok(entitled.require(key).map(drop)),
        Need::Model(id) => {
            let unknown = || Refusal::NotFound(format!("there is no model `{id}`"));
            let model = seen.snapshot.model(&ModelId(id.clone())).ok_or_else(unknown)?;
            Ok(entitled.require_model(model).map(drop))
        }
    });
    required?.map_err(|denial| denied(seen, &denial))
}

/// What is to be counted for so much of a feature, or the refusal.
pub(crate) fn uses(seen: &Seen, feature: &str, amount: u64) -> Result<Vec<Reservation>, Refusal> {
    seen.entitled(|entitled| {
        let pass = entitled
            .require(feature)
            .map_err(|denial| denied(seen, &denial))?;
        let limits = pass.limits.iter();
        let usages: Vec<Usage> = limits.map(|limit| seen.usage(limit, amount)).collect();
        if let Some(full) = usages.iter().find(|usage| usage.forbids()) {
            let check = entitled.check_with_usage(feature, |limit| Some(seen.usage(limit, amount)));
            return Err(used_up(seen, &check, full));
        }
        Ok(usages.iter().map(|usage| usage.reservation(seen.now)).collect())
    })
}

/// The refusal of what a customer has not.
pub(crate) fn denied(seen: &Seen, denial: &Denial) -> Refusal {
    // What nobody has set up is only a word of the caller's, and the metrics' dimensions are not for those.
    let known = |feature: &&String| seen.snapshot.registry.feature(feature).is_some();
    if let Some(feature) = denial.feature.as_ref().filter(known) {
        meter::feature_denied(feature);
        let reason = denial.reason.as_str();
        tracing::info!(name: "feature_access_denied", feature_id = feature, reason, "Feature access denied");
    }
    Refusal::Denied(Box::new(Wanting {
        reason: denial.reason.as_str(),
        detail: denial.to_string(),
        message: told::denial(seen.locale(), &seen.snapshot, denial),
        feature: denial.feature.clone(),
        unlocked_by: Unlock::by(denial.needs_tier.as_deref(), &denial.needs_addon),
    }))
}

/// The refusal of what a limit has not room enough for.
fn used_up(seen: &Seen, check: &Check<'_>, full: &Usage) -> Refusal {
    meter::limit_refused(&full.limit.id);
    let shared = full.limit.whose != Whose::Each;
    let counted = told::is_shown(&full.limit);
    let Window { window, window_s } = Window::of(&full.limit.span);
    let limit = UsedUpLimit {
        limit_id: Some(full.limit.id.clone()),
        source: Some(source(check, None, &full.limit)),
        measure: Some(measure(full.limit.measure)),
        window: Some(window),
        window_s,
        shared: Some(shared),
        limit: counted.then_some(full.max),
        used: counted.then_some(full.used),
        remaining: counted.then(|| full.left()),
        requested: Some(full.amount),
        reset_at: full.resets_at.and_then(Timestamp::rfc3339),
    };
    let reason = Reason::LimitReached;
    let what = Wanting {
        reason: reason.as_str(),
        detail: format!(
            "the limit {} of {} has not room enough",
            full.limit.id, check.feature
        ),
        message: told::check(
            seen.locale(),
            &seen.snapshot,
            check,
            reason,
            Some(full),
            (seen.zone.as_ref(), seen.now),
        ),
        feature: Some(check.feature.to_owned()),
        unlocked_by: Unlock::of(check),
    };
    let left = full.resets_at.map(|at| at.since(seen.now).secs_ceil().max(1));
    Refusal::UsedUp {
        what: Box::new(what),
        limit: Box::new(limit),
        retry_after_s: left.and_then(|left| u32::try_from(left).ok()).unwrap_or(AGAIN_S),
    }
}
