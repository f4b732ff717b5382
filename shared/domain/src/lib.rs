//! Every decision of the product, as pure functions over integers.
//!
//! Nothing in here is asynchronous, does input or output, reads a clock or rolls a die: time, ids and randomness are
//! arguments. That is why a decision takes microseconds, can be tested exhaustively, and replays from its inputs.
//! Nothing in here derives `Serialize` either: a stored or sent form is a contract, and it belongs to the crate that
//! talks to that store or wire.
#![warn(
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::wildcard_enum_match_arm
)]

pub mod contact;
pub mod cost;
pub mod id;
pub mod money;
pub mod time;
pub mod video;

pub mod limit;
pub mod moderation;
pub mod uses;
pub mod window;
pub mod words;

pub mod account;
pub mod admission;
pub mod alert;
pub mod catalog;
pub mod ledger;
pub mod payment;
pub mod purchase;
pub mod rewards;
pub mod standing;

pub mod ai_request;
pub mod job;
pub mod report;

pub mod audit;
pub mod breaker;
pub mod broadcast;
pub mod live;
