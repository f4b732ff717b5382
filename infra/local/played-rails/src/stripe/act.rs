//! What customers, their banks and the time do.

use super::PlayedStripe;
use super::book::{Book, Charge, ChargeStatus, Intent, IntentStatus, Session, SessionStatus};
use super::show;
use crate::error::Error;
use crate::fault::Fault;

/// What a customer gives who pays another amount: a dollar less.
const SHORT: i64 = 100;

/// How an attempt to pay went.
struct Attempt<'a> {
    amount: Option<i64>,
    is_by_card: bool,
    status: ChargeStatus,
    failure: Option<&'a str>,
}

impl PlayedStripe {
    /// The customer pays by card.
    pub fn pay(&self, session: &str) -> Result<(), Error> {
        self.pay_some(session, None)
    }

    /// The customer pays, and what arrives is this, in the smallest unit, whatever was opened.
    pub fn pay_amount(&self, session: &str, minor: i64) -> Result<(), Error> {
        self.pay_some(session, Some(minor))
    }

    fn pay_some(&self, session: &str, amount: Option<i64>) -> Result<(), Error> {
        let paid = Attempt {
            amount,
            is_by_card: true,
            status: ChargeStatus::Succeeded,
            failure: None,
        };
        self.complete(session, &paid)
    }

    /// The customer pays by a way that takes days: the session is complete, and nothing has come yet.
    pub fn pay_later(&self, session: &str) -> Result<(), Error> {
        let begun = Attempt {
            amount: None,
            is_by_card: false,
            status: ChargeStatus::Pending,
            failure: None,
        };
        self.complete(session, &begun)
    }

    fn complete(&self, id: &str, attempt: &Attempt<'_>) -> Result<(), Error> {
        let mut book = self.book();
        open_one(&mut book, id)?;
        self.charge(&mut book, id, attempt);
        if let Some(session) = book.session_mut(id) {
            session.status = SessionStatus::Complete;
            session.is_paid = attempt.status == ChargeStatus::Succeeded;
        }
        self.tell_session(&book, id, "checkout.session.completed");
        Ok(())
    }

    /// The customer's card is not taken; they may try another. Nobody is told.
    pub fn decline(&self, session: &str, code: &str) -> Result<(), Error> {
        let mut book = self.book();
        open_one(&mut book, session)?;
        let declined = Attempt {
            amount: None,
            is_by_card: true,
            status: ChargeStatus::Failed,
            failure: Some(code),
        };
        self.charge(&mut book, session, &declined);
        Ok(())
    }

    /// A payment that takes days ends: with money, or without.
    pub fn settle(&self, session: &str, is_good: bool) -> Result<(), Error> {
        let mut book = self.book();
        let found = book
            .session_mut(session)
            .ok_or_else(|| Error::NoSuch(format!("session {session}")))?;
        let intent = found.intent.clone().unwrap_or_default();
        let status = book.intent(&intent).map_or("open", |intent| intent.status.name());
        if status != IntentStatus::Processing.name() {
            return Err(Error::NotNow {
                id: session.to_owned(),
                status: status.to_owned(),
            });
        }
        finish(&mut book, &intent, is_good);
        if let Some(session) = book.session_mut(session) {
            session.is_paid = is_good;
        }
        let event = if is_good {
            "checkout.session.async_payment_succeeded"
        } else {
            "checkout.session.async_payment_failed"
        };
        self.tell_session(&book, session, event);
        Ok(())
    }

    /// Nobody may pay a session any more.
    pub fn expire(&self, session: &str) -> Result<(), Error> {
        let mut book = self.book();
        open_one(&mut book, session)?;
        self.let_expire(&mut book, session);
        Ok(())
    }

    fn let_expire(&self, book: &mut Book, id: &str) {
        let Some(session) = book.session_mut(id) else {
            return;
        };
        session.status = SessionStatus::Expired;
        let intent = session.intent.clone().unwrap_or_default();
        if let Some(intent) = book.intent_mut(&intent) {
            intent.status = IntentStatus::Canceled;
        }
        self.tell_session(book, id, "checkout.session.expired");
    }

    /// Lets happen what the time has brought: sessions that nobody paid, refunds that come to nothing.
    pub(super) fn bring_up_to_now(&self, book: &mut Book) {
        let now_ms = self.desk().now_ms();
        let over = book.sessions.iter().filter(|session| {
            session.status == SessionStatus::Open && session.expires_s.saturating_mul(1_000) <= now_ms
        });
        let over: Vec<String> = over.map(|session| session.id.clone()).collect();
        for session in over {
            self.let_expire(book, &session);
        }
        self.let_refunds_fail(book, now_ms);
    }

    /// One attempt to pay; the first makes the payment.
    fn charge(&self, book: &mut Book, session: &str, attempt: &Attempt<'_>) {
        let now_ms = self.desk().now_ms();
        let Some(session) = book.session(session).cloned() else {
            return;
        };
        let mut intent = session
            .intent
            .as_ref()
            .and_then(|intent| book.intent(intent).cloned())
            .unwrap_or_else(|| intent(&session, book.next_id("pi", now_ms), now_ms));
        intent.amount = attempt.amount.unwrap_or_else(|| self.given(&session, attempt));
        let charge = Charge {
            id: book.next_id("ch", now_ms),
            intent: intent.id.clone(),
            created_ms: now_ms,
            status: attempt.status,
            amount: intent.amount,
            currency: intent.currency.clone(),
            metadata: intent.metadata.clone(),
            livemode: intent.livemode,
            failure: attempt.failure.map(str::to_owned),
            is_by_card: attempt.is_by_card,
        };
        intent.status = match attempt.status {
            ChargeStatus::Succeeded => IntentStatus::Succeeded,
            ChargeStatus::Pending => IntentStatus::Processing,
            ChargeStatus::Failed => IntentStatus::RequiresPaymentMethod,
        };
        intent.declined = attempt.failure.map(str::to_owned);
        intent.charge = Some(charge.id.clone());
        if let Some(session) = book.session_mut(&session.id) {
            session.intent = Some(intent.id.clone());
        }
        book.charges.push(charge);
        match book.intent_mut(&intent.id) {
            Some(known) => *known = intent,
            None => book.intents.push(intent),
        }
    }

    fn given(&self, session: &Session, attempt: &Attempt<'_>) -> i64 {
        let is_paid = attempt.status == ChargeStatus::Succeeded;
        if is_paid && self.desk().befalls(Fault::OtherAmount) {
            (session.order.amount - SHORT).max(1)
        } else {
            session.order.amount
        }
    }

    fn tell_session(&self, book: &Book, session: &str, event: &str) {
        if let Some(session) = book.session(session) {
            self.tell(
                event,
                &session.id,
                session.livemode,
                &show::session(self, session),
            );
        }
    }
}

/// Checks that a session is there, and open.
fn open_one(book: &mut Book, id: &str) -> Result<(), Error> {
    let session = book
        .session(id)
        .ok_or_else(|| Error::NoSuch(format!("session {id}")))?;
    if session.status == SessionStatus::Open {
        return Ok(());
    }
    Err(Error::NotNow {
        id: id.to_owned(),
        status: session.status.name().to_owned(),
    })
}

fn intent(session: &Session, id: String, now_ms: i64) -> Intent {
    Intent {
        id,
        created_ms: now_ms,
        status: IntentStatus::RequiresPaymentMethod,
        amount: session.order.amount,
        currency: session.order.currency.clone(),
        metadata: session.order.payment_metadata.clone(),
        livemode: session.livemode,
        charge: None,
        declined: None,
    }
}

fn finish(book: &mut Book, intent: &str, is_good: bool) {
    let Some(intent) = book.intent_mut(intent) else {
        return;
    };
    intent.status = if is_good {
        IntentStatus::Succeeded
    } else {
        IntentStatus::RequiresPaymentMethod
    };
    let charge = intent.charge.clone().unwrap_or_default();
    if let Some(charge) = book.charge_mut(&charge) {
        charge.status = if is_good {
            ChargeStatus::Succeeded
        } else {
            ChargeStatus::Failed
        };
        charge.failure = (!is_good).then(|| "insufficient_funds".to_owned());
    }
}
