//! Guards in front of handlers: a feature with and without being used, a tier, a model.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use features_api::guard::{Need, guarded};
use serde_json::json;
use tests::stage::{Ask, Said, Stage};

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
async fn what_a_guard_counted_is_given_back_if_the_handler_fails() {
    let stage = Stage::new().await;
    shop::open(&stage).await;
    stage.newcomer(ANNA).await;
    let used = async || {
        let ask = Ask::get("/features/check/chat").user(&stage, ANNA);
        stage.ask(ask).await.body["used"].clone()
    };
    for (answer, counted) in [(StatusCode::BAD_GATEWAY, 0), (StatusCode::NOT_FOUND, 3)] {
        let routes = Router::new().route("/inside", get(async move || answer));
        let routes = guarded(routes, &stage.api, feature("chat", Some(3)));
        let routes = routes.with_state(Arc::clone(&stage.api));
        let said = stage
            .ask_of(&routes, &Ask::get("/inside").user(&stage, ANNA))
            .await;
        assert_eq!((said.status, used().await), (answer.as_u16(), json!(counted)));
    }
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_guard_counted_as_open_is_free_again_when_the_handler_is_done_and_the_rest_stays_counted() {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    stage.newcomer(ANNA).await;
    let limits = json!([{"max": 1, "measure": "concurrent"}, {"max": 3, "period": "day"}]);
    let row = json!({"name": "Calls", "type": "metered", "default": {"enabled": true, "limits": limits}});
    assert_eq!(shop::put(&stage, &key, "features/calls", &row).await.status, 200);
    let mut said = Vec::new();
    for _ in 0..4 {
        said.push(status(&stage, feature("calls", Some(1)), ANNA).await);
    }
    assert_eq!(said, [200, 200, 200, 429], "one after the other, and three a day");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_says_in_the_callers_language_what_is_wanting_and_what_would_help() {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    stage.newcomer(ANNA).await;
    let said = async |need: Need| {
        let ask = Ask::get("/inside").user(&stage, ANNA);
        stage.ask_of(&router(&stage, need), &ask).await
    };
    let wants = |said: &Said| {
        assert_eq!(said.header("content-type"), "application/problem+json");
        (
            said.status,
            said.body["reason"].clone(),
            said.body["unlocked_by"]["tier"].clone(),
        )
    };
    let hd = said(feature("hd", Some(1))).await;
    assert_eq!(wants(&hd), (403, json!("not_in_tier"), json!("pro")));
    assert_eq!(
        hd.body["message"],
        "HD is not in your tier. The tier Pro opens it."
    );
    let tier = said(Need::Tier("pro".to_owned())).await;
    assert_eq!(wants(&tier), (403, json!("tier_too_low"), json!("pro")));
    assert_eq!(tier.body["message"], "This takes the tier Pro or a higher one.");
    let model = said(Need::Model("sora-2".to_owned())).await;
    assert_eq!(wants(&model), (403, json!("model_off"), json!(null)));
    let chat = said(feature("chat", Some(6))).await;
    assert_eq!(wants(&chat), (429, json!("limit_reached"), json!("pro")));
    // A machine that names nobody uses nothing up, and so is not let in where something is to be used.
    let machine = Ask::get("/inside").key(&key);
    let machine = stage
        .ask_of(&router(&stage, feature("chat", Some(1))), &machine)
        .await;
    assert_eq!(machine.status, 403);
}
