//! Which fields each model knows.

use super::shape::Shape::{
    self, Flag, Fraction, Image, Images, Items, Links, Number, NumberInText, OneOf, Text,
};
use super::{Field, Model, Rule};

/// A field without which the order is refused.
const fn must(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        shape,
        must: true,
    }
}

const fn may(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        shape,
        must: false,
    }
}

const WIDE_TALL_SQUARE: Shape = OneOf(&["16:9", "9:16", "1:1"]);
const ASPECTS: Shape = OneOf(&["16:9", "9:16", "1:1", "4:3", "3:4", "21:9", "adaptive"]);
/// docs.kie.ai, nano-banana-2.
const NANO_BANANA: &[Field] = &[
    must("prompt", Text { min: 1, max: 20_000 }),
    may("image_input", Images { min: 0, max: 14 }),
    may(
        "aspect_ratio",
        OneOf(&[
            "1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9", "auto",
        ]),
    ),
    may("resolution", OneOf(&["1K", "2K", "4K"])),
    may("output_format", OneOf(&["png", "jpg"])),
];

/// docs.kie.ai, elevenlabs/text-to-speech-turbo-2-5.
const ELEVEN: &[Field] = &[
    must("text", Text { min: 1, max: 5000 }),
    may("voice", Text { min: 1, max: 100 }),
    may("stability", Fraction),
    may("similarity_boost", Fraction),
    may("style", Fraction),
    may("timestamps", Flag),
    may("previous_text", Text { min: 0, max: 5000 }),
    may("next_text", Text { min: 0, max: 5000 }),
    may("language_code", Text { min: 0, max: 500 }),
];

/// docs.kie.ai, suno-api/generate-music, as far as it goes without custom mode.
pub(super) const SUNO: Model = model(
    "suno",
    &[
        must("prompt", Text { min: 1, max: 500 }),
        must("customMode", Flag),
        must("instrumental", Flag),
        must("model", OneOf(&["V3_5", "V4", "V4_5", "V4_5PLUS", "V5", "V5_5"])),
        must("callBackUrl", Text { min: 8, max: 2000 }),
    ],
    Rule::Nothing,
);

const FIVE_OR_TEN: Shape = OneOf(&["5", "10"]);
const SIX_OR_TEN: Shape = OneOf(&["6", "10"]);
const FOUR_TO_FIFTEEN: Shape = Number { min: 4, max: 15 };

const KLING_3: &[Field] = &[
    must("prompt", Text { min: 1, max: 2500 }),
    may("image_urls", Images { min: 0, max: 2 }),
    must("sound", Flag),
    must("duration", NumberInText { min: 3, max: 15 }),
    may("aspect_ratio", WIDE_TALL_SQUARE),
    must("mode", OneOf(&["std", "pro"])),
    may("multi_shots", Flag),
    may("multi_prompt", Items),
    may("kling_elements", Items),
];

const KLING_26_TEXT: &[Field] = &[
    must("prompt", Text { min: 1, max: 2500 }),
    must("sound", Flag),
    must("aspect_ratio", WIDE_TALL_SQUARE),
    must("duration", FIVE_OR_TEN),
];

const KLING_26_IMAGE: &[Field] = &[
    must("prompt", Text { min: 1, max: 2500 }),
    must("image_urls", Images { min: 1, max: 1 }),
    must("sound", Flag),
    must("duration", FIVE_OR_TEN),
];

const KLING_25_TEXT: &[Field] = &[
    must("prompt", Text { min: 1, max: 2500 }),
    may("duration", FIVE_OR_TEN),
    may("aspect_ratio", WIDE_TALL_SQUARE),
    may("negative_prompt", Text { min: 0, max: 2496 }),
    may("cfg_scale", Fraction),
];

const KLING_25_IMAGE: &[Field] = &[
    must("prompt", Text { min: 1, max: 2500 }),
    must("image_url", Image),
    may("duration", FIVE_OR_TEN),
    may("negative_prompt", Text { min: 0, max: 2496 }),
    may("cfg_scale", Fraction),
];

const SEEDANCE: &[Field] = &[
    must("prompt", Text { min: 3, max: 20_000 }),
    may("first_frame_url", Image),
    may("last_frame_url", Image),
    may("reference_image_urls", Images { min: 0, max: 9 }),
    may("reference_video_urls", Links { max: 3 }),
    may("reference_audio_urls", Links { max: 3 }),
    may("generate_audio", Flag),
    may("resolution", OneOf(&["480p", "720p", "1080p"])),
    must("aspect_ratio", ASPECTS),
    may("duration", FOUR_TO_FIFTEEN),
];

const H3_TEXT: &[Field] = &[
    must("prompt", Text { min: 1, max: 7000 }),
    must("duration", FOUR_TO_FIFTEEN),
    may("aspect_ratio", ASPECTS),
];

const H3_IMAGE: &[Field] = &[
    must("prompt", Text { min: 1, max: 7000 }),
    must("first_frame_url", Image),
    may("last_frame_url", Image),
    must("duration", FOUR_TO_FIFTEEN),
    may("aspect_ratio", ASPECTS),
];

const H3_REFERENCE: &[Field] = &[
    must("prompt", Text { min: 1, max: 7000 }),
    may("reference_image_urls", Images { min: 0, max: 9 }),
    may("reference_video_urls", Links { max: 3 }),
    may("reference_audio_urls", Links { max: 3 }),
    must("duration", FOUR_TO_FIFTEEN),
    may("aspect_ratio", ASPECTS),
];

const HAILUO_TEXT: &[Field] = &[
    must("prompt", Text { min: 1, max: 1500 }),
    may("duration", SIX_OR_TEN),
    may("prompt_optimizer", Flag),
];

const HAILUO_IMAGE: &[Field] = &[
    must("prompt", Text { min: 1, max: 1500 }),
    must("image_url", Image),
    may("end_image_url", Image),
    may("duration", SIX_OR_TEN),
    may("resolution", OneOf(&["512P", "768P"])),
    may("prompt_optimizer", Flag),
];

const fn model(name: &'static str, fields: &'static [Field], rule: Rule) -> Model {
    Model { name, fields, rule }
}

/// Every model that renders.
pub(super) static MODELS: &[Model] = &[
    model("kling-3.0/video", KLING_3, Rule::AspectUnlessImages),
    model("kling-2.6/text-to-video", KLING_26_TEXT, Rule::Nothing),
    model("kling-2.6/image-to-video", KLING_26_IMAGE, Rule::Nothing),
    model("kling/v2-5-turbo-text-to-video-pro", KLING_25_TEXT, Rule::Nothing),
    model(
        "kling/v2-5-turbo-image-to-video-pro",
        KLING_25_IMAGE,
        Rule::Nothing,
    ),
    model("bytedance/seedance-2-5", SEEDANCE, Rule::FramesOrReferences),
    model("bytedance/seedance-2", SEEDANCE, Rule::FramesOrReferences),
    model("bytedance/seedance-2-fast", SEEDANCE, Rule::FramesOrReferences),
    model("bytedance/seedance-2-mini", SEEDANCE, Rule::FramesOrReferences),
    model("minimax-h3/text-to-video", H3_TEXT, Rule::Nothing),
    model("minimax-h3/image-to-video", H3_IMAGE, Rule::Nothing),
    model("minimax-h3/reference-to-video", H3_REFERENCE, Rule::SomeReference),
    model("hailuo/02-text-to-video-pro", HAILUO_TEXT, Rule::Nothing),
    model("hailuo/02-image-to-video-standard", HAILUO_IMAGE, Rule::Nothing),
    model("hailuo/2-3-image-to-video-pro", HAILUO_IMAGE, Rule::Nothing),
    model("hailuo/2-3-image-to-video-standard", HAILUO_IMAGE, Rule::Nothing),
    model("nano-banana-2", NANO_BANANA, Rule::Nothing),
    model("elevenlabs/text-to-speech-turbo-2-5", ELEVEN, Rule::Nothing),
];
