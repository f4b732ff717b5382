//! What each function's role allows. AWS refuses the rest, and so does the local cloud, so that a permission missing
//! from the template shows on the first local run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use http::StatusCode;
use serde_json::Value;

use super::Service;
use super::caller::Call;
use super::front::Answer;
use super::leading;
use crate::stack::{Stack, Statement, Table};

/// Something that a function's policy allows, or would have to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// The function's logical id.
    pub function: String,
    /// As `dynamodb:Query`.
    pub action: String,
    /// The ARN.
    pub resource: String,
    /// The partition of the table, where a policy names those that it allows.
    pub partition: Option<String>,
}

/// Something that a call needs: an action, on a resource, about some partitions. `None` where those cannot be told.
struct Needed {
    action: String,
    resource: String,
    partitions: Option<Vec<String>>,
}

#[derive(Debug)]
pub(crate) struct Policies {
    statements: BTreeMap<String, Vec<Statement>>,
    /// What each table calls its partition attribute.
    partitions: BTreeMap<String, String>,
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
            partitions: stack.tables.values().filter_map(partition_of).collect(),
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
        let Some(refused) = needed.iter().find(|needed| !allowed(statements, needed)) else {
            let used = needed
                .into_iter()
                .flat_map(|it| it.used(&call.caller, statements));
            crate::locked(&self.used).extend(used);
            return None;
        };
        let (action, resource) = (refused.action.clone(), refused.resource.clone());
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
            partition: refused.partitions.as_ref().map(|all| all.join(", ")),
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
                    && match (&allowed.partition, &used.partition) {
                        (Some(allowed), Some(used)) => like(allowed, used),
                        (None, None) => true,
                        _ => false,
                    }
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

    fn needed(&self, call: &Call) -> Vec<Needed> {
        match call.service {
            Service::DynamoDb => self.needed_of_dynamodb(call),
            Service::Sqs => {
                let action = call.operation.trim_end_matches("Batch");
                let arn = |queue: &String| format!("arn:aws:sqs:{}:{queue}", self.prefix);
                call.resources()
                    .iter()
                    .map(|queue| Needed::of(format!("sqs:{action}"), arn(queue)))
                    .collect()
            }
            Service::SecretsManager => {
                let action = format!("secretsmanager:{}", call.operation);
                call.resources()
                    .into_iter()
                    .map(|secret| Needed::of(action.clone(), secret))
                    .collect()
            }
        }
    }

    fn needed_of_dynamodb(&self, call: &Call) -> Vec<Needed> {
        let arn = |table: &str| format!("arn:aws:dynamodb:{}:table/{table}", self.prefix);
        let about = |table: &str, part: &Value| leading::of(part, self.partitions.get(table)?);
        if let Some(items) = call.body["TransactItems"].as_array() {
            let parts = items.iter().filter_map(Value::as_object).flatten();
            let needed = parts.map(|(kind, part)| {
                let table = part["TableName"].as_str().unwrap_or_default();
                Needed {
                    partitions: about(table, part),
                    ..Needed::of(transact_action(kind), arn(table))
                }
            });
            return needed.collect();
        }
        let index = call.body["IndexName"]
            .as_str()
            .map(|index| format!("/index/{index}"))
            .unwrap_or_default();
        let action = format!("dynamodb:{}", call.operation);
        let part = |table: &String| match call.body["RequestItems"].get(table) {
            Some(part) => about(table, part),
            None => about(table, &call.body),
        };
        call.resources()
            .iter()
            .map(|table| Needed {
                partitions: part(table),
                ..Needed::of(action.clone(), format!("{}{index}", arn(table)))
            })
            .collect()
    }
}

/// A table's name, and what it calls its partition attribute.
fn partition_of(table: &Table) -> Option<(String, String)> {
    let keys = table.definition["KeySchema"].as_array()?;
    let partition = keys.iter().find(|key| key["KeyType"] == "HASH")?;
    Some((
        table.name.clone(),
        partition["AttributeName"].as_str()?.to_owned(),
    ))
}

impl Needed {
    fn of(action: String, resource: String) -> Self {
        Self {
            action,
            resource,
            partitions: None,
        }
    }

    /// The permissions that it has made use of: of those that name partitions, for each of its own.
    fn used(self, function: &str, statements: &[Statement]) -> Vec<Permission> {
        let permission = |partition| Permission {
            function: function.to_owned(),
            action: self.action.clone(),
            resource: self.resource.clone(),
            partition,
        };
        let mut fitting = statements.iter().filter(|statement| self.fits(statement));
        match &self.partitions {
            Some(all) if fitting.any(|statement| statement.leading_keys.is_some()) => {
                all.iter().map(|key| permission(Some(key.clone()))).collect()
            }
            _ => vec![permission(None)],
        }
    }

    /// Whether a statement is about this.
    fn fits(&self, statement: &Statement) -> bool {
        let action = self.action.to_lowercase();
        let of_all = |allowed: &Vec<String>| {
            let is_allowed = |key: &String| allowed.iter().any(|pattern| like(pattern, key));
            self.partitions
                .as_ref()
                .is_some_and(|all| all.iter().all(is_allowed))
        };
        statement
            .actions
            .iter()
            .any(|it| like(&it.to_lowercase(), &action))
            && statement.resources.iter().any(|it| like(it, &self.resource))
            && statement.leading_keys.as_ref().is_none_or(of_all)
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

/// Each action of a statement on each of its resources, for each of the partitions that it names.
fn permissions<'a>(function: &'a str, statement: &'a Statement) -> impl Iterator<Item = Permission> + 'a {
    let partitions = match &statement.leading_keys {
        Some(keys) => keys.iter().cloned().map(Some).collect(),
        None => vec![None],
    };
    let permission = move |action: &String, resource: &String, partition| Permission {
        function: function.to_owned(),
        action: action.clone(),
        resource: resource.clone(),
        partition,
    };
    statement.actions.iter().flat_map(move |action| {
        let partitions = partitions.clone();
        statement.resources.iter().flat_map(move |resource| {
            let all = partitions.clone().into_iter();
            all.map(move |partition| permission(action, resource, partition))
        })
    })
}

fn allowed(statements: &[Statement], needed: &Needed) -> bool {
    let mut fitting = statements
        .iter()
        .filter(|statement| needed.fits(statement))
        .peekable();
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
            leading_keys: None,
        }
    }

    fn needed(action: &str, resource: &str, partitions: &[&str]) -> Needed {
        Needed {
            partitions: Some(partitions.iter().map(|key| (*key).to_owned()).collect()),
            ..Needed::of(action.to_owned(), resource.to_owned())
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
        let is_allowed =
            |action: &str, resource: &str| allowed(&statements, &needed(action, resource, &["x"]));
        assert!(is_allowed("dynamodb:Query", "a"));
        assert!(!is_allowed("dynamodb:Query", "b"));
        assert!(!is_allowed("dynamodb:DeleteItem", "a"));
    }

    #[test]
    fn a_statement_that_names_partitions_allows_those_and_no_others_nor_what_is_unknown() {
        let write = "dynamodb:PutItem";
        let of_live = Statement {
            leading_keys: Some(vec!["live".to_owned(), "upgrade#*".to_owned()]),
            ..statement(true, write, "a")
        };
        let statements = [of_live];
        let is_allowed = |partitions: &[&str]| allowed(&statements, &needed(write, "a", partitions));
        assert!(is_allowed(&["live"]) && is_allowed(&["live", "upgrade#7"]));
        assert!(!is_allowed(&["access"]));
        assert!(!is_allowed(&["live", "access"]), "all of them have to be");
        let unknown = Needed::of(write.to_owned(), "a".to_owned());
        assert!(!allowed(&statements, &unknown));
        let used = needed(write, "a", &["live"]).used("F", &statements);
        assert_eq!(used[0].partition.as_deref(), Some("live"));
        let named: Vec<_> = permissions("F", &statements[0]).map(|it| it.partition).collect();
        assert_eq!(named, [Some("live".to_owned()), Some("upgrade#*".to_owned())]);
    }
}
