//! Conflicts between transactions that touch the same items at the same time.
//!
//! The embedded engine runs one request after another and so never has any; DynamoDB refuses all but one. Source:
//! Amazon DynamoDB developer guide, "Transaction conflict handling in DynamoDB".

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use serde_json::{Map, Value, json};

use super::caller::Call;
use super::front::Answer;
use crate::stack::Stack;

/// A table and the key of one of its items, as text.
type ItemKey = (String, String);

/// The items that running transactions hold.
#[derive(Debug)]
pub(crate) struct Conflicts {
    /// The key attributes of each table.
    keys: BTreeMap<String, Vec<String>>,
    held: Mutex<BTreeSet<ItemKey>>,
    /// Client request tokens of running transactions.
    tokens: Mutex<BTreeSet<String>>,
    off: bool,
}

/// A running transaction; it lets its items go when dropped.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    conflicts: &'a Conflicts,
    items: BTreeSet<ItemKey>,
    token: Option<String>,
}

/// What a request met.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// A transaction is cancelled because of the parts marked.
    Canceled(Vec<bool>),
    /// A single write met a transaction.
    Single,
    /// A transaction of the same token still runs.
    InProgress,
}

impl Conflicts {
    pub(crate) fn of(stack: &Stack, off: bool) -> Self {
        let attributes = |definition: &Value| {
            let schema = definition["KeySchema"].as_array().into_iter().flatten();
            schema
                .filter_map(|part| part["AttributeName"].as_str())
                .map(ToOwned::to_owned)
                .collect()
        };
        let keys = stack
            .tables
            .values()
            .map(|table| (table.name.clone(), attributes(&table.definition)));
        Self {
            keys: keys.collect(),
            held: Mutex::default(),
            tokens: Mutex::default(),
            off,
        }
    }

    /// Lets a request in, which holds its items while it runs if it is a transaction, or says what it met.
    pub(crate) fn enter(&self, call: &Call) -> Result<Option<Held<'_>>, Conflict> {
        match call.operation.as_str() {
            _ if self.off => Ok(None),
            "TransactWriteItems" => self.begin(call).map(Some),
            "TransactGetItems" => free(&crate::locked(&self.held), &self.parts(call)).map(|()| None),
            "PutItem" => self.single(&call.body, &call.body["Item"]),
            "UpdateItem" | "DeleteItem" => self.single(&call.body, &call.body["Key"]),
            _ => Ok(None),
        }
    }

    fn begin(&self, call: &Call) -> Result<Held<'_>, Conflict> {
        let token = call.body["ClientRequestToken"].as_str().map(ToOwned::to_owned);
        if let Some(token) = &token
            && !crate::locked(&self.tokens).insert(token.clone())
        {
            return Err(Conflict::InProgress);
        }
        let mut begun = Held {
            conflicts: self,
            items: BTreeSet::new(),
            token,
        };
        let parts = self.parts(call);
        let mut held = crate::locked(&self.held);
        let is_free = free(&held, &parts);
        if is_free.is_ok() {
            begun.items = parts.into_iter().flatten().collect();
            held.extend(begun.items.iter().cloned());
        }
        // What is not begun lets its token go when dropped, and that takes the lock.
        drop(held);
        is_free.map(|()| begun)
    }

    fn single(&self, request: &Value, attributes: &Value) -> Result<Option<Held<'_>>, Conflict> {
        let item = [self.item(request, attributes)];
        free(&crate::locked(&self.held), &item)
            .map(|()| None)
            .map_err(|_| Conflict::Single)
    }

    fn parts(&self, call: &Call) -> Vec<Option<ItemKey>> {
        let parts = call.body["TransactItems"].as_array().into_iter().flatten();
        let single = |part: &Value| {
            let (kind, request) = part.as_object()?.iter().next()?;
            let attributes = if kind == "Put" {
                &request["Item"]
            } else {
                &request["Key"]
            };
            self.item(request, attributes)
        };
        parts.map(single).collect()
    }

    fn item(&self, request: &Value, attributes: &Value) -> Option<ItemKey> {
        let table = request["TableName"].as_str()?;
        let names = self.keys.get(table)?;
        let key: Map<String, Value> = names
            .iter()
            .map(|name| (name.clone(), attributes[name.as_str()].clone()))
            .collect();
        Some((table.to_owned(), Value::Object(key).to_string()))
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        crate::locked(&self.conflicts.held).retain(|key| !self.items.contains(key));
        if let Some(token) = &self.token {
            crate::locked(&self.conflicts.tokens).remove(token);
        }
    }
}

fn free(held: &BTreeSet<ItemKey>, parts: &[Option<ItemKey>]) -> Result<(), Conflict> {
    let met: Vec<bool> = parts
        .iter()
        .map(|key| key.as_ref().is_some_and(|key| held.contains(key)))
        .collect();
    if met.contains(&true) {
        Err(Conflict::Canceled(met))
    } else {
        Ok(())
    }
}

impl Conflict {
    pub(crate) fn answer(&self) -> Answer {
        match self {
            Self::Canceled(met) => canceled(met),
            Self::Single => {
                let message = "Transaction is ongoing for the item";
                Answer::dynamodb_error("TransactionConflictException", message)
            }
            Self::InProgress => {
                let message = "The transaction with the given request token is already in progress";
                Answer::dynamodb_error("TransactionInProgressException", message)
            }
        }
    }
}

fn canceled(met: &[bool]) -> Answer {
    let reason = |met: &bool| match met {
        true => json!({"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}),
        false => json!({"Code": "None"}),
    };
    let codes: Vec<&str> = met
        .iter()
        .map(|met| if *met { "TransactionConflict" } else { "None" })
        .collect();
    let message = "Transaction cancelled, please refer cancellation reasons for specific reasons";
    let mut answer = Answer::dynamodb_error("TransactionCanceledException", "");
    answer.body = json!({
        "__type": answer.body["__type"],
        "Message": format!("{message} [{}]", codes.join(", ")),
        "CancellationReasons": met.iter().map(reason).collect::<Vec<_>>(),
    });
    answer
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;
    use crate::aws::Service;

    fn conflicts() -> Conflicts {
        let keys = BTreeMap::from([("jobs".to_owned(), vec!["id".to_owned()])]);
        Conflicts {
            keys,
            held: Mutex::default(),
            tokens: Mutex::default(),
            off: false,
        }
    }

    fn call(operation: &str, body: Value) -> Call {
        let (operation, caller) = (operation.to_owned(), String::new());
        Call {
            service: Service::DynamoDb,
            operation,
            caller,
            headers: HeaderMap::new(),
            body,
        }
    }

    fn transaction(ids: &[&str], token: &str) -> Call {
        let put =
            |id: &&str| json!({"Put": {"TableName": "jobs", "Item": {"id": {"S": id}, "x": {"S": token}}}});
        let items: Vec<Value> = ids.iter().map(put).collect();
        call(
            "TransactWriteItems",
            json!({"TransactItems": items, "ClientRequestToken": token}),
        )
    }

    #[test]
    fn a_second_transaction_on_a_held_item_is_cancelled_until_the_first_is_over() {
        let conflicts = conflicts();
        let first = conflicts.enter(&transaction(&["a", "b"], "1")).unwrap();
        let met = conflicts.enter(&transaction(&["c", "b"], "2")).unwrap_err();
        assert_eq!(met, Conflict::Canceled(vec![false, true]));
        assert!(conflicts.enter(&transaction(&["c"], "3")).is_ok());
        drop(first);
        assert!(conflicts.enter(&transaction(&["c", "b"], "2")).is_ok());
    }

    #[test]
    fn a_single_write_meets_a_running_transaction_but_not_another_single_write() {
        let conflicts = conflicts();
        let update = call(
            "UpdateItem",
            json!({"TableName": "jobs", "Key": {"id": {"S": "a"}}}),
        );
        assert!(conflicts.enter(&update).unwrap().is_none());
        let running = conflicts.enter(&transaction(&["a"], "1")).unwrap();
        assert_eq!(conflicts.enter(&update).unwrap_err(), Conflict::Single);
        drop(running);
        assert!(conflicts.enter(&update).is_ok());
    }

    #[test]
    fn a_token_whose_transaction_still_runs_is_in_progress() {
        let conflicts = conflicts();
        let running = conflicts.enter(&transaction(&["a"], "1")).unwrap();
        assert_eq!(
            conflicts.enter(&transaction(&["b"], "1")).unwrap_err(),
            Conflict::InProgress
        );
        drop(running);
        assert!(conflicts.enter(&transaction(&["a"], "1")).is_ok());
    }
}
