//! The log of AI operations, as it is stored. Attributes that `OpenTelemetry`'s conventions for generative AI name are called
//! as there.
//!
//! The key is the customer and the moment, so that a customer's history is one query of the table itself; the index by day
//! lies in parts, so that none is hot, and leaves the words out, so that a day is cheap to read.

use domain::ai_request::{AiRequest, Cost, Costing, Source, Status};
use domain::cost::{Category, MicroUsd, Rate, Unit};
use domain::id::{ModelId, UserId, shard_of};
use domain::job::Vain;
use domain::money::Credits;
use domain::time::{Millis, Timestamp};
use table::{AttributeValue, Item, Malformed, Row, map, n, s};

use super::{SCHEMA, day, number};

/// The beginning of what was asked for.
const PROMPT: &str = "prompt";

const PROVIDER: &str = "gen_ai.provider.name";
const MODEL: &str = "gen_ai.request.model";
const OPERATION: &str = "gen_ai.operation.name";
const TASK: &str = "gen_ai.response.id";
const ERROR: &str = "error.type";
const TOKENS_IN: &str = "gen_ai.usage.input_tokens";
const TOKENS_OUT: &str = "gen_ai.usage.output_tokens";

/// How the keys of all begin that began at a moment.
pub(crate) fn began(at: Timestamp) -> String {
    format!("{:013}", at.0)
}

/// How a line is called among its customer's.
pub(crate) fn request_name(at: Timestamp, id: &str) -> String {
    format!("{}#{id}", began(at))
}

/// The key of a line: by time, with as many digits as the times of the next two hundred years have, then by name.
pub fn request_key(user: UserId, at: Timestamp, id: &str) -> Item {
    Item::from([
        ("user_id".to_owned(), n(user.0)),
        ("request".to_owned(), s(request_name(at, id))),
    ])
}

/// The part of the index in which the lines of a day (of UTC) lie.
pub(crate) fn day_part(day: &str, shard: u32) -> String {
    format!("{day}#{shard}")
}

/// What stands in a line beside its key and the words; `None` where it does not stand.
pub(crate) fn request_attributes(
    line: &AiRequest,
    kept: Millis,
) -> [(&'static str, Option<AttributeValue>); 27] {
    let text = |text: &Option<String>| text.as_ref().map(|text| s(text.clone()));
    let big = |amount: u64| n(number(amount));
    let cost = line.cost.as_ref();
    let part = day(line.at).map(|day| s(day_part(&day, shard_of(&line.id))));
    [
        ("id", Some(s(line.id.clone()))),
        ("day", part),
        ("at", Some(n(line.at.0))),
        ("category", Some(s(line.category.as_str()))),
        ("status", Some(s(line.status.as_str()))),
        (OPERATION, Some(s(line.category.operation()))),
        (PROVIDER, Some(s(line.provider.clone()))),
        (MODEL, Some(s(line.model.0.clone()))),
        (TASK, text(&line.task)),
        (ERROR, text(&line.error)),
        ("result", text(&line.result)),
        ("took_ms", line.took.map(|took| n(took.0))),
        ("seconds", Some(n(line.seconds))),
        ("attempts", Some(n(line.attempts))),
        ("tokens", (line.tokens > 0).then(|| big(line.tokens))),
        (TOKENS_IN, (line.tokens_in > 0).then(|| big(line.tokens_in))),
        (TOKENS_OUT, (line.tokens_out > 0).then(|| big(line.tokens_out))),
        ("credits", Some(n(line.credits.0))),
        ("micro_usd", cost.map(|cost| big(cost.micro_usd.0))),
        ("kopecks", cost.and_then(|cost| cost.kopecks).map(big)),
        ("cost_by", cost.map(|cost| s(cost.source.as_str()))),
        ("at_least_micro_usd", line.at_least.map(|least| big(least.0))),
        ("kopecks_per_usd", line.kopecks_per_usd.map(big)),
        ("subscription", text(&line.subscription)),
        (
            "is_unlimited",
            line.is_unlimited.then_some(AttributeValue::Bool(true)),
        ),
        ("expires_at", Some(n(line.at.after(kept).seconds()))),
        ("schema", Some(n(SCHEMA))),
    ]
}

/// A whole line as an item.
pub fn request_item(line: &AiRequest, kept: Millis) -> Item {
    let mut item = request_key(line.user, line.at, &line.id);
    item.extend(
        request_attributes(line, kept)
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| (name.to_owned(), value))),
    );
    if let Some(prompt) = &line.prompt {
        item.insert(PROMPT.to_owned(), s(prompt.clone()));
    }
    item
}

/// A line as read, be it from the table or from an index.
pub fn read_request(item: &Item) -> Result<AiRequest, Malformed> {
    let row = Row(item);
    let text = |name: &'static str| row.s_opt(name).map(str::to_owned);
    Ok(AiRequest {
        user: UserId(row.n("user_id")?),
        id: row.s("id")?.to_owned(),
        at: Timestamp(row.n("at")?),
        category: named(row, "category", Category::parse)?,
        status: named(row, "status", Status::parse)?,
        provider: row.s(PROVIDER)?.to_owned(),
        model: ModelId(row.s(MODEL)?.to_owned()),
        prompt: text(PROMPT),
        result: text("result"),
        error: text(ERROR),
        task: text(TASK),
        took: row.n_opt("took_ms")?.map(Millis),
        seconds: row.n_or_zero("seconds")?,
        attempts: row.n_or_zero("attempts")?,
        tokens: row.n_or_zero("tokens")?,
        tokens_in: row.n_or_zero(TOKENS_IN)?,
        tokens_out: row.n_or_zero(TOKENS_OUT)?,
        credits: Credits(row.n("credits")?),
        cost: read_cost(row)?,
        at_least: row.n_opt("at_least_micro_usd")?.map(MicroUsd),
        kopecks_per_usd: row.n_opt("kopecks_per_usd")?,
        subscription: text("subscription"),
        is_unlimited: row.flag("is_unlimited"),
    })
}

fn read_cost(row: Row<'_>) -> Result<Option<Cost>, Malformed> {
    let Some(micro_usd) = row.n_opt("micro_usd")? else {
        return Ok(None);
    };
    Ok(Some(Cost {
        micro_usd: MicroUsd(micro_usd),
        kopecks: row.n_opt("kopecks")?,
        source: named(row, "cost_by", Source::parse)?,
    }))
}

fn named<T>(
    row: Row<'_>,
    attribute: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, Malformed> {
    parse(row.s(attribute)?).ok_or(Malformed { attribute })
}

/// What was put down with an order for its line, as a map.
pub(crate) fn costing_map(costing: &Costing) -> AttributeValue {
    let big = |amount: u64| n(number(amount));
    let micro_usd = |sum: MicroUsd| big(sum.0);
    let rate = costing.token_rate.as_ref();
    let members = [
        ("token_per", rate.map(|rate| big(rate.per))),
        ("token_in", rate.map(|rate| micro_usd(rate.price))),
        ("token_out", rate.map(|rate| micro_usd(rate.price_out))),
        ("token_from", rate.map(|rate| n(rate.from.0))),
        ("expected", costing.expected.map(micro_usd)),
        ("billed_unit", costing.billed_unit.map(micro_usd)),
        ("kopecks_per_usd", costing.kopecks_per_usd.map(big)),
        ("tokens", (costing.tokens > 0).then(|| big(costing.tokens))),
        (
            "subscription",
            costing.subscription.as_ref().map(|plan| s(plan.clone())),
        ),
        ("kept_ms", Some(n(costing.kept.0))),
    ];
    map(members
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value))))
}

pub(crate) fn read_costing(row: Row<'_>) -> Result<Costing, Malformed> {
    Ok(Costing {
        expected: row.n_opt("expected")?.map(MicroUsd),
        billed_unit: row.n_opt("billed_unit")?.map(MicroUsd),
        token_rate: read_token_rate(row)?,
        kopecks_per_usd: row.n_opt("kopecks_per_usd")?,
        tokens: row.n_or_zero("tokens")?,
        subscription: row.s_opt("subscription").map(str::to_owned),
        kept: Millis(row.n("kept_ms")?),
    })
}

/// What was spent in vain, as a map.
pub(crate) fn vain_map(vain: &Vain) -> AttributeValue {
    let big = |amount: u64| n(number(amount));
    let known = [
        ("micro_usd", big(vain.micro_usd.0)),
        ("source", s(vain.source.as_str())),
        ("tokens_in", big(vain.tokens_in)),
        ("tokens_out", big(vain.tokens_out)),
    ];
    let unknown = vain.unknown.then_some(("unknown", AttributeValue::Bool(true)));
    map(known.into_iter().chain(unknown))
}

pub(crate) fn read_vain(row: Row<'_>) -> Result<Vain, Malformed> {
    Ok(Vain {
        micro_usd: MicroUsd(row.n("micro_usd")?),
        source: named(row, "source", Source::parse)?,
        tokens_in: row.n_or_zero("tokens_in")?,
        tokens_out: row.n_or_zero("tokens_out")?,
        unknown: row.flag("unknown"),
    })
}

fn read_token_rate(row: Row<'_>) -> Result<Option<Rate>, Malformed> {
    let Some(per) = row.n_opt("token_per")? else {
        return Ok(None);
    };
    Ok(Some(Rate {
        from: Timestamp(row.n("token_from")?),
        unit: Unit::Token,
        per,
        price: MicroUsd(row.n("token_in")?),
        price_out: MicroUsd(row.n("token_out")?),
    }))
}
