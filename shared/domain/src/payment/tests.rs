//! Payments: what follows from each word of a rail in each state, and a world of customers, banks and racing handlers.

mod world;

use super::*;

const NOW: Timestamp = Timestamp(1_795_284_000_000);

fn offer() -> Offer {
    Offer {
        id: PurchaseId::parse("buy-7-2222222222222222").unwrap(),
        goods: Goods {
            credits: Credits(20),
            term: None,
        },
        rail: Rail::YooKassa,
        price: Amount {
            minor: 69_900,
            currency: Currency::Rub,
        },
        renews: false,
    }
}

fn till() -> Till {
    Till {
        shop: Some("100500".to_owned()),
        takes_test: false,
    }
}

/// The money for the offer, all of it and no more.
fn paid() -> Truth {
    Truth {
        id: PaymentId::parse("yookassa#22d6").unwrap(),
        money: Money::Arrived,
        amount: offer().price,
        refunded: 0,
        shop: till().shop,
        purchase: Some(offer().id),
        payer: None,
        is_test: false,
    }
}

fn told(payment: &Payment, truth: &Truth) -> Result<Change, Unchanged> {
    payment.told(truth, Some(&offer()), &till())
}

/// The payment after one word, which has to change it.
fn after(payment: &Payment, truth: &Truth) -> Payment {
    told(payment, truth).unwrap().after
}

fn unheard() -> Payment {
    Payment::unheard(paid().id, NOW)
}

fn credited() -> Payment {
    after(&unheard(), &paid())
}

fn refunded(minor: u64) -> Truth {
    Truth {
        refunded: minor,
        ..paid()
    }
}

fn with(money: Money) -> Truth {
    Truth { money, ..paid() }
}

#[test]
fn names_read_back_as_written() {
    for id in ["stars#ch_1", "yookassa#22d6d597-000f", "stripe#pi_3#x"] {
        assert_eq!(PaymentId::parse(id).unwrap().to_string(), id);
    }
    assert_eq!(
        PurchaseId::parse("buy-7-2222222222222222").unwrap().to_string(),
        "buy-7-2222222222222222"
    );
    for id in ["paypal#1", "stars#", "stars", "buy-0-2222222222222222"] {
        assert!(
            PaymentId::parse(id).is_none() && PurchaseId::parse(id).is_none(),
            "{id}"
        );
    }
    for state in State::ALL {
        assert_eq!(State::parse(state.as_str()), Some(state));
    }
    for misfit in Misfit::ALL {
        assert_eq!(Misfit::parse(misfit.as_str()), Some(misfit));
    }
}

#[test]
fn money_that_arrived_and_fits_is_credited_once() {
    let change = told(&unheard(), &paid()).unwrap();
    assert_eq!(change.settlement, Some(Settlement::Grant));
    assert_eq!((change.after.state, change.after.revision), (State::Credited, 1));
    assert_eq!(told(&change.after, &paid()), Err(Unchanged::Known));
}

#[test]
fn what_is_awaited_changes_nothing_and_what_is_canceled_is_void_until_it_comes_after_all() {
    assert_eq!(told(&unheard(), &with(Money::Awaited)), Err(Unchanged::Known));
    let void = after(&unheard(), &with(Money::Canceled));
    assert_eq!(void.state, State::Void);
    assert_eq!(told(&void, &with(Money::Canceled)), Err(Unchanged::Known));
    let late = told(&void, &paid()).unwrap();
    assert_eq!(
        (late.after.state, late.settlement),
        (State::Credited, Some(Settlement::Grant))
    );
}

/// A change of the truth, and what it makes of it.
type Bent = (fn(&mut Truth), Misfit);

#[test]
fn whatever_does_not_fit_is_held_and_nothing_is_given_for_it() {
    let bent: [Bent; 7] = [
        (|truth| truth.purchase = None, Misfit::NoPurchase),
        (
            |truth| truth.purchase = PurchaseId::parse("buy-8-2222222222222222"),
            Misfit::NoPurchase,
        ),
        (|truth| truth.id.rail = Rail::Stripe, Misfit::OtherRail),
        (|truth| truth.amount.minor = 69_899, Misfit::OtherAmount),
        (|truth| truth.amount.currency = Currency::Usd, Misfit::OtherAmount),
        (|truth| truth.payer = Some(UserId(8)), Misfit::OtherPayer),
        (|truth| truth.is_test = true, Misfit::Test),
    ];
    let other_shop: Bent = (|truth| truth.shop = Some("666".to_owned()), Misfit::OtherShop);
    for (bend, misfit) in bent.into_iter().chain([other_shop]) {
        let mut truth = paid();
        bend(&mut truth);
        let change = told(&unheard(), &truth).unwrap();
        assert_eq!(change.settlement, None, "{misfit:?}");
        assert_eq!(
            (change.after.state, change.after.misfit),
            (State::Held, Some(misfit))
        );
        assert_eq!(told(&change.after, &truth), Err(Unchanged::Known));
        let accepted = change.after.accept().unwrap();
        assert_eq!(
            (accepted.after.state, accepted.settlement),
            (State::Credited, Some(Settlement::Grant))
        );
        assert!(accepted.after.accept().is_err());
    }
}

#[test]
fn test_money_counts_where_no_real_money_is_taken() {
    let truth = Truth {
        is_test: true,
        ..paid()
    };
    let till = Till {
        takes_test: true,
        ..till()
    };
    let change = unheard().told(&truth, Some(&offer()), &till).unwrap();
    assert_eq!(change.after.state, State::Credited);
}

#[test]
fn what_went_back_before_it_was_heard_of_is_never_given() {
    for (truth, state) in [
        (refunded(69_900), State::Refunded),
        (with(Money::Disputed), State::ChargedBack),
    ] {
        let change = told(&unheard(), &truth).unwrap();
        assert_eq!((change.after.state, change.settlement), (state, None));
        let held = after(
            &unheard(),
            &Truth {
                is_test: true,
                ..paid()
            },
        );
        assert_eq!(told(&held, &truth).unwrap().after.state, state);
    }
    // Unless the bank gives it to us in the end.
    let lost = after(&unheard(), &with(Money::Disputed));
    assert_eq!(told(&lost, &with(Money::Disputed)), Err(Unchanged::Known));
    assert_eq!(told(&lost, &paid()).unwrap().settlement, Some(Settlement::Grant));
}

#[test]
fn credits_go_back_with_their_share_of_the_money_in_the_customers_favour() {
    let third = told(&credited(), &refunded(23_300)).unwrap();
    assert_eq!(third.settlement, Some(Settlement::Claw(Credits(6))));
    assert_eq!(third.after.state, State::Credited);
    assert_eq!(told(&third.after, &refunded(23_300)), Err(Unchanged::Known));
    let all = told(&third.after, &refunded(69_900)).unwrap();
    assert_eq!(all.settlement, Some(Settlement::Claw(Credits(14))));
    assert_eq!(all.after.state, State::Refunded);
    assert_eq!(told(&all.after, &refunded(69_900)), Err(Unchanged::Known));
}

#[test]
fn a_refund_that_fails_after_it_was_taken_on_gives_the_goods_again_and_only_a_fresh_truth_says_so() {
    let part = after(&credited(), &refunded(23_300));
    let all = after(&credited(), &refunded(69_900));
    for (returned, clawed) in [(part, 6), (all.clone(), 20)] {
        let undone = told(&returned, &paid()).unwrap();
        assert_eq!(undone.settlement, Some(Settlement::Restore(Credits(clawed))));
        assert_eq!((undone.after.state, undone.after.refunded), (State::Credited, 0));
        assert!(returned.is_undone_by(&undone));
    }
    // A part that is gone all the same is the next step, and no part of this one.
    let undone = told(&all, &refunded(10_000)).unwrap().after;
    assert_eq!(
        told(&undone, &refunded(10_000)).unwrap().settlement,
        Some(Settlement::Claw(Credits(2)))
    );
    assert_eq!(told(&unheard(), &with(Money::Underway)), Err(Unchanged::Known));
    for money in [Money::Awaited, Money::Underway, Money::Canceled, Money::Disputed] {
        assert_eq!(told(&all, &with(money)), Err(Unchanged::Known), "{money:?}");
    }
    // For what was never given it is as if the money had just come.
    let never = after(&unheard(), &refunded(69_900));
    let given = told(&never, &paid()).unwrap();
    assert_eq!(given.settlement, Some(Settlement::Grant));
    assert!(never.is_undone_by(&given));
    let dispute = after(&credited(), &with(Money::Disputed));
    assert!(dispute.is_undone_by(&told(&dispute, &paid()).unwrap()));
    assert!(!credited().is_undone_by(&told(&credited(), &refunded(1)).unwrap()));
}

#[test]
fn of_stars_each_movement_is_told_by_itself_and_what_came_says_nothing_of_what_went() {
    let mut returned = after(&credited(), &refunded(69_900));
    returned.id.rail = Rail::Stars;
    assert_eq!(told(&returned, &paid()), Err(Unchanged::Known));
    returned.granted = false;
    assert_eq!(told(&returned, &paid()), Err(Unchanged::Known));
    let mut part = after(&credited(), &refunded(23_300));
    part.id.rail = Rail::Stars;
    assert_eq!(told(&part, &paid()), Err(Unchanged::Known));
}

#[test]
fn a_refund_of_ours_sets_aside_first_and_ends_as_the_rail_says() {
    let held = credited().begin_refund(Credits(20), Credits(20)).unwrap();
    assert_eq!(held.settlement, Some(Settlement::SetAside(Credits(20))));
    assert_eq!(told(&held.after, &paid()), Err(Unchanged::Known));
    let done = told(&held.after, &refunded(69_900)).unwrap();
    assert_eq!(done.settlement, Some(Settlement::TakeAside(Credits(20))));
    assert_eq!(
        (done.after.state, done.after.aside, done.after.clawed),
        (State::Refunded, Credits::ZERO, Credits(20))
    );
    let disputed = told(&held.after, &with(Money::Disputed)).unwrap();
    assert_eq!(disputed.settlement, Some(Settlement::TakeAside(Credits(20))));
    assert_eq!(disputed.after.state, State::ChargedBack);

    let back = held.after.abandon_refund().unwrap();
    assert_eq!(back.settlement, Some(Settlement::PutBack(Credits(20))));
    assert_eq!(
        (back.after.state, back.after.aside),
        (State::Credited, Credits::ZERO)
    );
    assert_eq!(
        back.after.abandon_refund(),
        Err(NotRefundable::Stands(State::Credited))
    );
    assert_eq!(
        held.after.begin_refund(Credits(20), Credits(99)),
        Err(NotRefundable::Stands(State::RefundHeld))
    );
}

#[test]
fn what_is_spent_is_not_given_back_and_of_a_part_only_the_rest_is_set_aside() {
    assert_eq!(
        credited().begin_refund(Credits(20), Credits(19)),
        Err(NotRefundable::Spent {
            needed: Credits(20),
            available: Credits(19)
        })
    );
    let third = after(&credited(), &refunded(23_300));
    let rest = third.begin_refund(Credits(20), Credits(14)).unwrap();
    assert_eq!(rest.settlement, Some(Settlement::SetAside(Credits(14))));
}

#[test]
fn a_bank_that_takes_the_money_takes_the_credits_and_gives_them_back_with_it() {
    let taken = told(&credited(), &with(Money::Disputed)).unwrap();
    assert_eq!(taken.settlement, Some(Settlement::Claw(Credits(20))));
    assert_eq!(told(&taken.after, &with(Money::Disputed)), Err(Unchanged::Known));
    let won = told(&taken.after, &paid()).unwrap();
    assert_eq!(won.settlement, Some(Settlement::Restore(Credits(20))));
    assert_eq!(
        (won.after.state, won.after.clawed),
        (State::Credited, Credits::ZERO)
    );
    // And once more.
    assert_eq!(
        told(&won.after, &with(Money::Disputed)).unwrap().settlement,
        Some(Settlement::Claw(Credits(20)))
    );
}

#[test]
fn a_rail_that_takes_back_its_word_changes_nothing_and_is_reported() {
    let aside = credited().begin_refund(Credits(20), Credits(20)).unwrap().after;
    for money in [Money::Awaited, Money::Canceled] {
        for payment in [credited(), aside.clone()] {
            assert_eq!(told(&payment, &with(money)), Err(Unchanged::Astray));
        }
    }
}

#[test]
fn what_an_operator_takes_is_no_misfit_any_more_and_only_what_waits_can_be_taken() {
    let test = Truth {
        is_test: true,
        ..paid()
    };
    let held = after(&unheard(), &test);
    assert_eq!(held.accept().unwrap().after.misfit, None);
    let void = after(&unheard(), &with(Money::Canceled));
    let lost = after(&unheard(), &with(Money::Disputed));
    for payment in [unheard(), void, lost] {
        assert_eq!(payment.accept(), Err(NotRefundable::Stands(payment.state)));
    }
    let granted = Payment {
        granted: true,
        ..held
    };
    assert_eq!(granted.accept(), Err(NotRefundable::Stands(State::Held)));
}

#[test]
fn a_part_that_went_back_does_not_end_a_refund_and_leaves_a_plan_alone() {
    let held = credited().begin_refund(Credits(20), Credits(20)).unwrap().after;
    assert_eq!(told(&held, &refunded(23_300)), Err(Unchanged::Known));
    let part = told(&credited(), &refunded(23_300)).unwrap();
    assert_eq!(part.settlement.unwrap().term(&part.after), None);
    let all = told(&credited(), &refunded(69_900)).unwrap();
    assert_eq!(
        all.settlement.unwrap().term(&all.after),
        Some(TermEffect::Withdraw)
    );
}

#[test]
fn what_a_bank_gives_back_and_we_give_back_too_is_refunded_and_given_to_nobody() {
    let taken = after(&credited(), &with(Money::Disputed));
    let change = told(&taken, &refunded(69_900)).unwrap();
    assert_eq!((change.after.state, change.settlement), (State::Refunded, None));
}

#[test]
fn of_nothing_nothing_went_back() {
    let free = Amount {
        minor: 0,
        currency: Currency::Rub,
    };
    let (truth, offer) = (
        Truth {
            amount: free,
            ..paid()
        },
        Offer {
            price: free,
            ..offer()
        },
    );
    let change = unheard().told(&truth, Some(&offer), &till()).unwrap();
    assert_eq!(change.settlement, Some(Settlement::Grant));
}

#[test]
fn what_was_held_goes_back_without_a_credit_and_waits_again_where_the_rail_refuses() {
    let other = Truth {
        amount: Amount {
            minor: 1,
            ..paid().amount
        },
        ..paid()
    };
    let held = after(&unheard(), &other);
    let begun = held.begin_refund(Credits(20), Credits::ZERO).unwrap();
    assert_eq!((begun.after.state, begun.settlement), (State::RefundHeld, None));
    let gone = Truth { refunded: 1, ..other };
    let done = told(&begun.after, &gone).unwrap();
    assert_eq!((done.after.state, done.settlement), (State::Refunded, None));
    let refused = begun.after.abandon_refund().unwrap();
    assert_eq!((refused.after.state, refused.settlement), (State::Held, None));
    assert_eq!(refused.after.misfit, Some(Misfit::OtherAmount));
}
