//! What can be looked at: how it stands, somebody or something, and why an order is refused.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::account::Place;
use domain::ai_request::AiRequest;
use domain::id::{ChatId, JobId, MessageId, UserId};
use domain::job::{Job, Wait};
use domain::time::{Millis, Timestamp};
use telegram::html;

use super::super::Error;
use super::super::create::Wanted;
use super::command::What;
use super::{Counter, shown};
use crate::cashier::Name;
use crate::log_sums;
use crate::show;

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
        Ok(say.with("urgent-status", values))
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
    fn line(&self, line: &AiRequest) -> String {
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
        let user = record
            .user
            .map_or_else(|| "—".to_owned(), |user| user.to_string());
        let values = [
            ("payment", shown(&id.to_string()).into()),
            ("amount", record.amount.to_string().into()),
            ("state", record.payment.state.as_str().into()),
            ("user", user.into()),
            ("at", self.moment(record.payment.created_at).into()),
        ];
        Ok(Some(self.help.say.with("urgent-payment", values)))
    }

    /// Whether the customer's draft would be taken now, or any order where there is none: T1's own decision. And what became of
    /// the latest one.
    pub(super) async fn why(&self, user: UserId) -> Result<String, Error> {
        let say = self.help.say;
        if self.desk.store.account(user).await?.is_none() {
            return Ok(say.text("urgent-found-nothing"));
        }
        let visit = self.desk.visit(user, user.0, say, None, self.deadline);
        let mut visit = Box::pin(visit).await?;
        visit.say = say;
        let has_draft = visit.account.draft.is_some();
        if !has_draft {
            let model = visit.model_for(false).cloned();
            let draft = model.map(|model| visit.new_draft(say.text("urgent-why-words"), None, &model));
            visit.account.draft = draft;
        }
        let Some(draft) = visit.account.draft.clone() else {
            return Ok(say.text("urgent-why-nothing-on-sale"));
        };
        let place = Place {
            chat: ChatId(user.0),
            message: MessageId(0),
        };
        let decided = visit.decide(Wanted::Described, &draft.nonce, draft.revision, place);
        let refused = match &decided {
            Ok(_) => None,
            Err(refusal) => {
                let why = visit.why_not(&draft.nonce, refusal);
                Some(why.unwrap_or_else(|| say.text("urgent-why-card")))
            }
        };
        let flagged = visit.was_flagged(&draft).await?;
        let flagged = flagged.map(|(category, subject)| format!("{category} ({})", subject.as_str()));
        let verdict = match (&refused, &flagged) {
            (Some(why), _) => say.with("urgent-why-refused", [("why", shown(why).into())]),
            (None, Some(what)) => say.with("urgent-why-flagged", [("what", shown(what).into())]),
            (None, None) => say.text("urgent-why-taken"),
        };
        let of = if has_draft {
            "urgent-why-draft"
        } else {
            "urgent-why-any"
        };
        let of = say.with(of, [("model", shown(&draft.model.0).into())]);
        let page = self.desk.store.requests().read_by_user(user, None, 1).await?;
        let last = page.lines.first().map(|line| self.line(line));
        let lines = [
            Some(of),
            Some(verdict),
            Some(self.account_line(&visit.account)),
            last,
        ];
        Ok(lines.into_iter().flatten().collect::<Vec<_>>().join("\n"))
    }
}
