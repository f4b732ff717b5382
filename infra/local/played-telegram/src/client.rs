//! The browser client: a page that plays one user's Telegram, and the doors it uses.
//!
//! The page needs nothing from outside this machine. Its files are in `page/`.

mod actions;
mod events;
mod media;
mod mini_app;
mod stars;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::server::Server;

/// Only this server's own files and streams, and pictures that the page holds itself.
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'";

const HTML: &str = "text/html; charset=utf-8";
const INDEX: &str = include_str!("../page/index.html");

pub(crate) fn routes() -> Router<Arc<Server>> {
    Router::new()
        .route("/", page(HTML, INDEX))
        .route("/{bot}", get(bots_own))
        .route(
            "/client/style.css",
            page("text/css", include_str!("../page/style.css")),
        )
        .route(
            "/client/app.js",
            page("text/javascript", include_str!("../page/app.js")),
        )
        .route(
            "/client/message.js",
            page("text/javascript", include_str!("../page/message.js")),
        )
        .route(
            "/client/texts.js",
            page("text/javascript", include_str!("../page/texts.js")),
        )
        .route(
            "/client/stars.js",
            page("text/javascript", include_str!("../page/stars.js")),
        )
        .route("/client/media/{file_id}", get(media::serve))
        .route("/client/users", get(actions::users).post(actions::create_user))
        .route("/client/{user}/events", get(events::stream))
        .route("/client/{user}/say", post(actions::say))
        .route("/client/{user}/photo", post(actions::photo))
        .route("/client/{user}/voice", post(actions::voice))
        .route("/client/{user}/press", post(actions::press))
        .route("/client/{user}/invoice/{slug}", get(stars::invoice))
        .route("/client/{user}/mini-app", get(mini_app::open))
        .route("/client/{user}/pay", post(stars::pay))
        .route("/client/{user}/stars", post(stars::buy))
        .route("/client/{user}/subscription", post(stars::subscription))
        .route("/client/{user}/month", post(stars::month))
        .route("/client/{user}/news", post(stars::news))
        .route("/client/{user}/blocked", post(actions::set_blocked))
        .route("/client/{user}/language", post(actions::set_language))
        .route("/client/{user}/delete", post(actions::delete))
}

/// A link to the bot opens its chat; there is no other.
async fn bots_own(State(server): State<Arc<Server>>, Path(name): Path<String>) -> Response {
    if name == server.config.bot_username {
        file(HTML, INDEX)
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}

fn page(content_type: &'static str, text: &'static str) -> axum::routing::MethodRouter<Arc<Server>> {
    get(async move || file(content_type, text))
}

fn file(content_type: &'static str, text: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, "no-cache"),
        (CONTENT_SECURITY_POLICY, POLICY),
    ];
    (headers, text).into_response()
}
