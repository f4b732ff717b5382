use std::io;
use std::sync::{Arc, Mutex};

use domain::id::JobId;
use serde_json::{Value, json};

use super::*;
use crate::veil::{self, Veil};

const JOB: &str = "700001-abcdefgh23456789";
const KEY: &[u8] = b"a-key-of-the-tests-0123";

#[derive(Clone, Default)]
struct Sheet(Arc<Mutex<Vec<u8>>>);

impl io::Write for Sheet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn veil() -> Veil {
    Veil::new(KEY, vec!["hunter2hunter2hunter2".to_owned()])
}

fn logged(level: &str, act: impl FnOnce()) -> Vec<Value> {
    veil::wear(veil());
    let sheet = Sheet::default();
    let writer = sheet.clone();
    tracing::subscriber::with_default(lines(level, move || writer.clone()), act);
    let bytes = sheet.0.lock().unwrap().clone();
    let text = String::from_utf8(bytes).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_line_has_the_fields_that_the_templates_filters_look_at() {
    let lines = logged("info", || {
        tracing::error!(name: "job_moved", fence = 2, ready = true, "over");
    });
    let fields = ["level", "event", "fence", "ready", "message"].map(|name| &lines[0][name]);
    let expected = [
        json!("ERROR"),
        json!("job_moved"),
        json!(2),
        json!(true),
        json!("over"),
    ];
    assert_eq!(fields, expected.each_ref());
}

#[test]
fn a_line_names_its_order_and_customer_as_only_operators_can_read() {
    let lines = logged("info", || {
        tracing::info!(name: "job_moved", job = %JOB, "moved");
        tracing::info!(name: "order_refused", user = 700_001, "refused");
    });
    let job = JobId::parse(JOB).unwrap();
    assert_eq!(lines[0]["job"], veil().job(&job));
    assert_eq!(lines[0]["user"], veil().user(job.user));
    assert_eq!(lines[1]["user"], veil().user(job.user));
    assert!(!format!("{lines:?}").contains("700001"));
}

#[test]
fn every_line_below_a_span_says_what_the_span_says() {
    let lines = logged("info", || {
        let invocation =
            tracing::info_span!(target: "lambda_runtime", "Lambda runtime invoke", requestId = "r-1");
        let _invoked = invocation.enter();
        let job = tracing::info_span!("job", job = %JOB, withheld = tracing::field::Empty);
        let _attended = job.enter();
        job.record("withheld", "a marked cat dances in the rain");
        tracing::warn!(target: "hyper::client", "broken: a marked cat dances");
        tracing::info!(name: "job_moved", job = "8-abcdefgh23456789", "another");
    });
    assert_eq!(lines[0]["request_id"], "r-1");
    assert_eq!(lines[0]["event"], "library");
    assert_eq!(lines[0]["message"], "broken: [withheld]");
    let job = |id: &str| veil().job(&JobId::parse(id).unwrap());
    assert_eq!(lines[0]["job"], job(JOB));
    assert_eq!(
        lines[1]["job"],
        job("8-abcdefgh23456789"),
        "a line's own word counts"
    );
    assert!(lines.iter().all(|line| line.get("withheld").is_none()));
}

#[test]
fn what_others_said_is_cleaned_of_secrets_addresses_and_orders() {
    let why = format!("hunter2hunter2hunter2 https://cdn/a?b for {JOB}");
    let error = io::Error::other(why.clone());
    let error: &(dyn std::error::Error + 'static) = &error;
    let lines = logged("info", || {
        tracing::warn!(name: "provider_silent", why, error, debug = ?why, "{why}");
    });
    let sealed = veil().job(&JobId::parse(JOB).unwrap());
    let expected = format!("[withheld] https://cdn/… for {sealed}");
    for field in ["why", "error", "message"] {
        assert_eq!(lines[0][field], expected, "{field}");
    }
    assert_eq!(lines[0]["debug"], format!("{expected:?}"));
}

#[test]
fn others_are_heard_only_when_they_warn_and_lambda_says_nothing_twice() {
    let lines = logged("info", || {
        tracing::info!(target: "hyper::client", "connecting to /bot7:token");
        tracing::warn!(target: "hyper::client", "broken");
        tracing::info!(target: "app::desk", "said");
        tracing::error!(target: "lambda_runtime::layers::panic", "all of the error");
    });
    let messages: Vec<_> = lines.iter().map(|line| line["message"].clone()).collect();
    assert_eq!(messages, [json!("broken"), json!("said")]);
}

#[test]
fn a_level_silences_what_is_less_severe_and_an_unknown_one_means_info() {
    let say = || {
        let job = tracing::info_span!(target: "app", "job", job = %JOB);
        let _attended = job.enter();
        tracing::info!(target: "app", "info");
        tracing::warn!(target: "app", "warn");
    };
    assert_eq!(logged("warn", say).len(), 1);
    assert_eq!(logged("loud", say).len(), 2);
}
