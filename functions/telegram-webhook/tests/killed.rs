//! Lambda may kill a function as soon as it has answered. Every order that was accepted until then is in the log of AI
//! operations all the same: the real binary, killed right after each of its answers.
//!
//! `KILLS=200 cargo test -p telegram-webhook --test killed` does it more often.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "what goes wrong here fails the test, which is no Lambda"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use domain::audit::violations;
use domain::cost::Category;
use domain::time::Timestamp;
use limits_flags::{By, Document, Office};
use local_lambda::{AwsOptions, Deployment, LocalLambda, LocalOptions, Service, Template};
use serde_json::{Value, json};
use store::{Store, Tables};
use table::{Db, Deadline};

const FUNCTION: &str = "TelegramWebhookFunction";
const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:bot";
const WEBHOOK_SECRET: &str = "a-secret-of-the-test-0123";

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// The function alone, in the template's own wiring.
async fn start() -> LocalLambda {
    let deployment = Deployment::default().with("BotSecretArn", SECRET);
    let template = Template::read(&project("template.yaml")).unwrap();
    let mut stack = template.stack(&deployment).unwrap();
    stack.functions.retain(|id, _| id == FUNCTION);
    let secret = json!({
        "telegram_bot_token": "123456:token-of-the-test", "telegram_webhook_secret": WEBHOOK_SECRET,
        "kie_api_key": "kie-key-of-the-test-0123456789", "callback_mac_key": "a-mac-key-of-the-test-0123456789",
        "openai_api_key": "chat-key-of-the-test-0123456789",
    });
    let options = LocalOptions {
        aws: AwsOptions {
            secrets: [(SECRET.to_owned(), secret.to_string())].into(),
            ..AwsOptions::default()
        },
        binaries: BTreeMap::from([(
            "telegram-webhook".to_owned(),
            env!("CARGO_BIN_EXE_telegram-webhook").into(),
        )]),
        log: Arc::new(|_, _| ()),
        dies_after_answer: true,
        schedule_speed: 0,
        ..LocalOptions::default()
    };
    LocalLambda::start(stack, options).await.unwrap()
}

fn db(local: &LocalLambda) -> Db {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new(local.stack().region.clone()))
        .credentials_provider(Credentials::new("Operator", "local", None, None, "test"))
        .endpoint_url(local.aws().endpoint(Service::DynamoDb));
    Db::new(aws_sdk_dynamodb::Client::from_conf(config.build()))
}

/// The operator's own settings.
async fn settle_settings(local: &LocalLambda) {
    let text = std::fs::read_to_string(project("infra/settings.yaml")).unwrap();
    let document: Document = serde_norway::from_str(&text).unwrap();
    let table = |name: &str| local.aws().table_name(name).unwrap().to_owned();
    let office = Office {
        db: db(local),
        settings: table("SettingsTable"),
        accounts: table("AccountsTable"),
        audit: table("AuditTable"),
        check: Office::nothing_else,
    };
    let plan = limits_flags::plan(&office, &document).await.unwrap();
    let by = By::new("a test", "", Timestamp(0)).unwrap();
    let deadline = Deadline::after(Duration::from_secs(10));
    limits_flags::apply(&office, &plan, &by, deadline).await.unwrap();
}

fn store(local: &LocalLambda) -> Store {
    let table = |name: &str| local.aws().table_name(name).unwrap().to_owned();
    let tables = Tables {
        accounts: table("AccountsTable"),
        ledger: table("LedgerTable"),
        usage: table("UsageTable"),
        jobs: table("JobsTable"),
        requests: table("AiRequestsTable"),
    };
    Store::new(db(local), tables)
}

/// Hands an update in, and gives what the bot answers; the process is dead by then.
async fn answered(http: &reqwest::Client, url: &str, update: &Value) -> Value {
    let request = http
        .post(url)
        .header("X-Telegram-Bot-Api-Secret-Token", WEBHOOK_SECRET);
    let answer = request.body(update.to_string()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

/// A customer's words, and the press of a button of the card that comes of them.
async fn order(http: &reqwest::Client, url: &str, user: i64, button: &str) {
    let from = json!({"id": user, "is_bot": false, "first_name": "Anna", "language_code": "en"});
    let chat = json!({"id": user, "type": "private", "first_name": "Anna"});
    let words = json!({"update_id": user * 2, "message": {
        "message_id": 1, "from": from, "chat": chat, "date": 1_795_251_600, "text": "a cat on the moon",
    }});
    let card = answered(http, url, &words).await;
    let rows = card["reply_markup"]["inline_keyboard"].as_array().unwrap();
    let mut buttons = rows.iter().flat_map(|row| row.as_array().unwrap());
    let data = buttons.find_map(|one| {
        one["callback_data"]
            .as_str()
            .filter(|data| data.starts_with(button))
    });
    let press = json!({"update_id": user * 2 + 1, "callback_query": {
        "id": "77", "from": from, "chat_instance": "1", "data": data.unwrap(),
        "message": {"message_id": 2, "chat": chat, "date": 1_795_251_600, "text": "card"},
    }});
    let notice = answered(http, url, &press).await;
    assert_eq!(notice["method"], "editMessageText", "{notice}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_order_that_was_accepted_before_the_answer_is_in_the_log() {
    let kills: i64 = std::env::var("KILLS").map_or(6, |kills| kills.parse().unwrap());
    let local = start().await;
    settle_settings(&local).await;
    let url = local.url(FUNCTION).unwrap().to_owned();
    let http = runtime::clients::http().unwrap();
    for user in 1..=kills {
        // A video, and words for one, in turns.
        order(&http, &url, user, if user % 2 == 0 { "wo:" } else { "go:" }).await;
    }
    let processes = local.stats(FUNCTION).unwrap().cold_starts;
    assert_eq!(i64::try_from(processes).unwrap(), 2 * kills, "each was killed");
    let books = store(&local).read_books().await.unwrap();
    let found: Vec<String> = violations(&books).iter().map(ToString::to_string).collect();
    assert_eq!(found, Vec::<String>::new());
    let lines = books.log.unwrap();
    assert_eq!(
        i64::try_from(books.jobs.len()).unwrap(),
        kills,
        "each was accepted"
    );
    assert_eq!(lines.len(), books.jobs.len(), "each is in the log");
    let words = lines
        .iter()
        .filter(|line| line.category == Category::Text)
        .count();
    println!(
        "{processes} processes killed right after their answers; {} of {kills} orders in the log, {words} of them for words",
        lines.len()
    );
    local.shutdown().await;
}
