//! What is known of a customer at the time of a request, in one read.

use std::sync::Arc;

use domain::account::Account;
use domain::id::UserId;
use domain::standing::Standing;
use domain::time::Timestamp;
use limits_flags::{Snapshot, version_key};
use serde_json::{Map, Value};
use store::Ask;

use crate::Api;
use crate::auth::Caller;
use crate::problem::Refusal;

/// What a request goes by.
pub(crate) struct Seen {
    /// The time.
    pub(crate) now: Timestamp,
    /// The settings.
    pub(crate) snapshot: Arc<Snapshot>,
    /// The customer's standing; that of everybody where there is no account.
    pub(crate) standing: Standing,
}

impl Api {
    /// Reads a customer's account and the settings' version beside it.
    pub(crate) async fn see(&self, user: UserId) -> Result<Seen, Refusal> {
        let now = self.now();
        let ask = Ask {
            user,
            windows: Vec::new(),
            job: None,
            settings: (self.settings.table(), version_key()),
        };
        let view = self.store.view(ask).await?;
        Ok(Seen {
            now,
            snapshot: self.settings.refresh(view.version, now).await?,
            standing: view
                .account
                .map(|account: Account| account.standing)
                .unwrap_or_default(),
        })
    }

    /// What holds for nobody in particular, by the settings of a version that was just read.
    pub(crate) async fn see_nobody(&self, version: u64) -> Result<Seen, Refusal> {
        let now = self.now();
        Ok(Seen {
            now,
            snapshot: self.settings.refresh(version, now).await?,
            standing: Standing::default(),
        })
    }
}

/// The names that only we say something about. A caller's own of that name is dropped, also where we have none: a customer
/// without a tier must not be able to bring one along.
const TRUSTED: [&str; 5] = ["tier", "plan", "addons", "roles", "country"];
/// What a user's init data says, and what a machine may say of whom it asks for.
const LOCALE: &str = "locale";

impl Seen {
    /// The caller's context with what we know of the customer in it.
    pub(crate) fn context(&self, mut said: Map<String, Value>, caller: &Caller) -> Map<String, Value> {
        for name in TRUSTED {
            said.remove(name);
        }
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                said.insert(name.to_owned(), value);
            }
        };
        let standing = &self.standing;
        put("tier", standing.tier_at(self.now).map(Value::from));
        put("plan", standing.plan_at(self.now).map(Value::from));
        put("addons", some(standing.addons_at(self.now).map(Value::from)));
        put("roles", some(standing.roles.iter().cloned().map(Value::from)));
        put("country", standing.country.clone().map(Value::from));
        if let Caller::User(visitor) = caller {
            said.remove(LOCALE);
            said.extend(
                visitor
                    .locale
                    .clone()
                    .map(|locale| (LOCALE.to_owned(), locale.into())),
            );
        }
        said
    }
}

fn some(values: impl Iterator<Item = Value>) -> Option<Value> {
    let values: Vec<Value> = values.collect();
    (!values.is_empty()).then_some(Value::Array(values))
}
