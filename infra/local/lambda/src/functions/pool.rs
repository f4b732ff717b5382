//! A function's processes: kept warm, scaled out, cut off, counted.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::process::{self, Process, Start};
use super::{Failure, FunctionStats, Outcome, Running};
use crate::moment;
use crate::rays::Header;
use crate::runtime_api::{Event, Said};
use crate::stack::Function;
use crate::streamed::Taker;

/// Lambda gives a function so long to ask for its first event.
const INIT_MAX: Duration = Duration::from_secs(10);
/// Processes tried for one event before it counts as failed.
const STARTS_MAX: u32 = 3;

/// One function and its processes.
pub(crate) struct Pool {
    id: String,
    function: Function,
    running: Running,
    /// Of the machine: more events wait.
    processes: Arc<Semaphore>,
    /// Of the function: more events are throttled.
    reserved: Option<Arc<Semaphore>>,
    idle: Mutex<Vec<Arc<Process>>>,
    all: Mutex<Vec<Arc<Process>>>,
    stats: Mutex<FunctionStats>,
    closed: AtomicBool,
}

/// What a process did with an event.
enum Ran {
    /// It ended before it fetched the event.
    Never(Failure),
    /// It answered, and can take another.
    Answered(Outcome),
    /// It is gone.
    Died(Outcome),
}

impl Pool {
    pub(crate) fn new(id: &str, function: Function, running: Running) -> Self {
        let permits = |n: u32| Arc::new(Semaphore::new(usize::try_from(n).unwrap_or(usize::MAX)));
        Self {
            id: id.to_owned(),
            processes: Arc::new(Semaphore::new(running.processes_max.max(1))),
            reserved: function.reserved_concurrency.map(permits),
            function,
            running,
            idle: Mutex::default(),
            all: Mutex::default(),
            stats: Mutex::default(),
            closed: AtomicBool::new(false),
        }
    }

    pub(crate) fn stats(&self) -> FunctionStats {
        *crate::locked(&self.stats)
    }

    /// Runs one event on a warm process or a new one, and waits for what comes of it. Once begun it runs to its end,
    /// like on Lambda, even if the caller goes away.
    pub(crate) async fn invoke(self: &Arc<Self>, payload: Bytes) -> Outcome {
        self.invoke_for(payload, None).await
    }

    /// The same, for whoever wants a response that is streamed as it comes.
    pub(crate) async fn invoke_for(self: &Arc<Self>, payload: Bytes, taker: Option<Taker>) -> Outcome {
        let pool = self.clone();
        let run = tokio::spawn(async move { pool.invoke_here(&payload, taker.as_ref()).await });
        run.await
            .unwrap_or_else(|e| Outcome::Failed(Failure::new("Local.Stopped", e.to_string())))
    }

    async fn invoke_here(&self, payload: &Bytes, taker: Option<&Taker>) -> Outcome {
        let Some(_permits) = self.admit().await else {
            self.count(|stats| stats.throttles += 1);
            self.watched("Throttles", true);
            return Outcome::Throttled;
        };
        self.count(|stats| stats.invocations += 1);
        let outcome = self.run(payload, taker).await;
        let failed = matches!(outcome, Outcome::Failed(_));
        if failed {
            self.count(|stats| stats.errors += 1);
        }
        self.watched("Invocations", true);
        self.watched("Errors", failed);
        outcome
    }

    /// Notes what Lambda counts of a function behind an address: how it was answered there.
    pub(crate) fn answered(&self, status: u16) {
        self.watched("UrlRequestCount", true);
        self.watched("Url5xxCount", status >= 500);
    }

    fn watched(&self, metric: &str, happened: bool) {
        let value = if happened { 1.0 } else { 0.0 };
        let watch = &self.running.watch;
        watch.lambda(&self.function.name, metric, value, moment::now_ms());
    }

    async fn admit(&self) -> Option<(Option<OwnedSemaphorePermit>, OwnedSemaphorePermit)> {
        let reserved = match &self.reserved {
            Some(reserved) => Some(reserved.clone().try_acquire_owned().ok()?),
            None => None,
        };
        let process = self.processes.clone().acquire_owned().await.ok()?;
        (!self.closed.load(Ordering::SeqCst)).then_some((reserved, process))
    }

    async fn run(&self, payload: &Bytes, taker: Option<&Taker>) -> Outcome {
        let mut last = Failure::new("Runtime.ExitError", "no process was started");
        for _ in 0..STARTS_MAX {
            let (process, warm) = match self.take_idle() {
                Some(process) => (process, true),
                None => match self.start().await {
                    Ok(process) => (process, false),
                    Err(failure) => return Outcome::Failed(failure),
                },
            };
            match self.run_on(&process, payload, taker).await {
                Ran::Answered(outcome) => {
                    crate::locked(&self.idle).push(process);
                    return outcome;
                }
                Ran::Died(outcome) => return outcome,
                // A warm process may have ended meanwhile; a new one that ends at once will do so again.
                Ran::Never(failure) if warm => last = failure,
                Ran::Never(failure) => return Outcome::Failed(failure),
            }
        }
        Outcome::Failed(last)
    }

    fn take_idle(&self) -> Option<Arc<Process>> {
        let mut idle = crate::locked(&self.idle);
        while let Some(process) = idle.pop() {
            if process.lives() {
                return Some(process);
            }
        }
        None
    }

    async fn start(&self) -> Result<Arc<Process>, Failure> {
        let start = Start {
            id: &self.id,
            function: &self.function,
            running: &self.running,
        };
        let began = Instant::now();
        let process = process::start(&start)
            .await
            .map_err(|e| Failure::new("Runtime.InvalidEntrypoint", e.to_string()))?;
        {
            let mut all = crate::locked(&self.all);
            all.retain(|process| process.lives());
            all.push(process.clone());
        }
        if self.closed.load(Ordering::SeqCst) {
            process.strike();
        }
        self.count(|stats| stats.cold_starts += 1);
        let ready = process.ready(INIT_MAX).await;
        self.count(|stats| stats.init_ms += moment::whole_ms(began.elapsed()));
        match ready {
            Ok(()) => Ok(process),
            Err(failure) => {
                process.kill().await;
                Err(failure)
            }
        }
    }

    async fn run_on(&self, process: &Process, payload: &Bytes, taker: Option<&Taker>) -> Ran {
        let (fetched, was_fetched) = oneshot::channel();
        let (said, was_said) = oneshot::channel();
        let id = crate::new_id();
        let header = Header::new(self.function.traced);
        process.seat.ice.wanted();
        let event = Event {
            id: id.clone(),
            payload: payload.clone(),
            trace: header.to_string(),
            fetched,
            said,
            taker: taker.cloned(),
        };
        if process.events.send(event).await.is_err() {
            return Ran::Never(process.exit_failure());
        }
        let began = tokio::select! {
            biased;
            Ok(began) = was_fetched => began,
            () = process.ended() => return Ran::Never(process.exit_failure()),
        };
        let from_ms = moment::now_ms();
        let ran = self.until_said(process, &id, was_said).await;
        let failed = !matches!(
            ran,
            Ran::Answered(Outcome::Answered(_)) | Ran::Died(Outcome::Answered(_))
        );
        let rays = &self.running.rays;
        rays.invoked(&header, &self.function.name, (from_ms, moment::now_ms()), failed);
        self.count(|stats| {
            stats.billed_ms += moment::whole_ms(began.elapsed()).max(1);
            stats.rss_max_kb = stats.rss_max_kb.max(process.rss_max_kb().unwrap_or_default());
        });
        ran
    }

    async fn until_said(&self, process: &Process, id: &str, was_said: oneshot::Receiver<Said>) -> Ran {
        let timeout = Duration::from_secs(self.function.timeout_s.into());
        tokio::select! {
            biased;
            Ok(said) = was_said => {
                if !self.running.dies_after_answer {
                    return Ran::Answered(outcome(said));
                }
                process.kill().await;
                Ran::Died(outcome(said))
            }
            () = process.ended() => Ran::Died(Outcome::Failed(process.exit_failure())),
            () = tokio::time::sleep(timeout) => {
                process.kill().await;
                self.count(|stats| stats.timeouts += 1);
                let message = format!("{id} Task timed out after {}.00 seconds", self.function.timeout_s);
                (self.running.log)(&self.id, &message);
                Ran::Died(Outcome::Failed(Failure::new("Sandbox.Timedout", message)))
            }
        }
    }

    /// Kills the processes whose running event passes the test, and returns how many once they are gone.
    pub(crate) async fn kill_running(&self, wanted: impl Fn(&Value) -> bool) -> usize {
        let all = crate::locked(&self.all).clone();
        let mut killed = 0;
        for process in all {
            let event = process
                .seat
                .running()
                .and_then(|payload| serde_json::from_slice(&payload).ok());
            if event.is_some_and(|event| wanted(&event)) && process.kill().await {
                killed += 1;
            }
        }
        killed
    }

    /// How many events run now.
    pub(crate) fn running(&self) -> usize {
        crate::locked(&self.all)
            .iter()
            .filter(|process| process.seat.running().is_some())
            .count()
    }

    /// Ends every process and refuses new events.
    pub(crate) async fn close(&self) {
        self.stop_now();
        let all = std::mem::take(&mut *crate::locked(&self.all));
        for process in all {
            process.kill().await;
        }
    }

    /// Kills every process without waiting for its end.
    pub(crate) fn stop_now(&self) {
        self.closed.store(true, Ordering::SeqCst);
        for process in crate::locked(&self.all).iter() {
            process.strike();
        }
    }

    fn count(&self, change: impl FnOnce(&mut FunctionStats)) {
        change(&mut crate::locked(&self.stats));
    }
}

fn outcome(said: Said) -> Outcome {
    match said {
        Said::Response(body) => Outcome::Answered(body),
        Said::Error(body) => {
            let report = serde_json::from_slice(&body).unwrap_or_else(|_| json!({}));
            Outcome::Failed(Failure::of_json(&report))
        }
    }
}
