//! The page that a customer pays on.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::PlayedYooKassa;
use super::book::{Payment, Status};
use crate::page::{Lang, Page, button, buttons, choice, esc, nothing_here, price, see};

const PATH: &str = "/checkout/payments/v2/contract";
/// After which time a paid page leads back to the shop, in seconds.
const BACK_AFTER_S: u32 = 5;
/// Why a bank refuses, as the API calls it and as customers read it.
const REASONS: [(&str, &str, &str); 5] = [
    (
        "insufficient_funds",
        "Не хватает денег на карте",
        "Not enough money on the card",
    ),
    (
        "card_expired",
        "Срок действия карты истёк",
        "The card has expired",
    ),
    (
        "3d_secure_failed",
        "Подтверждение 3-D Secure не прошло",
        "3-D Secure was not passed",
    ),
    (
        "fraud_suspected",
        "Платёж показался подозрительным",
        "The payment looked suspicious",
    ),
    (
        "general_decline",
        "Банк отказал без объяснений",
        "The bank refused without a reason",
    ),
];

type Fields = BTreeMap<String, String>;

pub(super) fn router(shop: &PlayedYooKassa) -> Router {
    Router::new()
        .route(PATH, get(look).post(act))
        .with_state(shop.clone())
}

/// Where a payment can be paid.
pub(super) fn url(shop: &PlayedYooKassa, payment: &str) -> String {
    format!("{}{PATH}?orderId={payment}", shop.config().public_base_url)
}

async fn look(State(shop): State<PlayedYooKassa>, Query(query): Query<Fields>) -> Response {
    let id = query.get("orderId").map(String::as_str).unwrap_or_default();
    let payment = shop.book().payment(id).cloned();
    let Some(payment) = payment else {
        return nothing_here();
    };
    let lang = Lang::asked(&query, Lang::Ru);
    let back = payment.wish.return_url.as_deref();
    let leads = back
        .filter(|_| is_paid(&payment))
        .map(|back| (BACK_AFTER_S, back));
    let page = Page {
        lang,
        title: lang.pick("ЮKassa (игровая)", "YooKassa (played)"),
        other: format!("{PATH}?orderId={}&lang={}", payment.id, lang.other().1),
        is_wide: false,
        leads,
        body: [bill(&shop, &payment, lang), how_it_stands(&payment, lang)].concat(),
    };
    page.into_response()
}

async fn act(
    State(shop): State<PlayedYooKassa>,
    Query(query): Query<Fields>,
    Form(asked): Form<Fields>,
) -> Response {
    let id = query.get("orderId").map(String::as_str).unwrap_or_default();
    let said = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    let reason = REASONS
        .iter()
        .map(|(code, _, _)| *code)
        .find(|code| *code == said("reason"));
    let reason = reason.unwrap_or("general_decline");
    // Somebody else may have ended it meanwhile: the page then shows how it stands.
    let _ = match said("do") {
        "pay" => shop.pay(id),
        "decline" => shop.decline_once(id, reason),
        "refuse" => shop.decline(id, reason),
        _ => Ok(()),
    };
    let lang = Lang::asked(&query, Lang::Ru);
    see(&format!("{PATH}?orderId={}&lang={}", esc(id), lang.code()))
}

fn is_paid(payment: &Payment) -> bool {
    matches!(payment.status, Status::Succeeded | Status::WaitingForCapture)
}

fn bill(shop: &PlayedYooKassa, payment: &Payment, lang: Lang) -> String {
    let customer = |name: &str| {
        payment
            .wish
            .receipt
            .as_ref()?
            .get("customer")?
            .get(name)?
            .as_str()
    };
    let receipt = customer("email").or(customer("phone")).map(|contact| {
        format!(
            r#"<p class="dim">{} {}</p>"#,
            lang.pick("Чек придёт на", "The receipt goes to"),
            esc(contact)
        )
    });
    let test = payment.is_test.then(|| {
        format!(
            r#"<p class="dim">{}</p>"#,
            lang.pick("Тестовый платёж", "Test payment")
        )
    });
    format!(
        r#"<section><p class="dim">{}</p><h1>{}</h1><p>{}</p>{}{}</section>"#,
        esc(&shop.config().title),
        esc(&price(payment.amount, &payment.currency, lang)),
        esc(payment.wish.description.as_deref().unwrap_or_default()),
        receipt.unwrap_or_default(),
        test.unwrap_or_default(),
    )
}

fn how_it_stands(payment: &Payment, lang: Lang) -> String {
    let said = match payment.status {
        Status::Pending => return to_pay(payment, lang),
        Status::Succeeded | Status::WaitingForCapture => {
            format!(r#"<h2 class="good">{}</h2>"#, lang.pick("Оплачено", "Paid"))
        }
        Status::Canceled => {
            let reason = payment.cancellation.as_ref().map(|why| why.reason.as_str());
            format!(
                r#"<h2 class="bad">{}</h2><p>{}</p>"#,
                lang.pick("Платёж не прошёл", "The payment did not go through"),
                esc(&reason_text(reason.unwrap_or_default(), lang)),
            )
        }
    };
    format!("<section>{said}{}</section>", back(payment, "first", lang))
}

fn to_pay(payment: &Payment, lang: Lang) -> String {
    let declined = payment.declined.as_deref().map(|reason| {
        format!(
            r#"<p class="bad">{}. {}</p>"#,
            esc(&reason_text(reason, lang)),
            lang.pick("Попробуйте ещё раз.", "Try again.")
        )
    });
    let reasons: Vec<_> = REASONS
        .iter()
        .map(|(code, ru, en)| ((*code).to_owned(), lang.pick(*ru, *en).to_owned()))
        .collect();
    let card = r#"<div class="card">5555 5555 5555 4477 · 12/30 · 123</div>"#;
    let pay = lang.pick("Заплатить", "Pay");
    let pay = format!("{pay} {}", price(payment.amount, &payment.currency, lang));
    let decline = lang.pick("Карта не проходит", "Let the card be declined");
    let refuse = lang.pick("Отказать насовсем", "Refuse for good");
    format!(
        "<section><h2>{}</h2>{}{card}{}{}</section><section><h2>{}</h2>{}</section>",
        lang.pick("Банковская карта", "Bank card"),
        declined.unwrap_or_default(),
        button(&pay, "first", &[("do", "pay")]),
        back(payment, "", lang),
        lang.pick("Сыграть отказ", "Play a refusal"),
        buttons(
            &choice("reason", &reasons),
            &[("decline", decline), ("refuse", refuse)]
        ),
    )
}

fn back(payment: &Payment, class: &str, lang: Lang) -> String {
    let text = lang.pick("Вернуться в магазин", "Back to the shop");
    let link = |url: &String| format!(r#"<a class="button {class}" href="{}">{text}</a>"#, esc(url));
    payment.wish.return_url.as_ref().map(link).unwrap_or_default()
}

fn reason_text(code: &str, lang: Lang) -> String {
    let known = REASONS.iter().find(|(one, _, _)| *one == code);
    let text = known.map(|(_, ru, en)| lang.pick(*ru, *en));
    text.unwrap_or(match code {
        "expired_on_confirmation" => lang.pick("Время на оплату вышло", "The time to pay is over"),
        other => other,
    })
    .to_owned()
}
