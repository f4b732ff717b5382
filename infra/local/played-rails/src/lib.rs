#![doc = include_str!("../README.md")]
#![allow(
    clippy::disallowed_methods,
    reason = "the local cloud is not a Lambda: it has its own tasks and timers"
)]

mod cabinet;
mod clock;
mod desk;
mod error;
mod fault;
mod money;
mod page;
mod stamp;
pub mod stripe;
pub mod yookassa;

pub use clock::{Clock, system_clock};
pub use desk::{Asked, Desk, Fate, Letter, Try};
pub use error::Error;
pub use fault::{Door, Fault, Rail, Spoilt};
pub use money::Cash;
pub use stripe::PlayedStripe;
pub use yookassa::PlayedYooKassa;
