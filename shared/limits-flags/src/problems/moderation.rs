//! Categories of refused words that customers would be told nothing of.

use super::Problem;
use crate::document::{Document, ModerationRow};
use crate::features::Texts;
use crate::nearest::unknown;

/// The categories that the bot has words for.
const KNOWN: [&str; 7] = [
    "minors",
    "sexual",
    "violence",
    "person",
    "hate",
    "self_harm",
    "illicit",
];
/// The longest text about a category, in characters: it is part of a note over the chat.
const TOLD_CHARS_MAX: usize = 90;
/// The most entries: a start of a Lambda compiles them all.
const ENTRIES_MAX: usize = 5_000;

/// What is wrong with the list.
pub(super) fn problems(document: &Document) -> impl Iterator<Item = Problem> {
    let found = document.moderation.as_ref().map(wrong).unwrap_or_default();
    found.into_iter().map(|why| Problem {
        row: "moderation".to_owned(),
        why,
    })
}

fn wrong(row: &ModerationRow) -> Vec<String> {
    let all = || KNOWN.into_iter().chain(row.told.keys().map(String::as_str));
    let untold = row
        .refuse
        .keys()
        .filter(|category| !all().any(|known| known == *category));
    let untold = untold.map(|category| {
        let why = unknown("category", category, all());
        format!("refuse.{category}: {why}; say in `told` what customers read of one of your own")
    });
    let long = |text: &str| text.chars().count() > TOLD_CHARS_MAX;
    let told = row.told.iter().filter_map(|(category, Texts { en, ru })| {
        let is_blank = ru.trim().is_empty() && en.trim().is_empty();
        let is_wrong = is_blank || long(ru) || long(en);
        is_wrong.then(|| format!("told.{category}: needs a text of at most {TOLD_CHARS_MAX} characters"))
    });
    let entries: usize = row.refuse.values().map(Vec::len).sum();
    let many =
        (entries > ENTRIES_MAX).then(|| format!("refuse: {entries} entries; there can be {ENTRIES_MAX}"));
    untold.chain(told).chain(many).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_without_a_text_is_told() {
        let row = |json: &str| wrong(&serde_json::from_str(json).unwrap());
        assert_eq!(
            row(r#"{"refuse":{"minors":[],"ours":[]},"told":{"ours":"no"}}"#),
            Vec::<String>::new()
        );
        let found = row(r#"{"refuse":{"sexaul":["секс"]}}"#);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("refuse.sexaul: "), "{}", found[0]);
        assert!(
            found[0].contains("`sexual`") && found[0].contains("`told`"),
            "{}",
            found[0]
        );
        let long = "я".repeat(TOLD_CHARS_MAX + 1);
        for text in ["", " ", &long] {
            let found = row(&format!(r#"{{"told":{{"ours":"{text}"}}}}"#));
            assert!(found[0].starts_with("told.ours: needs a text"), "{found:?}");
        }
    }

    #[test]
    fn a_list_that_would_make_every_start_slow_is_told() {
        let mut row: ModerationRow = serde_json::from_str("{}").unwrap();
        row.refuse
            .insert("minors".to_owned(), vec!["слово".to_owned(); ENTRIES_MAX]);
        assert_eq!(wrong(&row), Vec::<String>::new());
        row.refuse.insert("sexual".to_owned(), vec!["слово".to_owned()]);
        assert_eq!(wrong(&row), ["refuse: 5001 entries; there can be 5000"]);
    }
}
