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
/// The largest file that `getFile` gives out.
pub const DOWNLOAD_BYTES_MAX: u64 = 20 << 20;
