//! The Lambda behind Telegram's webhook: checks whose update it is, hands it to the front desk, and sends the answer back
//! in the HTTP response.
//!
//! A status other than 200 makes Telegram send the update again, for up to a day, and holds up everything else from the
//! same customer. So it is given only where repetition helps: the tables did not answer. Whatever cannot be handled at
//! all, or still fails a quarter of an hour after it was written, is logged and answered with an apology, once.

use std::panic::AssertUnwindSafe;

use app::broadcast::Announcer;
use app::cashier;
use app::desk::{Desk, Duty, Error, Helpdesk, Inspector, Menu};
use app::texts::{Locale, Say};
use futures::FutureExt as _;
use lambda_http::{Body, Request, RequestExt as _, Response};
use limits_flags::Office;
use runtime::{Aws, Config, Secrets, warm};
use subtle::ConstantTimeEq as _;
use table::Deadline;
use telegram::Update;
use telegram::methods::Reply;
use telegram::types::UpdateKind;
use tracing::{Instrument as _, Span};

/// The variables that this function reads.
pub const ENVIRONMENT: &[&str] = &[
    "ACCOUNTS_TABLE",
    "LEDGER_TABLE",
    "USAGE_TABLE",
    "JOBS_TABLE",
    "AI_REQUESTS_TABLE",
    "SETTINGS_TABLE",
    "AUDIT_TABLE",
    "BROADCASTS_TABLE",
    "DOORBELL_QUEUE_URL",
    "DEAD_LETTER_QUEUE_URL",
    "SECRET_ARN",
    "PAYMENTS_TABLE",
    "TELEGRAM_API_URL",
    "YOOKASSA_API_URL",
    "YOOKASSA_SHOP_ID",
    "STRIPE_API_URL",
    "PROVIDER_URLS",
    "TAKES_TEST_MONEY",
    "RETURN_URL",
    "FEATURES_API_URL",
    "OPERATOR_CHAT_ID",
    "OPERATOR_LANGUAGE",
    "LOG_LEVEL",
    "METRICS_NAMESPACE",
];

/// The header in which Telegram repeats what `setWebhook` was given.
const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";
/// The largest update that is read. Telegram's own are a few kilobytes.
const UPDATE_BYTES_MAX: usize = 1 << 20;

/// What the function works with.
#[derive(Debug)]
pub struct App {
    desk: Desk,
    secret: Secret,
}

/// What Telegram repeats in the header.
pub struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl App {
    /// From a front desk and what Telegram repeats in the header.
    pub fn new(desk: Desk, secret: impl Into<String>) -> Self {
        Self {
            desk,
            secret: Secret(secret.into()),
        }
    }

    /// From the environment.
    pub async fn start() -> Result<Self, runtime::Error> {
        let config = Config::read(ENVIRONMENT)?;
        config.telemetry()?;
        let aws = Aws::from_env().await;
        let (settings, queue, env) = (aws.settings(&config)?, aws.queue(&config)?, runtime::env());
        let (secrets, ()) = tokio::join!(
            Secrets::read(&aws, config.get("SECRET_ARN")?),
            warm::up(&settings, &queue, &env)
        );
        let secrets = secrets?;
        settings.rendered_by(runtime::makers::keyed(&secrets));
        let cashier = config
            .money()?
            .cashier_with(&aws, &secrets, settings.clone(), env.clone())?;
        let operator = config.chats("OPERATOR_CHAT_ID")?.first().copied();
        let say = Say::in_(Locale::of(Some(config.get("OPERATOR_LANGUAGE")?)));
        let helpdesk = operator
            .zip(cashier.bot.clone())
            .map(|(chat, bot)| Helpdesk { bot, chat, say });
        let duty = Duty {
            office: Office {
                db: aws.db(),
                settings: config.get("SETTINGS_TABLE")?.to_owned(),
                accounts: config.get("ACCOUNTS_TABLE")?.to_owned(),
                audit: config.get("AUDIT_TABLE")?.to_owned(),
                check: app::on_sale::inexpressible,
            },
            cashier: cashier::Desk {
                cashier: cashier.clone(),
                audit: config.get("AUDIT_TABLE")?.to_owned(),
            },
            letters: aws.dead_letters(&config)?,
            announcer: Announcer {
                broadcasts: aws.broadcasts(&config)?,
                audit: config.get("AUDIT_TABLE")?.to_owned(),
                env: env.clone(),
            },
        };
        let checker = runtime::makers::checker(&config.listed_urls()?, &secrets);
        let url = format!("{}app/", config.get("FEATURES_API_URL")?);
        let menu = cashier.bot.clone().map(|bot| Menu { bot, url });
        let inspector = cashier.bot.clone().map(|bot| Inspector { bot, checker });
        let desk = Desk::new(aws.store(config.tables()?), settings, queue, env)
            .selling(cashier)
            .helped(helpdesk)
            .inspected_by(inspector)
            .with_menu(menu)
            .on_duty(Some(duty));
        Ok(Self::new(desk, secrets.telegram_webhook_secret()?))
    }
}

/// Answers one HTTP request.
pub async fn handle(app: &App, request: Request) -> Response<Body> {
    let deadline = request.lambda_context_ref().map_or_else(
        || Deadline::after(std::time::Duration::from_secs(8)),
        runtime::deadline,
    );
    let header = request
        .headers()
        .get(SECRET_HEADER)
        .map(lambda_http::http::HeaderValue::as_bytes)
        .unwrap_or_default();
    // Of the same length in time wherever it differs; a different length is no secret.
    if !bool::from(header.ct_eq(app.secret.0.as_bytes())) {
        return status(401);
    }
    let body = request.body().as_ref();
    if body.len() > UPDATE_BYTES_MAX {
        tracing::error!(name: "update_too_large", bytes = body.len(), "an update is too large and is dropped");
        return status(200);
    }
    match serde_json::from_slice::<Update>(body) {
        Ok(update) => {
            let span = span_of(&update);
            respond(app, &update, deadline).instrument(span).await
        }
        Err(error) => {
            tracing::error!(name: "update_unreadable", line = error.line(), column = error.column(), "no update; dropped");
            status(200)
        }
    }
}

/// Says in every line whose update it is about; and what the customer wrote stands in none.
fn span_of(update: &Update) -> Span {
    let (user, words) = match &update.kind {
        UpdateKind::Message(message) => {
            let words = message.text.as_deref().or(message.caption.as_deref());
            (message.from.as_ref().map(|from| from.id), words)
        }
        UpdateKind::CallbackQuery(query) => (Some(query.from.id), None),
        UpdateKind::PreCheckoutQuery(query) => (Some(query.from.id), None),
        _ => (None, None),
    };
    tracing::info_span!("update", update_id = update.update_id, user, withheld = words)
}

async fn respond(app: &App, update: &Update, deadline: Deadline) -> Response<Body> {
    let update_id = update.update_id;
    // Money is never given up: it is told again until it is taken down.
    let is_money = matches!(&update.kind, UpdateKind::Message(message) if message.is_about_money());
    // A panic is a fault of ours that repetition does not mend either; where it was, the runtime's hook has said.
    match AssertUnwindSafe(deadline.hold(app.desk.answer(update, deadline)))
        .catch_unwind()
        .await
    {
        Ok(Ok(reply)) => reply.map_or_else(|| status(200), |reply| json(&reply)),
        Ok(Err(error @ (Error::Later(_) | Error::NoRules | Error::Busy))) if !app.desk.gives_up(update) => {
            tracing::warn!(
                name: "update_to_come_again",
                update_id,
                error = runtime::batch::chain(&error),
                "the update is to come again"
            );
            let mut response = status(503);
            response
                .headers_mut()
                .insert("retry-after", lambda_http::http::HeaderValue::from_static("2"));
            response
        }
        Ok(Err(error)) if is_money => {
            tracing::error!(
                name: "payment_update_to_come_again",
                update_id,
                error = runtime::batch::chain(&error),
                "a payment is to come again"
            );
            status(503)
        }
        Ok(Err(error)) => {
            meter::update_quarantined();
            tracing::error!(
                name: "update_given_up",
                update_id,
                error = runtime::batch::chain(&error),
                "the update is given up"
            );
            apology(update)
        }
        Err(_) if is_money => {
            tracing::warn!(name: "payment_update_to_come_again", update_id, "a panic; the payment is to come again");
            status(503)
        }
        Err(_) => {
            meter::update_quarantined();
            tracing::warn!(name: "update_given_up", update_id, "a panic; the update is given up");
            apology(update)
        }
    }
}

fn apology(update: &Update) -> Response<Body> {
    Desk::apologize(update).map_or_else(|| status(200), |reply| json(&reply))
}

fn status(code: u16) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = lambda_http::http::StatusCode::from_u16(code).unwrap_or_default();
    response
}

/// The answer as a method for Telegram to carry out.
fn json(reply: &Reply) -> Response<Body> {
    let Ok(text) = serde_json::to_string(reply) else {
        return status(200);
    };
    let mut response = Response::new(Body::Text(text));
    response.headers_mut().insert(
        "content-type",
        lambda_http::http::HeaderValue::from_static("application/json"),
    );
    response
}
