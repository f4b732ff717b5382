//! A message's text or a media's caption, as it stands after its markup has been read.

use serde_json::Value;

use crate::error::ApiError;
use crate::html::{self, Entity};
use crate::params::Params;

/// The longest message, in characters after the markup is taken out.
pub const TEXT_CHARS_MAX: usize = 4096;
/// The longest caption, counted the same way.
pub const CAPTION_CHARS_MAX: usize = 1024;

/// Text, its entities, and the source it was read from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) plain: String,
    pub(crate) entities: Vec<Entity>,
    pub(crate) raw: String,
}

impl Text {
    /// The text of a message: it must not be empty.
    pub(crate) fn message(params: &Params) -> Result<Self, ApiError> {
        let raw = params.text("text").unwrap_or_default();
        let text = Self::read(raw, params.text("parse_mode"), params.value("entities"))?;
        if text.plain.is_empty() {
            return Err(ApiError::bad_request("message text is empty"));
        }
        text.within(TEXT_CHARS_MAX, "message is too long")
    }

    /// The caption of a media: absent is empty.
    pub(crate) fn caption(params: &Params) -> Result<Self, ApiError> {
        let raw = params.text("caption").unwrap_or_default();
        Self::read(raw, params.text("parse_mode"), params.value("caption_entities"))?
            .within(CAPTION_CHARS_MAX, "message caption is too long")
    }

    fn within(self, chars_max: usize, too_long: &str) -> Result<Self, ApiError> {
        if self.plain.chars().count() > chars_max {
            return Err(ApiError::bad_request(too_long));
        }
        Ok(self)
    }

    fn read(raw: &str, parse_mode: Option<&str>, entities: Option<&Value>) -> Result<Self, ApiError> {
        let (text, entities) = match parse_mode.map(str::to_ascii_lowercase).as_deref() {
            Some("html") => html::parse(raw)
                .map_err(|what| ApiError::bad_request(format!("can't parse entities: {what}")))?,
            None | Some("") => (raw.to_owned(), given(entities)),
            Some("markdown" | "markdownv2") => {
                return Err(ApiError::bad_request(
                    "can't parse entities: only HTML is played here",
                ));
            }
            Some(_) => return Err(ApiError::bad_request("unsupported parse_mode")),
        };
        Ok(trimmed(&text, entities, raw))
    }
}

fn given(entities: Option<&Value>) -> Vec<Entity> {
    let text = |entity: &Value, key: &str| entity.get(key).and_then(Value::as_str).map(str::to_owned);
    let number = |entity: &Value, key: &str| entity.get(key)?.as_u64().and_then(|n| usize::try_from(n).ok());
    let one = |entity: &Value| {
        Some(Entity {
            kind: text(entity, "type")?,
            offset: number(entity, "offset")?,
            length: number(entity, "length")?,
            url: text(entity, "url"),
            language: text(entity, "language"),
        })
    };
    entities
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(one)
        .collect()
}

/// Telegram cuts white space off both ends; the entities move along.
fn trimmed(text: &str, entities: Vec<Entity>, raw: &str) -> Text {
    let units = |text: &str| text.encode_utf16().count();
    let from_start = text.trim_start();
    let cut = units(text) - units(from_start);
    let kept = from_start.trim_end();
    let length = units(kept);
    let moved = entities.into_iter().filter_map(|mut entity| {
        let end = (entity.offset + entity.length).saturating_sub(cut).min(length);
        entity.offset = entity.offset.saturating_sub(cut);
        entity.length = end.checked_sub(entity.offset).filter(|length| *length > 0)?;
        Some(entity)
    });
    Text {
        entities: moved.collect(),
        plain: kept.to_owned(),
        raw: raw.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(text: &str) -> Result<Text, ApiError> {
        let body = json!({"text": text, "parse_mode": "HTML"});
        Text::message(&Params::from_json(body.as_object().unwrap().clone()))
    }

    #[test]
    fn the_limit_counts_what_is_left_after_the_markup() {
        let long = format!("<b>{}</b>", "я".repeat(TEXT_CHARS_MAX));
        assert_eq!(message(&long).unwrap().plain.chars().count(), TEXT_CHARS_MAX);
        let error = message(&format!("{long}я")).unwrap_err();
        assert_eq!(error.description, "Bad Request: message is too long");
    }

    #[test]
    fn a_text_of_markup_alone_is_empty() {
        assert_eq!(
            message("<b> </b>").unwrap_err().description,
            "Bad Request: message text is empty"
        );
    }

    #[test]
    fn trimming_moves_the_entities() {
        let text = message("\n 🎬<b>x </b>").unwrap();
        assert_eq!(
            (
                text.plain.as_str(),
                text.entities[0].offset,
                text.entities[0].length
            ),
            ("🎬x", 2, 1)
        );
    }
}
