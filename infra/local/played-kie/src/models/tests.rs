use serde_json::json;

use super::*;

fn check(model: &str, input: &Value) -> Findings {
    find(model).unwrap().check(input.as_object().unwrap())
}

#[test]
fn a_right_order_finds_nothing() {
    let input =
        json!({"prompt": "кот", "sound": false, "duration": "5", "aspect_ratio": "9:16", "mode": "std"});
    assert_eq!(check("kling-3.0/video", &input), Findings::default());
    let input = json!({"prompt": "кот", "duration": 6, "aspect_ratio": "adaptive",
        "first_frame_url": "http://127.0.0.1/a.png"});
    assert_eq!(check("bytedance/seedance-2-fast", &input), Findings::default());
}

#[test]
fn a_misnamed_field_is_ignored_but_written_down() {
    let input = json!({"prompt": "a cat", "duration": "5", "image_urls": ["http://127.0.0.1/a.png"]});
    let findings = check("kling/v2-5-turbo-text-to-video-pro", &input);
    assert_eq!(findings.refusal, None);
    assert_eq!(findings.complaints.len(), 1);
}

#[test]
fn the_json_type_of_a_duration_counts() {
    let text = json!({"prompt": "a cat", "duration": "6"});
    assert_eq!(check("minimax-h3/text-to-video", &text).refusal.unwrap().0, 422);
    let number = json!({"prompt": "a cat", "sound": true, "aspect_ratio": "1:1", "duration": 5});
    assert_eq!(check("kling-2.6/text-to-video", &number).refusal.unwrap().0, 422);
}

#[test]
fn a_missing_field_is_a_wrapped_500() {
    let input = json!({"prompt": "a cat", "duration": "5", "sound": true});
    let (code, text) = check("kling-2.6/image-to-video", &input).refusal.unwrap();
    assert_eq!((code, text.as_str()), (500, "This field is required: image_urls"));
}

#[test]
fn frames_and_references_exclude_each_other() {
    let url = "http://127.0.0.1/a.png";
    let input = json!({"prompt": "a cat", "aspect_ratio": "1:1", "first_frame_url": url, "reference_image_urls": [url]});
    assert_eq!(check("bytedance/seedance-2-5", &input).refusal.unwrap().0, 422);
}

#[test]
fn picture_urls_come_in_the_order_of_the_fields() {
    let input = json!({"end_image_url": "http://b", "image_url": "http://a"});
    let model = find("hailuo/2-3-image-to-video-pro").unwrap();
    assert_eq!(
        model.image_urls(input.as_object().unwrap()),
        ["http://a", "http://b"]
    );
}
