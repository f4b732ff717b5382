#![doc = include_str!("../README.md")]
#![allow(
    clippy::disallowed_methods,
    reason = "the local cloud is not a Lambda: it has its own tasks and timers"
)]

mod files;
pub mod google;
mod jwt;
pub mod kling;
pub mod kling_v1;
pub mod luma;
pub mod minimax;
mod studio;
mod task;
pub mod vertex;
mod words;

pub use studio::{Config, Protocol, Studio};
pub use task::{Ending, Task, Trouble, Wish};
