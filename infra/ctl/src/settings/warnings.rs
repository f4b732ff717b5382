//! What a settings file may say, and probably does not mean.

use domain::catalog::Makes;
use limits_flags::{Document, LimitRow, MeasureName};

/// Within how many seconds a render should first be asked for where nobody calls: nothing else delivers it.
const UNCALLED_POLL_S_MAX: u32 = 180;

/// Everything of that kind, a line each.
pub(super) fn of(document: &Document) -> Vec<String> {
    let unanswered = sells_without_support(document).map(str::to_owned);
    let unanswered = unanswered.into_iter();
    let all = unanswered
        .chain(of_unknown_cost(document))
        .chain(of_nobodys_cost(document));
    all.chain(without_a_rate(document))
        .chain(switched_off(document))
        .chain(never_called_back(document))
        .chain(without_a_cap(document).map(str::to_owned))
        .collect()
}

/// Renders of a provider that never calls back, and that is first asked late: so long each customer waits.
pub(super) fn never_called_back(document: &Document) -> Option<String> {
    let is_late = |provider: &str, family: &str, after_s: Option<u32>| {
        let calls = providers::registry::row(provider).is_none_or(|row| row.calls_back);
        // Words come with the answer, and nobody asks for them later.
        let is_words = providers::registry::form(provider, family)
            .is_some_and(|form| matches!(form.makes, Makes::Prompt | Makes::Transcript));
        !calls && !is_words && after_s.is_none_or(|after_s| after_s > UNCALLED_POLL_S_MAX)
    };
    let on_sale = document.models.iter().filter(|(_, model)| model.enabled);
    let late = on_sale.flat_map(|(name, model)| {
        let first = is_late(&model.provider, &model.family, model.poll_after_s);
        let others = model.routes.iter().filter(move |route| {
            is_late(
                &route.provider,
                &route.family,
                route.poll_after_s.or(model.poll_after_s),
            )
        });
        let others = others.map(move |route| format!("{name} by {} {}", route.provider, route.family));
        first.then(|| name.clone()).into_iter().chain(others)
    });
    let late: Vec<String> = late.collect();
    (!late.is_empty()).then(|| {
        format!(
            "warning: the provider of these never calls back, and they are first asked for after more than \
             {UNCALLED_POLL_S_MAX} seconds: {}; say `poll_after_s: 60` or so",
            late.join(", ")
        )
    })
}

/// What the log of AI operations could say no cost of. A provider that bills in units of a known price needs nothing else.
pub(super) fn of_unknown_cost(document: &Document) -> Option<String> {
    let billed = |provider: &str| {
        let costs = document.costs.as_ref();
        costs.is_some_and(|costs| costs.billed_units.contains_key(provider))
    };
    let on_sale = document.models.iter().filter(|(_, model)| model.enabled);
    let unknown = on_sale.flat_map(|(name, model)| {
        let said = model.prices.iter().all(|price| price.micro_usd > 0);
        let first = !said && !billed(&model.provider) && !document.model_costs.contains_key(name);
        // What the higher quality costs stands at its price, and nowhere else.
        let mut high = model.prices.iter().filter_map(|price| price.high.as_ref());
        let high = high.any(|high| high.micro_usd == 0) && !billed(&model.provider);
        let high = high.then(|| format!("{name} in the higher quality"));
        let others = model.routes.iter();
        let others = others.filter(|route| route.cost.is_none() && !billed(&route.provider));
        let others = others.map(move |route| format!("{name} by {} {}", route.provider, route.family));
        first.then(|| name.clone()).into_iter().chain(high).chain(others)
    });
    let names: Vec<String> = unknown.collect();
    (!names.is_empty()).then(|| {
        format!(
            "warning: what these cost you is known to nobody: {}; say it in `model_costs`, or a provider's unit in \
             `costs.billed_units`",
            names.join(", ")
        )
    })
}

/// Money that the operator's report could not put into roubles: then it knows neither revenue nor margins.
pub(super) fn without_a_rate(document: &Document) -> Option<String> {
    let selling = document.selling.as_ref()?;
    let costs = document.costs.as_ref();
    let has = |rate: &str| {
        costs.is_some_and(|costs| match rate {
            STAR => !costs.rub_per_star.is_empty(),
            _ => !costs.rub_per_usd.is_empty(),
        })
    };
    let sells = !document.packs.is_empty() || !document.plans.is_empty();
    let takes = |rail: &str| sells && selling.rails.iter().any(|offered| offered == rail);
    let wanted = [(STAR, takes("stars")), (DOLLAR, takes("stripe"))];
    let missing = wanted
        .into_iter()
        .filter(|(rate, is_taken)| *is_taken && !has(rate));
    let missing: Vec<&str> = missing.map(|(rate, _)| rate).collect();
    (!missing.is_empty()).then(|| {
        format!(
            "warning: you take money whose worth in roubles nobody knows, and the daily report will say neither revenue nor \
             margins: say `costs.{}`",
            missing.join("` and `costs.")
        )
    })
}

/// What says what a Star is worth, and what a dollar is.
const STAR: &str = "rub_per_star";
const DOLLAR: &str = "rub_per_usd";

/// Telegram wants whoever sells to answer for it: `/paysupport` has to lead to somebody.
fn sells_without_support(document: &Document) -> Option<&'static str> {
    let selling = document.selling.as_ref()?;
    let sells_nothing = selling.rails.is_empty() || document.packs.is_empty() && document.plans.is_empty();
    (!sells_nothing && selling.support.is_none()).then_some(
        "warning: `selling.support` names nobody: a customer who has paid and writes /paysupport finds no person there",
    )
}

/// Nothing bounds what all customers together may cost in a day: whoever finds a way to order for nothing costs whatever
/// the providers' accounts hold.
pub(super) fn without_a_cap(document: &Document) -> Option<&'static str> {
    let bounds = |limit: &LimitRow| matches!(limit.measure, MeasureName::MicroUsd) && limit.shards.is_some();
    (!document.limits.values().any(bounds)).then_some(
        "warning: nothing bounds what all customers together may make you spend in a day: no limit counts `micro_usd` of \
         all together (`shards`), and the alarm SharedLimit has nothing to ring for; the example in infra/settings.yaml is \
         `spend-kie`",
    )
}

/// Costs that no model and no route refers to: a misspelt name tells nothing, and the log falls back on something else.
pub(super) fn of_nobodys_cost(document: &Document) -> Option<String> {
    let names: Vec<&str> = limits_flags::unreferred_costs(document).collect();
    (!names.is_empty()).then(|| {
        format!(
            "warning: no model has the name of these rows of `model_costs`, nor has a route them as its `cost`: {}; name \
             them as the model, or take them out",
            names.join(", ")
        )
    })
}

/// Routes to providers that are switched off: right while one is in trouble, and easily forgotten.
pub(super) fn switched_off(document: &Document) -> Option<String> {
    let is_off = |provider: &str| {
        let flag = document.flags.get(&format!("provider-{provider}"));
        flag.is_some_and(|flag| flag.enabled() == Some(false))
    };
    let on_sale = document.models.iter().filter(|(_, model)| model.enabled);
    let routes = on_sale.flat_map(|(name, model)| {
        let off = model.routes.iter().filter(|route| is_off(&route.provider));
        off.map(move |route| format!("{name} by {} {}", route.provider, route.family))
    });
    let routes: Vec<String> = routes.collect();
    (!routes.is_empty()).then(|| {
        format!(
            "warning: no order takes these routes while their provider's flag is off: {}; switch it on with \
             `cargo ctl flags set provider-<name> on`, or take them out",
            routes.join(", ")
        )
    })
}
