//! Buttons under a message.

use serde_json::Value;

use crate::error::ApiError;
use crate::model::Button;
use crate::params::Params;

/// What a button may do; it must do exactly one of these.
const ACTIONS: [&str; 11] = [
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
    "disabled",
];

/// The reply markup as sent, and the inline buttons in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Markup {
    pub(crate) raw: Option<Value>,
    pub(crate) buttons: Vec<Vec<Button>>,
}

impl Markup {
    /// Of anything but an invoice, which alone has a button that pays.
    pub(crate) fn read(params: &Params) -> Result<Self, ApiError> {
        let markup = Self::read_of_invoice(params)?;
        if markup.buttons.iter().flatten().any(|button| button.pay) {
            return Err(ApiError::bad_request("BUTTON_TYPE_INVALID"));
        }
        Ok(markup)
    }

    pub(crate) fn read_of_invoice(params: &Params) -> Result<Self, ApiError> {
        let Some(raw) = params.value("reply_markup") else {
            return Ok(Self::default());
        };
        let rows = raw.get("inline_keyboard").and_then(Value::as_array);
        let Some(rows) = rows else {
            return Ok(Self {
                raw: Some(raw.clone()),
                buttons: Vec::new(),
            });
        };
        let buttons: Vec<Vec<Button>> = rows
            .iter()
            .map(|row| row.as_array().into_iter().flatten().map(button).collect())
            .collect::<Result<_, _>>()?;
        let buttons: Vec<_> = buttons.into_iter().filter(|row| !row.is_empty()).collect();
        // An empty keyboard is no keyboard: that is how a bot removes one.
        let raw = (!buttons.is_empty()).then(|| raw.clone());
        Ok(Self { raw, buttons })
    }
}

fn button(value: &Value) -> Result<Button, ApiError> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let label = text("text").unwrap_or_default();
    if label.trim().is_empty() {
        return Err(ApiError::bad_request(
            "can't parse inline keyboard button: text must be non-empty",
        ));
    }
    match ACTIONS
        .iter()
        .filter(|action| value.get(**action).is_some())
        .count()
    {
        0 => Err(ApiError::bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        )),
        1 => Ok(Button {
            text: label,
            callback_data: text("callback_data"),
            url: text("url"),
            pay: value.get("pay").and_then(Value::as_bool).unwrap_or_default(),
        }),
        _ => Err(ApiError::bad_request(
            "can't parse inline keyboard button: exactly one action is allowed",
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(markup: Value) -> Result<Markup, ApiError> {
        Markup::read(&Params::from_json(
            [("reply_markup".to_owned(), markup)].into_iter().collect(),
        ))
    }

    #[test]
    fn a_button_does_exactly_one_thing() {
        let with = |button: Value| read(json!({"inline_keyboard": [[button]]}));
        assert!(with(json!({"text": "a", "callback_data": "a"})).is_ok());
        assert!(with(json!({"text": "a"})).is_err());
        assert!(with(json!({"text": "a", "callback_data": "a", "url": "https://e.org"})).is_err());
        assert!(with(json!({"text": " ", "callback_data": "a"})).is_err());
    }

    #[test]
    fn an_empty_keyboard_is_none() {
        assert!(read(json!({"inline_keyboard": []})).unwrap().raw.is_none());
    }
}
