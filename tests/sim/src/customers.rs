//! Customers: they write, press what there is to press, pay, block the bot and come back.

use std::time::Duration;

use crate::faults::Fault;
use crate::functions::OPERATOR;
use crate::stripe::{self, Dispute, Way};
use crate::telegram::{Button, LINK, Telegram};
use crate::world::{State, World, wait};
use crate::yookassa;

const PROMPTS: &[&str] = &[
    "a cat on a roof",
    "a red balloon over the sea",
    "two dogs dance",
    "rain in an old town",
];
const COMMANDS: &[&str] = &[
    "/balance",
    "/orders",
    "/buy",
    "/bonus",
    "/promo WELCOME",
    "/gallery",
    "/help",
    "/start",
    "/cancel",
    "/delete_my_data",
];
/// Buttons that lead to orders and money are pressed more often than others.
const LIKED: &[&str] = &["go:", "wa:", "by:", "ca:", "ag:", "gb:", "shp"];

/// One customer's day: so many deeds, with time to think between them.
pub async fn live(world: World, user: i64, deeds: u32) {
    act(&world, user, Deed::Say("/start"));
    for _ in 0..deeds {
        let think = {
            let mut state = world.state();
            match state.dice.u32(0..10) {
                0..5 => state.dice.u64(200..4_000),
                5..9 => state.dice.u64(4_000..60_000),
                _ => state.dice.u64(60_000..900_000),
            }
        };
        wait(Duration::from_millis(think)).await;
        let deed = choose(&world, user);
        let twice = matches!(deed, Deed::Press(..)) && world.strikes(Fault::CustomerTapsTwice);
        act(&world, user, deed.clone());
        if twice {
            act(&world, user, deed);
        }
    }
    // In the end nobody is blocked, and nobody is paused.
    let now_ms = world.now().0;
    world.state().telegram.block(user, false, now_ms);
    world.has_news();
}

#[derive(Clone, Debug)]
enum Deed {
    Say(&'static str),
    Photograph(&'static str),
    Press(i64, String),
    Pay(usize),
    PayPage(String),
    PaySession(String),
    GiveBack(String),
    Dispute(String),
    Block(bool),
    Delete(i64),
    Nothing,
}

/// What somebody does next: what befalls them, or what there is to be said and pressed.
fn choose(world: &World, user: i64) -> Deed {
    if world.state().telegram.chats.entry(user).or_default().blocked {
        return Deed::Block(!world.state().dice.bool());
    }
    let faults = possible(&mut world.state(), user);
    let struck = world.one_of(&faults);
    let mut state = world.state();
    let mishap = struck.and_then(|fault| mishap(&mut state, user, fault));
    mishap.unwrap_or_else(|| wish(&mut state, user))
}

/// Payments whose money can go back: what was paid at the rails, whosever it was, and this customer's Stars.
fn paid(state: &State, user: i64) -> Vec<String> {
    let roubles = state.yookassa.payments.values().filter(|payment| payment.paid);
    let charges = state.telegram.charges.iter();
    let stars = charges.filter(|charge| charge.user == user && charge.refunded_at_s.is_none());
    let names = roubles.map(|payment| payment.id.clone());
    names
        .chain(stars.map(|charge| charge.id.clone()))
        .chain(state.stripe.arrived())
        .collect()
}

/// What can befall somebody as things stand.
fn possible(state: &mut State, user: i64) -> Vec<Fault> {
    let all = [
        (Fault::CustomerBlocks, true),
        (
            Fault::CustomerDeletesMessage,
            state.telegram.shown(user).next().is_some(),
        ),
        (Fault::MoneyGoesBack, !paid(state, user).is_empty()),
        (Fault::MoneyDisputed, !state.stripe.arrived().is_empty()),
    ];
    let possible = all.into_iter().filter(|(_, can_be)| *can_be);
    possible.map(|(fault, _)| fault).collect()
}

/// What befalls somebody.
fn mishap(state: &mut State, user: i64, fault: Fault) -> Option<Deed> {
    match fault {
        Fault::CustomerBlocks => Some(Deed::Block(true)),
        Fault::CustomerDeletesMessage => {
            let newest = state.telegram.shown(user).last()?;
            Some(Deed::Delete(newest.id))
        }
        Fault::MoneyDisputed => {
            let arrived = state.stripe.arrived();
            state.dice.choice(arrived).map(Deed::Dispute)
        }
        _ => {
            let all = paid(state, user);
            state.dice.choice(all).map(Deed::GiveBack)
        }
    }
}

/// What somebody wants: a video, to be told something, or whatever a button in front of them promises.
fn wish(state: &mut State, user: i64) -> Deed {
    let roll = state.dice.u32(0..100);
    if roll < 25 {
        let prompt = PROMPTS[state.dice.usize(0..PROMPTS.len())];
        return if roll < 6 {
            Deed::Photograph(prompt)
        } else {
            Deed::Say(prompt)
        };
    }
    if roll < 40 {
        return Deed::Say(COMMANDS[state.dice.usize(0..COMMANDS.len())]);
    }
    let shown: Vec<_> = state.telegram.shown(user).collect();
    let newest = shown.iter().rev().take(3);
    let buttons: Vec<(i64, Button)> = newest
        .flat_map(|message| message.buttons.iter().map(|button| (message.id, button.clone())))
        .collect();
    let liked: Vec<(i64, Button)> = buttons
        .iter()
        .filter(|(_, button)| is_liked(button))
        .cloned()
        .collect();
    let from = if roll < 80 && !liked.is_empty() {
        liked
    } else {
        buttons
    };
    let chosen = state.dice.choice(from);
    chosen
        .and_then(|(message, button)| pressed(&state.telegram, user, message, button))
        .unwrap_or(Deed::Nothing)
}

fn is_liked(button: &Button) -> bool {
    match button {
        Button::Says(data) => LIKED.iter().any(|liked| data.starts_with(liked)),
        Button::Leads(url) => [LINK, yookassa::HOST, stripe::HOST]
            .iter()
            .any(|host| url.starts_with(host)),
        Button::Pays => true,
    }
}

/// What a button does for whoever presses it.
fn pressed(telegram: &Telegram, user: i64, message: i64, button: Button) -> Option<Deed> {
    match button {
        Button::Says(data) => Some(Deed::Press(message, data)),
        Button::Pays => {
            let at = Some((user, message));
            let mut invoices = telegram.invoices.iter();
            invoices.position(|invoice| invoice.message == at).map(Deed::Pay)
        }
        Button::Leads(url) => {
            let page = format!("{}/pay/", yookassa::HOST);
            let link = url.strip_prefix(LINK).and_then(|number| number.parse().ok());
            let paid = url.strip_prefix(&page).map(str::to_owned);
            let page = format!("{}/pay/", stripe::HOST);
            let session = url.strip_prefix(&page).map(str::to_owned);
            link.map(Deed::Pay)
                .or(paid.map(Deed::PayPage))
                .or(session.map(Deed::PaySession))
        }
    }
}

fn act(world: &World, user: i64, deed: Deed) {
    let now_ms = world.now().0;
    let at = world.age();
    let mut state = world.state();
    state.note(at, || format!("customer {user}: {deed:?}"));
    match deed {
        Deed::Say(text) => state.telegram.say(user, text, now_ms),
        Deed::Photograph(text) => state.telegram.photograph(user, text, now_ms),
        Deed::Press(message, data) => state.telegram.press(user, message, &data, now_ms),
        Deed::Pay(invoice) => state.telegram.checkout(user, invoice, now_ms),
        Deed::PayPage(id) => state.yookassa.pay(&id, now_ms),
        Deed::PaySession(id) => {
            let way = [
                (Fault::MoneyBounces, Way::EmptyBank),
                (Fault::MoneyLate, Way::Bank),
            ];
            let way = way.iter().find(|(fault, _)| state.strikes(*fault));
            let way = way.map_or(Way::Card, |(_, way)| *way);
            state.stripe.pay(&id, way, now_ms);
        }
        Deed::Dispute(id) => {
            let end = [Dispute::Open, Dispute::Lost][state.dice.usize(0..2)];
            let end = if state.strikes(Fault::DisputeWon) {
                Dispute::Won
            } else {
                end
            };
            state.stripe.dispute(&id, end, now_ms);
        }
        Deed::GiveBack(id) if id.starts_with("pi_") => {
            let (_, left) = state.stripe.money(&id);
            let part = if state.dice.bool() { left } else { left / 2 };
            let _ = state.stripe.give_back(&id, part, now_ms);
        }
        Deed::GiveBack(id) => {
            if state.yookassa.payments.contains_key(&id) {
                let left = state.yookassa.left(&id);
                let part = if state.dice.bool() { left } else { left / 2 };
                let _ = state.yookassa.give_back(&id, part, now_ms);
            } else {
                let _ = state.telegram.give_back(&id, now_ms);
            }
        }
        Deed::Block(blocked) => state.telegram.block(user, blocked, now_ms),
        Deed::Delete(message) => {
            let chat = state.telegram.chats.entry(user).or_default();
            if let Some(message) = chat.messages.iter_mut().find(|it| it.id == message) {
                message.deleted = true;
            }
        }
        Deed::Nothing => {}
    }
    drop(state);
    world.has_news();
    debug_assert!(user != OPERATOR, "the operator orders nothing");
}
