//! Money in and out: what was paid, what waits, and money back.
//!
//! Whoever reads may look and an editor may have a rail asked again, which does no more than the rail's own notice would
//! have. Moving money takes an owner: machines never are, so that two who want a refund are two people.

mod shown;

use std::sync::Arc;

use app::cashier::{Error, Name, Of, Rechecked, RefundError, Refunding};
use axum::extract::{Path, State};
use domain::payment::{PaymentId, State as Standing};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{limit, user};
use crate::Api;
use crate::auth::{Editor, Owner, Viewer};
use crate::body::{Asked, Body, Until};
use crate::openapi::{Bodies, Contended, Denials, NotThere, Unreadable};
use crate::problem::Refusal;
use crate::reply::Json;
use shown::{Payment, Purchase, Row};

/// Which payments, and which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Of this customer, with the purchases; not together with `day`.
    #[param(pattern = "^[1-9][0-9]{0,15}$")]
    user: Option<String>,
    /// First heard of on this day in UTC; today, if no customer is named either.
    #[param(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", example = "2026-11-22")]
    day: Option<String>,
    /// Only payments that stand so: `new`, `credited`, `held`, `void`, `refund_held`, `refunded` or `charged_back`. A page
    /// may then be shorter than its limit although others follow.
    #[param(pattern = "^(new|credited|held|void|refund_held|refunded|charged_back)$")]
    state: Option<String>,
    /// Entries at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
    /// Where the page before ended: its `next`.
    #[param(pattern = "^[0-9]{1,16}-[!-~]{1,256}$")]
    cursor: Option<String>,
}

/// Payments.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Payments {
    /// The newest first.
    payments: Vec<Row>,
    /// The cursor of the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A payment or a purchase, with what it belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Whole {
    /// The payment; of a purchase the first that came for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<Payment>,
    /// The purchase that it was for.
    #[serde(skip_serializing_if = "Option::is_none")]
    purchase: Option<Purchase>,
}

/// Why money is moved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Because {
    /// Why, for the audit: there must be a reason.
    #[serde(default)]
    #[schema(required = true, min_length = 1, max_length = 2000, pattern = "[!-~]")]
    reason: String,
}

/// How far a refund has come.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Refunded {
    /// `done`; `under_way`, nobody has to do anything; `wants_another`, nothing has moved and a second person has to ask for
    /// it, too; `refused` by the rail for good, and what was bought is the customer's again.
    #[schema(example = "done")]
    outcome: &'static str,
    /// Why the rail refuses.
    #[serde(skip_serializing_if = "Option::is_none")]
    why_refused: Option<String>,
    payment: Payment,
}

/// What a second look has shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Looked {
    /// `payment`; `awaited`, nothing has come yet; `gone`, nothing has come, and nothing will.
    #[schema(example = "payment")]
    found: &'static str,
    /// There was something to be done, and it is done.
    changed: bool,
    /// The rail takes back what it had said; nothing was changed, and somebody has to look there.
    astray: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<Payment>,
}

/// Payments of a day, or a customer's with the purchases, the newest first.
#[utoipa::path(get, path = "/admin/payments", tag = "admin", params(Which),
    responses((status = 200, description = "A page of payments", body = Payments),
        (status = 422, description = "What is asked for does not go together, or is no day", body = crate::problem::Problem,
         content_type = "application/problem+json"), NotThere, Unreadable, Denials))]
pub(crate) async fn list_payments(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Asked(which): Asked<Which>,
) -> Result<Json<Payments>, Refusal> {
    let of = of(&api, &which)?;
    let state = which.state.as_deref().map(|state| {
        Standing::parse(state).ok_or_else(|| Refusal::Malformed(format!("no payment is `{state}`")))
    });
    let limit = limit(which.limit)?;
    let listed = api
        .desk
        .list(of, state.transpose()?, limit, which.cursor.as_deref())
        .await?;
    let listed = listed.ok_or_else(|| senseless("`cursor` is what `next` was, of the same list"))?;
    Ok(Json(Payments {
        payments: listed.rows.into_iter().map(Row::of).collect(),
        next: listed.next,
    }))
}

/// What can be read, and asks for nothing that there could be.
fn senseless(detail: &str) -> Refusal {
    Refusal::Senseless {
        detail: detail.to_owned(),
        pointer: None,
    }
}

fn of(api: &Api, which: &Which) -> Result<Of, Refusal> {
    match (&which.user, &which.day) {
        (Some(_), Some(_)) => Err(senseless("either `user` or `day`")),
        (Some(whose), None) => user(whose).map(Of::Customer),
        (None, None) => Ok(Of::Day(api.now())),
        (None, Some(day)) => {
            let noon = Timestamp::parse_rfc3339(&format!("{day}T12:00:00Z"));
            let unread = || senseless("`day` is a day such as 2026-11-22");
            noon.map(Of::Day).ok_or_else(unread)
        }
    }
}

/// A payment, or a purchase.
#[utoipa::path(get, path = "/admin/payments/{id}", tag = "admin",
    params(("id" = String, Path, description = "A payment's name at its rail, or a purchase's here", pattern = "^[!-~]{1,256}$", example = "yookassa#2d1f8a2c-000f-5000-8000-1d3ee7a1c0de")),
    responses((status = 200, description = "How it stands", body = Whole), NotThere, Denials))]
pub(crate) async fn read_payment(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Path(id): Path<String>,
) -> Result<Json<Whole>, Refusal> {
    let payments = &api.desk.cashier.payments;
    let (record, purchase) = match name(&id)? {
        Name::Payment(id) => {
            let record = payments.payment(&id).await?;
            let purchase = record.as_ref().and_then(|record| record.purchase.clone());
            let purchase = match &purchase {
                Some(id) => payments.purchase(id).await?,
                None => None,
            };
            (record, purchase)
        }
        Name::Purchase(id) => {
            let purchase = payments.purchase(&id).await?;
            let paid_by = purchase.as_ref().and_then(|purchase| purchase.paid_by.clone());
            let record = match &paid_by {
                Some(id) => payments.payment(id).await?,
                None => None,
            };
            (record, purchase)
        }
    };
    if record.is_none() && purchase.is_none() {
        return Err(nothing());
    }
    Ok(Json(Whole {
        payment: record.as_ref().map(Payment::of),
        purchase: purchase.as_ref().map(Purchase::of),
    }))
}

/// Gives all that is left of a payment back; much of it only if a second person asks for it, too.
#[utoipa::path(post, path = "/admin/payments/{id}/refund", tag = "admin", request_body = Because,
    params(("id" = String, Path, description = "The payment", pattern = "^[!-~]{1,256}$")),
    responses((status = 200, description = "How far it has come", body = Refunded), Bodies, NotThere, Contended, Denials))]
pub(crate) async fn refund_payment(
    State(api): State<Arc<Api>>,
    Owner(operator): Owner,
    Path(id): Path<String>,
    Until(deadline): Until,
    Body(because): Body<Because>,
) -> Result<Json<Refunded>, Refusal> {
    let by = api.because(&operator, &because.reason)?;
    let done = api.desk.refund(&payment(&id)?, &by, deadline).await?;
    let (outcome, record, why_refused) = match done {
        Refunding::Done(record) => ("done", record, None),
        Refunding::UnderWay(record) => ("under_way", record, None),
        Refunding::WantsAnother(record) => ("wants_another", record, None),
        Refunding::Refused { record, why } => ("refused", record, Some(why)),
    };
    Ok(Json(Refunded {
        outcome,
        why_refused,
        payment: Payment::of(&record),
    }))
}

/// Takes a held payment for the purchase that it names.
#[utoipa::path(post, path = "/admin/payments/{id}/accept", tag = "admin", request_body = Because,
    params(("id" = String, Path, description = "The payment", pattern = "^[!-~]{1,256}$")),
    responses((status = 200, description = "The customer has what was bought", body = Payment), Bodies, NotThere, Contended, Denials))]
pub(crate) async fn accept_payment(
    State(api): State<Arc<Api>>,
    Owner(operator): Owner,
    Path(id): Path<String>,
    Until(deadline): Until,
    Body(because): Body<Because>,
) -> Result<Json<Payment>, Refusal> {
    let by = api.because(&operator, &because.reason)?;
    let record = api.desk.accept(&payment(&id)?, &by, deadline).await?;
    Ok(Json(Payment::of(&record)))
}

/// Reads the truth at the rail, and does all that follows from it, as its notice would have.
#[utoipa::path(post, path = "/admin/payments/{id}/recheck", tag = "admin",
    params(("id" = String, Path, description = "The payment, or the purchase", pattern = "^[!-~]{1,256}$")),
    responses((status = 200, description = "What there was", body = Looked), NotThere, Contended, Denials))]
pub(crate) async fn recheck_payment(
    State(api): State<Arc<Api>>,
    Editor(_): Editor,
    Path(id): Path<String>,
    Until(deadline): Until,
) -> Result<Json<Looked>, Refusal> {
    let without_money = |found| Looked {
        found,
        changed: false,
        astray: false,
        payment: None,
    };
    let looked = match api.desk.recheck(&name(&id)?, deadline).await? {
        Rechecked::Heard(heard) => Looked {
            found: "payment",
            changed: heard.changed,
            astray: heard.astray,
            payment: heard.record.as_ref().map(Payment::of),
        },
        Rechecked::Awaited => without_money("awaited"),
        Rechecked::Gone => without_money("gone"),
        Rechecked::Unknown => return Err(nothing()),
        Rechecked::Unasked => {
            let why = "Telegram cannot be asked about a single payment; reconciliation reads its list";
            return Err(Refusal::Conflict(why.to_owned()));
        }
        Rechecked::NoRail => return Err(RefundError::NoRail.into()),
    };
    Ok(Json(looked))
}

fn nothing() -> Refusal {
    Refusal::NotFound("there is no such payment and no such purchase".to_owned())
}

fn name(id: &str) -> Result<Name, Refusal> {
    Name::parse(id).ok_or_else(nothing)
}

fn payment(id: &str) -> Result<PaymentId, Refusal> {
    match name(id)? {
        Name::Payment(id) => Ok(id),
        Name::Purchase(_) => Err(Refusal::NotFound(
            "money moves by payment, and this is a purchase".to_owned(),
        )),
    }
}

impl From<RefundError> for Refusal {
    fn from(error: RefundError) -> Self {
        match error {
            RefundError::Unknown => nothing(),
            RefundError::NoReason => Self::Senseless {
                detail: error.to_string(),
                pointer: Some("/reason".to_owned()),
            },
            RefundError::Failed(error) => error.into(),
            refused => Self::Conflict(refused.to_string()),
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Store(error) => error.into(),
            Error::Rail(_) | Error::NoTime => Self::RailAway(Box::new(error)),
            Error::BadKey => Self::Broken(Box::new(error)),
            Error::Busy => Self::Conflict(error.to_string()),
        }
    }
}
