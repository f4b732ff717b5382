//! What both rails have in common: the journal of requests, idempotency keys, notifications and faults.

mod journal;
mod keys;
mod letter;
mod post;
mod serve;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use journal::Asked;
pub use letter::{Fate, Letter, Try};

pub(crate) use post::Rules;
pub(crate) use serve::{Api, Reply, Request};

use crate::clock::Clock;
use crate::error::Error;
use crate::fault::{Door, Fault, Spoilt};
use keys::Keys;
use post::Post;

/// One rail's desk. Cheap to clone.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

struct Inner {
    clock: Clock,
    rules: Rules,
    http: reqwest::Client,
    state: Mutex<State>,
    /// Held from looking a key up until its answer is kept: of two requests under one key at once, one is played.
    keyed: Mutex<()>,
}

#[derive(Default)]
struct State {
    asked: Vec<Asked>,
    complaints: Vec<String>,
    faults: Vec<(Fault, u32)>,
    keys: Keys,
    post: Post,
}

impl Desk {
    pub(crate) fn open(clock: Clock, rules: Rules) -> Result<Self, Error> {
        // Someone else may have installed it before: the provider is the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .user_agent(rules.user_agent)
            .timeout(rules.answer_within)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(Error::Start)?;
        Ok(Self(Arc::new(Inner {
            clock,
            rules,
            http,
            state: Mutex::default(),
            keyed: Mutex::default(),
        })))
    }

    /// Lets this befall the next so many; `u32::MAX` is for ever.
    pub fn inject(&self, fault: Fault, times: u32) {
        if times > 0 {
            self.state().faults.push((fault, times));
        }
    }

    /// What has not befallen anybody yet, and how often it is still to come.
    pub fn injected(&self) -> Vec<(Fault, u32)> {
        self.state().faults.clone()
    }

    /// Takes this away again, however often it was still to come.
    pub fn withdraw(&self, fault: Fault) {
        self.state().faults.retain(|(waiting, _)| *waiting != fault);
    }

    /// Every request that came, oldest first.
    pub fn journal(&self) -> Vec<Asked> {
        self.state().asked.clone()
    }

    /// What the real rail passes over in silence, though the caller was wrong.
    pub fn complaints(&self) -> Vec<String> {
        self.state().complaints.clone()
    }

    pub(crate) fn complain(&self, what: String) {
        self.state().complaints.push(what);
    }

    /// Whether this befalls the one at hand; then it is once less to come.
    pub(crate) fn befalls(&self, fault: Fault) -> bool {
        let mut state = self.state();
        let Some(at) = state.faults.iter().position(|(waiting, _)| *waiting == fault) else {
            return false;
        };
        if let Some((_, times)) = state.faults.get_mut(at)
            && *times != u32::MAX
        {
            *times = times.saturating_sub(1);
        }
        state.faults.retain(|(_, times)| *times > 0);
        true
    }

    /// How the answer to a request is spoilt.
    fn spoilt(&self, door: Door) -> Option<Spoilt> {
        let waiting = self.injected();
        let spoilt = waiting.into_iter().find_map(|(fault, _)| match fault {
            Fault::Answer(of, spoilt) if of == door => Some(spoilt),
            _ => None,
        })?;
        self.befalls(Fault::Answer(door, spoilt)).then_some(spoilt)
    }

    pub(crate) fn now_ms(&self) -> i64 {
        (self.0.clock)()
    }

    /// A panic elsewhere leaves it whole: every change is a single step.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}
