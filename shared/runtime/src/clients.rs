//! The clients. One TLS provider, ring, for the SDK and for everything else.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use limits_flags::Settings;
use queue::{DeadLetters, Queue};
use store::{BroadcastTables, Broadcasts, Jobs, Store, Tables};
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
            &aws_sdk_sqs::Client::new(&self.config),
            config.get("DOORBELL_QUEUE_URL")?.to_owned(),
        ))
    }

    /// The doorbells that failed too often.
    pub fn dead_letters(&self, config: &Config) -> Result<DeadLetters, Error> {
        Ok(DeadLetters::new(
            &aws_sdk_sqs::Client::new(&self.config),
            config.get("DEAD_LETTER_QUEUE_URL")?.to_owned(),
            config.get("DOORBELL_QUEUE_URL")?.to_owned(),
        ))
    }

    /// Broadcasts.
    pub fn broadcasts(&self, config: &Config) -> Result<Broadcasts, Error> {
        let tables = BroadcastTables {
            broadcasts: config.get("BROADCASTS_TABLE")?.to_owned(),
            accounts: config.get("ACCOUNTS_TABLE")?.to_owned(),
        };
        Ok(Broadcasts::new(self.db(), tables))
    }

    pub(crate) fn secrets_manager(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.config)
    }
}

/// An HTTP client for the Bot API, which keeps connections for a while. It follows no redirects: its addresses hold the
/// bot's token, and would be handed to wherever a redirect leads.
pub fn http() -> Result<reqwest::Client, Error> {
    builder().pool_idle_timeout(IDLE).build().map_err(Error::Http)
}

/// An HTTP client that opens a connection for every request: for orders that cost money. A request that is written to a
/// connection that died while the Lambda was frozen may or may not have arrived, and then nobody knows whether the order
/// was taken; a handshake is cheaper than that. Nor is an order placed once more where a redirect leads.
pub fn http_without_pool() -> Result<reqwest::Client, Error> {
    builder().pool_max_idle_per_host(0).build().map_err(Error::Http)
}

/// An HTTP client for public files, which stores may answer with a redirect. Nobody is told from where it came.
pub fn http_for_files() -> Result<reqwest::Client, Error> {
    let redirects = reqwest::redirect::Policy::limited(3);
    builder()
        .pool_idle_timeout(IDLE)
        .redirect(redirects)
        .build()
        .map_err(Error::Http)
}

fn builder() -> reqwest::ClientBuilder {
    // Installed once per process; a second time changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .http1_only()
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpListener;

    use super::*;

    /// Answers each connection with the next of these, and gives what was asked, headers and all.
    fn server(answers: Vec<String>) -> (String, std::thread::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = move || {
            let serve = |answer: String| {
                let (mut connection, _) = listener.accept().unwrap();
                let lines = BufReader::new(connection.try_clone().unwrap()).lines();
                let asked: Vec<String> = lines
                    .map_while(Result::ok)
                    .take_while(|line| !line.is_empty())
                    .collect();
                connection.write_all(answer.as_bytes()).unwrap();
                asked.join("\n").to_lowercase()
            };
            answers.into_iter().map(serve).collect()
        };
        (url, std::thread::spawn(asked))
    }

    fn redirect(to: &str) -> String {
        format!(
            "HTTP/1.1 302 Found\r\nlocation: {to}/there\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        )
    }

    #[tokio::test]
    async fn what_holds_a_secret_or_costs_money_goes_where_it_was_sent_and_nowhere_else() {
        for client in [http().unwrap(), http_without_pool().unwrap()] {
            let (url, asked) = server(vec![redirect("http://127.0.0.1:9")]);
            let answer = client
                .get(format!("{url}/bot7:secret/getMe"))
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 302);
            assert_eq!(asked.join().unwrap().len(), 1);
        }
    }

    #[tokio::test]
    async fn a_file_is_followed_and_nobody_is_told_from_where() {
        let done = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned();
        let (there, asked) = server(vec![done]);
        let (here, _) = server(vec![redirect(&there)]);
        let files = http_for_files().unwrap();
        assert_eq!(
            files
                .get(format!("{here}/a?key=secret"))
                .send()
                .await
                .unwrap()
                .status(),
            200
        );
        let asked = asked.join().unwrap().remove(0);
        assert!(
            asked.starts_with("get /there") && !asked.contains("referer"),
            "{asked}"
        );
    }
}
