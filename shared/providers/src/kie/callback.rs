//! The provider's callback: a hint that a task has ended, never a verdict. Its signature covers the task id and the
//! time but not the body (docs.kie.ai, webhook verification), so the truth is always read back with a look-up.
//!
//! The address that we give out carries the job, the attempt's fence and a MAC of both, so a task can be found again
//! even when the answer that named it was lost.

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::hmac;
use serde_json::Value;

/// How far the timestamp of a signature may lie from now, both ways, in seconds.
pub const SIGNATURE_WINDOW_S: i64 = 300;
/// Keeps these MACs apart from everything else that is made with the same key.
const MAC_DOMAIN: &[u8] = b"neurocards/kie-callback/1";

/// What a callback says, as far as it is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The task that has ended.
    pub task_id: String,
}

/// Reads a callback's body. The task id stands in `data.taskId`, `data.task_id` or `taskId`, depending on the model;
/// `None` if it stands nowhere.
pub fn parse(body: &[u8]) -> Option<Notice> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let places = ["/data/taskId", "/data/task_id", "/taskId", "/task_id"];
    let task_id = places.iter().find_map(|place| body.pointer(place)?.as_str())?;
    (!task_id.is_empty()).then(|| Notice {
        task_id: task_id.to_owned(),
    })
}

/// Whether the headers `X-Webhook-Timestamp` and `X-Webhook-Signature` are KIE.AI's for this task and not older (or
/// younger) than [`SIGNATURE_WINDOW_S`]. `now_s` is unix seconds.
pub fn is_signed(task_id: &str, timestamp: &str, signature: &str, hmac_key: &str, now_s: i64) -> bool {
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

/// The address to be called when this attempt's task has ended. `base` is the callback function's own address; the job
/// id has to be made of characters that need no escaping in a query.
pub fn callback_url(base: &str, job: &str, fence: u32, key: &[u8]) -> String {
    let mac = hex(hmac::sign(&mac_key(key), &mac_text(job, fence)).as_ref());
    format!(
        "{}/kie?job={job}&fence={fence}&mac={mac}",
        base.trim_end_matches('/')
    )
}

/// Whether the MAC is ours for this job and fence. Takes the same time wherever it differs.
pub fn verify(job: &str, fence: u32, mac_hex: &str, key: &[u8]) -> bool {
    unhex(mac_hex).is_some_and(|mac| hmac::verify(&mac_key(key), &mac_text(job, fence), &mac).is_ok())
}

/// A job's attempt, as one of our callback addresses names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Our job.
    pub job: String,
    /// Which submission of it.
    pub fence: u32,
}

impl Ticket {
    /// Reads and verifies the query of one of our addresses, or the whole address (which a look-up echoes): the proof
    /// that a task belongs to this attempt. `None` if it is not ours.
    pub fn verified(address: &str, key: &[u8]) -> Option<Self> {
        let query = address.split_once('?').map_or(address, |(_, query)| query);
        let field = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
        };
        let (job, fence) = (field("job")?, field("fence")?.parse().ok()?);
        verify(job, fence, field("mac")?, key).then(|| Self {
            job: job.to_owned(),
            fence,
        })
    }
}

fn mac_key(key: &[u8]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key)
}

fn mac_text(job: &str, fence: u32) -> Vec<u8> {
    [MAC_DOMAIN, job.as_bytes(), fence.to_string().as_bytes()].join(&0)
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.is_ascii() && text.len().is_multiple_of(2);
    let pairs = digits.then(|| text.as_bytes().chunks(2))?;
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"callback-mac-key";

    #[test]
    fn the_task_is_found_wherever_a_model_puts_it() {
        let bodies: Vec<Value> =
            serde_json::from_str(include_str!("../../fixtures/kie_callbacks.json")).unwrap();
        for body in bodies {
            let notice = parse(body.to_string().as_bytes());
            assert_eq!(
                notice,
                Some(Notice {
                    task_id: "task_kling_1".into()
                }),
                "{body}"
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

    #[test]
    fn our_address_is_believed_only_as_it_was_given_out() {
        let url = callback_url("https://us.example/", "42-abc", 3, KEY);
        let (head, mac) = url.split_once("&mac=").unwrap();
        assert_eq!(head, "https://us.example/kie?job=42-abc&fence=3");
        assert!(verify("42-abc", 3, mac, KEY));
        for (job, fence, mac, key) in [
            ("42-abd", 3, mac, KEY),
            ("42-abc", 4, mac, KEY),
            ("42-abc", 3, &mac[2..], KEY),
            ("42-abc", 3, "", KEY),
            ("42-abc", 3, "zz", KEY),
            ("42-abc", 3, "€", KEY),
            ("42-abc", 3, mac, &b"another key"[..]),
        ] {
            assert!(!verify(job, fence, mac, key), "{job} {fence} {mac}");
        }
    }

    #[test]
    fn job_and_fence_cannot_be_shifted_into_each_other() {
        assert_ne!(mac_text("a1", 2), mac_text("a", 12));
    }

    #[test]
    fn a_ticket_is_read_from_a_query_and_from_the_whole_address() {
        let url = callback_url("https://us.example", "42-abc", 3, KEY);
        let ticket = Some(Ticket {
            job: "42-abc".into(),
            fence: 3,
        });
        assert_eq!(Ticket::verified(&url, KEY), ticket);
        assert_eq!(Ticket::verified(url.split_once('?').unwrap().1, KEY), ticket);
        assert_eq!(Ticket::verified(&url.replace("fence=3", "fence=4"), KEY), None);
        assert_eq!(Ticket::verified(&url.replace("fence=3", "fence=-3"), KEY), None);
        assert_eq!(Ticket::verified("https://us.example/kie", KEY), None);
    }
}
