//! Answering an update in the HTTP response that acknowledges it.

use serde::Serialize;

use super::{
    AnswerCallbackQuery, AnswerPreCheckoutQuery, EditMessageCaption, EditMessageMedia,
    EditMessageReplyMarkup, EditMessageText, SendAudio, SendInvoice, SendMessage, SendPhoto, SendVideo,
};

/// A call that Telegram reads from the body of our answer to the webhook: no connection of our own, and a redelivered
/// update repeats exactly the reply that was lost. Its result, and so a new message's id, stays unknown to us.
///
/// Serialize it as JSON and send it with a JSON content type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "method", rename_all = "camelCase")]
pub enum Reply {
    /// A new message.
    SendMessage(SendMessage),
    /// A new photo.
    SendPhoto(SendPhoto),
    /// A new video.
    SendVideo(SendVideo),
    /// New sound.
    SendAudio(SendAudio),
    /// A text message changes.
    EditMessageText(EditMessageText),
    /// A caption changes.
    EditMessageCaption(EditMessageCaption),
    /// A message becomes a video, a photo or sound.
    EditMessageMedia(EditMessageMedia),
    /// The buttons change.
    EditMessageReplyMarkup(EditMessageReplyMarkup),
    /// A pressed button is answered.
    AnswerCallbackQuery(AnswerCallbackQuery),
    /// A new invoice.
    SendInvoice(SendInvoice),
    /// Whoever is about to pay may, or may not.
    AnswerPreCheckoutQuery(AnswerPreCheckoutQuery),
}

macro_rules! reply_from {
    ($($method:ident),+) => {$(
        impl From<$method> for Reply {
            fn from(method: $method) -> Self {
                Self::$method(method)
            }
        }
    )+};
}

reply_from!(
    SendMessage,
    SendPhoto,
    SendVideo,
    SendAudio,
    EditMessageText,
    EditMessageCaption,
    EditMessageMedia,
    EditMessageReplyMarkup,
    AnswerCallbackQuery,
    SendInvoice,
    AnswerPreCheckoutQuery
);

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::methods::{
        InlineKeyboardButton, InlineKeyboardMarkup, InputFile, InputMediaVideo, Invoice, Method,
    };

    fn written(reply: impl Into<Reply>) -> Value {
        serde_json::to_value(reply.into()).unwrap()
    }

    #[test]
    fn a_reply_is_the_method_with_its_fields_and_nothing_absent() {
        let go = InlineKeyboardButton::callback("Go", "g:1").unwrap();
        let message = SendMessage::html(7, "<b>hi</b>").with_buttons(InlineKeyboardMarkup::new([vec![go]]));
        assert_eq!(
            written(message),
            json!({
                "method": "sendMessage", "chat_id": 7, "text": "<b>hi</b>", "parse_mode": "HTML",
                "link_preview_options": {"is_disabled": true},
                "reply_markup": {"inline_keyboard": [[{"text": "Go", "callback_data": "g:1"}]]},
            })
        );
        let answer = AnswerCallbackQuery::silent("q1");
        assert_eq!(
            written(answer),
            json!({"method": "answerCallbackQuery", "callback_query_id": "q1"})
        );
    }

    #[test]
    fn an_edit_into_a_video_names_its_source() {
        let sources = [
            (InputFile::FileId("AgAD".into()), "AgAD"),
            (InputFile::Url("https://v/1.mp4".into()), "https://v/1.mp4"),
            (InputFile::Attached("video".into()), "attach://video"),
        ];
        for (source, media) in sources {
            let video = InputMediaVideo::new(source).with_caption_html("ok");
            assert_eq!(
                written(EditMessageMedia::new(7, 9, video)),
                json!({
                    "method": "editMessageMedia", "chat_id": 7, "message_id": 9,
                    "media": {"type": "video", "media": media, "caption": "ok", "parse_mode": "HTML",
                              "supports_streaming": true},
                })
            );
        }
    }

    #[test]
    fn every_reply_carries_the_name_of_its_method() {
        let file = || InputFile::FileId("f".into());
        let edited = EditMessageReplyMarkup {
            chat_id: 1,
            message_id: 2,
            reply_markup: None,
        };
        let media = EditMessageMedia::new(1, 2, InputMediaVideo::new(file()));
        let invoice = Invoice::new("title", "description", "payload", 1).unwrap();
        let named = [
            (written(SendPhoto::new(1, file())), SendPhoto::NAME),
            (written(SendVideo::new(1, file())), SendVideo::NAME),
            (written(SendAudio::new(1, file())), SendAudio::NAME),
            (written(EditMessageText::html(1, 2, "t")), EditMessageText::NAME),
            (
                written(EditMessageCaption::html(1, 2, "c")),
                EditMessageCaption::NAME,
            ),
            (written(edited), EditMessageReplyMarkup::NAME),
            (written(media), EditMessageMedia::NAME),
            (
                written(AnswerCallbackQuery::alert("q", "no")),
                AnswerCallbackQuery::NAME,
            ),
            (written(SendMessage::html(1, "t")), SendMessage::NAME),
            (written(SendInvoice::new(1, invoice)), SendInvoice::NAME),
            (
                written(AnswerPreCheckoutQuery::yes("q")),
                AnswerPreCheckoutQuery::NAME,
            ),
        ];
        for (body, name) in named {
            assert_eq!(body["method"], name);
        }
    }
}
