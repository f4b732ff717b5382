//! An open page of a customer, which hears that something has changed. A stream waits by the stage's clock: each wait moves
//! it on, so what is heard next is what is said two seconds later.

use std::sync::Arc;
use std::time::Duration;

use app::{Clock as _, Env, Fixed};
use domain::id::UserId;
use lambda_http::{Request, RequestExt as _};
use limits_flags::access::ticket::TicketKey;
use live::{Body, Desk};
use local_lambda::Aws;
use serde_json::{Value, json};

use super::{LIVE, Stage, TOKEN, clients};

const CAPTURED: &str = include_str!("../../../functions/live/events/open.json");

pub(crate) fn desk(aws: &Aws, clock: &Arc<Fixed>, env: Env) -> Arc<Desk> {
    let tables = clients::tables(aws);
    let settings = aws.table_name("SettingsTable").unwrap().to_owned();
    let clock = Arc::clone(clock);
    Arc::new(Desk {
        live: store::Live::new(clients::db(aws, LIVE), tables.accounts, tables.usage, settings),
        key: TicketKey::of(TOKEN),
        env,
        pace: Arc::new(move |span| {
            clock.pass(span);
            Box::pin(std::future::ready(()))
        }),
    })
}

/// A page that listens.
#[derive(Debug)]
pub struct Page {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: axum::http::HeaderMap,
    body: Body,
}

/// A piece of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// What it says to come back with.
    pub id: Option<String>,
    /// When it says to come back, in ms.
    pub retry_ms: Option<u64>,
    /// Its messages.
    pub messages: Vec<Value>,
}

impl Page {
    /// The next piece; `None` when the stream is over.
    pub async fn hear(&mut self) -> Option<Heard> {
        use http_body_util::BodyExt as _;
        let frame = self.body.frame().await?.unwrap();
        let text = String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap();
        assert!(text.ends_with(":\n\n"), "no sign of life in {text:?}");
        let mut heard = Heard::default();
        for line in text.lines() {
            match line.split_once(": ") {
                Some(("id", id)) => heard.id = Some(id.to_owned()),
                Some(("retry", ms)) => heard.retry_ms = Some(ms.parse().unwrap()),
                Some(("event", kind)) => assert_eq!(kind, "message"),
                Some(("data", data)) => heard.messages.push(serde_json::from_str(data).unwrap()),
                _ => assert!(line.is_empty() || line == ":", "{line:?}"),
            }
        }
        Some(heard)
    }

    /// Why the next piece says to ask again; empty for a sign of life.
    pub async fn reasons(&mut self) -> Vec<String> {
        let heard = self.hear().await.expect("the stream is over");
        let reasons = heard
            .messages
            .iter()
            .filter(|it| it["type"] == "refetchEvaluation");
        let reasons = reasons.flat_map(|it| it["reasons"].as_array().unwrap());
        reasons
            .map(|reason| reason.as_str().unwrap().to_owned())
            .collect()
    }

    /// Whatever is left of an answer that is no stream.
    pub async fn text(self) -> String {
        use http_body_util::BodyExt as _;
        String::from_utf8(self.body.collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }
}

impl Stage {
    /// A ticket of a customer, given out now.
    pub fn ticket(&self, user: i64) -> String {
        TicketKey::of(TOKEN).write(UserId(user), self.clock_now())
    }

    /// Opens a customer's page.
    pub async fn listen(&self, user: i64) -> Page {
        let query = format!("ticket={}", self.ticket(user));
        self.listen_as(&query, &[]).await
    }

    /// Opens a customer's page when so much is left of the invocation, by the machine's own clock.
    pub async fn listen_within(&self, user: i64, left: Duration) -> Page {
        let mut context = lambda_http::Context::default();
        let now = u64::try_from(runtime::SystemClock.now().0).unwrap();
        context.deadline = now + u64::try_from(left.as_millis()).unwrap();
        let query = format!("ticket={}", self.ticket(user));
        let request = request("GET", &query, &[]).with_lambda_context(context);
        self.heard(request).await
    }

    /// Asks for a stream, in any way.
    pub async fn listen_as(&self, query: &str, headers: &[(&str, &str)]) -> Page {
        self.ask_for_a_stream("GET", query, headers).await
    }

    /// The same, by any method.
    pub async fn ask_for_a_stream(&self, method: &str, query: &str, headers: &[(&str, &str)]) -> Page {
        self.heard(request(method, query, headers)).await
    }

    async fn heard(&self, request: Request) -> Page {
        self.invocations.add(LIVE);
        let (head, body) = live::handle(&self.live, request).await.into_parts();
        Page {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
        }
    }
}

fn request(method: &str, query: &str, headers: &[(&str, &str)]) -> Request {
    let mut event: Value = serde_json::from_str(CAPTURED).unwrap();
    event["rawQueryString"] = json!(query);
    event["requestContext"]["http"]["method"] = json!(method);
    for (name, value) in headers {
        event["headers"][name] = json!(value);
    }
    lambda_http::request::from_str(&event.to_string()).unwrap()
}
