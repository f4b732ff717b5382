//! Calls to Telegram as values. Each names its method and the type of its answer; absent fields are left out.

mod builders;
mod edit;
mod invoice;
mod keyboard;
mod media;
mod reply;
mod send;
mod setup;
mod stars;

use serde::{Serialize, Serializer, de::DeserializeOwned};

pub use edit::{
    EditMessageCaption, EditMessageMedia, EditMessageReplyMarkup, EditMessageText, InputMediaVideo,
};
pub use invoice::{CreateInvoiceLink, Invoice, InvoiceError, LabeledPrice, SendInvoice};
pub use keyboard::{CallbackDataError, InlineKeyboardButton, InlineKeyboardMarkup};
pub use media::{Carries, InputMedia, InputMediaAudio, InputMediaDocument, InputMediaPhoto, SendAudio};
pub use reply::Reply;
pub use send::{
    AnswerCallbackQuery, DeleteMessage, GetFile, ReplyParameters, SendMessage, SendPhoto, SendVideo,
};
pub use setup::{
    BotCommand, CommandScope, DeleteMyCommands, DeleteWebhook, GetWebhookInfo, SetChatMenuButton,
    SetMyCommands, SetWebhook, WebhookInfo,
};
pub use stars::{
    AnswerPreCheckoutQuery, EditUserStarSubscription, GetMyStarBalance, GetStarTransactions,
    RefundStarPayment,
};

/// A call to the Bot API.
pub trait Method: Serialize + Sync {
    /// The method's name as it stands in the URL.
    const NAME: &'static str;
    /// What `result` holds when it went well.
    type Answer: DeserializeOwned;
}

/// How the text is marked up. HTML is the only mode we use: three characters to escape, see [`crate::html`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ParseMode {
    /// `<b>`, `<i>`, `<code>` and a few more.
    #[serde(rename = "HTML")]
    Html,
}

/// Whether a link in the text shows a preview.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LinkPreviewOptions {
    /// `true`: no preview.
    pub is_disabled: bool,
}

impl LinkPreviewOptions {
    /// No preview: a card of ours must not change its size.
    pub const DISABLED: Self = Self { is_disabled: true };
}

/// A file to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputFile {
    /// One that Telegram already has: free, of any size, and instant.
    FileId(String),
    /// One that Telegram fetches by itself: at most 20 MB, 5 MB for a photo.
    Url(String),
    /// A part of the same multipart request, by its name. [`crate::Client`] adds the part.
    Attached(String),
}

impl Serialize for InputFile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::FileId(text) | Self::Url(text) => serializer.serialize_str(text),
            Self::Attached(part) => serializer.collect_str(&format_args!("attach://{part}")),
        }
    }
}
