//! A part of a file, with one request.

use reqwest::Response;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_RANGE, RANGE};
use std::time::Duration;

use super::{Client, refusal_in};
use crate::Error;
use crate::limits::DOWNLOAD_BYTES_MAX;

/// Some bytes of a file.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// They.
    pub bytes: Vec<u8>,
    /// How many the whole file has.
    pub total: u64,
}

impl std::fmt::Debug for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Part")
            .field("bytes", &self.bytes.len())
            .field("total", &self.total)
            .finish()
    }
}

impl Client {
    /// The bytes of the file that `getFile` named, from a place on, at most so many; fewer only at its end. `total` is what
    /// `getFile` says of its size, if it says so: what is longer or shorter is no file of ours, but an error in its place.
    ///
    /// Asks for just these. The Bot API promises nothing about ranges, so where the whole file comes all the same, what
    /// stands before is passed over and what stands behind is not read: never more is held than was asked for.
    pub async fn file_part(
        &self,
        file_path: &str,
        (from, bytes_max): (u64, usize),
        total: Option<u64>,
        timeout: Duration,
    ) -> Result<Part, Error> {
        let url = format!("{}/file/bot{}/{file_path}", self.base_url, self.token);
        let length = u64::try_from(bytes_max).unwrap_or(u64::MAX);
        let last = from.saturating_add(length).saturating_sub(1);
        let request = self
            .http
            .get(url)
            .header(RANGE, format!("bytes={from}-{last}"))
            .header(ACCEPT_ENCODING, "identity")
            .timeout(timeout);
        let response = wire::send(request).await.map_err(Error::unanswered)?;
        match response.status().as_u16() {
            206 => {
                let (begins, whole) = range_of(&response).ok_or_else(unasked)?;
                if begins != from || total.is_some_and(|total| total != whole) {
                    return Err(unasked());
                }
                let bytes = read(response, 0, bytes_max).await?;
                Ok(Part { bytes, total: whole })
            }
            200 => {
                let whole = response.content_length().or(total);
                let whole = whole.ok_or_else(|| Error::unreadable("a file of unknown length"))?;
                if total.is_some_and(|total| total != whole) {
                    return Err(unasked());
                }
                if whole > DOWNLOAD_BYTES_MAX {
                    return Err(Error::TooBig);
                }
                let bytes = read(response, from, bytes_max).await?;
                Ok(Part { bytes, total: whole })
            }
            404 => Err(Error::Rejected {
                code: 404,
                description: "no such file".to_owned(),
            }),
            _ => Err(refusal_in(response).await),
        }
    }
}

fn unasked() -> Error {
    Error::unreadable("another part of the file than was asked for")
}

/// Where a part begins, and how long the whole is: `bytes 0-99/1000`.
fn range_of(response: &Response) -> Option<(u64, u64)> {
    let text = response.headers().get(CONTENT_RANGE)?.to_str().ok()?;
    let (place, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (begins, _) = place.split_once('-')?;
    Some((begins.parse().ok()?, total.parse().ok()?))
}

/// So many bytes of an answer at most, without those before.
async fn read(mut response: Response, mut before: u64, bytes_max: usize) -> Result<Vec<u8>, Error> {
    let mut read = Vec::new();
    while let Some(mut chunk) = response.chunk().await.map_err(Error::unanswered)? {
        let passed = usize::try_from(before).unwrap_or(usize::MAX).min(chunk.len());
        before -= u64::try_from(passed).unwrap_or(0);
        let chunk = chunk.split_off(passed);
        let room = bytes_max - read.len();
        read.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if read.len() == bytes_max {
            break;
        }
    }
    Ok(read)
}
