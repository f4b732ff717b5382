//! What is wrong with a flag set.

/// Something in a flag set that cannot be read or cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagProblem {
    /// Where, as names joined by dots: `flags.new-model.targeting.if.0`.
    pub path: String,
    /// What is wrong there.
    pub why: String,
    /// Whether the flag is out of use because of it and answers every question with
    /// [`ErrorCode::ParseError`](super::ErrorCode::ParseError).
    pub taken_out: bool,
}

/// A document that is no flag set at all, so that there is nothing to keep of it.
#[derive(Debug, thiserror::Error)]
pub enum FlagSetError {
    /// The text is not JSON: correct it where the source says.
    #[error("the flag set is not JSON")]
    NotJson(#[source] serde_json::Error),
    /// The JSON has another shape: correct it at the path.
    #[error("{path}: {why}")]
    NotAFlagSet {
        /// Where; empty for the document itself.
        path: &'static str,
        /// What is wrong there.
        why: &'static str,
    },
}
