//! What must hold in every state of a payment, and what must happen in some.

use domain::money::Credits;
use domain::payment::{Money, State as Stands};
use stateright::{Expectation, Property};

use super::state::{Hand, State};
use super::{PRICE, Payment};

fn always(name: &'static str, condition: fn(&Payment, &State) -> bool) -> Property<Payment> {
    Property {
        expectation: Expectation::Always,
        name,
        condition,
    }
}

fn sometimes(name: &'static str, condition: fn(&Payment, &State) -> bool) -> Property<Payment> {
    Property {
        expectation: Expectation::Sometimes,
        name,
        condition,
    }
}

/// All of them.
pub(super) fn of(payment: &Payment) -> Vec<Property<Payment>> {
    let left = payment.left;
    let mut all = vec![
        always("I1 the sums agree", |_, state| !state.breaks("I1")),
        always("I2 nothing is negative", |_, state| !state.breaks("I2")),
        always("I3 held and active are the open jobs", |_, state| {
            !state.breaks("I3")
        }),
        always("I4 one hold, one end", |_, state| !state.breaks("I4")),
        always("I11 granted once, and only what is real", |_, state| {
            !state.breaks("I11") && !state.unsound
        }),
        always("I12 what went back is what the ledger says", |_, state| {
            !state.breaks("I12")
        }),
        always("I14 the account is its ledger", |_, state| !state.breaks("I14")),
        always("I17 a refund that was begun goes on", |_, state| {
            !state.breaks("I17")
        }),
        always("I20 movements are what is ours", |_, state| !state.breaks("I20")),
        always("nothing is given again on an old word", |_, state| {
            !state.given_on_old_word
        }),
        always("who has heard all has what is paid for", |_, state| agrees(state)),
        sometimes("credited", |_, state| state.stands() == Some(Stands::Credited)),
        sometimes("void", |_, state| state.stands() == Some(Stands::Void)),
        sometimes("all is heard", |_, state| {
            state.stands().is_some() && state.is_settled()
        }),
    ];
    if left.disputes > 0 {
        all.push(sometimes("charged back", |_, state| {
            state.stands() == Some(Stands::ChargedBack)
        }));
        all.push(sometimes("in debt", |_, state| {
            state.tables.account.balance.debt > Credits::ZERO
        }));
    }
    if left.disputes > 1 {
        all.push(sometimes("a dispute won", |_, state| {
            state.stands() == Some(Stands::Credited) && state.sale.movements.len() > 2
        }));
    }
    if left.refunds > 0 {
        all.push(sometimes("set aside", |_, state| {
            state.stands() == Some(Stands::RefundHeld)
        }));
        all.push(sometimes("refunded", |_, state| {
            state.stands() == Some(Stands::Refunded)
        }));
    }
    all
}

/// Where nothing is under way and nothing follows any more, the goods are there just as long as the money is.
fn agrees(state: &State) -> bool {
    let Some(record) = &state.sale.record else {
        return true;
    };
    let is_under_way = state.operator.is_some() || state.hearers.iter().any(|hand| *hand != Hand::Idle);
    if is_under_way || !state.is_settled() || record.payment.state == Stands::RefundHeld {
        return true;
    }
    let is_ours = state.rail.0.money == Money::Arrived && state.rail.0.refunded < PRICE;
    (record.payment.state == Stands::Credited) == is_ours
}
