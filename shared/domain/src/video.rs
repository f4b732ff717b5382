//! What a video order says, in the words that every model understands.

/// The shape of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    /// 16:9, for a television or a computer.
    Landscape,
    /// 9:16, for a phone held upright. The default: customers are on phones.
    Portrait,
    /// 1:1.
    Square,
}

impl Aspect {
    /// Every aspect, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Portrait, Self::Landscape, Self::Square];

    /// The ratio as providers and people write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Landscape => "16:9",
            Self::Portrait => "9:16",
            Self::Square => "1:1",
        }
    }

    /// Reads a ratio; `None` if it is none that we offer.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|aspect| aspect.as_str() == text)
    }
}
