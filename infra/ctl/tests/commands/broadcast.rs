//! What is written to many customers, as an operator makes it.

use ctl::Error;
use serde_json::{Value, json};

use super::place::{Place, USER};

const NEWS: &str = r#"{"texts": {"ru": "<b>Новинка</b>", "en": "News"}, "segment": {"paid": false}}"#;

async fn made(place: &Place) -> String {
    let made = place
        .ctl(&["broadcast", "make", NEWS, "--why", "news"])
        .await
        .unwrap();
    assert_eq!(made.json["state"], "draft");
    made.json["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn it_is_counted_and_started_by_the_number_that_was_found() {
    let place = Place::new().await;
    place.open_account().await;
    let id = made(&place).await;
    let start = |recipients: &'static str| {
        let line = [
            "broadcast",
            "start",
            &id,
            "--recipients",
            recipients,
            "--why",
            "go",
        ];
        line.map(str::to_owned)
    };
    let typed = |line: [String; 7]| {
        let place = &place;
        async move { place.ctl(&line.each_ref().map(String::as_str)).await }
    };
    let error = typed(start("1")).await.unwrap_err();
    assert!(error.to_string().contains("a dry run comes first"), "{error}");
    let counted = place.ctl(&["broadcast", "count", &id]).await.unwrap();
    assert!(counted.text.contains("1 recipient"), "{}", counted.text);
    assert_eq!(counted.json["dry_run"]["recipients"], 1);
    let error = typed(start("2")).await.unwrap_err();
    assert!(
        matches!(&error, Error::Refused(why) if why.contains("has found 1")),
        "{error}"
    );
    let started = typed(start("1")).await.unwrap();
    assert_eq!(started.json["state"], "running");
    let again = typed(start("1")).await.unwrap_err();
    assert!(again.to_string().contains("it is running"), "{again}");
    let stopped = place
        .ctl(&["broadcast", "stop", &id, "--why", "a typo"])
        .await
        .unwrap();
    assert_eq!(stopped.json["state"], "stopped");
    let listed = place.ctl(&["broadcast", "list"]).await.unwrap();
    assert!(
        listed.text.contains("stopped  0 sent of 1  anna"),
        "{}",
        listed.text
    );
    let entity = format!("broadcast#{id}");
    let log = place.ctl(&["log", "--entity", &entity]).await.unwrap();
    let entries = log.text.lines().filter(|line| line.contains("  anna  ")).count();
    assert_eq!(entries, 3, "made, started, stopped: {}", log.text);
}

#[tokio::test]
async fn a_trial_is_sent_to_whoever_is_named() {
    let place = Place::new().await;
    place.open_account().await;
    place.telegram.create_user(USER.0, "Anna", Some("ru"));
    let _ = place.telegram.say(USER.0, "/start");
    let id = made(&place).await;
    let line = ["broadcast", "test", &id, "700001", "--why", "to see it"];
    place.ctl(&line).await.unwrap();
    let told: Vec<String> = place
        .telegram
        .chat(USER.0)
        .into_iter()
        .filter(|message| message.from_bot)
        .map(|message| message.now.text)
        .collect();
    assert_eq!(told, ["News", "Новинка"]);
}

#[tokio::test]
async fn what_cannot_be_sent_is_not_made() {
    let place = Place::new().await;
    for (body, why) in [
        (r#"{"texts": {"ru": "<b>open"}}"#, "/texts/ru"),
        (r#"{"texts": {"de": "Hallo"}}"#, "the bot speaks ru and en"),
        (r#"{"texts": {"ru": "x"}, "segmnt": {}}"#, "segmnt"),
        (r#"{"texts": {"ru": "x"}, "per_second": 30}"#, "1 to 25"),
    ] {
        let error = place
            .ctl(&["broadcast", "make", body, "--why", "x"])
            .await
            .unwrap_err();
        assert!(error.to_string().contains(why), "{body}: {error}");
    }
    let listed = place.ctl(&["broadcast", "list"]).await.unwrap();
    assert_eq!(listed.json["broadcasts"], Value::Array(vec![]));
    assert_eq!(listed.json["next"], json!(null));
}
