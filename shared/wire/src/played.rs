//! The outside, played within the process: for simulations, which decide what becomes of each request.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use reqwest::{Request, RequestBuilder, Response};

use crate::{Silence, Unanswered};

/// What becomes of a request, in the end.
pub type Carried = Pin<Box<dyn Future<Output = Result<http::Response<reqwest::Body>, Unanswered>> + Send>>;

/// Whoever plays the outside.
pub trait Outside: Send + Sync {
    /// Carries a request out, or not.
    fn carry(&self, request: Request) -> Carried;
}

thread_local! {
    static OUTSIDE: RefCell<Option<Arc<dyn Outside>>> = const { RefCell::new(None) };
}

/// From now on all requests of this thread go there, until the guard is dropped.
pub fn play(outside: Arc<dyn Outside>) -> Playing {
    OUTSIDE.set(Some(outside));
    Playing(())
}

/// As long as this lives, the outside of its thread is played.
#[derive(Debug)]
#[must_use = "the play ends with it"]
pub struct Playing(());

impl Drop for Playing {
    fn drop(&mut self) {
        OUTSIDE.set(None);
    }
}

pub(crate) fn outside() -> Option<Here> {
    OUTSIDE.with_borrow(Clone::clone).map(Here)
}

/// Whoever plays the outside of this thread.
pub(crate) struct Here(Arc<dyn Outside>);

impl Here {
    /// Hands a request over. The future holds nothing of the thread's, so that it may stand in those that must be able to
    /// move.
    pub(crate) fn carried(
        self,
        request: RequestBuilder,
    ) -> impl Future<Output = Result<Response, Unanswered>> + Send {
        let carried = request.build().map(|request| {
            let timeout = request.timeout().copied();
            (self.0.carry(request), timeout)
        });
        async move {
            let (carried, timeout) = carried?;
            let answer = match timeout {
                Some(timeout) => tokio::time::timeout(timeout, carried)
                    .await
                    .unwrap_or_else(|_| Err(late())),
                None => carried.await,
            };
            answer.map(Response::from)
        }
    }
}

fn late() -> Unanswered {
    Unanswered {
        silence: Silence::TimedOut,
        why: "no answer in time".to_owned(),
    }
}
