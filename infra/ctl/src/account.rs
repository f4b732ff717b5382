//! One customer's money.

use domain::account::Account;
use domain::id::UserId;
use domain::ledger::Entry;
use limits_flags::grants;
use serde_json::{Value, json};
use store::{Bought, rows};
use table::{Db, Item, Query, Row, n};

use crate::show::{list, time};
use crate::standing;
use crate::target::{Place, Target};
use crate::{Error, Report};

/// Rows of the newest purchases and payments among which subscriptions are looked for.
const BOUGHT_MAX: i32 = 200;

/// Shows a customer's balance, open orders, counters, standing and ledger.
pub(crate) async fn account(user: i64, target: &Target) -> Result<Report, Error> {
    let place = target.find().await?;
    let (db, tables) = (place.db(), place.tables()?);
    let user = UserId(user);
    let item = db.get(&tables.accounts, rows::account_key(user), true).await?;
    let item = item.ok_or_else(|| Error::NotFound(format!("user {user} has no account")))?;
    let account = rows::read_account(&item)?;
    let counters = of_user(&db, &tables.usage, user).await?;
    let entries = of_user(&db, &tables.ledger, user).await?;
    let mut entries: Vec<(Entry, Option<String>)> = entries
        .iter()
        .map(|item| {
            Ok((
                rows::read_entry(item)?.1,
                Row(item).s_opt("why").map(str::to_owned),
            ))
        })
        .collect::<Result<_, table::Malformed>>()?;
    entries.sort_by_key(|(entry, _)| entry.at);
    let renewing = renewing(&place, user).await?;
    let counters = counters.iter().map(counter).collect::<Result<Vec<_>, _>>()?;
    Ok(Report::new(
        text(&account, &counters, &entries, &renewing),
        as_json(&account, &counters, &entries, &renewing),
    ))
}

fn counter(item: &Item) -> Result<(String, u64), table::Malformed> {
    let (name, count) = rows::read_count(item)?;
    let steps: u64 = count.steps.values().sum();
    Ok((name, count.used.saturating_add(steps)))
}

/// Everything of a user in a table whose partition is the user.
pub(crate) async fn of_user(db: &Db, table: &str, user: UserId) -> Result<Vec<Item>, Error> {
    let (mut items, mut start) = (Vec::new(), None);
    loop {
        let query = Query {
            table: table.to_owned(),
            index: None,
            partition: ("user_id", n(user.0)),
            from: None,
            up_to: None,
            limit: 1000,
            start,
            consistent: true,
        };
        let page = db.query(query).await?;
        items.extend(page.items);
        start = page.next;
        if start.is_none() {
            return Ok(items);
        }
    }
}

/// The subscriptions that were paid, as JSON, the newest first, with whether the next payment comes.
async fn renewing(place: &Place, user: UserId) -> Result<Vec<Value>, Error> {
    let (rows, _) = place.payments()?.bought(user, None, BOUGHT_MAX).await?;
    let purchases = rows.into_iter().filter_map(|row| match row {
        Bought::Purchase(purchase) => Some(purchase),
        Bought::Payment(_) => None,
    });
    let told = purchases.filter_map(|purchase| {
        let renewal = purchase.renewal?;
        let plan = purchase.offer.goods.term.as_ref().map(|term| term.plan.as_str());
        Some(
            json!({"purchase": purchase.id().to_string(), "plan": plan, "rail": purchase.offer.rail.as_str(),
            "renewal": renewal.as_str()}),
        )
    });
    Ok(told.collect())
}

/// A subscription in words.
fn renewal(told: &Value) -> String {
    let word = |name: &str| told[name].as_str().unwrap_or("none").to_owned();
    format!(
        "plan {} by {}: {} ({})",
        word("plan"),
        word("rail"),
        word("renewal"),
        word("purchase")
    )
}

fn text(
    account: &Account,
    counters: &[(String, u64)],
    entries: &[(Entry, Option<String>)],
    renewing: &[Value],
) -> String {
    let balance = account.balance;
    let used = counters.iter().map(|(window, used)| format!("{window} {used}"));
    let lines = [
        format!("user {}", account.user),
        format!(
            "  credits    {} available, {} held, {} captured, {} granted",
            balance.available, balance.held, balance.captured, balance.granted
        ),
        format!(
            "  money back {} set aside, {} gone, {} owed; {} given up with deleted data",
            balance.aside, balance.clawed, balance.debt, balance.forfeited
        ),
        format!("  renews     {}", list(renewing.iter().map(renewal))),
        format!(
            "  open       {}",
            list(account.active_jobs.iter().map(ToString::to_string))
        ),
        format!(
            "  parked     {}",
            list(account.parked.iter().map(ToString::to_string))
        ),
        format!(
            "  reachable  {}",
            if account.blocked {
                "no, the bot is blocked"
            } else {
                "yes"
            }
        ),
        format!("  used       {}", list(used)),
        "  standing".to_owned(),
    ];
    let ledger = [String::from("  ledger")];
    let standing = standing::lines(&account.standing).into_iter().chain(ledger);
    let entries = entries.iter().map(|(entry, why)| {
        let why = why.as_deref().map(|why| format!("  ({why})")).unwrap_or_default();
        format!(
            "    {}  {:>4}  {}{why}",
            time(entry.at),
            entry.amount.to_string(),
            entry.key
        )
    });
    lines
        .into_iter()
        .chain(standing)
        .chain(entries)
        .collect::<Vec<_>>()
        .join("\n")
}

fn as_json(
    account: &Account,
    counters: &[(String, u64)],
    entries: &[(Entry, Option<String>)],
    renewing: &[Value],
) -> Value {
    let balance = account.balance;
    let ids = |ids: &std::collections::BTreeSet<domain::id::JobId>| {
        ids.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let used: serde_json::Map<String, Value> = counters
        .iter()
        .map(|(window, used)| (window.clone(), json!(used)))
        .collect();
    let entries: Vec<Value> = entries
        .iter()
        .map(|(entry, why)| {
            json!({"entry": entry.key.to_string(), "credits": entry.amount.0, "at_ms": entry.at.0, "why": why})
        })
        .collect();
    json!({
        "user": account.user.0,
        "available": balance.available.0,
        "held": balance.held.0,
        "captured": balance.captured.0,
        "granted": balance.granted.0,
        "aside": balance.aside.0,
        "clawed": balance.clawed.0,
        "forfeited": balance.forfeited.0,
        "debt": balance.debt.0,
        "renewing": renewing,
        "open_jobs": ids(&account.active_jobs),
        "parked": ids(&account.parked),
        "blocked": account.blocked,
        "invited_by": account.invited_by.map(|inviter| inviter.0),
        "erased_at_ms": account.erased_at.map(|at| at.0),
        "used": used,
        "standing": grants::told(&account.standing),
        "ledger": entries,
    })
}
