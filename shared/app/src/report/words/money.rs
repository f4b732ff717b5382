//! What came and what went back.

use std::collections::BTreeMap;

use domain::money::{Amount, Currency};
use domain::payment::Rail;
use domain::report::{Business, Flow, Till};

use super::super::figures::{balance, count, difference, money};
use super::{cost, known};
use crate::texts::Say;

fn name(rail: Rail) -> &'static str {
    match rail {
        Rail::Stars => "Telegram Stars",
        Rail::YooKassa => "YooKassa",
        Rail::Stripe => "Stripe",
    }
}

/// Sums of several currencies: `1 990.00 ₽ + ⭐ 350`; without any, `0`.
pub(super) fn sums(sums: &BTreeMap<Currency, u64>) -> String {
    if sums.is_empty() {
        return "0".to_owned();
    }
    let sums = sums.iter().map(|(currency, minor)| sum(*minor, *currency));
    sums.collect::<Vec<_>>().join(" + ")
}

fn sum(minor: u64, currency: Currency) -> String {
    money(Amount { minor, currency })
}

/// What moved by one rail: what came, and a line for whatever else there was.
fn till(say: Say, rail: Rail, currency: Currency, till: &Till) -> Vec<String> {
    let told = |id: &str, flow: &Flow| {
        let line = say.with(
            id,
            [
                ("rail", name(rail).into()),
                ("sum", sum(flow.sum, currency).into()),
                ("count", count(flow.times).into()),
            ],
        );
        let earlier = sum(flow.earlier, currency);
        let earlier = (flow.earlier > 0).then(|| say.with("report-till-earlier", [("sum", earlier.into())]));
        line + &earlier.unwrap_or_default()
    };
    // That it was heard of before goes without saying of what had waited.
    let came = Flow {
        earlier: 0,
        ..till.came
    };
    let accepted = Flow {
        earlier: 0,
        ..till.accepted
    };
    let again = Flow {
        earlier: 0,
        ..till.again
    };
    let flows = [
        ("report-till-accepted", &accepted),
        ("report-till-refunded", &till.refunded),
        ("report-till-charged-back", &till.charged_back),
        ("report-till-again", &again),
    ];
    let others = flows.into_iter().filter(|(_, flow)| flow.times > 0);
    let others = others.map(|(id, flow)| told(id, flow));
    std::iter::once(told("report-till", &came))
        .chain(others)
        .collect()
}

/// All about money.
pub(super) fn paid(say: Say, business: &Business) -> String {
    let takings = &business.takings;
    let mut lines = vec![say.text("report-money")];
    for ((rail, currency), moved) in &takings.tills {
        lines.extend(till(say, *rail, *currency, moved));
    }
    if takings.tills.is_empty() {
        lines.push(say.text("report-no-money"));
    }
    lines.push(match business.revenue() {
        Some(kopecks) => say.with("report-revenue", [("sum", balance(kopecks).into())]),
        None => say.text("report-revenue-unknown"),
    });
    lines.push(say.with("report-cost", [("cost", cost(say, &business.sums.all).into())]));
    let whole = business.sums.all.whole_kopecks();
    let left = business
        .revenue()
        .zip(whole)
        .and_then(|(revenue, cost)| revenue.checked_sub(i64::try_from(cost).ok()?));
    lines.push(say.with("report-left", [("sum", known(say, left.map(difference)).into())]));
    let counts = [
        ("report-going-back", takings.going_back),
        ("report-held", takings.held),
        ("report-test", takings.test),
        ("report-unread-payments", business.unread_payments),
    ];
    let counts = counts.into_iter().filter(|(_, times)| *times > 0);
    lines.extend(counts.map(|(id, times)| say.with(id, [("count", count(times).into())])));
    lines.join("\n")
}
