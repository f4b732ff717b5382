//! The bridge between the played Telegram, polled, and a webhook of the tests' own.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use played_telegram::{ApiError, Config, Fault, Happens, PlayedTelegram};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Bridge, Trouble, chat_of};
use crate::locked;

const TOKEN: &str = "7000000001:token-of-the-tests";
const SECRET: &str = "secret-of-the-tests";
const SOON: Duration = Duration::from_secs(20);

struct World {
    telegram: PlayedTelegram,
    bridge: Bridge,
    troubles: Arc<Mutex<Vec<Trouble>>>,
    tasks: JoinSet<()>,
}

impl World {
    /// A webhook that says every text back, and refuses the first `refusals` updates.
    async fn new(refusals: u32) -> Self {
        let mut tasks = JoinSet::new();
        let left = Arc::new(AtomicU32::new(refusals));
        let webhook = post(move |headers: HeaderMap, Json(update): Json<Value>| {
            let left = left.clone();
            async move { echo(&headers, &update, &left) }
        });
        let webhook_url = serve(&mut tasks, Router::new().route("/", webhook)).await;
        let telegram = PlayedTelegram::new(Config::new(TOKEN, "http://played").quick()).unwrap();
        let api_url = serve(&mut tasks, telegram.router()).await;
        Self {
            bridge: Bridge::new(&api_url, TOKEN, &webhook_url, SECRET).unwrap(),
            telegram,
            troubles: Arc::default(),
            tasks,
        }
    }

    fn run(&mut self) {
        let (bridge, troubles) = (self.bridge.clone(), self.troubles.clone());
        self.tasks.spawn(async move {
            bridge
                .run(|trouble| locked(&troubles).push(trouble.clone()))
                .await;
        });
    }

    /// What the user said comes back so many times.
    async fn echoes(&self, user: i64, texts: &[&str]) {
        let echoes = |chat: &[played_telegram::ChatMessage]| {
            let said: Vec<_> = chat
                .iter()
                .filter(|it| it.from_bot)
                .map(|it| it.text().to_owned())
                .collect();
            (said == texts).then_some(())
        };
        self.telegram.wait_for(user, SOON, echoes).await.unwrap();
    }

    fn troubles(&self) -> Vec<Trouble> {
        locked(&self.troubles).clone()
    }
}

fn echo(headers: &HeaderMap, update: &Value, refusals_left: &AtomicU32) -> Response {
    if headers
        .get("x-telegram-bot-api-secret-token")
        .is_none_or(|it| it != SECRET)
    {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let refuse = refusals_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
    if refuse.is_ok() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let message = &update["message"];
    let method = json!({"method": "sendMessage", "chat_id": message["chat"]["id"], "text": message["text"]});
    Json(method).into_response()
}

async fn serve(tasks: &mut JoinSet<()>, router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

#[tokio::test]
async fn what_users_write_is_fetched_handed_over_and_answered_in_order() {
    let mut world = World::new(0).await;
    for user in [1, 2] {
        world.telegram.create_user(user, "Ada", Some("en"));
    }
    world.telegram.say(1, "one").unwrap();
    world.telegram.say(2, "other").unwrap();
    world.run();
    world.telegram.say(1, "two").unwrap();
    world.echoes(1, &["one", "two"]).await;
    world.echoes(2, &["other"]).await;
    // The next poll confirms what was taken, so that nothing comes again.
    world.telegram.say(1, "three").unwrap();
    world.echoes(1, &["one", "two", "three"]).await;
    assert_eq!(world.troubles(), []);
}

#[test]
fn updates_of_one_chat_stay_together_whatever_their_kind() {
    for update in [
        json!({"update_id": 1, "message": {"chat": {"id": 7}, "from": {"id": 8}}}),
        json!({"update_id": 1, "callback_query": {"from": {"id": 8}, "message": {"chat": {"id": 7}}}}),
        json!({"update_id": 1, "pre_checkout_query": {"id": "1", "from": {"id": 7}}}),
        json!({"update_id": 1, "subscription": {"user": {"id": 7}, "state": "canceled"}}),
    ] {
        assert_eq!(chat_of(&update), 7, "{update}");
    }
}

#[tokio::test]
async fn an_update_that_the_webhook_refuses_is_handed_over_again() {
    let mut world = World::new(2).await;
    world.telegram.create_user(1, "Ada", Some("en"));
    world.telegram.say(1, "hello").unwrap();
    world.run();
    world.echoes(1, &["hello"]).await;
    let troubles = world.troubles();
    assert_eq!(troubles.len(), 2);
    assert!(
        troubles
            .iter()
            .all(|it| matches!(it, Trouble::NotTaken { given_up: false, .. }))
    );
}

#[tokio::test]
async fn a_webhook_in_the_way_is_seen_and_taken_away() {
    let mut world = World::new(0).await;
    let hook = json!({"url": "https://example.org/hook"});
    world
        .telegram
        .call("setWebhook", hook.as_object().unwrap().clone())
        .await
        .unwrap();
    let seen = world.bridge.look().await.unwrap();
    assert_eq!(seen.webhook_url.as_deref(), Some("https://example.org/hook"));
    assert_eq!(seen.username, "neurocards_bot");
    world.bridge.take_webhook_away().await.unwrap();
    assert_eq!(world.bridge.look().await.unwrap().webhook_url, None);
    world.telegram.create_user(1, "Ada", Some("en"));
    world.telegram.say(1, "hello").unwrap();
    world.run();
    world.echoes(1, &["hello"]).await;
}

#[tokio::test]
async fn a_conflict_is_explained_and_polling_goes_on() {
    let mut world = World::new(0).await;
    let conflict = ApiError::conflict("terminated by other getUpdates request");
    world
        .telegram
        .fault(Fault::next("getUpdates", Happens::Refused(conflict)));
    world
        .telegram
        .fault(Fault::next("getUpdates", Happens::CutBefore));
    world.telegram.create_user(1, "Ada", Some("en"));
    world.telegram.say(1, "hello").unwrap();
    world.run();
    world.echoes(1, &["hello"]).await;
    let troubles = world.troubles();
    assert!(
        matches!(troubles.as_slice(), [Trouble::Conflict(_), Trouble::NoUpdates(_)]),
        "{troubles:?}"
    );
    assert!(
        troubles.iter().all(|it| !it.to_string().contains("token-of")),
        "{troubles:?}"
    );
}

#[tokio::test]
async fn a_wrong_token_ends_it_and_is_not_shown() {
    let world = World::new(0).await;
    let bridge = Bridge {
        bot: super::bot::Bot::new(world.bridge.http.clone(), world.telegram_url(), "7:wrong-token"),
        ..world.bridge.clone()
    };
    let error = bridge.run(|_| {}).await;
    assert!(error.to_string().contains("TELEGRAM_BOT_TOKEN"), "{error}");
    assert!(!error.chain().contains("wrong-token"));
    assert!(bridge.look().await.is_err());
}

impl World {
    fn telegram_url(&self) -> &str {
        self.bridge.bot.base_url()
    }
}
