//! Doorbells that failed too often: what lies there, and ringing it once more.
//!
//! They are moved one by one, sent before they are deleted: whatever breaks off in between leaves a doorbell twice and never
//! none. Twice harms nobody, for a doorbell says only which job to look at: whoever comes second finds that there is nothing
//! to do. `StartMessageMoveTask` would do it unseen and at its own time, and no emulator has it.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::timeout::TimeoutConfig;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, Message, MessageAttributeValue, MessageSystemAttributeName,
    QueueAttributeName,
};
use domain::time::Timestamp;

use crate::{Doorbell, Error, TRY_AGAIN};

/// Letters that are received at once (SQS's own limit).
pub const BATCH: usize = 10;
/// Seconds for which what was received is nobody else's. Whatever is not rung then lies there as before.
const HIDDEN_S: i32 = 60;
/// Seconds to wait for letters: without waiting, SQS asks some of its servers only, and says that there is none.
const WAIT_S: i32 = 1;
/// The longest that a request may take, with all its tries, but for [`RECEIVE_TIMEOUT`].
pub const REQUEST_TIMEOUT: Duration = Duration::from_millis(1_500);
/// One try of it.
const TRY_TIMEOUT: Duration = Duration::from_millis(700);
/// The longest that receiving may take, which waits a second by itself where nothing lies there.
pub const RECEIVE_TIMEOUT: Duration = Duration::from_millis(2_500);
/// One try of it.
const RECEIVE_TRY_TIMEOUT: Duration = Duration::from_millis(1_800);
/// What has to be left for ringing one: it is sent, and then taken away.
pub const RING_TIMEOUT: Duration = REQUEST_TIMEOUT.saturating_mul(2);

/// The dead-letter queue, with the queue that its letters came from.
#[derive(Clone, Debug)]
pub struct DeadLetters {
    client: Client,
    /// The same, for receiving.
    patient: Client,
    dead: String,
    queue: String,
}

/// How many letters there are, about: SQS counts over its servers and is some seconds behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// That anybody can receive.
    pub waiting: u64,
    /// That somebody is looking at.
    pub taken: u64,
}

/// A letter that was received, and is nobody else's for a minute.
#[derive(Clone, Debug)]
pub struct Letter {
    /// SQS's name of it.
    pub id: String,
    /// What it says. It may be anything.
    pub body: String,
    /// When it was first sent.
    pub sent_at: Option<Timestamp>,
    receipt: Option<String>,
    group: Option<String>,
    attributes: Option<HashMap<String, MessageAttributeValue>>,
}

impl Letter {
    /// The doorbell that it is; `None` of something else.
    pub fn doorbell(&self) -> Option<Doorbell> {
        Doorbell::parse(&self.body).ok()
    }

    fn of(message: Message) -> Self {
        let of = |name| message.attributes()?.get(&name).cloned();
        let sent_at = of(MessageSystemAttributeName::SentTimestamp).and_then(|at| at.parse().ok());
        Self {
            sent_at: sent_at.map(Timestamp),
            group: of(MessageSystemAttributeName::MessageGroupId),
            id: message.message_id.unwrap_or_default(),
            body: message.body.unwrap_or_default(),
            receipt: message.receipt_handle,
            attributes: message.message_attributes,
        }
    }
}

impl DeadLetters {
    /// Over the SDK's client, whose times are shortened, and the addresses of both queues.
    pub fn new(client: &Client, dead: String, queue: String) -> Self {
        let within = |whole, each| {
            let timeouts = TimeoutConfig::builder()
                .operation_timeout(whole)
                .operation_attempt_timeout(each);
            let again = RetryConfig::standard().with_initial_backoff(TRY_AGAIN);
            let in_time = client.config().to_builder().timeout_config(timeouts.build());
            Client::from_conf(in_time.retry_config(again).build())
        };
        Self {
            client: within(REQUEST_TIMEOUT, TRY_TIMEOUT),
            patient: within(RECEIVE_TIMEOUT, RECEIVE_TRY_TIMEOUT),
            dead,
            queue,
        }
    }

    /// How many there are.
    pub async fn depth(&self) -> Result<Depth, Error> {
        let (waiting, taken) = (
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        );
        let asked = self.client.get_queue_attributes().queue_url(&self.dead);
        let asked = asked
            .attribute_names(waiting.clone())
            .attribute_names(taken.clone());
        let said = Box::pin(asked.send()).await.map_err(unanswered)?;
        let count = |name| {
            let told = said.attributes().and_then(|all| all.get(name));
            told.and_then(|told| told.parse().ok()).unwrap_or_default()
        };
        Ok(Depth {
            waiting: count(&waiting),
            taken: count(&taken),
        })
    }

    /// Receives up to so many, [`BATCH`] at most; none where nothing is left that nobody has. Whoever does not ring them puts
    /// them back.
    pub async fn take(&self, most: usize) -> Result<Vec<Letter>, Error> {
        let most = i32::try_from(most.clamp(1, BATCH)).unwrap_or(1);
        let request = self
            .patient
            .receive_message()
            .queue_url(&self.dead)
            .max_number_of_messages(most);
        let request = request
            .visibility_timeout(HIDDEN_S)
            .wait_time_seconds(WAIT_S)
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All");
        let received = Box::pin(request.send()).await.map_err(unanswered)?;
        let messages = received.messages.unwrap_or_default();
        Ok(messages.into_iter().map(Letter::of).collect())
    }

    /// Rings one once more, and only then takes it away.
    pub async fn ring(&self, letter: &Letter) -> Result<(), Error> {
        let send = self
            .client
            .send_message()
            .queue_url(&self.queue)
            .message_body(&letter.body)
            .set_message_group_id(letter.group.clone())
            .set_message_attributes(letter.attributes.clone());
        Box::pin(send.send()).await.map_err(unanswered)?;
        let delete = self.client.delete_message().queue_url(&self.dead);
        let delete = delete.set_receipt_handle(letter.receipt.clone());
        Box::pin(delete.send()).await.map_err(unanswered)?;
        Ok(())
    }

    /// Lets others see them again at once. Where one fails no more is asked: a queue that is silent would take all the time
    /// that is left, and they are seen again in a minute anyhow.
    pub async fn put_back(&self, letters: &[Letter]) {
        for some in letters.chunks(BATCH) {
            let entries = some.iter().enumerate().filter_map(|(number, letter)| {
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(number.to_string());
                let entry = entry.set_receipt_handle(letter.receipt.clone());
                entry.visibility_timeout(0).build().ok()
            });
            let back = self.client.change_message_visibility_batch();
            let back = back.queue_url(&self.dead).set_entries(Some(entries.collect()));
            if Box::pin(back.send()).await.is_err() {
                return;
            }
        }
    }

    /// When the oldest of those was sent that SQS gives at once, [`BATCH`] at most; it gives any of them. They are put back.
    pub async fn oldest_of_some(&self) -> Result<Option<Timestamp>, Error> {
        let letters = self.take(BATCH).await?;
        self.put_back(&letters).await;
        Ok(letters.iter().filter_map(|letter| letter.sent_at).min())
    }
}

fn unanswered<E: std::error::Error + Send + Sync + 'static>(error: E) -> Error {
    Error::DeadLetters(Box::new(error))
}
