//! What is known of a customer at the time of a request.

use std::collections::BTreeSet;
use std::sync::Arc;

use app::told;
use domain::account::{Account, Balance};
use domain::admission::{Payer, limits_touched, payer};
use domain::catalog::{Model, Plan, Price};
use domain::id::{ModelId, UserId};
use domain::limit::{Counts, Limit, Reservation, Usage, WindowKey};
use domain::money::Credits;
use domain::standing::Standing;
use domain::time::Timestamp;
use domain::window::Zone;
use limits_flags::features::{Entitlements, Facts};
use limits_flags::{Asker, Snapshot, version_key};
use serde_json::{Map, Value};
use store::Ask;

use crate::Api;
use crate::auth::init_data::Visitor;
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
    /// The zone that the customer is told times in, if they have said which.
    pub(crate) zone: Option<Zone>,
    /// The customer's credits.
    pub(crate) balance: Balance,
    /// How many orders of theirs are open.
    pub(crate) active: usize,
    /// Whether they have an account.
    pub(crate) is_known: bool,
    /// The language that they have chosen in the bot.
    pub(crate) language: Option<String>,
    /// The account, where there is one.
    pub(crate) account: Option<Account>,
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
            seen.counts = self.counts(user, seen.rows()).await?;
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
            usual: false,
            settings: (self.settings.table(), version_key()),
        };
        let view = self.store.view(ask).await?;
        let snapshot = self.settings.refresh(view.version, now).await?;
        let Some(account) = view.account else {
            return Ok(Seen::of(now, snapshot, Standing::default()));
        };
        let seen = Seen::of(now, snapshot, account.standing.clone());
        Ok(Seen {
            locale: account.locale.clone(),
            zone: told::zone(account.zone.as_deref()),
            balance: account.balance,
            active: account.active_jobs.len(),
            is_known: true,
            language: account.language.clone(),
            account: Some(account),
            ..seen
        })
    }

    /// The same for the customer who opened the Mini App, in the language of the chat.
    pub(crate) async fn see_visitor(&self, visitor: &Visitor) -> Result<Seen, Refusal> {
        let mut seen = self.see_customer(visitor.id).await?;
        seen.target = Some(visitor.id.to_string());
        seen.locale = visitor.locale.clone().or(seen.locale);
        seen.as_in_chat();
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
        // Under the customer's plan, and beyond it.
        let touched = [seen.plan(), None].map(|plan| limits_touched(&seen.snapshot.rules, model, plan, &[]));
        let touched = touched.into_iter().flatten();
        let keys = touched.flat_map(|limit| limit.rows(seen.now)).collect();
        let counts = self.counts(user, keys).await?;
        seen.counts.extend(counts);
        Ok(())
    }

    /// What is used of the limits that a customer's cabinet lists, which are these.
    pub(crate) async fn count_listed(&self, seen: &mut Seen, user: UserId) -> Result<Vec<Limit>, Refusal> {
        let listed = seen.entitled(|entitled| told::limits(&seen.snapshot, seen.plan(), entitled));
        let keys = listed.iter().flat_map(|limit| limit.rows(seen.now)).collect();
        let counts = self.counts(user, keys).await?;
        seen.counts.extend(counts);
        Ok(listed)
    }

    /// What is used of all that an order for a model touches.
    pub(crate) async fn count_order(
        &self,
        seen: &mut Seen,
        user: UserId,
        model: &ModelId,
    ) -> Result<(), Refusal> {
        seen.counts = self.counts(user, seen.rows()).await?;
        self.count_model(seen, model).await
    }

    /// What stands on these rows.
    async fn counts(&self, user: UserId, keys: BTreeSet<WindowKey>) -> Result<Counts, Refusal> {
        let keys: Vec<WindowKey> = keys.into_iter().collect();
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
            zone: None,
            balance: Balance::default(),
            active: 0,
            is_known: false,
            language: None,
            account: None,
            locale: None,
        }
    }

    /// The rows of every limit that comes with the customer's features.
    fn rows(&self) -> BTreeSet<WindowKey> {
        self.entitled(|entitled| {
            let limits = entitled.all().flat_map(|check| check.limits);
            limits.flat_map(|limit| limit.rows(self.now)).collect()
        })
    }

    /// Speaks as the bot does: in the language that the customer has chosen there, whatever their Telegram speaks.
    pub(crate) fn as_in_chat(&mut self) {
        self.locale = self.language.clone().or(self.locale.take());
    }

    /// The language to speak in.
    pub(crate) fn locale(&self) -> &str {
        self.locale.as_deref().unwrap_or(LOCALE_OF_NOBODY)
    }

    /// What the customer may do.
    pub(crate) fn entitled<T>(&self, ask: impl FnOnce(&Entitlements<'_>) -> T) -> T {
        self.entitled_as(&self.standing, ask)
    }

    /// What the customer might do with another standing.
    pub(crate) fn entitled_as<T>(&self, standing: &Standing, ask: impl FnOnce(&Entitlements<'_>) -> T) -> T {
        let facts = Facts {
            user: self.target.as_deref().unwrap_or_default(),
            country: None,
            locale: self.locale(),
            now: self.now,
        };
        ask(&self.snapshot.registry.entitlements(standing, facts))
    }

    /// The plan that the customer is on now.
    pub(crate) fn plan(&self) -> Option<&Plan> {
        self.snapshot.plan(&self.standing, self.now)
    }

    /// Who pays for so many orders of a model.
    pub(crate) fn payer(&self, model: &Model, price: &Price, orders: u64) -> Payer<'_> {
        let times = u32::try_from(orders).unwrap_or(u32::MAX);
        let all = Price {
            credits: Credits(price.credits.0.saturating_mul(times)),
            ..price.clone()
        };
        payer(self.plan(), model, &all, self.balance.available, |limit, each| {
            self.usage(limit, each.saturating_mul(orders))
        })
    }

    /// Whoever the settings' rules are asked for.
    fn asker(&self) -> Asker<'_> {
        Asker {
            user: self.target.as_deref().unwrap_or_default(),
            standing: &self.standing,
            locale: self.locale(),
            now: self.now,
        }
    }

    /// Whether new orders are taken of the customer, going by the switch for all of them.
    pub(crate) fn takes_orders(&self) -> bool {
        self.asker().ask(|context| self.snapshot.takes_orders(context))
    }

    /// What is used of a limit, and what so much more would be.
    pub(crate) fn usage(&self, limit: &Limit, amount: u64) -> Usage {
        let target = self.target.as_deref().unwrap_or_default();
        let asker = self.asker();
        // Whose row is tried first where there are several: each customer begins with another.
        let number = customer(target).map_or(0, |user| user.0.rem_euclid(i64::from(u16::MAX)));
        let start = u16::try_from(number).unwrap_or(0);
        let limit = asker.ask(|context| self.snapshot.in_force(limit, context));
        limit.usage(amount, &self.counts, start, self.now)
    }

    /// The same of a limit that the customer is shown; nobody is told how much everybody together has used.
    pub(crate) fn shown(&self, limit: &Limit, amount: u64) -> Option<Usage> {
        told::is_shown(limit).then(|| self.usage(limit, amount))
    }

    /// Reckons with uses that are about to be counted.
    pub(crate) fn reckon(&mut self, counted: &[Reservation]) {
        for Reservation { counted, .. } in counted {
            let count = self.counts.entry(counted.key.row().to_owned()).or_default();
            let sum = match counted.key.step() {
                Some((_, began)) => count.steps.entry(began).or_default(),
                None => &mut count.used,
            };
            *sum = sum.saturating_add(counted.amount);
        }
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
