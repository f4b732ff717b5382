//! What both rails' cabinets have in common: the switches of the faults, the notifications, the journal.

use std::collections::BTreeMap;

use crate::desk::{Asked, Desk, Fate, Letter};
use crate::fault::{Fault, Rail};
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
    [faults(desk, rail, lang), letters(desk, lang), journal(desk, lang)].concat()
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
    format!("<section><h2>{title}</h2>{rows}</section>")
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
    format!(r#"<div class="row"><code>{name}</code> {once}{always}{state}</div>"#)
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
