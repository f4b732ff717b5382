//! Why a measurement could not be made.

/// What went wrong, in words for whoever started it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Error(pub(crate) String);

/// A result with that error.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// Says what was being done when something else failed.
pub(crate) trait Doing<T> {
    /// With that said.
    fn doing(self, what: &str) -> Result<T>;
}

impl<T, E: std::fmt::Display> Doing<T> for std::result::Result<T, E> {
    fn doing(self, what: &str) -> Result<T> {
        self.map_err(|error| Error(format!("{what}: {error}")))
    }
}

impl From<local_cloud::Error> for Error {
    fn from(error: local_cloud::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<local_lambda::Error> for Error {
    fn from(error: local_lambda::Error) -> Self {
        Self(error.to_string())
    }
}
