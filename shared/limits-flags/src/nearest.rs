//! The name that may be meant.

/// There is no such thing, and what there is that is called most alike: `there is no tier `premum`; is `premium` meant?`
pub fn unknown<'k>(kind: &str, name: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    let mut known = known.into_iter().peekable();
    if known.peek().is_none() {
        return format!("there is no {kind} `{name}`, nor any other");
    }
    match near(name, known) {
        Some(meant) => format!("there is no {kind} `{name}`; is `{meant}` meant?"),
        None => format!("there is no {kind} `{name}`"),
    }
}

/// The known name that differs in the fewest letters, unless it is quite another; of several, the first in the alphabet.
pub(crate) fn near<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let nearest = nearest(name, known);
    nearest.filter(|known| distance(known, name) <= name.chars().count().div_ceil(2))
}

/// The known name that differs in the fewest letters, however many; of several, the first in the alphabet.
pub(crate) fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    known
        .into_iter()
        .min_by_key(|known| (distance(known, name), *known))
}

/// How many letters have to be changed, put in or left out to make one name of the other (Levenshtein's distance).
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut left = i + 1;
        let mut next = vec![left];
        for ((other, up), upper_left) in b.chars().zip(row.iter().skip(1)).zip(&row) {
            left = (left + 1)
                .min(up + 1)
                .min(upper_left + usize::from(letter != other));
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
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

    #[test]
    fn the_distance_counts_letters() {
        for (a, b, letters) in [
            ("", "ab", 2),
            ("ab", "ab", 0),
            ("kitten", "sitting", 3),
            ("é", "e", 1),
        ] {
            assert_eq!(distance(a, b), letters, "{a} {b}");
        }
    }
}
