//! What a template asks for, with every intrinsic resolved: the local cloud starts from this alone.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::watch::{Alarm, LogFilter};

/// The host that queue addresses carry until SQS listens; `.invalid` never resolves (RFC 6761).
pub const QUEUE_HOST: &str = "sqs.invalid";
/// The ending of function addresses until they listen: `http://<logical id>.lambda-url.invalid/`.
pub const FUNCTION_URL_HOST: &str = "lambda-url.invalid";

/// A template with its parameters filled in. Keys are logical ids. Fields are public so that a test may change what it
/// tests, such as a visibility timeout, before the stack starts.
#[derive(Debug, Clone, Default)]
pub struct Stack {
    /// The stack's name, the prefix of every generated name.
    pub name: String,
    /// The region that ARNs and functions name.
    pub region: String,
    /// Twelve digits.
    pub account: String,
    /// DynamoDB tables.
    pub tables: BTreeMap<String, Table>,
    /// SQS queues.
    pub queues: BTreeMap<String, Queue>,
    /// Lambda functions with their event sources.
    pub functions: BTreeMap<String, Function>,
    /// The template's outputs.
    pub outputs: BTreeMap<String, String>,
    /// Alarms.
    pub alarms: BTreeMap<String, Alarm>,
    /// What is counted from the functions' lines.
    pub filters: Vec<LogFilter>,
    /// Resources that have no local counterpart (topics, log groups), as `AlarmTopic (AWS::SNS::Topic)`.
    pub left_out: Vec<String>,
}

/// A DynamoDB table.
#[derive(Debug, Clone)]
pub struct Table {
    /// The generated name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The `CreateTable` request.
    pub definition: Value,
    /// The attribute that holds the epoch second of expiry.
    pub ttl_attribute: Option<String>,
}

/// A standard SQS queue.
#[derive(Debug, Clone)]
pub struct Queue {
    /// The generated name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// How long a received message stays hidden, in seconds.
    pub visibility_timeout_s: u32,
    /// The other attributes of `CreateQueue`.
    pub attributes: BTreeMap<String, String>,
    /// Where messages go that were received too often.
    pub redrive: Option<Redrive>,
}

/// A queue's redrive policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redrive {
    /// The dead-letter queue's ARN.
    pub dead_letter_arn: String,
    /// Receives before a message is moved there.
    pub max_receive_count: u32,
}

/// A Lambda function and what calls it.
#[derive(Debug, Clone)]
pub struct Function {
    /// The generated name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The cargo binary, which is also its package.
    pub binary: String,
    /// Memory in MB; told to the function, not enforced.
    pub memory_mb: u32,
    /// Seconds until an invocation is cut off.
    pub timeout_s: u32,
    /// Whether its invocations are traced.
    pub traced: bool,
    /// The template's variables.
    pub environment: BTreeMap<String, String>,
    /// Most invocations at once; more are throttled.
    pub reserved_concurrency: Option<u32>,
    /// The name of its log group, where the template gives it one.
    pub log_group: Option<String>,
    /// Whether it has a public function URL.
    pub url: bool,
    /// Whether its URL passes on what the function says while it says it.
    pub streams: bool,
    /// Queues that feed it.
    pub sources: Vec<QueueSource>,
    /// Its schedules.
    pub schedules: Vec<ScheduledEvent>,
    /// Logs whose lines are brought to it.
    pub logs: Vec<LogSource>,
    /// Events of other services that are brought to it.
    pub rules: Vec<EventRule>,
    /// What its role allows.
    pub statements: Vec<Statement>,
}

/// An SQS event source mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSource {
    /// The event's name in the template.
    pub event: String,
    /// The queue's ARN.
    pub queue_arn: String,
    /// Most messages in one invocation.
    pub batch_size: u32,
    /// Seconds to wait for a fuller batch.
    pub window_s: u32,
    /// Whether the answer may name the failed messages.
    pub reports_failures: bool,
    /// Most invocations at once from this source.
    pub maximum_concurrency: Option<u32>,
    /// Whether it is switched on.
    pub enabled: bool,
}

/// A subscription to a log group: the lines in which a field of the JSON has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSource {
    /// The event's name in the template.
    pub event: String,
    /// The log group's name.
    pub log_group: String,
    /// The field, without `$.`.
    pub field: String,
    /// Its value.
    pub value: String,
}

/// A rule of `EventBridge`: the events that fit its pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRule {
    /// The event's name in the template.
    pub event: String,
    /// What an event has to be like; see [`Pattern`](crate::watch::Pattern).
    pub pattern: crate::watch::Pattern,
}

/// A schedule of one function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduledEvent {
    /// The event's name in the template.
    pub event: String,
    /// When it fires.
    pub expression: crate::schedule::Expression,
    /// The constant payload, instead of the service's own event.
    pub input: Option<String>,
    /// `aws.events` for rules, `aws.scheduler` for `EventBridge` Scheduler.
    pub source: &'static str,
    /// Whether it is switched on.
    pub enabled: bool,
}

/// One statement of a function's policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// `Allow`, or else `Deny`.
    pub allow: bool,
    /// Actions, where `*` stands for anything.
    pub actions: Vec<String>,
    /// ARNs, where `*` stands for anything.
    pub resources: Vec<String>,
    /// The partitions that requests of it may be about (`dynamodb:LeadingKeys`), where `*` stands for anything; `None` for
    /// all.
    pub leading_keys: Option<Vec<String>>,
}

impl Stack {
    /// The queue with this ARN and its logical id.
    pub fn queue_by_arn(&self, arn: &str) -> Option<(&String, &Queue)> {
        self.queues.iter().find(|(_, queue)| queue.arn == arn)
    }

    /// Replaces the addresses that are only known once everything listens.
    pub(crate) fn fill_addresses(&mut self, addresses: &Addresses) {
        let environments = self
            .functions
            .values_mut()
            .flat_map(|f| f.environment.values_mut());
        for text in environments.chain(self.outputs.values_mut()) {
            *text = addresses.fill(text);
        }
    }
}

/// Where things listen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Addresses {
    /// SQS, as `127.0.0.1:4100`.
    pub(crate) sqs: String,
    /// Function URLs by logical id, each as `127.0.0.1:4101`.
    pub(crate) functions: BTreeMap<String, String>,
}

impl Addresses {
    fn fill(&self, text: &str) -> String {
        let text = text.replace(QUEUE_HOST, &self.sqs);
        self.functions.iter().fold(text, |text, (function, address)| {
            text.replace(
                &format!("{}.{FUNCTION_URL_HOST}", function.to_lowercase()),
                address,
            )
        })
    }
}
