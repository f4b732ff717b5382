//! Where an operator writes, and what every change says of itself.

use domain::time::Timestamp;
use table::Db;

use crate::document::Document;
use crate::problems::Problem;

/// The tables that an operator's changes go to.
#[derive(Clone, Debug)]
pub struct Office {
    /// DynamoDB.
    pub db: Db,
    /// The settings' table.
    pub settings: String,
    /// The accounts' table.
    pub accounts: String,
    /// The table of changes.
    pub audit: String,
    /// What is wrong with a document in the eyes of those who carry it out; none of their crates is known here.
    pub check: Check,
}

/// Finds what a document says that cannot be carried out.
pub type Check = fn(&Document) -> Vec<Problem>;

impl Office {
    /// For whoever knows nothing that could be wrong beside the document itself.
    pub fn nothing_else(_: &Document) -> Vec<Problem> {
        Vec::new()
    }
}

/// Who changes something, why, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// The person or the machine, by the name that the audit lists.
    pub who: String,
    /// Why; empty where no reason is asked for.
    pub why: String,
    /// When.
    pub at: Timestamp,
}

impl By {
    /// The longest name and the longest reason, in bytes: both stand in every audit row and in an index.
    pub const WHO_BYTES_MAX: usize = 200;
    /// See [`Self::WHO_BYTES_MAX`].
    pub const WHY_BYTES_MAX: usize = 2000;

    /// Somebody, for a reason. `None` if the name is empty, or one of them is too long.
    pub fn new(who: &str, why: &str, at: Timestamp) -> Option<Self> {
        let (who, why) = (who.trim(), why.trim());
        let fits = !who.is_empty() && who.len() <= Self::WHO_BYTES_MAX && why.len() <= Self::WHY_BYTES_MAX;
        fits.then(|| Self {
            who: who.to_owned(),
            why: why.to_owned(),
            at,
        })
    }
}
