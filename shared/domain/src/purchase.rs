//! A purchase: one offer to one customer, from the moment they chose a rail until the money came or the time was up.
//!
//! `OPEN → PAID | GONE | HELD (→ PAID)`. It says what was offered at what price, where it can be paid, and when somebody asks the rail
//! next without having been told to: notices get lost. What really arrived is the [`crate::payment::Payment`]'s, and
//! money that comes after a purchase was given up is good money.

use crate::id::UserId;
use crate::money::Amount;
use crate::payment::{Offer, PaymentId, PurchaseId};
use crate::time::{Millis, Timestamp};

/// Where a purchase stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// It can be paid.
    Open,
    /// Money has come and its goods were given.
    Paid,
    /// Money has come that does not fit it, and an operator decides: nobody is to pay it again meanwhile.
    Held,
    /// Nothing came in time.
    Gone,
}

impl Stage {
    /// All that there are.
    pub const ALL: [Self; 4] = [Self::Open, Self::Paid, Self::Held, Self::Gone];

    /// Its name in tables and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Held => "held",
            Self::Gone => "gone",
        }
    }

    /// Reads a name; `None` if it is none.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == name)
    }
}

/// How it stands with the next payments of a subscription, which come by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// They come.
    Active,
    /// The customer does not want them.
    Canceled,
    /// The last one could not be paid.
    Failed,
}

impl Renewal {
    /// All that there are.
    pub const ALL: [Self; 3] = [Self::Active, Self::Canceled, Self::Failed];

    /// Its name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Canceled => "canceled",
            Self::Failed => "failed",
        }
    }

    /// Reads a name; `None` if it is none.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|renewal| renewal.as_str() == name)
    }
}

/// Why somebody may not pay a purchase now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPayable {
    /// It was made for somebody else.
    OtherPayer,
    /// It is paid.
    Paid,
    /// Its time is up.
    Over,
    /// What would be paid is not its price.
    OtherPrice,
}

/// One offer to one customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// What is offered, to whom, and at what price.
    pub offer: Offer,
    /// Grows with every change; 0 is not written yet.
    pub revision: u32,
    /// Where it stands.
    pub stage: Stage,
    /// What the customer reads on the rail's page and in the receipt.
    pub title: String,
    /// The customer's language, as `ru`.
    pub locale: String,
    /// Which attempt it is to open the payment at the rail: a refused one needs a new number, an unknown one the same.
    pub attempt: u32,
    /// The rail's name of what it opened, to ask about; Stars have none before they are paid.
    pub reference: Option<String>,
    /// Where the customer pays.
    pub url: Option<String>,
    /// When it was chosen.
    pub opened_at: Timestamp,
    /// Until when it can be paid.
    pub expires_at: Timestamp,
    /// How often the rail was asked without a notice.
    pub polls: u32,
    /// When to ask next; `None` once nothing is awaited.
    pub due_at: Option<Timestamp>,
    /// The money that came for it; of a subscription the first, which names it at the rail.
    pub paid_by: Option<PaymentId>,
    /// Of a subscription that was paid: whether it will be again.
    pub renewal: Option<Renewal>,
}

/// When the rail is asked without a notice, counted from the opening. After these, once an hour.
const POLLS_MIN: [i64; 4] = [1, 5, 15, 60];
/// How long a purchase waits that could not be asked about.
const PUT_OFF: Millis = Millis::from_mins(5);
/// How long after the end of an offer it is asked about for the last time: the rail's own clock may be a little behind.
pub const LAST_LOOK_AFTER: Millis = Millis::from_mins(5);
/// The longest that a bank takes over a transfer; after that nothing is expected any more, and what comes is good all the
/// same.
const BANK_TAKES: Millis = Millis::from_mins(14 * 24 * 60);
/// How often it is asked about meanwhile.
const BANK_ASKED_EVERY: Millis = Millis::from_mins(3 * 60);
/// What the key of the rail's answer is remembered for: an attempt whose end is unknown is never repeated after that, as
/// it would be a new payment. Half of what the rails promise.
pub const KEY_REMEMBERED: Millis = Millis::from_mins(12 * 60);

impl Purchase {
    /// A fresh one, to be written before the rail hears of it.
    pub fn new(offer: Offer, title: String, locale: String, now: Timestamp, lasts: Millis) -> Self {
        let expires_at = now.after(lasts);
        let fresh = Self {
            offer,
            revision: 0,
            stage: Stage::Open,
            title,
            locale,
            attempt: 1,
            reference: None,
            url: None,
            opened_at: now,
            expires_at,
            polls: 0,
            due_at: None,
            paid_by: None,
            renewal: None,
        };
        Self {
            due_at: Some(fresh.next_poll()),
            ..fresh
        }
    }

    /// Its name.
    pub fn id(&self) -> &PurchaseId {
        &self.offer.id
    }

    /// Whether it can be paid now.
    pub fn is_payable(&self, now: Timestamp) -> bool {
        self.stage == Stage::Open && now < self.expires_at
    }

    /// Whether somebody who is about to pay so much may: a link can be opened by anybody, and kept.
    pub fn check_out(&self, payer: UserId, amount: Option<Amount>, now: Timestamp) -> Result<(), NotPayable> {
        if payer != self.offer.id.user {
            return Err(NotPayable::OtherPayer);
        }
        if matches!(self.stage, Stage::Paid | Stage::Held) {
            return Err(NotPayable::Paid);
        }
        if !self.is_payable(now) {
            return Err(NotPayable::Over);
        }
        if amount != Some(self.offer.price) {
            return Err(NotPayable::OtherPrice);
        }
        Ok(())
    }

    /// When to ask the rail after so many times.
    fn next_poll(&self) -> Timestamp {
        let nth = usize::try_from(self.polls).unwrap_or(usize::MAX);
        let hours = i64::from(self.polls).saturating_sub(2);
        let minutes = POLLS_MIN
            .get(nth)
            .copied()
            .unwrap_or_else(|| hours.saturating_mul(60));
        let at = self.opened_at.after(Millis::from_mins(minutes));
        at.min(self.expires_at.after(LAST_LOOK_AFTER))
    }

    fn changed(&self) -> Self {
        Self {
            revision: self.revision.saturating_add(1),
            ..self.clone()
        }
    }

    /// As it is first written.
    #[must_use]
    pub fn first(&self) -> Self {
        self.changed()
    }

    /// The rail has opened a payment for it.
    #[must_use]
    pub fn opened(&self, reference: Option<String>, url: Option<String>) -> Self {
        Self {
            reference,
            url,
            ..self.changed()
        }
    }

    /// The rail has refused to open a payment: the next attempt is another one.
    #[must_use]
    pub fn refused(&self) -> Self {
        Self {
            attempt: self.attempt.saturating_add(1),
            reference: None,
            url: None,
            ..self.changed()
        }
    }

    /// The rail was asked, and nothing has come: it is asked again later, or no more.
    #[must_use]
    pub fn asked(&self, now: Timestamp) -> Self {
        if now >= self.expires_at.after(LAST_LOOK_AFTER) {
            return self.gone();
        }
        let mut later = self.changed();
        // However late this was, the next time is ahead.
        while later.due_at.is_none_or(|at| at <= now) {
            later.polls = later.polls.saturating_add(1);
            later.due_at = Some(later.next_poll());
        }
        later
    }

    /// The customer has paid, and their bank is at it: it is asked about until that has ended, though nobody else may pay.
    #[must_use]
    pub fn underway(&self, now: Timestamp) -> Self {
        if now >= self.opened_at.after(BANK_TAKES) {
            return self.gone();
        }
        Self {
            polls: self.polls.saturating_add(1),
            due_at: Some(now.after(BANK_ASKED_EVERY)),
            ..self.changed()
        }
    }

    /// Nothing is awaited for it any more.
    #[must_use]
    pub fn resting(&self) -> Self {
        Self {
            due_at: None,
            ..self.changed()
        }
    }

    /// The rail could not be asked: later once more, without that counting as an answer.
    #[must_use]
    pub fn put_off(&self, now: Timestamp) -> Self {
        Self {
            due_at: self.due_at.map(|at| at.max(now.after(PUT_OFF))),
            ..self.changed()
        }
    }

    /// Nothing will come any more, as far as the rail knows.
    #[must_use]
    pub fn gone(&self) -> Self {
        Self {
            stage: Stage::Gone,
            due_at: None,
            ..self.changed()
        }
    }

    /// Money has come that does not fit. `None` if it makes no difference: it is paid by another, or was given up.
    pub fn held(&self) -> Option<Self> {
        (self.stage == Stage::Open).then(|| Self {
            stage: Stage::Held,
            due_at: None,
            ..self.changed()
        })
    }

    /// Whether another payment says nothing new about it. One that comes after a failed renewal does.
    pub fn knows_of_payment(&self) -> bool {
        self.stage == Stage::Paid && self.renewal != Some(Renewal::Failed)
    }

    /// Its next payments will come, or will not.
    #[must_use]
    pub fn renewing(&self, renewal: Renewal) -> Self {
        Self {
            renewal: Some(renewal),
            ..self.changed()
        }
    }

    /// Money has come.
    #[must_use]
    pub fn paid(&self, by: PaymentId) -> Self {
        Self {
            stage: Stage::Paid,
            due_at: None,
            paid_by: self.paid_by.clone().or(Some(by)),
            renewal: self.offer.renews.then_some(Renewal::Active),
            ..self.changed()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use crate::payment::{Goods, Rail};

    fn fresh() -> Purchase {
        let offer = Offer {
            id: PurchaseId::parse("buy-7-2222222222222222").unwrap(),
            goods: Goods::default(),
            rail: Rail::YooKassa,
            price: Amount {
                minor: 69_900,
                currency: Currency::Rub,
            },
            renews: false,
        };
        let day = Millis::from_mins(24 * 60);
        Purchase::new(offer, "Про".to_owned(), "ru".to_owned(), Timestamp(0), day).first()
    }

    fn minutes(at: Option<Timestamp>) -> Option<i64> {
        at.map(|at| at.0 / 60_000)
    }

    #[test]
    fn the_rail_is_asked_after_1_5_15_60_minutes_then_hourly_and_once_when_the_time_is_up() {
        let mut purchase = fresh();
        let mut asked = Vec::new();
        while let Some(at) = purchase.due_at {
            asked.push(at.0 / 60_000);
            purchase = purchase.asked(at);
        }
        let hourly = (2..=24).map(|hour| hour * 60);
        let expected: Vec<i64> = [1, 5, 15, 60]
            .into_iter()
            .chain(hourly)
            .chain([24 * 60 + 5])
            .collect();
        assert_eq!(asked, expected);
        assert_eq!(purchase.stage, Stage::Gone);
    }

    #[test]
    fn what_a_bank_is_at_is_asked_about_for_two_weeks_and_then_given_up() {
        let (mut purchase, mut now, mut asked) = (fresh(), Timestamp(0), 0);
        while purchase.stage == Stage::Open {
            purchase = purchase.underway(now);
            asked += 1;
            now = purchase.due_at.unwrap_or(now);
        }
        assert_eq!((asked, now.0), (14 * 8 + 1, 14 * 24 * 3_600_000));
    }

    #[test]
    fn a_look_that_comes_late_is_not_made_up_for() {
        let late = fresh().asked(Timestamp(7 * 60_000));
        assert_eq!((minutes(late.due_at), late.polls), (Some(15), 2));
        let far_too_late = fresh().asked(Timestamp(i64::MAX));
        assert_eq!(far_too_late.stage, Stage::Gone);
    }

    #[test]
    fn it_can_be_paid_until_its_time_is_up_or_it_is_paid() {
        let open = fresh();
        assert!(open.is_payable(Timestamp(24 * 3_600_000 - 1)));
        assert!(!open.is_payable(Timestamp(24 * 3_600_000)));
        let paid = open.paid(PaymentId::parse("yookassa#1").unwrap());
        assert!(!paid.is_payable(Timestamp(1)) && paid.due_at.is_none());
        assert!(!open.gone().is_payable(Timestamp(1)));
    }

    #[test]
    fn every_change_has_a_revision_of_its_own_and_a_refused_attempt_a_new_number() {
        let open = fresh();
        let refused = open.opened(Some("22d6".to_owned()), None).refused();
        assert_eq!((refused.revision, refused.attempt), (open.revision + 2, 2));
        assert_eq!(refused.reference, None);
        for stage in Stage::ALL {
            assert_eq!(Stage::parse(stage.as_str()), Some(stage));
        }
    }

    #[test]
    fn a_subscription_is_named_by_its_first_payment_and_another_says_something_after_a_failed_one() {
        let by = |id: &str| PaymentId::parse(id).unwrap();
        let mut offer = fresh().offer;
        let once = fresh().paid(by("stars#1"));
        assert_eq!(once.renewal, None);
        assert!(!fresh().knows_of_payment() && once.knows_of_payment());
        offer.renews = true;
        let first = Purchase { offer, ..fresh() }.paid(by("stars#1"));
        assert_eq!(first.renewal, Some(Renewal::Active));
        let failed = first.renewing(Renewal::Failed);
        assert!(first.knows_of_payment() && !failed.knows_of_payment());
        let second = failed.paid(by("stars#2"));
        assert_eq!(
            (second.paid_by, second.renewal),
            (Some(by("stars#1")), Some(Renewal::Active))
        );
    }

    #[test]
    fn a_checkout_is_by_whom_it_is_for_in_time_at_its_price_and_once() {
        let open = fresh();
        let price = open.offer.price;
        let out = |purchase: &Purchase, payer: i64, amount: Option<Amount>, now: i64| {
            purchase.check_out(UserId(payer), amount, Timestamp(now))
        };
        assert_eq!(out(&open, 7, Some(price), 1), Ok(()));
        assert_eq!(out(&open, 8, Some(price), 1), Err(NotPayable::OtherPayer));
        assert_eq!(out(&open, 7, Some(price), 24 * 3_600_000), Err(NotPayable::Over));
        assert_eq!(out(&open, 7, None, 1), Err(NotPayable::OtherPrice));
        let dollars = Amount {
            currency: Currency::Usd,
            ..price
        };
        let less = Amount {
            minor: price.minor - 1,
            ..price
        };
        for wrong in [dollars, less] {
            assert_eq!(out(&open, 7, Some(wrong), 1), Err(NotPayable::OtherPrice));
        }
        let paid = open.paid(PaymentId::parse("stars#1").unwrap());
        assert_eq!(out(&paid, 7, Some(price), 1), Err(NotPayable::Paid));
        assert_eq!(out(&open.gone(), 7, Some(price), 1), Err(NotPayable::Over));
        let held = open.held().unwrap();
        assert_eq!(out(&held, 7, Some(price), 1), Err(NotPayable::Paid));
        assert_eq!(
            (held.stage, held.due_at, held.revision),
            (Stage::Held, None, open.revision + 1)
        );
        assert_eq!((paid.held(), open.gone().held(), held.held()), (None, None, None));
    }
}
