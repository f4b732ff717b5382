//! Payments of two customers on the real tables, in random order and with racing handlers: paid, doubled, canceled,
//! disputed, refunded by us and by others, accepted, told, while credits are spent and given. What a handler writes was read
//! a while ago, some write at the same moment, and each write may be tried again. In the end the books must be in order, and
//! what was credited is the real money.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "what goes wrong here fails the test"
)]

#[path = "guards/bench.rs"]
#[allow(dead_code, reason = "the guards use the rest")]
mod bench;

use std::collections::BTreeMap;

use domain::account::{Account, Draft};
use domain::admission::Admission;
use domain::catalog::Plan;
use domain::id::{JobId, NONCE_CHARS, Nonce, UserId};
use domain::job::{Job, Stage};
use domain::ledger::{After, Entry, Key};
use domain::money::{Amount, Credits, Currency};
use domain::payment::term::Shelf;
use domain::payment::{
    Change, Goods, Money, Offer, Payment, PaymentId, PurchaseId, Rail, Record, Settlement, State, Term, Till,
    Truth, Turn,
};
use domain::purchase::Purchase;
use domain::standing::Standing;
use domain::time::{Millis, Timestamp};
use fastrand::Rng;
use store::{Applied, Credit, NotAdmitted, Settled, Settling, Written};

use bench::*;

const USERS: [UserId; 2] = [UserId(7), UserId(8)];
const SEEDS: u64 = 8;
const STEPS: u32 = 400;

/// What a handler has read and decided; it writes later, when others may have written.
struct Handler {
    before: Payment,
    payment: Option<Record>,
    purchase: Option<Purchase>,
    credit: Option<Decided>,
}

/// What it decided for the account.
struct Decided {
    account: Account,
    entry: (Key, Credits),
    recalled: Credits,
    standing: Option<Standing>,
}

/// What a run did, so that a run in which nothing happens is noticed.
#[derive(Debug, Default)]
struct Done {
    written: usize,
    overtaken: usize,
    ordered: usize,
    refused: usize,
    given: usize,
    repaid: usize,
    erased: usize,
    recalled: usize,
}

struct Run {
    scene: Scene,
    rng: Rng,
    offers: Vec<Offer>,
    truths: BTreeMap<PaymentId, Truth>,
    handlers: Vec<Handler>,
    open: Vec<Job>,
    now: Timestamp,
    done: Done,
}

fn nonce_of(rng: &mut Rng) -> Nonce {
    Nonce::from_random(std::array::from_fn::<u8, NONCE_CHARS, _>(|_| rng.u8(..)))
}

/// What is bought: credits, and for half of the offers a month of a plan.
fn offer(user: UserId, has_term: bool, rng: &mut Rng) -> Offer {
    Offer {
        id: PurchaseId {
            user,
            nonce: nonce_of(rng),
        },
        goods: Goods {
            credits: Credits(rng.u32(3..20)),
            term: has_term.then(|| Term {
                plan: "month".to_owned(),
                days: 30,
            }),
        },
        rail: Rail::YooKassa,
        price: Amount {
            minor: rng.u64(100..1000),
            currency: Currency::Rub,
        },
        renews: has_term,
    }
}

/// What a settlement makes of a standing, where it changes it.
fn turn(settlement: Settlement, after: &mut Record, account: &Account) -> Option<Standing> {
    let month = Plan {
        key: "month".to_owned(),
        ..Plan::default()
    };
    let (plans, packs) = (&[month][..], &[][..]);
    match after.turn(settlement, account, Shelf { plans, packs }, NOW) {
        Turn::Becomes(standing) => Some(*standing),
        Turn::Stays => None,
        other => panic!("{other:?}"),
    }
}

impl Run {
    async fn new(seed: u64) -> Self {
        let (scene, mut rng) = (Scene::new().await, Rng::with_seed(seed));
        let opened = scene.store.open_account(USERS[1], Credits(2), "ru", NOW, soon());
        opened.await.unwrap().expect("a newcomer");
        let mut offers = Vec::new();
        for (user, has_term) in USERS.into_iter().flat_map(|user| [(user, false), (user, true)]) {
            let offer = offer(user, has_term, &mut rng);
            let day = Millis::from_mins(24 * 60);
            let purchase = Purchase::new(offer.clone(), "Pro".to_owned(), "ru".to_owned(), NOW, day).first();
            let written = scene.payments.put_purchase(&purchase, soon()).await.unwrap();
            assert_eq!(written, Written::Yes);
            offers.push(offer);
        }
        Self {
            scene,
            rng,
            offers,
            truths: BTreeMap::new(),
            handlers: Vec::new(),
            open: Vec::new(),
            now: NOW,
            done: Done::default(),
        }
    }

    async fn step(&mut self) {
        match self.rng.u8(0..27) {
            0..=2 => self.somebody_pays(),
            3 => self.moves(Money::Awaited, |truth, _| truth.money = Money::Canceled),
            4..=6 => self.moves(Money::Awaited, |truth, _| truth.money = Money::Arrived),
            7 | 8 => self.moves(Money::Arrived, |truth, _| truth.money = Money::Disputed),
            9 => self.moves(Money::Disputed, |truth, _| truth.money = Money::Arrived),
            10 => self.moves(Money::Arrived, |truth, rng| {
                truth.refunded += rng.u64(0..=truth.amount.minor - truth.refunded);
            }),
            11 => self.moves(Money::Arrived, |truth, rng| {
                // A refund that the rail had taken on fails.
                truth.refunded = rng.u64(0..=truth.refunded);
            }),
            12..=15 => self.notice().await,
            16 => self.somebody_decides().await,
            17 | 18 => self.order().await,
            19 => self.order_ends().await,
            20 | 21 => self.gift_or_repayment().await,
            22 => self.everything_is_given_up().await,
            _ => self.handlers_write().await,
        }
    }

    fn somebody_pays(&mut self) {
        let offer = self.rng.choice(&self.offers).unwrap();
        let id = PaymentId {
            rail: Rail::YooKassa,
            id: self.truths.len().to_string(),
        };
        let mut truth = Truth {
            id: id.clone(),
            money: Money::Awaited,
            amount: offer.price,
            refunded: 0,
            shop: None,
            purchase: Some(offer.id.clone()),
            payer: None,
            is_test: false,
        };
        match self.rng.u8(0..10) {
            0 => truth.amount.minor -= 1,
            1 => truth.is_test = true,
            2 => truth.purchase = None,
            _ => {}
        }
        self.truths.insert(id, truth);
    }

    fn moves(&mut self, from: Money, change: impl Fn(&mut Truth, &mut Rng)) {
        let truth = self.rng.choice(self.truths.values_mut());
        if let Some(truth) = truth.filter(|truth| truth.money == from) {
            change(truth, &mut self.rng);
        }
    }

    fn offer_of(&self, truth: &Truth) -> Option<&Offer> {
        let purchase = truth.purchase.as_ref()?;
        self.offers.iter().find(|offer| offer.id == *purchase)
    }

    /// A notice makes a handler read the truth and the tables.
    async fn notice(&mut self) {
        let truth = self.rng.choice(self.truths.values()).cloned();
        if let Some(truth) = truth {
            let heard = self.hear(&truth).await;
            self.handlers.extend(heard);
        }
    }

    async fn hear(&self, truth: &Truth) -> Option<Handler> {
        let offer = self.offer_of(truth);
        let kept = self.scene.payments.payment(&truth.id).await.unwrap();
        let read =
            kept.unwrap_or_else(|| Record::unheard(truth, offer.map(|offer| (offer, "Pro", "ru")), self.now));
        let change = read.payment.told(truth, offer, &Till::default()).ok()?;
        let mut handler = self.decide(&read, &change).await;
        if let Some(id) = &truth.purchase {
            let purchase = self.scene.payments.purchase(id).await.unwrap().unwrap();
            handler.purchase = purchase.after(&change);
        }
        Some(handler)
    }

    async fn decide(&self, read: &Record, change: &Change) -> Handler {
        let mut after = read.after(change, self.now);
        let credit = match (change.settlement, after.user) {
            (Some(settlement), Some(user)) => {
                let account = self.scene.payments.account(user).await.unwrap().unwrap();
                let standing = turn(settlement, &mut after, &account);
                if settlement == Settlement::Grant {
                    after.is_given_to(&account, self.now);
                }
                Some(Decided {
                    recalled: settlement.recalls(&after, &account),
                    entry: settlement.entry(&after.payment, after.goods.credits),
                    account,
                    standing,
                })
            }
            _ => None,
        };
        Handler {
            before: read.payment.clone(),
            payment: Some(after),
            purchase: None,
            credit,
        }
    }

    /// An operator gives back or accepts, a rail gives back or refuses, or a customer is told.
    async fn somebody_decides(&mut self) {
        let Some(id) = self.rng.choice(self.truths.keys()).cloned() else {
            return;
        };
        let Some(read) = self.scene.payments.payment(&id).await.unwrap() else {
            return;
        };
        let Some(user) = read.user else { return };
        let account = self.scene.payments.account(user).await.unwrap().unwrap();
        let change = match (read.payment.state, self.rng.u8(0..3)) {
            (State::RefundHeld, 0) => read.payment.abandon_refund().ok(),
            (State::RefundHeld, _) => {
                let truth = self.truths.get_mut(&id).unwrap();
                truth.refunded = truth.amount.minor;
                None
            }
            (State::Held, 0) => read.payment.accept().ok(),
            (_, 1) => {
                let available = account.available_for(&read);
                read.payment.begin_refund(read.goods.credits, available).ok()
            }
            _ => None,
        };
        let handler = match change {
            Some(change) => self.decide(&read, &change).await,
            None => Handler {
                before: read.payment.clone(),
                payment: Some(if self.rng.bool() {
                    read.told()
                } else {
                    read.not_told(NOW)
                }),
                purchase: None,
                credit: None,
            },
        };
        self.handlers.push(handler);
    }

    /// Two handlers write at the same moment, and one of them perhaps once more: its answer was lost.
    async fn handlers_write(&mut self) {
        let mut next = || {
            let n = self.handlers.len();
            (n > 0).then(|| self.handlers.swap_remove(self.rng.usize(..n)))
        };
        let (first, second) = (next(), next());
        let again = self.rng.u8(0..4) == 0;
        let (one, other) = tokio::join!(self.write(first.as_ref()), self.write(second.as_ref()));
        let third = if again {
            self.write(first.as_ref()).await
        } else {
            None
        };
        for written in [one, other, third].into_iter().flatten() {
            if written {
                self.done.written += 1;
            } else {
                self.done.overtaken += 1;
            }
        }
    }

    /// Whether it was written; `None` if there was nothing to write.
    async fn write(&self, handler: Option<&Handler>) -> Option<bool> {
        let Handler {
            before,
            payment,
            purchase,
            credit,
        } = handler?;
        let record = payment.as_ref().unwrap();
        if credit.is_none() && purchase.is_none() {
            let written = self.scene.payments.put_payment(record, soon()).await.unwrap();
            return Some(written == Written::Yes);
        }
        let step = Settling {
            before,
            payment: record,
            purchase: purchase.as_ref(),
            account: credit.as_ref().map(|decided| Credit {
                before: &decided.account,
                entry: decided.entry.clone(),
                recalled: decided.recalled,
                standing: decided.standing.clone(),
            }),
            besides: Vec::new(),
            now: NOW,
        };
        let settled = self.scene.payments.settle(&step, soon()).await.unwrap();
        assert_ne!(settled, Settled::TooMuch);
        Some(settled == Settled::Written)
    }

    /// An order for a few credits, whatever the account has: T1 says whether it can be.
    async fn order(&mut self) {
        let user = *self.rng.choice(&USERS).unwrap();
        let draft = Draft {
            nonce: nonce_of(&mut self.rng),
            ..draft()
        };
        self.scene.store.put_draft(user, &draft, soon()).await.unwrap();
        let account = self.scene.payments.account(user).await.unwrap().unwrap();
        let template = admission();
        let job = Job {
            id: JobId {
                user,
                nonce: draft.nonce,
            },
            cost: Credits(self.rng.u32(1..9)),
            windows: vec![],
            ..template.job
        };
        let admission = Admission {
            job,
            reservations: vec![],
            active_jobs_max: 9,
            standing_revision: account.standing.revision,
            ..template
        };
        match self.scene.store.admit(&admission, soon()).await {
            Ok(()) => {
                self.done.ordered += 1;
                self.open.push(admission.job);
            }
            Err(NotAdmitted::Changed { .. }) => self.done.refused += 1,
            Err(other) => panic!("{other:?}"),
        }
    }

    /// An order is canceled, or made and delivered.
    async fn order_ends(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let mut job = self.open.swap_remove(self.rng.usize(..self.open.len()));
        let way = if self.rng.bool() {
            Stage::Delivered
        } else {
            Stage::Canceled
        };
        for event in way_to(way) {
            let change = job.apply(event, NOW).unwrap();
            let applied = self.scene.store.apply(&job, &change, soon()).await.unwrap();
            assert_eq!(applied, Applied::Written);
            job = change.after;
        }
    }

    /// Credits come for nothing, or a debt is paid from what has come free.
    async fn gift_or_repayment(&mut self) {
        let user = *self.rng.choice(&USERS).unwrap();
        if self.rng.bool() {
            let name = format!("r{}", self.done.given);
            let gift = gift(&name, Credits(self.rng.u32(1..4)), "sorry", NOW);
            self.scene
                .store
                .adjust(user, &gift, vec![], soon())
                .await
                .unwrap();
            self.done.given += 1;
        }
        let account = self.scene.payments.account(user).await.unwrap().unwrap();
        // Read once, and paid by two at the same moment.
        let (one, other) = tokio::join!(
            self.scene.payments.repay(&account, soon()),
            self.scene.payments.repay(&account, soon())
        );
        let (one, other) = (one.unwrap(), other.unwrap());
        assert!(
            one == Credits::ZERO || other == Credits::ZERO,
            "a debt was paid twice"
        );
        self.done.repaid += usize::from(one.max(other) > Credits::ZERO);
    }

    /// A customer has everything deleted, now and then, if nothing is in the way; a moment later life goes on.
    async fn everything_is_given_up(&mut self) {
        if self.rng.u8(0..3) > 0 {
            return;
        }
        let user = *self.rng.choice(&USERS).unwrap();
        let account = self.scene.payments.account(user).await.unwrap().unwrap();
        let erased = self.scene.store.erase_account(&account, self.now, soon()).await;
        self.done.erased += usize::from(erased.unwrap());
        self.now = self.now.after(Millis(1));
    }

    async fn settle_down(&mut self) {
        while !self.handlers.is_empty() {
            self.handlers_write().await;
        }
        let truths: Vec<Truth> = self.truths.values().cloned().collect();
        for truth in truths {
            while let Some(handler) = self.hear(&truth).await {
                assert_eq!(
                    self.write(Some(&handler)).await,
                    Some(true),
                    "alone, and yet refused"
                );
            }
        }
    }

    async fn check(&mut self, seed: u64) {
        let mut books = self.scene.store.read_books().await.unwrap();
        self.scene.payments.read_into(&mut books).await.unwrap();
        assert_eq!(
            domain::audit::violations(&books),
            vec![],
            "seed {seed}: {:?}",
            self.done
        );
        let entries: Vec<&Entry> = books.ledger.values().flatten().collect();
        let recall = |entry: &&&Entry| matches!(entry.key, Key::Payment(After::Recalled, ..));
        self.done.recalled = entries.iter().filter(recall).count();
        for truth in self.truths.values() {
            let record = self.scene.payments.payment(&truth.id).await.unwrap();
            let given: i64 = entries.iter().map(|entry| given(entry, &truth.id)).sum();
            assert_eq!(
                given,
                self.due(truth, record.as_ref()),
                "seed {seed}: {truth:?} {record:?}"
            );
        }
    }

    /// What a payment should have given, by its truth.
    fn due(&self, truth: &Truth, record: Option<&Record>) -> i64 {
        let (Some(offer), Some(record)) = (self.offer_of(truth), record) else {
            return 0;
        };
        let (credits, state) = (i64::from(offer.goods.credits.0), record.payment.state);
        let fits = truth.amount == offer.price && !truth.is_test;
        assert!(!fits || state != State::Held, "it fits, and is held: {record:?}");
        let (back, all) = (truth.refunded, truth.amount.minor);
        match (truth.money, state) {
            (Money::Arrived, State::RefundHeld) => credits - i64::from(record.payment.clawed.0),
            (Money::Arrived, State::Credited) => {
                credits - credits * i64::try_from(back).unwrap() / i64::try_from(all).unwrap()
            }
            (Money::Arrived, State::Held | State::Refunded)
            | (Money::Awaited | Money::Underway | Money::Canceled | Money::Disputed, _) => 0,
            (Money::Arrived, other) => panic!("it has arrived and is {other:?}"),
        }
    }
}

/// What an entry has given for a payment; what is set aside is still given.
fn given(entry: &Entry, id: &PaymentId) -> i64 {
    let amount = i64::from(entry.amount.0);
    match &entry.key {
        Key::Purchase(of) | Key::Payment(After::Restored, of, _) if of == id => amount,
        Key::Payment(After::Clawed | After::TakenAside, of, _) if of == id => -amount,
        _ => 0,
    }
}

#[tokio::test]
async fn whatever_races_on_the_tables_what_is_credited_is_the_real_money() {
    let mut all = Done::default();
    for seed in 0..SEEDS {
        let mut run = Run::new(seed).await;
        for _ in 0..STEPS {
            run.step().await;
        }
        run.settle_down().await;
        run.check(seed).await;
        all.written += run.done.written;
        all.overtaken += run.done.overtaken;
        all.ordered += run.done.ordered;
        all.refused += run.done.refused;
        all.given += run.done.given;
        all.repaid += run.done.repaid;
        all.erased += run.done.erased;
        all.recalled += run.done.recalled;
    }
    println!("{SEEDS} runs of {STEPS} steps: {all:?}");
    let least = [
        all.written,
        all.overtaken,
        all.ordered,
        all.refused,
        all.given,
        all.repaid,
        all.erased,
        all.recalled,
    ]
    .into_iter()
    .min();
    assert!(least >= Some(1), "{all:?}");
}
