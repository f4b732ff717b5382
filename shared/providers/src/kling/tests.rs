use super::*;
use crate::registry::row;

fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status,
        retry_after_s: Some(7),
        envelope: serde_json::from_str(body).ok(),
    }
}

fn order(photo: Option<Photo>) -> VideoOrder {
    VideoOrder {
        family: "kling-3.0".into(),
        prompt: "SECRET".into(),
        first_frame: photo,
        aspect: Aspect::Portrait,
        duration_s: 5,
        quality: None,
        sound: true,
        callback_url: "https://us/kling?job=1".into(),
        name: "1-a-1".into(),
    }
}

#[test]
fn an_order_is_said_in_klings_own_form() {
    let options = json!({"callback_url": "https://us/kling?job=1", "external_task_id": "1-a-1",
        "watermark_info": {"enabled": false}});
    let (path, body) = request(&order(None)).unwrap();
    assert_eq!(path, "text-to-video/kling-3.0");
    let settings = json!({"multi_shot": false, "audio": "native", "resolution": "720p",
        "aspect_ratio": "9:16", "duration": 5});
    assert_eq!(
        body,
        json!({"prompt": "SECRET", "settings": settings, "options": options})
    );
    let photo = Photo::Bytes {
        mime: "image/png".into(),
        bytes: "a photo".into(),
    };
    let (path, body) = request(&order(Some(photo))).unwrap();
    assert_eq!(path, "image-to-video/kling-3.0");
    let contents =
        json!([{"type": "prompt", "text": "SECRET"}, {"type": "first_frame", "url": "YSBwaG90bw=="}]);
    let settings = json!({"multi_shot": false, "audio": "native", "resolution": "720p", "duration": 5});
    assert_eq!(
        body,
        json!({"contents": contents, "settings": settings, "options": options})
    );
}

#[test]
fn a_429_is_billing_or_rate_as_its_code_says() {
    for (status, code, reason) in [
        (401, 1004, Reason::BadKey),
        (429, 1100, Reason::OutOfFunds),
        (429, 1101, Reason::OutOfFunds),
        (429, 1102, Reason::OutOfFunds),
        (403, 1103, Reason::BadKey),
        (400, 1201, Reason::BadInput),
        (404, 1203, Reason::Retired),
        (400, 1301, Reason::Moderation),
        (429, 1304, Reason::BadKey),
    ] {
        let body = json!({"code": code, "message": "no", "request_id": "1"}).to_string();
        let refused = created(Ok(answer(status, &body)));
        let expected = Create::Rejected {
            reason,
            code,
            message: "no".into(),
        };
        assert_eq!(refused, expected);
    }
    for (status, code) in [(429, 1302), (429, 1303), (503, 5001)] {
        let body = json!({"code": code, "message": "later"}).to_string();
        let busy = created(Ok(answer(status, &body)));
        let waits = matches!(
            &busy,
            Create::NotAccepted {
                retry_after_s: Some(7),
                ..
            }
        );
        assert!(waits, "{code}: {busy:?}");
    }
}

#[test]
fn what_may_have_arrived_is_not_called_refused() {
    for (status, body) in [
        (500, r#"{"code":5000,"message":"internal"}"#),
        (504, r#"{"code":5002,"message":"timeout"}"#),
        (
            400,
            r#"{"code":1201,"message":"external_task_id already exists"}"#,
        ),
        (200, r#"{"code":0,"message":"","data":{"id":""}}"#),
        (200, "{}"),
        (502, "<html>"),
    ] {
        let lost = created(Ok(answer(status, body)));
        assert!(matches!(lost, Create::Unknown { .. }), "{body}: {lost:?}");
    }
    let unsent = created(Err(Failed::NotSent("refused".into())));
    assert!(matches!(unsent, Create::NotAccepted { .. }), "{unsent:?}");
}

#[test]
fn only_an_empty_list_says_that_there_is_no_order_of_a_name() {
    let of = |status, body: &str| found("1-a-1", Ok(answer(status, body)));
    assert_eq!(of(200, r#"{"code":0,"data":[]}"#), Found::Absent);
    let present = of(200, r#"{"code":0,"data":[{"id":"9","external_id":"1-a-1"}]}"#);
    assert_eq!(present, Found::Present { task_id: "9".into() });
    for (status, body) in [
        (200, r#"{"code":0,"data":[{"id":"9","external_id":"1-a-2"}]}"#),
        (200, r#"{"code":0,"data":null}"#),
        (200, r#"{"code":0}"#),
        (200, r#"{"code":0,"data":[{"id":"9","status":["odd"]}]}"#),
        (404, r#"{"code":1203,"message":"the model is not there"}"#),
        (401, r#"{"code":1002,"message":"no"}"#),
        (429, r#"{"code":1302,"message":"later"}"#),
        (404, "<html>"),
        (500, ""),
    ] {
        let silent = of(status, body);
        assert!(matches!(silent, Found::Unavailable { .. }), "{body}: {silent:?}");
    }
}

#[test]
fn a_record_tells_how_it_stands_what_it_cost_and_whose_it_is() {
    let body = r#"{"code":0,"data":[{"id":"9","status":"succeeded","external_id":"1-a-1",
        "outputs":[{"type":"audio","url":"https://x/a"},{"type":"video","url":"https://x/v"}],
        "billing":[{"charge_type":"cash","amount":"0.42","currency":"USD"},{"charge_type":"unit","amount":"3"}]}]}"#;
    let told = looked("9", Ok(answer(200, body)));
    let urls = vec!["https://x/v".to_owned()];
    assert_eq!(told.outcome, LookUp::Succeeded { urls });
    assert_eq!(told.facts.credits_consumed_milli, Some(420));
    assert_eq!(told.facts.own_name.as_deref(), Some("1-a-1"));
    let older = looked("9", Ok(answer(200, &body.replace("succeeded", "succeed"))));
    assert_eq!(older.outcome, told.outcome);
    let strange = looked("9", Ok(answer(200, &body.replace("succeeded", "dreaming"))));
    assert!(matches!(strange.outcome, LookUp::Unavailable { .. }));
    assert_eq!(looked("8", Ok(answer(200, body))).outcome, LookUp::Absent);
}

#[test]
fn a_callback_names_its_task_and_whether_it_is_over() {
    let notice = row("kling").unwrap().notice;
    for (status, is_over) in [("processing", false), ("succeeded", true), ("failed", true)] {
        let body = json!({"code": 0, "data": [{"id": "9", "status": status}]}).to_string();
        let task_id = "9".to_owned();
        assert_eq!(notice(body.as_bytes()), Some(Notice { task_id, is_over }));
    }
    assert_eq!(notice(b"{}"), None);
    assert_eq!(notice(br#"{"code":0,"data":[]}"#), None);
}

#[test]
fn what_has_no_value_yet_is_sent_as_null_and_is_no_reason_to_order_again() {
    let bare = r#"{"id":"9","status":"processing","message":null,"external_id":"1-a-1","outputs":null,"billing":null}"#;
    let of_order = format!(r#"{{"code":0,"data":{bare}}}"#);
    let accepted = Create::Accepted { task_id: "9".into() };
    assert_eq!(created(Ok(answer(200, &of_order))), accepted);
    let odd = r#"{"code":0,"data":{"id":"9","status":7}}"#;
    assert_eq!(
        created(Ok(answer(200, odd))),
        accepted,
        "its name is all that is wanted of it"
    );
    let listed = format!(r#"{{"code":0,"data":[{bare}]}}"#);
    let looked_at = looked("9", Ok(answer(200, &listed))).outcome;
    assert_eq!(looked_at, LookUp::Running { progress: None });
    assert_eq!(
        found("1-a-1", Ok(answer(200, &listed))),
        Found::Present { task_id: "9".into() }
    );
    let unread = looked(
        "9",
        Ok(answer(200, r#"{"code":0,"data":[{"id":"9","status":7}]}"#)),
    );
    assert!(matches!(unread.outcome, LookUp::Unavailable { .. }), "{unread:?}");
    let notice = notice(of_order.as_bytes()).unwrap();
    assert_eq!((notice.task_id.as_str(), notice.is_over), ("9", false));
}

#[test]
fn an_amount_is_read_as_a_number_too() {
    let body = r#"{"code":0,"data":[{"id":"9","status":"succeeded","outputs":[],
        "billing":[{"amount":0.42,"currency":"USD"}]}]}"#;
    let told = looked("9", Ok(answer(200, body)));
    assert_eq!(told.facts.credits_consumed_milli, Some(420));
}
