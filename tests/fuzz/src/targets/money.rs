//! What rails tell: it is a reason to ask, and never an answer.

use domain::id::UserId;
use domain::money::{Amount, Currency};
use domain::payment::{Money, PaymentId, Rail, Truth};
use payments::{stripe, yookassa};
use telegram::stars;
use telegram::types::StarTransactions;

use super::{Target, lines};

/// Stripe's secret and moment.
const SECRET: &str = "whsec_of_nobody";
const NOW_S: i64 = 1_760_000_000;

/// `YooKassa`'s notification, which nobody signs.
pub const YOOKASSA: Target = Target {
    name: "yookassa-notice",
    reads: "a notification of YooKassa's",
    run: yookassa_notice,
    bytes_max: 768,
    words: &["shared/payments/src/yookassa"],
    seeds: &[],
};

fn yookassa_notice(data: &[u8]) {
    let Some(notice) = yookassa::Notice::read(data) else {
        return;
    };
    assert!(!notice.payment.is_empty());
    let truth = |money, minor| Truth {
        id: PaymentId {
            rail: Rail::YooKassa,
            id: notice.payment.clone(),
        },
        money,
        amount: Amount {
            minor,
            currency: Currency::Rub,
        },
        refunded: 0,
        shop: None,
        purchase: None,
        payer: None,
        is_test: false,
    };
    // Nothing fits two amounts, but what names none: what is about a refund.
    let fits = [19_900, 19_901].map(|minor| notice.fits(&truth(Money::Arrived, minor)));
    assert!(fits != [true, true] || String::from_utf8_lossy(data).contains("refund"));
}

/// Stripe's event: the header of its signature, and its body.
pub const STRIPE: Target = Target {
    name: "stripe-event",
    reads: "an event of Stripe's, with its signature",
    run: stripe_event,
    bytes_max: 768,
    words: &["shared/payments/src/stripe"],
    seeds: &[],
};

fn stripe_event(data: &[u8]) {
    let Some(([header], body)) = lines(data) else {
        return;
    };
    // Nothing here was ever signed with that secret.
    assert!(!stripe::Signature::new(header).is_of(body, SECRET, NOW_S));
    if let Some(stripe::Notice::Payment(id) | stripe::Notice::Session(id)) = stripe::Notice::read(body) {
        let _ = id;
    }
}

/// Telegram's own list of what came and went in Stars.
pub const STARS: Target = Target {
    name: "stars",
    reads: "the list of transactions in Stars",
    run: star_list,
    bytes_max: 1024,
    words: &["shared/telegram/src/types/star.rs"],
    seeds: &["shared/telegram/fixtures/star_transactions.json"],
};

fn star_list(data: &[u8]) {
    let Ok(list) = serde_json::from_slice::<StarTransactions>(data) else {
        return;
    };
    let truths = stars::listed(&list.transactions);
    assert!(truths.len() <= list.transactions.len());
    for (place, truth) in truths.iter().enumerate() {
        assert!(truth.id.rail == Rail::Stars && truth.amount.currency == Currency::Xtr);
        assert!(truth.payer != Some(UserId(0)));
        assert!(truths.iter().skip(place + 1).all(|other| other.id != truth.id));
    }
}
