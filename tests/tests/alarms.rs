//! Every alarm of the template is made to ring once: by the trouble that it is there for, on the stage, through the lines
//! that a function would have written, as the local cloud's metrics see them. What only AWS counts (Lambda, SQS) is told to
//! the metrics in AWS's place; `infra/local/lambda/tests/local/rung.rs` makes each of those alarms ring by what the local cloud
//! counts itself.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "what goes wrong fails the test, which is no Lambda"
)]

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::job::Stage as JobStage;
use domain::time::Millis;
use local_lambda::watch::State;
use local_lambda::{Deployment, Effect, Fault, Service, Stack, Template, Watch};
use played_kie::{Forged, Signature, Trouble};
use serde_json::{Value, json};
use store::rows::account_key;
use table::{Deadline, Write, s};
use tests::stage::{Ask, SECRET_ARN, Stage, WEBHOOK, message};
use tests::tidy::project::text;

const ANNA: i64 = 1001;
/// When everything happens, as the metrics have it: the beginning of an hour.
const AT: u64 = 1_795_251_600_000;

fn stack() -> Stack {
    let deployment = Deployment::default()
        .with("BotSecretArn", SECRET_ARN)
        .with("OperatorChatId", "7")
        .with("LiveStreams", "6")
        // The played provider begins with a million.
        .with("ProviderBalanceLow", "2000000");
    let template = Template::parse(&text("template.yaml").unwrap()).unwrap();
    template.stack(&deployment).unwrap()
}

/// The trouble that an alarm is there for.
async fn trouble(alarm: &str, stack: &Stack, watch: &Watch) {
    match alarm {
        "HighFeatureAccessDenialsAlarm" => want_what_is_locked().await,
        "FeatureGatingErrorsAlarm" => read_no_settings().await,
        "SettingsAgeAlarm" => renew_no_settings().await,
        "BroadcastIdleAlarm" => leave_a_broadcast().await,
        "OldestOpenJobAlarm" => leave_an_order().await,
        "JobSuccessAlarm" => fail_half_of_all(watch).await,
        "ProviderBalanceAlarm" => drop(Stage::new().await.sweep().await),
        "SharedLimitAlarm" => spend_a_shared_limit().await,
        "HeldPaymentsAlarm" => pay_with_test_money().await,
        "ChargedBackPaymentsAlarm" => dispute_a_payment().await,
        "ForgedNoticesAlarm" => forge_notices().await,
        "ReconciliationAlarm" => lose_a_notice().await,
        "QuarantinedUpdatesAlarm" => Box::pin(write_nonsense_into_an_account()).await,
        "OrphanRendersAlarm" => call_back_for_what_is_over().await,
        "DeadDoorbellsAlarm" => fill(stack, watch, "DoorbellDeadLetterQueue", 1.0),
        "OldDoorbellsAlarm" => fill(stack, watch, "DoorbellQueue", 1801.0),
        // Nothing has run.
        "CleanupSilentAlarm" => {}
        other => of_a_function(other, stack, watch),
    }
}

async fn newcomer() -> Stage {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage
}

async fn want_what_is_locked() {
    let stage = newcomer().await;
    stage
        .change_settings(|settings| {
            let row = json!({"name": "HD", "minimum_tier": "pro"});
            settings
                .features
                .insert("hd".to_owned(), serde_json::from_value(row).unwrap());
        })
        .await;
    for asked in 0..100 {
        if asked % 10 == 0 {
            stage.pass(Millis::from_secs(1));
        }
        let said = stage.ask(Ask::post("/features/hd/uses").user(&stage, ANNA)).await;
        assert_eq!(said.status, 403, "{said:?}");
    }
    // What nobody has set up is a word of the caller's, and no dimension.
    let said = stage
        .ask(Ask::post("/features/made-up/uses").user(&stage, ANNA))
        .await;
    assert_eq!(said.status, 404, "{said:?}");
}

fn no_queries(stage: &Stage) -> local_lambda::Armed {
    let down = Fault::new(Service::DynamoDb, Effect::InternalError).operation("Query");
    stage.aws.faults().arm(down.caller(WEBHOOK).always())
}

async fn read_no_settings() {
    let stage = Stage::new().await;
    let armed = no_queries(&stage);
    for _ in 0..5 {
        let cold = stage.cold_settings(WEBHOOK);
        assert!(cold.known(stage.now()).await.is_err());
    }
    armed.disarm();
}

async fn renew_no_settings() {
    let stage = newcomer().await;
    stage
        .change_settings(|settings| settings.rules.wait_max_s = 1700)
        .await;
    stage.pass(Millis::from_secs(5));
    let armed = no_queries(&stage);
    stage.say(ANNA, "/cabinet").await;
    armed.disarm();
}

/// It was started, and nobody goes on with it.
async fn leave_a_broadcast() {
    let stage = newcomer().await;
    let wording = domain::broadcast::Wording {
        texts: [("en".to_owned(), "news".to_owned())].into(),
        ..domain::broadcast::Wording::default()
    };
    let new = app::broadcast::New {
        wording,
        segment: domain::broadcast::Segment::default(),
        per_second: 20,
    };
    stage.start_broadcast(new).await;
    stage.pass(Millis::from_mins(16));
    stage.broadcaster.tell_idle().await.unwrap();
}

async fn leave_an_order() {
    let stage = newcomer().await;
    stage.order(ANNA, "nobody comes").await;
    stage.pass(Millis::from_mins(61));
    stage.sweep().await;
}

/// One that is delivered and one that fails, in each of two half hours; what customers ask for in vain does not count.
async fn fail_half_of_all(watch: &Watch) {
    let stage = Stage::with(|setting| setting.gift(20)).await;
    stage.newcomer(ANNA).await;
    // On a quiet day: there is nothing in the half hours between.
    for at in [AT - 3 * 1_800_000, AT] {
        for prompt in ["a success", "no file #nofile", "not to be made #moderation"] {
            stage.order(ANNA, prompt).await;
            stage.run_until_settled().await;
        }
        if at < AT {
            hear_at(watch, at);
        }
    }
}

async fn spend_a_shared_limit() {
    let stage = newcomer().await;
    stage
        .change_settings(|settings| {
            let row = json!({"max": 1, "period": "day", "shards": 1});
            settings
                .limits
                .insert("all".to_owned(), serde_json::from_value(row).unwrap());
        })
        .await;
    stage.order(ANNA, "the last one").await;
    stage.sweep().await;
}

async fn pay_with_test_money() {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.yookassa.desk().inject(played_rails::Fault::TestMoney, 1);
    stage.pay_in_roubles(ANNA, "pack:starter").await;
}

async fn dispute_a_payment() {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.pay_in_dollars(ANNA, "pack:starter").await;
    let payment = stage.payment().await.id().clone();
    stage.stripe.dispute(&payment.id).unwrap();
    stage.noticed().await;
}

async fn forge_notices() {
    let stage = Stage::new().await;
    for _ in 0..20 {
        let answer = stage.notify("/stripe", "127.0.0.1", &json!({}), "{}").await;
        assert_eq!(answer.status, 400);
    }
}

async fn lose_a_notice() {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.yookassa.desk().inject(played_rails::Fault::Lost, 1);
    stage.pay_in_roubles(ANNA, "pack:starter").await;
    stage.pass(Millis::from_mins(60));
    stage.sweep_on(&json!({"task": "reconcile"})).await;
}

async fn write_nonsense_into_an_account() {
    let stage = newcomer().await;
    let accounts = stage.aws.table_name("AccountsTable").unwrap().to_owned();
    let row = Write::update("row", &accounts, account_key(domain::id::UserId(ANNA)));
    let soon = Deadline::after(Duration::from_secs(5));
    stage
        .db
        .write(row.set("granted", s("nonsense")), soon)
        .await
        .unwrap();
    stage.update(&message(ANNA, "/cabinet", 1)).await;
}

async fn call_back_for_what_is_over() {
    let stage = newcomer().await;
    stage.kie.inject(Trouble::Failed, "", 1);
    let job = stage.order(ANNA, "two lives").await;
    for wanted in [JobStage::Running, JobStage::Queued, JobStage::Running] {
        stage.run_until_stage(&job, wanted).await;
    }
    let first = stage.kie.tasks().remove(0);
    let forged = Forged {
        callback_url: &first.callback_url.unwrap(),
        task_id: &first.id,
        state: played_kie::State::Success,
        result_urls: &["https://example.com/late.mp4"],
        signature: Signature::Right,
    };
    assert_eq!(stage.kie.forge_callback(&forged).await, Some(200));
}

fn fill(stack: &Stack, watch: &Watch, queue: &str, value: f64) {
    for metric in [
        "ApproximateNumberOfMessagesVisible",
        "ApproximateAgeOfOldestMessage",
    ] {
        // It looks at two periods.
        for at in [AT, AT - 300_000] {
            watch.sqs(&stack.queues[queue].name, metric, value, at);
        }
    }
}

/// `WebhookThrottlesAlarm` and its like: what Lambda counts, and lines of level ERROR.
fn of_a_function(alarm: &str, stack: &Stack, watch: &Watch) {
    let functions = [
        ("Webhook", "TelegramWebhookFunction"),
        ("Worker", "VideoWorkerFunction"),
        ("Callback", "ProviderCallbackFunction"),
        ("Cleanup", "CleanupFunction"),
        ("Report", "DailyReportFunction"),
        ("Payment", "PaymentWebhookFunction"),
        ("Api", "FeaturesApiFunction"),
        ("Live", "LiveFunction"),
        ("Alerts", "AlertsFunction"),
        ("Broadcast", "BroadcastFunction"),
    ];
    let (short, id) = functions
        .into_iter()
        .find(|(short, _)| alarm.starts_with(short))
        .unwrap_or_else(|| panic!("{alarm}: no trouble is known that it is for"));
    match &alarm[short.len()..] {
        "ErrorLinesAlarm" => watch.heard(id, &error_line(), AT),
        "ThrottlesAlarm" => {
            for at in [AT, AT - 60_000] {
                watch.lambda(&stack.functions[id].name, "Throttles", 1.0, at);
            }
        }
        kind @ ("FailuresAlarm" | "ErrorsAlarm") => {
            let metric = if kind == "FailuresAlarm" {
                "Url5xxCount"
            } else {
                "Errors"
            };
            for _ in 0..3 {
                watch.lambda(&stack.functions[id].name, metric, 1.0, AT);
            }
        }
        other => panic!("{alarm}: {other} is a trouble that nobody plays"),
    }
}

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A line as the functions write it when something went wrong.
fn error_line() -> String {
    let paper = Paper::default();
    let writer = paper.clone();
    let lines = runtime::telemetry::lines("info", move || writer.clone());
    tracing::subscriber::with_default(lines, || tracing::error!(target: "app", "out of order"));
    let bytes = paper.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

/// What was counted since the last time, as if it had happened at the moment of everything.
fn hear(watch: &Watch) {
    hear_at(watch, AT);
}

fn hear_at(watch: &Watch, at: u64) {
    let mut page = Vec::new();
    runtime::emf::write(&mut page);
    for line in String::from_utf8(page).unwrap().lines() {
        let mut document: Value = serde_json::from_str(line).unwrap();
        document["_aws"]["Timestamp"] = json!(at);
        watch.heard(WEBHOOK, &document.to_string(), at);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_alarm_rings_for_its_trouble_and_only_one_for_silence() {
    let stack = stack();
    runtime::emf::start(&stack.name);
    let quiet = Watch::new(&stack);
    for (alarm, state) in quiet.alarms(AT + 1000) {
        let silence_rings = alarm == "CleanupSilentAlarm";
        assert_eq!(state == State::Alarm, silence_rings, "{alarm} without any news");
    }
    for alarm in stack.alarms.keys() {
        let watch = Watch::new(&stack);
        Box::pin(trouble(alarm, &stack, &watch)).await;
        hear(&watch);
        let seen: Vec<String> = watch
            .latest()
            .iter()
            .map(|(series, point)| format!("{series}={}", point.value))
            .collect();
        let state = watch.alarms(AT + 1000)[alarm];
        assert_eq!(state, State::Alarm, "{alarm}: {seen:?}");
    }
}
