//! Handing files over and getting links: calls that may be repeated at will.

use reqwest::{
    Body,
    multipart::{Form, Part},
};
use serde_json::Value;

use super::client::Answer;
use crate::{Reason, Upload, UploadError, http::Failed};

/// A folder of our own at the upload host.
const UPLOAD_PATH: &str = "neurocards";

/// A file as the upload host takes it.
pub(super) fn form(file: Upload) -> Result<Form, UploadError> {
    let body = Body::wrap_stream(file.stream);
    let part = match file.length {
        Some(length) => Part::stream_with_length(body, length),
        None => Part::stream(body),
    };
    let typed = part.file_name(file.file_name.clone()).mime_str(&file.mime);
    let part = typed.map_err(|_| UploadError::Rejected {
        reason: Reason::BadInput,
        code: 0,
        message: "not a media type".to_owned(),
    })?;
    Ok(Form::new()
        .text("uploadPath", UPLOAD_PATH)
        .text("fileName", file.file_name)
        .part("file", part))
}

pub(super) fn outcome(answer: Result<Answer, Failed>) -> Result<String, UploadError> {
    let answer = answer.map_err(|failed| unavailable(failed.into_why(), None))?;
    let Some(envelope) = &answer.envelope else {
        return Err(turned_away(&answer));
    };
    let (code, message, reason) = (envelope.code, envelope.message(), envelope.reason());
    match code {
        200 => link(&envelope.data)
            .ok_or_else(|| unavailable("an answer without a link".to_owned(), answer.retry_after_s)),
        400..500 if reason.is_final() => Err(UploadError::Rejected {
            reason,
            code,
            message,
        }),
        _ => Err(unavailable(format!("{code}: {message}"), answer.retry_after_s)),
    }
}

/// What came of asking for a link to a file that there already is. Only the provider's own word about that file is a
/// refusal: a key that is not accepted or an empty account says nothing about it, nor does somebody in between.
pub(super) fn link_outcome(answer: Result<Answer, Failed>) -> Result<String, UploadError> {
    let own_word = matches!(&answer, Ok(answer) if answer.envelope.is_some());
    match outcome(answer) {
        Err(UploadError::Rejected { code, message, .. }) if !(own_word && matches!(code, 404 | 422)) => {
            Err(unavailable(format!("{code}: {message}"), None))
        }
        other => other,
    }
}

/// The words of somebody in between.
fn turned_away(answer: &Answer) -> UploadError {
    match answer.turned_away() {
        Some(reason) if reason.is_final() => UploadError::Rejected {
            reason,
            code: i64::from(answer.status),
            message: answer.strange(),
        },
        _ => unavailable(answer.strange(), answer.retry_after_s),
    }
}

/// Uploads answer with an object, of which the quickstart and the live service show different fields; fresh links come
/// as bare text.
fn link(data: &Value) -> Option<String> {
    let named = ["downloadUrl", "fileUrl", "url"]
        .iter()
        .find_map(|name| data.get(*name)?.as_str());
    let link = data.as_str().or(named)?;
    link.starts_with("http").then(|| link.to_owned())
}

fn unavailable(why: String, retry_after_s: Option<u32>) -> UploadError {
    UploadError::Unavailable { why, retry_after_s }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kie::envelope::Envelope;

    fn read(status: u16, body: &str) -> Result<String, UploadError> {
        let envelope = Envelope::read(body.as_bytes());
        outcome(Ok(Answer {
            status,
            retry_after_s: None,
            envelope,
        }))
    }

    #[test]
    fn an_upload_answers_with_its_download_link() {
        let link = read(200, include_str!("../../fixtures/kie_upload.json")).unwrap();
        assert_eq!(link, "https://tempfile.example/kieai/1/photo.jpg");
    }

    #[test]
    fn a_fresh_link_is_bare_text() {
        let link = read(200, r#"{"code":200,"msg":"success","data":"https://fresh/1"}"#);
        assert_eq!(link.as_deref(), Ok("https://fresh/1"));
    }

    #[test]
    fn only_the_providers_word_about_a_file_says_that_it_is_gone() {
        let ask = |status: u16, body: &str| {
            let envelope = Envelope::read(body.as_bytes());
            link_outcome(Ok(Answer {
                status,
                retry_after_s: None,
                envelope,
            }))
        };
        for body in [
            r#"{"code":422,"msg":"foreign URL"}"#,
            r#"{"code":404,"msg":"no such file"}"#,
        ] {
            let refused = ask(200, body);
            assert!(
                matches!(refused, Err(UploadError::Rejected { .. })),
                "{body}: {refused:?}"
            );
        }
        for (status, body) in [
            (401, r#"{"code":401,"msg":"Unauthorized"}"#),
            (200, r#"{"code":403,"msg":"Forbidden"}"#),
            (200, r#"{"code":402,"msg":"Credits insufficient"}"#),
            (200, r#"{"code":400,"msg":"Bad parameter"}"#),
            (404, "<html>no such page</html>"),
            (403, "error code: 1010"),
            (200, r#"{"code":500,"msg":"Server exception"}"#),
        ] {
            let unsaid = ask(status, body);
            assert!(
                matches!(unsaid, Err(UploadError::Unavailable { .. })),
                "{status} {body}: {unsaid:?}"
            );
        }
        let fresh = ask(200, r#"{"code":200,"msg":"success","data":"https://fresh/1"}"#);
        assert_eq!(fresh.as_deref(), Ok("https://fresh/1"));
    }

    #[test]
    fn a_definite_refusal_is_told_from_a_bad_moment() {
        for (status, body) in [
            (200, r#"{"code":422,"msg":"foreign URL"}"#),
            (200, r#"{"success":false,"code":400,"msg":"File is empty"}"#),
            (401, r#"{"code":401,"msg":"Unauthorized"}"#),
            (413, "<html>too large</html>"),
        ] {
            assert!(
                matches!(read(status, body), Err(UploadError::Rejected { .. })),
                "{status} {body}"
            );
        }
        for (status, body) in [
            (200, r#"{"code":200,"msg":"success","data":{}}"#),
            (200, r#"{"code":200,"msg":"success","data":"soon"}"#),
            (200, r#"{"code":429,"msg":"Too many requests"}"#),
            (200, r#"{"code":455,"msg":"Maintenance"}"#),
            (500, r#"{"code":500,"msg":"Server exception"}"#),
            (403, "error code: 1010"),
            (502, "bad gateway"),
        ] {
            assert!(
                matches!(read(status, body), Err(UploadError::Unavailable { .. })),
                "{status} {body}"
            );
        }
    }
}
