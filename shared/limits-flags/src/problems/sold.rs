//! Packs and plans that nobody could buy, or that would cost the shop more than they bring; rails on which there is nothing.

use std::collections::BTreeSet;

use domain::catalog::{Plan, WARE_KEY_BYTES_MAX, WareId};
use domain::payment::Rail;

use super::{Problem, never_covered};
use crate::document::{Document, PackRow, PlanRow, PricesRow};
use crate::features::Texts;
use crate::nearest::unknown;

/// The longest title and description that Telegram's invoices take, in characters.
const TITLE_CHARS_MAX: usize = 32;
const DESCRIPTION_CHARS_MAX: usize = 255;
/// The most credits that one payment brings. More is a slip of the pen.
const CREDITS_MAX: u32 = 99_999;
/// The longest term: ten years. It is added to others, and what is left of it is reckoned in money.
const DAYS_MAX: u32 = 3_660;
/// What Telegram takes at most in one payment, and in one of a subscription.
const STARS_MAX: u64 = 100_000;
const RENEWED_STARS_MAX: u64 = 10_000;
/// The dearest price in the smallest unit of money. More is a slip of the pen.
const MINOR_MAX: u64 = 10_000_000;
/// What the rails take at least, in the smallest unit: a rouble at `YooKassa`, half a dollar at Stripe.
const KOPECKS_MIN: u64 = 100;
const CENTS_MIN: u64 = 50;

/// What is wrong with what is sold.
pub(super) fn problems(document: &Document) -> impl Iterator<Item = Problem> {
    let packs = document.packs.iter().flat_map(|(key, row)| {
        let row_key = format!("pack#{key}");
        named(row_key, pack(key, row))
    });
    let plans = document.plans.iter().flat_map(|(key, row)| {
        let row_key = format!("plan#{key}");
        named(row_key, plan(document, key, row))
    });
    packs
        .chain(plans)
        .chain(named("selling".to_owned(), rails(document)))
}

fn named(row: String, found: Vec<String>) -> impl Iterator<Item = Problem> {
    found.into_iter().map(move |why| Problem {
        row: row.clone(),
        why,
    })
}

fn pack(key: &str, row: &PackRow) -> Vec<String> {
    let mut found = sold(key, &row.title, row.description.as_ref(), row.credits);
    if row.credits == 0 {
        found.push("credits: 0: a pack of nothing is sold to nobody".to_owned());
    }
    if row.prices.is_empty() {
        found.push("prices: without one it could never be bought".to_owned());
    }
    found.extend(prices(&row.prices, STARS_MAX));
    found
}

fn plan(document: &Document, key: &str, row: &PlanRow) -> Vec<String> {
    let mut found = times(row);
    if row.renews && row.prices.on(Rail::Stars).is_none() {
        let why = "renews: only Telegram Stars are paid again and again, and it has no price in stars";
        found.push(why.to_owned());
    }
    if row.prices.is_empty() {
        return found;
    }
    found.extend(sold(key, &row.title, row.description.as_ref(), row.credits));
    if row.days.is_none() {
        found.push("days: what is sold has an end; say for how many days".to_owned());
    }
    if !row.unlimited && row.tier.is_none() && row.credits == 0 {
        found.push("it is sold and brings nothing: say `unlimited`, `tier` or `credits`".to_owned());
    }
    if row.unlimited && document.models.values().all(never_covered) {
        let why = "unlimited: no model has `unlimited_daily_limit` or `unlimited_budget_tokens`, so it would cover none";
        found.push(why.to_owned());
    }
    let stars_max = if row.renews { RENEWED_STARS_MAX } else { STARS_MAX };
    found.extend(prices(&row.prices, stars_max));
    found
}

/// What is wrong with how long a plan is.
fn times(row: &PlanRow) -> Vec<String> {
    let mut found = Vec::new();
    let days = row.days.unwrap_or(1);
    if days == 0 {
        found.push("days: 0 is over before it begins".to_owned());
    }
    if days > DAYS_MAX {
        found.push(format!("days: {days}; at most {DAYS_MAX} can be meant"));
    }
    let every = Plan::RENEWS_EVERY_DAYS;
    if row.renews && row.days != Some(every) {
        found.push(format!(
            "renews: a subscription in Stars is paid every {every} days, so it needs `days: {every}`"
        ));
    }
    if row.grace_days > 0 && !row.renews {
        found.push("grace_days: only a plan that `renews` is waited for".to_owned());
    }
    if row.renews && row.grace_days >= every {
        found.push(format!(
            "grace_days: {}; less than {every} can be meant",
            row.grace_days
        ));
    }
    found
}

/// What is wrong with how anything on sale is called, and with how much it brings.
fn sold(key: &str, title: &Texts, description: Option<&Texts>, credits: u32) -> Vec<String> {
    let mut found = Vec::new();
    if !WareId::is_key(key) {
        found.push(format!(
            "the name of what is sold is 1 to {WARE_KEY_BYTES_MAX} letters a-z A-Z, digits, . _ -: it stands in buttons"
        ));
    }
    if credits > CREDITS_MAX {
        found.push(format!("credits: {credits}; at most {CREDITS_MAX} can be meant"));
    }
    found.extend(text("title", title, TITLE_CHARS_MAX));
    let described =
        description.and_then(|description| text("description", description, DESCRIPTION_CHARS_MAX));
    found.extend(described);
    found
}

/// What is wrong with a text that stands in an invoice.
fn text(field: &str, texts: &Texts, max: usize) -> Option<String> {
    let fits = |text: &str| !text.trim().is_empty() && text.chars().count() <= max;
    let fit = fits(&texts.ru) && fits(&texts.en);
    (!fit).then(|| format!("{field}: in each language an invoice takes 1 to {max} characters"))
}

/// What is wrong with prices that can be read.
fn prices(prices: &PricesRow, stars_max: u64) -> Vec<String> {
    let bounds = |rail: Rail| match rail {
        Rail::Stars => (1, stars_max),
        Rail::YooKassa => (KOPECKS_MIN, MINOR_MAX),
        Rail::Stripe => (CENTS_MIN, MINOR_MAX),
    };
    let wrong = |rail: Rail| {
        let amount = prices.on(rail)?;
        let (min, max) = bounds(rail);
        let [min_told, max_told] = [min, max].map(|minor| domain::money::Amount { minor, ..amount });
        let within = (min..=max).contains(&amount.minor) || amount.minor == 0;
        let told = || {
            format!(
                "prices.{}: {amount}; it takes {min_told} to {max_told}",
                rail.as_str()
            )
        };
        (!within).then(told)
    };
    Rail::ALL.into_iter().filter_map(wrong).collect()
}

/// What is wrong with the rails that are offered.
fn rails(document: &Document) -> Vec<String> {
    let Some(selling) = &document.selling else {
        return Vec::new();
    };
    let mut seen = BTreeSet::new();
    let wrong = |name: &String| {
        let Some(rail) = Rail::parse(name) else {
            let known = Rail::ALL.into_iter().map(Rail::as_str);
            return Some(format!("rails: {}", unknown("rail", name, known)));
        };
        if !seen.insert(rail) {
            return Some(format!("rails: {name} stands twice"));
        }
        (!has_a_price(document, rail))
            .then(|| format!("rails: nothing on sale has a price on {name}; take it out, or price something"))
    };
    selling.rails.iter().filter_map(wrong).collect()
}

fn has_a_price(document: &Document, rail: Rail) -> bool {
    let packs = document.packs.values().map(|row| &row.prices);
    let plans = document.plans.values().filter(|row| !row.is_withdrawn);
    let mut all = packs.chain(plans.map(|row| &row.prices));
    all.any(|prices| prices.on(rail).is_some())
}
