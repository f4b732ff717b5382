//! A request as an event.

use std::net::IpAddr;

use axum::http::request::Parts;
use axum::http::{HeaderMap, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::moment;

/// Where a request comes from and which URL it came to.
pub(super) struct Peer<'a> {
    pub(super) ip: IpAddr,
    pub(super) url_id: &'a str,
}

pub(super) fn of(head: &Parts, body: &Bytes, peer: &Peer) -> Bytes {
    let now_ms = moment::now_ms();
    let host = text(&head.headers, "host");
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": head.uri.path(),
        "rawQueryString": head.uri.query().unwrap_or_default(),
        "headers": headers(&head.headers, peer),
        "requestContext": {
            "accountId": "anonymous",
            "apiId": peer.url_id,
            "domainName": host,
            "domainPrefix": peer.url_id,
            "http": {
                "method": head.method.as_str(),
                "path": head.uri.path(),
                "protocol": protocol(head.version),
                "sourceIp": peer.ip.to_string(),
                "userAgent": text(&head.headers, "user-agent"),
            },
            "requestId": crate::new_id(),
            "routeKey": "$default",
            "stage": "$default",
            "time": moment::common_log(now_ms),
            "timeEpoch": now_ms,
        },
        "isBase64Encoded": false,
    });
    let cookies = cookies(&head.headers);
    if !cookies.is_empty() {
        event["cookies"] = Value::from(cookies);
    }
    if let Some(query) = head.uri.query() {
        event["queryStringParameters"] = Value::Object(parameters(query));
    }
    if !body.is_empty() {
        put_body(&mut event, &head.headers, body);
    }
    Bytes::from(event.to_string())
}

fn put_body(event: &mut Value, headers: &HeaderMap, body: &Bytes) {
    match std::str::from_utf8(body) {
        Ok(plain) if is_text(&text(headers, "content-type")) => event["body"] = Value::from(plain),
        _ => {
            event["body"] = Value::from(STANDARD.encode(body));
            event["isBase64Encoded"] = Value::Bool(true);
        }
    }
}

/// Other bodies are handed over in base64, as Lambda does.
fn is_text(content_type: &str) -> bool {
    const TEXTS: [&str; 3] = ["application/json", "application/javascript", "application/xml"];
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    kind.starts_with("text/") || TEXTS.contains(&kind) || kind.ends_with("+json") || kind.ends_with("+xml")
}

fn headers(headers: &HeaderMap, peer: &Peer) -> Map<String, Value> {
    let mut joined = Map::new();
    for name in headers.keys().filter(|name| *name != "cookie") {
        let values: Vec<String> = headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect();
        joined.insert(name.as_str().to_owned(), Value::from(values.join(",")));
    }
    joined.insert("x-forwarded-for".to_owned(), Value::from(peer.ip.to_string()));
    joined.insert("x-forwarded-proto".to_owned(), Value::from("https"));
    joined.insert("x-forwarded-port".to_owned(), Value::from("443"));
    joined
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let lines = headers
        .get_all("cookie")
        .iter()
        .filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .map(|cookie| cookie.trim().to_owned())
        .collect()
}

fn parameters(query: &str) -> Map<String, Value> {
    let mut parameters: Map<String, Value> = Map::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name), decoded(value));
        let joined = match parameters.get(&name).and_then(Value::as_str) {
            Some(before) => format!("{before},{value}"),
            None => value,
        };
        parameters.insert(name, Value::from(joined));
    }
    parameters
}

fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|two| std::str::from_utf8(two).ok());
        if let Some(byte) = hex.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn text(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

fn protocol(version: Version) -> &'static str {
    if version == Version::HTTP_2 {
        "HTTP/2.0"
    } else {
        "HTTP/1.1"
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn event(request: Request<()>, body: &'static [u8]) -> Value {
        let (head, ()) = request.into_parts();
        let peer = Peer {
            ip: IpAddr::from([203, 0, 113, 9]),
            url_id: "hook",
        };
        serde_json::from_slice(&of(&head, &Bytes::from_static(body), &peer)).unwrap()
    }

    #[test]
    fn a_request_becomes_an_event_of_format_two() {
        let request = Request::post("/kie?job=a%20b&job=c&mac=%D1%84")
            .header("X-Secret", "s")
            .header("content-type", "application/json; charset=utf-8")
            .header("cookie", "a=1; b=2");
        let event = event(request.body(()).unwrap(), br#"{"x":1}"#);
        assert_eq!(event["version"], "2.0");
        assert_eq!(event["rawPath"], "/kie");
        assert_eq!(event["rawQueryString"], "job=a%20b&job=c&mac=%D1%84");
        assert_eq!(
            event["queryStringParameters"],
            json!({"job": "a b,c", "mac": "ф"})
        );
        assert_eq!(event["headers"]["x-secret"], "s");
        assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
        assert_eq!(event["requestContext"]["http"]["sourceIp"], "203.0.113.9");
        assert_eq!(event["requestContext"]["http"]["method"], "POST");
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!(r#"{"x":1}"#), &json!(false))
        );
    }

    #[test]
    fn forms_and_bytes_are_handed_over_in_base64() {
        let form = Request::post("/").header("content-type", "application/x-www-form-urlencoded");
        let event_of_form = event(form.body(()).unwrap(), b"a=1");
        assert_eq!(event_of_form["isBase64Encoded"], true);
        assert_eq!(event_of_form["body"], "YT0x");
        assert_eq!(
            event(Request::get("/").body(()).unwrap(), b"")["body"],
            Value::Null
        );
    }
}
