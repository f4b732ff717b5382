#![doc = include_str!("../README.md")]
#![allow(
    clippy::disallowed_methods,
    reason = "the local cloud is not a Lambda: it has its own tasks and timers"
)]

mod files;
pub mod google;
pub mod kling;
pub mod luma;
pub mod minimax;
mod studio;
mod task;
mod words;

pub use studio::{Config, Protocol, Studio};
pub use task::{Ending, Task, Trouble, Wish};
