//! A plain reckoning over the tables' rows as they lie there: every row is read, and each number is counted by itself, by
//! going through all of them again. No sum, no type and no reader of the product's is used.

use std::collections::{BTreeMap, BTreeSet};

use table::{Db, Item};

use crate::moved::{Given, Moved, given, hour_ms, movement};

/// A line of the log.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its name.
    pub id: String,
    /// Whose.
    pub user: i64,
    /// When it was asked for, in ms.
    pub at: i64,
    /// Its kind.
    pub category: String,
    /// Where it stands.
    pub status: String,
    /// By which model.
    pub model: String,
    /// Who carried it out.
    pub provider: String,
    /// How long what is made is.
    pub seconds: u64,
    /// How often it was submitted.
    pub attempts: u32,
    /// Tokens that went in.
    pub tokens_in: u64,
    /// Those that came out.
    pub tokens_out: u64,
    /// Why it failed.
    pub error: Option<String>,
    /// Its customer took it back.
    pub canceled: bool,
    /// How long it took.
    pub took_ms: Option<u64>,
    /// Its price.
    pub credits: u64,
    /// What it cost, as far as that is known.
    pub micro_usd: Option<u64>,
    /// That is not all.
    pub is_part: bool,
    /// Kopecks for a dollar.
    pub per_usd: Option<u64>,
    /// The plan that paid.
    pub plan: Option<String>,
}

/// A payment.
#[derive(Clone, Debug)]
pub struct Paid {
    /// Its name, with its rail's.
    pub id: String,
    /// Whose, where that is known.
    pub user: Option<i64>,
    /// When we heard of it, in ms.
    pub at: i64,
    /// By which rail.
    pub rail: String,
    /// In which money.
    pub currency: String,
    /// How much, in its smallest unit.
    pub minor: u64,
    /// How much of that went back.
    pub refunded: u64,
    /// Where it stands.
    pub state: String,
    /// Whether it is no real money.
    pub test: bool,
    /// The credits that it brought.
    pub credits: u64,
    /// The plan that it brought.
    pub plan: Option<String>,
    /// For how many days.
    pub days: u64,
    /// For how much longer, in ms, because the rest of another plan went into it.
    pub bonus_ms: u64,
    /// Until when, in ms.
    pub ends_at: Option<i64>,
}

/// Everything that stands in the tables.
pub struct Rows {
    /// The log.
    pub lines: Vec<Line>,
    /// The payments.
    pub paid: Vec<Paid>,
    /// What moved of their money.
    pub moved: Vec<Moved>,
    /// The credits that customers were given.
    pub given: Vec<Given>,
    /// By customer and entry of the ledger: when, in ms.
    pub booked: BTreeMap<(i64, String), i64>,
    /// By customer and entry: how much.
    pub ledger: BTreeMap<(i64, String), u64>,
    /// When each order was accepted.
    pub jobs: BTreeMap<String, i64>,
    /// What was noted: in the hour that begins when, what, how often.
    pub notes: Vec<(i64, String, u64)>,
}

pub(crate) fn number(item: &Item, name: &str) -> Option<i64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

pub(crate) fn amount(item: &Item, name: &str) -> Option<u64> {
    number(item, name).map(|number| u64::try_from(number).unwrap())
}

pub(crate) fn text(item: &Item, name: &str) -> Option<String> {
    item.get(name)?.as_s().ok().cloned()
}

fn is_set(item: &Item, name: &str) -> bool {
    item.get(name).is_some_and(|value| value.as_bool() == Ok(&true))
}

pub(crate) async fn scan(db: &Db, table: &str) -> Vec<Item> {
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
    /// Reads all the tables, by their names in the template.
    pub async fn read(db: &Db, named: impl Fn(&str) -> String) -> Self {
        let lines = scan(db, &named("AiRequestsTable")).await;
        let money = scan(db, &named("PaymentsTable")).await;
        let of_kind = |kind: &'static str| {
            money
                .iter()
                .filter(move |item| text(item, "kind").as_deref() == Some(kind))
        };
        let ledger = scan(db, &named("LedgerTable")).await;
        let jobs = scan(db, &named("JobsTable")).await;
        let notes = scan(db, &named("UsageTable")).await;
        Self {
            lines: lines.iter().map(line).collect(),
            paid: of_kind("payment").map(payment).collect(),
            moved: of_kind("movement").map(movement).collect(),
            given: ledger.iter().filter_map(given).collect(),
            booked: ledger
                .iter()
                .map(|item| {
                    let key = (number(item, "user_id").unwrap(), text(item, "entry").unwrap());
                    (key, number(item, "at").unwrap())
                })
                .collect(),
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

    /// The lines of a time.
    pub fn lines(&self, from: i64, until: i64) -> Vec<&Line> {
        self.lines
            .iter()
            .filter(|line| line.at >= from && line.at < until)
            .collect()
    }

    /// What moved in a time.
    pub fn moved(&self, from: i64, until: i64) -> Vec<&Moved> {
        self.moved
            .iter()
            .filter(|moved| moved.at >= from && moved.at < until)
            .collect()
    }

    /// The payments of a time.
    pub fn paid(&self, from: i64, until: i64) -> Vec<&Paid> {
        self.paid
            .iter()
            .filter(|paid| paid.at >= from && paid.at < until)
            .collect()
    }

    /// The credits that the ledger says were spent on orders of a time.
    pub fn captured(&self, from: i64, until: i64) -> u64 {
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
        id: named(&text(item, "request").unwrap()),
        provider: ours(text(item, "gen_ai.provider.name").unwrap()),
        seconds: amount(item, "seconds").unwrap_or(0),
        attempts: amount(item, "attempts").map_or(0, |times| u32::try_from(times).unwrap()),
        tokens_in: amount(item, "gen_ai.usage.input_tokens").unwrap_or(0),
        tokens_out: amount(item, "gen_ai.usage.output_tokens").unwrap_or(0),
        user: number(item, "user_id").unwrap(),
        at: number(item, "at").unwrap(),
        category: text(item, "category").unwrap(),
        status: text(item, "status").unwrap(),
        model: text(item, "model")
            .or(text(item, "gen_ai.request.model"))
            .unwrap(),
        error: text(item, "error.type").filter(|why| why != "canceled"),
        canceled: text(item, "error.type").as_deref() == Some("canceled"),
        took_ms: amount(item, "took_ms"),
        credits: amount(item, "credits").unwrap(),
        micro_usd: amount(item, "micro_usd").or(amount(item, "at_least_micro_usd")),
        is_part: item.contains_key("at_least_micro_usd"),
        per_usd: amount(item, "kopecks_per_usd"),
        plan: text(item, "subscription").filter(|_| is_set(item, "is_unlimited")),
    }
}

/// The name in a line's sort key, which has the moment before it.
fn named(request: &str) -> String {
    request.split_once('#').unwrap().1.to_owned()
}

/// OpenTelemetry's names of two providers, as the price list has them.
fn ours(provider: String) -> String {
    match provider.as_str() {
        "gcp.gemini" => "google".to_owned(),
        "gcp.vertex_ai" => "vertex".to_owned(),
        _ => provider,
    }
}

fn payment(item: &Item) -> Paid {
    let id = text(item, "id").unwrap();
    Paid {
        rail: id.split('#').next().unwrap().to_owned(),
        id,
        user: number(item, "user_id"),
        at: number(item, "at").unwrap(),
        currency: text(item, "currency").unwrap(),
        minor: amount(item, "amount").unwrap(),
        refunded: amount(item, "refunded").unwrap(),
        state: text(item, "state").unwrap(),
        test: is_set(item, "test"),
        credits: amount(item, "credits").unwrap(),
        plan: text(item, "plan"),
        days: amount(item, "days").unwrap_or(0),
        bonus_ms: amount(item, "bonus_ms").unwrap_or(0),
        ends_at: number(item, "ends_at"),
    }
}

fn note(item: &Item) -> Option<(i64, String, u64)> {
    let window = text(item, "window")?;
    let rest = window.strip_prefix("tally#")?;
    let (hour, what) = rest.split_at(13);
    Some((hour_ms(hour), what[1..].to_owned(), amount(item, "times")?))
}

/// How many of some lines are so.
pub fn count(lines: &[&Line], is: impl Fn(&Line) -> bool) -> u64 {
    let mut count = 0;
    for line in lines {
        if is(line) {
            count += 1;
        }
    }
    count
}

/// What some lines have of something together.
pub fn sum(lines: &[&Line], of: impl Fn(&Line) -> u64) -> u64 {
    let mut sum = 0;
    for line in lines {
        sum += of(line);
    }
    sum
}

/// What some lines cost in kopecks: each exactly, in millionths of one, and their sum rounded to the nearest.
pub fn rounded(lines: &[&Line]) -> u64 {
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
