//! The mark of one attempt to write.

/// A mark that is written with a change. If the answer to a write is lost, the SDK writes again and is refused by its
/// own first success; the mark in the refused item says that it was ours.
pub(crate) fn mark() -> String {
    format!("{:016x}", fastrand::u64(..))
}
