//! Guards: what a customer must have before a handler runs (seed 001's decorators, in Rust's own way).
//!
//! [`guarded`] puts one in front of a router's routes; [`Api::need`] is the same for whoever knows only in the handler what
//! it takes. With an amount, a feature's limits are counted as well, all or none; without one, nothing is counted.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use domain::id::ModelId;
use domain::limit::{Reservation, Usage};
use table::Deadline;

use crate::Api;
use crate::auth::{Caller, customer};
use crate::body::Until;
use crate::problem::Refusal;
use crate::seen::Seen;

/// How often uses are decided on again because others of the same customer were faster.
const TRIES_MAX: u32 = 5;
/// When to ask again where more comes free with an order's end, in seconds.
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
/// where a limit is used up, and the handler is not called.
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
    match passed.await {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(refusal) => refusal.into_response(),
    }
}

impl Api {
    /// Whether the one whom a caller asks for (a user himself) has what it takes.
    pub async fn need(
        &self,
        caller: &Caller,
        target: Option<&str>,
        need: &Need,
        deadline: Deadline,
    ) -> Result<(), Refusal> {
        for _ in 0..TRIES_MAX {
            let seen = self.see(caller, target).await?;
            let reservations = uses(&seen, need)?;
            let user = seen.target.as_deref().and_then(customer);
            let counted = match user {
                Some(user) => self.store.count_uses(user, &reservations, deadline).await?,
                None => true,
            };
            if counted {
                return Ok(());
            }
        }
        Err(Refusal::TooMany { retry_after_s: 1 })
    }
}

/// What is to be counted, or the refusal.
fn uses(seen: &Seen, need: &Need) -> Result<Vec<Reservation>, Refusal> {
    seen.entitled(|entitled| match need {
        Need::Tier(tier) => entitled
            .require_tier(tier)
            .map(|()| Vec::new())
            .map_err(Refusal::Denied),
        Need::Model(id) => {
            let unknown = || Refusal::NotFound(format!("there is no model `{id}`"));
            let model = seen.snapshot.model(&ModelId(id.clone())).ok_or_else(unknown)?;
            entitled
                .require_model(model)
                .map(|_| Vec::new())
                .map_err(Refusal::Denied)
        }
        Need::Feature { key, amount } => {
            let pass = entitled.require(key).map_err(Refusal::Denied)?;
            let Some(amount) = amount else {
                return Ok(Vec::new());
            };
            let usages: Vec<Usage> = pass
                .limits
                .iter()
                .filter_map(|limit| seen.usage(limit, *amount))
                .collect();
            match usages.iter().find(|usage| usage.forbids()) {
                Some(full) => Err(used_up(seen, full)),
                None => Ok(usages.iter().map(|usage| usage.reservation(seen.now)).collect()),
            }
        }
    })
}

fn used_up(seen: &Seen, full: &Usage) -> Refusal {
    let left = full.resets_at.map(|at| at.since(seen.now).secs_ceil().max(1));
    Refusal::TooMany {
        retry_after_s: left.and_then(|left| u32::try_from(left).ok()).unwrap_or(AGAIN_S),
    }
}
