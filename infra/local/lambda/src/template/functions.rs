//! `AWS::Serverless::Function`, with its events and its policy.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::events::{self, Event};
use super::intrinsics;
use super::resources::typed;
use super::scope::Scope;
use crate::error::{Error, Result};
use crate::stack::{Function, Statement};

/// Lambda's own defaults.
const DEFAULT_TIMEOUT_S: u32 = 3;
const DEFAULT_MEMORY_MB: u32 = 128;

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
    logging_config: Option<LoggingConfig>,
    tracing: Option<Tracing>,
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
    #[serde(rename = "RecursiveLoop")]
    _recursive_loop: Option<IgnoredAny>,
    // The local schedule does not retry a failed run: the next one comes.
    #[serde(rename = "EventInvokeConfig")]
    _event_invoke: Option<IgnoredAny>,
    #[serde(rename = "Tags")]
    _tags: Option<IgnoredAny>,
}

/// Where nothing upstream decides, as nothing does here, `PassThrough` records nothing.
#[derive(Deserialize, PartialEq)]
enum Tracing {
    Active,
    PassThrough,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Environment {
    variables: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct LoggingConfig {
    log_group: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct UrlConfig {
    auth_type: String,
    #[serde(default)]
    invoke_mode: InvokeMode,
}

#[derive(Default, Deserialize, PartialEq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum InvokeMode {
    #[default]
    Buffered,
    ResponseStream,
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
    let mode = it.function_url_config.as_ref().map(|url| &url.invoke_mode);
    let streams = mode == Some(&InvokeMode::ResponseStream);
    let name = scope.physical_name(logical)?;
    let mut function = Function {
        arn: scope.arn("lambda", &format!("function:{name}")),
        name,
        binary: binary(logical, metadata, it.code_uri.as_deref())?,
        memory_mb: it.memory_size.unwrap_or(DEFAULT_MEMORY_MB),
        timeout_s: it.timeout.unwrap_or(DEFAULT_TIMEOUT_S),
        traced: it.tracing == Some(Tracing::Active),
        environment: variables(&at, it.environment)?,
        reserved_concurrency: it.reserved_concurrent_executions,
        log_group: it.logging_config.and_then(|logging| logging.log_group),
        url: it.function_url_config.is_some(),
        streams,
        sources: Vec::new(),
        schedules: Vec::new(),
        logs: Vec::new(),
        rules: Vec::new(),
        statements: statements(&at, &it.policies)?,
    };
    for (name, event) in it.events {
        events::add(&mut function, &format!("{at}.Events.{name}"), name, event)?;
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
    condition: Option<RawCondition>,
}

/// The only condition that is understood: which partitions a request may be about. Another one would be passed over, so the
/// template is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCondition {
    #[serde(rename = "ForAllValues:StringEquals")]
    equals: Option<LeadingKeys>,
    #[serde(rename = "ForAllValues:StringLike")]
    like: Option<LeadingKeys>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LeadingKeys {
    #[serde(rename = "dynamodb:LeadingKeys")]
    keys: OneOrMany,
}

impl RawCondition {
    fn leading_keys(self, at: &str) -> Result<Vec<String>> {
        match (self.equals, self.like) {
            (None, Some(like)) => Ok(like.keys.into()),
            (Some(equals), None) => {
                let keys: Vec<String> = equals.keys.into();
                if keys.iter().any(|key| key.contains('*')) {
                    let why = "StringEquals takes a star as it is; StringLike is meant";
                    return Err(Error::template(at, why));
                }
                Ok(keys)
            }
            _ => Err(Error::template(
                at,
                "a condition says one thing of the leading keys",
            )),
        }
    }
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
        let at = format!("{at}.Policies[{i}]");
        let policy: Policy = typed(&at, policy)?;
        for it in policy.statement {
            let leading_keys = it.condition.map(|condition| condition.leading_keys(&at));
            statements.push(Statement {
                allow: it.effect == "Allow",
                actions: it.action.into(),
                resources: it.resource.into(),
                leading_keys: leading_keys.transpose()?,
            });
        }
    }
    Ok(statements)
}
