//! A customer's account and ledger, as `cargo ctl account` shows them.

use std::sync::Arc;

use axum::extract::State;
use domain::account::Account;
use domain::ledger::Entry;
use domain::time::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::standing::things;
use super::user;
use crate::Api;
use crate::auth::Viewer;
use crate::body::Name;
use crate::me::LimitShown;
use crate::openapi::{Denials, NotThere};
use crate::problem::Refusal;
use crate::reply::Json;

/// Entries of a ledger that are read at most: a query's page.
const ENTRIES_MAX: i32 = 1_000;

/// A customer's account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub(crate) struct Shown {
    /// The customer's Telegram id.
    user: String,
    #[serde(flatten)]
    balance: Credits,
    /// The names of the orders under way.
    open_jobs: Vec<String>,
    /// How many may be under way.
    open_jobs_max: u32,
    /// Orders that wait for the customer to unblock the bot.
    parked: Vec<String>,
    /// The customer has blocked the bot.
    is_blocked: bool,
    /// The language that they are written to in.
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    /// Refusals of the latest day that count against them.
    strikes: usize,
    /// Until when no new orders are taken of them, if that is so now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    suspended_until: Option<String>,
    /// What they were given, as `/admin/standings` says it.
    #[schema(value_type = Object)]
    standing: Map<String, Value>,
    /// Grows with every change of that.
    revision: u64,
    /// Every limit on their orders that they are told of.
    limits: Vec<LimitShown>,
}

/// Credits.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountBalance)]
pub(crate) struct Credits {
    /// To be spent.
    available: u32,
    /// Set aside for what is under way.
    held: u32,
    /// Set aside for money that is on its way back.
    aside: u32,
    /// Spent.
    captured: u32,
    /// Gone back for money that went back.
    clawed: u32,
    /// Given up, when its owner had everything deleted.
    forfeited: u32,
    /// Ever given.
    granted: u32,
    /// Spent, and then the money went back.
    debt: u32,
}

/// A customer's ledger.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ledger {
    /// The latest first.
    entries: Vec<Line>,
    /// These are all. Otherwise there are more, and not only older ones.
    complete: bool,
}

/// An entry of a ledger.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LedgerEntry)]
pub(crate) struct Line {
    /// What for: `hold#700001-abcdefgh23456789`, `grant#adjust#ticket-17` …
    entry: String,
    credits: u32,
    #[schema(format = DateTime)]
    at: String,
    /// Why, where an operator said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// A customer's account.
#[utoipa::path(get, path = "/admin/accounts/{user}", tag = "admin",
    params(("user" = String, Path, description = "The customer's Telegram id", pattern = "^[1-9][0-9]{0,15}$")),
    responses((status = 200, description = "How it stands", body = Shown), NotThere, Denials))]
pub(crate) async fn read_account(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Name(whose): Name,
) -> Result<Json<Shown>, Refusal> {
    let id = user(&whose)?;
    let mut seen = api.see_customer(id).await?;
    let account = seen.account.take().ok_or_else(|| nobody(&whose))?;
    seen.target = Some(whose);
    seen.as_in_chat();
    let listed = api.count_listed(&mut seen, id).await?;
    let usages = listed.iter().map(|limit| seen.usage(limit, 1));
    let limits = usages.map(|usage| LimitShown::of(&seen, &usage)).collect();
    let max = seen.snapshot.rules.active_jobs_max;
    Ok(Json(Shown::of(&account, limits, max, seen.now)))
}

/// A customer's ledger, the latest entries first.
#[utoipa::path(get, path = "/admin/accounts/{user}/ledger", tag = "admin",
    params(("user" = String, Path, description = "The customer's Telegram id", pattern = "^[1-9][0-9]{0,15}$")),
    responses((status = 200, description = "It, or a thousand of its entries", body = Ledger), NotThere, Denials))]
pub(crate) async fn read_ledger(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Name(whose): Name,
) -> Result<Json<Ledger>, Refusal> {
    let (entries, complete) = api.store.ledger(user(&whose)?, ENTRIES_MAX).await?;
    Ok(Json(Ledger {
        entries: entries.into_iter().map(Line::of).collect(),
        complete,
    }))
}

/// Nobody of that number has an account.
pub(super) fn nobody(whose: &str) -> Refusal {
    Refusal::NotFound(format!(
        "user {whose} has no account; it opens with the first /start"
    ))
}

impl Shown {
    fn of(account: &Account, limits: Vec<LimitShown>, open_jobs_max: u32, now: Timestamp) -> Self {
        let (balance, standing) = (account.balance, &account.standing);
        let paused = standing.strikes.paused_at(now);
        Self {
            user: account.user.to_string(),
            balance: Credits {
                available: balance.available.0,
                held: balance.held.0,
                aside: balance.aside.0,
                captured: balance.captured.0,
                clawed: balance.clawed.0,
                forfeited: balance.forfeited.0,
                granted: balance.granted.0,
                debt: balance.debt.0,
            },
            open_jobs: account.active_jobs.iter().map(ToString::to_string).collect(),
            open_jobs_max,
            parked: account.parked.iter().map(ToString::to_string).collect(),
            is_blocked: account.blocked,
            locale: account.locale.clone(),
            strikes: standing.strikes.marks.len(),
            suspended_until: paused.and_then(Timestamp::rfc3339),
            standing: things(standing),
            revision: standing.revision,
            limits,
        }
    }
}

impl Line {
    fn of((entry, reason): (Entry, Option<String>)) -> Self {
        Self {
            entry: entry.key.to_string(),
            credits: entry.amount.0,
            at: entry.at.rfc3339().unwrap_or_default(),
            reason,
        }
    }
}
