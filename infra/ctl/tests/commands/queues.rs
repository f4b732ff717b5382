//! Doorbells that failed too often.

use serde_json::json;

use super::place::Place;

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
    assert_eq!(
        (&rest.json["moved"], rest.text.as_str()),
        (&json!(11), "11 doorbells rung once more")
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
