//! What both rails' cabinets have in common: the switches of the faults, the notifications, the journal.

use std::collections::BTreeMap;

use crate::desk::{Asked, Desk, Fate, Letter};
use crate::fault::{Door, Fault, Rail, Spoilt};
use crate::page::{Lang, button, esc};

/// How many of the latest are shown.
const SHOWN: usize = 40;

/// Does what a button of these parts asks for. Whether it was one of theirs.
pub(crate) fn act(desk: &Desk, rail: Rail, asked: &BTreeMap<String, String>) -> bool {
    let said = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    let fault = Fault::named(rail, said("fault"));
    match (said("do"), fault) {
        ("once", Some(fault)) => desk.inject(fault, 1),
        ("always", Some(fault)) => {
            desk.withdraw(fault);
            desk.inject(fault, u32::MAX);
        }
        ("off", Some(fault)) => desk.withdraw(fault),
        ("resend", _) => {
            if let Ok(number) = said("number").parse() {
                desk.resend(number);
            }
        }
        _ => return false,
    }
    true
}

/// The parts themselves.
pub(crate) fn parts(desk: &Desk, rail: Rail, lang: Lang) -> String {
    [letters(desk, lang), faults(desk, rail, lang), journal(desk, lang)].concat()
}

fn faults(desk: &Desk, rail: Rail, lang: Lang) -> String {
    let waiting = desk.injected();
    let rows = Fault::all(rail).into_iter().map(|fault| {
        let times = waiting
            .iter()
            .filter(|(one, _)| *one == fault)
            .map(|(_, times)| *times)
            .max();
        switch(fault, times, lang)
    });
    let rows: String = rows.collect();
    let title = lang.pick("Неполадки", "Faults");
    format!(r#"<section><h2>{title}</h2><div class="faults">{rows}</div></section>"#)
}

fn switch(fault: Fault, times: Option<u32>, lang: Lang) -> String {
    let name = fault.name();
    let act = |what: &str, text: &str, class: &str| button(text, class, &[("do", what), ("fault", &name)]);
    let state = match times {
        None => String::new(),
        Some(u32::MAX) => act(
            "off",
            lang.pick("всегда · выключить", "always · switch off"),
            "on",
        ),
        Some(times) => act(
            "off",
            &format!("×{times} · {}", lang.pick("выключить", "switch off")),
            "on",
        ),
    };
    let once = act("once", lang.pick("один раз", "once"), "");
    let always = act("always", lang.pick("всегда", "always"), "");
    let meaning = meaning(fault, lang);
    format!(
        r#"<div class="row"><code>{name}</code><br><span class="dim">{meaning}</span><br>{once}{always}{state}</div>"#
    )
}

/// What happens, for a person.
fn meaning(fault: Fault, lang: Lang) -> String {
    let (ru, en) = match fault {
        Fault::Answer(door, spoilt) => {
            let (door, spoilt) = (knock(door, lang), spoiled(spoilt, lang));
            return format!("{door}: {spoilt}");
        }
        Fault::OtherAmount => ("заплатят не столько", "another amount is paid"),
        Fault::OtherShop => ("платёж чужого магазина", "a payment of another shop"),
        Fault::TestMoney => ("платёж тестовыми деньгами", "a payment of test money"),
        Fault::RefundPending => ("возврат зависнет", "a refund stays pending"),
        Fault::RefundFails => (
            "возврат сорвётся через полминуты",
            "a refund fails after half a minute",
        ),
        Fault::RefundRefused => ("возврат сразу не удастся", "a refund fails at once"),
        Fault::Doubled => ("уведомление придёт дважды", "a notification comes twice"),
        Fault::Reordered => (
            "уведомление придёт после следующего",
            "a notification comes after the next one",
        ),
        Fault::Delayed => (
            "уведомление опоздает на минуту",
            "a notification is a minute late",
        ),
        Fault::Lost => ("уведомление потеряется", "a notification never comes"),
    };
    lang.pick(ru, en).to_owned()
}

fn knock(door: Door, lang: Lang) -> &'static str {
    match door {
        Door::Open => lang.pick("новый платёж", "a new payment"),
        Door::Refund => lang.pick("возврат", "a refund"),
        Door::Ask => lang.pick("вопрос", "a question"),
    }
}

fn spoiled(spoilt: Spoilt, lang: Lang) -> &'static str {
    match spoilt {
        Spoilt::TooMany => lang.pick("слишком часто, не сделано", "too many requests, not done"),
        Spoilt::Failed => lang.pick("ошибка, не сделано", "an error, not done"),
        Spoilt::FailedAfter => lang.pick("ошибка, но сделано", "an error, but done"),
        Spoilt::FailedForGood => lang.pick("ошибка на сутки, но сделано", "an error for a day, but done"),
        Spoilt::Processing => lang.pick("«в обработке», но сделано", "\"processing\", but done"),
        Spoilt::Conflict => lang.pick("ключ занят, не сделано", "the key is in use, not done"),
        Spoilt::Withheld => lang.pick(
            "ответа нет две минуты, но сделано",
            "no answer for two minutes, but done",
        ),
        Spoilt::Cut => lang.pick("обрыв, но сделано", "cut off, but done"),
        Spoilt::Garbled => lang.pick("нечитаемый ответ, но сделано", "an unreadable answer, but done"),
    }
}

fn letters(desk: &Desk, lang: Lang) -> String {
    let rows: String = desk
        .letters()
        .iter()
        .rev()
        .take(SHOWN)
        .map(|one| letter(one, lang))
        .collect();
    let title = lang.pick("Уведомления", "Notifications");
    format!("<section><h2>{title}</h2>{rows}</section>")
}

fn letter(letter: &Letter, lang: Lang) -> String {
    let fate = match letter.fate {
        Fate::Waiting => lang.pick("в пути", "on its way"),
        Fate::Taken => lang.pick("принято", "taken"),
        Fate::Lost => lang.pick("потеряно", "lost"),
        Fate::Nowhere => lang.pick("некуда", "nowhere to go"),
        Fate::GivenUp => lang.pick("не принято", "given up"),
    };
    let answers: Vec<String> = letter
        .tries
        .iter()
        .map(|tried| {
            tried
                .status
                .map_or_else(|| "–".to_owned(), |status| status.to_string())
        })
        .collect();
    let number = letter.number.to_string();
    let forged = if letter.is_forged {
        lang.pick(" · подделка", " · forged")
    } else {
        ""
    };
    let again = button(
        lang.pick("ещё раз", "again"),
        "",
        &[("do", "resend"), ("number", &number)],
    );
    format!(
        r#"<div class="row">{} <code>{}</code> {fate}{forged} [{}] {again}</div>"#,
        esc(&letter.event),
        esc(&letter.about),
        answers.join(" "),
        again = if letter.is_forged { "" } else { &again },
    )
}

fn journal(desk: &Desk, lang: Lang) -> String {
    let asked = desk.journal();
    let rows: String = asked.iter().rev().take(SHOWN).map(request).collect();
    let title = lang.pick("Запросы", "Requests");
    format!("<section><h2>{title}</h2>{rows}</section>")
}

fn request(asked: &Asked) -> String {
    let told = asked.told.map_or_else(|| "–".to_owned(), |told| told.to_string());
    let key = asked.key.as_deref().unwrap_or_default();
    format!(
        r#"<div class="row"><code>{} {}</code> → {told} <span class="dim">{}</span></div>"#,
        esc(&asked.method),
        esc(&asked.path),
        esc(key),
    )
}
