//! Where a job can stand.

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Accepted and charged; waits for a worker, or for its next try.
    Queued,
    /// A worker holds the lease and is handing it to the provider.
    Submitting,
    /// It may or may not have reached the provider. Nothing is concluded from silence before the horizon.
    Unknown,
    /// The provider has it.
    Running,
    /// There is a file; it wants delivering.
    Rendered,
    /// The video stands in the customer's chat. Final, charged.
    Delivered,
    /// The customer cannot be reached; the video is kept in a vault channel.
    Stored,
    /// As stored, charged; it is sent at the customer's next visit. Final.
    Parked,
    /// It came to nothing. Final, given back.
    Failed,
    /// The customer took it back while it was queued. Final, given back.
    Canceled,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 10] = [
        Self::Queued,
        Self::Submitting,
        Self::Unknown,
        Self::Running,
        Self::Rendered,
        Self::Delivered,
        Self::Stored,
        Self::Parked,
        Self::Failed,
        Self::Canceled,
    ];

    /// Nothing changes a final stage.
    pub fn is_final(self) -> bool {
        match self {
            Self::Delivered | Self::Parked | Self::Failed | Self::Canceled => true,
            Self::Queued
            | Self::Submitting
            | Self::Unknown
            | Self::Running
            | Self::Rendered
            | Self::Stored => false,
        }
    }

    /// The name in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Submitting => "SUBMITTING",
            Self::Unknown => "UNKNOWN",
            Self::Running => "RUNNING",
            Self::Rendered => "RENDERED",
            Self::Delivered => "DELIVERED",
            Self::Stored => "STORED",
            Self::Parked => "PARKED",
            Self::Failed => "FAILED",
            Self::Canceled => "CANCELED",
        }
    }

    /// Reads a name; `None` if it is none of ours.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text)
    }
}
