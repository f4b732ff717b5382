//! The warm path: processor time of the webhook for an update of each kind, with what it asks for, beside the same commands
//! written with aiogram 3 and aioboto3, on the same local cloud in the same run.

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use local_cloud::Cloud;
use local_lambda::{Counts, Outcome, Service};
use serde_json::Value;

use crate::error::{Doing as _, Error, Result};
use crate::figures::{median, micros, number, ratio, table};
use crate::{cpu, events, http, stage};

const WEBHOOK: &str = "TelegramWebhookFunction";
/// Updates that nobody counts: the first ones open connections and fill caches.
const BEFORE: u64 = 20;
/// The users of the two bots.
const OURS: u64 = 600_000;
const THEIRS: u64 = 700_000;

/// What an update is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    FirstStart,
    Start,
    Cabinet,
    Draft,
    Confirm,
}

impl Kind {
    const ALL: [Self; 5] = [
        Self::FirstStart,
        Self::Start,
        Self::Cabinet,
        Self::Draft,
        Self::Confirm,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::FirstStart => "/start, newcomer",
            Self::Start => "/start",
            Self::Cabinet => "/cabinet",
            Self::Draft => "words → draft",
            Self::Confirm => "confirm",
        }
    }
}

/// What updates of one kind took.
#[derive(Debug, Default)]
struct Kinds(BTreeMap<Kind, Cost>);

#[derive(Debug, Default)]
struct Cost {
    cpu: Vec<Duration>,
    dynamodb: u64,
    sqs: u64,
    telegram: u64,
}

/// So many updates of each kind, to both bots by turns.
pub(crate) async fn run(
    workspace: &Path,
    binaries: &BTreeMap<String, PathBuf>,
    updates: u64,
    python: Option<&Path>,
) -> Result<String> {
    let (cloud, _) = stage::start(workspace, binaries, 600_000).await?;
    let binary = binaries
        .get("telegram-webhook")
        .ok_or_else(|| Error("no webhook".to_owned()))?;
    let mut theirs = match python {
        Some(python) => Some(Theirs::start(&cloud, workspace, python).await?),
        None => None,
    };
    let (mut ours, mut beside) = (Kinds::default(), Kinds::default());
    for number in 0..(BEFORE + updates) {
        let is_counted = number >= BEFORE;
        let mut data = None;
        for (step, kind) in (0..).zip(Kind::ALL) {
            let id = number * 10 + step;
            let update = update(id, OURS + number, kind, data.as_deref().unwrap_or_default());
            let before = Before::now(&cloud, || cpu::time_of_children(binary));
            let answer = ask(&cloud, &update).await?;
            if kind == Kind::Draft {
                data = events::button(&answer, "go:");
                if data.is_none() {
                    return Err(Error(format!("no draft, but {answer}")));
                }
            }
            let used = cpu::time_of_children(binary);
            if is_counted {
                before.add(&cloud, WEBHOOK, used, ours.0.entry(kind).or_default());
            }
            if let Some(theirs) = &mut theirs {
                let update = self::update(id, THEIRS + number, kind, "go:1");
                let before = Before::now(&cloud, || theirs.used());
                theirs.ask(&cloud, &update).await?;
                let used = theirs.used();
                if is_counted {
                    before.add(&cloud, "aiogram", used, beside.0.entry(kind).or_default());
                }
            }
        }
    }
    drop(theirs);
    cloud.shutdown().await;
    Ok(report(&ours, &beside, updates))
}

fn update(id: u64, user: u64, kind: Kind, data: &str) -> Value {
    match kind {
        Kind::FirstStart | Kind::Start => events::message(id, user, "/start"),
        Kind::Cabinet => events::message(id, user, "/cabinet"),
        Kind::Draft => events::message(id, user, "Корги в очках едет на самокате по набережной, закат"),
        Kind::Confirm => events::press(id, user, data),
    }
}

async fn ask(cloud: &Cloud, update: &Value) -> Result<Value> {
    let (_, secret) = cloud.webhook()?;
    let outcome = cloud
        .local()
        .invoke(WEBHOOK, &events::update(secret, update))
        .await?;
    let Outcome::Answered(answer) = outcome else {
        return Err(Error(format!("the webhook failed: {outcome:?}")));
    };
    let answer: Value = serde_json::from_slice(&answer).doing("reading the webhook's answer")?;
    if answer["statusCode"] != 200 {
        return Err(Error(format!("the webhook answers {answer}")));
    }
    Ok(serde_json::from_str(answer["body"].as_str().unwrap_or_default()).unwrap_or_default())
}

struct Before {
    used: Duration,
    counts: Counts,
    telegram: usize,
}

impl Before {
    fn now(cloud: &Cloud, used: impl Fn() -> Duration) -> Self {
        Self {
            counts: cloud.local().aws().counts(),
            telegram: calls(cloud),
            used: used(),
        }
    }

    fn add(self, cloud: &Cloud, caller: &str, used: Duration, cost: &mut Cost) {
        let added = cloud.local().aws().counts().since(&self.counts);
        cost.cpu.push(used.saturating_sub(self.used));
        cost.dynamodb += added.of(Service::DynamoDb, caller).requests;
        cost.sqs += added.of(Service::Sqs, caller).requests;
        let asked = calls(cloud).saturating_sub(self.telegram);
        cost.telegram += u64::try_from(asked).unwrap_or_default();
    }
}

fn calls(cloud: &Cloud) -> usize {
    cloud
        .telegram()
        .map(played_telegram::PlayedTelegram::requests)
        .unwrap_or_default()
}

/// The bot that is written with aiogram.
struct Theirs {
    process: Child,
    address: String,
}

impl Theirs {
    async fn start(cloud: &Cloud, workspace: &Path, python: &Path) -> Result<Self> {
        let port = std::net::TcpListener::bind(("127.0.0.1", 0))
            .and_then(|listener| listener.local_addr())
            .doing("finding a port")?
            .port();
        let telegram = cloud
            .telegram()
            .ok_or_else(|| Error("Telegram is not played".to_owned()))?;
        let aws = cloud.local().aws();
        let process = Command::new(python)
            .arg(workspace.join("tests/bench/aiogram/bot.py"))
            .arg(port.to_string())
            .env("AWS_ENDPOINT_URL_DYNAMODB", aws.endpoint(Service::DynamoDb))
            .env("AWS_ENDPOINT_URL_SQS", aws.endpoint(Service::Sqs))
            .env("TELEGRAM_API_URL", cloud.page_url())
            .env("TELEGRAM_TOKEN", telegram.token())
            .spawn()
            .doing("starting Python")?;
        let theirs = Self {
            process,
            address: format!("127.0.0.1:{port}"),
        };
        for _ in 0..600 {
            if TcpStream::connect(&theirs.address).is_ok() {
                return Ok(theirs);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(Error(
            "the bot that is written with aiogram does not start".to_owned(),
        ))
    }

    fn used(&self) -> Duration {
        cpu::time_of(self.process.id()).unwrap_or_default()
    }

    /// The played Telegram knows whoever it is to write to, and what it is to change.
    async fn ask(&self, cloud: &Cloud, update: &Value) -> Result<()> {
        let mut update = update.clone();
        if let Some(telegram) = cloud.telegram() {
            let message = if update["message"].is_object() {
                "/message"
            } else {
                "/callback_query/message"
            };
            let user = update
                .pointer(&format!("{message}/chat/id"))
                .and_then(Value::as_i64)
                .unwrap_or_default();
            if telegram.chat(user).is_empty() {
                telegram.create_user(user, "Anna", Some("ru"));
                // What a person writes goes to our webhook, too; it is answered before anything is measured.
                let _ = telegram.say(user, "/help");
                let patience = Duration::from_secs(20);
                let _ = telegram
                    .wait_for(user, patience, |chat| (chat.len() > 1).then_some(()))
                    .await;
            }
            let last = telegram
                .chat(user)
                .iter()
                .rev()
                .find(|it| it.from_bot)
                .map(|it| it.message_id);
            if let (Some(last), Some(at)) = (last, update.pointer_mut("/callback_query/message/message_id")) {
                *at = Value::from(last);
            }
        }
        http::post(&self.address, &update.to_string())
    }
}

impl Drop for Theirs {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn report(ours: &Kinds, beside: &Kinds, updates: u64) -> String {
    let head = [
        "update",
        "CPU µs",
        "DynamoDB",
        "SQS",
        "Telegram",
        "aiogram CPU µs",
        "DynamoDB",
        "SQS",
        "Telegram",
        "ours is a",
    ];
    let each = |count: u64| format!("{:.1}", number(count) / number(updates));
    let rows = ours.0.iter().map(|(kind, cost)| {
        let cpu = median(&cost.cpu);
        let mut row = vec![kind.name().to_owned(), micros(cpu)];
        row.extend([cost.dynamodb, cost.sqs, cost.telegram].map(each));
        match beside.0.get(kind) {
            Some(other) => {
                row.push(micros(median(&other.cpu)));
                row.extend([other.dynamodb, other.sqs, other.telegram].map(each));
                row.push(format!("{:.1}th", ratio(median(&other.cpu), cpu)));
            }
            None => row.extend(["–"; 5].map(str::to_owned)),
        }
        row
    });
    table(&head, &rows.collect::<Vec<_>>())
}
