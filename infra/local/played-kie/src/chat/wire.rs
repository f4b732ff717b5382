//! The answers as they are written on the wire.

use axum::Json;
use serde_json::{Value, json};

use super::asked::{Asked, Dialect};
use super::improve::{NO_IDEA, first, improve, look, tokens};
use super::schema::fill;

/// A text and what it cost.
struct Said {
    text: String,
    whole: bool,
    tokens_in: u64,
    tokens_out: u64,
}

/// The answer to a request; `stop_short` breaks it off halfway.
pub(super) fn answer(
    asked: &Asked,
    dialect: Dialect,
    number: usize,
    created_s: i64,
    stop_short: bool,
) -> Json<Value> {
    let said = said(asked, stop_short);
    Json(match dialect {
        Dialect::Completions => completion(asked, &said, number, created_s),
        Dialect::Responses => response(asked, &said, number, created_s),
    })
}

fn said(asked: &Asked, stop_short: bool) -> Said {
    let better = if asked.pictures > 0 && asked.prompt.contains(NO_IDEA) {
        look(&asked.prompt)
    } else {
        improve(&asked.prompt)
    };
    let text = asked
        .schema
        .as_ref()
        .map_or(better.clone(), |schema| fill(schema, &better).to_string());
    let wanted = tokens(&text);
    let limit = if stop_short {
        wanted / 2
    } else {
        asked.tokens_max.unwrap_or(u64::MAX)
    };
    let text = first(&text, limit);
    let tokens_in = tokens(&asked.instructions) + tokens(&asked.prompt);
    Said {
        tokens_out: tokens(&text),
        text,
        whole: wanted <= limit,
        tokens_in,
    }
}

fn completion(asked: &Asked, said: &Said, number: usize, created_s: i64) -> Value {
    json!({
        "id": format!("chatcmpl-played-{number}"),
        "object": "chat.completion",
        "created": created_s,
        "model": asked.model,
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", "content": said.text, "refusal": null},
            "finish_reason": if said.whole { "stop" } else { "length" },
        }],
        "usage": {
            "prompt_tokens": said.tokens_in,
            "completion_tokens": said.tokens_out,
            "total_tokens": said.tokens_in + said.tokens_out,
        },
    })
}

fn response(asked: &Asked, said: &Said, number: usize, created_s: i64) -> Value {
    let status = if said.whole { "completed" } else { "incomplete" };
    json!({
        "id": format!("resp_played_{number}"),
        "object": "response",
        "created_at": created_s,
        "status": status,
        "model": asked.model,
        "error": null,
        "incomplete_details": (!said.whole).then(|| json!({"reason": "max_output_tokens"})),
        "output": [{
            "id": format!("msg_played_{number}"),
            "type": "message",
            "role": "assistant",
            "status": status,
            "content": [{"type": "output_text", "text": said.text, "annotations": []}],
        }],
        "usage": {
            "input_tokens": said.tokens_in,
            "output_tokens": said.tokens_out,
            "total_tokens": said.tokens_in + said.tokens_out,
        },
    })
}
