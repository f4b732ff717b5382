//! Everything together: the template's stack, the outside world, the settings, the webhook.

use std::sync::Arc;
use std::time::Duration;

use app::texts::{Locale, commands, menu_button};
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use limits_flags::Office;
use local_lambda::{
    AwsOptions, BuildOptions, Deployment, LocalLambda, LocalOptions, Service, Stack, Template,
};
use played_kie::PlayedKie;
use played_studios::Studio;
use played_telegram::PlayedTelegram;
use store::{Store, Tables};
use table::Db;
use telegram::methods::{BotCommand, Method, SetChatMenuButton, SetMyCommands, SetWebhook};
use tokio::task::JoinSet;

use crate::error::{Error, Result};
use crate::options::Options;
use crate::outside::Outside;
use crate::rails::PlayedRails;
use crate::studios::Studios;
use crate::switches::Switches;
use crate::{access, console, secret, settings, switches, traces};

/// The function behind Telegram's webhook.
pub(crate) const WEBHOOK: &str = "TelegramWebhookFunction";
/// The function behind the doorbell queue.
pub(crate) const WORKER: &str = "VideoWorkerFunction";
/// The function that the provider calls.
pub(crate) const CALLBACK: &str = "ProviderCallbackFunction";
/// The function that the rails call.
pub(crate) const PAYMENTS: &str = "PaymentWebhookFunction";
/// The function that cleans up every minute.
pub(crate) const CLEANUP: &str = "CleanupFunction";
/// The function that reports to the operator every morning.
pub(crate) const REPORT: &str = "DailyReportFunction";
/// The function that answers about flags and features.
pub(crate) const API: &str = "FeaturesApiFunction";
/// The queue of doorbells.
pub(crate) const DOORBELLS: &str = "DoorbellQueue";
/// Where doorbells go that failed too often.
pub(crate) const DEAD_DOORBELLS: &str = "DoorbellDeadLetterQueue";

/// How this process is called in the counts, beside the functions.
const OURSELVES: &str = "local-cloud";
/// A call to Telegram that sets something up.
const SET_UP_TIMEOUT: Duration = Duration::from_secs(30);
/// Most processes of one function on this machine.
const PROCESSES_MAX: usize = 8;

/// The running local cloud. Dropping it stops everything that it started, and nothing else; [`Cloud::shutdown`] also
/// waits for the end.
pub struct Cloud {
    local: Arc<LocalLambda>,
    telegram: Option<PlayedTelegram>,
    kie: Option<PlayedKie>,
    studios: Vec<Studio>,
    rails: Option<PlayedRails>,
    store: Store,
    page_url: String,
    kie_url: Option<String>,
    token: String,
    servers: JoinSet<()>,
}

impl Cloud {
    /// Builds the functions and starts everything.
    pub async fn start(options: Options) -> Result<Self> {
        // Someone else may have installed it before: the provider is the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let template = Template::read(&options.workspace.join("template.yaml"))?;
        let outside = Outside::open(&options).await?;
        let stack = stack(&template, &outside, &options)?;
        let binaries = build(&stack, &options).await?;
        let local = LocalOptions {
            aws: AwsOptions {
                storage: options.storage.clone(),
                secrets: [(secret::ARN.to_owned(), secret::text(&options))].into(),
                ..AwsOptions::default()
            },
            binaries,
            log: options.log.clone(),
            processes_max: PROCESSES_MAX,
            environment: options.environment.clone(),
            schedule_speed: options.schedule_speed,
            dies_after_answer: options.dies_after_answer,
            ..LocalOptions::default()
        };
        Self::open(LocalLambda::start(stack, local).await?, outside, &options).await
    }

    /// Builds the functions, and starts nothing.
    pub(crate) async fn build(options: &Options) -> Result<()> {
        let template = Template::read(&options.workspace.join("template.yaml"))?;
        let stack = template.stack(&Deployment::default().with("BotSecretArn", secret::ARN))?;
        build(&stack, options).await.map(drop)
    }

    async fn open(local: LocalLambda, outside: Outside, options: &Options) -> Result<Self> {
        let local = Arc::new(local);
        let db = db(&local);
        let file = options.workspace.join("infra/settings.yaml");
        let office = office(db.clone(), &local)?;
        settings::seed(&office, &file, options).await?;
        access::seed(&db, local.aws().table_name("SettingsTable")?).await?;
        let mut cloud = Self {
            store: Store::new(db, tables(&local)?),
            telegram: outside.telegram.clone(),
            kie: outside.kie.clone(),
            studios: outside.studios.as_ref().map(Studios::played).unwrap_or_default(),
            rails: outside.rails().cloned(),
            page_url: outside.page.url.clone(),
            kie_url: outside.kie_url().map(str::to_owned),
            token: secret::token(options).to_owned(),
            servers: JoinSet::new(),
            local,
        };
        let local = || Arc::downgrade(&cloud.local);
        let switches = Switches::new(local(), cloud.telegram.clone(), cloud.kie.clone());
        let console = console::router(local())
            .merge(traces::router(local()))
            .merge(switches::router(switches, local()));
        outside.serve(console, &mut cloud.servers);
        if cloud.telegram.is_some() {
            cloud.set_webhook().await?;
        }
        if let Some(rails) = &cloud.rails {
            rails.notify(cloud.local.url(PAYMENTS)?);
        }
        Ok(cloud)
    }

    /// Tells the played Telegram where the bot is, as an operator does after a deployment.
    async fn set_webhook(&self) -> Result<()> {
        let webhook = SetWebhook::new(self.local.url(WEBHOOK)?, secret::WEBHOOK_SECRET);
        let client = self.telegram_client(&self.page_url)?;
        call(&client, "the webhook", &webhook).await?;
        let button = SetChatMenuButton::opening(self.mini_app_url()?, menu_button());
        call(&client, "the menu button", &button).await?;
        set_commands(&client).await
    }

    /// Where the Mini App is.
    pub fn mini_app_url(&self) -> Result<String> {
        Ok(format!("{}app/", self.local.url(API)?))
    }

    pub(crate) fn telegram_client(&self, api_url: &str) -> Result<telegram::Client> {
        let http = reqwest::Client::builder()
            .build()
            .map_err(Error::broken("making an HTTP client"))?;
        Ok(telegram::Client::new(http, api_url, &self.token))
    }

    /// The stack: functions, queues, tables, counts, faults.
    pub fn local(&self) -> &LocalLambda {
        &self.local
    }

    /// The played Telegram, unless the real one is used.
    pub fn telegram(&self) -> Option<&PlayedTelegram> {
        self.telegram.as_ref()
    }

    /// The played provider, unless the real one is used.
    pub fn kie(&self) -> Option<&PlayedKie> {
        self.kie.as_ref()
    }

    /// The played studios.
    pub fn studios(&self) -> &[Studio] {
        &self.studios
    }

    /// The played rails, unless the real Telegram is used.
    pub fn rails(&self) -> Option<&PlayedRails> {
        self.rails.as_ref()
    }

    /// The tables with money in them. Reading here does not show in the functions' counts.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// A way of its own to the tables.
    pub(crate) fn db(&self) -> Db {
        db(&self.local)
    }

    /// Where the page is, as `http://127.0.0.1:8787`; the played Bot API stands there too.
    pub fn page_url(&self) -> &str {
        &self.page_url
    }

    /// Where the played provider and chat model are.
    pub fn kie_url(&self) -> Option<&str> {
        self.kie_url.as_deref()
    }

    /// The webhook's address and the secret that it expects in Telegram's header.
    pub fn webhook(&self) -> Result<(&str, &'static str)> {
        Ok((self.local.url(WEBHOOK)?, secret::WEBHOOK_SECRET))
    }

    /// The features API's address, with its closing slash, and a key that it knows.
    pub fn api(&self) -> Result<(&str, String)> {
        Ok((self.local.url(API)?, access::key().text))
    }

    /// Stops everything, and waits until every process has ended.
    pub async fn shutdown(mut self) {
        self.servers.shutdown().await;
        // A request to the console may hold it a moment longer; then its drop ends the processes.
        if let Some(local) = Arc::into_inner(self.local) {
            local.shutdown().await;
        }
    }
}

impl std::fmt::Debug for Cloud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cloud")
            .field("page_url", &self.page_url)
            .finish_non_exhaustive()
    }
}

/// Fills the bot's menu, in every language.
pub(crate) async fn set_commands(client: &telegram::Client) -> Result<()> {
    for (locale, language) in [(Locale::En, None), (Locale::Ru, Some("ru"))] {
        let command = |(command, description): (&str, String)| BotCommand {
            command: command.to_owned(),
            description,
        };
        let menu = SetMyCommands {
            commands: commands(locale).map(command).to_vec(),
            language_code: language.map(str::to_owned),
            scope: None,
        };
        call(client, "the menu of commands", &menu).await?;
    }
    Ok(())
}

async fn call<M: Method>(client: &telegram::Client, doing: &'static str, method: &M) -> Result<()> {
    let answer = client.call(method, SET_UP_TIMEOUT).await;
    answer.map(drop).map_err(|error| Error::Telegram {
        doing,
        why: error.to_string(),
    })
}

fn stack(template: &Template, outside: &Outside, options: &Options) -> Result<Stack> {
    let mut deployment = Deployment::default().with("BotSecretArn", secret::ARN);
    for (name, value) in &outside.parameters {
        deployment = deployment.with(name, value);
    }
    let mut stack = template.stack(&deployment)?;
    if let (Some(seconds), Some(queue)) = (options.doorbell_visibility_s, stack.queues.get_mut(DOORBELLS)) {
        queue.visibility_timeout_s = seconds;
    }
    Ok(stack)
}

async fn build(
    stack: &Stack,
    options: &Options,
) -> Result<std::collections::BTreeMap<String, std::path::PathBuf>> {
    if let Some(binaries) = &options.binaries {
        return Ok(binaries.clone());
    }
    let names = stack.functions.values().map(|function| function.binary.as_str());
    let with = BuildOptions {
        workspace: options.workspace.clone(),
        profile: options.profile.clone(),
        beside: Some(env!("CARGO_PKG_NAME").to_owned()),
    };
    Ok(local_lambda::build(names, &with).await?)
}

fn db(local: &LocalLambda) -> Db {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new(local.stack().region.clone()))
        .credentials_provider(Credentials::new(OURSELVES, "local", None, None, OURSELVES))
        .endpoint_url(local.aws().endpoint(Service::DynamoDb));
    Db::new(aws_sdk_dynamodb::Client::from_conf(config.build()))
}

fn office(db: Db, local: &LocalLambda) -> Result<Office> {
    let table = |resource: &str| local.aws().table_name(resource).map(str::to_owned);
    Ok(Office {
        db,
        settings: table("SettingsTable")?,
        accounts: table("AccountsTable")?,
        audit: table("AuditTable")?,
        check: Office::nothing_else,
    })
}

fn tables(local: &LocalLambda) -> Result<Tables> {
    let table = |logical: &str| local.aws().table_name(logical).map(str::to_owned);
    Ok(Tables {
        accounts: table("AccountsTable")?,
        ledger: table("LedgerTable")?,
        usage: table("UsageTable")?,
        jobs: table("JobsTable")?,
        requests: table("AiRequestsTable")?,
    })
}
