//! What can be looked at: how it stands, and somebody or something.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::ai_request::AiRequest;
use domain::id::{JobId, UserId};
use domain::job::{Job, Wait};
use domain::payment::Record;
use domain::time::{Millis, Timestamp};
use telegram::html;

use super::super::Error;
use super::command::What;
use super::{Counter, shown};
use crate::cashier::Name;
use crate::log_sums;
use crate::show;
use crate::texts::Value;

/// Open orders that are looked at: more are told as *more than*.
const OPEN_MAX: usize = 500;
/// Open orders of one read.
const PAGE: usize = 100;
/// Lines of today's log that are summed up.
const LINES_MAX: u64 = 3_000;
/// Lines of one read.
const PAGE_LINES: i32 = 1_000;
/// No more is read once less than this is left: what was read is told, as part.
const LOOK_WITH: Duration = Duration::from_secs(4);
/// Nothing is asked of a queue when less than this would be left for the answer.
const ANSWER_WITH: Duration = Duration::from_secs(1);
/// Orders of a customer that are listed.
const ORDERS: usize = 3;
const DAY_MS: i64 = 86_400_000;

/// What the open orders come to.
#[derive(Default)]
struct Open {
    all: usize,
    by_stage: BTreeMap<&'static str, u32>,
    stuck: u32,
    oldest: Option<Timestamp>,
    /// Since when the one that waits longest is due.
    due: Option<Timestamp>,
    /// There may be more.
    is_part: bool,
}

impl Open {
    fn add(&mut self, job: &Job, now: Timestamp) {
        self.all = self.all.saturating_add(1);
        let count = self.by_stage.entry(job.stage.as_str()).or_default();
        *count = count.saturating_add(1);
        self.stuck = self.stuck.saturating_add(u32::from(Wait::Stuck.fits(job, now)));
        self.oldest = Some(
            self.oldest
                .map_or(job.created_at, |oldest| oldest.min(job.created_at)),
        );
        let due = job.due_at.filter(|due| *due <= now);
        self.due = match (self.due, due) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
}

impl Counter<'_> {
    /// How it stands.
    pub(super) async fn status(&self) -> Result<String, Error> {
        let open = self.open().await?;
        let say = self.help.say;
        let midnight = Timestamp(self.now.0.div_euclid(DAY_MS).saturating_mul(DAY_MS));
        let log = self.desk.store.requests();
        let may_go_on = |sums: &domain::report::Summary| {
            sums.all.requests < LINES_MAX && self.deadline.remaining() > LOOK_WITH
        };
        let today = log_sums::summed(&log, &[midnight], PAGE_LINES, may_go_on).await?;
        let stages = open
            .by_stage
            .iter()
            .map(|(stage, count)| format!("{stage} {count}"));
        let stages = stages.collect::<Vec<_>>().join(", ");
        let all = today.sums.all;
        let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let more = open.is_part;
        let part = today.sample.is_some();
        let values = [
            ("open", u32::try_from(open.all).unwrap_or(u32::MAX).into()),
            ("more", if more { "yes" } else { "no" }.into()),
            (
                "stages",
                if stages.is_empty() {
                    "—".to_owned()
                } else {
                    stages
                }
                .into(),
            ),
            ("stuck", open.stuck.into()),
            ("oldest", self.age(open.oldest).into()),
            ("due", self.age(open.due).into()),
            ("requests", number(all.requests).into()),
            ("completed", number(all.completed).into()),
            ("failed", number(all.failed).into()),
            ("part", if part { "yes" } else { "no" }.into()),
        ];
        let dead = self.dead_letters().await;
        let broadcasts = self.broadcasts().await?;
        Ok(format!(
            "{}\n{dead}{broadcasts}",
            say.with("urgent-status", values)
        ))
    }

    /// How many doorbells failed too often, and since when. What SQS does not answer in time is told as not known.
    async fn dead_letters(&self) -> String {
        let (say, letters) = (self.help.say, &self.duty.letters);
        let has_time = |needed: Duration| self.deadline.remaining() > needed.saturating_add(ANSWER_WITH);
        let asked = async {
            if !has_time(queue::REQUEST_TIMEOUT) {
                return Ok(None);
            }
            let depth = letters.depth().await?;
            let looks = queue::RECEIVE_TIMEOUT.saturating_add(queue::REQUEST_TIMEOUT);
            let oldest = if depth.waiting > 0 && has_time(looks) {
                letters.oldest_of_some().await?
            } else {
                None
            };
            Ok::<_, queue::Error>(Some((depth, oldest)))
        };
        let (depth, oldest) = match asked.await {
            Ok(Some(known)) => known,
            Ok(None) => return say.text("urgent-status-dead-unknown"),
            Err(error) => {
                tracing::warn!(name: "queue_silent", error = crate::chain(&error), "the dead-letter queue does not answer");
                return say.text("urgent-status-dead-unknown");
            }
        };
        let count = depth.waiting.saturating_add(depth.taken);
        let values = [
            ("count", u32::try_from(count).unwrap_or(u32::MAX).into()),
            ("oldest", self.age(oldest).into()),
        ];
        say.with("urgent-status-dead", values)
    }

    async fn open(&self) -> Result<Open, Error> {
        let mut open = Open::default();
        let jobs = self.desk.store.jobs();
        let Some(mut waiting) = jobs.waiting(Wait::Open.due_by(self.now), None) else {
            return Ok(open);
        };
        loop {
            open.is_part = open.all >= OPEN_MAX || self.deadline.remaining() <= LOOK_WITH;
            if open.is_part {
                break;
            }
            let Some((found, _)) = waiting.next(PAGE).await? else {
                break;
            };
            let found = found.iter().filter(|job| Wait::Open.fits(job, self.now));
            found.for_each(|job| open.add(job, self.now));
        }
        Ok(open)
    }

    /// How long ago it was, in minutes, hours or days.
    fn age(&self, since: Option<Timestamp>) -> String {
        let age = |since: Timestamp| {
            let Millis(ms) = self.now.since(since);
            show::rest(self.help.say, ms.max(0) / 60_000)
        };
        since.map_or_else(|| "—".to_owned(), age)
    }

    /// Somebody, an order, or money.
    pub(super) async fn find(&self, what: &What) -> Result<String, Error> {
        let found = match what {
            What::User(user) => self.user(*user).await?,
            What::Order(id) => self.order(id).await?,
            What::Money(name) => self.money(name).await?,
        };
        Ok(found.unwrap_or_else(|| self.help.say.text("urgent-found-nothing")))
    }

    async fn user(&self, user: UserId) -> Result<Option<String>, Error> {
        let Some(account) = self.desk.store.account(user).await? else {
            return Ok(None);
        };
        let page = self
            .desk
            .store
            .requests()
            .read_by_user(user, None, ORDERS)
            .await?;
        let lines = page.lines.iter().map(|line| self.line(line));
        let lines = [self.account_line(&account)].into_iter().chain(lines);
        Ok(Some(lines.collect::<Vec<_>>().join("\n")))
    }

    /// A line of the log.
    pub(super) fn line(&self, line: &AiRequest) -> String {
        let error = line.error.as_deref().map(|error| format!(" ({})", shown(error)));
        format!(
            "• <code>{}</code> {} · {}{} · {}",
            html::escape(&line.id),
            html::escape(&line.model.0),
            line.status.as_str(),
            error.unwrap_or_default(),
            self.moment(line.at),
        )
    }

    async fn order(&self, id: &JobId) -> Result<Option<String>, Error> {
        let Some(job) = self.desk.store.jobs().get(id).await? else {
            return Ok(None);
        };
        let values = [
            ("order", id.to_string().into()),
            ("user", id.user.to_string().into()),
            ("stage", job.stage.as_str().into()),
            (
                "why",
                job.failure.map_or("—", domain::job::Failure::as_str).into(),
            ),
            ("model", shown(&job.order.model.0).into()),
            ("provider", shown(&job.order.provider).into()),
            ("credits", self.credits(job.cost).into()),
            ("at", self.moment(job.created_at).into()),
        ];
        Ok(Some(self.help.say.with("urgent-order", values)))
    }

    async fn money(&self, name: &Name) -> Result<Option<String>, Error> {
        let payments = &self.duty.cashier.cashier.payments;
        let id = match name {
            Name::Payment(id) => Some(id.clone()),
            Name::Purchase(id) => match payments.purchase(id).await? {
                None => return Ok(None),
                Some(purchase) => purchase.paid_by,
            },
        };
        let Some(id) = id else {
            return Ok(Some(self.help.say.text("urgent-unpaid")));
        };
        let Some(record) = payments.payment(&id).await? else {
            return Ok(None);
        };
        let at = self.moment(record.payment.created_at);
        let values = values_of(&record).into_iter().chain([("at", at.into())]);
        Ok(Some(self.help.say.with("urgent-payment", values)))
    }
}

/// What the texts about a payment say of it.
pub(super) fn values_of(record: &Record) -> [(&'static str, Value<'static>); 4] {
    let user = record.user.map(|user| user.to_string());
    [
        ("payment", shown(&record.id().to_string()).into()),
        ("amount", record.amount.to_string().into()),
        ("state", record.payment.state.as_str().into()),
        ("user", user.unwrap_or_else(|| "—".to_owned()).into()),
    ]
}
