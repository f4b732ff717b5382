use serde_json::{Value, json};

use super::*;
use crate::Reason;

fn read(status: u16, body: &str) -> Looked {
    let envelope = Envelope::read(body.as_bytes());
    outcome(Ok(Answer {
        status,
        retry_after_s: Some(3),
        envelope,
    }))
}

fn record(data: &Value) -> Looked {
    read(
        200,
        &json!({"code": 200, "msg": "success", "data": data}).to_string(),
    )
}

fn is_unavailable(looked: &Looked) -> bool {
    matches!(looked.outcome, LookUp::Unavailable { .. })
}

#[test]
fn a_finished_task_names_its_files_and_its_facts() {
    let looked = read(200, include_str!("../../../fixtures/kie_record_success.json"));
    let urls = vec!["https://tempfile.example/v/1.mp4".to_owned()];
    assert_eq!(looked.outcome, LookUp::Succeeded { urls });
    assert_eq!(
        looked.facts.callback_url.as_deref(),
        Some("https://us/kie?job=42-abc&fence=1&mac=00")
    );
    assert_eq!(looked.facts.credits_consumed_milli, Some(120_500));
    assert_eq!(looked.facts.cost_time_ms, Some(15_000));
    assert!(!format!("{looked:?}").contains("mac="), "{looked:?}");
}

#[test]
fn an_unfinished_task_is_running_whatever_it_calls_it() {
    for state in ["waiting", "queuing", "generating"] {
        let looked = record(&json!({"taskId": "t", "state": state, "resultJson": null}));
        assert_eq!(looked.outcome, LookUp::Running { progress: None }, "{state}");
    }
    let looked = record(&json!({"state": "generating", "resultJson": "", "progress": 45}));
    assert_eq!(looked.outcome, LookUp::Running { progress: Some(45) });
    let looked = record(&json!({"state": "generating", "progress": 4500}));
    assert_eq!(looked.outcome, LookUp::Running { progress: None });
}

#[test]
fn two_files_are_both_named_and_the_shape_of_the_list_does_not_matter() {
    let both = LookUp::Succeeded {
        urls: vec!["https://v/1".into(), "https://v/2".into()],
    };
    for result in [
        json!(r#"{"resultUrls":["https://v/1","https://v/2"]}"#),
        json!({"resultUrls": ["https://v/1", "https://v/2"]}),
        json!(r#"{"resultUrls":"[\"https://v/1\",\"https://v/2\"]"}"#),
    ] {
        assert_eq!(
            record(&json!({"state": "success", "resultJson": result})).outcome,
            both
        );
    }
}

#[test]
fn success_without_a_link_is_success_without_a_file() {
    for result in [
        json!(null),
        json!(""),
        json!("{"),
        json!("{}"),
        json!(r#"{"resultUrls":[]}"#),
        json!(r#"{"resultUrls":[null,"","file:///etc"]}"#),
        json!(r#"{"resultObject":{}}"#),
    ] {
        let looked = record(&json!({"state": "success", "resultJson": result}));
        assert_eq!(looked.outcome, LookUp::SucceededWithoutFile, "{result}");
    }
    assert_eq!(
        record(&json!({"state": "success"})).outcome,
        LookUp::SucceededWithoutFile
    );
}

#[test]
fn a_failed_task_says_why() {
    let table = [
        (json!("500"), "Internal Error", Reason::ProviderBroke, 500),
        (json!("501"), "generation failed", Reason::ProviderBroke, 501),
        (
            json!(422),
            "The prompt was flagged as sensitive",
            Reason::Moderation,
            422,
        ),
        (json!("400"), "image_url could not be read", Reason::BadInput, 400),
        (json!(null), "", Reason::ProviderBroke, 0),
        (json!("E_NSFW"), "NSFW content", Reason::Moderation, 0),
    ];
    for (fail_code, message, reason, code) in table {
        let looked = record(&json!({"state": "fail", "failCode": fail_code, "failMsg": message}));
        assert_eq!(
            looked.outcome,
            LookUp::Failed {
                reason,
                code,
                message: message.into()
            }
        );
    }
}

#[test]
fn a_task_that_the_provider_does_not_know_is_absent() {
    assert_eq!(
        read(200, r#"{"code":422,"msg":"recordInfo is null","data":null}"#),
        LookUp::Absent.into()
    );
    assert_eq!(
        read(404, r#"{"code":404,"msg":"task not found"}"#),
        LookUp::Absent.into()
    );
}

#[test]
fn only_an_explicit_answer_ends_anything() {
    for (status, body) in [
        (200, r#"{"code":422,"msg":"taskId is required"}"#),
        (200, r#"{"code":401,"msg":"Unauthorized"}"#),
        (200, r#"{"code":429,"msg":"Too many requests"}"#),
        (200, r#"{"code":500,"msg":"Server exception"}"#),
        (200, r#"{"code":200,"msg":"success","data":null}"#),
        (200, r#"{"code":200,"msg":"success","data":{"state":"dreaming"}}"#),
        (404, "<html>not found</html>"),
        (502, "bad gateway"),
        (200, ""),
    ] {
        let looked = read(status, body);
        assert!(is_unavailable(&looked), "{status} {body}: {looked:?}");
    }
    for failed in [
        Failed::NotSent("refused".into()),
        Failed::Unanswered("no answer in time".into()),
    ] {
        assert!(is_unavailable(&outcome(Err(failed))));
    }
}

#[test]
fn a_rate_limited_look_up_passes_the_wait_on() {
    let looked = read(429, r#"{"code":429,"msg":"Too many requests"}"#);
    assert!(matches!(
        looked.outcome,
        LookUp::Unavailable {
            retry_after_s: Some(3),
            ..
        }
    ));
}
