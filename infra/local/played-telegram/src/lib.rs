//! Telegram, played: a server that speaks the Bot API over HTTP, with the user's side beside it.
//!
//! The bot under test or development talks to [`PlayedTelegram::router`] as it would to `api.telegram.org`: every call
//! is checked against the API's own description (`data/README.md`), limits and error texts are Telegram's, files named
//! by URL are really fetched, and updates are delivered to the bot's webhook with retries as Telegram makes them. What
//! the real server would silently ignore is kept as a complaint.
//!
//! People are played by method calls ([`PlayedTelegram::say`], [`PlayedTelegram::press`] …) or by a person at the
//! browser page that the router serves under `/`.
//!
//! Stars are played for real: invoices, checkouts, payments, refunds, subscriptions, the list of transactions, and what can
//! go wrong between a payment and the bot's hearing of it ([`PaymentNews`]).
//!
//! Not played: groups, payments in money, inline mode, Markdown, media other than photos and MP4 videos.
#![allow(
    clippy::disallowed_methods,
    reason = "this is no Lambda: Telegram has its own tasks, timers and clock"
)]

mod check;
mod client;
mod clock;
mod config;
mod delivery;
mod description;
mod error;
mod faults;
mod files;
mod flood;
mod html;
mod http;
mod journal;
mod markup;
mod methods;
mod model;
mod mp4;
mod observe;
mod outbox;
mod params;
mod seen;
mod server;
mod stars;
mod state;
mod text;
mod user;
mod voice;
mod wire;

use std::sync::Arc;

use axum::Router;

pub use crate::clock::{Clock, system_clock};
pub use crate::config::{Config, Delivery, FloodLimits};
pub use crate::delivery::SECRET_HEADER;
pub use crate::error::{ApiError, Error, Parameters};
pub use crate::faults::{Fault, Happens};
pub use crate::html::{Entity, parse as parse_html};
pub use crate::journal::{Call, Via};
pub use crate::model::{Button, ChatMessage, Media, MediaKind, Service, Shown, Source, StoredFile, User};
pub use crate::outbox::{CALLBACK_LIFETIME_MS, Fate, UpdateRecord};
pub use crate::params::{Params, Upload};
pub use crate::stars::{
    CHECKOUT_MS, Checkout, CheckoutState, Invoice, PaymentNews, SUBSCRIPTION_PERIOD_S, StarPayment,
    StarSubscription,
};
pub use crate::state::CallbackAnswer;
pub use crate::text::{CAPTION_CHARS_MAX, TEXT_CHARS_MAX};
pub use crate::voice::voice;

/// A whole Telegram with one bot. Clones share everything.
#[derive(Clone)]
pub struct PlayedTelegram {
    server: Arc<server::Server>,
}

impl PlayedTelegram {
    /// An empty Telegram: no users, no channels, no webhook.
    pub fn new(config: Config) -> Result<Self, Error> {
        Ok(Self {
            server: server::Server::start(config)?,
        })
    }

    /// What a link to the bot begins with, as `https://t.me/the_bot` does: the browser client opens the bot's chat there, and
    /// what `?start=` carries is handed over by Start.
    pub fn bot_url(&self) -> String {
        let config = &self.server.config;
        format!("{}/{}", config.base_url_public, config.bot_username)
    }

    /// The Bot API under `/bot<TOKEN>/`, downloads under `/file/bot<TOKEN>/`, the browser client under `/`.
    pub fn router(&self) -> Router {
        http::router(Arc::clone(&self.server))
    }
}
