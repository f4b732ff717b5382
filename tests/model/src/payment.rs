//! Payments: notices twice and out of order, refunds, money that a bank takes back though its credits are spent; and an
//! order that spends them meanwhile.

mod properties;
mod state;

pub use state::{Left, State};

use std::sync::Arc;

use domain::id::FileId;
use domain::job::{Event, RenderedFile};
use domain::money::{Amount, Credits, Currency};
use domain::payment::{
    Change, Goods, Money, Offer, PaymentId, PurchaseId, Rail, Record, Settlement, State as Stands, Till,
    Truth,
};
use domain::purchase::Purchase;
use domain::time::Millis;
use stateright::{Model, Property};

use crate::Broken;
use crate::order::{Audited, Order, Plan};
use crate::scene::{Scene, USER};
use crate::tables::Tables;
use crate::time::{LEASE, NOW};
use state::{Hand, STEPS_MAX, Said, Sale, Settled, Step};

/// What is paid, in the smallest unit.
const PRICE: u64 = 10;
/// What is given for it.
const GIVEN: Credits = Credits(2);

/// What may happen, and how often.
#[derive(Clone, Debug)]
pub struct Payment {
    /// What it is called.
    pub name: &'static str,
    /// How many hear of it at once.
    pub hearers: usize,
    /// What may happen.
    pub left: Left,
    /// What is wrong around the decisions, on purpose.
    pub broken: Broken,
    /// What is ordered of what was bought.
    pub scene: Scene,
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The rail says something else from here on.
    Says(Money, u64),
    /// Somebody asks the rail, and is told.
    Asks(usize),
    /// They read what we know, and decide what follows.
    Decides(usize),
    /// What was decided is written.
    Writes(usize),
    /// They die with what they know.
    Dies(usize),
    /// An operator wants the money to go back: what was given is to be set aside.
    WantsBack,
    /// The operator's step is written.
    WritesWanted,
    /// The rail is asked to give the money back, and does.
    GivesBack,
    /// It refuses for good.
    Refuses,
    /// The customer orders something: what they have is read.
    Orders,
    /// The order is written.
    WritesOrder,
    /// The order is delivered.
    Delivers,
    /// The order is taken back.
    TakesBack,
}

impl Payment {
    /// Two who hear of it.
    pub fn new(name: &'static str, left: Left) -> Self {
        Self {
            name,
            hearers: 2,
            left,
            broken: Broken::Nothing,
            scene: Scene::videos(1),
        }
    }

    /// What follows from what somebody was told, on what is known now.
    fn decides(&self, state: &mut State, said: &Said) -> Option<(Said, Step)> {
        let (purchase, account) = (
            Arc::clone(&state.sale.purchase),
            Arc::clone(&state.tables.account),
        );
        let offer = &purchase.offer;
        let record = known(state);
        let mut said = said.clone();
        let mut told = record.payment.told(&said.0, Some(offer), &Till::default());
        let undoes = |change: &Change| record.payment.is_undone_by(change);
        if told.as_ref().is_ok_and(undoes) && self.broken != Broken::BelievesOldWords {
            said = state.rail.clone();
            told = record.payment.told(&said.0, Some(offer), &Till::default());
        }
        let change = told.ok()?;
        let restores = matches!(change.settlement, Some(Settlement::Restore(_)));
        if restores
            && state.rail.0.refunded >= record.payment.refunded
            && state.rail.0.money != Money::Arrived
        {
            state.given_on_old_word = true;
        }
        if restores
            && state.rail.0.refunded >= record.payment.refunded
            && record.payment.state == Stands::Refunded
        {
            state.given_on_old_word = true;
        }
        Some((said, Step::of(&record, &purchase, &change, &account)))
    }

    fn writes(&self, state: &mut State, index: usize) -> Option<()> {
        let Hand::Decided(said, step, left) = state.hearers.get(index)?.clone() else {
            return None;
        };
        if state.settle(&step, self.broken) == Settled::Unsound {
            state.unsound = true;
        }
        // Written or overtaken: one goes on from what stands now, until nothing follows any more.
        *state.hearers.get_mut(index)? = Hand::told(said, left);
        Some(())
    }
}

/// What an operator is about to write.
fn decide_for(state: &mut State, change: &Change) {
    let record = known(state);
    let step = Step::of(&record, &state.sale.purchase, change, &state.tables.account);
    state.operator = Some(step);
}

/// The payment as it was kept, or as one that was never heard of.
fn known(state: &State) -> Record {
    let purchase = &state.sale.purchase;
    let offer = (&purchase.offer, purchase.title.as_str(), purchase.locale.as_str());
    let record = state.sale.record.as_deref().cloned();
    record.unwrap_or_else(|| Record::unheard(&state.rail.0, Some(offer), NOW))
}

impl State {
    /// How the payment stands.
    fn stands(&self) -> Option<Stands> {
        self.sale.record.as_ref().map(|record| record.payment.state)
    }

    /// Whether nothing follows from what the rail says now, and nothing is under way.
    pub fn is_settled(&self) -> bool {
        let (record, offer) = (known(self), &self.sale.purchase.offer);
        let told = record.payment.told(&self.rail.0, Some(offer), &Till::default());
        told.is_err() && self.stands() != Some(Stands::RefundHeld)
    }

    /// What the rail may say next.
    fn words(&self) -> Vec<Action> {
        let Truth { money, refunded, .. } = self.rail.0;
        let (disputes, returns) = (self.left.disputes > 0, self.left.returns > 0);
        let mut words = Vec::new();
        let mut may = |money, refunded, is_possible: bool| {
            words.extend(is_possible.then_some(Action::Says(money, refunded)));
        };
        match money {
            Money::Awaited => {
                may(Money::Underway, 0, true);
                may(Money::Arrived, 0, true);
                may(Money::Canceled, 0, true);
            }
            Money::Underway => {
                may(Money::Arrived, 0, true);
                may(Money::Canceled, 0, true);
            }
            Money::Arrived => {
                may(Money::Disputed, refunded, disputes && refunded < PRICE);
                may(Money::Arrived, PRICE / 2, returns && refunded == 0);
                may(Money::Arrived, PRICE, returns && refunded < PRICE);
                may(Money::Arrived, 0, returns && refunded > 0);
            }
            Money::Disputed => may(Money::Arrived, refunded, disputes),
            Money::Canceled => {}
        }
        words
    }
}

impl Model for Payment {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let offer = PurchaseId::parse("buy-7-2222222222222222").zip(PaymentId::parse("yookassa#22d6"));
        let Some((purchase, payment)) = offer else {
            return Vec::new();
        };
        let price = Amount {
            minor: PRICE,
            currency: Currency::Rub,
        };
        let offer = Offer {
            id: purchase.clone(),
            goods: Goods {
                credits: GIVEN,
                term: None,
            },
            rail: Rail::YooKassa,
            price,
            renews: false,
        };
        let day = Millis::from_mins(24 * 60);
        let rail = Truth {
            id: payment,
            money: Money::Awaited,
            amount: price,
            refunded: 0,
            shop: None,
            purchase: Some(purchase),
            payer: Some(USER),
            is_test: false,
        };
        vec![State {
            tables: Tables::without_credits(),
            sale: Sale {
                record: None,
                purchase: Arc::new(Purchase::new(offer, String::new(), String::new(), NOW, day).first()),
                movements: Vec::new(),
            },
            rail: Said(rail),
            hearers: vec![Hand::Idle; self.hearers],
            operator: None,
            order: None,
            left: self.left,
            given_on_old_word: false,
            unsound: false,
            audited: Audited::default(),
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        actions.extend(state.words());
        for (index, hand) in state.hearers.iter().enumerate() {
            match hand {
                Hand::Idle => actions.push(Action::Asks(index)),
                Hand::Told(..) => actions.push(Action::Decides(index)),
                Hand::Decided(..) => actions.push(Action::Writes(index)),
            }
            if *hand != Hand::Idle && state.left.crashes > 0 {
                actions.push(Action::Dies(index));
            }
        }
        match &state.operator {
            Some(_) => actions.push(Action::WritesWanted),
            None if state.left.refunds > 0 => actions.push(Action::WantsBack),
            None => {}
        }
        if state.stands() == Some(Stands::RefundHeld) {
            let may = state.rail.0.money == Money::Arrived && state.rail.0.refunded < PRICE;
            actions.extend(may.then_some(Action::GivesBack));
            actions.extend(state.operator.is_none().then_some(Action::Refuses));
        }
        match state.tables.job(0) {
            None if state.order.is_some() => actions.push(Action::WritesOrder),
            None => actions.push(Action::Orders),
            Some(row) if !row.stage.is_final() => actions.extend([Action::Delivers, Action::TakesBack]),
            Some(_) => {}
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        match action {
            Action::Says(money, refunded) => {
                let was = (state.rail.0.money, state.rail.0.refunded);
                if was.0 == Money::Disputed || money == Money::Disputed {
                    state.left.disputes = state.left.disputes.saturating_sub(1);
                } else if was.1 != refunded {
                    state.left.returns = state.left.returns.saturating_sub(1);
                }
                (state.rail.0.money, state.rail.0.refunded) = (money, refunded);
            }
            Action::Asks(index) => *state.hearers.get_mut(index)? = Hand::Told(state.rail.clone(), STEPS_MAX),
            Action::Decides(index) => {
                let Hand::Told(said, left) = state.hearers.get(index)?.clone() else {
                    return None;
                };
                let decided = self.decides(&mut state, &said);
                let hand = decided.map_or(Hand::Idle, |(said, step)| {
                    Hand::Decided(said, step, left.saturating_sub(1))
                });
                *state.hearers.get_mut(index)? = hand;
            }
            Action::Writes(index) => self.writes(&mut state, index)?,
            Action::Dies(index) => {
                state.left.crashes = state.left.crashes.saturating_sub(1);
                *state.hearers.get_mut(index)? = Hand::Idle;
            }
            Action::WantsBack => {
                let record = known(&state);
                let available = state.tables.account.available_for(&record);
                let change = record
                    .payment
                    .begin_refund(record.goods.credits, available)
                    .ok()?;
                state.left.refunds = state.left.refunds.saturating_sub(1);
                decide_for(&mut state, &change);
            }
            Action::Refuses => {
                let change = known(&state).payment.abandon_refund().ok()?;
                decide_for(&mut state, &change);
            }
            Action::WritesWanted => {
                let step = state.operator.take()?;
                if state.settle(&step, self.broken) == Settled::Unsound {
                    state.unsound = true;
                }
            }
            Action::GivesBack => state.rail.0.refunded = PRICE,
            Action::Orders => {
                let plan = self
                    .scene
                    .admit(&state.tables.account, &state.tables.counts, 0)
                    .ok()?;
                state.order = Some(Plan(Arc::new(plan)));
            }
            Action::WritesOrder => {
                let plan = state.order.take()?;
                let _ = state.tables.admit(0, &plan.0, self.broken);
            }
            Action::Delivers => deliver(&mut state.tables)?,
            Action::TakesBack => write(&mut state.tables, Event::Cancel)?,
        }
        if self.broken != Broken::WritesUnguarded {
            state.forget();
        }
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::of(self)
    }
}

/// The whole life of an order that goes well, at once.
fn deliver(tables: &mut Tables) -> Option<()> {
    let (lease_until, way) = (LEASE, None);
    write(tables, Event::Claim { lease_until, way })?;
    let row = tables.job(0)?;
    let (fence, task) = (row.fence, domain::id::TaskId("task".to_owned()));
    write(tables, Event::Accepted { fence, task })?;
    let file = RenderedFile {
        url: "https://files.example/1".to_owned(),
        bytes: 1,
        billed_milli: None,
    };
    let deliver_until = LEASE;
    write(tables, Event::Succeeded { file, deliver_until })?;
    let file = Some(FileId("file".to_owned()));
    write(tables, Event::Delivered { file })
}

fn write(tables: &mut Tables, event: Event) -> Option<()> {
    let row = tables.job(0)?.clone();
    let pending = Order::decide(0, &row, event, None)?;
    let written = tables.write(0, &pending.decided, Broken::Nothing);
    (written == crate::tables::Written::Yes).then_some(())
}
