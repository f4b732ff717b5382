//! The features API, asked through events of function URLs as the others are.

use std::sync::Arc;
use std::time::Duration;

use domain::id::UserId;
use domain::standing::Standing;
use domain::time::Timestamp;
use features_api::auth::init_data::BotKey;
use lambda_http::{RequestExt as _, Service as _};
use limits_flags::access::{self, AdminRow, NewKey, Role, Scope};
use limits_flags::standing;
use serde_json::{Value, json};
use table::{Deadline, Write, n};

use super::{API, Stage, TOKEN};

const CAPTURED: &str = include_str!("../../../functions/features-api/events/ofrep-bulk.json");
const BODY_BYTES_MAX: usize = 6 << 20;
/// The one page of another origin that may ask.
pub(crate) const ORIGIN: &str = "https://app.example.org";

/// A request to the API.
#[derive(Clone, Debug)]
pub struct Ask(Value);

/// What the API answered.
#[derive(Clone)]
pub struct Said {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: axum::http::HeaderMap,
    /// The body; null where it is empty or no JSON.
    pub body: Value,
    /// The body as it came.
    pub text: String,
    /// The same where it is no text.
    pub bytes: Vec<u8>,
}

impl Ask {
    /// A request without a body.
    pub fn get(path: &str) -> Self {
        Self::of("GET", path)
    }

    /// A request with an empty body.
    pub fn post(path: &str) -> Self {
        Self::of("POST", path)
    }

    /// A request of any method, by nobody.
    pub fn of(method: &str, path: &str) -> Self {
        let mut event: Value = serde_json::from_str(CAPTURED).unwrap();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        event["rawPath"] = json!(path);
        event["rawQueryString"] = json!(query);
        event["requestContext"]["http"]["path"] = json!(path);
        event["requestContext"]["http"]["method"] = json!(method);
        event["headers"].as_object_mut().unwrap().remove("x-api-key");
        event["body"] = Value::Null;
        Self(event)
    }

    /// From another address than everybody's.
    #[must_use]
    pub fn address(mut self, address: &str) -> Self {
        self.0["requestContext"]["http"]["sourceIp"] = json!(address);
        self
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.0["headers"][name] = json!(value);
        self
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.text(&body.to_string())
    }

    /// With a body.
    #[must_use]
    pub fn text(mut self, body: &str) -> Self {
        self.0["body"] = json!(body);
        self
    }

    /// With a context, as OFREP asks.
    #[must_use]
    pub fn context(self, context: &Value) -> Self {
        self.json(&json!({ "context": context }))
    }

    /// By a user who has opened the Mini App just now.
    #[must_use]
    pub fn user(self, stage: &Stage, user: i64) -> Self {
        let now = stage.clock_now();
        self.header(
            "authorization",
            &format!("tma {}", init_data(user, now.seconds())),
        )
    }

    /// By a machine.
    #[must_use]
    pub fn key(self, key: &NewKey) -> Self {
        self.header("x-api-key", &key.text)
    }
}

impl std::fmt::Debug for Said {
    /// Bytes that are no text say nothing to whoever reads why a test failed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Said")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("text", &self.text.chars().take(2_000).collect::<String>())
            .finish_non_exhaustive()
    }
}

impl Said {
    /// A header, empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    /// Of a bulk answer, the evaluation of one flag.
    pub fn flag(&self, key: &str) -> &Value {
        let flags = self.body["flags"].as_array().unwrap();
        let found = flags.iter().find(|flag| flag["key"] == key);
        found.unwrap_or_else(|| panic!("no flag {key} in {}", self.body))
    }
}

/// Init data that Telegram signed for the stage's bot at a time.
pub fn init_data(user: i64, auth_date: i64) -> String {
    let user = json!({"id": user, "first_name": "Anna", "language_code": "en"}).to_string();
    let fields = [
        ("auth_date".to_owned(), auth_date.to_string()),
        ("user".to_owned(), user),
    ];
    let hash = BotKey::of(TOKEN).hash(&fields);
    let [(_, date), (_, user)] = fields;
    // Nothing in it would have to be written otherwise: neither `&`, `%`, `+` nor a letter that is not ASCII.
    format!("user={user}&auth_date={date}&hash={hash}")
}

impl Stage {
    /// The time.
    pub fn clock_now(&self) -> Timestamp {
        app::Clock::now(&*self.clock)
    }

    /// Asks the API.
    pub async fn ask(&self, ask: Ask) -> Said {
        self.ask_event(&ask.0).await
    }

    /// Asks it in an invocation that is over so soon.
    pub async fn ask_within(&self, ask: Ask, left: Duration) -> Said {
        self.invocations.add(API);
        let mut context = lambda_http::Context::default();
        let end = end_of(left);
        context.deadline = u64::try_from(end.as_millis()).unwrap();
        let router = features_api::router(Arc::clone(&self.api));
        answered_in(Some(context), &router, &ask.0).await
    }

    /// Hands an event to the API.
    pub async fn ask_event(&self, event: &Value) -> Said {
        self.invocations.add(API);
        answered(&features_api::router(Arc::clone(&self.api)), event).await
    }

    /// Asks another router over the same ground.
    pub async fn ask_of(&self, router: &axum::Router, ask: &Ask) -> Said {
        answered(router, &ask.0).await
    }

    /// The tables as a function's role opens them.
    pub fn acting_as(&self, function: &str) -> table::Db {
        super::clients::db(&self.aws, function)
    }

    /// Makes a user an administrator.
    pub async fn admit(&self, user: i64, role: Role) {
        let row = AdminRow {
            role,
            name: String::new(),
        };
        let item = access::item(&access::admin(UserId(user)), &row).unwrap();
        self.write_settings(|table| Write::put("access", table, item))
            .await;
    }

    /// Makes a key for a machine; the number tells keys apart.
    pub async fn new_key(&self, number: u8, scopes: &[Scope], expires_at: Option<Timestamp>) -> NewKey {
        let now = self.clock_now();
        let key = NewKey::of([number; 8], [number; 32], "site", scopes, now, expires_at);
        let item = access::item(&access::key(&key.id), &key.row).unwrap();
        self.write_settings(|table| Write::put("access", table, item))
            .await;
        key
    }

    /// Takes a row of access away.
    pub async fn strike_off(&self, sort: &str) {
        let key = access::primary_key(sort);
        self.write_settings(|table| Write::delete_item("access", table, key))
            .await;
    }

    /// Changes a customer's standing, as an operator does.
    pub async fn stand(&self, user: i64, revision: i64, change: impl FnOnce(&mut Standing)) {
        let mut standing = Standing::default();
        change(&mut standing);
        let table = self.aws.table_name("AccountsTable").unwrap();
        let write = Write::update("account", table, store::rows::account_key(UserId(user)))
            .set(standing::ATTRIBUTE, standing::map(&standing))
            .set(standing::REVISION, n(revision));
        self.db.write(write, deadline()).await.unwrap();
    }

    async fn write_settings(&self, write: impl FnOnce(&str) -> Write) {
        let table = self.aws.table_name("SettingsTable").unwrap();
        self.db.write(write(table), deadline()).await.unwrap();
    }
}

async fn answered(router: &axum::Router, event: &Value) -> Said {
    answered_in(None, router, event).await
}

/// In an invocation of Lambda's, or in one that nobody handed over.
async fn answered_in(context: Option<lambda_http::Context>, router: &axum::Router, event: &Value) -> Said {
    let mut request = lambda_http::request::from_str(&event.to_string()).unwrap();
    if let Some(context) = context {
        request = request.with_lambda_context(context);
    }
    let (head, body) = router.clone().call(request).await.unwrap().into_parts();
    let bytes = axum::body::to_bytes(body, BODY_BYTES_MAX).await.unwrap();
    Said {
        status: head.status.as_u16(),
        headers: head.headers,
        body: serde_json::from_slice(&bytes).unwrap_or_default(),
        text: String::from_utf8_lossy(&bytes).into_owned(),
        bytes: bytes.into(),
    }
}

/// When an invocation ends that still has so long for its work: as Lambda says it, and with what is kept for its answer.
#[allow(
    clippy::disallowed_methods,
    reason = "an invocation ends by the machine's clock, whatever the stage's says"
)]
fn end_of(left: Duration) -> Duration {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.unwrap() + left + runtime::clock::ANSWER
}

fn deadline() -> Deadline {
    Deadline::after(std::time::Duration::from_secs(10))
}
