//! The `input` of each model, with the field names and types that docs.kie.ai gives it. Fields with a documented
//! default are sent all the same where the documentation calls them required.

use serde::{Serialize, Serializer};

use super::{Family, TaskOrder};
use crate::Quality;

/// The input of one model.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Input<'o> {
    Kling30(Kling30<'o>),
    Kling26(Kling26<'o>),
    Kling25Turbo(Kling25Turbo<'o>),
    Seedance2(Seedance2<'o>),
    MinimaxH3(MinimaxH3<'o>),
    HailuoText(HailuoText<'o>),
    HailuoImage(HailuoImage<'o>),
    NanoBanana2(NanoBanana2<'o>),
    Eleven(Eleven<'o>),
}

/// A duration as text: `"5"`.
#[derive(Clone, Copy, Debug)]
pub(super) struct SecondsInText(u32);

impl Serialize for SecondsInText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Kling30<'o> {
    prompt: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_urls: Option<[&'o str; 1]>,
    sound: bool,
    duration: SecondsInText,
    #[serde(skip_serializing_if = "Option::is_none")]
    aspect_ratio: Option<&'static str>,
    mode: &'static str,
    multi_shots: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct Kling26<'o> {
    prompt: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_urls: Option<[&'o str; 1]>,
    sound: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    aspect_ratio: Option<&'static str>,
    duration: SecondsInText,
}

#[derive(Debug, Serialize)]
pub(super) struct Kling25Turbo<'o> {
    prompt: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<&'o str>,
    duration: SecondsInText,
    #[serde(skip_serializing_if = "Option::is_none")]
    aspect_ratio: Option<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct Seedance2<'o> {
    prompt: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_frame_url: Option<&'o str>,
    generate_audio: bool,
    resolution: &'static str,
    aspect_ratio: &'static str,
    duration: u32,
}

#[derive(Debug, Serialize)]
pub(super) struct MinimaxH3<'o> {
    prompt: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_frame_url: Option<&'o str>,
    duration: u32,
    aspect_ratio: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct HailuoText<'o> {
    prompt: &'o str,
    prompt_optimizer: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct HailuoImage<'o> {
    prompt: &'o str,
    image_url: &'o str,
    duration: SecondsInText,
    resolution: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_optimizer: Option<bool>,
}

/// A shape of `auto` is the photo's. A JPEG of 1K is far below the 5 MB that Telegram fetches by itself.
#[derive(Debug, Serialize)]
pub(super) struct NanoBanana2<'o> {
    prompt: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_input: Option<[&'o str; 1]>,
    aspect_ratio: &'static str,
    resolution: &'static str,
    output_format: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct Eleven<'o> {
    text: &'o str,
    voice: &'static str,
}

/// The model and its input; `None` if there is none for such an order.
pub(super) fn of(order: &TaskOrder) -> Option<(&'static str, Input<'_>)> {
    match order.family {
        Family::Kling30 => Some(kling_30(order)),
        Family::Kling26 => Some(kling_26(order)),
        Family::Kling25Turbo => Some(kling_25_turbo(order)),
        Family::Seedance2 => Some(seedance_2(order)),
        Family::MinimaxH3 => Some(minimax_h3(order)),
        Family::Hailuo02 => Some(hailuo_02(order)),
        Family::Hailuo23 => hailuo_23(order),
        Family::NanoBanana2 => Some(nano_banana_2(order)),
        Family::ElevenTurbo25 => Some(eleven_turbo_25(order)),
        // Suno's is no task of the market: see `TaskOrder::request`.
        Family::SunoV5 | Family::Sora2 => None,
    }
}

fn kling_30(order: &TaskOrder) -> (&'static str, Input<'_>) {
    let input = Kling30 {
        prompt: &order.prompt,
        image_urls: order.photo().map(|url| [url]),
        sound: order.sound,
        duration: SecondsInText(order.duration_s),
        aspect_ratio: order.aspect_unless_photo(),
        mode: order.either("std", "pro", Quality::Standard),
        multi_shots: false,
    };
    ("kling-3.0/video", Input::Kling30(input))
}

fn kling_26(order: &TaskOrder) -> (&'static str, Input<'_>) {
    let input = Kling26 {
        prompt: &order.prompt,
        image_urls: order.photo().map(|url| [url]),
        sound: order.sound,
        aspect_ratio: order.aspect_unless_photo(),
        duration: SecondsInText(order.duration_s),
    };
    (
        order.slug("kling-2.6/text-to-video", "kling-2.6/image-to-video"),
        Input::Kling26(input),
    )
}

fn kling_25_turbo(order: &TaskOrder) -> (&'static str, Input<'_>) {
    let input = Kling25Turbo {
        prompt: &order.prompt,
        image_url: order.photo(),
        duration: SecondsInText(order.duration_s),
        aspect_ratio: order.aspect_unless_photo(),
    };
    let model = order.slug(
        "kling/v2-5-turbo-text-to-video-pro",
        "kling/v2-5-turbo-image-to-video-pro",
    );
    (model, Input::Kling25Turbo(input))
}

fn seedance_2(order: &TaskOrder) -> (&'static str, Input<'_>) {
    let input = Seedance2 {
        prompt: &order.prompt,
        first_frame_url: order.photo(),
        generate_audio: order.sound,
        resolution: order.either("480p", "720p", Quality::High),
        aspect_ratio: order.aspect.as_str(),
        duration: order.duration_s,
    };
    ("bytedance/seedance-2", Input::Seedance2(input))
}

fn minimax_h3(order: &TaskOrder) -> (&'static str, Input<'_>) {
    let input = MinimaxH3 {
        prompt: &order.prompt,
        first_frame_url: order.photo(),
        duration: order.duration_s,
        aspect_ratio: order.aspect.as_str(),
    };
    (
        order.slug("minimax-h3/text-to-video", "minimax-h3/image-to-video"),
        Input::MinimaxH3(input),
    )
}

fn hailuo_02(order: &TaskOrder) -> (&'static str, Input<'_>) {
    let Some(image_url) = order.photo() else {
        let input = HailuoText {
            prompt: &order.prompt,
            prompt_optimizer: true,
        };
        return ("hailuo/02-text-to-video-pro", Input::HailuoText(input));
    };
    let input = HailuoImage {
        prompt: &order.prompt,
        image_url,
        duration: SecondsInText(order.duration_s),
        resolution: order.either("512P", "768P", Quality::High),
        prompt_optimizer: Some(true),
    };
    ("hailuo/02-image-to-video-standard", Input::HailuoImage(input))
}

fn hailuo_23(order: &TaskOrder) -> Option<(&'static str, Input<'_>)> {
    let input = HailuoImage {
        prompt: &order.prompt,
        image_url: order.photo()?,
        duration: SecondsInText(order.duration_s),
        resolution: "768P",
        prompt_optimizer: None,
    };
    let standard = "hailuo/2-3-image-to-video-standard";
    let model = order.either(standard, "hailuo/2-3-image-to-video-pro", Quality::High);
    Some((model, Input::HailuoImage(input)))
}

fn nano_banana_2(order: &TaskOrder) -> (&'static str, Input<'_>) {
    let input = NanoBanana2 {
        prompt: &order.prompt,
        image_input: order.photo().map(|url| [url]),
        aspect_ratio: order.aspect_unless_photo().unwrap_or("auto"),
        resolution: order.either("1K", "2K", Quality::Standard),
        output_format: "jpg",
    };
    ("nano-banana-2", Input::NanoBanana2(input))
}

/// The voice speaks whatever language the words are in.
fn eleven_turbo_25(order: &TaskOrder) -> (&'static str, Input<'_>) {
    let input = Eleven {
        text: &order.prompt,
        voice: "Rachel",
    };
    ("elevenlabs/text-to-speech-turbo-2-5", Input::Eleven(input))
}

impl TaskOrder {
    fn photo(&self) -> Option<&str> {
        self.first_frame.as_deref()
    }

    fn aspect_unless_photo(&self) -> Option<&'static str> {
        self.first_frame.is_none().then_some(self.aspect.as_str())
    }

    fn slug(&self, text: &'static str, image: &'static str) -> &'static str {
        if self.first_frame.is_some() { image } else { text }
    }

    fn either(&self, standard: &'static str, high: &'static str, usual: Quality) -> &'static str {
        match self.quality.unwrap_or(usual) {
            Quality::Standard => standard,
            Quality::High => high,
        }
    }
}
