//! What can be wrong with what an operator writes.

use domain::catalog::MODEL_ID_BYTES_MAX;

/// What is wrong with a row.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DocumentError {
    /// No wall time.
    #[error("`{0}` is no time of day such as 21:00")]
    TimeOfDay(String),
    /// No offset.
    #[error("`{0}` is no offset from UTC such as +03:00")]
    Offset(String),
    /// No time zone.
    #[error("`{0}` is no time zone such as Europe/Moscow")]
    Zone(String),
    /// Not a name that counters can have.
    #[error("the name `{0}` is empty, longer than 48 bytes, or holds other letters than a-z A-Z 0-9 . _ -")]
    LimitName(String),
    /// Not a name that a limit among others of a feature can have.
    #[error("the id `{0}` does not begin with a letter a-z, or holds other letters than a-z 0-9 _")]
    LimitId(String),
    /// No aspect.
    #[error("`{0}` is no aspect; use 9:16, 16:9 or 1:1")]
    Aspect(String),
    /// Too long a name for a button.
    #[error(
        "the name `{0}` is longer than {MODEL_ID_BYTES_MAX} bytes or holds other letters than a-z 0-9 . -"
    )]
    ModelName(String),
    /// Not a name that a promo code can have.
    #[error(
        "the code `{0}` has to have 3 to 32 letters A-Z or digits; _ and - between them count for nothing"
    )]
    PromoName(String),
    /// Something that must not be empty is.
    #[error("`{0}` must not be empty")]
    Empty(&'static str),
    /// No amount of money.
    #[error("prices: `{0}` is none in {1}: say a decimal above 0, with at most {2} digits after the point")]
    Price(String, &'static str, usize),
    /// No amount of dollars, or roubles for one.
    #[error(
        "{1}: `{0}` is no amount that is meant here: say a decimal with at most {2} digits after the point"
    )]
    Dollars(String, &'static str, usize),
    /// No moment.
    #[error("`{0}` is neither a date such as 2026-12-01 nor a moment such as 2026-12-01T00:00:00+03:00")]
    Moment(String),
    /// Not one of those that there are.
    #[error("`{1}` is no {0}; there are {2}")]
    Unknown(&'static str, String, String),
    /// Not a word that can be refused.
    #[error("refuse.{0}: `{1}` {2}")]
    Entry(String, String, &'static str),
    /// A number that makes no sense.
    #[error("`{0}` makes no sense: {1}")]
    Senseless(&'static str, &'static str),
}
