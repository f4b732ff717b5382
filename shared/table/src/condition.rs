//! The conditions under which a write may happen.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::Expression;

/// One condition on the item that a write touches. All conditions of a write must hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// There is no such attribute; on a key attribute: there is no such item.
    Absent(&'static str),
    /// There is such an attribute.
    Exists(&'static str),
    /// It equals this.
    Equals(&'static str, AttributeValue),
    /// It is at most this.
    AtMost(&'static str, AttributeValue),
    /// It is at least this.
    AtLeast(&'static str, AttributeValue),
    /// It is missing or less than this.
    AbsentOrLess(&'static str, AttributeValue),
    /// It is missing or equals this.
    AbsentOrEquals(&'static str, AttributeValue),
    /// It is a set or list that is missing or has fewer elements than this.
    FewerThan(&'static str, AttributeValue),
    /// It is a set or string that contains this.
    Contains(&'static str, AttributeValue),
    /// A member of a map attribute equals this.
    MemberEquals(&'static str, &'static str, AttributeValue),
}

impl Condition {
    /// This condition in DynamoDB's words.
    pub(crate) fn render(self, x: &mut Expression) -> String {
        match self {
            Self::Absent(name) => format!("attribute_not_exists({})", x.name(name)),
            Self::Exists(name) => format!("attribute_exists({})", x.name(name)),
            Self::Equals(name, value) => format!("{} = {}", x.name(name), x.value(value)),
            Self::AtMost(name, value) => format!("{} <= {}", x.name(name), x.value(value)),
            Self::AtLeast(name, value) => format!("{} >= {}", x.name(name), x.value(value)),
            Self::AbsentOrLess(name, value) => {
                let name = x.name(name);
                format!("(attribute_not_exists({name}) OR {name} < {})", x.value(value))
            }
            Self::AbsentOrEquals(name, value) => {
                let name = x.name(name);
                format!("(attribute_not_exists({name}) OR {name} = {})", x.value(value))
            }
            Self::FewerThan(name, value) => {
                let name = x.name(name);
                format!(
                    "(attribute_not_exists({name}) OR size({name}) < {})",
                    x.value(value)
                )
            }
            Self::Contains(name, value) => format!("contains({}, {})", x.name(name), x.value(value)),
            Self::MemberEquals(name, member, value) => {
                format!("{}.{} = {}", x.name(name), x.name(member), x.value(value))
            }
        }
    }
}
