//! DynamoDB, SQS and Secrets Manager on loopback, made from a stack.
//!
//! The engines are embedded crates; in front of each stands our own front, which counts, refuses what a function's
//! policy does not allow, and injects faults: no emulator throttles, conflicts, loses answers or reorders by itself.

mod caller;
mod capacity;
mod conflicts;
mod counts;
mod dynamodb;
mod faults;
mod front;
mod leading;
mod policies;
mod secrets;
mod sqs;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub use counts::{Count, Counts};
pub use dynoxide::storage_backend::{Clock, ManualClock};
pub use faults::{Armed, Effect, Fault, Faults};
pub use policies::Permission;
pub(crate) use sqs::Sqs;

use crate::error::{Error, Result};
use crate::stack::{Addresses, Stack};
use conflicts::Conflicts;
use counts::Counter;
use dynamodb::DynamoDb;
use front::Front;
use policies::Policies;
use secrets::Secrets;

/// A service that functions call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Amazon DynamoDB.
    DynamoDb,
    /// Amazon SQS.
    Sqs,
    /// AWS Secrets Manager.
    SecretsManager,
}

/// Where tables are kept.
#[derive(Debug, Clone, Default)]
pub enum Storage {
    /// In memory, gone with the process.
    #[default]
    Memory,
    /// In a file of this directory, which is created if need be.
    Directory(PathBuf),
}

/// What the stack does not say.
#[derive(Default, Clone)]
pub struct AwsOptions {
    /// Where tables are kept.
    pub storage: Storage,
    /// The clock that expiry goes by; only in memory. The machine's by default.
    pub clock: Option<Arc<dyn Clock>>,
    /// Secrets by ARN or name, each the `SecretString`.
    pub secrets: BTreeMap<String, String>,
    /// Lets transactions on the same items never meet. By default all but one are refused while one runs, as
    /// `DynamoDB` does.
    pub without_conflicts: bool,
    /// Lets every function do everything, whatever its policy says.
    pub ignore_policies: bool,
}

impl std::fmt::Debug for AwsOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&String> = self.secrets.keys().collect();
        f.debug_struct("AwsOptions")
            .field("storage", &self.storage)
            .field("secrets", &names)
            .finish_non_exhaustive()
    }
}

/// The running services. Dropping it stops them.
pub struct Aws {
    db: dynoxide::Database,
    sqs: Sqs,
    counter: Arc<Counter>,
    faults: Arc<Faults>,
    policies: Arc<Policies>,
    addresses: BTreeMap<Service, SocketAddr>,
    region: String,
    tables: BTreeMap<String, String>,
    queues: BTreeMap<String, String>,
    servers: JoinSet<()>,
}

impl std::fmt::Debug for Aws {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Aws")
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}

/// How many messages a queue holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Depth {
    /// Ready to be received.
    pub visible: u64,
    /// Received and neither deleted nor returned.
    pub in_flight: u64,
    /// Waiting out their delay.
    pub delayed: u64,
}

impl Depth {
    /// Every message, in whatever state.
    pub fn total(&self) -> u64 {
        self.visible + self.in_flight + self.delayed
    }
}

impl Aws {
    /// Creates the stack's tables and queues and serves them on loopback.
    pub async fn start(stack: &Stack, options: AwsOptions) -> Result<Self> {
        let listener = bind().await?;
        let sqs_address = listener.local_addr().map_err(Error::machine("read an address"))?;
        let db = dynamodb::open(&options, &stack.name)?;
        dynamodb::create_tables(&db, stack)?;
        let sqs = Sqs::start(stack, sqs_address).await?;
        let mut aws = Self {
            db,
            sqs,
            counter: Arc::default(),
            faults: Arc::default(),
            policies: Arc::new(Policies::of(stack, options.ignore_policies)),
            addresses: BTreeMap::new(),
            region: stack.region.clone(),
            tables: stack
                .tables
                .iter()
                .map(|(id, table)| (id.clone(), table.name.clone()))
                .collect(),
            queues: stack
                .queues
                .iter()
                .map(|(id, queue)| (id.clone(), queue.name.clone()))
                .collect(),
            servers: JoinSet::new(),
        };
        let (dynamodb, engine) =
            DynamoDb::start(aws.db.clone(), Conflicts::of(stack, options.without_conflicts)).await?;
        aws.servers.spawn(engine);
        aws.serve(Service::DynamoDb, bind().await?, dynamodb)?;
        let sqs = aws.sqs.clone();
        aws.serve(Service::Sqs, listener, sqs)?;
        aws.serve(
            Service::SecretsManager,
            bind().await?,
            Secrets::new(options.secrets),
        )?;
        Ok(aws)
    }

    fn serve<B: front::Backend>(
        &mut self,
        service: Service,
        listener: TcpListener,
        backend: B,
    ) -> Result<()> {
        let address = listener.local_addr().map_err(Error::machine("read an address"))?;
        self.addresses.insert(service, address);
        let (counter, faults, policies) = (self.counter.clone(), self.faults.clone(), self.policies.clone());
        let front = Front {
            service,
            backend,
            counter,
            faults,
            policies,
        };
        self.servers.spawn(front.serve(listener));
        Ok(())
    }

    /// The variables that point an AWS SDK here, with credentials that name `caller` in the counts.
    pub fn env(&self, caller: &str) -> BTreeMap<String, String> {
        let endpoint = |service| self.endpoint(service);
        let variables = [
            ("AWS_ENDPOINT_URL_DYNAMODB", endpoint(Service::DynamoDb)),
            ("AWS_ENDPOINT_URL_SQS", endpoint(Service::Sqs)),
            (
                "AWS_ENDPOINT_URL_SECRETS_MANAGER",
                endpoint(Service::SecretsManager),
            ),
            ("AWS_REGION", self.region.clone()),
            ("AWS_DEFAULT_REGION", self.region.clone()),
            ("AWS_ACCESS_KEY_ID", caller.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ];
        variables
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// A service's address, as `http://127.0.0.1:4100`.
    pub fn endpoint(&self, service: Service) -> String {
        self.addresses
            .get(&service)
            .map(|address| format!("http://{address}"))
            .unwrap_or_default()
    }

    /// The database itself, for assertions and clean-up beside the server.
    pub fn db(&self) -> &dynoxide::Database {
        &self.db
    }

    /// The faults that requests run into.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// What was requested up to now.
    pub fn counts(&self) -> Counts {
        self.counter.snapshot()
    }

    /// What functions were refused for want of a permission: mistakes in the template.
    pub fn refusals(&self) -> Vec<Permission> {
        self.policies.refusals()
    }

    /// What functions may do and have not done up to now.
    pub fn unused_permissions(&self) -> Vec<Permission> {
        self.policies.unused()
    }

    /// A table's generated name.
    pub fn table_name(&self, logical: &str) -> Result<&str> {
        named(&self.tables, "table", logical)
    }

    /// A queue's address.
    pub fn queue_url(&self, logical: &str) -> Result<String> {
        Ok(self.sqs.url(named(&self.queues, "queue", logical)?))
    }

    /// Every item of a table, in DynamoDB's JSON; not counted.
    pub fn items(&self, logical: &str) -> Result<Vec<Map<String, Value>>> {
        dynamodb::items(&self.db, self.table_name(logical)?)
    }

    /// Deletes what has expired by now; DynamoDB does it within days. Returns how many items went.
    pub fn sweep_expired(&self) -> Result<usize> {
        self.db.sweep_ttl().map_err(|source| Error::Table {
            table: "all".to_owned(),
            source,
        })
    }

    /// How many messages a queue holds.
    pub async fn depth(&self, logical: &str) -> Result<Depth> {
        self.sqs.depth(&self.queue_url(logical)?).await
    }

    /// Sends a message as an operator would; not counted and out of reach of faults.
    pub async fn send(&self, logical: &str, body: &str) -> Result<()> {
        let request = json!({"QueueUrl": self.queue_url(logical)?, "MessageBody": body});
        self.sqs.call("SendMessage", request).await.map(drop)
    }

    pub(crate) fn sqs(&self) -> &Sqs {
        &self.sqs
    }

    pub(crate) fn addresses(&self) -> Addresses {
        let sqs = self
            .addresses
            .get(&Service::Sqs)
            .map(ToString::to_string)
            .unwrap_or_default();
        Addresses {
            sqs,
            ..Addresses::default()
        }
    }
}

fn named<'a>(names: &'a BTreeMap<String, String>, kind: &'static str, logical: &str) -> Result<&'a str> {
    let name = names.get(logical).map(String::as_str);
    name.ok_or_else(|| Error::Unknown {
        kind,
        name: logical.to_owned(),
    })
}

pub(crate) async fn bind() -> Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", 0))
        .await
        .map_err(Error::machine("listen on loopback"))
}
