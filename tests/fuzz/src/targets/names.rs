//! Names, numbers and places in lists, as they come back from clients and stand in messages.

use aws_lambda_events::sqs::SqsEvent;
use domain::catalog::WareId;
use domain::id::{JobId, Nonce, UserId};
use domain::limit::Counted;
use domain::money::{Amount, Currency};
use domain::payment::{PaymentId, PurchaseId};
use domain::time::Timestamp;
use domain::window::Zone;
use queue::Doorbell;
use store::Requests;

use super::{Target, text};

/// What SQS brings a worker.
pub const DOORBELL: Target = Target {
    name: "doorbells",
    reads: "an event of SQS, and the doorbells in it",
    run: doorbells,
    bytes_max: 1024,
    words: &["shared/queue/src/lib.rs"],
    seeds: &[],
};

fn doorbells(data: &[u8]) {
    if let Some(text) = text(data) {
        doorbell(text);
    }
    let Ok(event) = serde_json::from_slice::<SqsEvent>(data) else {
        return;
    };
    for record in event.records {
        doorbell(record.body.as_deref().unwrap_or_default());
    }
}

fn doorbell(body: &str) {
    let bell = match Doorbell::parse(body) {
        Ok(bell) => bell,
        // It stands in the log, and quotes nothing.
        Err(error) => return assert!(error.to_string().len() < 80, "{error}"),
    };
    if let Ok(job) = bell.job_id() {
        assert_eq!(JobId::parse(&job.to_string()), Some(job));
    }
    if let Some(next) = bell.next() {
        assert!(next.hop > bell.hop && next.job == bell.job);
    }
}

/// Names of orders, payments and things on sale; moments, amounts, zones.
pub const NAMES: Target = Target {
    name: "names",
    reads: "names of orders, payments and wares; moments, amounts, zones",
    run: names,
    bytes_max: 96,
    words: &[
        "shared/domain/src/money.rs",
        "shared/domain/src/payment.rs",
        "shared/domain/src/catalog/ware.rs",
    ],
    seeds: &[],
};

fn names(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if let Some(job) = JobId::parse(text) {
        assert_eq!(job.to_string(), text);
    }
    if let Some(payment) = PaymentId::parse(text) {
        assert_eq!(payment.to_string(), text);
    }
    if let Some(purchase) = PurchaseId::parse(text) {
        assert_eq!(purchase.to_string(), text);
    }
    if let Some(ware) = WareId::parse(text) {
        assert_eq!(ware.to_string(), text);
    }
    if let Some(nonce) = Nonce::parse(text) {
        assert_eq!(Nonce::parse(nonce.next().as_str()), Some(nonce.next()));
    }
    // No counter has a star in its name.
    if let Some(counted) = Counted::parse(text).filter(|counted| !counted.key.0.contains('*')) {
        assert_eq!(Counted::parse(&counted.to_string()), Some(counted));
    }
    if let Some(at) = Timestamp::parse_rfc3339(text) {
        let again = at.rfc3339().and_then(|text| Timestamp::parse_rfc3339(&text));
        assert_eq!(again.map(Timestamp::seconds), Some(at.seconds()), "{text}");
    }
    for currency in [Currency::Rub, Currency::Usd, Currency::Xtr] {
        if let Some(amount) = Amount::parse_decimal(text, currency) {
            assert_eq!(amount.currency, currency);
        }
    }
    if let Some(zone) = Zone::named(text) {
        assert!(zone.offset_minutes(Timestamp(1_760_000_000_000)).abs() <= 16 * 60);
    }
}

/// Where a page of a list ended, as a client says it.
pub const CURSORS: Target = Target {
    name: "cursors",
    reads: "the cursors of the lists of operations",
    run: cursors,
    bytes_max: 96,
    words: &[],
    seeds: &[],
};

fn cursors(data: &[u8]) {
    let Some(text) = text(data) else { return };
    for day in [Timestamp(0), Timestamp(1_760_000_000_000)] {
        if let Some((_, Some(place))) = Requests::resumed(day, text) {
            let own = Requests::cursor_of_user(&place).expect("a place has a name");
            assert!(text.ends_with(&own), "{text}");
        }
    }
    if let Some(place) = Requests::resumed_of(UserId(42), text) {
        assert_eq!(Requests::cursor_of_user(&place).as_deref(), Some(text));
    }
}
