//! T1: the draft becomes a job, and the card the notice that it is in the queue.

use domain::account::{Account, Place};
use domain::admission::{Admission, Refusal, Request, admit};
use domain::id::{ChatId, MessageId, Nonce};
use domain::job::{Job, Stage};
use domain::limit::{Counts, Whose};
use domain::money::Credits;
use domain::time::{Millis, Timestamp};
use queue::{Doorbell, Hint};
use store::{NotAdmitted, Refused, Tallied};
use telegram::methods::{EditMessageText, Reply};
use trace::spans;
use tracing::{Instrument as _, Span};

use super::Error;
use super::visit::Visit;
use crate::{cards, kinds, show, strikes, tally, traces};

/// How often an order is decided anew on what a refused transaction brought back. What it is decided on moves only when the
/// same customer orders at the same moment, or where a row is full of what all use together.
const ADMIT_TRIES: u32 = 8;

/// How long the doorbell for words waits. That they are asked for is the webhook's answer, which Telegram carries out after
/// the bell was rung: words that came sooner would be covered by it.
const BEHIND_OUR_ANSWER: Millis = Millis::from_secs(1);

/// What a press orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// What the draft describes.
    Described,
    /// Words for it.
    Words,
}

impl Visit<'_> {
    /// Orders what the card showed.
    pub(super) async fn create(
        self,
        nonce: &Nonce,
        shown: (u32, Credits),
        message_id: i64,
        query_id: &str,
    ) -> Result<Reply, Error> {
        self.order(Wanted::Described, nonce, shown, (message_id, query_id))
            .await
    }

    /// Orders words for what the card showed.
    pub(super) async fn create_words(
        self,
        nonce: &Nonce,
        shown: (u32, Credits),
        message_id: i64,
        query_id: &str,
    ) -> Result<Reply, Error> {
        self.order(Wanted::Words, nonce, shown, (message_id, query_id))
            .await
    }

    /// An order's trace begins with the press.
    async fn order(
        self,
        wanted: Wanted,
        nonce: &Nonce,
        shown: (u32, Credits),
        ids: (i64, &str),
    ) -> Result<Reply, Error> {
        let traced = spans::admission();
        self.order_in(&traced, wanted, nonce, shown, ids)
            .instrument(traced.clone())
            .await
    }

    /// Reads nothing more: the account, the counters and the job of an earlier tap are here.
    async fn order_in(
        mut self,
        traced: &Span,
        wanted: Wanted,
        nonce: &Nonce,
        (revision, price): (u32, Credits),
        (message_id, query_id): (i64, &str),
    ) -> Result<Reply, Error> {
        if let Some(job) = &self.job {
            return Ok(self.already(job, message_id, query_id).await);
        }
        let place = Place {
            chat: ChatId(self.chat),
            message: MessageId(message_id),
        };
        for attempt in 0..ADMIT_TRIES {
            let mut admission = match self.decide(wanted, nonce, revision, place) {
                Ok(admission) => admission,
                Err(Refusal::ModelUnavailable) if wanted == Wanted::Words => {
                    return Ok(Self::alert(query_id, &self.say.text("words-not-offered")));
                }
                Err(refusal) => {
                    spans::ended(traced, "refused");
                    self.note_refusal(nonce, &refusal).await;
                    if matches!(refusal, Refusal::Moderated { .. }) {
                        Box::pin(self.strike(nonce, revision)).await?;
                    }
                    return Ok(self.refuse(nonce, &refusal, message_id, query_id));
                }
            };
            // Nobody pays a price that the card did not show: the card is drawn anew, and waits for another press.
            if admission.job.cost != price {
                return Ok(self.show_repriced(nonce, message_id, query_id));
            }
            if attempt == 0 {
                let held_back = self.held_back(nonce, revision, (message_id, query_id));
                if let Some(reply) = Box::pin(held_back).await? {
                    spans::ended(traced, "refused");
                    return Ok(reply);
                }
                Box::pin(self.note_invitation()).await?;
            }
            admission.job.trace = trace::here().map(|here| here.to_string());
            match self.desk.store.admit(&admission, self.deadline).await {
                Ok(()) => {
                    traces::admitted(traced, &admission.job);
                    let (job, model) = (&admission.job.id, &admission.job.order.model.0);
                    tracing::info!(name: "logged_ai_request", job = %job, model, "an order is accepted, and in the log");
                    self.note_passed(&admission.job);
                    self.ring(&admission.job).await;
                    return Ok(self.queued(&admission.job, message_id));
                }
                Err(NotAdmitted::AlreadyAdmitted) => {
                    let text = match wanted {
                        Wanted::Described => "already-started",
                        Wanted::Words => "words-already",
                    };
                    return Ok(Self::alert(query_id, &self.say.text(text)));
                }
                Err(NotAdmitted::Changed { account, used }) => self.learn(account, used).await?,
                Err(NotAdmitted::Failed(error)) => return Err(error.into()),
            }
        }
        tracing::warn!(
            name: "order_overtaken",
            user = self.account.user.0,
            "an order was overtaken again and again"
        );
        Ok(Self::alert(query_id, &self.say.text("overtaken")))
    }

    pub(super) fn decide(
        &self,
        wanted: Wanted,
        nonce: &Nonce,
        revision: u32,
        place: Place,
    ) -> Result<Admission, Refusal> {
        let draft = self.draft(nonce).ok_or(Refusal::DraftStale)?;
        if wanted == Wanted::Words {
            return self.decide_words(draft, revision, place);
        }
        let usages = self.usages_of(draft);
        admit(&Request {
            account: &self.account,
            nonce,
            revision,
            model: self.snapshot.model(&draft.model),
            new_jobs: self.takes_orders(),
            rules: &self.snapshot.rules,
            moderation: &self.snapshot.moderation,
            plan: self.payer_of(draft).plan,
            denied: self.denied(draft),
            costs: &self.snapshot.costs,
            usages: &usages,
            place,
            locale: self.say.locale().as_str(),
            now: self.now,
            words: None,
        })
    }

    /// Takes over what the refused transaction brought back. Where a row was full of what all use together, the others are
    /// read as well.
    async fn learn(&mut self, account: Option<Box<Account>>, used: Counts) -> Result<(), Error> {
        if let Some(account) = account {
            self.account = *account;
        }
        let limits = self.limits();
        let shared = limits.iter().filter(|limit| limit.whose != Whose::Each);
        let rows = shared.flat_map(|limit| limit.rows(self.now));
        let rows: Vec<_> = rows.filter(|key| !used.contains_key(key.row())).collect();
        let asked = used.keys().any(|row| !self.used.contains_key(row));
        self.used.extend(used);
        if asked && !rows.is_empty() {
            let read = self.desk.store.counts(self.account.user, &rows).await?;
            self.used.extend(read);
        }
        Ok(())
    }

    /// Limits that forbid nothing and are passed by an order, for the operator to know.
    fn note_passed(&self, job: &Job) {
        let limits = self.limits();
        for counted in &job.windows {
            let limit = limits
                .iter()
                .find(|limit| limit.key(job.created_at, None) == counted.key);
            let usage = limit.map(|limit| self.usage(limit, counted.amount));
            if let Some(usage) = usage.filter(domain::limit::Usage::is_passed) {
                tracing::warn!(
                    name: "limit_passed",
                    user = job.id.user.0,
                    limit = usage.limit.id,
                    used = usage.used,
                    max = usage.max,
                    "limit_passed"
                );
            }
        }
    }

    /// Rings for the worker. If that fails, cleanup rings within 80 seconds: the job's row is the outbox.
    async fn ring(&self, job: &Job) {
        let doorbell = Doorbell::new(&job.id, Hint::Accepted);
        let makes_words = job.order.makes.is_words();
        let delay = if makes_words {
            BEHIND_OUR_ANSWER
        } else {
            Millis::ZERO
        };
        if let Err(error) = self.desk.queue.ring(&doorbell, delay).await {
            tracing::warn!(name: "doorbell_not_rung", error = crate::chain(&error), job = %job.id, "no doorbell; cleanup will ring");
        }
    }

    fn queued(&self, job: &Job, message_id: i64) -> Reply {
        if job.order.makes.is_words() {
            return self.words_asked(job, message_id);
        }
        let say = self.say;
        let what = show::order(say, Some(&self.snapshot), &job.order);
        let text = say.with(
            "queued",
            [
                ("kind", kinds::value(job.order.makes)),
                ("what", what.into()),
                ("price", show::price(say, job)),
            ],
        );
        let mut text = format!("{text}\n\n{}", show::usual_wait(say, &job.order));
        if job.order.quiet {
            text = format!("{text}\n\n{}", say.text("queued-quiet"));
        }
        let buttons = cards::cancel_button(say, &job.id.nonce);
        EditMessageText::html(self.chat, message_id, text)
            .with_buttons(buttons)
            .into()
    }

    /// A second tap, or an update that came again because the answer to it was lost: while the job still is as it was
    /// accepted, the answer is the very one that was lost. The doorbell may have been lost with it; another one costs
    /// nothing.
    async fn already(&self, job: &Job, message_id: i64, query_id: &str) -> Reply {
        if job.stage == Stage::Queued && job.due_at.is_some_and(|due| due <= self.now) {
            self.ring(job).await;
        }
        let untouched = job.timeline.len() == 1 && job.place.message.0 == message_id;
        let text = match (job.order.makes.is_words(), !job.stage.is_final()) {
            _ if untouched => return self.queued(job, message_id),
            (true, true) => "words-already",
            (true, false) => "words-came",
            (false, _) => "already-started",
        };
        Self::alert(query_id, &self.say.text(text))
    }

    /// A limit that refuses somebody is a reason to offer more: the operator's report counts it, and whatever else refuses an
    /// order is counted beside it.
    async fn note_refusal(&self, nonce: &Nonce, refusal: &Refusal) {
        match (refusal, refusal.code()) {
            (Refusal::LimitReached(usage), Some(why)) => {
                self.note(nonce, why, Tallied::Refused(&usage.limit.id)).await;
            }
            (_, Some(why)) => self.note_refused(nonce, &why).await,
            // It is nobody's in particular, but how many were turned away is worth knowing.
            (Refusal::Paused, None) => self.count(Tallied::HeldBack("paused")).await,
            (_, None) => {}
        }
    }

    /// Notes why a draft was refused, for whoever is asked why, and counts it.
    pub(super) async fn note_refused(&self, nonce: &Nonce, why: &str) {
        self.note(nonce, why.to_owned(), Tallied::HeldBack(why)).await;
    }

    async fn note(&self, nonce: &Nonce, why: String, tallied: Tallied<'_>) {
        let for_operators = async {
            let Some(draft) = self.draft(nonce) else { return };
            let (user, model, at) = (self.account.user, draft.model.clone(), self.now);
            tally::refused(&self.desk.store, user, &Refused { why, model, at }).await;
        };
        futures::future::join(self.count(tallied), for_operators).await;
    }

    async fn count(&self, tallied: Tallied<'_>) {
        tally::note(&self.desk.store.notes(), tallied, self.now).await;
    }

    /// Words that are refused are noted, once for what the card shows.
    pub(super) async fn strike(&mut self, nonce: &Nonce, revision: u32) -> Result<(), Error> {
        let of = format!("{}#{revision}", nonce.as_str());
        let rule = self.snapshot.moderation.strikes;
        let (store, account) = (&self.desk.store, self.account.clone());
        // Seldom, and large: no other order's way is longer by it.
        let noted = Box::pin(strikes::note(
            store,
            account,
            (&of, rule),
            self.now,
            self.deadline,
        ));
        self.account = noted.await?;
        Ok(())
    }

    /// That no orders are taken of this customer for a while.
    pub(super) fn suspended(&self, until: Timestamp) -> String {
        let moment = show::moment(self.say, until, &self.own_zone(), self.now);
        let said = self.account.standing.strikes.are_said();
        let text = if said {
            "refused-suspended-by-hand"
        } else {
            "refused-suspended"
        };
        self.say.with(text, [("moment", moment.into())])
    }
}
