//! Two kinds of "no": what the Bot API answers to the bot, and what the user side answers to its caller.

use serde::Serialize;

/// An error as the Bot API answers it. The HTTP status equals `code`.
///
/// Texts: tdlib/telegram-bot-api (`Client.cpp`, `Query.h`); the prefixes come with the constructors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code} {description}")]
pub struct ApiError {
    /// HTTP status and `error_code`.
    pub code: u16,
    /// The whole description, prefix included.
    pub description: String,
    /// `parameters` of the answer: when to come again, or where the chat went.
    pub parameters: Option<Parameters>,
}

/// What the answer adds for a machine to act upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Parameters {
    /// Seconds to wait before the same call; also sent as the header `Retry-After`.
    RetryAfter(u32),
    /// The supergroup that a group became.
    MigrateToChatId(i64),
}

impl ApiError {
    fn plain(code: u16, description: String) -> Self {
        Self {
            code,
            description,
            parameters: None,
        }
    }

    /// 400 with its prefix.
    pub fn bad_request(what: impl AsRef<str>) -> Self {
        Self::plain(400, format!("Bad Request: {}", what.as_ref()))
    }

    /// 401: the token is not this bot's.
    pub fn unauthorized() -> Self {
        Self::plain(401, "Unauthorized".into())
    }

    /// 403 with its prefix.
    pub fn forbidden(what: impl AsRef<str>) -> Self {
        Self::plain(403, format!("Forbidden: {}", what.as_ref()))
    }

    /// 404: no such method.
    pub fn method_not_found() -> Self {
        Self::plain(404, "Not Found: method not found".into())
    }

    /// 404: no such page or file.
    pub fn not_found() -> Self {
        Self::plain(404, "Not Found".into())
    }

    /// 409 with its prefix.
    pub fn conflict(what: impl AsRef<str>) -> Self {
        Self::plain(409, format!("Conflict: {}", what.as_ref()))
    }

    /// 413: the body is larger than any upload may be.
    pub fn too_large() -> Self {
        Self::plain(413, "Request Entity Too Large".into())
    }

    /// 429: come again after so many seconds.
    pub fn too_many(retry_after_s: u32) -> Self {
        Self {
            code: 429,
            description: format!("Too Many Requests: retry after {retry_after_s}"),
            parameters: Some(Parameters::RetryAfter(retry_after_s)),
        }
    }

    /// 400: the group is a supergroup now, under another id.
    pub fn migrated(to: i64) -> Self {
        Self {
            parameters: Some(Parameters::MigrateToChatId(to)),
            ..Self::bad_request("group chat was upgraded to a supergroup chat")
        }
    }

    /// 500, as while Telegram's server restarts.
    pub fn restart() -> Self {
        Self::plain(500, "Internal Server Error: restart".into())
    }

    /// 400: a press or a checkout that is answered too late, or a second time.
    pub fn query_too_old() -> Self {
        Self::bad_request("query is too old and response timeout expired or query ID is invalid")
    }

    /// The edit changes nothing: to be taken as done.
    pub fn not_modified() -> Self {
        Self::bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same as a \
             current content and reply markup of the message",
        )
    }
}

/// What went wrong on the user's side, or in starting the server.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Create the user first.
    #[error("there is no user {0}")]
    NoSuchUser(i64),
    /// Look at the chat again: the message is not there, or is gone.
    #[error("chat {chat} shows no message {message_id}")]
    NoSuchMessage {
        /// The chat looked into.
        chat: i64,
        /// The id asked for.
        message_id: i64,
    },
    /// Look at the message again: a real client has nothing to press here.
    #[error("message {message_id} has no button {callback_data:?}")]
    NoSuchButton {
        /// The message looked at.
        message_id: i64,
        /// The button's data asked for.
        callback_data: String,
    },
    /// Look again where the address came from: no invoice was ever made there.
    #[error("there is no invoice at {0}")]
    NoSuchInvoice(String),
    /// Buy Stars first, as a client would offer.
    #[error("too few Stars: {has} of {needs}")]
    TooFewStars {
        /// What the user has.
        has: i64,
        /// The price.
        needs: i64,
    },
    /// Look at the subscriptions again: there is none of this charge, or nothing in it to be changed so.
    #[error("subscription {0} cannot be changed so")]
    NoSuchSubscription(String),
    /// No such update was ever made.
    #[error("there is no update {0}")]
    NoSuchUpdate(i64),
    /// Unblock the bot first, as a client would.
    #[error("user {0} has blocked the bot")]
    Blocked(i64),
    /// Send another file: this one is no JPEG or PNG.
    #[error("not a picture that can be read")]
    NotAPicture(#[source] image::ImageError),
    /// Set a webhook first.
    #[error("no webhook is set")]
    NoWebhook,
    /// The webhook could not be reached.
    #[error("the webhook gave no answer")]
    NoAnswer(#[source] reqwest::Error),
    /// What was waited for did not come; the text says what was seen instead.
    #[error("not seen within {waited_ms} ms; {seen}")]
    TimedOut {
        /// How long the wait was.
        waited_ms: u128,
        /// What the chat showed at the end.
        seen: String,
    },
    /// The server cannot start.
    #[error("the played Telegram cannot start")]
    Start(#[source] Box<dyn std::error::Error + Send + Sync>),
}
