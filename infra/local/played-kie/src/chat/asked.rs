//! What a request asks for, in either dialect.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// Which endpoint is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `/v1/chat/completions`.
    Completions,
    /// `/v1/responses`.
    Responses,
}

/// A request, understood.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    pub(super) model: String,
    pub(super) instructions: String,
    pub(super) prompt: String,
    /// Pictures that came along.
    pub(super) pictures: usize,
    /// The most tokens of the answer.
    pub(super) tokens_max: Option<u64>,
    /// The JSON schema that the answer must follow.
    pub(super) schema: Option<Value>,
}

impl Asked {
    /// Reads a body; the name of the missing field otherwise.
    pub(super) fn read(body: &Value, dialect: Dialect) -> Result<Self, &'static str> {
        let model = body["model"].as_str().ok_or("model")?.to_owned();
        match dialect {
            Dialect::Completions => Self::completions(body, model),
            Dialect::Responses => Self::responses(body, model),
        }
    }

    fn completions(body: &Value, model: String) -> Result<Self, &'static str> {
        let messages = body["messages"].as_array().ok_or("messages")?;
        let limit = body["max_completion_tokens"]
            .as_u64()
            .or_else(|| body["max_tokens"].as_u64());
        Ok(Self {
            model,
            instructions: said_by(messages, &["system", "developer"]).join("\n"),
            prompt: said_by(messages, &["user"]).pop().ok_or("messages")?,
            pictures: pictures(messages),
            tokens_max: limit,
            schema: body.pointer("/response_format/json_schema/schema").cloned(),
        })
    }

    fn responses(body: &Value, model: String) -> Result<Self, &'static str> {
        let items = body["input"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut instructions = said_by(items, &["system", "developer"]);
        instructions.extend(body["instructions"].as_str().map(str::to_owned));
        let prompt = body["input"]
            .as_str()
            .map(str::to_owned)
            .or_else(|| said_by(items, &["user"]).pop());
        Ok(Self {
            model,
            instructions: instructions.join("\n"),
            prompt: prompt.ok_or("input")?,
            pictures: pictures(items),
            tokens_max: body["max_output_tokens"].as_u64(),
            schema: body.pointer("/text/format/schema").cloned(),
        })
    }
}

/// The texts of the messages with one of these roles.
fn said_by(messages: &[Value], roles: &[&str]) -> Vec<String> {
    let wanted = |message: &&Value| message["role"].as_str().is_some_and(|role| roles.contains(&role));
    messages
        .iter()
        .filter(wanted)
        .map(|message| text(&message["content"]))
        .collect()
}

/// The pictures in all messages that can be read: addresses, or JPEG and PNG in the request itself.
fn pictures(messages: &[Value]) -> usize {
    let parts = messages
        .iter()
        .filter_map(|message| message["content"].as_array());
    let urls = parts.flatten().filter_map(|part| {
        part["image_url"]["url"]
            .as_str()
            .or_else(|| part["image_url"].as_str())
    });
    let readable = |url: &str| {
        let Some((kind, data)) = url
            .strip_prefix("data:")
            .and_then(|data| data.split_once(";base64,"))
        else {
            return url.starts_with("https://");
        };
        let bytes = STANDARD.decode(data).unwrap_or_default();
        let starts = |mark: &[u8]| bytes.starts_with(mark);
        match kind {
            "image/jpeg" => starts(&[0xff, 0xd8, 0xff]),
            "image/png" => starts(b"\x89PNG"),
            _ => false,
        }
    };
    urls.filter(|url| readable(url)).count()
}

/// A content is a text, or a list of parts of which some are texts.
fn text(content: &Value) -> String {
    let parts = content.as_array().map(Vec::as_slice).unwrap_or_default();
    let texts: Vec<&str> = parts.iter().filter_map(|part| part["text"].as_str()).collect();
    content.as_str().map_or_else(|| texts.join("\n"), str::to_owned)
}
