//! Functions as processes: started from their binaries, kept warm, scaled out, cut off, counted.

mod ice;
mod pool;
mod process;
mod stats;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use crate::rays::Rays;
use crate::watch::Watch;

pub(crate) use ice::Ice;
pub(crate) use pool::Pool;
pub use stats::FunctionStats;

/// Where functions' output goes: the function's logical id, and a line without its end.
pub type LogSink = Arc<dyn Fn(&str, &str) + Send + Sync>;

/// What came of an invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The function's response.
    Answered(Bytes),
    /// The function failed, crashed or ran out of time.
    Failed(Failure),
    /// There was no concurrency left.
    Throttled,
}

/// Why an invocation failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// As `Sandbox.Timedout`, `Runtime.ExitError`, or the function's own.
    pub error_type: String,
    /// For a person.
    pub message: String,
}

impl Failure {
    fn new(error_type: &str, message: impl Into<String>) -> Self {
        Self {
            error_type: error_type.to_owned(),
            message: message.into(),
        }
    }

    fn of_json(report: &Value) -> Self {
        let text = |key: &str| report[key].as_str().unwrap_or("unknown");
        Self::new(text("errorType"), text("errorMessage"))
    }
}

/// How functions run.
#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) binary: PathBuf,
    /// Variables beside the template's: the AWS endpoints and the runner's own.
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) processes_max: usize,
    pub(crate) freeze: bool,
    pub(crate) dies_after_answer: bool,
    pub(crate) log: LogSink,
    pub(crate) watch: Arc<Watch>,
    pub(crate) rays: Arc<Rays>,
}
