//! Why the local cloud does not start, or stops.

use std::path::PathBuf;

/// What went wrong, by what a person can do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Run it inside the project.
    #[error("there is no template.yaml here or above; run this inside the project")]
    NoTemplate,
    /// The template, the build of the functions, or the machine.
    #[error(transparent)]
    Local(#[from] local_lambda::Error),
    /// Choose another port.
    #[error("port {port} of this machine cannot be used; choose another one with --port")]
    Port {
        /// The port that was asked for.
        port: u16,
        /// What the machine said.
        #[source]
        source: std::io::Error,
    },
    /// Stop the other one, or run this one in a clone of its own.
    #[error(
        "another `cargo dev` runs in this clone and uses {directory}; stop it first, or run this one in a clone of its own"
    )]
    SeatTaken {
        /// What it uses.
        directory: PathBuf,
    },
    /// A file or directory of this machine refuses.
    #[error("cannot use {path}")]
    File {
        /// Which one.
        path: PathBuf,
        /// What the machine said.
        #[source]
        source: std::io::Error,
    },
    /// Correct the settings file.
    #[error("{path} cannot be applied: {why}")]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Telegram, real or played, refuses something without which nothing works.
    #[error("Telegram refuses {doing}: {why}")]
    Telegram {
        /// What was tried.
        doing: &'static str,
        /// What it said.
        why: String,
    },
    /// Use a bot of one's own, or say that the deployed one may fall silent.
    #[error(
        "@{username} has a webhook at {host}, so somewhere it is deployed. Fetching its updates here would take the webhook \
         away, and its users would hear nothing until `cargo ctl webhook set` is run there. Make another bot for trying (and \
         look whether TELEGRAM_BOT_TOKEN is still set from something else), or say `cargo dev -- --take-webhook`"
    )]
    WebhookInTheWay {
        /// The bot.
        username: String,
        /// Where its updates go.
        host: String,
    },
    /// Copy it again from BotFather, or unset the variable.
    #[error(
        "TELEGRAM_BOT_TOKEN does not look like a bot's token (numbers, a colon, and 35 letters, from @BotFather); unset it \
         to use the played Telegram"
    )]
    NoToken,
    /// Look at the network.
    #[error("Telegram cannot be reached: {why}")]
    NoTelegram {
        /// What happened instead of an answer.
        why: String,
    },
    /// Something that only a fault of ours can cause.
    #[error("{doing} failed")]
    Broken {
        /// What was tried.
        doing: &'static str,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The demo saw something else than it waited for.
    #[error("the demo: {0}")]
    Demo(String),
    /// The day cannot be played, or what it saw is no day.
    #[error("the day: {0}")]
    Day(String),
    /// The load cannot be put on, or does not come off again.
    #[error("the load: {0}")]
    Load(String),
}

impl Error {
    /// For what cannot fail unless we are at fault.
    pub(crate) fn broken<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        doing: &'static str,
    ) -> impl FnOnce(E) -> Self {
        move |source| Self::Broken {
            doing,
            source: source.into(),
        }
    }

    /// The error and its causes in a line.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        text
    }
}

/// A result whose error is the local cloud's.
pub type Result<T, E = Error> = std::result::Result<T, E>;
