//! Settings with something of every kind, and looks into the tables.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::place::Place;

/// A shop with something of every kind. What is shipped may change; this stays.
pub(crate) const SHOP: &str = include_str!("shop.yaml");

impl Place {
    /// The shop's settings, as a file.
    pub(crate) fn shop(&self) -> String {
        self.file("shop.yaml", SHOP)
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

/// A settings file whose sections are these instead.
pub(crate) fn with(shop: &str, sections: &str) -> String {
    let read = |text: &str| serde_norway::from_str::<Map<String, Value>>(text).unwrap();
    let mut whole = read(shop);
    whole.extend(read(sections));
    serde_norway::to_string(&whole).unwrap()
}
