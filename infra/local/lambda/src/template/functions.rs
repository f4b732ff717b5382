//! `AWS::Serverless::Function`, with its events and its policy.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::intrinsics;
use super::resources::typed;
use super::scope::Scope;
use crate::error::{Error, Result};
use crate::schedule::Expression;
use crate::stack::{Function, QueueSource, ScheduledEvent, Statement};

/// Lambda's own defaults.
const DEFAULT_TIMEOUT_S: u32 = 3;
const DEFAULT_MEMORY_MB: u32 = 128;
/// Lambda takes at most this many messages in a batch without a batching window.
const BATCH_WITHOUT_WINDOW_MAX: u32 = 10;
const DEFAULT_BATCH_SIZE: u32 = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct FunctionProperties {
    timeout: Option<u32>,
    memory_size: Option<u32>,
    runtime: Option<String>,
    code_uri: Option<String>,
    reserved_concurrent_executions: Option<u32>,
    environment: Option<Environment>,
    function_url_config: Option<UrlConfig>,
    #[serde(default)]
    events: BTreeMap<String, Event>,
    #[serde(default)]
    policies: Value,
    // True of the real function, and without effect on what runs here.
    #[serde(rename = "FunctionName")]
    _function_name: Option<IgnoredAny>,
    #[serde(rename = "Description")]
    _description: Option<IgnoredAny>,
    #[serde(rename = "Handler")]
    _handler: Option<IgnoredAny>,
    #[serde(rename = "Architectures")]
    _architectures: Option<IgnoredAny>,
    #[serde(rename = "LoggingConfig")]
    _logging: Option<IgnoredAny>,
    #[serde(rename = "RecursiveLoop")]
    _recursive_loop: Option<IgnoredAny>,
    // The local schedule does not retry a failed run: the next one comes.
    #[serde(rename = "EventInvokeConfig")]
    _event_invoke: Option<IgnoredAny>,
    #[serde(rename = "Tracing")]
    _tracing: Option<IgnoredAny>,
    #[serde(rename = "Tags")]
    _tags: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Environment {
    variables: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct UrlConfig {
    auth_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Event {
    r#type: String,
    properties: Value,
}

pub(super) fn read(scope: &Scope, logical: &str, metadata: &Value, properties: Value) -> Result<Function> {
    let at = format!("Resources.{logical}.Properties");
    let it: FunctionProperties = typed(&at, properties)?;
    if it.runtime.as_deref() != Some("provided.al2023") {
        return Err(Error::template(
            format!("{at}.Runtime"),
            "must be provided.al2023 to run a cargo binary",
        ));
    }
    if it
        .function_url_config
        .as_ref()
        .is_some_and(|url| url.auth_type != "NONE")
    {
        return Err(Error::template(
            format!("{at}.FunctionUrlConfig.AuthType"),
            "only NONE is understood",
        ));
    }
    let name = scope.physical_name(logical)?;
    let mut function = Function {
        arn: scope.arn("lambda", &format!("function:{name}")),
        name,
        binary: binary(logical, metadata, it.code_uri.as_deref())?,
        memory_mb: it.memory_size.unwrap_or(DEFAULT_MEMORY_MB),
        timeout_s: it.timeout.unwrap_or(DEFAULT_TIMEOUT_S),
        environment: variables(&at, it.environment)?,
        reserved_concurrency: it.reserved_concurrent_executions,
        url: it.function_url_config.is_some(),
        sources: Vec::new(),
        schedules: Vec::new(),
        statements: statements(&at, &it.policies)?,
    };
    for (name, event) in it.events {
        add_event(&mut function, &format!("{at}.Events.{name}"), name, event)?;
    }
    Ok(function)
}

/// The cargo binary: `Metadata.BuildProperties.Binary`, or the last folder of `CodeUri`.
fn binary(logical: &str, metadata: &Value, code_uri: Option<&str>) -> Result<String> {
    if let Some(binary) = metadata["BuildProperties"]["Binary"].as_str() {
        return Ok(binary.to_owned());
    }
    let folder = code_uri.and_then(|uri| uri.trim_end_matches('/').rsplit('/').next());
    match folder.filter(|folder| !folder.is_empty() && *folder != ".") {
        Some(folder) => Ok(folder.to_owned()),
        None => Err(Error::template(
            format!("Resources.{logical}.Metadata.BuildProperties.Binary"),
            "is missing",
        )),
    }
}

fn variables(at: &str, environment: Option<Environment>) -> Result<BTreeMap<String, String>> {
    let variables = environment.map(|it| it.variables).unwrap_or_default();
    let at = format!("{at}.Environment.Variables");
    let texts = variables.into_iter().map(|(name, value)| {
        let text = intrinsics::text(&format!("{at}.{name}"), &value)?;
        Ok((name, text))
    });
    texts.collect()
}

fn add_event(function: &mut Function, at: &str, name: String, event: Event) -> Result<()> {
    let at = format!("{at}.Properties");
    match event.r#type.as_str() {
        "SQS" => function.sources.push(queue_source(&at, name, event.properties)?),
        "Schedule" => function.schedules.push(rule(&at, name, event.properties)?),
        "ScheduleV2" => function.schedules.push(scheduler(&at, name, event.properties)?),
        kind => {
            return Err(Error::template(
                at,
                format!("an event of type {kind} is not understood"),
            ));
        }
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct QueueEvent {
    queue: String,
    batch_size: Option<u32>,
    maximum_batching_window_in_seconds: Option<u32>,
    #[serde(default)]
    function_response_types: Vec<String>,
    scaling_config: Option<ScalingConfig>,
    enabled: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ScalingConfig {
    maximum_concurrency: u32,
}

fn queue_source(at: &str, event: String, properties: Value) -> Result<QueueSource> {
    let it: QueueEvent = typed(at, properties)?;
    let batch_size = it.batch_size.unwrap_or(DEFAULT_BATCH_SIZE);
    let window_s = it.maximum_batching_window_in_seconds.unwrap_or_default();
    if batch_size > BATCH_WITHOUT_WINDOW_MAX && window_s == 0 {
        return Err(Error::template(
            at,
            "a BatchSize over 10 needs MaximumBatchingWindowInSeconds",
        ));
    }
    let maximum_concurrency = it.scaling_config.map(|config| config.maximum_concurrency);
    if maximum_concurrency.is_some_and(|n| !(2..=1000).contains(&n)) {
        return Err(Error::template(
            format!("{at}.ScalingConfig.MaximumConcurrency"),
            "must be 2 to 1000",
        ));
    }
    Ok(QueueSource {
        event,
        queue_arn: it.queue,
        batch_size,
        window_s,
        reports_failures: it
            .function_response_types
            .iter()
            .any(|it| it == "ReportBatchItemFailures"),
        maximum_concurrency,
        enabled: it.enabled.unwrap_or(true),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RuleEvent {
    schedule: String,
    input: Option<String>,
    enabled: Option<bool>,
    state: Option<String>,
    #[serde(rename = "Description")]
    _description: Option<IgnoredAny>,
    #[serde(rename = "Name")]
    _name: Option<IgnoredAny>,
    #[serde(rename = "RetryPolicy")]
    _retry: Option<IgnoredAny>,
}

fn rule(at: &str, event: String, properties: Value) -> Result<ScheduledEvent> {
    let it: RuleEvent = typed(at, properties)?;
    Ok(ScheduledEvent {
        event,
        expression: expression(&format!("{at}.Schedule"), &it.schedule, None)?,
        input: it.input,
        source: "aws.events",
        enabled: it.enabled.unwrap_or(true) && it.state.as_deref() != Some("DISABLED"),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct SchedulerEvent {
    schedule_expression: String,
    schedule_expression_timezone: Option<String>,
    input: Option<String>,
    state: Option<String>,
    #[serde(rename = "Description")]
    _description: Option<IgnoredAny>,
    #[serde(rename = "Name")]
    _name: Option<IgnoredAny>,
    #[serde(rename = "FlexibleTimeWindow")]
    _window: Option<IgnoredAny>,
    #[serde(rename = "RetryPolicy")]
    _retry: Option<IgnoredAny>,
}

fn scheduler(at: &str, event: String, properties: Value) -> Result<ScheduledEvent> {
    let it: SchedulerEvent = typed(at, properties)?;
    let zone = it.schedule_expression_timezone.as_deref();
    Ok(ScheduledEvent {
        event,
        expression: expression(&format!("{at}.ScheduleExpression"), &it.schedule_expression, zone)?,
        input: it.input,
        source: "aws.scheduler",
        enabled: it.state.as_deref() != Some("DISABLED"),
    })
}

fn expression(at: &str, text: &str, zone: Option<&str>) -> Result<Expression> {
    Expression::parse(text, zone.unwrap_or("UTC")).map_err(|why| Error::template(at, why))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Policy {
    #[serde(rename = "Version")]
    _version: Option<IgnoredAny>,
    statement: Vec<RawStatement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RawStatement {
    effect: String,
    action: OneOrMany,
    resource: OneOrMany,
    #[serde(rename = "Sid")]
    _sid: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<OneOrMany> for Vec<String> {
    fn from(it: OneOrMany) -> Self {
        match it {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(many) => many,
        }
    }
}

fn statements(at: &str, policies: &Value) -> Result<Vec<Statement>> {
    let policies = match policies {
        Value::Null => return Ok(Vec::new()),
        Value::Array(policies) => policies.clone(),
        one => vec![one.clone()],
    };
    let mut statements = Vec::new();
    for (i, policy) in policies.into_iter().enumerate() {
        let policy: Policy = typed(&format!("{at}.Policies[{i}]"), policy)?;
        statements.extend(policy.statement.into_iter().map(|it| Statement {
            allow: it.effect == "Allow",
            actions: it.action.into(),
            resources: it.resource.into(),
        }));
    }
    Ok(statements)
}
