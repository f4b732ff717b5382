//! Settings with something of every kind, and looks into the tables.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::place::Place;

/// Beside what is shipped: features, tiers, an add-on, a component, a plan, an evaluator.
const MORE: &str = r"
features:
  chat: { name: Chat, category: core, default: true }
  hd: { name: HD, category: video, minimum_tier: pro }
  stories: { name: Stories, category: video, depends_on: [hd] }
tiers:
  free: { name: Free, rank: 0 }
  pro: { name: Pro, rank: 10, features: { hd: true, stories: true } }
addons:
  hd-pack: { name: HD, features: { hd: true } }
components:
  story-button: { name: Story, feature: stories }
plans:
  unlimited_1day: { title: A day without limits, unlimited: true }
evaluators:
  testers: { in: [tester, { var: roles }] }
";

impl Place {
    /// The shipped settings and more, as a file.
    pub(crate) fn shop(&self) -> String {
        let shipped = std::fs::read_to_string(shipped()).unwrap();
        self.file("shop.yaml", &format!("{shipped}{MORE}"))
    }

    /// A place whose table says what the shop's file says.
    pub(crate) async fn with_shop() -> Self {
        let place = Self::new().await;
        let file = place.shop();
        place.ctl(&["settings", "apply", &file]).await.unwrap();
        place
    }

    /// The rows of a partition of the settings' table, by sort key, whole.
    pub(crate) fn partition(&self, name: &str) -> BTreeMap<String, String> {
        let items = self.aws.items("SettingsTable").unwrap();
        let of = items.iter().filter(|item| item["pk"]["S"] == name);
        of.map(|item| {
            (
                item["sk"]["S"].as_str().unwrap().to_owned(),
                json!(item).to_string(),
            )
        })
        .collect()
    }

    /// What a row of the settings says.
    pub(crate) fn row(&self, sort: &str) -> Value {
        let items = self.aws.items("SettingsTable").unwrap();
        let of = |item: &&Map<String, Value>| item["pk"]["S"] == "live" && item["sk"]["S"] == sort;
        let body = items
            .iter()
            .find(of)
            .map(|item| item["body"]["S"].as_str().unwrap().to_owned());
        body.map_or(Value::Null, |body| serde_json::from_str(&body).unwrap())
    }

    /// Everything in the table of changes.
    pub(crate) fn audit(&self) -> Vec<Map<String, Value>> {
        self.aws.items("AuditTable").unwrap()
    }

    /// Writes a row past every check, as a hand would.
    pub(crate) async fn scribble(&self, sort: &str, body: &str) {
        let found = self.found().await;
        let item = limits_flags::Rows::item(sort, body);
        let table = found.output("SettingsTable").unwrap();
        let write = table::Write::put("row", table, item);
        found.db().write(write, super::place::soon()).await.unwrap();
    }
}

/// The file that is shipped.
pub(crate) fn shipped() -> String {
    format!("{}/../settings.yaml", env!("CARGO_MANIFEST_DIR"))
}
