//! The scheduled Lambda that rings what is due and settles what is overdue.

use app::sweep::Sweeper;
use lambda_runtime::LambdaEvent;
use runtime::{Aws, Config};
use serde_json::{Value, json};

/// The variables that this function reads.
pub const ENVIRONMENT: &[&str] = &[
    "ACCOUNTS_TABLE",
    "LEDGER_TABLE",
    "USAGE_TABLE",
    "JOBS_TABLE",
    "DOORBELL_QUEUE_URL",
    "LOG_LEVEL",
];

/// Makes ready, from the environment.
pub async fn start() -> Result<Sweeper, runtime::Error> {
    let config = Config::read(ENVIRONMENT)?;
    runtime::telemetry::start(config.get("LOG_LEVEL")?);
    let aws = Aws::from_env().await;
    Ok(Sweeper {
        store: aws.store(config.tables()?),
        queue: aws.queue(&config)?,
        env: runtime::env(),
    })
}

/// One run, whatever the schedule's event says. `Err` only where nothing could be read at all; Lambda shows it as an
/// error, and the next minute tries again.
pub async fn handle(sweeper: &Sweeper, event: LambdaEvent<Value>) -> Result<Value, store::Error> {
    let swept = sweeper.sweep(runtime::deadline(&event.context)).await?;
    tracing::info!(
        due = swept.due,
        rung = swept.rung,
        moved = swept.moved,
        failed = swept.failed,
        more = swept.more,
        "swept"
    );
    Ok(
        json!({ "due": swept.due, "rung": swept.rung, "moved": swept.moved, "failed": swept.failed, "more": swept.more }),
    )
}
