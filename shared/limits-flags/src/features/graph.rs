//! What a feature needs in the end, and whether it needs itself.

use std::collections::BTreeSet;

/// Something needed, directly or through others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Need {
    /// Its key.
    pub(super) key: Box<str>,
    /// Its place in the registry; `None` if there is no such thing.
    pub(super) place: Option<usize>,
    /// The need through which it came to be one; `None` if it is a direct one.
    pub(super) through: Option<usize>,
}

/// Everything that `start` needs, the nearest first, so that what is found wrong first is told with the shortest path.
/// `needed` gives what a place names directly, with the place of each name.
pub(super) fn needs<'k>(
    start: &'k str,
    needed: impl Fn(&str) -> Vec<(&'k str, Option<usize>)>,
) -> Result<Vec<Need>, String> {
    let mut found: Vec<Need> = Vec::new();
    let mut seen = BTreeSet::new();
    let (mut from, mut through, mut next) = (start.to_owned(), None, 0);
    loop {
        for (key, place) in needed(&from) {
            if key == start {
                return Err(circle(start, &found, through));
            }
            if seen.insert(key) {
                found.push(Need {
                    key: key.into(),
                    place,
                    through,
                });
            }
        }
        let Some(need) = found.get(next) else {
            return Ok(found);
        };
        (from, through) = (need.key.to_string(), Some(next));
        next += 1;
    }
}

/// The keys that lead to a need, the direct one first and itself last.
pub(super) fn path(needs: &[Need], to: usize) -> Vec<&str> {
    let mut path = Vec::new();
    let mut at = Some(to);
    while let Some(need) = at.and_then(|at| needs.get(at)) {
        path.push(&*need.key);
        at = need.through;
    }
    path.reverse();
    path
}

/// `a -> b -> a`
fn circle(start: &str, found: &[Need], last: Option<usize>) -> String {
    let between = last.map(|last| path(found, last)).unwrap_or_default();
    let mut whole = vec![start];
    whole.extend(between);
    whole.push(start);
    whole.join(" -> ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(start: &str, edges: &[(&'static str, &'static str)]) -> Result<Vec<String>, String> {
        let needed = |from: &str| {
            let mut direct = Vec::new();
            for (key, to) in edges {
                if *key == from {
                    direct.push((*to, Some(0)));
                }
            }
            direct
        };
        let needs = needs(start, needed)?;
        Ok((0..needs.len()).map(|to| path(&needs, to).join(" -> ")).collect())
    }

    #[test]
    fn needs_are_gathered_through_others_each_once_with_its_shortest_path() {
        let edges = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("d", "e")];
        let paths = of("a", &edges).unwrap();
        assert_eq!(paths, ["b", "c", "b -> d", "b -> d -> e"]);
        assert_eq!(of("e", &edges).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn what_needs_itself_is_told_with_the_whole_path() {
        assert_eq!(of("a", &[("a", "a")]).unwrap_err(), "a -> a");
        let edges = [("a", "b"), ("b", "c"), ("c", "a"), ("x", "a")];
        assert_eq!(of("a", &edges).unwrap_err(), "a -> b -> c -> a");
        assert_eq!(of("b", &edges).unwrap_err(), "b -> c -> a -> b");
        // Whoever only needs a circle does not lie in it.
        assert_eq!(of("x", &edges).unwrap(), ["a", "a -> b", "a -> b -> c"]);
    }
}
