//! What orders for words have beside those for videos.

use domain::account::Voice;
use domain::id::{MessageId, ModelId};
use domain::job::{Answer, Sketch};
use domain::video::Aspect;
use table::{AttributeValue, Malformed, Row, map, n, s};

use super::drafts;

/// What the words are for, as a map.
pub(super) fn sketch_map(sketch: &Sketch) -> AttributeValue {
    let mut members = vec![
        ("model", s(sketch.model.0.clone())),
        ("aspect", s(sketch.aspect.as_str())),
        ("duration_s", n(sketch.duration_s)),
        ("chars_max", n(sketch.chars_max)),
        ("simple", s(sketch.simple.clone())),
    ];
    members.extend(drafts::quality_of(sketch.quality));
    members.extend(sketch.source.map(|message| ("source", n(message.0))));
    members.extend(sketch.wish.as_ref().map(|wish| ("wish", s(wish.clone()))));
    if let Some(voice) = &sketch.voice {
        members.push(("voice", s(voice.file_id.clone())));
        members.push(("voice_s", n(voice.duration_s)));
    }
    map(members)
}

pub(super) fn read_sketch(row: Row<'_>) -> Result<Sketch, Malformed> {
    Ok(Sketch {
        model: ModelId(row.s("model")?.to_owned()),
        aspect: Aspect::parse(row.s("aspect")?).ok_or(Malformed { attribute: "aspect" })?,
        duration_s: row.n("duration_s")?,
        quality: drafts::read_quality(row)?.unwrap_or_default(),
        source: row.n_opt("source")?.map(MessageId),
        chars_max: row.n("chars_max")?,
        simple: row.s("simple")?.to_owned(),
        voice: read_voice(row)?,
        wish: row.s_opt("wish").map(str::to_owned),
    })
}

/// The voice message of a draft or an order, if it has one.
pub(super) fn read_voice(row: Row<'_>) -> Result<Option<Voice>, Malformed> {
    let voice = |file_id: &str| {
        Ok(Voice {
            file_id: file_id.to_owned(),
            duration_s: row.n_or_zero("voice_s")?,
        })
    };
    row.s_opt("voice").map(voice).transpose()
}

/// The words that came to an order, if they have.
pub(super) fn read_answer(row: Row<'_>) -> Result<Option<Answer>, Malformed> {
    let answer = |text: &str| {
        Ok(Answer {
            text: text.to_owned(),
            tokens_in: row.n_or_zero("tokens_in")?,
            tokens_out: row.n_or_zero("tokens_out")?,
        })
    };
    row.s_opt("words").map(answer).transpose()
}
