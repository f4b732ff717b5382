//! Something that a model has made, as an operator writes it.

use domain::catalog::{Makes, Sample, SampleFile};
use domain::money::Credits;
use serde::{Deserialize, Serialize};

use super::DocumentError;

/// Telegram's names of files have some 80 letters.
const FILE_ID_CHARS_MAX: usize = 200;
/// The longest address.
const URL_CHARS_MAX: usize = 1000;

/// A sample: a file that Telegram has, or one at an address, and what it has cost.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SampleRow {
    /// Telegram's name of the file, as this bot knows it: `cargo ctl models sample` writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_id: Option<String>,
    /// Or where Telegram fetches it: `https://`, at most 20 MB, and 5 MB of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// How long it is, of a video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    /// What it has cost in credits. Without it nothing is said of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credits: Option<u32>,
}

impl SampleRow {
    /// The sample of a model that makes such things.
    pub(super) fn read(&self, makes: Makes) -> Result<Sample, DocumentError> {
        let wrong = |why| Err(DocumentError::Senseless("sample", why));
        if makes.is_words() {
            return wrong("of words there is none");
        }
        if self.seconds.is_some() != makes.has_lengths() {
            return wrong("`seconds` says how long a video is, and nothing else has it");
        }
        let file = match (&self.file_id, &self.url) {
            (Some(file_id), None) => SampleFile::Telegrams(file_id.clone()),
            (None, Some(url)) => SampleFile::At(url.clone()),
            _ => return wrong("either a `file_id` or a `url`"),
        };
        match &file {
            SampleFile::Telegrams(name) if !is_file_id(name) => {
                return wrong("that is no `file_id` of Telegram's");
            }
            SampleFile::At(url) if !is_address(url) => {
                return wrong("the `url` is to begin with https:// and a host, without spaces");
            }
            SampleFile::Telegrams(_) | SampleFile::At(_) => {}
        }
        Ok(Sample {
            file,
            duration_s: self.seconds.unwrap_or(0),
            credits: Credits(self.credits.unwrap_or(0)),
        })
    }
}

fn is_file_id(name: &str) -> bool {
    let letters = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    !name.is_empty() && name.len() <= FILE_ID_CHARS_MAX && letters
}

fn is_address(url: &str) -> bool {
    let host = url
        .strip_prefix("https://")
        .and_then(|rest| rest.split('/').next());
    let named = host.is_some_and(|host| host.contains('.') && !host.contains('@'));
    named && url.len() <= URL_CHARS_MAX && url.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(row: &str, makes: Makes) -> Result<Sample, DocumentError> {
        serde_json::from_str::<SampleRow>(row).unwrap().read(makes)
    }

    #[test]
    fn a_sample_is_a_file_of_telegrams_or_one_at_an_address() {
        let telegrams = read(
            r#"{"file_id":"BAACAgIAAx-_1","seconds":5,"credits":2}"#,
            Makes::Video,
        )
        .unwrap();
        assert_eq!(telegrams.file, SampleFile::Telegrams("BAACAgIAAx-_1".to_owned()));
        assert_eq!((telegrams.duration_s, telegrams.credits), (5, Credits(2)));
        let url = r#"{"url":"https://example.org/cat.jpg?x=1"}"#;
        assert_eq!(
            read(url, Makes::Image).unwrap().file,
            SampleFile::At("https://example.org/cat.jpg?x=1".to_owned())
        );
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        for (row, makes) in [
            (r#"{"seconds":5}"#, Makes::Video),
            (
                r#"{"seconds":5,"file_id":"A","url":"https://example.org/a"}"#,
                Makes::Video,
            ),
            (r#"{"file_id":"A"}"#, Makes::Video),
            (r#"{"file_id":"A","seconds":5}"#, Makes::Image),
            (r#"{"file_id":"A"}"#, Makes::Prompt),
            (r#"{"file_id":""}"#, Makes::Image),
            (r#"{"file_id":"a b"}"#, Makes::Image),
            (r#"{"url":"http://example.org/a"}"#, Makes::Image),
            (r#"{"url":"https://localhost/a"}"#, Makes::Image),
            (r#"{"url":"https://u:p@example.org/a"}"#, Makes::Image),
            (r#"{"url":"https://example.org/a b"}"#, Makes::Image),
        ] {
            assert!(read(row, makes).is_err(), "{row} {makes:?}");
        }
    }
}
