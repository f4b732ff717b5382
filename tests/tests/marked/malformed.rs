//! What functions write and answer when what comes in makes no sense.

use serde_json::{Value, json};
use tests::stage::{Ask, WEBHOOK_SECRET, WORKER_TIME, init_data, message, press};

use crate::{CUSTOMER, PAYER, PROMPT, marks, page, stage};

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_quoted_nowhere() {
    let (stage, _) = stage().await;
    stage.newcomer(CUSTOMER).await;
    let mut answers: Vec<String> = Vec::new();
    let wrong_types: [fn(&mut Value); 4] = [
        |update| update["message"]["date"] = json!(PROMPT),
        |update| update["message"]["chat"] = json!(PROMPT),
        |update| update["message"]["from"]["id"] = json!(PROMPT),
        |update| update["update_id"] = json!(PROMPT),
    ];
    for spoil in wrong_types {
        let mut update = message(CUSTOMER, PROMPT, 1);
        spoil(&mut update);
        answers.push(format!("{:?}", stage.update(&update).await));
    }
    for body in [
        format!("{{{PROMPT}"),
        format!("\"{PROMPT}\""),
        format!("[{PROMPT}"),
    ] {
        answers.push(format!("{:?}", stage.update_with(&body, WEBHOOK_SECRET).await));
        answers.push(format!(
            "{:?}",
            stage.update_with(&body, &format!("{WEBHOOK_SECRET}x")).await
        ));
        let failed = stage.work(&[("1", body)], WORKER_TIME).await;
        assert_eq!(failed.batch_item_failures.len(), 1);
    }
    let pressed = press(CUSTOMER, 5, &format!("go:{PROMPT}"), 3);
    stage.update(&pressed).await;

    let doorbell = json!({"job": format!("{CUSTOMER}-{PROMPT}"), "hint": "due"});
    stage.work(&[("1", doorbell.to_string())], WORKER_TIME).await;
    let gone = json!({"job": format!("{CUSTOMER}-2222222222222222"), "hint": PROMPT});
    stage.work(&[("1", gone.to_string())], WORKER_TIME).await;

    let initialized = init_data(CUSTOMER, 1);
    for header in [
        format!("tma {initialized}"),
        format!("Bearer nc_{PROMPT}_{PAYER}"),
        PROMPT.to_owned(),
    ] {
        let ask = Ask::post("/ofrep/v1/evaluate/flags")
            .header("authorization", &header)
            .text(PROMPT);
        let said = stage.ask(ask).await;
        assert!((400..500).contains(&said.status), "{said:?}");
        answers.push(format!("{said:?}"));
    }
    let bad = Ask::post("/ofrep/v1/evaluate/flags")
        .user(&stage, CUSTOMER)
        .text(PROMPT);
    answers.push(format!("{:?}", stage.ask(bad).await));

    for path in ["/yookassa", "/stripe", "/elsewhere"] {
        for source in ["127.0.0.1", "10.7.7.7"] {
            for body in [
                PROMPT.to_owned(),
                json!({"object": {"id": PAYER}, "event": PROMPT}).to_string(),
            ] {
                let headers = json!({"stripe-signature": format!("t=1,v1={PAYER}")});
                answers.push(format!("{:?}", stage.notify(path, source, &headers, &body).await));
            }
        }
    }
    let mut event: Value = serde_json::from_str(include_str!(
        "../../../functions/provider-callback/events/kie-success.json"
    ))
    .unwrap();
    event["rawQueryString"] = json!(format!(
        "job={CUSTOMER}-2222222222222222&fence=1&mac={}",
        "7f3a9c".repeat(11)
    ));
    event["body"] = json!(PROMPT);
    answers.push(format!("{:?}", stage.callback_event(&event).await));

    let mut marks = marks();
    marks.add("init data's hash", initialized.rsplit('=').next().unwrap());
    for answer in &answers {
        assert_eq!(marks.found(answer), Vec::<&str>::new(), "{answer}");
    }
    page::is_clean(
        &marks,
        &[
            "update_unreadable",
            "message_goes_back",
            "job_missing",
            "notice_unsigned",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_says_where_it_was_and_not_what_it_was_about() {
    page::hear();
    let known = std::panic::take_hook();
    runtime::telemetry::tell_panics();
    let record = runtime::batch::Record::default();
    let failed = runtime::batch::handle(vec![record], async |_| -> Result<(), std::fmt::Error> {
        let words = PROMPT.to_owned();
        assert!(words.is_empty(), "{words}");
        Ok(())
    })
    .await;
    std::panic::set_hook(known);
    assert_eq!(failed.len(), 1);
    assert!(page::written().contains("tests/tests/marked/malformed.rs:"));
    page::is_clean(&marks(), &["panicked", "message_goes_back"]);
}
