//! Providers of videos, pictures and sound, one module each: what they are asked, and what their answers allow.
//!
//! One call is one attempt with the given timeout: no retries, no clock of its own, no sleeping. An order costs money, so every
//! answer is sorted by what is *known*: accepted, surely not accepted, refused for good, or unknown. Only an explicit
//! answer of the provider ends anything.
//!
//! Prompts, callback addresses and keys never reach a `Debug` output or an error text.

mod ask;
pub mod checks;
pub mod files;
pub mod google;
mod http;
mod jwt;
pub mod kie;
pub mod kling;
pub mod luma;
pub mod minimax;
pub mod openai;
mod order;
mod provider;
mod reason;
pub mod registry;
pub mod ticket;
mod upload;
pub mod vertex;
mod words;

pub use ask::{About, Ask, Words};
pub use domain::video::Quality;
pub use order::{Caps, Form, NO_LENGTH, Photo, Qualities, Unsupported, VideoOrder};
pub use provider::{Coming, Create, Found, LookUp, Looked, Provider, TaskFacts, TaskRef};
pub use reason::Reason;
pub use registry::Providers;
pub use upload::{Upload, UploadError};
