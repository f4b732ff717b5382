//! Doorbells that failed too often, rung once more.
//!
//! They are moved one by one, sent before they are deleted: whatever breaks off in between leaves a doorbell twice and never
//! none. Twice harms nobody, for a doorbell says only which job to look at: whoever comes second finds that there is nothing
//! to do. `StartMessageMoveTask` would do it unseen and at its own time, and no emulator has it.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use domain::time::Timestamp;
use serde_json::{Value, json};

use crate::arguments::Redrive;
use crate::registry::parsed;
use crate::show::{count, time};
use crate::{Error, Report};

/// Messages that one receipt takes (SQS's own limit).
const BATCH: i32 = 10;
/// Seconds for which what was received is nobody else's. Whatever is not moved then lies there as before.
const HIDDEN_S: i32 = 60;
/// Seconds to wait for messages: without waiting, SQS asks some of its servers only, and says that there is none.
const WAIT_S: i32 = 1;

/// Moves what lies in the dead-letter queue back to the queue of doorbells, or only shows it.
pub(crate) async fn redrive(redrive: &Redrive) -> Result<Report, Error> {
    let place = redrive.target.find().await?;
    let queues = Queues {
        sqs: place.sqs(),
        dead: place.output("DoorbellDeadLetterQueueUrl")?,
        queue: place.output("DoorbellQueueUrl")?,
    };
    let mut seen = Vec::new();
    let done = queues.go_through(redrive, &mut seen).await;
    if redrive.dry_run {
        queues.put_back(&seen).await;
    }
    done.map_err(|source| broken_off(redrive, &seen, source))?;
    Ok(told(redrive, &seen))
}

/// What was moved before it broke off must not be unknown.
fn broken_off(redrive: &Redrive, seen: &[Message], source: Outside) -> Error {
    let moved = if redrive.dry_run { 0 } else { seen.len() };
    if moved == 0 {
        return Error::Queue(source);
    }
    Error::BrokenOff { moved, source }
}

/// Why SQS did not do it.
type Outside = Box<dyn std::error::Error + Send + Sync>;

struct Queues<'p> {
    sqs: Client,
    dead: &'p str,
    queue: &'p str,
}

impl Queues<'_> {
    /// Takes message by message, and hands each over unless it is only looked at.
    async fn go_through(&self, redrive: &Redrive, seen: &mut Vec<Message>) -> Result<(), Outside> {
        let max = usize::try_from(redrive.max).unwrap_or(usize::MAX);
        while seen.len() < max {
            let wanted = i32::try_from(max - seen.len()).unwrap_or(BATCH).min(BATCH);
            let messages = self.receive(wanted).await?;
            if messages.is_empty() {
                break;
            }
            for message in messages {
                if !redrive.dry_run {
                    self.hand_over(&message).await?;
                }
                seen.push(message);
            }
        }
        Ok(())
    }

    async fn receive(&self, wanted: i32) -> Result<Vec<Message>, Outside> {
        let request = self
            .sqs
            .receive_message()
            .queue_url(self.dead)
            .max_number_of_messages(wanted);
        let request = request
            .visibility_timeout(HIDDEN_S)
            .wait_time_seconds(WAIT_S)
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All");
        Ok(request.send().await?.messages.unwrap_or_default())
    }

    /// Rings it once more, and only then takes it away.
    async fn hand_over(&self, message: &Message) -> Result<(), Outside> {
        let group = attribute(message, &MessageSystemAttributeName::MessageGroupId);
        let send = self
            .sqs
            .send_message()
            .queue_url(self.queue)
            .message_body(message.body().unwrap_or_default())
            .set_message_group_id(group.map(str::to_owned))
            .set_message_attributes(message.message_attributes().cloned());
        send.send().await?;
        let delete = self.sqs.delete_message().queue_url(self.dead);
        let delete = delete.set_receipt_handle(message.receipt_handle.clone());
        delete.send().await?;
        Ok(())
    }

    /// Lets others see them again at once. Where that fails they see them in a minute.
    async fn put_back(&self, seen: &[Message]) {
        for message in seen {
            let back = self.sqs.change_message_visibility().queue_url(self.dead);
            let back = back.set_receipt_handle(message.receipt_handle.clone());
            let _ = back.visibility_timeout(0).send().await;
        }
    }
}

fn told(redrive: &Redrive, seen: &[Message]) -> Report {
    let doorbells = count(crate::show::number(seen.len()), "doorbell");
    let first = if redrive.dry_run {
        format!("{doorbells} would be rung once more")
    } else {
        format!("{doorbells} rung once more")
    };
    let lines: Vec<String> = [first].into_iter().chain(seen.iter().map(line)).collect();
    let moved = if redrive.dry_run { 0 } else { seen.len() };
    let doorbells: Vec<Value> = seen.iter().map(as_json).collect();
    Report::new(
        lines.join("\n"),
        json!({"moved": moved, "dry_run": redrive.dry_run, "doorbells": doorbells}),
    )
}

fn line(message: &Message) -> String {
    let body = message.body().unwrap_or_default();
    let told = parsed(body);
    let job = told["job"].as_str().unwrap_or(body);
    let since = sent(message).map_or_else(String::new, |at| format!("  since {}", time(at)));
    format!("  {job}{since}")
}

fn as_json(message: &Message) -> Value {
    let told = parsed(message.body().unwrap_or_default());
    json!({"job": told["job"], "body": told, "sent_at_ms": sent(message).map(|at| at.0)})
}

/// When it was first rung.
fn sent(message: &Message) -> Option<Timestamp> {
    let at = attribute(message, &MessageSystemAttributeName::SentTimestamp)?;
    at.parse().ok().map(Timestamp)
}

fn attribute<'m>(message: &'m Message, name: &MessageSystemAttributeName) -> Option<&'m str> {
    message.attributes()?.get(name).map(String::as_str)
}
