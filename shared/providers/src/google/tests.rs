use super::*;

fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status,
        retry_after_s: None,
        envelope: serde_json::from_str(body).ok(),
    }
}

fn refused(status: u16, message: &str) -> Create {
    created(Ok(answer(
        status,
        &format!(r#"{{"error":{{"code":{status},"message":"{message}"}}}}"#),
    )))
}

#[test]
fn too_many_requests_are_not_an_empty_account() {
    let busy = refused(429, "You exceeded your current quota. Please retry in 12s.");
    assert!(matches!(busy, Create::NotAccepted { .. }), "{busy:?}");
    let empty = refused(429, "Your prepayment credits are depleted.");
    let reason = Reason::OutOfFunds;
    assert!(
        matches!(&empty, Create::Rejected { reason: told, .. } if *told == reason),
        "{empty:?}"
    );
}

#[test]
fn what_a_refusal_means_is_in_its_words_where_the_status_does_not_say() {
    for (status, message, reason) in [
        (
            400,
            "API key not valid. Please pass a valid API key.",
            Reason::BadKey,
        ),
        (
            400,
            "Billing is not enabled for this project.",
            Reason::OutOfFunds,
        ),
        (
            400,
            "The prompt violates our safety policies.",
            Reason::Moderation,
        ),
        (400, "duration must be a string.", Reason::BadInput),
        (403, "Permission denied.", Reason::BadKey),
        (404, "models/x is not found.", Reason::Retired),
    ] {
        let told = refused(status, message);
        assert!(
            matches!(&told, Create::Rejected { reason: it, .. } if *it == reason),
            "{message}: {told:?}"
        );
    }
    for status in [500, 504] {
        let told = refused(status, "internal");
        assert!(matches!(told, Create::Unknown { .. }), "{told:?}");
    }
}

#[test]
fn of_a_square_photo_there_is_a_video_for_a_phone() {
    let order = VideoOrder {
        family: "gemini-omni-1.2-flash".to_owned(),
        prompt: "a lake".to_owned(),
        first_frame: Some(Photo::Bytes {
            mime: "image/png".to_owned(),
            bytes: bytes::Bytes::from_static(b"png"),
        }),
        aspect: Aspect::Square,
        duration_s: 5,
        quality: None,
        sound: true,
        callback_url: String::new(),
        name: "1-a-1".to_owned(),
    };
    let body = request(&order).unwrap();
    assert_eq!(body["response_format"]["aspect_ratio"], "9:16");
    assert_eq!(body["response_format"]["duration"], "5s");
    let words = VideoOrder {
        first_frame: None,
        ..order
    };
    assert_eq!(
        request(&words),
        Err(Unsupported::Aspect {
            aspect: Aspect::Square
        })
    );
}

#[test]
fn a_name_that_would_lead_elsewhere_is_none() {
    for id in ["", "a/b", "a?b", "../x", "a b"] {
        let told = created(Ok(answer(200, &format!(r#"{{"id":"{id}","status":"queued"}}"#))));
        assert!(matches!(told, Create::Unknown { .. }), "{id}: {told:?}");
    }
}

#[test]
fn words_instead_of_a_video_are_a_refusal_and_nothing_at_all_is_none() {
    let said = |content: &str| {
        let body = format!(
            r#"{{"id":"i","status":"completed","steps":[{{"type":"user_input","content":[{{"type":"text"}}]}}{content}]}}"#
        );
        looked(Ok(answer(200, &body)))
    };
    let words = said(r#",{"type":"model_output","content":[{"type":"text","text":"I cannot."}]}"#);
    let moderated = Reason::Moderation;
    assert!(
        matches!(&words, LookUp::Failed { reason, .. } if *reason == moderated),
        "{words:?}"
    );
    assert_eq!(said(""), LookUp::SucceededWithoutFile);
    let inline = said(r#",{"type":"model_output","content":[{"type":"video","data":"AAAA"}]}"#);
    assert_eq!(inline, LookUp::SucceededWithoutFile);
}

#[test]
fn an_address_of_its_own_gives_the_file_and_not_its_description() {
    one_request::choose_crypto();
    let account = Google(Access {
        http: reqwest::Client::new(),
        base: "https://g.example".to_owned(),
        uploads: None,
        key: "SECRET".to_owned(),
        now: Arc::new(|| domain::time::Timestamp(0)),
    });
    for (given, asked) in [
        (
            "https://g.example/v1beta/files/a",
            "https://g.example/v1beta/files/a:download?alt=media",
        ),
        (
            "https://g.example/v1beta/files/a:download",
            "https://g.example/v1beta/files/a:download?alt=media",
        ),
        (
            "https://g.example/v1beta/files/a:download?alt=media",
            "https://g.example/v1beta/files/a:download?alt=media",
        ),
        ("https://g.example/f?x=1", "https://g.example/f?x=1&alt=media"),
        (
            "https://elsewhere.example/a.mp4",
            "https://elsewhere.example/a.mp4",
        ),
        ("https://g.example.evil/a.mp4", "https://g.example.evil/a.mp4"),
    ] {
        assert_eq!(account.media(given.to_owned()), asked);
    }
}
