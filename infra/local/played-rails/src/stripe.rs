//! A played Stripe: one account, its API, the Checkout page that its customers pay on, and its dashboard.

mod act;
mod api;
mod book;
mod cabinet;
mod forge;
mod form;
mod give_back;
mod list;
mod order;
mod page;
mod show;
mod signature;

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
pub use forge::{Pretence, Signed};
use signature::Secrets;

/// The version of the API that is played.
pub const API_VERSION: &str = "2026-10-28.endive";
/// Events are brought for three days (docs.stripe.com/webhooks).
const PATIENCE_MS: i64 = 3 * 86_400_000;
/// How long an event may take to be answered.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// Settings of a [`PlayedStripe`].
#[derive(Clone)]
pub struct Config {
    /// The account's secret key.
    pub secret_key: String,
    /// Signs the events.
    pub webhook_secret: String,
    /// What customers read as the shop's name.
    pub title: String,
    /// Where this server is reached, without a slash at the end; begins every URL that it hands out.
    pub public_base_url: String,
    /// The time.
    pub clock: Clock,
    /// Whether payments are made of real money.
    pub livemode: bool,
}

impl Config {
    /// An account for a newcomer's first run: real time, money that counts as real.
    pub fn new(public_base_url: impl Into<String>) -> Self {
        Self {
            secret_key: "sk_live_played".to_owned(),
            webhook_secret: "whsec_played".to_owned(),
            title: "neurocards".to_owned(),
            public_base_url: public_base_url.into(),
            clock: system_clock(),
            livemode: true,
        }
    }
}

/// A played Stripe. Cheap to clone.
#[derive(Clone)]
pub struct PlayedStripe(Arc<Inner>);

struct Inner {
    config: Config,
    secrets: Secrets,
    desk: Desk,
    book: Mutex<Book>,
}

impl PlayedStripe {
    /// An account without payments.
    pub fn new(config: Config) -> Result<Self, Error> {
        let secrets = Secrets::new(&config.webhook_secret);
        let signs = secrets.clone();
        let rules = Rules {
            user_agent: "Stripe/1.0 (played)",
            answer_within: ANSWER_WITHIN,
            gives_up_after_ms: PATIENCE_MS,
            is_taken: |status| (200..300).contains(&status),
            sign: Box::new(move |body, now_s| signs.headers(body, now_s)),
        };
        Ok(Self(Arc::new(Inner {
            desk: Desk::open(Arc::clone(&config.clock), rules)?,
            config,
            secrets,
            book: Mutex::default(),
        })))
    }

    /// The API under `/v1`, the page under `/c/pay`, the dashboard under `/cabinet`.
    pub fn router(&self) -> Router {
        Router::new()
            .merge(api::router(self))
            .merge(page::router(self))
            .merge(cabinet::router(self))
    }

    /// The base of the API: `http://127.0.0.1:9000/v1`.
    pub fn api_url(&self) -> String {
        format!("{}/v1", self.0.config.public_base_url)
    }

    /// The journal, the notifications and the faults.
    pub fn desk(&self) -> &Desk {
        &self.0.desk
    }

    /// From now on events are signed with this secret too, as for a day after a secret was rolled.
    pub fn roll_secret(&self, secret: &str) {
        self.0.secrets.roll(secret);
    }

    /// The day is over: only the newest secret signs.
    pub fn forget_old_secrets(&self) {
        self.0.secrets.forget_old();
    }

    /// Lets whatever the time has brought happen, and brings the events that are due. Gives how many were sent.
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

    /// Every Checkout session as the API shows it, newest first.
    pub fn sessions(&self) -> Vec<Value> {
        let book = self.book();
        let sessions = book.sessions.iter().rev();
        sessions.map(|session| show::session(self, session)).collect()
    }

    /// Every payment intent as the API shows it with its latest charge, newest first.
    pub fn payments(&self) -> Vec<Value> {
        let book = self.book();
        let intents = book.intents.iter().rev();
        intents.map(|intent| show::intent(&book, intent, true)).collect()
    }

    /// What has really come and gone, by payment intent.
    pub fn cash(&self) -> BTreeMap<String, Cash> {
        let book = self.book();
        let cash = book
            .intents
            .iter()
            .map(|intent| (intent.id.clone(), book.cash(intent)));
        cash.collect()
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

impl std::fmt::Debug for PlayedStripe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlayedStripe").finish_non_exhaustive()
    }
}
