//! One write of one item.

use std::borrow::Cow;

use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    Update,
};

use crate::condition::Condition;
use crate::expression::Expression;
use crate::row::Item;

/// A put or an update of one item, with its conditions and its label.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    pub(crate) label: &'static str,
    pub(crate) table: String,
    pub(crate) action: Action,
    pub(crate) conditions: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    Put(Item),
    Delete(Item),
    Check(Item),
    Update { key: Item, edits: Vec<Edit> },
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Edit {
    Set(Cow<'static, str>, AttributeValue),
    Increase(Cow<'static, str>, i64),
    Append(&'static str, AttributeValue),
    Insert(&'static str, AttributeValue),
    Delete(&'static str, AttributeValue),
    Remove(Cow<'static, str>),
}

impl Write {
    /// Writes a whole item.
    pub fn put(label: &'static str, table: &str, item: Item) -> Self {
        Self {
            label,
            table: table.to_owned(),
            action: Action::Put(item),
            conditions: Vec::new(),
        }
    }

    /// Removes an item.
    pub fn delete_item(label: &'static str, table: &str, key: Item) -> Self {
        Self {
            label,
            table: table.to_owned(),
            action: Action::Delete(key),
            conditions: Vec::new(),
        }
    }

    /// Leaves an item as it is, and lets the rest of its transaction happen only under its conditions.
    pub fn check(label: &'static str, table: &str, key: Item) -> Self {
        Self {
            label,
            table: table.to_owned(),
            action: Action::Check(key),
            conditions: Vec::new(),
        }
    }

    /// Changes an item, or makes it if it is missing and no condition forbids that.
    pub fn update(label: &'static str, table: &str, key: Item) -> Self {
        Self {
            label,
            table: table.to_owned(),
            action: Action::Update {
                key,
                edits: Vec::new(),
            },
            conditions: Vec::new(),
        }
    }

    /// Only under this condition as well.
    #[must_use]
    pub fn when(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    /// Sets an attribute.
    #[must_use]
    pub fn set(self, name: impl Into<Cow<'static, str>>, value: AttributeValue) -> Self {
        self.edit(Edit::Set(name.into(), value))
    }

    /// Sets an attribute, or removes it if there is no value.
    #[must_use]
    pub fn set_or_remove(self, name: &'static str, value: Option<AttributeValue>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self.remove(name),
        }
    }

    /// Adds to a number (missing counts as 0). Only ever together with a condition that makes it happen once.
    #[must_use]
    pub fn increase(self, name: impl Into<Cow<'static, str>>, by: i64) -> Self {
        self.edit(Edit::Increase(name.into(), by))
    }

    /// Appends to a list (missing counts as empty).
    #[must_use]
    pub fn append(self, name: &'static str, values: AttributeValue) -> Self {
        self.edit(Edit::Append(name, values))
    }

    /// Puts an element into a set of strings.
    #[must_use]
    pub fn insert(self, name: &'static str, element: String) -> Self {
        self.edit(Edit::Insert(name, AttributeValue::Ss(vec![element])))
    }

    /// Takes an element out of a set of strings.
    #[must_use]
    pub fn delete(self, name: &'static str, element: String) -> Self {
        self.edit(Edit::Delete(name, AttributeValue::Ss(vec![element])))
    }

    /// Removes an attribute.
    #[must_use]
    pub fn remove(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.edit(Edit::Remove(name.into()))
    }

    fn edit(mut self, edit: Edit) -> Self {
        if let Action::Update { edits, .. } = &mut self.action {
            edits.push(edit);
        }
        self
    }

    /// The write in DynamoDB's words.
    pub(crate) fn render(self) -> Rendered {
        let mut x = Expression::default();
        let conditions: Vec<String> = self
            .conditions
            .into_iter()
            .map(|condition| condition.render(&mut x))
            .collect();
        let condition = (!conditions.is_empty()).then(|| conditions.join(" AND "));
        let action = match self.action {
            Action::Put(item) => RenderedAction::Put(item),
            Action::Delete(key) => RenderedAction::Delete(key),
            Action::Check(key) => RenderedAction::Check(key),
            Action::Update { key, edits } => RenderedAction::Update(key, render_edits(edits, &mut x)),
        };
        Rendered {
            table: self.table,
            action,
            condition,
            x,
        }
    }
}

/// A write as DynamoDB wants it.
pub(crate) struct Rendered {
    pub(crate) table: String,
    pub(crate) action: RenderedAction,
    pub(crate) condition: Option<String>,
    pub(crate) x: Expression,
}

pub(crate) enum RenderedAction {
    Put(Item),
    Delete(Item),
    Check(Item),
    Update(Item, String),
}

impl Rendered {
    /// As a part of a transaction.
    pub(crate) fn into_transaction_item(
        mut self,
    ) -> Result<TransactWriteItem, aws_sdk_dynamodb::error::BuildError> {
        let old = ReturnValuesOnConditionCheckFailure::AllOld;
        let item = TransactWriteItem::builder();
        Ok(match self.action {
            RenderedAction::Put(put) => item.put(
                Put::builder()
                    .table_name(self.table)
                    .set_item(Some(put))
                    .set_condition_expression(self.condition)
                    .set_expression_attribute_names(self.x.names())
                    .set_expression_attribute_values(self.x.values())
                    .return_values_on_condition_check_failure(old)
                    .build()?,
            ),
            RenderedAction::Delete(key) => item.delete(
                Delete::builder()
                    .table_name(self.table)
                    .set_key(Some(key))
                    .set_condition_expression(self.condition)
                    .set_expression_attribute_names(self.x.names())
                    .set_expression_attribute_values(self.x.values())
                    .return_values_on_condition_check_failure(old)
                    .build()?,
            ),
            RenderedAction::Check(key) => item.condition_check(
                ConditionCheck::builder()
                    .table_name(self.table)
                    .set_key(Some(key))
                    .set_condition_expression(self.condition)
                    .set_expression_attribute_names(self.x.names())
                    .set_expression_attribute_values(self.x.values())
                    .return_values_on_condition_check_failure(old)
                    .build()?,
            ),
            RenderedAction::Update(key, update) => item.update(
                Update::builder()
                    .table_name(self.table)
                    .set_key(Some(key))
                    .update_expression(update)
                    .set_condition_expression(self.condition)
                    .set_expression_attribute_names(self.x.names())
                    .set_expression_attribute_values(self.x.values())
                    .return_values_on_condition_check_failure(old)
                    .build()?,
            ),
        }
        .build())
    }
}

fn render_edits(edits: Vec<Edit>, x: &mut Expression) -> String {
    let (mut sets, mut adds, mut deletes, mut removes) = (vec![], vec![], vec![], vec![]);
    for edit in edits {
        match edit {
            Edit::Set(name, value) => sets.push(format!("{} = {}", x.name(&name), x.value(value))),
            Edit::Append(name, values) => {
                let (name, empty) = (x.name(name), x.value(AttributeValue::L(vec![])));
                sets.push(format!(
                    "{name} = list_append(if_not_exists({name}, {empty}), {})",
                    x.value(values)
                ));
            }
            Edit::Increase(name, by) => {
                adds.push(format!(
                    "{} {}",
                    x.name(&name),
                    x.value(AttributeValue::N(by.to_string()))
                ));
            }
            Edit::Insert(name, set) => adds.push(format!("{} {}", x.name(name), x.value(set))),
            Edit::Delete(name, set) => deletes.push(format!("{} {}", x.name(name), x.value(set))),
            Edit::Remove(name) => removes.push(x.name(&name)),
        }
    }
    let clause =
        |word: &str, parts: Vec<String>| (!parts.is_empty()).then(|| format!("{word} {}", parts.join(", ")));
    let clauses = [
        clause("SET", sets),
        clause("ADD", adds),
        clause("DELETE", deletes),
        clause("REMOVE", removes),
    ];
    clauses.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{n, s};

    #[test]
    fn an_update_is_rendered_with_placeholders_only() {
        let write = Write::update("job", "t", Item::new())
            .when(Condition::Equals("stage", s("QUEUED")))
            .when(Condition::AbsentOrLess("used", n(5)))
            .set("stage", s("FAILED"))
            .increase("used", -1)
            .remove("task");
        let rendered = write.render();
        assert_eq!(
            rendered.condition.as_deref(),
            Some("#0 = :0 AND (attribute_not_exists(#1) OR #1 < :1)")
        );
        let RenderedAction::Update(_, update) = rendered.action else {
            panic!("an update")
        };
        assert_eq!(update, "SET #0 = :2 ADD #1 :3 REMOVE #2");
    }
}
