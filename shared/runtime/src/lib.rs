//! Everything before the first event: configuration, secrets, logs, metrics, clients, clock; and the loop over a batch of
//! SQS records. The only crate that reads the environment or the time.

pub mod batch;
pub mod clients;
pub mod clock;
pub mod config;
pub mod emf;
pub mod events;
pub mod makers;
pub mod money;
pub mod rays;
pub mod secrets;
pub mod telemetry;
pub mod veil;
pub mod warm;

pub use clients::Aws;
pub use clock::{SystemClock, deadline, env};
pub use config::Config;
pub use secrets::Secrets;
pub use veil::Veil;

/// Why a function could not start. Lambda shows it, once, and starts no invocation.
#[derive(thiserror::Error)]
pub enum Error {
    /// A variable is missing: the template does not set it.
    #[error("the environment has no {0}; template.yaml sets it")]
    Missing(String),
    /// A variable was asked for that the function does not declare.
    #[error("{0} is not among the variables that this function declares")]
    Undeclared(String),
    /// A variable cannot be read.
    #[error("{name} is not {expected}")]
    Malformed {
        /// Its name.
        name: String,
        /// What it should be.
        expected: &'static str,
    },
    /// The secret could not be had.
    #[error("the secret {arn} cannot be read")]
    Secret {
        /// Which one.
        arn: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The secret is not as it should be; the text never quotes it.
    #[error("the secret {arn} is no JSON object with the keys of infra/README.md: {why}")]
    SecretShape {
        /// Which one.
        arn: String,
        /// Which key is missing.
        why: String,
    },
    /// The HTTP client could not be made.
    #[error("no HTTP client")]
    Http(#[source] reqwest::Error),
}

impl std::fmt::Debug for Error {
    /// What `main` prints when it fails. What is derived would print all of AWS's answer, which may hold the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&app::chain(self))
    }
}
