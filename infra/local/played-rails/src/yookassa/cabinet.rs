//! The shop's cabinet: its payments, its refunds, and everything that can go wrong.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::book::{Book, Payment, Refund, Status};
use super::forge::Pretence;
use super::{PlayedYooKassa, show};
use crate::fault::Rail;
use crate::money::{decimal, read_decimal};
use crate::page::{Lang, Page, button, choice, esc, form, price, see};

const PATH: &str = "/cabinet";
/// How many of the latest payments are shown.
const SHOWN: usize = 50;
/// What a forged notification claims, and how its button calls it.
const FORGERIES: [(&str, &str, &str); 7] = [
    ("paid", "оплачен", "is paid"),
    ("amount", "оплачено 1,00 ₽", "is paid with 1.00 ₽"),
    ("currency", "оплачен в USD", "is paid in USD"),
    ("user", "чужая покупка", "another user's purchase"),
    ("shop", "чужой магазин", "another shop"),
    ("canceled", "отменён", "is canceled"),
    ("refunded", "возвращён", "has gone back"),
];

type Fields = BTreeMap<String, String>;

pub(super) fn router(shop: &PlayedYooKassa) -> Router {
    Router::new()
        .route(PATH, get(look).post(act))
        .with_state(shop.clone())
}

async fn look(State(shop): State<PlayedYooKassa>, Query(query): Query<Fields>) -> Response {
    let lang = Lang::asked(&query, Lang::Ru);
    let payments = {
        let book = shop.book();
        let rows = book.payments.iter().rev().take(SHOWN);
        rows.map(|one| payment(&shop, &book, one, lang))
            .collect::<String>()
    };
    let title = lang.pick("Платежи", "Payments");
    let page = Page {
        lang,
        title: lang.pick("Кабинет ЮKassa (игровой)", "YooKassa's cabinet (played)"),
        other: format!("{PATH}?lang={}", lang.other().1),
        is_wide: true,
        leads: None,
        body: format!(
            "<section><h2>{title}</h2>{payments}</section>{}",
            crate::cabinet::parts(shop.desk(), Rail::YooKassa, lang)
        ),
    };
    page.into_response()
}

async fn act(
    State(shop): State<PlayedYooKassa>,
    Query(query): Query<Fields>,
    Form(asked): Form<Fields>,
) -> Response {
    if !crate::cabinet::act(shop.desk(), Rail::YooKassa, &asked) {
        shop.by_hand(&asked).await;
    }
    see(&format!("{PATH}?lang={}", Lang::asked(&query, Lang::Ru).code()))
}

impl PlayedYooKassa {
    /// Does what a button asks for. What cannot be done now is left: the page shows how everything stands.
    async fn by_hand(&self, asked: &Fields) {
        let said = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
        let (id, minor) = (said("id"), read_decimal(&said("amount").replace(',', ".")));
        let _ = match said("do") {
            "pay" => self.pay(id),
            "decline" => self.decline(id, "general_decline"),
            "capture" => self.capture(id, None),
            "release" => self.release(id),
            "refund" => self.refund(id, minor.unwrap_or(0)).map(drop),
            "settle" => self.settle_refund(id, true),
            "fail" => self.settle_refund(id, false),
            "forge" => {
                if let Some(pretence) = self.pretence(id, said("what")) {
                    self.forge(id, &pretence).await;
                }
                Ok(())
            }
            _ => Ok(()),
        };
    }

    fn pretence(&self, payment: &str, what: &str) -> Option<Pretence> {
        Some(match what {
            "paid" => Pretence::Paid,
            "amount" => Pretence::Amount(100),
            "currency" => Pretence::Currency("USD".to_owned()),
            "user" => {
                let book = self.book();
                // The longest is the name of an order, if there is one.
                let metadata = book.payment(payment)?.wish.metadata.iter();
                let (key, value) = metadata.max_by_key(|(_, value)| value.as_str().map(str::len))?;
                Pretence::Metadata(key.clone(), format!("{}1", value.as_str()?))
            }
            "shop" => Pretence::Shop("1".to_owned()),
            "canceled" => Pretence::Canceled,
            "refunded" => Pretence::Refunded(self.book().payment(payment)?.amount),
            _ => return None,
        })
    }
}

fn payment(shop: &PlayedYooKassa, book: &Book, payment: &Payment, lang: Lang) -> String {
    let refunds = book.refunds.iter().filter(|refund| refund.payment == payment.id);
    let refunds: String = refunds.map(|one| refund(one, lang)).collect();
    let forgeries: Vec<_> = FORGERIES
        .iter()
        .map(|(what, ru, en)| ((*what).to_owned(), lang.pick(*ru, *en).to_owned()))
        .collect();
    let forge = lang.pick("подделать уведомление", "forge a notification");
    format!(
        r#"<div class="row"><b>{}</b> {} · {} <span class="dim">{}{}</span><br><a href="{}"><code>{}</code></a> <code>{}</code><br>{}{}{refunds}</div>"#,
        esc(&price(payment.amount, &payment.currency, lang)),
        esc(payment.wish.description.as_deref().unwrap_or_default()),
        payment.status.name(),
        crate::stamp::written(payment.created_ms),
        if payment.is_test { " · test" } else { "" },
        esc(&super::page::url(shop, &payment.id)),
        payment.id,
        esc(&show::metadata(payment)),
        buttons(book, payment, lang),
        form(
            &choice("what", &forgeries),
            forge,
            "",
            &[("do", "forge"), ("id", &payment.id)]
        ),
    )
}

fn buttons(book: &Book, payment: &Payment, lang: Lang) -> String {
    let one = |what: &str, text: &str| button(text, "", &[("do", what), ("id", &payment.id)]);
    match payment.status {
        Status::Pending => [
            one("pay", lang.pick("оплатить", "pay")),
            one("decline", lang.pick("отказать", "decline")),
        ]
        .concat(),
        Status::WaitingForCapture => [
            one("capture", lang.pick("списать", "capture")),
            one("release", lang.pick("отпустить", "release")),
        ]
        .concat(),
        Status::Succeeded => {
            let left = decimal(book.refundable(payment));
            let field = format!(r#"<input class="amount" name="amount" value="{left}" aria-label="amount">"#);
            form(
                &field,
                lang.pick("вернуть", "refund"),
                "",
                &[("do", "refund"), ("id", &payment.id)],
            )
        }
        Status::Canceled => String::new(),
    }
}

fn refund(refund: &Refund, lang: Lang) -> String {
    let one = |what: &str, text: &str| button(text, "", &[("do", what), ("id", &refund.id)]);
    let settle = match refund.status {
        Status::Pending => [
            one("settle", lang.pick("завершить", "settle")),
            one("fail", lang.pick("отменить", "let it fail")),
        ]
        .concat(),
        _ => String::new(),
    };
    format!(
        r#"<br><span class="dim">↩ {} · {} <code>{}</code></span> {settle}"#,
        esc(&price(refund.amount, &refund.currency, lang)),
        refund.status.name(),
        refund.id,
    )
}
