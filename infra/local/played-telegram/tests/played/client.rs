//! The browser client's doors.

use image::ImageFormat::Jpeg;
use serde_json::{Value, json};

use crate::world::{ANNA, Bot, SOON, World, host, mp4, picture};

pub(crate) async fn act(world: &World, path: &str, body: Value) -> u16 {
    let url = format!("{}/client/{path}", world.url);
    world
        .http
        .post(url)
        .json(&body)
        .send()
        .await
        .unwrap()
        .status()
        .as_u16()
}

pub(crate) struct Events(reqwest::Response, String);

impl Events {
    pub(crate) async fn open(world: &World, user: i64) -> Self {
        let url = format!("{}/client/{user}/events", world.url);
        Self(world.http.get(url).send().await.unwrap(), String::new())
    }

    /// The first look of the chat in which this holds.
    pub(crate) async fn until(&mut self, holds: impl Fn(&Value) -> bool) -> Value {
        let read = async {
            loop {
                while let Some((event, rest)) = self.1.split_once("\n\n") {
                    let data = event.strip_prefix("data: ").map(str::to_owned);
                    self.1 = rest.into();
                    let view = data.and_then(|data| serde_json::from_str::<Value>(&data).ok());
                    if let Some(view) = view.filter(&holds) {
                        return view;
                    }
                }
                let chunk = self.0.chunk().await.unwrap().unwrap();
                self.1.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        };
        tokio::time::timeout(SOON, read).await.unwrap()
    }
}

#[tokio::test]
async fn a_link_to_the_bot_opens_the_page_and_one_to_another_does_not() {
    let world = World::new().await;
    let look = async |path: &str| {
        let answer = world
            .http
            .get(format!("{}{path}", world.url))
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert!(world.telegram.bot_url().ends_with("/neurocards_bot"));
    assert_eq!(look("/neurocards_bot?start=ref_abc").await, look("/").await);
    assert_eq!(look("/another_bot").await.0, 404);
}

#[tokio::test]
async fn the_page_is_whole_and_names_nothing_outside() {
    let world = World::new().await;
    for path in [
        "",
        "client/style.css",
        "client/app.js",
        "client/message.js",
        "client/texts.js",
        "client/stars.js",
    ] {
        let answer = world
            .http
            .get(format!("{}/{path}", world.url))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert!(
            answer.headers()["content-security-policy"]
                .to_str()
                .unwrap()
                .starts_with("default-src 'self'")
        );
        let text = answer
            .text()
            .await
            .unwrap()
            .replace("http://www.w3.org/2000/svg", "");
        assert!(!text.contains("http://") && !text.contains("https://"), "{path}");
    }
}

#[tokio::test]
async fn a_new_user_starts_the_bot_and_speaks_another_language() {
    let (world, bot) = (World::new().await, Bot::new().await);
    world.set_webhook(&bot).await;
    let url = format!("{}/client/users", world.url);
    let new = json!({"first_name": "Вера", "language_code": "ru"});
    let user: Value = world
        .http
        .post(&url)
        .json(&new)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let id = user["id"].as_i64().unwrap();
    let mut events = Events::open(&world, id).await;
    assert_eq!(events.until(|_| true).await["user"]["started"], false);
    assert_eq!(
        act(&world, &format!("{id}/say"), json!({"text": "/start"})).await,
        200
    );
    events
        .until(|view| view["user"]["started"] == true && view["messages"][0]["mine"] == true)
        .await;
    assert_eq!(
        act(&world, &format!("{id}/language"), json!({"language_code": "en"})).await,
        200
    );
    assert_eq!(
        act(&world, &format!("{id}/blocked"), json!({"blocked": true})).await,
        200
    );
    assert_eq!(act(&world, &format!("{id}/say"), json!({"text": "x"})).await, 409);
    world
        .telegram
        .wait_until(SOON, |telegram| (telegram.updates_waiting() == 0).then_some(()))
        .await
        .unwrap();
    let last = bot.heard().pop().unwrap();
    assert_eq!(last["my_chat_member"]["from"]["language_code"], "en");
}

#[tokio::test]
async fn a_pressed_button_spins_until_it_is_answered_or_its_message_edited() {
    let world = World::started().await;
    let mut events = Events::open(&world, ANNA).await;
    let keyboard = json!({"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]});
    let body = json!({"chat_id": ANNA, "text": "draft", "reply_markup": keyboard});
    let id = world.ok("sendMessage", body).await["message_id"]
        .as_i64()
        .unwrap();
    let press = json!({"message_id": id, "data": "go"});
    assert_eq!(act(&world, &format!("{ANNA}/press"), press.clone()).await, 200);
    let view = events.until(|view| view["spinning"] == json!([[id, "go"]])).await;
    assert_eq!(
        view["messages"][1]["buttons"],
        json!([[{"text": "Go", "data": "go", "url": null, "pay": false}]])
    );
    world
        .ok(
            "editMessageText",
            json!({"chat_id": ANNA, "message_id": id, "text": "x", "reply_markup": keyboard}),
        )
        .await;
    events
        .until(|view| view["spinning"] == json!([]) && view["messages"][1]["edits"] == 1)
        .await;

    world.pass(1);
    assert_eq!(act(&world, &format!("{ANNA}/press"), press.clone()).await, 200);
    events.until(|view| view["spinning"] == json!([[id, "go"]])).await;
    let updates = world.ok("getUpdates", json!({})).await;
    let query = updates.as_array().unwrap().last().unwrap()["callback_query"]["id"].clone();
    let answer = json!({"callback_query_id": query, "text": "Готово", "show_alert": true});
    world.ok("answerCallbackQuery", answer).await;
    let view = events.until(|view| view["notices"] != json!([])).await;
    assert_eq!(
        view["notices"],
        json!([{"id": query, "text": "Готово", "alert": true}])
    );
    assert_eq!(
        act(
            &world,
            &format!("{ANNA}/press"),
            json!({"message_id": id, "data": "stop"})
        )
        .await,
        409
    );
}

#[tokio::test]
async fn a_photo_is_sent_and_a_video_is_served_in_parts() {
    let world = World::started().await;
    let mut events = Events::open(&world, ANNA).await;
    let url = format!("{}/client/{ANNA}/photo?caption=%D0%BA%D0%BE%D1%82", world.url);
    let request = world
        .http
        .post(url)
        .header("content-type", "image/jpeg")
        .body(picture(64, 48, Jpeg));
    assert_eq!(request.send().await.unwrap().status(), 200);
    let view = events
        .until(|view| view["messages"][1]["media"]["kind"] == "photo")
        .await;
    assert_eq!(view["messages"][1]["text"], "кот");

    let file = mp4(5, 1_000);
    let video = host("video/mp4", file.clone()).await;
    world
        .ok("sendVideo", json!({"chat_id": ANNA, "video": video}))
        .await;
    let view = events
        .until(|view| view["messages"][2]["media"]["kind"] == "video")
        .await;
    let media = format!(
        "{}/{}",
        world.url,
        view["messages"][2]["media"]["url"].as_str().unwrap()
    );
    let answer = world
        .http
        .get(&media)
        .header("range", "bytes=4-7")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (206, &"video/mp4".parse().unwrap())
    );
    assert_eq!(
        answer.headers()["content-range"],
        format!("bytes 4-7/{}", file.len())
    );
    assert_eq!(answer.bytes().await.unwrap(), "ftyp");
    let answer = world
        .http
        .get(&media)
        .header("range", "bytes=999999-")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 416);
}
