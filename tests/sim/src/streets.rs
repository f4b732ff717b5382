//! What happens by itself: updates are brought, the queue is worked off, minutes pass, callbacks and notices come.

use std::cell::RefCell;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use futures::FutureExt as _;
use lambda_http::Body;
use serde_json::Value;
use table::Deadline;

use crate::bell::{HIDDEN, Message};
use crate::faults::{Broken, Fault};
use crate::functions::{CALLBACKS, Functions, WEBHOOK_SECRET};
use crate::telegram::Update;
use crate::world::{INVOCATION, Invocation, World, wait};

/// A worker's time, as the template has it, less what an invocation keeps for its answer.
const WORKER_TIME: Duration = Duration::from_secs(118);
/// The longest that Lambda lets it run.
const WORKER_END: Duration = Duration::from_mins(2);
/// The longest that Lambda lets a webhook run.
pub const WEB_END: Duration = Duration::from_secs(10);
/// The same of cleanup.
const CLEANUP_TIME: Duration = Duration::from_secs(48);
const CLEANUP_END: Duration = Duration::from_secs(50);
/// Messages in a batch, as the template has it.
const BATCH: usize = 2;

/// Everything that runs in one schedule.
#[derive(Clone)]
pub struct Town {
    pub world: World,
    machines: Arc<std::sync::Mutex<Vec<Arc<Functions>>>>,
}

/// How an invocation ended.
pub enum Ended<T> {
    Well(T),
    Killed,
}

/// Carries an invocation out, unless it is killed or takes too long.
pub async fn invoked<T>(world: &World, end: Duration, work: impl Future<Output = T>) -> Ended<T> {
    let invocation = Arc::new(Invocation::default());
    let killed = Arc::clone(&invocation);
    tokio::select! {
        biased;
        () = killed.killed.notified() => Ended::Killed,
        done = tokio::time::timeout(end, INVOCATION.scope(invocation, work)) => done.map_or_else(|_| outlived(world), Ended::Well),
    }
}

/// I18: every call ends before its Lambda does.
fn outlived<T>(world: &World) -> Ended<T> {
    let what = "I18: an invocation was still waiting when its time was over".to_owned();
    world.state().found.push(what);
    Ended::Killed
}

impl Town {
    /// A town with two machines.
    pub fn new(world: &World) -> Self {
        let far = world.state().broken == Some(Broken::Clock);
        let ahead_ms = [0, if far { 900_000 } else { 0 }];
        let machines = ahead_ms.map(|ahead_ms| Arc::new(Functions::start(world, ahead_ms)));
        let machines = machines.to_vec();
        Self {
            world: world.clone(),
            machines: Arc::new(std::sync::Mutex::new(machines)),
        }
    }

    /// A machine: one that has been running, or a new one.
    pub fn machine(&self) -> Arc<Functions> {
        let cold = self.world.strikes(Fault::ColdStart);
        let ahead = self.world.strikes(Fault::ClockAhead);
        let at = self.world.state().dice.usize(0..2);
        let mut machines = self
            .machines
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if cold || ahead {
            let ahead_ms = if ahead { 1_500 } else { 0 };
            machines[at] = Arc::new(Functions::start(&self.world, ahead_ms));
        }
        Arc::clone(&machines[at])
    }

    /// Begins everything that happens by itself.
    pub fn begin(&self) {
        let town = self.clone();
        spawn(async move { town.post().await });
        let town = self.clone();
        spawn(async move { town.poller().await });
        let town = self.clone();
        spawn(async move { town.minutes().await });
        let town = self.clone();
        spawn(async move { town.reports().await });
        let town = self.clone();
        spawn(async move { town.notices().await });
    }

    /// Telegram brings what there is, one after the other for each customer.
    async fn post(self) {
        let mut busy: std::collections::BTreeSet<i64> = std::collections::BTreeSet::new();
        let (done, mut free) = tokio::sync::mpsc::unbounded_channel();
        loop {
            while let Ok(user) = free.try_recv() {
                busy.remove(&user);
            }
            let next: Vec<Update> = {
                let mut state = self.world.state();
                let mut taken = busy.clone();
                let mut next = Vec::new();
                state.telegram.updates.retain(|update| {
                    let is_next = taken.insert(update.user);
                    if is_next {
                        next.push(update.clone());
                    }
                    !is_next
                });
                next
            };
            for update in next {
                busy.insert(update.user);
                self.world.state().bringing += 1;
                let (town, done) = (self.clone(), done.clone());
                spawn(async move {
                    let user = update.user;
                    Box::pin(town.bring(update)).await;
                    let _ = done.send(user);
                    town.world.state().bringing -= 1;
                    town.world.has_news();
                });
            }
            self.world.news(None).await;
        }
    }

    /// Brings an update until it is taken.
    async fn bring(&self, update: Update) {
        if self.world.strikes(Fault::UpdateLate) {
            wait(Duration::from_secs(90)).await;
        }
        let copies = 1 + u32::from(self.world.strikes(Fault::UpdateDoubled));
        for copy in 0..copies {
            let mut pause = Duration::from_millis(100);
            loop {
                let is_taken = Box::pin(self.update(&update)).await;
                if is_taken && !self.world.strikes(Fault::WebhookAnswerLost) {
                    break;
                }
                wait(pause).await;
                pause = (pause * 2).min(Duration::from_mins(1));
            }
            if copy + 1 < copies {
                wait(Duration::from_millis(300)).await;
            }
        }
    }

    /// Brings an update once, and carries out what the webhook answers, unless that gets lost.
    async fn update(&self, update: &Update) -> bool {
        let machine = self.machine();
        let request = http::Request::builder()
            .method("POST")
            .uri("/")
            .header("x-telegram-bot-api-secret-token", WEBHOOK_SECRET)
            .body(Body::from(update.body.to_string()));
        let Ok(request) = request else { return true };
        self.world.note(|| format!("update {}", said(&update.body)));
        let handled = invoked(
            &self.world,
            WEB_END,
            Box::pin(telegram_webhook::handle(&machine.webhook, request)),
        )
        .await;
        let Ended::Well(response) = handled else {
            self.world.note(|| format!("update {} died", update.id));
            return false;
        };
        if response.status() != 200 {
            self.world.note(|| format!("update {} to come again", update.id));
            return false;
        }
        if self.world.strikes(Fault::WebhookAnswerSlow) {
            wait(Duration::from_secs(20)).await;
        }
        if self.world.strikes(Fault::WebhookAnswerLost) {
            return false;
        }
        let answer: Value = serde_json::from_slice(response.body().as_ref()).unwrap_or_default();
        if let Some(method) = answer["method"].as_str() {
            let _ = self.world.told(method, &answer, None, true);
        }
        true
    }

    /// Lambda polls the queue.
    async fn poller(self) {
        loop {
            let now = self.world.age();
            let hidden = if self.world.strikes(Fault::MessageShownTooEarly) {
                Duration::from_secs(2)
            } else {
                HIDDEN
            };
            let shown = {
                let mut state = self.world.state();
                let state = &mut *state;
                state.bell.show(now, hidden, &mut state.dice)
            };
            for batch in shown.chunks(BATCH) {
                let (town, batch) = (self.clone(), batch.to_vec());
                spawn(async move { town.work(batch).await });
            }
            if self.world.strikes(Fault::MessagePoisoned) {
                self.world.state().bell.put("{\"job\": 7".to_owned(), now);
            }
            wait(Duration::from_millis(100)).await;
            let messages = self.world.state().bell.messages.clone();
            let next = messages.iter().map(|message| message.from).min();
            if next.is_none_or(|next| next > self.world.age()) {
                self.world.news(next).await;
            }
        }
    }

    async fn work(&self, batch: Vec<Message>) {
        let machine = self.machine();
        let mut event = SqsEvent::default();
        event.records = batch
            .iter()
            .map(|message| {
                let mut record = SqsMessage::default();
                record.message_id = Some(message.id.to_string());
                record.body = Some(message.body.clone());
                record
            })
            .collect();
        self.world.note(|| format!("work on {} messages", batch.len()));
        let handled = video_worker::handle(&machine.workshop, event, Deadline::after(WORKER_TIME));
        let Ended::Well(response) = invoked(&self.world, WORKER_END, handled).await else {
            self.world.note(|| "a worker died".to_owned());
            return;
        };
        let now = self.world.age();
        let mut state = self.world.state();
        for message in batch {
            let id = message.id.to_string();
            let failed = response
                .batch_item_failures
                .iter()
                .any(|failure| failure.item_identifier == id);
            if failed {
                state.note(now, || format!("message {id} failed"));
            } else {
                state.bell.delete(message.receipt);
            }
        }
    }

    /// Every minute cleanup runs.
    async fn minutes(self) {
        loop {
            self.until_a_minute().await;
            let nobody = self.world.state().broken == Some(Broken::Cleanup);
            if nobody || self.world.strikes(Fault::CleanupSkipped) {
                continue;
            }
            let copies = 1 + u32::from(self.world.strikes(Fault::CleanupDoubled));
            for _ in 0..copies {
                let town = self.clone();
                spawn(async move {
                    let machine = town.machine();
                    let run = cleanup::run(&machine.cleanup, &Value::Null, Deadline::after(CLEANUP_TIME));
                    let ended = invoked(&town.world, CLEANUP_END, Box::pin(run)).await;
                    let how = match ended {
                        Ended::Well(Ok(_)) => "well",
                        Ended::Well(Err(_)) => "with an error",
                        Ended::Killed => "killed",
                    };
                    town.world.note(|| format!("cleanup ended {how}"));
                });
            }
        }
    }

    /// The night's comparison with the rails.
    pub async fn compares(&self) {
        let machine = self.machine();
        let night = Value::from_iter([("task", "reconcile")]);
        let run = cleanup::run(&machine.cleanup, &night, Deadline::after(CLEANUP_TIME));
        let _ = invoked(&self.world, CLEANUP_END, Box::pin(run)).await;
    }

    /// Until the next minute in which cleanup may find anything: in the calm, the others are passed over.
    async fn until_a_minute(&self) {
        loop {
            wait(Duration::from_mins(1)).await;
            let (calm, next) = {
                let state = self.world.state();
                (state.calm, state.memory.next_due(self.world.now().0))
            };
            let now = self.world.age();
            let idle = next.is_none_or(|at| crate::world::age_at(at) > now + Duration::from_mins(1));
            if !(calm && idle) {
                return;
            }
            // Whatever happens may be what makes something due.
            let until = next.map(|at| crate::world::age_at(at).saturating_sub(Duration::from_mins(1)));
            self.world.news(until).await;
        }
    }

    /// The provider reports the ends of renders.
    async fn reports(self) {
        loop {
            let next = {
                let state = self.world.state();
                state.kie.tasks.values().filter_map(|task| task.report_ms).min()
            };
            self.world.news(next.map(crate::world::age_at)).await;
            let now_ms = self.world.now().0;
            let forged = std::mem::take(&mut self.world.state().kie.forged);
            for (url, body) in forged {
                let town = self.clone();
                spawn(async move { Box::pin(town.call_back(&url, &body)).await });
            }
            let due: Vec<(String, Value, u32)> = {
                let mut state = self.world.state();
                let due = state
                    .kie
                    .tasks
                    .values_mut()
                    .filter(|task| task.report_ms.is_some_and(|at| at <= now_ms));
                due.map(|task| {
                    task.report_ms = None;
                    (task.callback_url.clone(), task.report(now_ms), task.reports)
                })
                .collect()
            };
            for (url, body, copies) in due {
                for _ in 0..copies {
                    let (town, url, body) = (self.clone(), url.clone(), body.clone());
                    spawn(async move { town.call_back(&url, &body).await });
                }
            }
        }
    }

    async fn call_back(&self, url: &str, body: &Value) {
        for tried in 0..3_u32 {
            let machine = self.machine();
            let Some(path) = url.strip_prefix(CALLBACKS.trim_end_matches('/')) else {
                return;
            };
            let request = http::Request::builder()
                .method("POST")
                .uri(path)
                .body(Body::from(body.to_string()));
            let Ok(request) = request else { return };
            self.world
                .note(|| format!("called back about {}", body["data"]["taskId"]));
            if let Ended::Well(response) = invoked(
                &self.world,
                WEB_END,
                provider_callback::handle(&machine.callback, request),
            )
            .await
                && response.status().is_success()
            {
                return;
            }
            wait(Duration::from_secs(10 << tried)).await;
        }
    }
}

/// What an update is about.
fn said(update: &Value) -> String {
    let message = &update["message"];
    let what = message["text"].as_str().map(str::to_owned);
    let what = what.or_else(|| {
        update["callback_query"]["data"]
            .as_str()
            .map(|data| format!("[{data}]"))
    });
    let from = [
        "message",
        "callback_query",
        "pre_checkout_query",
        "my_chat_member",
    ];
    let user = from.iter().find_map(|kind| update[*kind]["from"]["id"].as_i64());
    let what = what.unwrap_or_else(|| {
        update
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    });
    format!("{} of {}: {what}", update["update_id"], user.unwrap_or_default())
}

/// Begins something beside everything else, on the same thread.
#[allow(clippy::disallowed_methods, reason = "the simulation is no Lambda")]
pub fn spawn(work: impl Future<Output = ()> + 'static) {
    tokio::task::spawn_local(async {
        // Tokio would end the task and say nothing, and the rest would go on without it.
        if let Err(panic) = AssertUnwindSafe(work).catch_unwind().await {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            PANICS.with_borrow_mut(|panics| panics.push(format!("panic: {}", text.unwrap_or_default())));
        }
    });
}

thread_local! {
    /// What has panicked in the schedule that this thread plays.
    static PANICS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// What has panicked since this was last asked.
pub fn panics() -> Vec<String> {
    PANICS.take()
}
