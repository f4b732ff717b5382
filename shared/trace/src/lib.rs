//! One trace of an order, from the update that ordered it to the video in the chat, though several invocations, hours apart
//! at worst, carry it: `infra/decisions/0006`.
//!
//! A use case says what it does with a span of [`spans`]; [`Rays`] makes a document of each that ends, in the form that
//! AWS X-Ray takes, and hands it to a [`Ground`]. Where nobody listens, or the trace is not among those that are recorded,
//! nothing is made. Nothing here waits, and nothing here can fail its caller.
//!
//! What stands in a document are words of ours: names of providers, models, methods, outcomes and events, an order as logs
//! name it. No text of anybody else has a field to stand in.

mod document;
mod here;
mod link;
mod rays;
pub mod spans;

pub use here::here;
pub use link::Link;
pub use rays::{Ground, Rays, is_for_traces};
