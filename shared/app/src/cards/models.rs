//! Which model makes it: a card with a button for each.

use domain::catalog::Model;

use super::{Card, DraftView, keyboard};
use crate::buttons::Button;
use crate::{kinds, show};

/// Models shown to choose from at most: two screens of a phone. Telegram takes a hundred buttons.
const MODELS_SHOWN_MAX: usize = 24;

/// The models to choose from, each with its price.
pub(crate) fn models(view: &DraftView<'_>) -> Card {
    let DraftView {
        say, draft, snapshot, ..
    } = view;
    let choice = |model: &Model| {
        let price = model
            .price(draft.duration_s)
            .or_else(|| model.prices.first().map(|price| price.credits))
            .unwrap_or_default();
        let chosen = if model.id == draft.model { "yes" } else { "no" };
        let price = if view.by_plan.contains(&model.id) {
            say.text("price-by-plan")
        } else {
            show::credits(*say, price)
        };
        let price = if view.locked.contains(&model.id) {
            format!("{price} 🔒")
        } else {
            price
        };
        let words = say.with(
            "button-model-choice",
            [
                ("chosen", chosen.into()),
                ("model", model.title.as_str().into()),
                ("price", price.into()),
            ],
        );
        vec![Button::Model(draft.nonce.clone(), model.id.clone()).labelled(words)]
    };
    let mut rows: Vec<_> = snapshot
        .offered(kinds::of(snapshot, draft), draft.photo.is_some())
        .take(MODELS_SHOWN_MAX)
        .map(choice)
        .collect();
    rows.push(vec![
        Button::Card(draft.nonce.clone()).labelled(say.text("button-back")),
    ]);
    Card {
        text: say.text("card-models"),
        buttons: keyboard(rows),
    }
}
