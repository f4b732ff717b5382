//! A plain reckoning over the tables' rows as they lie there: every row is read, and each number is counted by itself, by
//! going through all of them again. No sum, no type and no reader of the product's is used.

use std::collections::{BTreeMap, BTreeSet};

use table::{Db, Item};

/// A line of the log.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) user: i64,
    pub(crate) at: i64,
    pub(crate) category: String,
    pub(crate) status: String,
    pub(crate) model: String,
    pub(crate) error: Option<String>,
    pub(crate) took_ms: Option<u64>,
    pub(crate) credits: u64,
    pub(crate) micro_usd: Option<u64>,
    /// Kopecks for a dollar.
    pub(crate) per_usd: Option<u64>,
    /// The plan that paid.
    pub(crate) plan: Option<String>,
}

/// A payment.
#[derive(Clone, Debug)]
pub(crate) struct Paid {
    pub(crate) id: String,
    pub(crate) user: i64,
    pub(crate) at: i64,
    pub(crate) rail: String,
    pub(crate) currency: String,
    pub(crate) minor: u64,
    pub(crate) refunded: u64,
    pub(crate) state: String,
    pub(crate) test: bool,
    pub(crate) credits: u64,
    pub(crate) plan: Option<String>,
    pub(crate) days: u64,
    pub(crate) ends_at: Option<i64>,
}

/// Everything that stands in the tables.
pub(crate) struct Rows {
    pub(crate) lines: Vec<Line>,
    pub(crate) paid: Vec<Paid>,
    /// By customer and entry: how much.
    pub(crate) ledger: BTreeMap<(i64, String), u64>,
    /// When each order was accepted.
    pub(crate) jobs: BTreeMap<String, i64>,
    /// What was noted: in which hour, what, how often.
    pub(crate) notes: Vec<(String, String, u64)>,
}

fn number(item: &Item, name: &str) -> Option<i64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

fn amount(item: &Item, name: &str) -> Option<u64> {
    number(item, name).map(|number| u64::try_from(number).unwrap())
}

fn text(item: &Item, name: &str) -> Option<String> {
    item.get(name)?.as_s().ok().cloned()
}

fn is_set(item: &Item, name: &str) -> bool {
    item.get(name).is_some_and(|value| value.as_bool() == Ok(&true))
}

async fn scan(db: &Db, table: &str) -> Vec<Item> {
    let (mut all, mut start) = (Vec::new(), None);
    loop {
        let page = db.scan(table, start).await.unwrap();
        all.extend(page.items);
        start = page.next;
        if start.is_none() {
            return all;
        }
    }
}

impl Rows {
    pub(crate) async fn read(db: &Db, named: impl Fn(&str) -> String) -> Self {
        let lines = scan(db, &named("AiRequestsTable")).await;
        let paid = scan(db, &named("PaymentsTable")).await;
        let paid = paid
            .iter()
            .filter(|item| text(item, "kind").as_deref() == Some("payment"));
        let ledger = scan(db, &named("LedgerTable")).await;
        let jobs = scan(db, &named("JobsTable")).await;
        let notes = scan(db, &named("UsageTable")).await;
        Self {
            lines: lines.iter().map(line).collect(),
            paid: paid.map(payment).collect(),
            ledger: ledger
                .iter()
                .map(|item| {
                    let key = (number(item, "user_id").unwrap(), text(item, "entry").unwrap());
                    (key, amount(item, "amount").unwrap())
                })
                .collect(),
            jobs: jobs
                .iter()
                .map(|item| (text(item, "job_id").unwrap(), number(item, "created_at").unwrap()))
                .collect(),
            notes: notes.iter().filter_map(note).collect(),
        }
    }

    pub(crate) fn lines(&self, from: i64, until: i64) -> Vec<&Line> {
        self.lines
            .iter()
            .filter(|line| line.at >= from && line.at < until)
            .collect()
    }

    pub(crate) fn paid(&self, from: i64, until: i64) -> Vec<&Paid> {
        self.paid
            .iter()
            .filter(|paid| paid.at >= from && paid.at < until)
            .collect()
    }

    /// The credits that the ledger says were spent on orders of a time.
    pub(crate) fn captured(&self, from: i64, until: i64) -> u64 {
        let spent = self.ledger.iter().filter_map(|((_, entry), amount)| {
            let job = entry.strip_prefix("capture#")?;
            let at = *self.jobs.get(job)?;
            (at >= from && at < until).then_some(*amount)
        });
        spent.sum()
    }
}

fn line(item: &Item) -> Line {
    Line {
        user: number(item, "user_id").unwrap(),
        at: number(item, "at").unwrap(),
        category: text(item, "category").unwrap(),
        status: text(item, "status").unwrap(),
        model: text(item, "gen_ai.request.model").unwrap(),
        error: text(item, "error.type"),
        took_ms: amount(item, "took_ms"),
        credits: amount(item, "credits").unwrap(),
        micro_usd: amount(item, "micro_usd"),
        per_usd: amount(item, "kopecks_per_usd"),
        plan: text(item, "subscription").filter(|_| is_set(item, "is_unlimited")),
    }
}

fn payment(item: &Item) -> Paid {
    let id = text(item, "id").unwrap();
    Paid {
        rail: id.split('#').next().unwrap().to_owned(),
        id,
        user: number(item, "user_id").unwrap(),
        at: number(item, "at").unwrap(),
        currency: text(item, "currency").unwrap(),
        minor: amount(item, "amount").unwrap(),
        refunded: amount(item, "refunded").unwrap(),
        state: text(item, "state").unwrap(),
        test: is_set(item, "test"),
        credits: amount(item, "credits").unwrap(),
        plan: text(item, "plan"),
        days: amount(item, "days").unwrap_or(0),
        ends_at: number(item, "ends_at"),
    }
}

fn note(item: &Item) -> Option<(String, String, u64)> {
    let window = text(item, "window")?;
    let rest = window.strip_prefix("tally#")?;
    let (hour, what) = rest.split_at(13);
    Some((hour.to_owned(), what[1..].to_owned(), amount(item, "times")?))
}

/// How many of some lines are so.
pub(crate) fn count(lines: &[&Line], is: impl Fn(&Line) -> bool) -> u64 {
    let mut count = 0;
    for line in lines {
        if is(line) {
            count += 1;
        }
    }
    count
}

/// What some lines have of something together.
pub(crate) fn sum(lines: &[&Line], of: impl Fn(&Line) -> u64) -> u64 {
    let mut sum = 0;
    for line in lines {
        sum += of(line);
    }
    sum
}

/// What some lines cost in kopecks: each exactly, in millionths of one, and their sum rounded to the nearest.
pub(crate) fn rounded(lines: &[&Line]) -> u64 {
    let mut millionths: u128 = 0;
    for line in lines {
        millionths += u128::from(line.micro_usd.unwrap_or(0)) * u128::from(line.per_usd.unwrap_or(0));
    }
    let (whole, rest) = (millionths / 1_000_000, millionths % 1_000_000);
    u64::try_from(whole).unwrap() + u64::from(rest >= 500_000)
}

/// The different values of something, in order.
pub(crate) fn distinct<T: Ord>(lines: &[&Line], of: impl Fn(&Line) -> Option<T>) -> Vec<T> {
    let values: BTreeSet<T> = lines.iter().filter_map(|line| of(line)).collect();
    values.into_iter().collect()
}

/// Within how many seconds so many of a hundred were done, of all of them put in order.
pub(crate) fn within(lines: &[&Line], percent: usize) -> Option<u64> {
    let mut all: Vec<u64> = lines
        .iter()
        .filter(|line| line.status == "completed" && line.category == "video_gen")
        .filter_map(|line| line.took_ms)
        .map(|ms| ms.div_ceil(1000))
        .collect();
    all.sort_unstable();
    let place = (all.len() * percent).div_ceil(100).max(1) - 1;
    all.get(place).copied()
}

/// What a customer's payments for a plan brought in for a time, by currency, counted minute by minute.
pub(crate) fn brought(paid: &[Paid], user: i64, plan: &str, from: i64, until: i64) -> BTreeMap<String, u64> {
    let mut brought = BTreeMap::new();
    for one in paid {
        let counts = ["credited", "refund_held"].contains(&one.state.as_str()) && !one.test;
        let (Some(ends_at), true) = (one.ends_at, counts && one.user == user) else {
            continue;
        };
        if one.plan.as_deref() != Some(plan) {
            continue;
        }
        let minutes_in_all = one.days * 24 * 60;
        let begins_at = ends_at - i64::try_from(minutes_in_all).unwrap() * 60_000;
        let minutes = (from..until)
            .step_by(60_000)
            .filter(|minute| *minute >= begins_at && *minute < ends_at)
            .count();
        if minutes > 0 {
            let share = (one.minor - one.refunded) * u64::try_from(minutes).unwrap() / minutes_in_all;
            *brought.entry(one.currency.clone()).or_insert(0) += share;
        }
    }
    brought
}
