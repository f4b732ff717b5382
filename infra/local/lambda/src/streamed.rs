//! Streamed responses: what a function says piece by piece, on its way from the Runtime API to the function's URL.
//!
//! Source: AWS Lambda developer guide, "Building a custom runtime" (response streaming, error trailers) and "Response
//! streaming for Lambda functions": a stream is not interrupted when its caller goes away, and is paid for to its end.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Frame;
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::oneshot;

use crate::runtime_api::Said;

/// How a function says that what it sends begins with the status and the headers.
pub(crate) const WITH_HEAD: &str = "application/vnd.awslambda.http-integration-response";
/// What stands between the head and the body.
const BETWEEN: [u8; 8] = [0; 8];
/// The longest head that is waited for.
const HEAD_MAX: usize = 64 * 1024;

/// Who wants a function's response as it comes; the first process that begins one takes it out.
pub(crate) type Taker = Arc<Mutex<Option<oneshot::Sender<Streamed>>>>;

/// A response that has begun.
#[derive(Debug)]
pub(crate) struct Streamed {
    /// The content type that the function gave it.
    pub(crate) kind: String,
    /// It ends when nobody says any more.
    pub(crate) pieces: UnboundedReceiver<Bytes>,
}

/// Passes a response on to whoever takes it, to its end, also if nobody listens any more. Without a taker it is gathered.
/// `None` if it was cut off: then nothing was said.
pub(crate) async fn pass<B: HttpBody<Data = Bytes> + Unpin>(
    mut body: B,
    kind: String,
    taker: Option<Taker>,
) -> Option<Said> {
    let (to, pieces) = unbounded_channel();
    let taker = taker.and_then(|taker| crate::locked(&taker).take());
    let is_taken = taker.is_some();
    if let Some(taker) = taker {
        // Whoever wanted it may be gone.
        let _ = taker.send(Streamed { kind, pieces });
    }
    let mut gathered = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.ok()?;
        let trailers = match frame.into_data() {
            Ok(piece) if is_taken => {
                let _ = to.send(piece);
                continue;
            }
            Ok(piece) => {
                gathered.extend_from_slice(&piece);
                continue;
            }
            Err(frame) => frame.into_trailers().unwrap_or_default(),
        };
        if let Some(kind) = trailers.get("lambda-runtime-function-error-type") {
            let kind = kind.to_str().unwrap_or("unknown");
            let report = json!({"errorType": kind, "errorMessage": "the function failed while it streamed"});
            return Some(Said::Error(Bytes::from(report.to_string())));
        }
    }
    Some(Said::Response(Bytes::from(gathered)))
}

/// The head of a response and what there is of its body; `None` if it ends before its head does, or its head has no end.
pub(crate) async fn head(streamed: &mut Streamed) -> Option<(Vec<u8>, Bytes)> {
    let mut all = Vec::new();
    loop {
        let end = all.windows(BETWEEN.len()).position(|window| window == BETWEEN);
        if let Some(end) = end {
            let rest = all.split_off(end + BETWEEN.len());
            all.truncate(end);
            return Some((all, Bytes::from(rest)));
        }
        if all.len() > HEAD_MAX {
            return None;
        }
        all.extend_from_slice(&streamed.pieces.recv().await?);
    }
}

/// The rest of a response as a body.
pub(crate) fn body(first: Bytes, streamed: Streamed) -> Body {
    Body::new(Pieces {
        first: Some(first).filter(|first| !first.is_empty()),
        streamed,
    })
}

struct Pieces {
    first: Option<Bytes>,
    streamed: Streamed,
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        let piece = self.streamed.pieces.poll_recv(cx);
        piece.map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use http_body_util::Full;

    use super::*;

    fn taken() -> (Taker, oneshot::Receiver<Streamed>) {
        let (to, streamed) = oneshot::channel();
        (Arc::new(Mutex::new(Some(to))), streamed)
    }

    #[tokio::test]
    async fn a_failure_in_the_trailers_is_the_functions() {
        let (taker, _streamed) = taken();
        let mut trailers = HeaderMap::new();
        trailers.insert(
            "lambda-runtime-function-error-type",
            "Runtime.Broken".parse().unwrap(),
        );
        let body = Full::new(Bytes::from_static(b"half")).with_trailers(async { Some(Ok(trailers)) });
        let said = pass(Box::pin(body), WITH_HEAD.to_owned(), Some(taker)).await;
        let Some(Said::Error(report)) = said else {
            panic!("{said:?}")
        };
        assert!(String::from_utf8_lossy(&report).contains("Runtime.Broken"));
    }

    #[tokio::test]
    async fn a_head_is_found_wherever_the_pieces_begin() {
        let whole = b"{\"statusCode\":200}\0\0\0\0\0\0\0\0body";
        for size in [1, 5, 20, whole.len()] {
            let (to, pieces) = unbounded_channel();
            for piece in whole.chunks(size) {
                to.send(Bytes::copy_from_slice(piece)).unwrap();
            }
            drop(to);
            let mut streamed = Streamed {
                kind: WITH_HEAD.to_owned(),
                pieces,
            };
            let (head, first) = head(&mut streamed).await.unwrap();
            assert_eq!(head, b"{\"statusCode\":200}");
            let rest = body(first, streamed).collect().await.unwrap().to_bytes();
            assert_eq!(rest, Bytes::from_static(b"body"), "{size}");
        }
    }

    #[tokio::test]
    async fn without_a_taker_it_is_gathered() {
        let said = pass(Full::new(Bytes::from_static(b"all")), String::new(), None).await;
        assert!(matches!(said, Some(Said::Response(all)) if all == "all"));
    }
}
