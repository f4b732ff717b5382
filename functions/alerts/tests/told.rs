//! What the operator's chat is told of errors: under a clock that the test turns, and by the real binary in a storm.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "what goes wrong here fails the test, which is no Lambda"
)]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use alerts::row::Alerts;
use app::texts::{Locale, Say};
use app::{Dice, Env, Fixed};
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::time::{Millis, Timestamp};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::future::join_all;
use lambda_runtime::{Context, LambdaEvent};
use local_lambda::{
    Aws, AwsOptions, Deployment, LocalLambda, LocalOptions, Outcome, Service, Stack, Template,
};
use played_telegram::{ApiError, ChatMessage, Fault, Happens, PlayedTelegram};
use serde_json::{Value, json};
use table::Db;
use tokio::net::TcpListener;

const FUNCTION: &str = "AlertsFunction";
const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:bot";
const TOKEN: &str = "123456:token-of-the-operators-alerts";
const CHAT: i64 = -1_001_000_000_007;
const NOON: Timestamp = Timestamp(1_795_251_600_000);

fn stack(telegram: &str) -> Stack {
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    let deployment = Deployment::default()
        .with("BotSecretArn", SECRET)
        .with("OperatorChatId", &CHAT.to_string())
        .with("TelegramApiUrl", telegram);
    Template::read(&template).unwrap().stack(&deployment).unwrap()
}

async fn telegram() -> (PlayedTelegram, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let telegram = PlayedTelegram::new(played_telegram::Config::new(TOKEN, &url).quick()).unwrap();
    telegram.create_channel(CHAT, "Operators", true);
    let router = telegram.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (telegram, url)
}

/// So many errors of each of these kinds, as CloudWatch Logs brings them.
fn errors(kinds: &[&str], times: usize) -> Value {
    let line = |event: &&str| {
        let line = json!({"level": "ERROR", "event": event, "message": "out of <order>", "provider": "kie",
            "job": "x3f0c5d1e9a7b2468-abcdefgh23456789", "error": "what nobody is to be told"});
        json!({"id": "1", "timestamp": NOON.0, "message": line.to_string()})
    };
    let lines: Vec<Value> = (0..times).flat_map(|_| kinds.iter().map(line)).collect();
    let batch = json!({"messageType": "DATA_MESSAGE", "logGroup": "neurocards-VideoWorkerLogs-1A", "logEvents": lines});
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(batch.to_string().as_bytes()).unwrap();
    json!({"awslogs": {"data": STANDARD.encode(gzip.finish().unwrap())}})
}

/// The function's binary, with everything around it but the other functions.
async fn real(telegram: &str) -> LocalLambda {
    let mut stack = stack(telegram);
    stack.functions.retain(|id, _| id == FUNCTION);
    let secret = json!({"telegram_bot_token": TOKEN, "callback_mac_key": "a-mac-key-of-the-test-0123456789"});
    let options = LocalOptions {
        aws: AwsOptions {
            secrets: [(SECRET.to_owned(), secret.to_string())].into(),
            ..AwsOptions::default()
        },
        binaries: BTreeMap::from([("alerts".to_owned(), env!("CARGO_BIN_EXE_alerts").into())]),
        schedule_speed: 0,
        processes_max: 4,
        ..LocalOptions::default()
    };
    LocalLambda::start(stack, options).await.unwrap()
}

/// The function, under a clock that stands.
struct Desk {
    app: alerts::App,
    clock: Arc<Fixed>,
    telegram: PlayedTelegram,
    aws: Aws,
    url: String,
}

impl Desk {
    async fn new() -> Self {
        let (telegram, url) = telegram().await;
        let aws = Aws::start(&stack(&url), AwsOptions::default()).await.unwrap();
        let clock = Fixed::at(NOON);
        Self {
            app: app(&aws, &url, &clock),
            clock,
            telegram,
            aws,
            url,
        }
    }

    /// Another process begins where this one was.
    fn restart(&mut self) {
        self.app = app(&self.aws, &self.url, &self.clock);
    }

    async fn run(&self, event: Value) {
        let end = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + Duration::from_secs(50);
        let mut context = Context::default();
        context.deadline = u64::try_from(end.as_millis()).unwrap();
        alerts::handle(&self.app, LambdaEvent::new(event, context))
            .await
            .unwrap();
    }

    /// Seconds pass, and the schedule fires.
    async fn later(&self, seconds: i64) {
        self.clock.pass(Millis::from_secs(seconds));
        self.run(json!({"source": "aws.events"})).await;
    }

    fn chat(&self) -> Vec<ChatMessage> {
        self.telegram.chat(CHAT)
    }

    fn texts(&self) -> Vec<String> {
        self.chat()
            .iter()
            .map(|message| message.text().to_owned())
            .collect()
    }
}

fn app(aws: &Aws, url: &str, clock: &Arc<Fixed>) -> alerts::App {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new(FUNCTION, "local", None, None, "test"))
        .endpoint_url(aws.endpoint(Service::DynamoDb));
    let db = Db::new(aws_sdk_dynamodb::Client::from_conf(config.build()));
    alerts::App {
        alerts: Alerts::new(db, aws.table_name("AlertsTable").unwrap().to_owned()),
        bot: telegram::Client::new(runtime::clients::http().unwrap(), url, TOKEN),
        operator: Some(CHAT),
        say: Say::in_(Locale::En),
        stack: "neurocards".to_owned(),
        env: Env::new(clock.clone(), Dice::loaded(7)),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_of_a_kind_are_one_message_that_is_counted_on() {
    let mut desk = Desk::new().await;
    desk.run(errors(&["vault_refused", "row_unread"], 3)).await;
    let texts = desk.texts();
    assert_eq!(texts.len(), 2);
    for said in [
        "VideoWorker: vault_refused",
        "out of <order>",
        "Times: 3,",
        "With: kie",
        "x3f0c5d1e9a7b2468-",
    ] {
        assert!(texts[0].contains(said), "{said}: {}", texts[0]);
    }
    assert!(!texts.concat().contains("what nobody is to be told"));
    desk.run(errors(&["vault_refused"], 4)).await;
    assert!(desk.texts()[0].contains("Times: 3,"), "not twice in a minute");
    desk.restart();
    desk.later(60).await;
    assert!(desk.texts()[0].contains("Times: 7,"), "{:?}", desk.texts());
    assert_eq!(desk.texts().len(), 2);
    let requests = desk.telegram.requests();
    desk.later(60).await;
    assert_eq!(desk.telegram.requests(), requests, "there is nothing new");
}

/// An alarm as EventBridge tells of it.
fn alarm(name: &str, before: &str, now: &str, seconds: i64) -> Value {
    let mut event: Value = serde_json::from_str(include_str!("../events/alarm.json")).unwrap();
    event["time"] = json!(NOON.after(Millis::from_secs(seconds)).rfc3339().unwrap());
    event["detail"]["alarmName"] = json!(format!("neurocards-{name}-1A"));
    event["detail"]["previousState"]["value"] = json!(before);
    event["detail"]["state"]["value"] = json!(now);
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_is_a_message_that_says_when_it_is_over() {
    let mut desk = Desk::new().await;
    desk.run(alarm("OldDoorbellsAlarm", "INSUFFICIENT_DATA", "OK", 0))
        .await;
    desk.run(alarm("AlertsErrorLinesAlarm", "OK", "ALARM", 0)).await;
    assert_eq!(desk.texts(), Vec::<String>::new(), "no news, and its own");
    desk.run(alarm("DeadDoorbellsAlarm", "OK", "ALARM", 0)).await;
    let texts = desk.texts();
    assert_eq!(texts.len(), 1, "{texts:?}");
    for said in [
        "Alarm DeadDoorbells",
        "Doorbells failed again",
        "Changes: 1,",
        "infra/README.md#alarms, row DeadDoorbells",
    ] {
        assert!(texts[0].contains(said), "{said}: {}", texts[0]);
    }
    desk.restart();
    desk.clock.pass(Millis::from_secs(60));
    desk.run(alarm("DeadDoorbellsAlarm", "ALARM", "OK", 60)).await;
    let texts = desk.texts();
    assert_eq!(texts.len(), 1);
    assert!(texts[0].contains("Alarm DeadDoorbells is over"), "{}", texts[0]);
    assert!(texts[0].contains("Changes: 2,"), "{}", texts[0]);
    // In Russian, too.
    desk.app.say = Say::in_(Locale::Ru);
    desk.clock.pass(Millis::from_mins(60));
    desk.run(alarm("DeadDoorbellsAlarm", "OK", "ALARM", 3_660)).await;
    assert!(
        desk.texts()[1].contains("Тревога DeadDoorbells\n"),
        "{:?}",
        desk.texts()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_that_rings_reaches_the_chat_by_the_templates_own_rule() {
    let (telegram, url) = telegram().await;
    let local = real(&url).await;
    local.aws().send("DoorbellDeadLetterQueue", "x").await.unwrap();
    let end = Instant::now() + Duration::from_secs(30);
    while telegram.chat(CHAT).is_empty() {
        assert!(Instant::now() < end, "nobody was told");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let texts: Vec<String> = telegram
        .chat(CHAT)
        .iter()
        .map(|message| message.text().to_owned())
        .collect();
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(texts[0].contains("DeadDoorbells"), "{texts:?}");
    local.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_makes_two_messages_at_most() {
    let desk = Desk::new().await;
    desk.telegram
        .fault(Fault::next("sendMessage", Happens::CutAfter).times(9));
    desk.run(errors(&["vault_refused"], 1)).await;
    for _ in 0..10 {
        desk.later(60).await;
    }
    assert_eq!(desk.texts().len(), 2);
    desk.telegram.clear_faults();
    desk.run(errors(&["row_unread"], 1)).await;
    assert_eq!(desk.texts().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_telegram_puts_off_is_told_later_and_what_the_operator_deletes_stays_deleted() {
    let desk = Desk::new().await;
    let busy = Happens::Refused(ApiError::too_many(30));
    desk.telegram.fault(Fault::next("sendMessage", busy));
    desk.run(errors(&["vault_refused"], 1)).await;
    desk.later(29).await;
    assert_eq!(desk.texts().len(), 0);
    desk.later(1).await;
    assert_eq!(desk.texts().len(), 1);
    let gone = Happens::Refused(ApiError::bad_request("message to edit not found"));
    desk.telegram.fault(Fault::next("editMessageText", gone));
    desk.run(errors(&["vault_refused"], 1)).await;
    desk.later(60).await;
    assert_eq!(desk.telegram.faults_left(), 0);
    desk.run(errors(&["vault_refused"], 1)).await;
    desk.later(60).await;
    assert_eq!(desk.texts().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn kinds_beyond_what_one_reads_share_a_message() {
    let desk = Desk::new().await;
    let names: Vec<String> = (0..25).map(|number| format!("e{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    desk.run(errors(&names, 2)).await;
    desk.later(1).await;
    let texts = desk.texts();
    assert_eq!(texts.len(), 11, "{texts:?}");
    assert!(texts[10].contains("more kinds of errors: 15"), "{texts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_ten_thousand_errors_is_three_messages_of_the_real_function() {
    let (telegram, url) = telegram().await;
    let local = real(&url).await;
    let event = errors(&["vault_refused", "row_unread", "job_stuck", "vault_refused"], 50);
    // What fails Lambda brings again, twice; a batch that went in is answered.
    let brought = (0..50).map(async |_| {
        for _ in 0..3 {
            if let Outcome::Answered(_) = local.invoke(FUNCTION, &event).await.unwrap() {
                return true;
            }
        }
        false
    });
    let brought = join_all(brought).await;
    assert!(brought.iter().all(|in_time| *in_time), "{brought:?}");
    assert_eq!(telegram.chat(CHAT).len(), 3);
    let rows = local.aws().items("AlertsTable").unwrap();
    let groups = rows[0]["groups"]["L"].as_array().unwrap();
    let counted: u64 = groups
        .iter()
        .map(|group| group["M"]["count"]["N"].as_str().unwrap().parse::<u64>().unwrap())
        .sum();
    assert_eq!(counted, 10_000);
    local.shutdown().await;
}

#[test]
fn every_functions_errors_are_brought_and_none_of_its_own() {
    let stack = stack("http://127.0.0.1:9");
    let alerts = &stack.functions[FUNCTION];
    let heard: Vec<&str> = alerts
        .logs
        .iter()
        .map(|source| source.log_group.as_str())
        .collect();
    for (id, function) in &stack.functions {
        let group = function.log_group.as_deref().unwrap();
        assert_eq!(heard.contains(&group), id != FUNCTION, "{id}");
    }
    assert!(
        alerts
            .logs
            .iter()
            .all(|source| (source.field.as_str(), source.value.as_str()) == ("level", "ERROR"))
    );
}
