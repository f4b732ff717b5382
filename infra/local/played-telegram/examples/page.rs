//! The played Telegram alone, for a bot of one's own: `cargo run -p played-telegram --example page [port]`.
//!
//! Point the bot to the printed address instead of `https://api.telegram.org`, and open that address in a browser.
#![allow(clippy::print_stdout, reason = "a person starts it at a terminal")]

use played_telegram::{Config, PlayedTelegram};
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).unwrap_or_else(|| "8081".into());
    let url = format!("http://127.0.0.1:{port}");
    let config = Config::new("123456:played", &url);
    println!("Bot API: {url}/bot{}/<method>\nClient:  {url}/", config.token);
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, PlayedTelegram::new(config)?.router()).await?;
    Ok(())
}
