//! Both adapters against rails that speak the real protocols: opened, paid, asked, given back, and every spoilt answer.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "what goes wrong here fails the test; its server is a task of its own"
)]

mod stage;
mod stripe;
mod yookassa;
