//! Promo codes over the API: made, used, counted and stopped, each change with its record.

use serde_json::json;
use tests::stage::{Ask, Stage};

use crate::{ANNA, shop};

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_made_used_counted_and_stopped() {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    stage.newcomer(ANNA).await;
    let none = stage.ask(Ask::get("/admin/promos").key(&key)).await;
    assert_eq!((none.status, none.body["promos"].clone()), (200, json!([])));
    let code = json!({"credits": 3, "uses": 5, "note": "a test"});
    assert_eq!(shop::put(&stage, &key, "promos/WELCOME", &code).await.status, 200);
    let same = shop::put(&stage, &key, "promos/WE1C0ME", &code).await;
    assert_eq!(same.status, 422, "it looks like the other: {same:?}");
    stage.say(ANNA, "/promo welcome").await;
    assert_eq!(stage.balance(ANNA).await.0, 5);
    let used = stage.ask(Ask::get("/admin/promos").key(&key)).await.body;
    let wanted = json!([{"code": "WELCOME", "credits": 3, "uses": 5, "used": 1, "credits_given": 3,
        "newcomers_only": false, "stopped": false}]);
    assert_eq!(used["promos"], wanted);
    let stopped = json!({"credits": 3, "uses": 5, "stopped": true});
    assert_eq!(
        shop::put(&stage, &key, "promos/WELCOME", &stopped).await.status,
        200
    );
    let audit = stage
        .ask(Ask::get("/admin/audit/entities/promo%23WELCOME").key(&key))
        .await;
    assert_eq!(audit.status, 200, "{audit:?}");
    assert_eq!(
        audit.body["entries"].as_array().map(Vec::len),
        Some(2),
        "{audit:?}"
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_brings_days_of_a_plan_which_holds_the_plan_until_it_is_stopped() {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    stage.newcomer(ANNA).await;
    let code = json!({"plan": "unlimited_1day", "days": 3});
    assert_eq!(shop::put(&stage, &key, "promos/DAYS", &code).await.status, 200);
    for wrong in [
        json!({"plan": "unlimited_1days", "days": 3}),
        json!({"plan": "unlimited_1day"}),
    ] {
        let refused = shop::put(&stage, &key, "promos/WRONG", &wrong).await;
        assert_eq!(refused.status, 422, "{refused:?}");
    }
    stage.say(ANNA, "/promo days").await;
    assert!(stage.last_text(ANNA).contains("3 days of the plan"));
    let used = stage.ask(Ask::get("/admin/promos").key(&key)).await.body;
    let wanted = json!([{"code": "DAYS", "credits": 0, "plan": "unlimited_1day", "days": 3, "used": 1,
        "credits_given": 0, "newcomers_only": false, "stopped": false}]);
    assert_eq!(used["promos"], wanted);
    let plan = json!({"title": "A day", "unlimited": true, "days": 1, "is_withdrawn": true});
    let held = shop::put(&stage, &key, "plans/unlimited_1day", &plan).await;
    assert_eq!(held.status, 422, "a code brings days of it: {held:?}");
    let stopped = json!({"plan": "unlimited_1day", "days": 3, "stopped": true});
    assert_eq!(shop::put(&stage, &key, "promos/DAYS", &stopped).await.status, 200);
    let withdrawn = shop::put(&stage, &key, "plans/unlimited_1day", &plan).await;
    assert_eq!(withdrawn.status, 200, "{withdrawn:?}");
    stage.assert_sound().await;
}
