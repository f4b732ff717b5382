//! Tables: paid by use, and the ones that hold money outlive every mistake.

use serde_norway::Value;

use super::Findings;
use super::template::{Resource, Template, pointed_to};

const TABLE: &str = "AWS::DynamoDB::Table";

/// What customers own or have used, the prices it was reckoned with, and who settled those: kept even when the stack goes,
/// not deleted by a slip, and restored to a second.
const KEPT: [&str; 8] = [
    "AccountsTable",
    "LedgerTable",
    "UsageTable",
    "JobsTable",
    "AiRequestsTable",
    "PaymentsTable",
    "SettingsTable",
    "AuditTable",
];

/// Nothing is paid while nobody orders.
pub fn paid_by_use(template: &Template) -> Findings {
    let hired = template
        .of_type(TABLE)
        .filter(|table| table.property(&["BillingMode"]).and_then(Value::as_str) != Some("PAY_PER_REQUEST"));
    hired
        .map(|table| format!("{}: BillingMode must be PAY_PER_REQUEST", table.name))
        .collect()
}

/// Money can be restored, and goes neither with the stack, nor in a replacement, nor by a slip.
pub fn restorable(template: &Template) -> Findings {
    let all = |kept: fn(Resource<'_>) -> bool| {
        KEPT.iter()
            .filter(move |name| !template.resource(name).is_some_and(kept))
    };
    let lost = all(retained)
        .map(|name| format!("{name}: is kept, so DeletionPolicy and UpdateReplacePolicy must be Retain"));
    let open = all(protected).map(|name| format!("{name}: is kept, so DeletionProtectionEnabled"));
    let fixed = all(recoverable).map(|name| format!("{name}: needs point-in-time recovery"));
    lost.chain(open).chain(fixed).collect()
}

/// `RetainExceptOnCreate` would not do: CloudFormation cannot delete a protected table, so its rollback would fail.
fn retained(table: Resource<'_>) -> bool {
    let policy = |name| table.attribute(&[name]).and_then(Value::as_str);
    policy("DeletionPolicy") == Some("Retain") && policy("UpdateReplacePolicy") == Some("Retain")
}

fn protected(table: Resource<'_>) -> bool {
    table
        .property(&["DeletionProtectionEnabled"])
        .and_then(Value::as_bool)
        == Some(true)
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
