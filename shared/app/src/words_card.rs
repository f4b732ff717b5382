//! Messages about words: that they are asked for, that they came, or that simple ones must do.

use domain::account::{Account, Draft};
use domain::admission::price_of;
use domain::catalog::Makes;
use domain::id::Nonce;
use domain::job::{Failure, Job, Stage};
use domain::money::Credits;
use domain::time::Timestamp;
use domain::words::{Phrase, asks, simple};
use limits_flags::Snapshot;
use telegram::html;
use telegram::methods::InlineKeyboardButton;

use crate::buttons::Button;
use crate::cards::{self, Card, keyboard};
use crate::show;
use crate::texts::Say;

/// Characters of words that such a message shows: far below Telegram's 4096, and more than models take as a rule.
const CHARS_SHOWN: usize = 3000;

/// That they are asked for.
pub(crate) fn asked(say: Say, job: &Job) -> String {
    say.text(match (job.order.makes, job.order.prompt.is_empty()) {
        (Makes::Transcript, _) => "words-listening",
        (_, true) => "words-looking",
        _ => "words-improving",
    })
}

/// A hint for somebody who asks us something and is shown a card.
pub(crate) fn question(say: Say, draft: &Draft) -> Option<String> {
    let lists = (say.text("asks-first"), say.text("asks-us"));
    let asks = draft.photo.is_none() && asks(&draft.prompt, (&lists.0, &lists.1));
    asks.then(|| say.text("card-question"))
}

/// What the customer goes on with if nobody makes the words of a draft better.
pub(crate) fn simple_words(say: Say, draft: &Draft, chars_max: u32) -> String {
    // What was wished stands behind the words that were good enough before.
    if draft.voice.is_some() || draft.wish.is_some() {
        return draft.prompt.clone();
    }
    if draft.prompt.is_empty() {
        return say.text("photo-prompt");
    }
    let phrases = [
        ("simple-motion", "said-motion"),
        ("simple-camera", "said-camera"),
        ("simple-light", "said-light"),
    ]
    .map(|(text, said)| Phrase {
        text: say.text(text),
        said: say.text(said),
    });
    simple(&draft.prompt, &phrases, chars_max)
}

/// What came of it, as what the customer is composing, with the way on.
pub(crate) fn drafted(
    say: Say,
    snapshot: Option<&Snapshot>,
    (account, draft): (&Account, &Draft),
    job: &Job,
    now: Timestamp,
) -> Card {
    if draft.awaits_a_wish() {
        return Card {
            text: format!("{}\n\n{}", outcome(say, job), say.text("vary-still")),
            buttons: keyboard([drop_row(say, &draft.nonce)]),
        };
    }
    let model = snapshot.and_then(|snapshot| snapshot.model(&draft.model));
    let title = model.map_or(draft.model.0.as_str(), |model| model.title.as_str());
    let makes = model.map_or(Makes::Video, |model| model.makes);
    let shape = model.map_or_else(
        || draft.aspect.as_str().to_owned(),
        |model| cards::shape(say, draft, model),
    );
    let quality = model.and_then(|model| model.chosen(draft.duration_s, draft.quality));
    let made = (draft.duration_s, quality);
    let choice = show::choice(say, (title, makes), made, shape, "");
    let text = format!("{}\n\n{choice}\n{}", outcome(say, job), quoted(&draft.prompt));
    let create = snapshot.and_then(|snapshot| create(say, snapshot, account, draft, now));
    let buttons = [
        vec![create],
        vec![Button::Card(draft.nonce.clone()).labelled(say.text("button-settings"))],
        as_it_was(say, draft),
    ];
    Card {
        text: text.trim_end().to_owned(),
        buttons: keyboard(buttons),
    }
}

/// What came of it where the customer is composing something else, with a button that makes a draft of it.
pub(crate) fn apart(say: Say, job: &Job, words: Option<&str>) -> Card {
    let text = format!("{}\n\n{}", outcome(say, job), quoted(words.unwrap_or_default()));
    let row = |words: &str| {
        let button = Button::UseWords(job.id.nonce.clone());
        vec![
            Some(button)
                .filter(|_| !words.is_empty())
                .and_then(|button| button.labelled(say.text("button-use-words"))),
        ]
    };
    Card {
        text: text.trim_end().to_owned(),
        buttons: keyboard(words.map(row)),
    }
}

/// The way back to the words that were there before.
pub(crate) fn as_it_was(say: Say, draft: &Draft) -> Vec<Option<InlineKeyboardButton>> {
    let back = |_| Button::AsItWas(draft.nonce.clone()).labelled(say.text("button-as-it-was"));
    vec![draft.before.as_ref().and_then(back)]
}

/// The button that orders words for a draft.
pub(crate) fn order_button(say: Say, draft: &Draft, price: Credits) -> Vec<Option<InlineKeyboardButton>> {
    let words = match (&draft.voice, draft.prompt.is_empty()) {
        (Some(_), _) => "button-listen",
        (None, true) => "button-look",
        (None, false) if draft.wish.is_some() => "button-rewrite",
        (None, false) => "button-improve",
    };
    let mut words = say.text(words);
    if price > Credits::ZERO {
        words = format!("{words} — {}", show::credits(say, price));
    }
    vec![Button::Words(draft.nonce.clone(), draft.revision, price).labelled(words)]
}

/// A voice message that can be listened to, at a price.
pub(crate) fn voice(say: Say, draft: &Draft, price: Option<Credits>) -> Card {
    let seconds = draft.voice.as_ref().map_or(0, |voice| voice.duration_s);
    let length = format!("{}:{:02}", seconds / 60, seconds % 60);
    let mut text = say.with("voice-card", [("length", length.into())]);
    if draft.photo.is_some() {
        text = format!("{text}\n{}", say.text("card-photo"));
    }
    let drop = |nonce: &Nonce| drop_row(say, nonce);
    let Some(price) = price else {
        return Card {
            text: say.text("voice-not-offered"),
            buttons: keyboard([drop(&draft.nonce)]),
        };
    };
    Card {
        text,
        buttons: keyboard([order_button(say, draft, price), drop(&draft.nonce)]),
    }
}

/// The question what is to be different.
pub(crate) fn wish(say: Say, snapshot: &Snapshot, draft: &Draft) -> Card {
    let hears = |model: &domain::catalog::Model| model.enabled && model.makes == Makes::Transcript;
    let by = if snapshot.models.iter().any(hears) {
        "voice"
    } else {
        "text"
    };
    Card {
        text: format!(
            "{}\n{}",
            say.with("vary-ask", [("by", by.into())]),
            quoted(&draft.prompt)
        )
        .trim_end()
        .to_owned(),
        buttons: keyboard([drop_row(say, &draft.nonce)]),
    }
}

fn drop_row(say: Say, nonce: &Nonce) -> Vec<Option<InlineKeyboardButton>> {
    vec![Button::Drop(nonce.clone()).labelled(say.text("button-drop"))]
}

/// How an order for words ended, and what became of its price.
fn outcome(say: Say, job: &Job) -> String {
    let looked = job.order.prompt.is_empty();
    let transcript = job.order.makes == Makes::Transcript;
    let failed = job.stage == Stage::Failed;
    if job.answer.is_some() {
        let varied = job
            .order
            .sketch
            .as_ref()
            .is_some_and(|sketch| sketch.wish.is_some());
        let title = match (transcript, looked) {
            (true, _) if varied => "words-heard-wish",
            (true, _) => "words-heard",
            (false, false) if varied => "words-varied",
            (false, true) => "words-seen",
            (false, false) => "words-better",
        };
        let what = if failed { "words-back" } else { "words-spent" };
        let spent = (job.cost > Credits::ZERO).then(|| say.with(what, [("price", show::price(say, job))]));
        return [Some(say.text(title)), spent]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("\n");
    }
    let refused = job.failure == Some(Failure::Moderation);
    let why = match (transcript, refused) {
        (true, _) if job.failure == Some(Failure::BadInput) => "words-unheard",
        (true, _) => "words-not-heard",
        (false, true) => "words-refused",
        (false, false) => "words-simple",
    };
    let back = if job.cost > Credits::ZERO {
        say.with("words-back", [("price", show::price(say, job))])
    } else {
        say.text("not-charged")
    };
    format!("{} {back}", say.text(why))
}

fn quoted(words: &str) -> String {
    if words.is_empty() {
        return String::new();
    }
    let cut = html::truncate(words, CHARS_SHOWN);
    format!("<blockquote>{}</blockquote>", html::escape(&cut))
}

/// The button that orders the draft at its price, where that can be said.
fn create(
    say: Say,
    snapshot: &Snapshot,
    account: &Account,
    draft: &Draft,
    now: Timestamp,
) -> Option<InlineKeyboardButton> {
    let model = snapshot
        .model(&draft.model)
        .filter(|model| model.takes(draft.photo.is_some()))?;
    let plan = snapshot.plan(&account.standing, now);
    let price = price_of(draft, model, plan)?;
    let words = if plan.is_some_and(|plan| plan.covers(model)) {
        say.text("button-create-plan")
    } else {
        say.with("button-create", [("price", show::credits(say, price).into())])
    };
    Button::Create(draft.nonce.clone(), draft.revision, price).labelled(words)
}
