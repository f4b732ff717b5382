//! What must hold in every state, and what must happen in some.

use domain::job::{Failure, Rule, Stage};
use stateright::{Expectation, Property};

use super::Order;
use super::state::{Message, Sin, State};

/// A property, by its name in the table of `README.md`.
fn always(name: &'static str, condition: fn(&Order, &State) -> bool) -> Property<Order> {
    Property {
        expectation: Expectation::Always,
        name,
        condition,
    }
}

fn sometimes(name: &'static str, condition: fn(&Order, &State) -> bool) -> Property<Order> {
    Property {
        expectation: Expectation::Sometimes,
        name,
        condition,
    }
}

/// All of them.
pub(super) fn of(order: &Order) -> Vec<Property<Order>> {
    let mut all = of_tables();
    all.extend(of_what_happened());
    all.extend(reached(order));
    all
}

/// What an operator's audit looks for.
fn of_tables() -> Vec<Property<Order>> {
    vec![
        always("I1 the sums agree", |_, state| !state.breaks("I1")),
        always("I2 nothing is negative", |_, state| !state.breaks("I2")),
        always("I3 held and active are the open jobs", |_, state| {
            !state.breaks("I3")
        }),
        always("I4 one hold, one end", |_, state| {
            !state.breaks("I4") && !state.sins.has(Sin::Unsound)
        }),
        always("I10 one job per draft", |_, state| !state.breaks("I10")),
        always("I13 counters are what jobs use", |_, state| !state.breaks("I13")),
        always("I14 account and job are what was written", |_, state| {
            !state.breaks("I14")
        }),
        always("I17 an open job has a wake-up", |_, state| !state.breaks("I17")),
    ]
}

/// What no table shows, or only together with the world outside.
fn of_what_happened() -> Vec<Property<Order>> {
    vec![
        always("I4 what is final stays", |_, state| !state.sins.has(Sin::Undone)),
        always("I5 charged for what was shown or kept", |_, state| {
            !state.breaks("I5")
                && state.jobs().all(|(row, world)| match row.stage {
                    Stage::Delivered => world.seen || row.order.makes.is_words(),
                    Stage::Parked => world.kept,
                    _ => true,
                })
        }),
        always("I6 what stands in the chat is not given back", |_, state| {
            !state.sins.has(Sin::ReleasedSeen)
        }),
        always("I7 one render at a time", |_, state| {
            !state.sins.has(Sin::TwoLive)
        }),
        always("I7 no second render where a good one is", |_, state| {
            !state.sins.has(Sin::TwoGood)
        }),
        always("I8 no submission judged by another", |_, state| {
            !state.sins.has(Sin::OtherVerdict)
        }),
        always("I9 one video message", |_, state| {
            state.jobs().all(|(_, world)| {
                let videos = world
                    .messages
                    .iter()
                    .filter(|message| **message == Message::Video);
                videos.count() <= 1
            })
        }),
        always("I15 no effect after the lease", |_, state| {
            !state.sins.has(Sin::AfterLease)
        }),
        always("never more charged than there was", |_, state| {
            let balance = state.tables.account.balance;
            balance.captured <= balance.granted
        }),
    ]
}

fn took(state: &State, rule: Rule) -> bool {
    let mut marks = state.jobs().flat_map(|(row, _)| &row.timeline);
    marks.any(|mark| mark.rule == rule)
}

fn failed(state: &State, failure: Failure) -> bool {
    state.jobs().any(|(row, _)| row.failure == Some(failure))
}

/// What must be reached, or the model looks at less than it says.
fn reached(order: &Order) -> Vec<Property<Order>> {
    let all = transitions(order).into_iter().chain(ends(order));
    let wanted = all.filter(|(is_wanted, _)| *is_wanted);
    wanted.map(|(_, property)| property).collect()
}

/// Each transition, and whether this order can come to it.
fn transitions(order: &Order) -> Vec<(bool, Property<Order>)> {
    let left = order.left;
    let videos = !order.scene.is_for_words();
    vec![
        (true, sometimes("T1", |_, state| took(state, Rule::T1))),
        (true, sometimes("T2", |_, state| took(state, Rule::T2))),
        (videos, sometimes("T3", |_, state| took(state, Rule::T3))),
        (
            left.refusals > 0,
            sometimes("T4", |_, state| took(state, Rule::T4)),
        ),
        (true, sometimes("T5", |_, state| took(state, Rule::T5))),
        (
            left.losses + left.crashes > 0,
            sometimes("T6", |_, state| took(state, Rule::T6)),
        ),
        (
            left.losses + left.crashes > 0,
            sometimes("T7", |_, state| took(state, Rule::T7)),
        ),
        (videos, sometimes("T8", |_, state| took(state, Rule::T8))),
        (videos, sometimes("T9", |_, state| took(state, Rule::T9))),
        (true, sometimes("T10", |_, state| took(state, Rule::T10))),
        (
            left.mischief > 0 && !order.vault,
            sometimes("T11", |_, state| took(state, Rule::T11)),
        ),
        (
            left.mischief > 0 && order.vault,
            sometimes("T12", |_, state| took(state, Rule::T12)),
        ),
        (
            left.mischief > 0 && order.vault,
            sometimes("T13", |_, state| took(state, Rule::T13)),
        ),
        (
            order.cancels(),
            sometimes("T14", |_, state| took(state, Rule::T14)),
        ),
        (true, sometimes("T15", |_, state| took(state, Rule::T15))),
        (!videos, sometimes("T16", |_, state| took(state, Rule::T16))),
    ]
}

/// Each way in which it ends, and whether this one can.
fn ends(order: &Order) -> Vec<(bool, Property<Order>)> {
    let left = order.left;
    let videos = !order.scene.is_for_words();
    vec![
        (
            true,
            sometimes("refused for its words", |_, state| {
                failed(state, Failure::Moderation)
            }),
        ),
        (
            true,
            sometimes("the provider is out of order", |_, state| {
                failed(state, Failure::Provider)
            }),
        ),
        (
            true,
            sometimes("its time is up", |_, state| failed(state, Failure::TimedOut)),
        ),
        (
            videos,
            sometimes("the photo is gone", |_, state| failed(state, Failure::PhotoGone)),
        ),
        (
            !videos || left.refusals > 0,
            sometimes("there is no file", |_, state| failed(state, Failure::NoFile)),
        ),
        (
            left.mischief > 0 && videos,
            sometimes("the file is gone", |_, state| failed(state, Failure::FileGone)),
        ),
        (
            left.mischief > 0 && !order.vault,
            sometimes("nobody to give it to", |_, state| {
                failed(state, Failure::Unreachable)
            }),
        ),
        (
            true,
            sometimes("all is settled", |_, state| {
                state.jobs().count() > 0 && state.is_settled()
            }),
        ),
        (
            order.jobs > 1,
            sometimes("both orders on one credit, one after the other", |_, state| {
                state.jobs().filter(|(row, _)| row.stage.is_final()).count() > 1
            }),
        ),
    ]
}
