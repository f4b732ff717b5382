//! Policies: each function may do what it does, to what it does it to, and nothing else.

use serde_norway::Value;

use super::Findings;
use super::template::{Resource, Template, list, pointed_to, texts};

/// A ledger entry is written once. Nothing changes or deletes it, so that no bug of ours can rewrite history.
const LEDGER_ACTIONS: [&str; 5] = [
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
];

/// No statement allows every action or covers every resource.
pub fn narrow(template: &Template) -> Findings {
    template.functions().flat_map(wide_statements).collect()
}

fn wide_statements(function: Resource<'_>) -> Findings {
    let mut found = Findings::new();
    for statement in function.statements() {
        let place = format!(
            "{}.{}",
            function.name,
            statement
                .get("Sid")
                .and_then(Value::as_str)
                .unwrap_or("a statement")
        );
        let mut actions = list(statement.get("Action")).into_iter().flat_map(texts);
        if actions.any(|action| action.contains('*')) {
            found.push(format!(
                "{place}: an action with `*` allows what nobody asked for"
            ));
        }
        let resources = list(statement.get("Resource"));
        if resources.is_empty() || resources.iter().any(|resource| pointed_to(resource).is_none()) {
            found.push(format!(
                "{place}: the resource must be one of the template's, not a pattern"
            ));
        }
    }
    found
}

/// No function may change or delete a ledger entry.
pub fn ledger_only_grows(template: &Template) -> Findings {
    let statements = template
        .functions()
        .flat_map(|function| function.statements().map(move |one| (function, one)));
    let on_the_ledger = statements.filter(|(_, statement)| {
        list(statement.get("Resource"))
            .iter()
            .any(|resource| pointed_to(resource) == Some("LedgerTable"))
    });
    let actions = on_the_ledger.flat_map(|(function, statement)| {
        list(statement.get("Action"))
            .into_iter()
            .flat_map(texts)
            .map(move |action| (function, action))
    });
    actions
        .filter(|(_, action)| !LEDGER_ACTIONS.contains(action))
        .map(|(function, action)| format!("{}: may {action} on the ledger, which only grows", function.name))
        .collect()
}
