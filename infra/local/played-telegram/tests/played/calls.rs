//! Calls: how they come, what is refused, and what Telegram remembers of them.

use played_telegram::{FloodLimits, Via};
use serde_json::json;

use crate::world::{ANNA, World};

#[tokio::test]
async fn a_call_may_come_as_json_form_query_or_multipart() {
    let world = World::started().await;
    let markup = r#"{"inline_keyboard":[[{"text":"Go","callback_data":"go"}]]}"#;
    let fields = [
        ("chat_id", "1001"),
        ("text", "привет & ура"),
        ("reply_markup", markup),
    ];
    world.sent("json").await;
    world
        .http
        .get(world.method("sendMessage"))
        .query(&fields)
        .send()
        .await
        .unwrap();
    let form = reqwest::Url::parse_with_params("form:", &fields)
        .unwrap()
        .query()
        .unwrap()
        .to_owned();
    let request = world.http.post(world.method("sendMessage")).body(form);
    request
        .header("content-type", "application/x-www-form-urlencoded")
        .send()
        .await
        .unwrap();
    let form = fields
        .iter()
        .fold(reqwest::multipart::Form::new(), |form, (name, value)| {
            form.text((*name).to_owned(), (*value).to_owned())
        });
    world
        .http
        .post(world.method("sendMessage"))
        .multipart(form)
        .send()
        .await
        .unwrap();

    let chat = world.telegram.chat(ANNA);
    assert_eq!(chat.len(), 5);
    for message in &chat[2..] {
        assert_eq!(
            (message.text(), message.button("g")),
            ("привет & ура", Some("go"))
        );
    }
    assert!(world.telegram.complaints().is_empty());
}

#[tokio::test]
async fn a_wrong_token_and_an_unknown_method_are_refused() {
    let world = World::new().await;
    let answer = world
        .http
        .get(format!("{}/bot1:x/getMe", world.url))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(
        world.refused("sendVideos", json!({})).await,
        "Not Found: method not found"
    );
    assert_eq!(
        world.refused("sendDice", json!({"chat_id": 1})).await,
        "Bad Request: sendDice is not played here"
    );
    assert_eq!(world.ok("getMe", json!({})).await["id"], 123_456);
}

#[tokio::test]
async fn text_is_required_short_enough_and_well_formed() {
    let world = World::started().await;
    let refused = async |text: String| {
        world
            .refused(
                "sendMessage",
                json!({"chat_id": ANNA, "text": text, "parse_mode": "HTML"}),
            )
            .await
    };
    assert_eq!(refused(String::new()).await, "Bad Request: message text is empty");
    assert_eq!(
        refused("я".repeat(4097)).await,
        "Bad Request: message is too long"
    );
    assert_eq!(
        refused("<b>x".into()).await,
        "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\""
    );
    assert_eq!(
        world.refused("sendMessage", json!({"text": "x"})).await,
        "Bad Request: chat_id is empty"
    );
}

#[tokio::test]
async fn markup_becomes_text_and_entities() {
    let world = World::started().await;
    let body = json!({"chat_id": ANNA, "text": "<b>Готово</b> &lt;3", "parse_mode": "HTML"});
    let message = world.ok("sendMessage", body).await;
    assert_eq!(message["text"], "Готово <3");
    assert_eq!(
        message["entities"],
        json!([{"type": "bold", "offset": 0, "length": 6}])
    );
    let seen = &world.telegram.chat(ANNA)[1];
    assert_eq!(
        (seen.text(), seen.now.raw.as_str()),
        ("Готово <3", "<b>Готово</b> &lt;3")
    );
}

#[tokio::test]
async fn what_telegram_would_ignore_is_a_complaint() {
    let world = World::started().await;
    world
        .ok(
            "sendMessage",
            json!({"chat_id": ANNA, "text": "x", "parsemode": "HTML"}),
        )
        .await;
    world
        .ok(
            "sendMessage",
            json!({"chat_id": ANNA, "text": "x", "disable_web_page_preview": true}),
        )
        .await;
    assert_eq!(
        world.telegram.complaints(),
        [
            "sendMessage: unknown field \"parsemode\"",
            "sendMessage.disable_web_page_preview is deprecated since Bot API 7.0"
        ]
    );
}

#[tokio::test]
async fn a_bot_reaches_only_those_who_let_it() {
    let world = World::new().await;
    let refused = async |chat: i64| {
        world
            .refused("sendMessage", json!({"chat_id": chat, "text": "x"}))
            .await
    };
    assert_eq!(refused(5).await, "Bad Request: chat not found");
    assert_eq!(
        refused(ANNA).await,
        "Forbidden: bot can't initiate conversation with a user"
    );
    world.telegram.say(ANNA, "/start").unwrap();
    world.sent("hello").await;
    world.telegram.block(ANNA).unwrap();
    assert_eq!(refused(ANNA).await, "Forbidden: bot was blocked by the user");
    world.telegram.unblock(ANNA).unwrap();
    world.sent("again").await;
    world.telegram.deactivate(ANNA).unwrap();
    assert_eq!(refused(ANNA).await, "Forbidden: user is deactivated");
}

#[tokio::test]
async fn a_channel_takes_messages_of_its_administrators() {
    let world = World::new().await;
    world.telegram.create_channel(-100_500, "vault", true);
    world.telegram.create_channel(-100_501, "foreign", false);
    let message = world
        .ok("sendMessage", json!({"chat_id": -100_500, "text": "kept"}))
        .await;
    assert_eq!(
        (&message["message_id"], &message["chat"]["type"]),
        (&json!(1), &json!("channel"))
    );
    let refused = world
        .refused("sendMessage", json!({"chat_id": -100_501, "text": "x"}))
        .await;
    assert_eq!(
        refused,
        "Bad Request: need administrator rights in the channel chat"
    );
}

#[tokio::test]
async fn a_migrated_chat_says_where_it_went() {
    let world = World::new().await;
    world.telegram.create_channel(-7, "old", true);
    world.telegram.migrate_chat(-7, -1007);
    let (status, answer) = world
        .bot("sendMessage", json!({"chat_id": -7, "text": "x"}))
        .await;
    assert_eq!(
        (status, &answer["parameters"]["migrate_to_chat_id"]),
        (400, &json!(-1007))
    );
    world
        .ok("sendMessage", json!({"chat_id": -1007, "text": "x"}))
        .await;
}

#[tokio::test]
async fn a_flood_is_told_when_to_come_again() {
    let world = World::with(|mut config| {
        config.flood = Some(FloodLimits {
            per_chat_burst: 2,
            ..FloodLimits::default()
        });
        config
    })
    .await;
    world.telegram.say(ANNA, "/start").unwrap();
    world.sent("one").await;
    world.sent("two").await;
    let body = json!({"chat_id": ANNA, "text": "three"});
    let answer = world
        .http
        .post(world.method("sendMessage"))
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            answer.status().as_u16(),
            answer.headers()["retry-after"].to_str().unwrap()
        ),
        (429, "1")
    );
    let answer: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(answer["description"], "Too Many Requests: retry after 1");
    assert_eq!(answer["parameters"], json!({"retry_after": 1}));
    world.pass(1_000);
    world.sent("three").await;
}

#[tokio::test]
async fn commands_are_kept_per_language() {
    let world = World::new().await;
    let commands = |text: &str| json!([{"command": "start", "description": text}]);
    world
        .ok("setMyCommands", json!({"commands": commands("Start")}))
        .await;
    world
        .ok(
            "setMyCommands",
            json!({"commands": commands("Начать"), "language_code": "ru"}),
        )
        .await;
    assert_eq!(
        world.ok("getMyCommands", json!({"language_code": "ru"})).await,
        commands("Начать")
    );
    assert_eq!(world.telegram.commands("")[0]["description"], "Start");
    let bad = json!([{"command": "Start!", "description": "x"}]);
    assert_eq!(
        world.refused("setMyCommands", json!({"commands": bad})).await,
        "Bad Request: BOT_COMMAND_INVALID"
    );
    let button = json!({"type": "web_app", "text": "App", "web_app": {"url": "https://e.org"}});
    world
        .ok("setChatMenuButton", json!({"menu_button": button}))
        .await;
    assert_eq!(
        world.ok("getChatMenuButton", json!({"chat_id": ANNA})).await,
        button
    );
}

#[tokio::test]
async fn calls_are_counted_and_kept_with_their_outcome() {
    let world = World::started().await;
    world.sent("one").await;
    world
        .refused("sendMessage", json!({"chat_id": 5, "text": "x"}))
        .await;
    world
        .ok(
            "sendChatAction",
            json!({"chat_id": ANNA, "action": "upload_video"}),
        )
        .await;
    assert_eq!(world.telegram.call_counts()["sendMessage"], 2);
    assert_eq!(world.telegram.requests(), 3);
    let calls = world.telegram.calls();
    assert_eq!(
        (calls[0].via, calls[0].told.clone()),
        (Via::Request, Some(Ok(())))
    );
    assert_eq!(calls[1].told.clone().unwrap().unwrap_err().code, 400);
}
