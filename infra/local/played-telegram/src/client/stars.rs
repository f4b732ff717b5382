//! What the person at the page does with Stars, and what they make go wrong.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::actions::told;
use crate::PlayedTelegram;
use crate::server::Server;
use crate::stars::{CHECKOUT_MS, PaymentNews};

type Played = State<Arc<Server>>;

/// The invoice at an address, for the sheet that asks whether to pay.
pub(super) async fn invoice(State(server): Played, Path((_, slug)): Path<(i64, String)>) -> Response {
    match (PlayedTelegram { server }).invoice(&slug) {
        Some(invoice) => Json(super::view::invoice(&invoice)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Deserialize)]
pub(super) struct Pay {
    slug: String,
    /// Where the button was pressed, if not at a link.
    message_id: Option<i64>,
}

/// Answers with the id of the checkout.
pub(super) async fn pay(State(server): Played, Path(user): Path<i64>, Json(pay): Json<Pay>) -> Response {
    let telegram = PlayedTelegram {
        server: Arc::clone(&server),
    };
    let asked = match pay.message_id {
        Some(message_id) => telegram.pay_message(user, message_id),
        None => telegram.pay_link(user, &pay.slug),
    };
    match asked {
        Ok(query_id) => {
            look_again(server);
            Json(json!(query_id)).into_response()
        }
        Err(error) => (StatusCode::CONFLICT, error.to_string()).into_response(),
    }
}

/// Nothing changes when a checkout's time is up, and yet the page has something else to show.
fn look_again(server: Arc<Server>) {
    let after = Duration::from_millis(u64::try_from(CHECKOUT_MS).unwrap_or_default() + 100);
    tokio::spawn(async move {
        tokio::time::sleep(after).await;
        server.write(|_| ());
    });
}

#[derive(Deserialize)]
pub(super) struct Bought {
    stars: u32,
}

pub(super) async fn buy(
    State(server): Played,
    Path(user): Path<i64>,
    Json(Bought { stars }): Json<Bought>,
) -> Response {
    told(PlayedTelegram { server }.give_stars(user, i64::from(stars)))
}

#[derive(Deserialize)]
pub(super) struct Renewed {
    charge_id: String,
    renewed: bool,
}

pub(super) async fn subscription(
    State(server): Played,
    Path(user): Path<i64>,
    Json(wanted): Json<Renewed>,
) -> Response {
    let telegram = PlayedTelegram { server };
    told(if wanted.renewed {
        telegram.resume_subscription(user, &wanted.charge_id)
    } else {
        telegram.cancel_subscription(user, &wanted.charge_id)
    })
}

pub(super) async fn month(State(server): Played, Path(user): Path<i64>, Json(_): Json<Value>) -> Response {
    told(PlayedTelegram { server }.a_month_passes(user))
}

/// What happens to the news of the next payment; for all users, as there is one bot.
#[derive(Deserialize)]
pub(super) struct News {
    /// `twice`, `lost`, `late`, `after_refund`; none: nothing, and what is late goes on its way.
    news: Option<PaymentNews>,
}

pub(super) async fn news(State(server): Played, Path(_): Path<i64>, Json(wanted): Json<News>) -> Json<Value> {
    server.write(|state| {
        state.stars.troubles.clear();
        state.stars.troubles.extend(wanted.news);
    });
    if wanted.news.is_none() {
        PlayedTelegram { server }.deliver_late_news();
    }
    Json(json!(true))
}
