//! Routes that cannot be meant: ways that stand twice, more than anybody has, and costs of somebody else.

use std::collections::BTreeSet;

use domain::catalog::Makes;

use super::Problem;
use crate::document::{Document, ModelRow, RouteRow};
use crate::nearest::unknown;

/// The most routes beside the first one. An order takes them along.
const ROUTES_MAX: usize = 7;

/// What is wrong with the routes of models.
pub(super) fn problems(document: &Document) -> impl Iterator<Item = Problem> {
    document.models.iter().flat_map(move |(name, model)| {
        let costs = model.routes.iter().filter_map(|route| cost(document, route));
        let crowded = (model.routes.len() > ROUTES_MAX)
            .then(|| format!("routes: at most {ROUTES_MAX} beside the first are asked"));
        let late = model.routes.iter().filter_map(|route| poll(model, route));
        // What their tokens cost is known of the first one alone.
        let makes_words = model.makes().is_ok_and(Makes::is_words);
        let words = (makes_words && !model.routes.is_empty())
            .then(|| "routes: words are asked of one provider".to_owned());
        let found = twice(model)
            .into_iter()
            .chain(late)
            .chain(crowded)
            .chain(words)
            .chain(costs);
        found.map(move |why| Problem {
            row: format!("model#{name}"),
            why,
        })
    })
}

fn twice(model: &ModelRow) -> Option<String> {
    let mut seen = BTreeSet::from([(&model.provider, &model.family)]);
    let again = model
        .routes
        .iter()
        .find(|route| !seen.insert((&route.provider, &route.family)))?;
    Some(format!(
        "routes: {} {} stands twice",
        again.provider, again.family
    ))
}

fn poll(model: &ModelRow, route: &RouteRow) -> Option<String> {
    let after_s = route.poll_after_s?;
    (after_s == 0 || after_s >= model.render_max_s)
        .then(|| "routes: poll_after_s: 0, or not less than render_max_s".to_owned())
}

fn cost(document: &Document, route: &RouteRow) -> Option<String> {
    let name = route.cost.as_ref()?;
    let Some(row) = document.model_costs.get(name) else {
        let known = document.model_costs.keys().map(String::as_str);
        return Some(format!(
            "routes: cost: {}",
            unknown("row of model_costs", name, known)
        ));
    };
    let (asks, makes) = (&row.provider, &route.provider);
    (asks != makes).then(|| format!("routes: cost: `{name}` is what `{asks}` asks, not `{makes}`"))
}
