//! The outside world of the smoke test, and one user in it: plays Telegram and KIE.AI for functions that run elsewhere,
//! orders one video from a photo, and watches until it stands in the chat. `smoke.py` starts it; it ends with an error if
//! the video does not come, or if a server saw anything that the real one would not have liked.
#![allow(clippy::print_stdout, reason = "a command for people and for smoke.py")]
#![allow(
    clippy::disallowed_methods,
    reason = "servers of a test have their own tasks and timers"
)]

use std::io::Cursor;
use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use clap::Parser;
use played_kie::{Forged, PlayedKie, Signature, State};
use played_telegram::{ChatMessage, MediaKind, PlayedTelegram};
use serde_json::json;
use tokio::net::TcpListener;

/// Long enough for cold starts and a render on a busy machine.
const DELIVERY: Duration = Duration::from_mins(2);
const REPLY: Duration = Duration::from_secs(20);
const RENDER_MS: i64 = 1_500;
const FORWARD_EVERY: Duration = Duration::from_millis(200);

/// The button that orders what the card shows carries data of this beginning.
const ORDER: &str = "go:";

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Where everything is.
#[derive(Parser)]
struct Arguments {
    /// The port on which to play Telegram.
    #[arg(long)]
    telegram_port: u16,
    /// The port on which to play KIE.AI.
    #[arg(long)]
    kie_port: u16,
    /// Where the webhook function is reached.
    #[arg(long)]
    webhook: String,
    /// Where the callback function is reached.
    #[arg(long)]
    callback: String,
    /// The bot's token.
    #[arg(long)]
    token: String,
    /// The secret of the webhook's header.
    #[arg(long)]
    webhook_secret: String,
    /// The provider's key.
    #[arg(long)]
    kie_key: String,
    /// The user's id.
    #[arg(long)]
    user: i64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let arguments = Arguments::parse();
    let telegram = telegram(&arguments).await?;
    let kie = kie(&arguments).await?;
    tokio::spawn(forward_callbacks(kie.clone(), arguments.callback.clone()));
    let ordered = order(&telegram, arguments.user).await?;
    println!("ok  the card stands in the chat and its button is pressed");
    let seconds = delivered(&telegram, arguments.user, ordered).await?;
    println!("ok  the card has become the video, {seconds} s after the order");
    unblemished(&telegram, &kie)
}

async fn telegram(arguments: &Arguments) -> Outcome<PlayedTelegram> {
    let address = format!("http://127.0.0.1:{}", arguments.telegram_port);
    let telegram = PlayedTelegram::new(played_telegram::Config::new(&arguments.token, address))?;
    serve(arguments.telegram_port, telegram.router()).await?;
    let webhook = json!({"url": arguments.webhook, "secret_token": arguments.webhook_secret});
    let fields = webhook.as_object().cloned().unwrap_or_default();
    telegram
        .call("setWebhook", fields)
        .await
        .map_err(|refused| format!("setWebhook: {refused:?}"))?;
    Ok(telegram)
}

async fn kie(arguments: &Arguments) -> Outcome<PlayedKie> {
    let address = format!("http://127.0.0.1:{}", arguments.kie_port);
    let mut config = played_kie::Config::new(address);
    config.api_key.clone_from(&arguments.kie_key);
    config.render_ms = RENDER_MS;
    let kie = PlayedKie::new(config);
    serve(arguments.kie_port, kie.router()).await?;
    Ok(kie)
}

async fn serve(port: u16, router: Router) -> Outcome<()> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(())
}

/// The address that the worker gives to the provider is the one of AWS; only this program knows where the emulator
/// really serves it. So it carries each report there, once, when the task has ended.
async fn forward_callbacks(kie: PlayedKie, callback: String) {
    let mut reported: Vec<String> = Vec::new();
    loop {
        for task in kie.tasks() {
            let Some(url) = task.callback_url.filter(|_| task.state == State::Success) else {
                continue;
            };
            if !reported.contains(&task.id) {
                let answer = report(&kie, &task.id, &served_at(&callback, &url)).await;
                println!("ok  the callback is answered with {answer:?}");
                reported.push(task.id);
            }
        }
        tokio::time::sleep(FORWARD_EVERY).await;
    }
}

async fn report(kie: &PlayedKie, task_id: &str, callback_url: &str) -> Option<u16> {
    let signature = Signature::Right;
    kie.forge_callback(&Forged {
        callback_url,
        task_id,
        state: State::Success,
        result_urls: &[],
        signature,
    })
    .await
}

/// `https://<id>.lambda-url.<region>.on.aws/kie?job=...` as the emulator serves it.
fn served_at(callback: &str, url: &str) -> String {
    let path = url.splitn(4, '/').nth(3).unwrap_or_default();
    format!("{callback}{path}")
}

/// Starts the bot, sends a photo with a wish, and presses the card's button. Returns the card's message id.
async fn order(telegram: &PlayedTelegram, user: i64) -> Outcome<i64> {
    telegram.create_user(user, "Дым", Some("ru"));
    telegram.say(user, "/start")?;
    telegram
        .wait_for(user, REPLY, |chat| {
            chat.iter().find(|message| message.from_bot).map(|_| ())
        })
        .await?;
    telegram
        .send_photo(user, photo()?, "облака плывут над городом ☁️")
        .await?;
    let (card, button) = telegram
        .wait_for(user, REPLY, |chat| chat.iter().find_map(order_button))
        .await?;
    telegram.press(user, card, &button)?;
    Ok(card)
}

fn order_button(message: &ChatMessage) -> Option<(i64, String)> {
    let data = message
        .now
        .buttons
        .iter()
        .flatten()
        .filter_map(|button| button.callback_data.as_ref());
    data.into_iter()
        .find(|data| data.starts_with(ORDER))
        .map(|data| (message.message_id, data.clone()))
}

/// A JPEG of an odd size, as phones make them.
fn photo() -> Outcome<Bytes> {
    let picture = image::RgbImage::from_fn(801, 601, |x, y| {
        let shade = |value: u32| u8::try_from(value % 256).unwrap_or_default();
        image::Rgb([shade(x), shade(y), shade(x + y)])
    });
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Jpeg)?;
    Ok(Bytes::from(file.into_inner()))
}

/// Waits until the card itself shows a video. Returns the seconds that took.
async fn delivered(telegram: &PlayedTelegram, user: i64, card: i64) -> Outcome<i64> {
    let became_video = |chat: &[ChatMessage]| {
        let message = chat.iter().find(|message| message.message_id == card)?;
        let video = message
            .now
            .media
            .as_ref()
            .filter(|media| media.kind == MediaKind::Video);
        video.map(|_| (message.edited_ms.unwrap_or(message.at_ms) - message.at_ms) / 1_000)
    };
    Ok(telegram.wait_for(user, DELIVERY, became_video).await?)
}

/// What the real servers would have passed over in silence is still a fault of ours.
fn unblemished(telegram: &PlayedTelegram, kie: &PlayedKie) -> Outcome<()> {
    let complaints = [telegram.complaints(), kie.complaints()].concat();
    if complaints.is_empty() {
        Ok(())
    } else {
        Err(complaints.join("\n").into())
    }
}
