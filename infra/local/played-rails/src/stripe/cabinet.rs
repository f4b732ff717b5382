//! The account's dashboard: its payments, refunds and disputes, and everything that can go wrong.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::PlayedStripe;
use super::book::{
    Book, Dispute, DisputeStatus, Intent, IntentStatus, Refund, RefundStatus, Session, SessionStatus,
};
use super::forge::{Pretence, Signed};
use crate::fault::Rail;
use crate::money::{decimal, read_decimal};
use crate::page::{Lang, Page, button, choice, esc, form, price, see};

const PATH: &str = "/cabinet";
/// How many of the latest sessions are shown.
const SHOWN: usize = 50;
/// What a forged event claims and how it is signed, and how its button calls it.
const FORGERIES: [(&str, &str, &str); 9] = [
    ("wrong", "оплачен, чужая подпись", "is paid, another's signature"),
    ("stale", "оплачен, старая подпись", "is paid, an old signature"),
    ("missing", "оплачен, без подписи", "is paid, not signed"),
    ("paid", "оплачен, верная подпись", "is paid, rightly signed"),
    (
        "amount",
        "оплачен 1,00, верная подпись",
        "is paid with 1.00, rightly signed",
    ),
    (
        "currency",
        "оплачен в EUR, верная подпись",
        "is paid in EUR, rightly signed",
    ),
    (
        "user",
        "чужая покупка, верная подпись",
        "another user's purchase, rightly signed",
    ),
    (
        "refunded",
        "возвращён, верная подпись",
        "has gone back, rightly signed",
    ),
    (
        "disputed",
        "оспорен, верная подпись",
        "is disputed, rightly signed",
    ),
];

type Fields = BTreeMap<String, String>;

pub(super) fn router(account: &PlayedStripe) -> Router {
    Router::new()
        .route(PATH, get(look).post(act))
        .with_state(account.clone())
}

async fn look(State(account): State<PlayedStripe>, Query(query): Query<Fields>) -> Response {
    let lang = Lang::asked(&query, Lang::En);
    let sessions = {
        let book = account.book();
        let rows = book.sessions.iter().rev().take(SHOWN);
        rows.map(|one| session(&account, &book, one, lang))
            .collect::<String>()
    };
    let title = lang.pick("Платежи", "Payments");
    let page = Page {
        lang,
        title: lang.pick("Кабинет Stripe (игровой)", "Stripe's dashboard (played)"),
        other: format!("{PATH}?lang={}", lang.other().1),
        is_wide: true,
        leads: None,
        body: format!(
            "<section><h2>{title}</h2>{sessions}</section>{}",
            crate::cabinet::parts(account.desk(), Rail::Stripe, lang)
        ),
    };
    page.into_response()
}

async fn act(
    State(account): State<PlayedStripe>,
    Query(query): Query<Fields>,
    Form(asked): Form<Fields>,
) -> Response {
    if !crate::cabinet::act(account.desk(), Rail::Stripe, &asked) {
        account.by_hand(&asked).await;
    }
    see(&format!("{PATH}?lang={}", Lang::asked(&query, Lang::En).code()))
}

impl PlayedStripe {
    /// Does what a button asks for. What cannot be done now is left: the page shows how everything stands.
    async fn by_hand(&self, asked: &Fields) {
        let said = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
        let (id, minor) = (said("id"), read_decimal(&said("amount").replace(',', ".")));
        let _ = match said("do") {
            "pay" => self.pay(id),
            "expire" => self.expire(id),
            "arrive" => self.settle(id, true),
            "bounce" => self.settle(id, false),
            "refund" => self.refund(id, minor.unwrap_or(0)).map(drop),
            "settle" => self.settle_refund(id, true),
            "fail" => self.settle_refund(id, false),
            "dispute" => self.dispute(id).map(drop),
            "win" => self.close_dispute(id, true),
            "lose" => self.close_dispute(id, false),
            "forge" => {
                let (pretence, signed) = pretence(said("what"), self, id);
                self.forge(id, &pretence, signed).await;
                Ok(())
            }
            _ => Ok(()),
        };
    }
}

fn pretence(what: &str, account: &PlayedStripe, session: &str) -> (Pretence, Signed) {
    let another = || {
        let book = account.book();
        let reference = book
            .session(session)
            .and_then(|session| session.order.reference.clone());
        format!("{}1", reference.unwrap_or_default())
    };
    match what {
        "wrong" => (Pretence::Paid, Signed::Wrong),
        "stale" => (Pretence::Paid, Signed::Stale),
        "missing" => (Pretence::Paid, Signed::Missing),
        "amount" => (Pretence::Amount(100), Signed::Right),
        "currency" => (Pretence::Currency("eur".to_owned()), Signed::Right),
        "user" => (Pretence::Reference(another()), Signed::Right),
        "refunded" => (Pretence::Refunded, Signed::Right),
        "disputed" => (Pretence::Disputed, Signed::Right),
        _ => (Pretence::Paid, Signed::Right),
    }
}

fn session(account: &PlayedStripe, book: &Book, session: &Session, lang: Lang) -> String {
    let intent = session.intent.as_deref().and_then(|intent| book.intent(intent));
    let forgeries: Vec<_> = FORGERIES
        .iter()
        .map(|(what, ru, en)| ((*what).to_owned(), lang.pick(*ru, *en).to_owned()))
        .collect();
    let forge = lang.pick("подделать событие", "forge an event");
    format!(
        r#"<div class="row"><b>{}</b> {} · {} · {} <span class="dim">{}{}</span><br><a href="{}"><code>{}</code></a> <code>{}</code><br>{}{}{}</div>"#,
        esc(&price(session.order.amount, &session.order.currency, lang)),
        esc(&session.order.titles.join(", ")),
        session.status.name(),
        if session.is_paid { "paid" } else { "unpaid" },
        crate::stamp::written(session.created_ms),
        if session.livemode { "" } else { " · test" },
        esc(&super::page::url(account, &session.id)),
        session.id,
        esc(session.order.reference.as_deref().unwrap_or_default()),
        buttons(session, intent, lang),
        form(
            &choice("what", &forgeries),
            forge,
            "",
            &[("do", "forge"), ("id", &session.id)]
        ),
        intent
            .map(|intent| payment(book, intent, lang))
            .unwrap_or_default(),
    )
}

fn buttons(session: &Session, intent: Option<&Intent>, lang: Lang) -> String {
    let one = |what: &str, text: &str| button(text, "", &[("do", what), ("id", &session.id)]);
    let is_processing = intent.is_some_and(|intent| intent.status == IntentStatus::Processing);
    match session.status {
        SessionStatus::Open => [
            one("pay", lang.pick("оплатить", "pay")),
            one("expire", lang.pick("закрыть", "expire")),
        ]
        .concat(),
        SessionStatus::Complete if is_processing => [
            one("arrive", lang.pick("деньги пришли", "the money arrives")),
            one(
                "bounce",
                lang.pick("деньги не пришли", "the money does not arrive"),
            ),
        ]
        .concat(),
        SessionStatus::Complete | SessionStatus::Expired => String::new(),
    }
}

/// What came of a session: its payment, and what went back of it.
fn payment(book: &Book, intent: &Intent, lang: Lang) -> String {
    let refunds = book.refunds.iter().filter(|refund| refund.intent == intent.id);
    let refunds: String = refunds.map(|one| refund(one, lang)).collect();
    let disputes = book.disputes.iter().filter(|dispute| dispute.intent == intent.id);
    let disputes: String = disputes.map(|one| dispute(one, lang)).collect();
    let left = intent.amount - book.refunded(intent.charge.as_deref().unwrap_or_default());
    let field = format!(
        r#"<input class="amount" name="amount" value="{}" aria-label="amount">"#,
        decimal(left)
    );
    let back = [
        form(
            &field,
            lang.pick("вернуть", "refund"),
            "",
            &[("do", "refund"), ("id", &intent.id)],
        ),
        button(
            lang.pick("оспорить", "dispute"),
            "",
            &[("do", "dispute"), ("id", &intent.id)],
        ),
    ];
    let back = if intent.status == IntentStatus::Succeeded {
        back.concat()
    } else {
        String::new()
    };
    format!(
        "<br><code>{}</code> {} {back}{refunds}{disputes}",
        intent.id,
        intent.status.name()
    )
}

fn refund(refund: &Refund, lang: Lang) -> String {
    let one = |what: &str, text: &str| button(text, "", &[("do", what), ("id", &refund.id)]);
    let settle = match refund.status {
        RefundStatus::Pending => [
            one("settle", lang.pick("завершить", "settle")),
            one("fail", lang.pick("сорвать", "let it fail")),
        ]
        .concat(),
        RefundStatus::Succeeded | RefundStatus::Failed => String::new(),
    };
    let amount = esc(&price(refund.amount, &refund.currency, lang));
    let (status, id) = (refund.status.name(), &refund.id);
    format!(r#"<br><span class="dim">↩ {amount} · {status} <code>{id}</code></span> {settle}"#)
}

fn dispute(dispute: &Dispute, lang: Lang) -> String {
    let one = |what: &str, text: &str| button(text, "", &[("do", what), ("id", &dispute.id)]);
    let close = match dispute.status {
        DisputeStatus::NeedsResponse => [
            one("win", lang.pick("выиграть", "win")),
            one("lose", lang.pick("проиграть", "lose")),
        ]
        .concat(),
        DisputeStatus::Won | DisputeStatus::Lost => String::new(),
    };
    let amount = esc(&price(dispute.amount, &dispute.currency, lang));
    let (status, id) = (dispute.status.name(), &dispute.id);
    format!(r#"<br><span class="dim">⚖ {amount} · {status} <code>{id}</code></span> {close}"#)
}
