//! Lines of a log as CloudWatch Logs hands them over: packed with gzip, in base64, in JSON.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::alert::{Heard, Kind};
use domain::time::Timestamp;
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value;

/// The largest batch that is read, unpacked. CloudWatch's own are below this.
const BATCH_BYTES_MAX: u64 = 8 << 20;
/// The longest text that is kept of a line.
const TEXT_CHARS_MAX: usize = 120;
/// A line's fields that say with whom it happened, the most telling first.
const WITH: [&str; 3] = ["provider", "rail", "model"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch {
    message_type: MessageType,
    log_group: String,
    #[serde(default)]
    log_events: Vec<LogEvent>,
}

/// Whether there are lines in it, or CloudWatch only looks whether somebody is there.
#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum MessageType {
    DataMessage,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct LogEvent {
    timestamp: i64,
    message: String,
}

/// The errors in an event; none in one that is no batch of lines, such as a schedule's.
pub fn heard(event: &Value) -> Vec<Heard> {
    let Some(data) = event["awslogs"]["data"].as_str() else {
        return Vec::new();
    };
    let batch = match unpacked(data) {
        Ok(batch) => batch,
        Err(why) => {
            tracing::error!(name: "alert_batch_dropped", %why, packed_bytes = data.len(), "errors that nobody is told of");
            return Vec::new();
        }
    };
    if batch.message_type != MessageType::DataMessage {
        return Vec::new();
    }
    let function = function(&batch.log_group);
    let lines = batch.log_events.iter();
    lines.map(|line| error(function, line)).collect()
}

/// Why a batch is not read. None of what stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Unread {
    #[error("it is larger than is unpacked")]
    TooLarge,
    #[error("it is not packed as batches of lines are")]
    Packed,
    #[error("it is no batch of lines")]
    Foreign,
}

fn unpacked(data: &str) -> Result<Batch, Unread> {
    let packed = STANDARD.decode(data).map_err(|_| Unread::Packed)?;
    let mut text = Vec::new();
    let reader = GzDecoder::new(packed.as_slice());
    // One byte more than is read tells that there is more.
    let mut reader = reader.take(BATCH_BYTES_MAX.saturating_add(1));
    reader.read_to_end(&mut text).map_err(|_| Unread::Packed)?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > BATCH_BYTES_MAX {
        return Err(Unread::TooLarge);
    }
    serde_json::from_slice(&text).map_err(|_| Unread::Foreign)
}

/// `neurocards-VideoWorkerLogs-1ABC` is the video worker's: the name that the template gives to its log, without ending.
fn function(log_group: &str) -> &str {
    let named = log_group.split('-').find_map(|part| part.strip_suffix("Logs"));
    named.unwrap_or(log_group)
}

/// What is the same in all errors of a kind, and of this one when it was and for which order. Nothing that others said is
/// taken over: neither the chain of causes nor a provider's words.
fn error(function: &str, line: &LogEvent) -> Heard {
    let fields: Value = serde_json::from_str(&line.message).unwrap_or_default();
    let text = |name: &str| {
        let text = fields[name].as_str().unwrap_or_default();
        text.chars().take(TEXT_CHARS_MAX).collect::<String>()
    };
    let with = WITH.iter().map(|name| text(name)).find(|text| !text.is_empty());
    let event = Some(text("event")).filter(|event| !event.is_empty());
    Heard {
        kind: Kind {
            function: function.to_owned(),
            event: event.unwrap_or_else(|| "unnamed".to_owned()),
            with: with.unwrap_or_default(),
        },
        at: Timestamp(line.timestamp),
        words: text("message"),
        job: text("job"),
        rings: None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CAPTURED: &str = include_str!("../events/errors.json");

    #[test]
    fn a_batch_as_cloudwatch_sends_it_is_read() {
        let heard = heard(&serde_json::from_str(CAPTURED).unwrap());
        let seen: Vec<_> = heard
            .iter()
            .map(|one| {
                (
                    one.kind.function.as_str(),
                    one.kind.event.as_str(),
                    one.kind.with.as_str(),
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("VideoWorker", "provider_needs_operator", "kie"),
                ("VideoWorker", "unnamed", ""),
            ]
        );
        assert_eq!(heard[0].at, Timestamp(1_795_251_600_123));
        assert_eq!(heard[0].job, "x3f0c5d1e9a7b2468-abcdefgh23456789");
        assert_eq!(heard[0].words, "the provider refuses until an operator acts");
    }

    #[test]
    fn a_batch_that_is_not_read_says_why() {
        let packed = |text: &[u8]| {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut gzip, text).unwrap();
            STANDARD.encode(gzip.finish().unwrap())
        };
        let batch = |padding: usize| {
            let head = r#"{"messageType":"DATA_MESSAGE","logGroup":"x","logEvents":[]}"#;
            packed(format!("{head}{}", " ".repeat(padding - head.len())).as_bytes())
        };
        let most = usize::try_from(BATCH_BYTES_MAX).unwrap();
        assert!(unpacked(&batch(most)).is_ok());
        assert_eq!(unpacked(&batch(most + 1)).err(), Some(Unread::TooLarge));
        assert_eq!(unpacked("%").err(), Some(Unread::Packed));
        assert_eq!(unpacked("aGVsbG8=").err(), Some(Unread::Packed));
        assert_eq!(unpacked(&packed(b"hello")).err(), Some(Unread::Foreign));
    }

    #[test]
    fn what_is_no_batch_of_lines_is_nothing() {
        for event in [
            json!({}),
            json!({"awslogs": {"data": "%"}}),
            json!({"awslogs": {"data": "aGVsbG8="}}),
            json!({"source": "aws.events"}),
        ] {
            assert_eq!(heard(&event), Vec::new(), "{event}");
        }
    }
}
