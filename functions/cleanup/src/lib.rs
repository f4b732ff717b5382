//! The scheduled Lambda that rings what is due and settles what is overdue.

use app::cashier::Cashier;
use app::lookout::Lookout;
use app::sweep::Sweeper;
use lambda_runtime::LambdaEvent;
use providers::kie;
use runtime::{Aws, Config, Secrets, clients};
use serde_json::{Value, json};
use table::Deadline;

/// The variables that this function reads.
pub const ENVIRONMENT: &[&str] = &[
    "ACCOUNTS_TABLE",
    "LEDGER_TABLE",
    "USAGE_TABLE",
    "JOBS_TABLE",
    "AI_REQUESTS_TABLE",
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
    "OPERATOR_CHAT_ID",
    "LOG_LEVEL",
    "METRICS_NAMESPACE",
    "KIE_API_URL",
];

/// What goes on with what is due.
#[derive(Debug)]
pub struct Cleanup {
    /// Jobs.
    pub jobs: Sweeper,
    /// Purchases and payments.
    pub cashier: Cashier,
    /// What somebody must know in time.
    pub lookout: Lookout,
    /// Where the operator is told of what needs them.
    pub operator: Option<i64>,
}

/// How many days a nightly comparison with the rails goes back: what one night misses, the next still sees.
const DAYS_COMPARED: u32 = 3;

/// Makes ready, from the environment.
pub async fn start() -> Result<Cleanup, runtime::Error> {
    let config = Config::read(ENVIRONMENT)?;
    config.telemetry()?;
    let aws = Aws::from_env().await;
    let secrets = Secrets::read(&aws, config.get("SECRET_ARN")?).await?;
    let env = runtime::env();
    let cashier = config.money()?.cashier(&aws, &secrets, env.clone())?;
    let (http, kie_url) = (clients::http_without_pool()?, config.get("KIE_API_URL")?);
    // Nothing is uploaded from here.
    let kie = |key: &str| kie::Client::new(http.clone(), kie_url, kie_url, key);
    Ok(Cleanup {
        lookout: Lookout {
            store: aws.store(config.tables()?),
            settings: cashier.settings.clone(),
            kie: secrets.provider_key(kie::ROW.name).map(kie),
            env: env.clone(),
        },
        jobs: Sweeper {
            store: aws.store(config.tables()?),
            queue: aws.queue(&config)?,
            env,
        },
        cashier,
        operator: config.chats("OPERATOR_CHAT_ID")?.first().copied(),
    })
}

/// One run: what is due, or, if the schedule's event says so, a comparison with the rails. `Err` only where nothing could be read at all; Lambda shows it as an
/// error, and the next minute tries again. Jobs come first: payments wait for others, and what is left for the next
/// minute is not lost.
pub async fn handle(cleanup: &Cleanup, event: LambdaEvent<Value>) -> Result<Value, Error> {
    run(cleanup, &event.payload, runtime::deadline(&event.context)).await
}

/// The same until this moment, for whoever has a clock of its own.
pub async fn run(cleanup: &Cleanup, event: &Value, deadline: Deadline) -> Result<Value, Error> {
    deadline.hold(swept(cleanup, event, deadline)).await
}

async fn swept(cleanup: &Cleanup, event: &Value, deadline: Deadline) -> Result<Value, Error> {
    if event.get("task").and_then(Value::as_str) == Some("reconcile") {
        let all = cleanup.cashier.reconcile(DAYS_COMPARED, deadline).await?;
        cleanup.cashier.report(&all, cleanup.operator, deadline).await;
        let told: Vec<String> = all.iter().map(ToString::to_string).collect();
        return Ok(json!({ "reconciled": told }));
    }
    let swept = cleanup.jobs.sweep(deadline).await?;
    tracing::info!(
        name: "jobs_swept",
        due = swept.due,
        rung = swept.rung,
        moved = swept.moved,
        failed = swept.failed,
        more = swept.more,
        "swept"
    );
    cleanup.lookout.look(deadline).await;
    let paid = cleanup.cashier.sweep(deadline).await;
    let erased = match app::erase::sweep(&cleanup.jobs.store, deadline).await {
        Ok(erased) => erased,
        Err(error) => {
            tracing::error!(name: "erasure_stuck", error = app::chain(&error), "what is known of a customer could not be deleted; the next run tries again");
            0
        }
    };
    let paid = paid?;
    if paid != app::cashier::Swept::default() {
        tracing::info!(
            name: "payments_swept",
            looked = paid.looked,
            moved = paid.moved,
            failed = paid.failed,
            "payments_swept"
        );
    }
    Ok(json!({
        "due": swept.due, "rung": swept.rung, "moved": swept.moved, "failed": swept.failed, "more": swept.more,
        "payments_looked_at": paid.looked, "payments_moved": paid.moved, "payments_failed": paid.failed,
        "customers_erased": erased,
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
