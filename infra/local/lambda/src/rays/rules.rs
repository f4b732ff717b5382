//! What X-Ray asks of a document.

use serde_json::Value;

/// "A segment document can be up to 64 kB."
const DOCUMENT_BYTES_MAX: usize = 64 * 1024;
/// "X-Ray indexes up to 50 annotations per trace."
const ANNOTATIONS_MAX: usize = 50;
const NAME_CHARS_MAX: usize = 200;

/// Reads a datagram; `Err` says why the daemon, or X-Ray behind it, would throw it away.
pub(super) fn read(datagram: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(datagram).map_err(|_| "no text".to_owned())?;
    let (head, document) = text.split_once('\n').ok_or("no line for the daemon")?;
    let head: Value = serde_json::from_str(head).map_err(|_| "the daemon's line is no JSON")?;
    if head["format"] != "json" || head["version"] != 1 {
        return Err(format!("the daemon does not read {head}"));
    }
    if document.len() > DOCUMENT_BYTES_MAX {
        return Err(format!("{} bytes are too many", document.len()));
    }
    let document: Value = serde_json::from_str(document).map_err(|_| "no JSON".to_owned())?;
    check(&document).map_err(|why| format!("{why}: {document}"))?;
    Ok(document)
}

fn check(document: &Value) -> Result<(), &'static str> {
    let text = |key: &str| document[key].as_str().unwrap_or_default();
    if text("name").is_empty()
        || text("name").chars().count() > NAME_CHARS_MAX
        || !text("name").chars().all(is_of_name)
    {
        return Err("the name is none");
    }
    if !is_hex(text("id"), 16) {
        return Err("the id is none");
    }
    if !is_trace(text("trace_id")) {
        return Err("the trace's id is none");
    }
    let (start, end) = (document["start_time"].as_f64(), document["end_time"].as_f64());
    match (start, end, document["in_progress"].as_bool()) {
        (Some(start), Some(end), None) if start <= end => {}
        (Some(_), None, Some(true)) => {}
        _ => return Err("the times are none"),
    }
    let parent = document.get("parent_id").map(|_| is_hex(text("parent_id"), 16));
    match (document.get("type").map(|_| text("type")), parent) {
        (None, None | Some(true)) | (Some("subsegment"), Some(true)) => {}
        (Some("subsegment"), None) => return Err("a subsegment alone says what it is part of"),
        _ => return Err("the type or the parent is none"),
    }
    if document.get("namespace").is_some() && !["aws", "remote"].contains(&text("namespace")) {
        return Err("the namespace is none");
    }
    let flags = ["error", "fault", "throttle"];
    if flags
        .iter()
        .any(|flag| document.get(flag).is_some_and(|value| !value.is_boolean()))
    {
        return Err("a flag is none");
    }
    check_annotations(document)
}

fn check_annotations(document: &Value) -> Result<(), &'static str> {
    let Some(annotations) = document.get("annotations") else {
        return Ok(());
    };
    let annotations = annotations.as_object().ok_or("annotations are an object")?;
    let is_key = |key: &str| {
        key.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let is_value = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
    let fine = annotations
        .iter()
        .all(|(key, value)| is_key(key) && is_value(value));
    (fine && annotations.len() <= ANNOTATIONS_MAX)
        .then_some(())
        .ok_or("an annotation is none")
}

/// "Names can contain Unicode letters, numbers, and whitespace, and the following symbols."
fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter.is_whitespace() || r"_.:/%&#=+\-@".contains(letter)
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_trace(text: &str) -> bool {
    let mut parts = text.split('-');
    parts.next() == Some("1")
        && parts.next().is_some_and(|seconds| is_hex(seconds, 8))
        && parts.next().is_some_and(|rest| is_hex(rest, 24))
        && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn good() -> Value {
        json!({
            "name": "kie", "id": "53995c3f42cd8ad8", "trace_id": "1-67891233-abcdef012345678912345678",
            "parent_id": "0000000000000001", "start_time": 1.5, "end_time": 2.0, "type": "subsegment",
            "namespace": "remote", "error": true, "annotations": {"gen_ai_request_model": "kling", "fence": 1},
        })
    }

    fn sent(document: &Value) -> Result<Value, String> {
        read(format!("{{\"format\": \"json\", \"version\": 1}}\n{document}").as_bytes())
    }

    #[test]
    fn a_good_document_is_taken() {
        assert_eq!(sent(&good()), Ok(good()));
        let mut root = good();
        for key in ["parent_id", "type", "namespace"] {
            root.as_object_mut().unwrap().remove(key);
        }
        assert_eq!(sent(&root), Ok(root));
    }

    #[test]
    fn whatever_xray_would_throw_away_is_refused() {
        let wrong = [
            ("name", json!("")),
            ("name", json!("<b>")),
            ("name", json!("n".repeat(201))),
            ("id", json!("53995c3f42cd8ad")),
            ("id", json!("53995c3f42cd8adz")),
            ("trace_id", json!("1-67891233-abcdef01234567891234567")),
            ("trace_id", json!("2-67891233-abcdef012345678912345678")),
            ("trace_id", Value::Null),
            ("start_time", json!(2.5)),
            ("start_time", json!("1.5")),
            ("end_time", Value::Null),
            ("type", json!("segment")),
            ("parent_id", json!("1")),
            ("namespace", json!("local")),
            ("error", json!("yes")),
            ("annotations", json!({"gen_ai.request.model": "kling"})),
            ("annotations", json!({"list": [1]})),
            ("annotations", json!([])),
            ("annotations", json!({"long": "x".repeat(DOCUMENT_BYTES_MAX)})),
        ];
        for (key, value) in wrong {
            let mut document = good();
            document[key] = value;
            assert!(sent(&document).is_err(), "{key} {document}");
        }
        let mut orphan = good();
        orphan.as_object_mut().unwrap().remove("parent_id");
        assert!(sent(&orphan).is_err());
        let alone = good().to_string();
        for datagram in [
            alone.clone(),
            format!("{{}}\n{alone}"),
            format!("json\n{alone}"),
            String::new(),
        ] {
            assert!(read(datagram.as_bytes()).is_err(), "{datagram}");
        }
        assert!(read(&[0xff, b'\n']).is_err());
    }
}
