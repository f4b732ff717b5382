//! The names of what can happen to a job, as its timeline keeps them.

/// The transitions, as `ARCHITECTURE.md` numbers them, and the changes that keep a job in its stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Accepted.
    T1,
    /// A worker takes it.
    T2,
    /// The provider has it.
    T3,
    /// The provider surely does not have it; it is tried again.
    T4,
    /// The provider will not have it.
    T5,
    /// Nobody knows whether the provider has it.
    T6,
    /// Nothing was heard until the horizon.
    T7,
    /// The provider has a file.
    T8,
    /// The provider has failed.
    T9,
    /// The video stands in the chat.
    T10,
    /// The video cannot be had, and surely never stood in the chat.
    T11,
    /// The video is kept, for the customer cannot be reached.
    T12,
    /// The kept video is charged.
    T13,
    /// The customer took it back.
    T14,
    /// Its time is up.
    T15,
    /// The provider has answered with words: T3 and T8 in one.
    T16,
    /// Still running: asked again later.
    Wait,
    /// An attempt to deliver begins.
    Deliver,
    /// The delivery is tried again later.
    Postpone,
    /// The progress stands in another message.
    Move,
    /// An attempt to tell of the failure begins.
    Tell,
    /// The customer was told, or never can be.
    Told,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 22] = [
        Self::T1,
        Self::T2,
        Self::T3,
        Self::T4,
        Self::T5,
        Self::T6,
        Self::T7,
        Self::T8,
        Self::T9,
        Self::T10,
        Self::T11,
        Self::T12,
        Self::T13,
        Self::T14,
        Self::T15,
        Self::T16,
        Self::Wait,
        Self::Deliver,
        Self::Postpone,
        Self::Move,
        Self::Tell,
        Self::Told,
    ];

    /// The name in the timeline.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::T1 => "T1",
            Self::T2 => "T2",
            Self::T3 => "T3",
            Self::T4 => "T4",
            Self::T5 => "T5",
            Self::T6 => "T6",
            Self::T7 => "T7",
            Self::T8 => "T8",
            Self::T9 => "T9",
            Self::T10 => "T10",
            Self::T11 => "T11",
            Self::T12 => "T12",
            Self::T13 => "T13",
            Self::T14 => "T14",
            Self::T15 => "T15",
            Self::T16 => "T16",
            Self::Wait => "wait",
            Self::Deliver => "deliver",
            Self::Postpone => "postpone",
            Self::Move => "move",
            Self::Tell => "tell",
            Self::Told => "told",
        }
    }

    /// Reads a name; `None` if it is none of ours.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == text)
    }

    /// Whether it leads to another stage, and so stands in the timeline.
    pub fn is_transition(self) -> bool {
        match self {
            Self::Wait | Self::Deliver | Self::Postpone | Self::Move | Self::Tell | Self::Told => false,
            Self::T1
            | Self::T2
            | Self::T3
            | Self::T4
            | Self::T5
            | Self::T6
            | Self::T7
            | Self::T8
            | Self::T9
            | Self::T10
            | Self::T11
            | Self::T12
            | Self::T13
            | Self::T14
            | Self::T15
            | Self::T16 => true,
        }
    }
}
