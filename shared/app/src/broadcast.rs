//! Broadcasts, step by step: a few customers are written to, and what came of it is written down.
//!
//! Before anything is sent, it stands in the table that this customer is about to be written to; nobody is written to of
//! whom that was said before. So a run that is killed, or two that run at once, send nothing twice, and what nobody knows
//! the end of is counted as unsure. Whoever calls waits between steps: nothing here does.

mod message;
mod office;

use std::time::Duration;

use domain::broadcast::{Broadcast, Claim, Outcome, Person, State, Step, quiet_until};
use domain::id::UserId;
use domain::time::{Millis, Timestamp};
use futures::future::join_all;
use store::{Broadcasts, Intended, People, Written};
use table::Deadline;

pub use message::{Fault, LANGUAGES, check};
pub use office::{Announcer, Failed, New};

use crate::Env;

/// The longest that Telegram is waited for.
const TIMEOUT: Duration = Duration::from_secs(6);
/// What is left of an invocation for writing down how a step went.
const RESERVE: Duration = Duration::from_secs(2);
/// The least time that a step is begun with: for reading, for saying who is written to, for sending, for writing down.
const STEP_TIME: Duration = Duration::from_secs(8);
/// The least time that another page of accounts is read with.
const WALK_TIME: Duration = Duration::from_secs(5);
/// Pages of accounts that a step looks through at most: of a segment that hardly anybody belongs to, a step sends less.
const PAGES_MAX: u32 = 10;
/// Accounts of a page at most.
const PAGE_MAX: usize = 500;

/// What sends broadcasts.
#[derive(Clone, Debug)]
pub struct Broadcaster {
    /// The tables.
    pub broadcasts: Broadcasts,
    /// The bot.
    pub bot: telegram::Client,
    /// Time and dice.
    pub env: Env,
}

/// What follows from a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Another step, not before then.
    At(Timestamp),
    /// Nothing runs.
    Nothing,
    /// There is no time for another.
    NoTime,
}

impl Broadcaster {
    /// Goes a step on with whatever runs and has waited the longest. All broadcasts together go a step at a time, so that
    /// they share what Telegram takes.
    pub async fn step(&self, deadline: Deadline) -> Result<Next, store::Error> {
        if deadline.remaining() < STEP_TIME {
            return Ok(Next::NoTime);
        }
        let mut running = Vec::new();
        for id in self.broadcasts.running().await? {
            running.extend(self.broadcasts.get(&id).await?);
        }
        if let Some(at) = quiet_until(&running, self.env.now()) {
            return Ok(Next::At(at));
        }
        let mut soonest: Option<Timestamp> = None;
        for broadcast in running {
            let now = self.env.now();
            let at = match broadcast.claim(now) {
                Claim::Idle => continue,
                Claim::NotBefore(at) => at,
                Claim::Ours(ours) => match self.broadcasts.claim(&broadcast, &ours, deadline).await? {
                    Written::Yes => {
                        let after = Box::pin(self.go_on(&ours, deadline)).await?;
                        let floods = after.pace < ours.pace;
                        return Ok(Next::At(if floods { after.due_at } else { ours.due_at }));
                    }
                    Written::Overtaken => ours.due_at,
                },
            };
            soonest = Some(soonest.map_or(at, |soonest| soonest.min(at)));
        }
        Ok(soonest.map_or(Next::Nothing, Next::At))
    }

    /// Says for how long the one has not gone on that runs and has not for the longest.
    pub async fn tell_idle(&self) -> Result<(), store::Error> {
        let mut idle = Millis(0);
        for id in self.broadcasts.running().await? {
            let running = self.broadcasts.get(&id).await?;
            let running = running.filter(|it| it.state == State::Running);
            let since = running.map(|it| self.env.now().since(it.progressed_at));
            idle = idle.max(since.unwrap_or_default());
        }
        meter::broadcast_idle(u64::try_from(idle.secs_ceil()).unwrap_or(0));
        Ok(())
    }

    /// A step that is ours.
    async fn go_on(&self, ours: &Broadcast, deadline: Deadline) -> Result<Broadcast, store::Error> {
        let mut step = Step::default();
        let recipients = self.gather(ours, &mut step, deadline).await?;
        let intended = join_all(recipients.into_iter().map(|person| async move {
            let intended = self
                .broadcasts
                .intend(ours, person.user, self.env.now(), deadline)
                .await;
            (person, intended)
        }));
        let intended = intended.await;
        let outcomes = join_all(intended.into_iter().map(|(person, intended)| async move {
            let outcome = match intended {
                Ok(Intended::Now) => self.send(ours, &person, deadline).await,
                Ok(Intended::Before) => Outcome::Unsure,
                // Nobody knows whether it stands there; it is taken back, and tried again.
                Err(error) => {
                    tracing::warn!(name: "broadcast_not_begun", error = crate::chain(&error), "a customer is written to later");
                    Outcome::NotYet
                }
            };
            (person.user, outcome)
        }));
        for (user, outcome) in outcomes.await {
            if step.add(user, outcome) {
                self.withdraw(ours, user, deadline).await;
            }
            if outcome == Outcome::Blocked {
                self.note_gone(user, deadline).await;
            }
        }
        let after = ours.after(&step, self.env.now());
        if self.broadcasts.commit(&after, deadline).await? == Written::Overtaken {
            // Somebody else has gone on from where we began, and counts whom we wrote to.
            tracing::warn!(name: "broadcast_overtaken", broadcast = ours.id.as_str(), "a step took too long");
            return Ok(after);
        }
        told(&after, &step);
        Ok(after)
    }

    /// Whom a step writes to: first who is owed a message, then who comes next.
    async fn gather(
        &self,
        ours: &Broadcast,
        step: &mut Step,
        deadline: Deadline,
    ) -> Result<Vec<Person>, store::Error> {
        let (quota, now) = (ours.quota(), self.env.now());
        let (first, rest) = ours.owed.split_at(quota.min(ours.owed.len()));
        step.owed = rest.to_vec();
        let mut recipients = Vec::new();
        for person in self.broadcasts.named(first, now).await? {
            take(ours, person, now, step, &mut recipients);
        }
        let (mut cursor, mut limit) = (ours.cursor, quota);
        for _ in 0..PAGES_MAX {
            if ours.walked || step.walked || recipients.len() >= quota || deadline.remaining() < WALK_TIME {
                break;
            }
            let page = self.page(ours, cursor, limit, now).await?;
            let before = recipients.len();
            let mut people = page.people.into_iter();
            for person in people.by_ref() {
                cursor = Some(person.user);
                take(ours, person, now, step, &mut recipients);
                if recipients.len() >= quota {
                    break;
                }
            }
            // What is left of the page is read again by the next step.
            if people.len() == 0 {
                cursor = page.next.or(cursor);
                step.walked = page.next.is_none();
            }
            step.cursor = cursor;
            // Where few of a page belong to the segment, the next is larger.
            let few = recipients.len().saturating_sub(before) < limit / 2;
            limit = if few {
                limit.saturating_mul(4).min(PAGE_MAX)
            } else {
                limit
            };
        }
        Ok(recipients)
    }

    /// A page of the walk: through all accounts, or through those that the segment names.
    async fn page(
        &self,
        of: &Broadcast,
        after: Option<UserId>,
        limit: usize,
        now: Timestamp,
    ) -> Result<People, store::Error> {
        office::page(&self.broadcasts, of, after, limit, now).await
    }

    async fn send(&self, ours: &Broadcast, person: &Person, deadline: Deadline) -> Outcome {
        let Ok(text) = person.reached_by(&ours.wording) else {
            return Outcome::NotYet;
        };
        let Some(timeout) = deadline.for_call(TIMEOUT, RESERVE) else {
            return Outcome::NotYet;
        };
        let sent = message::send(
            &self.bot,
            &ours.wording,
            (person.user, &person.language, text),
            timeout,
        );
        match sent.await {
            Ok(()) => Outcome::Sent,
            Err(error) => outcome(&error),
        }
    }

    async fn withdraw(&self, ours: &Broadcast, user: UserId, deadline: Deadline) {
        if let Err(error) = self.broadcasts.withdraw(ours, user, deadline).await {
            // They stay owed, and the next step counts them as unsure.
            tracing::warn!(name: "broadcast_not_withdrawn", error = crate::chain(&error), "a customer is not written to again");
        }
    }

    async fn note_gone(&self, user: UserId, deadline: Deadline) {
        if let Err(error) = self.broadcasts.gone(user, deadline).await {
            tracing::warn!(name: "unreachable_unnoted", error = crate::chain(&error), "it could not be noted that the customer cannot be reached");
        }
    }
}

/// Takes a customer among those that are written to, or counts why not.
fn take(of: &Broadcast, person: Person, now: Timestamp, step: &mut Step, recipients: &mut Vec<Person>) {
    if !of.segment.holds(&person, now) {
        return;
    }
    match person.reached_by(&of.wording) {
        Ok(_) => recipients.push(person),
        Err(why) => step.counts.pass_over(why),
    }
}

/// What Telegram's answer says of a message.
fn outcome(error: &telegram::Error) -> Outcome {
    match error {
        telegram::Error::Unreachable { .. } => Outcome::Blocked,
        telegram::Error::RateLimited { retry_after_s } => Outcome::TooFast(*retry_after_s),
        telegram::Error::NotSent { .. } => Outcome::NotYet,
        telegram::Error::Unauthorized => Outcome::NoToken,
        telegram::Error::Unknown { .. } => Outcome::Unsure,
        refused => {
            tracing::warn!(name: "broadcast_message_refused", error = crate::chain(refused), "Telegram refuses a broadcast's message");
            Outcome::Refused
        }
    }
}

/// Counts what a step came to, and says what somebody should know.
fn told(after: &Broadcast, step: &Step) {
    let counts = step.counts;
    for (outcome, times) in [
        ("sent", counts.sent),
        ("blocked", counts.blocked),
        ("unsure", counts.unsure),
        ("refused", counts.refused),
        (
            "passed_over",
            counts
                .muted
                .saturating_add(counts.gone)
                .saturating_add(counts.wordless),
        ),
    ] {
        meter::broadcast_messages(outcome, times);
    }
    let broadcast = after.id.as_str();
    if let Some(retry_after_s) = step.retry_after_s {
        tracing::warn!(name: "broadcast_slowed", broadcast, retry_after_s, pace = after.pace, "Telegram wants fewer messages");
    }
    if let Some(halt) = after.halted {
        tracing::error!(name: "broadcast_halted", broadcast, why = halt.as_str(), "a broadcast stopped by itself");
    }
    if after.state == State::Done {
        let counts = after.counts;
        tracing::info!(
            name: "broadcast_done", broadcast, sent = counts.sent, blocked = counts.blocked,
            unsure = counts.unsure, refused = counts.refused, "a broadcast is done"
        );
    }
}
