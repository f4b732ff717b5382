//! The draft card and the other messages with buttons.

mod choices;
mod models;
mod orders;
mod refused;
mod upgrade;

use domain::account::{Account, Draft};
use domain::admission::{Payer, Refusal, check_words, price_of};
use domain::catalog::{Model, Ware};
use domain::id::{ModelId, Nonce};
use domain::limit::Usage;
use domain::money::Credits;
use domain::time::Timestamp;
use domain::window::Zone;
use limits_flags::Snapshot;
use telegram::html;
use telegram::methods::{InlineKeyboardButton, InlineKeyboardMarkup};

use crate::buttons::Button;
use crate::kinds;
use crate::moderation;
use crate::quota;
use crate::show;
use crate::texts::Say;
use crate::way_out::way_out;
use crate::words_card;

pub(crate) use models::models;
pub(crate) use orders::{again_button, again_row, cancel_button, made_row, other_model_button};
pub(crate) use refused::refused;

/// A message's text with its buttons.
pub(crate) struct Card {
    pub(crate) text: String,
    pub(crate) buttons: InlineKeyboardMarkup,
}

/// What a draft card is drawn from.
pub(crate) struct DraftView<'a> {
    pub(crate) say: Say,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) account: &'a Account,
    pub(crate) draft: &'a Draft,
    /// Who pays for the draft.
    pub(crate) payer: Payer<'a>,
    /// Models whose videos the customer's plan pays for.
    pub(crate) by_plan: Vec<ModelId>,
    /// What the customer lacks for the draft, in words.
    pub(crate) lacks: Option<String>,
    /// Models that the customer may not use.
    pub(crate) locked: Vec<ModelId>,
    /// The plan on sale that would let the order through, if something holds it back.
    pub(crate) way_up: Option<Ware>,
    /// Whether anything can be bought here.
    pub(crate) sells: bool,
    /// Whether somebody can be told that words are refused by mistake.
    pub(crate) helped: bool,
    pub(crate) usages: &'a [Usage],
    /// What words for the draft cost, where they are to be had.
    pub(crate) words: Option<Credits>,
    /// The customer's own zone, if they have said which.
    pub(crate) zone: Option<Zone>,
    pub(crate) now: Timestamp,
}

impl DraftView<'_> {
    /// The customer's own zone, or else the bot's.
    fn zone(&self) -> Zone {
        let own = self.zone.clone();
        own.unwrap_or_else(|| show::zone(&self.snapshot.rules))
    }
}

/// The draft card: what will be made, what it costs, what is left.
pub(crate) fn draft(view: &DraftView<'_>) -> Card {
    let DraftView { say, draft, .. } = view;
    if draft.voice.is_some() {
        return words_card::voice(*say, draft, view.words);
    }
    if draft.awaits_a_wish() {
        return words_card::wish(*say, view.snapshot, draft);
    }
    let model = view
        .snapshot
        .model(&draft.model)
        .filter(|model| model.takes(draft.photo.is_some()));
    let Some(model) = model else {
        return not_made(*say, view.snapshot, draft);
    };
    let with_photo = draft.photo.is_some();
    let kind = || [("kind", kinds::value_of(model.makes, with_photo))];
    let mut lines = vec![say.with("card-title", kind())];
    if with_photo {
        lines.push(say.text("card-photo"));
    }
    lines.push(show::choice(
        *say,
        (&model.title, model.makes),
        (draft.duration_s, model.chosen(draft.duration_s, draft.quality)),
        shape(*say, draft, model),
        &draft.prompt,
    ));
    if with_photo && draft.prompt.is_empty() {
        lines.push(say.with("card-no-words", kind()));
    }
    lines.extend(kinds::hint(*say, model.makes));
    lines.extend(words_card::question(*say, draft));
    lines.push(String::new());
    lines.extend(price_lines(view, model));
    Card {
        text: lines.join("\n"),
        buttons: draft_buttons(view, model),
    }
}

/// The card of a draft whose model is not on sale now. Where there are others, they can be chosen from; the draft can be
/// dropped in any case.
fn not_made(say: Say, snapshot: &Snapshot, draft: &Draft) -> Card {
    let with_photo = draft.photo.is_some();
    let nonce = || draft.nonce.clone();
    let makes = kinds::of(snapshot, draft);
    let others = snapshot.offered(makes, with_photo).next().is_some();
    let others = others.then(|| vec![Button::Models(nonce()).labelled(say.text("button-other-model"))]);
    let drop = vec![Button::Drop(nonce()).labelled(say.text("button-drop"))];
    Card {
        text: say.text(show::not_made(snapshot, makes, with_photo)),
        buttons: keyboard(others.into_iter().chain([drop])),
    }
}

/// The shape as the card names it: a photo keeps its own, where the model keeps it.
pub(crate) fn shape(say: Say, draft: &Draft, model: &Model) -> String {
    if draft.photo.is_some() && show::keeps_shape(&model.provider, &model.family) {
        say.text("card-aspect-photo")
    } else {
        draft.aspect.as_str().to_owned()
    }
}

fn price_lines(view: &DraftView<'_>, model: &Model) -> Vec<String> {
    let DraftView {
        say, draft, account, ..
    } = view;
    let plan = view.payer.plan;
    let Some(cost) = price_of(draft, model, plan) else {
        return vec![say.text("card-choice-gone")];
    };
    let available = show::credits(*say, account.balance.available);
    let mut lines = vec![match plan.filter(|plan| plan.covers(model)) {
        Some(plan) => say.with(
            "card-price-plan",
            [(
                "plan",
                html::escape(plan.title.in_locale(view.say.locale().as_str()))
                    .into_owned()
                    .into(),
            )],
        ),
        None => say.with(
            "card-price",
            [
                ("price", show::credits(*say, cost).into()),
                ("available", available.into()),
            ],
        ),
    }];
    lines.extend(beyond_plan_line(view, model));
    for usage in view.usages.iter().filter(|usage| quota::is_shown(&usage.limit)) {
        lines.push(quota::line(*say, view.snapshot, usage, &view.zone(), view.now));
    }
    lines.extend(upgrade::line(view).map(|line| html::escape(&line).into_owned()));
    let minutes = [("minutes", show::minutes(model.typical).into())];
    lines.push(say.with("card-time", minutes));
    lines.extend(length_line(*say, draft, model));
    lines.extend(moderation_line(view));
    let lacks = view.lacks.as_ref();
    lines.extend(lacks.map(|lacks| format!("🔒 {}", html::escape(lacks))));
    if account.balance.available < cost {
        let hint = way_out(*say, view.snapshot, account, draft, view.sells);
        lines.push(say.with(
            "card-too-poor",
            [("hint", html::escape(&hint).into_owned().into())],
        ));
    }
    lines
}

/// That the customer's plan is used up, until when, and whether credits pay meanwhile or would if there were enough.
fn beyond_plan_line(view: &DraftView<'_>, model: &Model) -> Option<String> {
    let covered = view.payer.plan.is_some_and(|plan| plan.covers(model));
    let refusing = view.usages.iter().find(|usage| usage.forbids());
    let (usage, text, text_open) = if let Some(usage) = &view.payer.used_up {
        (&**usage, "card-plan-used-up", "card-plan-used-up-open")
    } else {
        let refusing = refusing.filter(|_| covered)?;
        (refusing, "card-plan-refuses", "card-plan-refuses-open")
    };
    let draft = view.draft;
    let price = model.price(draft.duration_s, draft.quality).unwrap_or_default();
    let values = [
        ("kind", kinds::value(model.makes)),
        ("price", show::credits(view.say, price).into()),
        (
            "available",
            show::credits(view.say, view.account.balance.available).into(),
        ),
    ];
    let reset = quota::reset(view.say, usage, &view.zone(), view.now);
    let text = match reset {
        Some(reset) => {
            let values = values.into_iter().chain([("reset", reset.into())]);
            view.say.with(text, values.collect::<Vec<_>>())
        }
        None => view.say.with(text_open, values),
    };
    Some(html::escape(&text).into_owned())
}

/// What is wrong with the length of the words.
fn length_line(say: Say, draft: &Draft, model: &Model) -> Option<String> {
    match check_words(draft, model) {
        Err(Refusal::PromptTooLong { chars, max }) => {
            Some(say.with("card-too-long", [("chars", chars.into()), ("max", max.into())]))
        }
        Err(Refusal::PromptTooShort { chars, min }) => {
            Some(say.with("card-too-short", [("chars", chars.into()), ("min", min.into())]))
        }
        _ => None,
    }
}

/// That the words are such as are refused.
fn moderation_line(view: &DraftView<'_>) -> Option<String> {
    let moderation = &view.snapshot.moderation;
    let why = moderation::why(view.say, moderation, moderation.refuses(&view.draft.prompt)?);
    let why = html::escape(&why).into_owned();
    Some(view.say.with("card-moderated", [("why", why.into())]))
}

fn draft_buttons(view: &DraftView<'_>, model: &Model) -> InlineKeyboardMarkup {
    let DraftView { say, draft, .. } = view;
    let nonce = || draft.nonce.clone();
    let model_name = say.with("button-model", [("model", model.title.as_str().into())]);
    let mut rows = kinds::buttons(*say, view.snapshot, draft, model);
    let sample = models::sample_button(*say, model);
    rows.push(vec![Button::Models(nonce()).labelled(model_name), sample]);
    rows.extend(choices::rows(view, model));
    rows.extend(
        view.words
            .map(|price| words_card::order_button(*say, draft, price)),
    );
    rows.push(words_card::as_it_was(*say, draft));
    let plan = view.payer.plan;
    rows.extend(price_of(draft, model, plan).map(|cost| {
        let words = if plan.is_some_and(|plan| plan.covers(model)) {
            say.text("button-create-plan")
        } else {
            say.with("button-create", [("price", show::credits(*say, cost).into())])
        };
        vec![Button::Create(nonce(), draft.revision, cost).labelled(words)]
    }));
    rows.extend(upgrade::row(view));
    let poor = price_of(draft, model, plan).is_some_and(|cost| view.account.balance.available < cost);
    rows.extend(shop_row(*say, poor && view.sells));
    let refused = || view.snapshot.moderation.refuses(&draft.prompt).is_some();
    if view.helped && refused() {
        rows.push(vec![Button::Appeal(nonce()).labelled(say.text("button-appeal"))]);
    }
    rows.push(vec![Button::Drop(nonce()).labelled(say.text("button-drop"))]);
    keyboard(rows)
}

pub(crate) fn chosen(say: Say, what: String, chosen: bool) -> String {
    say.with(
        "button-choice",
        [
            ("chosen", if chosen { "yes" } else { "no" }.into()),
            ("what", what.into()),
        ],
    )
}

/// The buttons below a welcome; `draft` leads back to an order that is being composed.
pub(crate) fn welcome_buttons(
    say: Say,
    draft: Option<Vec<Option<InlineKeyboardButton>>>,
    parked: bool,
    sells: bool,
) -> InlineKeyboardMarkup {
    let both = vec![
        Button::Orders.labelled(say.text("button-orders")),
        Button::Cabinet.labelled(say.text("button-cabinet")),
        Button::Help.labelled(say.text("button-help")),
    ];
    keyboard(
        draft
            .into_iter()
            .chain(parked_row(say, parked))
            .chain(shop_row(say, sells))
            .chain([both]),
    )
}

/// The buttons below a cabinet, wherever it stands. Its own is not among them: pressed at once it would
/// change nothing, which Telegram refuses.
pub(crate) fn cabinet_buttons(say: Say, parked: bool, sells: bool) -> InlineKeyboardMarkup {
    let shop = sells.then(|| Button::Shop.labelled(say.text("button-shop")));
    let money = vec![
        shop.flatten(),
        Button::History.labelled(say.text("button-history")),
    ];
    // Two in a row: three would not fit a phone in every language.
    let rest = vec![
        Button::Orders.labelled(say.text("button-orders")),
        Button::Help.labelled(say.text("button-help")),
    ];
    keyboard(parked_row(say, parked).into_iter().chain([money, rest]))
}

fn shop_row(say: Say, sells: bool) -> Option<Vec<Option<InlineKeyboardButton>>> {
    sells.then(|| vec![Button::Shop.labelled(say.text("button-shop"))])
}

/// The button below a help that stands where a welcome stood.
pub(crate) fn cabinet_button(say: Say) -> InlineKeyboardMarkup {
    keyboard([vec![Button::Cabinet.labelled(say.text("button-cabinet"))]])
}

fn parked_row(say: Say, parked: bool) -> Option<Vec<Option<InlineKeyboardButton>>> {
    parked.then(|| vec![Button::Parked.labelled(say.text("button-parked"))])
}

/// The button below something that had waited; with another one below a picture of which a video can be made.
pub(crate) fn parked_button(say: Say, nonce: &Nonce, more: bool, film: bool) -> InlineKeyboardMarkup {
    let words = say.text(if more {
        "button-parked-next"
    } else {
        "button-parked-done"
    });
    let film = film.then(|| kinds::film_row(say, nonce));
    let next = vec![Button::ParkedNext(nonce.clone()).labelled(words)];
    keyboard(film.into_iter().chain([next]))
}

/// A keyboard of the buttons that could be made.
pub(crate) fn keyboard(
    rows: impl IntoIterator<Item = Vec<Option<InlineKeyboardButton>>>,
) -> InlineKeyboardMarkup {
    let rows = rows
        .into_iter()
        .map(|row| row.into_iter().flatten().collect::<Vec<_>>());
    InlineKeyboardMarkup::new(rows.filter(|row| !row.is_empty()))
}
