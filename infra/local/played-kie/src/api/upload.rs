//! The upload host: three ways to bring a file.

use axum::Json;
use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use super::envelope::cut;
use crate::media::mime_type;
use crate::stamp::written;
use crate::trouble::{Stage, Trouble};
use crate::{Error, PlayedKie, book::Upload};

/// What a caller says about its file.
#[derive(Debug, Default, Deserialize)]
struct Place {
    #[serde(rename = "uploadPath", default)]
    path: String,
    #[serde(rename = "fileName")]
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Base64Body {
    #[serde(rename = "base64Data")]
    data: String,
    #[serde(flatten)]
    place: Place,
}

#[derive(Debug, Deserialize)]
pub(super) struct UrlBody {
    #[serde(rename = "fileUrl")]
    url: String,
    #[serde(flatten)]
    place: Place,
}

/// `POST /api/file-stream-upload`.
pub(super) async fn stream(State(kie): State<PlayedKie>, form: Multipart) -> Response {
    match parts(form).await {
        Ok((Some(bytes), place)) => keep(&kie, place, bytes),
        Ok((None, _)) => refused(400, "file is required"),
        Err(_) => refused(400, "the form is broken"),
    }
}

/// `POST /api/file-base64-upload`: bare base64 or a data URL.
pub(super) async fn base64(State(kie): State<PlayedKie>, Json(body): Json<Base64Body>) -> Response {
    let data = body
        .data
        .rsplit_once("base64,")
        .map_or(body.data.as_str(), |(_, data)| data);
    match STANDARD.decode(data) {
        Ok(bytes) => keep(&kie, body.place, bytes.into()),
        Err(_) => refused(400, "base64Data is no base64"),
    }
}

/// `POST /api/file-url-upload`.
pub(super) async fn url(State(kie): State<PlayedKie>, Json(body): Json<UrlBody>) -> Response {
    match kie.picture(&body.url).await {
        Ok(bytes) => keep(&kie, body.place, bytes),
        Err(error) => refused(400, &format!("Failed to download the file: {error}")),
    }
}

async fn parts(mut form: Multipart) -> Result<(Option<Bytes>, Place), MultipartError> {
    let (mut file, mut place) = (None, Place::default());
    while let Some(field) = form.next_field().await? {
        match field.name() {
            Some("file") => {
                place.name = place.name.or_else(|| field.file_name().map(str::to_owned));
                file = Some(field.bytes().await?);
            }
            Some("uploadPath") => place.path = field.text().await?,
            Some("fileName") => place.name = Some(field.text().await?),
            _ => {}
        }
    }
    Ok((file, place))
}

/// Stores the file; the same path and name overwrite.
fn keep(kie: &PlayedKie, place: Place, bytes: Bytes) -> Response {
    if place.path.is_empty() {
        return refused(400, "uploadPath is required");
    }
    let mut book = kie.book();
    book.uploads_made += 1;
    let name = plain(
        &place
            .name
            .unwrap_or_else(|| format!("file-{}", book.uploads_made)),
    );
    let path = format!("{}/{name}", plain(place.path.trim_matches('/')));
    match book.take(Stage::Upload, &path).first() {
        Some(Trouble::UploadDown) => return refused(500, "Server exception"),
        Some(_) => return cut(),
        None => {}
    }
    let answer = stored(kie, &path, &name, &bytes);
    book.uploads.insert(
        path,
        Upload {
            bytes,
            uploaded_at_ms: kie.now_ms(),
        },
    );
    answer
}

/// The answer as it was measured on 2026-09-02.
fn stored(kie: &PlayedKie, path: &str, name: &str, bytes: &Bytes) -> Response {
    let file = json!({
        "success": true,
        "fileName": name,
        "filePath": path,
        "downloadUrl": format!("{}/uploads/{path}", kie.config().public_base_url),
        "fileSize": bytes.len(),
        "mimeType": mime_type(bytes),
        "uploadedAt": written(kie.now_ms()),
    });
    Json(json!({"success": true, "code": 200, "msg": "File uploaded successfully", "data": file}))
        .into_response()
}

fn refused(code: u16, text: &str) -> Response {
    Json(json!({"success": false, "code": code, "msg": text, "data": null})).into_response()
}

/// Letters, digits and a few signs; everything else would have to be escaped in the URL.
fn plain(text: &str) -> String {
    let keeps = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '-' | '_' | '/');
    text.chars()
        .map(|sign| if keeps(sign) { sign } else { '_' })
        .collect()
}

impl PlayedKie {
    /// The bytes behind a URL: an own upload from memory, another server of this machine by HTTP.
    pub(crate) async fn picture(&self, url: &str) -> Result<Bytes, Error> {
        let own = url.strip_prefix(&format!("{}/uploads/", self.config().public_base_url));
        match own {
            Some(path) => self
                .book()
                .uploads
                .get(path)
                .map(|upload| upload.bytes.clone())
                .ok_or(Error::Unreachable),
            None => self.caller().fetch(url).await,
        }
    }
}
