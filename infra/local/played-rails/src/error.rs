//! Why something could not be done at a rail by hand.

/// What the one who asks can do about it stands with each.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Look at the list of what there is.
    #[error("there is no {0}")]
    NoSuch(String),
    /// It has to stand otherwise first.
    #[error("{id} is {status}: that cannot be done now")]
    NotNow {
        /// What it is about.
        id: String,
        /// How it stands.
        status: String,
    },
    /// Another amount has to be said.
    #[error("only {left} of the smallest unit are left, and at least 1 has to be asked for")]
    Amount {
        /// How much is left.
        left: i64,
    },
    /// The machine lets no client be made: nothing can be done here.
    #[error("starting the rail's HTTP client")]
    Start(#[source] reqwest::Error),
}
