use serde_json::{Value, json};

use super::*;

const PHOTO: &str = "https://up/photo.jpg";

fn order(family: Family, photo: bool) -> TaskOrder {
    let caps = family.caps();
    let durations = if photo {
        caps.durations_image_s
    } else {
        caps.durations_text_s
    };
    TaskOrder {
        family,
        prompt: "a cat 🐈".to_owned(),
        first_frame: photo.then(|| PHOTO.to_owned()),
        aspect: caps.aspects_text.first().copied().unwrap_or(Aspect::Portrait),
        duration_s: durations.last().copied().unwrap_or(5),
        quality: None,
        sound: caps.sound,
        callback_url: "https://us/kie?job=1".to_owned(),
    }
}

fn written(order: &TaskOrder) -> Value {
    serde_json::to_value(order.request().unwrap()).unwrap()
}

fn refusal(order: &TaskOrder) -> Unsupported {
    order.request().map(|_| ()).unwrap_err()
}

/// The family, whether there is a photo, and the model and input that must come of it.
fn table() -> Vec<Row> {
    let words = "a cat 🐈";
    [
        kling(words),
        minimax_and_seedance(words),
        hailuo(words),
        others(words),
    ]
    .concat()
}

type Row = (Family, bool, &'static str, Value);

fn kling(words: &str) -> Vec<Row> {
    vec![
        (
            Family::Kling30,
            false,
            "kling-3.0/video",
            json!({"prompt": words, "sound": true, "duration": "15",
            "aspect_ratio": "9:16", "mode": "std", "multi_shots": false}),
        ),
        (
            Family::Kling30,
            true,
            "kling-3.0/video",
            json!({"prompt": words, "image_urls": [PHOTO], "sound": true,
            "duration": "15", "mode": "std", "multi_shots": false}),
        ),
        (
            Family::Kling26,
            false,
            "kling-2.6/text-to-video",
            json!({"prompt": words, "sound": true,
            "aspect_ratio": "9:16", "duration": "10"}),
        ),
        (
            Family::Kling26,
            true,
            "kling-2.6/image-to-video",
            json!({"prompt": words, "image_urls": [PHOTO],
            "sound": true, "duration": "10"}),
        ),
        (
            Family::Kling25Turbo,
            false,
            "kling/v2-5-turbo-text-to-video-pro",
            json!({"prompt": words,
            "duration": "10", "aspect_ratio": "9:16"}),
        ),
        (
            Family::Kling25Turbo,
            true,
            "kling/v2-5-turbo-image-to-video-pro",
            json!({"prompt": words,
            "image_url": PHOTO, "duration": "10"}),
        ),
    ]
}

fn minimax_and_seedance(words: &str) -> Vec<Row> {
    vec![
        (
            Family::Seedance2,
            false,
            "bytedance/seedance-2",
            json!({"prompt": words, "generate_audio": true,
            "resolution": "720p", "aspect_ratio": "9:16", "duration": 15}),
        ),
        (
            Family::Seedance2,
            true,
            "bytedance/seedance-2",
            json!({"prompt": words, "first_frame_url": PHOTO,
            "generate_audio": true, "resolution": "720p", "aspect_ratio": "9:16", "duration": 15}),
        ),
        (
            Family::MinimaxH3,
            false,
            "minimax-h3/text-to-video",
            json!({"prompt": words, "duration": 15,
            "aspect_ratio": "9:16"}),
        ),
        (
            Family::MinimaxH3,
            true,
            "minimax-h3/image-to-video",
            json!({"prompt": words, "first_frame_url": PHOTO,
            "duration": 15, "aspect_ratio": "9:16"}),
        ),
    ]
}

fn hailuo(words: &str) -> Vec<Row> {
    vec![
        (
            Family::Hailuo02,
            false,
            "hailuo/02-text-to-video-pro",
            json!({"prompt": words,
            "prompt_optimizer": true}),
        ),
        (
            Family::Hailuo02,
            true,
            "hailuo/02-image-to-video-standard",
            json!({"prompt": words,
            "image_url": PHOTO, "duration": "10", "resolution": "768P", "prompt_optimizer": true}),
        ),
        (
            Family::Hailuo23,
            true,
            "hailuo/2-3-image-to-video-pro",
            json!({"prompt": words, "image_url": PHOTO,
            "duration": "10", "resolution": "768P"}),
        ),
    ]
}

/// What makes no videos. A song's row holds no input: it is the whole of its order.
fn others(words: &str) -> Vec<Row> {
    vec![
        (
            Family::NanoBanana2,
            false,
            "nano-banana-2",
            json!({"prompt": words, "aspect_ratio": "9:16", "resolution": "1K", "output_format": "jpg"}),
        ),
        (
            Family::NanoBanana2,
            true,
            "nano-banana-2",
            json!({"prompt": words, "image_input": [PHOTO], "aspect_ratio": "auto", "resolution": "1K",
            "output_format": "jpg"}),
        ),
        (Family::SunoV5, false, "V5", Value::Null),
        (
            Family::ElevenTurbo25,
            false,
            "elevenlabs/text-to-speech-turbo-2-5",
            json!({"text": words, "voice": "Rachel"}),
        ),
    ]
}

#[test]
fn a_song_has_an_order_and_an_endpoint_of_its_own() {
    let song = order(Family::SunoV5, false);
    let body = json!({"prompt": "a cat 🐈", "customMode": false, "instrumental": false, "model": "V5",
        "callBackUrl": "https://us/kie?job=1"});
    assert_eq!(written(&song), body);
    assert_eq!(song.request().unwrap().path(), "/api/v1/generate");
    let video = order(Family::Kling30, false);
    assert_eq!(video.request().unwrap().path(), "/api/v1/jobs/createTask");
}

#[test]
fn every_family_is_written_with_its_own_fields() {
    for (family, photo, model, input) in table() {
        if family == Family::SunoV5 {
            continue;
        }
        let expected = json!({"model": model, "callBackUrl": "https://us/kie?job=1", "input": input});
        assert_eq!(
            written(&order(family, photo)),
            expected,
            "{family:?}, photo: {photo}"
        );
    }
}

#[test]
fn the_table_holds_everything_that_the_families_claim_to_do() {
    for family in Family::ALL {
        for (photo, claimed) in [(false, family.caps().text()), (true, family.caps().image())] {
            let listed = table().iter().any(|row| (row.0, row.1) == (family, photo));
            assert_eq!(listed, claimed, "{family:?}, photo: {photo}");
        }
    }
}

#[test]
fn every_duration_and_aspect_that_a_family_claims_can_be_ordered() {
    for (family, photo, ..) in table() {
        let caps = family.caps();
        let durations = if photo {
            caps.durations_image_s
        } else {
            caps.durations_text_s
        };
        for (duration_s, aspect) in durations
            .iter()
            .flat_map(|s| Aspect::ALL.map(|aspect| (*s, aspect)))
        {
            let ordered = TaskOrder {
                aspect,
                duration_s,
                ..order(family, photo)
            }
            .request()
            .is_ok();
            assert_eq!(
                ordered,
                photo || !family.makes().has_shapes() || caps.aspects_text.contains(&aspect),
                "{family:?} {duration_s} {aspect:?}"
            );
        }
    }
}

#[test]
fn the_quality_chooses_what_each_family_calls_it() {
    let asked = |family, quality, path: &str| {
        let order = TaskOrder {
            quality: Some(quality),
            ..order(family, true)
        };
        written(&order).pointer(path).unwrap().clone()
    };
    assert_eq!(asked(Family::Kling30, Quality::High, "/input/mode"), "pro");
    assert_eq!(
        asked(Family::Seedance2, Quality::Standard, "/input/resolution"),
        "480p"
    );
    assert_eq!(
        asked(Family::Hailuo02, Quality::Standard, "/input/resolution"),
        "512P"
    );
    assert_eq!(
        asked(Family::Hailuo23, Quality::Standard, "/model"),
        "hailuo/2-3-image-to-video-standard"
    );
}

#[test]
fn what_cannot_be_expressed_is_refused() {
    let from = |family, photo| order(family, photo);
    let kling = || from(Family::Kling26, false);
    assert_eq!(refusal(&from(Family::Sora2, false)), Unsupported::Retired);
    assert_eq!(refusal(&from(Family::Hailuo23, false)), Unsupported::Text);
    assert_eq!(
        refusal(&TaskOrder {
            duration_s: 7,
            ..kling()
        }),
        Unsupported::Duration { duration_s: 7 }
    );
    assert_eq!(
        refusal(&TaskOrder {
            duration_s: 10,
            ..from(Family::Hailuo02, false)
        })
        .to_string(),
        "the model does not render 10 s"
    );
    let square = TaskOrder {
        aspect: Aspect::Square,
        ..from(Family::Hailuo02, false)
    };
    assert_eq!(
        refusal(&square),
        Unsupported::Aspect {
            aspect: Aspect::Square
        }
    );
    let long = TaskOrder {
        prompt: "ж".repeat(2501),
        ..kling()
    };
    assert_eq!(refusal(&long), Unsupported::Prompt { chars: 2501 });
    assert_eq!(
        refusal(&TaskOrder {
            prompt: String::new(),
            ..kling()
        }),
        Unsupported::Prompt { chars: 0 }
    );
    assert_eq!(
        refusal(&TaskOrder {
            sound: true,
            ..from(Family::Kling25Turbo, false)
        }),
        Unsupported::Sound
    );
}

#[test]
fn every_family_is_read_back_from_its_name() {
    assert_eq!(FORMS.to_vec(), Family::ALL.map(Family::form).to_vec());
    for family in Family::ALL {
        assert_eq!(Family::parse(family.as_str()), Some(family));
        assert_eq!(
            family.is_retired(),
            !family.caps().text() && !family.caps().image()
        );
    }
    assert_eq!(Family::parse("kling-9"), None);
}

#[test]
fn an_order_shows_neither_its_prompt_nor_its_callback() {
    let shown = format!("{:?}", order(Family::Kling30, true));
    assert!(
        !shown.contains("cat") && !shown.contains("job=") && !shown.contains(PHOTO),
        "{shown}"
    );
}
