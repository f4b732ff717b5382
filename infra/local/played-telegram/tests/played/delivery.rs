//! Updates on their way to a bot's webhook.

use axum::Json;
use axum::http::StatusCode;
use played_telegram::{CALLBACK_LIFETIME_MS, Fate, Via};
use serde_json::{Value, json};

use crate::world::{ANNA, Bot, SOON, World};

async fn all_delivered(world: &World) {
    world
        .telegram
        .wait_until(SOON, |telegram| (telegram.updates_waiting() == 0).then_some(()))
        .await
        .unwrap();
}

fn ids(updates: &[Value]) -> Vec<i64> {
    updates
        .iter()
        .map(|update| update["update_id"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_message_arrives_with_the_secret_and_everything_about_its_sender() {
    let (world, bot) = (World::new().await, Bot::new().await);
    world.set_webhook(&bot).await;
    world.telegram.say(ANNA, "/start promo").unwrap();
    all_delivered(&world).await;
    let update = &bot.heard()[0];
    let message = &update["message"];
    assert_eq!(
        (&message["text"], &message["chat"]["type"], &message["from"]),
        (
            &json!("/start promo"),
            &json!("private"),
            &json!({"id": ANNA, "is_bot": false, "first_name": "Anna", "language_code": "ru"})
        )
    );
    assert_eq!(
        message["entities"],
        json!([{"type": "bot_command", "offset": 0, "length": 6}])
    );
}

#[tokio::test]
async fn an_update_comes_again_until_it_is_taken_and_those_behind_it_wait() {
    let (world, bot) = (World::new().await, Bot::new().await);
    world.set_webhook(&bot).await;
    bot.then(StatusCode::INTERNAL_SERVER_ERROR);
    bot.then(StatusCode::BAD_GATEWAY);
    bot.then(StatusCode::FOUND);
    world.telegram.say(ANNA, "one").unwrap();
    world.telegram.say(ANNA, "two").unwrap();
    all_delivered(&world).await;
    let first = world.telegram.updates()[0].clone();
    assert_eq!(first.answers, [500, 502, 302, 200]);
    let heard = ids(&bot.heard());
    assert_eq!(
        heard,
        [
            first.update_id,
            first.update_id,
            first.update_id,
            first.update_id,
            first.update_id + 1
        ]
    );
    assert_eq!(world.telegram.deliveries(), 5);
}

#[tokio::test]
async fn a_failing_update_holds_up_only_its_own_chat() {
    let (world, bot) = (World::new().await, Bot::new().await);
    world.telegram.create_user(2, "Boris", None);
    world.set_webhook(&bot).await;
    bot.then((StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "3000")]));
    world.telegram.say(ANNA, "stuck").unwrap();
    world
        .telegram
        .wait_until(SOON, |telegram| (telegram.deliveries() == 1).then_some(()))
        .await
        .unwrap();
    world.telegram.say(2, "free").unwrap();
    world
        .telegram
        .wait_until(SOON, |telegram| (telegram.updates_waiting() == 1).then_some(()))
        .await
        .unwrap();
    let info = world.ok("getWebhookInfo", json!({})).await;
    assert_eq!(
        (&info["pending_update_count"], &info["url"]),
        (&json!(1), &json!(bot.url))
    );
    assert_eq!(info["last_error_message"], "Wrong response from the webhook: 503");
    // A new webhook is tried at once, whatever the old one asked for.
    world.set_webhook(&bot).await;
    all_delivered(&world).await;
}

#[tokio::test]
async fn a_press_nobody_took_in_time_is_dropped() {
    let (world, bot) = (World::started().await, Bot::new().await);
    let keyboard = json!({"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]});
    let body = json!({"chat_id": ANNA, "text": "draft", "reply_markup": keyboard});
    let id = world.ok("sendMessage", body).await["message_id"]
        .as_i64()
        .unwrap();
    world.telegram.press(ANNA, id, "go").unwrap();
    world.pass(CALLBACK_LIFETIME_MS + 1);
    world.set_webhook(&bot).await;
    all_delivered(&world).await;
    let fates: Vec<_> = world
        .telegram
        .updates()
        .iter()
        .map(|update| (update.kind, update.fate))
        .collect();
    assert_eq!(
        fates,
        [("message", Fate::Delivered), ("callback_query", Fate::Dropped)]
    );
}

#[tokio::test]
async fn a_press_shows_the_message_it_was_made_on() {
    let (world, bot) = (World::started().await, Bot::new().await);
    let keyboard = json!({"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]});
    let body = json!({"chat_id": ANNA, "text": "draft", "reply_markup": keyboard});
    let id = world.ok("sendMessage", body).await["message_id"]
        .as_i64()
        .unwrap();
    world
        .ok(
            "setWebhook",
            json!({"url": bot.url, "secret_token": "s3cret", "drop_pending_updates": true}),
        )
        .await;
    let query = world.telegram.press(ANNA, id, "go").unwrap();
    all_delivered(&world).await;
    let heard = &bot.heard()[0]["callback_query"];
    assert_eq!(
        (&heard["id"], &heard["data"], &heard["from"]["id"]),
        (&json!(query), &json!("go"), &json!(ANNA))
    );
    assert_eq!(
        (&heard["message"]["message_id"], &heard["message"]["reply_markup"]),
        (&json!(id), &keyboard)
    );
}

#[tokio::test]
async fn the_answer_may_carry_a_method() {
    let (world, bot) = (World::new().await, Bot::new().await);
    world.set_webhook(&bot).await;
    bot.then(Json(
        json!({"method": "sendMessage", "chat_id": ANNA, "text": "hello", "txet": 1}),
    ));
    world.telegram.say(ANNA, "/start").unwrap();
    let find = |chat: &[played_telegram::ChatMessage]| chat.iter().find(|message| message.from_bot).cloned();
    assert_eq!(
        world.telegram.wait_for(ANNA, SOON, find).await.unwrap().text(),
        "hello"
    );
    assert_eq!(
        world.telegram.complaints(),
        ["sendMessage: unknown field \"txet\""]
    );
    assert_eq!(
        (world.telegram.requests(), world.telegram.calls()[1].via),
        (1, Via::WebhookAnswer)
    );

    bot.then(Json(json!({"method": "getMe"})));
    bot.then(Json(
        json!({"method": "sendMessage", "chat_id": ANNA, "text": ""}),
    ));
    world.telegram.say(ANNA, "more").unwrap();
    world.telegram.say(ANNA, "and more").unwrap();
    world
        .telegram
        .wait_until(SOON, |telegram| (telegram.complaints().len() == 3).then_some(()))
        .await
        .unwrap();
    assert_eq!(
        world.telegram.complaints()[1],
        "getMe: not executed from a webhook's answer"
    );
    assert!(world.telegram.complaints()[2].contains("message text is empty"));
}

#[tokio::test]
async fn an_update_may_come_twice_at_once_after_a_lost_answer_and_on_demand() {
    let (world, bot) = (World::new().await, Bot::new().await);
    world.set_webhook(&bot).await;
    world.telegram.double_deliveries(1);
    world.telegram.say(ANNA, "doubled").unwrap();
    all_delivered(&world).await;
    assert_eq!(world.telegram.updates()[0].answers, [200, 200]);
    world.telegram.lose_answers(1);
    world.telegram.say(ANNA, "lost").unwrap();
    all_delivered(&world).await;
    let lost = world.telegram.latest_update(ANNA).unwrap();
    assert_eq!(lost.answers, [200, 200]);
    let (one, other) = tokio::join!(
        world.telegram.redeliver(lost.update_id),
        world.telegram.redeliver(lost.update_id)
    );
    assert_eq!((one.unwrap(), other.unwrap()), (200, 200));
    assert_eq!(bot.heard().len(), 6);
}

#[tokio::test]
async fn the_bot_hears_who_blocked_it() {
    let (world, bot) = (World::started().await, Bot::new().await);
    world.telegram.block(ANNA).unwrap();
    world.telegram.block(ANNA).unwrap();
    assert!(world.telegram.say(ANNA, "x").is_err());
    world.telegram.unblock(ANNA).unwrap();
    let only = json!(["my_chat_member"]);
    world
        .ok(
            "setWebhook",
            json!({"url": bot.url, "secret_token": "s3cret", "allowed_updates": only}),
        )
        .await;
    all_delivered(&world).await;
    let changes = bot
        .heard()
        .into_iter()
        .filter(|update| update["my_chat_member"].is_object());
    let statuses: Vec<_> = changes
        .map(|update| update["my_chat_member"]["new_chat_member"]["status"].clone())
        .collect();
    assert_eq!(statuses, ["kicked", "member"]);
    world.telegram.say(ANNA, "not asked for").unwrap();
    assert_eq!(world.telegram.updates_waiting(), 0);
}

#[tokio::test]
async fn long_polling_waits_for_a_first_update_and_confirms_by_offset() {
    let world = World::new().await;
    let poll = world.ok("getUpdates", json!({"timeout": 10}));
    let (updates, ()) = tokio::join!(poll, async {
        world
            .telegram
            .wait_until(SOON, |telegram| (telegram.requests() == 1).then_some(()))
            .await
            .unwrap();
        world.telegram.say(ANNA, "hi").unwrap();
    });
    let id = ids(updates.as_array().unwrap())[0];
    assert_eq!(
        ids(world.ok("getUpdates", json!({})).await.as_array().unwrap()),
        [id]
    );
    assert_eq!(world.ok("getUpdates", json!({"offset": id + 1})).await, json!([]));
    let bot = Bot::new().await;
    world.set_webhook(&bot).await;
    assert!(
        world
            .refused("getUpdates", json!({}))
            .await
            .starts_with("Conflict: ")
    );
    world.ok("deleteWebhook", json!({})).await;
    world.ok("getUpdates", json!({})).await;
}

#[tokio::test]
async fn a_webhook_elsewhere_needs_https_and_a_known_port() {
    let world = World::new().await;
    let refused = async |url: &str, secret: &str| {
        world
            .refused("setWebhook", json!({"url": url, "secret_token": secret}))
            .await
    };
    assert!(refused("http://example.org/x", "s").await.contains("HTTPS"));
    assert!(refused("https://example.org:9000/x", "s").await.contains("ports"));
    assert!(
        refused("https://example.org/x", "not allowed")
            .await
            .contains("unallowed characters")
    );
}
