//! What a model makes of an order.

use crate::cost::Category;

/// What comes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Makes {
    /// A video.
    #[default]
    Video,
    /// A picture, from words or from another picture.
    Image,
    /// A piece of music.
    Music,
    /// Words, spoken.
    Speech,
    /// Words for a video: better ones than the customer's, or those that a photo asks for.
    Prompt,
    /// What is said in a voice message.
    Transcript,
}

impl Makes {
    /// All that there are.
    pub const ALL: [Self; 6] = [
        Self::Video,
        Self::Image,
        Self::Music,
        Self::Speech,
        Self::Prompt,
        Self::Transcript,
    ];

    /// Its name in rows: `image`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Image => "image",
            Self::Music => "music",
            Self::Speech => "speech",
            Self::Prompt => "prompt",
            Self::Transcript => "transcript",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|makes| makes.as_str() == name)
    }

    /// As what the log of AI operations counts it.
    pub fn category(self, with_photo: bool) -> Category {
        match (self, with_photo) {
            (Self::Video, _) => Category::VideoGen,
            (Self::Image, false) => Category::ImageGen,
            (Self::Image, true) => Category::ImageEdit,
            (Self::Music, _) => Category::AudioGen,
            (Self::Speech, _) => Category::Tts,
            (Self::Prompt, false) => Category::Text,
            (Self::Prompt, true) => Category::TextWithImage,
            (Self::Transcript, _) => Category::Transcription,
        }
    }

    /// Whether a photo alone does not say what is wanted: how it is to be changed has to be told.
    pub fn needs_words(self) -> bool {
        self == Self::Image
    }

    /// Whether the customer chooses its length, which then has a price of its own.
    pub fn has_lengths(self) -> bool {
        self == Self::Video
    }

    /// Whether the customer chooses its shape.
    pub fn has_shapes(self) -> bool {
        matches!(self, Self::Video | Self::Image)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_operation_is_made_by_something() {
        for makes in Makes::ALL {
            assert_eq!(Makes::parse(makes.as_str()), Some(makes));
        }
        let made = |category| {
            let ways = Makes::ALL.map(|makes| [makes.category(false), makes.category(true)]);
            ways.concat().contains(&category)
        };
        assert!(Category::ALL.into_iter().all(made));
        assert_eq!(Makes::parse("film"), None);
    }
}
