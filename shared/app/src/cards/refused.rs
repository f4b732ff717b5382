//! The card of a draft that a check has refused.

use super::{Card, DraftView, draft};
use crate::buttons::Button;

/// The card, with why it is refused above it, and the button that says that this is a mistake.
pub(crate) fn refused(view: &DraftView<'_>, told: &str) -> Card {
    let mut card = draft(view);
    card.text = format!("🚫 {}\n\n{}", telegram::html::escape(told), card.text);
    let appeal = Button::Appeal(view.draft.nonce.clone()).labelled(view.say.text("button-appeal"));
    let rows = &mut card.buttons.inline_keyboard;
    let last = rows.len().saturating_sub(1);
    if let Some(button) = appeal.filter(|_| view.helped) {
        rows.insert(last, vec![button]);
    }
    card
}
