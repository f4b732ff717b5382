//! The scheduled Lambda that rings what is due and settles what is overdue.

use app::cashier::Cashier;
use app::sweep::Sweeper;
use lambda_runtime::LambdaEvent;
use runtime::{Aws, Config, Secrets};
use serde_json::{Value, json};

/// The variables that this function reads.
pub const ENVIRONMENT: &[&str] = &[
    "ACCOUNTS_TABLE",
    "LEDGER_TABLE",
    "USAGE_TABLE",
    "JOBS_TABLE",
    "DOORBELL_QUEUE_URL",
    "PAYMENTS_TABLE",
    "SETTINGS_TABLE",
    "SECRET_ARN",
    "TELEGRAM_API_URL",
    "YOOKASSA_API_URL",
    "YOOKASSA_SHOP_ID",
    "STRIPE_API_URL",
    "TAKES_TEST_MONEY",
    "RETURN_URL",
    "LOG_LEVEL",
];

/// What goes on with what is due.
#[derive(Debug)]
pub struct Cleanup {
    /// Jobs.
    pub jobs: Sweeper,
    /// Purchases and payments.
    pub cashier: Cashier,
}

/// Makes ready, from the environment.
pub async fn start() -> Result<Cleanup, runtime::Error> {
    let config = Config::read(ENVIRONMENT)?;
    runtime::telemetry::start(config.get("LOG_LEVEL")?);
    let aws = Aws::from_env().await;
    let secrets = Secrets::read(&aws, config.get("SECRET_ARN")?).await?;
    let env = runtime::env();
    Ok(Cleanup {
        jobs: Sweeper {
            store: aws.store(config.tables()?),
            queue: aws.queue(&config)?,
            env: env.clone(),
        },
        cashier: config.money()?.cashier(&aws, &secrets, env)?,
    })
}

/// One run, whatever the schedule's event says. `Err` only where nothing could be read at all; Lambda shows it as an
/// error, and the next minute tries again. Jobs come first: payments wait for others, and what is left for the next
/// minute is not lost.
pub async fn handle(cleanup: &Cleanup, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let deadline = runtime::deadline(&event.context);
    let swept = cleanup.jobs.sweep(deadline).await?;
    tracing::info!(
        due = swept.due,
        rung = swept.rung,
        moved = swept.moved,
        failed = swept.failed,
        more = swept.more,
        "swept"
    );
    let paid = cleanup.cashier.sweep(deadline).await?;
    if paid != app::cashier::Swept::default() {
        tracing::info!(
            looked = paid.looked,
            moved = paid.moved,
            failed = paid.failed,
            "payments_swept"
        );
    }
    Ok(json!({
        "due": swept.due, "rung": swept.rung, "moved": swept.moved, "failed": swept.failed, "more": swept.more,
        "payments_looked_at": paid.looked, "payments_moved": paid.moved, "payments_failed": paid.failed,
    }))
}

/// Why a run could do nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Jobs could not be read.
    #[error("jobs could not be read")]
    Jobs(#[from] store::Error),
    /// Payments could not be read.
    #[error("payments could not be read")]
    Payments(#[from] app::cashier::Error),
}
