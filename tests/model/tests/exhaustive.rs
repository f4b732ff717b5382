//! Every state of the small configurations, and that the model finds what is wrong where something is.

use model::Broken;
use model::configurations::small;
use model::order::{Button, Left, Order};
use model::payment::{self, Payment};
use model::run::first_fault;
use model::scene::Scene;

#[test]
fn in_every_state_all_is_well_and_from_every_state_everything_can_end() {
    for configuration in small() {
        let report = configuration.check(2);
        println!("{}", report.json());
        assert!(report.is_good(), "{}: {}", report.name, report.wrong.join("\n"));
        assert_eq!(report.stuck, 0);
        assert!(
            report.states > 100,
            "{}: only {} states",
            report.name,
            report.states
        );
    }
}

/// One worker or two, with one submission or two, as small as shows the fault.
fn order(workers: usize, attempts: u32, left: [u8; 4], broken: Broken) -> Order {
    let [crashes, losses, refusals, mischief] = left;
    let left = Left {
        crashes,
        losses,
        refusals,
        mischief,
    };
    Order {
        workers,
        attempts,
        broken,
        taps: vec![Button::Create(0), Button::Create(0)],
        ..Order::one("broken", left)
    }
}

/// What the model says first, and that the same without the fault is well: else it would prove nothing.
fn finds(order: Order, fault: &str) {
    let sound = Order {
        broken: Broken::Nothing,
        ..order.clone()
    };
    let broken = order.broken;
    let found = first_fault(order);
    assert_eq!(
        found.as_ref().map(|(name, _)| *name),
        Some(fault),
        "{broken:?}: {found:?}"
    );
    assert_eq!(first_fault(sound), None, "{broken:?}");
}

#[test]
fn a_change_that_is_written_over_another_is_found() {
    let cancels = Order {
        taps: vec![Button::Create(0), Button::Cancel(0)],
        ..order(1, 1, [0; 4], Broken::WritesUnguarded)
    };
    finds(cancels, "I1 the sums agree");
}

#[test]
fn a_job_that_is_settled_without_its_money_is_found() {
    let fault = "I3 held and active are the open jobs";
    finds(order(1, 1, [0; 4], Broken::SettlesWithoutMoney), fault);
}

#[test]
fn a_use_that_is_not_given_back_is_found() {
    finds(
        order(1, 1, [0; 4], Broken::KeepsCounting),
        "I13 counters are what jobs use",
    );
}

#[test]
fn a_draft_that_is_ordered_twice_is_found() {
    finds(order(1, 1, [0; 4], Broken::AdmitsTwice), "I4 one hold, one end");
}

#[test]
fn credits_that_are_spent_unseen_are_found() {
    let left = payment::Left {
        refunds: 1,
        ..payment::Left::default()
    };
    finds_in_payment(Broken::SpendsUnseen, left, "I1 the sums agree");
}

#[test]
fn silence_that_is_taken_for_no_is_found() {
    let fault = "I7 one render at a time";
    finds(order(1, 2, [0, 1, 0, 0], Broken::TakesSilenceForNo), fault);
}

#[test]
fn a_lease_that_ends_before_its_lambda_is_found() {
    finds(
        order(2, 1, [0; 4], Broken::LeasesTooShort),
        "I15 no effect after the lease",
    );
}

#[test]
fn a_provider_that_is_believed_too_early_is_found() {
    let asked = Order {
        finds: true,
        ..order(1, 2, [0, 1, 0, 0], Broken::BelievesTooEarly)
    };
    finds(asked, "I7 one render at a time");
}

#[test]
fn a_horizon_that_is_too_near_is_found() {
    finds(
        order(1, 2, [0, 1, 0, 0], Broken::HorizonTooNear),
        "I7 one render at a time",
    );
}

#[test]
fn a_callback_that_is_taken_for_anothers_is_found() {
    let fault = "I8 no submission judged by another";
    finds(order(1, 2, [0; 4], Broken::TakesAnyCallback), fault);
}

#[test]
fn words_that_are_charged_unguarded_are_found() {
    let words = Order {
        scene: Scene::words(),
        taps: vec![Button::Create(0), Button::Cancel(0)],
        ..order(1, 1, [0; 4], Broken::WritesUnguarded)
    };
    finds(words, "I1 the sums agree");
}

#[test]
fn a_charge_for_what_nobody_saw_is_found() {
    let fault = "I5 charged for what was shown or kept";
    finds(order(1, 1, [0, 1, 0, 0], Broken::ChargesUnseen), fault);
}

#[test]
fn a_video_that_is_given_back_while_it_stands_is_found() {
    let fault = "I6 what stands in the chat is not given back";
    finds(order(1, 1, [0, 1, 0, 0], Broken::ReleasesUnprobed), fault);
}

#[test]
fn an_order_that_nothing_wakes_is_found() {
    let order = order(1, 1, [0, 1, 0, 0], Broken::NothingWakes);
    let report = model::run::check("broken", &order, 1, model::order::State::is_settled);
    assert!(report.stuck > 0, "{:?}", report.wrong);
    assert!(
        report.wrong.iter().any(|wrong| wrong.contains("lead to no end")),
        "{:?}",
        report.wrong
    );
}

fn finds_in_payment(broken: Broken, left: payment::Left, fault: &str) {
    let sound = Payment::new("broken", left);
    let found = first_fault(Payment {
        broken,
        ..sound.clone()
    });
    assert_eq!(
        found.as_ref().map(|(name, _)| *name),
        Some(fault),
        "{broken:?}: {found:?}"
    );
    assert_eq!(first_fault(sound), None, "{broken:?}");
}

#[test]
fn a_payment_that_is_granted_twice_is_found() {
    let left = payment::Left::default();
    finds_in_payment(
        Broken::WritesUnguarded,
        left,
        "I11 granted once, and only what is real",
    );
}

#[test]
fn goods_that_are_given_again_on_an_old_word_are_found() {
    let left = payment::Left {
        returns: 1,
        ..payment::Left::default()
    };
    finds_in_payment(
        Broken::BelievesOldWords,
        left,
        "nothing is given again on an old word",
    );
}

#[test]
fn an_account_that_is_written_to_by_what_was_read_of_it_is_found() {
    let left = payment::Left {
        returns: 1,
        ..payment::Left::default()
    };
    finds_in_payment(Broken::MovesUnseen, left, "I1 the sums agree");
}
