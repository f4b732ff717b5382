//! Promo codes that are the same to whoever types them, and more of them than every start of a Lambda should read.

use std::collections::BTreeMap;

use domain::rewards::PromoCode;

use super::Problem;
use crate::document::Document;

/// The most promo codes.
const PROMOS_MAX: usize = 1_000;

/// What is wrong with the promo codes together.
pub(super) fn problems(document: &Document) -> Vec<Problem> {
    let mut seen: BTreeMap<PromoCode, &str> = BTreeMap::new();
    let mut found = Vec::new();
    for name in document.promos.keys() {
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
