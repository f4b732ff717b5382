//! What an operator gives a customer.

use std::time::Duration;

use domain::id::UserId;
use domain::standing::Held;
use limits_flags::grants::{self, Change};
use limits_flags::{By, Office};
use table::Deadline;

use super::Stage;

impl Stage {
    /// Changes what somebody may do, as an operator does.
    pub async fn grant(&self, user: i64, change: Change) {
        let by = By::new("an operator", "a test", self.now()).unwrap();
        let soon = Deadline::after(Duration::from_secs(20));
        grants::change(&self.office(), UserId(user), &change, &by, soon)
            .await
            .unwrap();
    }

    /// A tier for so long, or for ever.
    pub async fn tier(&self, user: i64, key: &str) {
        self.grant(user, Change::Tier(Some(held(key)))).await;
    }

    /// A plan for ever.
    pub async fn plan(&self, user: i64, key: &str) {
        self.grant(user, Change::Plan(Some(held(key)))).await;
    }

    /// The tables as an operator changes them.
    pub fn office(&self) -> Office {
        let table = |name: &str| self.aws.table_name(name).unwrap().to_owned();
        Office {
            db: self.db.clone(),
            settings: table("SettingsTable"),
            accounts: table("AccountsTable"),
            audit: table("AuditTable"),
            check: Office::nothing_else,
        }
    }
}

fn held(key: &str) -> Held {
    Held {
        key: key.to_owned(),
        until: None,
    }
}
