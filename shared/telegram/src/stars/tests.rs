use super::*;
use crate::types::{StarTransactions, UpdateKind};

const YOZH: UserId = UserId(777_000_123);

fn stars(minor: u64) -> Amount {
    Amount {
        minor,
        currency: Currency::Xtr,
    }
}

fn yozh_paid(id: &str, minor: u64, purchase: &str) -> Truth {
    Truth {
        id: PaymentId::parse(&format!("stars#{id}")).unwrap(),
        money: Money::Arrived,
        amount: stars(minor),
        refunded: 0,
        shop: None,
        purchase: PurchaseId::parse(&format!("buy-{YOZH}-{purchase}")),
        payer: Some(YOZH),
        is_test: false,
    }
}

fn message(fixture: &str) -> crate::types::Message {
    match serde_json::from_str::<crate::Update>(fixture).unwrap().kind {
        UpdateKind::Message(message) => *message,
        other => panic!("not a message: {other:?}"),
    }
}

fn transactions() -> Vec<StarTransaction> {
    let list = include_str!("../../fixtures/star_transactions.json");
    serde_json::from_str::<StarTransactions>(list)
        .unwrap()
        .transactions
}

#[test]
fn a_payment_names_its_charge_its_purchase_and_its_payer() {
    let read = message(include_str!("../../fixtures/successful_payment.json"));
    let payment = read.successful_payment.unwrap();
    let expected = yozh_paid("stxQ7Yy3mXG1cKq", 250, "23456789abcdefgh");
    assert!(expected.purchase.is_some());
    assert_eq!(paid(&payment, YOZH), Some(expected.clone()));
    let by_another = paid(&payment, UserId(5)).unwrap();
    assert_eq!(
        by_another,
        Truth {
            payer: Some(UserId(5)),
            ..expected
        }
    );
}

#[test]
fn a_refund_is_the_same_payment_gone_back_as_a_whole() {
    let read = message(include_str!("../../fixtures/refunded_payment.json"));
    let expected = Truth {
        refunded: 250,
        ..yozh_paid("stxQ7Yy3mXG1cKq", 250, "23456789abcdefgh")
    };
    assert_eq!(refunded(&read.refunded_payment.unwrap(), YOZH), Some(expected));
}

#[test]
fn what_is_no_purchase_of_ours_is_still_money() {
    let payment = SuccessfulPayment {
        currency: "XTR".into(),
        total_amount: 3,
        invoice_payload: "what an old version had written".into(),
        telegram_payment_charge_id: "stx".into(),
        ..SuccessfulPayment::default()
    };
    let told = paid(&payment, YOZH).unwrap();
    assert_eq!((told.purchase, told.amount), (None, stars(3)));
}

#[test]
fn what_is_about_no_stars_or_names_no_payment_is_nothing() {
    let payment = |currency: &str, charge: &str| SuccessfulPayment {
        currency: currency.into(),
        telegram_payment_charge_id: charge.into(),
        ..SuccessfulPayment::default()
    };
    for wrong in [
        payment("RUB", "stx"),
        payment("", "stx"),
        payment("XTR", ""),
        SuccessfulPayment::default(),
    ] {
        assert_eq!(paid(&wrong, YOZH), None, "{wrong:?}");
    }
    assert_eq!(refunded(&RefundedPayment::default(), YOZH), None);
}

#[test]
fn the_list_is_folded_into_payments_and_nothing_else_is_one() {
    let told = listed(&transactions());
    let nobody = Truth {
        refunded: 70,
        payer: Some(UserId(777_000_124)),
        purchase: None,
        ..yozh_paid("stxEarlierPage", 70, "23456789abcdefgh")
    };
    let expected = [
        Truth {
            refunded: 250,
            ..yozh_paid("stxQ7Yy3mXG1cKq", 250, "23456789abcdefgh")
        },
        yozh_paid("stxFirst", 500, "3456789abcdefghi"),
        nobody,
    ];
    assert_eq!(told, expected);
}

#[test]
fn the_list_tells_the_same_from_its_end() {
    let mut backwards = transactions();
    backwards.reverse();
    let mut told = listed(&backwards);
    told.reverse();
    let by_id = |mut truths: Vec<Truth>| {
        truths.sort_by(|one, two| one.id.cmp(&two.id));
        truths
    };
    assert_eq!(by_id(told), by_id(listed(&transactions())));
}

#[test]
fn a_refund_that_does_not_name_the_purchase_takes_it_from_its_payment() {
    let mut two: Vec<_> = transactions().into_iter().take(3).collect();
    if let Some(TransactionPartner::User(user)) = &mut two[2].receiver {
        user.invoice_payload = None;
    }
    two.reverse();
    let told = listed(&two);
    let whole = Truth {
        refunded: 250,
        ..yozh_paid("stxQ7Yy3mXG1cKq", 250, "23456789abcdefgh")
    };
    assert_eq!(told[0], whole);
}

#[test]
fn a_payer_without_a_number_is_nobody() {
    let read = message(include_str!("../../fixtures/successful_payment.json"));
    let told = paid(&read.successful_payment.unwrap(), UserId(0)).unwrap();
    assert_eq!(told.payer, None);
}

#[test]
fn a_list_without_the_refunds_line_knows_of_none() {
    let first: Vec<_> = transactions().into_iter().take(1).collect();
    assert_eq!(
        listed(&first),
        [yozh_paid("stxQ7Yy3mXG1cKq", 250, "23456789abcdefgh")]
    );
}

#[test]
fn the_message_and_the_list_agree() {
    let read = message(include_str!("../../fixtures/successful_payment.json"));
    let from_message = paid(&read.successful_payment.unwrap(), YOZH);
    let first: Vec<_> = transactions().into_iter().take(1).collect();
    assert_eq!(listed(&first).first(), from_message.as_ref());
}
