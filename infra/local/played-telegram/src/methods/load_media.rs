//! Where a photo, a video or another file comes from: an upload, a URL that Telegram fetches itself, or a file it has already.
//!
//! Limits and texts: <https://core.telegram.org/bots/api#sending-files>; tdlib/telegram-bot-api `Client.cpp`.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use reqwest::header::CONTENT_TYPE;

use crate::error::ApiError;
use crate::files::{self, Content};
use crate::model::{Media, MediaKind, Source};
use crate::mp4;
use crate::params::Params;
use crate::server::Server;

const MB: usize = 1 << 20;
/// The largest photo that is fetched by URL.
const URL_PHOTO_BYTES_MAX: usize = 5 * MB;
/// The largest other file that is fetched by URL.
const URL_FILE_BYTES_MAX: usize = 20 * MB;
/// The largest photo that can be uploaded.
const UPLOAD_PHOTO_BYTES_MAX: usize = 10 * MB;
/// The largest other file that can be uploaded.
pub(crate) const UPLOAD_FILE_BYTES_MAX: usize = 50 * MB;

/// Loads the media that `field` names by its text, or that was uploaded under the field's name.
pub(super) async fn load(
    server: &Arc<Server>,
    params: &Params,
    kind: MediaKind,
    field: &str,
    named: Option<&str>,
) -> Result<Media, ApiError> {
    let part = named.map_or(Some(field), |text| text.strip_prefix("attach://"));
    if let Some(part) = part {
        let upload = params.upload(part);
        let bytes = upload
            .ok_or_else(|| ApiError::bad_request("file not found in the request"))?
            .bytes
            .clone();
        return uploaded(server, kind, bytes, stated(params)).await;
    }
    match named.unwrap_or_default() {
        url if url.starts_with("http://") || url.starts_with("https://") => {
            fetched(server, kind, url, stated(params)).await
        }
        file_id => by_id(server, kind, file_id),
    }
}

/// The length that the call states, which is believed of sound.
fn stated(params: &Params) -> u32 {
    let media = params.value("media").and_then(|media| media.get("duration"));
    let own = params.int("duration").or_else(|| media?.as_i64());
    own.and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(0)
}

async fn uploaded(
    server: &Arc<Server>,
    kind: MediaKind,
    bytes: Bytes,
    stated_s: u32,
) -> Result<Media, ApiError> {
    let limit = if kind == MediaKind::Photo {
        UPLOAD_PHOTO_BYTES_MAX
    } else {
        UPLOAD_FILE_BYTES_MAX
    };
    if bytes.len() > limit {
        return Err(ApiError::too_large());
    }
    if bytes.is_empty() {
        return Err(ApiError::bad_request("file must be non-empty"));
    }
    let contents = understood(kind, bytes, stated_s).await?;
    Ok(server.write(|state| state.files.keep(kind, contents, &Source::Upload)))
}

fn by_id(server: &Server, kind: MediaKind, file_id: &str) -> Result<Media, ApiError> {
    let wrong = || ApiError::bad_request("wrong remote file identifier specified: Wrong string length");
    let media = server
        .read(|state| state.files.by_id(file_id).cloned())
        .ok_or_else(wrong)?;
    if media.kind != kind {
        return Err(ApiError::bad_request(format!(
            "can't use file of type {:?} as {kind:?}",
            media.kind
        )));
    }
    Ok(media)
}

async fn fetched(server: &Arc<Server>, kind: MediaKind, url: &str, stated_s: u32) -> Result<Media, ApiError> {
    let failed = || ApiError::bad_request("failed to get HTTP URL content");
    let parsed = reqwest::Url::parse(url).map_err(|_| ApiError::bad_request("wrong HTTP URL specified"))?;
    let request = server.http.get(parsed).timeout(server.config.fetch_timeout);
    let answer = request
        .send()
        .await
        .and_then(reqwest::Response::error_for_status)
        .map_err(|_| failed())?;
    if !right_content_type(kind, &answer) {
        return Err(wrong_type());
    }
    let limit = if kind == MediaKind::Photo {
        URL_PHOTO_BYTES_MAX
    } else {
        URL_FILE_BYTES_MAX
    };
    let bytes = at_most(limit, answer).await.ok_or_else(failed)?;
    if kind == MediaKind::Video && !mp4::has_magic(&bytes) {
        return Err(wrong_type());
    }
    let contents = understood(kind, bytes, stated_s)
        .await
        .map_err(|_| wrong_type())?;
    Ok(server.write(|state| state.files.keep(kind, contents, &Source::Url(url.to_owned()))))
}

fn wrong_type() -> ApiError {
    ApiError::bad_request("wrong type of the web page content")
}

fn right_content_type(kind: MediaKind, answer: &reqwest::Response) -> bool {
    let given = answer
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    match kind {
        MediaKind::Photo => given.starts_with("image/"),
        MediaKind::Audio => given.starts_with("audio/"),
        MediaKind::Document => !given.starts_with("text/html"),
        MediaKind::Video => given.starts_with("video/") || given.starts_with("application/octet-stream"),
    }
}

/// The whole body, unless it is longer than allowed or breaks off.
async fn at_most(limit: usize, mut answer: reqwest::Response) -> Option<Bytes> {
    let announced = answer
        .content_length()
        .and_then(|length| usize::try_from(length).ok());
    if announced.is_some_and(|length| length > limit) {
        return None;
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.ok()? {
        body.extend_from_slice(&chunk);
        if body.len() > limit {
            return None;
        }
    }
    Some(body.freeze())
}

/// Reads the file's size and length; pictures are decoded off the async threads.
async fn understood(kind: MediaKind, bytes: Bytes, stated_s: u32) -> Result<Vec<Content>, ApiError> {
    match kind {
        MediaKind::Audio => {
            let sound = files::sound(bytes, stated_s);
            Ok(vec![sound.ok_or_else(|| {
                ApiError::bad_request("AUDIO_CONTENT_TYPE_INVALID")
            })?])
        }
        MediaKind::Document => Ok(vec![files::as_it_is(bytes)]),
        MediaKind::Video => {
            let video =
                files::video(bytes).ok_or_else(|| ApiError::bad_request("VIDEO_CONTENT_TYPE_INVALID"))?;
            Ok(vec![video])
        }
        MediaKind::Photo => tokio::task::spawn_blocking(move || files::photo_of_bot(&bytes))
            .await
            .unwrap_or_else(|_| Err(ApiError::bad_request("IMAGE_PROCESS_FAILED"))),
    }
}
