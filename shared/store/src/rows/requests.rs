//! The log of AI operations, as it is stored. Attributes that `OpenTelemetry`'s conventions for generative AI name are called
//! as there.
//!
//! The key is the customer and the moment, so that a customer's history is one query of the table itself; the index by day
//! lies in parts, so that none is hot, and leaves the words out, so that a day is cheap to read.

use domain::ai_request::conventions::{form_and_model, provider_name, provider_of};
use domain::ai_request::{AiRequest, Asked, Cost, Costing, Source, Status};
use domain::cost::{Category, MicroUsd, Rate, Unit};
use domain::id::{ModelId, UserId, shard_of};
use domain::job::Vain;
use domain::money::Credits;
use domain::time::{Millis, Timestamp};
use domain::video::Aspect;
use table::{AttributeValue, Item, Malformed, Row, map, n, s};

use super::{SCHEMA, day, number};

/// The beginning of what was asked for.
const PROMPT: &str = "prompt";

/// The model by our name; the conventions' is the one that its provider is asked for.
const MODEL: &str = "model";
/// What was asked for beside the words.
const INPUT: &str = "input";
const PROVIDER: &str = "gen_ai.provider.name";
const ASKED_MODEL: &str = "gen_ai.request.model";
const OPERATION: &str = "gen_ai.operation.name";
const OUTPUT: &str = "gen_ai.output.type";
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

/// What stands in a line beside its key, which has its name, and the words; `None` where it does not stand.
pub(crate) fn request_attributes(
    line: &AiRequest,
    kept: Millis,
) -> [(&'static str, Option<AttributeValue>); 29] {
    let text = |text: &Option<String>| text.as_ref().map(|text| s(text.clone()));
    let big = |amount: u64| n(number(amount));
    let cost = line.cost.as_ref();
    let asked = line.asked.as_ref();
    // In lines from before it was noted, our name stands where the conventions' has its place.
    let model = asked.map(|_| s(line.model.0.clone()));
    let asked_model = asked.map_or(line.model.0.as_str(), |asked| form_and_model(&asked.family).1);
    let part = day(line.at).map(|day| s(day_part(&day, shard_of(&line.id))));
    [
        ("day", part),
        ("at", Some(n(line.at.0))),
        ("category", Some(s(line.category.as_str()))),
        ("status", Some(s(line.status.as_str()))),
        (OPERATION, Some(s(line.category.operation()))),
        (OUTPUT, Some(s(line.category.output_type()))),
        (PROVIDER, Some(s(provider_name(&line.provider)))),
        (MODEL, model),
        (ASKED_MODEL, Some(s(asked_model))),
        (INPUT, asked.map(input_map)),
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

/// A line as read, be it from the table or from an index. Its moment and its name stand in its key.
pub fn read_request(item: &Item) -> Result<AiRequest, Malformed> {
    let row = Row(item);
    let (at, id) = read_name(row)?;
    let asked_model = row.s(ASKED_MODEL)?;
    let model = row.s_opt(MODEL);
    let text = |name: &'static str| row.s_opt(name).map(str::to_owned);
    Ok(AiRequest {
        user: UserId(row.n("user_id")?),
        id,
        at,
        category: named(row, "category", Category::parse)?,
        status: named(row, "status", Status::parse)?,
        provider: provider_of(row.s(PROVIDER)?).to_owned(),
        model: ModelId(model.unwrap_or(asked_model).to_owned()),
        asked: model.map(|_| read_asked(row, asked_model)).transpose()?,
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

/// The moment and the name that a key holds.
fn read_name(row: Row<'_>) -> Result<(Timestamp, String), Malformed> {
    let malformed = || Malformed { attribute: "request" };
    let (at, id) = row.s("request")?.split_once('#').ok_or_else(malformed)?;
    let at = at.parse().map_err(|_| malformed())?;
    Ok((Timestamp(at), id.to_owned()))
}

/// What was asked for beside the words, as a map. The model that is asked for stands by itself; here only what its form has
/// before it.
fn input_map(asked: &Asked) -> AttributeValue {
    let aspect = asked.aspect.map(|aspect| ("aspect", s(aspect.as_str())));
    let photo = asked.with_photo.then_some(("photo", AttributeValue::Bool(true)));
    let (form, _) = form_and_model(&asked.family);
    let form = (!form.is_empty()).then(|| ("form", s(form)));
    map(aspect.into_iter().chain(photo).chain(form))
}

fn read_asked(row: Row<'_>, model: &str) -> Result<Asked, Malformed> {
    let input = row.map(INPUT).ok_or(Malformed { attribute: INPUT })?;
    let aspect = |_| named(input, "aspect", Aspect::parse);
    Ok(Asked {
        family: format!("{}{model}", input.s_opt("form").unwrap_or_default()),
        aspect: input.s_opt("aspect").map(aspect).transpose()?,
        with_photo: input.flag("photo"),
    })
}

fn read_cost(row: Row<'_>) -> Result<Option<Cost>, Malformed> {
    let Some(micro_usd) = row.n_opt("micro_usd")? else {
        return Ok(None);
    };
    let micro_usd = MicroUsd(micro_usd);
    // The index leaves the kopecks out, which follow from the rate.
    let by_rate = row.n_opt("kopecks_per_usd")?.map(|rate| micro_usd.kopecks(rate));
    Ok(Some(Cost {
        micro_usd,
        kopecks: row.n_opt("kopecks")?.or(by_rate),
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
