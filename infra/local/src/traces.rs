//! `/cloud/traces`: the orders whose traces are known, and `/cloud/traces/1-…`: one of them, for a person.

use std::fmt::Write as _;
use std::sync::Weak;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use local_lambda::LocalLambda;
use serde_json::Value;

/// Orders named at once.
const ORDERS_MAX: usize = 50;

type Local = State<Weak<LocalLambda>>;

pub(crate) fn router(local: Weak<LocalLambda>) -> Router {
    Router::new()
        .route("/cloud/traces", get(orders))
        .route("/cloud/traces/{trace}", get(one))
        .with_state(local)
}

async fn orders(State(local): Local) -> Response {
    let Some(local) = local.upgrade() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let mut text = String::new();
    for (order, root) in local.rays().orders().into_iter().take(ORDERS_MAX) {
        let _ = writeln!(text, "/cloud/traces/{root}  {order}");
    }
    for refused in local.rays().refused() {
        let _ = writeln!(text, "X-Ray would refuse: {refused}");
    }
    text.into_response()
}

async fn one(State(local): Local, Path(trace): Path<String>) -> Response {
    let Some(local) = local.upgrade() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let documents = local.rays().trace(&trace);
    if documents.is_empty() {
        return (StatusCode::NOT_FOUND, "nothing is known of this trace\n").into_response();
    }
    tree(&documents).into_response()
}

/// Spans below what they follow from, each with when it began, how long it took, and what is said of it.
pub(crate) fn tree(documents: &[Value]) -> String {
    let mut sorted: Vec<&Value> = documents.iter().collect();
    sorted.sort_by_key(|it| ms(it, "start_time"));
    let begun_ms = sorted.first().map_or(0, |first| ms(first, "start_time"));
    let is_known = |id: &Value| sorted.iter().any(|it| it["id"] == *id);
    let tops = sorted.iter().filter(|it| !is_known(&it["parent_id"]));
    let mut text = String::new();
    // What follows from itself, by whatever mistake, is below nothing and so never comes.
    let mut left: Vec<(usize, &Value)> = tops.map(|top| (0, *top)).rev().collect();
    while let Some((depth, span)) = left.pop() {
        let _ = writeln!(text, "{}{}", "  ".repeat(depth), line(span, begun_ms));
        let below = sorted.iter().filter(|it| it["parent_id"] == span["id"]);
        left.extend(below.rev().map(|it| (depth + 1, *it)));
    }
    text
}

fn line(span: &Value, begun_ms: i64) -> String {
    let (start, end) = (ms(span, "start_time"), ms(span, "end_time"));
    let name = span["name"].as_str().unwrap_or("?");
    let mut line = format!("{name}  after {} ms, {} ms", start - begun_ms, end - start);
    for (key, value) in span["annotations"].as_object().into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let _ = write!(line, "  {key}={value}");
    }
    for harm in ["error", "fault", "throttle"] {
        if span[harm] == true {
            let event = span["cause"]["exceptions"][0]["type"]
                .as_str()
                .unwrap_or_default();
            let _ = write!(line, "  {harm}: {event}");
        }
    }
    line
}

fn ms(span: &Value, key: &str) -> i64 {
    let seconds = span[key].as_f64().unwrap_or_default();
    let since = std::time::Duration::try_from_secs_f64(seconds).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn spans_stand_below_what_they_follow_from() {
        let span = |name: &str, id: &str, parent: &str, start: f64| json!({"name": name, "id": id, "parent_id": parent, "start_time": start, "end_time": start + 0.5});
        let mut call = span("kie", "3", "2", 11.0);
        call["annotations"] = json!({"fence": 1, "outcome": "not_accepted"});
        call["error"] = json!(true);
        call["cause"] = json!({"exceptions": [{"type": "submission_not_accepted"}]});
        let documents = [
            call,
            span("telegram-webhook", "1", "0", 10.0),
            span("video-worker", "2", "1", 10.75),
            span("cleanup", "4", "1", 70.0),
            span("itself", "5", "5", 80.0),
        ];
        let expected = "telegram-webhook  after 0 ms, 500 ms
  video-worker  after 750 ms, 500 ms
    kie  after 1000 ms, 500 ms  fence=1  outcome=not_accepted  error: submission_not_accepted
  cleanup  after 60000 ms, 500 ms
";
        assert_eq!(tree(&documents), expected);
    }
}
