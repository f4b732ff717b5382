//! What is asked for models, and what limits on what is spent make of it.

use super::found;
use crate::document::{Document, LimitRow, ModelCostRow};

fn cost(document: &mut Document, provider: &str, rates: &str) {
    let row = format!(r#"{{"provider":"{provider}","category":"video_gen","rates":[{rates}]}}"#);
    let row: ModelCostRow = serde_json::from_str(&row).unwrap();
    document.model_costs.insert("kling-3.0".to_owned(), row);
}

const FROM_EVER: &str = r#"{"unit":"second","usd":"0.07"}"#;

#[test]
fn what_is_asked_is_asked_by_who_makes_the_model_and_says_something() {
    assert_eq!(found(|document| cost(document, "kie", FROM_EVER)), "");
    assert_eq!(
        found(|document| cost(document, "google", FROM_EVER)),
        "model_cost#kling-3.0: provider: `google` does not make this model, `kie` does"
    );
    assert_eq!(
        found(|document| cost(document, "kie", "")),
        "model_cost#kling-3.0: rates: without one it says nothing"
    );
    for unit in ["image", "token"] {
        let out = if unit == "token" { r#","usd_out":1"# } else { "" };
        assert_eq!(
            found(|document| cost(document, "kie", &format!(r#"{{"unit":"{unit}","usd":1{out}}}"#))),
            format!(
                "model_cost#kling-3.0: rates: `kling-3.0` makes video, of which no `{unit}` is counted; say one of \
                 request, second, minute"
            )
        );
    }
    let told = found(|document| {
        cost(document, "kie", FROM_EVER);
        let row = document.model_costs["kling-3.0"].clone();
        document.model_costs.insert("a b".to_owned(), row);
    });
    assert!(
        told.starts_with("model_cost#a b: the name of a model is"),
        "{told}"
    );
}

#[test]
fn what_is_asked_is_asked_for_what_the_model_makes() {
    let told = |makes: &str, category: &str, unit: &str| {
        found(|document| {
            let model = document.models.get_mut("kling-3.0").unwrap();
            model.makes = Some(makes.to_owned());
            let out = if unit == "token" { r#","usd_out":1"# } else { "" };
            let row = format!(
                r#"{{"provider":"kie","category":"{category}","rates":[{{"unit":"{unit}","usd":1{out}}}]}}"#
            );
            let row: ModelCostRow = serde_json::from_str(&row).unwrap();
            document.model_costs.insert("kling-3.0".to_owned(), row);
        })
    };
    for (makes, category, unit) in [
        ("video", "video_gen", "minute"),
        ("image", "image_gen", "image"),
        ("image", "image_edit", "request"),
        ("music", "audio_gen", "request"),
        ("prompt", "text_with_image", "token"),
        ("transcript", "transcription", "minute"),
    ] {
        let told = told(makes, category, unit);
        assert!(!told.contains("model_cost#"), "{makes} {category} {unit}: {told}");
    }
    for (makes, category, unit, why) in [
        (
            "video",
            "image_gen",
            "second",
            "makes video, which is no `image_gen`; say `category: video_gen`",
        ),
        (
            "image",
            "video_gen",
            "image",
            "say `category: image_gen or image_edit`",
        ),
        (
            "image",
            "image_gen",
            "second",
            "makes image, of which no `second` is counted; say one of request, image",
        ),
        (
            "music",
            "audio_gen",
            "minute",
            "of which no `minute` is counted; say one of request",
        ),
        ("speech", "tts", "token", "of which no `token` is counted"),
        ("prompt", "text", "second", "of which no `second` is counted"),
        ("transcript", "text", "minute", "say `category: transcription`"),
    ] {
        let told = told(makes, category, unit);
        assert!(told.contains(why), "{makes} {category} {unit}: {told}");
    }
}

#[test]
fn rows_that_tell_nobodys_costs_are_known() {
    let document = |name: &str| {
        let mut all = super::document();
        let row = r#"{"provider":"kie","category":"video_gen","rates":[{"unit":"second","usd":1}]}"#;
        let row: ModelCostRow = serde_json::from_str(row).unwrap();
        all.model_costs.insert(name.to_owned(), row);
        let names: Vec<String> = crate::unreferred_costs(&all).map(str::to_owned).collect();
        names.join(" ")
    };
    assert_eq!(
        (document("kling-3.0").as_str(), document("kling-3").as_str()),
        ("", "kling-3")
    );
}

#[test]
fn a_limit_on_what_is_spent_goes_by_the_rates_if_there_is_one_at_every_time() {
    let limited = |max: u64, rates: &str| {
        found(|document| {
            cost(document, "kie", rates);
            let limit = format!(
                r#"{{"measure":"micro_usd","max":{max},"period":"day","anchor":"21:00","zone":"Europe/Moscow","shards":8}}"#
            );
            let limit: LimitRow = serde_json::from_str(&limit).unwrap();
            document.limits.insert("spend".to_owned(), limit);
        })
    };
    // Five seconds cost 350,000, and from December on 450,000: a row of eight must have room for one.
    assert_eq!(limited(8 * 350_000, FROM_EVER), "");
    let dearer = format!(r#"{FROM_EVER},{{"from":"2026-12-01","unit":"second","usd":"0.09"}}"#);
    assert_eq!(limited(8 * 450_000, &dearer), "");
    let told = limited(8 * 450_000 - 8, &dearer);
    assert!(told.contains("the dearest order takes 450000"), "{told}");
    let free = format!(r#"{FROM_EVER},{{"from":"2026-12-01","unit":"second","usd":0}}"#);
    let told = limited(8 * 450_000, &free);
    assert!(
        told.contains("has no `micro_usd`"),
        "it would hold nobody from then on: {told}"
    );
    let later = r#"{"from":"2026-12-01","unit":"second","usd":"0.09"}"#;
    let told = limited(8 * 450_000, later);
    assert!(told.contains("has no `micro_usd`, nor has the model"), "{told}");
}
