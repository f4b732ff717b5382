//! What can go wrong, by what the caller may do.

use crate::row::{Item, Malformed};

/// A write that DynamoDB refused.
#[derive(Debug)]
pub struct RefusedWrite {
    /// The label of the write whose condition did not hold.
    pub label: &'static str,
    /// The item as it stood; `None` if there was none.
    pub item: Option<Item>,
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A condition did not hold. This is an answer: nothing was written, and trying again changes nothing.
    #[error("refused: {}", labels(.0))]
    Refused(Vec<RefusedWrite>),
    /// Others were writing the same items until the time was over. Nothing was written; trying later may help.
    #[error("in conflict with other writers until the time was over")]
    Conflict,
    /// DynamoDB asks for less. Trying later helps.
    #[error("throttled")]
    Throttled(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No answer: it may have been written. Repeating with the same token, or reading, tells.
    #[error("no answer from DynamoDB")]
    NoAnswer(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A table, a permission or a valid signature is missing. Nothing was written. The operator mends that, and then the
    /// same request goes well.
    #[error("DynamoDB lets nobody do this: is a table or a permission missing?")]
    NotSetUp(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The request itself is wrong: a fault of ours.
    #[error("DynamoDB rejects the request")]
    Invalid(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored item is not as it should be.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl Error {
    /// The refused write of a label, if that is what happened.
    pub fn refused(&self, label: &str) -> Option<&RefusedWrite> {
        match self {
            Self::Refused(writes) => writes.iter().find(|write| write.label == label),
            Self::Conflict
            | Self::Throttled(_)
            | Self::NoAnswer(_)
            | Self::NotSetUp(_)
            | Self::Invalid(_)
            | Self::Malformed(_) => None,
        }
    }
}

fn labels(writes: &[RefusedWrite]) -> String {
    writes
        .iter()
        .map(|write| write.label)
        .collect::<Vec<_>>()
        .join(", ")
}
