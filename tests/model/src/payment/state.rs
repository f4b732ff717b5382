//! What stands in the tables of payments, and how one step of a payment is written: under the conditions that
//! `store::payments::settle` states.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use domain::account::{Account, Balance};
use domain::audit::{self, Sales};
use domain::ledger::{After, Key};
use domain::money::Credits;
use domain::payment::term::Shelf;
use domain::payment::{Change, Movement, Payment, Record, Settlement, Truth, Turn};
use domain::purchase::Purchase;

use crate::Broken;
use crate::order::{Audited, Plan};
use crate::tables::Tables;
use crate::time::NOW;

/// A state of the whole.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// The account, the ledger and an order that spends what was bought.
    pub tables: Tables,
    /// The payment, its purchase, and how its money moved.
    pub sale: Sale,
    /// What the rail says when it is asked.
    pub rail: Said,
    /// Whoever hears of the payment: a notice, a poll, the customer, the nightly comparison.
    pub hearers: Vec<Hand>,
    /// The operator's step that is about to be written.
    pub operator: Option<Step>,
    /// The customer's order that is about to be written.
    pub order: Option<Plan>,
    /// What may still happen.
    pub left: Left,
    /// Goods were given again on a word of the rail that was no longer true.
    pub given_on_old_word: bool,
    /// A payment was as it should be, and the ledger was not.
    pub unsound: bool,
    /// What the audit says, once it was asked.
    pub audited: Audited,
}

/// What may still happen, and how often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Left {
    /// A bank takes money back, or gives it again.
    pub disputes: u8,
    /// Money goes back at the rail, a part or all, or comes again after that.
    pub returns: u8,
    /// An operator wants the money to go back.
    pub refunds: u8,
    /// Somebody dies between two steps.
    pub crashes: u8,
}

/// The rows of a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    /// The payment, once it was heard of.
    pub record: Option<Arc<Record>>,
    /// What it is for.
    pub purchase: Arc<Purchase>,
    /// How its money moved.
    pub movements: Vec<Movement>,
}

impl Hash for Sale {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.record.as_deref().map(of_record).hash(state);
        (
            self.purchase.stage.as_str(),
            self.purchase.revision,
            self.movements.len(),
        )
            .hash(state);
    }
}

/// What tells one record from another here.
fn of_record(record: &Record) -> impl Hash {
    let payment = &record.payment;
    let sums = (payment.refunded, payment.clawed, payment.aside, record.repaid);
    let known = (
        record.version,
        payment.revision,
        payment.granted,
        record.due_at.is_some(),
    );
    (payment.state.as_str(), sums, known)
}

/// A word of the rail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said(pub Truth);

impl Hash for Said {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (std::mem::discriminant(&self.0.money), self.0.refunded).hash(state);
    }
}

/// How far somebody who hears of the payment has come.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Hand {
    /// They know nothing.
    Idle,
    /// The rail has told them; they write so many steps more.
    Told(Said, u8),
    /// What follows is decided, and about to be written.
    Decided(Said, Step, u8),
}

/// Steps that somebody writes for one word of the rail at most. There are twelve in the Lambdas; with fewer there are
/// fewer states. Without any bound two who hold words that contradict each other, an old one and a new one, could go on for
/// ever.
pub(super) const STEPS_MAX: u8 = 3;

impl Hand {
    /// Somebody who goes on with what they were told, if they may.
    pub fn told(said: Said, left: u8) -> Self {
        if left == 0 {
            return Self::Idle;
        }
        Self::Told(said, left)
    }
}

/// One step of a payment that was decided, with all that it was decided on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The payment as it was read.
    pub before: Arc<Payment>,
    /// The payment after it.
    pub after: Arc<Record>,
    /// The purchase after it, where it changes.
    pub purchase: Option<Arc<Purchase>>,
    /// The account as it was read, and what is written into the ledger.
    pub credit: Option<(Arc<Account>, Key, Credits, Credits)>,
}

impl Hash for Step {
    fn hash<H: Hasher>(&self, state: &mut H) {
        of_record(&self.after).hash(state);
        (
            self.before.state.as_str(),
            self.before.revision,
            self.purchase.is_some(),
        )
            .hash(state);
        let Some((account, key, amount, recalled)) = &self.credit else {
            return;
        };
        (
            account.balance.available,
            account.balance.debt,
            key,
            amount,
            recalled,
        )
            .hash(state);
    }
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// All of it stands.
    Written,
    /// Something is no longer as it was read.
    Overtaken,
    /// The payment is as it was read, and yet its entry stands.
    Unsound,
}

impl Step {
    /// A change, with all that goes with it, on an account as it is read now.
    pub fn of(record: &Record, purchase: &Purchase, change: &Change, account: &Arc<Account>) -> Self {
        let mut after = record.after(change, NOW);
        let credit = change.settlement.map(|settlement| {
            // What is sold here is credits: no plan begins, and none ends.
            let shelf = Shelf {
                plans: &[],
                packs: &[],
            };
            let turned = after.turn(settlement, account, shelf, NOW);
            debug_assert_eq!(turned, Turn::Stays);
            let (key, amount) = settlement.entry(&after.payment, after.goods.credits);
            if settlement == Settlement::Grant {
                after.is_given_to(account, NOW);
            }
            let recalled = settlement.recalls(&after, account);
            (Arc::clone(account), key, amount, recalled)
        });
        Self {
            before: Arc::new(record.payment.clone()),
            after: Arc::new(after),
            purchase: purchase.after(change).map(Arc::new),
            credit,
        }
    }
}

impl State {
    /// Writes a step: the payment and what it moves, the ledger's entries, the account and the purchase, all or nothing.
    pub fn settle(&mut self, step: &Step, broken: Broken) -> Settled {
        let version = self.sale.record.as_ref().map_or(0, |record| record.version);
        let is_as_read = version.saturating_add(1) == step.after.version
            && step
                .purchase
                .as_ref()
                .is_none_or(|after| self.sale.purchase.revision.saturating_add(1) == after.revision);
        if !is_as_read && broken != Broken::WritesUnguarded {
            return Settled::Overtaken;
        }
        if let Some((account, key, amount, recalled)) = &step.credit {
            let payment = &step.after.payment;
            let recall = Key::Payment(After::Recalled, payment.id.clone(), payment.revision);
            let recall = (*recalled > Credits::ZERO).then_some((recall, *recalled));
            let entries: Vec<(Key, Credits)> = recall.into_iter().chain([(key.clone(), *amount)]).collect();
            let before = account.balance;
            let after = entries
                .iter()
                .try_fold(before, |balance, (key, amount)| balance.apply(key, *amount));
            let Ok(after) = after else {
                return Settled::Overtaken;
            };
            let now = self.tables.account.balance;
            if !may_move(now, before, after) && broken != Broken::MovesUnseen {
                return Settled::Overtaken;
            }
            let is_new = entries
                .iter()
                .all(|(key, _)| !self.tables.ledger.contains_key(key));
            if !is_new && broken != Broken::WritesUnguarded {
                return Settled::Unsound;
            }
            self.tables.account().balance = moved(now, before, after);
            for (key, amount) in entries {
                self.tables.ledger.entry(key).or_default().push(amount);
            }
        }
        self.sale.movements.extend(step.after.movement(&step.before, NOW));
        self.sale.record = Some(Arc::clone(&step.after));
        if let Some(purchase) = &step.purchase {
            self.sale.purchase = Arc::clone(purchase);
        }
        Settled::Written
    }

    /// Forgets what can matter no more, and puts the rest into one order. A payment never has the same version twice: what
    /// was decided on an earlier one is not written, and whoever decided it goes on from what they were told. Which of them
    /// is which does not matter.
    pub fn forget(&mut self) {
        let version = self.sale.record.as_ref().map_or(0, |record| record.version);
        let is_vain = |step: &Step| step.after.version != version.saturating_add(1);
        for hand in &mut self.hearers {
            if let Hand::Decided(said, step, left) = hand
                && is_vain(step)
            {
                *hand = Hand::told(said.clone(), *left);
            }
        }
        self.operator = self.operator.take().filter(|step| !is_vain(step));
        self.hearers.sort_by_cached_key(|hand| {
            let mut hasher = DefaultHasher::new();
            hand.hash(&mut hasher);
            hasher.finish()
        });
    }

    /// The numbers of the invariants that the tables break, by the audit that an operator runs.
    pub fn broken(&self) -> Vec<&'static str> {
        let mut books = self.tables.books();
        books.sales = Some(Sales {
            purchases: vec![(*self.sale.purchase).clone()],
            payments: self.sale.record.iter().map(|record| (**record).clone()).collect(),
            movements: self.sale.movements.clone(),
        });
        let found = audit::violations(&books);
        found.into_iter().map(|violation| violation.invariant).collect()
    }

    /// Whether the tables break an invariant.
    pub fn breaks(&self, invariant: &str) -> bool {
        self.audited.of(|| self.broken()).contains(&invariant)
    }
}

/// The sums that a payment moves.
fn sums(balance: Balance) -> [Credits; 7] {
    [
        balance.available,
        balance.debt,
        balance.aside,
        balance.clawed,
        balance.granted,
        balance.held,
        balance.forfeited,
    ]
}

/// Where there is debt, before or after, what is available and owed must be as they were read; else it is enough that
/// there is enough.
fn may_move(now: Balance, before: Balance, after: Balance) -> bool {
    let debt = before.debt.max(after.debt) > Credits::ZERO;
    if now.debt != before.debt || debt && now.available != before.available {
        return false;
    }
    let sums = sums(now)
        .into_iter()
        .zip(sums(before))
        .zip(sums(after))
        .enumerate();
    let mut falls = sums.filter(|(place, _)| !(debt && *place < 2));
    falls.all(|(_, ((now, before), after))| {
        let by = before.0.saturating_sub(after.0);
        now.0 >= by
    })
}

/// Each sum by as much as it moved between the two that were read and reckoned.
fn moved(now: Balance, before: Balance, after: Balance) -> Balance {
    let by = |now: Credits, before: Credits, after: Credits| {
        Credits(now.0.saturating_add(after.0).saturating_sub(before.0))
    };
    Balance {
        available: by(now.available, before.available, after.available),
        debt: by(now.debt, before.debt, after.debt),
        aside: by(now.aside, before.aside, after.aside),
        clawed: by(now.clawed, before.clawed, after.clawed),
        granted: by(now.granted, before.granted, after.granted),
        held: by(now.held, before.held, after.held),
        forfeited: by(now.forfeited, before.forfeited, after.forfeited),
        captured: now.captured,
    }
}
