//! A stage for flow tests: the product's real functions, the local cloud's tables and queues made from the real
//! template, and Telegram and KIE.AI played by servers that speak the real protocols. All in one process, under one
//! clock that a test turns.
//!
//! A doorbell's delay is real time, which no test waits for; so [`Stage::run_until_settled`] turns the clock to whatever
//! is due next and rings for it by itself. Doorbells are hints, and a job's own row says what it wants.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "what goes wrong on the stage fails the test"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "the stage is no Lambda: it serves the played servers beside the test"
)]

mod actors;
mod api;
mod audience;
mod broadcasts;
mod clients;
mod front;
mod media;
mod parrot;
mod paying;
mod renders;
mod setting;
mod sound;
mod standing;
mod steps;
mod streaming;
mod traces;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::Fixed;
use app::take_callback::CallbackDesk;
use app::workshop::Workshop;
use domain::time::Timestamp;
use local_lambda::Aws;
use played_kie::{ChatModel, PlayedKie};
use played_studios::Studio;
use played_telegram::PlayedTelegram;
use store::Store;
use table::Db;
use telegram_webhook::App;

pub use actors::{Card, message, press};
pub use api::{Ask, Said, init_data};
pub use front::Answer;
pub use media::{jpeg, png};
pub use parrot::{Answers, Parrot, Whom};
pub use setting::{RailMoney, Setting};
pub use steps::WORKER_TIME;
pub use streaming::{Heard, Page};

/// The bot's token.
pub const TOKEN: &str = "123456:token-of-the-stage";
/// What Telegram repeats in the header.
pub const WEBHOOK_SECRET: &str = "webhook-secret-of-the-stage";
/// Our key at the chat model.
pub const CHAT_KEY: &str = "chat-key-of-the-stage";
/// Our key at Kling.
pub const KLING_KEY: &str = "kling-key-of-the-stage";
/// Our key at Google.
pub const GOOGLE_KEY: &str = "google-key-of-the-stage";
/// What our key at Vertex AI is called.
pub const VERTEX_KEY: &str = "vertex-key-of-the-stage";
/// The provider's key.
pub const KIE_KEY: &str = "kie-key-of-the-stage";
/// The provider's own key for signing callbacks.
pub const KIE_HMAC_KEY: &str = "kie-hmac-key-of-the-stage";
/// Our own key for callback addresses.
pub const MAC_KEY: &str = "mac-key-of-the-stage";
/// The secret's address in the template.
pub const SECRET_ARN: &str = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:neurocards/bot";
/// 2026-11-21 12:00 in Moscow: nine hours before the day's windows turn.
pub const NOON: Timestamp = Timestamp(1_795_251_600_000);

/// The functions by their names in the template.
pub const WEBHOOK: &str = "TelegramWebhookFunction";
/// The worker.
pub const WORKER: &str = "VideoWorkerFunction";
/// The callback.
pub const CALLBACK: &str = "ProviderCallbackFunction";
/// The cleanup.
pub const CLEANUP: &str = "CleanupFunction";
/// The daily report.
pub const REPORT: &str = "DailyReportFunction";
/// What sends broadcasts.
pub const BROADCAST: &str = "BroadcastFunction";
/// The notices of payments.
pub const PAYMENTS: &str = "PaymentWebhookFunction";
/// The chat of the operator.
pub const OPERATOR: i64 = 999;
/// Our shop at YooKassa.
pub const SHOP: &str = "100500";
/// Its key.
pub const YOOKASSA_KEY: &str = "live_key_of_the_stage_0123456789";
/// Our key at Stripe.
pub const STRIPE_KEY: &str = "sk_live_of_the_stage_0123456789";
/// What Stripe signs its events with.
pub const STRIPE_SECRET: &str = "whsec_of_the_stage_0123456789";
/// The features API.
pub const API: &str = "FeaturesApiFunction";
/// The stream of changes.
pub const LIVE: &str = "LiveFunction";
/// Where it is.
pub const LIVE_URL: &str = "https://live.example.org/";

/// Where the Mini App is.
pub const MINI_APP_URL: &str = "https://api.example.org/app/";

/// The stage.
pub struct Stage {
    /// Tables, queues, counts, faults.
    pub aws: Arc<Aws>,
    /// Telegram and its users.
    pub telegram: PlayedTelegram,
    /// The provider that everything on sale is ordered from, unless a test says otherwise.
    pub kie: PlayedKie,
    /// A provider that can be asked for an order by our own name of it.
    pub kling: Studio,
    /// The chat model, which also listens.
    pub chat: ChatModel,
    /// A provider whose files nobody but us can fetch.
    pub google: Studio,
    /// Another, which wants a token for everything.
    pub vertex: Studio,
    /// One rail.
    pub yookassa: played_rails::PlayedYooKassa,
    /// The other.
    pub stripe: played_rails::PlayedStripe,
    /// The time.
    pub clock: Arc<Fixed>,
    /// The worker.
    pub workshop: Arc<Workshop>,
    /// The tables, as an operator reads them.
    pub store: Store,
    /// The tables' mechanics, as an operator uses them.
    pub db: Db,
    /// The queue, as Lambda's poller reads it.
    pub(crate) poller: aws_sdk_sqs::Client,
    pub(crate) app: Arc<App>,
    pub(crate) callback: Arc<CallbackDesk>,
    pub(crate) payments: Arc<payment_webhook::App>,
    pub(crate) cleanup: cleanup::Cleanup,
    /// What reports to the operator.
    pub report: daily_report::DailyReport,
    /// What sends broadcasts.
    pub broadcaster: app::broadcast::Broadcaster,
    /// What the features API stands on.
    pub api: Arc<features_api::Api>,
    pub(crate) live: Arc<live::Desk>,
    pub(crate) setting: Setting,
    pub(crate) queue_url: String,
    pub(crate) replies: Arc<Replies>,
    pub(crate) invocations: Arc<Invocations>,
    pub(crate) worked: Mutex<Duration>,
    pub(crate) pardons: Mutex<Vec<Pardon>>,
}

/// Something that a test breaks on purpose, and [`Stage::assert_sound`] is to pass over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pardon {
    /// A second render was bought after an order and its callback were both lost: absence is believed in the end.
    SecondRender,
    /// A video was seen, its edit's answer lost, and its customer gone before anybody could look: they are believed.
    SeenAndGivenBack,
}

/// Replies that went out in the webhook's answers and that Telegram is to carry out.
#[derive(Debug, Default)]
pub(crate) struct Replies {
    pub(crate) given: AtomicUsize,
    pub(crate) lost: AtomicUsize,
}

/// How often each function ran.
#[derive(Debug, Default)]
pub(crate) struct Invocations(Mutex<BTreeMap<&'static str, usize>>);

impl Invocations {
    pub(crate) fn add(&self, function: &'static str) {
        *self.0.lock().unwrap().entry(function).or_default() += 1;
    }
}

impl Stage {
    /// The usual stage: the operator's own settings, no vault channel, renders of a minute.
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// A stage set differently.
    pub async fn with(change: impl FnOnce(&mut Setting)) -> Self {
        let mut setting = Setting::usual();
        change(&mut setting);
        Box::pin(setting::build(setting)).await
    }

    /// How long the worker has run, on this machine's clock: to be shown, not to be judged.
    pub fn worked(&self) -> Duration {
        *self.worked.lock().unwrap()
    }

    /// How often a function ran.
    pub fn invocations(&self, function: &str) -> usize {
        self.invocations
            .0
            .lock()
            .unwrap()
            .get(function)
            .copied()
            .unwrap_or(0)
    }

    /// Passes something over that the test breaks on purpose.
    pub fn pardon(&self, pardon: Pardon) {
        self.pardons.lock().unwrap().push(pardon);
    }

    pub(crate) fn is_pardoned(&self, pardon: &Pardon) -> bool {
        self.pardons.lock().unwrap().contains(pardon)
    }

    /// The next so many answers of the webhook get lost on their way to Telegram, so that the update comes again.
    pub fn lose_answers(&self, times: u32) {
        self.replies
            .lost
            .fetch_add(usize::try_from(times).unwrap(), Ordering::SeqCst);
        self.telegram.lose_answers(times);
    }
}
