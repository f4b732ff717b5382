//! Credits on an operator's word. They are worth money, so it takes an owner, as a refund does.

use std::sync::Arc;

use app::gift::{self, CREDITS_MAX, Outcome, REQUEST_BYTES_MAX};
use axum::extract::State;
use domain::money::Credits;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account::nobody;
use super::user;
use crate::Api;
use crate::auth::Owner;
use crate::body::{Body, Name, Until};
use crate::openapi::{Bodies, Contended, Denials, NotThere};
use crate::problem::Refusal;
use crate::reply::Json;

/// A gift.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gift {
    /// How many credits.
    #[schema(minimum = 1, maximum = 10_000)]
    credits: u32,
    /// The gift's name: however often the request is repeated, the same name gives only once.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = "^[!-~]{1,200}$",
        example = "ticket-17"
    )]
    request: String,
    /// Why, for the ledger and the audit: there must be a reason.
    #[schema(min_length = 1, max_length = 2000, pattern = "[!-~]")]
    reason: String,
}

/// What became of a gift.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Gave {
    /// It was given by this very request; otherwise before, under the same name.
    given: bool,
    credits: u32,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

/// Gives a customer credits, once for each name.
#[utoipa::path(post, path = "/admin/accounts/{user}/credits", tag = "admin", request_body = Gift,
    params(("user" = String, Path, description = "The customer's Telegram id", pattern = "^[1-9][0-9]{0,15}$")),
    responses((status = 200, description = "The customer has them", body = Gave), Bodies, NotThere, Contended, Denials))]
pub(crate) async fn give_credits(
    State(api): State<Arc<Api>>,
    Owner(operator): Owner,
    Name(whose): Name,
    Until(deadline): Until,
    Body(new): Body<Gift>,
) -> Result<Json<Gave>, Refusal> {
    let by = api.because(&operator, &new.reason)?;
    check(&new)?;
    let (id, credits) = (user(&whose)?, Credits(new.credits));
    let gift = (id, new.request.as_str(), credits);
    let given = gift::give(&api.store, &api.office.audit, gift, &by, deadline).await?;
    let moment = |at: Timestamp| at.rfc3339().unwrap_or_default();
    let (given, at) = match given {
        Outcome::Given => (true, by.at),
        Outcome::Before(at) => (false, at),
        Outcome::Another(before, at) => {
            return Err(Refusal::Conflict(format!(
                "`{}` gave {before} credits on {}; for another gift choose another name",
                new.request,
                moment(at)
            )));
        }
        Outcome::TooMuch => {
            let why = "all that was ever given to one customer must stay below 4294967296; nothing was given";
            return Err(Refusal::Conflict(why.to_owned()));
        }
        Outcome::NoAccount => return Err(nobody(&whose)),
    };
    Ok(Json(Gave {
        given,
        credits: new.credits,
        at: moment(at),
    }))
}

fn check(new: &Gift) -> Result<(), Refusal> {
    let senseless = |pointer: &str, detail: String| {
        Err(Refusal::Senseless {
            detail,
            pointer: Some(pointer.to_owned()),
        })
    };
    if !(1..=CREDITS_MAX).contains(&new.credits) {
        return senseless("/credits", format!("a gift is 1 to {CREDITS_MAX} credits"));
    }
    let is_name = gift::is_name(&new.request) && new.request.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_name {
        let why = format!("a gift's name is 1 to {REQUEST_BYTES_MAX} plain letters, digits and signs");
        return senseless("/request", why);
    }
    Ok(())
}
