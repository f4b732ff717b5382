//! Faults that requests run into: what no emulator does by itself.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;

use super::Service;
use super::caller::Call;

/// What happens to a request.
#[derive(Debug, Clone)]
pub enum Effect {
    /// `ThrottlingException`, and nothing done.
    Throttle,
    /// `ProvisionedThroughputExceededException` of DynamoDB, and nothing done.
    ThroughputExceeded,
    /// A transaction is cancelled because of a `TransactionConflict` on its first item; a single write answers
    /// `TransactionConflictException`. Nothing done.
    Conflict,
    /// 500, and nothing done.
    InternalError,
    /// The connection is cut before anything is done.
    CutBefore,
    /// The request is carried out, and the connection is cut instead of an answer.
    LoseAnswer,
    /// The request waits so long before it is carried out.
    Delay(Duration),
    /// The request waits until it is notified.
    Hold(Arc<Notify>),
    /// SQS: `SendMessage` is carried out twice.
    Duplicate,
    /// SQS: `SendMessage` is answered, and the message is lost.
    Swallow,
    /// SQS: the message arrives so many seconds later, and so behind others that were sent after it.
    Defer {
        /// Added seconds.
        delay_s: u32,
    },
}

type BodyTest = Arc<dyn Fn(&Value) -> bool + Send + Sync>;

/// A fault and the requests that run into it. It matches every request of its service until narrowed down, and strikes
/// once unless told otherwise.
#[derive(Clone)]
pub struct Fault {
    service: Service,
    effect: Effect,
    operation: Option<String>,
    resource: Option<String>,
    caller: Option<String>,
    body: Option<BodyTest>,
    skip: u32,
    times: u32,
}

impl Fault {
    /// A fault of one service.
    pub fn new(service: Service, effect: Effect) -> Self {
        Self {
            service,
            effect,
            operation: None,
            resource: None,
            caller: None,
            body: None,
            skip: 0,
            times: 1,
        }
    }

    /// Only this operation, as `TransactWriteItems`.
    #[must_use]
    pub fn operation(mut self, operation: &str) -> Self {
        self.operation = Some(operation.to_owned());
        self
    }

    /// Only requests about this table or queue, by logical id or generated name.
    #[must_use]
    pub fn resource(mut self, resource: &str) -> Self {
        self.resource = Some(resource.to_owned());
        self
    }

    /// Only requests of this function, by logical id.
    #[must_use]
    pub fn caller(mut self, caller: &str) -> Self {
        self.caller = Some(caller.to_owned());
        self
    }

    /// Only requests whose body passes the test.
    #[must_use]
    pub fn body(mut self, test: impl Fn(&Value) -> bool + Send + Sync + 'static) -> Self {
        self.body = Some(Arc::new(test));
        self
    }

    /// Lets so many matching requests pass first.
    #[must_use]
    pub fn after(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }

    /// Strikes so many times.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Strikes every matching request.
    #[must_use]
    pub fn always(self) -> Self {
        self.times(u32::MAX)
    }

    fn matches(&self, call: &Call) -> bool {
        let is = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|it| it == found);
        self.service == call.service
            && is(&self.operation, &call.operation)
            && is(&self.caller, &call.caller)
            && self.resource.as_deref().is_none_or(|it| concerns(call, it))
            && self.body.as_ref().is_none_or(|test| test(&call.body))
    }
}

fn concerns(call: &Call, resource: &str) -> bool {
    let suffix = format!("-{resource}");
    call.resources()
        .iter()
        .any(|name| name == resource || name.ends_with(&suffix))
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fault")
            .field("service", &self.service)
            .field("effect", &self.effect)
            .field("operation", &self.operation)
            .field("resource", &self.resource)
            .field("caller", &self.caller)
            .finish_non_exhaustive()
    }
}

/// A fault in place, to see how often it struck and to take it away.
#[derive(Debug, Clone)]
pub struct Armed {
    state: Arc<State>,
}

impl Armed {
    /// How often it has struck.
    pub fn hits(&self) -> u32 {
        self.state.hits.load(Ordering::SeqCst)
    }

    /// Lets every further request pass.
    pub fn disarm(&self) {
        self.state.left.store(0, Ordering::SeqCst);
    }
}

#[derive(Debug)]
struct State {
    fault: Fault,
    to_skip: AtomicU32,
    left: AtomicU32,
    hits: AtomicU32,
}

impl State {
    fn strikes(&self, call: &Call) -> bool {
        if !self.fault.matches(call) {
            return false;
        }
        let take = |n: u32| n.checked_sub(1);
        if self
            .to_skip
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, take)
            .is_ok()
        {
            return false;
        }
        let strikes = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, take)
            .is_ok();
        self.hits.fetch_add(u32::from(strikes), Ordering::SeqCst);
        strikes
    }
}

/// The faults in place. Of several that match, the one armed first strikes.
#[derive(Debug, Default)]
pub struct Faults {
    armed: Mutex<Vec<Armed>>,
}

impl Faults {
    /// Puts a fault in place.
    pub fn arm(&self, fault: Fault) -> Armed {
        let state = State {
            to_skip: AtomicU32::new(fault.skip),
            left: AtomicU32::new(fault.times),
            hits: AtomicU32::new(0),
            fault,
        };
        let armed = Armed {
            state: Arc::new(state),
        };
        crate::locked(&self.armed).push(armed.clone());
        armed
    }

    /// Takes every fault away.
    pub fn clear(&self) {
        let armed = std::mem::take(&mut *crate::locked(&self.armed));
        armed.iter().for_each(Armed::disarm);
    }

    pub(crate) fn strike(&self, call: &Call) -> Option<Effect> {
        let armed = crate::locked(&self.armed);
        armed
            .iter()
            .find(|it| it.state.strikes(call))
            .map(|it| it.state.fault.effect.clone())
    }
}
