//! What came of an order: the one place where a wrong guess would cost a second render or a free video.

use super::{client::Answer, envelope::Envelope};
use crate::{Create, http::Failed};

pub(super) fn outcome(answer: Result<Answer, Failed>) -> Create {
    match answer {
        Ok(Answer {
            envelope: Some(envelope),
            retry_after_s,
            ..
        }) => said(&envelope, retry_after_s),
        Ok(strange) => strange.turned_away_order(),
        Err(failed) => failed.of_order(),
    }
}

/// The provider's own words. A task id counts whatever stands around it: a look-up will tell the rest.
fn said(envelope: &Envelope, retry_after_s: Option<u32>) -> Create {
    let task_id = envelope
        .data
        .get("taskId")
        .and_then(|id| id.as_str())
        .filter(|id| !id.is_empty());
    if let Some(task_id) = task_id {
        return Create::Accepted {
            task_id: task_id.to_owned(),
        };
    }
    let (code, message, reason) = (envelope.code, envelope.message(), envelope.reason());
    let why = format!("{code}: {message}");
    match code {
        400..=405 | 413 | 415 | 422 | 451 | 501 | 505 => Create::Rejected {
            reason,
            code,
            message,
        },
        // 500 wraps definite refusals too, which only its message gives away.
        500 if reason.is_final() => Create::Rejected {
            reason,
            code,
            message,
        },
        // Documented as "not queued" and "not created".
        429 | 433 | 455 | 500 => Create::NotAccepted { why, retry_after_s },
        200 => Create::Unknown {
            why: "accepted without a task id".to_owned(),
        },
        _ => Create::Unknown { why },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Reason, Unsupported};

    fn read(status: u16, body: &str) -> Create {
        let envelope = Envelope::read(body.as_bytes());
        outcome(Ok(Answer {
            status,
            retry_after_s: Some(7),
            envelope,
        }))
    }

    fn rejected(status: u16, body: &str) -> Reason {
        match read(status, body) {
            Create::Rejected { reason, .. } => reason,
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn a_task_id_is_an_acceptance() {
        let accepted = Create::Accepted {
            task_id: "task_1".into(),
        };
        assert_eq!(
            read(200, r#"{"code":200,"msg":"success","data":{"taskId":"task_1"}}"#),
            accepted
        );
        assert_eq!(
            read(500, r#"{"code":500,"msg":"late","data":{"taskId":"task_1"}}"#),
            accepted
        );
    }

    #[test]
    fn a_documented_refusal_inside_http_200_is_final() {
        let table = [
            (r#"{"code":400,"msg":"Bad parameter"}"#, Reason::BadInput),
            (r#"{"code":401,"msg":"Unauthorized"}"#, Reason::BadKey),
            (r#"{"code":402,"msg":"Credits insufficient"}"#, Reason::OutOfFunds),
            (r#"{"code":404,"msg":"Not found"}"#, Reason::Retired),
            (
                r#"{"code":422,"msg":"duration is wrong","data":null}"#,
                Reason::BadInput,
            ),
            (r#"{"code":451,"msg":"Image fetch failed"}"#, Reason::BadInput),
            (r#"{"code":500,"msg":"This field is required"}"#, Reason::BadInput),
            (
                r#"{"code":500,"msg":"This interface is temporarily paused"}"#,
                Reason::Retired,
            ),
            (
                r#"{"code":500,"msg":"prompt violates our content policy"}"#,
                Reason::Moderation,
            ),
            (r#"{"code":505,"msg":"Feature disabled"}"#, Reason::Retired),
        ];
        for (body, reason) in table {
            assert_eq!(rejected(200, body), reason, "{body}");
            assert!(reason.is_final(), "{body}");
        }
        // The provider's documentation counts it among the codes that are not to be tried again.
        let failed = r#"{"code":501,"msg":"Generation failed","data":null}"#;
        assert_eq!(rejected(200, failed), Reason::ProviderBroke);
    }

    #[test]
    fn what_the_provider_could_not_take_just_now_is_surely_not_accepted() {
        for body in [
            r#"{"code":429,"msg":"Too many requests"}"#,
            r#"{"code":433,"msg":"Sub-key limit"}"#,
            r#"{"code":455,"msg":"Maintenance"}"#,
            r#"{"code":500,"msg":"Server exception, please try again later"}"#,
        ] {
            let outcome = read(200, body);
            assert!(
                matches!(
                    outcome,
                    Create::NotAccepted {
                        retry_after_s: Some(7),
                        ..
                    }
                ),
                "{outcome:?}"
            );
        }
    }

    #[test]
    fn whatever_else_is_said_leaves_it_unknown() {
        for (status, body) in [
            (200, r#"{"code":200,"msg":"success","data":{}}"#),
            (200, r#"{"code":200,"msg":"success","data":{"taskId":""}}"#),
            (200, r#"{"code":408,"msg":"Timeout"}"#),
            (504, r#"{"code":504,"msg":"Gateway timeout"}"#),
            (200, r#"{"code":599,"msg":"?"}"#),
            (200, "not json"),
            (200, ""),
            (400, "bad request"),
            (408, ""),
            (500, "oops"),
            (502, "<html>Bad gateway</html>"),
            (504, r#"{"status":504,"error":"Gateway Timeout"}"#),
            (520, "error code: 520"),
            (522, "error code: 522"),
            (524, "error code: 524"),
        ] {
            let outcome = read(status, body);
            assert!(
                matches!(outcome, Create::Unknown { .. }),
                "{status} {body}: {outcome:?}"
            );
        }
    }

    #[test]
    fn a_proxy_that_turns_us_away_has_passed_nothing_on() {
        for status in [403, 429, 503, 521, 523, 525, 526] {
            let outcome = read(status, "error code: 1010");
            assert!(
                matches!(
                    outcome,
                    Create::NotAccepted {
                        retry_after_s: Some(7),
                        ..
                    }
                ),
                "{outcome:?}"
            );
        }
        assert_eq!(rejected(401, ""), Reason::BadKey);
        assert_eq!(
            rejected(413, "<html>Request Entity Too Large</html>"),
            Reason::BadInput
        );
    }

    #[test]
    fn an_order_that_cannot_be_expressed_is_rejected_without_a_code() {
        let retired = Create::unsupported(Unsupported::Retired);
        assert!(matches!(
            retired,
            Create::Rejected {
                reason: Reason::Retired,
                code: 0,
                ..
            }
        ));
        let long = Create::unsupported(Unsupported::Duration { duration_s: 99 });
        assert!(matches!(
            long,
            Create::Rejected {
                reason: Reason::BadInput,
                code: 0,
                ..
            }
        ));
    }
}
