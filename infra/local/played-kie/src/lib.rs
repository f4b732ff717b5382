#![doc = include_str!("../README.md")]
#![allow(
    clippy::disallowed_methods,
    reason = "the local cloud is not a Lambda: it has its own tasks and timers"
)]

mod api;
mod book;
mod callback;
mod caller;
mod chat;
mod config;
mod error;
mod media;
mod models;
mod played;
mod product;
mod sound;
mod stamp;
mod still;
mod task;
mod trouble;
pub mod video;

pub use api::serve;
pub use callback::{Forged, Signature};
pub use caller::Caller;
pub use chat::{
    CHAT_WORDS, CHECK_WORDS, ChatModel, ChatRequest, ChatTrouble, ChatWord, CheckPlay, CheckRequest,
    CheckWord,
};
pub use config::{Clock, Config, real_clock};
pub use error::Error;
pub use models::model_names;
pub use played::PlayedKie;
pub use product::Product;
pub use task::{State, TaskView};
pub use trouble::{Trouble, WORDS, Word};
pub use video::Size;
