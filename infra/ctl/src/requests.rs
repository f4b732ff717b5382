//! What the log of AI operations has to say.

mod listed;
pub(crate) mod shown;

use std::io::Write;

use domain::ai_request::{AiRequest, Status};
use domain::id::UserId;
use domain::report::Summary;
use domain::time::{Millis, Timestamp};
use serde_json::json;
use store::Requests as Log;

use crate::arguments::{Days, Requests};
use crate::payments::day;
use crate::{Error, Report};

/// Lines that are asked for at once, to be summed up; a page ends at 1 MB anyhow.
const PAGE: i32 = 5_000;

/// Carries a question out.
pub(crate) async fn requests(command: &Requests, json: bool, out: &mut dyn Write) -> Result<Report, Error> {
    match command {
        Requests::Summary { days } => summed(days, false, |sums| Ok(shown::summary(sums))).await,
        Requests::Top { days, csv } => summed(days, *csv, |sums| shown::models(sums, *csv)).await,
        Requests::Unlimited { days, csv } => summed(days, *csv, |sums| shown::plans(sums, *csv)).await,
        Requests::List {
            days,
            results,
            status,
            csv,
        } => {
            let mut list = listed::List::begin(out, json, *csv);
            listed::list(days, *results, *status, &mut list).await
        }
        Requests::User {
            user,
            limit,
            prompts,
            csv,
            target,
        } => {
            let log = target.find().await?.requests()?;
            let (lines, holes) = history(&log, UserId(*user), *limit, *prompts).await?;
            Ok(with_holes(shown::lines(&lines, *csv)?, holes, *csv))
        }
    }
}

/// Reads a status.
pub(crate) fn status(typed: &str) -> Result<Status, String> {
    let known = || Status::ALL.map(Status::as_str).join(", ");
    Status::parse(typed).ok_or_else(|| format!("there are {}", known()))
}

async fn summed(
    days: &Days,
    csv: bool,
    show: impl Fn(&Summary) -> Result<Report, Error>,
) -> Result<Report, Error> {
    let mut sums = Summary::default();
    let holes = read(days, |line| sums.add(&line)).await?;
    Ok(with_holes(show(&sums)?, holes, csv))
}

/// The days that are asked for, the earliest first.
fn each(days: &Days) -> Result<impl Iterator<Item = Timestamp>, Error> {
    let last = day(days.day.as_deref())?;
    let before = move |back| last.after(Millis(domain::cost::days(back).0.saturating_neg()));
    Ok((0..days.days).rev().map(before))
}

/// Reads the lines of some days, day by day and part by part. Gives how many there are that cannot be read.
async fn read(days: &Days, mut take: impl FnMut(AiRequest)) -> Result<u64, Error> {
    let log = days.target.find().await?.requests()?;
    let mut holes = 0_u64;
    let mut pages = log.of_days(each(days)?, None, PAGE);
    while let Some(page) = pages.next().await? {
        holes = holes.saturating_add(page.unreadable);
        page.lines.into_iter().for_each(&mut take);
    }
    Ok(holes)
}

async fn history(log: &Log, user: UserId, limit: u32, prompts: bool) -> Result<(Vec<AiRequest>, u64), Error> {
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let (mut lines, mut holes, mut start) = (Vec::new(), 0_u64, None);
    while lines.len() < most {
        let page = log.of_user(user, start, 100).await?;
        holes = holes.saturating_add(page.unreadable);
        lines.extend(page.lines);
        start = page.next;
        if start.is_none() {
            break;
        }
    }
    lines.truncate(most);
    if !prompts {
        for line in &mut lines {
            line.prompt = None;
        }
    }
    Ok((lines, holes))
}

/// What leaves something out says so, and ends with 1. In CSV the words would be a row, so there it only ends with 1.
fn with_holes(mut report: Report, holes: u64, csv: bool) -> Report {
    report.json["unreadable"] = json!(holes);
    report.sound = holes == 0;
    if holes > 0 && !csv {
        report.text = format!("{}\n{}", report.text, self::holes(holes));
    }
    report
}

/// What is said of lines that cannot be read.
fn holes(holes: u64) -> String {
    let lines = crate::show::count(holes, "line");
    format!("! {lines} of the log cannot be read and are not in this")
}
