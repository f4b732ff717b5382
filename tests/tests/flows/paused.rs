//! A provider is paused, drained and asked again: over HTTP, as the panel does it.

use std::time::Duration;

use domain::job::Stage as JobStage;
use domain::time::Millis;
use limits_flags::access::Role;
use limits_flags::{Document, RouteRow, STALE_AFTER_MS};
use serde_json::{Value, json};
use table::{Deadline, Write};
use tests::stage::{Ask, Setting, Stage};

use crate::{ANNA, BORIS};

/// Within this a worker has noticed.
const NOTICED: Millis = Millis(STALE_AFTER_MS);

/// KIE.AI is asked first, Kling else.
fn second_route(setting: &mut Setting) {
    let settings: &mut Document = &mut setting.settings;
    settings
        .models
        .get_mut("kling-3.0")
        .unwrap()
        .routes
        .push(RouteRow {
            provider: "kling".to_owned(),
            family: "kling-3.0".to_owned(),
            cost: None,
            poll_after_s: Some(120),
        });
    let switch = settings.flags["provider-kie"].clone();
    settings.flags.insert("provider-kling".to_owned(), switch);
}

async fn stage(change: impl FnOnce(&mut Setting)) -> Stage {
    let stage = Stage::with(|setting| {
        setting.gift(10);
        change(setting);
    })
    .await;
    stage.newcomer(ANNA).await;
    stage.admit(BORIS, Role::Editor).await;
    stage
}

async fn throw(stage: &Stage, switch: &str, body: Value) -> (u16, Value) {
    let ask = Ask::post(&format!("/admin/providers/{switch}")).json(&body);
    let said = stage.ask(ask.user(stage, BORIS)).await;
    (said.status, said.body)
}

/// What the API says of KIE.AI: whether it is on, what it has in hand, and what waits for it.
async fn kie(stage: &Stage) -> (bool, u64, u64) {
    let said = stage.ask(Ask::get("/admin/providers").user(stage, BORIS)).await;
    assert_eq!((said.status, &said.body["open_complete"]), (200, &json!(true)));
    let all = said.body["providers"].as_array().unwrap();
    let kie = all.iter().find(|one| one["provider"] == "kie").unwrap();
    let count = |name: &str| kie[name].as_u64().unwrap();
    (
        kie["is_on"].as_bool().unwrap(),
        count("in_hand"),
        count("waiting"),
    )
}

fn renders(stage: &Stage) -> (usize, usize) {
    (stage.kie.tasks().len(), stage.kling.tasks().len())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_paused_goes_on_with_what_they_have_and_gets_nothing_more() {
    let stage = stage(second_route).await;
    let first = stage.order(ANNA, "a river").await;
    stage.drain().await;
    assert_eq!(stage.stage_of(&first).await, JobStage::Running);
    let waits = stage.order(ANNA, "a lake").await;
    assert_eq!((kie(&stage).await, renders(&stage)), ((true, 1, 1), (1, 0)));
    let (status, said) = throw(&stage, "kie/pause", json!({"reason": "it is slow"})).await;
    assert_eq!(
        (status, &said["is_on"], &said["changed"]),
        (200, &json!(false), &json!(true))
    );
    stage.pass(NOTICED);
    let again = throw(&stage, "kie/pause", json!({"reason": "once more"})).await;
    assert_eq!((again.0, &again.1["changed"]), (200, &json!(false)));
    assert_eq!(kie(&stage).await, (false, 1, 1), "it drains");
    stage.run_until_settled().await;
    for job in [&first, &waits] {
        assert_eq!(stage.stage_of(job).await, JobStage::Delivered);
    }
    assert_eq!(
        (kie(&stage).await, renders(&stage)),
        ((false, 0, 0), (1, 1)),
        "what waited went to the next"
    );
    let new = stage.order(ANNA, "a sea").await;
    stage.run_until_settled().await;
    assert_eq!(
        (stage.stage_of(&new).await, renders(&stage)),
        (JobStage::Delivered, (1, 2))
    );
    let (status, said) = throw(&stage, "kie/resume", json!({"reason": "it is well"})).await;
    assert_eq!((status, &said["is_on"]), (200, &json!(true)));
    stage.pass(NOTICED);
    stage.order(ANNA, "an ocean").await;
    stage.run_until_settled().await;
    assert_eq!(renders(&stage), (2, 2), "it is the first again");
    let audit = stage
        .ask(Ask::get("/admin/audit/entities/flag%23provider-kie").user(&stage, BORIS))
        .await;
    let told: Vec<_> = audit.body["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (
                it["who"].clone(),
                it["reason"].clone(),
                it["new"]["enabled"].clone(),
            )
        })
        .collect();
    let who = json!("user#1002");
    let back = (who.clone(), json!("it is well"), json!(true));
    assert_eq!(told[..2], [back, (who, json!("it is slow"), json!(false))]);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_else_renders_it_nothing_new_is_charged_and_what_waited_is_given_back() {
    let stage = stage(|_| {}).await;
    let waits = stage.order(ANNA, "a river").await;
    let card = stage.draft(ANNA, "a lake").await;
    let before = stage.balance(ANNA).await;
    let (status, _) = throw(&stage, "kie/pause", json!({"reason": "it is down"})).await;
    assert_eq!(status, 200);
    stage.pass(NOTICED);
    let jobs = stage.jobs().await.len();
    stage.press(ANNA, card.message_id, &card.create).await;
    assert_eq!(
        (stage.jobs().await.len(), stage.balance(ANNA).await),
        (jobs, before),
        "refused before it is charged"
    );
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&waits).await, JobStage::Failed);
    assert_eq!(stage.balance(ANNA).await, (10, 0, 0), "all of it is back");
    assert_eq!(renders(&stage), (0, 0), "it was not asked once");
    throw(&stage, "kie/resume", json!({"reason": "it is back"})).await;
    stage.pass(NOTICED);
    let new = stage.order(ANNA, "a sea").await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&new).await, JobStage::Delivered);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_operator_with_a_reason_throws_a_switch_that_is_one() {
    let stage = stage(|_| {}).await;
    assert_eq!(throw(&stage, "kie/pause", json!({"reason": " "})).await.0, 422);
    assert_eq!(throw(&stage, "nobody/pause", json!({"reason": "x"})).await.0, 404);
    stage.admit(ANNA, Role::Viewer).await;
    let ask = Ask::post("/admin/providers/kie/pause").json(&json!({"reason": "x"}));
    assert_eq!(stage.ask(ask.user(&stage, ANNA)).await.status, 403);
    assert_eq!(kie(&stage).await, (true, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_renders_no_model_any_more_is_paused_too_and_what_stood_so_before_is_no_change() {
    let stage = stage(|_| {}).await;
    // No model names it, and it has no switch yet, which is to say that it is off.
    for (way, changed) in [
        ("pause", false),
        ("resume", true),
        ("resume", false),
        ("pause", true),
        ("pause", false),
    ] {
        let (status, said) = throw(&stage, &format!("luma/{way}"), json!({"reason": "x"})).await;
        let stands = (status, said["changed"].clone(), said["is_on"].clone());
        assert_eq!(stands, (200, json!(changed), json!(way == "resume")), "{way}");
    }
    // Only old orders name this one: there is nothing to pause, and the panel is told so.
    let job = stage.order(ANNA, "a river").await;
    let jobs = stage.aws.table_name("JobsTable").unwrap();
    let gone = Write::update("job", jobs, store::rows::job_key(&job)).set("provider", table::s("gone"));
    stage
        .db
        .write(gone, Deadline::after(Duration::from_secs(20)))
        .await
        .unwrap();
    let said = stage.ask(Ask::get("/admin/providers").user(&stage, BORIS)).await;
    let all = said.body["providers"].as_array().unwrap();
    let has_switch =
        |name: &str| all.iter().find(|one| one["provider"] == name).unwrap()["has_switch"].clone();
    assert_eq!(
        (has_switch("kie"), has_switch("gone")),
        (json!(true), json!(false))
    );
}
