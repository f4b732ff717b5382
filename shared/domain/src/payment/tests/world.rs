//! A world in which customers pay, pay wrongly, spend and complain, banks and operators take money back, plans begin and
//! end, notices come doubled, late, out of order or forged, and handlers race. In the end every payment has given what its
//! truth says, and the books are in order.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "small numbers, and an overflow fails the test"
)]

mod checks;
mod rails;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::time::Instant;

use super::*;
use crate::account::Account;
use crate::catalog::{Plan, Prices};
use crate::id::NONCE_CHARS;
use crate::job::Job;
use crate::ledger::{After, Entry, Key};
use crate::payment::term::{NotBegun, Shelf};
use crate::purchase::Purchase;
use crate::standing::{Held, Standing};
use crate::time::Millis;

/// Histories that one test runs.
const HISTORIES: u64 = 100_000;
/// Steps of one.
const STEPS: u32 = 45;
/// A day.
const DAY: Millis = Millis::from_mins(24 * 60);

/// A small generator of random numbers (SplitMix64): the same seed, the same history.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    fn credits(&mut self, n: u64) -> Credits {
        Credits(1 + u32::try_from(self.below(n)).unwrap())
    }

    fn of<I: ExactSizeIterator>(&mut self, mut items: I) -> Option<I::Item> {
        let n = u64::try_from(items.len()).ok().filter(|n| *n > 0)?;
        items.nth(usize::try_from(self.below(n)).ok()?)
    }
}

/// What is sold for a time: a month and ten days, a day of which costs as much.
static PLANS: LazyLock<Vec<Plan>> = LazyLock::new(|| {
    let plan = |key: &str, days: u32| Plan {
        key: key.to_owned(),
        days: Some(days),
        grace_days: 3,
        prices: Prices::new([(Rail::YooKassa, u64::from(days) * 100)]),
        ..Plan::default()
    };
    vec![plan("month", 30), plan("decade", 10)]
});

static TILL: LazyLock<Till> = LazyLock::new(till);

/// A handler that has read, and will write: each row only as it was read.
#[derive(Default)]
struct Handler {
    payment: Option<Record>,
    purchase: Option<Purchase>,
    credit: Option<Credit>,
}

/// What it does to an account.
struct Credit {
    user: UserId,
    entry: (Key, Credits),
    /// So many of them were given up before.
    recalled: Option<(Key, Credits)>,
    /// The revision of the standing that was read, and the standing after it, where that changes.
    standing: Option<(u64, Standing)>,
    /// When the customer had given up everything, as it was read.
    erased_at: Option<Timestamp>,
}

/// Everything.
struct World {
    dice: Dice,
    now: Timestamp,
    /// The time goes on.
    moves: bool,
    offers: Vec<Offer>,
    /// What the rails know.
    truths: BTreeMap<PaymentId, Truth>,
    /// What they have said before: a handler may have read that, and come to it only now.
    past: Vec<Truth>,
    /// What we know.
    payments: BTreeMap<PaymentId, Record>,
    movements: Vec<Movement>,
    purchases: BTreeMap<PurchaseId, Purchase>,
    accounts: BTreeMap<UserId, Account>,
    ledger: BTreeMap<UserId, Vec<Entry>>,
    keys: BTreeSet<Key>,
    jobs: Vec<Job>,
    handlers: Vec<Handler>,
    /// What an operator has taken for its purchase although it did not fit.
    accepted: BTreeSet<PaymentId>,
    /// Who has a plan for ever.
    endless: BTreeSet<UserId>,
}

/// An offer to one of two customers: credits, with a plan or without.
fn offer_number(n: u8, dice: &mut Dice) -> Offer {
    let plan = PLANS.get(usize::try_from(dice.below(3)).unwrap());
    Offer {
        id: PurchaseId {
            user: UserId(i64::from(1 + n / 2)),
            nonce: Nonce::from_random([n; NONCE_CHARS]),
        },
        goods: Goods {
            credits: dice.credits(20),
            term: plan.map(|plan| Term {
                plan: plan.key.clone(),
                days: plan.days.unwrap(),
            }),
        },
        rail: Rail::YooKassa,
        price: Amount {
            minor: 100 + dice.below(900),
            currency: Currency::Rub,
        },
        renews: plan.is_some() && dice.below(2) == 0,
    }
}

/// An account of somebody who may have been given a plan for ever.
fn account_of(user: UserId, is_endless: bool) -> Account {
    let plan = is_endless.then(|| Held {
        key: "month".to_owned(),
        until: None,
    });
    let mut account = Account::new(user);
    account.standing.plan = plan;
    account
}

impl World {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let offers: Vec<Offer> = (0..4).map(|n| offer_number(n, &mut dice)).collect();
        let users = BTreeSet::from([1, 2].map(UserId));
        let endless: BTreeSet<UserId> = users.iter().copied().filter(|_| dice.below(8) == 0).collect();
        let account = |user: UserId| (user, account_of(user, endless.contains(&user)));
        let purchase = |offer: &Offer| {
            let opened = Purchase::new(offer.clone(), String::new(), String::new(), NOW, DAY).first();
            (offer.id.clone(), opened)
        };
        Self {
            now: NOW,
            moves: seed.is_multiple_of(2),
            truths: BTreeMap::new(),
            past: Vec::new(),
            payments: BTreeMap::new(),
            movements: Vec::new(),
            purchases: offers.iter().map(purchase).collect(),
            accounts: users.into_iter().map(account).collect(),
            ledger: BTreeMap::new(),
            keys: BTreeSet::new(),
            jobs: Vec::new(),
            handlers: Vec::new(),
            accepted: BTreeSet::new(),
            offers,
            endless,
            dice,
        }
    }

    fn step(&mut self) {
        match self.dice.below(21) {
            0..=2 => self.somebody_pays(),
            3 if self.dice.below(2) == 0 => {
                self.rail_moves(Money::Awaited, |truth, _| truth.money = Money::Underway);
                self.rail_moves(Money::Underway, |truth, _| truth.money = Money::Arrived);
            }
            3 => self.rail_moves(Money::Awaited, |truth, _| truth.money = Money::Canceled),
            4 | 5 => self.rail_moves(Money::Awaited, |truth, _| truth.money = Money::Arrived),
            6 => self.rail_moves(Money::Arrived, |truth, _| truth.money = Money::Disputed),
            7 => self.rail_moves(Money::Disputed, |truth, _| truth.money = Money::Arrived),
            8 if self.dice.below(4) == 0 => self.rail_moves(Money::Arrived, |truth, dice| {
                // A refund fails after the rail has taken it on.
                truth.refunded = dice.below(truth.refunded + 1);
            }),
            8 => self.rail_moves(Money::Arrived, |truth, dice| {
                let rest = truth.amount.minor - truth.refunded;
                truth.refunded += dice.below(rest + 1);
            }),
            9..=11 => self.notice(),
            12 => self.spend(),
            13 => self.operator_refunds(),
            14 => self.rail_refunds_or_refuses(),
            15 => self.operator_accepts(),
            16 => self.customer_is_told(),
            17 => self.somebody_polls(),
            18 => self.everything_is_given_up(),
            19 if self.moves => {
                let days = i64::try_from(self.dice.below(12)).unwrap();
                self.now = self.now.after(Millis(days * DAY.0));
            }
            _ => self.handler_writes(),
        }
    }

    /// The payment as it was kept, or as one that was never heard of.
    fn record(&self, truth: &Truth) -> Record {
        let kept = self.payments.get(&truth.id).cloned();
        kept.unwrap_or_else(|| {
            let offer = self.offer_of(&truth.id).map(|offer| (offer, "", ""));
            Record::unheard(truth, offer, self.now)
        })
    }

    fn offer_of(&self, id: &PaymentId) -> Option<&Offer> {
        let purchase = self.truths.get(id)?.purchase.as_ref()?;
        self.offers.iter().find(|offer| offer.id == *purchase)
    }

    /// What follows from the truth about a payment, as the cashier would write it.
    fn hear(&self, id: &PaymentId) -> Option<Handler> {
        self.hear_truth(self.truths.get(id)?)
    }

    /// What follows from a truth that was read some time ago. That money has come back is asked for once more.
    fn hear_truth(&self, truth: &Truth) -> Option<Handler> {
        let (id, mut truth, offer) = (&truth.id, truth, self.offer_of(&truth.id));
        let till = LazyLock::force(&TILL);
        let kept = self.payments.get(id).map(|kept| kept.payment.clone());
        let kept = kept.unwrap_or_else(|| Payment::unheard(id.clone(), self.now));
        let mut change = kept.told(truth, offer, till).ok()?;
        if kept.is_undone_by(&change) {
            truth = self.truths.get(id)?;
            change = kept.told(truth, offer, till).ok()?;
        }
        let read = self.record(truth);
        let of = truth.purchase.as_ref().and_then(|id| self.purchases.get(id));
        let (handler, change) = match self.decide(&read, &change) {
            Ok(handler) => (handler, change),
            Err(why) => {
                let held = read.payment.held_for(why.misfit());
                (self.decide(&read, &held).unwrap(), held)
            }
        };
        let purchase = of.and_then(|purchase| purchase.after(&change));
        Some(Handler { purchase, ..handler })
    }

    /// A change with all that goes with it, unless it is for a plan that cannot begin.
    fn decide(&self, read: &Record, change: &Change) -> Result<Handler, NotBegun> {
        let mut after = read.after(change, self.now);
        let credit = match (change.settlement, after.user) {
            (Some(settlement), Some(user)) => {
                let of = &self.accounts[&user];
                let standing = self.turn(settlement, &mut after, of)?;
                if settlement == Settlement::Grant {
                    after.is_given_to(of, self.now);
                }
                let recalled = settlement.recalls(&after, of);
                let key = Key::Payment(After::Recalled, after.id().clone(), after.payment.revision);
                Some(Credit {
                    user,
                    entry: settlement.entry(&after.payment, after.goods.credits),
                    recalled: (recalled > Credits::ZERO).then_some((key, recalled)),
                    standing: standing.map(|standing| (of.standing.revision, standing)),
                    erased_at: of.erased_at,
                })
            }
            _ => None,
        };
        Ok(Handler {
            payment: Some(after),
            purchase: None,
            credit,
        })
    }

    /// The standing after a settlement, where it changes.
    fn turn(
        &self,
        settlement: Settlement,
        after: &mut Record,
        account: &Account,
    ) -> Result<Option<Standing>, NotBegun> {
        let known = Shelf {
            plans: &PLANS,
            packs: &[],
        };
        match after.turn(settlement, account, known, self.now) {
            Turn::Becomes(standing) => Ok(Some(*standing)),
            Turn::Cannot(why) => Err(why),
            Turn::Stays | Turn::OtherPlan => Ok(None),
            Turn::NotRestored(why) => panic!("each plan is worth something in the other: {why:?}"),
        }
    }

    /// One of the handlers comes to write, whoever was first to read.
    fn handler_writes(&mut self) {
        if self.handlers.is_empty() {
            return;
        }
        let n = self.dice.below(u64::try_from(self.handlers.len()).unwrap());
        let handler = self.handlers.swap_remove(usize::try_from(n).unwrap());
        self.write(&handler);
        // A transaction whose answer was lost is written again.
        if self.dice.below(4) == 0 {
            self.write(&handler);
        }
    }

    /// One transaction: the rows as read, the ledger's key free, the account sound; or nothing.
    fn write(&mut self, handler: &Handler) -> bool {
        if !self.is_as_read(handler) || !self.settle(handler.credit.as_ref()) {
            return false;
        }
        if let Some(after) = &handler.payment {
            let before = self.payments.insert(after.id().clone(), after.clone());
            let unheard = Payment::unheard(after.id().clone(), self.now);
            let was = before.as_ref().map_or(&unheard, |before| &before.payment);
            self.movements.extend(after.movement(was, self.now));
            let was_held = was.state == State::Held;
            if was_held && after.payment.state == State::Credited {
                self.accepted.insert(after.id().clone());
            }
        }
        if let Some(after) = &handler.purchase {
            self.purchases.insert(after.id().clone(), after.clone());
        }
        true
    }

    fn is_as_read(&self, handler: &Handler) -> bool {
        let payment = handler.payment.as_ref().is_none_or(|after| {
            let stands = self.payments.get(after.id()).map_or(0, |stands| stands.version);
            after.version == stands + 1
        });
        let purchase = handler
            .purchase
            .as_ref()
            .is_none_or(|after| after.revision == self.purchases[after.id()].revision + 1);
        let standing = handler.credit.as_ref().is_none_or(|credit| {
            let stands = &self.accounts[&credit.user];
            let read = credit.standing.as_ref().map(|(read, _)| *read);
            read.is_none_or(|read| read == stands.standing.revision) && credit.erased_at == stands.erased_at
        });
        payment && purchase && standing
    }

    fn settle(&mut self, credit: Option<&Credit>) -> bool {
        let Some(credit) = credit else { return true };
        let entries: Vec<&(Key, Credits)> = credit.recalled.iter().chain([&credit.entry]).collect();
        let account = self.accounts.get_mut(&credit.user).unwrap();
        let balance = entries
            .iter()
            .try_fold(account.balance, |balance, (key, amount)| {
                balance.apply(key, *amount)
            });
        let Ok(balance) = balance else {
            return false;
        };
        if entries.iter().any(|(key, _)| self.keys.contains(key)) {
            return false;
        }
        account.balance = balance;
        if let Some((_, standing)) = &credit.standing {
            account.standing = standing.clone();
        }
        for (key, amount) in entries.into_iter().cloned() {
            self.keys.insert(key.clone());
            let entry = Entry { key, amount, at: NOW };
            self.ledger.entry(credit.user).or_default().push(entry);
        }
        true
    }
}

/// One history, with all that it has come to.
fn history(seed: u64) -> World {
    let mut world = World::new(seed);
    for _ in 0..STEPS {
        world.step();
    }
    world.settle_down();
    world
}

/// Histories with these seeds; how often each thing that can come about did.
fn histories(seeds: impl Iterator<Item = u64>) -> BTreeMap<&'static str, u64> {
    let mut reached = BTreeMap::new();
    for seed in seeds {
        let world = history(seed);
        for what in world.reached() {
            *reached.entry(what).or_insert(0) += 1;
        }
        world.check(seed);
    }
    reached
}

#[test]
fn whatever_comes_in_whatever_order_credits_are_what_real_payments_brought() {
    let began = Instant::now();
    let threads =
        std::thread::available_parallelism().map_or(1, |threads| u64::try_from(threads.get()).unwrap());
    let mut reached: BTreeMap<&str, u64> = BTreeMap::new();
    std::thread::scope(|scope| {
        let step = usize::try_from(threads).unwrap();
        let parts =
            (0..threads).map(|first| scope.spawn(move || histories((first..HISTORIES).step_by(step))));
        let parts: Vec<_> = parts.collect();
        for part in parts {
            for (what, times) in part.join().unwrap() {
                *reached.entry(what).or_default() += times;
            }
        }
    });
    let took = u64::try_from(began.elapsed().as_millis()).unwrap().max(1);
    let (seconds, rest) = (took / 1000, took % 1000 / 100);
    let rate = HISTORIES * 1000 / took;
    println!("payment histories: {HISTORIES} in {seconds}.{rest} s = {rate} per second");
    // All of it was really reached.
    for what in checks::EVERYTHING {
        assert!(
            reached.contains_key(what),
            "{what} was never reached: {reached:?}"
        );
    }
}
