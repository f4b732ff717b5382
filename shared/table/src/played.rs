//! DynamoDB, played within the process: for simulations, which decide what becomes of each request. What stands here is
//! how a write is carried out; who keeps the items, and what goes wrong on the way, is the player's business.

mod evaluate;

use std::collections::HashMap;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

use crate::db::Token;
use crate::error::Error;
use crate::read::{Keys, Page, Query, Search};
use crate::row::Item;
use crate::write::Write;

/// What is asked of DynamoDB: one request.
#[derive(Clone, Debug)]
pub enum Ask {
    /// `GetItem`.
    Get {
        /// The table.
        table: String,
        /// The key.
        key: Item,
        /// What was last written, and not what was written a moment ago.
        consistent: bool,
    },
    /// `BatchGetItem`.
    Batch(Vec<Keys>),
    /// `Query`.
    Query {
        /// The query.
        query: Query,
        /// From the partition's beginning, or from its end.
        forward: bool,
    },
    /// `Scan`.
    Scan {
        /// The table.
        table: String,
        /// Where the page before ended.
        start: Option<Item>,
    },
    /// `Scan` for a few attributes.
    Search(Search),
    /// `PutItem`, `UpdateItem`, `DeleteItem`.
    Write(Write),
    /// `TransactWriteItems`.
    Transact {
        /// What makes a repetition the same one.
        token: Token,
        /// What is written, all or none.
        writes: Vec<Write>,
    },
}

/// What DynamoDB answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// To `Get`.
    Item(Option<Item>),
    /// To `Batch`: items by table.
    Items(HashMap<String, Vec<Item>>),
    /// To `Query`, `Scan` and `Search`.
    Page(Page),
    /// To writes.
    Written,
}

/// An answer on its way.
pub type Answered = Pin<Box<dyn Future<Output = Result<Answer, Error>> + Send>>;

/// Whoever plays DynamoDB.
pub trait Tables: Debug + Send + Sync {
    /// Carries a request out, or not.
    fn ask(&self, ask: Ask) -> Answered;
}

impl Ask {
    /// The operation's name, as DynamoDB calls it.
    pub fn operation(&self) -> &'static str {
        match self {
            Self::Get { .. } => "GetItem",
            Self::Batch(_) => "BatchGetItem",
            Self::Query { .. } => "Query",
            Self::Scan { .. } | Self::Search(_) => "Scan",
            Self::Write(_) => "WriteItem",
            Self::Transact { .. } => "TransactWriteItems",
        }
    }

    /// Whether it changes anything.
    pub fn writes(&self) -> bool {
        matches!(self, Self::Write(_) | Self::Transact { .. })
    }
}

impl Answer {
    pub(crate) fn item(self) -> Option<Item> {
        match self {
            Self::Item(item) => item,
            Self::Items(_) | Self::Page(_) | Self::Written => None,
        }
    }

    pub(crate) fn items(self) -> HashMap<String, Vec<Item>> {
        match self {
            Self::Items(items) => items,
            Self::Item(_) | Self::Page(_) | Self::Written => HashMap::new(),
        }
    }

    pub(crate) fn page(self) -> Page {
        match self {
            Self::Page(page) => page,
            Self::Item(_) | Self::Items(_) | Self::Written => Page::default(),
        }
    }
}
