//! What the pages of both rails are made of: plain HTML, one style, a form for each button. Nothing is loaded from
//! anywhere.

use std::collections::BTreeMap;

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};

const STYLE: &str = include_str!("../page/style.css");

/// The language of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    Ru,
    En,
}

impl Lang {
    /// The one that is asked for, or this one.
    pub(crate) fn asked(query: &BTreeMap<String, String>, otherwise: Self) -> Self {
        match query.get("lang").map(String::as_str) {
            Some("ru") => Self::Ru,
            Some("en") => Self::En,
            _ => otherwise,
        }
    }

    pub(crate) fn pick<T>(self, ru: T, en: T) -> T {
        match self {
            Self::Ru => ru,
            Self::En => en,
        }
    }

    pub(crate) fn code(self) -> &'static str {
        self.pick("ru", "en")
    }

    /// The other one, as a link's text and its code.
    pub(crate) fn other(self) -> (&'static str, &'static str) {
        self.pick(("English", "en"), ("Русский", "ru"))
    }
}

/// A page to be looked at.
pub(crate) struct Page<'a> {
    pub(crate) lang: Lang,
    pub(crate) title: &'a str,
    /// Where the same page is in the other language.
    pub(crate) other: String,
    pub(crate) is_wide: bool,
    /// Where it leads to by itself, after seconds.
    pub(crate) leads: Option<(u32, &'a str)>,
    pub(crate) body: String,
}

impl IntoResponse for Page<'_> {
    fn into_response(self) -> Response {
        let leads = self.leads.map(|(seconds, url)| {
            format!(
                r#"<meta http-equiv="refresh" content="{seconds};url={}">"#,
                esc(url)
            )
        });
        let html = format!(
            r#"<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>{leads}<style>{STYLE}</style></head><body><main class="{class}"><header><b>{title}</b><a href="{other}">{other_name}</a></header>{body}</main></body></html>"#,
            lang = self.lang.code(),
            title = esc(self.title),
            leads = leads.unwrap_or_default(),
            class = if self.is_wide { "wide" } else { "" },
            other = esc(&self.other),
            other_name = self.lang.other().0,
            body = self.body,
        );
        ([(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
    }
}

/// Makes text safe within HTML, between tags and in quotes.
pub(crate) fn esc(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// A form that is one button, with what it says without being seen.
pub(crate) fn button(text: &str, class: &str, hidden: &[(&str, &str)]) -> String {
    form("", text, class, hidden)
}

/// A form with buttons that say different things to be done, each with its text.
pub(crate) fn buttons(fields: &str, texts: &[(&str, &str)]) -> String {
    let one = |(what, text): &(&str, &str)| {
        format!(
            r#"<button name="do" value="{}">{}</button>"#,
            esc(what),
            esc(text)
        )
    };
    let buttons: Vec<String> = texts.iter().map(one).collect();
    format!(
        r#"<form class="in-line" method="post">{fields}{}</form>"#,
        buttons.concat()
    )
}

/// One button, with fields to be filled in before it.
pub(crate) fn form(fields: &str, text: &str, class: &str, hidden: &[(&str, &str)]) -> String {
    let hidden: Vec<String> = hidden
        .iter()
        .map(|(name, value)| {
            format!(
                r#"<input type="hidden" name="{}" value="{}">"#,
                esc(name),
                esc(value)
            )
        })
        .collect();
    format!(
        r#"<form class="in-line" method="post">{}{fields}<button class="{class}">{}</button></form>"#,
        hidden.concat(),
        esc(text)
    )
}

/// A choice of values, each with its text.
pub(crate) fn choice(name: &str, options: &[(String, String)]) -> String {
    let options: Vec<String> = options
        .iter()
        .map(|(value, text)| format!(r#"<option value="{}">{}</option>"#, esc(value), esc(text)))
        .collect();
    format!(
        r#"<select name="{name}" aria-label="{name}">{}</select>"#,
        options.concat()
    )
}

/// Sends the browser there, to look.
pub(crate) fn see(url: &str) -> Response {
    let location = HeaderName::from_static("location");
    (StatusCode::SEE_OTHER, [(location, url.to_owned())]).into_response()
}

/// There is no such page.
pub(crate) fn nothing_here() -> Response {
    (StatusCode::NOT_FOUND, "404").into_response()
}

/// A price as people read it: `699,00 ₽` in Russian, `$8.99` in English.
pub(crate) fn price(minor: i64, currency: &str, lang: Lang) -> String {
    let decimal = crate::money::decimal(minor);
    let sign = match currency.to_ascii_uppercase().as_str() {
        "RUB" => "₽",
        "USD" => "$",
        "EUR" => "€",
        _ => currency,
    }
    .to_owned();
    match lang {
        Lang::Ru => format!("{}\u{a0}{sign}", decimal.replace('.', ",")),
        Lang::En if sign == "$" => format!("${decimal}"),
        Lang::En => format!("{decimal}\u{a0}{sign}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_cannot_leave_its_place() {
        assert_eq!(
            esc(r#"<script>alert("x")</script>&'"#),
            "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;"
        );
        assert!(!button("<b>", "", &[("a", "\"><script>")]).contains("<script>"));
    }

    #[test]
    fn a_price_is_written_as_people_read_it() {
        assert_eq!(price(69_900, "RUB", Lang::Ru), "699,00\u{a0}₽");
        assert_eq!(price(899, "usd", Lang::En), "$8.99");
    }
}
