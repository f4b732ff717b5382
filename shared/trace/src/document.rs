//! A document as X-Ray takes it, behind the line that its daemon expects.
//!
//! Source: AWS X-Ray developer guide, "Segment documents" and "Sending segment documents to the X-Ray daemon".

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::link::id;

/// What every datagram to the daemon begins with.
const HEAD: &[u8] = b"{\"format\":\"json\",\"version\":1}\n";
/// The longest text that is said of a span, in characters; ours have a few dozen.
const TEXT_CHARS_MAX: usize = 100;
/// What stands where a name has a letter that X-Ray does not take.
const INSTEAD: char = '_';

/// How bad it was: X-Ray's words for a caller's mistake and for ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Harm {
    /// A warning was written.
    Error,
    /// An error was.
    Fault,
}

/// A document's members, before they are written.
#[derive(Clone, Debug)]
pub(crate) struct Document<'a> {
    pub(crate) root: &'a str,
    pub(crate) parent: String,
    pub(crate) span: u64,
    pub(crate) name: &'a str,
    pub(crate) start_us: i64,
    pub(crate) end_us: i64,
    pub(crate) kind: Kind,
    pub(crate) harm: Option<(Harm, &'static str)>,
    pub(crate) texts: &'a BTreeMap<&'static str, String>,
}

/// What a span is to X-Ray.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A service's own work.
    Segment,
    /// A message's time in the queue.
    Queue,
    /// A part of a segment.
    Part,
    /// A part of a segment that is somebody else's work.
    Remote,
}

#[derive(Serialize)]
struct Wire<'a> {
    name: &'a str,
    id: String,
    trace_id: &'a str,
    parent_id: &'a str,
    start_time: f64,
    end_time: f64,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    error: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    fault: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    throttle: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<Cause>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct Cause {
    exceptions: [Exception; 1],
}

#[derive(Serialize)]
struct Exception {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl Document<'_> {
    /// The datagram.
    pub(crate) fn datagram(&self) -> Vec<u8> {
        let texts = self.texts.iter();
        let annotations = texts.map(|(name, text)| (*name, cut(text))).collect();
        let harm = self.harm.map(|(harm, _)| harm);
        let wire = Wire {
            name: &named(self.name),
            id: id(self.span),
            trace_id: self.root,
            parent_id: &self.parent,
            start_time: seconds(self.start_us),
            // A clock that was set back in between is no reason to lose the span.
            end_time: seconds(self.end_us.max(self.start_us)),
            kind: matches!(self.kind, Kind::Part | Kind::Remote).then_some("subsegment"),
            namespace: (self.kind == Kind::Remote).then_some("remote"),
            origin: (self.kind == Kind::Queue).then_some("AWS::SQS::Queue"),
            error: harm == Some(Harm::Error),
            fault: harm == Some(Harm::Fault),
            throttle: self
                .texts
                .get("outcome")
                .is_some_and(|outcome| outcome == "rate_limited"),
            cause: self.harm.map(|(_, event)| Cause {
                exceptions: [Exception {
                    id: id(self.span),
                    kind: event,
                }],
            }),
            annotations,
        };
        let mut datagram = HEAD.to_vec();
        // Texts, numbers and flags: nothing of it can fail.
        let _ = serde_json::to_writer(&mut datagram, &wire);
        datagram
    }
}

/// Seconds since 1970, as X-Ray counts.
fn seconds(us: i64) -> f64 {
    Duration::from_micros(u64::try_from(us).unwrap_or(0)).as_secs_f64()
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_CHARS_MAX).collect()
}

/// A name in the letters that X-Ray takes.
fn named(name: &str) -> String {
    let taken =
        |letter: char| letter.is_alphanumeric() || matches!(letter, ' ' | '_' | '.' | ':' | '/' | '-' | '@');
    name.chars()
        .take(TEXT_CHARS_MAX)
        .map(|letter| if taken(letter) { letter } else { INSTEAD })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "1-67891233-abcdef012345678912345678";

    fn written(document: &Document<'_>) -> String {
        String::from_utf8(document.datagram()).unwrap()
    }

    #[test]
    fn a_part_is_written_as_the_daemon_takes_it() {
        let texts = BTreeMap::from([
            ("outcome", "rate_limited".to_owned()),
            ("job", "x3f0c5d1e9a7b2468-abcdefgh23456789".to_owned()),
        ]);
        let document = Document {
            root: ROOT,
            parent: id(0x5399_5c3f_42cd_8ad8),
            span: 0xab,
            name: "kie",
            start_us: 1_795_251_600_123_456,
            end_us: 1_795_251_601_000_000,
            kind: Kind::Remote,
            harm: Some((Harm::Error, "submission_not_accepted")),
            texts: &texts,
        };
        let golden = r#"{"format":"json","version":1}
{"name":"kie","id":"00000000000000ab","trace_id":"1-67891233-abcdef012345678912345678","parent_id":"53995c3f42cd8ad8","start_time":1795251600.123456,"end_time":1795251601.0,"type":"subsegment","namespace":"remote","error":true,"throttle":true,"cause":{"exceptions":[{"id":"00000000000000ab","type":"submission_not_accepted"}]},"annotations":{"job":"x3f0c5d1e9a7b2468-abcdefgh23456789","outcome":"rate_limited"}}"#;
        assert_eq!(written(&document), golden);
    }

    #[test]
    fn a_segment_says_no_more_than_there_is_to_say() {
        let document = Document {
            root: ROOT,
            parent: id(1),
            span: 2,
            name: "doorbell",
            start_us: 2_000_000,
            // The queue's clock is ahead of ours.
            end_us: 1_000_000,
            kind: Kind::Queue,
            harm: None,
            texts: &BTreeMap::new(),
        };
        let golden = r#"{"format":"json","version":1}
{"name":"doorbell","id":"0000000000000002","trace_id":"1-67891233-abcdef012345678912345678","parent_id":"0000000000000001","start_time":2.0,"end_time":2.0,"origin":"AWS::SQS::Queue"}"#;
        assert_eq!(written(&document), golden);
    }

    #[test]
    fn what_is_said_of_a_span_has_an_end_and_names_have_xrays_letters() {
        let texts = BTreeMap::from([("route", "я".repeat(20_000))]);
        let document = Document {
            root: ROOT,
            parent: id(1),
            span: 2,
            name: &"<script>\n".repeat(50),
            start_us: 1,
            end_us: 2,
            kind: Kind::Segment,
            harm: None,
            texts: &texts,
        };
        let text = written(&document);
        assert!(text.len() < 1_000 && !text.contains('<'), "{}", text.len());
        assert!(
            text.contains("\"name\":\"_script__") && text.contains(&"я".repeat(100)),
            "{text}"
        );
    }
}
