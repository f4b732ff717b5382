use serde_json::{Value, json};

use super::*;

fn read(status: u16, body: &Value) -> Result<Value, Error> {
    Answer {
        status,
        retry_after_s: None,
        body: body.to_string().into_bytes(),
    }
    .read()
}

fn refused(code: u16, description: &str) -> Error {
    read(
        code,
        &json!({"ok": false, "error_code": code, "description": description}),
    )
    .unwrap_err()
}

fn without_envelope(status: u16, retry_after_s: Option<u32>) -> Error {
    let body = b"<html>nginx</html>".to_vec();
    Answer {
        status,
        retry_after_s,
        body,
    }
    .read::<Value>()
    .unwrap_err()
}

/// The variant's name.
fn name(error: &Error) -> String {
    let debug = format!("{error:?}");
    debug.split([' ', '{', '(']).next().unwrap_or_default().to_owned()
}

#[test]
fn a_result_is_the_answer() {
    assert_eq!(
        read(200, &json!({"ok": true, "result": {"message_id": 5}})).unwrap(),
        json!({"message_id": 5})
    );
}

/// Telegram's code and words, and what they mean to the caller.
const REFUSALS: &[(u16, &str, &str)] = &[
    (403, "Forbidden: bot was blocked by the user", "Unreachable"),
    (403, "Forbidden: user is deactivated", "Unreachable"),
    (
        403,
        "Forbidden: bot can't initiate conversation with a user",
        "Unreachable",
    ),
    (
        403,
        "Forbidden: bot is not a member of the channel chat",
        "Unreachable",
    ),
    (400, "Bad Request: USER_IS_BLOCKED", "Unreachable"),
    (400, "Bad Request: CHAT_SEND_VIDEOS_FORBIDDEN", "Unreachable"),
    (400, "Bad Request: chat not found", "Unreachable"),
    (400, "Bad Request: private chat not found", "Unreachable"),
    (
        400,
        "Bad Request: not enough rights to send videos to the chat",
        "Unreachable",
    ),
    (
        400,
        "Bad Request: need administrator rights in the channel chat",
        "Unreachable",
    ),
    (
        400,
        "Bad Request: message is not modified: specified new message content…",
        "NotModified",
    ),
    (400, "Bad Request: message to edit not found", "MessageGone"),
    (400, "Bad Request: message can't be edited", "MessageGone"),
    (400, "Bad Request: MESSAGE_ID_INVALID", "MessageGone"),
    (
        400,
        "Bad Request: there is no caption in the message to edit",
        "NoCaption",
    ),
    (
        400,
        "Bad Request: there is no text in the message to edit",
        "NoText",
    ),
    (
        400,
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
        "QueryTooOld",
    ),
    (400, "Bad Request: CHARGE_ALREADY_REFUNDED", "AlreadyRefunded"),
    (400, "Bad Request: CHARGE_NOT_FOUND", "NoSuchPayment"),
    (400, "Bad Request: CHARGE_ID_EMPTY", "NoSuchPayment"),
    (400, "Bad Request: failed to get HTTP URL content", "FetchRefused"),
    (
        400,
        "Bad Request: wrong type of the web page content",
        "FetchRefused",
    ),
    (400, "Bad Request: wrong HTTP URL specified", "FetchRefused"),
    (400, "Bad Request: file is too big", "TooBig"),
    (413, "Request Entity Too Large", "TooBig"),
    (401, "Unauthorized", "Unauthorized"),
    (404, "Not Found", "Unauthorized"),
    (404, "Not Found: method not found", "Rejected"),
    (
        400,
        "Bad Request: can't parse entities: unsupported start tag",
        "Rejected",
    ),
    (
        409,
        "Conflict: terminated by other getUpdates request",
        "Rejected",
    ),
    (500, "Internal Server Error: restart", "Unknown"),
    (502, "Bad Gateway", "Unknown"),
];

#[test]
fn every_refusal_says_what_the_caller_may_do() {
    for &(code, description, expected) in REFUSALS {
        assert_eq!(
            name(&refused(code, description)),
            expected,
            "{code} {description}"
        );
    }
}

#[test]
fn the_code_in_the_body_counts_more_than_the_http_status() {
    let body =
        json!({"ok": false, "error_code": 403, "description": "Forbidden: bot was blocked by the user"});
    assert!(matches!(read(200, &body), Err(Error::Unreachable { .. })));
    let body = json!({"ok": false, "description": "Unauthorized"});
    assert!(matches!(read(401, &body), Err(Error::Unauthorized)));
}

#[test]
fn a_migrated_chat_names_its_new_id() {
    let body = json!({"ok": false, "error_code": 400, "parameters": {"migrate_to_chat_id": -100_123},
        "description": "Bad Request: group chat was upgraded to a supergroup chat"});
    assert!(matches!(read(400, &body), Err(Error::Migrated { to: -100_123 })));
}

#[test]
fn a_rate_limit_says_how_long_to_wait() {
    let body = json!({"ok": false, "error_code": 429, "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7}});
    assert!(matches!(
        read(429, &body),
        Err(Error::RateLimited { retry_after_s: 7 })
    ));
    assert!(matches!(
        without_envelope(429, Some(9)),
        Error::RateLimited { retry_after_s: 9 }
    ));
    let unsaid = without_envelope(429, None);
    assert!(matches!(
        unsaid,
        Error::RateLimited {
            retry_after_s: RETRY_AFTER_DEFAULT_S
        }
    ));
}

#[test]
fn what_is_not_the_bot_api_speaking_is_unknown_unless_it_can_mean_one_thing_only() {
    for status in [200, 302, 400, 403, 404, 500, 502, 504] {
        assert_eq!(name(&without_envelope(status, None)), "Unknown", "{status}");
    }
    assert_eq!(name(&without_envelope(413, None)), "TooBig");
}

#[test]
fn a_good_answer_that_cannot_be_read_is_unknown_since_it_had_its_effect() {
    let body = json!({"ok": true, "result": 5}).to_string().into_bytes();
    let answer = Answer {
        status: 200,
        retry_after_s: None,
        body,
    };
    assert_eq!(name(&answer.read::<crate::types::File>().unwrap_err()), "Unknown");
    assert_eq!(name(&read(200, &json!({"ok": true})).unwrap_err()), "Unknown");
}

#[test]
fn a_long_description_is_shortened() {
    let Error::Rejected { description, .. } = refused(400, &"x".repeat(5000)) else {
        panic!("not rejected")
    };
    assert_eq!(description.chars().count(), DESCRIPTION_CHARS_MAX);
}
