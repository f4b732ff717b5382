//! Features, tiers, add-ons: what a customer may do, and how much of it.
//!
//! A [`Registry`] is compiled once from the settings' rows. [`Registry::entitlements`] puts one customer's
//! [`Standing`](domain::standing::Standing) beside it, and [`Entitlements::check`] answers about a feature, always by the
//! same path, which [`Entitlements::explain`] shows step by step:
//!
//! 1. **The cascade.** The feature's default, the tier (with what it inherits), the add-ons, the override: the last that
//!    says something wins, and of its three parts (`enabled`, `value`, `limits`) each by itself. A tier's `limits` may stand
//!    in the tier's row or in the feature's; of the same tier, the tier's row wins. Of several add-ons, one that gives is
//!    enough; of several values, that of the first key holds. An add-on's `limits` only raise those of a tier that gives the
//!    feature, each by itself (a lower one changes nothing); an override's replace them, whichever way. Whoever was given
//!    no tier, or one that has run out or is not known any more, has the tier of the lowest rank.
//! 2. **The gates**, in the order of [`Reason`]: the feature is active; the tier is not below `minimum_tier` (unless an
//!    add-on or an override gives it: those were given to this customer knowing the tier); `when` holds, for everybody.
//! 3. **What it needs.** If anything that it depends on, directly or through others, is off, it is off.
//!
//! What has an end holds up to it and not at it. What cannot be read is off, and never takes anything else with it.
//!
//! Sources: seed 001 (registry, minimum tier, limits by tier, planned targeting) and seed 003 (cascade, components).

mod check;
mod compile;
mod entitlements;
mod explain;
mod graph;
mod guard;
mod raise;
mod registry;
mod rows;
mod said;
mod strict;
mod usage;
mod view;
mod when;

#[cfg(test)]
mod tests;

pub use check::{Check, Reason, Source, Unlock};
pub use entitlements::{Entitlements, Facts};
pub use explain::{Explanation, Gate, Layer, LayerState, Needed};
pub use guard::{Denial, Pass};
pub use registry::{Registry, RegistryRows};
pub use rows::{AddonRow, ComponentRow, FeatureKind, FeatureRow, Given, Texts, TierRow};
pub use said::FEATURE_LIMIT;
pub use strict::problems;
pub use usage::LimitUse;
pub use when::ATTRIBUTES;
