//! What an operator does about money. Whatever moves it is written down with who did it and why, in the transaction of
//! what it changes.

mod lists;

use domain::payment::{PaymentId, PurchaseId, Record, RefundWanted, Truth};
use domain::time::Timestamp;
use limits_flags::By;
use limits_flags::audit::{Action, Entry};
use payments::Unanswered;
use table::{Deadline, Write};

use super::{Cashier, Error, Heard, Looked, RefundError, Refunding, rail_time};

pub use lists::{Listed, Of};

/// Where an operator's changes of payments go through. A copy of it is cheap.
#[derive(Clone, Debug)]
pub struct Desk {
    /// What moves the money.
    pub cashier: Cashier,
    /// The table of changes.
    pub audit: String,
}

/// What an operator calls a payment or a purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// A payment by its rail's name for it: `yookassa#22d6…`.
    Payment(PaymentId),
    /// A purchase by ours: `buy-700001-…`.
    Purchase(PurchaseId),
}

impl Name {
    /// Reads one; `None` if it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let purchase = PurchaseId::parse(text).map(Self::Purchase);
        purchase.or_else(|| PaymentId::parse(text).map(Self::Payment))
    }
}

/// What a rail says of a payment now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It stands so.
    Truth(Truth),
    /// The rail knows of no such payment.
    NotFound,
    /// The rail cannot be asked about a single payment: Stars have only a list, which reconciliation reads.
    Unasked,
    /// There are no keys for the rail here.
    NoRail,
}

/// What a second look has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rechecked {
    /// There is money; all that follows from it is done.
    Heard(Box<Heard>),
    /// Nothing has come yet.
    Awaited,
    /// Nothing has come, and nothing will.
    Gone,
    /// Neither we nor the rail know of such a thing.
    Unknown,
    /// The rail cannot be asked about a single payment.
    Unasked,
    /// There are no keys for the rail here.
    NoRail,
}

impl Cashier {
    /// What a rail says of a payment now. Nothing follows from it yet.
    pub async fn ask_rail(&self, id: &PaymentId, deadline: Deadline) -> Result<Answer, Error> {
        let Some(taker) = self.rails.get(id.rail) else {
            return Ok(Answer::NoRail);
        };
        match taker.truth(&id.id, rail_time(deadline)?).await {
            Ok(Some(truth)) => Ok(Answer::Truth(truth)),
            Ok(None) => Ok(Answer::Unasked),
            Err(Unanswered::NotFound) => Ok(Answer::NotFound),
            Err(Unanswered::BadKey) => Err(Error::BadKey),
            Err(Unanswered::Later(why)) => Err(Error::Rail(why)),
        }
    }
}

impl Desk {
    /// Gives a payment back, or notes the first of two who have to want it.
    pub async fn refund(
        &self,
        id: &PaymentId,
        by: &By,
        deadline: Deadline,
    ) -> Result<Refunding, RefundError> {
        let record = self.written_down(id, by).await?;
        let besides = self.note(&record, Action::Refund, by);
        let snapshot = self.cashier.settings.fresh(by.at).await.map_err(Error::from)?;
        let wanted = RefundWanted {
            by: by.who.clone(),
            why: by.why.clone(),
            at: by.at,
        };
        let done = self
            .cashier
            .refund(id, &wanted, &snapshot.selling, &[besides], deadline)
            .await?;
        if let Refunding::Done(record) | Refunding::Refused { record, .. } = &done {
            self.tell(record, deadline).await;
        }
        Ok(done)
    }

    /// Takes a held payment for the purchase that it names.
    pub async fn accept(&self, id: &PaymentId, by: &By, deadline: Deadline) -> Result<Record, RefundError> {
        let record = self.written_down(id, by).await?;
        let besides = self.note(&record, Action::Accept, by);
        let after = self.cashier.accept(id, &[besides], deadline).await?;
        self.tell(&after, deadline).await;
        Ok(after)
    }

    /// Reads the truth at the rail, and does what follows from it.
    pub async fn recheck(&self, name: &Name, deadline: Deadline) -> Result<Rechecked, Error> {
        let heard = match name {
            Name::Payment(id) => match self.cashier.ask_rail(id, deadline).await? {
                Answer::Truth(truth) => Box::new(self.cashier.hear(&truth, deadline).await?),
                Answer::NotFound => return Ok(Rechecked::Unknown),
                Answer::Unasked => return Ok(Rechecked::Unasked),
                Answer::NoRail => return Ok(Rechecked::NoRail),
            },
            Name::Purchase(id) => match self.cashier.look(id, deadline).await? {
                Looked::Heard(heard) => heard,
                Looked::Awaited(_) => return Ok(Rechecked::Awaited),
                Looked::Gone(_) => return Ok(Rechecked::Gone),
                Looked::Unknown => return Ok(Rechecked::Unknown),
            },
        };
        if let Some(record) = heard.record.as_ref().filter(|_| heard.changed) {
            self.tell(record, deadline).await;
        }
        Ok(Rechecked::Heard(heard))
    }

    /// The payment that is to be changed; nobody changes one without a reason.
    async fn written_down(&self, id: &PaymentId, by: &By) -> Result<Record, RefundError> {
        if by.why.is_empty() {
            return Err(RefundError::NoReason);
        }
        let record = self.cashier.payments.payment(id).await?;
        record.ok_or(RefundError::Unknown)
    }

    /// The row of the audit.
    fn note(&self, record: &Record, action: Action, by: &By) -> Write {
        let state = record.payment.state.as_str();
        let entry = Entry {
            entity: format!("payment#{}", record.id()),
            action,
            old: None,
            // Words of ours and a number: there is nothing in it that JSON would have to escape.
            new: Some(format!(
                r#"{{"amount":"{}","credits":{},"was":"{state}"}}"#,
                record.amount, record.goods.credits
            )),
            by: by.clone(),
            version: u64::from(record.version).saturating_add(1),
            note: record.user.map(|user| format!("of user#{user}")),
        };
        entry.write(&self.audit)
    }

    /// The customer is told now; if that fails, it stays due, and cleanup does it.
    async fn tell(&self, record: &Record, deadline: Deadline) {
        if let Err(error) = self.cashier.tell(record.clone(), deadline).await {
            tracing::warn!(name: "payment_told_later", payment = %record.id(), error = crate::chain(&error), "the customer is told later");
        }
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.cashier.env.now()
    }
}
