//! What a template's references can mean: parameters, pseudo parameters, conditions, and the names of resources.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Deployment, intrinsics};
use crate::error::{Error, Result};
use crate::stack::{FUNCTION_URL_HOST, QUEUE_HOST};

/// Everything that `!Ref`, `!GetAtt` and `!If` look up.
pub(super) struct Scope<'a> {
    deployment: &'a Deployment,
    parameters: BTreeMap<String, Value>,
    conditions: Map<String, Value>,
    mappings: Map<String, Value>,
    resources: Map<String, Value>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(root: &Value, deployment: &'a Deployment) -> Result<Self> {
        let section = |name: &str| root[name].as_object().cloned().unwrap_or_default();
        let declared = section("Parameters");
        for name in deployment.parameters.keys() {
            if !declared.contains_key(name) {
                return Err(Error::template(
                    format!("Parameters.{name}"),
                    "is set, but the template has no such parameter",
                ));
            }
        }
        let parameters = declared.iter().map(|(name, it)| parameter(name, it, deployment));
        Ok(Self {
            deployment,
            parameters: parameters.collect::<Result<_>>()?,
            conditions: section("Conditions"),
            mappings: section("Mappings"),
            resources: section("Resources"),
        })
    }

    /// A value with its intrinsics resolved. `AWS::NoValue` becomes null.
    pub(super) fn value(&self, at: &str, raw: &Value) -> Result<Value> {
        Ok(intrinsics::resolve(self, at, raw)?.unwrap_or(Value::Null))
    }

    /// Whether a resource's or output's `Condition` holds; true without one.
    pub(super) fn resource_exists(&self, at: &str, resource: &Value) -> Result<bool> {
        match &resource["Condition"] {
            Value::Null => Ok(true),
            Value::String(name) => self.condition(at, name),
            _ => Err(Error::template(at, "Condition must be a name")),
        }
    }

    pub(super) fn condition(&self, at: &str, name: &str) -> Result<bool> {
        let Some(raw) = self.conditions.get(name) else {
            return Err(Error::template(at, format!("there is no condition {name}")));
        };
        intrinsics::truth(self, &format!("Conditions.{name}"), raw)
    }

    pub(super) fn mapping(&self, at: &str, keys: [&str; 3]) -> Result<Value> {
        let found = self.mappings.get(keys[0]).map(|map| &map[keys[1]][keys[2]]);
        match found {
            Some(value) if !value.is_null() => Ok(value.clone()),
            _ => Err(Error::template(at, format!("Mappings has no {}", keys.join(".")))),
        }
    }

    pub(super) fn reference(&self, at: &str, name: &str) -> Result<Option<Value>> {
        if let Some(value) = self.parameters.get(name) {
            return Ok(Some(value.clone()));
        }
        let text = match name {
            "AWS::NoValue" => return Ok(None),
            "AWS::Region" => self.deployment.region.clone(),
            "AWS::AccountId" => self.deployment.account.clone(),
            "AWS::StackName" => self.deployment.stack_name.clone(),
            "AWS::Partition" => "aws".to_owned(),
            "AWS::URLSuffix" => "amazonaws.com".to_owned(),
            _ => self.resource_reference(at, name)?,
        };
        Ok(Some(Value::String(text)))
    }

    fn resource_reference(&self, at: &str, logical: &str) -> Result<String> {
        let kind = self.kind(at, logical)?;
        let name = self.physical_name(logical)?;
        Ok(match kind {
            "AWS::SQS::Queue" => format!("http://{QUEUE_HOST}/{}/{name}", self.deployment.account),
            "AWS::SNS::Topic" => self.arn("sns", &name),
            _ => name,
        })
    }

    pub(super) fn attribute(&self, at: &str, logical: &str, attribute: &str) -> Result<Value> {
        if let Some(url) = self.generated(logical, attribute)? {
            return Ok(Value::String(url));
        }
        let kind = self.kind(at, logical)?;
        let name = self.physical_name(logical)?;
        let text = match (kind, attribute) {
            ("AWS::DynamoDB::Table", "Arn") => self.arn("dynamodb", &format!("table/{name}")),
            ("AWS::SQS::Queue", "Arn") => self.arn("sqs", &name),
            ("AWS::SQS::Queue", "QueueName") => name,
            ("AWS::SQS::Queue", "QueueUrl") => self.resource_reference(at, logical)?,
            ("AWS::Serverless::Function", "Arn") => self.arn("lambda", &format!("function:{name}")),
            ("AWS::DynamoDB::Table" | "AWS::SQS::Queue" | "AWS::Serverless::Function", _) => {
                return Err(Error::template(
                    at,
                    format!("{logical} has no attribute {attribute}"),
                ));
            }
            _ => self.arn("other", &format!("{name}/{attribute}")),
        };
        Ok(Value::String(text))
    }

    /// Resources that SAM makes beside a function: `<Function>Url` and `<Function>Role`.
    fn generated(&self, logical: &str, attribute: &str) -> Result<Option<String>> {
        let function = |name: &str| {
            let resource = self.resources.get(name)?;
            (resource["Type"] == "AWS::Serverless::Function").then_some(resource)
        };
        if let Some(owner) = logical.strip_suffix("Url")
            && let Some(resource) = function(owner)
            && !resource["Properties"]["FunctionUrlConfig"].is_null()
            && attribute == "FunctionUrl"
        {
            return Ok(Some(format!(
                "http://{}.{FUNCTION_URL_HOST}/",
                owner.to_lowercase()
            )));
        }
        if let Some(owner) = logical.strip_suffix("Role")
            && function(owner).is_some()
        {
            return Ok(Some(
                self.arn("iam", &format!("role/{}", self.physical_name(owner)?)),
            ));
        }
        Ok(None)
    }

    fn kind(&self, at: &str, logical: &str) -> Result<&str> {
        let Some(resource) = self.resources.get(logical) else {
            return Err(Error::template(
                at,
                format!("{logical} is neither a parameter nor a resource"),
            ));
        };
        if !self.resource_exists(&format!("Resources.{logical}"), resource)? {
            return Err(Error::template(
                at,
                format!("{logical} is absent: its condition does not hold"),
            ));
        }
        Ok(resource["Type"].as_str().unwrap_or_default())
    }

    /// The resource's own name where the template gives one, or one made of the stack's name as `CloudFormation` does.
    pub(super) fn physical_name(&self, logical: &str) -> Result<String> {
        let properties = &self.resources.get(logical).unwrap_or(&Value::Null)["Properties"];
        for key in [
            "TableName",
            "QueueName",
            "FunctionName",
            "LogGroupName",
            "TopicName",
        ] {
            if !properties[key].is_null() {
                let at = format!("Resources.{logical}.Properties.{key}");
                return intrinsics::text(&at, &self.value(&at, &properties[key])?);
            }
        }
        Ok(format!("{}-{logical}", self.deployment.stack_name))
    }

    pub(super) fn arn(&self, service: &str, rest: &str) -> String {
        format!(
            "arn:aws:{service}:{}:{}:{rest}",
            self.deployment.region, self.deployment.account
        )
    }
}

fn parameter(name: &str, declared: &Value, deployment: &Deployment) -> Result<(String, Value)> {
    let at = format!("Parameters.{name}");
    let text = match deployment.parameters.get(name) {
        Some(text) => text.clone(),
        None if declared["Default"].is_null() => {
            return Err(Error::template(at, "has no value and no default"));
        }
        None => intrinsics::text(&at, &declared["Default"])?,
    };
    if let Some(allowed) = declared["AllowedValues"].as_array()
        && !allowed
            .iter()
            .any(|it| intrinsics::scalar(it).as_deref() == Some(&text))
    {
        return Err(Error::template(
            at,
            format!("{text:?} is not among the allowed values"),
        ));
    }
    let value = match declared["Type"].as_str() {
        Some("Number") => number(&at, &text, declared)?,
        Some("CommaDelimitedList") => text.split(',').map(str::trim).collect(),
        _ => Value::String(text),
    };
    Ok((name.to_owned(), value))
}

fn number(at: &str, text: &str, declared: &Value) -> Result<Value> {
    let Ok(number) = text.parse::<i64>() else {
        return Err(Error::template(at, format!("{text:?} is no whole number")));
    };
    let too_low = declared["MinValue"].as_i64().is_some_and(|min| number < min);
    let too_high = declared["MaxValue"].as_i64().is_some_and(|max| number > max);
    if too_low || too_high {
        return Err(Error::template(at, format!("{number} is out of its range")));
    }
    Ok(Value::from(number))
}
