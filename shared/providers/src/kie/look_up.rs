//! How a task stands.

mod record;
mod song;

use super::{client::Answer, envelope::Envelope};
use crate::{LookUp, Looked, http::Failed};
use record::Record;
use serde_json::Value;
use song::Song;

pub(super) use record::thousandths;

/// Of a task of the market.
pub(super) fn outcome(answer: Result<Answer, Failed>) -> Looked {
    told(answer, |data| {
        Record::read(data).map(|record| Looked {
            outcome: record.outcome(),
            facts: record.facts(),
        })
    })
}

/// Of one of Suno's songs.
pub(super) fn song(answer: Result<Answer, Failed>) -> Looked {
    told(answer, |data| {
        Song::read(data).map(|song| Looked {
            outcome: song.outcome(),
            facts: song.facts(),
        })
    })
}

fn told(answer: Result<Answer, Failed>, read: impl Fn(&Value) -> Option<Looked>) -> Looked {
    match answer {
        Ok(Answer {
            envelope: Some(envelope),
            retry_after_s,
            ..
        }) => said(&envelope, retry_after_s, read),
        Ok(strange) => unavailable(strange.strange(), strange.retry_after_s),
        Err(failed) => unavailable(failed.into_why(), None),
    }
}

fn said(envelope: &Envelope, retry_after_s: Option<u32>, read: impl Fn(&Value) -> Option<Looked>) -> Looked {
    let why = format!("{}: {}", envelope.code, envelope.message());
    match envelope.code {
        200 => read(&envelope.data)
            .unwrap_or_else(|| unavailable("an answer without a record".to_owned(), retry_after_s)),
        // Not 404: `{"code":422,"msg":"recordInfo is null","data":null}`.
        404 | 422 if means_absent(&envelope.message()) => LookUp::Absent.into(),
        _ => unavailable(why, retry_after_s),
    }
}

/// A 422 may also be about the question itself; only a message about the record is believed.
fn means_absent(message: &str) -> bool {
    let text = message.to_lowercase();
    ["is null", "not found", "not exist", "within 14 days"]
        .iter()
        .any(|words| text.contains(words))
}

fn unavailable(why: String, retry_after_s: Option<u32>) -> Looked {
    LookUp::Unavailable { retry_after_s, why }.into()
}

#[cfg(test)]
mod tests;
