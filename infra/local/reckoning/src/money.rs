//! The lines about money.

use crate::figures::{balance, by_currency, cost, known, kopecks, price, rub, spaced};
use crate::moved::Moved;
use crate::naive::{Paid, Rows};

/// What came less what went back, in kopecks.
pub(crate) fn revenue(rows: &Rows, from: i64, until: i64) -> i128 {
    let mut revenue = 0;
    for currency in ["RUB", "USD", "XTR"] {
        let mut left: i128 = 0;
        for moved in rows
            .moved(from, until)
            .iter()
            .filter(|moved| moved.currency == currency)
        {
            match moved.what.as_str() {
                "came" | "accepted" | "came_again" => left += i128::from(moved.minor),
                "refunded" | "charged_back" => left -= i128::from(moved.minor),
                other => panic!("money has {other}"),
            }
        }
        let size = u64::try_from(left.abs()).unwrap();
        revenue += i128::from(kopecks(currency, size)) * left.signum();
    }
    revenue
}

/// What moved so of some movements.
fn of<'a>(moved: &[&'a Moved], what: &[&str]) -> Vec<&'a Moved> {
    let of = moved.iter().filter(|one| what.contains(&one.what.as_str()));
    of.copied().collect()
}

/// The lines about one rail.
fn rail(name: &str, moved: &[&Moved], from: i64) -> Vec<String> {
    let Some(currency) = moved.first().map(|one| one.currency.clone()) else {
        return Vec::new();
    };
    let all = |some: &[&Moved]| price(&currency, some.iter().map(|one| one.minor).sum());
    let number = |some: &[&Moved]| spaced(u64::try_from(some.len()).unwrap());
    let came = of(moved, &["came", "accepted"]);
    let mut said = vec![format!("{name}: {}, платежей {}", all(&came), number(&came))];
    for (what, words, counted, tells_earlier) in [
        ("accepted", "из них ждали решения и приняты", "платежей", false),
        ("refunded", "вернули клиентам", "возвратов", true),
        ("charged_back", "отозвали банки", "отзывов", true),
        (
            "came_again",
            "снова наши (спор выигран или возврат не прошёл)",
            "платежей",
            false,
        ),
    ] {
        let some = of(moved, &[what]);
        if some.is_empty() {
            continue;
        }
        let mut line = format!("{name}, {words}: {}, {counted} {}", all(&some), number(&some));
        let earlier: Vec<&Moved> = some.into_iter().filter(|one| one.heard_at < from).collect();
        if tells_earlier && !earlier.is_empty() {
            line = format!("{line}, из них за прежние платежи {}", all(&earlier));
        }
        said.push(line);
    }
    said
}

/// All lines about money.
pub(crate) fn money(rows: &Rows, from: i64, until: i64) -> Vec<String> {
    let moved = rows.moved(from, until);
    let mut said = Vec::new();
    for (key, name) in [
        ("stars#", "Telegram Stars"),
        ("yookassa#", "YooKassa"),
        ("stripe#", "Stripe"),
    ] {
        let of_rail = moved.iter().filter(|one| one.payment.starts_with(key));
        let of_rail: Vec<&Moved> = of_rail.copied().collect();
        said.extend(rail(name, &of_rail, from));
    }
    if moved.is_empty() {
        said.push("Платежей не было.".to_owned());
    }
    let revenue = revenue(rows, from, until);
    said.push(format!("Выручка (пришло минус вернулось): {}", balance(revenue)));
    let (whole, words) = cost(&rows.lines(from, until));
    said.push(format!("Себестоимость: {words}"));
    let left = whole.map(|cost| revenue - i128::from(cost));
    said.push(format!("Выручка минус себестоимость: {}", known(left)));
    let paid = rows.paid(from, until);
    let number =
        |is: &dyn Fn(&Paid) -> bool| u64::try_from(paid.iter().filter(|one| is(one)).count()).unwrap();
    for (words, times) in [
        (
            "Из платежей этого времени возвращаются сейчас",
            number(&|one| !one.test && one.state == "refund_held"),
        ),
        (
            "Из платежей этого времени ждут вашего решения (в суммы не входят)",
            number(&|one| !one.test && one.state == "held"),
        ),
        ("Тестовых платежей (в суммы не входят)", number(&|one| one.test)),
    ] {
        if times > 0 {
            said.push(format!("{words}: {}", spaced(times)));
        }
    }
    said
}

/// What credits were sold for in the thirty days before a moment, in kopecks and in words; how many were given, and how many
/// of them for nothing.
pub(crate) struct Credits {
    pub(crate) kopecks: u128,
    pub(crate) words: String,
    pub(crate) given: u64,
    pub(crate) free: u64,
}

/// The same of these rows.
pub(crate) fn credits(rows: &Rows, until: i64) -> Credits {
    let from = until - 30 * 24 * 60 * 60 * 1000;
    let sales = rows.moved(from, until);
    let sales = of(&sales, &["came", "accepted"]);
    let sales = by_currency(sales.into_iter().filter(|one| one.credits > 0));
    let given = || rows.given.iter().filter(|one| one.at >= from && one.at < until);
    Credits {
        kopecks: sales
            .iter()
            .map(|(currency, minor)| u128::from(kopecks(currency, *minor)))
            .sum(),
        words: crate::figures::listed(&sales),
        given: given().map(|one| one.credits).sum(),
        free: given().filter(|one| !one.bought).map(|one| one.credits).sum(),
    }
}

/// What a credit brings, in words.
pub(crate) fn credit(rows: &Rows, until: i64) -> Option<String> {
    let credits = credits(rows, until);
    if credits.given == 0 {
        return None;
    }
    let one = rub(u64::try_from(credits.kopecks / u128::from(credits.given)).unwrap());
    Some(format!(
        "Кредит приносит {one}: за 30 дней за кредиты заплатили {}, выдано их {}, из них даром {}",
        credits.words,
        spaced(credits.given),
        spaced(credits.free)
    ))
}
