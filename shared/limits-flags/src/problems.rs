//! What is wrong with a document by itself: rows that say nothing sensible, and rows that do not go together.

use std::collections::BTreeSet;

use domain::time::Timestamp;

use crate::document::{Document, ModelRow, OWN_LIMIT};
use crate::rows::Rows;
use crate::snapshot::{NEW_JOBS, PROVIDER, Snapshot};

/// The longest time until an order is settled: counters are kept 35 days after their window, and a release must still
/// find them.
const SETTLE_S_MAX: u32 = 30 * 24 * 3600;
/// The largest gift to a newcomer: whoever comes is given it, and accounts cost nothing. A thousand is a slip of the pen.
const SIGNUP_CREDITS_MAX: u32 = 999;

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
        .chain(flags(document))
        .chain(prices(document))
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
    if rules.signup_credits > SIGNUP_CREDITS_MAX {
        found.push(format!(
            "signup_credits: {} is given to everybody who comes; at most {SIGNUP_CREDITS_MAX} can be meant",
            rules.signup_credits
        ));
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

/// Switches that are missed, and switches that nobody reads. A missing switch is off.
fn flags(document: &Document) -> Vec<Problem> {
    let on_sale = document.models.values().filter(|model| model.enabled);
    let on_sale: BTreeSet<String> = on_sale.map(switch).collect();
    let known: BTreeSet<String> = document
        .models
        .values()
        .map(switch)
        .chain([NEW_JOBS.to_owned()])
        .collect();
    let needed = on_sale.into_iter().chain([NEW_JOBS.to_owned()]);
    let missing = needed
        .filter(|name| !document.flags.contains_key(name))
        .map(|name| {
            let why = "there is no such flag, and a flag that is missing is off; nothing that it switches could be ordered"
                .to_owned();
            flag(&name, why)
        });
    let unread = document.flags.keys().filter(|name| !known.contains(*name));
    let unread = unread.map(|name| {
        let nearest = known.iter().min_by_key(|it| distance(it, name));
        let nearest = nearest.map_or("", String::as_str);
        flag(
            name,
            format!("nobody reads a flag of this name; is `{nearest}` meant?"),
        )
    });
    missing.chain(unread).collect()
}

/// The flag that switches a model's provider.
fn switch(model: &ModelRow) -> String {
    format!("{PROVIDER}{}", model.provider)
}

fn flag(name: &str, why: String) -> Problem {
    Problem {
        row: format!("flag#{name}"),
        why,
    }
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

/// Lengths that cost nothing, and lengths that stand twice.
fn prices(document: &Document) -> impl Iterator<Item = Problem> {
    document.models.iter().flat_map(|(name, model)| {
        let mut seen = BTreeSet::new();
        let found = model.prices.iter().filter_map(move |price| {
            if !seen.insert(price.seconds) {
                return Some(format!("prices: {} seconds stand twice", price.seconds));
            }
            (price.credits == 0).then(|| {
                let seconds = price.seconds;
                format!(
                    "prices: {seconds} seconds for 0 credits: everybody's renders would be paid for by you"
                )
            })
        });
        found.map(move |why| Problem {
            row: format!("model#{name}"),
            why,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{FlagRow, PriceRow, RulesRow};

    const MODEL: &str = r#"{"title":"Kling 3.0","enabled":true,"provider":"kie","family":"kling-3.0","text":true,
        "image":true,"prices":[{"seconds":5,"credits":1}],"aspects":["9:16"],"prompt_chars_max":2500,"typical_s":90,
        "render_max_s":900,"limit":{"max":1,"period":"day","anchor":"21:00","utc_offset":"+03:00"}}"#;

    fn flag(name: &str) -> (String, FlagRow) {
        (name.to_owned(), FlagRow { enabled: true })
    }

    fn document() -> Document {
        let model = serde_json::from_str(MODEL).unwrap();
        Document {
            rules: RulesRow {
                signup_credits: 0,
                active_jobs_max: 1,
                wait_max_s: 100,
                settle_max_s: 1000,
            },
            flags: [flag("new_jobs"), flag("provider-kie")].into(),
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
        let told = found(|document| document.rules.signup_credits = SIGNUP_CREDITS_MAX + 1);
        assert!(told.starts_with("rules: signup_credits: 1000 is given"), "{told}");
    }

    #[test]
    fn a_flag_without_which_nothing_could_be_ordered_is_missed() {
        for name in ["new_jobs", "provider-kie"] {
            let told = found(|document| {
                document.flags.remove(name);
            });
            assert!(
                told.starts_with(&format!("flag#{name}: there is no such flag")),
                "{told}"
            );
        }
        // Nobody can order what is not on sale, whoever would render it.
        let told = found(|document| {
            let mut retired = document.models["kling-3.0"].clone();
            retired.enabled = false;
            retired.provider = "gone".to_owned();
            document.models.insert("retired".to_owned(), retired);
        });
        assert_eq!(told, "");
    }

    #[test]
    fn a_flag_that_nobody_reads_is_named_with_the_one_that_may_be_meant() {
        for (slip, meant) in [("newjobs", "new_jobs"), ("provider_kie", "provider-kie")] {
            let told = found(|document| document.flags.extend([flag(slip)]));
            assert_eq!(
                told,
                format!("flag#{slip}: nobody reads a flag of this name; is `{meant}` meant?")
            );
        }
    }

    #[test]
    fn a_free_render_and_a_length_that_stands_twice_are_named() {
        let price = |seconds, credits| {
            found(|document| {
                let prices = &mut document.models.get_mut("kling-3.0").unwrap().prices;
                prices.push(PriceRow { seconds, credits });
            })
        };
        assert!(price(10, 0).starts_with("model#kling-3.0: prices: 10 seconds for 0 credits"));
        assert_eq!(price(5, 2), "model#kling-3.0: prices: 5 seconds stand twice");
        assert_eq!(price(10, 2), "");
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
