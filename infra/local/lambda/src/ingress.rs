//! Function URLs: an HTTP server per function, whose requests become events in payload format 2.0.
//!
//! Source: AWS Lambda developer guide, "Invoking Lambda function URLs".

mod answer;
mod event;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{Request, Response, StatusCode};
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::functions::{Outcome, Pool};
use event::Peer;

/// A request may hold 6 MB ("Lambda quotas").
const REQUEST_MAX: usize = 6 * 1024 * 1024;

#[derive(Clone)]
struct Door {
    pool: Arc<Pool>,
    id: Arc<str>,
    streams: bool,
}

/// Serves one function's URL until dropped.
pub(crate) async fn serve(listener: TcpListener, id: &str, pool: Arc<Pool>, streams: bool) {
    let door = Door {
        pool,
        id: id.to_lowercase().into(),
        streams,
    };
    let router = Router::new().fallback(enter).with_state(door);
    drop(
        axum::serve(
            listener,
            router.into_make_service_with_connect_info::<SocketAddr>(),
        )
        .await,
    );
}

async fn enter(
    State(door): State<Door>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Request<Body>,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, REQUEST_MAX).await else {
        return answer::plain(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLargeException");
    };
    let peer = Peer {
        ip: from.ip(),
        url_id: &door.id,
    };
    let event = event::of(&head, &body, &peer);
    let response = if door.streams {
        streamed(&door, event).await
    } else {
        whole(door.pool.invoke(event).await, answer::of)
    };
    door.pool.answered(response.status().as_u16());
    response
}

/// A response as it comes. One that the function gives as a whole is passed on as it stands: a URL that streams does not look
/// into it.
async fn streamed(door: &Door, event: Bytes) -> Response<Body> {
    let (to, begun) = oneshot::channel();
    let taker = Arc::new(Mutex::new(Some(to)));
    tokio::select! {
        biased;
        Ok(streamed) = begun => answer::streamed(streamed).await,
        outcome = door.pool.invoke_for(event, Some(taker.clone())) => whole(outcome, answer::as_it_stands),
    }
}

fn whole(outcome: Outcome, answer: impl FnOnce(&[u8]) -> Response<Body>) -> Response<Body> {
    match outcome {
        Outcome::Answered(payload) => answer(&payload),
        Outcome::Throttled => answer::plain(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException"),
        Outcome::Failed(_) => answer::plain(StatusCode::BAD_GATEWAY, "Internal Server Error"),
    }
}
