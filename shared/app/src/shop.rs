//! The shop's messages: what is on sale, what one thing brings, and where a chosen one is paid.

use domain::account::{Account, Balance};
use domain::catalog::{Plan, Ware, WareId};
use domain::id::Nonce;
use domain::money::{Amount, Credits, Currency};
use domain::payment::{Goods, Rail};
use domain::purchase::{Purchase, Stage};
use domain::time::{Millis, Timestamp};
use domain::window::Zone;
use limits_flags::Snapshot;
use telegram::html;
use telegram::methods::{InlineKeyboardButton, InlineKeyboardMarkup};

use crate::buttons::Button;
use crate::cards::{Card, keyboard};
use crate::show;
use crate::texts::Say;

mod history;

pub(crate) use history::{Pages, give_back, history_buttons, history_line, renews};

/// Things on sale that are shown at most; more would not fit a phone.
const WARES_SHOWN_MAX: usize = 12;
/// A draft that is older than an offer lasts is not what somebody goes to the shop for.
const DRAFT_WAITS: Millis = Millis::from_mins(24 * 60);
/// Models of a plan that are named.
const MODELS_NAMED_MAX: usize = 6;

/// An amount as people read it: `699 ₽`, `$2.49`, `⭐ 350`, never torn apart at the end of a line.
pub(crate) fn price(amount: Amount) -> String {
    let decimal = amount.decimal();
    let short = decimal.strip_suffix(".00").unwrap_or(&decimal);
    match amount.currency {
        Currency::Rub => format!("{short}\u{a0}₽"),
        Currency::Usd => format!("${short}"),
        Currency::Xtr => format!("⭐\u{a0}{short}"),
    }
}

/// What is bought: days of a plan, credits, or both.
pub(crate) fn goods(say: Say, goods: &Goods) -> String {
    let credits = (goods.credits > Credits::ZERO).then(|| show::credits(say, goods.credits));
    let days = goods.term.as_ref();
    let days = days.map(|term| {
        let days = say.with("days", [("count", term.days.into())]);
        say.with("goods-days", [("days", days.into())])
    });
    let parts: Vec<String> = days.into_iter().chain(credits).collect();
    parts.join(" + ")
}

/// What is on sale, a button each, and the way back to an order that is being composed.
pub(crate) fn shelf(say: Say, snapshot: &Snapshot, account: &Account, now: Timestamp) -> Card {
    let sums = account.balance;
    let wares = snapshot.wares();
    let text = if wares.is_empty() {
        say.text("shop-empty")
    } else {
        let lines: Vec<String> = wares.iter().map(|ware| shelf_line(say, snapshot, ware)).collect();
        let balance = show::credits(say, sums.available);
        let text = say.with(
            "shop",
            [("available", balance.into()), ("wares", lines.join("\n").into())],
        );
        let parts = [Some(text), debt(say, sums)];
        parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
    };
    let rows = wares.iter().take(WARES_SHOWN_MAX).map(|ware| {
        let title = ware.title.in_locale(say.locale().as_str());
        // A pack may be called like a tier: its button says that it is credits.
        let credits = ware.term.is_none().then(|| show::credits(say, ware.credits));
        let price = first_price(snapshot, ware).map(price);
        let words = [Some(title.to_owned()), credits, price];
        let words = words.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        vec![Button::Ware(ware.id.clone()).labelled(words)]
    });
    let history = vec![
        Button::History.labelled(say.text("button-history")),
        Button::Cabinet.labelled(say.text("button-cabinet")),
    ];
    Card {
        text,
        buttons: keyboard(rows.chain(to_draft(say, account, now)).chain([history])),
    }
}

/// That a bank has taken back what was spent already, if it has.
pub(crate) fn debt(say: Say, sums: Balance) -> Option<String> {
    let owed = show::credits(say, sums.debt);
    (sums.debt > Credits::ZERO).then(|| say.with("debt", [("debt", owed.into())]))
}

fn shelf_line(say: Say, snapshot: &Snapshot, ware: &Ware) -> String {
    let title = html::escape(ware.title.in_locale(say.locale().as_str())).into_owned();
    let prices: Vec<String> = priced(snapshot, ware).map(|(_, amount)| price(amount)).collect();
    let goods = goods(say, &ware.goods());
    say.with(
        "shop-line",
        [
            ("title", title.into()),
            ("goods", goods.into()),
            ("prices", prices.join(" / ").into()),
        ],
    )
}

/// The prices of something on sale, in the order in which its rails are offered.
fn priced<'a>(snapshot: &'a Snapshot, ware: &'a Ware) -> impl Iterator<Item = (Rail, Amount)> + 'a {
    let rails = snapshot.selling.rails.iter();
    rails.filter_map(|rail| Some((*rail, ware.prices.on(*rail)?)))
}

pub(crate) fn first_price(snapshot: &Snapshot, ware: &Ware) -> Option<Amount> {
    priced(snapshot, ware).next().map(|(_, amount)| amount)
}

/// One thing on sale: what it brings, and a button for each way to pay that this deployment has. `notes` are what this
/// customer has to know of it.
pub(crate) fn ware(
    say: Say,
    snapshot: &Snapshot,
    ware: &Ware,
    rails: &[Rail],
    nonce: &Nonce,
    notes: [Option<String>; 2],
) -> Card {
    let locale = say.locale().as_str();
    let title = html::escape(ware.title.in_locale(locale)).into_owned();
    let description = ware.description.as_ref();
    let description = description.map(|text| html::escape(text.in_locale(locale)).into_owned());
    let brings = brings(say, snapshot, ware);
    let head = say.with(
        "ware",
        [("title", title.into()), ("brings", brings.join("\n").into())],
    );
    let parts = [Some(head), description].into_iter().chain(notes).flatten();
    let pay = priced(snapshot, ware).filter(|(rail, _)| rails.contains(rail));
    let rows = pay.map(|(rail, amount)| vec![pay_button(say, ware, rail, amount, nonce)]);
    let back = vec![Button::Shop.labelled(say.text("button-back"))];
    Card {
        text: parts.collect::<Vec<_>>().join("\n\n"),
        buttons: keyboard(rows.chain([back])),
    }
}

fn pay_button(
    say: Say,
    ware: &Ware,
    rail: Rail,
    amount: Amount,
    nonce: &Nonce,
) -> Option<InlineKeyboardButton> {
    let id = match (rail, ware.renews_on(rail)) {
        (Rail::Stars, true) => "pay-stars-monthly",
        (Rail::Stars, false) => "pay-stars",
        (Rail::YooKassa, _) => "pay-yookassa",
        (Rail::Stripe, _) => "pay-stripe",
    };
    let words = say.with(id, [("price", price(amount).into())]);
    Button::Buy(nonce.clone(), rail, ware.id.clone()).labelled(words)
}

/// What a thing on sale unlocks, a line each.
pub(crate) fn brings(say: Say, snapshot: &Snapshot, ware: &Ware) -> Vec<String> {
    let mut lines = Vec::new();
    if ware.credits > Credits::ZERO {
        let credits = show::credits(say, ware.credits);
        lines.push(say.with("brings-credits", [("credits", credits.into())]));
    }
    let plan = match &ware.id {
        WareId::Plan(key) => snapshot.plans.iter().find(|plan| plan.key == *key),
        WareId::Pack(_) => None,
    };
    let Some(plan) = plan else { return lines };
    let days = ware.term.as_ref().map_or(0, |term| term.days);
    lines.push(say.with("brings-days", [("count", days.into())]));
    lines.extend(brings_models(say, snapshot, plan));
    let tier = plan.tier.as_deref().and_then(|tier| snapshot.registry.tier(tier));
    if let Some(tier) = tier {
        let name = html::escape(tier.name.in_locale(say.locale().as_str())).into_owned();
        lines.push(say.with("brings-tier", [("tier", name.into())]));
    }
    lines
}

/// The models whose videos cost nothing under a plan, with what of each is had in a day.
fn brings_models(say: Say, snapshot: &Snapshot, plan: &Plan) -> Vec<String> {
    let covered = snapshot
        .models
        .iter()
        .filter(|model| model.enabled && plan.covers(model));
    let line = |model: &domain::catalog::Model| {
        let title = html::escape(&model.title).into_owned();
        let limits = model.unlimited.as_deref().unwrap_or_default();
        let orders = limits
            .iter()
            .find(|limit| limit.measure == domain::limit::Measure::Requests);
        let orders = orders.and_then(|limit| u32::try_from(limit.max).ok());
        match orders {
            Some(max) => say.with(
                "brings-model-daily",
                [("model", title.into()), ("count", max.into())],
            ),
            None => say.with("brings-model", [("model", title.into())]),
        }
    };
    covered.take(MODELS_NAMED_MAX).map(line).collect()
}

/// A chosen purchase: the price is fixed, and here is where it is paid.
pub(crate) fn purchase(
    say: Say,
    purchase: &Purchase,
    ware: Option<&WareId>,
    zone: &Zone,
    now: Timestamp,
) -> Card {
    let title = html::escape(&purchase.title).into_owned();
    let until = show::until(say, purchase.expires_at, zone, now);
    let mut text = say.with(
        "purchase",
        [
            ("title", title.into()),
            ("goods", goods(say, &purchase.offer.goods).into()),
            ("price", price(purchase.offer.price).into()),
            ("moment", until.into()),
        ],
    );
    if purchase.offer.renews {
        text = format!("{text}\n\n{}", say.text("purchase-renews"));
    }
    let (pay, paid) = pay_or_look(say, purchase);
    let back = ware.map_or(Button::Shop, |ware| Button::Ware(ware.clone()));
    let back = back.labelled(say.text("button-back"));
    Card {
        text,
        buttons: keyboard([vec![pay], vec![paid], vec![back]]),
    }
}

/// Where a purchase is paid, and the question whether it was.
fn pay_or_look(
    say: Say,
    purchase: &Purchase,
) -> (Option<InlineKeyboardButton>, Option<InlineKeyboardButton>) {
    let words = say.with("button-pay", [("price", price(purchase.offer.price).into())]);
    let url = purchase.url.as_ref();
    let paid = Button::Paid(purchase.id().nonce.clone());
    (
        url.map(|url| InlineKeyboardButton::url(words, url)),
        paid.labelled(say.text("button-paid")),
    )
}

/// A rail that did not answer: the same choice once more is the same purchase.
pub(crate) fn try_again(say: Say, again: &Button) -> InlineKeyboardMarkup {
    keyboard([
        vec![again.labelled(say.text("button-try-again"))],
        vec![Button::Shop.labelled(say.text("button-shop"))],
    ])
}

/// The button back to the order that somebody was composing when they went elsewhere.
pub(crate) fn to_draft(
    say: Say,
    account: &Account,
    now: Timestamp,
) -> Option<Vec<Option<InlineKeyboardButton>>> {
    let draft = account.draft.as_ref();
    let draft = draft.filter(|draft| now.since(draft.created_at) <= DRAFT_WAITS)?;
    let button = Button::Card(draft.nonce.clone());
    Some(vec![button.labelled(say.text("button-to-draft"))])
}

/// The buttons below the word that money has come, for whoever wanted something with it.
pub(crate) fn on_with(say: Say, account: &Account, now: Timestamp) -> InlineKeyboardMarkup {
    keyboard(to_draft(say, account, now).into_iter().chain([both(say)]))
}

/// The buttons below a word about money.
pub(crate) fn after_payment(say: Say) -> InlineKeyboardMarkup {
    keyboard([both(say)])
}

fn both(say: Say) -> Vec<Option<InlineKeyboardButton>> {
    vec![
        Button::Cabinet.labelled(say.text("button-cabinet")),
        Button::Shop.labelled(say.text("button-shop")),
    ]
}

/// The buttons below what is said about help with a payment; with one to a person, where there is one.
pub(crate) fn pay_support(say: Say, helped: bool) -> InlineKeyboardMarkup {
    let ask = helped.then(|| vec![Button::Support.labelled(say.text("button-support"))]);
    keyboard(ask.into_iter().chain([both(say)]))
}

/// What became of a purchase that is pressed once more.
pub(crate) fn closed(say: Say, stage: Stage) -> Card {
    Card {
        text: match stage {
            Stage::Paid => say.text("purchase-paid-already"),
            Stage::Held => say.text("purchase-held"),
            Stage::Open | Stage::Gone => say.text("purchase-over"),
        },
        buttons: keyboard([vec![
            Button::History.labelled(say.text("button-history")),
            Button::Shop.labelled(say.text("button-shop")),
        ]]),
    }
}

/// Where nothing is sold.
pub(crate) fn only_cabinet(say: Say) -> InlineKeyboardMarkup {
    keyboard([vec![Button::Cabinet.labelled(say.text("button-cabinet"))]])
}
