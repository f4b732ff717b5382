//! The provider's callback: a hint that a task has ended, never a verdict. Its signature covers the task id and the
//! time but not the body (docs.kie.ai, webhook verification), so the truth is always read back with a look-up.

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::hmac;
use serde_json::Value;

use crate::registry::Notice;

/// How far the timestamp of a signature may lie from now, both ways, in seconds.
const SIGNATURE_WINDOW_S: i64 = 300;

/// What Suno calls about before a song is whole: its words, and the first of its two tracks.
const PARTS: [&str; 2] = ["text", "first"];

/// The task that a callback's body names. It stands in `data.taskId`, `data.task_id` or `taskId`, depending on the model; `None` if it stands nowhere.
pub(super) fn parse(body: &[u8]) -> Option<Notice> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let places = ["/data/taskId", "/data/task_id", "/taskId", "/task_id"];
    let task_id = places.iter().find_map(|place| body.pointer(place)?.as_str())?;
    let part = body.pointer("/data/callbackType").and_then(Value::as_str);
    (!task_id.is_empty()).then(|| Notice {
        task_id: task_id.to_owned(),
        is_over: !part.is_some_and(|part| PARTS.contains(&part)),
    })
}

/// Whether the headers `X-Webhook-Timestamp` and `X-Webhook-Signature` are KIE.AI's for this task and not older (or
/// younger) than [`SIGNATURE_WINDOW_S`]. `now_s` is unix seconds.
pub(super) fn is_signed(task_id: &str, timestamp: &str, signature: &str, hmac_key: &str, now_s: i64) -> bool {
    let Ok(stated_s) = timestamp.parse::<i64>() else {
        return false;
    };
    let Ok(signature) = STANDARD.decode(signature) else {
        return false;
    };
    let near = now_s
        .checked_sub(stated_s)
        .is_some_and(|age_s| age_s.abs() <= SIGNATURE_WINDOW_S);
    let key = hmac::Key::new(hmac::HMAC_SHA256, hmac_key.as_bytes());
    near && hmac::verify(&key, format!("{task_id}.{timestamp}").as_bytes(), &signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_task_is_found_wherever_a_model_puts_it() {
        let bodies: Vec<Value> =
            serde_json::from_str(include_str!("../../fixtures/kie_callbacks.json")).unwrap();
        for body in bodies {
            let notice = parse(body.to_string().as_bytes());
            let named = Notice {
                task_id: "task_kling_1".into(),
                is_over: true,
            };
            assert_eq!(notice, Some(named), "{body}");
        }
        for (part, is_over) in [
            ("text", false),
            ("first", false),
            ("complete", true),
            ("error", true),
        ] {
            let body = format!(r#"{{"code":200,"data":{{"callbackType":"{part}","task_id":"t"}}}}"#);
            assert_eq!(
                parse(body.as_bytes()).map(|notice| notice.is_over),
                Some(is_over),
                "{part}"
            );
        }
        for body in [
            "",
            "[]",
            "{}",
            r#"{"data":null}"#,
            r#"{"data":{"taskId":""}}"#,
            r#"{"taskId":7}"#,
        ] {
            assert_eq!(parse(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn a_signature_is_checked_against_the_vector() {
        let vector: Value = serde_json::from_str(include_str!("../../fixtures/kie_signature.json")).unwrap();
        let text = |name: &str| vector[name].as_str().unwrap();
        let (task, key) = (text("taskId"), text("webhookHmacKey"));
        let (at, signature) = (text("X-Webhook-Timestamp"), text("X-Webhook-Signature"));
        let now_s: i64 = at.parse().unwrap();
        for off_s in [-SIGNATURE_WINDOW_S, 0, SIGNATURE_WINDOW_S] {
            assert!(is_signed(task, at, signature, key, now_s + off_s), "{off_s}");
        }
        for off_s in [-SIGNATURE_WINDOW_S - 1, SIGNATURE_WINDOW_S + 1] {
            assert!(!is_signed(task, at, signature, key, now_s + off_s), "{off_s}");
        }
        assert!(!is_signed(task, at, signature, key, i64::MIN));
        assert!(!is_signed("task_other", at, signature, key, now_s));
        assert!(!is_signed(task, "1760000001", signature, key, now_s));
        assert!(!is_signed(task, at, signature, "another key", now_s));
        assert!(!is_signed(task, at, "not base64!", key, now_s));
        assert!(!is_signed(task, "soon", signature, key, now_s));
        assert!(!is_signed(task, at, "", key, now_s));
    }
}
