//! The record of a song: Suno's own, unlike those of the market. Source: docs.kie.ai, suno-api/get-music-details.
//!
//! One order makes two tracks. The first of them is what was ordered; it is taken when the whole task is over, for before
//! that nothing is said for good.

use serde::Deserialize;
use serde_json::Value;

use super::record::{ordered_for, thousandths};
use crate::http::{files, or_nothing, shortened};
use crate::kie::envelope::{number, reason_of};
use crate::{LookUp, Reason, TaskFacts};

/// `data` of `generate/record-info`, as far as we use it. Everything may be absent or null.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Song {
    status: String,
    #[serde(default)]
    param: Value,
    #[serde(default, deserialize_with = "or_nothing")]
    response: Tracks,
    #[serde(default)]
    error_code: Value,
    #[serde(default)]
    error_message: Option<String>,
    #[serde(default)]
    credits_consumed: Value,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tracks {
    #[serde(default, deserialize_with = "or_nothing")]
    suno_data: Vec<Track>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Track {
    #[serde(default)]
    audio_url: Option<String>,
}

impl Song {
    pub(super) fn read(data: &Value) -> Option<Self> {
        Self::deserialize(data).ok()
    }

    pub(super) fn outcome(&self) -> LookUp {
        match self.status.as_str() {
            "PENDING" | "TEXT_SUCCESS" | "FIRST_SUCCESS" => LookUp::Running { progress: None },
            "SUCCESS" => self.tracks(),
            // It is about its call to us, which says nothing about the song.
            "CALLBACK_EXCEPTION" => match self.tracks() {
                LookUp::SucceededWithoutFile => self.failure(),
                there => there,
            },
            "SENSITIVE_WORD_ERROR" | "CREATE_TASK_FAILED" | "GENERATE_AUDIO_FAILED" => self.failure(),
            other => LookUp::Unavailable {
                retry_after_s: None,
                why: format!("a state unknown to us: {}", shortened(other)),
            },
        }
    }

    pub(super) fn facts(&self) -> TaskFacts {
        TaskFacts {
            callback_url: ordered_for(&self.param),
            credits_consumed_milli: thousandths(&self.credits_consumed),
            ..TaskFacts::default()
        }
    }

    fn tracks(&self) -> LookUp {
        let tracks = self.response.suno_data.iter();
        let named = tracks.filter_map(|track| track.audio_url.clone());
        files(named.filter(|url| !url.is_empty()))
    }

    fn failure(&self) -> LookUp {
        let message = self.error_message.as_deref().unwrap_or(&self.status);
        let code = number(&self.error_code).unwrap_or(0);
        let reason = if self.status == "SENSITIVE_WORD_ERROR" {
            Reason::Moderation
        } else {
            reason_of(code, message)
        };
        LookUp::Failed {
            reason,
            code,
            message: shortened(message),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outcome(data: &Value) -> LookUp {
        Song::read(data).unwrap().outcome()
    }

    fn track(url: &str) -> Value {
        json!({"id": "e231", "audioUrl": url, "streamAudioUrl": "https://s/1", "title": "Rain", "duration": 198.44})
    }

    #[test]
    fn until_all_of_it_is_there_it_is_running() {
        for status in ["PENDING", "TEXT_SUCCESS", "FIRST_SUCCESS"] {
            let data = json!({"status": status, "response": {"sunoData": [track("https://a/1.mp3")]}});
            assert_eq!(outcome(&data), LookUp::Running { progress: None }, "{status}");
        }
        let data = json!({"status": "PENDING", "response": null, "param": null, "errorMessage": null});
        assert_eq!(outcome(&data), LookUp::Running { progress: None });
    }

    #[test]
    fn both_tracks_are_named_in_their_order_and_a_call_that_failed_ends_no_song() {
        for status in ["SUCCESS", "CALLBACK_EXCEPTION"] {
            let tracks = [track("https://a/1.mp3"), track("https://a/2.mp3")];
            let data = json!({"status": status, "response": {"sunoData": tracks}});
            let urls = vec!["https://a/1.mp3".to_owned(), "https://a/2.mp3".to_owned()];
            assert_eq!(outcome(&data), LookUp::Succeeded { urls }, "{status}");
        }
        for response in [
            json!(null),
            json!({"sunoData": null}),
            json!({"sunoData": [{"audioUrl": ""}]}),
        ] {
            let data = json!({"status": "SUCCESS", "response": response});
            assert_eq!(outcome(&data), LookUp::SucceededWithoutFile, "{data}");
        }
    }

    #[test]
    fn how_it_failed_is_told_in_our_words() {
        let failed = |status: &str, code: Value, message: Value| {
            let data = json!({"status": status, "errorCode": code, "errorMessage": message});
            match outcome(&data) {
                LookUp::Failed { reason, .. } => reason,
                other => panic!("{other:?}"),
            }
        };
        let table = [
            (
                "SENSITIVE_WORD_ERROR",
                json!(null),
                json!(null),
                Reason::Moderation,
            ),
            (
                "GENERATE_AUDIO_FAILED",
                json!(501),
                json!("failed"),
                Reason::ProviderBroke,
            ),
            (
                "CREATE_TASK_FAILED",
                json!("402"),
                json!(null),
                Reason::OutOfFunds,
            ),
            (
                "CALLBACK_EXCEPTION",
                json!(null),
                json!(null),
                Reason::ProviderBroke,
            ),
        ];
        for (status, code, message, reason) in table {
            assert_eq!(failed(status, code, message), reason, "{status}");
        }
        assert!(matches!(
            outcome(&json!({"status": "WONDERFUL"})),
            LookUp::Unavailable { .. }
        ));
        assert!(Song::read(&json!({"state": "success"})).is_none());
    }

    #[test]
    fn the_address_that_it_was_ordered_for_is_a_fact() {
        let data = json!({"status": "PENDING", "param": "{\"callBackUrl\":\"https://us/kie?job=1\"}"});
        let facts = Song::read(&data).unwrap().facts();
        assert_eq!(facts.callback_url.as_deref(), Some("https://us/kie?job=1"));
    }
}
