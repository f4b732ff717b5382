//! What can go wrong while the local cloud is set up.

use std::path::PathBuf;

/// A failure of the local cloud itself. What a function does wrong is an [`crate::Outcome`], not an error.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The template says something that is wrong, or that the local cloud does not understand: correct the template, or
    /// teach [`crate::template`].
    #[error("{at}: {why}")]
    Template {
        /// Where in the template, as `Resources.DoorbellQueue.Properties.DelaySeconds`.
        at: String,
        /// What is wrong there.
        why: String,
    },
    /// A file could not be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The machine refused something: a port, a process, a pipe.
    #[error("cannot {doing}")]
    Machine {
        /// What was tried.
        doing: String,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// A table could not be created or read.
    #[error("table {table}")]
    Table {
        /// The table's name.
        table: String,
        /// DynamoDB's answer.
        #[source]
        source: dynoxide::DynoxideError,
    },
    /// SQS refused a request.
    #[error("SQS {operation}: {answer}")]
    Queue {
        /// The request, as `CreateQueue`.
        operation: String,
        /// SQS's answer.
        answer: String,
    },
    /// The functions did not compile; cargo has already said why.
    #[error("the functions were not built: {why}")]
    Build {
        /// What cargo did.
        why: String,
    },
    /// The stack holds nothing of that name.
    #[error("the template has no {kind} named {name}")]
    Unknown {
        /// `function`, `table` or `queue`.
        kind: &'static str,
        /// The name that was asked for.
        name: String,
    },
}

impl Error {
    pub(crate) fn template(at: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Template {
            at: at.into(),
            why: why.into(),
        }
    }

    pub(crate) fn machine(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Machine { doing, source }
    }
}

/// A result whose error is the local cloud's.
pub type Result<T, E = Error> = std::result::Result<T, E>;
