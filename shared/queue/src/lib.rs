//! Doorbells: the SQS messages that say which job wants attention. A doorbell is a hint and nothing else. Lost, doubled,
//! late and reordered ones change nothing, for the job's own row says what it wants.

mod dead;
#[cfg(feature = "played")]
pub mod played;

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::timeout::TimeoutConfig;
use aws_sdk_sqs::types::{MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use domain::id::JobId;
use domain::time::Millis;
use serde::{Deserialize, Serialize};

pub use dead::{
    BATCH, DeadLetters, Depth, Letter, RECEIVE_TIMEOUT, REQUEST_TIMEOUT, RING_TIMEOUT as RING_DEAD_TIMEOUT,
};

/// How many doorbells may follow one from another. Lambda would stop a function that feeds its own queue after 16;
/// that is switched off in the template, and this takes its place. Far above any honest job: cleanup starts afresh.
pub const HOPS_MAX: u32 = 100;

/// SQS's longest delay, in seconds. What is due later is rung by cleanup.
pub const DELAY_MAX_S: i64 = 900;

/// The longest that a ring may take, with all its tries. Whoever rings has an answer to send or a job to go on with, and
/// a doorbell that was not rung costs 80 seconds: cleanup rings.
pub const RING_TIMEOUT: Duration = Duration::from_millis(1_500);
/// One try of it: a connection that died while the Lambda was frozen leaves time for another.
const TRY_TIMEOUT: Duration = Duration::from_millis(700);
/// The longest wait before the second try; the SDK's own, a second, would leave no time for one.
const TRY_AGAIN: Duration = Duration::from_millis(50);

/// A doorbell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doorbell {
    /// Which job.
    pub job: String,
    /// Why it was rung. After a callback the worker asks the provider at once, whenever the next poll would be due; otherwise
    /// it is for the logs only.
    pub hint: Hint,
    /// How many doorbells it follows from.
    #[serde(default)]
    pub hop: u32,
}

/// Why a doorbell was rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hint {
    /// A job was accepted.
    Accepted,
    /// A job comes due.
    Due,
    /// The provider called back.
    Callback,
    /// Cleanup found it due.
    Cleanup,
    /// Not one of ours, perhaps of a later version.
    #[serde(other)]
    Other,
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQS did not take it, or did not answer. Cleanup rings in its place.
    #[error("the doorbell could not be rung")]
    NotRung(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The body is no doorbell. It is not quoted: it may be anything.
    #[error("the message is no doorbell: line {line}, column {column}")]
    NotADoorbell {
        /// Where that shows.
        line: usize,
        /// Where in it.
        column: usize,
    },
    /// The doorbell cannot be written.
    #[error("the doorbell cannot be written")]
    Unwritable(#[source] serde_json::Error),
    /// It names no job.
    #[error("the message names no job")]
    NoJob,
    /// SQS does not answer about the doorbells that failed too often, or not as it should.
    #[error("the dead-letter queue does not answer")]
    DeadLetters(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The queue.
#[derive(Clone, Debug)]
pub struct Queue {
    client: Client,
    url: String,
    #[cfg(feature = "played")]
    played: Option<std::sync::Arc<dyn played::Bell>>,
}

impl Hint {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Due => "due",
            Self::Callback => "callback",
            Self::Cleanup => "cleanup",
            Self::Other => "other",
        }
    }
}

impl Doorbell {
    /// A first doorbell for a job.
    pub fn new(job: &JobId, hint: Hint) -> Self {
        Self {
            job: job.to_string(),
            hint,
            hop: 0,
        }
    }

    /// Reads a message's body.
    pub fn parse(body: &str) -> Result<Self, Error> {
        serde_json::from_str(body).map_err(|error| Error::NotADoorbell {
            line: error.line(),
            column: error.column(),
        })
    }

    /// The job that it names.
    pub fn job_id(&self) -> Result<JobId, Error> {
        JobId::parse(&self.job).ok_or(Error::NoJob)
    }

    /// The doorbell that follows from this one; `None` if there have been too many.
    pub fn next(&self) -> Option<Self> {
        let hop = self.hop.saturating_add(1);
        (hop <= HOPS_MAX).then(|| Self {
            job: self.job.clone(),
            hint: Hint::Due,
            hop,
        })
    }
}

impl Queue {
    /// Over the SDK's client, whose times are shortened to [`RING_TIMEOUT`], and the queue's address.
    pub fn new(client: &Client, url: String) -> Self {
        let timeouts = TimeoutConfig::builder()
            .operation_timeout(RING_TIMEOUT)
            .operation_attempt_timeout(TRY_TIMEOUT);
        let in_time = client.config().to_builder().timeout_config(timeouts.build());
        let again = RetryConfig::standard().with_initial_backoff(TRY_AGAIN);
        Self {
            client: Client::from_conf(in_time.retry_config(again).build()),
            url,
            #[cfg(feature = "played")]
            played: None,
        }
    }

    /// Over somebody who plays SQS.
    #[cfg(feature = "played")]
    pub fn played(bell: std::sync::Arc<dyn played::Bell>) -> Self {
        static UNUSED: std::sync::OnceLock<Client> = std::sync::OnceLock::new();
        let unused = UNUSED.get_or_init(|| {
            let config = aws_sdk_sqs::Config::builder();
            let latest = aws_sdk_sqs::config::BehaviorVersion::latest();
            Client::from_conf(config.behavior_version(latest).build())
        });
        Self {
            client: unused.clone(),
            url: String::new(),
            played: Some(bell),
        }
    }

    /// Rings, now or after a delay of up to [`DELAY_MAX_S`], within [`RING_TIMEOUT`]. The group is the user, so that on a
    /// standard queue one heavy customer does not delay the others (fair queues).
    ///
    /// The message says in which order's trace it was sent. The SDK would say in which invocation's, and an invocation may
    /// ring for several orders; where both are said, SQS keeps what the message says ("Amazon SQS and AWS X-Ray").
    pub async fn ring(&self, doorbell: &Doorbell, delay: Millis) -> Result<(), Error> {
        let group = doorbell.job_id()?.user.to_string();
        let body = serde_json::to_string(doorbell).map_err(Error::Unwritable)?;
        let delay_s = i32::try_from(delay.secs_ceil().min(DELAY_MAX_S)).unwrap_or(0);
        #[cfg(feature = "played")]
        if let Some(bell) = &self.played {
            let rung = tokio::time::timeout(RING_TIMEOUT, bell.ring(body, delay_s)).await;
            return rung.unwrap_or_else(|late| Err(Error::NotRung(Box::new(late))));
        }
        let mut message = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_body(body)
            .message_group_id(group);
        if let Some(traced) = trace_header() {
            let name = MessageSystemAttributeNameForSends::AwsTraceHeader;
            message = message.message_system_attributes(name, traced);
        }
        // On the heap: what calls AWS is large and deep, and this stands at the bottom of everything that every function does.
        Box::pin(message.delay_seconds(delay_s).send())
            .await
            .map_err(|error| Error::NotRung(Box::new(error)))?;
        Ok(())
    }

    /// Asks SQS something cheap, so that the connection stands before the first event.
    pub async fn warm(&self) {
        let names = aws_sdk_sqs::types::QueueAttributeName::ApproximateNumberOfMessages;
        let _ = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .attribute_names(names)
            .send()
            .await;
    }
}

/// The trace that the code which rings is in; `None` where nothing is recorded.
fn trace_header() -> Option<MessageSystemAttributeValue> {
    let here = trace::here()?.to_string();
    let header = MessageSystemAttributeValue::builder()
        .data_type("String")
        .string_value(here);
    header.build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: &str = "7-2222222222222222";

    #[test]
    fn a_doorbell_of_a_later_version_still_rings() {
        let body = format!(r#"{{"job":"{JOB}","hint":"somethingnew","colour":"red"}}"#);
        let doorbell = Doorbell::parse(&body).unwrap();
        assert_eq!((doorbell.hint, doorbell.hop), (Hint::Other, 0));
        assert_eq!(doorbell.job_id().unwrap().user.0, 7);
    }

    #[test]
    fn doorbells_do_not_follow_one_another_for_ever() {
        let mut doorbell = Doorbell {
            job: JOB.to_owned(),
            hint: Hint::Due,
            hop: 0,
        };
        let mut hops = 0;
        while let Some(next) = doorbell.next() {
            doorbell = next;
            hops += 1;
        }
        assert_eq!(hops, HOPS_MAX);
    }

    #[test]
    fn what_is_no_doorbell_is_refused() {
        assert!(matches!(Doorbell::parse("{"), Err(Error::NotADoorbell { .. })));
        let nameless = Doorbell {
            job: "x".into(),
            hint: Hint::Due,
            hop: 0,
        };
        assert!(matches!(nameless.job_id(), Err(Error::NoJob)));
    }
}
