//! Feature flags in the flagd JSON format, answered as OpenFeature asks.
//!
//! A [`FlagSet`] is read once: every rule is compiled, every flag is checked by itself, and what is wrong is listed in
//! [`FlagSet::problems`] with its path. A flag that cannot be read answers [`ErrorCode::ParseError`] and the caller's own
//! default; it never takes the others down. An evaluation borrows everything from the set and the [`Context`], reads no
//! clock, and fails never: it returns a [`Resolution`] with a [`Reason`].
//!
//! # Why the rules are evaluated here
//!
//! Flags are asked on every update, and what they may cost is stated: 40 ns for a static flag, 200 ns for a tier with a
//! 10 % rollout, nothing allocated. `datalogic-rs`, the well-kept `JSONLogic` crate, evaluates into an arena, wants the
//! context copied into values of its own, hands operators that are not its own their arguments ready-made (so that
//! `fractional` gets a text that was put together only to be hashed), and its `flagd` feature replaces operators with the
//! second version of `fractional`. `tests/benches-flags` measures them side by side, and three more. The operators that
//! flagd knows are few and do not change, so they are a small tree here (`rule`, `compile`, `evaluate`).
//!
//! # `fractional`
//!
//! The third version hashes the deterministic CBOR of any value; the second hashed the bytes of a text. Going from one to
//! the other moves every user to another bucket, so a set says which one it was written for:
//! `"metadata": { "fractionalVersion": 2 }`; without it, the third. Any other value takes the flags that use
//! `fractional` out rather than guess.
//!
//! # Where it differs from `json-logic-js`
//!
//! - Arrays and objects are equal by content; in JavaScript they are equal only to themselves.
//! - Texts are ordered by code point and cut by character, not by UTF-16 unit.
//! - Whole numbers are exact in 64 bits; a whole result stays one.
//!
//! Sources: flagd.dev (flag definitions, custom operations), its test suite `flagd-testbed` 3.10 (run by
//! `tests/flagd_testbed.rs`), jsonlogic.com, and the OpenFeature specification (resolution details).

mod cbor;
mod compile;
mod condition;
mod context;
mod evaluate;
mod fractional;
mod murmur;
mod number;
mod problem;
mod read;
pub mod recipes;
mod resolution;
mod rule;
mod set;
mod value;
mod versions;

pub use condition::Condition;
pub use context::{Attribute, Context};
pub use fractional::FractionalVersion;
pub use problem::{FlagProblem, FlagSetError};
pub use read::FIELDS;
pub use resolution::{ErrorCode, Fault, Reason, Resolution};
pub use set::FlagSet;
