//! Policies: each function may do what it does, to what it does it to, and nothing else.

use serde_norway::Value;

use super::Findings;
use super::sources::Source;
use super::template::{Resource, Template, list, pointed_to, texts};

/// A ledger entry is written once. No function may update or delete one; `PutItem` it needs, and that would overwrite, so
/// every put carries the condition that there is no such entry yet: [`ledger_written_once`].
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

/// What a write to the ledger must say, as rustfmt's spaces leave it.
const ONCE: &str = ".when(Condition::Absent(\"entry\"))";

/// Writes to the ledger, in the product's code, that could overwrite an entry.
pub fn ledger_written_once(sources: &[Source]) -> Findings {
    let product = sources
        .iter()
        .filter(|source| source.is_product() && !source.is_tests());
    product
        .flat_map(|source| {
            let code: String = source.text.split_whitespace().collect();
            let writes = code
                .split("Write::")
                .skip(1)
                .filter(|write| call(write).0.contains("tables.ledger"));
            let careless = writes.filter(|write| !is_written_once(write)).count();
            (0..careless).map(|_| {
                format!(
                    "{}: a write to the ledger without Condition::Absent(\"entry\")",
                    source.path
                )
            })
        })
        .collect()
}

/// Whether it is a put whose condition follows at once; `write` begins after `Write::`.
fn is_written_once(write: &str) -> bool {
    let (put, after) = call(write);
    put.starts_with("put(") && after.starts_with(ONCE)
}

/// A call from its name to its last bracket, and what follows it.
fn call(write: &str) -> (&str, &str) {
    let mut depth = 0_usize;
    let end = write.find(|letter| {
        depth = match letter {
            '(' => depth.saturating_add(1),
            ')' => depth.saturating_sub(1),
            _ => depth,
        };
        letter == ')' && depth == 0
    });
    end.and_then(|end| write.split_at_checked(end.saturating_add(1)))
        .unwrap_or((write, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(write: &str) -> Findings {
        let text = format!("fn f() {{ let _ = {write}; }}");
        ledger_written_once(&[Source::parse("shared/store/src/x.rs", &text).unwrap()])
    }

    #[test]
    fn a_write_that_could_overwrite_an_entry_is_found() {
        assert_eq!(
            found("Write::put(E, &self.tables.ledger, row(x))\n    .when(Condition::Absent(\"entry\"))"),
            Findings::new()
        );
        assert_eq!(
            found("(Write::put(A, &b, x), self.db.get(&self.tables.ledger, key))"),
            Findings::new(),
            "what is read is not written"
        );
        for careless in [
            "Write::put(E, &self.tables.ledger, row(x))",
            "Write::put(E, &self.tables.ledger, x).when(Condition::Exists(\"entry\"))",
            "Write::delete(E, &self.tables.ledger, x).when(Condition::Absent(\"entry\"))",
            "[Write::put(E, &self.tables.ledger, x), Write::put(A, &b, x).when(Condition::Absent(\"entry\"))]",
        ] {
            assert_eq!(found(careless).len(), 1, "{careless}");
        }
    }
}
