//! The settings as they stood at one version.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::catalog::{Makes, Model, Pack, Plan, Price, Rules, Selling, Ware, WareId};
use domain::cost::Costs;
use domain::id::ModelId;
use domain::limit::{Limit, Mode};
use domain::moderation::Moderation;
use domain::payment::term::Shelf;
use domain::rewards::Rewards;
use domain::standing::Standing;
use domain::time::Timestamp;
use domain::video::Quality;
use table::{Item, Row};

use crate::document::UNLIMITED_LIMIT;
use crate::features::Registry;
use crate::flags::{Context, ErrorCode, FlagSet};
use crate::problems::Problem;
use crate::rows;

mod found;
mod shared;

use found::Found;
pub use shared::SharedLimit;

/// After how many milliseconds without a successful look a snapshot admits no new order any more: half an hour of
/// `DynamoDB` failing for settings, while it serves accounts, is an outage that wants a person.
pub const USELESS_AFTER_MS: i64 = 30 * 60_000;
/// After how many milliseconds a snapshot that is known to be outdated admits no new order any more, because what has
/// changed may be the switch that stops them.
pub const OUTDATED_AFTER_MS: i64 = 30_000;

/// The flag that stops new orders when it is off.
pub const NEW_JOBS: &str = "new_jobs";
/// The flag that turns the limits of unlimited plans into watched ones when it is off (seed 000). Without it they hold.
pub const UNLIMITED_LIMITS: &str = "unlimited_limits_enabled";

/// The flag that lets customers fetch a bonus each day. Without it nobody can.
pub const DAILY_BONUS: &str = "daily_bonus";

/// What the name of a flag begins with that switches a provider.
pub(crate) const PROVIDER: &str = "provider-";

/// The settings as they stood at one version. A copy of it is cheap.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The version; 0 if there is no version item yet.
    pub version: u64,
    /// When it was loaded, or last known to be still true.
    pub loaded_at: Timestamp,
    /// Where it is known that there is another version, which could not be loaded: since when there may be.
    pub outdated_since: Option<Timestamp>,
    /// The rows are those of the version, not some of them of another.
    pub whole: bool,
    /// What holds for every order.
    pub rules: Arc<Rules>,
    /// There was a row of rules. Without it nothing is sold, and nobody is given a newcomer's gift of nothing.
    pub has_rules: bool,
    /// A limit's row, or that of what is refused, could not be read. What it held back is not known, so no order is taken
    /// until it can be.
    pub lost_limit: bool,
    /// The models in the order in which they are offered.
    pub models: Arc<[Model]>,
    /// The plans.
    pub plans: Arc<[Plan]>,
    /// The packs of credits.
    pub packs: Arc<[Pack]>,
    /// How packs and plans are sold. A row that cannot be read sells nothing.
    pub selling: Arc<Selling>,
    /// What AI operations cost us, and what the log of them keeps.
    pub costs: Arc<Costs>,
    /// What is refused before anybody pays.
    pub moderation: Arc<Moderation>,
    /// What is given away. A row that cannot be read gives nothing.
    pub rewards: Arc<Rewards>,
    /// The flags.
    pub flags: Arc<FlagSet>,
    /// Features, tiers and add-ons.
    pub registry: Arc<Registry>,
    /// Features that an order needs, whatever the model: every one, and one with a photo.
    pub requires: Arc<Requires>,
    /// Rows that could not be read, and were left out.
    pub problems: Arc<[Problem]>,
}

/// Features that orders need, whatever the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requires {
    /// Every order.
    pub every: Vec<String>,
    /// An order with a photo, beside.
    pub photo: Vec<String>,
}

impl Snapshot {
    /// What the rows say. Rows that say nothing sensible are left out.
    pub fn read(items: &[Item], loaded_at: Timestamp) -> Self {
        let mut found = Found::nothing();
        let (mut version, mut digest, mut bodies) = (0, None, Vec::new());
        for item in items {
            let row = Row(item);
            let sort = row.s_opt("sk").unwrap_or_default();
            if rows::is_version(sort) {
                version = row.n(rows::VERSION_ATTRIBUTE).unwrap_or(0);
                digest = row.s_opt(rows::DIGEST_ATTRIBUTE);
                continue;
            }
            let body = row.s_opt("body").unwrap_or_default();
            bodies.push((sort, body));
            found.take(sort, body);
        }
        bodies.sort_unstable();
        let whole = digest.is_none_or(|digest| digest == rows::digest(bodies));
        let (has_rules, lost_limit) = (found.has_rules(), found.has_lost_limit());
        let read = found.in_order(loaded_at);
        Self {
            version,
            loaded_at,
            outdated_since: None,
            whole,
            rules: Arc::new(read.rules),
            has_rules,
            lost_limit,
            models: read.models.into(),
            plans: read.plans.into(),
            packs: read.packs.into(),
            selling: Arc::new(read.selling),
            costs: Arc::new(read.costs),
            moderation: Arc::new(read.moderation),
            rewards: Arc::new(read.rewards),
            flags: Arc::new(read.flags),
            registry: Arc::new(read.registry),
            requires: Arc::new(read.requires),
            problems: read.problems.into(),
        }
    }

    /// Whether new orders are taken of whoever asks, on the word of these settings.
    pub fn takes_orders(&self, context: &Context<'_>) -> bool {
        let now = context.now();
        let useless = now.since(self.loaded_at).0 > USELESS_AFTER_MS;
        let outdated = self
            .outdated_since
            .is_some_and(|since| now.since(since).0 > OUTDATED_AFTER_MS);
        self.has_rules && !self.lost_limit && !useless && !outdated && self.switch(NEW_JOBS, false, context)
    }

    /// Whether a flag is on for whoever asks. Where there is none, or it cannot be read, the answer is `otherwise`: what
    /// the caller holds for safe. A broken flag is logged when the settings are loaded, not each time it is asked.
    pub fn switch(&self, key: &str, otherwise: bool, context: &Context<'_>) -> bool {
        let resolution = self.flags.boolean(key, otherwise, context);
        if resolution
            .fault
            .is_some_and(|fault| fault.code != ErrorCode::FlagNotFound)
        {
            meter::gating_failed(meter::Gating::Unevaluated);
        }
        resolution.value
    }

    /// Whether orders may go to a provider, going by its switch.
    pub fn is_switched_on(&self, provider: &str) -> bool {
        // A provider's switch is the same for everybody and at every time.
        let nobody = Context::new(Timestamp(0));
        self.switch(&format!("{PROVIDER}{provider}"), false, &nobody)
    }

    /// Takes the models of other providers out of the offer: nobody could render them.
    pub(crate) fn offer_only_of(&mut self, providers: &BTreeSet<String>) {
        let renders = |provider: &str| providers.contains(provider) && self.is_switched_on(provider);
        let in_vain = |model: &Model| model.enabled && !model.providers().any(renders);
        if !self.models.iter().any(in_vain) {
            return;
        }
        let withdrawn = |model: &Model| {
            let mut model = model.clone();
            if in_vain(&model) {
                no_key(&model);
                model.enabled = false;
            }
            model
        };
        self.models = self.models.iter().map(withdrawn).collect();
    }

    /// Switches that are asked for and are not there, with what each is taken for then.
    pub fn missing_switches(&self) -> BTreeMap<String, bool> {
        let providers = self.models.iter().flat_map(Model::providers);
        let providers = providers.map(|provider| (format!("{PROVIDER}{provider}"), false));
        let unlimited = self.models.iter().any(|model| model.unlimited.is_some());
        let unlimited = unlimited.then(|| (UNLIMITED_LIMITS.to_owned(), true));
        let asked = providers.chain(unlimited).chain([(NEW_JOBS.to_owned(), false)]);
        asked
            .filter(|(key, _)| !self.flags.keys().any(|known| known == key))
            .collect()
    }

    /// A limit as it holds for whoever asks: those of unlimited plans are only watched where their switch is off. A switch
    /// that is missing or broken leaves them as they are.
    pub fn in_force(&self, limit: &Limit, context: &Context<'_>) -> Limit {
        let mut limit = limit.clone();
        if limit.id.starts_with(UNLIMITED_LIMIT) && !self.switch(UNLIMITED_LIMITS, true, context) {
            limit.mode = Mode::Monitor;
        }
        limit
    }

    /// The plan that a customer is on now, if it still exists.
    pub fn plan(&self, standing: &Standing, now: Timestamp) -> Option<&Plan> {
        let key = standing.plan_at(now)?;
        self.plans.iter().find(|plan| plan.key == key)
    }

    /// What is on sale, in the order in which it is offered: packs, then plans, each with a price on a rail that is offered.
    pub fn wares(&self) -> Vec<Ware> {
        self.selling.wares(&self.packs, &self.plans)
    }

    /// What plans and credits cost, for what payments make of a plan.
    pub fn shelf(&self) -> Shelf<'_> {
        Shelf {
            plans: &self.plans,
            packs: &self.packs,
        }
    }

    /// Something on sale; `None` if it is not, or not any more.
    pub fn ware(&self, id: &WareId) -> Option<Ware> {
        match id {
            WareId::Pack(key) => {
                let pack = self.packs.iter().find(|pack| pack.key == *key)?;
                self.selling.pack(pack)
            }
            WareId::Plan(key) => {
                let plan = self.plans.iter().find(|plan| plan.key == *key)?;
                self.selling.plan(plan)
            }
        }
    }

    /// A model by its name.
    pub fn model(&self, id: &ModelId) -> Option<&Model> {
        self.models.iter().find(|model| model.id == *id)
    }

    /// Whether a model was taken off sale: it is switched off, or its row is gone. A row that is there and cannot be read
    /// says nothing of the kind, and what was ordered of it goes on.
    pub fn is_withdrawn(&self, id: &ModelId) -> bool {
        let unreadable = || {
            let name = |problem: &Problem| problem.row.strip_prefix("model#") == Some(id.0.as_str());
            self.problems.iter().any(name)
        };
        self.model(id)
            .map_or_else(|| !unreadable(), |model| !model.enabled)
    }

    /// The features that an order needs, each once: of every video, of one with a photo, of the model, of the length and its quality.
    pub fn required<'s>(
        &'s self,
        model: Option<&'s Model>,
        (duration_s, quality): (u32, Quality),
        with_photo: bool,
    ) -> BTreeSet<&'s str> {
        let is_video = model.is_none_or(|model| model.makes == Makes::Video);
        let every = self.requires.every.iter().filter(|_| is_video);
        let photo = self.requires.photo.iter().filter(|_| is_video && with_photo);
        let length = model.and_then(|model| model.price_row(duration_s, quality));
        let length = length.into_iter().flat_map(|price| &price.requires);
        let model = model.into_iter().flat_map(|model| &model.requires);
        let all = every.chain(photo).chain(model).chain(length);
        all.map(String::as_str).collect()
    }

    /// Every feature that some order needs.
    pub fn required_somewhere(&self) -> BTreeSet<&str> {
        let lengths = self.models.iter().flat_map(|model| &model.prices);
        let both = |price| {
            Quality::ALL
                .into_iter()
                .filter_map(move |quality| Price::of(price, quality))
        };
        let lengths = lengths.flat_map(both).flat_map(|price| &price.requires);
        let models = self.models.iter().flat_map(|model| &model.requires);
        let all = self.requires.every.iter().chain(&self.requires.photo);
        all.chain(models).chain(lengths).map(String::as_str).collect()
    }

    /// The models that take such an order, in the order in which they are offered.
    pub fn offered(&self, makes: Makes, with_photo: bool) -> impl Iterator<Item = &Model> {
        let fits = move |model: &&Model| model.makes == makes && model.takes(with_photo);
        self.models.iter().filter(fits)
    }
}

/// Words are a help that nobody must offer; whatever else is on sale is there to be sold.
fn no_key(model: &Model) {
    let (model, provider, words) = (&model.id.0, &model.provider, model.makes.is_words());
    if words {
        tracing::info!(
            name: "words_without_key",
            model,
            provider,
            "there is no key for its provider; it is not offered"
        );
    } else {
        tracing::error!(
            name: "provider_without_key",
            model,
            provider,
            "there is no key for its provider; it is not offered"
        );
    }
}

#[cfg(test)]
mod tests;
