//! What is left of the account's credits.

use super::client::Answer;
use super::look_up::thousandths;
use crate::http::Failed;

/// What is left of the account's credits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Balance {
    /// So many whole credits.
    Left(u64),
    /// The question was not answered.
    Unavailable(String),
}

/// `{"code":200,"msg":"success","data":100}`; a balance may have decimals, and may be below nothing.
pub(super) fn outcome(answer: Result<Answer, Failed>) -> Balance {
    let answer = match answer {
        Ok(answer) => answer,
        Err(failed) => return Balance::Unavailable(failed.into_why()),
    };
    let Some(envelope) = &answer.envelope else {
        return Balance::Unavailable(answer.strange());
    };
    if envelope.code != 200 {
        return Balance::Unavailable(format!("{}: {}", envelope.code, envelope.message()));
    }
    let overdrawn = envelope.data.as_f64().is_some_and(|credits| credits < 0.0);
    match thousandths(&envelope.data) {
        Some(milli) => Balance::Left(milli / 1000),
        None if overdrawn => Balance::Left(0),
        None => Balance::Unavailable("an answer without a balance".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kie::envelope::Envelope;

    fn read(body: &str) -> Balance {
        outcome(Ok(Answer {
            status: 200,
            retry_after_s: None,
            envelope: Envelope::read(body.as_bytes()),
        }))
    }

    #[test]
    fn a_balance_is_read_in_whole_credits_and_never_guessed() {
        let said = |data: &str| read(&format!(r#"{{"code":200,"msg":"success","data":{data}}}"#));
        assert_eq!(said("100"), Balance::Left(100));
        assert_eq!(said("99.95"), Balance::Left(99));
        assert_eq!(said("-0.5"), Balance::Left(0));
        for strange in ["null", "\"many\"", "{}"] {
            assert!(matches!(said(strange), Balance::Unavailable(_)), "{strange}");
        }
        let refused = read(r#"{"code":401,"msg":"You do not have access permissions","data":null}"#);
        assert_eq!(
            refused,
            Balance::Unavailable("401: You do not have access permissions".to_owned())
        );
        assert!(matches!(read("<html>"), Balance::Unavailable(_)));
    }
}
