//! Why a picture that a request names could not be used.

/// One enum for the crate; every variant ends a task with state `fail`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes are no JPEG or PNG that can be decoded.
    #[error("not a readable photo")]
    NotAPhoto(#[source] image::ImageError),
    /// The URL is not one of this machine: the played provider never calls out.
    #[error("not a local http URL")]
    NotLocal,
    /// Nothing there, or no answer in time, or not 200.
    #[error("the URL gave no file")]
    Unreachable,
}
