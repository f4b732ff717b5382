//! Why a command could not be carried out, by what the operator may do about it.

use std::error::Error as _;
use std::path::PathBuf;

use serde_json::{Value, json};

/// Why a command could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Say it otherwise.
    #[error("{0}")]
    Usage(String),
    /// There is nothing of that name.
    #[error("{0}")]
    NotFound(String),
    /// A file cannot be read.
    #[error("{} cannot be read", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{}: {why}", path.display())]
    Malformed {
        /// Which one.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The settings say something that cannot be; nothing was written.
    #[error("{} would not work, so nothing was applied:\n  {}", path.display(), problems.join("\n  "))]
    Problems {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problems: Vec<String>,
    },
    /// The stack's outputs could not be had.
    #[error("the stack {stack} cannot be read: {why}")]
    Stack {
        /// Which one.
        stack: String,
        /// What AWS said.
        why: String,
    },
    /// No credentials, or none that AWS takes.
    #[error("there are no AWS credentials; try: eval \"$(aws configure export-credentials --format env)\"")]
    Credentials(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The settings were not written.
    #[error("the settings were not applied")]
    Settings(#[from] limits_flags::ApplyError),
    /// A table did not answer, or not as it should.
    #[error("the tables cannot be read")]
    Table(#[from] table::Error),
    /// A table did not answer, or holds something unsound.
    #[error("the tables cannot be used")]
    Store(#[from] store::Error),
    /// A row cannot be read.
    #[error("a row cannot be read")]
    Row(#[from] table::Malformed),
    /// The secret is missing or not as it should be.
    #[error("the secret cannot be used")]
    Secret(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Telegram refused or did not answer.
    #[error("Telegram did not do it")]
    Telegram(#[from] telegram::Error),
    /// This machine lacks something.
    #[error("this machine cannot do it")]
    Machine(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// How the program ends: 1 for a file or settings to be mended, as for findings; 2 for arguments, as clap does; 3
    /// where something outside did not do its part.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Problems { .. } | Self::Malformed { .. } | Self::NotFound(_) => 1,
            Self::Usage(_) | Self::File { .. } => 2,
            _ => 3,
        }
    }

    /// The error and everything behind it, a line each.
    pub fn with_causes(&self) -> String {
        self.causes().join("\n  because: ")
    }

    /// The error as `--json` shows it.
    pub fn json(&self) -> Value {
        json!({"error": self.to_string(), "causes": self.causes().split_off(1)})
    }

    /// The error and everything behind it, what says the same again left out.
    fn causes(&self) -> Vec<String> {
        let mut lines = vec![self.to_string()];
        let mut behind = self.source();
        while let Some(cause) = behind {
            let line = cause.to_string();
            if lines.last().is_none_or(|last| !last.ends_with(&line)) {
                lines.push(line);
            }
            behind = cause.source();
        }
        lines
    }
}
