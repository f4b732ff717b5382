//! What no customer's update shows and somebody must know in time: how much of what all customers share is used, and what
//! is left at the provider. Looked at by cleanup, for the metrics.

use std::time::Duration;

use domain::limit::Limit;
use domain::time::Timestamp;
use limits_flags::Settings;
use providers::kie::{self, Balance};
use store::Store;
use table::Deadline;

use crate::env::Env;

/// The longest that the provider is waited for.
const BALANCE_TIMEOUT: Duration = Duration::from_secs(5);
/// What is kept of an invocation's time for what comes after.
const RESERVE: Duration = Duration::from_secs(8);
/// Minutes between two questions about the balance: it is the provider's time, and an hour's videos cost little of it.
const BALANCE_EVERY: i64 = 10;

/// What looks.
#[derive(Debug)]
pub struct Lookout {
    /// The counters.
    pub store: Store,
    /// The limits.
    pub settings: Settings,
    /// KIE.AI, which says what is left of our balance; `None` without a key.
    pub kie: Option<kie::Client>,
    /// Time.
    pub env: Env,
}

impl Lookout {
    /// Looks, and tells the metrics. What cannot be seen is logged and looked at the next time.
    pub async fn look(&self, deadline: Deadline) {
        let now = self.env.now();
        if let Err(error) = self.look_at_limits(now).await {
            tracing::warn!(name: "shared_limits_unread", error = %crate::chain(&error), "the limits that all share could not be looked at");
        }
        if now.0.div_euclid(60_000).rem_euclid(BALANCE_EVERY) == 0 {
            self.look_at_balance(deadline).await;
        }
    }

    async fn look_at_limits(&self, now: Timestamp) -> Result<(), store::Error> {
        let shared = self.settings.fresh(now).await?.shared_limits();
        if shared.is_empty() {
            return Ok(());
        }
        let limits: Vec<&Limit> = shared.iter().map(|shared| &shared.limit).collect();
        let totals = self.store.totals(&limits, now).await?;
        for (limit, total) in limits.iter().zip(totals) {
            meter::shared_limit_used(&limit.id, total.percent());
        }
        Ok(())
    }

    async fn look_at_balance(&self, deadline: Deadline) {
        let (Some(kie), Some(timeout)) = (&self.kie, deadline.for_call(BALANCE_TIMEOUT, RESERVE)) else {
            return;
        };
        match kie.balance(timeout).await {
            Balance::Left(credits) => meter::provider_balance(kie::ROW.name, credits),
            Balance::Unavailable(why) => {
                tracing::warn!(name: "balance_unread", why, "the provider does not say what is left of our balance");
            }
        }
    }
}
