//! What several methods have in common.

use super::{
    EditMessageCaption, EditMessageMedia, EditMessageText, InlineKeyboardMarkup, InputMediaAudio,
    InputMediaDocument, InputMediaPhoto, InputMediaVideo, ParseMode, SendAudio, SendInvoice, SendMessage,
    SendPhoto, SendVideo,
};

macro_rules! with_buttons {
    ($($method:ty),+) => {$(
        impl $method {
            /// The same with buttons.
            #[must_use]
            pub fn with_buttons(mut self, keyboard: InlineKeyboardMarkup) -> Self {
                self.reply_markup = Some(keyboard);
                self
            }
        }
    )+};
}

macro_rules! with_caption_html {
    ($($media:ty),+) => {$(
        impl $media {
            /// The same with a caption of HTML.
            #[must_use]
            pub fn with_caption_html(mut self, caption: impl Into<String>) -> Self {
                self.caption = Some(caption.into());
                self.parse_mode = Some(ParseMode::Html);
                self
            }
        }
    )+};
}

with_buttons!(
    EditMessageText,
    EditMessageCaption,
    EditMessageMedia,
    SendInvoice,
    SendMessage,
    SendVideo,
    SendPhoto,
    SendAudio
);
with_caption_html!(
    InputMediaVideo,
    InputMediaPhoto,
    InputMediaAudio,
    InputMediaDocument,
    SendVideo,
    SendPhoto,
    SendAudio
);
