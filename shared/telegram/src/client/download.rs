//! A file on its way in, read piece by piece and never past its cap.

use bytes::Bytes;
use futures::Stream;

use crate::Error;

/// A file being downloaded. Its time limit is that of the call that opened it, and covers all of it.
pub struct Download {
    response: reqwest::Response,
    left_bytes: u64,
    /// Read, but not handed out yet.
    peeked: Vec<u8>,
}

impl std::fmt::Debug for Download {
    /// The response would show its URL, and so the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Download")
            .field("length", &self.length())
            .finish_non_exhaustive()
    }
}

impl Download {
    /// Takes over a good answer; refuses one that announces more than the cap.
    pub(super) fn open(response: reqwest::Response, bytes_max: u64) -> Result<Self, Error> {
        match response.content_length() {
            Some(length) if length > bytes_max => Err(Error::TooBig),
            _ => Ok(Self {
                response,
                left_bytes: bytes_max,
                peeked: Vec::new(),
            }),
        }
    }

    /// Bytes in all, if it was announced.
    pub fn length(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// Looks at the first bytes, which stay where they are: at least so many, unless there are fewer.
    pub async fn peek(&mut self, bytes: usize) -> Result<&[u8], Error> {
        while self.peeked.len() < bytes {
            let Some(chunk) = self.read().await? else { break };
            self.peeked.extend_from_slice(&chunk);
        }
        Ok(&self.peeked)
    }

    /// The next piece; `None` at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        if self.peeked.is_empty() {
            return self.read().await;
        }
        Ok(Some(std::mem::take(&mut self.peeked).into()))
    }

    async fn read(&mut self) -> Result<Option<Bytes>, Error> {
        let Some(chunk) = self.response.chunk().await.map_err(Error::unanswered)? else {
            return Ok(None);
        };
        let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        self.left_bytes = self.left_bytes.checked_sub(length).ok_or(Error::TooBig)?;
        Ok(Some(chunk))
    }

    /// Piece by piece, to be passed on without being held.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, Error>> + Send + 'static {
        futures::stream::try_unfold(self, |mut download| async move {
            Ok(download.chunk().await?.map(|chunk| (chunk, download)))
        })
    }
}
