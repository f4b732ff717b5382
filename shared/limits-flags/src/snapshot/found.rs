//! What is gathered from the rows before it is put in order.

use std::collections::BTreeMap;

use domain::catalog::{Model, Pack, Plan, Rules, Selling};
use domain::cost::{Costs, ModelCost};
use domain::id::ModelId;
use domain::limit::Limit;
use domain::moderation::Moderation;
use domain::money::Credits;
use domain::rewards::Rewards;
use domain::time::{Millis, Timestamp};
use domain::window::Schedule;
use serde_json::{Map, Value, json};

use super::{PROVIDER, Requires};
use crate::document::{
    CostsRow, FlagRow, LimitRow, ModelCostRow, ModelRow, ModerationRow, PackRow, PlanRow, PromoRow,
    RewardsRow, RulesRow, SellingRow,
};
use crate::features::{Registry, RegistryRows};
use crate::flags::{Context, FlagSet};
use crate::problems::Problem;
use crate::rows;

/// Rows, each read by itself.
#[derive(Default)]
pub(super) struct Found {
    rules: Option<RulesRow>,
    limits: Vec<Limit>,
    /// A row of a limit, or of what is refused, could not be read: what it held back is not known.
    lost_limit: bool,
    models: Vec<(String, ModelRow)>,
    plans: Vec<Plan>,
    packs: Vec<Pack>,
    selling: Selling,
    costs: Costs,
    moderation: Moderation,
    rewards: Rewards,
    model_costs: BTreeMap<ModelId, ModelCost>,
    flags: Map<String, Value>,
    evaluators: Map<String, Value>,
    flag_metadata: Value,
    registry: RegistryRows,
    problems: Vec<Problem>,
}

/// Everything in order.
pub(super) struct Read {
    pub(super) rules: Rules,
    pub(super) models: Vec<Model>,
    pub(super) plans: Vec<Plan>,
    pub(super) packs: Vec<Pack>,
    pub(super) selling: Selling,
    pub(super) costs: Costs,
    pub(super) moderation: Moderation,
    pub(super) rewards: Rewards,
    pub(super) flags: FlagSet,
    pub(super) registry: Registry,
    pub(super) requires: Requires,
    pub(super) problems: Vec<Problem>,
}

impl Found {
    pub(super) fn nothing() -> Self {
        Self::default()
    }

    /// Whether there was a row of rules that could be read.
    pub(super) fn has_rules(&self) -> bool {
        self.rules.is_some()
    }

    /// Whether there was a limit that could not be read.
    pub(super) fn has_lost_limit(&self) -> bool {
        self.lost_limit
    }

    /// Takes a row in, or notes why it cannot.
    pub(super) fn take(&mut self, sort: &str, body: &str) {
        if let Err(why) = self.read(sort, body) {
            let row = sort.to_owned();
            self.problems.push(Problem { row, why });
        }
    }

    fn read(&mut self, sort: &str, body: &str) -> Result<(), String> {
        if self.registry.take(sort, body) {
            return Ok(());
        }
        let (kind, name) = sort.split_once('#').unwrap_or((sort, ""));
        match kind {
            "rules" => self.rules = Some(parse(body)?),
            rows::FLAG_METADATA => self.flag_metadata = parse(body)?,
            "flag" => {
                // What is no flag at all is broken by name, and not merely missing.
                let definition = parse::<FlagRow>(body).map_or(Value::Null, |row| row.definition());
                self.flags.insert(name.to_owned(), definition);
            }
            "evaluator" => {
                self.evaluators.insert(name.to_owned(), parse(body)?);
            }
            "limit" => {
                let read = |row: LimitRow| row.read(name).map_err(|error| error.to_string());
                let limit = parse::<LimitRow>(body).and_then(read);
                self.lost_limit |= limit.is_err();
                self.limits.push(limit?);
            }
            "model" => self.models.push((name.to_owned(), parse(body)?)),
            "plan" => {
                let plan = parse::<PlanRow>(body)?.read(name);
                self.plans.push(plan.map_err(|error| error.to_string())?);
            }
            "pack" => {
                let pack = parse::<PackRow>(body)?.read(name);
                self.packs.push(pack.map_err(|error| error.to_string())?);
            }
            rows::SELLING => {
                let selling = parse::<SellingRow>(body)?.read();
                self.selling = selling.map_err(|error| error.to_string())?;
            }
            "model_cost" => {
                let cost = parse::<ModelCostRow>(body)?.read();
                let cost = cost.map_err(|error| error.to_string())?;
                self.model_costs.insert(ModelId(name.to_owned()), cost);
            }
            rows::COSTS => {
                let costs = parse::<CostsRow>(body)?.read();
                self.costs = costs.map_err(|error| error.to_string())?;
            }
            rows::MODERATION => {
                let read = |row: ModerationRow| row.read().map_err(|error| error.to_string());
                let moderation = parse::<ModerationRow>(body).and_then(read);
                self.lost_limit |= moderation.is_err();
                self.moderation = moderation?;
            }
            "promo" => {
                let promo = parse::<PromoRow>(body)?.read(name);
                let (code, promo) = promo.map_err(|error| error.to_string())?;
                self.rewards.promos.insert(code, promo);
            }
            rows::REWARDS => {
                let rewards = parse::<RewardsRow>(body)?.read();
                let (referral, daily) = rewards.map_err(|error| error.to_string())?;
                self.rewards.referral = referral;
                self.rewards.daily = daily;
            }
            _ => return Err("no such kind of row".to_owned()),
        }
        Ok(())
    }

    /// Everything as it is asked for.
    pub(super) fn in_order(mut self, now: Timestamp) -> Read {
        let flags = self.flag_set();
        let costs = Costs {
            models: std::mem::take(&mut self.model_costs),
            ..std::mem::take(&mut self.costs)
        };
        let mut models = self.read_models(&flags);
        for model in &mut models {
            price(model, &costs, now);
        }
        let registry = Registry::compile(std::mem::take(&mut self.registry));
        self.problems.extend(registry.problems().iter().cloned());
        let requires = self.rules.as_ref().map(|rules| Requires {
            every: rules.requires.clone(),
            photo: rules.requires_for_photo.clone(),
        });
        self.plans.sort_by(|a, b| a.key.cmp(&b.key));
        self.packs.sort_by(|a, b| a.key.cmp(&b.key));
        Read {
            rules: self.rules(),
            models,
            plans: self.plans,
            packs: self.packs,
            selling: self.selling,
            costs,
            moderation: self.moderation,
            rewards: self.rewards,
            flags,
            registry,
            requires: requires.unwrap_or_default(),
            problems: self.problems,
        }
    }

    /// The flags, compiled. What is wrong with one is a problem of its row, and takes only that one out.
    fn flag_set(&mut self) -> FlagSet {
        let document = json!({
            "flags": std::mem::take(&mut self.flags),
            "$evaluators": std::mem::take(&mut self.evaluators),
            "metadata": match self.flag_metadata.take() {
                Value::Null => json!({}),
                metadata => metadata,
            },
        });
        let set = FlagSet::read(&document).unwrap_or_else(|error| {
            self.problems.push(Problem {
                row: rows::FLAG_METADATA.to_owned(),
                why: error.to_string(),
            });
            FlagSet::empty()
        });
        for problem in set.problems() {
            self.problems.push(Problem {
                row: flag_of(&set, &problem.path),
                why: format!("{}: {}", problem.path, problem.why),
            });
        }
        set
    }

    /// The models in the order in which they are offered. One is on sale only while somebody who renders it is switched on.
    fn read_models(&mut self, flags: &FlagSet) -> Vec<Model> {
        let day = self.rules.as_ref().map(RulesRow::unlimited_day);
        let day = match day {
            Some(Ok(day)) => day,
            Some(Err(error)) => {
                self.problem("rules", error.to_string());
                Schedule::moscow_day()
            }
            None => Schedule::moscow_day(),
        };
        // A provider's switch is the same for everybody and at every time.
        let nobody = Context::new(Timestamp(0));
        let mut models = Vec::new();
        for (name, row) in std::mem::take(&mut self.models) {
            match row.read(&name, &day) {
                Ok(mut model) => {
                    let is_on = |provider: &str| {
                        let switch = format!("{PROVIDER}{provider}");
                        flags.boolean(&switch, false, &nobody).value
                    };
                    let is_switched_on = model.providers().any(is_on);
                    model.enabled &= is_switched_on;
                    models.push((row.order, model));
                }
                Err(error) => self.problem(&format!("model#{name}"), error.to_string()),
            }
        }
        models.sort_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
        models.into_iter().map(|(_, model)| model).collect()
    }

    /// The rules; where nothing is said, nothing is sold.
    fn rules(&mut self) -> Rules {
        self.limits.sort_by(|a, b| a.id.cmp(&b.id));
        let limits = std::mem::take(&mut self.limits);
        match &self.rules {
            Some(row) => Rules {
                signup_credits: Credits(row.signup_credits),
                active_jobs_max: row.active_jobs_max,
                limits,
                wait_max: Millis::from_secs(i64::from(row.wait_max_s)),
                settle_max: Millis::from_secs(i64::from(row.settle_max_s)),
            },
            None => Rules {
                signup_credits: Credits::ZERO,
                active_jobs_max: 0,
                limits,
                wait_max: Millis::from_mins(30),
                settle_max: Millis::from_mins(90),
            },
        }
    }

    fn problem(&mut self, row: &str, why: String) {
        let row = row.to_owned();
        self.problems.push(Problem { row, why });
    }
}

/// The limits on what is spent go by what is asked for the model's operations, too. A rate that begins later they see with
/// the next change of the settings, or in the next Lambda.
fn price(model: &mut Model, costs: &Costs, now: Timestamp) {
    for price in &mut model.prices {
        let expected = costs.expected(&model.id, price, now);
        price.micro_usd = expected.map_or(0, |sum| sum.0);
        let elsewhere = model.others.iter();
        let elsewhere = elsewhere.filter_map(|route| costs.expected_by(route, price, now));
        price.micro_usd_elsewhere = elsewhere.map(|sum| sum.0).max().unwrap_or(0);
    }
}

/// The row that a path leads into; a flag's name may hold dots itself.
fn flag_of(set: &FlagSet, path: &str) -> String {
    let path = path.strip_prefix("flags.").unwrap_or_default();
    let leads = |key: &&str| {
        let rest = path.strip_prefix(key);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let key = set.keys().filter(leads).max_by_key(|key| key.len());
    key.map_or_else(|| rows::FLAG_METADATA.to_owned(), |key| format!("flag#{key}"))
}

fn parse<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, String> {
    serde_json::from_str(body).map_err(|error| error.to_string())
}
