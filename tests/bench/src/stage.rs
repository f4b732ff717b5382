//! The local cloud with the binaries that deploy, and what Lambda tells a process.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use local_cloud::{Cloud, Options, Port};
use local_lambda::{Deployment, LogSink, Service, Template};

use crate::error::{Error, Result};
use crate::tls::Tls;

/// The bytes that functions wrote into their logs.
pub(crate) type Logged = Arc<AtomicU64>;

/// Starts the local cloud on binaries that are built, for a lot of traffic, with renders of so long.
pub(crate) async fn start(
    workspace: &Path,
    binaries: &BTreeMap<String, PathBuf>,
    render_ms: i64,
) -> Result<(Cloud, Logged)> {
    let logged = Logged::default();
    let counted = logged.clone();
    let log: LogSink = Arc::new(move |_, line| {
        let bytes = u64::try_from(line.len()).unwrap_or_default();
        counted.fetch_add(bytes, Ordering::Relaxed);
    });
    let mut options = Options::new(workspace);
    options.binaries = Some(binaries.clone());
    options.page = Port::Any;
    options.render_ms = render_ms;
    options.is_busy = true;
    options.log = log;
    Ok((Cloud::start(options).await?, logged))
}

/// The binaries of the template's functions.
pub(crate) fn names(workspace: &Path) -> Result<Vec<String>> {
    let template = Template::read(&workspace.join("template.yaml"))?;
    let secret = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:local/bot-000000";
    // With everything that may be switched on.
    let deployment = Deployment::default()
        .with("BotSecretArn", secret)
        .with("LiveStreams", "1")
        .with("OperatorChatId", "1");
    let stack = template.stack(&deployment)?;
    Ok(stack
        .functions
        .into_values()
        .map(|function| function.binary)
        .collect())
}

/// A process of a function, as Lambda starts it; AWS is behind TLS.
pub(crate) fn command(cloud: &Cloud, function: &str, binary: &Path, places: &Places) -> Result<Command> {
    let local = cloud.local();
    let Some(it) = local.stack().functions.get(function) else {
        return Err(Error(format!("the template has no {function}")));
    };
    let mut command = Command::new(binary);
    command
        .env_clear()
        .envs(local.aws().env(function))
        .envs(&places.0)
        .env("AWS_LAMBDA_FUNCTION_NAME", &it.name)
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", it.memory_mb.to_string())
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", it.name))
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
        .env("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023")
        .env("TZ", ":UTC")
        .envs(&it.environment);
    quiet(&mut command);
    Ok(command)
}

/// Says nothing to the terminal.
pub(crate) fn quiet(command: &mut Command) {
    // What the Rust runtime itself says of a failed start is shown.
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit());
}

/// Where AWS is for a process, and whom it trusts.
#[derive(Debug)]
pub(crate) struct Places(BTreeMap<String, String>);

impl Places {
    /// Behind TLS.
    pub(crate) async fn behind(tls: &mut Tls, cloud: &Cloud) -> Result<Self> {
        let mut places = BTreeMap::from([("SSL_CERT_FILE".to_owned(), tls.bundle.display().to_string())]);
        for (name, service) in [
            ("AWS_ENDPOINT_URL_DYNAMODB", Service::DynamoDb),
            ("AWS_ENDPOINT_URL_SQS", Service::Sqs),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", Service::SecretsManager),
        ] {
            let plain = cloud.local().aws().endpoint(service);
            places.insert(name.to_owned(), tls.before(&plain).await?);
        }
        Ok(Self(places))
    }
}
