//! The played rails over HTTP, as callers and customers meet them.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "what goes wrong here fails the test; its server is a task of its own"
)]

mod faults;
mod forged;
mod pages;
mod post;
mod stage;
mod stripe;
mod stripe_money;
mod yookassa;
mod yookassa_money;
