//! Tells the page when its chat looks different: server-sent events, each the whole chat.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use tokio::sync::watch;

use super::view;
use crate::server::Server;

struct Watcher {
    server: Arc<Server>,
    user_id: i64,
    changes: watch::Receiver<u64>,
    last: String,
}

pub(super) async fn stream(
    State(server): State<Arc<Server>>,
    Path(user_id): Path<i64>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, StatusCode> {
    if !server.read(|state| state.users.contains_key(&user_id)) {
        return Err(StatusCode::NOT_FOUND);
    }
    let changes = server.changes();
    let watcher = Watcher {
        server,
        user_id,
        changes,
        last: String::new(),
    };
    let events = futures::stream::unfold(watcher, async |mut watcher| {
        let view = watcher.next().await?;
        Some((Ok(Event::default().data(view)), watcher))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

impl Watcher {
    /// The chat's next look; ends with the server.
    async fn next(&mut self) -> Option<String> {
        loop {
            self.changes.mark_unchanged();
            let view = view::of(&self.server, self.user_id).to_string();
            if view != self.last {
                self.last.clone_from(&view);
                return Some(view);
            }
            self.changes.changed().await.ok()?;
        }
    }
}
