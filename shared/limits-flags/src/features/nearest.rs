//! The name that may be meant.

use crate::problems::distance;

/// There is no such thing, and what there is that is called most alike: `there is no tier `premum`; is `premium` meant?`
pub fn unknown<'k>(kind: &str, name: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    match nearest(name, known) {
        Some(meant) if distance(meant, name) <= name.chars().count().div_ceil(2) => {
            format!("there is no {kind} `{name}`; is `{meant}` meant?")
        }
        Some(_) => format!("there is no {kind} `{name}`"),
        None => format!("there is no {kind} `{name}`, nor any other"),
    }
}

/// The known name that differs in the fewest letters; of several, the first in the alphabet.
pub(super) fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    known
        .into_iter()
        .min_by_key(|known| (distance(known, name), *known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_that_differs_least_is_named() {
        let known = ["premium", "pro", "free"];
        assert_eq!(nearest("premum", known), Some("premium"));
        assert_eq!(nearest("pru", known), Some("pro"));
        // Two letters away from both; the alphabet decides, not the order of the rows.
        assert_eq!(nearest("bb", ["dd", "cc"]), Some("cc"));
        assert_eq!(unknown("tier", "x", []), "there is no tier `x`, nor any other");
    }
}
