//! Checks a call against the description: what is missing or of a wrong type is refused, what is unknown is recorded.
//!
//! The real server ignores fields it does not know, so a misspelt one shows only as a missing effect. Here it is a
//! complaint, which a test can insist on not having.

use serde_json::{Map, Value};

use crate::description::{Description, Field, Fields, Kind, Type};
use crate::error::ApiError;
use crate::params::Params;

/// Checks the whole call and returns what the real server would have passed over in silence.
pub(crate) fn check(
    description: &Description,
    method: &str,
    params: &Params,
) -> Result<Vec<String>, ApiError> {
    let fields = description
        .method(method)
        .ok_or_else(ApiError::method_not_found)?;
    let mut complaints: Vec<String> = params
        .names()
        // Parts named by an attach:// are known by the field that names them.
        .filter(|name| !fields.fields.contains_key(*name) && !params.files.contains_key(*name))
        .map(|name| format!("{method}: unknown field \"{name}\""))
        .collect();
    for (name, field) in &fields.fields {
        if params.files.contains_key(name) && matches!(field.kind, Kind::File | Kind::Upload) {
            continue;
        }
        match params.values.get(name) {
            Some(value) => Checker {
                description,
                complaints: &mut complaints,
            }
            .field(method, name, field, value)?,
            None if field.required => return Err(missing(name)),
            None => {}
        }
    }
    Ok(complaints)
}

fn missing(name: &str) -> ApiError {
    match name {
        "chat_id" => ApiError::bad_request("chat_id is empty"),
        "text" => ApiError::bad_request("message text is empty"),
        "photo" | "video" | "audio" => ApiError::bad_request(format!("there is no {name} in the request")),
        _ => ApiError::bad_request(format!("parameter \"{name}\" is required")),
    }
}

struct Checker<'a> {
    description: &'a Description,
    complaints: &'a mut Vec<String>,
}

impl Checker<'_> {
    fn field(&mut self, owner: &str, name: &str, field: &Field, value: &Value) -> Result<(), ApiError> {
        let path = format!("{owner}.{name}");
        if let Some(since) = &field.deprecated {
            self.complaints
                .push(format!("{path} is deprecated since Bot API {since}"));
        }
        self.value(&path, &field.kind, value)?;
        within_limits(owner, name, field, value)
    }

    fn value(&mut self, path: &str, kind: &Kind, value: &Value) -> Result<(), ApiError> {
        let fits = match kind {
            Kind::Int => value.is_i64(),
            Kind::Float => value.is_number(),
            Kind::Bool => value.is_boolean(),
            Kind::Str | Kind::File => value.is_string(),
            Kind::Upload => value.as_str().is_some_and(|text| text.starts_with("attach://")),
            Kind::Chat => value.is_i64() || value.is_string(),
            Kind::Any => true,
            Kind::List(inner) => return self.list(path, inner, value),
            Kind::Named(name) => return self.named(path, name, value),
        };
        if fits { Ok(()) } else { Err(mistyped(path, kind)) }
    }

    fn list(&mut self, path: &str, inner: &Kind, value: &Value) -> Result<(), ApiError> {
        let items = value
            .as_array()
            .ok_or_else(|| mistyped(path, &Kind::List(Box::new(inner.clone()))))?;
        items.iter().try_for_each(|item| self.value(path, inner, item))
    }

    fn named(&mut self, path: &str, name: &str, value: &Value) -> Result<(), ApiError> {
        let object = value
            .as_object()
            .ok_or_else(|| mistyped(path, &Kind::Named(name.to_owned())))?;
        match self.description.named(name) {
            Some(Type::Record(fields)) => self.record(name, fields, object),
            Some(Type::OneOf { one_of }) => {
                let chosen = choose(self.description, one_of, object);
                let (name, fields) = chosen.ok_or_else(|| mistyped(path, &Kind::Named(name.to_owned())))?;
                self.record(name, fields, object)
            }
            None => Ok(()),
        }
    }

    fn record(&mut self, name: &str, fields: &Fields, object: &Map<String, Value>) -> Result<(), ApiError> {
        for (key, field) in &fields.fields {
            match object.get(key).filter(|value| !value.is_null()) {
                Some(value) => self.field(name, key, field, value)?,
                None if field.required => {
                    return Err(ApiError::bad_request(format!(
                        "can't parse {name}: field \"{key}\" is missing"
                    )));
                }
                None => {}
            }
        }
        let unknown = object.keys().filter(|key| !fields.fields.contains_key(*key));
        self.complaints
            .extend(unknown.map(|key| format!("{name}: unknown field \"{key}\"")));
        Ok(())
    }
}

/// The alternative whose tags agree and whose fields are most of those given.
fn choose<'a>(
    description: &'a Description,
    one_of: &'a [String],
    object: &Map<String, Value>,
) -> Option<(&'a str, &'a Fields)> {
    let records = one_of.iter().filter_map(|name| match description.named(name) {
        Some(Type::Record(fields)) => Some((name.as_str(), fields)),
        _ => None,
    });
    records
        .filter(|(_, fields)| tags_agree(fields, object))
        .max_by_key(|(_, fields)| {
            object
                .keys()
                .filter(|key| fields.fields.contains_key(*key))
                .count()
        })
}

fn tags_agree(fields: &Fields, object: &Map<String, Value>) -> bool {
    let mut tags = fields
        .fields
        .iter()
        .filter_map(|(key, field)| field.is.as_deref().map(|is| (key, is)));
    tags.all(|(key, is)| object.get(key).and_then(Value::as_str) == Some(is))
}

fn mistyped(path: &str, kind: &Kind) -> ApiError {
    if path.ends_with("reply_markup") {
        return ApiError::bad_request("object expected as reply markup");
    }
    ApiError::bad_request(format!("field \"{path}\" must be of type {kind:?}"))
}

fn within_limits(owner: &str, name: &str, field: &Field, value: &Value) -> Result<(), ApiError> {
    let out = |(low, high): (usize, usize), size: usize| !(low..=high).contains(&size);
    let text = value.as_str();
    let outside = field.is.as_deref().is_some_and(|is| text != Some(is))
        || field
            .chars
            .filter(|_| !field.parsed)
            .zip(text)
            .is_some_and(|(limit, text)| out(limit, text.chars().count()))
        || field
            .bytes
            .zip(text)
            .is_some_and(|(limit, text)| out(limit, text.len()))
        || field
            .items
            .zip(value.as_array())
            .is_some_and(|(limit, list)| out(limit, list.len()))
        || field
            .range
            .zip(value.as_i64())
            .is_some_and(|((low, high), number)| !(low..=high).contains(&number));
    if outside {
        Err(limit_error(owner, name, field))
    } else {
        Ok(())
    }
}

/// The texts that Telegram's own errors have; the others are ours.
fn limit_error(owner: &str, name: &str, field: &Field) -> ApiError {
    match (owner, name) {
        (_, "callback_data") => ApiError::bad_request("BUTTON_DATA_INVALID"),
        ("sendInvoice" | "createInvoiceLink", "payload") => ApiError::bad_request("INVOICE_PAYLOAD_INVALID"),
        ("answerCallbackQuery", "text") => ApiError::bad_request("MESSAGE_TOO_LONG"),
        ("BotCommand", "command") => ApiError::bad_request("BOT_COMMAND_INVALID"),
        ("BotCommand", "description") => ApiError::bad_request("BOT_COMMAND_DESCRIPTION_INVALID"),
        _ => {
            let limit = [field.chars, field.bytes, field.items]
                .into_iter()
                .flatten()
                .next();
            ApiError::bad_request(format!(
                "{owner}.{name} is outside its limit {:?} {:?}",
                limit, field.range
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn checked(method: &str, body: &Value) -> Result<Vec<String>, ApiError> {
        let description = Description::read().unwrap();
        let params = Params::from_json(body.as_object().unwrap().clone());
        check(&description, method, &params)
    }

    #[test]
    fn a_whole_call_passes_without_complaint() {
        let body = json!({"chat_id": 1, "text": "hi", "reply_markup":
            {"inline_keyboard": [[{"text": "go", "callback_data": "go"}]]}});
        assert_eq!(checked("sendMessage", &body), Ok(vec![]));
    }

    #[test]
    fn what_is_missing_or_mistyped_is_refused() {
        for body in [
            json!({"text": "hi"}),
            json!({"chat_id": 1, "text": 5}),
            json!({"chat_id": 1, "text": "hi", "disable_notification": "please"}),
            json!({"chat_id": 1, "text": "hi", "reply_markup": []}),
            json!({"chat_id": 1, "text": "hi", "reply_markup": {"inline_keyboard": [{"text": "flat"}]}}),
        ] {
            assert_eq!(checked("sendMessage", &body).unwrap_err().code, 400, "{body}");
        }
    }

    #[test]
    fn what_is_unknown_is_recorded_at_any_depth() {
        let body = json!({"chat_id": 1, "text": "hi", "parsemode": "HTML", "reply_markup":
            {"inline_keyboard": [[{"text": "go", "callbackdata": "go"}]]}});
        assert_eq!(
            checked("sendMessage", &body).unwrap(),
            [
                "sendMessage: unknown field \"parsemode\"",
                "InlineKeyboardButton: unknown field \"callbackdata\""
            ]
        );
    }

    #[test]
    fn button_data_is_counted_in_bytes() {
        let body = |data: String| {
            json!({"chat_id": 1, "text": "hi",
                "reply_markup": {"inline_keyboard": [[{"text": "go", "callback_data": data}]]}})
        };
        assert!(checked("sendMessage", &body("я".repeat(32))).is_ok());
        let error = checked("sendMessage", &body("я".repeat(33))).unwrap_err();
        assert_eq!(error.description, "Bad Request: BUTTON_DATA_INVALID");
    }

    #[test]
    fn a_media_is_chosen_by_its_tag() {
        let body = |kind: &str| json!({"chat_id": 1, "message_id": 1, "media": {"type": kind, "media": "x"}});
        assert_eq!(checked("editMessageMedia", &body("video")), Ok(vec![]));
        assert!(checked("editMessageMedia", &body("film")).is_err());
    }
}
