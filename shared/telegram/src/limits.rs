//! Limits stated by the Bot API documentation, with their units.

/// `sendMessage` and `editMessageText`: characters after the markup is taken out.
pub const TEXT_CHARS_MAX: usize = 4096;
/// Captions of photos and videos: characters after the markup is taken out.
pub const CAPTION_CHARS_MAX: usize = 1024;
/// The text shown by `answerCallbackQuery`, in characters.
pub const CALLBACK_ANSWER_CHARS_MAX: usize = 200;
/// `callback_data` of a button, in bytes (Cyrillic takes two each).
pub const CALLBACK_DATA_BYTES_MAX: usize = 64;
/// The largest file (other than a photo) that Telegram fetches from a URL by itself.
pub const FETCH_BY_URL_BYTES_MAX: u64 = 20 << 20;
/// The largest file (other than a photo) that a bot may upload.
pub const UPLOAD_BYTES_MAX: u64 = 50 << 20;
/// The largest photo that Telegram fetches from a URL by itself.
pub const FETCH_PHOTO_BYTES_MAX: u64 = 5 << 20;
/// The largest photo that a bot may upload.
pub const UPLOAD_PHOTO_BYTES_MAX: u64 = 10 << 20;
/// A photo's width and height together, in pixels.
pub const PHOTO_SIDES_MAX: u32 = 10_000;
/// How many times longer than the other one side of a photo may be.
pub const PHOTO_RATIO_MAX: u32 = 20;
/// The largest file that `getFile` gives out.
pub const DOWNLOAD_BYTES_MAX: u64 = 20 << 20;
/// `title` of an invoice, in characters.
pub const INVOICE_TITLE_CHARS_MAX: usize = 32;
/// `description` of an invoice, in characters.
pub const INVOICE_DESCRIPTION_CHARS_MAX: usize = 255;
/// `payload` of an invoice, in bytes (Cyrillic takes two each).
pub const INVOICE_PAYLOAD_BYTES_MAX: usize = 128;
/// `error_message` of a refused checkout, in characters. Telegram states no limit: this fits its window.
pub const CHECKOUT_ERROR_CHARS_MAX: usize = 200;
/// The only length that a subscription's period may have, in seconds: 30 days.
pub const SUBSCRIPTION_PERIOD_S: u32 = 2_592_000;
/// The price of a subscription, in Stars.
pub const SUBSCRIPTION_STARS_MAX: u32 = 10_000;
/// Transactions in one answer of `getStarTransactions`.
pub const STAR_TRANSACTIONS_MAX: u32 = 100;
