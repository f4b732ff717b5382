use std::sync::{Arc, Mutex};

use serde_json::Value;
use tracing::{Instrument as _, Span};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;

use super::*;
use crate::here::here;
use crate::spans::{self, Call, Rung};

const LAMBDAS: &str =
    "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87:0";
const ORDERS: &str = "Root=1-11111111-222222222222222222222222;Parent=3333333333333333;Sampled=1";
const JOB: &str = "7-abcdefgh23456789";

/// A clock that goes on by a millisecond with each look, and a sink.
#[derive(Clone, Debug, Default)]
struct Sink(Arc<Mutex<(i64, Vec<Value>)>>);

impl Ground for Sink {
    fn now_us(&self) -> i64 {
        let mut sink = self.0.lock().unwrap();
        sink.0 += 1_000;
        1_795_251_600_000_000 + sink.0
    }

    fn named(&self, job: &str) -> Option<String> {
        Some(format!("x-{}", job.split_once('-')?.1))
    }

    fn take(&self, datagram: &[u8]) {
        let text = std::str::from_utf8(datagram).unwrap();
        let (head, document) = text.split_once('\n').unwrap();
        assert_eq!(head, r#"{"format":"json","version":1}"#);
        let document = serde_json::from_str(document).unwrap();
        self.0.lock().unwrap().1.push(document);
    }
}

impl Sink {
    /// Runs it under a subscriber, and gives what was told of it.
    fn of<T>(work: impl FnOnce() -> T) -> (Vec<Value>, T) {
        let sink = Self::default();
        let rays = Rays::new(sink.clone()).with_filter(filter_fn(is_for_traces));
        let subscriber = tracing_subscriber::registry().with(rays);
        let came = tracing::subscriber::with_default(subscriber, work);
        let told = sink.0.lock().unwrap().1.clone();
        (told, came)
    }
}

fn provider(asks: &'static str) -> Span {
    spans::provider(&Call {
        asks,
        provider: "google",
        provider_name: "gcp.gemini",
        operation: "generate_content",
        output: "video",
        asked_model: "veo-3",
        model: "kling",
        fence: 1,
    })
}

/// As Lambda's runtime does.
fn invocation(header: &str) -> Span {
    tracing::info_span!("Lambda runtime invoke", requestId = "r", xrayTraceId = header)
}

fn text<'a>(document: &'a Value, pointer: &str) -> &'a str {
    document.pointer(pointer).and_then(Value::as_str).unwrap_or("-")
}

#[test]
fn an_admission_is_a_part_of_its_invocation_and_what_follows_follows_from_it() {
    let (told, link) = Sink::of(|| {
        invocation(LAMBDAS).in_scope(|| {
            let span = spans::admission();
            span.record("job", JOB);
            spans::ended(&span, "admitted");
            span.in_scope(here).unwrap()
        })
    });
    assert_eq!(told.len(), 1);
    assert_eq!(text(&told[0], "/parent_id"), "53995c3f42cd8ad8");
    assert_eq!(text(&told[0], "/trace_id"), "1-67891233-abcdef012345678912345678");
    assert_eq!(text(&told[0], "/type"), "subsegment");
    assert_eq!(text(&told[0], "/annotations/outcome"), "admitted");
    assert_eq!(text(&told[0], "/annotations/job"), "x-abcdefgh23456789");
    assert_eq!(
        (link.root(), link.parent()),
        (text(&told[0], "/trace_id"), text(&told[0], "/id"))
    );
}

#[test]
fn the_work_on_an_order_is_in_the_orders_trace_and_not_in_the_invocations() {
    let (told, ()) = Sink::of(|| {
        invocation(LAMBDAS).in_scope(|| {
            let rung = Rung {
                sent_ms: Some(1_795_251_599_000),
                header: Some(ORDERS.replace("3333333333333333", "4444444444444444")),
            };
            let span = spans::rung("video-worker", "accepted", &rung);
            span.in_scope(|| {
                assert_eq!(here(), None, "nobody knows yet whose it is");
                spans::belongs(&span, JOB, "kling", Some(ORDERS));
                assert_eq!(here().unwrap().root(), "1-11111111-222222222222222222222222");
                let call = provider("order");
                call.in_scope(|| spans::ended(&call, "accepted"));
            });
        });
    });
    let [call, waited, work] = &told[..] else {
        panic!("{told:#?}")
    };
    for document in &told {
        assert_eq!(text(document, "/trace_id"), "1-11111111-222222222222222222222222");
    }
    assert_eq!(
        (text(waited, "/name"), text(waited, "/parent_id")),
        ("doorbell", "4444444444444444")
    );
    assert_eq!(
        (text(work, "/name"), text(work, "/parent_id")),
        ("video-worker", text(waited, "/id"))
    );
    assert_eq!(
        (text(call, "/name"), text(call, "/parent_id")),
        ("google", text(work, "/id"))
    );
    let said = [
        "asks",
        "gen_ai_provider_name",
        "gen_ai_operation_name",
        "gen_ai_output_type",
        "gen_ai_request_model",
        "model",
    ];
    let said = said.map(|name| text(call, &format!("/annotations/{name}")));
    assert_eq!(
        said,
        [
            "order",
            "gcp.gemini",
            "generate_content",
            "video",
            "veo-3",
            "kling"
        ]
    );
    assert_eq!(text(call, "/annotations/fence"), "1");
    assert!(waited["end_time"].as_f64() > waited["start_time"].as_f64());
}

#[test]
fn a_message_does_not_say_to_which_trace_an_order_belongs() {
    let (told, ()) = Sink::of(|| {
        let rung = Rung {
            sent_ms: None,
            header: Some(LAMBDAS.to_owned()),
        };
        let span = spans::rung("video-worker", "due", &rung);
        spans::belongs(&span, JOB, "kling", Some(ORDERS));
    });
    assert_eq!(told.len(), 1);
    assert_eq!(text(&told[0], "/trace_id"), "1-11111111-222222222222222222222222");
    assert_eq!(text(&told[0], "/parent_id"), "3333333333333333");
}

#[test]
fn what_is_not_recorded_is_not_told() {
    let not = LAMBDAS.replace("Sampled=1", "Sampled=0");
    let (told, ()) = Sink::of(|| {
        invocation(&not).in_scope(|| {
            spans::admission().in_scope(|| assert_eq!(here(), None));
            for link in [None, Some(not.as_str()), Some("whatever a row may hold")] {
                let span = spans::order("video-worker");
                spans::belongs(&span, JOB, "kling", link);
                span.in_scope(|| {
                    assert_eq!(here(), None);
                    spans::telegram("show").in_scope(|| ());
                });
            }
        });
        spans::admission().in_scope(|| ());
    });
    assert!(told.is_empty(), "{told:#?}");
}

#[test]
fn a_failure_marks_what_it_happened_in_by_its_name_alone() {
    let (told, ()) = Sink::of(|| {
        let span = spans::order("video-worker");
        spans::belongs(&span, JOB, "kling", Some(ORDERS));
        span.in_scope(|| {
            provider("order").in_scope(|| {
                tracing::warn!(name: "submission_unknown", why = "secret words", "more words");
            });
            tracing::error!(name: "provider_needs_operator", said = "secret words", "more words");
            tracing::warn!(name: "later", "it is no worse for that");
            spans::telegram("show").in_scope(|| tracing::info!(name: "fine", "fine"));
        });
    });
    let [call, shown, work] = &told[..] else {
        panic!("{told:#?}")
    };
    assert_eq!(call["error"], true);
    assert_eq!(text(call, "/cause/exceptions/0/type"), "submission_unknown");
    assert_eq!(work["fault"], true);
    assert_eq!(text(work, "/cause/exceptions/0/type"), "provider_needs_operator");
    assert!(shown.get("cause").is_none() && shown.get("error").is_none());
    assert!(!told.iter().any(|document| document.to_string().contains("words")));
}

#[tokio::test]
async fn orders_of_one_batch_are_told_each_in_its_own_trace() {
    let other = ORDERS.replace("22222222", "55555555");
    let sink = Sink::default();
    let rays = Rays::new(sink.clone()).with_filter(filter_fn(is_for_traces));
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(rays));
    let work = |link: String| {
        let span = spans::order("video-worker");
        let inside = span.clone();
        async move {
            spans::belongs(&inside, JOB, "kling", Some(&link));
            for _ in 0..3 {
                let call = provider("look_up");
                tokio::task::yield_now().instrument(call).await;
                let root = Link::parse(&link).unwrap().root().to_owned();
                assert_eq!(here().unwrap().root(), root);
            }
        }
        .instrument(span)
    };
    tokio::join!(work(ORDERS.to_owned()), work(other.clone()));
    assert_eq!(here(), None);
    let told = sink.0.lock().unwrap().1.clone();
    for link in [ORDERS, &other] {
        let root = Link::parse(link).unwrap().root().to_owned();
        let of: Vec<_> = told.iter().filter(|it| text(it, "/trace_id") == root).collect();
        let work = of.iter().find(|it| text(it, "/name") == "video-worker").unwrap();
        let calls = of.iter().filter(|it| text(it, "/parent_id") == text(work, "/id"));
        assert_eq!((of.len(), calls.count()), (4, 3));
    }
}
