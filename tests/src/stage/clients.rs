//! SDK clients of the local cloud. The credentials name the function, so that what its policy in the template does not
//! allow is refused, and what it asks for is counted.

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use local_lambda::{Aws, Service};
use queue::{DeadLetters, Queue};
use store::{PaymentTables, Payments, Store, Tables};
use table::Db;

const REGION: &str = "eu-central-1";

pub(crate) fn db(aws: &Aws, caller: &str) -> Db {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new(caller, "local", None, None, "stage"))
        .endpoint_url(aws.endpoint(Service::DynamoDb));
    Db::new(aws_sdk_dynamodb::Client::from_conf(config.build()))
}

pub(crate) fn sqs(aws: &Aws, caller: &str) -> aws_sdk_sqs::Client {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new(caller, "local", None, None, "stage"))
        .endpoint_url(aws.endpoint(Service::Sqs));
    aws_sdk_sqs::Client::from_conf(config.build())
}

pub(crate) fn tables(aws: &Aws) -> Tables {
    let named = |logical: &str| aws.table_name(logical).unwrap().to_owned();
    Tables {
        accounts: named("AccountsTable"),
        ledger: named("LedgerTable"),
        usage: named("UsageTable"),
        jobs: named("JobsTable"),
        requests: named("AiRequestsTable"),
    }
}

pub(crate) fn payments(aws: &Aws, caller: &str) -> Payments {
    let Tables { accounts, ledger, .. } = tables(aws);
    let payments = aws.table_name("PaymentsTable").unwrap().to_owned();
    let tables = PaymentTables {
        payments,
        accounts,
        ledger,
    };
    Payments::new(db(aws, caller), tables)
}

pub(crate) fn store(aws: &Aws, caller: &str) -> Store {
    Store::new(db(aws, caller), tables(aws))
}

pub(crate) fn settings(aws: &Aws, caller: &str) -> limits_flags::Settings {
    let table = aws.table_name("SettingsTable").unwrap().to_owned();
    limits_flags::Settings::new(db(aws, caller), table)
}

pub(crate) fn dead_letters(aws: &Aws, caller: &str) -> DeadLetters {
    let url = |logical| aws.queue_url(logical).unwrap();
    DeadLetters::new(
        &sqs(aws, caller),
        url("DoorbellDeadLetterQueue"),
        url("DoorbellQueue"),
    )
}

pub(crate) fn queue(aws: &Aws, caller: &str) -> Queue {
    Queue::new(&sqs(aws, caller), aws.queue_url("DoorbellQueue").unwrap())
}
