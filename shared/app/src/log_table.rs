//! The log of AI operations, and its sums, as tables and as CSV (RFC 4180): the same for the command line and the HTTP API.

use domain::ai_request::AiRequest;
use domain::report::{Summary, Tally};

/// What a sum says, by the names under which CSV and JSON say it.
pub const SUMS: [&str; 11] = [
    "requests",
    "completed",
    "failed",
    "canceled",
    "open",
    "credits",
    "tokens",
    "cost_usd",
    "cost_rub",
    "unpriced",
    "unrated",
];

fn sums(tally: &Tally) -> [String; 11] {
    [
        tally.requests.to_string(),
        tally.completed.to_string(),
        tally.failed.to_string(),
        tally.canceled.to_string(),
        tally.open.to_string(),
        tally.credits.to_string(),
        tally.tokens.to_string(),
        tally.cost.to_string(),
        roubles(tally.kopecks()),
        tally.unpriced.to_string(),
        tally.unrated.to_string(),
    ]
}

/// Kopecks as roubles: `28.00`.
pub fn roubles(kopecks: u64) -> String {
    format!("{}.{:02}", kopecks / 100, kopecks % 100)
}

/// What a line says, by the names under which CSV says it.
pub const COLUMNS: [&str; 28] = [
    "at",
    "id",
    "user",
    "category",
    "status",
    "provider",
    "model",
    "form",
    "aspect",
    "with_photo",
    "seconds",
    "took_ms",
    "attempts",
    "tokens",
    "tokens_in",
    "tokens_out",
    "credits",
    "cost_usd",
    "at_least_usd",
    "cost_rub",
    "cost_by",
    "rub_per_usd",
    "subscription",
    "is_unlimited",
    "error",
    "task",
    "result",
    "prompt",
];

fn columns(line: &AiRequest) -> Vec<String> {
    let cost = line.cost;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let asked = line.asked.as_ref();
    let aspect = asked.and_then(|asked| asked.aspect);
    let columns: [String; 28] = [
        line.at.rfc3339().unwrap_or_default(),
        line.id.clone(),
        line.user.to_string(),
        line.category.as_str().to_owned(),
        line.status.as_str().to_owned(),
        line.provider.clone(),
        line.model.0.clone(),
        asked.map(|asked| asked.family.clone()).unwrap_or_default(),
        aspect
            .map(|aspect| aspect.as_str().to_owned())
            .unwrap_or_default(),
        asked
            .map(|asked| asked.with_photo.to_string())
            .unwrap_or_default(),
        line.seconds.to_string(),
        line.took.map(|took| took.0.to_string()).unwrap_or_default(),
        line.attempts.to_string(),
        line.tokens.to_string(),
        line.tokens_in.to_string(),
        line.tokens_out.to_string(),
        line.credits.to_string(),
        cost.map(|cost| cost.micro_usd.to_string()).unwrap_or_default(),
        line.at_least.map(|least| least.to_string()).unwrap_or_default(),
        cost.and_then(|cost| cost.kopecks)
            .map(roubles)
            .unwrap_or_default(),
        cost.map(|cost| cost.source.as_str().to_owned())
            .unwrap_or_default(),
        line.kopecks_per_usd.map(roubles).unwrap_or_default(),
        text(&line.subscription),
        line.is_unlimited.to_string(),
        text(&line.error),
        text(&line.task),
        text(&line.result),
        harmless(&text(&line.prompt)),
    ];
    columns.into()
}

/// A customer's words are no formula in anybody's spreadsheet.
fn harmless(words: &str) -> String {
    if words.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{words}")
    } else {
        words.to_owned()
    }
}

/// Lines as CSV.
pub fn lines(lines: &[AiRequest]) -> Result<String, csv::Error> {
    table(&COLUMNS, lines.iter().map(columns))
}

/// Lines as CSV that follow others: without the names of the columns.
pub fn more_lines(lines: &[AiRequest]) -> Result<String, csv::Error> {
    table(&[], lines.iter().map(columns))
}

/// The models of a sum as CSV, the dearest first.
pub fn models(summary: &Summary) -> Result<String, csv::Error> {
    let rows = summary.dearest().into_iter().map(|(model, tally)| {
        let name = [model.0.clone()];
        name.into_iter().chain(sums(tally)).collect()
    });
    table(&[&["model"], &SUMS[..]].concat(), rows)
}

/// The unlimited plans of a sum as CSV, the dearest first.
pub fn plans(summary: &Summary) -> Result<String, csv::Error> {
    let rows = summary.heaviest().into_iter().map(|((user, plan), tally)| {
        let name = [user.to_string(), plan.clone()];
        name.into_iter().chain(sums(tally)).collect()
    });
    table(&[&["user", "plan"], &SUMS[..]].concat(), rows)
}

/// The kinds of operations of a sum as CSV.
pub fn categories(summary: &Summary) -> Result<String, csv::Error> {
    let rows = summary.categories.iter().map(|(category, tally)| {
        let name = [category.as_str().to_owned()];
        name.into_iter().chain(sums(tally)).collect()
    });
    table(&[&["category"], &SUMS[..]].concat(), rows)
}

/// A table as CSV, without the last line's end, which whoever prints it adds; without a head if that is empty.
pub(crate) fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    if !head.is_empty() {
        writer.write_record(head)?;
    }
    for row in rows {
        writer.write_record(row)?;
    }
    let bytes = writer.into_inner().unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.trim_end_matches('\n').to_owned())
}
