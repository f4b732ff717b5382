//! The settings as they stood at one version.

use std::collections::BTreeSet;

use domain::catalog::{Model, Rules};
use domain::id::ModelId;
use domain::money::Credits;
use domain::time::{Millis, Timestamp};
use table::{Item, Row};

use crate::document::{FlagRow, LimitRow, ModelRow, RulesRow};
use crate::rows;

/// The flag that stops new orders when it is off.
const NEW_JOBS: &str = "new_jobs";

/// What the name of a flag begins with that switches a provider.
const PROVIDER: &str = "provider-";

/// What is gathered before it is put in order.
#[derive(Default)]
struct Found {
    models: Vec<(u32, Model)>,
    providers: BTreeSet<String>,
}

/// The settings as they stood at one version.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The version; 0 if there is no version item yet.
    pub version: u64,
    /// When it was loaded, or last known to be still true.
    pub loaded_at: Timestamp,
    /// What holds for every order.
    pub rules: Rules,
    /// The models in the order in which they are offered.
    pub models: Vec<Model>,
    /// Rows that could not be read, and were left out.
    pub problems: Vec<Problem>,
}

/// A row that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its sort key.
    pub row: String,
    /// What is wrong with it.
    pub why: String,
}

impl Snapshot {
    /// What the rows say. Rows that say nothing sensible are left out.
    pub fn read(items: &[Item], loaded_at: Timestamp) -> Self {
        let mut snapshot = Self {
            version: 0,
            loaded_at,
            rules: closed(),
            models: vec![],
            problems: vec![],
        };
        let mut found = Found::default();
        for item in items {
            let row = Row(item);
            let sort = row.s_opt("sk").unwrap_or_default();
            if rows::is_version(sort) {
                snapshot.version = row.n(rows::VERSION_ATTRIBUTE).unwrap_or(0);
            } else if let Err(why) =
                snapshot.read_row(sort, row.s_opt("body").unwrap_or_default(), &mut found)
            {
                let row = sort.to_owned();
                snapshot.problems.push(Problem { row, why });
            }
        }
        found.models.sort_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
        snapshot.models = found.models.into_iter().map(|(_, model)| model).collect();
        for model in &mut snapshot.models {
            model.enabled &= found.providers.contains(&model.provider);
        }
        snapshot.rules.limits.sort_by(|a, b| a.id.cmp(&b.id));
        snapshot
    }

    fn read_row(&mut self, sort: &str, body: &str, found: &mut Found) -> Result<(), String> {
        match sort.split_once('#').unwrap_or((sort, "")) {
            ("rules", _) => {
                let row: RulesRow = parse(body)?;
                self.rules.signup_credits = Credits(row.signup_credits);
                self.rules.active_jobs_max = row.active_jobs_max;
                self.rules.wait_max = Millis::from_secs(i64::from(row.wait_max_s));
                self.rules.settle_max = Millis::from_secs(i64::from(row.settle_max_s));
            }
            ("flag", name) => {
                let enabled = parse::<FlagRow>(body)?.enabled;
                self.rules.new_jobs |= enabled && name == NEW_JOBS;
                if let Some(provider) = name.strip_prefix(PROVIDER).filter(|_| enabled) {
                    found.providers.insert(provider.to_owned());
                }
            }
            ("limit", name) => {
                let row: LimitRow = parse(body)?;
                self.rules
                    .limits
                    .push(row.read(name).map_err(|error| error.to_string())?);
            }
            ("model", name) => {
                let row: ModelRow = parse(body)?;
                let model = row.read(name).map_err(|error| error.to_string())?;
                found.models.push((row.order, model));
            }
            _ => return Err("no such kind of row".to_owned()),
        }
        Ok(())
    }

    /// A model by its name.
    pub fn model(&self, id: &ModelId) -> Option<&Model> {
        self.models.iter().find(|model| model.id == *id)
    }

    /// The models that take such an order, in the order in which they are offered.
    pub fn offered(&self, with_photo: bool) -> impl Iterator<Item = &Model> {
        self.models.iter().filter(move |model| model.takes(with_photo))
    }
}

/// The rules where nothing is said: nothing is sold.
fn closed() -> Rules {
    Rules {
        new_jobs: false,
        signup_credits: Credits::ZERO,
        active_jobs_max: 0,
        limits: vec![],
        wait_max: Millis::from_mins(30),
        settle_max: Millis::from_mins(90),
    }
}

fn parse<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, String> {
    serde_json::from_str(body).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Rows;

    const MODEL: &str = r#"{"title":"Kling 3.0","enabled":true,"provider":"kie","family":"kling-3.0","text":true,"image":true,
        "prices":[{"seconds":5,"credits":1}],"aspects":["9:16"],"prompt_chars_max":2500,"typical_s":90,"render_max_s":900}"#;

    fn item(sort: &str, body: &str) -> Item {
        Rows::item(sort, body)
    }

    #[test]
    fn one_broken_row_leaves_the_others_standing() {
        let items = [
            item("model#good", MODEL),
            item("model#bad", "{}"),
            item("flag#new_jobs", r#"{"enabled":true}"#),
            item("nonsense", ""),
        ];
        let snapshot = Snapshot::read(&items, Timestamp(5));
        assert_eq!(snapshot.models.len(), 1);
        assert!(snapshot.rules.new_jobs);
        let broken: Vec<&str> = snapshot
            .problems
            .iter()
            .map(|problem| problem.row.as_str())
            .collect();
        assert_eq!(broken, ["model#bad", "nonsense"]);
    }

    #[test]
    fn a_model_is_offered_only_while_its_provider_is_switched_on() {
        let offered = |body: &str| {
            let items = [item("model#good", MODEL), item("flag#provider-kie", body)];
            Snapshot::read(&items, Timestamp(5)).offered(false).count()
        };
        assert_eq!(offered(r#"{"enabled":true}"#), 1);
        assert_eq!(offered(r#"{"enabled":false}"#), 0);
        assert_eq!(offered("nonsense"), 0);
    }

    #[test]
    fn a_missing_flag_means_off() {
        assert!(!Snapshot::read(&[], Timestamp(5)).rules.new_jobs);
    }

    #[test]
    fn a_name_too_long_for_a_button_is_refused() {
        let snapshot = Snapshot::read(&[item("model#a-name-that-is-far-too-long", MODEL)], Timestamp(5));
        assert!(snapshot.models.is_empty());
        assert!(
            snapshot.problems[0].why.contains("longer than"),
            "{:?}",
            snapshot.problems
        );
    }
}
