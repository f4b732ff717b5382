//! Buttons under a message.

use serde::Serialize;

use crate::limits::CALLBACK_DATA_BYTES_MAX;

/// Rows of buttons under a message. An empty one takes the buttons away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct InlineKeyboardMarkup {
    /// Rows from the top, each from the left.
    pub inline_keyboard: Vec<Vec<InlineKeyboardButton>>,
}

impl InlineKeyboardMarkup {
    /// A keyboard of these rows.
    pub fn new(rows: impl IntoIterator<Item = Vec<InlineKeyboardButton>>) -> Self {
        Self {
            inline_keyboard: rows.into_iter().collect(),
        }
    }
}

/// A button: it comes back to us as a callback query, opens a link, or pays the invoice that it stands below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InlineKeyboardButton {
    text: String,
    #[serde(flatten)]
    action: Action,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    CallbackData(String),
    Url(String),
    Pay(bool),
}

/// The data of a button is longer than Telegram allows, or empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("callback data of {bytes} bytes: it must have 1 to {CALLBACK_DATA_BYTES_MAX}")]
pub struct CallbackDataError {
    /// How long it was.
    pub bytes: usize,
}

impl InlineKeyboardButton {
    /// A button that comes back to us with this data, 1 to 64 bytes.
    pub fn callback(text: impl Into<String>, data: impl Into<String>) -> Result<Self, CallbackDataError> {
        let data = data.into();
        match data.len() {
            1..=CALLBACK_DATA_BYTES_MAX => Ok(Self {
                text: text.into(),
                action: Action::CallbackData(data),
            }),
            bytes => Err(CallbackDataError { bytes }),
        }
    }

    /// A button that opens a link.
    pub fn url(text: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            action: Action::Url(url.into()),
        }
    }

    /// The button that pays. It stands first, below an invoice and nowhere else; `⭐` and `XTR` in its text are shown as
    /// the Star's picture.
    pub fn pay(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            action: Action::Pay(true),
        }
    }

    /// What stands on the button.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What comes back when it is pressed; `None` for any other.
    pub fn callback_data(&self) -> Option<&str> {
        match &self.action {
            Action::CallbackData(data) => Some(data),
            Action::Url(_) | Action::Pay(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn callback_data_is_counted_in_bytes_not_characters() {
        assert!(InlineKeyboardButton::callback("ok", "x".repeat(64)).is_ok());
        assert!(InlineKeyboardButton::callback("ok", "ж".repeat(32)).is_ok());
        let refused = InlineKeyboardButton::callback("ok", "ж".repeat(33));
        assert_eq!(refused, Err(CallbackDataError { bytes: 66 }));
        assert_eq!(
            InlineKeyboardButton::callback("ok", ""),
            Err(CallbackDataError { bytes: 0 })
        );
    }

    #[test]
    fn a_keyboard_is_written_as_telegram_reads_it() {
        let go = InlineKeyboardButton::callback("Go", "g:1").unwrap();
        let site = InlineKeyboardButton::url("Site", "https://example.org");
        let pay = InlineKeyboardButton::pay("Pay ⭐250");
        assert_eq!(pay.callback_data(), None);
        assert_eq!(
            (go.text(), go.callback_data(), site.callback_data()),
            ("Go", Some("g:1"), None)
        );
        assert_eq!(
            serde_json::to_value(InlineKeyboardMarkup::new([vec![go], vec![site], vec![pay]])).unwrap(),
            json!({"inline_keyboard": [
                [{"text": "Go", "callback_data": "g:1"}],
                [{"text": "Site", "url": "https://example.org"}],
                [{"text": "Pay ⭐250", "pay": true}],
            ]})
        );
    }
}
