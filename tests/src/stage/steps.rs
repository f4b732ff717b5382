//! How the stage goes on: doorbells, callbacks, minutes.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use app::Clock as _;
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use aws_sdk_sqs::types::Message;
use domain::id::JobId;
use domain::job::Job;
use domain::time::{Millis, Timestamp};
use lambda_http::{Context, LambdaEvent};
use played_kie::Trouble;
use played_studios::Studio;
use serde_json::{Value, json};
use table::Deadline;
use tracing::Instrument as _;

use super::traces::invocation;
use super::{CLEANUP, REPORT, Stage, WORKER};

const CAPTURED_TICK: &str = include_str!("../../../functions/cleanup/events/schedule.json");
/// The worker's time, a little less than the template's timeout.
pub const WORKER_TIME: Duration = Duration::from_secs(118);
/// Cleanup's time.
const CLEANUP_TIME: Duration = Duration::from_secs(48);
const CAPTURED_MORNING: &str = include_str!("../../../functions/daily-report/events/schedule.json");
/// How long the report may run.
const REPORT_TIME: Duration = Duration::from_secs(898);
/// Steps after which something goes round in circles.
const STEPS_MAX: usize = 600;
/// How far the clock goes on when nothing comes due, but something is due that must wait: for a provider that is left
/// alone, mostly.
const TICK: Millis = Millis::from_secs(15);
/// `#slow` takes so many times as long.
const SLOW: i64 = 10;

impl Stage {
    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Time passes.
    pub fn pass(&self, span: Millis) {
        self.clock.pass(span);
    }

    /// Rings for a job and waits until the worker is done.
    pub async fn ring(&self, job: &JobId) {
        let failed = self.ring_with(job, WORKER_TIME).await;
        assert!(
            failed.batch_item_failures.is_empty(),
            "the doorbell for {job} failed"
        );
    }

    /// Rings with so much of the worker's time left.
    pub async fn ring_with(&self, job: &JobId, time: Duration) -> SqsBatchResponse {
        let body = json!({"job": job.to_string(), "hint": "due", "hop": 0}).to_string();
        self.work(&[("1", body)], time).await
    }

    /// Hands a batch of messages, each an id and a body, to the worker's handler.
    pub async fn work(&self, messages: &[(&str, String)], time: Duration) -> SqsBatchResponse {
        let records = messages
            .iter()
            .map(|(id, body)| json!({"messageId": id, "body": body}));
        self.work_on(&json!({"Records": records.collect::<Vec<_>>()}), time)
            .await
    }

    /// Hands an event to the worker's handler.
    pub async fn work_on(&self, event: &Value, time: Duration) -> SqsBatchResponse {
        self.invocations.add(WORKER);
        let event: SqsEvent = serde_json::from_value(event.clone()).unwrap();
        let begun = Instant::now();
        let handled = video_worker::handle(&self.workshop, event, Deadline::after(time));
        let answer = handled.instrument(invocation()).await;
        *self.worked.lock().unwrap() += begun.elapsed();
        answer
    }

    /// Begins to work on a job and stops in the middle, once `seen` holds: the Lambda was killed.
    pub async fn die_when(&self, job: &JobId, seen: impl AsyncFn() -> bool) {
        let workshop = Arc::clone(&self.workshop);
        let body = json!({"job": job.to_string(), "hint": "due", "hop": 0}).to_string();
        let event: SqsEvent =
            serde_json::from_value(json!({"Records": [{"messageId": "1", "body": body}]})).unwrap();
        let worker = tokio::spawn(async move {
            video_worker::handle(&workshop, event, Deadline::after(WORKER_TIME)).await
        });
        let until = tokio::time::Instant::now() + Duration::from_secs(30);
        while !seen().await {
            assert!(!worker.is_finished(), "the worker was done before it could die");
            assert!(
                tokio::time::Instant::now() < until,
                "the worker never came so far"
            );
            tokio::task::yield_now().await;
        }
        worker.abort();
        let _ = worker.await;
    }

    /// Hands over what lies in the queue now, batch by batch, until nothing does. Gives how many messages that were.
    pub async fn drain(&self) -> usize {
        let mut drained = 0;
        loop {
            let messages = self.receive().await;
            if messages.is_empty() {
                return drained;
            }
            drained += messages.len();
            self.work_off(messages).await;
        }
    }

    /// Hands over one batch of what lies in the queue. Gives those that failed, which the queue hides for a while.
    pub async fn receive_and_work(&self) -> Vec<Message> {
        let messages = self.receive().await;
        if messages.is_empty() {
            return messages;
        }
        self.work_off(messages).await
    }

    async fn work_off(&self, messages: Vec<Message>) -> Vec<Message> {
        let named = |message: &Message| message.message_id().unwrap().to_owned();
        let records = messages
            .iter()
            .map(|message| json!({"messageId": named(message), "body": message.body().unwrap(), "attributes": attributes(message)}));
        let event = json!({"Records": records.collect::<Vec<_>>()});
        let answer = self.work_on(&event, WORKER_TIME).await;
        let failed = |message: &Message| {
            let mut failures = answer.batch_item_failures.iter();
            failures.any(|failure| failure.item_identifier == named(message))
        };
        let (failed, done): (Vec<_>, Vec<_>) = messages.into_iter().partition(failed);
        for message in &done {
            self.delete(message).await;
        }
        failed
    }

    /// Lays a message among those that failed too often, as SQS does after the fifth time.
    pub async fn bury(&self, body: &str) {
        let dead = self.aws.queue_url("DoorbellDeadLetterQueue").unwrap();
        let send = self.poller.send_message().queue_url(dead).message_body(body);
        send.send().await.unwrap();
    }

    /// A message's visibility timeout runs out.
    pub async fn show_again(&self, message: &Message) {
        let request = self.poller.change_message_visibility().queue_url(&self.queue_url);
        let receipt = message.receipt_handle().unwrap();
        request
            .receipt_handle(receipt)
            .visibility_timeout(0)
            .send()
            .await
            .unwrap();
    }

    /// What lies in the queue now: at most ten messages.
    pub async fn receive(&self) -> Vec<Message> {
        let all = aws_sdk_sqs::types::MessageSystemAttributeName::All;
        let request = self.poller.receive_message().queue_url(&self.queue_url);
        let request = request.message_system_attribute_names(all);
        let answer = request.max_number_of_messages(10).send().await.unwrap();
        answer.messages.unwrap_or_default()
    }

    async fn delete(&self, message: &Message) {
        let request = self.poller.delete_message().queue_url(&self.queue_url);
        let receipt = message.receipt_handle().unwrap();
        request.receipt_handle(receipt).send().await.unwrap();
    }

    /// The callbacks that are due are sent, and the doorbells they ring are answered.
    pub async fn callbacks(&self) -> usize {
        let sent = self.kie.tick().await + self.kling.tick().await + self.google.tick().await;
        self.drain().await;
        sent
    }

    /// One run of cleanup.
    pub async fn sweep(&self) -> Value {
        self.sweep_on(&serde_json::from_str(CAPTURED_TICK).unwrap()).await
    }

    /// Hands an event to cleanup's handler.
    pub async fn sweep_on(&self, event: &Value) -> Value {
        self.invocations.add(CLEANUP);
        let event = LambdaEvent::new(event.clone(), within(CLEANUP_TIME));
        let handled = cleanup::handle(&self.cleanup, event);
        handled.instrument(invocation()).await.unwrap()
    }

    /// The morning's run of the report, as it was captured, for the time that it is.
    pub async fn report(&self) -> Result<Value, daily_report::Error> {
        let mut event: Value = serde_json::from_str(CAPTURED_MORNING).unwrap();
        event["time"] = self.now().rfc3339().into();
        self.report_on(&event).await
    }

    /// Hands an event to the report's handler.
    pub async fn report_on(&self, event: &Value) -> Result<Value, daily_report::Error> {
        self.invocations.add(REPORT);
        let event = LambdaEvent::new(event.clone(), within(REPORT_TIME));
        daily_report::handle(&self.report, event).await
    }

    /// A minute passes, and cleanup runs.
    pub async fn minute(&self) {
        self.pass(Millis::from_mins(1));
        self.callbacks().await;
        self.sweep().await;
        self.drain().await;
    }

    /// Time goes on from one thing that is due to the next, until every job rests. Lost doorbells do not matter here.
    pub async fn run_until_settled(&self) {
        self.run_until(|jobs| jobs.iter().all(|job| job.due_at.is_none()))
            .await;
    }

    /// Time goes on from one thing that is due to the next, until this job stands so.
    pub async fn run_until_stage(&self, job: &JobId, stage: domain::job::Stage) {
        self.run_until(|jobs| jobs.iter().any(|it| it.id == *job && it.stage == stage))
            .await;
    }

    async fn run_until(&self, done: impl Fn(&[Job]) -> bool) {
        for _ in 0..STEPS_MAX {
            self.drain().await;
            self.callbacks().await;
            let jobs = self.jobs().await;
            if done(&jobs) {
                return;
            }
            let now = self.now();
            let due = jobs.iter().filter(|job| job.due_at.is_some_and(|at| at <= now));
            for job in due {
                self.ring(&job.id).await;
            }
            let jobs = self.jobs().await;
            if done(&jobs) {
                return;
            }
            self.clock.set(self.next_moment(&jobs));
        }
        panic!("it goes round in circles: {:?}", self.jobs().await);
    }

    /// When something is due next.
    fn next_moment(&self, jobs: &[Job]) -> Timestamp {
        let now = self.now();
        let dues = jobs.iter().filter_map(|job| job.due_at);
        let next = dues.chain(self.renders_end()).filter(|at| *at > now).min();
        next.unwrap_or_else(|| now.after(TICK)).max(now.after(Millis(1)))
    }

    /// When the renders end that have not ended.
    fn renders_end(&self) -> impl Iterator<Item = Timestamp> {
        let live = self.kie.tasks().into_iter().filter(|task| !task.state.is_final());
        let render = self.setting.render.0;
        let at_kie = live
            .filter(|task| !task.troubles.contains(&Trouble::Never))
            .map(move |task| {
                let slow = if task.troubles.contains(&Trouble::Slow) {
                    SLOW
                } else {
                    1
                };
                Timestamp(task.created_at_ms + render * slow)
            });
        let elsewhere = [&self.kling, &self.google, &self.vertex];
        let elsewhere = elsewhere.into_iter().flat_map(Studio::tasks);
        at_kie.chain(elsewhere.filter_map(|task| task.ends_at_ms).map(Timestamp))
    }
}

/// An invocation that ends so long from now.
/// What the queue says of a message, as Lambda hands it on.
fn attributes(message: &Message) -> Value {
    let attributes = message.attributes().into_iter().flatten();
    attributes
        .map(|(name, value)| (name.as_str().to_owned(), Value::from(value.as_str())))
        .collect()
}

fn within(time: Duration) -> Context {
    let mut context = Context::default();
    let end = (SystemTime::now() + time).duration_since(UNIX_EPOCH).unwrap();
    context.deadline = u64::try_from(end.as_millis()).unwrap();
    context
}
