//! What money goes through, with the keys of a deployment.

use app::cashier::{Cashier, Desk};
use app::rails::Rails;
use limits_flags::Settings;
use runtime::Secrets;
use runtime::money::Money;

use super::Place;
use crate::Error;
use crate::arguments::Bot;

/// Where Telegram is, unless somebody says otherwise.
const TELEGRAM: &str = "https://api.telegram.org";

impl Place {
    /// The Bot API server: as said, or the deployment's.
    pub(crate) fn telegram<'a>(&'a self, bot: &'a Bot) -> &'a str {
        let local = self.local().map(|local| local.telegram.as_str());
        let said = bot.telegram_api_url.as_deref().or(local);
        said.or_else(|| self.outputs.get("TelegramApiUrl"))
            .unwrap_or(TELEGRAM)
    }

    /// The secret: from a file, or from Secrets Manager by the name that was said, or the deployment's.
    pub(crate) async fn secrets(&self, bot: &Bot) -> Result<Secrets, Error> {
        if let Some(path) = &bot.secret_file {
            let text = std::fs::read_to_string(path).map_err(|source| Error::File {
                path: path.clone(),
                source,
            })?;
            return Secrets::parse(&text, &path.display().to_string()).map_err(Error::unusable);
        }
        let local = self.local().map(|local| local.secret.as_str());
        let said = bot.secret.as_deref().or(local);
        let name = said.or_else(|| self.outputs.get("BotSecretArn")).ok_or_else(|| {
            Error::Usage("which bot? say --secret NAME (in Secrets Manager) or --secret-file FILE".to_owned())
        })?;
        let manager = self.secrets_manager();
        let answer = manager.get_secret_value().secret_id(name).send().await;
        let answer = answer.map_err(|error| Error::Secret(Box::new(error)))?;
        Secrets::parse(answer.secret_string().unwrap_or_default(), name).map_err(Error::unusable)
    }

    /// Where an operator's changes of payments go through, with the rails that the secret has keys for.
    pub async fn desk(&self, bot: &Bot) -> Result<Desk, Error> {
        let secrets = self.secrets(bot).await?;
        let settings = Settings::new(self.db(), self.output("SettingsTable")?.to_owned());
        let money = Money {
            tables: self.payment_tables()?,
            telegram_url: self.telegram(bot).to_owned(),
            yookassa_url: self.stated("YooKassaApiUrl")?,
            // A deployment that sells nothing there has no shop to state.
            shop: self.outputs.get("YooKassaShopId").unwrap_or_default().to_owned(),
            stripe_url: self.stated("StripeApiUrl")?,
            takes_test: self.stated("TakesTestMoney")? == "true",
            return_url: self.stated("ReturnUrl")?,
            settings: self.output("SettingsTable")?.to_owned(),
        };
        let cashier = money.cashier_over(self.db(), &secrets, settings, runtime::env());
        Ok(Desk {
            cashier: cashier.map_err(Error::unusable)?,
            audit: self.output("AuditTable")?.to_owned(),
        })
    }

    /// The same for who only looks into the tables: nobody is asked, and no secret is read.
    pub fn desk_without_keys(&self) -> Result<Desk, Error> {
        let cashier = Cashier {
            payments: self.payments()?,
            rails: Rails::default(),
            bot: None,
            return_url: String::new(),
            settings: Settings::new(self.db(), self.output("SettingsTable")?.to_owned()),
            env: runtime::env(),
        };
        Ok(Desk {
            cashier,
            audit: self.output("AuditTable")?.to_owned(),
        })
    }

    /// An output for which there is no flag.
    fn stated(&self, name: &str) -> Result<String, Error> {
        let stated = self.outputs.get(name).map(str::to_owned);
        stated.ok_or_else(|| {
            Error::Usage(format!(
                "no {name} is known: say --stack NAME, --outputs FILE or --local, of a stack of this version"
            ))
        })
    }
}
