//! A world in which customers pay, pay wrongly, spend and complain, banks and operators take money back, notices come
//! doubled, late, out of order or forged, and handlers race. In the end every payment has given what its truth says.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "small numbers, and an overflow fails the test"
)]

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::account::Balance;
use crate::id::{JobId, NONCE_CHARS};
use crate::ledger::{After, Entry, Key};

/// Histories that one test runs.
const HISTORIES: u64 = 100_000;
/// Steps of one.
const STEPS: u32 = 60;

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

    fn of<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let n = u64::try_from(items.len()).ok().filter(|n| *n > 0)?;
        items.get(usize::try_from(self.below(n)).ok()?)
    }
}

/// A handler that has read, and will write.
struct Handler {
    read: Payment,
    change: Change,
}

/// Everything.
struct World {
    dice: Dice,
    offers: Vec<Offer>,
    /// What the rails know.
    truths: BTreeMap<PaymentId, Truth>,
    /// What we know.
    payments: BTreeMap<PaymentId, Payment>,
    balances: BTreeMap<UserId, Balance>,
    ledger: BTreeMap<UserId, Vec<Entry>>,
    keys: BTreeSet<Key>,
    handlers: Vec<Handler>,
    jobs: u8,
}

/// An offer to one of two customers.
fn offer_number(n: u8, dice: &mut Dice) -> Offer {
    Offer {
        id: PurchaseId {
            user: UserId(i64::from(1 + n / 2)),
            nonce: Nonce::from_random([n; NONCE_CHARS]),
        },
        goods: Goods {
            credits: dice.credits(20),
            term: None,
        },
        rail: Rail::YooKassa,
        price: Amount {
            minor: 100 + dice.below(900),
            currency: Currency::Rub,
        },
        renews: false,
    }
}

impl World {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        Self {
            offers: (0..4).map(|n| offer_number(n, &mut dice)).collect(),
            dice,
            truths: BTreeMap::new(),
            payments: BTreeMap::new(),
            balances: BTreeMap::new(),
            ledger: BTreeMap::new(),
            keys: BTreeSet::new(),
            handlers: Vec::new(),
            jobs: 0,
        }
    }

    fn step(&mut self) {
        match self.dice.below(16) {
            0..=2 => self.somebody_pays(),
            3 => self.rail_moves(Money::Awaited, |truth, _| truth.money = Money::Canceled),
            4 | 5 => self.rail_moves(Money::Awaited, |truth, _| truth.money = Money::Arrived),
            6 => self.rail_moves(Money::Arrived, |truth, _| truth.money = Money::Disputed),
            7 => self.rail_moves(Money::Disputed, |truth, _| truth.money = Money::Arrived),
            8 => self.rail_moves(Money::Arrived, |truth, dice| {
                let rest = truth.amount.minor - truth.refunded;
                truth.refunded += dice.below(rest + 1);
            }),
            9..=11 => self.notice(),
            12 => self.spend(),
            13 => self.operator_refunds(),
            14 => self.rail_refunds_or_refuses(),
            _ => self.handler_writes(),
        }
    }

    /// Money on its way, mostly as asked.
    fn somebody_pays(&mut self) {
        let offer = self.dice.of(&self.offers).unwrap().clone();
        let id = PaymentId {
            rail: Rail::YooKassa,
            id: self.truths.len().to_string(),
        };
        let mut truth = Truth {
            id: id.clone(),
            money: Money::Awaited,
            amount: offer.price,
            refunded: 0,
            shop: till().shop,
            purchase: Some(offer.id.clone()),
            payer: Some(offer.id.user),
            is_test: false,
        };
        match self.dice.below(12) {
            0 => truth.amount.minor -= 1,
            1 => truth.payer = Some(UserId(99)),
            2 => truth.shop = Some("666".to_owned()),
            3 => truth.is_test = true,
            4 => truth.purchase = None,
            _ => {}
        }
        self.truths.insert(id, truth);
    }

    fn rail_moves(&mut self, from: Money, change: impl Fn(&mut Truth, &mut Dice)) {
        let ids: Vec<PaymentId> = self.truths.keys().cloned().collect();
        let Some(id) = self.dice.of(&ids) else { return };
        let truth = self.truths.get_mut(id).filter(|truth| truth.money == from);
        if let Some(truth) = truth {
            change(truth, &mut self.dice);
        }
    }

    /// A notice about some payment, real or forged: it makes a handler read the truth, and nothing else.
    fn notice(&mut self) {
        let n = u64::try_from(self.truths.len()).unwrap() + 1;
        let id = PaymentId {
            rail: Rail::YooKassa,
            id: self.dice.below(n).to_string(),
        };
        self.handlers.extend(self.read(&id));
    }

    fn read(&self, id: &PaymentId) -> Option<Handler> {
        let truth = self.truths.get(id)?;
        let read = self.payment(id);
        let change = read.told(truth, self.offer_of(id), &till()).ok()?;
        Some(Handler { read, change })
    }

    fn payment(&self, id: &PaymentId) -> Payment {
        let known = self.payments.get(id).cloned();
        known.unwrap_or_else(|| Payment::unheard(id.clone(), NOW))
    }

    fn offer_of(&self, id: &PaymentId) -> Option<&Offer> {
        let purchase = self.truths.get(id)?.purchase.as_ref()?;
        self.offers.iter().find(|offer| offer.id == *purchase)
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

    /// One transaction: the payment as read, the ledger's key free, the account sound; or nothing.
    fn write(&mut self, handler: &Handler) -> bool {
        let Handler { read, change } = handler;
        if self.payment(&read.id).revision != read.revision {
            return false;
        }
        let settled = change
            .settlement
            .is_none_or(|settlement| self.settle(&change.after, settlement));
        if settled {
            self.payments.insert(read.id.clone(), change.after.clone());
        }
        settled
    }

    fn settle(&mut self, after: &Payment, settlement: Settlement) -> bool {
        let offer = self.offer_of(&after.id).expect("goods for nobody's money");
        let (key, amount) = settlement.entry(after, offer.goods.credits);
        let user = offer.id.user;
        let balance = self.balances.entry(user).or_default();
        let sound = balance.apply(&key, amount);
        let Ok(sound) = sound.and_then(|sound| {
            let free = !self.keys.contains(&key);
            free.then_some(sound).ok_or(crate::ledger::Unsound::Overflow)
        }) else {
            return false;
        };
        *balance = sound;
        self.keys.insert(key.clone());
        let entry = Entry { key, amount, at: NOW };
        self.ledger.entry(user).or_default().push(entry);
        true
    }

    /// A video is ordered and delivered, if there is enough and no debt.
    fn spend(&mut self) {
        let users: Vec<UserId> = self.balances.keys().copied().collect();
        let Some(user) = self.dice.of(&users).copied() else {
            return;
        };
        let cost = self.dice.credits(9);
        let balance = self.balances.get_mut(&user).unwrap();
        if balance.available < cost || balance.debt > Credits::ZERO {
            return;
        }
        let job = JobId {
            user,
            nonce: Nonce::from_random([self.jobs; NONCE_CHARS]),
        };
        self.jobs = self.jobs.wrapping_add(1);
        for key in [Key::Hold(job.clone()), Key::Capture(job)] {
            *balance = balance.apply(&key, cost).unwrap();
            let entry = Entry {
                key,
                amount: cost,
                at: NOW,
            };
            self.ledger.entry(user).or_default().push(entry);
        }
    }

    /// An operator begins a refund of something credited.
    fn operator_refunds(&mut self) {
        let known: Vec<Payment> = self.payments.values().cloned().collect();
        let Some(read) = self.dice.of(&known).cloned() else {
            return;
        };
        let Some(offer) = self.offer_of(&read.id) else {
            return;
        };
        let balance = self.balances.get(&offer.id.user).copied().unwrap_or_default();
        if let Ok(change) = read.begin_refund(offer.goods.credits, balance.available) {
            self.handlers.push(Handler { read, change });
        }
    }

    /// A rail that was asked for a refund gives it, or refuses for good.
    fn rail_refunds_or_refuses(&mut self) {
        let held = self
            .payments
            .values()
            .filter(|payment| payment.state == State::RefundHeld);
        let held: Vec<Payment> = held.cloned().collect();
        let Some(read) = self.dice.of(&held).cloned() else {
            return;
        };
        let gives = self.dice.below(3) > 0;
        let truth = self.truths.get_mut(&read.id).unwrap();
        if gives && truth.money == Money::Arrived {
            truth.refunded = truth.amount.minor;
        } else if let Ok(change) = read.abandon_refund() {
            self.handlers.push(Handler { read, change });
        }
    }

    /// Everything that is on its way arrives, and everything is asked about until nothing changes.
    fn settle_down(&mut self) {
        while !self.handlers.is_empty() {
            self.handler_writes();
        }
        let ids: Vec<PaymentId> = self.truths.keys().cloned().collect();
        for id in ids {
            let mut rounds = 0;
            while let Some(handler) = self.read(&id) {
                assert!(
                    self.write(&handler),
                    "alone, and yet refused: {:?}",
                    handler.change
                );
                rounds += 1;
                assert!(rounds < 5, "no end of it: {:?}", handler.change);
            }
        }
    }

    fn check(&self) {
        for (user, balance) in &self.balances {
            assert!(balance.is_sound(), "I1: {balance:?}");
            let folded = Balance::fold(&self.ledger[user]);
            assert_eq!(folded, Ok(balance.repaid()), "I14");
        }
        for (id, truth) in &self.truths {
            let payment = self.payment(id);
            assert_eq!(self.net(id), self.due(truth, &payment), "{payment:?} {truth:?}");
        }
        for payment in self.payments.values() {
            let granted = self.keys.contains(&Key::Purchase(payment.id.clone()));
            assert_eq!(granted, payment.granted, "I11: {payment:?}");
            assert!(self.truths.contains_key(&payment.id), "I11: no such money");
        }
    }

    /// What the ledger says that a payment has given, all in all; what is set aside is still given.
    fn net(&self, id: &PaymentId) -> i64 {
        let entries = self.ledger.values().flatten();
        let of = entries.filter_map(|entry| {
            let amount = i64::from(entry.amount.0);
            let (of, amount) = match &entry.key {
                Key::Purchase(of) | Key::Payment(After::Restored, of, _) => (of, amount),
                Key::Payment(After::Clawed | After::TakenAside, of, _) => (of, -amount),
                Key::Payment(After::SetAside | After::PutBack, _, _)
                | Key::Signup
                | Key::Adjust(_)
                | Key::Hold(_)
                | Key::Capture(_)
                | Key::Release(_) => return None,
            };
            (of == id).then_some(amount)
        });
        of.sum()
    }

    /// What a payment should have given, by its truth: all, a part, or nothing.
    fn due(&self, truth: &Truth, payment: &Payment) -> i64 {
        let Some(offer) = self.offer_of(&truth.id) else {
            return 0;
        };
        let fits = truth.amount == offer.price
            && truth.shop == till().shop
            && truth.payer == Some(offer.id.user)
            && !truth.is_test;
        let given = i64::from(offer.goods.credits.0);
        // What went back to the customer stays gone, whatever a bank says later.
        if !fits || payment.state == State::Refunded {
            return 0;
        }
        match (truth.money, payment.state) {
            // A refund of ours is under way and takes all of it in the end.
            (Money::Arrived, State::RefundHeld) => given - i64::from(payment.clawed.0),
            (Money::Arrived, _) => {
                let (refunded, minor) = (truth.refunded, truth.amount.minor);
                given - given * i64::try_from(refunded).unwrap() / i64::try_from(minor).unwrap()
            }
            (Money::Awaited | Money::Canceled | Money::Disputed, _) => 0,
        }
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

#[test]
fn whatever_comes_in_whatever_order_credits_are_what_real_payments_brought() {
    let mut states = BTreeMap::new();
    for seed in 0..HISTORIES {
        let world = history(seed);
        world.check();
        for payment in world.payments.values() {
            *states.entry(payment.state).or_insert(0) += 1;
        }
    }
    // All of it was really reached.
    for state in State::ALL {
        let reached = states.get(&state).copied().unwrap_or_default();
        assert!(
            reached > 0 || state == State::New,
            "{state:?} was never reached: {states:?}"
        );
    }
}
