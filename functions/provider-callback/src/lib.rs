//! The Lambda that takes the provider's callback: a hint, which rings the doorbell.

use app::take_callback::{Callback, CallbackDesk, Taken};
use lambda_http::{Body, Request, RequestExt as _, Response};
use runtime::{Aws, Config, Secrets, warm};
use store::Notes;
use table::Deadline;

/// The variables that this function reads.
pub const ENVIRONMENT: &[&str] = &[
    "JOBS_TABLE",
    "USAGE_TABLE",
    "DOORBELL_QUEUE_URL",
    "SECRET_ARN",
    "LOG_LEVEL",
    "METRICS_NAMESPACE",
];

/// The largest callback that is read.
const CALLBACK_BYTES_MAX: usize = 1 << 20;

/// Makes ready, from the environment.
pub async fn start() -> Result<CallbackDesk, runtime::Error> {
    let config = Config::read(ENVIRONMENT)?;
    config.telemetry()?;
    let aws = Aws::from_env().await;
    let queue = aws.queue(&config)?;
    let (secrets, ()) = tokio::join!(
        Secrets::read(&aws, config.get("SECRET_ARN")?),
        warm::queue(&queue)
    );
    let secrets = secrets?;
    Ok(CallbackDesk {
        jobs: aws.jobs(config.get("JOBS_TABLE")?),
        queue,
        notes: Notes::new(aws.db(), config.get("USAGE_TABLE")?.to_owned()),
        env: runtime::env(),
        address_key: secrets.callback_mac_key()?.as_bytes().to_vec(),
        provider_key: secrets.kie_webhook_hmac_key().map(str::to_owned),
    })
}

/// Answers one HTTP request. A status other than 200 makes the provider call again.
pub async fn handle(desk: &CallbackDesk, request: Request) -> Response<Body> {
    let deadline = request.lambda_context_ref().map_or_else(
        || Deadline::after(std::time::Duration::from_secs(8)),
        runtime::deadline,
    );
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let body = request.body().as_ref();
    if body.len() > CALLBACK_BYTES_MAX {
        return status(413);
    }
    let callback = Callback {
        path: request.uri().path(),
        query: request.uri().query().unwrap_or_default(),
        timestamp: header("x-webhook-timestamp"),
        signature: header("x-webhook-signature"),
        body,
    };
    match deadline.hold(desk.take(&callback, deadline)).await {
        Ok(Taken::Rung | Taken::Noted | Taken::Late) => status(200),
        Ok(Taken::Senseless) => {
            tracing::warn!(name: "callback_senseless", bytes = body.len(), "a callback that says nothing");
            status(200)
        }
        Ok(Taken::Forged) => status(401),
        Err(_) => status(503),
    }
}

fn status(code: u16) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = lambda_http::http::StatusCode::from_u16(code).unwrap_or_default();
    response
}
