//! Updates about payments.

use super::*;
use crate::types::{StarTransactions, SubscriptionState, SuccessfulPayment, TransactionPartner};

const PAYLOAD: &str = "buy-777000123-23456789abcdefgh";

fn payments(fixture: &str) -> Vec<SuccessfulPayment> {
    let updates: Vec<Update> = serde_json::from_str(fixture).unwrap();
    let payment = |update: Update| match update.kind {
        UpdateKind::Message(message) => message.successful_payment.unwrap(),
        other => panic!("not a message: {other:?}"),
    };
    updates.into_iter().map(payment).collect()
}

#[test]
fn whoever_is_about_to_pay_is_read_with_the_price_and_the_payload() {
    let read = update(include_str!("../../../../fixtures/pre_checkout_query.json"));
    let UpdateKind::PreCheckoutQuery(query) = read.kind else {
        panic!("read: {:?}", read.kind)
    };
    assert_eq!(
        (query.id.as_str(), query.from.id, query.total_amount),
        ("3337190000000000003", 777_000_123, 250)
    );
    assert_eq!(
        (query.currency.as_str(), query.invoice_payload.as_str()),
        ("XTR", PAYLOAD)
    );
}

#[test]
fn a_payment_is_a_message_without_content() {
    let read = message(include_str!("../../../../fixtures/successful_payment.json"));
    assert!(!read.has_content());
    let payment = read.successful_payment.unwrap();
    assert_eq!(
        (
            payment.currency.as_str(),
            payment.total_amount,
            payment.invoice_payload.as_str()
        ),
        ("XTR", 250, PAYLOAD)
    );
    assert_eq!(payment.telegram_payment_charge_id, "stxQ7Yy3mXG1cKq");
    assert!(!payment.is_recurring && !payment.is_first_recurring);
    assert_eq!(payment.subscription_expiration_date, None);
}

#[test]
fn a_first_payment_of_a_subscription_is_told_from_a_renewal() {
    let paid = payments(include_str!("../../../../fixtures/subscription_payments.json"));
    let kinds: Vec<_> = paid
        .iter()
        .map(|payment| {
            (
                payment.is_recurring,
                payment.is_first_recurring,
                payment.subscription_expiration_date,
            )
        })
        .collect();
    assert_eq!(
        kinds,
        [
            (true, true, Some(1_762_592_200)),
            (true, false, Some(1_765_184_200))
        ]
    );
    assert_ne!(
        paid[0].telegram_payment_charge_id,
        paid[1].telegram_payment_charge_id
    );
}

#[test]
fn a_refund_names_the_payment_that_went_back() {
    let read = message(include_str!("../../../../fixtures/refunded_payment.json"));
    assert!(!read.has_content() && read.chat.id == 777_000_123);
    let refund = read.refunded_payment.unwrap();
    assert_eq!(
        (refund.telegram_payment_charge_id.as_str(), refund.total_amount),
        ("stxQ7Yy3mXG1cKq", 250)
    );
    assert_eq!(
        (refund.currency.as_str(), refund.invoice_payload.as_str()),
        ("XTR", PAYLOAD)
    );
}

#[test]
fn a_subscription_says_how_it_stands_and_a_later_apis_state_is_no_error() {
    let fixture = include_str!("../../../../fixtures/subscription_changed.json");
    let updates: Vec<Update> = serde_json::from_str(fixture).unwrap();
    let states = updates.into_iter().map(|update| match update.kind {
        UpdateKind::Subscription(told) => {
            assert_eq!(told.user.id, 777_000_123);
            assert_eq!(told.invoice_payload, "buy-777000123-3456789abcdefghi");
            told.state
        }
        other => panic!("not a subscription: {other:?}"),
    });
    assert_eq!(
        states.collect::<Vec<_>>(),
        [
            SubscriptionState::Canceled,
            SubscriptionState::Active,
            SubscriptionState::Failed,
            SubscriptionState::Other
        ]
    );
}

#[test]
fn partners_of_every_kind_are_read_and_a_later_apis_is_no_error() {
    let list = include_str!("../../../../fixtures/star_transactions.json");
    let read: StarTransactions = serde_json::from_str(list).unwrap();
    let sides = read
        .transactions
        .iter()
        .map(|one| match (&one.source, &one.receiver) {
            (Some(source), None) => format!("from {}", kind(source)),
            (None, Some(receiver)) => format!("to {}", kind(receiver)),
            _ => "nobody".to_owned(),
        });
    assert_eq!(
        sides.collect::<Vec<_>>(),
        [
            "from user",
            "from user",
            "to user",
            "to user",
            "from user",
            "to user",
            "to chat",
            "to fragment",
            "to ads",
            "to api",
            "from program",
            "from other",
            "from other",
            "nobody"
        ]
    );
    let commission = &read.transactions[10];
    assert_eq!((commission.amount, commission.nanostar_amount), (2, 500_000_000));
    let TransactionPartner::User(subscriber) = read.transactions[1].source.as_ref().unwrap() else {
        panic!("no user")
    };
    assert_eq!(subscriber.subscription_period, Some(2_592_000));
}

fn kind(partner: &TransactionPartner) -> &'static str {
    match partner {
        TransactionPartner::User(_) => "user",
        TransactionPartner::Chat => "chat",
        TransactionPartner::AffiliateProgram => "program",
        TransactionPartner::Fragment => "fragment",
        TransactionPartner::TelegramAds => "ads",
        TransactionPartner::TelegramApi => "api",
        TransactionPartner::Other => "other",
    }
}

#[test]
fn the_webhook_asks_for_every_kind_that_is_read() {
    let asked = crate::methods::SetWebhook::new("https://e.org/", "s").allowed_updates;
    let expected = [
        "message",
        "callback_query",
        "my_chat_member",
        "pre_checkout_query",
        "subscription",
    ];
    assert_eq!(asked, expected);
}
