//! Guards in front of handlers: a feature with and without being used, a tier, a model.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use features_api::guard::{Need, guarded};
use serde_json::json;
use tests::stage::{Ask, Stage};

use crate::{ANNA, BORIS, shop};

/// A router of somebody else's with one guarded route.
fn router(stage: &Stage, need: Need) -> Router {
    let routes = Router::new().route("/inside", get(|| async { "in" }));
    guarded(routes, &stage.api, need).with_state(Arc::clone(&stage.api))
}

async fn status(stage: &Stage, need: Need, user: i64) -> u16 {
    let ask = Ask::get("/inside").user(stage, user);
    stage.ask_of(&router(stage, need), &ask).await.status
}

fn feature(key: &str, amount: Option<u64>) -> Need {
    let key = key.to_owned();
    Need::Feature { key, amount }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_lets_in_who_has_the_feature_the_tier_or_the_model() {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    stage.newcomer(ANNA).await;
    let needs = || [feature("hd", None), Need::Tier("pro".to_owned())];
    for need in needs() {
        assert_eq!(status(&stage, need, ANNA).await, 403);
    }
    shop::grant(&stage, &key, ANNA, &json!({"change": "tier", "key": "pro"})).await;
    for need in needs() {
        assert_eq!(status(&stage, need, ANNA).await, 200);
    }
    assert_eq!(
        status(&stage, Need::Model("kling-3.0".to_owned()), ANNA).await,
        200
    );
    assert_eq!(status(&stage, Need::Model("sora-2".to_owned()), ANNA).await, 403);
    assert_eq!(status(&stage, Need::Model("none".to_owned()), ANNA).await, 404);
    let stranger = stage
        .ask_of(&router(&stage, feature("hd", None)), &Ask::get("/inside"))
        .await;
    assert_eq!(stranger.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_that_uses_a_feature_lets_in_as_often_as_its_limit_says_and_one_that_looks_uses_nothing() {
    let stage = Stage::new().await;
    shop::open(&stage).await;
    stage.newcomer(ANNA).await;
    for _ in 0..3 {
        assert_eq!(status(&stage, feature("chat", None), ANNA).await, 200);
    }
    assert_eq!(status(&stage, feature("chat", Some(4)), ANNA).await, 200);
    assert_eq!(
        status(&stage, feature("chat", Some(2)), ANNA).await,
        429,
        "or none"
    );
    assert_eq!(status(&stage, feature("chat", Some(1)), ANNA).await, 200);
    assert_eq!(status(&stage, feature("chat", Some(1)), ANNA).await, 429);
    assert_eq!(
        status(&stage, feature("chat", Some(1)), BORIS).await,
        200,
        "each has their own"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_just_as_many_are_let_in_as_there_is_room_for() {
    let stage = Stage::new().await;
    shop::open(&stage).await;
    stage.newcomer(ANNA).await;
    let racers = (0..24).map(|_| stage.ask(Ask::post("/features/chat/uses").user(&stage, ANNA)));
    let answers = futures::future::join_all(racers).await;
    let let_in = answers.iter().filter(|said| said.status == 200).count();
    assert_eq!(let_in, 5);
    let check = stage
        .ask(Ask::get("/features/check/chat").user(&stage, ANNA))
        .await
        .body;
    assert_eq!((&check["used"], &check["remaining"]), (&json!(5), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_use_is_counted_and_refused_with_why_and_when_there_is_more() {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    stage.newcomer(ANNA).await;
    let use_it = |feature: &str, body: serde_json::Value| {
        Ask::post(&format!("/features/{feature}/uses"))
            .key(&key)
            .json(&body)
    };
    let said = stage
        .ask(use_it("chat", json!({"user": "1001", "amount": 5.0})))
        .await;
    assert_eq!((said.status, &said.body["used"]), (200, &json!(5)));
    let full = stage.ask(use_it("chat", json!({"user": "1001"}))).await;
    assert_eq!(
        (full.status, full.header("retry-after")),
        (429, "32400"),
        "nine hours to nine in the evening"
    );
    let denied = stage.ask(use_it("hd", json!({"user": "1001"}))).await;
    assert_eq!(
        (denied.status, &denied.body["reason"], &denied.body["needs_tier"]),
        (403, &json!("not_in_tier"), &json!("pro"))
    );
    assert_eq!(stage.ask(use_it("chat", json!({}))).await.status, 403, "whose?");
    assert_eq!(
        stage.ask(use_it("none", json!({"user": "1001"}))).await.status,
        404
    );
    assert_eq!(stage.ask(use_it("chat", json!({"user": "x"}))).await.status, 422);
    let own = Ask::post("/features/chat/uses")
        .user(&stage, BORIS)
        .json(&json!({"user": "1001"}));
    assert_eq!(stage.ask(own).await.status, 403, "of another");
    let slides = json!([{"max": 2, "sliding_s": 3600}]);
    let row = json!({"name": "Live", "type": "metered", "default": {"enabled": true, "limits": slides}});
    let written = shop::put(&stage, &key, "features/live", &row).await;
    assert_eq!(written.status, 200, "{written:?}");
    let live = async || stage.ask(use_it("live", json!({"user": "1001"}))).await.status;
    assert_eq!([live().await, live().await, live().await], [200, 200, 429]);
    stage.assert_sound().await;
}
