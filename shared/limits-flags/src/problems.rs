//! What is wrong with a document by itself: rows that say nothing sensible, and rows that do not go together.

mod costs;
mod idle;
mod moderation;
mod promos;
mod recount;
mod routes;
mod sold;

use domain::catalog::Makes;
use std::collections::{BTreeMap, BTreeSet};

use domain::time::Timestamp;
use serde_json::{Map, Value};

use crate::document::{Document, ModelRow, OWN_LIMIT, UNLIMITED_LIMIT};
use crate::features::{self, FEATURE_LIMIT, Registry, RegistryRows};
use crate::flags::Condition;
use crate::nearest::{distance, unknown};
use crate::rows::Rows;
use crate::snapshot::{NEW_JOBS, PROVIDER, Snapshot};

pub use costs::unreferred as unreferred_costs;
pub(crate) use idle::listed as idle_limits;
pub(crate) use recount::recounted;

/// The longest time until an order is settled: counters are kept 35 days after their window, and a release must still
/// find them.
const SETTLE_S_MAX: u32 = 30 * 24 * 3600;
/// The largest gift to a newcomer: whoever comes is given it, and accounts cost nothing. A thousand is a slip of the pen.
const SIGNUP_CREDITS_MAX: u32 = 999;

/// The dearest price of one video. More is a slip of the pen.
const PRICE_CREDITS_MAX: u32 = 9_999;

/// What the names of limits begin with that are not over all models.
const RESERVED: [&str; 3] = [OWN_LIMIT, UNLIMITED_LIMIT, FEATURE_LIMIT];
/// The most limits over all models and of one model together; as many again may come with features.
const LIMITS_MAX: usize = 12;

/// A row that cannot be read, or that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its sort key.
    pub row: String,
    /// What is wrong with it.
    pub why: String,
}

/// Everything that is wrong with a document by itself.
pub fn problems(document: &Document) -> Result<Vec<Problem>, serde_json::Error> {
    let items: Vec<_> = Rows::of(document)?
        .0
        .iter()
        .map(|(sort, body)| Rows::item(sort, body))
        .collect();
    let unreadable = Snapshot::read(&items, Timestamp(0)).problems.to_vec();
    let rules = rules(document).into_iter().map(|why| Problem {
        row: "rules".to_owned(),
        why,
    });
    Ok(unreadable
        .into_iter()
        .chain(rules)
        .chain(limits(document))
        .chain(plans(document))
        .chain(sold::problems(document))
        .chain(features(document))
        .chain(needs(document))
        .chain(flags(document))
        .chain(evaluators(document))
        .chain(prices(document))
        .chain(costs::problems(document))
        .chain(moderation::problems(document))
        .chain(promos::problems(document))
        .chain(routes::problems(document))
        .collect())
}

/// Evaluators that no flag could refer to: a rule is looked at when it is written, not when it is first used.
fn evaluators(document: &Document) -> Vec<Problem> {
    let all: Map<String, Value> = document.evaluators.clone().into_iter().collect();
    let read = |(name, rule): (&String, &Value)| {
        let problem = Condition::read(rule, &all).err()?;
        Some(Problem {
            row: format!("evaluator#{name}"),
            why: format!("{}: {}", problem.path, problem.why),
        })
    };
    let named = document.evaluators.keys().filter(|name| !is_name(name));
    let named = named.map(|name| Problem {
        row: format!("evaluator#{name}"),
        why: format!("an evaluator's name is {NAME}"),
    });
    document.evaluators.iter().filter_map(read).chain(named).collect()
}

/// What a name is that every tool can say: in a path, in a cursor, on a screen.
const NAME: &str = "1 to 128 letters a-z A-Z, digits, . _ -";

fn is_name(name: &str) -> bool {
    let letters = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    (1..=128).contains(&name.len()) && letters
}

/// What is wrong with the rules, given the models.
fn rules(document: &Document) -> Vec<String> {
    let rules = &document.rules;
    let mut found = Vec::new();
    if rules.active_jobs_max == 0 {
        found.push(
            "active_jobs_max: 0 refuses every order; to stop new orders say `new_jobs: { enabled: false }`"
                .to_owned(),
        );
    }
    if rules.wait_max_s == 0 {
        found.push("wait_max_s: 0 gives every order up before it is submitted".to_owned());
    }
    if rules.signup_credits > SIGNUP_CREDITS_MAX {
        found.push(format!(
            "signup_credits: {} is given to everybody who comes; at most {SIGNUP_CREDITS_MAX} can be meant",
            rules.signup_credits
        ));
    }
    let models = document.models.iter();
    let slowest = models.max_by_key(|(_, model)| model.render_max_s);
    let (model, render_max_s) = slowest.map_or(("", 0), |(name, row)| (name.as_str(), row.render_max_s));
    let needed = rules.wait_max_s.saturating_add(render_max_s);
    if rules.settle_max_s < needed {
        found.push(format!(
            "settle_max_s: {} would settle orders while they render; waiting ({} s) and the longest render ({model}, \
             {render_max_s} s) take up to {needed} s",
            rules.settle_max_s, rules.wait_max_s
        ));
    }
    if rules.settle_max_s == 0 || rules.settle_max_s > SETTLE_S_MAX {
        found.push(format!("settle_max_s: must be from 1 to {SETTLE_S_MAX}"));
    }
    found
}

/// Limits with names that others have, and more of them than one order can be counted on.
fn limits(document: &Document) -> impl Iterator<Item = Problem> {
    let reserved = |name: &&String| RESERVED.iter().any(|prefix| name.starts_with(prefix));
    let named = document.limits.keys().filter(reserved).map(|name| Problem {
        row: format!("limit#{name}"),
        why: format!(
            "a limit needs a name that does not begin with {}: that is what models' and features' own limits are called",
            RESERVED.map(|prefix| format!("`{prefix}`")).join(", ")
        ),
    });
    let over_all = document.limits.len();
    let crowded = document.models.iter().filter_map(move |(name, model)| {
        let own = model.limits.len() + usize::from(model.limit.is_some());
        let touched = over_all + own;
        (touched > LIMITS_MAX).then(|| Problem {
            row: format!("model#{name}"),
            why: format!(
                "an order would be counted in {touched} limits, and {LIMITS_MAX} can be reserved together"
            ),
        })
    });
    named.chain(crowded).chain(idle::limits(document))
}

/// Plans over models that there are not.
fn plans(document: &Document) -> impl Iterator<Item = Problem> {
    let of = |name: &str, why: String| Problem {
        row: format!("plan#{name}"),
        why,
    };
    let uncovered = document.plans.iter().flat_map(move |(name, plan)| {
        let models = plan.models.iter().filter(|_| plan.unlimited);
        let models = models.filter(|model| document.models.get(*model).is_some_and(never_covered));
        models.map(move |model| {
            let why = "has neither `unlimited_daily_limit` nor `unlimited_budget_tokens`, so no unlimited plan covers it";
            of(name, format!("models: {model} {why}"))
        })
    });
    let missing = document.plans.iter().flat_map(move |(name, plan)| {
        let missing = plan
            .models
            .iter()
            .filter(|model| !document.models.contains_key(*model));
        missing.map(move |model| Problem {
            row: format!("plan#{name}"),
            why: unknown("model", model, document.models.keys().map(String::as_str)),
        })
    });
    missing.chain(uncovered)
}

/// Whether a model has nothing that would hold an unlimited plan.
fn never_covered(model: &ModelRow) -> bool {
    model.unlimited_daily_limit.is_none() && model.unlimited_budget_tokens.is_none()
}

/// What features, tiers, add-ons and components may not be written as. What cannot be read was told before.
fn features(document: &Document) -> Vec<Problem> {
    let mut rows = RegistryRows::default();
    rows.features.clone_from(&document.features);
    rows.tiers.clone_from(&document.tiers);
    rows.addons.clone_from(&document.addons);
    rows.components.clone_from(&document.components);
    rows.evaluators = document.evaluators.clone().into_iter().collect();
    rows.plans = brought_tiers(document);
    let told = Registry::compile(rows.clone());
    let flags = document.flags.keys().map(String::as_str);
    let mut found = features::problems(rows, flags);
    found.retain(|problem| !told.problems().contains(problem));
    found
}

/// The tier that each plan brings, if it brings one.
fn brought_tiers(document: &Document) -> BTreeMap<String, String> {
    let plans = document.plans.iter();
    let tiers = plans.filter_map(|(plan, row)| Some((plan.clone(), row.tier.clone()?)));
    tiers.collect()
}

/// Features that orders need and that there are not.
fn needs(document: &Document) -> impl Iterator<Item = Problem> {
    let rules = &document.rules;
    let rules = rules.requires.iter().chain(&rules.requires_for_photo);
    let rules = rules.map(|feature| ("rules".to_owned(), feature));
    let models = document.models.iter().flat_map(|(name, model)| {
        let high = model.prices.iter().filter_map(|price| price.high.as_ref());
        let high = high.flat_map(|high| &high.requires);
        let lengths = model.prices.iter().flat_map(|price| &price.requires).chain(high);
        let all = model.requires.iter().chain(lengths);
        all.map(move |feature| (format!("model#{name}"), feature))
    });
    let missing = rules
        .chain(models)
        .filter(|(_, feature)| !document.features.contains_key(*feature));
    missing.map(|(row, feature)| Problem {
        row,
        why: format!(
            "requires: {}",
            unknown("feature", feature, document.features.keys().map(String::as_str))
        ),
    })
}

/// Switches that are missed, switches with a slip of the pen in their name or in them, and providers' switches that are
/// not the same for everybody. A missing switch is off.
fn flags(document: &Document) -> Vec<Problem> {
    let on_sale = document.models.values().filter(|model| model.enabled);
    let on_sale: BTreeSet<String> = on_sale.flat_map(switches).collect();
    let known: BTreeSet<String> = document
        .models
        .values()
        .flat_map(switches)
        .chain([NEW_JOBS.to_owned()])
        .collect();
    let needed = on_sale.into_iter().chain([NEW_JOBS.to_owned()]);
    let missing = needed
        .filter(|name| !document.flags.contains_key(name))
        .map(|name| {
            let why = "there is no such flag, and a flag that is missing is off; nothing that it switches could be ordered"
                .to_owned();
            flag(&name, why)
        });
    let slips = document.flags.keys().filter(|name| !known.contains(*name));
    let slips = slips.filter_map(|name| {
        let near = known.iter().find(|known| distance(known, name) <= SLIP)?;
        Some(flag(
            name,
            format!("is `{near}` meant? A name so near to that of a switch is refused"),
        ))
    });
    let each = document.flags.iter().filter_map(|(name, row)| {
        if !is_name(name) {
            return Some(flag(name, format!("a flag's name is {NAME}")));
        }
        if known.contains(name) && row.has_other_than_switches() {
            let why = "this flag switches orders: each of its variants is true or false".to_owned();
            return Some(flag(name, why));
        }
        if row.0.contains_key("enabled") && row.enabled().is_none() {
            return Some(flag(name, "enabled: must be true or false".to_owned()));
        }
        if let Some(field) = row.unknown_field() {
            return Some(flag(name, format!("unknown field `{field}` of a plain switch")));
        }
        let rule = row.0.get("targeting").is_some_and(|rule| !rule.is_null());
        (rule && name.starts_with(PROVIDER)).then(|| {
            flag(
                name,
                "a provider's switch is the same for everybody: no `targeting`".to_owned(),
            )
        })
    });
    missing.chain(slips).chain(each).collect()
}

/// How many letters a name may differ from that of a switch and be taken for a slip of the pen.
const SLIP: usize = 2;

/// The flags that switch a model's providers.
fn switches(model: &ModelRow) -> impl Iterator<Item = String> {
    model.providers().map(|provider| format!("{PROVIDER}{provider}"))
}

fn flag(name: &str, why: String) -> Problem {
    Problem {
        row: format!("flag#{name}"),
        why,
    }
}

/// Lengths that cost nothing, and lengths that stand twice.
fn prices(document: &Document) -> impl Iterator<Item = Problem> {
    document.models.iter().flat_map(|(name, model)| {
        let mut seen = BTreeSet::new();
        let found = model.prices.iter().filter_map(move |price| {
            if !seen.insert(price.seconds) {
                return Some(format!("prices: {} seconds stand twice", price.seconds));
            }
            let high = price.high.as_ref().map(|high| high.credits);
            let dearest = price.credits.max(high.unwrap_or(0));
            if dearest > PRICE_CREDITS_MAX {
                return Some(format!(
                    "prices: {dearest} credits for {} seconds; at most {PRICE_CREDITS_MAX} can be meant",
                    price.seconds
                ));
            }
            if high.is_some_and(|high| high < price.credits) {
                return Some(format!(
                    "prices: high: {} seconds cost less in the higher quality",
                    price.seconds
                ));
            }
            // Words cost us next to nothing, as long as there is an end to them.
            let words = model
                .makes
                .as_deref()
                .and_then(Makes::parse)
                .is_some_and(Makes::is_words);
            let bounded = model.limit.is_some() || !model.limits.is_empty();
            (price.credits == 0 && !(words && bounded)).then(|| {
                let seconds = price.seconds;
                format!(
                    "prices: {seconds} seconds for 0 credits: everybody's renders would be paid for by you"
                )
            })
        });
        found.map(move |why| Problem {
            row: format!("model#{name}"),
            why,
        })
    })
}

#[cfg(test)]
mod tests;
