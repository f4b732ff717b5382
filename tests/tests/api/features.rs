//! What a customer may do, as the seeds ask it and as flags.

use serde_json::json;
use tests::stage::{Ask, Stage};

use crate::{ANNA, BORIS, shop};

fn pro() -> serde_json::Value {
    json!({"change": "tier", "key": "pro", "valid_until": "2026-12-31T21:00:00Z", "reason": "paid"})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_sees_every_feature_with_why_and_how_much_of_it() {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    stage.newcomer(ANNA).await;
    let mine = stage.ask(Ask::get("/features").user(&stage, ANNA)).await;
    assert_eq!(
        (mine.status, &mine.body["tier"], &mine.body["tier_name"]),
        (200, &json!("free"), &json!("Free"))
    );
    let features = &mine.body["features"];
    assert_eq!(
        (&features["hd"]["enabled"], &features["hd"]["reason"]),
        (&json!(false), &json!("not_in_tier"))
    );
    assert_eq!(features["hd"]["unlocked_by"]["tier"], "pro");
    assert_eq!(
        features["chat"]["usage"],
        json!([{"limit_id": "feature-chat-rd", "source": "default", "measure": "requests", "window": "day", "limit": 5,
        "current": 0, "remaining": 5, "reset_at": "2026-11-21T18:00:00Z"}])
    );
    let width = &features["width"];
    assert_eq!(
        (&width["value"], &width["value_source"]),
        (&json!(720), &json!("default"))
    );
    assert_eq!(shop::grant(&stage, &key, ANNA, &pro()).await.status, 200);
    let mine = stage.ask(Ask::get("/features").user(&stage, ANNA)).await;
    let features = &mine.body["features"];
    assert_eq!(
        (&features["hd"]["enabled"], &features["hd"]["source"]),
        (&json!(true), &json!("tier:pro"))
    );
    assert_eq!(features["hd"]["expires_at"], "2026-12-31T21:00:00Z");
    let usage = &features["chat"]["usage"][0];
    assert_eq!(
        (&usage["limit"], &usage["source"]),
        (&json!(100), &json!("tier:pro"))
    );
    let parts = stage
        .ask(Ask::get("/features/components").user(&stage, ANNA))
        .await;
    assert_eq!(parts.body, json!(["editor", "help"]));
    let parts = stage
        .ask(Ask::get("/features/components").user(&stage, BORIS))
        .await;
    assert_eq!(parts.body, json!(["help"]));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_says_whether_why_and_how_much_for_a_model_and_an_amount() {
    let stage = Stage::new().await;
    shop::open(&stage).await;
    stage.newcomer(ANNA).await;
    let ask = async |query: &str| {
        let path = format!("/features/check/{query}");
        stage.ask(Ask::get(&path).user(&stage, ANNA)).await
    };
    let chat = ask("chat?amount=5").await.body;
    assert_eq!(
        (&chat["has_access"], &chat["reason"], &chat["source"]),
        (&json!(true), &json!("granted"), &json!("default"))
    );
    assert_eq!(
        (&chat["limit"], &chat["used"], &chat["remaining"]),
        (&json!(5), &json!(0), &json!(5))
    );
    let more = ask("chat?amount=6").await.body;
    assert_eq!(
        (&more["has_access"], &more["reason"]),
        (&json!(false), &json!("limit_reached"))
    );
    let hd = ask("hd").await.body;
    assert_eq!(
        (&hd["has_access"], &hd["enabled"], &hd["reason"]),
        (&json!(false), &json!(false), &json!("not_in_tier"))
    );
    assert_eq!(hd["message"], "HD is not in your tier. The tier Pro opens it.");
    assert_eq!(more["unlocked_by"]["tier"], "pro", "which has a hundred: {more}");
    let message = more["message"].as_str().unwrap();
    assert!(
        message.contains("5 of 5 left") && message.ends_with("The tier Pro has more."),
        "{more}"
    );
    // With a model, every limit counts that an order for it would touch.
    let videos = ask("width?model=kling-3.0&amount=31").await.body;
    assert_eq!(
        (&videos["reason"], &videos["limit"]),
        (&json!("limit_reached"), &json!(30)),
        "{videos}"
    );
    let unknown = ask("chatt").await;
    assert!(
        unknown.body["detail"]
            .as_str()
            .unwrap()
            .contains("is `chat` meant?"),
        "{}",
        unknown.body
    );
    assert_eq!(ask("chat?model=sora-2").await.body["reason"], "model_off");
    assert_eq!(ask("chat?model=kling-3.0").await.body["reason"], "granted");
    for (query, status) in [
        ("nothing", 404),
        ("chat?model=none", 404),
        ("chat?amount=0", 400),
        ("chat?user=1002", 403),
    ] {
        assert_eq!(ask(query).await.status, status, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn models_are_those_on_sale_that_the_customer_may_choose() {
    let stage = Stage::new().await;
    let models = stage
        .ask(Ask::get("/features/models").user(&stage, ANNA))
        .await
        .body;
    let names: Vec<&str> = models
        .as_array()
        .unwrap()
        .iter()
        .map(|model| model["model_id"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"kling-3.0") && !names.contains(&"sora-2"),
        "{names:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_asks_once_and_again_only_for_what_has_changed() {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    stage.newcomer(ANNA).await;
    let ask = || Ask::get("/api/user/features").user(&stage, ANNA);
    let first = stage.ask(ask()).await;
    assert_eq!(first.body["features"]["chat"]["enabled"], true);
    assert!(first.body["models"].is_array() && first.body["components"].is_array());
    let tag = first.header("etag");
    assert_eq!(stage.ask(ask().header("if-none-match", tag)).await.status, 304);
    shop::grant(&stage, &key, ANNA, &pro()).await;
    assert_eq!(stage.ask(ask().header("if-none-match", tag)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn features_are_flags_with_their_limits_and_uses_beside_them() {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    stage.newcomer(ANNA).await;
    let bulk = async || {
        stage
            .ask(Ask::post("/ofrep/v1/evaluate/flags").user(&stage, ANNA))
            .await
    };
    let free = bulk().await;
    assert_eq!(
        free.flag("chat"),
        &json!({"key": "chat", "value": true, "variant": "on", "reason": "DEFAULT", "metadata":
        {"reason": "granted", "source": "default", "limit": 5, "used": 0, "remaining": 5, "reset_at": "2026-11-21T18:00:00Z"}})
    );
    assert_eq!(
        (&free.flag("hd")["value"], &free.flag("hd")["variant"]),
        (&json!(false), &json!("off"))
    );
    assert_eq!(free.flag("width")["value"], 720);
    assert_eq!(free.flag("greeting")["value"], "hi");
    let all = Ask::post("/features/chat/uses").user(&stage, ANNA);
    assert_eq!(stage.ask(all.json(&json!({"amount": 5}))).await.status, 200);
    let used_up = bulk().await;
    let chat = used_up.flag("chat");
    assert_eq!(
        (
            &chat["value"],
            &chat["variant"],
            &chat["metadata"]["reason"],
            &chat["metadata"]["unlocked_by"]
        ),
        (
            &json!(false),
            &json!("off"),
            &json!("limit_reached"),
            &json!("pro")
        )
    );
    shop::grant(&stage, &key, ANNA, &pro()).await;
    let ask = Ask::post("/ofrep/v1/evaluate/flags").user(&stage, ANNA);
    let upgraded = stage
        .ask(ask.header("if-none-match", used_up.header("etag")))
        .await;
    assert_eq!(
        (upgraded.status, &upgraded.flag("hd")["value"]),
        (200, &json!(true))
    );
    assert_eq!(upgraded.flag("width")["value"], 1080);
    assert_eq!(
        (
            &upgraded.flag("greeting")["value"],
            &upgraded.flag("greeting")["reason"]
        ),
        (&json!("good day"), &json!("TARGETING_MATCH"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_brings_a_tier_along() {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    stage.newcomer(ANNA).await;
    let forged = json!({"tier": "pro", "plan": "unlimited", "roles": ["staff"], "targetingKey": "1001"});
    let one = Ask::post("/ofrep/v1/evaluate/flags/greeting");
    for ask in [one.clone().user(&stage, ANNA), one.key(&key)] {
        assert_eq!(stage.ask(ask.context(&forged)).await.body["value"], "hi");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_with_a_model_says_who_would_pay() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let key = shop::open(&stage).await;
    let plan = json!({"title": "A day", "unlimited": true});
    shop::put(&stage, &key, "plans/unlimited_1day", &plan).await;
    let a_day = async |max: u32| {
        let path = Ask::get("/admin/settings/models/kling-3.0").key(&key);
        let mut row = stage.ask(path).await.body["row"].clone();
        row["unlimited_daily_limit"] = json!(max);
        let said = shop::put(&stage, &key, "models/kling-3.0", &row).await;
        assert_eq!(said.status, 200, "{said:?}");
    };
    let ask = async |orders: u32| {
        let path = format!("/features/check/chat?model=kling-3.0&amount={orders}");
        let body = stage.ask(Ask::get(&path).user(&stage, ANNA)).await.body;
        (body["paid_by"].clone(), body["has_access"].clone())
    };
    a_day(3).await;
    stage.plan(ANNA, "unlimited_1day").await;
    assert_eq!(ask(3).await, (json!("plan:unlimited_1day"), json!(true)));
    // Neither the plan nor two credits do for four, and it is the plan's limit that is told.
    assert_eq!(ask(4).await, (json!("plan:unlimited_1day"), json!(false)));
    a_day(0).await;
    assert_eq!(ask(2).await, (json!("credits"), json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_with_a_model_goes_by_everything_that_an_order_of_it_needs() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.say(ANNA, "/timezone +5:45").await;
    let key = shop::open(&stage).await;
    let path = Ask::get("/admin/settings/models/kling-3.0").key(&key);
    let mut model = stage.ask(path).await.body["row"].clone();
    model["requires"] = json!(["hd"]);
    shop::put(&stage, &key, "models/kling-3.0", &model).await;
    let ask = async || {
        let path = "/features/check/chat?model=kling-3.0";
        stage.ask(Ask::get(path).user(&stage, ANNA)).await.body
    };
    let locked = ask().await;
    assert_eq!(
        (
            &locked["reason"],
            &locked["unlocked_by"]["tier"],
            &locked["message"]
        ),
        (
            &json!("not_in_tier"),
            &json!("pro"),
            &json!("HD is not in your tier. The tier Pro opens it.")
        )
    );
    let daily = json!([{"max": 0, "period": "day", "anchor": "21:00", "utc_offset": "+03:00"}]);
    let long = json!({"name": "Long", "type": "metered", "default": {"enabled": true, "limits": daily}});
    assert_eq!(shop::put(&stage, &key, "features/long", &long).await.status, 200);
    model["requires"] = json!(["hd", "long"]);
    assert_eq!(
        shop::put(&stage, &key, "models/kling-3.0", &model).await.status,
        200
    );
    shop::grant(&stage, &key, ANNA, &pro()).await;
    let used_up = ask().await;
    let message = used_up["message"].as_str().unwrap();
    assert_eq!(used_up["reason"], "limit_reached");
    assert!(message.contains("resets today at 23:45 (UTC+5:45)"), "{message}");
}
