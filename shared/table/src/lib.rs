//! DynamoDB mechanics: labelled conditional writes, transactions, pages, conflict retry. No business words.
//!
//! - A [`Write`] carries a label and its conditions. When DynamoDB refuses it, [`Error::Refused`] names the label and
//!   holds the item as it stood, so that the reason is known without a second read.
//! - Several writes go into one [`Db::transact`]. DynamoDB does not retry a transaction that lost against another one,
//!   and neither does its SDK; this crate does, with jitter, while the [`Deadline`] allows. A failed condition is never
//!   retried: it is the answer.
//! - Names and values in expressions are numbered placeholders made here, so no attribute can collide with one of
//!   DynamoDB's 573 reserved words.

mod chain;
mod condition;
mod db;
mod deadline;
mod error;
mod expression;
#[cfg(feature = "played")]
pub mod played;
mod read;
mod row;
mod write;

pub use aws_sdk_dynamodb::types::AttributeValue;
pub use chain::chain;
pub use condition::Condition;
pub use db::{Db, Token};
pub use deadline::Deadline;
pub use error::{Error, RefusedWrite};
pub use read::{Keys, Page, Query, Search};
pub use row::{Item, Malformed, Row, list, map, n, s, set};
pub use write::Write;
