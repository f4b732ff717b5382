//! Limits that some order would pass by uncounted: of a provider that there is not, or of something that a price on sale does
//! not state. Whoever writes such a limit thinks that it holds, so it is refused.

use std::borrow::Cow;
use std::collections::BTreeSet;

use domain::catalog::Makes;
use domain::cost::Took;
use domain::time::Timestamp;

use super::Problem;
use crate::document::{Document, LimitRow, MeasureName, ModelRow, PriceRow};
use crate::features::Given;
use crate::nearest::unknown;

/// An order that can be made: the model by its name, and the price.
#[derive(Clone)]
struct Order<'d> {
    name: &'d str,
    model: &'d ModelRow,
    price: Cow<'d, PriceRow>,
    /// What it is expected to cost us, at its dearest; 0 if at some time nobody would know.
    micro_usd: u64,
}

/// What is wrong with limits over all models, of single models, and of features wherever they are said.
pub(super) fn limits(document: &Document) -> impl Iterator<Item = Problem> {
    over_all(document)
        .chain(of_models(document))
        .chain(of_features(document))
        .chain(of_tiers(document))
        .chain(of_addons(document))
}

fn over_all(document: &Document) -> impl Iterator<Item = Problem> {
    document.limits.iter().filter_map(|(name, limit)| {
        let why = why(document, limit, orders(document))?;
        let row = format!("limit#{name}");
        Some(Problem { row, why })
    })
}

/// A model's own limits count the model's own orders.
fn of_models(document: &Document) -> impl Iterator<Item = Problem> {
    document.models.iter().flat_map(move |(name, model)| {
        let one = model.limit.iter().map(|limit| ("limit".to_owned(), limit));
        let more = model.limits.iter();
        let more = more.map(|(limit, row)| (format!("limits.{limit}"), row));
        one.chain(more).filter_map(move |(path, limit)| {
            let own = orders(document).filter(|order| order.name == name.as_str());
            let why = format!("{path}: {}", why(document, limit, own)?);
            let row = format!("model#{name}");
            Some(Problem { row, why })
        })
    })
}

fn of_features(document: &Document) -> impl Iterator<Item = Problem> {
    document.features.iter().flat_map(move |(feature, row)| {
        let default = row.default.limits.iter();
        let default = default.map(|limits| ("default.limits".to_owned(), limits));
        let by_tier = row.limits.iter();
        let by_tier = by_tier.map(|(tier, limits)| (format!("limits.{tier}"), limits));
        let whys = default
            .chain(by_tier)
            .filter_map(move |(path, limits)| listed(document, feature, &path, limits));
        whys.map(move |why| Problem {
            row: format!("feature#{feature}"),
            why,
        })
    })
}

fn of_tiers(document: &Document) -> impl Iterator<Item = Problem> {
    let tiers = document.tiers.iter();
    tiers.flat_map(move |(tier, row)| {
        let whys = row.features.iter().filter_map(|said| given(document, said));
        whys.map(move |why| Problem {
            row: format!("tier#{tier}"),
            why,
        })
    })
}

fn of_addons(document: &Document) -> impl Iterator<Item = Problem> {
    let addons = document.addons.iter();
    addons.flat_map(move |(addon, row)| {
        let whys = row.features.iter().filter_map(|said| given(document, said));
        whys.map(move |why| Problem {
            row: format!("addon#{addon}"),
            why,
        })
    })
}

fn given(document: &Document, (feature, given): (&String, &Given)) -> Option<String> {
    let limits = given.limits.as_deref()?;
    listed(document, feature, &format!("features.{feature}.limits"), limits)
}

/// What is wrong with the limits that are said of a feature: the first of it, with its place.
pub(crate) fn listed(document: &Document, feature: &str, path: &str, limits: &[LimitRow]) -> Option<String> {
    limits.iter().enumerate().find_map(|(place, limit)| {
        let needing = orders(document).filter(|order| needs(document, order, feature));
        Some(format!("{path}.{place}: {}", why(document, limit, needing)?))
    })
}

/// Whether some such order needs the feature, and so counts on its limits.
fn needs(document: &Document, order: &Order<'_>, feature: &str) -> bool {
    let rules = &document.rules;
    let photo = rules.requires_for_photo.iter().filter(|_| order.model.image);
    let own = order.model.requires.iter().chain(&order.price.requires);
    let mut all = rules.requires.iter().chain(photo).chain(own);
    all.any(|needed| needed == feature)
}

/// Every order that can be made of a model on sale.
fn orders(document: &Document) -> impl Iterator<Item = Order<'_>> {
    let on_sale = document.models.iter().filter(|(_, model)| model.enabled);
    on_sale.flat_map(move |(name, model)| {
        let prices = model.prices.iter();
        let standard = prices.clone().map(move |price| Order {
            name,
            model,
            price: Cow::Borrowed(price),
            micro_usd: spent(document, name, model, price),
        });
        // What the higher quality costs stands at its price alone.
        let high = prices.filter_map(PriceRow::in_high).map(move |price| Order {
            name,
            model,
            micro_usd: price.micro_usd,
            price: Cow::Owned(price),
        });
        standard.chain(high)
    })
}

/// What an order costs us, at the dearest rate that there is or will be, by whichever route; 0 if there is none at first,
/// and nothing at the price itself.
fn spent(document: &Document, name: &str, model: &ModelRow, price: &PriceRow) -> u64 {
    let rates_of = |name: &str| {
        let cost = document.model_costs.get(name).and_then(|row| row.read().ok());
        let mut rates = cost.map(|cost| cost.rates).unwrap_or_default();
        rates.retain(|rate| rate.tells(price.seconds));
        rates
    };
    let rates = rates_of(name);
    let known = price.micro_usd > 0 || rates.iter().any(|rate| rate.from == Timestamp(0));
    let took = Took::seconds(price.seconds);
    let by_rate: Vec<u64> = rates.iter().map(|rate| rate.cost(&took).0).collect();
    // A rate of nothing would switch the limit off from its day on.
    if !known || by_rate.contains(&0) {
        return 0;
    }
    let elsewhere = model.routes.iter().filter_map(|route| route.cost.as_deref());
    let elsewhere = elsewhere.flat_map(rates_of).map(|rate| rate.cost(&took).0);
    let all = by_rate.into_iter().chain([price.micro_usd]).chain(elsewhere);
    all.max().unwrap_or(0)
}

fn why<'d>(document: &Document, limit: &LimitRow, orders: impl Iterator<Item = Order<'d>>) -> Option<String> {
    let of = limit.provider.as_ref();
    let orders = orders.filter(|order| of.is_none_or(|of| *of == order.model.provider));
    let orders: Vec<Order<'_>> = orders.collect();
    unknown_provider(document, limit)
        .or_else(|| uncounted(limit, &orders))
        .or_else(|| too_many_shards(limit, &orders))
}

fn unknown_provider(document: &Document, limit: &LimitRow) -> Option<String> {
    let provider = limit.provider.as_ref()?;
    let models = document.models.values();
    let known: BTreeSet<&str> = models.map(|model| model.provider.as_str()).collect();
    let why = || {
        format!(
            "provider: {}",
            unknown("provider of a model", provider, known.iter().copied())
        )
    };
    (!known.contains(provider.as_str())).then(why)
}

fn uncounted(limit: &LimitRow, orders: &[Order<'_>]) -> Option<String> {
    let what = match limit.measure {
        MeasureName::Requests | MeasureName::Concurrent => return None,
        MeasureName::Tokens => "`tokens`",
        MeasureName::MicroUsd => "`micro_usd`, nor has the model a row of `model_costs` from ever",
    };
    // Of limits over all, words know only those on what is spent.
    let words = |order: &&Order<'_>| {
        order
            .model
            .makes
            .as_deref()
            .and_then(Makes::parse)
            .is_some_and(Makes::is_words)
    };
    let mut orders = orders
        .iter()
        .filter(|order| limit.measure == MeasureName::MicroUsd || !words(order));
    let Order { name, price, .. } = orders.find(|order| taken(limit, order) == 0)?;
    Some(format!(
        "measure: the price of {} s of model `{name}` has no {what}, so its orders would not be counted",
        price.seconds
    ))
}

/// A limit over all customers whose rows are each too small for an order that there is.
fn too_many_shards(limit: &LimitRow, orders: &[Order<'_>]) -> Option<String> {
    let shards = u64::from(limit.shards?);
    let part = limit.max.checked_div(shards)?;
    let dearest = orders.iter().map(|order| taken(limit, order)).max();
    let dearest = dearest.filter(|dearest| *dearest > part)?;
    Some(format!(
        "shards: each of {shards} rows has {part} of {}, and the dearest order takes {dearest}; say fewer shards or more",
        limit.max
    ))
}

/// How much of a limit an order takes.
fn taken(limit: &LimitRow, order: &Order<'_>) -> u64 {
    match limit.measure {
        MeasureName::Requests | MeasureName::Concurrent => 1,
        MeasureName::Tokens => order.price.tokens,
        MeasureName::MicroUsd => order.micro_usd,
    }
}
