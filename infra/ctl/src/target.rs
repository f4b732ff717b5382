//! Where the tables are.
//!
//! A stack's outputs are read with one signed request (see `stack`), because the SDK's `CloudFormation` crate would be
//! the heaviest dependency of the whole project for the sake of this one call. Where that is not possible, they come
//! from a file (`sam list stack-outputs --output json`), from a running `cargo dev`, or from flags.

mod local;
mod money;
mod outputs;
mod stack;

use std::path::PathBuf;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use clap::Args;
use limits_flags::Office;
use store::{PaymentTables, Payments, Requests, Store, Tables};
use table::Db;

pub use local::LocalCloud;
pub use outputs::Outputs;
pub use stack::describe;

use crate::Error;

/// Where the tables are: a stack, a file, the local cloud, or flags. Flags go before everything else.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Where")]
pub struct Target {
    /// A deployed stack, whose outputs are read from CloudFormation
    #[arg(long, value_name = "NAME", conflicts_with_all = ["outputs", "local"])]
    pub stack: Option<String>,
    /// A file with the stack's outputs, as `sam list stack-outputs --output json` prints them
    #[arg(long, value_name = "FILE", conflicts_with = "local")]
    pub outputs: Option<PathBuf>,
    /// The running `cargo dev`
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true,
        default_missing_value = ".local-cloud/stack.json")]
    pub local: Option<PathBuf>,
    /// The accounts' table
    #[arg(long, value_name = "TABLE", env = "ACCOUNTS_TABLE", hide_short_help = true)]
    pub accounts_table: Option<String>,
    /// The ledger's table
    #[arg(long, value_name = "TABLE", env = "LEDGER_TABLE", hide_short_help = true)]
    pub ledger_table: Option<String>,
    /// The counters' table
    #[arg(long, value_name = "TABLE", env = "USAGE_TABLE", hide_short_help = true)]
    pub usage_table: Option<String>,
    /// The jobs' table
    #[arg(long, value_name = "TABLE", env = "JOBS_TABLE", hide_short_help = true)]
    pub jobs_table: Option<String>,
    /// The log of AI operations
    #[arg(long, value_name = "TABLE", env = "AI_REQUESTS_TABLE", hide_short_help = true)]
    pub ai_requests_table: Option<String>,
    /// The settings' table
    #[arg(long, value_name = "TABLE", env = "SETTINGS_TABLE", hide_short_help = true)]
    pub settings_table: Option<String>,
    /// The table of changes
    #[arg(long, value_name = "TABLE", env = "AUDIT_TABLE", hide_short_help = true)]
    pub audit_table: Option<String>,
    /// The payments' table
    #[arg(long, value_name = "TABLE", env = "PAYMENTS_TABLE", hide_short_help = true)]
    pub payments_table: Option<String>,
    /// The table of broadcasts
    #[arg(long, value_name = "TABLE", env = "BROADCASTS_TABLE", hide_short_help = true)]
    pub broadcasts_table: Option<String>,
    /// The webhook function's address
    #[arg(long, value_name = "URL", env = "WEBHOOK_URL", hide_short_help = true)]
    pub webhook_url: Option<String>,
}

/// A target that was found.
#[derive(Debug)]
pub struct Place {
    config: SdkConfig,
    outputs: Outputs,
    local: Option<LocalCloud>,
}

impl Target {
    /// Finds the target.
    pub async fn find(&self) -> Result<Place, Error> {
        let local = self.local.as_deref().map(LocalCloud::read).transpose()?;
        let config = match &local {
            Some(local) => local.config().await,
            None => from_environment().await,
        };
        let outputs = match (&local, &self.outputs, &self.stack) {
            (Some(local), _, _) => local.outputs.clone(),
            (_, Some(file), _) => Outputs::read(file)?,
            (_, _, Some(stack)) => stack::describe(&config, stack).await?,
            _ => Outputs::default(),
        };
        Ok(Place {
            config,
            outputs: outputs.overridden_by(self.flags()),
            local,
        })
    }

    fn flags(&self) -> [(&'static str, Option<&String>); 10] {
        [
            ("AccountsTable", self.accounts_table.as_ref()),
            ("LedgerTable", self.ledger_table.as_ref()),
            ("UsageTable", self.usage_table.as_ref()),
            ("JobsTable", self.jobs_table.as_ref()),
            ("AiRequestsTable", self.ai_requests_table.as_ref()),
            ("SettingsTable", self.settings_table.as_ref()),
            ("AuditTable", self.audit_table.as_ref()),
            ("PaymentsTable", self.payments_table.as_ref()),
            ("BroadcastsTable", self.broadcasts_table.as_ref()),
            ("WebhookUrl", self.webhook_url.as_ref()),
        ]
    }
}

impl Place {
    /// What the local cloud says of itself, if this is one.
    pub fn local(&self) -> Option<&LocalCloud> {
        self.local.as_ref()
    }

    /// DynamoDB.
    pub fn db(&self) -> Db {
        let mut builder = aws_sdk_dynamodb::config::Builder::from(&self.config);
        if let Some(local) = &self.local {
            builder = builder.endpoint_url(&local.endpoints.dynamodb);
        }
        Db::new(aws_sdk_dynamodb::Client::from_conf(builder.build()))
    }

    /// Secrets Manager.
    pub fn secrets_manager(&self) -> aws_sdk_secretsmanager::Client {
        let mut builder = aws_sdk_secretsmanager::config::Builder::from(&self.config);
        if let Some(local) = &self.local {
            builder = builder.endpoint_url(&local.endpoints.secretsmanager);
        }
        aws_sdk_secretsmanager::Client::from_conf(builder.build())
    }

    /// SQS.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        let mut builder = aws_sdk_sqs::config::Builder::from(&self.config);
        if let Some(local) = &self.local {
            builder = builder.endpoint_url(&local.endpoints.sqs);
        }
        aws_sdk_sqs::Client::from_conf(builder.build())
    }

    /// The tables that an operator's changes go to. What the provider cannot render is found before it is written.
    pub fn office(&self) -> Result<Office, Error> {
        let table = |name: &str| self.output(name).map(str::to_owned);
        Ok(Office {
            db: self.db(),
            settings: table("SettingsTable")?,
            accounts: table("AccountsTable")?,
            audit: table("AuditTable")?,
            check: crate::settings::inexpressible,
        })
    }

    /// One of the stack's outputs.
    pub fn output(&self, name: &str) -> Result<&str, Error> {
        self.outputs.get(name).ok_or_else(|| {
            let flag = flag_of(name);
            Error::Usage(format!(
                "no {name} is known: say --stack NAME, --outputs FILE, --local or --{flag}"
            ))
        })
    }

    /// The tables with money in them.
    pub fn store(&self) -> Result<Store, Error> {
        Ok(Store::new(self.db(), self.tables()?))
    }

    /// Purchases and payments.
    pub fn payments(&self) -> Result<Payments, Error> {
        Ok(Payments::new(self.db(), self.payment_tables()?))
    }

    /// The log of AI operations.
    pub fn requests(&self) -> Result<Requests, Error> {
        let table = self.output("AiRequestsTable")?.to_owned();
        Ok(Requests::new(self.db(), table))
    }

    fn payment_tables(&self) -> Result<PaymentTables, Error> {
        let table = |name: &str| self.output(name).map(str::to_owned);
        Ok(PaymentTables {
            payments: table("PaymentsTable")?,
            accounts: table("AccountsTable")?,
            ledger: table("LedgerTable")?,
        })
    }

    /// The names of the tables with money in them.
    pub fn tables(&self) -> Result<Tables, Error> {
        let table = |name: &str| self.output(name).map(str::to_owned);
        Ok(Tables {
            accounts: table("AccountsTable")?,
            ledger: table("LedgerTable")?,
            usage: table("UsageTable")?,
            jobs: table("JobsTable")?,
            requests: table("AiRequestsTable")?,
        })
    }
}

/// `AccountsTable` as `accounts-table`.
fn flag_of(output: &str) -> String {
    let mut flag = String::new();
    for letter in output.chars() {
        if letter.is_ascii_uppercase() && !flag.is_empty() {
            flag.push('-');
        }
        flag.push(letter.to_ascii_lowercase());
    }
    flag
}

/// As the AWS command line finds region, credentials and endpoints.
async fn from_environment() -> SdkConfig {
    loader().load().await
}

/// The SDK's configuration over ring, the one TLS provider.
fn loader() -> aws_config::ConfigLoader {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    aws_config::defaults(BehaviorVersion::latest()).http_client(http)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_missing_is_asked_for_by_its_flag() {
        let place = Target {
            jobs_table: Some("jobs".to_owned()),
            ..Target::default()
        };
        let place = place.find().await.unwrap();
        assert_eq!(place.output("JobsTable").unwrap(), "jobs");
        let error = place.output("SettingsTable").unwrap_err();
        assert!(error.to_string().contains("--settings-table"), "{error}");
    }
}
