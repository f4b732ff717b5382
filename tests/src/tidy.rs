//! House rules that no compiler and no linter sees, checked by the ordinary test `tidy`.
//!
//! A rule is a function from what it looks at to its findings: sentences that name the place and say what to do. No
//! finding means that the rule is kept. Every rule is also shown a broken sample, so that none of them is asleep: for
//! the template these are the mistakes of `tests/sam/broken.yaml`.

pub mod project;

pub mod comparisons;
pub mod dependencies;
pub mod edges;
pub mod environment;
pub mod events;
pub mod fixtures;
pub mod sizes;
pub mod sources;
pub mod words;

pub mod template;

pub mod alarms;
pub mod functions;
pub mod meters;
pub mod policies;
pub mod queues;
pub mod schedules;
pub mod secrets;
pub mod tables;

use template::Template;

/// What a rule has to say; empty when it is kept.
pub type Findings = Vec<String>;

/// Why the project could not be looked at, which is a failure of its own.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file is missing or cannot be read.
    #[error("cannot read {path}")]
    Unreadable {
        /// Which one.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The template or another YAML file is no YAML.
    #[error("not YAML")]
    Yaml(#[from] serde_norway::Error),
    /// A source file is no Rust.
    #[error("not Rust: {path}")]
    Rust {
        /// Which one.
        path: String,
        /// Why.
        #[source]
        source: syn::Error,
    },
    /// `deny.toml` is not what its rules expect.
    #[error("deny.toml")]
    Deny(#[from] toml::de::Error),
    /// `cargo metadata` could not be run or understood.
    #[error("cargo metadata: {0}")]
    Cargo(String),
}

/// Every rule about the template by itself. The rules that hold it against the code are in [`environment`],
/// [`meters`] and [`functions::built_by_a_package`].
pub fn template_rules(template: &Template) -> Findings {
    [
        functions::transformed(template),
        functions::built_by_cargo_lambda(template),
        functions::logged_with_an_end(template),
        alarms::watched(template),
        queues::redriven(template),
        queues::delivered_in_batches(template),
        queues::within_what_the_provider_takes(template),
        queues::visible_late_enough(template),
        queues::allowed_to_ring_themselves(template),
        schedules::well_formed(template),
        schedules::without_overlap(template),
        tables::paid_by_use(template),
        tables::restorable(template),
        tables::named_in_the_environment(template),
        policies::narrow(template),
        policies::ledger_only_grows(template),
        secrets::out_of_sight(template),
    ]
    .concat()
}
