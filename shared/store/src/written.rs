//! What became of a conditional change.

use crate::error::Error;

/// What became of a change of something that was read before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It stands in the table.
    Yes,
    /// Somebody else was faster: read again.
    Overtaken,
}

/// What came of a write: a refused one means that something is no longer as it was read.
pub(crate) fn written(outcome: Result<(), table::Error>) -> Result<Written, Error> {
    match outcome {
        Ok(()) => Ok(Written::Yes),
        Err(table::Error::Refused(_)) => Ok(Written::Overtaken),
        Err(error) => Err(error.into()),
    }
}
