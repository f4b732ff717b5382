//! How a stage is set, and how it is built.

use std::sync::{Arc, Mutex};

use app::broadcast::Broadcaster;
use app::cashier::Cashier;
use app::desk::{Desk, Duty, Helpdesk, Inspector, Menu};
use app::lookout::Lookout;
use app::rails::{Rails, Stars, StripeRail, Taker, YooKassaRail};
use app::report::{Post, Reporter};
use app::sweep::Sweeper;
use app::take_callback::CallbackDesk;
use app::texts::{Locale, Say};
use app::workshop::{Places, Workshop};
use app::{Clock, Dice, Env, Fixed};
use axum::Router;
use cleanup::Cleanup;
use daily_report::DailyReport;
use domain::payment::Rail;
use domain::time::{Millis, Timestamp};
use limits_flags::{By, Document, Office};
use local_lambda::{Aws, AwsOptions, Deployment, Template};
use payments::stripe::Account;
use payments::yookassa::Shop;
use played_kie::{ChatModel, PlayedKie};
use played_rails::{PlayedStripe, PlayedYooKassa};
use played_studios::google::PROTOCOL as GOOGLE;
use played_studios::kling::PROTOCOL as KLING;
use played_studios::vertex::PROTOCOL as VERTEX;
use played_studios::{Protocol, Studio};
use played_telegram::PlayedTelegram;
use providers::Providers;
use providers::registry::{Access, Now};
use serde_json::json;
use store::{Notes, PaymentTables, Payments, Requests};
use table::{Db, Deadline};
use telegram_webhook::App;
use tokio::net::TcpListener;

use super::Parrot;
use super::api::ORIGIN;
use super::broadcasts::broadcasts;
use super::{
    API, BROADCAST, CALLBACK, CHAT_KEY, CLEANUP, GOOGLE_KEY, Invocations, KIE_HMAC_KEY, KIE_KEY, KLING_KEY,
    LIVE_URL, MAC_KEY, NOON, PAYMENTS, REPORT, Replies, SECRET_ARN, SHOP, STRIPE_KEY, STRIPE_SECRET, Stage,
    TOKEN, VERTEX_KEY, WEBHOOK, WEBHOOK_SECRET, WORKER, YOOKASSA_KEY, clients, front, streaming,
};
use crate::tidy::project::text;

/// Orders of one stage that the provider takes at once; its own limit is a subject of the provider's tests.
const CREATES: usize = 1_000;

/// What money at the rails is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RailMoney {
    /// Real.
    Real,
    /// Test money, in a deployment that is there for trying things out.
    TestThatBuys,
}

/// What a test may choose before the stage is built.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The operator's file.
    pub settings: Document,
    /// Vault channels.
    pub vaults: Vec<i64>,
    /// When it begins.
    pub start: Timestamp,
    /// How long the provider renders.
    pub render: Millis,
    /// Whether edits still reach those who have blocked the bot.
    pub edits_reach_blocked: bool,
    /// Whether Telegram limits how fast messages may be sent.
    pub flood: bool,
    /// What money at the rails is.
    pub money: RailMoney,
    /// Rails that the settings may offer and this deployment has no keys for.
    pub keyless: Vec<Rail>,
    /// Whether the operator has a chat in which customers are helped.
    pub helps: bool,
    /// The seed of the dice.
    pub seed: u64,
    /// Who stands between the functions and everybody outside, if anybody does.
    pub parrot: Option<Parrot>,
}

impl Setting {
    pub(crate) fn usual() -> Self {
        Self {
            settings: serde_norway::from_str(&text("infra/settings.yaml").unwrap()).unwrap(),
            vaults: Vec::new(),
            start: NOON,
            render: Millis::from_mins(1),
            edits_reach_blocked: false,
            flood: false,
            money: RailMoney::Real,
            keyless: Vec::new(),
            helps: true,
            seed: 7,
            parrot: None,
        }
    }

    /// What a newcomer is given.
    pub fn gift(&mut self, credits: u32) {
        self.settings.rules.signup_credits = credits;
    }
}

/// What the functions of a stage stand on.
struct Ground {
    setting: Setting,
    aws: Arc<Aws>,
    clock: Arc<Fixed>,
}

/// Where the outside is found.
struct Outside {
    telegram: String,
    kie: String,
    chat: ChatModel,
    kling: (Studio, String),
    google: (Studio, String),
    vertex: (Studio, String),
    callback: String,
    yookassa: PlayedYooKassa,
    yookassa_url: String,
    stripe: PlayedStripe,
    stripe_url: String,
}

pub(crate) async fn build(setting: Setting) -> Stage {
    let clock = Fixed::at(setting.start);
    let aws = Arc::new(aws(&setting).await);
    seed(&clients::db(&aws, "Operator"), &aws, &setting.settings).await;
    let (telegram, telegram_url) = telegram(&setting, &clock).await;
    let (kie, chat, kie_url) = kie(&setting, &clock).await;
    let kling = studio(&KLING, KLING_KEY, &setting, &clock).await;
    let google = studio(&GOOGLE, GOOGLE_KEY, &setting, &clock).await;
    let vertex = studio(&VERTEX, &(VERTEX.key)(VERTEX_KEY), &setting, &clock).await;
    let (yookassa, stripe) = rails(&setting, &clock).await;
    let (webhook_door, webhook_url) = door().await;
    let (payments_door, payments_url) = door().await;
    let (callback_door, callback_url) = door().await;
    let mut outside = Outside {
        telegram: telegram_url,
        kie: kie_url,
        chat,
        kling,
        google,
        vertex,
        callback: callback_url,
        yookassa_url: yookassa.api_url(),
        yookassa,
        stripe_url: stripe.api_url(),
        stripe,
    };
    if let Some(parrot) = &setting.parrot {
        outside.overheard_by(parrot).await;
    }
    let stage = Ground { setting, aws, clock }.stage(telegram, kie, outside).await;
    serve(webhook_door, front::webhook(&stage));
    serve(callback_door, front::callback(&stage));
    serve(payments_door, front::payments(&stage));
    stage.yookassa.desk().set_url(format!("{payments_url}yookassa"));
    stage.stripe.desk().set_url(format!("{payments_url}stripe"));
    set_webhook(&stage.telegram, &webhook_url).await;
    stage
}

impl Outside {
    async fn overheard_by(&mut self, parrot: &Parrot) {
        let Self {
            telegram,
            kie,
            kling: (_, kling),
            google: (_, google),
            vertex: (_, vertex),
            yookassa_url,
            stripe_url,
            ..
        } = self;
        for place in [telegram, kie, kling, google, vertex, yookassa_url, stripe_url] {
            *place = parrot.before(place).await;
        }
    }
}

impl Ground {
    async fn stage(self, telegram: PlayedTelegram, kie: PlayedKie, outside: Outside) -> Stage {
        Stage {
            store: clients::store(&self.aws, "Operator"),
            db: clients::db(&self.aws, "Operator"),
            poller: clients::sqs(&self.aws, "Operator"),
            app: Arc::new(App::new(self.desk(&outside).await, WEBHOOK_SECRET)),
            payments: Arc::new(self.payment_webhook(&outside)),
            callback: Arc::new(self.callback().await),
            workshop: Arc::new(self.workshop(&outside).await),
            queue_url: self.aws.queue_url("DoorbellQueue").unwrap(),
            cleanup: self.cleanup(&outside),
            report: self.report(&outside),
            broadcaster: self.broadcaster(&outside),
            api: self.api(&outside),
            live: streaming::desk(&self.aws, &self.clock, self.env(10)),
            aws: self.aws,
            yookassa: outside.yookassa,
            stripe: outside.stripe,
            telegram,
            kie,
            kling: outside.kling.0,
            chat: outside.chat,
            google: outside.google.0,
            vertex: outside.vertex.0,
            clock: self.clock,
            setting: self.setting,
            replies: Arc::new(Replies::default()),
            invocations: Arc::new(Invocations::default()),
            worked: Mutex::default(),
            pardons: Mutex::default(),
        }
    }

    /// Each function has dice of its own.
    fn env(&self, salt: u64) -> Env {
        let dice = Dice::loaded(self.setting.seed.wrapping_mul(31) + salt);
        Env::new(self.clock.clone(), dice)
    }

    async fn desk(&self, outside: &Outside) -> Desk {
        let (settings, queue) = (
            clients::settings(&self.aws, WEBHOOK),
            clients::queue(&self.aws, WEBHOOK),
        );
        let env = self.env(1);
        runtime::warm::up(&settings, &queue, &env).await;
        settings.rendered_by(["kie", "kling", "google", "vertex", "openai"].map(str::to_owned));
        let cashier = self.cashier(WEBHOOK, 6, outside);
        let helpdesk = cashier.bot.clone().map(|bot| Helpdesk {
            bot,
            chat: super::OPERATOR,
            say: Say::in_(Locale::Ru),
        });
        let table = |name: &str| self.aws.table_name(name).unwrap().to_owned();
        let duty = Duty {
            office: Office {
                db: clients::db(&self.aws, WEBHOOK),
                settings: table("SettingsTable"),
                accounts: table("AccountsTable"),
                audit: table("AuditTable"),
                check: app::on_sale::inexpressible,
            },
            cashier: app::cashier::Desk {
                cashier: cashier.clone(),
                audit: table("AuditTable"),
            },
            letters: clients::dead_letters(&self.aws, WEBHOOK),
            announcer: app::broadcast::Announcer {
                broadcasts: super::broadcasts::broadcasts(&self.aws, clients::db(&self.aws, WEBHOOK)),
                audit: table("AuditTable"),
                env: env.clone(),
            },
        };
        let places = [(
            "openai".to_owned(),
            format!("{}/v1", outside.kie.trim_end_matches('/')),
        )];
        let secrets = json!({"openai_api_key": CHAT_KEY}).to_string();
        let secrets = runtime::Secrets::parse(&secrets, SECRET_ARN).unwrap();
        let checker = runtime::makers::checker(&places.into(), &secrets);
        let menu = cashier.bot.clone().map(|bot| Menu {
            bot,
            url: super::MINI_APP_URL.to_owned(),
        });
        let inspector = cashier.bot.clone().map(|bot| Inspector { bot, checker });
        Desk::new(clients::store(&self.aws, WEBHOOK), settings, queue, env)
            .inspected_by(inspector)
            .with_menu(menu)
            .on_duty(Some(duty))
            .selling(cashier)
            .helped(helpdesk.filter(|_| self.setting.helps))
    }

    async fn callback(&self) -> CallbackDesk {
        let queue = clients::queue(&self.aws, CALLBACK);
        runtime::warm::queue(&queue).await;
        CallbackDesk {
            jobs: clients::store(&self.aws, CALLBACK).jobs().clone(),
            queue,
            notes: clients::store(&self.aws, CALLBACK).notes(),
            env: self.env(2),
            address_key: MAC_KEY.into(),
            provider_key: Some(KIE_HMAC_KEY.to_owned()),
        }
    }

    fn cleanup(&self, outside: &Outside) -> Cleanup {
        Cleanup {
            jobs: Sweeper {
                store: clients::store(&self.aws, CLEANUP),
                queue: clients::queue(&self.aws, CLEANUP),
                env: self.env(3),
            },
            cashier: self.cashier(CLEANUP, 7, outside),
            lookout: Lookout {
                store: clients::store(&self.aws, CLEANUP),
                settings: clients::settings(&self.aws, CLEANUP),
                kie: Some(providers::kie::Client::new(
                    runtime::clients::http_without_pool().unwrap(),
                    &outside.kie,
                    &outside.kie,
                    KIE_KEY,
                )),
                env: self.env(3),
            },
            operator: Some(super::OPERATOR),
        }
    }

    fn report(&self, outside: &Outside) -> DailyReport {
        let db = clients::db(&self.aws, REPORT);
        let table = |name: &str| self.aws.table_name(name).unwrap().to_owned();
        let http = runtime::clients::http_without_pool().unwrap();
        DailyReport {
            reporter: Reporter {
                requests: Requests::new(db.clone(), table("AiRequestsTable")),
                payments: Payments::new(
                    db.clone(),
                    PaymentTables::to_report(table("PaymentsTable"), table("LedgerTable")),
                ),
                notes: Notes::new(db, table("UsageTable")),
                settings: clients::settings(&self.aws, REPORT),
                env: self.env(10),
            },
            post: Some(Post {
                bot: telegram::Client::new(http, &outside.telegram, TOKEN),
                chat: super::OPERATOR,
                say: Say::in_(Locale::Ru),
            }),
        }
    }

    fn broadcaster(&self, outside: &Outside) -> Broadcaster {
        let http = runtime::clients::http().unwrap();
        Broadcaster {
            broadcasts: broadcasts(&self.aws, clients::db(&self.aws, BROADCAST)),
            bot: telegram::Client::new(http, &outside.telegram, TOKEN),
            env: self.env(11),
        }
    }

    fn payment_webhook(&self, outside: &Outside) -> payment_webhook::App {
        let cashier = self.cashier(PAYMENTS, 8, outside);
        let loopback = vec!["127.0.0.1/32".parse().unwrap()];
        payment_webhook::App::new(cashier, Some(STRIPE_SECRET), loopback)
    }

    /// What takes money, as a function has it.
    fn cashier(&self, function: &str, salt: u64, outside: &Outside) -> Cashier {
        let http = runtime::clients::http().unwrap();
        let bot = telegram::Client::new(http, &outside.telegram, TOKEN);
        Cashier {
            payments: clients::payments(&self.aws, function),
            rails: self.rails(&bot, outside),
            bot: Some(bot),
            return_url: "https://t.me/neurocards_bot".to_owned(),
            settings: clients::settings(&self.aws, function),
            env: self.env(salt),
        }
    }

    fn api(&self, outside: &Outside) -> Arc<features_api::Api> {
        let ground = features_api::api::Ground {
            db: clients::db(&self.aws, API),
            tables: clients::tables(&self.aws),
            audit: self.aws.table_name("AuditTable").unwrap().to_owned(),
            broadcasts: self.aws.table_name("BroadcastsTable").unwrap().to_owned(),
            letters: clients::dead_letters(&self.aws, API),
            settings: clients::settings(&self.aws, API),
            cashier: self.cashier(API, 9, outside),
            env: self.env(5),
            bot_url: "https://t.me/neurocards_bot".to_owned(),
            live_url: LIVE_URL.to_owned(),
        };
        let origins = features_api::cors::Origins::parse(ORIGIN);
        features_api::Api::new(ground, TOKEN, origins)
    }

    fn rails(&self, bot: &telegram::Client, outside: &Outside) -> Rails {
        let http = runtime::clients::http_without_pool().unwrap();
        let shop = Shop::new(http.clone(), &outside.yookassa_url, SHOP, YOOKASSA_KEY);
        let account = Account::new(http, &outside.stripe_url, STRIPE_KEY);
        let test = self.setting.money == RailMoney::TestThatBuys;
        let all: [Arc<dyn Taker>; 3] = [
            Arc::new(Stars::new(bot.clone())),
            Arc::new(YooKassaRail::new(shop, test)),
            Arc::new(StripeRail::new(account, test)),
        ];
        let has_keys = |taker: &Arc<dyn Taker>| !self.setting.keyless.contains(&taker.rail());
        Rails::new(all.into_iter().filter(has_keys).collect())
    }

    async fn workshop(&self, outside: &Outside) -> Workshop {
        let http = runtime::clients::http().unwrap();
        let providers = providers(outside, &self.clock);
        let files = runtime::clients::http_for_files().unwrap();
        let files = providers::files::Files::new(files).opened_by(providers.passes());
        let workshop = Workshop {
            store: clients::store(&self.aws, WORKER),
            settings: clients::settings(&self.aws, WORKER),
            queue: clients::queue(&self.aws, WORKER),
            telegram: telegram::Client::new(http, &outside.telegram, TOKEN),
            providers,
            files,
            env: self.env(4),
            places: Places {
                callback_base: outside.callback.clone(),
                callback_key: MAC_KEY.into(),
                vaults: self.setting.vaults.clone(),
            },
            breakers: Mutex::default(),
        };
        runtime::warm::up(&workshop.settings, &workshop.queue, &workshop.env).await;
        workshop
    }
}

/// The operator's accounts.
fn providers(outside: &Outside, clock: &Arc<Fixed>) -> Providers {
    let http = runtime::clients::http_without_pool().unwrap();
    let clock = Arc::clone(clock);
    let now: Now = Arc::new(move || clock.now());
    let access = |base: &str, key: &str| Access {
        http: http.clone(),
        base: base.trim_end_matches('/').to_owned(),
        uploads: Some(base.trim_end_matches('/').to_owned()),
        key: key.to_owned(),
        now: Arc::clone(&now),
    };
    Providers::open(|row| match row.name {
        "kie" => Some(access(&outside.kie, KIE_KEY)),
        "kling" => Some(access(&outside.kling.1, KLING_KEY)),
        "openai" => Some(access(&format!("{}/v1", outside.kie), CHAT_KEY)),
        "google" => Some(access(&outside.google.1, GOOGLE_KEY)),
        "vertex" => Some(access(&outside.vertex.1, &(VERTEX.key)(VERTEX_KEY))),
        _ => None,
    })
}

async fn aws(setting: &Setting) -> Aws {
    let vaults: Vec<String> = setting.vaults.iter().map(ToString::to_string).collect();
    let deployment = Deployment::default()
        .with("BotSecretArn", SECRET_ARN)
        .with("VaultChatIds", &vaults.join(","));
    let template = Template::parse(&text("template.yaml").unwrap()).unwrap();
    let stack = template.stack(&deployment).unwrap();
    Aws::start(&stack, AwsOptions::default()).await.unwrap()
}

/// Writes settings as an operator does, in one transaction.
pub(crate) async fn seed(db: &Db, aws: &Aws, document: &Document) {
    let table = |name: &str| aws.table_name(name).unwrap().to_owned();
    let office = Office {
        db: db.clone(),
        settings: table("SettingsTable"),
        accounts: table("AccountsTable"),
        audit: table("AuditTable"),
        check: Office::nothing_else,
    };
    let plan = limits_flags::plan(&office, document).await.unwrap();
    let by = By::new("a test", "", Timestamp(0)).unwrap();
    let deadline = Deadline::after(std::time::Duration::from_secs(10));
    limits_flags::apply(&office, &plan, &by, deadline).await.unwrap();
}

async fn telegram(setting: &Setting, clock: &Arc<Fixed>) -> (PlayedTelegram, String) {
    let (listener, url) = door().await;
    let mut config = played_telegram::Config::new(TOKEN, url.trim_end_matches('/'));
    config.edits_reach_blocked = setting.edits_reach_blocked;
    let mut config = if setting.flood { config } else { config.quick() };
    config.clock = ticking(clock);
    let telegram = PlayedTelegram::new(config).unwrap();
    for vault in &setting.vaults {
        telegram.create_channel(*vault, "Vault", true);
    }
    serve(listener, telegram.router());
    (telegram, url)
}

/// Both rails, played.
async fn rails(setting: &Setting, clock: &Arc<Fixed>) -> (PlayedYooKassa, PlayedStripe) {
    let (shop_door, url) = door().await;
    let mut config = played_rails::yookassa::Config::new(url.trim_end_matches('/'));
    SHOP.clone_into(&mut config.shop_id);
    YOOKASSA_KEY.clone_into(&mut config.secret_key);
    config.clock = ticking(clock);
    config.is_test = setting.money != RailMoney::Real;
    let shop = PlayedYooKassa::new(config).unwrap();
    serve(shop_door, shop.router());
    let (account_door, url) = door().await;
    let mut config = played_rails::stripe::Config::new(url.trim_end_matches('/'));
    STRIPE_KEY.clone_into(&mut config.secret_key);
    STRIPE_SECRET.clone_into(&mut config.webhook_secret);
    config.clock = ticking(clock);
    config.livemode = setting.money == RailMoney::Real;
    let account = PlayedStripe::new(config).unwrap();
    serve(account_door, account.router());
    (shop, account)
}

async fn kie(setting: &Setting, clock: &Arc<Fixed>) -> (PlayedKie, ChatModel, String) {
    let (listener, url) = door().await;
    let mut config = played_kie::Config::new(url.trim_end_matches('/'));
    KIE_KEY.clone_into(&mut config.api_key);
    config.webhook_hmac_key = Some(KIE_HMAC_KEY.to_owned());
    config.clock = ticking(clock);
    config.render_ms = setting.render.0;
    config.creates_per_window = CREATES;
    let chat = ChatModel::new(CHAT_KEY, config.clock.clone());
    let kie = PlayedKie::new(config);
    serve(listener, kie.router().merge(chat.router()));
    (kie, chat, url.trim_end_matches('/').to_owned())
}

async fn studio(
    protocol: &'static Protocol,
    key: &str,
    setting: &Setting,
    clock: &Arc<Fixed>,
) -> (Studio, String) {
    let (listener, url) = door().await;
    let url = url.trim_end_matches('/').to_owned();
    let mut config = played_studios::Config::new(&url, key);
    config.clock = ticking(clock);
    config.render_ms = setting.render.0;
    let studio = Studio::new(protocol, config);
    serve(listener, studio.router());
    (studio, url)
}

/// The played servers' clock: the stage's.
fn ticking(clock: &Arc<Fixed>) -> Arc<dyn Fn() -> i64 + Send + Sync> {
    let clock = Arc::clone(clock);
    Arc::new(move || clock.now().0)
}

async fn door() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    (listener, url)
}

fn serve(listener: TcpListener, router: Router) {
    tokio::spawn(async move { axum::serve(listener, router).await });
}

async fn set_webhook(telegram: &PlayedTelegram, url: &str) {
    let body = json!({"url": url, "secret_token": WEBHOOK_SECRET, "max_connections": 100});
    telegram
        .call("setWebhook", body.as_object().unwrap().clone())
        .await
        .unwrap();
}
