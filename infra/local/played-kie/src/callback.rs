//! The report of a task's end, as docs.kie.ai describes it, and forged ones.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::{Value, json};

use crate::task::State;

/// One report, ready to be sent.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) task_id: String,
    pub(crate) url: String,
    pub(crate) body: String,
    /// It is about a part of a song; the end is told by another.
    pub(crate) is_part: bool,
    /// How many copies leave at the same time.
    pub(crate) copies: usize,
}

/// The signature headers: base64(HMAC-SHA256(key, taskId + "." + seconds)). The body is not covered
/// (docs.kie.ai/common-api/webhook-verification), so a right signature proves nothing about it.
pub(crate) fn signature(key: &str, task_id: &str, now_s: i64) -> Vec<(&'static str, String)> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let tag = hmac::sign(&key, format!("{task_id}.{now_s}").as_bytes());
    vec![
        ("X-Webhook-Timestamp", now_s.to_string()),
        ("X-Webhook-Signature", STANDARD.encode(tag)),
    ]
}

/// The body around a record.
pub(crate) fn body(state: State, record: &Value) -> String {
    let (code, text) = match state {
        State::Success => (200, "Playground task completed successfully."),
        _ => (501, "Playground task failed."),
    };
    json!({"code": code, "msg": text, "data": record}).to_string()
}

/// How a forged report is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// As the real one: the key signs only the task id and the time.
    Right,
    /// With another key.
    Wrong,
    /// Right, but an hour old.
    Stale,
    /// Not at all.
    Missing,
}

/// A report that the provider never sent.
#[derive(Clone, Debug)]
pub struct Forged<'a> {
    /// Where it goes.
    pub callback_url: &'a str,
    /// Whose end it claims.
    pub task_id: &'a str,
    /// The end it claims.
    pub state: State,
    /// The files it claims.
    pub result_urls: &'a [&'a str],
    /// How it is signed.
    pub signature: Signature,
}

impl Forged<'_> {
    pub(crate) fn body(&self) -> String {
        let result = json!({ "resultUrls": self.result_urls }).to_string();
        let record = json!({"taskId": self.task_id, "state": self.state.as_str(), "resultJson": result});
        body(self.state, &record)
    }

    pub(crate) fn headers(&self, key: &str, now_s: i64) -> Vec<(&'static str, String)> {
        match self.signature {
            Signature::Right => signature(key, self.task_id, now_s),
            Signature::Wrong => signature("another key", self.task_id, now_s),
            Signature::Stale => signature(key, self.task_id, now_s - 3_600),
            Signature::Missing => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_documented_rule() {
        let headers = signature("kie-webhook-hmac-key", "task_kling_1765180586443", 1_760_000_000);
        assert_eq!(headers[0].1, "1760000000");
        assert_eq!(headers[1].1, "dUHwTrYsT5yUN0SlAs3MCRa9HAApwdIm3B3wfY30FRs=");
    }
}
