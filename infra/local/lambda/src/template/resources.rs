//! Tables, queues, and what is left out.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value, json};

use super::scope::Scope;
use super::{functions, globals, watching};
use crate::error::{Error, Result};
use crate::stack::{Queue, Redrive, Stack, Table};

/// Kinds without a local counterpart. Their references are still checked.
const LEFT_OUT: [&str; 7] = [
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
];

/// Seconds a received message stays hidden where the template does not say.
const DEFAULT_VISIBILITY_S: u32 = 30;

pub(super) fn read(root: &Value, scope: &Scope, stack: &mut Stack) -> Result<()> {
    for (logical, resource) in root["Resources"].as_object().into_iter().flatten() {
        let at = format!("Resources.{logical}");
        if !scope.resource_exists(&at, resource)? {
            continue;
        }
        known_keys(&at, resource)?;
        read_one(root, scope, stack, logical, resource)?;
    }
    Ok(())
}

fn read_one(root: &Value, scope: &Scope, stack: &mut Stack, logical: &str, resource: &Value) -> Result<()> {
    let at = format!("Resources.{logical}.Properties");
    let kind = resource["Type"].as_str().unwrap_or_default();
    let raw = match kind {
        "AWS::Serverless::Function" => &globals::merged(root, &resource["Properties"])?,
        _ => &resource["Properties"],
    };
    let properties = scope.value(&at, raw)?;
    match kind {
        "AWS::DynamoDB::Table" => {
            stack
                .tables
                .insert(logical.to_owned(), table(scope, &at, logical, properties)?);
        }
        "AWS::SQS::Queue" => {
            stack
                .queues
                .insert(logical.to_owned(), queue(scope, &at, logical, properties)?);
        }
        "AWS::Serverless::Function" => {
            let function = functions::read(scope, logical, &resource["Metadata"], properties)?;
            stack.functions.insert(logical.to_owned(), function);
        }
        "AWS::CloudWatch::Alarm" => {
            stack.alarms.insert(
                logical.to_owned(),
                watching::alarm(&at, scope.physical_name(logical)?, properties)?,
            );
        }
        "AWS::Logs::MetricFilter" => stack.filters.extend(watching::filters(&at, properties)?),
        _ if LEFT_OUT.contains(&kind) => stack.left_out.push(format!("{logical} ({kind})")),
        _ => {
            return Err(Error::template(
                format!("Resources.{logical}.Type"),
                format!("{kind} is not understood"),
            ));
        }
    }
    Ok(())
}

fn known_keys(at: &str, resource: &Value) -> Result<()> {
    const KEYS: [&str; 7] = [
        "Type",
        "Condition",
        "DependsOn",
        "DeletionPolicy",
        "UpdateReplacePolicy",
        "Metadata",
        "Properties",
    ];
    match resource
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .find(|key| !KEYS.contains(&key.as_str()))
    {
        Some(key) => Err(Error::template(format!("{at}.{key}"), "is not understood")),
        None => Ok(()),
    }
}

/// Reads properties into their type; an unknown property is an error that names its place.
pub(super) fn typed<T: DeserializeOwned>(at: &str, properties: Value) -> Result<T> {
    serde_path_to_error::deserialize(properties).map_err(|e| {
        let inner = e.path().to_string();
        let at = if inner == "." {
            at.to_owned()
        } else {
            format!("{at}.{inner}")
        };
        Error::template(at, e.into_inner().to_string())
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TableProperties {
    #[serde(rename = "TableName")]
    _table_name: Option<IgnoredAny>,
    billing_mode: Option<String>,
    attribute_definitions: Value,
    key_schema: Value,
    #[serde(default)]
    global_secondary_indexes: Value,
    #[serde(default)]
    local_secondary_indexes: Value,
    #[serde(default)]
    provisioned_throughput: Value,
    time_to_live_specification: Option<TimeToLive>,
    // True of the real table, and without effect on what a program sees.
    #[serde(rename = "PointInTimeRecoverySpecification")]
    _recovery: Option<IgnoredAny>,
    #[serde(rename = "SSESpecification")]
    _encryption: Option<IgnoredAny>,
    #[serde(rename = "DeletionProtectionEnabled")]
    _protection: Option<IgnoredAny>,
    #[serde(rename = "TableClass")]
    _class: Option<IgnoredAny>,
    #[serde(rename = "Tags")]
    _tags: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TimeToLive {
    attribute_name: String,
    enabled: bool,
}

fn table(scope: &Scope, at: &str, logical: &str, properties: Value) -> Result<Table> {
    let it: TableProperties = typed(at, properties)?;
    let name = scope.physical_name(logical)?;
    let mut definition = json!({
        "TableName": name,
        "BillingMode": it.billing_mode.unwrap_or_else(|| "PROVISIONED".to_owned()),
        "AttributeDefinitions": it.attribute_definitions,
        "KeySchema": it.key_schema,
    });
    let optional = [
        ("GlobalSecondaryIndexes", it.global_secondary_indexes),
        ("LocalSecondaryIndexes", it.local_secondary_indexes),
        ("ProvisionedThroughput", it.provisioned_throughput),
    ];
    for (key, value) in optional.into_iter().filter(|(_, value)| !value.is_null()) {
        definition[key] = value;
    }
    let ttl_attribute = it
        .time_to_live_specification
        .filter(|ttl| ttl.enabled)
        .map(|ttl| ttl.attribute_name);
    Ok(Table {
        arn: scope.arn("dynamodb", &format!("table/{name}")),
        name,
        definition,
        ttl_attribute,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct QueueProperties {
    #[serde(rename = "QueueName")]
    _queue_name: Option<IgnoredAny>,
    visibility_timeout: Option<u32>,
    message_retention_period: Option<u32>,
    delay_seconds: Option<u32>,
    receive_message_wait_time_seconds: Option<u32>,
    redrive_policy: Option<RedriveProperties>,
    // Without effect on what a program sees. `MaximumMessageSize` may exceed what the embedded SQS takes (256 KB).
    #[serde(rename = "MaximumMessageSize")]
    _maximum_size: Option<IgnoredAny>,
    #[serde(rename = "RedriveAllowPolicy")]
    _redrive_allow: Option<IgnoredAny>,
    #[serde(rename = "SqsManagedSseEnabled")]
    _encryption: Option<IgnoredAny>,
    #[serde(rename = "KmsMasterKeyId")]
    _key: Option<IgnoredAny>,
    #[serde(rename = "Tags")]
    _tags: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RedriveProperties {
    dead_letter_target_arn: String,
    max_receive_count: u32,
}

fn queue(scope: &Scope, at: &str, logical: &str, properties: Value) -> Result<Queue> {
    let it: QueueProperties = typed(at, properties)?;
    let name = scope.physical_name(logical)?;
    let numbers = [
        ("MessageRetentionPeriod", it.message_retention_period),
        ("DelaySeconds", it.delay_seconds),
        (
            "ReceiveMessageWaitTimeSeconds",
            it.receive_message_wait_time_seconds,
        ),
    ];
    let given = numbers
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?.to_string())));
    let redrive = it.redrive_policy.map(|policy| Redrive {
        dead_letter_arn: policy.dead_letter_target_arn,
        max_receive_count: policy.max_receive_count,
    });
    Ok(Queue {
        arn: scope.arn("sqs", &name),
        name,
        visibility_timeout_s: it.visibility_timeout.unwrap_or(DEFAULT_VISIBILITY_S),
        attributes: given.collect::<BTreeMap<_, _>>(),
        redrive,
    })
}
