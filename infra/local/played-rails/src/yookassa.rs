//! A played `YooKassa`: one shop, its API v3, the page that its customers pay on, and its cabinet.

mod act;
mod api;
mod book;
mod cabinet;
mod check;
mod forge;
mod list;
mod page;
mod receipt;
mod refunds;
mod show;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use serde_json::Value;

use crate::clock::{Clock, system_clock};
use crate::desk::{Desk, Rules};
use crate::error::Error;
use crate::money::Cash;
use book::Book;
pub use forge::Pretence;

/// Notifications are brought for a day (yookassa.ru/developers, "Incoming notifications").
const PATIENCE_MS: i64 = 86_400_000;
/// How long a notification may take to be answered.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// Settings of a [`PlayedYooKassa`].
#[derive(Clone)]
pub struct Config {
    /// The shop's name at `YooKassa`, with which it signs in.
    pub shop_id: String,
    /// The shop's secret key.
    pub secret_key: String,
    /// What customers read as the shop's name.
    pub title: String,
    /// Where this server is reached, without a slash at the end; begins every URL that it hands out.
    pub public_base_url: String,
    /// The time.
    pub clock: Clock,
    /// Whether payments are made of test money.
    pub is_test: bool,
    /// What payments state as their recipient; `None` is the shop's own id.
    pub account_id: Option<String>,
    /// How long a payment waits for its customer, in ms: an hour.
    pub pay_within_ms: i64,
    /// How long paid money waits to be captured, in ms: a week.
    pub capture_within_ms: i64,
    /// What `YooKassa` keeps of a payment, in thousandths.
    pub fee_per_mille: i64,
}

impl Config {
    /// A shop for a newcomer's first run: real time, money that counts as real.
    pub fn new(public_base_url: impl Into<String>) -> Self {
        Self {
            shop_id: "100500".to_owned(),
            secret_key: "played-yookassa-key".to_owned(),
            title: "neurocards".to_owned(),
            public_base_url: public_base_url.into(),
            clock: system_clock(),
            is_test: false,
            account_id: None,
            pay_within_ms: 3_600_000,
            capture_within_ms: 7 * 86_400_000,
            fee_per_mille: 35,
        }
    }
}

/// A played `YooKassa`. Cheap to clone.
#[derive(Clone)]
pub struct PlayedYooKassa(Arc<Inner>);

struct Inner {
    config: Config,
    desk: Desk,
    book: Mutex<Book>,
}

impl PlayedYooKassa {
    /// A shop without payments.
    pub fn new(config: Config) -> Result<Self, Error> {
        let rules = Rules {
            user_agent: "YooKassa (played)",
            answer_within: ANSWER_WITHIN,
            gives_up_after_ms: PATIENCE_MS,
            is_taken: |status| status == 200,
            sign: Box::new(|_, _| Vec::new()),
        };
        Ok(Self(Arc::new(Inner {
            desk: Desk::open(Arc::clone(&config.clock), rules)?,
            config,
            book: Mutex::default(),
        })))
    }

    /// The API under `/v3`, the page under `/checkout`, the cabinet under `/cabinet`.
    pub fn router(&self) -> Router {
        Router::new()
            .merge(api::router(self))
            .merge(page::router(self))
            .merge(cabinet::router(self))
    }

    /// The base of the API: `http://127.0.0.1:9000/v3`.
    pub fn api_url(&self) -> String {
        format!("{}/v3", self.0.config.public_base_url)
    }

    /// The journal, the notifications and the faults.
    pub fn desk(&self) -> &Desk {
        &self.0.desk
    }

    /// Lets whatever the time has brought happen, and brings the notifications that are due. Gives how many were sent.
    pub async fn tick(&self) -> usize {
        drop(self.book());
        self.desk().tick().await
    }

    /// Ticks for ever, on the machine's time.
    pub async fn run(self) {
        let expiring = async {
            loop {
                drop(self.book());
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        };
        tokio::join!(self.desk().clone().run(), expiring);
    }

    /// Every payment as the API shows it, newest first.
    pub fn payments(&self) -> Vec<Value> {
        let book = self.book();
        book.payments
            .iter()
            .rev()
            .map(|payment| show::payment(self, &book, payment))
            .collect()
    }

    /// Every refund as the API shows it, newest first.
    pub fn refunds(&self) -> Vec<Value> {
        self.book().refunds.iter().rev().map(show::refund).collect()
    }

    /// What has really come and gone, by payment.
    pub fn cash(&self) -> BTreeMap<String, Cash> {
        let book = self.book();
        let cash = book.payments.iter().map(|payment| {
            let is_ours = !payment.is_test && payment.account_id == self.account_id();
            (payment.id.clone(), book.cash(payment, is_ours))
        });
        cash.collect()
    }

    fn account_id(&self) -> String {
        let config = self.config();
        config.account_id.as_ref().unwrap_or(&config.shop_id).clone()
    }

    fn config(&self) -> &Config {
        &self.0.config
    }

    /// The book, brought up to this moment. A panic elsewhere leaves it whole: every change is a single step.
    fn book(&self) -> MutexGuard<'_, Book> {
        let mut book = self.0.book.lock().unwrap_or_else(PoisonError::into_inner);
        self.bring_up_to_now(&mut book);
        book
    }
}

impl std::fmt::Debug for PlayedYooKassa {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlayedYooKassa").finish_non_exhaustive()
    }
}
