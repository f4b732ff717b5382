//! What can go wrong with a chat model.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// One way to misbehave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChatTrouble {
    /// 429 that passes: too many requests or tokens a minute.
    RateLimited,
    /// 429 that stays: the account has no money.
    OutOfQuota,
    /// 401.
    BadKey,
    /// 400: the prompt was refused.
    Refused,
    /// 404: the model is gone.
    NoModel,
    /// 500.
    ServerError,
    /// 503.
    Overloaded,
    /// The connection is cut off.
    Cut,
    /// The answer stops in the middle, as if the token limit were reached.
    Incomplete,
}

/// A word that a person can write into a prompt.
#[derive(Clone, Copy, Debug)]
pub struct ChatWord {
    /// As it is written.
    pub word: &'static str,
    /// What it brings, to every request with it.
    pub trouble: ChatTrouble,
    /// The same for a person.
    pub meaning: &'static str,
}

const fn word(word: &'static str, trouble: ChatTrouble, meaning: &'static str) -> ChatWord {
    ChatWord {
        word,
        trouble,
        meaning,
    }
}

/// All the words.
pub const CHAT_WORDS: &[ChatWord] = &[
    word(
        "#chat-429",
        ChatTrouble::RateLimited,
        "the chat model is asked too often",
    ),
    word(
        "#chat-quota",
        ChatTrouble::OutOfQuota,
        "the chat model's account is empty",
    ),
    word(
        "#chat-401",
        ChatTrouble::BadKey,
        "the chat model's key is refused",
    ),
    word(
        "#chat-400",
        ChatTrouble::Refused,
        "the chat model refuses the prompt",
    ),
    word("#chat-404", ChatTrouble::NoModel, "the chat model is retired"),
    word("#chat-500", ChatTrouble::ServerError, "the chat model fails"),
    word(
        "#chat-503",
        ChatTrouble::Overloaded,
        "the chat model is overloaded",
    ),
    word("#chat-cut", ChatTrouble::Cut, "the chat model's answer is lost"),
    word(
        "#chat-short",
        ChatTrouble::Incomplete,
        "the chat model stops in the middle",
    ),
];

/// The first trouble word of a prompt.
pub(super) fn spoken(prompt: &str) -> Option<ChatTrouble> {
    let known = |token: &str| {
        CHAT_WORDS
            .iter()
            .find(|word| word.word == token.trim_end_matches(['.', ',', '!']))
    };
    prompt.split_whitespace().find_map(known).map(|word| word.trouble)
}

const QUOTA: &str = "You exceeded your current quota, please check your plan and billing details.";
const OVERLOADED: &str = "The engine is currently overloaded, please try again later.";
const FAILED: &str = "The server had an error while processing your request.";

impl ChatTrouble {
    /// The answer; `Incomplete` is no error and has none of its own.
    pub(super) fn answer(self) -> Response {
        match self {
            Self::RateLimited => rate_limited(),
            Self::OutOfQuota => error(429, QUOTA, "insufficient_quota", Some("insufficient_quota")),
            Self::BadKey => error(
                401,
                "Incorrect API key provided.",
                "invalid_request_error",
                Some("invalid_api_key"),
            ),
            Self::Refused => {
                let text = "Your request was rejected as a result of our safety system.";
                error(
                    400,
                    text,
                    "invalid_request_error",
                    Some("content_policy_violation"),
                )
            }
            Self::NoModel => error(
                404,
                "The model does not exist.",
                "invalid_request_error",
                Some("model_not_found"),
            ),
            Self::ServerError | Self::Incomplete => error(500, FAILED, "server_error", None),
            Self::Overloaded => error(503, OVERLOADED, "server_error", None),
            Self::Cut => crate::api::cut(),
        }
    }
}

/// 400 for a file that cannot be used.
pub(super) fn invalid(message: &str) -> Response {
    error(400, message, "invalid_request_error", Some("invalid_value"))
}

/// 400 for a field that must be there.
pub(super) fn missing(field: &str) -> Response {
    error(
        400,
        &format!("Missing required parameter: '{field}'."),
        "invalid_request_error",
        Some("missing_required_parameter"),
    )
}

fn rate_limited() -> Response {
    let mut answer = error(
        429,
        "Rate limit reached for requests",
        "requests",
        Some("rate_limit_exceeded"),
    );
    answer
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    answer
        .headers_mut()
        .insert("x-ratelimit-reset-requests", HeaderValue::from_static("1s"));
    answer
}

fn error(status: u16, message: &str, kind: &str, code: Option<&str>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = json!({"error": {"message": message, "type": kind, "param": null, "code": code}});
    (status, Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_lists_every_word() {
        let readme = include_str!("../../README.md");
        for word in CHAT_WORDS {
            let row = format!("| `{}` | {} |", word.word, word.meaning);
            assert!(readme.contains(&row), "README.md lacks {row}");
        }
    }
}
