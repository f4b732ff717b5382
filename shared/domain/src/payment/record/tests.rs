//! What is still to be done about a payment, and when.

use super::*;
use crate::money::{Credits, Currency};
use crate::payment::{Money, Rail};

const NOW: Timestamp = Timestamp(1_795_284_000_000);

fn record() -> Record {
    let offer = Offer {
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
    };
    let truth = Truth {
        id: PaymentId::parse("yookassa#22d6").unwrap(),
        money: Money::Arrived,
        amount: offer.price,
        refunded: 0,
        shop: None,
        purchase: Some(offer.id.clone()),
        payer: None,
        is_test: false,
    };
    let unheard = Record::unheard(&truth, Some((&offer, "Про", "ru")), NOW);
    let change = unheard
        .payment
        .told(&truth, Some(&offer), &crate::payment::Till::default())
        .unwrap();
    unheard.after(&change, NOW)
}

#[test]
fn whoever_is_credited_is_told_and_if_the_first_dies_another_tells() {
    let credited = record();
    let untold = Untold {
        news: News::Credited,
        credits: Credits(20),
        minor: 69_900,
        tries: 0,
    };
    assert_eq!((credited.version, credited.untold), (1, Some(untold)));
    assert_eq!(credited.due_at, Some(NOW.after(TOLD_WITHIN)));
    let told = credited.told();
    assert_eq!((told.version, told.untold, told.due_at), (2, None, None));
}

#[test]
fn a_customer_who_cannot_be_told_is_tried_later_and_later_and_then_no_more() {
    let mut record = record();
    let mut waits = Vec::new();
    while let Some(at) = record.due_at.filter(|_| record.untold.is_some()) {
        waits.push(at.since(NOW).0 / 60_000);
        record = record.not_told(NOW);
    }
    assert_eq!(waits, [0, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]);
    assert_eq!(record.due_at, None);
}

#[test]
fn a_refund_is_due_until_it_is_done_whether_the_customer_knows_or_not() {
    let credited = record().told();
    let change = credited.payment.begin_refund(Credits(20), Credits(20)).unwrap();
    let held = credited.after(&change, NOW);
    assert_eq!(held.told().due_at, Some(NOW.after(ASKED_WITHIN)));
    let asked = held.refund_asked(NOW);
    assert_eq!(
        (asked.refund_tries, asked.due_at),
        (1, Some(NOW.after(Millis::from_mins(1))))
    );
    assert_eq!(held.refund_key(), asked.refund_key());
    let again = asked.payment.abandon_refund().unwrap();
    let again = asked.after(&again, NOW);
    assert_ne!(again.refund_key(), held.refund_key());
}

#[test]
fn of_money_that_is_nobodys_nobody_is_told_and_a_refund_goes_on_all_the_same() {
    let nobodys = Record {
        user: None,
        ..record()
    };
    let change = nobodys.payment.begin_refund(Credits(20), Credits(20)).unwrap();
    let held = nobodys.after(&change, NOW);
    assert_eq!((held.untold, held.due_at), (None, Some(NOW.after(ASKED_WITHIN))));
}

#[test]
fn the_end_of_a_plan_is_worth_a_word_beforehand_if_it_is_long_and_nobody_renews_it() {
    let ends_at = NOW.after(Millis::from_mins(10 * 24 * 60));
    let plan = |days: u32, renews: bool| Record {
        goods: Goods {
            credits: Credits(20),
            term: Some(crate::payment::Term {
                plan: "month".to_owned(),
                days,
            }),
        },
        renews,
        ends_at: Some(ends_at),
        ..record()
    };
    let word = |record: &Record| record.reminder().map(|(_, word)| word);
    assert_eq!(word(&plan(3, false)), Some(Reminder::Soon));
    assert_eq!(word(&plan(2, false)), Some(Reminder::Over));
    assert_eq!(word(&plan(3, true)), Some(Reminder::Soon));
    // Whoever has called a renewal off is told like everybody; whose renewal is awaited only if it does not come.
    let words = [Reminder::Soon, Reminder::Over, Reminder::NotRenewed];
    let said = |renews, awaited| words.map(|word| word.is_said(renews, awaited));
    assert_eq!(said(false, false), [true, true, false]);
    assert_eq!(said(true, false), [true, true, false]);
    assert_eq!(said(true, true), [false, false, true]);
    let over = plan(3, true).reminded(Reminder::Over);
    assert_eq!(
        over.reminder(),
        Some((ends_at.after(RENEWS_WITHIN), Reminder::NotRenewed))
    );
    assert_eq!(plan(3, false).reminded(Reminder::Over).reminder(), None);
    assert_eq!(over.reminded(Reminder::NotRenewed).reminder(), None);
    let mut back = plan(3, false);
    back.payment.state = State::Refunded;
    assert_eq!(word(&back), None);
}

#[test]
fn a_pack_goes_back_for_the_asking_within_its_time_if_none_of_it_is_used() {
    let credited = record();
    let goes = |record: &Record, available: u32, later: i64| {
        let (within, now) = (Millis::from_mins(60), NOW.after(Millis::from_mins(later)));
        record.goes_back_for_the_asking(within, Credits(available), now)
    };
    assert!(goes(&credited, 20, 60));
    assert!(!goes(&credited, 20, 61), "too late");
    assert!(!goes(&credited, 19, 1), "used");
    let mut part = credited.clone();
    part.payment.refunded = 1;
    assert!(!goes(&part, 20, 1), "a part of it went back before");
    let mut plan = credited.clone();
    plan.goods.term = Some(super::super::Term {
        plan: "pro".to_owned(),
        days: 30,
    });
    assert!(!goes(&plan, 20, 1), "a plan");
    let mut held = credited;
    held.payment.state = State::Held;
    assert!(!goes(&held, 20, 1));
}

#[test]
fn a_wish_counts_for_a_week_and_does_not_outlive_what_it_was_about() {
    let wish = RefundWanted {
        by: "olga".to_owned(),
        why: "asked for it".to_owned(),
        at: NOW,
    };
    let week = Millis::from_mins(7 * 24 * 60);
    assert!(wish.counts_at(NOW) && wish.counts_at(NOW.after(week)));
    assert!(!wish.counts_at(NOW.after(Millis(week.0 + 1))));
    let credited = record().told();
    let change = credited.payment.begin_refund(Credits(20), Credits(20)).unwrap();
    let mut held = credited.after(&change, NOW);
    held.refund_wanted = Some(wish.clone());
    let again = held.after(&held.payment.abandon_refund().unwrap(), NOW);
    assert_eq!(again.refund_wanted, None);
    let mut waits = record().told();
    waits.payment.state = State::Held;
    waits.payment.granted = false;
    let mut begun = waits.after(&waits.payment.begin_refund(Credits(0), Credits(0)).unwrap(), NOW);
    begun.refund_wanted = Some(wish.clone());
    let waits = begun.after(&begun.payment.abandon_refund().unwrap(), NOW);
    assert_eq!((waits.payment.state, waits.refund_wanted), (State::Held, None));
    // Where it is done, it says who wanted it.
    let done = Change {
        after: crate::payment::Payment {
            state: State::Refunded,
            ..held.payment.clone()
        },
        settlement: None,
    };
    assert_eq!(held.after(&done, NOW).refund_wanted, Some(wish));
}

#[test]
fn what_is_told_is_what_moved() {
    let credited = record();
    let told = |record: &Record, truth: &Truth| {
        let change = record
            .payment
            .told(truth, None, &crate::payment::Till::default())
            .unwrap();
        record.after(&change, NOW)
    };
    assert_eq!(credited.left(), credited.amount);
    let mut truth = Truth {
        id: credited.id().clone(),
        money: crate::payment::Money::Arrived,
        amount: credited.amount,
        refunded: 10_000,
        shop: None,
        purchase: None,
        payer: None,
        is_test: false,
    };
    let part = told(&credited, &truth);
    let untold = part.untold.unwrap();
    assert_eq!((untold.news, untold.minor), (News::PartRefunded, 10_000));
    assert_eq!(part.left().minor, 59_900);
    truth.refunded = 69_900;
    let all = told(&part, &truth);
    let untold = all.untold.unwrap();
    assert_eq!((untold.news, untold.minor), (News::Refunded, 59_900));
    truth.refunded = 0;
    let undone = told(&all, &truth).untold.unwrap();
    assert_eq!((undone.news, undone.minor), (News::RefundRefused, 69_900));
    truth.money = crate::payment::Money::Disputed;
    let lost = told(&credited, &truth);
    assert_eq!(lost.untold.unwrap().news, News::ChargedBack);
    truth.money = crate::payment::Money::Arrived;
    let won = told(&lost, &truth).untold.unwrap();
    assert_eq!((won.news, won.minor), (News::Restored, 69_900));
}
