//! What is gone through: the small ones with every `cargo test`, all of them with `cargo model`.

use crate::order::{Button, Left, Order};
use crate::payment::{self, Payment};
use crate::run::{Report, check};
use crate::scene::Scene;

/// One configuration.
#[derive(Clone, Debug)]
pub enum Configuration {
    /// Of orders.
    Order(Box<Order>),
    /// Of a payment.
    Payment(Box<Payment>),
}

impl Configuration {
    /// What it is called.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Order(order) => order.name,
            Self::Payment(payment) => payment.name,
        }
    }

    /// Goes through all of it.
    pub fn check(self, threads: usize) -> Report {
        match self {
            Self::Order(order) => check(order.name, &*order, threads, crate::order::State::is_settled),
            Self::Payment(payment) => check(payment.name, &*payment, threads, payment::State::is_settled),
        }
    }
}

fn left(crashes: u8, losses: u8, refusals: u8, mischief: u8) -> Left {
    Left {
        crashes,
        losses,
        refusals,
        mischief,
    }
}

fn alone(name: &'static str, left: Left) -> Order {
    Order {
        workers: 1,
        ..Order::one(name, left)
    }
}

/// Two drafts after each other, and the credits for one.
fn two(name: &'static str, left: Left) -> Order {
    Order {
        jobs: 2,
        attempts: 1,
        taps: vec![Button::Create(0), Button::Create(1), Button::Cancel(0)],
        ..alone(name, left)
    }
}

fn paid(name: &'static str, disputes: u8, returns: u8, refunds: u8, crashes: u8) -> Payment {
    let left = payment::Left {
        disputes,
        returns,
        refunds,
        crashes,
    };
    Payment::new(name, left)
}

fn heard_once(payment: Payment) -> Payment {
    Payment {
        hearers: 1,
        ..payment
    }
}

/// Those that are gone through with every `cargo test`.
pub fn small() -> Vec<Configuration> {
    let once = |order: Order| Order { attempts: 1, ..order };
    let orders = [
        once(alone("a worker that dies", left(1, 0, 0, 0))),
        alone("an answer that is lost", left(0, 1, 0, 0)),
        once(alone("a customer who is gone", left(0, 1, 0, 1))),
        once(Order {
            vault: true,
            ..alone("a vault for a customer who is gone", left(0, 0, 0, 1))
        }),
        Order {
            finds: true,
            ..alone("a provider that can be asked", left(0, 1, 0, 0))
        },
        Order {
            scene: Scene::words(),
            ..alone("words", left(1, 0, 1, 0))
        },
        once(Order {
            taps: vec![Button::Create(0)],
            ..Order::one("two workers", left(1, 0, 0, 0))
        }),
        two("two orders, one credit", left(0, 0, 0, 0)),
    ];
    let orders = orders
        .into_iter()
        .map(|order| Configuration::Order(Box::new(order)));
    let payments = [
        heard_once(paid("a payment that a bank takes back", 1, 0, 1, 0)),
        paid("a payment that two hear of", 0, 1, 0, 0),
    ];
    let payments = payments
        .into_iter()
        .map(|payment| Configuration::Payment(Box::new(payment)));
    orders.chain(payments).collect()
}

/// Those that take longer: two workers, two submissions, three taps, and more that goes wrong.
pub fn large() -> Vec<Configuration> {
    let orders = [
        Order::one("two workers, two crashes", left(2, 0, 0, 0)),
        Order::one(
            "two workers, two crashes, a customer who is gone",
            left(2, 0, 0, 1),
        ),
        Order::one("two workers, a crash and a lost answer", left(1, 1, 0, 0)),
        Order::one("two workers, a lost answer and a refusal", left(0, 1, 1, 0)),
        Order::one("two workers, and a customer who is gone", left(0, 1, 0, 1)),
        Order {
            vault: true,
            ..Order::one("two workers, a vault, a customer who is gone", left(1, 0, 0, 1))
        },
        Order {
            finds: true,
            ..Order::one("two workers, a provider that can be asked", left(0, 1, 1, 0))
        },
        Order {
            scene: Scene::videos(2),
            ..Order::one("two workers, two providers", left(0, 1, 1, 0))
        },
        Order {
            scene: Scene::words(),
            attempts: 3,
            ..Order::one("two workers, words", left(1, 1, 1, 1))
        },
        Order {
            attempts: 3,
            ..alone(
                "a worker, three submissions, all that goes wrong",
                left(1, 1, 1, 1),
            )
        },
        two("two orders, one credit, a crash", left(1, 0, 0, 0)),
        Order {
            workers: 2,
            taps: vec![Button::Create(0), Button::Create(1)],
            ..two("two orders, one credit, two workers", left(0, 0, 0, 0))
        },
    ];
    let orders = orders
        .into_iter()
        .map(|order| Configuration::Order(Box::new(order)));
    let payments = [
        paid("a payment, two hear of a dispute and of a refund", 1, 0, 1, 0),
        paid("a payment, two hear of a dispute that is won", 2, 0, 0, 0),
        paid("a payment, two hear of what comes and goes", 0, 2, 0, 1),
        paid("a payment, two hear of all of that", 1, 1, 1, 0),
        heard_once(paid("a payment, refunds and disputes", 2, 2, 2, 1)),
    ];
    let payments = payments
        .into_iter()
        .map(|payment| Configuration::Payment(Box::new(payment)));
    orders.chain(payments).collect()
}
