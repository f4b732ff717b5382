//! Why a call failed, by what the caller may do about it.

use wire::{Silence, Unanswered};

/// Why a call failed. No variant's text holds the URL, which would hold the bot token.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is there to read: the bot was blocked, the account is gone, there is no such chat, or the bot may not
    /// write there. Do not try again until the user comes back by itself.
    #[error("the chat cannot be reached: {description}")]
    Unreachable {
        /// As Telegram said it.
        description: String,
    },
    /// The group has become a supergroup: use that id from now on.
    #[error("the chat has moved to {to}")]
    Migrated {
        /// Its new id.
        to: i64,
    },
    /// The message to be edited was deleted or can no longer be edited: send a new one.
    #[error("the message is gone: {description}")]
    MessageGone {
        /// As Telegram said it.
        description: String,
    },
    /// The message already stands as it should: a success.
    #[error("the message already stands like that")]
    NotModified,
    /// The caption of a text message was to be edited: it has not become a video.
    #[error("the message has no caption: it is a text")]
    NoCaption,
    /// The text of a photo or video was to be edited: it has already become one.
    #[error("the message has no text: it is a photo or a video")]
    NoText,
    /// Telegram could not or would not fetch our URL: download the file and upload it.
    #[error("Telegram did not fetch the file: {description}")]
    FetchRefused {
        /// As Telegram said it.
        description: String,
    },
    /// The file is larger than the way it was to take allows.
    #[error("the file is too big")]
    TooBig,
    /// The button was pressed, or the checkout asked, too long ago to be answered, or it was answered before: forget it.
    #[error("the query is too old")]
    QueryTooOld,
    /// The payment went back before: a success, unless somebody else was to have it back.
    #[error("the payment was given back before")]
    AlreadyRefunded,
    /// The bot has no such payment of this user: a wrong id, or another bot's.
    #[error("there is no such payment")]
    NoSuchPayment,
    /// Too many calls; nothing happened. The same call may be made after that time.
    #[error("too many calls, again after {retry_after_s} s")]
    RateLimited {
        /// Seconds.
        retry_after_s: u32,
    },
    /// The token is wrong or revoked: nothing works until the operator acts.
    #[error("the bot token is not accepted")]
    Unauthorized,
    /// A definite no that none of the others describes: a fault of ours. The same call would be refused again.
    #[error("refused with {code}: {description}")]
    Rejected {
        /// `error_code`.
        code: u16,
        /// As Telegram said it.
        description: String,
    },
    /// The call surely had no effect: there was no connection, or no request could be made.
    #[error("the call was not sent")]
    NotSent {
        /// Why.
        #[source]
        source: Unanswered,
    },
    /// The call may have had its effect: it timed out, the connection broke, Telegram had an internal error, or the
    /// answer could not be read.
    #[error("nobody knows whether the call had its effect: {why}")]
    Unknown {
        /// What happened instead of an answer.
        why: String,
        /// The error behind it, if there is one.
        #[source]
        source: Option<Unanswered>,
    },
}

impl Error {
    /// For a call that brought no answer.
    pub(crate) fn unanswered(error: impl Into<Unanswered>) -> Self {
        let source = error.into();
        let why = match source.silence {
            Silence::NotSent => return Self::NotSent { source },
            Silence::TimedOut => "no answer in time",
            Silence::Broken => "the connection broke",
        };
        Self::Unknown {
            why: why.to_owned(),
            source: Some(source),
        }
    }

    /// For an answer that says nothing about what happened.
    pub(crate) fn unreadable(why: impl Into<String>) -> Self {
        Self::Unknown {
            why: why.into(),
            source: None,
        }
    }
}
