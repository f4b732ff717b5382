//! The Lambda that carries a job from the queue to the delivered video, doorbell by doorbell.

use app::workshop::{Places, Workshop, goes_back};
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use queue::Doorbell;
use runtime::batch::{self, Record};
use runtime::{Aws, Config, Secrets, clients, warm};
use table::Deadline;
use trace::spans::Rung;

/// The variables that this function reads.
pub const ENVIRONMENT: &[&str] = &[
    "ACCOUNTS_TABLE",
    "LEDGER_TABLE",
    "USAGE_TABLE",
    "JOBS_TABLE",
    "AI_REQUESTS_TABLE",
    "SETTINGS_TABLE",
    "DOORBELL_QUEUE_URL",
    "SECRET_ARN",
    "TELEGRAM_API_URL",
    "KIE_API_URL",
    "KIE_UPLOAD_URL",
    "PROVIDER_URLS",
    "CALLBACK_URL",
    "VAULT_CHAT_IDS",
    "LOG_LEVEL",
    "METRICS_NAMESPACE",
];

/// Makes ready, from the environment.
pub async fn start() -> Result<Workshop, runtime::Error> {
    let config = Config::read(ENVIRONMENT)?;
    config.telemetry()?;
    let aws = Aws::from_env().await;
    let (settings, queue, env) = (aws.settings(&config)?, aws.queue(&config)?, runtime::env());
    let (secrets, ()) = tokio::join!(
        Secrets::read(&aws, config.get("SECRET_ARN")?),
        warm::up(&settings, &queue, &env)
    );
    let secrets = secrets?;
    let http = clients::http()?;
    let providers = runtime::makers::providers(&config.provider_urls()?, &secrets)?;
    let files = providers::files::Files::new(clients::http_for_files()?).opened_by(providers.passes());
    tracing::info!(name: "video_worker_started", "a worker is ready");
    Ok(Workshop {
        store: aws.store(config.tables()?),
        settings,
        queue,
        telegram: telegram::Client::new(
            http,
            config.get("TELEGRAM_API_URL")?,
            secrets.telegram_bot_token()?,
        ),
        providers,
        files,
        env,
        places: Places {
            callback_base: config.get("CALLBACK_URL")?.to_owned(),
            callback_key: secrets.callback_mac_key()?.as_bytes().to_vec(),
            vaults: config.chats("VAULT_CHAT_IDS")?,
        },
        breakers: std::sync::Mutex::default(),
    })
}

/// Handles one batch of doorbells; those that failed go back to the queue.
pub async fn handle(workshop: &Workshop, event: SqsEvent, deadline: Deadline) -> SqsBatchResponse {
    let record = |message: SqsMessage| Record {
        rung: rung(&message),
        message_id: message.message_id.unwrap_or_default(),
        body: message.body.unwrap_or_default(),
    };
    tracing::info!(name: "processing_pending_video_jobs", doorbells = event.records.len(), "doorbells rang");
    let records = event.records.into_iter().map(record).collect();
    let failed = batch::handle(records, |record| async move {
        let doorbell = Doorbell::parse(&record.body).map_err(app::workshop::Error::from);
        let doorbell = doorbell.inspect_err(goes_back)?;
        workshop.attend(&doorbell, &record.rung, deadline).await
    });
    let mut response = SqsBatchResponse::default();
    for message_id in deadline.hold(failed).await {
        response.add_failure(message_id);
    }
    response
}

/// How a message came, as the queue says.
fn rung(message: &SqsMessage) -> Rung {
    let attribute = |name: &str| message.attributes.get(name);
    Rung {
        sent_ms: attribute("SentTimestamp").and_then(|at| at.parse().ok()),
        header: attribute("AWSTraceHeader").cloned(),
    }
}
