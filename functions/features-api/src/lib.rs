//! The Lambda that answers about flags and features over HTTP: OFREP for the stock OpenFeature clients, what a customer
//! may do, the Mini App with the browser client, and the operator's side.
//!
//! It stands behind a function URL like the webhook, and authenticates its callers itself (`auth`). Every route and its
//! description are one declaration (`openapi`), so the document at `/openapi.json` cannot say something else than what
//! is served; the Mini App's files are no part of it (`web`). What a caller is refused is told as problem details (`problem`).

mod admin;
pub mod api;
pub mod auth;
mod body;
pub mod cors;
mod etag;
mod features;
pub mod guard;
mod health;
mod live;
mod me;
mod ofrep;
pub mod openapi;
pub mod problem;
pub mod rate;
mod reply;
mod seen;
mod using;
mod web;

use std::sync::Arc;

use runtime::{Aws, Config, Secrets};

pub use api::Api;
pub use openapi::router;

/// The variables that this function reads.
pub const ENVIRONMENT: &[&str] = &[
    "ACCOUNTS_TABLE",
    "LEDGER_TABLE",
    "PAYMENTS_TABLE",
    "USAGE_TABLE",
    "JOBS_TABLE",
    "AI_REQUESTS_TABLE",
    "SETTINGS_TABLE",
    "AUDIT_TABLE",
    "BROADCASTS_TABLE",
    "DOORBELL_QUEUE_URL",
    "DEAD_LETTER_QUEUE_URL",
    "SECRET_ARN",
    "ALLOWED_ORIGINS",
    "TELEGRAM_API_URL",
    "YOOKASSA_API_URL",
    "YOOKASSA_SHOP_ID",
    "STRIPE_API_URL",
    "TAKES_TEST_MONEY",
    "RETURN_URL",
    "LIVE_URL",
    "LOG_LEVEL",
    "METRICS_NAMESPACE",
];

/// Makes ready, from the environment.
pub async fn start() -> Result<Arc<Api>, runtime::Error> {
    let config = Config::read(ENVIRONMENT)?;
    config.telemetry()?;
    let aws = Aws::from_env().await;
    let settings = aws.settings(&config)?;
    let env = runtime::env();
    let (secrets, ()) = tokio::join!(
        Secrets::read(&aws, config.get("SECRET_ARN")?),
        runtime::warm::settings(&settings, &env)
    );
    let tables = store::Tables {
        accounts: config.get("ACCOUNTS_TABLE")?.to_owned(),
        usage: config.get("USAGE_TABLE")?.to_owned(),
        jobs: config.get("JOBS_TABLE")?.to_owned(),
        requests: config.get("AI_REQUESTS_TABLE")?.to_owned(),
        ledger: config.get("LEDGER_TABLE")?.to_owned(),
    };
    let secrets = secrets?;
    settings.rendered_by(runtime::makers::keyed(&secrets));
    let cashier = config
        .money()?
        .cashier_with(&aws, &secrets, settings.clone(), env.clone())?;
    let ground = api::Ground {
        db: aws.db(),
        tables,
        audit: config.get("AUDIT_TABLE")?.to_owned(),
        broadcasts: config.get("BROADCASTS_TABLE")?.to_owned(),
        letters: aws.dead_letters(&config)?,
        settings,
        cashier,
        env,
        bot_url: config.get("RETURN_URL")?.to_owned(),
        live_url: config.get("LIVE_URL")?.to_owned(),
    };
    let origins = cors::Origins::parse(config.get("ALLOWED_ORIGINS")?);
    Ok(Api::new(ground, secrets.telegram_bot_token()?, origins))
}
