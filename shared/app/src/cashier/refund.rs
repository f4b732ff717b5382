//! Money back: what was bought is set aside first, then the rail is asked under one key for ever, and it is done when the
//! rail's truth says so.

use domain::catalog::Selling;
use domain::money::Credits;
use domain::payment::term::NotBegun;
use domain::payment::{Change, NotRefundable, PaymentId, Rail, Record, RefundWanted, State};
use domain::purchase::Renewal;
use payments::Outcome;
use store::Settled;
use table::{Deadline, Write};

use super::hear::Written;
use super::{Cashier, Error, Renewed, rail_time};
use crate::rails::GivenBack;

/// How often a change is decided again because others were faster.
const TRIES_MAX: u32 = 8;

/// How far a refund has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refunding {
    /// The customer has the money.
    Done(Box<Record>),
    /// What was bought is set aside, and the rail is at it or will be asked again: nobody has to do anything.
    UnderWay(Box<Record>),
    /// It is so much that a second person has to ask for it too.
    WantsAnother(Box<Record>),
    /// The rail refuses for good; what was bought is the customer's again.
    Refused {
        /// How the payment stands.
        record: Box<Record>,
        /// Why, in the rail's words.
        why: String,
    },
}

/// Why a refund cannot be begun.
#[derive(Debug, thiserror::Error)]
pub enum RefundError {
    /// There is no such payment.
    #[error("there is no such payment")]
    Unknown,
    /// It cannot be given back as it stands.
    #[error("there is nothing to give back: the payment is {}", .0.as_str())]
    Stands(State),
    /// It is being given back already.
    #[error("it is being given back already{}", asked_by(.0.as_ref()))]
    UnderWay(Option<String>),
    /// Only what is held can be accepted.
    #[error("only a held payment can be accepted: this one is {}", .0.as_str())]
    NotHeld(State),
    /// It names no purchase of ours: there is nobody whom it could be credited to.
    #[error("it names no purchase of anybody: it can only be given back")]
    Nobodys,
    /// Its credits are spent.
    #[error("{needed} credits would have to be set aside and {available} are there")]
    Spent {
        /// What would have to be set aside.
        needed: Credits,
        /// What there is.
        available: Credits,
    },
    /// What was bought cannot begin: another plan runs, whose rest would be lost.
    #[error("the plan cannot begin: {}", cannot(.0))]
    Plan(NotBegun),
    /// It is no real money, and nothing is given for that here.
    #[error("it is a test payment, and this deployment takes none")]
    NoMoney,
    /// Nobody moves money without saying why.
    #[error("there is no reason given")]
    NoReason,
    /// There are no keys for this rail here.
    #[error("this deployment has no keys for the rail")]
    NoRail,
    /// Ours failed.
    #[error(transparent)]
    Failed(#[from] Error),
}

fn asked_by(who: Option<&String>) -> String {
    who.map_or_else(String::new, |who| format!(", as {who} asked"))
}

fn cannot(why: &NotBegun) -> String {
    match why {
        NotBegun::Gone(plan) => format!("there is no plan {plan} any more"),
        NotBegun::Endless(plan) => format!("the customer has {plan} for ever"),
        NotBegun::Running { plan, until } => format!(
            "{plan} runs until {}",
            until.rfc3339().unwrap_or_else(|| until.0.to_string())
        ),
    }
}

impl From<store::Error> for RefundError {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<NotRefundable> for RefundError {
    fn from(error: NotRefundable) -> Self {
        match error {
            NotRefundable::Stands(state) => Self::Stands(state),
            NotRefundable::Spent { needed, available } => Self::Spent { needed, available },
        }
    }
}

impl Cashier {
    /// Gives a payment back, or, where it is much, notes who wants that until another does, too. `besides` is written with
    /// what this changes: the record of who did it.
    pub async fn refund(
        &self,
        id: &PaymentId,
        wanted: &RefundWanted,
        selling: &Selling,
        besides: &[Write],
        deadline: Deadline,
    ) -> Result<Refunding, RefundError> {
        self.rails.get(id.rail).ok_or(RefundError::NoRail)?;
        // A part may have gone back whose notice was lost. A rail that is silent now is asked for the refund later.
        if let Err(error) = self.notice(id, deadline).await {
            tracing::warn!(name: "refund_truth_unread", payment = %id, error = crate::chain(&error), "a refund begins with what was known");
        }
        for _ in 0..TRIES_MAX {
            let record = self.payments.payment(id).await?.ok_or(RefundError::Unknown)?;
            let change = self.begin(&record).await?;
            let first = record
                .refund_wanted
                .as_ref()
                .filter(|first| first.counts_at(wanted.at));
            let alone = first.is_none_or(|first| first.by.eq_ignore_ascii_case(&wanted.by));
            if alone && selling.wants_four_eyes(id.rail, record.amount) {
                let asked = record.refund_wanted(wanted.clone());
                match self.payments.put_payment_with(&asked, besides, deadline).await? {
                    store::Written::Yes => return Ok(Refunding::WantsAnother(Box::new(asked))),
                    store::Written::Overtaken => continue,
                }
            }
            let mut after = record.after(&change, self.env.now());
            after.refund_wanted = Some(wanted.clone());
            match self
                .settle((&record, &mut after), None, &change, besides.to_vec(), deadline)
                .await?
            {
                Written::Settled(Settled::Written) => {
                    // What was bought is set aside: from here on it goes on by itself, whatever the rail says now.
                    let begun = after.clone();
                    return Ok(self.give_back(after, deadline).await.unwrap_or_else(|error| {
                        tracing::error!(name: "refund_later", payment = %begun.id(), error = crate::chain(&error), "a refund that was begun is gone on with later");
                        Refunding::UnderWay(Box::new(begun))
                    }));
                }
                Written::Settled(_) | Written::Cannot(_) => {}
            }
        }
        Err(Error::Busy.into())
    }

    async fn begin(&self, record: &Record) -> Result<Change, RefundError> {
        let available = match record.user {
            Some(user) => self.account(user).await?.available_for(record),
            None => Credits::ZERO,
        };
        if record.payment.state == State::RefundHeld {
            let asked = record.refund_wanted.as_ref().map(|wanted| wanted.by.clone());
            return Err(RefundError::UnderWay(asked));
        }
        Ok(record.payment.begin_refund(record.goods.credits, available)?)
    }

    /// Asks the rail for a refund that was begun, and writes down how far that came.
    pub(super) async fn give_back(&self, record: Record, deadline: Deadline) -> Result<Refunding, Error> {
        let Some(taker) = self.rails.get(record.id().rail) else {
            return self.later(record, deadline).await;
        };
        // The rail forgets its keys after a day: what was asked for before may be done by now.
        if record.refund_tries > 0 {
            self.notice(record.id(), deadline).await?;
            let now = self.current(record.clone()).await?;
            if now.payment.state != State::RefundHeld {
                return Ok(Refunding::Done(Box::new(now)));
            }
        }
        if let Err(error) = self.end_renewal(&record, deadline).await {
            tracing::warn!(name: "subscription_end_later", payment = %record.id(), error = crate::chain(&error), "a subscription is to be ended before its money goes back");
            return self.later(record, deadline).await;
        }
        match taker.give_back(&record, None, rail_time(deadline)?).await {
            Outcome::Done(GivenBack::Now) => {
                let truth = Self::as_kept(&record, record.amount.minor);
                let heard = self.hear(&truth, deadline).await?;
                let mut stands = self.current(record).await?;
                if !heard.changed {
                    // The rail's own news was faster, and whoever heard it tells the customer.
                    stands.untold = None;
                }
                Ok(Refunding::Done(Box::new(stands)))
            }
            Outcome::Done(GivenBack::Asked) => {
                // It is taken on; where its truth cannot be read now, it is read later.
                if let Err(error) = self.notice(record.id(), deadline).await {
                    tracing::warn!(name: "refund_truth_unread", payment = %record.id(), error = crate::chain(&error), "a refund's truth is read later");
                }
                let record = self.current(record).await?;
                match record.payment.state {
                    State::RefundHeld => self.later(record, deadline).await,
                    _ => Ok(Refunding::Done(Box::new(record))),
                }
            }
            Outcome::Refused { why } => self.abandon(record, why, deadline).await,
            Outcome::Later { why } | Outcome::Unknown { why } => {
                tracing::warn!(name: "refund_later", payment = %record.id(), why, "a refund is to be asked for again");
                self.later(record, deadline).await
            }
        }
    }

    /// Money of a subscription that goes back ends it: nobody is charged next month for what was paid back this month. A
    /// rail that does not end it for good does not keep the money from them.
    async fn end_renewal(&self, record: &Record, deadline: Deadline) -> Result<(), Error> {
        let Some(id) = record.purchase.as_ref().filter(|_| record.renews) else {
            return Ok(());
        };
        let purchase = self.payments.purchase(id).await?;
        let ended = match purchase.and_then(|purchase| purchase.renewal) {
            Some(Renewal::Canceled) => true,
            Some(Renewal::Active | Renewal::Failed) => {
                self.renew(id, false, deadline).await? != Renewed::Refused
            }
            // Its first payment was held, and nothing is known of a subscription here; the rail has one all the same.
            None => self.end_unknown(record, deadline).await?,
        };
        if !ended {
            tracing::error!(name: "subscription_not_ended", payment = %record.id(), "a subscription whose money goes back could not be ended");
        }
        Ok(())
    }

    async fn end_unknown(&self, record: &Record, deadline: Deadline) -> Result<bool, Error> {
        let Some(taker) = self.rails.get(record.id().rail) else {
            return Ok(false);
        };
        match taker.renew(record, false, rail_time(deadline)?).await {
            Outcome::Done(()) => Ok(true),
            Outcome::Refused { .. } => Ok(false),
            Outcome::Later { why } | Outcome::Unknown { why } => Err(Error::Rail(why)),
        }
    }

    /// The rail does not give it back: what was bought is the customer's again, unless the money went back all the same.
    async fn abandon(&self, record: Record, why: String, deadline: Deadline) -> Result<Refunding, Error> {
        self.notice(record.id(), deadline).await?;
        for _ in 0..TRIES_MAX {
            let record = self.current(record.clone()).await?;
            let Ok(change) = record.payment.abandon_refund() else {
                return Ok(Refunding::Done(Box::new(record)));
            };
            let mut after = record.after(&change, self.env.now());
            let settled = self
                .settle((&record, &mut after), None, &change, Vec::new(), deadline)
                .await?;
            if let Written::Settled(Settled::Written) = settled {
                tracing::error!(name: "refund_refused", payment = %after.id(), why, "a rail does not give money back");
                // A part may have gone back meanwhile by another way.
                if let Err(error) = self.notice(after.id(), deadline).await {
                    tracing::warn!(name: "refund_truth_unread", payment = %after.id(), error = crate::chain(&error), "not looked at again");
                }
                let record = Box::new(after);
                return Ok(Refunding::Refused { record, why });
            }
        }
        Err(Error::Busy)
    }

    /// It is not done yet: the rail is asked again, with the same key, later.
    async fn later(&self, record: Record, deadline: Deadline) -> Result<Refunding, Error> {
        let asked = record.refund_asked(self.env.now());
        // Whoever was faster has noted it.
        self.payments.put_payment(&asked, deadline).await?;
        Ok(Refunding::UnderWay(Box::new(asked)))
    }

    /// A record as it stands now.
    async fn current(&self, record: Record) -> Result<Record, Error> {
        Ok(self.payments.payment(record.id()).await?.unwrap_or(record))
    }

    fn takes_test(&self, rail: Rail) -> bool {
        self.rails.get(rail).is_some_and(|taker| taker.till().takes_test)
    }

    /// What did not fit its purchase is taken for it all the same, on an operator's word.
    pub async fn accept(
        &self,
        id: &PaymentId,
        besides: &[Write],
        deadline: Deadline,
    ) -> Result<Record, RefundError> {
        // It may have gone back meanwhile, and its notice been lost.
        if let Err(error) = self.notice(id, deadline).await {
            tracing::warn!(name: "acceptance_truth_unread", payment = %id, error = crate::chain(&error), "a payment is accepted by what was known");
        }
        for _ in 0..TRIES_MAX {
            let record = self.payments.payment(id).await?.ok_or(RefundError::Unknown)?;
            record.user.ok_or(RefundError::Nobodys)?;
            let not_held = |_| RefundError::NotHeld(record.payment.state);
            let change = record.payment.accept().map_err(not_held)?;
            // Whoever accepts has looked at an amount or a payer, and not made money of what is none.
            if record.is_test && !self.takes_test(id.rail) {
                return Err(RefundError::NoMoney);
            }
            let mut after = record.after(&change, self.env.now());
            let purchase = match &record.purchase {
                Some(purchase) => self.payments.purchase(purchase).await?,
                None => None,
            };
            let purchase = purchase.and_then(|purchase| purchase.after(&change));
            match self
                .settle(
                    (&record, &mut after),
                    purchase.as_ref(),
                    &change,
                    besides.to_vec(),
                    deadline,
                )
                .await?
            {
                Written::Settled(Settled::Written) => return Ok(after),
                Written::Settled(_) => {}
                Written::Cannot(why) => return Err(RefundError::Plan(why)),
            }
        }
        Err(Error::Busy.into())
    }
}
