//! Lists: filtered by time and status, newest first, page by page.

use serde_json::Value;

use super::PlayedYooKassa;
use super::check::{Wrong, wrong};
use super::show;
use crate::desk::Request;
use crate::stamp;

const LIMIT: usize = 10;
const LIMIT_MAX: usize = 100;

/// What a list is asked for.
struct Asked {
    from_ms: i64,
    /// Not included.
    until_ms: i64,
    /// Only what was captured within this time, the end not included.
    captured_ms: Option<(i64, i64)>,
    method: Option<String>,
    status: Option<String>,
    payment: Option<String>,
    cursor: Option<String>,
    limit: usize,
}

/// One thing that can be listed.
struct Listed<'b> {
    id: &'b str,
    created_ms: i64,
    captured_ms: Option<i64>,
    status: &'static str,
    payment: &'b str,
}

pub(super) fn payments(shop: &PlayedYooKassa, request: &Request) -> Result<Value, Wrong> {
    let asked = read(request)?;
    let book = shop.book();
    let listed = book.payments.iter().map(|payment| Listed {
        id: &payment.id,
        created_ms: payment.created_ms,
        captured_ms: payment.captured_ms,
        status: payment.status.name(),
        payment: &payment.id,
    });
    let (ids, next) = asked.page(listed.collect())?;
    let shown = ids.into_iter().filter_map(|id| book.payment(id));
    Ok(show::list(
        shown.map(|payment| show::payment(shop, &book, payment)).collect(),
        next,
    ))
}

pub(super) fn refunds(shop: &PlayedYooKassa, request: &Request) -> Result<Value, Wrong> {
    let asked = read(request)?;
    let book = shop.book();
    let listed = book.refunds.iter().map(|refund| Listed {
        id: &refund.id,
        created_ms: refund.created_ms,
        captured_ms: None,
        status: refund.status.name(),
        payment: &refund.payment,
    });
    let (ids, next) = asked.page(listed.collect())?;
    let shown = ids
        .into_iter()
        .filter_map(|id| book.refunds.iter().find(|refund| refund.id == id));
    Ok(show::list(shown.map(show::refund).collect(), next))
}

impl Asked {
    /// The names on this page, and where the next one begins.
    fn page<'b>(&self, oldest_first: Vec<Listed<'b>>) -> Result<(Vec<&'b str>, Option<String>), Wrong> {
        let mut all: Vec<Listed<'b>> = oldest_first
            .into_iter()
            .rev()
            .filter(|one| self.wants(one))
            .collect();
        if let Some(cursor) = &self.cursor {
            let at = all.iter().position(|one| one.id == cursor);
            let at = at.ok_or_else(|| wrong("cursor", "An unknown cursor"))?;
            all.drain(..=at);
        }
        let has_more = all.len() > self.limit;
        all.truncate(self.limit);
        let next = all.last().filter(|_| has_more).map(|one| one.id.to_owned());
        Ok((all.into_iter().map(|one| one.id).collect(), next))
    }

    fn captured(&mut self) -> &mut (i64, i64) {
        self.captured_ms.get_or_insert((i64::MIN, i64::MAX))
    }

    fn wants(&self, one: &Listed<'_>) -> bool {
        (self.from_ms..self.until_ms).contains(&one.created_ms)
            && self.captured_ms.is_none_or(|(from, until)| {
                let captured = one.captured_ms;
                captured.is_some_and(|at| (from..until).contains(&at))
            })
            // Everything here is paid by card.
            && self.method.as_ref().is_none_or(|method| method == "bank_card" && one.captured_ms.is_some())
            && self.status.as_ref().is_none_or(|status| status == one.status)
            && self.payment.as_ref().is_none_or(|payment| payment == one.payment)
    }
}

fn read(request: &Request) -> Result<Asked, Wrong> {
    let mut asked = Asked {
        from_ms: i64::MIN,
        until_ms: i64::MAX,
        captured_ms: None,
        method: None,
        status: None,
        payment: None,
        cursor: None,
        limit: LIMIT,
    };
    for (name, value) in &request.query {
        let time = || stamp::read(value).ok_or_else(|| wrong(name, "Specify a time as ISO 8601 has it"));
        match name.as_str() {
            "created_at.gte" => asked.from_ms = time()?,
            "created_at.gt" => asked.from_ms = time()? + 1,
            "created_at.lt" => asked.until_ms = time()?,
            "created_at.lte" => asked.until_ms = time()? + 1,
            "captured_at.gte" => asked.captured().0 = time()?,
            "captured_at.gt" => asked.captured().0 = time()? + 1,
            "captured_at.lt" => asked.captured().1 = time()?,
            "captured_at.lte" => asked.captured().1 = time()? + 1,
            "payment_method" => asked.method = Some(value.clone()),
            "status" => asked.status = Some(value.clone()),
            "payment_id" => asked.payment = Some(value.clone()),
            "cursor" => asked.cursor = Some(value.clone()),
            "limit" => {
                let limit = value.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
                asked.limit = limit.ok_or_else(|| wrong("limit", "From 1 to 100"))?;
            }
            _ => return Err(wrong(name, "An unknown filter")),
        }
    }
    Ok(asked)
}
