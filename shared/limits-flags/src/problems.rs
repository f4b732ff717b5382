//! What is wrong with a document by itself: rows that say nothing sensible, and rows that do not go together.

use domain::time::Timestamp;

use crate::document::{Document, OWN_LIMIT};
use crate::rows::Rows;
use crate::snapshot::Snapshot;

/// The longest time until an order is settled: counters are kept 35 days after their window, and a release must still
/// find them.
const SETTLE_S_MAX: u32 = 30 * 24 * 3600;

/// A row that cannot be read, or that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its sort key.
    pub row: String,
    /// What is wrong with it.
    pub why: String,
}

/// Everything that is wrong with a document by itself.
pub fn problems(document: &Document) -> Result<Vec<Problem>, serde_json::Error> {
    let items: Vec<_> = Rows::of(document)?
        .0
        .iter()
        .map(|(sort, body)| Rows::item(sort, body))
        .collect();
    let unreadable = Snapshot::read(&items, Timestamp(0)).problems.to_vec();
    let rules = rules(document).into_iter().map(|why| Problem {
        row: "rules".to_owned(),
        why,
    });
    Ok(unreadable
        .into_iter()
        .chain(rules)
        .chain(limits(document))
        .collect())
}

/// What is wrong with the rules, given the models.
fn rules(document: &Document) -> Vec<String> {
    let rules = &document.rules;
    let mut found = Vec::new();
    if rules.active_jobs_max == 0 {
        found.push(
            "active_jobs_max: 0 refuses every order; to stop new orders say `new_jobs: { enabled: false }`"
                .to_owned(),
        );
    }
    if rules.wait_max_s == 0 {
        found.push("wait_max_s: 0 gives every order up before it is submitted".to_owned());
    }
    let models = document.models.iter();
    let slowest = models.max_by_key(|(_, model)| model.render_max_s);
    let (model, render_max_s) = slowest.map_or(("", 0), |(name, row)| (name.as_str(), row.render_max_s));
    let needed = rules.wait_max_s.saturating_add(render_max_s);
    if rules.settle_max_s < needed {
        found.push(format!(
            "settle_max_s: {} would settle orders while they render; waiting ({} s) and the longest render ({model}, \
             {render_max_s} s) take up to {needed} s",
            rules.settle_max_s, rules.wait_max_s
        ));
    }
    if rules.settle_max_s == 0 || rules.settle_max_s > SETTLE_S_MAX {
        found.push(format!("settle_max_s: must be from 1 to {SETTLE_S_MAX}"));
    }
    found
}

fn limits(document: &Document) -> impl Iterator<Item = Problem> {
    let taken = |name: &&String| name.starts_with(OWN_LIMIT) || name.is_empty();
    document.limits.keys().filter(taken).map(|name| Problem {
        row: format!("limit#{name}"),
        why: format!(
            "a limit needs a name that does not begin with `{OWN_LIMIT}`: that is what the models' own limits are called"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::RulesRow;

    const MODEL: &str = r#"{"title":"Kling 3.0","enabled":true,"provider":"kie","family":"kling-3.0","text":true,
        "image":true,"prices":[{"seconds":5,"credits":1}],"aspects":["9:16"],"prompt_chars_max":2500,"typical_s":90,
        "render_max_s":900,"limit":{"max":1,"period":"day","anchor":"21:00","utc_offset":"+03:00"}}"#;

    fn document() -> Document {
        let model = serde_json::from_str(MODEL).unwrap();
        Document {
            rules: RulesRow {
                signup_credits: 0,
                active_jobs_max: 1,
                wait_max_s: 100,
                settle_max_s: 1000,
            },
            flags: [].into(),
            limits: [].into(),
            models: [("kling-3.0".to_owned(), model)].into(),
        }
    }

    fn found(edit: impl FnOnce(&mut Document)) -> String {
        let mut document = document();
        edit(&mut document);
        let problems = problems(&document).unwrap();
        problems
            .iter()
            .map(|problem| format!("{}: {}", problem.row, problem.why))
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn a_document_that_goes_together_has_no_problems() {
        assert_eq!(found(|_| ()), "");
    }

    #[test]
    fn rules_that_cannot_be_meant_are_named() {
        let told = found(|document| document.rules.settle_max_s = 999);
        assert!(
            told.contains("rules: settle_max_s: 999 would settle orders while they render"),
            "{told}"
        );
        assert!(told.contains("kling-3.0, 900 s"), "{told}");
        let told = found(|document| document.rules.settle_max_s = SETTLE_S_MAX + 1);
        assert!(told.contains("must be from 1 to"), "{told}");
        let told = found(|document| document.rules.active_jobs_max = 0);
        assert!(told.contains("active_jobs_max"), "{told}");
        let told = found(|document| document.rules.wait_max_s = 0);
        assert!(told.contains("wait_max_s"), "{told}");
    }

    #[test]
    fn a_limit_must_not_be_called_like_a_models_own() {
        let told = found(|document| {
            let own = document.models["kling-3.0"].limit.clone().unwrap();
            document.limits.insert("model-kling-3.0".to_owned(), own);
        });
        assert!(
            told.starts_with("limit#model-kling-3.0: a limit needs a name"),
            "{told}"
        );
    }

    #[test]
    fn prompts_that_nobody_could_write_are_named() {
        let told = found(|document| {
            document.models.get_mut("kling-3.0").unwrap().prompt_chars_min = 2501;
        });
        assert!(told.contains("less than prompt_chars_min"), "{told}");
    }
}
