//! SQS event sources: batches, partial failures, concurrency.
//!
//! Source: AWS Lambda developer guide, "Using Lambda with Amazon SQS". Redrive and the visibility timeout are the
//! queue's own business: what is not deleted becomes visible again.

mod batch;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::aws::Sqs;
use crate::error::Result;
use crate::functions::{Outcome, Pool};
use crate::stack::QueueSource;

/// Seconds of one long poll.
const POLL_S: u64 = 20;
/// What SQS hands out at once.
const RECEIVE_MAX: usize = 10;
/// The poller's own patience after SQS failed.
const PAUSE: Duration = Duration::from_millis(500);

/// One event source of one function.
pub(crate) struct Poller {
    pub(crate) sqs: Sqs,
    pub(crate) pool: Arc<Pool>,
    pub(crate) source: QueueSource,
    pub(crate) queue_url: String,
    pub(crate) region: String,
    /// Invocations at once where the source sets no maximum.
    pub(crate) concurrency: usize,
}

impl Poller {
    /// Polls until dropped.
    pub(crate) async fn run(self) {
        let maximum = self
            .source
            .maximum_concurrency
            .and_then(|n| usize::try_from(n).ok());
        let permits = Arc::new(Semaphore::new(maximum.unwrap_or(self.concurrency)));
        let poller = Arc::new(self);
        let mut batches = JoinSet::new();
        // A message is received only when somebody can take it: it would lose visibility time otherwise.
        while let Ok(permit) = permits.clone().acquire_owned().await {
            while batches.try_join_next().is_some() {}
            match poller.gather().await {
                Ok(messages) if messages.is_empty() => {}
                Ok(messages) => {
                    let poller = poller.clone();
                    batches.spawn(async move {
                        poller.deliver(messages).await;
                        drop(permit);
                    });
                }
                Err(e) => {
                    tracing::warn!(error = e.to_string(), "the event source could not receive");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Waits for messages: as many as one receive gives, or as many as the batching window gathers.
    async fn gather(&self) -> Result<Vec<Value>> {
        let size = usize::try_from(self.source.batch_size).unwrap_or(usize::MAX);
        let mut messages = self.receive(size.min(RECEIVE_MAX), POLL_S).await?;
        let closes = Instant::now() + Duration::from_secs(self.source.window_s.into());
        while !messages.is_empty() && messages.len() < size && Instant::now() < closes {
            let room = (size - messages.len()).min(RECEIVE_MAX);
            messages.extend(self.receive(room, 1).await?);
        }
        Ok(messages)
    }

    async fn receive(&self, count: usize, wait_s: u64) -> Result<Vec<Value>> {
        let request = json!({
            "QueueUrl": self.queue_url,
            "MaxNumberOfMessages": count,
            "WaitTimeSeconds": wait_s,
            "AttributeNames": ["All"],
            "MessageAttributeNames": ["All"],
        });
        let answer = self.sqs.call("ReceiveMessage", request).await?;
        Ok(answer["Messages"].as_array().cloned().unwrap_or_default())
    }

    async fn deliver(&self, messages: Vec<Value>) {
        let event = batch::event(&messages, &self.source.queue_arn, &self.region);
        let done: Vec<&Value> = match self.pool.invoke(event).await {
            Outcome::Answered(_) if !self.source.reports_failures => messages.iter().collect(),
            Outcome::Answered(answer) => batch::done(&messages, &answer),
            Outcome::Failed(_) | Outcome::Throttled => Vec::new(),
        };
        for message in done {
            let request = json!({"QueueUrl": self.queue_url, "ReceiptHandle": message["ReceiptHandle"]});
            if let Err(e) = self.sqs.call("DeleteMessage", request).await {
                tracing::warn!(
                    error = e.to_string(),
                    "the event source could not delete a message"
                );
            }
        }
    }
}
