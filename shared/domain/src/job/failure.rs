//! The reasons for which a job comes to nothing.

/// Why a job came to nothing. What the customer reads, and what the report counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Failure {
    /// The provider refused the words or the photo.
    Moderation,
    /// The provider could not use the words or the photo.
    BadInput,
    /// The provider is out of order, out of funds, or has dropped the model.
    Provider,
    /// Success was reported, and there was no file, or none that plays.
    NoFile,
    /// The file was there and is gone.
    FileGone,
    /// The customer cannot be reached, and there is nowhere to keep the video.
    Unreachable,
    /// The photo could not be fetched from Telegram.
    PhotoGone,
    /// Nothing was heard of it in time.
    TimedOut,
}

impl Failure {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::Moderation,
        Self::BadInput,
        Self::Provider,
        Self::NoFile,
        Self::FileGone,
        Self::Unreachable,
        Self::PhotoGone,
        Self::TimedOut,
    ];

    /// The name in the table, and the end of the message's name in the catalogue.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Moderation => "moderation",
            Self::BadInput => "bad-input",
            Self::Provider => "provider",
            Self::NoFile => "no-file",
            Self::FileGone => "file-gone",
            Self::Unreachable => "unreachable",
            Self::PhotoGone => "photo-gone",
            Self::TimedOut => "timed-out",
        }
    }

    /// Reads a name; `None` if it is none of ours.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.as_str() == text)
    }

    /// Whether another submission may go better.
    pub(super) fn may_pass(self) -> bool {
        match self {
            Self::Provider | Self::NoFile | Self::FileGone | Self::TimedOut => true,
            Self::Moderation | Self::BadInput | Self::Unreachable | Self::PhotoGone => false,
        }
    }
}
