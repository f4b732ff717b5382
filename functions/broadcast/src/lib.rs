//! The scheduled Lambda that sends what operators write to many customers, at a pace that leaves room for deliveries.
//!
//! A run goes on step by step, a second apart, until its time is over or nothing runs; the next minute goes on where it was.

use std::time::Duration;

use app::Env;
use app::broadcast::{Broadcaster, Next};
use domain::time::Timestamp;
use lambda_runtime::LambdaEvent;
use runtime::{Aws, Config, Secrets, clients};
use serde_json::{Value, json};
use table::Deadline;

/// The variables that this function reads.
pub const ENVIRONMENT: &[&str] = &[
    "ACCOUNTS_TABLE",
    "BROADCASTS_TABLE",
    "SECRET_ARN",
    "TELEGRAM_API_URL",
    "LOG_LEVEL",
    "METRICS_NAMESPACE",
];

/// Makes ready, from the environment.
pub async fn start() -> Result<Broadcaster, runtime::Error> {
    let config = Config::read(ENVIRONMENT)?;
    config.telemetry()?;
    let aws = Aws::from_env().await;
    let secrets = Secrets::read(&aws, config.get("SECRET_ARN")?).await?;
    Ok(Broadcaster {
        broadcasts: aws.broadcasts(&config)?,
        bot: telegram::Client::new(
            clients::http()?,
            config.get("TELEGRAM_API_URL")?,
            secrets.telegram_bot_token()?,
        ),
        env: runtime::env(),
    })
}

/// One run. `Err` where the tables did not do their part; Lambda shows it as an error, and the next minute goes on.
pub async fn handle(broadcaster: &Broadcaster, event: LambdaEvent<Value>) -> Result<Value, store::Error> {
    let deadline = runtime::deadline(&event.context);
    deadline.hold(run(broadcaster, deadline)).await
}

async fn run(broadcaster: &Broadcaster, deadline: Deadline) -> Result<Value, store::Error> {
    broadcaster.tell_idle().await?;
    let mut steps = 0_u32;
    loop {
        let Next::At(at) = broadcaster.step(deadline).await? else {
            break;
        };
        steps = steps.saturating_add(1);
        if !wait(&broadcaster.env, at, deadline).await {
            break;
        }
    }
    Ok(json!({ "steps": steps }))
}

/// Waits for the next step; `false` if that is for a later run.
///
/// A second of waiting is billed: with the template's memory, sending to a million customers at 20 a second costs about 14
/// cents of it. A doorbell for each second instead would be 50,000 messages and as many invocations, which cost no less.
async fn wait(env: &Env, at: Timestamp, deadline: Deadline) -> bool {
    let wait = at.since(env.now()).0.max(0);
    let wait = Duration::from_millis(u64::try_from(wait).unwrap_or(0));
    if wait >= deadline.remaining() {
        return false;
    }
    #[allow(
        clippy::disallowed_methods,
        reason = "the pace of a broadcast: a message for each second would cost as much"
    )]
    tokio::time::sleep(wait).await;
    true
}
