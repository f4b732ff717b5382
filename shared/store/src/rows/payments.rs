//! Purchases and payments, as rows of one table: a purchase under its own name, a payment under its rail's.

use domain::id::UserId;
use domain::money::{Amount, Credits, Currency};
use domain::payment::{
    Goods, Misfit, News, Offer, Payment, PaymentId, PurchaseId, Rail, Record, RefundWanted, State, Term,
    Untold,
};
use domain::purchase::{Purchase, Renewal, Stage};
use domain::time::{Millis, Timestamp};
use table::{AttributeValue, Item, Malformed, Row, map, n, s};

use super::{SCHEMA, number};

/// The key of a purchase.
pub fn purchase_key(id: &PurchaseId) -> Item {
    key(id.to_string())
}

/// The key of a payment.
pub fn payment_key(id: &PaymentId) -> Item {
    key(id.to_string())
}

/// The key of the note how far a list was read.
pub fn cursor_key(name: &str) -> Item {
    key(format!("cursor-{name}"))
}

pub(super) fn key(id: String) -> Item {
    Item::from([("id".to_owned(), s(id))])
}

pub(super) type Member = (&'static str, Option<AttributeValue>);

pub(super) fn with(mut item: Item, members: impl IntoIterator<Item = Member>) -> Item {
    let there = members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    item.extend(there);
    item
}

pub(super) fn amount(amount: Amount) -> [Member; 2] {
    [
        ("amount", Some(n(number(amount.minor)))),
        ("currency", Some(s(amount.currency.code()))),
    ]
}

pub(super) fn goods(goods: &Goods) -> [Member; 3] {
    let term = goods.term.as_ref();
    [
        ("credits", Some(n(goods.credits.0))),
        ("plan", term.map(|term| s(term.plan.clone()))),
        ("days", term.map(|term| n(term.days))),
    ]
}

/// The day of a time in UTC, as `2026-11-22`, by which payments are listed.
pub(crate) fn day(at: Timestamp) -> Option<String> {
    at.rfc3339()?.get(..10).map(str::to_owned)
}

/// What the index of what is due sees: nothing of what waits for nothing.
pub(super) fn due(at: Option<Timestamp>, shard: u32) -> [Member; 2] {
    [
        ("due_at", at.map(|at| n(at.0))),
        ("open_shard", at.map(|_| s(shard.to_string()))),
    ]
}

fn flag(on: bool) -> Option<AttributeValue> {
    on.then_some(AttributeValue::Bool(true))
}

/// A purchase as an item.
pub fn purchase_item(purchase: &Purchase) -> Item {
    let Offer { id, rail, .. } = &purchase.offer;
    let fixed = [
        ("kind", Some(s("purchase"))),
        ("schema", Some(n(SCHEMA))),
        ("user_id", Some(n(id.user.0))),
        ("at", Some(n(purchase.opened_at.0))),
        ("rail", Some(s(rail.as_str()))),
        ("revision", Some(n(purchase.revision))),
        ("stage", Some(s(purchase.stage.as_str()))),
        ("title", Some(s(purchase.title.clone()))),
        ("locale", Some(s(purchase.locale.clone()))),
        ("attempt", Some(n(purchase.attempt))),
        ("renews", flag(purchase.offer.renews)),
        ("reference", purchase.reference.clone().map(s)),
        ("url", purchase.url.clone().map(s)),
        ("expires", Some(n(purchase.expires_at.0))),
        ("polls", Some(n(purchase.polls))),
        ("renewal", purchase.renewal.map(|renewal| s(renewal.as_str()))),
        ("paid_by", purchase.paid_by.as_ref().map(|by| s(by.to_string()))),
    ];
    let item = with(purchase_key(id), fixed);
    let item = with(item, amount(purchase.offer.price));
    let item = with(item, goods(&purchase.offer.goods));
    with(item, due(purchase.due_at, id.shard()))
}

/// A payment as an item.
pub fn payment_item(record: &Record) -> Item {
    let payment = &record.payment;
    let fixed = [
        ("kind", Some(s("payment"))),
        ("schema", Some(n(SCHEMA))),
        ("user_id", record.user.map(|user| n(user.0))),
        ("at", Some(n(payment.created_at.0))),
        ("day", day(payment.created_at).map(s)),
        ("version", Some(n(record.version))),
        ("revision", Some(n(payment.revision))),
        ("state", Some(s(payment.state.as_str()))),
        ("misfit", payment.misfit.map(|misfit| s(misfit.as_str()))),
        ("refunded", Some(n(number(payment.refunded)))),
        ("granted", flag(payment.granted)),
        ("clawed", Some(n(payment.clawed.0))),
        ("aside", Some(n(payment.aside.0))),
        ("payer", record.payer.map(|payer| n(payer.0))),
        ("test", flag(record.is_test)),
        ("renews", flag(record.renews)),
        ("ends_at", record.ends_at.map(|at| n(at.0))),
        (
            "bonus_ms",
            Some(n(record.bonus.0)).filter(|_| record.bonus > Millis::ZERO),
        ),
        ("withdrawn_ms", Some(n(record.withdrawn.0))),
        ("withdrawn_of", record.withdrawn_of.clone().map(s)),
        (
            "repaid",
            Some(n(record.repaid.0)).filter(|_| record.repaid > Credits::ZERO),
        ),
        ("given_at", record.given.map(|at| n(at.0))),
        ("reminded", Some(n(record.reminded))),
        ("purchase", record.purchase.as_ref().map(|id| s(id.to_string()))),
        ("title", Some(s(record.title.clone()))),
        ("locale", Some(s(record.locale.clone()))),
        ("untold", record.untold.map(|untold| s(untold.news.as_str()))),
        ("tells", record.untold.map(|untold| n(untold.tries))),
        ("untold_credits", record.untold.map(|untold| n(untold.credits.0))),
        (
            "untold_minor",
            record.untold.map(|untold| n(number(untold.minor))),
        ),
        ("refund_wanted", record.refund_wanted.as_ref().map(wanted_map)),
        ("refund_tries", Some(n(record.refund_tries))),
    ];
    let item = with(payment_key(&payment.id), fixed);
    let item = with(item, amount(record.amount));
    let item = with(item, goods(&record.goods));
    with(item, due(record.due_at, payment.id.shard()))
}

pub(super) fn read_as<T>(
    row: Row<'_>,
    attribute: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, Malformed> {
    parse(row.s(attribute)?).ok_or(Malformed { attribute })
}

fn read_as_opt<T>(
    row: Row<'_>,
    attribute: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Malformed> {
    let text = row.s_opt(attribute);
    text.map(|text| parse(text).ok_or(Malformed { attribute }))
        .transpose()
}

pub(super) fn read_amount(row: Row<'_>) -> Result<Amount, Malformed> {
    Ok(Amount {
        minor: row.n("amount")?,
        currency: read_as(row, "currency", Currency::parse)?,
    })
}

pub(super) fn read_goods(row: Row<'_>) -> Result<Goods, Malformed> {
    let term = |plan: &str| -> Result<Term, Malformed> {
        Ok(Term {
            plan: plan.to_owned(),
            days: row.n("days")?,
        })
    };
    Ok(Goods {
        credits: Credits(row.n_or_zero("credits")?),
        term: row.s_opt("plan").map(term).transpose()?,
    })
}

pub(super) fn read_time(row: Row<'_>, attribute: &'static str) -> Result<Timestamp, Malformed> {
    row.n(attribute).map(Timestamp)
}

fn wanted_map(wanted: &RefundWanted) -> AttributeValue {
    map([
        ("by", s(wanted.by.clone())),
        ("why", s(wanted.why.clone())),
        ("at", n(wanted.at.0)),
    ])
}

fn read_wanted(row: Row<'_>) -> Result<RefundWanted, Malformed> {
    Ok(RefundWanted {
        by: row.s("by")?.to_owned(),
        why: row.s("why")?.to_owned(),
        at: read_time(row, "at")?,
    })
}

fn read_untold(row: Row<'_>) -> Result<Option<Untold>, Malformed> {
    let Some(news) = read_as_opt(row, "untold", News::parse)? else {
        return Ok(None);
    };
    Ok(Some(Untold {
        news,
        // Rows from before it was kept say all of it.
        credits: Credits(
            row.n_opt("untold_credits")?
                .map_or_else(|| row.n_or_zero("credits"), Ok)?,
        ),
        minor: row
            .n_opt("untold_minor")?
            .map_or_else(|| row.n_or_zero("amount"), Ok)?,
        tries: row.n_or_zero("tells")?,
    }))
}

/// A purchase as read.
pub fn read_purchase(item: &Item) -> Result<Purchase, Malformed> {
    let row = Row(item);
    Ok(Purchase {
        offer: Offer {
            id: read_as(row, "id", PurchaseId::parse)?,
            goods: read_goods(row)?,
            rail: read_as(row, "rail", Rail::parse)?,
            price: read_amount(row)?,
            renews: row.flag("renews"),
        },
        revision: row.n("revision")?,
        stage: read_as(row, "stage", Stage::parse)?,
        title: row.s("title")?.to_owned(),
        locale: row.s("locale")?.to_owned(),
        attempt: row.n("attempt")?,
        reference: row.s_opt("reference").map(str::to_owned),
        url: row.s_opt("url").map(str::to_owned),
        opened_at: read_time(row, "at")?,
        expires_at: read_time(row, "expires")?,
        polls: row.n_or_zero("polls")?,
        due_at: row.n_opt("due_at")?.map(Timestamp),
        paid_by: read_as_opt(row, "paid_by", PaymentId::parse)?,
        renewal: read_as_opt(row, "renewal", Renewal::parse)?,
    })
}

/// A payment as read.
pub fn read_payment(item: &Item) -> Result<Record, Malformed> {
    let row = Row(item);
    let payment = Payment {
        id: read_as(row, "id", PaymentId::parse)?,
        revision: row.n("revision")?,
        state: read_as(row, "state", State::parse)?,
        misfit: read_as_opt(row, "misfit", Misfit::parse)?,
        refunded: row.n_or_zero("refunded")?,
        granted: row.flag("granted"),
        clawed: Credits(row.n_or_zero("clawed")?),
        aside: Credits(row.n_or_zero("aside")?),
        created_at: read_time(row, "at")?,
    };
    Ok(Record {
        version: row.n("version")?,
        payment,
        amount: read_amount(row)?,
        is_test: row.flag("test"),
        purchase: read_as_opt(row, "purchase", PurchaseId::parse)?,
        user: row.n_opt("user_id")?.map(UserId),
        payer: row.n_opt("payer")?.map(UserId),
        goods: read_goods(row)?,
        renews: row.flag("renews"),
        ends_at: row.n_opt("ends_at")?.map(Timestamp),
        bonus: Millis(row.n_or_zero("bonus_ms")?),
        withdrawn: Millis(row.n_or_zero("withdrawn_ms")?),
        withdrawn_of: row.s_opt("withdrawn_of").map(str::to_owned),
        repaid: Credits(row.n_or_zero("repaid")?),
        given: row.n_opt("given_at")?.map(Timestamp),
        reminded: row.n_or_zero("reminded")?,
        title: row.s("title")?.to_owned(),
        locale: row.s("locale")?.to_owned(),
        untold: read_untold(row)?,
        refund_wanted: row.map("refund_wanted").map(read_wanted).transpose()?,
        refund_tries: row.n_or_zero("refund_tries")?,
        due_at: row.n_opt("due_at")?.map(Timestamp),
    })
}
