//! The log of AI operations as it is printed.

use app::log_table::{self, roubles};
use domain::ai_request::AiRequest;
use domain::report::{Summary, Tally};
use domain::video::Aspect;
use serde_json::{Value, json};

use crate::show::{count, list, number, span, time};
use crate::{Error, Report};

/// A sum, by the names under which JSON says it.
pub(crate) fn as_json(tally: &Tally) -> Value {
    json!({
        "requests": tally.requests, "completed": tally.completed, "failed": tally.failed, "open": tally.open,
        "canceled": tally.canceled,
        "credits": tally.credits, "tokens": tally.tokens, "micro_usd": tally.cost.0, "kopecks": tally.kopecks(),
        "unpriced": tally.unpriced, "unrated": tally.unrated,
    })
}

/// A sum in one line.
fn told(tally: &Tally) -> String {
    let done = tally.success_permille().map_or_else(String::new, |permille| {
        format!(" ({}.{} %)", permille / 10, permille % 10)
    });
    // They are neither done nor failed.
    let done = match tally.canceled {
        0 => done,
        canceled => format!("{done}  {canceled} canceled"),
    };
    let unpriced = match tally.unpriced {
        0 => String::new(),
        _ => format!("  {} of unknown cost", tally.unpriced),
    };
    let unrated = match tally.unrated {
        0 => String::new(),
        _ => format!("  {} of no known rate, so not in roubles", tally.unrated),
    };
    format!(
        "{}  {} done{done}  {} failed  {} open  {}  ${}  {} ₽{unpriced}{unrated}",
        count(tally.requests, "operation"),
        tally.completed,
        tally.failed,
        tally.open,
        count(tally.credits, "credit"),
        tally.cost,
        roubles(tally.kopecks()),
    )
}

/// Everything in sums.
pub(super) fn summary(summary: &Summary) -> Report {
    let mut lines = vec![told(&summary.all)];
    let took = [50, 95].map(|percent| summary.took(percent));
    if let [Some(median), Some(slow)] = took {
        lines.push(format!(
            "half within {}, 95 of 100 within {}",
            span(median),
            span(slow)
        ));
    }
    let kinds = summary.categories.iter();
    lines.extend(kinds.map(|(kind, tally)| format!("  {}: {}", kind.as_str(), told(tally))));
    if !summary.errors.is_empty() {
        let errors = summary.errors.iter().map(|(why, times)| format!("{times} {why}"));
        lines.push(format!("failed: {}", list(errors)));
    }
    let kinds: serde_json::Map<String, Value> = summary
        .categories
        .iter()
        .map(|(kind, tally)| (kind.as_str().to_owned(), as_json(tally)))
        .collect();
    let json = json!({
        "all": as_json(&summary.all),
        "median_ms": took[0].map(|took| took.0),
        "p95_ms": took[1].map(|took| took.0),
        "categories": kinds,
        "errors": summary.errors,
    });
    Report::new(lines.join("\n"), json)
}

/// The models, the dearest first.
pub(super) fn models(summary: &Summary, csv: bool) -> Result<Report, Error> {
    let models = summary.dearest();
    let rows: Vec<Value> = models
        .iter()
        .map(|(model, tally)| {
            let mut row = as_json(tally);
            row["model"] = json!(model.0);
            row
        })
        .collect();
    let text = if csv {
        log_table::models(summary).map_err(broken)?
    } else {
        let lines = models
            .iter()
            .map(|(model, tally)| format!("{}  {}", model.0, told(tally)));
        some(lines, "no operations")
    };
    Ok(Report::new(text, json!({"models": rows})))
}

/// The unlimited plans, the dearest first.
pub(super) fn plans(summary: &Summary, csv: bool) -> Result<Report, Error> {
    let plans = summary.heaviest();
    let rows: Vec<Value> = plans
        .iter()
        .map(|((user, plan), tally)| {
            let mut row = as_json(tally);
            (row["user"], row["plan"]) = (json!(user.0), json!(plan));
            row
        })
        .collect();
    let text = if csv {
        log_table::plans(summary).map_err(broken)?
    } else {
        let lines = plans
            .iter()
            .map(|((user, plan), tally)| format!("user {user}  {plan}  {}", told(tally)));
        some(lines, "no operations under unlimited plans")
    };
    Ok(Report::new(text, json!({"plans": rows})))
}

/// The lines themselves.
pub(super) fn lines(lines: &[AiRequest], csv: bool) -> Result<Report, Error> {
    let rows: Vec<Value> = lines.iter().map(row).collect();
    let text = if csv {
        log_table::lines(lines).map_err(broken)?
    } else {
        let total = count(number(lines.len()), "operation");
        let told = lines.iter().map(line);
        format!("{}\n{total}", some(told, "nothing was asked for"))
    };
    Ok(Report::new(text, json!({"requests": rows})))
}

pub(super) fn row(line: &AiRequest) -> Value {
    let cost = line.cost;
    let asked = line.asked.as_ref();
    let aspect = asked.and_then(|asked| asked.aspect);
    json!({
        "at": line.at.rfc3339(), "id": line.id, "user": line.user.0, "category": line.category.as_str(),
        "status": line.status.as_str(), "provider": line.provider, "model": line.model.0,
        "form": asked.map(|asked| &asked.family), "aspect": aspect.map(Aspect::as_str),
        "with_photo": asked.map(|asked| asked.with_photo), "task": line.task, "result": line.result,
        "seconds": line.seconds, "took_ms": line.took.map(|took| took.0), "attempts": line.attempts,
        "tokens": line.tokens, "tokens_in": line.tokens_in, "tokens_out": line.tokens_out, "credits": line.credits.0, "micro_usd": cost.map(|cost| cost.micro_usd.0),
        "at_least_micro_usd": line.at_least.map(|least| least.0), "kopecks": cost.and_then(|cost| cost.kopecks), "cost_by": cost.map(|cost| cost.source.as_str()),
        "kopecks_per_usd": line.kopecks_per_usd, "subscription": line.subscription,
        "is_unlimited": line.is_unlimited, "error": line.error, "prompt": line.prompt,
    })
}

pub(super) fn line(line: &AiRequest) -> String {
    let took = line.took.map(|took| format!("  in {}", span(took)));
    let cost = line.cost.map(|cost| format!("  ${}", cost.micro_usd));
    let least = line.at_least.map(|least| format!("  at least ${least}"));
    let aspect = line.asked.as_ref().and_then(|asked| asked.aspect);
    let aspect = aspect.map(|aspect| format!("  {}", aspect.as_str()));
    let plan = line.subscription.as_ref().map(|plan| {
        let pays = if line.is_unlimited { "under" } else { "beside" };
        format!("  {pays} {plan}")
    });
    let error = line.error.as_ref().map(|error| format!("  {error}"));
    let prompt = line.prompt.as_ref().map(|prompt| format!("\n    {prompt:?}"));
    let rest = [aspect, took, cost, least, plan, error, prompt]
        .into_iter()
        .flatten();
    format!(
        "{}  {}  {}  {} {} s  {}{}",
        time(line.at),
        line.id,
        line.status.as_str(),
        line.model.0,
        line.seconds,
        count(line.credits.0, "credit"),
        rest.collect::<String>()
    )
}

fn some(lines: impl Iterator<Item = String>, otherwise: &str) -> String {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        otherwise.to_owned()
    } else {
        lines.join("\n")
    }
}

pub(super) fn broken(error: impl std::fmt::Display) -> Error {
    Error::Usage(format!("this cannot be said as CSV: {error}"))
}
