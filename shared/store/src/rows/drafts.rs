//! What customers are composing.

use domain::account::{Choice, Draft, Photo};
use domain::id::{MessageId, ModelId, Nonce};
use domain::time::Timestamp;
use domain::video::{Aspect, Quality};
use table::{AttributeValue, Malformed, Row, map, n, s};

use super::words::read_voice;

/// A draft as a map.
pub fn draft_map(draft: &Draft) -> AttributeValue {
    let mut members = vec![
        ("nonce", s(draft.nonce.as_str())),
        ("revision", n(draft.revision)),
        ("prompt", s(draft.prompt.clone())),
        ("model", s(draft.model.0.clone())),
        ("aspect", s(draft.aspect.as_str())),
        ("duration_s", n(draft.duration_s)),
        ("created_at", n(draft.created_at.0)),
    ];
    members.extend(quality_of(draft.quality));
    members.extend(draft.source.map(|message| ("source", n(message.0))));
    members.extend(draft.before.as_ref().map(|words| ("before", s(words.clone()))));
    members.extend(draft.wish.as_ref().map(|wish| ("wish", s(wish.clone()))));
    if let Some(voice) = &draft.voice {
        members.push(("voice", s(voice.file_id.clone())));
        members.push(("voice_s", n(voice.duration_s)));
    }
    if let Some(photo) = &draft.photo {
        members.push(("photo", s(photo.file_id.clone())));
        members.push(("photo_width", n(photo.width)));
        members.push(("photo_height", n(photo.height)));
    }
    map(members)
}

/// What the latest video was ordered with, as a map.
pub fn choice_map(choice: &Choice) -> AttributeValue {
    let members = [
        ("model", s(choice.model.0.clone())),
        ("aspect", s(choice.aspect.as_str())),
        ("duration_s", n(choice.duration_s)),
    ];
    map(members.into_iter().chain(quality_of(choice.quality)))
}

/// What is not said is the standard one, as it was before there was a choice.
pub(super) fn quality_of(quality: Quality) -> Option<(&'static str, AttributeValue)> {
    (quality != Quality::Standard).then(|| ("quality", s(quality.as_str())))
}

pub(super) fn read_quality(row: Row<'_>) -> Result<Option<Quality>, Malformed> {
    let named = |name| Quality::parse(name).ok_or(Malformed { attribute: "quality" });
    row.s_opt("quality").map(named).transpose()
}

/// It decides nothing but how the next draft begins, so one that cannot be read is as good as none.
pub(super) fn read_choice(row: Row<'_>) -> Option<Choice> {
    Some(Choice {
        model: ModelId(row.s_opt("model")?.to_owned()),
        aspect: Aspect::parse(row.s_opt("aspect")?)?,
        duration_s: row.n_opt("duration_s").ok()??,
        quality: read_quality(row).ok()?.unwrap_or_default(),
    })
}

pub(super) fn read_draft(row: Row<'_>) -> Result<Draft, Malformed> {
    let photo = |file_id: &str| -> Result<Photo, Malformed> {
        Ok(Photo {
            file_id: file_id.to_owned(),
            width: row.n_or_zero("photo_width")?,
            height: row.n_or_zero("photo_height")?,
        })
    };
    Ok(Draft {
        nonce: Nonce::parse(row.s("nonce")?).ok_or(Malformed { attribute: "nonce" })?,
        revision: row.n("revision")?,
        prompt: row.s("prompt")?.to_owned(),
        photo: row.s_opt("photo").map(photo).transpose()?,
        model: ModelId(row.s("model")?.to_owned()),
        aspect: Aspect::parse(row.s("aspect")?).ok_or(Malformed { attribute: "aspect" })?,
        duration_s: row.n("duration_s")?,
        quality: read_quality(row)?.unwrap_or_default(),
        created_at: Timestamp(row.n("created_at")?),
        source: row.n_opt("source")?.map(MessageId),
        voice: read_voice(row)?,
        before: row.s_opt("before").map(str::to_owned),
        wish: row.s_opt("wish").map(str::to_owned),
    })
}
