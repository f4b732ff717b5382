//! The buttons by which a draft is made as it is wanted: its length, shape and quality.

use domain::account::Draft;
use domain::catalog::Model;
use domain::video::{Aspect, Quality};
use telegram::methods::InlineKeyboardButton;

use super::{DraftView, chosen};
use crate::buttons::Button;
use crate::show;
use crate::texts::Say;

type Row = Vec<Option<InlineKeyboardButton>>;

/// A row for each. Where there is nothing to choose from there are no buttons, unless the draft holds what is not on offer
/// any more.
pub(super) fn rows(view: &DraftView<'_>, model: &Model) -> Vec<Row> {
    let (say, draft) = (view.say, view.draft);
    let rows = [
        lengths(say, draft, model),
        shapes(say, draft, model),
        qualities(view, model),
    ];
    rows.into_iter().flatten().collect()
}

fn lengths(say: Say, draft: &Draft, model: &Model) -> Option<Row> {
    let gone = model.price(draft.duration_s, Quality::Standard).is_none();
    let length = |seconds: u32| {
        let what = say.with("seconds", [("count", seconds.into())]);
        let chosen = chosen(say, what, seconds == draft.duration_s);
        Button::Duration(draft.nonce.clone(), seconds).labelled(chosen)
    };
    let prices = model.prices.iter();
    (model.prices.len() > 1 || gone).then(|| prices.map(|price| length(price.duration_s)).collect())
}

fn shapes(say: Say, draft: &Draft, model: &Model) -> Option<Row> {
    let others = model.aspects.len() > 1 || !model.aspects.contains(&draft.aspect);
    let free = draft.photo.is_none() || !show::keeps_shape(&model.provider, &model.family);
    let shape = |aspect: &Aspect| {
        let chosen = chosen(say, aspect.as_str().to_owned(), *aspect == draft.aspect);
        Button::Aspect(draft.nonce.clone(), *aspect).labelled(chosen)
    };
    (others && free).then(|| model.aspects.iter().map(shape).collect())
}

/// Each with its price, where the customer pays one.
fn qualities(view: &DraftView<'_>, model: &Model) -> Option<Row> {
    let (say, draft) = (view.say, view.draft);
    let covered = view.payer.plan.is_some_and(|plan| plan.covers(model));
    let standard = model.price_row(draft.duration_s, Quality::Standard)?;
    let gone = draft.quality == Quality::High && standard.high.is_none();
    let quality = |quality: Quality| {
        let price = standard.of(quality)?;
        let mut what = say.text(match quality {
            Quality::Standard => "button-quality-standard",
            Quality::High => "button-quality-high",
        });
        if !covered {
            what = format!("{what} — {}", show::credits(say, price.credits));
        }
        let chosen = chosen(say, what, quality == draft.quality);
        Button::Quality(draft.nonce.clone(), quality).labelled(chosen)
    };
    (standard.high.is_some() || gone).then(|| Quality::ALL.map(quality).into())
}
