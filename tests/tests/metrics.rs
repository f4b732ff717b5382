//! What the metrics say of a day on the stage, in a process of its own: they are counted once for all of it.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "what goes wrong fails the test, which is no Lambda"
)]

use std::collections::BTreeMap;

use domain::ai_request::AiRequest;
use domain::job::Stage as JobStage;
use domain::time::Millis;
use played_kie::ChatTrouble;
use serde_json::{Value, json};
use tests::stage::Stage;

const ANNA: i64 = 1001;

/// Every value that was counted since the last time, by the metric's name and its dimensions' values.
fn counted() -> BTreeMap<String, Vec<f64>> {
    let mut page = Vec::new();
    runtime::emf::write(&mut page);
    let mut counted: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for line in String::from_utf8(page).unwrap().lines() {
        let document: Value = serde_json::from_str(line).unwrap();
        let directive = &document["_aws"]["CloudWatchMetrics"][0];
        let names = directive["Dimensions"][0].as_array().unwrap().iter();
        let by: Vec<&str> = names
            .map(|name| document[name.as_str().unwrap()].as_str().unwrap())
            .collect();
        for metric in directive["Metrics"].as_array().unwrap() {
            let name = metric["Name"].as_str().unwrap();
            let values = match &document[name] {
                Value::Array(values) => values.iter().filter_map(Value::as_f64).collect(),
                value => vec![value.as_f64().unwrap()],
            };
            let key = [&[name], by.as_slice()].concat().join(" ");
            counted.entry(key).or_default().extend(values);
        }
    }
    counted
}

/// That exactly these were counted, whatever else was.
#[track_caller]
fn says(counted: &BTreeMap<String, Vec<f64>>, expected: &[(&str, &[f64])]) {
    for (key, values) in expected {
        let found = counted.get(*key).map(Vec::as_slice);
        assert_eq!(found, Some(*values), "{key}: {counted:?}");
    }
}

/// So many orders a day.
async fn set_limit(stage: &Stage, max: u32) {
    let row = json!({"max": max, "period": "day"});
    stage
        .change_settings(|settings| {
            settings
                .limits
                .insert("few".to_owned(), serde_json::from_value(row).unwrap());
        })
        .await;
}

/// Words that nobody made better are told, and are no failure of the videos: there are simple ones.
async fn words_fail(stage: &Stage) {
    let card = stage.draft(ANNA, "a cat on the moon").await;
    stage.chat.inject(ChatTrouble::Incomplete, "", 1);
    assert_eq!(stage.press_newest(ANNA, "wo:").await, None, "ordered");
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&card.job()).await, JobStage::Failed);
    let of_words = counted();
    assert!(
        of_words.contains_key("JobsSettled prompt-improver failed"),
        "{of_words:?}"
    );
    assert!(!of_words.contains_key("JobSuccess"), "{of_words:?}");
}

/// What a check says is told by what came of it, and only when it was asked.
async fn a_check_is_asked(stage: &Stage) {
    let row = json!({"check": {"model": "omni-moderation-latest"}});
    stage
        .change_settings(|settings| {
            settings.moderation = Some(serde_json::from_value(row).unwrap());
            settings.limits.remove("few");
        })
        .await;
    counted();
    for (words, outcome) in [
        ("a cat #flag-sexual", "refused"),
        ("a cat #check-500", "unanswered"),
        ("a cat alone", "passed"),
    ] {
        let card = stage.draft(ANNA, words).await;
        stage.press(ANNA, card.message_id, &card.create).await;
        says(&counted(), &[(&format!("OrdersChecked {outcome}"), &[1.0])]);
        stage.run_until_settled().await;
    }
    let known = stage.draft(ANNA, "a cat #flag-sexual").await;
    counted();
    stage.press(ANNA, known.message_id, &known.create).await;
    assert!(!counted().keys().any(|key| key.starts_with("OrdersChecked")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_orders_life_and_a_purchase_are_told_once_each() {
    let stage = Stage::new().await;
    set_limit(&stage, 3).await;
    stage.newcomer(ANNA).await;
    runtime::emf::start("stage");

    let job = stage.order(ANNA, "a success").await;
    stage.pass(Millis::from_secs(7));
    stage.run_until_settled().await;
    let job = stage.job(&job).await;
    let took = u32::try_from(job.timeline.last().unwrap().at.since(job.created_at).0).unwrap();
    let cost = AiRequest::of(&job).and_then(|logged| logged.cost);
    let cost = cost.map(|cost| f64::from(u32::try_from(cost.micro_usd.0).unwrap()));
    let seen = counted();
    assert!(cost.is_some(), "the price list knows the model");
    says(
        &seen,
        &[
            ("JobsSettled kling-3.0 delivered", &[1.0]),
            ("JobSuccess", &[100.0]),
            ("TimeToVideo kling-3.0", &[f64::from(took)]),
            ("TimeToVideo", &[f64::from(took)]),
            ("ProviderOutcomes kie accepted", &[1.0]),
            ("ProviderOutcomes kie succeeded", &[1.0]),
            ("BreakerOpen kie", &[0.0]),
        ],
    );
    assert_eq!(seen["QueueAge"][0].to_bits(), 7.0_f64.to_bits());
    assert_eq!(
        seen.get("CostMicroUsd kling-3.0").map(|sums| sums[0].to_bits()),
        cost.map(f64::to_bits)
    );
    assert_eq!(counted(), BTreeMap::new(), "told once");

    let left = stage.order(ANNA, "a failure #moderation").await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&left).await, JobStage::Failed);
    let late = stage.order(ANNA, "nobody comes").await;
    stage.pass(Millis::from_mins(60));
    stage.sweep().await;
    assert_eq!(stage.stage_of(&late).await, JobStage::Failed);
    says(
        &counted(),
        &[
            ("JobsSettled kling-3.0 failed", &[2.0]),
            ("JobsGivenUp kling-3.0", &[1.0]),
            // What no provider makes says nothing of us; that nobody came does.
            ("JobSuccess", &[0.0]),
            // Whoever attends to an order says how old it is, and cleanup of the oldest that is due.
            ("OldestOpenJob", &[0.0, 60.0, 3600.0]),
        ],
    );

    words_fail(&stage).await;

    stage.pay_in_roubles(ANNA, "pack:starter").await;
    says(&counted(), &[("Payments yookassa credited", &[1.0])]);

    a_check_is_asked(&stage).await;

    set_limit(&stage, 1).await;
    let card = stage.draft(ANNA, "one too many").await;
    let alert = stage.press(ANNA, card.message_id, &card.create).await;
    assert!(alert.is_some());
    says(&counted(), &[("LimitRefusals few", &[1.0])]);
}
