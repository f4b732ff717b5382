//! What the operator's use cases fail for, as refusals.

use limits_flags::ApplyError;
use limits_flags::edit::EditError;
use limits_flags::grants::GrantError;
use limits_flags::history::HistoryError;

use crate::problem::Refusal;

fn senseless(detail: String) -> Refusal {
    Refusal::Senseless {
        detail,
        pointer: None,
    }
}

impl From<ApplyError> for Refusal {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Problems(_) => senseless(error.to_string()),
            ApplyError::Overtaken { .. } => Self::Conflict(error.to_string()),
            ApplyError::Held(_) | ApplyError::MayBeHeld(_) => Self::Conflict(format!(
                "{error}; say `holders_lose_it`, or withdraw it instead (`is_withdrawn: true`), which takes it from nobody"
            )),
            ApplyError::Json(error) => Self::Broken(Box::new(error)),
            ApplyError::Table(error) => error.into(),
        }
    }
}

impl From<EditError> for Refusal {
    fn from(error: EditError) -> Self {
        match error {
            EditError::Unknown { .. } => Self::NotFound(error.to_string()),
            EditError::Refused(_) => senseless(error.to_string()),
            EditError::Apply(error) => error.into(),
        }
    }
}

impl From<GrantError> for Refusal {
    fn from(error: GrantError) -> Self {
        match error {
            GrantError::NoAccount(_) => Self::NotFound(error.to_string()),
            // What is to be given is not there: the path is right and the body is not.
            GrantError::Unknown(EditError::Apply(error)) => error.into(),
            GrantError::Unknown(_) | GrantError::Refused(_) => senseless(error.to_string()),
            GrantError::Busy => Self::Conflict(error.to_string()),
            GrantError::Table(error) => error.into(),
        }
    }
}

impl From<HistoryError> for Refusal {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::NotYet { .. } | HistoryError::Unknown { .. } | HistoryError::Nothing => {
                senseless(error.to_string())
            }
            HistoryError::Apply(error) => error.into(),
        }
    }
}
