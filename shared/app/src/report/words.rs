//! A report in words, as Telegram HTML. What is not known is said to be unknown, never 0.

use std::collections::BTreeMap;

use domain::cost::Category;
use domain::money::{Amount, Currency};
use domain::payment::Rail;
use domain::report::{Bearer, Business, Span, Tally};
use telegram::html;
use telegram::limits::TEXT_CHARS_MAX;

use super::figures::{count, date, difference, dollars, money, percent, roubles, span};
use crate::texts::Say;

/// Models, plans, customers or limits that are named; how many more there are is said.
const NAMED_MAX: usize = 8;

/// The report.
pub fn text(say: Say, business: &Business) -> String {
    let parts = [
        title(say, business),
        paid(say, business),
        operations(say, business),
        models(say, business),
        plans(say, business),
        losses(say, business),
        refusals(say, business),
        rest(say, business),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    html::truncate(&parts.join("\n\n"), TEXT_CHARS_MAX).into_owned()
}

/// That there is more to come of its time.
pub fn not_over(say: Say) -> String {
    say.text("report-not-over")
}

/// Of which time it is.
pub(super) fn title(say: Say, business: &Business) -> String {
    let period = &business.period;
    let (first, last) = (date(&period.first), date(&period.last));
    match period.span {
        Span::Day => say.with("report-day", [("day", first.into())]),
        Span::Week => say.with("report-week", [("first", first.into()), ("last", last.into())]),
    }
}

fn rail(rail: Rail) -> &'static str {
    match rail {
        Rail::Stars => "Telegram Stars",
        Rail::YooKassa => "YooKassa",
        Rail::Stripe => "Stripe",
    }
}

fn paid(say: Say, business: &Business) -> String {
    let takings = &business.takings;
    let mut lines = vec![say.text("report-money")];
    for ((of, currency), till) in &takings.tills {
        let sum = |minor| {
            money(Amount {
                minor,
                currency: *currency,
            })
        };
        let came = say.with(
            "report-till",
            [
                ("rail", rail(*of).into()),
                ("came", sum(till.came).into()),
                ("count", count(till.payments).into()),
            ],
        );
        let back = (till.back > 0).then(|| say.with("report-till-back", [("back", sum(till.back).into())]));
        lines.push(came + &back.unwrap_or_default());
    }
    if takings.tills.is_empty() {
        lines.push(say.text("report-no-money"));
    }
    lines.push(match business.revenue() {
        Some(kopecks) => say.with("report-revenue", [("sum", roubles(kopecks).into())]),
        None => say.text("report-revenue-unknown"),
    });
    lines.push(say.with("report-cost", [("cost", cost(say, &business.sums.all).into())]));
    let whole = business.sums.all.whole_kopecks();
    let left = business.revenue().zip(whole).and_then(|(revenue, cost)| {
        i64::try_from(revenue)
            .ok()?
            .checked_sub(i64::try_from(cost).ok()?)
    });
    lines.push(say.with("report-left", [("sum", known(say, left.map(difference)).into())]));
    let counts = [
        ("report-refunds", takings.refunds),
        ("report-charged-back", takings.charged_back),
        ("report-going-back", takings.going_back),
        ("report-held", takings.held),
        ("report-test", takings.test),
        ("report-unread-payments", business.unread_payments),
    ];
    let counts = counts.into_iter().filter(|(_, times)| *times > 0);
    lines.extend(counts.map(|(id, times)| say.with(id, [("count", count(times).into())])));
    lines.join("\n")
}

/// What something cost; what is known of it, if that is not all.
fn cost(say: Say, tally: &Tally) -> String {
    let dollars = dollars(tally.cost);
    let whole = tally.whole_kopecks();
    let sums = [("rub", roubles(tally.kopecks()).into()), ("usd", dollars.into())];
    match whole {
        Some(_) => say.with("report-costs", sums),
        None if tally.cost.0 == 0 => say.text("report-unknown"),
        None => {
            let dark = count(tally.unpriced.saturating_add(tally.unrated));
            say.with(
                "report-costs-part",
                sums.into_iter().chain([("count", dark.into())]),
            )
        }
    }
}

fn known(say: Say, figure: Option<String>) -> String {
    figure.unwrap_or_else(|| say.text("report-unknown"))
}

fn operations(say: Say, business: &Business) -> String {
    let all = &business.sums.all;
    let mut lines = vec![say.text("report-operations")];
    lines.push(say.with(
        "report-counts",
        [
            ("all", count(all.requests).into()),
            ("done", count(all.completed).into()),
            ("share", known(say, all.success_permille().map(percent)).into()),
            ("failed", count(all.failed).into()),
            ("open", count(all.open).into()),
        ],
    ));
    let videos = business.sums.took_by(Category::VideoGen);
    lines.push(match (videos.within(50), videos.within(95)) {
        (Some(median), Some(slow)) => say.with(
            "report-time",
            [("median", span(median).into()), ("slow", span(slow).into())],
        ),
        _ => say.text("report-no-videos"),
    });
    let kinds = business.sums.categories.iter();
    let kinds: Vec<String> = kinds
        .map(|(kind, tally)| format!("{} {}", named(say, *kind), count(tally.requests)))
        .collect();
    if !kinds.is_empty() {
        lines.push(say.with("report-kinds", [("kinds", kinds.join(", ").into())]));
    }
    let mut reasons: Vec<(&String, &u64)> = business.sums.errors.iter().collect();
    reasons.sort_by_key(|(reason, times)| (std::cmp::Reverse(**times), *reason));
    if !reasons.is_empty() {
        let told = reasons.iter().take(NAMED_MAX);
        let told: Vec<String> = told
            .map(|(why, times)| format!("{}: {}", reason(say, why), count(**times)))
            .collect();
        lines.push(say.with("report-reasons", [("reasons", told.join("; ").into())]));
    }
    lines.join("\n")
}

fn named(say: Say, kind: Category) -> String {
    say.text(&format!("report-kind-{}", kind.as_str()))
}

/// Why something failed, with the code by which the log knows it; of a code that nobody has words for, just that.
fn reason(say: Say, code: &str) -> String {
    let words = say.find(&format!("report-why-{code}"), []);
    let code = html::escape(code);
    words.map_or_else(|| code.clone().into_owned(), |words| format!("{words} ({code})"))
}

fn models(say: Say, business: &Business) -> String {
    let line = |(model, tally): &(&domain::id::ModelId, &Tally)| {
        say.with(
            "report-model",
            [
                ("model", html::escape(&model.0).into_owned().into()),
                ("count", count(tally.requests).into()),
                ("cost", cost(say, tally).into()),
                (
                    "margin",
                    known(say, business.margin(tally).map(difference)).into(),
                ),
            ],
        )
    };
    listed(say, say.text("report-models"), &business.sums.dearest(), line)
}

fn plans(say: Say, business: &Business) -> String {
    let credits = business.sums.plans.get(&None).map(|tally| {
        say.with(
            "report-by-credits",
            [
                ("count", count(tally.requests).into()),
                ("credits", count(tally.credits).into()),
                ("cost", cost(say, tally).into()),
                (
                    "margin",
                    known(say, business.margin(tally).map(difference)).into(),
                ),
            ],
        )
    });
    let line = |plan: &&str| {
        let made = business
            .sums
            .plans
            .get(&Some((*plan).to_owned()))
            .copied()
            .unwrap_or_default();
        let sold = business.takings.plans.get(*plan).map(sums).unwrap_or_default();
        let sold = if sold.is_empty() { "0".to_owned() } else { sold };
        say.with(
            "report-by-plan",
            [
                ("plan", html::escape(plan).into_owned().into()),
                ("count", count(made.requests).into()),
                ("sold", sold.into()),
                ("cost", cost(say, &made).into()),
                (
                    "margin",
                    known(say, business.plan_margin(plan).map(difference)).into(),
                ),
            ],
        )
    };
    let head = [Some(say.text("report-plans")), credits];
    let head: Vec<String> = head.into_iter().flatten().collect();
    let plans = business.plans();
    if plans.is_empty() && head.len() == 1 {
        return String::new();
    }
    let listed = listed(say, head.join("\n"), &plans, line);
    if listed.is_empty() {
        head.join("\n")
    } else {
        listed
    }
}

/// Sums of several currencies: `1 990.00 ₽ + ⭐ 350`.
fn sums(sums: &BTreeMap<Currency, u64>) -> String {
    let sums = sums.iter().map(|(currency, minor)| {
        money(Amount {
            minor: *minor,
            currency: *currency,
        })
    });
    sums.collect::<Vec<_>>().join(" + ")
}

fn losses(say: Say, business: &Business) -> String {
    if business.bearers.is_empty() {
        return String::new();
    }
    let losses = business.losses();
    let line = |(bearer, loss): &(&Bearer, u64)| {
        let brought = sums(&bearer.brought);
        let brought = if brought.is_empty() {
            "0".to_owned()
        } else {
            brought
        };
        say.with(
            "report-loss",
            [
                ("user", bearer.user.to_string().into()),
                ("plan", html::escape(&bearer.plan).into_owned().into()),
                ("cost", cost(say, &bearer.tally).into()),
                ("brought", brought.into()),
                ("loss", roubles(*loss).into()),
            ],
        )
    };
    let number = |number: usize| count(u64::try_from(number).unwrap_or(u64::MAX));
    let head = say.with("report-losses", [("count", number(losses.len()).into())]);
    let mut lines = vec![listed(say, head.clone(), &losses, line)];
    if losses.is_empty() {
        lines = vec![head];
    }
    let unjudged = business.unjudged();
    if unjudged > 0 {
        lines.push(say.with("report-unjudged", [("count", number(unjudged).into())]));
    }
    if business.not_looked_at > 0 {
        let count = count(business.not_looked_at);
        lines.push(say.with("report-not-looked-at", [("count", count.into())]));
    }
    lines.join("\n")
}

fn refusals(say: Say, business: &Business) -> String {
    let line = |(limit, times): &(&str, u64)| {
        let limit = html::escape(limit).into_owned();
        say.with(
            "report-refusal",
            [("limit", limit.into()), ("count", count(*times).into())],
        )
    };
    listed(say, say.text("report-refusals"), &business.refusals(), line)
}

fn rest(say: Say, business: &Business) -> String {
    let counts = [
        ("report-orphans", business.orphans),
        ("report-unreadable", business.unreadable),
    ];
    let counts = counts.into_iter().filter(|(_, times)| *times > 0);
    let lines: Vec<String> = counts
        .map(|(id, times)| say.with(id, [("count", count(times).into())]))
        .collect();
    lines.join("\n")
}

/// A heading and a line for each of the first; nothing without any.
fn listed<T>(say: Say, heading: String, all: &[T], line: impl Fn(&T) -> String) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut lines = vec![heading];
    lines.extend(all.iter().take(NAMED_MAX).map(line));
    let more = all.len().saturating_sub(NAMED_MAX);
    if more > 0 {
        let more = count(u64::try_from(more).unwrap_or(u64::MAX));
        lines.push(say.with("report-more", [("count", more.into())]));
    }
    lines.join("\n")
}
