//! Lines of one function's log, brought to another.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use local_lambda::LocalLambda;
use local_lambda::stack::LogSource;
use serde_json::{Value, json};

use crate::harness::{Lines, options, stack, until};

#[tokio::test(flavor = "multi_thread")]
async fn the_lines_that_a_function_wants_to_hear_of_are_brought_to_it_packed() {
    let (mut stack, lines) = (stack(), Lines::default());
    let web = stack.functions.get_mut("WebFunction").unwrap();
    web.log_group = Some("web-logs".to_owned());
    let clock = stack.functions.get_mut("ClockFunction").unwrap();
    clock.logs.push(LogSource {
        event: "Errors".to_owned(),
        log_group: "web-logs".to_owned(),
        field: "level".to_owned(),
        value: "ERROR".to_owned(),
    });
    let local = LocalLambda::start(stack, options(&lines)).await.unwrap();
    let loud = json!({"level": "ERROR", "message": "out of order"}).to_string();
    for line in [loud.as_str(), r#"{"level":"WARN"}"#, "ERROR, and no JSON"] {
        let _ = local.invoke("WebFunction", &json!({"say": line})).await.unwrap();
    }
    until("the line is brought", async || {
        lines.count("ClockFunction", "brought ") == 1
    })
    .await;
    let packed = lines.first("ClockFunction", "brought ");
    let packed = STANDARD.decode(packed.trim_start_matches("brought ")).unwrap();
    let mut text = String::new();
    GzDecoder::new(packed.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    let batch: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(batch["messageType"], "DATA_MESSAGE");
    assert_eq!(batch["logGroup"], "web-logs");
    let brought: Vec<&Value> = batch["logEvents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["message"])
        .collect();
    assert_eq!(brought, [&json!(format!("{loud}\n"))]);
    local.shutdown().await;
}
