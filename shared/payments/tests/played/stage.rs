//! Played rails on free ports, with clocks that a test turns.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use domain::money::{Amount, Currency};
use domain::payment::PurchaseId;
use domain::time::Timestamp;
use payments::{Opened, Order, Outcome};
use played_rails::{Clock, PlayedStripe, PlayedYooKassa};
use tokio::net::TcpListener;

pub(crate) const LONG: Duration = Duration::from_secs(20);
/// 2026-11-22T12:00:00Z.
const START_S: i64 = 1_795_348_800;

pub(crate) struct Time(Arc<AtomicI64>);

impl Time {
    fn new() -> (Self, Clock) {
        let now = Arc::new(AtomicI64::new(START_S * 1_000));
        let clock = Arc::clone(&now);
        (Self(now), Arc::new(move || clock.load(Ordering::Relaxed)))
    }

    pub(crate) fn pass_s(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000, Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.in_s(0)
    }

    /// So many seconds from now.
    pub(crate) fn in_s(&self, seconds: i64) -> Timestamp {
        Timestamp::from_seconds(self.0.load(Ordering::Relaxed) / 1_000 + seconds)
    }
}

pub(crate) async fn yookassa() -> (PlayedYooKassa, payments::yookassa::Shop, Time) {
    let (listener, base) = listen().await;
    let (time, clock) = Time::new();
    let mut config = played_rails::yookassa::Config::new(base);
    config.clock = clock;
    let rail = PlayedYooKassa::new(config).unwrap();
    serve(listener, rail.router());
    let shop = payments::yookassa::Shop::new(
        reqwest::Client::new(),
        &rail.api_url(),
        "100500",
        "played-yookassa-key",
    );
    (rail, shop, time)
}

pub(crate) async fn stripe() -> (PlayedStripe, payments::stripe::Account, Time) {
    let (listener, base) = listen().await;
    let (time, clock) = Time::new();
    let mut config = played_rails::stripe::Config::new(base);
    config.clock = clock;
    let rail = PlayedStripe::new(config).unwrap();
    serve(listener, rail.router());
    let account = payments::stripe::Account::new(reqwest::Client::new(), &rail.api_url(), "sk_live_played");
    (rail, account, time)
}

/// An order of so much, in its currency's smallest unit. Each number has a key of its own.
pub(crate) fn order(minor: u64, currency: Currency, number: u32) -> Order {
    Order {
        purchase: PurchaseId::parse("buy-7-2222222222222222").unwrap(),
        amount: Amount { minor, currency },
        title: "Про: 20 кредитов".to_owned(),
        return_url: "https://t.me/neurocards_bot".to_owned(),
        attempt: number,
    }
}

pub(crate) fn done(outcome: Outcome<Opened>) -> Opened {
    match outcome {
        Outcome::Done(opened) => opened,
        other => panic!("{other:?}"),
    }
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    (listener, base)
}

fn serve(listener: TcpListener, router: Router) {
    tokio::spawn(axum::serve(listener, router).into_future());
}
