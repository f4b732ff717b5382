use app::texts::{self, Locale};
use ctl::Error;
use serde_json::json;

use super::place::{HEADER, Place, TOKEN};

#[tokio::test]
async fn one_command_registers_the_webhook_and_fills_the_menus() {
    let place = Place::new().await;
    place
        .ctl(&["webhook", "set", "--max-connections", "20"])
        .await
        .unwrap();
    let shown = place.ctl(&["webhook", "show"]).await.unwrap();
    assert!(shown.sound, "{}", shown.text);
    assert_eq!(shown.json["url"], json!("https://bot.example.com/"));
    assert_eq!(shown.json["max_connections"], json!(20));
    assert_eq!(
        shown.json["allowed_updates"],
        json!([
            "message",
            "callback_query",
            "my_chat_member",
            "pre_checkout_query",
            "subscription"
        ])
    );
    for (language, locale) in [(None, Locale::En), (Some("ru"), Locale::Ru)] {
        let wanted = texts::commands(locale)
            .map(|(command, description)| json!({"command": command, "description": description}));
        assert_eq!(menu(&place, language).await, json!(wanted));
    }
    let wanted = texts::operator_commands(Locale::Ru)
        .map(|(command, description)| json!({"command": command, "description": description}));
    let scope = json!({"type": "chat", "chat_id": -100_999});
    let fields = [("scope".to_owned(), scope)].into_iter().collect();
    let operators = place.telegram.call("getMyCommands", fields).await.unwrap();
    assert_eq!(operators, json!(wanted), "the operator's chat has its own");
    let button = place
        .telegram
        .call("getChatMenuButton", serde_json::Map::new())
        .await;
    let cabinet = json!({"url": "https://api.example.com/app/"});
    let wanted = json!({"type": "web_app", "text": texts::menu_button(), "web_app": cabinet});
    assert_eq!(button.unwrap(), wanted);
}

async fn menu(place: &Place, language: Option<&str>) -> serde_json::Value {
    let fields = language.map(|language| ("language_code".to_owned(), json!(language)));
    place
        .telegram
        .call("getMyCommands", fields.into_iter().collect())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_bot_without_webhook_is_told_what_to_do() {
    let place = Place::new().await;
    let shown = place.ctl(&["webhook", "show"]).await.unwrap();
    assert!(!shown.sound);
    assert!(shown.text.contains("cargo ctl webhook set"), "{}", shown.text);
}

#[tokio::test]
async fn a_webhook_of_another_stack_is_noticed() {
    let place = Place::new().await;
    place.ctl(&["webhook", "set"]).await.unwrap();
    let elsewhere = ["webhook", "show", "--webhook-url", "https://other.example.com/"];
    let shown = place.ctl(&elsewhere).await.unwrap();
    assert!(
        !shown.sound && shown.text.contains("https://other.example.com/"),
        "{}",
        shown.text
    );
}

#[tokio::test]
async fn a_deleted_webhook_is_gone() {
    let place = Place::new().await;
    place.ctl(&["webhook", "set"]).await.unwrap();
    place.ctl(&["webhook", "delete", "--drop-waiting"]).await.unwrap();
    let shown = place.ctl(&["webhook", "show"]).await.unwrap();
    assert_eq!(shown.json["url"], json!(""));
}

#[tokio::test]
async fn the_secret_may_come_from_a_file_and_never_shows() {
    let place = Place::new().await;
    let secret = json!({"telegram_bot_token": TOKEN, "telegram_webhook_secret": HEADER});
    let file = place.file("secret.json", &secret.to_string());
    let set = place
        .ctl(&["webhook", "set", "--secret-file", &file])
        .await
        .unwrap();
    let said = format!("{} {}", set.text, set.json);
    assert!(!said.contains(TOKEN) && !said.contains(HEADER), "{said}");
}

#[tokio::test]
async fn a_wrong_token_is_refused_without_showing_it() {
    let place = Place::new().await;
    let wrong = "700000:not-the-token-of-any-bot";
    let secret = json!({"telegram_bot_token": wrong, "telegram_webhook_secret": HEADER});
    let file = place.file("secret.json", &secret.to_string());
    let error = place
        .ctl(&["webhook", "set", "--secret-file", &file])
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::Telegram(telegram::Error::Unauthorized)),
        "{error}"
    );
    assert!(!error.with_causes().contains(wrong), "{}", error.with_causes());
}

#[tokio::test]
async fn a_secret_that_was_only_begun_is_not_used() {
    let place = Place::new().await;
    let file = place.file("secret.json", &json!({"telegram_bot_token": ""}).to_string());
    let error = place
        .ctl(&["webhook", "show", "--secret-file", &file])
        .await
        .unwrap_err();
    assert!(
        error.with_causes().contains("`telegram_bot_token` is missing"),
        "{}",
        error.with_causes()
    );
}
