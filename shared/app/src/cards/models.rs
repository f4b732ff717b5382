//! Which model makes it: a card with a button for each.

use domain::catalog::Model;
use telegram::html;
use telegram::methods::InlineKeyboardButton;

use super::{Card, DraftView, keyboard};
use crate::buttons::Button;
use crate::texts::Say;
use crate::{kinds, quota, show};

/// Models shown to choose from at most: two screens of a phone. Telegram takes a hundred buttons.
const MODELS_SHOWN_MAX: usize = 24;

/// What each of the models takes, how long it usually takes and what holds it, a line each; what it costs stands on its
/// button.
fn told(say: Say, models: &[&Model]) -> String {
    let lines: Vec<String> = models.iter().map(|model| line(say, model)).collect();
    lines.join("\n")
}

fn line(say: Say, model: &Model) -> String {
    let takes = match (model.text, model.image) {
        (true, true) => "both",
        (false, true) => "photo",
        (true | false, false) => "words",
    };
    let own = model.limits.iter().filter(|limit| quota::is_shown(limit));
    let limits = own.fold(String::new(), |told, limit| {
        told + ", " + &quota::at_most(say, limit)
    });
    say.with(
        "card-model-line",
        [
            ("model", html::escape(&model.title).into_owned().into()),
            ("minutes", show::minutes(model.typical).into()),
            ("takes", takes.into()),
            ("chars", model.prompt_chars_max.into()),
            ("limits", limits.into()),
        ],
    )
}

/// The button that sends what a model is shown by, where the operator has chosen something.
pub(crate) fn sample_button(say: Say, model: &Model) -> Option<InlineKeyboardButton> {
    model.sample.as_ref()?;
    Button::Sample(model.id.clone()).labelled(say.text("button-sample"))
}

/// The models to choose from, each with its price.
pub(crate) fn models(view: &DraftView<'_>) -> Card {
    let DraftView {
        say, draft, snapshot, ..
    } = view;
    let choice = |model: &Model| {
        let price = model
            .price(
                draft.duration_s,
                model.quality_or_standard(draft.duration_s, draft.quality),
            )
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
        let button = Button::Model(draft.nonce.clone(), model.id.clone()).labelled(words);
        vec![button, sample_button(*say, model)]
    };
    let offered: Vec<&Model> = snapshot
        .offered(kinds::of(snapshot, draft), draft.photo.is_some())
        .take(MODELS_SHOWN_MAX)
        .collect();
    let mut rows: Vec<_> = offered.iter().copied().map(choice).collect();
    rows.push(vec![
        Button::Card(draft.nonce.clone()).labelled(say.text("button-back")),
    ]);
    Card {
        text: format!("{}\n\n{}", say.text("card-models"), told(*say, &offered)),
        buttons: keyboard(rows),
    }
}
