//! What is known of a customer at the time of a request.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::account::Account;
use domain::admission::limits_touched;
use domain::catalog::Plan;
use domain::id::{ModelId, UserId};
use domain::limit::{Counts, Limit, Usage, Whose, WindowKey};
use domain::standing::Standing;
use domain::time::Timestamp;
use limits_flags::features::{Entitlements, Facts};
use limits_flags::flags::Context;
use limits_flags::{Snapshot, version_key};
use serde_json::{Map, Value};
use store::Ask;

use crate::Api;
use crate::auth::{Caller, customer};
use crate::problem::Refusal;

/// The language in which rules are read where nobody says one: that of the bot's texts without a language.
const LOCALE_OF_NOBODY: &str = "en";
/// Counters that one read takes.
const COUNTERS_MAX: usize = 100;

/// What a request goes by.
pub(crate) struct Seen {
    /// The time.
    pub(crate) now: Timestamp,
    /// The settings.
    pub(crate) snapshot: Arc<Snapshot>,
    /// The customer's standing; that of everybody where there is no account.
    pub(crate) standing: Standing,
    /// Whom a share of a rollout sticks to: the customer's number, or what a machine calls whom it asks for.
    pub(crate) target: Option<String>,
    /// What is used of the limits that hold.
    counts: Counts,
    locale: Option<String>,
}

impl Api {
    /// Whom a caller asks for, with the account and the settings' version in one read, and then what is used of the
    /// limits that hold, which follow from both.
    pub(crate) async fn see(&self, caller: &Caller, key: Option<&str>) -> Result<Seen, Refusal> {
        let target = caller.target(key)?;
        let user = target.as_deref().and_then(customer);
        let locale = match caller {
            Caller::User(visitor) => visitor.locale.clone(),
            Caller::Machine(_) => None,
        };
        let mut seen = match (user, caller) {
            (None, Caller::Machine(machine)) => self.see_nobody(machine.version).await?,
            (None, Caller::User(visitor)) => self.see_customer(visitor.id).await?,
            (Some(user), _) => self.see_customer(user).await?,
        };
        // Whoever opened the Mini App says in which language; of whom a machine asks for, the account knows it.
        seen.locale = locale.or(seen.locale);
        seen.target = target;
        if let Some(user) = user {
            seen.counts = self.counts(user, &seen).await?;
        }
        Ok(seen)
    }

    /// What holds for a customer, whoever asks; nothing is counted.
    pub(crate) async fn see_customer(&self, user: UserId) -> Result<Seen, Refusal> {
        let now = self.now();
        let ask = Ask {
            user,
            windows: Vec::new(),
            job: None,
            settings: (self.settings.table(), version_key()),
        };
        let view = self.store.view(ask).await?;
        let snapshot = self.settings.refresh(view.version, now).await?;
        let account = view.account.unwrap_or_else(|| Account::new(user));
        let mut seen = Seen::of(now, snapshot, account.standing);
        seen.locale = account.locale;
        Ok(seen)
    }

    /// What holds for nobody in particular, by the settings of a version that was just read.
    async fn see_nobody(&self, version: u64) -> Result<Seen, Refusal> {
        let now = self.now();
        let snapshot = self.settings.refresh(version, now).await?;
        Ok(Seen::of(now, snapshot, Standing::default()))
    }

    /// What is used of the limits that orders for a model touch besides those of features.
    pub(crate) async fn count_model(&self, seen: &mut Seen, model: &ModelId) -> Result<(), Refusal> {
        let Some(user) = seen.target.as_deref().and_then(customer) else {
            return Ok(());
        };
        let model = seen.snapshot.model(model);
        let touched = limits_touched(&seen.snapshot.rules, model, seen.plan(), &[]);
        let each = touched.filter(|limit| limit.whose == Whose::Each);
        let keys: Vec<WindowKey> = each.map(|limit| limit.key(seen.now, None)).collect();
        seen.counts.extend(self.store.counts(user, &keys).await?);
        Ok(())
    }

    async fn counts(&self, user: UserId, seen: &Seen) -> Result<Counts, Refusal> {
        let keys: Vec<WindowKey> = seen.entitled(|entitled| {
            let checks: Vec<_> = entitled.all().collect();
            let limits = checks.iter().flat_map(|check| check.limits);
            let each = limits.filter(|limit| limit.whose == Whose::Each);
            let keys: BTreeSet<WindowKey> = each.map(|limit| limit.key(seen.now, None)).collect();
            keys.into_iter().collect()
        });
        let mut counts = Counts::new();
        for keys in keys.chunks(COUNTERS_MAX) {
            counts.extend(self.store.counts(user, keys).await?);
        }
        Ok(counts)
    }
}

/// The names that only we say something about. A caller's own of that name is dropped, also where we have none: a customer
/// without a tier must not be able to bring one along.
const TRUSTED: [&str; 5] = ["tier", "plan", "addons", "roles", "country"];
/// What a user's init data says, and what a machine may say of whom it asks for.
const LOCALE: &str = "locale";

impl Seen {
    fn of(now: Timestamp, snapshot: Arc<Snapshot>, standing: Standing) -> Self {
        Self {
            now,
            snapshot,
            standing,
            target: None,
            counts: Counts::new(),
            locale: None,
        }
    }

    /// The language to speak in.
    pub(crate) fn locale(&self) -> &str {
        self.locale.as_deref().unwrap_or(LOCALE_OF_NOBODY)
    }

    /// What the customer may do.
    pub(crate) fn entitled<T>(&self, ask: impl FnOnce(&Entitlements<'_>) -> T) -> T {
        let facts = Facts {
            user: self.target.as_deref().unwrap_or_default(),
            country: None,
            locale: self.locale(),
            now: self.now,
        };
        ask(&self.snapshot.registry.entitlements(&self.standing, facts))
    }

    /// The plan that the customer is on now.
    pub(crate) fn plan(&self) -> Option<&Plan> {
        self.snapshot.plan(&self.standing, self.now)
    }

    /// What is used of a limit of the customer's own, and what so much more would be. Nobody is told how much everybody
    /// together has used.
    pub(crate) fn usage(&self, limit: &Limit, amount: u64) -> Option<Usage> {
        let own = limit.whose == Whose::Each;
        let context = Context::new(self.now).with_targeting_key(self.target.as_deref().unwrap_or_default());
        let in_force = || self.snapshot.in_force(limit, &context);
        own.then(|| in_force().usage(amount, &self.counts, 0, self.now))
    }

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
        let own = matches!(caller, Caller::User(_)) || !said.contains_key(LOCALE);
        if own {
            said.remove(LOCALE);
            said.extend(
                self.locale
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
