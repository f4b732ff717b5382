//! What each function's role allows. AWS refuses the rest, and so does the local cloud, so that a permission missing
//! from the template shows on the first local run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use http::StatusCode;
use serde_json::Value;

use super::Service;
use super::caller::Call;
use super::front::Answer;
use crate::stack::{Stack, Statement};

/// Something that a function's policy allows, or would have to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// The function's logical id.
    pub function: String,
    /// As `dynamodb:Query`.
    pub action: String,
    /// The ARN.
    pub resource: String,
}

#[derive(Debug)]
pub(crate) struct Policies {
    statements: BTreeMap<String, Vec<Statement>>,
    prefix: String,
    ignored: bool,
    used: Mutex<BTreeSet<Permission>>,
    refusals: Mutex<BTreeSet<Permission>>,
}

impl Policies {
    pub(crate) fn of(stack: &Stack, ignored: bool) -> Self {
        let statements = stack
            .functions
            .iter()
            .map(|(id, function)| (id.clone(), function.statements.clone()));
        Self {
            statements: statements.collect(),
            prefix: format!("{}:{}", stack.region, stack.account),
            ignored,
            used: Mutex::default(),
            refusals: Mutex::default(),
        }
    }

    /// The refusal, if the caller is a function that may not do this. Other callers are operators, and may.
    pub(crate) fn check(&self, call: &Call) -> Option<Answer> {
        let statements = self.statements.get(&call.caller).filter(|_| !self.ignored)?;
        let needed = self.needed(call);
        let refused = needed
            .iter()
            .find(|(action, arn)| !allowed(statements, action, arn));
        let Some((action, resource)) = refused.cloned() else {
            let function = &call.caller;
            let used = needed.into_iter().map(|(action, resource)| Permission {
                function: function.clone(),
                action,
                resource,
            });
            crate::locked(&self.used).extend(used);
            return None;
        };
        let message = format!(
            "User: {} is not authorized to perform: {action} on resource: {resource}",
            call.caller
        );
        tracing::error!(
            function = call.caller,
            action,
            resource,
            "the template's policy does not allow this"
        );
        let function = call.caller.clone();
        crate::locked(&self.refusals).insert(Permission {
            function,
            action,
            resource,
        });
        let kind = match call.service {
            Service::DynamoDb => "com.amazon.coral.service#AccessDeniedException",
            Service::Sqs => "com.amazonaws.sqs#AccessDenied",
            Service::SecretsManager => "AccessDeniedException",
        };
        Some(Answer::error(StatusCode::BAD_REQUEST, kind, &message))
    }

    pub(crate) fn refusals(&self) -> Vec<Permission> {
        crate::locked(&self.refusals).iter().cloned().collect()
    }

    /// What the policies allow and nobody has made use of; patterns as they are written.
    pub(crate) fn unused(&self) -> Vec<Permission> {
        let used = crate::locked(&self.used);
        let is_idle = |allowed: &Permission| {
            !used.iter().any(|used| {
                used.function == allowed.function
                    && like(&allowed.action.to_lowercase(), &used.action.to_lowercase())
                    && like(&allowed.resource, &used.resource)
            })
        };
        let statements = self
            .statements
            .iter()
            .flat_map(|(function, of_it)| of_it.iter().map(move |statement| (function, statement)));
        statements
            .filter(|(_, statement)| statement.allow)
            .flat_map(|(function, statement)| permissions(function, statement))
            .filter(is_idle)
            .collect()
    }

    fn needed(&self, call: &Call) -> Vec<(String, String)> {
        match call.service {
            Service::DynamoDb => self.needed_of_dynamodb(call),
            Service::Sqs => {
                let action = call.operation.trim_end_matches("Batch");
                let arn = |queue: &String| format!("arn:aws:sqs:{}:{queue}", self.prefix);
                call.resources()
                    .iter()
                    .map(|queue| (format!("sqs:{action}"), arn(queue)))
                    .collect()
            }
            Service::SecretsManager => {
                let action = format!("secretsmanager:{}", call.operation);
                call.resources()
                    .into_iter()
                    .map(|secret| (action.clone(), secret))
                    .collect()
            }
        }
    }

    fn needed_of_dynamodb(&self, call: &Call) -> Vec<(String, String)> {
        let arn = |table: &str| format!("arn:aws:dynamodb:{}:table/{table}", self.prefix);
        if let Some(items) = call.body["TransactItems"].as_array() {
            let parts = items.iter().filter_map(Value::as_object).flatten();
            let table = |part: &Value| arn(part["TableName"].as_str().unwrap_or_default());
            return parts
                .map(|(kind, part)| (transact_action(kind), table(part)))
                .collect();
        }
        let index = call.body["IndexName"]
            .as_str()
            .map(|index| format!("/index/{index}"))
            .unwrap_or_default();
        let action = format!("dynamodb:{}", call.operation);
        call.resources()
            .iter()
            .map(|table| (action.clone(), format!("{}{index}", arn(table))))
            .collect()
    }
}

/// A transaction needs the permission of each of its parts ("`DynamoDB` transactions: IAM").
fn transact_action(kind: &str) -> String {
    let action = match kind {
        "ConditionCheck" => "ConditionCheckItem".to_owned(),
        other => format!("{other}Item"),
    };
    format!("dynamodb:{action}")
}

/// Each action of a statement on each of its resources.
fn permissions<'a>(function: &'a str, statement: &'a Statement) -> impl Iterator<Item = Permission> + 'a {
    let on_each = move |action: &'a String| {
        statement.resources.iter().map(move |resource| Permission {
            function: function.to_owned(),
            action: action.clone(),
            resource: resource.clone(),
        })
    };
    statement.actions.iter().flat_map(on_each)
}

fn allowed(statements: &[Statement], action: &str, resource: &str) -> bool {
    let fits = |statement: &&Statement| {
        statement
            .actions
            .iter()
            .any(|it| like(&it.to_lowercase(), &action.to_lowercase()))
            && statement.resources.iter().any(|it| like(it, resource))
    };
    let mut fitting = statements.iter().filter(fits).peekable();
    fitting.peek().is_some() && fitting.all(|statement| statement.allow)
}

/// Whether `pattern`, in which `*` stands for anything, describes `text`.
fn like(pattern: &str, text: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(rest) = text.strip_prefix(before) else {
        return false;
    };
    rest.char_indices()
        .map(|(i, _)| i)
        .chain([rest.len()])
        .any(|i| like(after, &rest[i..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(allow: bool, action: &str, resource: &str) -> Statement {
        Statement {
            allow,
            actions: vec![action.to_owned()],
            resources: vec![resource.to_owned()],
        }
    }

    #[test]
    fn a_star_stands_for_anything() {
        assert!(like("dynamodb:*", "dynamodb:Query"));
        assert!(like("arn:*:table/jobs*", "arn:aws:table/jobs/index/open"));
        assert!(!like("arn:aws:table/jobs", "arn:aws:table/jobs/index/open"));
    }

    #[test]
    fn what_no_statement_allows_is_refused_and_a_denial_wins() {
        let statements = [
            statement(true, "dynamodb:*", "a"),
            statement(false, "dynamodb:DeleteItem", "*"),
        ];
        assert!(allowed(&statements, "dynamodb:Query", "a"));
        assert!(!allowed(&statements, "dynamodb:Query", "b"));
        assert!(!allowed(&statements, "dynamodb:DeleteItem", "a"));
    }
}
