//! The answer about a flag.
//!
//! Source: the OpenFeature specification, "Resolution Details", and flagd's "Flag Definitions".

use std::borrow::Cow;

use serde_json::{Map, Value};

/// OpenFeature's resolution details, borrowed from the set that answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolution<'a, T> {
    /// What to go by: the variant's value, or the caller's default where there is none.
    pub value: T,
    /// The variant whose value it is; `None` where the caller's default is answered.
    pub variant: Option<&'a str>,
    /// Why this value.
    pub reason: Reason,
    /// What went wrong, with [`Reason::Error`] only.
    pub fault: Option<Fault<'a>>,
    /// The set's metadata with the flag's own on top.
    pub metadata: &'a Map<String, Value>,
}

/// Why a flag has its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// There is no rule: the answer is the same for everybody and may be kept.
    Static,
    /// The rule chose the variant.
    TargetingMatch,
    /// The rule chose nothing, or the flag leaves the default to the caller.
    Default,
    /// The flag is switched off: the caller's default holds.
    Disabled,
    /// Nothing could be answered: the caller's default holds.
    Error,
}

/// What went wrong, as OpenFeature divides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// The set has no such flag.
    FlagNotFound,
    /// The variant's value is of another type than was asked for.
    TypeMismatch,
    /// The flag could not be read when the set was loaded.
    ParseError,
    /// The rule's answer is no variant.
    General,
}

/// An error code and what to tell whoever keeps the flags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault<'a> {
    /// What kind it is.
    pub code: ErrorCode,
    /// The sentence for the log.
    pub message: Cow<'a, str>,
}

impl Reason {
    /// The reason as OpenFeature and OFREP write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Static => "STATIC",
            Self::TargetingMatch => "TARGETING_MATCH",
            Self::Default => "DEFAULT",
            Self::Disabled => "DISABLED",
            Self::Error => "ERROR",
        }
    }
}

impl ErrorCode {
    /// The code as OpenFeature and OFREP write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FlagNotFound => "FLAG_NOT_FOUND",
            Self::TypeMismatch => "TYPE_MISMATCH",
            Self::ParseError => "PARSE_ERROR",
            Self::General => "GENERAL",
        }
    }
}

impl<'a> Fault<'a> {
    pub(super) fn new(code: ErrorCode, message: impl Into<Cow<'a, str>>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}
