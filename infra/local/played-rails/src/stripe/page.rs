//! The Checkout page that a customer pays on.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Form, Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::PlayedStripe;
use super::book::{Book, Session, SessionStatus};
use crate::page::{Lang, Page, button, choice, esc, form, nothing_here, price, see};

/// After which time a paid page leads back to the shop, in seconds.
const BACK_AFTER_S: u32 = 5;
/// Why a bank refuses, as the API calls it and as customers read it.
const REASONS: [(&str, &str, &str); 5] = [
    (
        "insufficient_funds",
        "На карте не хватает денег.",
        "Your card has insufficient funds.",
    ),
    (
        "expired_card",
        "Срок действия карты истёк.",
        "Your card has expired.",
    ),
    (
        "incorrect_cvc",
        "Код CVC неверен.",
        "Your card's security code is incorrect.",
    ),
    ("fraudulent", "Карта отклонена.", "Your card was declined."),
    ("generic_decline", "Карта отклонена.", "Your card was declined."),
];

type Fields = BTreeMap<String, String>;

pub(super) fn router(account: &PlayedStripe) -> Router {
    Router::new()
        .route("/c/pay/{session}", get(look).post(act))
        .with_state(account.clone())
}

/// Where a session can be paid.
pub(super) fn url(account: &PlayedStripe, session: &str) -> String {
    format!("{}/c/pay/{session}", account.config().public_base_url)
}

async fn look(
    State(account): State<PlayedStripe>,
    Path(id): Path<String>,
    Query(query): Query<Fields>,
) -> Response {
    let lang = Lang::asked(&query, Lang::En);
    let (session, declined) = {
        let book = account.book();
        let session = book.session(&id).cloned();
        let declined = session.as_ref().and_then(|session| declined(&book, session));
        (session, declined)
    };
    let Some(session) = session else {
        return nothing_here();
    };
    let success = session
        .order
        .success_url
        .replace("{CHECKOUT_SESSION_ID}", &session.id);
    let leads = (session.status == SessionStatus::Complete).then_some((BACK_AFTER_S, success.as_str()));
    let page = Page {
        lang,
        title: lang.pick("Stripe Checkout (игровой)", "Stripe Checkout (played)"),
        other: format!("/c/pay/{}?lang={}", session.id, lang.other().1),
        is_wide: false,
        leads,
        body: [
            bill(&account, &session, lang),
            how_it_stands(&session, declined.as_deref(), &success, lang),
        ]
        .concat(),
    };
    page.into_response()
}

async fn act(
    State(account): State<PlayedStripe>,
    Path(id): Path<String>,
    Query(query): Query<Fields>,
    Form(asked): Form<Fields>,
) -> Response {
    let said = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    let reason = REASONS
        .iter()
        .map(|(code, _, _)| *code)
        .find(|code| *code == said("reason"));
    // Somebody else may have ended it meanwhile: the page then shows how it stands.
    let _ = match said("do") {
        "pay" => account.pay(&id),
        "later" => account.pay_later(&id),
        "decline" => account.decline(&id, reason.unwrap_or("generic_decline")),
        _ => Ok(()),
    };
    let lang = Lang::asked(&query, Lang::En);
    see(&format!("/c/pay/{}?lang={}", esc(&id), lang.code()))
}

fn declined(book: &Book, session: &Session) -> Option<String> {
    book.intent(session.intent.as_deref()?)?.declined.clone()
}

fn bill(account: &PlayedStripe, session: &Session, lang: Lang) -> String {
    let email = session.order.email.as_ref();
    let email = email.map(|email| format!(r#"<p class="dim">{}</p>"#, esc(email)));
    let test = r#"<p class="dim">TEST MODE</p>"#;
    format!(
        r#"<section><p class="dim">{}</p><h1>{}</h1><p>{}</p>{}{}</section>"#,
        esc(&account.config().title),
        esc(&price(session.order.amount, &session.order.currency, lang)),
        esc(&session.order.titles.join(", ")),
        email.unwrap_or_default(),
        if session.livemode { "" } else { test },
    )
}

fn how_it_stands(session: &Session, declined: Option<&str>, success: &str, lang: Lang) -> String {
    let shop = lang.pick("Вернуться в магазин", "Back to the shop");
    let link = |url: &str| format!(r#"<a class="button first" href="{}">{shop}</a>"#, esc(url));
    let cancel = session.order.cancel_url.as_deref().map(link).unwrap_or_default();
    let (class, said, back) = match (session.status, session.is_paid) {
        (SessionStatus::Open, _) => return to_pay(session, declined, lang),
        (SessionStatus::Complete, true) => ("good", lang.pick("Оплачено", "Paid"), link(success)),
        (SessionStatus::Complete, false) => {
            let said = lang.pick(
                "Платёж принят, деньги придут позже",
                "Payment accepted, the money comes later",
            );
            ("dim", said, link(success))
        }
        (SessionStatus::Expired, _) => (
            "bad",
            lang.pick("Время на оплату вышло", "The time to pay is over"),
            cancel,
        ),
    };
    format!(r#"<section><h2 class="{class}">{said}</h2>{back}</section>"#)
}

fn to_pay(session: &Session, declined: Option<&str>, lang: Lang) -> String {
    let declined = declined.map(|code| {
        let known = REASONS.iter().find(|(one, _, _)| *one == code);
        let text = known.map_or(code, |(_, ru, en)| lang.pick(*ru, *en));
        format!(
            r#"<p class="bad">{} {}</p>"#,
            esc(text),
            lang.pick("Попробуйте ещё раз.", "Try again.")
        )
    });
    let reasons: Vec<_> = REASONS
        .iter()
        .map(|(code, ru, en)| ((*code).to_owned(), format!("{} ({code})", lang.pick(*ru, *en))))
        .collect();
    let price = price(session.order.amount, &session.order.currency, lang);
    let pay = format!("{} {price}", lang.pick("Заплатить", "Pay"));
    let back = session.order.cancel_url.as_ref().map(|url| {
        let text = lang.pick("Отменить и вернуться", "Cancel and go back");
        format!(r#"<a class="button" href="{}">{text}</a>"#, esc(url))
    });
    let decline = lang.pick("Карта не проходит", "Let the card be declined");
    format!(
        r#"<section><h2>{}</h2>{}<div class="card">4242 4242 4242 4242 · 12/30 · 123</div>{}{}{}</section><section><h2>{}</h2>{}</section>"#,
        lang.pick("Банковская карта", "Card"),
        declined.unwrap_or_default(),
        button(&pay, "first", &[("do", "pay")]),
        button(
            lang.pick(
                "Списать со счёта (деньги через дни)",
                "Bank debit (the money takes days)"
            ),
            "",
            &[("do", "later")]
        ),
        back.unwrap_or_default(),
        lang.pick("Сыграть отказ", "Play a refusal"),
        form(&choice("reason", &reasons), decline, "", &[("do", "decline")]),
    )
}
