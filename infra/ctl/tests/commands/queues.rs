//! Doorbells that failed too often.

use serde_json::json;

use std::collections::BTreeSet;

use local_lambda::{Effect, Fault, Service};

use super::place::Place;

/// Lays doorbells of so many jobs into the dead-letter queue.
async fn dead(place: &Place, jobs: usize) {
    let found = place.found().await;
    let dead = found.output("DoorbellDeadLetterQueueUrl").unwrap();
    for job in 0..jobs {
        let body = json!({"job": format!("700001-job{job}"), "hint": "sweep"}).to_string();
        let send = found.sqs().send_message().queue_url(dead).message_body(body);
        send.send().await.unwrap();
    }
}

/// The jobs whose doorbells lie in a queue, each as often as it does. They are not seen again for a minute.
async fn lying(place: &Place, queue: &str) -> Vec<String> {
    let found = place.found().await;
    let (sqs, url) = (found.sqs(), found.output(queue).unwrap());
    let mut jobs = Vec::new();
    loop {
        let receive = sqs.receive_message().queue_url(url).max_number_of_messages(10);
        let messages = receive.visibility_timeout(60).send().await.unwrap().messages;
        let messages = messages.filter(|messages| !messages.is_empty());
        let Some(messages) = messages else { break };
        for message in messages {
            let body: serde_json::Value = serde_json::from_str(message.body().unwrap()).unwrap();
            jobs.push(body["job"].as_str().unwrap().to_owned());
        }
    }
    jobs.sort();
    jobs
}

#[tokio::test]
async fn a_dry_run_shows_what_lies_there_and_leaves_it() {
    let place = Place::new().await;
    dead(&place, 3).await;
    for _ in 0..2 {
        let shown = place.ctl(&["redrive", "--dry-run"]).await.unwrap();
        assert_eq!(shown.json["moved"], json!(0));
        let told = shown.json["doorbells"].as_array().unwrap();
        let told: BTreeSet<&str> = told.iter().map(|it| it["job"].as_str().unwrap()).collect();
        assert_eq!(
            told,
            BTreeSet::from(["700001-job0", "700001-job1", "700001-job2"])
        );
        assert!(
            shown.text.contains("3 doorbells would be rung once more"),
            "{}",
            shown.text
        );
        assert!(shown.text.contains("700001-job2  since 20"), "{}", shown.text);
    }
    let moved = place.ctl(&["redrive", "--max", "2"]).await.unwrap();
    assert_eq!(moved.json["doorbells"].as_array().unwrap().len(), 2);
    assert_eq!(place.ctl(&["redrive"]).await.unwrap().json["moved"], json!(1));
}

#[tokio::test]
async fn what_breaks_off_between_sending_and_deleting_leaves_a_doorbell_twice_and_never_none() {
    let place = Place::new().await;
    dead(&place, 3).await;
    // The second one is sent, and its deletion fails, however often it is tried.
    let faults = place.aws.faults();
    let fault = Fault::new(Service::Sqs, Effect::InternalError).operation("DeleteMessage");
    faults.arm(fault.after(1).always());
    let error = place.ctl(&["redrive"]).await.unwrap_err();
    assert_eq!(error.kind(), ctl::Kind::Outside);
    assert!(error.to_string().contains("1 rung once more"), "{error}");
    faults.clear();
    let sent = lying(&place, "DoorbellQueueUrl").await;
    let distinct: BTreeSet<&String> = sent.iter().collect();
    assert_eq!((sent.len(), distinct.len()), (2, 2), "{sent:?}");
    // One was deleted there; what was sent and not deleted and what was not reached are hidden for a minute.
    assert_eq!(hidden(&place).await, "2");
}

/// How many messages of the dead-letter queue are somebody's now.
async fn hidden(place: &Place) -> String {
    use aws_sdk_sqs::types::QueueAttributeName::{All, ApproximateNumberOfMessagesNotVisible};
    let found = place.found().await;
    let dead = found.output("DoorbellDeadLetterQueueUrl").unwrap();
    let asked = found
        .sqs()
        .get_queue_attributes()
        .queue_url(dead)
        .attribute_names(All);
    let told = asked.send().await.unwrap();
    told.attributes().unwrap()[&ApproximateNumberOfMessagesNotVisible].clone()
}

#[tokio::test]
async fn dead_doorbells_are_rung_once_more_each_with_its_group() {
    let place = Place::new().await;
    let found = place.found().await;
    let sqs = found.sqs();
    let dead = found.output("DoorbellDeadLetterQueueUrl").unwrap();
    for i in 0..13 {
        let send = sqs
            .send_message()
            .queue_url(dead)
            .message_body(format!("bell {i}"));
        send.message_group_id("700001").send().await.unwrap();
    }
    let some = place.ctl(&["redrive", "--max", "2"]).await.unwrap();
    assert_eq!(some.json["moved"], json!(2));
    let rest = place.ctl(&["redrive"]).await.unwrap();
    assert_eq!(rest.json["moved"], json!(11));
    assert!(
        rest.text.starts_with("11 doorbells rung once more\n"),
        "{}",
        rest.text
    );
    assert_eq!(place.ctl(&["redrive"]).await.unwrap().json["moved"], json!(0));
    let queue = found.output("DoorbellQueueUrl").unwrap();
    let receive = sqs.receive_message().queue_url(queue).max_number_of_messages(10);
    let receive = receive.message_system_attribute_names(aws_sdk_sqs::types::MessageSystemAttributeName::All);
    let messages = receive.send().await.unwrap().messages.unwrap();
    let group = aws_sdk_sqs::types::MessageSystemAttributeName::MessageGroupId;
    for message in messages {
        assert!(message.body().unwrap().starts_with("bell "));
        assert_eq!(message.attributes().unwrap()[&group], "700001");
    }
}
