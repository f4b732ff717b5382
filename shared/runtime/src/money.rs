//! The cashier, put together from configuration and secrets. A rail without keys is not there.

use std::sync::Arc;

use app::Env;
use app::cashier::Cashier;
use app::rails::{Rails, Stars, StripeRail, Taker, YooKassaRail};
use limits_flags::Settings;
use payments::stripe::Account;
use payments::yookassa::Shop;
use store::{PaymentTables, Payments};
use table::Db;

use crate::{Aws, Config, Error, Secrets, clients};

/// Where money goes through, as the environment says.
#[derive(Clone, Debug)]
pub struct Money {
    /// Purchases, payments, and the accounts behind them.
    pub tables: PaymentTables,
    /// The Bot API server.
    pub telegram_url: String,
    /// `YooKassa`'s API.
    pub yookassa_url: String,
    /// Our shop's number there; empty where nothing is sold through it.
    pub shop: String,
    /// Stripe's API.
    pub stripe_url: String,
    /// Whether money that is none buys anything.
    pub takes_test: bool,
    /// Where rails send a customer afterwards.
    pub return_url: String,
    /// The settings' table.
    pub settings: String,
}

impl Config {
    /// Where money goes through.
    pub fn money(&self) -> Result<Money, Error> {
        let text = |name: &str| self.get(name).map(str::to_owned);
        Ok(Money {
            tables: PaymentTables {
                payments: text("PAYMENTS_TABLE")?,
                accounts: text("ACCOUNTS_TABLE")?,
                ledger: text("LEDGER_TABLE")?,
            },
            telegram_url: text("TELEGRAM_API_URL")?,
            yookassa_url: text("YOOKASSA_API_URL")?,
            shop: text("YOOKASSA_SHOP_ID")?,
            stripe_url: text("STRIPE_API_URL")?,
            takes_test: self.get("TAKES_TEST_MONEY")? == "true",
            return_url: text("RETURN_URL")?,
            settings: text("SETTINGS_TABLE")?,
        })
    }
}

impl Money {
    /// What takes money, with the rails that this deployment has keys for, and settings of its own.
    pub fn cashier(self, aws: &Aws, secrets: &Secrets, env: Env) -> Result<Cashier, Error> {
        let settings = Settings::new(aws.db(), self.settings.clone());
        self.cashier_with(aws, secrets, settings, env)
    }

    /// The same, with settings that others keep, too.
    pub fn cashier_with(
        self,
        aws: &Aws,
        secrets: &Secrets,
        settings: Settings,
        env: Env,
    ) -> Result<Cashier, Error> {
        self.cashier_over(aws.db(), secrets, settings, env)
    }

    /// The same over tables that were found in another way than a Lambda finds them.
    pub fn cashier_over(
        self,
        db: Db,
        secrets: &Secrets,
        settings: Settings,
        env: Env,
    ) -> Result<Cashier, Error> {
        // One client, for each takes its time at a cold start. What moves money is written to a connection of its own: one
        // that died in the freeze would leave it unknown.
        let http = clients::http_without_pool()?;
        let token = secrets.telegram_bot_token()?;
        let bot = telegram::Client::new(http.clone(), &self.telegram_url, token);
        Ok(Cashier {
            payments: Payments::new(db, self.tables.clone()),
            rails: self.rails(http, secrets, &bot),
            bot: Some(bot),
            return_url: self.return_url,
            settings,
            env,
        })
    }

    fn rails(&self, http: reqwest::Client, secrets: &Secrets, bot: &telegram::Client) -> Rails {
        let mut takers: Vec<Arc<dyn Taker>> = vec![Arc::new(Stars::new(bot.clone()))];
        if let Some(key) = secrets.yookassa_secret_key().filter(|_| !self.shop.is_empty()) {
            let shop = Shop::new(http.clone(), &self.yookassa_url, &self.shop, key);
            takers.push(Arc::new(YooKassaRail::new(shop, self.takes_test)));
        }
        if let Some(key) = secrets.stripe_secret_key() {
            let account = Account::new(http, &self.stripe_url, key);
            takers.push(Arc::new(StripeRail::new(account, self.takes_test)));
        }
        Rails::new(takers)
    }
}
