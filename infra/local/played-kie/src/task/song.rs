//! Suno's songs: their record, and what is told while they are made. Sources: docs.kie.ai, suno-api/get-music-details and
//! suno-api/generate-music-callbacks.

use serde_json::{Value, json};

use super::{State, Task};
use crate::callback::Report;
use crate::trouble::Trouble;

/// What is told before the end: the words, and the first of the two tracks.
const PARTS: [&str; 2] = ["text", "first"];

/// The `data` of `generate/record-info`.
pub(super) fn record(task: &Task, base_url: &str, now_ms: i64) -> Value {
    let state = task.state(now_ms);
    let failure = task.failure.clone().filter(|_| state == State::Fail);
    let (code, message) = failure.unzip();
    json!({
        "taskId": task.id,
        "parentMusicId": "",
        "param": Value::Object(task.input.clone()).to_string(),
        "response": (state == State::Success).then(|| json!({
            "taskId": task.id,
            "sunoData": tracks(task, base_url, ["audioUrl", "streamAudioUrl", "modelName"]),
        })),
        "status": status(task, state, now_ms),
        "type": "GENERATE",
        "errorCode": code,
        "errorMessage": message,
    })
}

fn status(task: &Task, state: State, now_ms: i64) -> &'static str {
    let moderated = task.has(Trouble::Moderated);
    match state {
        State::Success => "SUCCESS",
        State::Fail if moderated => "SENSITIVE_WORD_ERROR",
        State::Fail => "GENERATE_AUDIO_FAILED",
        State::Waiting | State::Queuing => "PENDING",
        State::Generating => {
            let whole = task
                .ends_at_ms
                .unwrap_or(i64::MAX)
                .saturating_sub(task.created_at_ms);
            if (now_ms - task.created_at_ms) > whole / 3 * 2 {
                "FIRST_SUCCESS"
            } else {
                "TEXT_SUCCESS"
            }
        }
    }
}

/// Both tracks, with their fields named as this place names them.
fn tracks(task: &Task, base_url: &str, [audio, stream, model]: [&str; 3]) -> Value {
    if [Trouble::NoFile, Trouble::NoResult, Trouble::BrokenResult]
        .iter()
        .any(|trouble| task.has(*trouble))
    {
        return json!([]);
    }
    let one = |number: u32| {
        json!({
            "id": format!("{}-{number}", task.id),
            audio: task.url(base_url, number),
            stream: format!("{base_url}/stream/{}/{number}", task.id),
            "prompt": "[Verse]",
            model: "chirp-crow",
            "title": "Song",
            "tags": "played",
            "duration": f64::from(task.wish.seconds),
        })
    };
    json!([one(1), one(2)])
}

/// The report of a part; afterwards the next one is due.
pub(crate) fn part(task: &mut Task, base_url: &str) -> Option<Report> {
    let at = task.part_due_ms.take()?;
    let kind = usize::try_from(task.parts_sent)
        .ok()
        .and_then(|sent| PARTS.get(sent))?;
    task.parts_sent += 1;
    let third = (at - task.created_at_ms) / i64::from(task.parts_sent);
    task.part_due_ms = (task.parts_sent < 2).then_some(at + third);
    Some(Report {
        is_part: true,
        task_id: task.id.clone(),
        url: task.callback_url.clone()?,
        body: body(task, 200, kind, base_url),
        copies: 1,
    })
}

/// The report of the end.
pub(crate) fn end(task: &Task, state: State, base_url: &str) -> String {
    if state == State::Success {
        body(task, 200, "complete", base_url)
    } else {
        body(task, 501, "error", base_url)
    }
}

fn body(task: &Task, code: u16, kind: &str, base_url: &str) -> String {
    let told = match kind {
        "complete" | "first" => tracks(task, base_url, ["audio_url", "stream_audio_url", "model_name"]),
        _ => json!([]),
    };
    let data = json!({"callbackType": kind, "task_id": task.id, "data": told});
    json!({"code": code, "msg": "generated", "data": data}).to_string()
}
