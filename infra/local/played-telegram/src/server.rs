//! The server behind every door: one lock, one clock, and the way of a call through it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;

use crate::check::check;
use crate::config::Config;
use crate::description::Description;
use crate::error::{ApiError, Error};
use crate::faults::{self, Happens};
use crate::journal::{Call, Via};
use crate::methods;
use crate::params::Params;
use crate::state::State;

pub(crate) struct Server {
    pub(crate) config: Config,
    pub(crate) http: reqwest::Client,
    description: Description,
    state: Mutex<State>,
    /// Counts changes, so that those who wait look again.
    changed: watch::Sender<u64>,
    /// Counts new webhooks, so that nobody waits to retry an old one.
    pub(crate) webhook_changed: watch::Sender<u64>,
}

/// How a call ends for the one who made it.
#[derive(Debug)]
pub(crate) enum Told {
    Answer(Result<Value, ApiError>),
    /// Nothing: the connection is cut.
    Cut,
}

impl Server {
    pub(crate) fn start(config: Config) -> Result<Arc<Self>, Error> {
        // Someone else may have installed it before: the provider is the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .user_agent("TelegramBot (like TwitterBot)")
            .build();
        Ok(Arc::new(Self {
            http: http.map_err(|source| Error::Start(Box::new(source)))?,
            description: Description::read().map_err(|source| Error::Start(Box::new(source)))?,
            state: Mutex::default(),
            changed: watch::Sender::new(0),
            webhook_changed: watch::Sender::new(0),
            config,
        }))
    }

    /// Milliseconds since the epoch.
    pub(crate) fn now_ms(&self) -> i64 {
        (self.config.clock)()
    }

    /// Looks at the state.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks at the state and tidies up on the way, without anything to see for others.
    pub(crate) fn peek<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the state, and wakes those who wait for a change.
    pub(crate) fn write<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.send_modify(|count| *count += 1);
        result
    }

    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Plays one call: recorded, checked, executed, and perhaps spoilt by a fault.
    pub(crate) async fn call(self: &Arc<Self>, method: &str, mut params: Params, via: Via) -> Told {
        if let Some(fields) = self.description.method(method) {
            params.convert(fields);
        }
        let (index, fault) = self.write(|state| {
            let call = Call::new(method, params.clone(), via, self.now_ms());
            (
                state.journal.begin(call),
                faults::take(&mut state.faults, method, &params),
            )
        });
        let told = self.with_fault(fault, method, &params).await;
        if let Told::Answer(answer) = &told {
            let outcome = answer.as_ref().map(|_| ()).map_err(Clone::clone);
            self.write(|state| state.journal.end(index, outcome));
        }
        told
    }

    async fn with_fault(self: &Arc<Self>, fault: Option<Happens>, method: &str, params: &Params) -> Told {
        match fault {
            None => Told::Answer(self.play(method, params).await),
            Some(Happens::Refused(error)) => Told::Answer(Err(error)),
            Some(Happens::CutBefore) => Told::Cut,
            Some(Happens::CutAfter) => {
                self.play(method, params).await.ok();
                Told::Cut
            }
            Some(Happens::FailedAfter) => {
                self.play(method, params).await.ok();
                Told::Answer(Err(ApiError::restart()))
            }
            Some(Happens::Delayed(wait)) => {
                tokio::time::sleep(wait).await;
                Told::Answer(self.play(method, params).await)
            }
        }
    }

    async fn play(self: &Arc<Self>, method: &str, params: &Params) -> Result<Value, ApiError> {
        let complaints = check(&self.description, method, params)?;
        if !complaints.is_empty() {
            self.write(|state| state.journal.complaints.extend(complaints));
        }
        methods::play(self, method, params).await
    }

    /// Looks again after every change, until something is found or the time is up.
    pub(crate) async fn until<T>(&self, deadline: Duration, look: impl Fn() -> Option<T>) -> Option<T> {
        let mut changes = self.changes();
        let found = async {
            loop {
                changes.mark_unchanged();
                if let Some(found) = look() {
                    return found;
                }
                // The sender lives as long as this server, so there is always another change to wait for.
                changes.changed().await.ok();
            }
        };
        tokio::time::timeout(deadline, found).await.ok()
    }
}
