//! Something that a model has made, to be looked at before anybody orders of it.

use crate::money::Credits;

/// A sample that the operator has chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Where it is.
    pub file: SampleFile,
    /// How long it is, in seconds; 0 where what is made has no length to choose.
    pub duration_s: u32,
    /// What it has cost; 0 if that is not to be said.
    pub credits: Credits,
}

/// Where a sample is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SampleFile {
    /// At Telegram, by its name there.
    Telegrams(String),
    /// At an address from which Telegram fetches it.
    At(String),
}
