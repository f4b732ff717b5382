//! What a customer can have made: videos, and beside them pictures, songs and speech, where a model for it is on offer.

use domain::account::Draft;
use domain::catalog::{Makes, Model};
use domain::id::Nonce;
use domain::job::Job;
use limits_flags::Snapshot;
use telegram::methods::{InlineKeyboardButton, InlineKeyboardMarkup};

use crate::buttons::Button;
use crate::cards;
use crate::texts::{Say, Value};

/// What a message of words or a photo can be an order of, in the order in which it is offered.
pub(crate) const KINDS: [Makes; 4] = [Makes::Video, Makes::Image, Makes::Music, Makes::Speech];

/// What a draft is of: what its model makes. One whose model is gone is taken for a video's.
pub(crate) fn of(snapshot: &Snapshot, draft: &Draft) -> Makes {
    snapshot
        .model(&draft.model)
        .map_or(Makes::Video, |model| model.makes)
}

/// A kind as the texts choose their words by.
pub(crate) fn value(makes: Makes) -> Value<'static> {
    makes.as_str().into()
}

/// The same where it counts whether there is a photo: one is changed, not made.
pub(crate) fn value_of(makes: Makes, with_photo: bool) -> Value<'static> {
    if makes == Makes::Image && with_photo {
        "edit".into()
    } else {
        value(makes)
    }
}

/// The kinds of which some model takes such an order.
pub(crate) fn offered(snapshot: &Snapshot, with_photo: bool) -> Vec<Makes> {
    let taken = |makes: &Makes| snapshot.offered(*makes, with_photo).next().is_some();
    KINDS.into_iter().filter(taken).collect()
}

/// What is on offer beside videos, in words; `None` where nothing is.
pub(crate) fn more(say: Say, snapshot: &Snapshot) -> Option<String> {
    let offered = |with_photo| offered(snapshot, with_photo);
    let (of_words, of_photos) = (offered(false), offered(true));
    let named = KINDS.into_iter().filter(|makes| *makes != Makes::Video);
    let named = named.filter_map(|makes| {
        let name = match (of_words.contains(&makes), of_photos.contains(&makes)) {
            (true, true) => "both",
            (true, false) => "words",
            (false, true) => "photo",
            (false, false) => return None,
        };
        Some(say.with("start-kind", [("kind", value(makes)), ("of", name.into())]))
    });
    let hears = snapshot
        .models
        .iter()
        .any(|model| model.enabled && model.makes == Makes::Transcript);
    let voice = hears.then(|| say.text("start-voice"));
    let lines: Vec<_> = named.chain(voice).collect();
    (!lines.is_empty()).then(|| say.with("start-more", [("lines", lines.join("\n").into())]))
}

/// A button for each of them, the draft's own marked; none where there is nothing to choose.
pub(crate) fn buttons(
    say: Say,
    snapshot: &Snapshot,
    draft: &Draft,
    model: &Model,
) -> Vec<Vec<Option<InlineKeyboardButton>>> {
    let with_photo = draft.photo.is_some();
    let kinds = offered(snapshot, with_photo);
    if kinds.iter().all(|makes| *makes == model.makes) {
        return Vec::new();
    }
    let button = |makes: &Makes| {
        let name = say.with("button-kind", [("kind", value_of(*makes, with_photo))]);
        let chosen = if *makes == model.makes { "yes" } else { "no" };
        let words = say.with(
            "button-choice",
            [("chosen", chosen.into()), ("what", name.into())],
        );
        Button::Kind(draft.nonce.clone(), *makes).labelled(words)
    };
    // Four in a row would be cut off on a phone.
    kinds
        .chunks(2)
        .map(|row| row.iter().map(button).collect())
        .collect()
}

/// What is made of the words, where that is not plain.
pub(crate) fn hint(say: Say, makes: Makes) -> Option<String> {
    match makes {
        Makes::Music => Some(say.text("card-hint-music")),
        Makes::Speech => Some(say.text("card-hint-speech")),
        Makes::Video | Makes::Image | Makes::Prompt | Makes::Transcript => None,
    }
}

/// The buttons below what was made and is sent once more.
pub(crate) fn made_buttons(say: Say, job: &Job) -> InlineKeyboardMarkup {
    let nonce = &job.id.nonce;
    if job.order.makes == Makes::Image {
        picture_buttons(say, nonce)
    } else {
        cards::keyboard([cards::made_row(say, job)])
    }
}

/// The buttons below a picture: it can be where a video begins.
pub(crate) fn picture_buttons(say: Say, nonce: &Nonce) -> InlineKeyboardMarkup {
    cards::keyboard([film_row(say, nonce), cards::again_row(say, nonce)])
}

/// The button that orders a video of a picture.
pub(crate) fn film_row(say: Say, nonce: &Nonce) -> Vec<Option<InlineKeyboardButton>> {
    vec![Button::Film(nonce.clone()).labelled(say.text("button-film"))]
}
