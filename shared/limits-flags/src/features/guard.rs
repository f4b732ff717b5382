//! For handlers and workers: a pass, or a refusal that a text can be made of.

use std::fmt;

use domain::catalog::Model;
use domain::limit::Limit;
use serde_json::Value;

use super::check::{Check, Reason, Unlock};
use super::entitlements::Entitlements;

/// Leave to go on. Whoever takes one as an argument cannot be called without having asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pass<'c> {
    /// The value of a config feature.
    pub value: Option<&'c Value>,
    /// What is to be counted.
    pub limits: &'c [Limit],
}

/// A refusal, as plain data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Denial {
    /// Why.
    pub reason: Reason,
    /// The feature that was asked for, or that the model is part of.
    pub feature: Option<String>,
    /// The model that was asked for.
    pub model: Option<String>,
    /// The lowest tier on offer that would do.
    pub needs_tier: Option<String>,
    /// The add-ons on offer each of which would do.
    pub needs_addon: Vec<String>,
    /// With [`Reason::DependencyOff`]: from the feature to the one that is off by itself.
    pub path: Vec<String>,
}

impl Entitlements<'_> {
    /// A feature is required.
    pub fn require<'c>(&'c self, feature: &'c str) -> Result<Pass<'c>, Box<Denial>> {
        self.check(feature).pass()
    }

    /// All of these features are required, such as those of a model, a length and a photo. Gives the limits that an order is
    /// to be counted on, or a refusal: of several, one that nothing would lift, so that nobody is sold what does not help.
    pub fn require_all<'c>(
        &'c self,
        features: impl IntoIterator<Item = &'c str>,
    ) -> Result<Vec<&'c Limit>, Box<Denial>> {
        let mut limits = Vec::new();
        let mut denied: Option<Box<Denial>> = None;
        for feature in features {
            match self.require(feature) {
                Ok(pass) => limits.extend(pass.limits),
                Err(denial) if denial.is_for_good() => return Err(denial),
                Err(denial) => denied = denied.or(Some(denial)),
            }
        }
        denied.map_or(Ok(limits), Err)
    }

    /// At least this tier is required.
    pub fn require_tier(&self, tier: &str) -> Result<(), Box<Denial>> {
        let place = self.registry.tiers_by_key.get(tier);
        let place = place.ok_or_else(|| Denial::of(Reason::UnknownTier))?;
        if self.held.tier.is_some_and(|held| held >= *place) {
            return Ok(());
        }
        let denial = Denial {
            needs_tier: Some(tier.to_owned()),
            ..Denial::of(Reason::TierTooLow)
        };
        Err(denial.into())
    }

    /// A model is required, and every feature that it needs.
    pub fn require_model<'c>(&'c self, model: &'c Model) -> Result<Vec<&'c Limit>, Box<Denial>> {
        let limits = if model.enabled {
            self.require_all(model.requires.iter().map(String::as_str))
        } else {
            Err(Denial::of(Reason::ModelOff).into())
        };
        limits.map_err(|mut denial| {
            denial.model = Some(model.id.0.clone());
            denial
        })
    }

    /// The models that may be used, in the order given.
    pub fn enabled_models<'m>(
        &self,
        models: impl IntoIterator<Item = &'m Model>,
    ) -> impl Iterator<Item = &'m Model> {
        let models = models.into_iter();
        models.filter(|model| model.enabled && model.requires.iter().all(|feature| self.has(feature)))
    }

    /// The components that are there: whose feature is granted, and every feature that they need besides.
    pub fn enabled_components(&self) -> impl Iterator<Item = &str> {
        let components = self.registry.components.iter();
        let enabled = components.filter(|(_, row)| {
            let mut named = row.feature.iter().chain(&row.required_features);
            named.all(|feature| self.has(feature))
        });
        enabled.map(|(key, _)| key.as_str())
    }
}

impl<'c> Check<'c> {
    /// Leave to go on, or the refusal.
    pub fn pass(&self) -> Result<Pass<'c>, Box<Denial>> {
        if self.has_access {
            return Ok(Pass {
                value: self.value,
                limits: self.limits,
            });
        }
        let Unlock { tier, addons } = &self.unlocked_by;
        Err(Box::new(Denial {
            reason: self.reason,
            feature: Some(self.feature.to_owned()),
            model: None,
            needs_tier: tier.map(str::to_owned),
            needs_addon: addons.iter().copied().map(str::to_owned).collect(),
            path: self.path.iter().copied().map(str::to_owned).collect(),
        }))
    }
}

impl Denial {
    /// Nothing that is on offer would lift it.
    fn is_for_good(&self) -> bool {
        self.needs_tier.is_none() && self.needs_addon.is_empty()
    }

    fn of(reason: Reason) -> Self {
        Self {
            reason,
            feature: None,
            model: None,
            needs_tier: None,
            needs_addon: Vec::new(),
            path: Vec::new(),
        }
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)?;
        if let Some(feature) = &self.feature {
            write!(f, ", feature {feature}")?;
        }
        if let Some(model) = &self.model {
            write!(f, ", model {model}")?;
        }
        if let Some(tier) = &self.needs_tier {
            write!(f, ", needs tier {tier}")?;
        }
        if !self.path.is_empty() {
            write!(f, ", {}", self.path.join(" -> "))?;
        }
        Ok(())
    }
}
