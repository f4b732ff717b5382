//! `POST /v1/audio/transcriptions`: what is said in a played voice message stands in its comments.

use axum::Json;
use axum::extract::{Multipart, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::asked::Asked;
use super::improve::tokens;
use super::{ChatModel, ChatTrouble, bearer, trouble};

/// The largest file that the real service takes (platform.openai.com, speech to text).
pub(super) const AUDIO_BYTES_MAX: usize = 25 * 1024 * 1024;

/// The comment that holds the words.
const WORDS: &[u8] = b"TRANSCRIPT=";

pub(super) async fn transcriptions(
    State(chat): State<ChatModel>,
    headers: HeaderMap,
    form: Multipart,
) -> Response {
    if bearer(&headers) != Some(chat.0.api_key.as_str()) {
        return ChatTrouble::BadKey.answer();
    }
    let (model, file) = match read(form).await {
        Ok(both) => both,
        Err(missing) => return trouble::missing(missing),
    };
    let Some(said) = said(&file) else {
        return trouble::invalid("Audio file might be corrupted or unsupported");
    };
    let trouble = chat.take(&said);
    let answer = match trouble.filter(|trouble| *trouble != ChatTrouble::Incomplete) {
        Some(trouble) => trouble.answer(),
        None => Json(json!({
            "text": said,
            "usage": {"type": "tokens", "input_tokens": 100, "output_tokens": tokens(&said), "total_tokens": 100 + tokens(&said)},
        }))
        .into_response(),
    };
    let cut = trouble == Some(ChatTrouble::Cut);
    let asked = Asked {
        model,
        instructions: String::new(),
        prompt: said,
        pictures: 0,
        tokens_max: None,
        schema: None,
    };
    chat.note(asked, if cut { 0 } else { answer.status().as_u16() });
    answer
}

async fn read(mut form: Multipart) -> Result<(String, Vec<u8>), &'static str> {
    let (mut model, mut file) = (None, None);
    while let Some(field) = form.next_field().await.map_err(|_| "body")? {
        match field.name().unwrap_or_default() {
            "model" => model = field.text().await.ok(),
            // Its kind is known by its name's ending, as the real service does.
            "file"
                if field
                    .file_name()
                    .and_then(|name| name.rsplit_once('.'))
                    .is_some_and(|(_, ending)| ending == "ogg") =>
            {
                file = field.bytes().await.ok().map(|bytes| bytes.to_vec());
            }
            _ => {}
        }
    }
    Ok((model.ok_or("model")?, file.ok_or("file")?))
}

/// The words in an OGG file; empty where nobody speaks. `None` for what is no such file.
fn said(file: &[u8]) -> Option<String> {
    file.starts_with(b"OggS").then_some(())?;
    let found = file.windows(WORDS.len()).position(|bytes| bytes == WORDS);
    let Some(at) = found else {
        return Some(String::new());
    };
    // A comment is preceded by its length, in four bytes.
    let length: [u8; 4] = file.get(at.checked_sub(4)?..at)?.try_into().ok()?;
    let end = at.checked_add(usize::try_from(u32::from_le_bytes(length)).ok()?)?;
    let words = file.get(at + WORDS.len()..end)?;
    String::from_utf8(words.to_vec()).ok()
}
