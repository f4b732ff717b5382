//! The report's words, put together once more by hand from the plain reckoning: each line that must stand in it.

use std::collections::BTreeMap;

use crate::naive::{Line, Paid, Rows, brought, count, distinct, rounded, sum, within};

/// Kopecks for a cent's hundred and for a Star, as the settings of these tests have them.
const USD: u64 = 8_000;
const STAR: u64 = 104;

fn spaced(number: u64) -> String {
    let digits: Vec<char> = number.to_string().chars().rev().collect();
    let groups: Vec<String> = digits
        .chunks(3)
        .map(|group| group.iter().rev().collect())
        .collect();
    groups.into_iter().rev().collect::<Vec<String>>().join("\u{a0}")
}

pub(crate) fn rub(kopecks: u64) -> String {
    format!("{}.{:02}\u{a0}₽", spaced(kopecks / 100), kopecks % 100)
}

fn signed(kopecks: i128) -> String {
    let sign = if kopecks < 0 { "−" } else { "+" };
    format!("{sign}{}", rub(u64::try_from(kopecks.abs()).unwrap()))
}

fn price(currency: &str, minor: u64) -> String {
    match currency {
        "RUB" => rub(minor),
        "USD" => format!("${}.{:02}", spaced(minor / 100), minor % 100),
        _ => format!("⭐\u{a0}{}", spaced(minor)),
    }
}

fn kopecks(currency: &str, minor: u64) -> u64 {
    match currency {
        "RUB" => minor,
        "USD" => (minor * USD + 50) / 100,
        _ => minor * STAR,
    }
}

/// What sums by currency are together.
fn together(sums: &BTreeMap<String, u64>) -> u64 {
    sums.iter()
        .map(|(currency, minor)| kopecks(currency, *minor))
        .sum()
}

fn listed(sums: &BTreeMap<String, u64>) -> String {
    if sums.is_empty() {
        return "0".to_owned();
    }
    // Roubles, dollars, Stars: as the product has its currencies.
    let order = ["RUB", "USD", "XTR"];
    let sums = order
        .iter()
        .filter_map(|currency| Some(price(currency, *sums.get(*currency)?)));
    sums.collect::<Vec<_>>().join(" + ")
}

/// What lines cost, and in words; `None` where that is not known of all.
fn cost(lines: &[&Line]) -> (Option<u64>, String) {
    let micro_usd = sum(lines, |line| line.micro_usd.unwrap_or(0));
    let kopecks = rounded(lines);
    let dark = count(lines, |line| {
        line.status == "completed" && line.micro_usd.is_none()
    }) + count(lines, |line| line.micro_usd.is_some() && line.per_usd.is_none());
    let cents = micro_usd.div_ceil(10_000);
    let usd = format!("${}.{:02}", spaced(cents / 100), cents % 100);
    if dark == 0 {
        (Some(kopecks), format!("{} ({usd})", rub(kopecks)))
    } else if micro_usd == 0 {
        (None, "неизвестно".to_owned())
    } else {
        (
            None,
            format!(
                "не меньше {} ({usd}), неизвестна у {}",
                rub(kopecks),
                spaced(dark)
            ),
        )
    }
}

fn known(difference: Option<i128>) -> String {
    difference.map_or_else(|| "неизвестно".to_owned(), signed)
}

/// What is of real money and has come.
fn came<'a>(paid: &[&'a Paid]) -> Vec<&'a Paid> {
    let states = ["credited", "refund_held", "refunded", "charged_back"];
    let real = paid
        .iter()
        .filter(|one| !one.test && states.contains(&one.state.as_str()));
    real.copied().collect()
}

fn by_currency<'a>(
    paid: impl Iterator<Item = &'a &'a Paid>,
    of: impl Fn(&Paid) -> u64,
) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for one in paid {
        *sums.entry(one.currency.clone()).or_insert(0) += of(one);
    }
    sums
}

fn clock(seconds: u64) -> String {
    if seconds >= 3600 {
        format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    } else {
        format!("{}:{:02}", seconds / 60, seconds % 60)
    }
}

/// The lines about money.
pub(crate) fn money(rows: &Rows, from: i64, until: i64) -> Vec<String> {
    let paid = rows.paid(from, until);
    let came = came(&paid);
    let mut said = Vec::new();
    for (rail, name) in [
        ("stars", "Telegram Stars"),
        ("yookassa", "YooKassa"),
        ("stripe", "Stripe"),
    ] {
        let of_rail: Vec<&Paid> = came.iter().copied().filter(|one| one.rail == rail).collect();
        let Some(currency) = of_rail.first().map(|one| one.currency.clone()) else {
            continue;
        };
        let came: u64 = of_rail.iter().map(|one| one.minor).sum();
        let back: u64 = of_rail.iter().map(|one| one.refunded).sum();
        let back = if back > 0 {
            format!(", вернулось {}", price(&currency, back))
        } else {
            String::new()
        };
        let number = spaced(u64::try_from(of_rail.len()).unwrap());
        said.push(format!(
            "{name}: {}, платежей {number}{back}",
            price(&currency, came)
        ));
    }
    let revenue = together(&by_currency(came.iter(), |one| one.minor - one.refunded));
    said.push(format!("Выручка: {}", rub(revenue)));
    let (whole, words) = cost(&rows.lines(from, until));
    said.push(format!("Себестоимость: {words}"));
    let left = whole.map(|cost| i128::from(revenue) - i128::from(cost));
    said.push(format!("Выручка минус себестоимость: {}", known(left)));
    let number =
        |is: &dyn Fn(&Paid) -> bool| u64::try_from(paid.iter().filter(|one| is(one)).count()).unwrap();
    let real = |one: &Paid, state: &str| !one.test && one.state == state;
    for (words, times) in [
        (
            "Платежей с возвратом",
            u64::try_from(came.iter().filter(|one| one.refunded > 0).count()).unwrap(),
        ),
        ("Из них отозвано банком", number(&|one| real(one, "charged_back"))),
        ("Возвращаются сейчас", number(&|one| real(one, "refund_held"))),
        ("Не подошли и ждут решения", number(&|one| real(one, "held"))),
        ("Тестовых платежей (в суммы не входят)", number(&|one| one.test)),
    ] {
        if times > 0 {
            said.push(format!("{words}: {}", spaced(times)));
        }
    }
    said
}

/// The lines about operations.
pub(crate) fn operations(rows: &Rows, from: i64, until: i64) -> Vec<String> {
    let lines = rows.lines(from, until);
    let is = |status: &'static str| move |line: &Line| line.status == status;
    let (done, failed) = (count(&lines, is("completed")), count(&lines, is("failed")));
    let open = count(&lines, is("pending")) + count(&lines, is("timeout_waiting"));
    let share = done * 1000 / (done + failed);
    let mut said = vec![format!(
        "Всего {}: готово {} ({}.{}\u{a0}%), не вышло {}, в работе {}",
        spaced(done + failed + open),
        spaced(done),
        share / 10,
        share % 10,
        spaced(failed),
        spaced(open)
    )];
    let (median, slow) = (within(&lines, 50).unwrap(), within(&lines, 95).unwrap());
    said.push(format!(
        "До видео: половина за {}, 95 из 100 за {}",
        clock(median),
        clock(slow)
    ));
    let kinds = [
        ("text", "улучшений текста"),
        ("text_with_image", "описаний фото"),
        ("image_gen", "картинок"),
        ("image_edit", "правок фото"),
        ("video_gen", "видео"),
        ("audio_gen", "песен"),
        ("transcription", "расшифровок голоса"),
        ("tts", "озвучек"),
    ];
    let kinds =
        kinds.map(|(kind, words)| format!("{words} {}", spaced(count(&lines, |line| line.category == kind))));
    said.push(format!("По видам: {}", kinds.join(", ")));
    let mut reasons: Vec<(u64, String)> = distinct(&lines, |line| line.error.clone())
        .into_iter()
        .map(|why| (count(&lines, |line| line.error.as_ref() == Some(&why)), why))
        .collect();
    reasons.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let reasons: Vec<String> = reasons
        .iter()
        .map(|(times, why)| format!("{} ({why}): {}", in_words(why), spaced(*times)))
        .collect();
    said.push(format!("Почему не вышло: {}", reasons.join("; ")));
    said
}

/// What the codes of these days' failures are called.
fn in_words(why: &str) -> &'static str {
    match why {
        "moderation" => "сервис отказал по своим правилам",
        "bad-input" => "модель не смогла взять текст или фото",
        "provider" => "неполадки у сервиса",
        "file-gone" => "файл пропал у сервиса",
        "timed-out" => "сервис не ответил вовремя",
        "canceled" => "отменил клиент",
        other => panic!("no words for {other}"),
    }
}

/// What so many credits were worth, as credits were sold.
fn worth(rows: &Rows, from: i64, until: i64, credits: u64) -> u64 {
    let paid = rows.paid(from, until);
    let packs: Vec<&Paid> = came(&paid)
        .into_iter()
        .filter(|one| one.plan.is_none() && one.credits > 0)
        .collect();
    let sold = together(&by_currency(packs.iter(), |one| one.minor));
    sold * credits / packs.iter().map(|one| one.credits).sum::<u64>()
}

/// The lines about models and about what paid for operations.
pub(crate) fn margins(rows: &Rows, from: i64, until: i64) -> Vec<String> {
    let lines = rows.lines(from, until);
    let paid = rows.paid(from, until);
    let came = came(&paid);
    let charged = |lines: &[&Line]| {
        sum(lines, |line| {
            if line.status == "completed" {
                line.credits
            } else {
                0
            }
        })
    };
    let left = |some: &[&Line]| {
        let whole = cost(some).0?;
        Some(i128::from(worth(rows, from, until, charged(some))) - i128::from(whole))
    };
    let mut models: Vec<(u64, u64, String)> = Vec::new();
    for model in distinct(&lines, |line| Some(line.model.clone())) {
        let of_model: Vec<&Line> = lines.iter().copied().filter(|line| line.model == model).collect();
        let dear = sum(&of_model, |line| line.micro_usd.unwrap_or(0));
        let margin = known(left(&of_model));
        let number = u64::try_from(of_model.len()).unwrap();
        let words = format!(
            "{model}: операций {}, стоили {}, маржа {margin}",
            spaced(number),
            cost(&of_model).1
        );
        models.push((dear, number, words));
    }
    models.sort_by_key(|model| std::cmp::Reverse((model.0, model.1)));
    let more = models.len().saturating_sub(8);
    let mut said: Vec<String> = models.into_iter().take(8).map(|(_, _, words)| words).collect();
    if more > 0 {
        said.push(format!("…и ещё {more}"));
    }
    let by_credits: Vec<&Line> = lines.iter().copied().filter(|line| line.plan.is_none()).collect();
    said.push(format!(
        "Кредиты: операций {}, списано {}, стоили {}, маржа {}",
        spaced(u64::try_from(by_credits.len()).unwrap()),
        spaced(charged(&by_credits)),
        cost(&by_credits).1,
        known(left(&by_credits))
    ));
    for plan in ["day", "month", "week"] {
        let made: Vec<&Line> = lines
            .iter()
            .copied()
            .filter(|line| line.plan.as_deref() == Some(plan))
            .collect();
        let of_plan: Vec<&Paid> = came
            .iter()
            .copied()
            .filter(|one| one.plan.as_deref() == Some(plan))
            .collect();
        let sold = by_currency(of_plan.iter(), |one| one.minor - one.refunded);
        let result = cost(&made)
            .0
            .map(|cost| i128::from(together(&sold)) - i128::from(cost));
        said.push(format!(
            "{plan}: операций {}, продано на {}, стоили {}, итог {}",
            spaced(u64::try_from(made.len()).unwrap()),
            listed(&sold),
            cost(&made).1,
            known(result)
        ));
    }
    said
}

/// The lines about customers whose plans cost more than they bring, and about what limits refuse.
pub(crate) fn warnings(rows: &Rows, from: i64, until: i64) -> Vec<String> {
    let lines = rows.lines(from, until);
    let mut bearers: Vec<(u64, u64, i64, String)> = Vec::new();
    for (user, plan) in distinct(&lines, |line| Some((line.user, line.plan.clone()?))) {
        let mine = |line: &Line| line.user == user && line.plan.as_ref() == Some(&plan);
        let dear = sum(&lines, |line| {
            if mine(line) {
                line.micro_usd.unwrap_or(0)
            } else {
                0
            }
        });
        bearers.push((dear, count(&lines, mine), user, plan));
    }
    bearers.sort_by(|a, b| (b.0, b.1).cmp(&(a.0, a.1)).then((a.2, &a.3).cmp(&(b.2, &b.3))));
    let not_looked_at = bearers.len().saturating_sub(200);
    bearers.truncate(200);
    let mut losses: Vec<(u64, i64, String, String)> = Vec::new();
    for (_, _, user, plan) in bearers {
        let mine: Vec<&Line> = lines
            .iter()
            .copied()
            .filter(|line| line.user == user && line.plan.as_ref() == Some(&plan))
            .collect();
        let brought = brought(&rows.paid, user, &plan, from, until);
        let (costs, brings) = (rounded(&mine), together(&brought));
        if costs > brings {
            let words = format!(
                "{user}, {plan}: стоит {}, приносит {}, убыток {}",
                cost(&mine).1,
                listed(&brought),
                rub(costs - brings)
            );
            losses.push((costs - brings, user, plan, words));
        }
    }
    // Of one customer's plans that lose as much the dearer comes first, which nothing here is made to meet.
    losses.sort_by_key(|loss| (std::cmp::Reverse(loss.0), loss.1));
    let mut said = vec![format!("Безлимиты дороже, чем приносят: {}", losses.len())];
    said.extend(losses.iter().take(8).map(|(_, _, _, words)| words.clone()));
    if not_looked_at > 0 {
        let number = u64::try_from(not_looked_at).unwrap();
        said.push(format!(
            "Ещё безлимитов, которые стоят меньше и не проверены: {}",
            spaced(number)
        ));
    }
    let hour = |at: i64| domain::time::Timestamp(at).rfc3339().unwrap()[..13].to_owned();
    let (first, end) = (hour(from), hour(until));
    let noted = |what: &str| -> u64 {
        let notes = rows
            .notes
            .iter()
            .filter(|note| note.0 >= first && note.0 < end && note.1 == what);
        notes.map(|note| note.2).sum()
    };
    for limit in ["daily-videos", "hourly"] {
        said.push(format!("{limit}: {}", spaced(noted(&format!("refused#{limit}")))));
    }
    said.push(format!(
        "Рендеров, пришедших после отказа от них: {}",
        spaced(noted("orphan"))
    ));
    said
}
