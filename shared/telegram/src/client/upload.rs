//! A file on its way out, as one part of a multipart request.

use bytes::Bytes;
use futures::TryStream;
use reqwest::{
    Body,
    multipart::{Form, Part},
};
use serde_json::Value;

use crate::{Error, Method};

/// The part that holds the file, for [`crate::methods::InputFile::Attached`].
pub(super) const PART: &str = "upload";
const VIDEO_MIME: &str = "video/mp4";

/// A file to be uploaded, at most 50 MB: a video (MPEG-4), unless another type is stated.
#[derive(Debug)]
pub struct Upload {
    body: Body,
    length: Option<u64>,
    file_name: String,
    mime: &'static str,
}

impl Upload {
    /// A file that is passed on as it comes, never held whole. With its length in bytes known the request states a
    /// `Content-Length`; otherwise it goes out in chunks.
    pub fn stream<S>(stream: S, length: Option<u64>, file_name: impl Into<String>) -> Self
    where
        S: TryStream + Send + 'static,
        S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
        Bytes: From<S::Ok>,
    {
        Self {
            body: Body::wrap_stream(stream),
            length,
            file_name: file_name.into(),
            mime: VIDEO_MIME,
        }
    }

    /// A file that is in memory already.
    pub fn bytes(bytes: impl Into<Bytes>, file_name: impl Into<String>) -> Self {
        let bytes = bytes.into();
        let length = u64::try_from(bytes.len()).ok();
        Self {
            body: Body::from(bytes),
            length,
            file_name: file_name.into(),
            mime: VIDEO_MIME,
        }
    }

    /// The same, stated to be of this media type.
    #[must_use]
    pub fn of_type(self, mime: &'static str) -> Self {
        Self { mime, ..self }
    }

    /// The call's fields and this file as one form.
    pub(super) fn form<M: Method>(self, method: &M) -> Result<Form, Error> {
        let fields = serde_json::to_value(method).map_err(|error| Error::Rejected {
            code: 0,
            description: format!("the call cannot be written: {error}"),
        })?;
        let form = with_fields(Form::new(), fields);
        Ok(form.part(PART, self.part().map_err(Error::unanswered)?))
    }

    fn part(self) -> Result<Part, reqwest::Error> {
        let part = match self.length {
            Some(length) => Part::stream_with_length(self.body, length),
            None => Part::stream(self.body),
        };
        part.file_name(self.file_name).mime_str(self.mime)
    }
}

/// Strings go as they are, everything else as JSON: so the Bot API reads forms.
fn with_fields(form: Form, fields: Value) -> Form {
    let Value::Object(fields) = fields else {
        return form;
    };
    fields.into_iter().fold(form, |form, (name, value)| match value {
        Value::String(text) => form.text(name, text),
        other => form.text(name, other.to_string()),
    })
}
