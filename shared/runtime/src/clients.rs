//! The clients. One TLS provider, ring, for the SDK and for everything else.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use limits_flags::Settings;
use queue::Queue;
use store::{Jobs, Store, Tables};
use table::Db;

use crate::{Config, Error};

/// One try of one request to AWS. DynamoDB and SQS answer in milliseconds; a connection that died while the Lambda was
/// frozen is noticed and replaced, and a read, which has 4 s in all, is tried once more.
const ATTEMPT: Duration = Duration::from_millis(1_500);
/// The longest wait before the second try, doubled before the third; the SDK's own is a second.
const TRY_AGAIN: Duration = Duration::from_millis(100);
/// One request to AWS with all its tries. Reads and doorbells end sooner, and writes with their invocation's deadline.
const OPERATION: Duration = Duration::from_secs(8);
/// A connection to AWS or to anybody else.
const CONNECT: Duration = Duration::from_secs(3);
/// What every client but AWS's calls itself. The provider's hosts sit behind a proxy that turns away whoever does not say
/// (403, `error code: 1010`), the hosts of its files among them.
const USER_AGENT: &str = concat!("neurocards/", env!("CARGO_PKG_VERSION"));
/// How long a connection that is not used is kept. Longer ones tend to be dead after a freeze.
const IDLE: Duration = Duration::from_secs(20);

/// The way to AWS.
#[derive(Clone, Debug)]
pub struct Aws {
    config: SdkConfig,
}

impl Aws {
    /// From the environment that Lambda sets.
    pub async fn from_env() -> Self {
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(ATTEMPT)
            .operation_timeout(OPERATION);
        let config = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http)
            .timeout_config(timeouts.build())
            .retry_config(RetryConfig::standard().with_initial_backoff(TRY_AGAIN))
            .load()
            .await;
        Self { config }
    }

    /// DynamoDB.
    pub fn db(&self) -> Db {
        Db::new(aws_sdk_dynamodb::Client::new(&self.config))
    }

    /// The tables with money in them.
    pub fn store(&self, tables: Tables) -> Store {
        Store::new(self.db(), tables)
    }

    /// The jobs alone.
    pub fn jobs(&self, table: &str) -> Jobs {
        Jobs::new(self.db(), table.to_owned())
    }

    /// The settings.
    pub fn settings(&self, config: &Config) -> Result<Settings, Error> {
        Ok(Settings::new(self.db(), config.get("SETTINGS_TABLE")?.to_owned()))
    }

    /// The doorbells.
    pub fn queue(&self, config: &Config) -> Result<Queue, Error> {
        Ok(Queue::new(
            aws_sdk_sqs::Client::new(&self.config),
            config.get("DOORBELL_QUEUE_URL")?.to_owned(),
        ))
    }

    pub(crate) fn secrets_manager(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.config)
    }
}

/// An HTTP client for everything but AWS, which keeps connections for a while.
pub fn http() -> Result<reqwest::Client, Error> {
    builder().pool_idle_timeout(IDLE).build().map_err(Error::Http)
}

/// An HTTP client that opens a connection for every request: for orders that cost money. A request that is written to a
/// connection that died while the Lambda was frozen may or may not have arrived, and then nobody knows whether the order
/// was taken; a handshake is cheaper than that.
pub fn http_without_pool() -> Result<reqwest::Client, Error> {
    builder().pool_max_idle_per_host(0).build().map_err(Error::Http)
}

fn builder() -> reqwest::ClientBuilder {
    // Installed once per process; a second time changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT)
        .redirect(reqwest::redirect::Policy::limited(3))
        .http1_only()
}
