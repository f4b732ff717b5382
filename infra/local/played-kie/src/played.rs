//! The handle: one played account, cheap to clone.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::join_all;

use crate::book::Book;
use crate::callback::{self, Forged, Report};
use crate::caller::Caller;
use crate::config::Config;
use crate::product::Product;
use crate::task::{Task, TaskView, song};
use crate::trouble::Trouble;
use crate::video::ClipFile;

/// How often [`PlayedKie::run`] looks for callbacks that are due.
const TICK: Duration = Duration::from_millis(100);

/// A played KIE.AI account with its API, its upload host and its result host.
#[derive(Clone)]
pub struct PlayedKie(Arc<Inner>);

struct Inner {
    config: Config,
    render_ms: AtomicI64,
    caller: Caller,
    book: Mutex<Book>,
}

impl PlayedKie {
    /// An account without tasks.
    pub fn new(config: Config) -> Self {
        let render_ms = AtomicI64::new(config.render_ms);
        Self(Arc::new(Inner {
            config,
            render_ms,
            caller: Caller::new(),
            book: Mutex::default(),
        }))
    }

    /// From now on renders take this long, in ms; those already accepted keep their time.
    pub fn set_render_ms(&self, render_ms: i64) {
        self.0.render_ms.store(render_ms, Ordering::Relaxed);
    }

    /// Lets `trouble` befall the next `times` requests whose prompt (for uploads the file's path) contains
    /// `matching`; an empty one matches all.
    pub fn inject(&self, trouble: Trouble, matching: &str, times: u32) {
        self.book().wait(trouble, matching, times);
    }

    /// No more injected troubles; those that a prompt names go on.
    pub fn clear_injected(&self) {
        self.book().forget_waiting();
    }

    /// The injected troubles that have not befallen anybody yet, with how often they are still to come.
    pub fn injected(&self) -> Vec<(Trouble, u32)> {
        self.book().still_waiting()
    }

    /// Every task ever accepted, oldest first.
    pub fn tasks(&self) -> Vec<TaskView> {
        let now_ms = self.now_ms();
        let mut tasks: Vec<_> = self
            .book()
            .tasks
            .values()
            .map(|task| TaskView::of(task, now_ms))
            .collect();
        tasks.sort_by(|a, b| (a.created_at_ms, &a.id).cmp(&(b.created_at_ms, &b.id)));
        tasks
    }

    /// Everything that the real service would have let pass in silence, or refused, because the caller was wrong.
    pub fn complaints(&self) -> Vec<String> {
        self.book().complaints.clone()
    }

    /// The account's balance, in KIE credits. Failures cost nothing.
    pub fn credits(&self) -> i64 {
        self.0.config.credits - self.book().credits_spent()
    }

    /// Sends every callback that is due, and waits for the answers. Returns how many were sent.
    pub async fn tick(&self) -> usize {
        let reports = self.due_reports();
        join_all(reports.iter().map(|report| self.send(report))).await;
        reports.iter().map(|report| report.copies).sum()
    }

    /// Ticks for ever, on the machine's time. A receiver that hangs holds up only its own callbacks.
    pub async fn run(self) {
        loop {
            let kie = self.clone();
            tokio::spawn(async move { kie.tick().await });
            tokio::time::sleep(TICK).await;
        }
    }

    /// Sends a report that the account never made. Returns the receiver's status, if it answered.
    pub async fn forge_callback(&self, forged: &Forged<'_>) -> Option<u16> {
        let key = self.config().webhook_hmac_key.as_deref().unwrap_or_default();
        let headers = forged.headers(key, self.now_ms() / 1000);
        let status = self
            .caller()
            .post(forged.callback_url, &headers, forged.body())
            .await?;
        Some(status.as_u16())
    }

    /// The task's file, rendered at the first need.
    pub(crate) async fn file_of(&self, task: &Task) -> ClipFile {
        if let Some(file) = self.book().rendered(&task.id) {
            return file;
        }
        let (id, task) = (task.id.clone(), task.clone());
        let file = tokio::task::spawn_blocking(move || task.render())
            .await
            .unwrap_or_default();
        self.book().keep_rendered(&id, file.clone());
        file
    }

    /// Takes the reports that are due, so that no other tick sends them too.
    fn due_reports(&self) -> Vec<Report> {
        let now_ms = self.now_ms();
        let base_url = &self.config().public_base_url;
        let mut book = self.book();
        let due = book
            .tasks
            .values_mut()
            .filter(|task| task.callback_due_ms.is_some_and(|at| at <= now_ms));
        let mut reports: Vec<Report> = due.filter_map(|task| report(task, base_url, now_ms)).collect();
        let parts = book
            .tasks
            .values_mut()
            .filter(|task| task.part_due_ms.is_some_and(|at| at <= now_ms));
        reports.extend(parts.filter_map(|task| song::part(task, base_url)));
        reports
    }

    /// Reports the end of one task now, if it has ended.
    pub(crate) async fn report_now(&self, task_id: &str) {
        let (now_ms, base_url) = (self.now_ms(), &self.config().public_base_url);
        let report = self
            .book()
            .tasks
            .get_mut(task_id)
            .and_then(|task| report(task, base_url, now_ms));
        if let Some(report) = report {
            self.send(&report).await;
        }
    }

    async fn send(&self, report: &Report) {
        let signed = |key: &String| callback::signature(key, &report.task_id, self.now_ms() / 1000);
        let headers = self
            .config()
            .webhook_hmac_key
            .as_ref()
            .map(signed)
            .unwrap_or_default();
        let copies =
            (0..report.copies).map(|_| self.caller().post(&report.url, &headers, report.body.clone()));
        let accepted = join_all(copies)
            .await
            .into_iter()
            .flatten()
            .any(|status| status.is_success());
        tracing::debug!(task = report.task_id, accepted, "callback sent");
        if report.is_part {
            return;
        }
        let now_ms = self.now_ms();
        if let Some(task) = self.book().tasks.get_mut(&report.task_id) {
            task.callback_answered(accepted, now_ms);
        }
    }

    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    pub(crate) fn render_ms(&self) -> i64 {
        self.0.render_ms.load(Ordering::Relaxed)
    }

    pub(crate) fn now_ms(&self) -> i64 {
        (self.0.config.clock)()
    }

    pub(crate) fn caller(&self) -> &Caller {
        &self.0.caller
    }

    /// A panic elsewhere leaves the book whole: every change of it is a single insertion.
    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The report of a task that has ended; afterwards none is due.
fn report(task: &mut Task, base_url: &str, now_ms: i64) -> Option<Report> {
    let state = task.state(now_ms);
    let url = task.callback_url.clone().filter(|_| state.is_final())?;
    task.callback_due_ms.take()?;
    let copies = if task.has(Trouble::Twice) { 2 } else { 1 };
    let body = if task.product == Product::Song {
        song::end(task, state, base_url)
    } else {
        callback::body(state, &task.record(base_url, now_ms))
    };
    Some(Report {
        is_part: false,
        task_id: task.id.clone(),
        url,
        body,
        copies,
    })
}
