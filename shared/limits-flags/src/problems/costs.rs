//! What is asked for models: by nobody who makes them, in units that what they make does not have, or never.

use domain::catalog::Makes;
use domain::cost::{Category, Unit};

use super::{NAME, Problem, is_name};
use crate::document::{Document, ModelCostRow, ModelRow};

/// What is wrong with the rows of `model_costs`.
pub(super) fn problems(document: &Document) -> impl Iterator<Item = Problem> {
    document.model_costs.iter().flat_map(move |(name, cost)| {
        let other = document
            .models
            .get(name)
            .filter(|model| model.provider != cost.provider)
            .map(|model| {
                let (asks, makes) = (&cost.provider, &model.provider);
                format!("provider: `{asks}` does not make this model, `{makes}` does")
            });
        let misfits = referring(document, name)
            .filter_map(|(model, row)| Some((model, row.makes().ok()?)))
            .find_map(|(model, makes)| misfit(cost, model, makes));
        let never = cost
            .rates
            .is_empty()
            .then(|| "rates: without one it says nothing".to_owned());
        let nameless = (!is_name(name)).then(|| format!("the name of a model is {NAME}"));
        let found = [other, misfits, never, nameless].into_iter().flatten();
        found.map(move |why| Problem {
            row: format!("model_cost#{name}"),
            why,
        })
    })
}

/// The rows of `model_costs` that nobody's costs are told by: neither has a model that name, nor says a route that its costs
/// stand there.
pub fn unreferred(document: &Document) -> impl Iterator<Item = &str> {
    let names = document.model_costs.keys().map(String::as_str);
    names.filter(|name| referring(document, name).next().is_none())
}

/// The models whose costs a row tells.
fn referring<'d>(document: &'d Document, cost: &str) -> impl Iterator<Item = (&'d str, &'d ModelRow)> {
    let models = document.models.iter();
    models
        .map(|(name, row)| (name.as_str(), row))
        .filter(move |(name, row)| {
            let mut routes = row.routes.iter();
            *name == cost || routes.any(|route| route.cost.as_deref() == Some(cost))
        })
}

/// Why a row tells nothing of what a model makes: it is of something else, or counts what there is none of.
fn misfit(cost: &ModelCostRow, model: &str, makes: Makes) -> Option<String> {
    let fitting = [false, true].map(|with_photo| makes.category(with_photo));
    let category = Category::parse(&cost.category).filter(|category| !fitting.contains(category));
    let category = category.map(|category| {
        let [without, with] = fitting.map(Category::as_str);
        let fitting = if without == with {
            without.to_owned()
        } else {
            format!("{without} or {with}")
        };
        let (said, made) = (category.as_str(), makes.as_str());
        format!("category: `{model}` makes {made}, which is no `{said}`; say `category: {fitting}`")
    });
    let counted = countable(makes);
    let mut units = cost.rates.iter().filter_map(|rate| Unit::parse(&rate.unit));
    let unit = units.find(|unit| !counted.contains(unit)).map(|unit| {
        let units: Vec<&str> = counted.iter().map(|unit| unit.as_str()).collect();
        let (unit, made, units) = (unit.as_str(), makes.as_str(), units.join(", "));
        format!("rates: `{model}` makes {made}, of which no `{unit}` is counted; say one of {units}")
    });
    category.or(unit)
}

/// What is known of an order before or after it, so that a cost follows from it.
fn countable(makes: Makes) -> &'static [Unit] {
    match makes {
        Makes::Video => &[Unit::Request, Unit::Second, Unit::Minute],
        Makes::Image => &[Unit::Request, Unit::Image],
        Makes::Music | Makes::Speech => &[Unit::Request],
        Makes::Prompt => &[Unit::Request, Unit::Token],
        Makes::Transcript => &[Unit::Request, Unit::Second, Unit::Minute, Unit::Token],
    }
}
