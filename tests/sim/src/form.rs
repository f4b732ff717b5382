//! An upload: a form with a call's fields and one file.

use bytes::Bytes;
use serde_json::{Map, Value};

/// The fields as a call, and the file by its first bytes' name and its length.
pub fn read(kind: &str, body: &Bytes) -> (Value, Option<(String, u64)>) {
    let boundary = kind
        .split("boundary=")
        .nth(1)
        .unwrap_or_default()
        .trim_matches('"');
    let mark = format!("--{boundary}");
    let (mut call, mut file) = (Map::new(), None);
    for part in split(body, mark.as_bytes()) {
        let Some(at) = find(part, b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&part[..at]).into_owned();
        let content = part[at + 4..].strip_suffix(b"\r\n").unwrap_or(&part[at + 4..]);
        let name = head
            .split("name=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let name = name.unwrap_or_default().to_owned();
        if head.contains("filename") {
            let bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
            file = crate::clip::name_in(content).map(|name| (name, bytes));
        } else {
            let text = String::from_utf8_lossy(content).into_owned();
            call.insert(name, serde_json::from_str(&text).unwrap_or(Value::String(text)));
        }
    }
    (Value::Object(call), file)
}

fn split<'b>(body: &'b [u8], mark: &[u8]) -> Vec<&'b [u8]> {
    let (mut parts, mut rest) = (Vec::new(), body);
    while let Some(at) = find(rest, mark) {
        parts.push(&rest[..at]);
        rest = &rest[at + mark.len()..];
    }
    parts
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| *byte == first) {
        let at = from + at;
        if bytes[at..].starts_with(what) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}
