//! Lists: filtered, newest first, page by page.

use serde_json::{Value, json};

use super::PlayedStripe;
use super::form::{Form, Wrong, wrong};
use super::show;
use crate::desk::Request;

const LIMIT: i64 = 10;
const LIMIT_MAX: i64 = 100;
const KNOWN: [&str; 9] = [
    "created[gt]",
    "created[gte]",
    "created[lt]",
    "created[lte]",
    "limit",
    "starting_after",
    "expand[]",
    "payment_intent",
    "charge",
];

/// One thing that can be listed.
struct Listed {
    id: String,
    created_s: i64,
    intent: Option<String>,
    charge: Option<String>,
    shown: Value,
}

pub(super) fn list(account: &PlayedStripe, of: &str, request: &Request) -> Result<Value, Wrong> {
    let form = Form::new(request.query.clone());
    form.only(&KNOWN)?;
    let expanded = match of {
        "payment_intents" => !form.expanded(&["data.latest_charge"])?.is_empty(),
        _ => !form.expanded(&[])?.is_empty(),
    };
    let newest_first: Vec<Listed> = all(account, of, expanded).into_iter().rev().collect();
    let (data, has_more) = page(&form, newest_first)?;
    Ok(json!({"object": "list", "url": format!("/v1/{of}"), "has_more": has_more, "data": data}))
}

fn all(account: &PlayedStripe, of: &str, is_expanded: bool) -> Vec<Listed> {
    let book = account.book();
    let listed = |shown: Value| Listed {
        id: text(&shown, "id").unwrap_or_default(),
        created_s: shown.get("created").and_then(Value::as_i64).unwrap_or(0),
        intent: text(&shown, "payment_intent"),
        charge: text(&shown, "charge"),
        shown,
    };
    let shown: Vec<Value> = match of {
        "payment_intents" => {
            let intents = book.intents.iter();
            intents.map(|one| show::intent(&book, one, is_expanded)).collect()
        }
        "charges" => book.charges.iter().map(|one| show::charge(&book, one)).collect(),
        "refunds" => book.refunds.iter().map(show::refund).collect(),
        "disputes" => book.disputes.iter().map(show::dispute).collect(),
        _ => book
            .sessions
            .iter()
            .map(|one| show::session(account, one))
            .collect(),
    };
    shown.into_iter().map(listed).collect()
}

fn text(shown: &Value, name: &str) -> Option<String> {
    shown.get(name)?.as_str().map(str::to_owned)
}

/// What is on the page that is asked for, and whether there is more.
fn page(form: &Form, newest_first: Vec<Listed>) -> Result<(Vec<Value>, bool), Wrong> {
    let limit = form.integer("limit")?.unwrap_or(LIMIT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(wrong(
            Some("parameter_invalid_integer"),
            "limit",
            "From 1 to 100.",
        ));
    }
    let mut all = newest_first;
    if let Some(after) = form.get("starting_after") {
        let at = all.iter().position(|one| one.id == after);
        let missing = || {
            wrong(
                Some("resource_missing"),
                "starting_after",
                format!("No such object: '{after}'"),
            )
        };
        all.drain(..=at.ok_or_else(missing)?);
    }
    let (gt, gte) = (form.integer("created[gt]")?, form.integer("created[gte]")?);
    let (lt, lte) = (form.integer("created[lt]")?, form.integer("created[lte]")?);
    all.retain(|one| {
        let same = |name: &str, its: &Option<String>| {
            form.get(name).is_none_or(|asked| its.as_deref() == Some(asked))
        };
        gt.is_none_or(|at| one.created_s > at)
            && gte.is_none_or(|at| one.created_s >= at)
            && lt.is_none_or(|at| one.created_s < at)
            && lte.is_none_or(|at| one.created_s <= at)
            && same("payment_intent", &one.intent)
            && same("charge", &one.charge)
    });
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = all.len() > limit;
    all.truncate(limit);
    Ok((all.into_iter().map(|one| one.shown).collect(), has_more))
}
