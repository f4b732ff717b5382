//! The same two flags for every evaluator: a switch, and one that is on for 10 % of the customers of the tier `pro`. Each
//! is asked by its key, as it is in a handler, with everything built beforehand that its interface lets be built.
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot start must stop")]

mod datalogic;
mod flagd;
mod launchdarkly;
mod ours;
mod unleash;

pub use datalogic::Datalogic;
pub use flagd::Flagd;
pub use launchdarkly::LaunchDarkly;
pub use ours::Ours;
pub use unleash::Unleash;

/// The switch's key.
pub const STATIC: &str = "new-jobs";
/// The key of the flag for 10 % of a tier.
pub const ROLLOUT: &str = "tier-rollout";

/// An evaluator with both flags.
pub trait Evaluator {
    /// What it is called.
    const NAME: &'static str;

    /// An evaluator for one customer of the tier `pro`.
    fn for_user(user: &str) -> Self;

    /// Whether a flag is on for the customer.
    fn is_on(&mut self, key: &str) -> bool;
}

/// The flags in flagd's format, for those that read it.
pub(crate) fn flagd_set() -> serde_json::Value {
    let switch = serde_json::json!({ "on": true, "off": false });
    let rollout = serde_json::json!({ "fractional": [["on", 10], ["off", 90]] });
    serde_json::json!({ "flags": {
        STATIC: { "state": "ENABLED", "variants": switch, "defaultVariant": "on" },
        ROLLOUT: {
            "state": "ENABLED",
            "variants": switch,
            "defaultVariant": "off",
            "targeting": { "if": [{ "==": [{ "var": "tier" }, "pro"] }, rollout, "off"] },
        },
    } })
}
