//! The families and what each can do.

use domain::catalog::Makes;
use domain::video::Aspect;

use crate::{Caps, Form, NO_LENGTH, Qualities};

/// Models that take the same request form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Kling 3.0.
    Kling30,
    /// Kling 2.6.
    Kling26,
    /// Kling 2.5 turbo.
    Kling25Turbo,
    /// Seedance 2.
    Seedance2,
    /// MiniMax H3.
    MinimaxH3,
    /// Hailuo 02.
    Hailuo02,
    /// Hailuo 2.3, photos only.
    Hailuo23,
    /// Sora 2, shut down on 2026-09-24. Kept so that an old row is recognised and refused.
    Sora2,
    /// Nano Banana 2: a picture from words, or another one of a photo.
    NanoBanana2,
    /// Suno's fifth: a song. It has an endpoint and records of its own.
    SunoV5,
    /// `ElevenLabs` Turbo 2.5: voices that speak every language.
    ElevenTurbo25,
}

const THREE_TO_FIFTEEN: &[u32] = &[3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const FOUR_TO_FIFTEEN: &[u32] = &[4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const FIVE_OR_TEN: &[u32] = &[5, 10];
const SIX_OR_TEN: &[u32] = &[6, 10];

const KLING_30: Caps = Caps {
    qualities: Qualities::Yes,
    durations_text_s: THREE_TO_FIFTEEN,
    durations_image_s: THREE_TO_FIFTEEN,
    aspects_text: &Aspect::ALL,
    image_keeps_its_shape: true,
    prompt_chars_min: 1,
    prompt_chars_max: 2500,
    sound: true,
};

const KLING_26: Caps = Caps {
    qualities: Qualities::No,
    durations_text_s: FIVE_OR_TEN,
    durations_image_s: FIVE_OR_TEN,
    ..KLING_30
};

const KLING_25_TURBO: Caps = Caps {
    sound: false,
    ..KLING_26
};

const SEEDANCE_2: Caps = Caps {
    qualities: Qualities::Yes,
    durations_text_s: FOUR_TO_FIFTEEN,
    durations_image_s: FOUR_TO_FIFTEEN,
    aspects_text: &Aspect::ALL,
    image_keeps_its_shape: false,
    prompt_chars_min: 3,
    prompt_chars_max: 20_000,
    sound: true,
};

/// MiniMax's own limit of a prompt; KIE.AI states none.
const MINIMAX_PROMPT_CHARS_MAX: usize = 2000;

const MINIMAX_H3: Caps = Caps {
    qualities: Qualities::No,
    prompt_chars_min: 1,
    prompt_chars_max: MINIMAX_PROMPT_CHARS_MAX,
    sound: false,
    ..SEEDANCE_2
};

/// From words it takes neither a duration nor a shape, and renders 6 s of 16:9.
const HAILUO_02: Caps = Caps {
    qualities: Qualities::FromPhoto,
    durations_text_s: &[6],
    durations_image_s: SIX_OR_TEN,
    aspects_text: &[Aspect::Landscape],
    image_keeps_its_shape: true,
    prompt_chars_min: 1,
    prompt_chars_max: 1500,
    sound: false,
};

const HAILUO_23: Caps = Caps {
    durations_text_s: &[],
    aspects_text: &[],
    ..HAILUO_02
};

const SORA_2: Caps = Caps {
    qualities: Qualities::No,
    durations_image_s: &[],
    ..HAILUO_23
};

const NANO_BANANA_2: Caps = Caps {
    qualities: Qualities::Yes,
    durations_text_s: NO_LENGTH,
    durations_image_s: NO_LENGTH,
    aspects_text: &Aspect::ALL,
    image_keeps_its_shape: true,
    prompt_chars_min: 1,
    prompt_chars_max: 20_000,
    sound: false,
};

/// It writes words and title by itself; then a prompt may have 500 characters (docs.kie.ai, generate-music).
const SUNO_V5: Caps = Caps {
    qualities: Qualities::No,
    durations_image_s: &[],
    aspects_text: &[],
    prompt_chars_max: 500,
    ..NANO_BANANA_2
};

/// The words that are spoken, at most 5000 characters (docs.kie.ai, elevenlabs/text-to-speech-turbo-2-5).
const ELEVEN_TURBO_25: Caps = Caps {
    prompt_chars_max: 5000,
    ..SUNO_V5
};

impl Family {
    /// Every family.
    pub const ALL: [Self; 11] = [
        Self::Kling30,
        Self::Kling26,
        Self::Kling25Turbo,
        Self::Seedance2,
        Self::MinimaxH3,
        Self::Hailuo02,
        Self::Hailuo23,
        Self::Sora2,
        Self::NanoBanana2,
        Self::SunoV5,
        Self::ElevenTurbo25,
    ];

    /// The name by which rows of settings choose it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kling30 => "kling-3.0",
            Self::Kling26 => "kling-2.6",
            Self::Kling25Turbo => "kling-2.5-turbo",
            Self::Seedance2 => "seedance-2",
            Self::MinimaxH3 => "minimax-h3",
            Self::Hailuo02 => "hailuo-02",
            Self::Hailuo23 => "hailuo-2.3",
            Self::Sora2 => "sora-2",
            Self::NanoBanana2 => "nano-banana-2",
            Self::SunoV5 => "suno-v5",
            Self::ElevenTurbo25 => "eleven-turbo-2.5",
        }
    }

    /// Reads a name; `None` if there is no such family.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.as_str() == text)
    }

    /// What it can do.
    pub const fn caps(self) -> Caps {
        match self {
            Self::Kling30 => KLING_30,
            Self::Kling26 => KLING_26,
            Self::Kling25Turbo => KLING_25_TURBO,
            Self::Seedance2 => SEEDANCE_2,
            Self::MinimaxH3 => MINIMAX_H3,
            Self::Hailuo02 => HAILUO_02,
            Self::Hailuo23 => HAILUO_23,
            Self::Sora2 => SORA_2,
            Self::NanoBanana2 => NANO_BANANA_2,
            Self::SunoV5 => SUNO_V5,
            Self::ElevenTurbo25 => ELEVEN_TURBO_25,
        }
    }

    /// What comes out.
    pub const fn makes(self) -> Makes {
        match self {
            Self::NanoBanana2 => Makes::Image,
            Self::SunoV5 => Makes::Music,
            Self::ElevenTurbo25 => Makes::Speech,
            _ => Makes::Video,
        }
    }

    /// Whether nobody renders it any more.
    pub const fn is_retired(self) -> bool {
        matches!(self, Self::Sora2)
    }

    /// All of it.
    pub const fn form(self) -> Form {
        Form {
            name: self.as_str(),
            makes: self.makes(),
            caps: self.caps(),
            retired: self.is_retired(),
        }
    }
}

/// Every family, as the registry lists them.
pub const FORMS: &[Form] = &[
    Family::Kling30.form(),
    Family::Kling26.form(),
    Family::Kling25Turbo.form(),
    Family::Seedance2.form(),
    Family::MinimaxH3.form(),
    Family::Hailuo02.form(),
    Family::Hailuo23.form(),
    Family::Sora2.form(),
    Family::NanoBanana2.form(),
    Family::SunoV5.form(),
    Family::ElevenTurbo25.form(),
];
