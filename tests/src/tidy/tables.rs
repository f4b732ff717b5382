//! Tables: paid by use, and the ones that hold money outlive every mistake.

use serde_norway::Value;

use super::Findings;
use super::template::{Resource, Template, pointed_to};

const TABLE: &str = "AWS::DynamoDB::Table";

/// Balances, their movements and the orders they were held for: kept even when the stack goes.
const MONEY: [&str; 3] = ["AccountsTable", "LedgerTable", "JobsTable"];

/// Tables that can be restored to a second: the money, and the prices it was reckoned with.
const RESTORABLE: [&str; 4] = ["AccountsTable", "LedgerTable", "JobsTable", "SettingsTable"];

/// Nothing is paid while nobody orders.
pub fn paid_by_use(template: &Template) -> Findings {
    let hired = template
        .of_type(TABLE)
        .filter(|table| table.property(&["BillingMode"]).and_then(Value::as_str) != Some("PAY_PER_REQUEST"));
    hired
        .map(|table| format!("{}: BillingMode must be PAY_PER_REQUEST", table.name))
        .collect()
}

/// Money can be restored, and goes neither with the stack nor in a replacement.
pub fn restorable(template: &Template) -> Findings {
    let lost = MONEY
        .iter()
        .filter(|name| !template.resource(name).is_some_and(retained));
    let fixed = RESTORABLE
        .iter()
        .filter(|name| !template.resource(name).is_some_and(recoverable));
    lost.map(|name| format!("{name}: holds money, so DeletionPolicy and UpdateReplacePolicy must retain it"))
        .chain(fixed.map(|name| format!("{name}: needs point-in-time recovery")))
        .collect()
}

fn retained(table: Resource<'_>) -> bool {
    let policy = |name| {
        table
            .attribute(&[name])
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    policy("DeletionPolicy").starts_with("Retain") && policy("UpdateReplacePolicy") == "Retain"
}

fn recoverable(table: Resource<'_>) -> bool {
    let path = ["PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"];
    table.property(&path).and_then(Value::as_bool) == Some(true)
}

/// `JOBS_TABLE` is the name of `JobsTable` in every function.
pub fn named_in_the_environment(template: &Template) -> Findings {
    let wrong = template.functions().flat_map(|function| {
        let variables = template
            .environment(function)
            .filter_map(|(name, value)| Some((name, value, table_of(name)?)));
        variables
            .filter(|(_, value, table)| pointed_to(value) != Some(table.as_str()))
            .map(move |(name, _, table)| format!("{}: {name} must be !Ref {table}", function.name))
    });
    wrong.collect()
}

/// `AI_REQUESTS_TABLE` to `AiRequestsTable`.
fn table_of(variable: &str) -> Option<String> {
    let words = variable.strip_suffix("_TABLE")?.split('_');
    let capitalized = words.map(|word| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        format!("{first}{}", rest.to_lowercase())
    });
    Some(capitalized.chain(["Table".into()]).collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_variable_names_its_table() {
        assert_eq!(
            super::table_of("AI_REQUESTS_TABLE").as_deref(),
            Some("AiRequestsTable")
        );
        assert_eq!(super::table_of("SECRET_ARN"), None);
    }
}
