//! Why a command could not be carried out, by what the operator may do about it.

use std::error::Error as _;
use std::path::PathBuf;

use app::cashier::RefundError;
use limits_flags::ApplyError;
use limits_flags::edit::EditError;
use limits_flags::grants::GrantError;
use limits_flags::history::HistoryError;
use limits_flags::keyring::KeyringError;
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
    /// One thing of the settings was not changed.
    #[error("nothing was changed")]
    Edit(#[from] limits_flags::edit::EditError),
    /// An earlier version cannot be had.
    #[error("the settings were not brought back")]
    History(#[from] limits_flags::history::HistoryError),
    /// A customer's standing was not changed.
    #[error("nothing was changed for the customer")]
    Grant(#[from] limits_flags::grants::GrantError),
    /// Access was not changed.
    #[error("access was not changed")]
    Keyring(#[from] limits_flags::keyring::KeyringError),
    /// It cannot be done as things stand.
    #[error("{0}")]
    Refused(String),
    /// Somebody else was changing the same.
    #[error("{0}")]
    Busy(String),
    /// The queues did not answer, or not as they should.
    #[error("the queues cannot be used")]
    Queue(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The queues did not answer any more. The same once more goes on with what is left.
    #[error("{moved} rung once more, and then the queues could not be used; say it again for the rest")]
    BrokenOff {
        /// How many doorbells were moved before.
        moved: usize,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
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
    /// Money could not be dealt with.
    #[error("the payment could not be dealt with")]
    Money(#[from] app::cashier::Error),
    /// This machine lacks something.
    #[error("this machine cannot do it")]
    Machine(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// A secret that is not as it should be.
    pub(crate) fn unusable(error: runtime::Error) -> Self {
        Self::Secret(Box::new(error))
    }

    /// How the program ends; see [`Kind`].
    pub fn exit_code(&self) -> u8 {
        self.kind().exit_code()
    }

    /// What the operator may do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Problems { .. } | Self::Malformed { .. } | Self::NotFound(_) | Self::Refused(_) => {
                Kind::Refused
            }
            Self::Usage(_) | Self::File { .. } => Kind::Usage,
            Self::Settings(error)
            | Self::Edit(EditError::Apply(error))
            | Self::History(HistoryError::Apply(error)) => of_apply(error),
            Self::Grant(error) => of_grant(error),
            Self::Edit(EditError::Unknown { .. } | EditError::Refused(_))
            | Self::History(_)
            | Self::Keyring(KeyringError::Unknown(_) | KeyringError::LastOwner(_)) => Kind::Refused,
            Self::Keyring(KeyringError::Overtaken(_) | KeyringError::OwnerGone)
            | Self::Busy(_)
            | Self::Money(app::cashier::Error::Busy) => Kind::Overtaken,
            _ => Kind::Outside,
        }
    }

    /// The error and everything behind it, a line each.
    pub fn with_causes(&self) -> String {
        self.causes().join("\n  because: ")
    }

    /// The error as `--json` shows it.
    pub fn json(&self) -> Value {
        json!({"error": self.to_string(), "kind": self.kind().as_str(), "causes": self.causes().split_off(1)})
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

/// What the operator may do about an error. Scripts rely on these words and on the numbers with which the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Mend what was looked at: a file, the settings, the name of a thing that does not exist. Ends with 1, as findings do.
    Refused,
    /// Mend the arguments. Ends with 2, as clap does.
    Usage,
    /// Something outside did not do its part. Ends with 3.
    Outside,
    /// Somebody else was changing the same: look again, try again. Ends with 4.
    Overtaken,
}

impl Kind {
    /// Its word, as `--json` shows it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Usage => "usage",
            Self::Outside => "outside",
            Self::Overtaken => "overtaken",
        }
    }

    fn exit_code(self) -> u8 {
        match self {
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Outside => 3,
            Self::Overtaken => 4,
        }
    }
}

impl From<RefundError> for Error {
    fn from(error: RefundError) -> Self {
        match error {
            RefundError::Unknown => Self::NotFound(error.to_string()),
            RefundError::NoReason => Self::Usage(error.to_string()),
            RefundError::Failed(error) => Self::Money(error),
            refused => Self::Refused(refused.to_string()),
        }
    }
}

fn of_apply(error: &ApplyError) -> Kind {
    match error {
        ApplyError::Problems(_) | ApplyError::Held(_) | ApplyError::MayBeHeld(_) => Kind::Refused,
        ApplyError::Overtaken { .. } => Kind::Overtaken,
        ApplyError::Json(_) | ApplyError::Table(_) => Kind::Outside,
    }
}

fn of_grant(error: &GrantError) -> Kind {
    match error {
        GrantError::NoAccount(_) | GrantError::Unknown(_) | GrantError::Refused(_) => Kind::Refused,
        GrantError::Busy => Kind::Overtaken,
        GrantError::Table(_) => Kind::Outside,
    }
}
