//! The buttons of an order: while it waits, and when it is over.

use domain::catalog::Makes;
use domain::id::Nonce;
use domain::job::Job;
use telegram::methods::{InlineKeyboardButton, InlineKeyboardMarkup};

use super::keyboard;
use crate::buttons::Button;
use crate::texts::Say;

/// The button below an order that can still be canceled.
pub(crate) fn cancel_button(say: Say, nonce: &Nonce) -> InlineKeyboardMarkup {
    keyboard([vec![
        Button::Cancel(nonce.clone()).labelled(say.text("button-cancel")),
    ]])
}

/// The button below what was ordered.
pub(crate) fn again_button(say: Say, nonce: &Nonce) -> InlineKeyboardMarkup {
    keyboard([again_row(say, nonce)])
}

/// The buttons below something that was made, to have it made once more: just so, or, of a video, with something different.
pub(crate) fn made_row(say: Say, job: &Job) -> Vec<Option<InlineKeyboardButton>> {
    let mut row = again_row(say, &job.id.nonce);
    if job.order.makes == Makes::Video {
        row.push(Button::Vary(job.id.nonce.clone()).labelled(say.text("button-vary")));
    }
    row
}

pub(crate) fn again_row(say: Say, nonce: &Nonce) -> Vec<Option<InlineKeyboardButton>> {
    vec![Button::Again(nonce.clone()).labelled(say.text("button-again"))]
}

/// The button below a failure.
pub(crate) fn other_model_button(say: Say, nonce: &Nonce) -> InlineKeyboardMarkup {
    keyboard([vec![
        Button::Other(nonce.clone()).labelled(say.text("button-other-model")),
    ]])
}
