//! Doorbells that failed too often, rung once more.
//!
//! They are moved one by one, sent before they are deleted: whatever breaks off in between leaves a doorbell twice, which
//! harms nobody, and never none. `StartMessageMoveTask` would do it unseen and at its own time, and no emulator has it.

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use serde_json::json;

use crate::arguments::Redrive;
use crate::show::count;
use crate::{Error, Report};

/// Messages that one receipt takes (SQS's own limit).
const BATCH: i32 = 10;
/// Seconds for which what was received is nobody else's.
const HIDDEN_S: i32 = 60;

/// Moves what lies in the dead-letter queue back to the queue of doorbells.
pub(crate) async fn redrive(redrive: &Redrive) -> Result<Report, Error> {
    let place = redrive.target.find().await?;
    let (dead, queue) = (
        place.output("DoorbellDeadLetterQueueUrl")?,
        place.output("DoorbellQueueUrl")?,
    );
    let sqs = place.sqs();
    let mut moved = 0;
    while moved < redrive.max {
        let wanted = i32::try_from(redrive.max - moved).unwrap_or(BATCH).min(BATCH);
        let messages = receive(&sqs, dead, wanted).await?;
        if messages.is_empty() {
            break;
        }
        for message in &messages {
            hand_over(&sqs, message, dead, queue).await?;
            moved += 1;
        }
    }
    let text = format!("{} rung once more", count(moved, "doorbell"));
    Ok(Report::new(text, json!({"moved": moved})))
}

async fn receive(sqs: &aws_sdk_sqs::Client, dead: &str, wanted: i32) -> Result<Vec<Message>, Error> {
    let request = sqs
        .receive_message()
        .queue_url(dead)
        .max_number_of_messages(wanted);
    let request = request
        .visibility_timeout(HIDDEN_S)
        .message_system_attribute_names(MessageSystemAttributeName::All)
        .message_attribute_names("All");
    let answer = request
        .send()
        .await
        .map_err(|error| Error::Queue(Box::new(error)))?;
    Ok(answer.messages.unwrap_or_default())
}

async fn hand_over(
    sqs: &aws_sdk_sqs::Client,
    message: &Message,
    dead: &str,
    queue: &str,
) -> Result<(), Error> {
    let group = message
        .attributes()
        .and_then(|attributes| attributes.get(&MessageSystemAttributeName::MessageGroupId));
    let send = sqs
        .send_message()
        .queue_url(queue)
        .message_body(message.body().unwrap_or_default())
        .set_message_group_id(group.cloned())
        .set_message_attributes(message.message_attributes().cloned());
    send.send().await.map_err(|error| Error::Queue(Box::new(error)))?;
    let delete = sqs
        .delete_message()
        .queue_url(dead)
        .set_receipt_handle(message.receipt_handle.clone());
    delete
        .send()
        .await
        .map_err(|error| Error::Queue(Box::new(error)))?;
    Ok(())
}
