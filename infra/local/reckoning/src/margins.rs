//! The lines about what models and plans cost and leave.

use std::collections::{BTreeMap, BTreeSet};

use crate::figures::{NAMED, brief, by_currency, cost, known, listed, spaced, together};
use crate::money::{credit, credits};
use crate::moved::{Moved, shares, whole};
use crate::naive::{Line, Rows, distinct, sum};

/// What customers were charged for some lines.
fn charged(lines: &[&Line]) -> u64 {
    sum(lines, |line| {
        if line.status == "completed" {
            line.credits
        } else {
            0
        }
    })
}

/// What credits bring that paid for some lines, less what those cost.
fn left(rows: &Rows, until: i64, lines: &[&Line]) -> Option<i128> {
    let whole = i128::from(cost(lines).0?);
    let charged = charged(lines);
    if charged == 0 {
        return Some(-whole);
    }
    let credits = credits(rows, until);
    let brings = (credits.kopecks * u128::from(charged)).checked_div(u128::from(credits.given))?;
    Some(i128::try_from(brings).unwrap() - whole)
}

fn number(lines: &[&Line]) -> String {
    spaced(u64::try_from(lines.len()).unwrap())
}

/// The lines about models, and about what credits paid for.
pub(crate) fn margins(rows: &Rows, from: i64, until: i64) -> Vec<String> {
    let lines = rows.lines(from, until);
    let mut said = models(rows, until, &lines);
    said.extend(credit(rows, until));
    let by_credits: Vec<&Line> = lines.iter().copied().filter(|line| line.plan.is_none()).collect();
    if !by_credits.is_empty() {
        said.push(format!(
            "Кредиты: операций {}, списано {}, стоили {}, маржа {}",
            number(&by_credits),
            spaced(charged(&by_credits)),
            brief(&by_credits),
            known(left(rows, until, &by_credits))
        ));
    }
    said
}

fn models(rows: &Rows, until: i64, lines: &[&Line]) -> Vec<String> {
    let mut models: Vec<(u64, u64, String)> = Vec::new();
    for model in distinct(lines, |line| Some(line.model.clone())) {
        let of = |is: &dyn Fn(&Line) -> bool| -> Vec<&Line> {
            let of = lines.iter().copied();
            of.filter(|line| line.model == model && is(line)).collect()
        };
        let all = of(&|_| true);
        let (credits, plans) = (of(&|line| line.plan.is_none()), of(&|line| line.plan.is_some()));
        let head = format!("{model}: операций {}, стоили {}", number(&all), brief(&all));
        let margin = known(left(rows, until, &credits));
        let words = match (credits.len(), plans.len()) {
            (_, 0) => format!("{head}, маржа {margin}"),
            (0, _) => format!("{head}, все по планам"),
            _ => format!(
                "{head}; за кредиты {}, маржа {margin}; по планам {}, стоили {}",
                number(&credits),
                number(&plans),
                brief(&plans)
            ),
        };
        let dear = sum(&all, |line| line.micro_usd.unwrap_or(0));
        models.push((dear, u64::try_from(all.len()).unwrap(), words));
    }
    models.sort_by_key(|model| std::cmp::Reverse((model.0, model.1)));
    let more = models.len().saturating_sub(NAMED);
    let mut said: Vec<String> = models
        .into_iter()
        .take(NAMED)
        .map(|(_, _, words)| words)
        .collect();
    if more > 0 {
        said.push(format!("…и ещё {more}"));
    }
    said
}

/// What all customers' payments for a plan brought in for a time, by currency.
fn brings(rows: &Rows, plan: &str, from: i64, until: i64) -> BTreeMap<String, u64> {
    let users: BTreeSet<i64> = rows.paid.iter().filter_map(|one| one.user).collect();
    let mut brings = BTreeMap::new();
    for user in users {
        for (currency, share) in shares(&rows.paid, user, plan, from, until) {
            *brings.entry(currency).or_insert(0) += share;
        }
    }
    whole(brings)
}

/// Whether a plan comes with credits, as far as anybody has paid for it so that it matters for a time.
fn has_credits(rows: &Rows, plan: &str, from: i64, until: i64) -> bool {
    let lately = until - 30 * 24 * 60 * 60 * 1000;
    let is_sale = |one: &&Moved| ["came", "accepted"].contains(&one.what.as_str());
    let sold = rows.moved(lately, until);
    let mut sold = sold.into_iter().filter(is_sale);
    let mut runs = rows.paid.iter().filter(|one| {
        let user = one.user.unwrap_or_default();
        one.plan.as_deref() == Some(plan)
            && one.credits > 0
            && !shares(std::slice::from_ref(*one), user, plan, from, until).is_empty()
    });
    runs.next().is_some() || sold.any(|one| one.plan.as_deref() == Some(plan) && one.credits > 0)
}

/// The lines about plans.
pub(crate) fn plans(rows: &Rows, from: i64, until: i64) -> Vec<String> {
    let lines = rows.lines(from, until);
    let moved = rows.moved(from, until);
    let sales: Vec<&Moved> = moved
        .into_iter()
        .filter(|one| one.what == "came" || one.what == "accepted")
        .collect();
    let used = lines.iter().filter_map(|line| line.plan.clone());
    let sold = sales.iter().filter_map(|one| one.plan.clone());
    let paid = rows.paid.iter().filter_map(|one| one.plan.clone());
    let running = paid.filter(|plan| !brings(rows, plan, from, until).is_empty());
    let plans: BTreeSet<String> = used.chain(sold).chain(running).collect();
    let mut said = Vec::new();
    for plan in plans {
        let plan = plan.as_str();
        let made: Vec<&Line> = lines
            .iter()
            .copied()
            .filter(|line| line.plan.as_deref() == Some(plan))
            .collect();
        let of_plan = sales.iter().copied();
        let sold = by_currency(of_plan.filter(|one| one.plan.as_deref() == Some(plan)));
        let brings = brings(rows, plan, from, until);
        let with_credits = has_credits(rows, plan, from, until);
        if with_credits && made.is_empty() {
            said.push(format!(
                "{plan}: продано на {}, эти деньги — в том, что приносит кредит",
                listed(&sold)
            ));
            continue;
        }
        // What it brings is in what its credits bring.
        let result = cost(&made)
            .0
            .filter(|_| !with_credits)
            .map(|cost| i128::from(together(&brings)) - i128::from(cost));
        said.push(format!(
            "{plan}: операций {}, стоили {}, приносит {}, итог {}, продано на {}",
            number(&made),
            brief(&made),
            listed(&brings),
            known(result),
            listed(&sold)
        ));
    }
    // The product names eight.
    let more = said.len().saturating_sub(NAMED);
    said.truncate(NAMED);
    if more > 0 {
        said.push(format!("…и ещё {more}"));
    }
    said
}
