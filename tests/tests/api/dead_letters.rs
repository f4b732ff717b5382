//! Doorbells that failed too often: seen, and rung once more, with who did it and why.
#![allow(clippy::unwrap_used, reason = "what an answer lacks fails the test")]

use std::collections::BTreeMap;
use std::time::Duration;

use domain::time::Millis;
use limits_flags::access::{Role, Scope};
use local_lambda::{Effect, Fault, Service};
use serde_json::{Value, json};
use tests::stage::{API, Ask, Said, Stage};

use crate::{ANNA, BORIS};

const NOBODYS: &str = "1002-2222222222222222";

async fn get(stage: &Stage, path: &str) -> Said {
    stage.pass(Millis::from_secs(1));
    stage.ask(Ask::get(path).user(stage, ANNA)).await
}

async fn ring(stage: &Stage, body: &Value) -> Said {
    stage.pass(Millis::from_secs(1));
    let ask = Ask::post("/admin/dead-letters/ring");
    stage.ask(ask.user(stage, ANNA).json(body)).await
}

fn bell(job: &str, hint: &str) -> String {
    json!({"job": job, "hint": hint, "hop": 2}).to_string()
}

/// An editor, and a customer with credits.
async fn office() -> Stage {
    let stage = Stage::with(|setting| setting.gift(10)).await;
    stage.newcomer(BORIS).await;
    stage.admit(ANNA, Role::Editor).await;
    stage
}

/// The letters that lie there, by what they say of their order.
async fn lying(stage: &Stage) -> BTreeMap<String, Value> {
    let said = get(stage, "/admin/dead-letters?limit=50").await;
    assert_eq!(said.status, 200, "{said:?}");
    let letters = said.body["letters"].as_array().unwrap().iter();
    letters
        .map(|it| (it["job"].as_str().unwrap_or("odd").to_owned(), it.clone()))
        .collect()
}

/// How many of each lie in the queue of doorbells, and how many of those are the order's.
async fn rings(stage: &Stage, job: &str) -> (usize, usize) {
    let messages = stage.receive().await;
    let of_job = messages
        .iter()
        .filter(|message| message.body().unwrap().contains(job));
    (messages.len(), of_job.count())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_there_is_shown_with_where_its_order_stands_and_goes_on_lying_there() {
    let stage = office().await;
    let job = stage.order(BORIS, "a fox").await;
    stage.run_until_settled().await;
    stage.bury(&bell(&job.to_string(), "callback")).await;
    stage.bury(&bell(NOBODYS, "accepted")).await;
    stage.bury("what somebody's secret is").await;
    for _ in 0..2 {
        let lying = lying(&stage).await;
        let of = |job: &str, name: &str| lying[job][name].clone();
        assert_eq!(lying.len(), 3, "{lying:?}");
        assert_eq!(of(&job.to_string(), "stage"), "DELIVERED");
        assert_eq!(of(&job.to_string(), "is_over"), true);
        assert_eq!(of(&job.to_string(), "hint"), "callback");
        assert!(of(&job.to_string(), "sent_at").is_string());
        assert_eq!(
            (of(NOBODYS, "stage"), of(NOBODYS, "is_over")),
            (Value::Null, json!(false))
        );
        assert_eq!(of("odd", "hint"), Value::Null);
        assert!(
            !format!("{lying:?}").contains("secret"),
            "what is no doorbell is not quoted"
        );
    }
    let counted = get(&stage, "/admin/dead-letters?limit=0").await;
    assert_eq!(
        counted.body,
        json!({"waiting": 3, "taken": 0, "is_cut": false, "letters": []}),
        "nothing is received for a count"
    );
    assert_eq!(get(&stage, "/admin/dead-letters?limit=51").await.status, 400);
    let viewer = stage.new_key(3, &[Scope::AdminRead], None).await;
    let look = Ask::get("/admin/dead-letters?limit=1").key(&viewer);
    assert_eq!(stage.ask(look).await.body["letters"].as_array().unwrap().len(), 1);
    let press = Ask::post("/admin/dead-letters/ring")
        .key(&viewer)
        .json(&json!({}));
    assert_eq!(stage.ask(press).await.status, 403);
    let customer = Ask::get("/admin/dead-letters").user(&stage, BORIS);
    assert_eq!(stage.ask(customer).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_rung_once_more_or_all_and_the_audit_knows_who_and_why() {
    let stage = office().await;
    let job = stage.order(BORIS, "a fox").await.to_string();
    // Its own doorbell is lost with whoever took it.
    assert_eq!(stage.receive().await.len(), 1);
    stage.bury(&bell(&job, "accepted")).await;
    for _ in 0..12 {
        stage.bury(&bell(NOBODYS, "due")).await;
    }
    let one = lying(&stage).await[&job]["id"].clone();
    let said = ring(&stage, &json!({"id": one, "reason": "the tables are back"})).await;
    assert_eq!(
        (said.status, &said.body),
        (200, &json!({"rung": 1, "more": false, "broke_off": false}))
    );
    assert!(!lying(&stage).await.contains_key(&job), "it is there no more");
    assert_eq!(ring(&stage, &json!({"id": one})).await.status, 404);
    stage.run_until_settled().await;
    assert_eq!(stage.jobs().await[0].stage.as_str(), "DELIVERED");
    let said = ring(&stage, &json!({"reason": "all of them"})).await;
    assert_eq!(said.body["rung"], 12);
    assert_eq!(rings(&stage, NOBODYS).await, (10, 10), "a batch of twelve");
    assert_eq!(ring(&stage, &json!({})).await.body["rung"], 0);
    let audit = get(&stage, "/admin/audit/entities/queue%23doorbells").await;
    let entries = audit.body["entries"].as_array().unwrap();
    let told: Vec<_> = entries
        .iter()
        .map(|it| (&it["who"], &it["reason"], &it["new"]["doorbells"]))
        .collect();
    let who = json!("user#1001");
    assert_eq!(
        told,
        [
            (&who, &json!("all of them"), &json!(12)),
            (&who, &json!("the tables are back"), &json!(1))
        ]
    );
    assert_eq!(entries[1]["new"]["rung_again"], json!([job]));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_off_leaves_every_doorbell_at_least_once_and_says_so() {
    let stage = office().await;
    for _ in 0..3 {
        stage.bury(&bell(NOBODYS, "due")).await;
    }
    let faults = stage.aws.faults();
    let broken = Fault::new(Service::Sqs, Effect::InternalError).operation("DeleteMessage");
    faults.arm(broken.caller(API).after(1).always());
    let said = ring(&stage, &json!({})).await;
    assert_eq!(
        (said.status, &said.body),
        (200, &json!({"rung": 1, "more": true, "broke_off": true}))
    );
    faults.clear();
    let audit = get(&stage, "/admin/audit/entities/queue%23doorbells").await;
    let entries = audit.body["entries"].as_array().unwrap();
    let told: Vec<_> = entries
        .iter()
        .map(|it| (&it["new"]["doorbells"], &it["note"]))
        .collect();
    let cut = json!("it broke off: 1 of 3 were rung");
    assert_eq!(told, [(&json!(1), &cut), (&json!(3), &Value::Null)]);
    assert!(rings(&stage, NOBODYS).await.0 >= 2, "sent before it is deleted");
    assert_eq!(
        lying(&stage).await.len(),
        1,
        "what was not rung can be seen at once"
    );
    // Who did it cannot be written down, so it is not done.
    let unwritten = Fault::new(Service::DynamoDb, Effect::InternalError).operation("PutItem");
    faults.arm(unwritten.resource("AuditTable").caller(API).always());
    assert!(ring(&stage, &json!({"reason": "x"})).await.status >= 500);
    faults.clear();
    assert_eq!(rings(&stage, NOBODYS).await.0, 0, "nothing was rung");
    // And where the queue says nothing at all, it is told to try again.
    let silent = Fault::new(Service::Sqs, Effect::InternalError).operation("ReceiveMessage");
    faults.arm(silent.caller(API).always());
    assert_eq!(ring(&stage, &json!({})).await.status, 503);
    faults.clear();
    let counted = get(&stage, "/admin/dead-letters?limit=0").await;
    assert_eq!(
        counted.body["waiting"].as_u64().unwrap() + counted.body["taken"].as_u64().unwrap(),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_time_is_left_the_audit_says_that_of_what_was_rung() {
    let stage = office().await;
    stage.bury(&bell(NOBODYS, "due")).await;
    let noted = async || {
        let audit = get(&stage, "/admin/audit/entities/queue%23doorbells").await;
        audit.body["entries"].as_array().unwrap().len()
    };
    for left_ms in [500, 3_000, 4_500, 4_700, 5_500, 6_500] {
        stage.pass(Millis::from_secs(1));
        let ask = Ask::post("/admin/dead-letters/ring")
            .user(&stage, ANNA)
            .json(&json!({}));
        let said = stage.ask_within(ask, Duration::from_millis(left_ms)).await;
        assert_eq!(
            (said.status, &said.body),
            (200, &json!({"rung": 0, "more": true, "broke_off": true})),
            "{left_ms} ms: it was not looked for"
        );
        assert_eq!(noted().await, 0, "{left_ms} ms: nothing was rung");
        assert_eq!(lying(&stage).await.len(), 1, "{left_ms} ms");
    }
    let ask = Ask::post("/admin/dead-letters/ring")
        .user(&stage, ANNA)
        .json(&json!({}));
    let said = stage.ask_within(ask, Duration::from_secs(8)).await;
    assert_eq!((&said.body["rung"], noted().await), (&json!(1), 1), "{said:?}");
}
