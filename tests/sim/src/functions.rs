//! The product's own functions, put together as their Lambdas do it, over the simulated outside.

use std::sync::{Arc, Mutex, OnceLock};

use app::broadcast::Announcer;
use app::cashier::Cashier;
use app::desk::{Desk, Duty, Helpdesk};
use app::lookout::Lookout;
use app::rails::{Rails, Stars, StripeRail, Taker, YooKassaRail};
use app::sweep::Sweeper;
use app::take_callback::CallbackDesk;
use app::texts::{Locale, Say};
use app::workshop::{Places, Workshop};
use app::{Dice, Env};
use cleanup::Cleanup;
use limits_flags::{Document, Office, Settings};
use payments::stripe::Account;
use payments::yookassa::Shop;
use providers::Providers;
use providers::registry::{Access, Now};
use queue::{DeadLetters, Queue};
use serde_norway::Value;
use store::{BroadcastTables, Broadcasts, PaymentTables, Payments, Store, Tables};
use table::Db;

use crate::kie;
use crate::outside::TELEGRAM;
use crate::stripe;
use crate::world::{Watch, World};
use crate::yookassa;

/// What Telegram repeats in the header.
pub const WEBHOOK_SECRET: &str = "webhook-secret-of-the-simulation";
/// The bot's token.
const TOKEN: &str = "123456:token-of-the-simulation";
/// Our own key for callback addresses.
const MAC_KEY: &str = "mac-key-of-the-simulation";
/// Where callbacks go.
pub const CALLBACKS: &str = "http://callback.sim/";
/// The vault channel.
pub const VAULT: i64 = -1_001;
/// The operator's chat.
pub const OPERATOR: i64 = 999;

/// What one machine of ours has: an instance of each function. Some are warm for long, some are new.
pub struct Functions {
    pub webhook: telegram_webhook::App,
    pub workshop: Workshop,
    pub callback: CallbackDesk,
    pub cleanup: Cleanup,
    pub payments: payment_webhook::App,
}

/// The operator's file: what of the shipped one makes videos at KIE.AI; with limits that are soon reached, refunds for the
/// asking, a code and a daily bonus, so that all of them are met.
///
/// # Panics
///
/// If the shipped one is none.
pub fn settings() -> Document {
    let shipped = include_str!("../../../infra/settings.yaml");
    let mut document: Value = serde_norway::from_str(shipped).expect("settings");
    let models = document["models"].as_mapping_mut().expect("models");
    models.retain(|_, model| model.get("makes").is_none() && model["provider"] == "kie");
    document["rules"]["signup_credits"] = 12.into();
    document["limits"]["videos"]["max"] = 6.into();
    document["flags"]["daily_bonus"]["enabled"] = true.into();
    document["selling"]["refund_unused_hours"] = 24.into();
    let code = "WELCOME: { credits: 2, until: 2026-12-31, uses: 2, note: the simulation }";
    document["promos"] = serde_norway::from_str(code).expect("a code");
    serde_norway::from_value(document).expect("settings")
}

/// A client that is never used for anything but writing requests down.
fn http() -> reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    let client = CLIENT.get_or_init(|| runtime::clients::http().expect("a client"));
    client.clone()
}

/// The doorbells that failed too often: nobody here asks for them, as they would not come by any of the ports.
fn letters() -> DeadLetters {
    static LETTERS: OnceLock<DeadLetters> = OnceLock::new();
    let letters = LETTERS.get_or_init(|| {
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(aws_sdk_sqs::config::BehaviorVersion::latest())
            .build();
        let client = aws_sdk_sqs::Client::from_conf(config);
        DeadLetters::new(&client, "none".to_owned(), "none".to_owned())
    });
    letters.clone()
}

impl Functions {
    /// New instances, with clocks so far ahead and dice of their own.
    pub fn start(world: &World, ahead_ms: i64) -> Self {
        let ground = Ground { world, ahead_ms };
        Self {
            webhook: telegram_webhook::App::new(ground.desk(), WEBHOOK_SECRET),
            workshop: ground.workshop(),
            callback: ground.callback(),
            cleanup: ground.cleanup(),
            payments: payment_webhook::App::new(
                ground.cashier(ground.settings()),
                Some(stripe::SECRET),
                vec!["127.0.0.1/32".parse().expect("a network")],
            ),
        }
    }
}

struct Ground<'w> {
    world: &'w World,
    ahead_ms: i64,
}

/// Tables by their names in the template.
pub fn tables() -> Tables {
    Tables {
        accounts: "AccountsTable".to_owned(),
        ledger: "LedgerTable".to_owned(),
        usage: "UsageTable".to_owned(),
        jobs: "JobsTable".to_owned(),
        requests: "AiRequestsTable".to_owned(),
    }
}

/// The same of payments.
pub fn payment_tables() -> PaymentTables {
    PaymentTables {
        payments: "PaymentsTable".to_owned(),
        accounts: "AccountsTable".to_owned(),
        ledger: "LedgerTable".to_owned(),
    }
}

/// What an operator writes settings with.
pub fn office(db: Db) -> Office {
    Office {
        db,
        settings: "SettingsTable".to_owned(),
        accounts: "AccountsTable".to_owned(),
        audit: "AuditTable".to_owned(),
        check: app::on_sale::inexpressible,
    }
}

impl Ground<'_> {
    fn env(&self) -> Env {
        let seed = self.world.state().dice.u64(..);
        let watch = Watch {
            world: self.world.clone(),
            ahead_ms: self.ahead_ms,
        };
        Env::new(Arc::new(watch), Dice::loaded(seed))
    }

    fn db(&self) -> Db {
        Db::played(Arc::new(self.world.clone()))
    }

    fn queue(&self) -> Queue {
        Queue::played(Arc::new(self.world.clone()))
    }

    /// Every second world has a channel in which videos are kept for those who are not to be reached.
    fn vaults(&self) -> Vec<i64> {
        let seed = self.world.state().seed;
        if seed.is_multiple_of(2) {
            vec![VAULT]
        } else {
            Vec::new()
        }
    }

    fn settings(&self) -> Settings {
        Settings::new(self.db(), "SettingsTable".to_owned())
    }

    fn store(&self) -> Store {
        Store::new(self.db(), tables())
    }

    fn bot() -> telegram::Client {
        telegram::Client::new(http(), TELEGRAM, TOKEN)
    }

    fn desk(&self) -> Desk {
        let settings = self.settings();
        settings.rendered_by(["kie".to_owned()]);
        let cashier = self.cashier(settings.clone());
        let helpdesk = Helpdesk {
            bot: Self::bot(),
            chat: OPERATOR,
            say: Say::in_(Locale::En),
        };
        let duty = Duty {
            office: office(self.db()),
            cashier: app::cashier::Desk {
                cashier: cashier.clone(),
                audit: "AuditTable".to_owned(),
            },
            letters: letters(),
            announcer: Announcer {
                broadcasts: Broadcasts::new(
                    self.db(),
                    BroadcastTables {
                        broadcasts: "BroadcastsTable".to_owned(),
                        accounts: "AccountsTable".to_owned(),
                    },
                ),
                audit: "AuditTable".to_owned(),
                env: self.env(),
            },
        };
        Desk::new(self.store(), settings, self.queue(), self.env())
            .selling(cashier)
            .helped(Some(helpdesk))
            .on_duty(Some(duty))
    }

    fn cashier(&self, settings: Settings) -> Cashier {
        let shop = Shop::new(
            http(),
            yookassa::HOST,
            yookassa::SHOP,
            "live_key_of_the_simulation",
        );
        let account = Account::new(
            http(),
            &format!("{}/v1", stripe::HOST),
            "sk_live_of_the_simulation",
        );
        let rails: Vec<Arc<dyn Taker>> = vec![
            Arc::new(StripeRail::new(account, false)),
            Arc::new(Stars::new(Self::bot())),
            Arc::new(YooKassaRail::new(shop, false)),
        ];
        Cashier {
            payments: Payments::new(self.db(), payment_tables()),
            rails: Rails::new(rails),
            bot: Some(Self::bot()),
            return_url: "https://t.me/neurocards_bot".to_owned(),
            settings,
            env: self.env(),
        }
    }

    fn callback(&self) -> CallbackDesk {
        CallbackDesk {
            jobs: self.store().jobs().clone(),
            queue: self.queue(),
            notes: self.store().notes(),
            env: self.env(),
            address_key: MAC_KEY.into(),
            provider_key: None,
        }
    }

    fn cleanup(&self) -> Cleanup {
        let settings = self.settings();
        Cleanup {
            jobs: Sweeper {
                store: self.store(),
                queue: self.queue(),
                env: self.env(),
            },
            cashier: self.cashier(settings.clone()),
            lookout: Lookout {
                store: self.store(),
                settings,
                kie: None,
                env: self.env(),
            },
            operator: Some(OPERATOR),
        }
    }

    fn workshop(&self) -> Workshop {
        let world = self.world.clone();
        let now: Now = Arc::new(move || world.now());
        let providers = Providers::open(|row| {
            (row.name == "kie").then(|| Access {
                http: http(),
                base: kie::HOST.to_owned(),
                uploads: Some(kie::HOST.to_owned()),
                key: "kie-key-of-the-simulation".to_owned(),
                now: Arc::clone(&now),
            })
        });
        Workshop {
            store: self.store(),
            settings: self.settings(),
            queue: self.queue(),
            telegram: Self::bot(),
            files: providers::files::Files::new(http()).opened_by(providers.passes()),
            providers,
            env: self.env(),
            places: Places {
                callback_base: CALLBACKS.to_owned(),
                callback_key: MAC_KEY.into(),
                vaults: self.vaults(),
            },
            breakers: Mutex::default(),
        }
    }
}
