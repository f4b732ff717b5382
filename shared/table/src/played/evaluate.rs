//! One write, carried out as DynamoDB's expressions would: conditions against the item as it stands, then the change.

use std::cmp::Ordering;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::condition::Condition;
use crate::row::Item;
use crate::write::{Action, Edit, Write};

impl Write {
    /// The label.
    pub fn label(&self) -> &'static str {
        self.label
    }

    /// The table.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The item's key, or an item that has it: only what is put stands there whole.
    pub fn addressed(&self) -> &Item {
        match &self.action {
            Action::Put(item) => item,
            Action::Delete(key) | Action::Check(key) | Action::Update { key, .. } => key,
        }
    }

    /// Whether it only looks.
    pub fn only_checks(&self) -> bool {
        matches!(self.action, Action::Check(_))
    }

    /// Whether its conditions hold for the item as it stands.
    pub fn may(&self, item: Option<&Item>) -> bool {
        self.conditions.iter().all(|condition| condition.holds(item))
    }

    /// The item as it stands afterwards; `None` if there is none then.
    pub fn carried_out(&self, item: Option<&Item>) -> Option<Item> {
        match &self.action {
            Action::Put(item) => Some(item.clone()),
            Action::Delete(_) => None,
            Action::Check(_) => item.cloned(),
            Action::Update { key, edits } => {
                let mut item = item.unwrap_or(key).clone();
                for edit in edits {
                    edit.on(&mut item);
                }
                Some(item)
            }
        }
    }
}

impl Edit {
    fn on(&self, item: &mut Item) {
        match self {
            Self::Set(name, value) => {
                item.insert(name.clone().into_owned(), value.clone());
            }
            Self::Increase(name, by) => {
                let old = item.get(name.as_ref()).and_then(number).unwrap_or(0);
                let new = old.saturating_add(i128::from(*by)).to_string();
                item.insert(name.clone().into_owned(), AttributeValue::N(new));
            }
            Self::Append(name, AttributeValue::L(more)) => {
                let list = item
                    .entry((*name).to_owned())
                    .or_insert_with(|| AttributeValue::L(Vec::new()));
                if let AttributeValue::L(list) = list {
                    list.extend(more.iter().cloned());
                }
            }
            Self::Insert(name, AttributeValue::Ss(more)) => {
                let set = item
                    .entry((*name).to_owned())
                    .or_insert_with(|| AttributeValue::Ss(Vec::new()));
                if let AttributeValue::Ss(set) = set {
                    let new = more.iter().filter(|one| !set.contains(one)).cloned();
                    let new: Vec<String> = new.collect();
                    set.extend(new);
                }
            }
            Self::Delete(name, AttributeValue::Ss(less)) => {
                if let Some(AttributeValue::Ss(set)) = item.get_mut(*name) {
                    set.retain(|one| !less.contains(one));
                    // There are no empty sets.
                    if set.is_empty() {
                        item.remove(*name);
                    }
                }
            }
            Self::Append(..) | Self::Insert(..) | Self::Delete(..) => {}
            Self::Remove(name) => {
                item.remove(name.as_ref());
            }
        }
    }
}

impl Condition {
    /// Whether it holds for an item as it stands. What is compared with something of another kind does not.
    fn holds(&self, item: Option<&Item>) -> bool {
        let at = |name: &str| item.and_then(|item| item.get(name));
        match self {
            Self::Absent(name) => at(name).is_none(),
            Self::Exists(name) => at(name).is_some(),
            Self::Equals(name, value) => at(name).is_some_and(|held| equal(held, value)),
            Self::AtMost(name, value) => {
                at(name).is_some_and(|held| order(held, value).is_some_and(Ordering::is_le))
            }
            Self::AtLeast(name, value) => {
                at(name).is_some_and(|held| order(held, value).is_some_and(Ordering::is_ge))
            }
            Self::AbsentOrLess(name, value) => {
                at(name).is_none_or(|held| order(held, value).is_some_and(Ordering::is_lt))
            }
            Self::AbsentOrEquals(name, value) => at(name).is_none_or(|held| equal(held, value)),
            Self::FewerThan(name, value) => at(name).is_none_or(|held| {
                size(held)
                    .zip(number(value))
                    .is_some_and(|(size, than)| size < than)
            }),
            Self::Contains(name, value) => at(name).is_some_and(|held| contains(held, value)),
            Self::MemberEquals(name, member, value) => match at(name) {
                Some(AttributeValue::M(members)) => {
                    members.get(*member).is_some_and(|held| equal(held, value))
                }
                _ => false,
            },
        }
    }
}

/// A number; ours are whole.
pub(super) fn number(value: &AttributeValue) -> Option<i128> {
    value.as_n().ok()?.parse().ok()
}

fn equal(one: &AttributeValue, other: &AttributeValue) -> bool {
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

fn order(one: &AttributeValue, other: &AttributeValue) -> Option<Ordering> {
    match (one, other) {
        (AttributeValue::N(_), AttributeValue::N(_)) => Some(number(one)?.cmp(&number(other)?)),
        (AttributeValue::S(one), AttributeValue::S(other)) => Some(one.as_bytes().cmp(other.as_bytes())),
        _ => None,
    }
}

fn size(value: &AttributeValue) -> Option<i128> {
    let size = match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::Ss(set) => set.len(),
        AttributeValue::L(list) => list.len(),
        AttributeValue::M(map) => map.len(),
        _ => return None,
    };
    i128::try_from(size).ok()
}

fn contains(held: &AttributeValue, value: &AttributeValue) -> bool {
    match (held, value) {
        (AttributeValue::S(text), AttributeValue::S(part)) => text.contains(part.as_str()),
        (AttributeValue::Ss(set), AttributeValue::S(one)) => set.contains(one),
        (AttributeValue::L(list), one) => list.iter().any(|held| equal(held, one)),
        _ => false,
    }
}
