//! Why somebody may or may not do something, step by step.

mod report;

use std::collections::BTreeSet;

use app::Clock as _;
use domain::account::Account;
use domain::admission::{Payer, amount, limits_touched, payer};
use domain::catalog::{Model, Price};
use domain::id::{ModelId, UserId};
use domain::limit::{Counts, Limit, Usage, Whose};
use domain::time::Timestamp;
use domain::video::Quality;
use limits_flags::features::{Check, Entitlements, Explanation, Facts, Given};
use limits_flags::{Asker, Settings, Snapshot};
use store::{Store, rows};
use table::Row;

use crate::arguments::Explain;
use crate::target::Place;
use crate::{Error, Report};

/// Counters that one read takes.
const COUNTERS_MAX: usize = 100;

/// What was found out.
struct Found<'a> {
    account: &'a Account,
    tier: Option<&'a str>,
    plan: Option<&'a str>,
    /// Whether orders are taken of this customer at all.
    takes_orders: bool,
    /// How many open orders a customer may have.
    active_jobs_max: u32,
    /// Who would pay for the order that was asked for.
    payer: Option<Payer<'a>>,
    /// The model that was asked for, and the length.
    model: Option<(&'a Model, Option<&'a Price>)>,
    /// The features that were asked for or that the order needs, each with its path and with what is used.
    features: Vec<(Explanation<'a>, Check<'a>)>,
    /// Every limit that an order of the model touches.
    limits: Vec<Touched>,
    now: Timestamp,
}

/// A limit that an order touches.
struct Touched {
    /// What is used of it, by all customers where they share it.
    whole: Usage,
    /// Whether the order has room: of a shared limit, on one of its rows.
    has_room: bool,
}

/// Explains what a customer may do: of features, of a model, or of everything.
pub(crate) async fn explain(explain: &Explain) -> Result<Report, Error> {
    let place = explain.target.find().await?;
    let (account, locale) = customer(&place, UserId(explain.user)).await?;
    let now = runtime::SystemClock.now();
    let settings = Settings::new(place.db(), place.output("SettingsTable")?.to_owned());
    let snapshot = settings.reload(now).await?;
    let number = account.user.to_string();
    let facts = Facts {
        user: &number,
        country: None,
        locale: &locale,
        now,
    };
    let entitlements = snapshot.registry.entitlements(&account.standing, facts);
    let model = ordered(explain, &snapshot)?;
    let wanted = wanted(explain, &snapshot, model)?;
    let checks: Vec<Check<'_>> = wanted.iter().map(|feature| entitlements.check(feature)).collect();
    let of_features: Vec<Limit> = checks.iter().flat_map(|check| check.limits).cloned().collect();
    let plan = snapshot.plan(&account.standing, now);
    let asker = Asker {
        user: &number,
        standing: &account.standing,
        locale: &locale,
        now,
    };
    let touched = |plan| -> Vec<Limit> {
        let limits: Vec<&Limit> = match model {
            Some((model, _)) => limits_touched(&snapshot.rules, Some(model), plan, &of_features).collect(),
            None => of_features.iter().collect(),
        };
        let in_force = |limit: &Limit| asker.ask(|context| snapshot.in_force(limit, context));
        limits.into_iter().map(in_force).collect()
    };
    // Under a plan, and beyond it.
    let counted = [touched(plan), touched(None)].concat();
    let counts = counts(&place.store()?, account.user, &counted, now).await?;
    let price = model.and_then(|(_, price)| price);
    let used = |limit: &Limit, amount: u64| {
        let in_force = asker.ask(|context| snapshot.in_force(limit, context));
        in_force.usage(amount, &counts, 0, now)
    };
    let payer = model.and_then(|(model, price)| {
        let available = account.balance.available;
        Some(payer(plan, model, price?, available, used))
    });
    let paying = payer.as_ref().map_or(plan, |payer| payer.plan);
    let once = |limit: &Limit| used(limit, amount(limit.measure, price));
    let found = Found {
        account: &account,
        tier: entitlements.tier(),
        plan: plan.map(|plan| plan.key.as_str()),
        takes_orders: asker.ask(|context| snapshot.takes_orders(context)),
        active_jobs_max: snapshot.rules.active_jobs_max,
        model,
        features: told(&entitlements, &wanted, once),
        limits: touched(paying)
            .iter()
            .map(|limit| touched_by(limit, once(limit), &counts, now))
            .collect(),
        payer,
        now,
    };
    Ok(found.report())
}

fn told<'c>(
    entitlements: &'c Entitlements<'_>,
    wanted: &'c [String],
    used: impl Fn(&Limit) -> Usage,
) -> Vec<(Explanation<'c>, Check<'c>)> {
    let one = |feature: &'c String| {
        let check = entitlements.check_with_usage(feature, |limit| Some(used(limit)));
        Some((entitlements.explain(feature)?, check))
    };
    wanted.iter().filter_map(one).collect()
}

async fn customer(place: &Place, user: UserId) -> Result<(Account, String), Error> {
    let accounts = place.output("AccountsTable")?;
    let item = place.db().get(accounts, rows::account_key(user), true).await?;
    let item = item.ok_or_else(|| Error::NotFound(format!("user {user} has no account")))?;
    let locale = Row(&item).s_opt("locale").unwrap_or_default().to_owned();
    Ok((rows::read_account(&item)?, locale))
}

/// The model that was asked for, with the price of the length.
fn ordered<'s>(
    explain: &Explain,
    snapshot: &'s Snapshot,
) -> Result<Option<(&'s Model, Option<&'s Price>)>, Error> {
    let Some(id) = &explain.model else {
        return Ok(None);
    };
    let model = snapshot.model(&ModelId(id.clone())).ok_or_else(|| {
        let known: Vec<&str> = snapshot.models.iter().map(|model| model.id.0.as_str()).collect();
        Error::NotFound(format!("there is no model {id}; there are {}", known.join(", ")))
    })?;
    let standard = match explain.seconds {
        None => model.prices.first(),
        Some(seconds) => {
            let price = model.price_row(seconds, Quality::Standard);
            let gone = || Error::NotFound(format!("{id} has no length of {seconds} s"));
            Some(price.ok_or_else(gone)?)
        }
    };
    let Some(standard) = standard.filter(|_| explain.high) else {
        return Ok(Some((model, standard)));
    };
    let seconds = standard.duration_s;
    let gone = || Error::NotFound(format!("{id} has no higher quality of {seconds} s"));
    Ok(Some((model, Some(standard.of(Quality::High).ok_or_else(gone)?))))
}

/// The features that were asked for, with those that the order needs; all of them where nothing was asked for.
fn wanted(
    explain: &Explain,
    snapshot: &Snapshot,
    model: Option<(&Model, Option<&Price>)>,
) -> Result<Vec<String>, Error> {
    let mut wanted: Vec<String> = explain.features.clone();
    if let Some((model, price)) = model {
        let seconds = price.map_or(0, |price| price.duration_s);
        let quality = if explain.high {
            Quality::High
        } else {
            Quality::Standard
        };
        let required = snapshot.required(Some(model), (seconds, quality), explain.photo);
        wanted.extend(required.into_iter().map(str::to_owned));
    } else if wanted.is_empty() {
        wanted.extend(snapshot.registry.features().map(|(key, _)| key.to_owned()));
    }
    let unknown = wanted
        .iter()
        .find(|feature| snapshot.registry.feature(feature).is_none());
    let Some(feature) = unknown else {
        return Ok(wanted);
    };
    // Its refusal names the nearest one.
    let refused = snapshot.registry.may_say(feature, &Given::switch(true));
    Err(Error::NotFound(refused.err().unwrap_or_default()))
}

/// What stands on the counters of these limits.
async fn counts(store: &Store, user: UserId, limits: &[Limit], now: Timestamp) -> Result<Counts, Error> {
    let rows: BTreeSet<_> = limits.iter().flat_map(|limit| limit.rows(now)).collect();
    let rows: Vec<_> = rows.into_iter().collect();
    let mut counts = Counts::new();
    for some in rows.chunks(COUNTERS_MAX) {
        counts.extend(store.counts(user, some).await?);
    }
    Ok(counts)
}

/// Of a limit that all customers share, what all of them have used; the row that an order would try says only its part.
fn touched_by(limit: &Limit, usage: Usage, counts: &Counts, now: Timestamp) -> Touched {
    let has_room = usage.has_room();
    if !is_shared(limit) {
        return Touched {
            whole: usage,
            has_room,
        };
    }
    let total = limit.total(counts, now);
    let whole = Usage {
        used: total.used,
        max: total.max,
        ..usage
    };
    Touched { whole, has_room }
}

/// Whether a limit is shared by all customers.
fn is_shared(limit: &Limit) -> bool {
    limit.whose != Whose::Each
}
