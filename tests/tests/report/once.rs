//! A report is sent once: repeated, at the same moment, and after everything that may break off between two messages.

use std::time::Duration;

use domain::time::{Millis, Timestamp};
use local_lambda::{Effect, Fault as Down, Service};
use played_telegram::{ApiError, Fault, Happens, Parameters};
use serde_json::json;
use store::Tallied;
use table::Deadline;
use tests::stage::{OPERATOR, REPORT, Stage};

use crate::ANNA;

/// Sunday, 22 November 2026, nine in the morning in Moscow: the 21st is over.
const MORNING: &str = "2026-11-22T06:00:00Z";

/// A day with one video, and the morning after it.
async fn morning() -> Stage {
    let stage = Stage::new().await;
    stage.newcomer(OPERATOR).await;
    stage.newcomer(ANNA).await;
    stage.order(ANNA, "a fox").await;
    stage.run_until_settled().await;
    stage.clock.set(Timestamp::parse_rfc3339(MORNING).unwrap());
    stage
}

/// The messages in the operator's chat since they pressed Start: what of them begins so.
fn reports(stage: &Stage, beginning: &str) -> usize {
    let texts = stage.texts(OPERATOR);
    texts.iter().filter(|text| text.contains(beginning)).count()
}

const DAY: &str = "Отчёт за 21.11.2026";
const WEEK: &str = "Отчёт за неделю 09.11.2026";
const AGAIN: &str = "(Повтор";

/// Both reports stand there once, in words and as a picture.
#[track_caller]
fn both_stand_once(stage: &Stage) {
    assert_eq!((reports(stage, DAY), reports(stage, WEEK)), (2, 2));
    assert_eq!(reports(stage, AGAIN), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_morning_brings_the_day_and_the_week_and_the_same_morning_again_nothing() {
    let stage = morning().await;
    let said = stage.report().await.unwrap();
    assert_eq!(said, json!({"day#2026-11-21": "sent", "week#2026-11-09": "sent"}));
    both_stand_once(&stage);
    let before = stage.telegram.requests();
    let said = stage.report().await.unwrap();
    assert_eq!(
        said,
        json!({"day#2026-11-21": "sent before", "week#2026-11-09": "sent before"})
    );
    assert_eq!(stage.telegram.requests(), before, "Telegram was not even asked");
    // The next day the week is not told again, and a late event is still about its own day.
    stage.pass(Millis::from_mins(24 * 60));
    let said = stage.report_on(&json!({ "time": MORNING })).await.unwrap();
    assert_eq!(said["day#2026-11-21"], "sent before");
    let said = stage.report().await.unwrap();
    assert_eq!(said, json!({"day#2026-11-22": "sent", "week#2026-11-16": "sent"}));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_send_one() {
    let stage = morning().await;
    let event = json!({"day": "2026-11-21"});
    let (one, other) = tokio::join!(stage.report_on(&event), stage.report_on(&event));
    assert!(one.is_ok() || other.is_ok());
    assert_eq!(reports(&stage, DAY), 2);
    // Whoever was turned away finds it done.
    assert_eq!(
        stage.report_on(&event).await.unwrap()["day#2026-11-21"],
        "sent before"
    );
    assert_eq!(reports(&stage, DAY), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_broke_off_between_words_and_picture_goes_on_with_the_picture() {
    let stage = morning().await;
    let refused = ApiError {
        code: 429,
        description: "Too Many Requests: retry after 1".to_owned(),
        parameters: Some(Parameters::RetryAfter(1)),
    };
    for happens in [
        Happens::Refused(refused),
        Happens::Refused(ApiError::bad_request("no")),
    ] {
        stage.telegram.fault(Fault::next("sendPhoto", happens));
        let event = json!({"day": "2026-11-21"});
        assert!(stage.report_on(&event).await.is_err());
        assert_eq!(reports(&stage, DAY), 1, "the words stand there");
    }
    stage.report().await.unwrap();
    both_stand_once(&stage);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_telegram_does_not_say_whether_it_arrived_it_is_sent_once_more_and_says_so() {
    let stage = morning().await;
    let event = json!({"day": "2026-11-21"});
    // It had arrived.
    stage
        .telegram
        .fault(Fault::next("sendMessage", Happens::CutAfter));
    assert!(stage.report_on(&event).await.is_err());
    stage.report_on(&event).await.unwrap();
    assert_eq!((reports(&stage, DAY), reports(&stage, AGAIN)), (3, 1));
    // It had not, twice: the third time nothing is sent, and the rest of the report is.
    let event = json!({"day": "2026-11-20"});
    for _ in 0..2 {
        stage
            .telegram
            .fault(Fault::next("sendMessage", Happens::CutBefore));
        assert!(stage.report_on(&event).await.is_err());
    }
    assert_eq!(stage.report_on(&event).await.unwrap()["day#2026-11-20"], "sent");
    assert_eq!(reports(&stage, "Отчёт за 20.11.2026"), 1, "the picture");
    assert_eq!(
        stage.report_on(&event).await.unwrap()["day#2026-11-20"],
        "sent before"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_again_is_what_was_made_first_whatever_is_known_by_then() {
    let stage = morning().await;
    let event = json!({"day": "2026-11-21"});
    stage
        .telegram
        .fault(Fault::next("sendMessage", Happens::CutAfter));
    assert!(stage.report_on(&event).await.is_err());
    let first = stage.last_text(OPERATOR);
    assert!(first.contains(DAY), "{first}");
    // A limit's refusal of that day becomes known: another report would have a line more.
    let that_day = Timestamp::parse_rfc3339("2026-11-21T10:00:00Z").unwrap();
    let soon = Deadline::after(Duration::from_secs(20));
    let refused = Tallied::Refused("videos");
    stage.store.notes().count(refused, that_day, soon).await.unwrap();
    stage.report_on(&event).await.unwrap();
    let texts = stage.texts(OPERATOR);
    let again: Vec<&String> = texts.iter().filter(|text| text.contains(AGAIN)).collect();
    assert!(again[0].ends_with(&first), "{again:?}");
    // Once it is sent, nothing is kept of it.
    let usage = stage.aws.items("UsageTable").unwrap();
    let kept = usage
        .iter()
        .filter(|row| row["window"]["S"] == "report#day#2026-11-21");
    let kept: Vec<bool> = kept.map(|row| row.get("words").is_some()).collect();
    assert_eq!(kept, [false]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_died_holds_nobody_up_for_longer_than_sending_takes() {
    let stage = morning().await;
    let event = json!({"day": "2026-11-21"});
    // It could not even write down that it had failed.
    let noting = Down::new(Service::DynamoDb, Effect::InternalError).operation("UpdateItem");
    stage.telegram.fault(Fault::next(
        "sendMessage",
        Happens::Refused(ApiError::bad_request("no")),
    ));
    let armed = stage.aws.faults().arm(noting.caller(REPORT).after(3).always());
    assert!(stage.report_on(&event).await.is_err());
    armed.disarm();
    assert!(stage.report_on(&event).await.is_err(), "its time is not over");
    // Lambda's last try comes two minutes after that.
    stage.pass(Millis::from_mins(2));
    stage.report_on(&event).await.unwrap();
    assert_eq!(reports(&stage, DAY), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_died_while_it_gathered_holds_nobody_up() {
    let stage = morning().await;
    let event = json!({"day": "2026-11-21"});
    let reading = Down::new(Service::DynamoDb, Effect::InternalError).operation("Query");
    let armed = stage.aws.faults().arm(reading.caller(REPORT).always());
    assert!(stage.report_on(&event).await.is_err());
    armed.disarm();
    assert_eq!(stage.report_on(&event).await.unwrap()["day#2026-11-21"], "sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_whose_answer_is_lost_is_a_claim() {
    let stage = morning().await;
    let event = json!({"day": "2026-11-21"});
    let lost = Down::new(Service::DynamoDb, Effect::LoseAnswer).operation("UpdateItem");
    let armed = stage.aws.faults().arm(lost.caller(REPORT));
    assert_eq!(stage.report_on(&event).await.unwrap()["day#2026-11-21"], "sent");
    assert_eq!(armed.hits(), 1);
    assert_eq!(reports(&stage, DAY), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_limit_refuses_and_renders_that_nobody_awaits_any_more_are_counted() {
    let stage = Stage::with(|setting| setting.gift(9)).await;
    stage
        .change_settings(|settings| {
            let row = json!({"max": 1, "period": "day"});
            settings
                .limits
                .insert("few".to_owned(), serde_json::from_value(row).unwrap());
        })
        .await;
    stage.newcomer(OPERATOR).await;
    stage.newcomer(ANNA).await;
    stage.order(ANNA, "the only one").await;
    for prompt in ["one more", "and another"] {
        let card = stage.draft(ANNA, prompt).await;
        stage.update(&card.press(7)).await;
    }
    let (notes, hour) = (stage.store.notes(), Millis::from_mins(60));
    let tallies = notes.tallies(stage.now(), stage.now().after(hour)).await;
    assert_eq!(tallies.unwrap().refused, [("few".to_owned(), 2)].into());
    stage.clock.set(Timestamp::parse_rfc3339(MORNING).unwrap());
    stage.run_until_settled().await;
    stage.report().await.unwrap();
    let texts = stage.texts(OPERATOR);
    assert!(texts.iter().any(|text| text.contains("few: 2")), "{texts:?}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_refused_in_time_and_in_full_where_nothing_can_be_noted() {
    let stage = Stage::with(|setting| setting.gift(9)).await;
    stage
        .change_settings(|settings| {
            let row = json!({"max": 1, "period": "day"});
            settings
                .limits
                .insert("few".to_owned(), serde_json::from_value(row).unwrap());
        })
        .await;
    stage.newcomer(ANNA).await;
    stage.order(ANNA, "the only one").await;
    let card = stage.draft(ANNA, "one more").await;
    let noting = Down::new(Service::DynamoDb, Effect::InternalError).operation("UpdateItem");
    let armed = stage
        .aws
        .faults()
        .arm(noting.caller(tests::stage::WEBHOOK).always());
    let answer = stage.update(&card.press(7)).await;
    armed.disarm();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.method(), "answerCallbackQuery");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_operator_nobody_is_told() {
    let mut stage = morning().await;
    stage.report.post = None;
    assert_eq!(stage.report().await.unwrap(), json!({"told": "nobody"}));
    assert_eq!(reports(&stage, "Отчёт"), 0);
}
