//! What can go wrong, by what the caller may do.

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The table did not take it or did not answer; trying later may help.
    #[error("the table failed")]
    Table(#[source] table::Error),
    /// A stored row is not as it should be; somebody must look at it.
    #[error("a stored row is malformed")]
    Malformed(#[from] table::Malformed),
    /// A write was refused for a reason that cannot be while the invariants hold; somebody must look at it.
    #[error("the books refuse: {what}")]
    Unsound {
        /// Which write, and of what.
        what: String,
    },
}

impl From<table::Error> for Error {
    fn from(error: table::Error) -> Self {
        match error {
            table::Error::Malformed(malformed) => Self::Malformed(malformed),
            other => Self::Table(other),
        }
    }
}
