//! SQS, played within the process: for simulations, which decide what becomes of each message.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

use crate::Error;

/// Whether a message was taken.
pub type Rung = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// Whoever plays SQS.
pub trait Bell: Debug + Send + Sync {
    /// Takes a message, to be shown after so many seconds.
    fn ring(&self, body: String, delay_s: i32) -> Rung;
}
