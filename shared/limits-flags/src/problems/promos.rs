//! Promo codes that are the same to whoever types them, that bring days of what there is not, and more of them than every start
//! of a Lambda should read.

use std::collections::BTreeMap;

use domain::rewards::PromoCode;

use super::Problem;
use crate::document::{Document, PromoRow};
use crate::nearest::unknown;

/// The most promo codes.
const PROMOS_MAX: usize = 1_000;

/// What is wrong with the promo codes together.
pub(super) fn problems(document: &Document) -> Vec<Problem> {
    let mut seen: BTreeMap<PromoCode, &str> = BTreeMap::new();
    let mut found = Vec::new();
    for (name, row) in &document.promos {
        let why = no_plan(document, row);
        let row = format!("promo#{name}");
        found.extend(why.map(|why| Problem { row, why }));
        let Some(code) = PromoCode::read(name) else {
            continue;
        };
        if let Some(other) = seen.insert(code, name) {
            found.push(Problem {
                row: format!("promo#{name}"),
                why: format!("looks like {other}: whoever types one means the other"),
            });
        }
    }
    let many = document.promos.len();
    if let Some(last) = document.promos.keys().next_back().filter(|_| many > PROMOS_MAX) {
        found.push(Problem {
            row: format!("promo#{last}"),
            why: format!(
                "there are {many} promo codes; there can be {PROMOS_MAX}: delete those that are over"
            ),
        });
    }
    found
}

/// Why the plan cannot be given of which a code brings days. One that is stopped brings none, and holds no plan back from being
/// withdrawn or deleted.
fn no_plan(document: &Document, row: &PromoRow) -> Option<String> {
    let key = row.plan.as_ref().filter(|_| !row.stopped)?;
    let Some(plan) = document.plans.get(key) else {
        let known = document.plans.keys().map(String::as_str);
        return Some(format!("plan: {}", unknown("plan", key, known)));
    };
    plan.is_withdrawn.then(|| {
        format!("plan: {key} is withdrawn: nobody is given it any more; stop the code or bring the plan back")
    })
}
