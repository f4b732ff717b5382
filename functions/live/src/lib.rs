//! The Lambda that tells open pages that something has changed: a stream of server-sent events, for a minute at most.
//!
//! It tells in the form of OFREP's event streams (github.com/open-feature/protocol, decision 0008 and
//! `service/event-streams.yaml`), so that stock providers that know them hear it too. It never says what has changed, only
//! that the page should ask again. Why it is a function of its own, and what it costs: `infra/decisions/0007`.

mod stream;

use std::convert::Infallible;
use std::sync::Arc;

use app::Env;
use bytes::Bytes;
use domain::live::{Marks, Place, Ticket, ends_at};
use domain::time::Timestamp;
use futures::StreamExt as _;
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use lambda_http::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use lambda_http::http::{HeaderValue, Method, StatusCode};
use lambda_http::{Request, RequestExt as _, Response};
use limits_flags::access::ticket::TicketKey;
use runtime::{Aws, Config, Secrets};
use store::Live;
use table::Deadline;

use stream::Open;
pub use stream::Pace;

/// The variables that this function reads.
pub const ENVIRONMENT: &[&str] = &[
    "ACCOUNTS_TABLE",
    "USAGE_TABLE",
    "SETTINGS_TABLE",
    "SECRET_ARN",
    "LOG_LEVEL",
    "METRICS_NAMESPACE",
];

/// What is sent to a page: events, or why there are none.
pub type Body = UnsyncBoxBody<Bytes, Infallible>;

/// When a page may come back that could not be served, in seconds.
const AGAIN_S: HeaderValue = HeaderValue::from_static("10");
/// How long an invocation may take where nobody says it.
const INVOCATION: std::time::Duration = std::time::Duration::from_secs(65);

/// What streams stand on.
pub struct Desk {
    /// The tables.
    pub live: Live,
    /// What tickets are signed with.
    pub key: TicketKey,
    /// Time and dice.
    pub env: Env,
    /// How a stream waits for its next look.
    pub pace: Pace,
}

/// Makes ready, from the environment.
pub async fn start() -> Result<Arc<Desk>, runtime::Error> {
    let config = Config::read(ENVIRONMENT)?;
    config.telemetry()?;
    let aws = Aws::from_env().await;
    let secrets = Secrets::read(&aws, config.get("SECRET_ARN")?).await?;
    let table = |name: &str| config.get(name).map(str::to_owned);
    let live = Live::new(
        aws.db(),
        table("ACCOUNTS_TABLE")?,
        table("USAGE_TABLE")?,
        table("SETTINGS_TABLE")?,
    );
    Ok(Arc::new(Desk {
        live,
        key: TicketKey::of(secrets.telegram_bot_token()?),
        env: runtime::env(),
        pace: stream::by_the_clock(),
    }))
}

/// Answers one request: `GET /?ticket=…`, with `since=…` or `Last-Event-ID` of whoever comes back. Any page may read the
/// answer: what lets it in stands in the address, and no browser adds anything to that by itself.
pub async fn handle(desk: &Arc<Desk>, request: Request) -> Response<Body> {
    let deadline = request
        .lambda_context_ref()
        .map_or_else(|| Deadline::after(INVOCATION), runtime::deadline);
    let mut response = match deadline.hold(opened(desk, &request, deadline)).await {
        Ok(stream) => {
            let frames = stream.frames().map(|bytes| Ok(Frame::data(bytes)));
            let mut response = Response::new(StreamBody::new(frames).boxed_unsync());
            let kind = HeaderValue::from_static("text/event-stream; charset=utf-8");
            response.headers_mut().insert(CONTENT_TYPE, kind);
            response
        }
        Err(refusal) => refusal.answer(),
    };
    let fixed = [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (CACHE_CONTROL, "no-store, no-transform"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in fixed {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn opened(desk: &Arc<Desk>, request: &Request, deadline: Deadline) -> Result<Open, Refusal> {
    if request.method() != Method::GET {
        return Err(Refusal::Method);
    }
    let now = desk.env.now();
    let asked = Asked::of(request);
    let ticket = asked.ticket.as_deref().unwrap_or_default();
    let Ticket { user, until } = desk.key.read(ticket, now).map_err(|_| Refusal::Ticket)?;
    let busy = |error: store::Error| {
        tracing::warn!(name: "stream_unread", error = app::chain(&error), user = user.0, "a stream could not read what it goes by");
        Refusal::Busy
    };
    let look = desk.live.look(user).await.map_err(busy)?;
    let place = Place {
        stream: desk.env.nonce(),
        until: ends_at(now, desk.env.jitter()).min(until),
    };
    let entered = desk.live.enter(user, look.places, &place, now, deadline);
    let places = entered.await.map_err(busy)?;
    Ok(Open {
        desk: Arc::clone(desk),
        user,
        place,
        entered_at: places.revision,
        places,
        seen: look.marks,
        deadline,
        says: Some(stream::begins(&look.marks, asked.since.as_ref())),
    })
}

/// What a request says.
#[derive(Default)]
struct Asked {
    ticket: Option<String>,
    since: Option<Marks>,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let mut asked = Self::default();
        let query = request.uri().query().unwrap_or_default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "ticket" => asked.ticket = Some(value.into_owned()),
                "since" => asked.since = Marks::parse(&value),
                _ => {}
            }
        }
        // What a browser's own `EventSource` says when it comes back: newer than what stands in the address.
        let header = request.headers().get("last-event-id");
        let header = header.and_then(|value| Marks::parse(value.to_str().ok()?));
        asked.since = header.or(asked.since);
        asked
    }
}

/// Why there is no stream.
enum Refusal {
    /// Only `GET` is known.
    Method,
    /// The ticket does not hold.
    Ticket,
    /// The tables do not answer.
    Busy,
}

impl Refusal {
    fn answer(&self) -> Response<Body> {
        let (status, said) = match self {
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "only GET is known here"),
            Self::Ticket => (
                StatusCode::UNAUTHORIZED,
                "this ticket does not hold; ask the features API anew",
            ),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "come back in a moment"),
        };
        let mut response = Response::new(Full::new(Bytes::from_static(said.as_bytes())).boxed_unsync());
        *response.status_mut() = status;
        if matches!(self, Self::Busy) {
            response.headers_mut().insert(RETRY_AFTER, AGAIN_S);
        }
        let kind = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, kind);
        response
    }
}

/// Whether a stream that ends then is over.
fn is_over(now: Timestamp, ends: Timestamp, deadline: Deadline) -> bool {
    now >= ends || deadline.remaining() < stream::LOOK_MAX
}
