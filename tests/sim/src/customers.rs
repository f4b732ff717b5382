//! Customers: they write, press what there is to press, pay, block the bot and come back.

use std::time::Duration;

use crate::faults::Fault;
use crate::functions::OPERATOR;
use crate::telegram::Button;
use crate::world::{World, wait};
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
    GiveBack(String),
    Block(bool),
    Delete(i64),
    Nothing,
}

fn choose(world: &World, user: i64) -> Deed {
    let blocks = world.strikes(Fault::CustomerBlocks);
    let deletes = world.strikes(Fault::CustomerDeletesMessage);
    let goes_back = world.strikes(Fault::MoneyGoesBack);
    let mut state = world.state();
    let state = &mut *state;
    let chat = state.telegram.chats.entry(user).or_default();
    if chat.blocked {
        return Deed::Block(!state.dice.bool());
    }
    if blocks {
        return Deed::Block(true);
    }
    let shown: Vec<_> = chat
        .messages
        .iter()
        .filter(|message| message.from_bot && !message.deleted)
        .collect();
    if deletes && let Some(message) = shown.last() {
        return Deed::Delete(message.id);
    }
    if goes_back {
        let own: Vec<String> = state
            .yookassa
            .payments
            .values()
            .filter(|payment| payment.paid)
            .map(|payment| payment.id.clone())
            .collect();
        let stars = state
            .telegram
            .charges
            .iter()
            .filter(|charge| charge.user == user && charge.refunded_at_s.is_none());
        let all: Vec<String> = own
            .into_iter()
            .chain(stars.map(|charge| charge.id.clone()))
            .collect();
        if !all.is_empty() {
            return Deed::GiveBack(all[state.dice.usize(0..all.len())].clone());
        }
    }
    let newest = shown.iter().rev().take(3);
    let mut buttons: Vec<(i64, Button)> = Vec::new();
    for message in newest {
        for button in &message.buttons {
            buttons.push((message.id, button.clone()));
        }
    }
    let roll = state.dice.u32(0..100);
    if roll < 6 {
        return Deed::Photograph(PROMPTS[state.dice.usize(0..PROMPTS.len())]);
    }
    if roll < 25 {
        return Deed::Say(PROMPTS[state.dice.usize(0..PROMPTS.len())]);
    }
    if roll < 40 {
        return Deed::Say(COMMANDS[state.dice.usize(0..COMMANDS.len())]);
    }
    let liked: Vec<(i64, Button)> = buttons
        .iter()
        .filter(|(_, button)| match button {
            Button::Says(data) => LIKED.iter().any(|liked| data.starts_with(liked)),
            Button::Leads(url) => url.starts_with("https://t.me/$sim") || url.starts_with(yookassa::HOST),
            Button::Pays => true,
        })
        .cloned()
        .collect();
    let from = if roll < 80 && !liked.is_empty() {
        liked
    } else {
        buttons
    };
    if from.is_empty() {
        return Deed::Nothing;
    }
    let (message, button) = from[state.dice.usize(0..from.len())].clone();
    match button {
        Button::Says(data) => Deed::Press(message, data),
        Button::Pays => {
            let mut all = state.telegram.invoices.iter().enumerate();
            all.find(|(_, invoice)| invoice.message == Some((user, message)))
                .map_or(Deed::Nothing, |(at, _)| Deed::Pay(at))
        }
        Button::Leads(url) => match url.strip_prefix("https://t.me/$sim") {
            Some(number) => number.parse().map_or(Deed::Nothing, Deed::Pay),
            None => match url.strip_prefix(&format!("{}/pay/", yookassa::HOST)) {
                Some(id) => Deed::PayPage(id.to_owned()),
                None => Deed::Nothing,
            },
        },
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
