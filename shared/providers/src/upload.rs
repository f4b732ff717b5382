//! A customer's photo on its way to a provider.

use std::{fmt, time::Duration};

use bytes::Bytes;
use futures::{StreamExt as _, TryStream, TryStreamExt as _, stream::BoxStream};

use crate::{Photo, Reason};

/// A file to be handed over.
pub struct Upload {
    pub(crate) stream: BoxStream<'static, Result<Bytes, Unread>>,
    pub(crate) length: Option<u64>,
    pub(crate) mime: String,
    pub(crate) file_name: String,
}

/// Why a file's bytes ended early.
type Unread = Box<dyn std::error::Error + Send + Sync>;

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("length", &self.length)
            .field("mime", &self.mime)
            .finish_non_exhaustive()
    }
}

/// Why there is no link.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// Not now: the same call may go through later, and does no harm.
    #[error("the provider did not answer usefully: {why}")]
    Unavailable {
        /// What came instead of an answer.
        why: String,
        /// Seconds, where the provider says.
        retry_after_s: Option<u32>,
    },
    /// The same call would be refused again.
    #[error("the provider refused with {code}: {message}")]
    Rejected {
        /// In our words.
        reason: Reason,
        /// In the provider's; 0 if we did not ask.
        code: i64,
        /// In the provider's.
        message: String,
    },
}

impl Upload {
    /// A file that is passed on as it comes, never held whole. With its length in bytes known the request states a
    /// `Content-Length`; otherwise it goes out in chunks.
    pub fn stream<S>(
        stream: S,
        length: Option<u64>,
        mime: impl Into<String>,
        file_name: impl Into<String>,
    ) -> Self
    where
        S: TryStream + Send + 'static,
        S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
        Bytes: From<S::Ok>,
    {
        let stream = stream.map_ok(Bytes::from).map_err(Into::into).into_stream();
        Self {
            stream: stream.boxed(),
            length,
            mime: mime.into(),
            file_name: file_name.into(),
        }
    }

    /// The whole file, for a provider that takes a photo along with the order. `bytes_max` is the provider's own limit.
    pub(crate) async fn inline(self, bytes_max: usize, timeout: Duration) -> Result<Photo, UploadError> {
        let mime = self.mime.clone();
        let read = tokio::time::timeout(timeout, self.read(bytes_max)).await;
        let bytes = read.unwrap_or_else(|_| Err(unread("the photo did not come in time")))?;
        Ok(Photo::Bytes { mime, bytes })
    }

    async fn read(mut self, bytes_max: usize) -> Result<Bytes, UploadError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.stream.next().await {
            let chunk = chunk.map_err(|_| unread("the photo broke off"))?;
            if bytes.len().saturating_add(chunk.len()) > bytes_max {
                return Err(UploadError::Rejected {
                    reason: Reason::BadInput,
                    code: 0,
                    message: format!("the photo has more than {bytes_max} bytes"),
                });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.into())
    }
}

fn unread(why: &str) -> UploadError {
    UploadError::Unavailable {
        why: why.to_owned(),
        retry_after_s: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    fn photo(pieces: &'static [Result<&'static str, std::fmt::Error>]) -> Upload {
        Upload::stream(futures::stream::iter(pieces.to_vec()), None, "image/png", "x.png")
    }

    #[tokio::test]
    async fn a_photo_that_goes_along_is_read_whole_or_not_at_all() {
        let whole = photo(&[Ok("one-"), Ok("two")]).inline(7, LONG).await;
        let bytes = Bytes::from_static(b"one-two");
        let mime = "image/png".to_owned();
        assert_eq!(whole, Ok(Photo::Bytes { mime, bytes }));
        let large = photo(&[Ok("one-"), Ok("two")]).inline(6, LONG).await;
        assert!(matches!(large, Err(UploadError::Rejected { .. })), "{large:?}");
        let broken = photo(&[Ok("one-"), Err(std::fmt::Error)]).inline(9, LONG).await;
        assert!(
            matches!(broken, Err(UploadError::Unavailable { .. })),
            "{broken:?}"
        );
        let never = Upload::stream(
            futures::stream::pending::<Result<Bytes, std::fmt::Error>>(),
            None,
            "image/png",
            "x",
        );
        let late = never.inline(9, Duration::from_millis(1)).await;
        assert!(matches!(late, Err(UploadError::Unavailable { .. })), "{late:?}");
    }
}
