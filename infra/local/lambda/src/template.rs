//! Reads a SAM template into a [`Stack`].
//!
//! What the local cloud does not understand is an error that names its place, so that a mistake in the wiring shows on
//! the first local run. Only resources without a local counterpart (alarms, log groups, topics) are left out, and even
//! in those every reference must lead somewhere.
//!
//! Source: "AWS SAM template anatomy" and the `CloudFormation` intrinsic function reference.

mod events;
mod functions;
mod globals;
mod intrinsics;
mod resources;
mod scope;
mod watching;
mod yaml;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::stack::Stack;
use scope::Scope;

/// Top-level sections that mean something here.
const SECTIONS: [&str; 9] = [
    "AWSTemplateFormatVersion",
    "Transform",
    "Description",
    "Metadata",
    "Globals",
    "Parameters",
    "Mappings",
    "Conditions",
    "Resources",
];

/// A parsed template whose parameters are still open.
#[derive(Debug, Clone)]
pub struct Template {
    root: Value,
}

/// Values for what the account and the operator decide.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// The stack's name, the prefix of every generated name.
    pub stack_name: String,
    /// The region named in ARNs.
    pub region: String,
    /// Twelve digits.
    pub account: String,
    /// Parameters that differ from their defaults.
    pub parameters: BTreeMap<String, String>,
}

impl Default for Deployment {
    fn default() -> Self {
        Self {
            stack_name: "local".to_owned(),
            region: "eu-central-1".to_owned(),
            account: "000000000000".to_owned(),
            parameters: BTreeMap::new(),
        }
    }
}

impl Deployment {
    /// Sets a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.parameters.insert(name.to_owned(), value.to_owned());
        self
    }
}

impl Template {
    /// Reads a template file.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text)
    }

    /// Parses a template's text.
    pub fn parse(text: &str) -> Result<Self> {
        let root = yaml::parse(text)?;
        for section in root.as_object().into_iter().flat_map(|root| root.keys()) {
            if !SECTIONS.contains(&section.as_str()) && section != "Outputs" {
                return Err(Error::template(
                    section,
                    "is a section unknown to the local cloud",
                ));
            }
        }
        Ok(Self { root })
    }

    /// Resolves everything for one deployment.
    pub fn stack(&self, deployment: &Deployment) -> Result<Stack> {
        let scope = Scope::new(&self.root, deployment)?;
        let mut stack = Stack {
            name: deployment.stack_name.clone(),
            region: deployment.region.clone(),
            account: deployment.account.clone(),
            ..Stack::default()
        };
        resources::read(&self.root, &scope, &mut stack)?;
        stack.outputs = outputs(&self.root, &scope)?;
        queues_exist(&stack)?;
        Ok(stack)
    }
}

/// Every queue that is referred to by its ARN stands in the template.
fn queues_exist(stack: &Stack) -> Result<()> {
    let redrives = stack
        .queues
        .iter()
        .filter_map(|(id, queue)| Some((id, &queue.redrive.as_ref()?.dead_letter_arn)));
    let sources = stack
        .functions
        .iter()
        .flat_map(|(id, it)| it.sources.iter().map(move |source| (id, &source.queue_arn)));
    match redrives
        .chain(sources)
        .find(|(_, arn)| stack.queue_by_arn(arn).is_none())
    {
        Some((id, arn)) => Err(Error::template(
            format!("Resources.{id}"),
            format!("{arn} is no queue of this template"),
        )),
        None => Ok(()),
    }
}

fn outputs(root: &Value, scope: &Scope) -> Result<BTreeMap<String, String>> {
    let mut outputs = BTreeMap::new();
    for (name, output) in root["Outputs"].as_object().into_iter().flatten() {
        let at = format!("Outputs.{name}");
        if !scope.resource_exists(&at, output)? {
            continue;
        }
        let value = scope.value(&format!("{at}.Value"), &output["Value"])?;
        outputs.insert(name.clone(), intrinsics::text(&format!("{at}.Value"), &value)?);
    }
    Ok(outputs)
}

#[cfg(test)]
mod tests;
