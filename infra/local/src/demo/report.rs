//! What came of it: a table for people, a line of JSON for machines.

use std::fmt;

use domain::audit::Books;
use domain::job::{Job, Settlement, Stage as JobStage};
use local_lambda::{Counts, Service};
use played_kie::TaskView;
use serde_json::{Value, json};

use super::cast::Member;
use super::{Measured, Stage};
use crate::cloud::{CALLBACK, CLEANUP, WEBHOOK, WORKER};
use crate::error::Result;
use crate::stats::Stats;

/// The functions that work for an order. Cleanup runs every minute whether anybody orders or not.
const FOR_ORDERS: [&str; 3] = [WEBHOOK, WORKER, CALLBACK];

/// One order.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its job.
    pub job: String,
    /// Whose it is.
    pub user: &'static str,
    /// The model.
    pub model: String,
    /// The trouble that was arranged for it.
    pub trouble: &'static str,
    /// Where it ended, and why if it failed.
    pub outcome: String,
    /// From acceptance to the last change, in ms.
    pub took_ms: i64,
    /// Its price; given back unless it was delivered or parked.
    pub credits: u32,
    /// Submissions to the provider.
    pub submissions: u32,
}

/// How the orders ended, in numbers of jobs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// The video stands in the chat.
    pub delivered: usize,
    /// The video is kept in a vault.
    pub parked: usize,
    /// It came to nothing.
    pub failed: usize,
    /// The user took it back.
    pub canceled: usize,
    /// Charged.
    pub captured: usize,
    /// Given back.
    pub released: usize,
}

/// What came of the demo.
#[derive(Debug, Clone)]
pub struct Report {
    /// Every order, by user.
    pub lines: Vec<Line>,
    /// How they ended.
    pub settled: Settled,
    /// What must not be.
    pub violations: Vec<String>,
    /// The last line.
    pub json: Value,
    /// What every function asked for, if that was wanted.
    pub stats: Option<Stats>,
}

impl Stage {
    /// Audits and adds up.
    pub(super) async fn report(&self, measured: Measured, stats: bool) -> Result<Report> {
        let took_ms = self.began.elapsed().as_millis();
        let local = self.cloud.local();
        let added = local.aws().counts().since(&self.counts_before);
        let books = self.books().await?;
        let violations = self.violations(&books, measured).await?;
        let settled = Settled::of(&books.jobs);
        let mut json = json!({
            "jobs": books.jobs.len(),
            "delivered": settled.delivered,
            "parked": settled.parked,
            "failed": settled.failed,
            "canceled": settled.canceled,
            "captured": settled.captured,
            "released": settled.released,
            "credits_before": sum(&books, |balance| balance.granted),
            "credits_after": sum(&books, |balance| balance.available),
        });
        self.add_costs(&mut json, &added, settled.captured);
        add_measured(&mut json, measured);
        json["traced"] = json!(self.traced(&books));
        json["seconds"] = decimal(u64::try_from(took_ms).unwrap_or(u64::MAX), 1_000);
        json["violations"] = json!(violations.len());
        Ok(Report {
            lines: self
                .members
                .iter()
                .filter_map(|member| line(member, &books.jobs))
                .collect(),
            settled,
            violations,
            json,
            stats: if stats {
                Some(Stats::of(local).await?)
            } else {
                None
            },
        })
    }

    /// How many orders can be followed to their end in their own traces.
    fn traced(&self, books: &Books) -> usize {
        let rays = self.cloud.local().rays();
        let is_told = |job: &&Job| {
            let header = job.trace.as_deref().unwrap_or_default();
            let mut parts = header.split(';');
            let root = parts.find_map(|part| part.strip_prefix("Root="));
            let told = rays.trace(root.unwrap_or_default());
            let has = |name: &str| told.iter().any(|it| it["name"] == name);
            has("admission") && has("doorbell") && has("settlement")
        };
        books.jobs.iter().filter(is_told).count()
    }

    fn add_costs(&self, json: &mut Value, added: &Counts, videos: usize) {
        let videos = u64::try_from(videos).unwrap_or_default();
        let dynamodb =
            added.sum(|service, caller, _| service == Service::DynamoDb && FOR_ORDERS.contains(&caller));
        let stats = self.cloud.local().all_stats();
        let lambda_ms = stats.iter().filter(|(id, _)| FOR_ORDERS.contains(&id.as_str()));
        let lambda_ms: u64 = lambda_ms.map(|(_, stats)| stats.billed_ms).sum();
        let sweeps = stats
            .get(CLEANUP)
            .map(|stats| stats.invocations)
            .unwrap_or_default();
        let sweeping = added.of(Service::DynamoDb, CLEANUP).requests;
        json["dynamodb_requests_per_video"] = decimal(dynamodb.requests, videos);
        json["write_units_per_video"] = decimal(dynamodb.write_units_milli, videos.saturating_mul(1_000));
        json["lambda_ms_per_video"] = decimal(lambda_ms, videos);
        json["cleanup_dynamodb_requests_per_run"] = decimal(sweeping, sweeps);
    }
}

fn add_measured(json: &mut Value, Measured { cabinet, confirm }: Measured) {
    json["confirm_dynamodb_requests"] = json!(confirm.dynamodb_requests);
    json["confirm_sqs_requests"] = json!(confirm.sqs_requests);
    json["confirm_telegram_calls"] = json!(confirm.telegram_calls);
    json["cabinet_dynamodb_requests"] = json!(cabinet.dynamodb_requests);
    json["cabinet_telegram_calls"] = json!(cabinet.telegram_calls);
}

/// A quotient with one decimal, rounded down. Null where nothing is divided by nothing.
fn decimal(dividend: u64, divisor: u64) -> Value {
    let Some(tenths) = dividend.saturating_mul(10).checked_div(divisor) else {
        return Value::Null;
    };
    let text = format!("{}.{}", tenths / 10, tenths % 10);
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

fn sum(books: &Books, of: impl Fn(&domain::account::Balance) -> domain::money::Credits) -> u64 {
    books
        .accounts
        .iter()
        .map(|account| u64::from(of(&account.balance).0))
        .sum()
}

fn line(member: &Member, jobs: &[Job]) -> Option<Line> {
    let job = jobs.iter().find(|job| job.id.user.0 == member.user)?;
    let ended = job.timeline.last().map_or(job.created_at, |mark| mark.at);
    let failure = job.failure.map(|failure| format!(": {}", failure.as_str()));
    Some(Line {
        job: job.id.to_string(),
        user: member.name,
        model: job.order.model.0.clone(),
        trouble: member.part.name(),
        outcome: format!(
            "{}{}",
            job.stage.as_str().to_lowercase(),
            failure.unwrap_or_default()
        ),
        took_ms: ended.since(job.created_at).0,
        credits: job.cost.0,
        submissions: job.fence.0,
    })
}

impl Settled {
    fn of(jobs: &[Job]) -> Self {
        let at = |stage: JobStage| jobs.iter().filter(|job| job.stage == stage).count();
        let with = |settlement| {
            jobs.iter()
                .filter(|job| job.settled() == Some(settlement))
                .count()
        };
        Self {
            delivered: at(JobStage::Delivered),
            parked: at(JobStage::Parked),
            failed: at(JobStage::Failed),
            canceled: at(JobStage::Canceled),
            captured: with(Settlement::Capture),
            released: with(Settlement::Release),
        }
    }
}

/// The provider's tasks that were ordered for a job.
pub(super) fn tasks_of<'a>(job: &Job, tasks: &'a [TaskView]) -> Vec<&'a TaskView> {
    let name = job.id.to_string();
    tasks
        .iter()
        .filter(|task| asked_for(task, "job").as_deref() == Some(&name))
        .collect()
}

/// A value in the address at which a task's end is reported.
pub(super) fn asked_for(task: &TaskView, name: &str) -> Option<String> {
    let (_, query) = task.callback_url.as_deref()?.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

impl Report {
    /// Nothing is wrong, and every job was charged or given back.
    pub fn is_good(&self) -> bool {
        self.violations.is_empty() && self.settled.captured + self.settled.released == self.lines.len()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<28}{:<9}{:<13}{:<30}{:<22}{:>8}{:>9}{:>7}",
            "job", "user", "model", "trouble", "outcome", "seconds", "credits", "tries"
        )?;
        for line in &self.lines {
            let seconds = format!("{}.{}", line.took_ms / 1_000, line.took_ms % 1_000 / 100);
            writeln!(
                f,
                "{:<28}{:<9}{:<13}{:<30}{:<22}{seconds:>8}{:>9}{:>7}",
                line.job, line.user, line.model, line.trouble, line.outcome, line.credits, line.submissions
            )?;
        }
        if let Some(stats) = &self.stats {
            writeln!(f, "\n{stats}")?;
        }
        for violation in &self.violations {
            writeln!(f, "VIOLATION {violation}")?;
        }
        write!(f, "{}", self.json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_have_one_decimal() {
        assert_eq!(decimal(125, 10).to_string(), "12.5");
        assert_eq!(decimal(2, 3).to_string(), "0.6");
        assert_eq!(decimal(1, 0), Value::Null);
    }
}
