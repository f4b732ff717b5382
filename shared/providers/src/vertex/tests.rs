use domain::time::Timestamp;

use super::*;
use crate::http::Failed;
use crate::registry::Access;

fn said(status: u16, body: &Value) -> Answer {
    Answer {
        status,
        retry_after_s: Some(7),
        envelope: serde_json::from_str(&body.to_string()).ok(),
    }
}

const PEM: &str = include_str!("../../../../infra/local/played-studios/keys/account.pem");

fn key_file() -> Value {
    json!({
        "client_email": "bot@p.iam.gserviceaccount.com", "private_key": PEM, "private_key_id": "1",
        "project_id": "p-1", "bucket": "videos/veo",
    })
}

fn open(key: &Value, base: &str) -> Result<Account, &'static str> {
    one_request::choose_crypto();
    Account::open(Access {
        http: Client::new(),
        base: base.to_owned(),
        uploads: None,
        key: key.to_string(),
        now: Arc::new(|| Timestamp(0)),
    })
}

fn account() -> Account {
    open(&key_file(), ROW.base).unwrap()
}

#[test]
fn a_region_has_its_own_host_and_what_is_played_is_all_at_one_place() {
    let mut key = key_file();
    for (location, host) in [
        ("europe-west4", "https://europe-west4-aiplatform.googleapis.com"),
        ("global", "https://aiplatform.googleapis.com"),
    ] {
        key["location"] = json!(location);
        let account = open(&key, ROW.base).unwrap();
        let url = format!(
            "{host}/v1/projects/p-1/locations/{location}/publishers/google/models/veo:predictLongRunning"
        );
        assert_eq!(account.url("veo", "predictLongRunning"), url);
        assert_eq!(account.tokens.place, "https://oauth2.googleapis.com/token");
        assert_eq!(
            account.files(),
            "https://storage.googleapis.com/storage/v1/b/videos/o/"
        );
    }
    let played = open(&key_file(), "http://127.0.0.1:9").unwrap();
    assert!(
        played
            .url("veo", "x")
            .starts_with("http://127.0.0.1:9/v1/projects/p-1/locations/us-central1/")
    );
    assert_eq!(played.tokens.place, "http://127.0.0.1:9/token");
    assert_eq!(played.files(), "http://127.0.0.1:9/storage/v1/b/videos/o/");
}

#[test]
fn a_key_that_is_none_is_told_and_not_quoted() {
    let with = |name: &str, value: &str| {
        let mut key = key_file();
        key[name] = json!(value);
        open(&key, ROW.base).unwrap_err()
    };
    for (name, value) in [
        ("project_id", "p/../q"),
        ("location", "evil.example/"),
        ("bucket", ""),
        ("bucket", "a b"),
        (
            "private_key",
            "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n",
        ),
        ("private_key", "hunter2"),
    ] {
        let why = with(name, value);
        assert!(
            why.contains("vertex_api_key") && !why.contains("hunter2"),
            "{why}"
        );
    }
    let mut without = key_file();
    without["bucket"] = Value::Null;
    assert!(open(&without, ROW.base).unwrap_err().contains("`bucket`"));
    assert!(
        open(&json!("hunter2"), ROW.base)
            .unwrap_err()
            .contains("key file")
    );
    let shown = format!("{:?}", account());
    let second_line = PEM.lines().nth(1).unwrap();
    assert!(
        !shown.contains(second_line) && !shown.contains("BEGIN"),
        "{shown}"
    );
}

#[tokio::test]
async fn without_a_key_an_operator_is_told_and_nobody_is_asked() {
    let vertex = Vertex {
        http: Client::new(),
        account: Err("vertex_api_key is none"),
    };
    let refused = vertex.submit(&order(None), Duration::from_secs(1)).await;
    let told = matches!(
        &refused,
        Create::Rejected {
            reason: Reason::BadKey,
            code: 0,
            ..
        }
    );
    assert!(told, "{refused:?}");
    assert!(vertex.pass().is_none());
}

fn order(photo: Option<Photo>) -> VideoOrder {
    VideoOrder {
        family: "veo-3.1-generate-001".into(),
        prompt: "SECRET".into(),
        aspect: if photo.is_some() {
            Aspect::Square
        } else {
            Aspect::Landscape
        },
        first_frame: photo,
        duration_s: 4,
        quality: Some(Quality::High),
        sound: false,
        callback_url: "https://us/vertex?job=1".into(),
        name: "1-a-1".into(),
    }
}

#[test]
fn an_order_says_all_that_has_a_price_and_where_the_video_goes() {
    let photo = Photo::Bytes {
        mime: "image/png".into(),
        bytes: "a photo".into(),
    };
    let image = json!({"bytesBase64Encoded": "YSBwaG90bw==", "mimeType": "image/png"});
    let parameters = json!({"aspectRatio": "9:16", "durationSeconds": 4, "resolution": "1080p", "generateAudio": false,
        "sampleCount": 1, "storageUri": "gs://videos/veo/"});
    assert_eq!(
        request(&order(Some(photo)), "videos/veo").unwrap(),
        json!({"instances": [{"prompt": "SECRET", "image": image}], "parameters": parameters})
    );
    let body = request(&order(None), "videos").unwrap();
    assert_eq!(body["instances"], json!([{"prompt": "SECRET"}]));
    let link = Photo::Link("https://x/photo".into());
    assert_eq!(request(&order(Some(link)), "videos"), Err(Unsupported::Image));
}

#[test]
fn what_a_refusal_means_is_in_its_words_where_the_status_does_not_say() {
    let refused = |status: u16, message: &str| {
        created(Ok(said(
            status,
            &json!({"error": {"code": status, "message": message}}),
        )))
    };
    for (status, message, reason) in [
        (400, "durationSeconds must be 4.", Reason::BadInput),
        (
            400,
            "This prompt contains words that violate our usage guidelines.",
            Reason::Moderation,
        ),
        (
            401,
            "Request had invalid authentication credentials.",
            Reason::BadKey,
        ),
        (
            403,
            "This API method requires billing to be enabled.",
            Reason::OutOfFunds,
        ),
        (
            403,
            "Permission 'aiplatform.endpoints.predict' denied.",
            Reason::BadKey,
        ),
        (404, "Publisher Model was not found.", Reason::Retired),
    ] {
        let told = refused(status, message);
        assert!(
            matches!(&told, Create::Rejected { reason: it, .. } if *it == reason),
            "{message}: {told:?}"
        );
    }
    for (status, message) in [
        (429, "Quota exceeded for aiplatform.googleapis.com."),
        (400, "Service agents are being provisioned."),
        (503, "The service is currently unavailable."),
    ] {
        let told = refused(status, message);
        let waits = matches!(
            &told,
            Create::NotAccepted {
                retry_after_s: Some(7),
                ..
            }
        );
        assert!(waits, "{message}: {told:?}");
    }
    for status in [500, 504] {
        let told = refused(status, "internal");
        assert!(matches!(told, Create::Unknown { .. }), "{told:?}");
    }
    let nameless = created(Ok(said(200, &json!({"name": ""}))));
    assert!(matches!(nameless, Create::Unknown { .. }), "{nameless:?}");
}

#[test]
fn without_a_token_nothing_was_ordered() {
    let later = NoToken::NotNow {
        why: "silence".into(),
        retry_after_s: Some(3),
    };
    let told = created(Err(Stopped::NoToken(later)));
    assert!(
        matches!(
            told,
            Create::NotAccepted {
                retry_after_s: Some(3),
                ..
            }
        ),
        "{told:?}"
    );
    let never = NoToken::Refused {
        code: 400,
        why: "invalid_grant".into(),
    };
    let told = created(Err(Stopped::NoToken(never)));
    let bad_key = matches!(
        &told,
        Create::Rejected {
            reason: Reason::BadKey,
            code: 400,
            ..
        }
    );
    assert!(bad_key, "{told:?}");
}

#[test]
fn an_operation_that_is_done_is_a_video_in_our_bucket_or_none() {
    let account = account();
    let outcome = |response: Value| {
        let body = json!({"name": "o", "done": true, "response": response});
        account.looked(Ok(said(200, &body)))
    };
    let video = |uri: &str| outcome(json!({"raiMediaFilteredCount": 0, "videos": [{"gcsUri": uri}]}));
    let urls =
        vec!["https://storage.googleapis.com/storage/v1/b/videos/o/veo%2F1%2Fa%20b.mp4?alt=media".to_owned()];
    assert_eq!(video("gs://videos/veo/1/a b.mp4"), LookUp::Succeeded { urls });
    for nowhere in ["https://videos/1.mp4", ""] {
        assert_eq!(video(nowhere), LookUp::SucceededWithoutFile, "{nowhere}");
    }
    // It was made, so it is not made again.
    for elsewhere in ["gs://others/veo/1.mp4", "gs://videos/"] {
        assert_eq!(barred_for(&video(elsewhere)), Some(Reason::BadKey), "{elsewhere}");
    }
    let inline = json!({"videos": [{"bytesBase64Encoded": "AAAA"}]});
    assert_eq!(outcome(inline), LookUp::SucceededWithoutFile);
    assert_eq!(outcome(Value::Null), LookUp::SucceededWithoutFile);
    let filtered =
        outcome(json!({"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": ["Support codes: 1"]}));
    let moderated = matches!(
        &filtered,
        LookUp::Failed {
            reason: Reason::Moderation,
            ..
        }
    );
    assert!(moderated, "{filtered:?}");
    let undone = account.looked(Ok(said(200, &json!({"name": "o", "response": {"videos": []}}))));
    assert_eq!(undone, LookUp::Running { progress: None });
}

/// For what an operator has to act before a task can be asked for.
fn barred_for(looked: &LookUp) -> Option<Reason> {
    match looked {
        LookUp::Barred { reason, .. } => Some(*reason),
        _ => None,
    }
}

#[test]
fn an_operation_is_asked_for_where_it_runs_whatever_the_secret_says_by_now() {
    let account = account();
    let of = |operation: &str| account.url_of(operation, "veo");
    assert_eq!(
        of("projects/old-1/locations/europe-west4/publishers/google/models/veo/operations/7"),
        "https://europe-west4-aiplatform.googleapis.com/v1/projects/old-1/locations/europe-west4/publishers/google/models/veo:fetchPredictOperation"
    );
    let here = account.url("veo", "fetchPredictOperation");
    for other in [
        "7",
        "projects/p/locations/evil.example/operations/7",
        "projects/a/../b/locations/x/7",
        "projects/../locations/x/7",
        "projects/p/locations/x",
    ] {
        assert_eq!(of(other), here, "{other}");
    }
}

#[test]
fn a_key_or_a_role_that_is_lost_while_a_render_runs_is_an_operators_matter() {
    let account = account();
    let looked = |status: u16, message: &str| {
        let body = json!({"error": {"code": status, "message": message}});
        barred_for(&account.looked(Ok(said(status, &body))))
    };
    assert_eq!(looked(401, "no credentials"), Some(Reason::BadKey));
    assert_eq!(looked(403, "permission denied"), Some(Reason::BadKey));
    assert_eq!(looked(403, "enable billing"), Some(Reason::OutOfFunds));
    assert_eq!(
        (looked(404, "no such operation"), looked(500, "internal")),
        (None, None)
    );
    let refused = |no: NoToken| barred_for(&account.looked(Err(Stopped::NoToken(no))));
    let why = || "invalid_grant".to_owned();
    assert_eq!(
        refused(NoToken::Refused {
            code: 400,
            why: why()
        }),
        Some(Reason::BadKey)
    );
    let later = NoToken::NotNow {
        why: why(),
        retry_after_s: None,
    };
    assert_eq!(refused(later), None);
}

#[test]
fn an_operation_that_has_failed_says_whose_matter_it_is() {
    for (code, message, reason) in [
        (
            3,
            "The prompt contains words that violate our guidelines.",
            Reason::Moderation,
        ),
        (400, "Unsupported image.", Reason::BadInput),
        (
            7,
            "The account does not have storage.objects.create.",
            Reason::BadKey,
        ),
        (5, "The bucket does not exist.", Reason::BadKey),
        (8, "The service is under high load.", Reason::ProviderBroke),
        (13, "Internal error.", Reason::ProviderBroke),
    ] {
        let body = json!({"name": "o", "done": true, "error": {"code": code, "message": message}});
        let told = account().looked(Ok(said(200, &body)));
        assert!(
            matches!(&told, LookUp::Failed { reason: it, .. } if *it == reason),
            "{message}: {told:?}"
        );
    }
}

#[test]
fn only_its_own_words_say_that_there_is_no_operation() {
    let account = account();
    let not_found = json!({"error": {"code": 404, "message": "not found"}});
    let gone = account.looked(Ok(said(404, &not_found)));
    assert_eq!(gone, LookUp::Absent);
    for answer in [
        Ok(said(404, &json!({}))),
        Ok(said(404, &json!("a page"))),
        Ok(said(500, &json!({"error": {"code": 500}}))),
        Err(Stopped::Unanswered(Failed::Unanswered("silence".into()))),
    ] {
        let told = account.looked(answer);
        assert!(matches!(told, LookUp::Unavailable { .. }), "{told:?}");
    }
}

#[test]
fn a_token_opens_the_bucket_and_no_other() {
    let account = account();
    let pass = Pass::by_token(Client::new(), &account.files(), Arc::clone(&account.tokens)).unwrap();
    let shown = format!("{pass:?}");
    assert!(!shown.contains("Bearer"), "{shown}");
    let files = crate::files::Files::new(Client::new()).opened_by([pass]);
    let place = "https://storage.googleapis.com/storage/v1/b";
    assert!(!files.is_public(&format!("{place}/videos/o/veo%2F1.mp4?alt=media")));
    for other in [
        "/others/o/1.mp4",
        "/videos/o/../../others/o/1.mp4",
        "/videos/o/%2e%2e/%2e%2e/others/o/1",
        "",
    ] {
        assert!(files.is_public(&format!("{place}{other}")), "{other}");
    }
    assert!(files.is_public("https://storage.googleapis.com.evil/storage/v1/b/videos/o/1"));
}
