//! KIE.AI: one interface to many models. Sources: docs.kie.ai, and what others measured where it is silent.
//!
//! Errors come as HTTP 200 with a `code` other than 200, so the envelope counts and the HTTP status only where there
//! is none.

mod balance;
mod callback;
mod client;
mod create;
mod envelope;
mod link;
mod look_up;
pub mod registry;

use std::sync::Arc;

pub use balance::Balance;
pub use client::Client;

use crate::registry::Row;

/// Files are handed over at another host.
const UPLOADS: &str = "https://kieai.redpandaai.co";

/// Its row.
pub const ROW: Row = Row {
    name: "kie",
    base: "https://api.kie.ai",
    forms: registry::FORMS,
    finds: false,
    notice: callback::parse,
    is_signed: Some(callback::is_signed),
    calls_back: true,
    fault_of_key: |_| None,
    open: |access| {
        let uploads = access.uploads.as_deref().unwrap_or(UPLOADS);
        Arc::new(Client::new(access.http, &access.base, uploads, access.key))
    },
};
