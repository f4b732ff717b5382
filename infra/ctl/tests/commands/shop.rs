//! Settings with something of every kind, and looks into the tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use local_lambda::{Armed, Effect, Fault, Service};
use serde_json::{Map, Value, json};
use tokio::sync::Notify;

use super::place::Place;

/// A shop with something of every kind. What is shipped may change; this stays.
pub(crate) const SHOP: &str = include_str!("shop.yaml");

/// What a transaction waits at.
pub(crate) struct Gate {
    open: Arc<Notify>,
    armed: Armed,
}

impl Gate {
    /// Waits until a transaction waits here.
    pub(crate) async fn reached(&self) {
        while self.armed.hits() == 0 {
            tokio::task::yield_now().await;
        }
    }

    /// Lets it go on.
    pub(crate) fn open(&self) {
        self.open.notify_one();
    }
}

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

    /// Stops the next transaction that writes to this table, until the gate is opened.
    pub(crate) fn hold(&self, table: &str) -> Gate {
        let open = Arc::new(Notify::new());
        let effect = Effect::Hold(Arc::clone(&open));
        let table = self.aws.table_name(table).unwrap().to_owned();
        let of = move |body: &Value| body.to_string().contains(&table);
        let hold = Fault::new(Service::DynamoDb, effect).operation("TransactWriteItems");
        let armed = self.aws.faults().arm(hold.body(of));
        Gate { open, armed }
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
