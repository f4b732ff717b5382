//! The client against a server of plain TCP, which can also misbehave as no HTTP library would.
#![allow(
    clippy::disallowed_methods,
    reason = "the server of a test is a task of its own"
)]

use domain::video::Aspect;
use serde_json::Value;
use tokio::net::TcpListener;

use super::*;
use crate::http::ANSWER_BYTES_MAX;
use crate::kie::registry::Family;
use crate::{LookUp, Reason};
use server::{Then, answer, client, server};

mod server;

const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(500);
const KEY: &str = "SECRET-key";
const CREATED: &str = r#"{"code":200,"msg":"success","data":{"taskId":"task_1"}}"#;

fn order() -> TaskOrder {
    TaskOrder {
        family: Family::Kling26,
        prompt: "SECRET prompt".into(),
        first_frame: None,
        aspect: Aspect::Portrait,
        duration_s: 5,
        quality: None,
        sound: false,
        callback_url: "https://us/kie?job=1&fence=1&mac=SECRET".into(),
    }
}

#[tokio::test]
async fn an_order_is_posted_with_the_key() {
    let (client, served) = server(answer("200 OK", CREATED)).await;
    let created = client.create_task(&order(), LONG).await;
    assert_eq!(
        created,
        Create::Accepted {
            task_id: "task_1".into()
        }
    );
    let request = served.await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("POST /api/v1/jobs/createTask HTTP/1.1"),
        "{head}"
    );
    assert!(head.contains("authorization: Bearer SECRET-key"), "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["model"], "kling-2.6/text-to-video");
    assert_eq!(body["callBackUrl"], "https://us/kie?job=1&fence=1&mac=SECRET");
}

#[tokio::test]
async fn an_error_inside_http_200_is_no_acceptance() {
    let (client, _served) = server(answer("200 OK", r#"{"code":402,"msg":"Credits insufficient"}"#)).await;
    let created = client.create_task(&order(), LONG).await;
    assert!(
        matches!(
            created,
            Create::Rejected {
                reason: Reason::OutOfFunds,
                code: 402,
                ..
            }
        ),
        "{created:?}"
    );
}

#[tokio::test]
async fn no_connection_means_surely_not_accepted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let created = client(&base).create_task(&order(), LONG).await;
    assert!(matches!(created, Create::NotAccepted { .. }), "{created:?}");
    assert!(!format!("{created:?}").contains("SECRET"), "{created:?}");
}

#[tokio::test]
async fn a_connection_cut_after_the_order_leaves_it_unknown() {
    let (client, served) = server(Then::CutTheConnection).await;
    let created = client.create_task(&order(), LONG).await;
    assert!(matches!(created, Create::Unknown { .. }), "{created:?}");
    assert!(served.await.unwrap().contains("createTask"));
    assert!(!format!("{created:?}").contains("SECRET"), "{created:?}");
}

#[tokio::test]
async fn a_slow_answer_leaves_the_order_unknown() {
    let (client, served) = server(Then::StaySilent).await;
    let created = client.create_task(&order(), SHORT).await;
    assert_eq!(
        created,
        Create::Unknown {
            why: "no answer in time".into()
        }
    );
    assert!(served.await.unwrap().contains("createTask"));
}

#[tokio::test]
async fn an_answer_that_breaks_off_leaves_the_order_unknown() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"code\":200,".to_owned();
    let (client, _served) = server(Then::Answer(half)).await;
    let created = client.create_task(&order(), LONG).await;
    assert!(matches!(created, Create::Unknown { .. }), "{created:?}");
}

#[tokio::test]
async fn an_endless_answer_leaves_the_order_unknown() {
    let (client, served) = server(answer("200 OK", &" ".repeat(ANSWER_BYTES_MAX + 1))).await;
    let created = client.create_task(&order(), LONG).await;
    assert!(matches!(created, Create::Unknown { .. }), "{created:?}");
    served.abort();
}

#[tokio::test]
async fn an_order_for_a_retired_model_reaches_nobody() {
    let retired = TaskOrder {
        family: Family::Sora2,
        ..order()
    };
    let created = client("http://nobody.invalid").create_task(&retired, LONG).await;
    assert!(
        matches!(
            created,
            Create::Rejected {
                reason: Reason::Retired,
                code: 0,
                ..
            }
        ),
        "{created:?}"
    );
}

#[tokio::test]
async fn a_look_up_asks_for_its_task() {
    let record = include_str!("../../../fixtures/kie_record_success.json");
    let (client, served) = server(answer("200 OK", record)).await;
    let looked = client.look_up("task_1&x", LONG).await;
    assert!(matches!(looked.outcome, LookUp::Succeeded { .. }), "{looked:?}");
    assert!(
        served
            .await
            .unwrap()
            .starts_with("GET /api/v1/jobs/recordInfo?taskId=task_1%26x HTTP/1.1")
    );
}

#[tokio::test]
async fn a_look_up_that_is_not_answered_ends_nothing() {
    for then in [
        Then::CutTheConnection,
        Then::StaySilent,
        answer("502 Bad Gateway", "<html>"),
    ] {
        let (client, _served) = server(then).await;
        let looked = client.look_up("task_1", SHORT).await;
        assert!(matches!(looked.outcome, LookUp::Unavailable { .. }), "{looked:?}");
    }
}

#[tokio::test]
async fn a_photo_is_handed_over_as_a_form() {
    let uploaded = include_str!("../../../fixtures/kie_upload.json");
    let (client, served) = server(answer("200 OK", uploaded)).await;
    let pieces = futures::stream::iter(["one-", "two"].map(Ok::<_, std::io::Error>));
    let link = client
        .upload(Upload::stream(pieces, Some(7), "image/jpeg", "42-abc.jpg"), LONG)
        .await;
    assert_eq!(link.as_deref(), Ok("https://tempfile.example/kieai/1/photo.jpg"));
    let request = served.await.unwrap();
    assert!(request.starts_with("POST /api/file-stream-upload "), "{request}");
    for part in [
        "authorization: Bearer SECRET-key",
        "name=\"uploadPath\"\r\n\r\nneurocards\r\n",
        "name=\"fileName\"\r\n\r\n42-abc.jpg\r\n",
        "name=\"file\"; filename=\"42-abc.jpg\"\r\nContent-Type: image/jpeg\r\n\r\none-two\r\n",
    ] {
        assert!(request.contains(part), "{part} is not in {request}");
    }
}

#[tokio::test]
async fn a_photo_of_no_media_type_reaches_nobody() {
    let bytes = futures::stream::iter([Ok::<_, std::io::Error>("x")]);
    let file = Upload::stream(bytes, Some(1), "not a type", "x");
    let refused = client("http://nobody.invalid").upload(file, LONG).await;
    assert!(
        matches!(refused, Err(UploadError::Rejected { code: 0, .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_fresh_link_is_asked_for_by_the_old_one() {
    let body = r#"{"code":200,"msg":"success","data":"https://fresh/1"}"#;
    let (client, served) = server(answer("200 OK", body)).await;
    assert_eq!(
        client.fresh_link("https://old/1", LONG).await.as_deref(),
        Ok("https://fresh/1")
    );
    let request = served.await.unwrap();
    assert!(
        request.starts_with("POST /api/v1/common/download-url "),
        "{request}"
    );
    assert!(request.ends_with(r#"{"url":"https://old/1"}"#), "{request}");
}

#[test]
fn a_client_does_not_show_its_key() {
    assert!(!format!("{:?}", client("http://x")).contains("SECRET"));
}
