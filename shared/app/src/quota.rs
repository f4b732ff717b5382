//! Limits as people read them: what they are called, what is left, and when there is more.

use domain::catalog::{Makes, Model, Plan};
use domain::limit::{Limit, Measure, Mode, Span, Usage, Whose};
use domain::time::{Millis, Timestamp};
use domain::window::{Period, Zone};
use limits_flags::features::Entitlements;
use limits_flags::{FEATURE_LIMIT, OWN_LIMIT, Snapshot, UNLIMITED_LIMIT};
use telegram::html;

use crate::show;
use crate::texts::Say;

/// Millionths of a dollar in a cent.
const MICRO_USD_PER_CENT: u64 = 10_000;

/// Whether customers are shown a limit: it is about them alone, and it is meant for them. What the provider charges is
/// nobody's business but the operator's.
pub(crate) fn is_shown(limit: &Limit) -> bool {
    limit.whose == Whose::Each && limit.mode != Mode::Monitor && limit.measure != Measure::MicroUsd
}

/// Every limit that an order for a model on sale could touch, each once, of whom `entitled` is about. Under a plan these are
/// the model's limits for such plans and, beyond it, its own.
pub(crate) fn listed(
    snapshot: &Snapshot,
    plan: Option<&Plan>,
    entitled: &Entitlements<'_>,
    beyond_plan: bool,
) -> Vec<Limit> {
    let on_sale = snapshot.models.iter().filter(|model| model.enabled);
    let own = on_sale.flat_map(|model| {
        let covered = plan.is_some_and(|plan| plan.covers(model));
        let unlimited = model.unlimited.as_ref().filter(|_| covered);
        let own = (!covered || beyond_plan).then_some(&model.limits);
        unlimited.into_iter().chain(own).flatten()
    });
    // Of the features that some order needs, those that are granted.
    let checks = snapshot.required_somewhere();
    let checks = checks.into_iter().map(|feature| entitled.check(feature));
    let granted = checks.filter(|check| check.has_access);
    let of_features = granted.flat_map(|check| check.limits.to_vec());
    let over_all = snapshot.rules.limits.iter();
    over_all.chain(own).cloned().chain(of_features).collect()
}

/// What a limit is called: what it counts and within what time. Plain words, to be escaped where there is markup.
pub(crate) fn title(say: Say, snapshot: &Snapshot, limit: &Limit) -> String {
    if let Some(model) = model_of(say, snapshot, limit) {
        return match limit.measure {
            Measure::Requests => model,
            Measure::Tokens | Measure::MicroUsd => format!("{model}, {}", lower_first(&by_span(say, limit))),
        };
    }
    let feature = feature_of(snapshot, limit).and_then(|key| snapshot.registry.feature(key));
    let Some(feature) = feature else {
        return by_span(say, limit);
    };
    let name = feature.name.in_locale(say.locale().as_str());
    match limit.measure {
        Measure::Requests => format!("{name} {}", span_of(say, limit)),
        Measure::Tokens | Measure::MicroUsd => format!("{name}, {}", lower_first(&by_span(say, limit))),
    }
}

/// How much a limit allows, in words: `10 per day at most`.
pub(crate) fn at_most(say: Say, limit: &Limit) -> String {
    let values = [
        ("max", amount(limit.measure, limit.max).into()),
        ("span", span_of(say, limit).into()),
    ];
    say.with("limit-at-most", values)
}

/// The key of the feature that a limit comes with, if it comes with one.
pub(crate) fn feature_of<'s>(snapshot: &'s Snapshot, limit: &Limit) -> Option<&'s str> {
    let rest = limit.id.strip_prefix(FEATURE_LIMIT)?;
    let keys = snapshot.registry.features().map(|(key, _)| key);
    // What follows the feature's key says what is counted.
    let leads = |key: &&str| rest.strip_prefix(key).is_some_and(|rest| rest.starts_with('-'));
    keys.filter(leads).max_by_key(|key| key.len())
}

/// What a limit counts and within what time: `Videos per day`, `Tokens within 6 hours`.
fn by_span(say: Say, limit: &Limit) -> String {
    let what = say.text(match limit.measure {
        Measure::Requests => "limit-what-requests",
        Measure::Tokens => "limit-what-tokens",
        Measure::MicroUsd => "limit-what-money",
    });
    format!("{what} {}", span_of(say, limit))
}

/// Within what time: `per day`, `within 6 hours`.
fn span_of(say: Say, limit: &Limit) -> String {
    match &limit.span {
        Span::Open => say.text("limit-open"),
        Span::Sliding(sliding) => say.with("limit-sliding", [("span", span(say, sliding.length).into())]),
        Span::Fixed(schedule) => say.text(match schedule.period {
            Period::Hour => "limit-hour",
            Period::Day => "limit-day",
            Period::Week => "limit-week",
            Period::Month => "limit-month",
        }),
    }
}

/// Within a sentence: `Videos per day`, `videos per day`.
fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// What a model's limit is called, if it is about one: the model's title, or what is limited where there is no choice of
/// models.
fn model_of(say: Say, snapshot: &Snapshot, limit: &Limit) -> Option<String> {
    let rest = of_model(limit)?;
    let model = found(snapshot, rest);
    Some(match model.map(|model| model.makes) {
        Some(Makes::Prompt) => say.text("limit-what-prompts"),
        Some(Makes::Transcript) => say.text("limit-what-voices"),
        _ => model.map_or(rest, |model| model.title.as_str()).to_owned(),
    })
}

/// What follows the mark of a model's limit.
fn of_model(limit: &Limit) -> Option<&str> {
    let marks = [OWN_LIMIT, UNLIMITED_LIMIT];
    marks.iter().find_map(|prefix| limit.id.strip_prefix(*prefix))
}

/// The model whose limit is called so. What follows the model's name, if anything, tells its limits apart.
fn found<'s>(snapshot: &'s Snapshot, rest: &str) -> Option<&'s Model> {
    let models = snapshot.models.iter();
    models
        .filter(|model| rest.starts_with(&model.id.0))
        .max_by_key(|model| model.id.0.len())
}

/// Whether another model would do.
fn has_others(snapshot: &Snapshot, limit: &Limit) -> bool {
    let model = of_model(limit).map(|rest| found(snapshot, rest));
    model.is_some_and(|model| !model.is_some_and(|model| model.makes.is_words()))
}

/// A time in whole days, else in whole hours, else in minutes.
fn span(say: Say, length: Millis) -> String {
    let minutes = length.secs_ceil() / 60;
    let (name, count) = match minutes {
        minutes if minutes > 0 && minutes % (24 * 60) == 0 => ("days", minutes / (24 * 60)),
        minutes if minutes > 0 && minutes % 60 == 0 => ("hours", minutes / 60),
        minutes => ("minutes", minutes),
    };
    say.with(name, [("count", u32::try_from(count).unwrap_or(u32::MAX).into())])
}

/// So much of what a limit counts, whose name stands beside it: `3`, `50 000`, `$1.20`.
pub(crate) fn amount(measure: Measure, amount: u64) -> String {
    match measure {
        Measure::Requests | Measure::Tokens => grouped(amount),
        Measure::MicroUsd => {
            let cents = amount / MICRO_USD_PER_CENT;
            format!("${}.{:02}", cents / 100, cents % 100)
        }
    }
}

/// Digits in groups of three, with spaces that do not break.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push('\u{a0}');
        }
        grouped.push(digit);
    }
    grouped
}

/// When there is more, in the limit's own zone: `сегодня в 21:00 (МСК)`; `None` where it is when an order ends.
pub(crate) fn reset(say: Say, usage: &Usage, zone: &Zone, now: Timestamp) -> Option<String> {
    usage.resets_at.map(|at| show::moment(say, at, zone, now))
}

/// A line that says what is left, for messages with markup.
pub(crate) fn line(say: Say, snapshot: &Snapshot, usage: &Usage, zone: &Zone, now: Timestamp) -> String {
    html::escape(&left(say, snapshot, usage, zone, now)).into_owned()
}

/// What is left, in plain words.
pub(crate) fn left(say: Say, snapshot: &Snapshot, usage: &Usage, zone: &Zone, now: Timestamp) -> String {
    let limit = &usage.limit;
    let mut values = vec![
        ("title", title(say, snapshot, limit).into()),
        ("left", amount(limit.measure, usage.left()).into()),
        ("max", amount(limit.measure, usage.max).into()),
    ];
    let text = match reset(say, usage, zone, now) {
        Some(reset) => {
            values.push(("reset", reset.into()));
            say.with("limit-line", values)
        }
        None => say.with("limit-line-open", values),
    };
    if usage.warns() {
        format!("⚠️ {text}")
    } else {
        text
    }
}

/// What is left, and how much of it was asked for where that is more. Plain words.
pub(crate) fn too_little(
    say: Say,
    snapshot: &Snapshot,
    usage: &Usage,
    zone: &Zone,
    now: Timestamp,
) -> String {
    let told = left(say, snapshot, usage, zone, now);
    if usage.left() == 0 || usage.amount <= usage.left() {
        return told;
    }
    let needed = amount(usage.limit.measure, usage.amount);
    say.with("limit-needed", [("left", told.into()), ("needed", needed.into())])
}

/// Why an order is refused that a limit forbids, and what would help: above all `more`, a plan on sale or else a tier with more
/// room. Plain words.
pub(crate) fn refused(
    say: Say,
    snapshot: &Snapshot,
    usage: &Usage,
    more: (Option<&str>, Option<&str>),
    (zone, now): (&Zone, Timestamp),
) -> String {
    let limit = &usage.limit;
    let reset = reset(say, usage, zone, now);
    if let (Whose::All { .. }, Some(reset)) = (limit.whose, &reset) {
        // Something shorter or cheaper may still fit, and what is counted for one provider or feature leaves the others.
        let text = if usage.left() > 0 && usage.amount > 1 {
            "refused-spend-short"
        } else if limit.provider.is_some() || feature_of(snapshot, limit).is_some() {
            "refused-spend-other"
        } else {
            "refused-spend"
        };
        return say.with(text, [("reset", reset.clone().into())]);
    }
    if let (Measure::MicroUsd, Some(reset)) = (limit.measure, &reset) {
        return say.with("refused-budget", [("reset", reset.clone().into())]);
    }
    let help = help(say, snapshot, usage, more);
    let mut values = vec![
        ("title", title(say, snapshot, limit).into()),
        ("left", amount(limit.measure, usage.left()).into()),
        ("max", amount(limit.measure, usage.max).into()),
        ("needed", amount(limit.measure, usage.amount).into()),
        ("help", help.into()),
    ];
    // Of what is counted in more than ones, some may be left and yet not be enough.
    let short = usage.left() > 0 && usage.amount > 1;
    match reset {
        Some(reset) => {
            values.push(("reset", reset.into()));
            say.with(
                if short {
                    "refused-limit-short"
                } else {
                    "refused-limit"
                },
                values,
            )
        }
        None => say.with("refused-limit-open", values),
    }
}

/// What helps where a limit has no room: a plan on sale, or else a tier, or else what costs nothing. Plain words.
pub(crate) fn help(
    say: Say,
    snapshot: &Snapshot,
    usage: &Usage,
    (plan, tier): (Option<&str>, Option<&str>),
) -> String {
    match (plan, tier, &usage.limit.span) {
        (Some(plan), _, _) => say.with("limit-help-plan", [("plan", plan.into())]),
        (None, Some(tier), _) => say.with("limit-help-tier", [("tier", tier.into())]),
        (None, None, Span::Open) => say.text("limit-help-open"),
        (None, None, _) if has_others(snapshot, &usage.limit) => say.text("limit-help-model"),
        (None, None, _) => say.text("limit-help-wait"),
    }
}

/// Why something is not the customer's, or that it is, and what would open it. Plain words.
pub(crate) fn denied(say: Say, reason: &str, feature: &str, tier: Option<&str>) -> String {
    let own = say.find(&format!("denied-{reason}"), [("feature", feature.into())]);
    let why = own.unwrap_or_else(|| say.with("denied-other", [("feature", feature.into())]));
    match tier {
        Some(tier) => format!("{why} {}", say.with("denied-tier", [("tier", tier.into())])),
        None => why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Locale;

    #[test]
    fn amounts_are_told_in_their_units() {
        assert_eq!(amount(Measure::Requests, 3), "3");
        assert_eq!(amount(Measure::Tokens, 51_000), "51\u{a0}000");
        assert_eq!(amount(Measure::Tokens, 1_234_567), "1\u{a0}234\u{a0}567");
        assert_eq!(amount(Measure::MicroUsd, 1_205_000), "$1.20");
    }

    #[test]
    fn spans_are_told_in_the_largest_unit_that_is_whole() {
        let told = |minutes| span(Say::in_(Locale::Ru), Millis::from_mins(minutes));
        assert_eq!(told(7 * 24 * 60), "7 дней");
        assert_eq!(told(60), "1 час");
        assert_eq!(told(90), "90 минут");
    }
}
