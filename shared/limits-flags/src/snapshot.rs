//! The settings as they stood at one version.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::catalog::{Model, Plan, Rules};
use domain::id::ModelId;
use domain::limit::{Limit, Mode};
use domain::standing::Standing;
use domain::time::Timestamp;
use table::{Item, Row};

use crate::document::UNLIMITED_LIMIT;
use crate::features::Registry;
use crate::flags::{Context, FlagSet};
use crate::problems::Problem;
use crate::rows;

mod found;
mod shared;

use found::Found;
pub use shared::SharedLimit;

/// After how many milliseconds without a successful look a snapshot admits no new order any more: half an hour of
/// `DynamoDB` failing for settings, while it serves accounts, is an outage that wants a person.
pub const USELESS_AFTER_MS: i64 = 30 * 60_000;
/// After how many milliseconds a snapshot that is known to be outdated admits no new order any more, because what has
/// changed may be the switch that stops them.
pub const OUTDATED_AFTER_MS: i64 = 30_000;

/// The flag that stops new orders when it is off.
pub const NEW_JOBS: &str = "new_jobs";
/// The flag that turns the limits of unlimited plans into watched ones when it is off (seed 000). Without it they hold.
pub const UNLIMITED_LIMITS: &str = "unlimited_limits_enabled";

/// What the name of a flag begins with that switches a provider.
pub(crate) const PROVIDER: &str = "provider-";

/// The settings as they stood at one version. A copy of it is cheap.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The version; 0 if there is no version item yet.
    pub version: u64,
    /// When it was loaded, or last known to be still true.
    pub loaded_at: Timestamp,
    /// Since when it is known that there is another version, which could not be loaded.
    pub outdated_since: Option<Timestamp>,
    /// The rows are those of the version, not some of them of another.
    pub whole: bool,
    /// What holds for every order.
    pub rules: Arc<Rules>,
    /// There was a row of rules. Without it nothing is sold, and nobody is given a newcomer's gift of nothing.
    pub has_rules: bool,
    /// A limit's row could not be read. What it held back is not known, so no order is taken until it can be.
    pub lost_limit: bool,
    /// The models in the order in which they are offered.
    pub models: Arc<[Model]>,
    /// The plans.
    pub plans: Arc<[Plan]>,
    /// The flags.
    pub flags: Arc<FlagSet>,
    /// Features, tiers and add-ons.
    pub registry: Arc<Registry>,
    /// Features that an order needs, whatever the model: every one, and one with a photo.
    pub requires: Arc<Requires>,
    /// Rows that could not be read, and were left out.
    pub problems: Arc<[Problem]>,
}

/// Features that orders need, whatever the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requires {
    /// Every order.
    pub every: Vec<String>,
    /// An order with a photo, beside.
    pub photo: Vec<String>,
}

impl Snapshot {
    /// What the rows say. Rows that say nothing sensible are left out.
    pub fn read(items: &[Item], loaded_at: Timestamp) -> Self {
        let mut found = Found::nothing();
        let (mut version, mut digest, mut bodies) = (0, None, Vec::new());
        for item in items {
            let row = Row(item);
            let sort = row.s_opt("sk").unwrap_or_default();
            if rows::is_version(sort) {
                version = row.n(rows::VERSION_ATTRIBUTE).unwrap_or(0);
                digest = row.s_opt(rows::DIGEST_ATTRIBUTE);
                continue;
            }
            let body = row.s_opt("body").unwrap_or_default();
            bodies.push((sort, body));
            found.take(sort, body);
        }
        bodies.sort_unstable();
        let whole = digest.is_none_or(|digest| digest == rows::digest(bodies));
        let (has_rules, lost_limit) = (found.has_rules(), found.has_lost_limit());
        let read = found.in_order();
        Self {
            version,
            loaded_at,
            outdated_since: None,
            whole,
            rules: Arc::new(read.rules),
            has_rules,
            lost_limit,
            models: read.models.into(),
            plans: read.plans.into(),
            flags: Arc::new(read.flags),
            registry: Arc::new(read.registry),
            requires: Arc::new(read.requires),
            problems: read.problems.into(),
        }
    }

    /// Whether new orders are taken of whoever asks, on the word of these settings.
    pub fn takes_orders(&self, context: &Context<'_>) -> bool {
        let now = context.now();
        let useless = now.since(self.loaded_at).0 > USELESS_AFTER_MS;
        let outdated = self
            .outdated_since
            .is_some_and(|since| now.since(since).0 > OUTDATED_AFTER_MS);
        self.has_rules && !self.lost_limit && !useless && !outdated && self.switch(NEW_JOBS, false, context)
    }

    /// Whether a flag is on for whoever asks. Where there is none, or it cannot be read, the answer is `otherwise`: what
    /// the caller holds for safe. A broken flag is logged when the settings are loaded, not each time it is asked.
    pub fn switch(&self, key: &str, otherwise: bool, context: &Context<'_>) -> bool {
        self.flags.boolean(key, otherwise, context).value
    }

    /// Switches that are asked for and are not there, with what each is taken for then.
    pub fn missing_switches(&self) -> BTreeMap<String, bool> {
        let providers = self
            .models
            .iter()
            .map(|model| (format!("{PROVIDER}{}", model.provider), false));
        let unlimited = self.models.iter().any(|model| model.unlimited.is_some());
        let unlimited = unlimited.then(|| (UNLIMITED_LIMITS.to_owned(), true));
        let asked = providers.chain(unlimited).chain([(NEW_JOBS.to_owned(), false)]);
        asked
            .filter(|(key, _)| !self.flags.keys().any(|known| known == key))
            .collect()
    }

    /// A limit as it holds for whoever asks: those of unlimited plans are only watched where their switch is off. A switch
    /// that is missing or broken leaves them as they are.
    pub fn in_force(&self, limit: &Limit, context: &Context<'_>) -> Limit {
        let mut limit = limit.clone();
        if limit.id.starts_with(UNLIMITED_LIMIT) && !self.switch(UNLIMITED_LIMITS, true, context) {
            limit.mode = Mode::Monitor;
        }
        limit
    }

    /// The plan that a customer is on now, if it still exists.
    pub fn plan(&self, standing: &Standing, now: Timestamp) -> Option<&Plan> {
        let key = standing.plan_at(now)?;
        self.plans.iter().find(|plan| plan.key == key)
    }

    /// A model by its name.
    pub fn model(&self, id: &ModelId) -> Option<&Model> {
        self.models.iter().find(|model| model.id == *id)
    }

    /// Whether a model was taken off sale: it is switched off, or its row is gone. A row that is there and cannot be read
    /// says nothing of the kind, and what was ordered of it goes on.
    pub fn is_withdrawn(&self, id: &ModelId) -> bool {
        let unreadable = || {
            let name = |problem: &Problem| problem.row.strip_prefix("model#") == Some(id.0.as_str());
            self.problems.iter().any(name)
        };
        self.model(id)
            .map_or_else(|| !unreadable(), |model| !model.enabled)
    }

    /// The features that an order needs, each once: of every order, of one with a photo, of the model, of the length.
    pub fn required<'s>(
        &'s self,
        model: Option<&'s Model>,
        duration_s: u32,
        with_photo: bool,
    ) -> BTreeSet<&'s str> {
        let photo = self.requires.photo.iter().filter(|_| with_photo);
        let length = model.and_then(|model| model.price_row(duration_s));
        let length = length.into_iter().flat_map(|price| &price.requires);
        let model = model.into_iter().flat_map(|model| &model.requires);
        let all = self.requires.every.iter().chain(photo).chain(model).chain(length);
        all.map(String::as_str).collect()
    }

    /// Every feature that some order needs.
    pub fn required_somewhere(&self) -> BTreeSet<&str> {
        let lengths = self.models.iter().flat_map(|model| &model.prices);
        let lengths = lengths.flat_map(|price| &price.requires);
        let models = self.models.iter().flat_map(|model| &model.requires);
        let all = self.requires.every.iter().chain(&self.requires.photo);
        all.chain(models).chain(lengths).map(String::as_str).collect()
    }

    /// The models that take such an order, in the order in which they are offered.
    pub fn offered(&self, with_photo: bool) -> impl Iterator<Item = &Model> {
        self.models.iter().filter(move |model| model.takes(with_photo))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Rows;

    const MODEL: &str = r#"{"title":"Kling 3.0","enabled":true,"provider":"kie","family":"kling-3.0","text":true,"image":true,
        "prices":[{"seconds":5,"credits":1}],"aspects":["9:16"],"prompt_chars_max":2500,"typical_s":90,"render_max_s":900}"#;

    const RULES: &str = r#"{"signup_credits":2,"active_jobs_max":3,"wait_max_s":1800,"settle_max_s":5400}"#;
    const ON: &str = r#"{"enabled":true}"#;

    fn item(sort: &str, body: &str) -> Item {
        Rows::item(sort, body)
    }

    fn read(rows: &[(&str, &str)]) -> Snapshot {
        let items: Vec<Item> = rows.iter().map(|(sort, body)| item(sort, body)).collect();
        Snapshot::read(&items, Timestamp(5))
    }

    fn at(now: i64) -> Context<'static> {
        Context::new(Timestamp(now))
    }

    /// A row as a newer version writes it, with a field that this one does not know.
    fn newer(body: &str) -> String {
        body.replacen('{', r#"{"colour":"red","#, 1)
    }

    #[test]
    fn one_broken_row_leaves_the_others_standing() {
        let snapshot = read(&[
            ("rules", RULES),
            ("model#good", MODEL),
            ("model#bad", "{}"),
            ("flag#new_jobs", ON),
            ("nonsense", ""),
        ]);
        assert_eq!(snapshot.models.len(), 1);
        assert!(snapshot.takes_orders(&at(5)));
        let broken: Vec<&str> = snapshot
            .problems
            .iter()
            .map(|problem| problem.row.as_str())
            .collect();
        assert_eq!(broken, ["model#bad", "nonsense"]);
    }

    #[test]
    fn rows_of_a_newer_version_are_read() {
        let limit = r#"{"max":1,"period":"day","anchor":"21:00","utc_offset":"+03:00"}"#;
        let model = newer(MODEL).replace(r#"{"seconds""#, r#"{"colour":1,"seconds""#);
        let snapshot = read(&[
            ("rules", &newer(RULES)),
            ("flag#new_jobs", &newer(ON)),
            ("limit#videos", &newer(limit)),
            ("model#good", &model),
        ]);
        assert_eq!(&*snapshot.problems, []);
        assert!(snapshot.takes_orders(&at(5)));
        assert_eq!((snapshot.rules.limits.len(), snapshot.models.len()), (1, 1));
    }

    #[test]
    fn a_limit_that_cannot_be_read_stops_orders_and_a_flag_that_is_no_flag_is_broken_and_not_missing() {
        let rows = [("rules", RULES), ("flag#new_jobs", ON)];
        assert!(read(&rows).takes_orders(&at(5)));
        for limit in [
            "nonsense",
            r#"{"max":"lots","period":"day"}"#,
            r#"{"max":1,"period":"day","zone":"Nowhere"}"#,
        ] {
            let snapshot = read(&[rows[0], rows[1], ("limit#videos", limit)]);
            assert!(!snapshot.takes_orders(&at(5)), "{limit}");
            assert_eq!(snapshot.problems.len(), 1);
        }
        let snapshot = read(&[rows[0], rows[1], ("flag#stories", "nonsense")]);
        let asked = snapshot.flags.boolean("stories", true, &at(5));
        let code = asked.fault.map(|fault| fault.code);
        assert_eq!(code, Some(crate::flags::ErrorCode::ParseError));
        assert_eq!(snapshot.problems.len(), 1);
        assert!(snapshot.takes_orders(&at(5)));
    }

    #[test]
    fn without_rules_nothing_is_sold() {
        for rules in [("rules", "nonsense"), ("flag#other", ON)] {
            let snapshot = read(&[rules, ("flag#new_jobs", ON), ("model#good", MODEL)]);
            assert!(!snapshot.has_rules);
            assert!(!snapshot.takes_orders(&at(5)));
        }
    }

    #[test]
    fn a_model_is_withdrawn_by_its_switch_or_without_its_row_but_not_by_a_row_that_cannot_be_read() {
        let on = ("flag#provider-kie", ON);
        let off = MODEL.replacen("true", "false", 1);
        let snapshot = read(&[
            on,
            ("model#good", MODEL),
            ("model#off", &off),
            ("model#bad", "{}"),
        ]);
        let withdrawn = |id: &str| snapshot.is_withdrawn(&ModelId(id.to_owned()));
        assert_eq!(
            ["good", "off", "bad", "gone"].map(withdrawn),
            [false, true, false, true]
        );
    }

    #[test]
    fn what_is_known_to_be_outdated_takes_orders_for_half_a_minute_and_not_a_millisecond_more() {
        let mut snapshot = read(&[("rules", RULES), ("flag#new_jobs", ON)]);
        assert!(snapshot.takes_orders(&at(5 + USELESS_AFTER_MS)));
        assert!(!snapshot.takes_orders(&at(6 + USELESS_AFTER_MS)));
        snapshot.outdated_since = Some(Timestamp(1000));
        assert!(snapshot.takes_orders(&at(1000 + OUTDATED_AFTER_MS)));
        assert!(!snapshot.takes_orders(&at(1001 + OUTDATED_AFTER_MS)));
    }

    #[test]
    fn rows_that_are_not_all_of_the_version_are_known_as_a_mixture() {
        let rows = [("flag#new_jobs", ON), ("rules", RULES)];
        let mut items = rows.map(|(sort, body)| item(sort, body)).to_vec();
        assert!(
            Snapshot::read(&items, Timestamp(5)).whole,
            "nobody says otherwise"
        );
        let mut version = rows::version_key();
        version.insert(rows::DIGEST_ATTRIBUTE.to_owned(), table::s(rows::digest(rows)));
        items.push(version);
        assert!(Snapshot::read(&items, Timestamp(5)).whole);
        items[0] = item("flag#new_jobs", r#"{"enabled":false}"#);
        assert!(!Snapshot::read(&items, Timestamp(5)).whole);
        items.remove(0);
        assert!(!Snapshot::read(&items, Timestamp(5)).whole);
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
    fn a_switch_that_is_asked_for_and_is_not_there_is_told_with_what_it_is_taken_for() {
        let unlimited = MODEL.replacen('{', r#"{"unlimited_daily_limit":3,"#, 1);
        let missing = |rows: &[(&str, &str)]| read(rows).missing_switches();
        assert_eq!(missing(&[]), [(NEW_JOBS.to_owned(), false)].into());
        let kie = ("provider-kie".to_owned(), false);
        assert_eq!(
            missing(&[("model#good", MODEL), ("flag#new_jobs", ON)]),
            [kie.clone()].into()
        );
        let all = missing(&[("model#good", &unlimited), ("flag#new_jobs", ON)]);
        assert_eq!(all, [kie, (UNLIMITED_LIMITS.to_owned(), true)].into());
        // One that is there and is no flag is broken, which is told elsewhere.
        assert_eq!(missing(&[("flag#new_jobs", "nonsense")]), [].into());
    }

    #[test]
    fn a_missing_flag_means_off() {
        assert!(!Snapshot::read(&[], Timestamp(5)).takes_orders(&at(5)));
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
