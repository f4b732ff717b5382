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

/// How good the picture is. A model has a choice of it where it has a price for the better one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quality {
    /// The cheaper one.
    #[default]
    Standard,
    /// The dearer one.
    High,
}

impl Quality {
    /// Both, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::Standard, Self::High];

    /// Its name in rows and buttons: `high`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::High => "high",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|quality| quality.as_str() == name)
    }
}
