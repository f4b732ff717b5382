//! What became of money and credits, as it lies in the rows.

use std::collections::BTreeMap;

use table::Item;

use crate::naive::{Paid, amount, number, text};

/// A movement of a payment's money.
#[derive(Clone, Debug)]
pub struct Moved {
    /// Of which payment, with its rail's name.
    pub payment: String,
    /// What happened: `came`, `accepted`, `refunded`, `charged_back` or `came_again`.
    pub what: String,
    /// When, in ms.
    pub at: i64,
    /// When we first heard of the payment, in ms.
    pub heard_at: i64,
    /// In which money.
    pub currency: String,
    /// How much, in its smallest unit.
    pub minor: u64,
    /// The credits that were bought.
    pub credits: u64,
    /// The plan that was bought.
    pub plan: Option<String>,
}

/// Credits that somebody was given.
#[derive(Clone, Copy, Debug)]
pub struct Given {
    /// When, in ms.
    pub at: i64,
    /// How many.
    pub credits: u64,
    /// They were bought.
    pub bought: bool,
}

pub(crate) fn movement(item: &Item) -> Moved {
    Moved {
        payment: text(item, "payment").unwrap(),
        what: text(item, "moved").unwrap(),
        at: number(item, "at").unwrap(),
        heard_at: number(item, "heard_at").unwrap(),
        currency: text(item, "currency").unwrap(),
        minor: amount(item, "amount").unwrap(),
        credits: amount(item, "credits").unwrap(),
        plan: text(item, "plan"),
    }
}

/// An entry that gives credits.
pub(crate) fn given(item: &Item) -> Option<Given> {
    let entry = text(item, "entry").unwrap();
    let gifts = ["grant#", "adjust#", "promo#", "bonus#", "invite#"];
    if !gifts.iter().any(|gift| entry.starts_with(gift)) {
        return None;
    }
    Some(Given {
        at: number(item, "at").unwrap(),
        credits: amount(item, "amount").unwrap(),
        bought: entry.starts_with("grant#purchase#"),
    })
}

/// A moment like `2026-11-22T09:00:00Z`, or a day, in ms.
pub(crate) fn moment_ms(moment: &str) -> i64 {
    let part = |place: std::ops::Range<usize>| -> i64 {
        moment.get(place).map_or(0, |digits| digits.parse().unwrap())
    };
    let hour = moment
        .get(..13)
        .map_or_else(|| format!("{moment}T00"), str::to_owned);
    hour_ms(&hour) + (part(14..16) * 60 + part(17..19)) * 1_000
}

/// When an hour like `2026-11-22T09` begins, in ms: the days of all years and months before it are counted.
pub(crate) fn hour_ms(hour: &str) -> i64 {
    let numbers: Vec<i64> = hour.split(['-', 'T']).map(|part| part.parse().unwrap()).collect();
    let [year, month, day, hour] = numbers[..] else {
        panic!("{hour} is no hour")
    };
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let years: i64 = (1970..year)
        .map(|year| if is_leap(year) { 366 } else { 365 })
        .sum();
    let lengths = [
        31,
        if is_leap(year) { 29 } else { 28 },
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let months: i64 = lengths.iter().take(usize::try_from(month - 1).unwrap()).sum();
    ((years + months + day - 1) * 24 + hour) * 3_600_000
}

/// What a customer's payments for a plan brought in for a time, by currency: of each its price, less what went back, for the
/// part of its days that lies in that time. In millionths of the smallest unit.
pub(crate) fn shares(paid: &[Paid], user: i64, plan: &str, from: i64, until: i64) -> BTreeMap<String, u64> {
    let mut brought = BTreeMap::new();
    for one in paid {
        let counts = ["credited", "refund_held"].contains(&one.state.as_str()) && !one.test;
        let (Some(ends_at), true) = (one.ends_at, counts && one.user == Some(user)) else {
            continue;
        };
        if one.plan.as_deref() != Some(plan) {
            continue;
        }
        let length = i128::from(one.days) * 24 * 60 * 60_000 + i128::from(one.bonus_ms);
        let begins_at = i128::from(ends_at) - length;
        let inside = i128::from(ends_at.min(until)) - begins_at.max(i128::from(from));
        if inside > 0 {
            let share = i128::from(one.minor - one.refunded) * 1_000_000 * inside / length;
            *brought.entry(one.currency.clone()).or_insert(0) += u64::try_from(share).unwrap();
        }
    }
    brought
}

/// Millionths, to the nearest whole.
pub(crate) fn whole(shares: BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let whole = |share: u64| share / 1_000_000 + u64::from(share % 1_000_000 >= 500_000);
    shares
        .into_iter()
        .map(|(currency, share)| (currency, whole(share)))
        .collect()
}
