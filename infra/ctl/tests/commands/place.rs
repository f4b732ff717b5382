//! Where the commands are carried out.

use std::path::PathBuf;

use clap::Parser as _;
use ctl::arguments::Bot;
use ctl::target::Target;
use ctl::{Arguments, Error, Report};
use domain::id::UserId;
use domain::money::Credits;
use domain::time::Timestamp;
use local_lambda::{Aws, AwsOptions, Deployment, Service, Template};
use played_rails::PlayedYooKassa;
use played_telegram::PlayedTelegram;
use serde_json::json;
use table::Deadline;
use tokio::net::TcpListener;

pub(crate) const TOKEN: &str = "700000:played-for-the-operators-commands";
pub(crate) const HEADER: &str = "header-secret-of-enough-letters";
const SHOP: &str = "100500";
const YOOKASSA_KEY: &str = "played-yookassa-key-for-the-operators-commands";
/// Whoever has an account from the beginning.
pub(crate) const USER: UserId = UserId(700_001);

/// The template's tables, a secret, a bot, and the note that a local cloud leaves.
pub(crate) struct Place {
    pub(crate) aws: Aws,
    pub(crate) telegram: PlayedTelegram,
    pub(crate) yookassa: PlayedYooKassa,
    directory: tempfile::TempDir,
}

impl Place {
    pub(crate) async fn new() -> Self {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
        let template = Template::read(&root.join("template.yaml")).unwrap();
        let arn = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:bot";
        let yookassa = yookassa().await;
        let deployment = Deployment::default()
            .with("BotSecretArn", arn)
            .with("YooKassaShopId", SHOP)
            .with("YooKassaApiUrl", &yookassa.api_url());
        let stack = template.stack(&deployment).unwrap();
        let secret = json!({"telegram_bot_token": TOKEN, "telegram_webhook_secret": HEADER,
            "yookassa_secret_key": YOOKASSA_KEY})
        .to_string();
        let options = AwsOptions {
            secrets: [(arn.to_owned(), secret)].into(),
            ..AwsOptions::default()
        };
        let aws = Aws::start(&stack, options).await.unwrap();
        let (telegram, telegram_url) = telegram().await;
        let mut outputs = stack.outputs.clone();
        outputs.insert("WebhookUrl".to_owned(), "https://bot.example.com/".to_owned());
        outputs.insert("FeaturesApiUrl".to_owned(), "https://api.example.com/".to_owned());
        outputs.insert("OperatorChatId".to_owned(), "-100999".to_owned());
        outputs.insert("OperatorLanguage".to_owned(), "ru".to_owned());
        let note = json!({
            "outputs": outputs,
            "endpoints": {
                "dynamodb": aws.endpoint(Service::DynamoDb),
                "secretsmanager": aws.endpoint(Service::SecretsManager),
                "sqs": aws.endpoint(Service::Sqs),
            },
            "region": "eu-central-1",
            "secret": arn,
            "telegram": telegram_url,
        });
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("stack.json"), note.to_string()).unwrap();
        Self {
            aws,
            telegram,
            yookassa,
            directory,
        }
    }

    /// Carries a command out, as typed by Anna, unless it says by whom.
    pub(crate) async fn ctl(&self, line: &[&str]) -> Result<Report, Error> {
        self.ctl_as("anna", line).await
    }

    /// The same, as typed by somebody else. What is written on the way stands before the rest of it.
    pub(crate) async fn ctl_as(&self, who: &str, line: &[&str]) -> Result<Report, Error> {
        let mut written = Vec::new();
        let mut report = ctl::run(&self.typed(who, line), &mut written).await?;
        let written = String::from_utf8(written).unwrap();
        assert!(report.goes_on || written.is_empty(), "{written}");
        if report.goes_on {
            report.text = written + &report.text;
            report.json = serde_json::from_str(&report.text).unwrap_or_default();
        }
        Ok(report)
    }

    /// The same, written to somewhere.
    pub(crate) async fn ctl_into(
        &self,
        line: &[&str],
        out: &mut dyn std::io::Write,
    ) -> Result<Report, Error> {
        ctl::run(&self.typed("anna", line), out).await
    }

    fn typed(&self, who: &str, line: &[&str]) -> Arguments {
        let note = format!("--local={}", self.note().display());
        let line: Vec<&str> = ["ctl"]
            .into_iter()
            .chain(line.iter().copied())
            .chain([note.as_str()])
            .collect();
        let named = line.iter().copied().chain(["--who", who]);
        // Commands that change nothing ask for no name, and some for no place.
        let arguments = Arguments::try_parse_from(named)
            .or_else(|_| Arguments::try_parse_from(&line))
            .or_else(|_| Arguments::try_parse_from(&line[..line.len() - 1]));
        arguments.unwrap()
    }

    /// The note that a local cloud leaves.
    pub(crate) fn note(&self) -> PathBuf {
        self.directory.path().join("stack.json")
    }

    /// A file in the test's own directory.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// The tables, for what only the functions write.
    pub(crate) async fn found(&self) -> ctl::target::Place {
        let target = Target {
            local: Some(self.note()),
            ..Target::default()
        };
        target.find().await.unwrap()
    }

    /// What moves money here, as the operator's commands have it.
    pub(crate) async fn desk(&self) -> app::cashier::Desk {
        let bot = Bot {
            secret: None,
            secret_file: None,
            telegram_api_url: None,
            target: Target::default(),
        };
        self.found().await.desk(&bot).await.unwrap()
    }

    /// Opens [`USER`]'s account with two credits.
    pub(crate) async fn open_account(&self) {
        let store = self.found().await.store().unwrap();
        let opened = store.open_account(USER, Credits(2), "ru", Timestamp(1_795_306_667_000), soon());
        assert!(opened.await.unwrap().is_some());
    }
}

async fn telegram() -> (PlayedTelegram, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let telegram = PlayedTelegram::new(played_telegram::Config::new(TOKEN, url.clone())).unwrap();
    let router = telegram.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (telegram, url)
}

async fn yookassa() -> PlayedYooKassa {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut config = played_rails::yookassa::Config::new(url);
    SHOP.clone_into(&mut config.shop_id);
    YOOKASSA_KEY.clone_into(&mut config.secret_key);
    let yookassa = PlayedYooKassa::new(config).unwrap();
    let router = yookassa.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    yookassa
}

pub(crate) fn soon() -> Deadline {
    Deadline::after(std::time::Duration::from_secs(20))
}
