//! A purchase of the signed-in customer's: opened, asked about, looked for at the rail.

use std::sync::Arc;

use app::cashier::{Error, Name as Named, NotOpened, Rechecked};
use app::sale::{self, NotBought};
use axum::extract::State;
use domain::account::Account;
use domain::catalog::WareId;
use domain::contact::Contact;
use domain::id::{NONCE_CHARS, Nonce, UserId};
use domain::payment::{Money, PurchaseId, Rail};
use domain::purchase::{Purchase, Stage};
use domain::time::Timestamp;
use http::HeaderMap;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use table::Deadline;
use telegram::html;
use utoipa::ToSchema;

use super::file::paced;
use super::gallery::{not_now, refused};
use crate::Api;
use crate::auth::Caller;
use crate::body::{Body, Name, Until};
use crate::features::idempotency_key;
use crate::openapi::{Bodies, Denials, NotThere};
use crate::problem::Refusal;
use crate::reply::Json;
use crate::seen::Seen;

/// What is to be bought.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    /// The thing: `plan:pro_month`, `pack:starter`.
    #[schema(pattern = "^(plan|pack):[A-Za-z0-9._-]{1,32}$")]
    thing: String,
    /// How it is paid: `stars`, `yookassa` or `stripe`.
    #[schema(pattern = "^(stars|yookassa|stripe)$")]
    rail: String,
    /// Where receipts go from now on, an e-mail address or a telephone number; only where the law wants them.
    #[schema(max_length = 200)]
    contact: Option<String>,
}

/// A purchase.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MyPurchase)]
pub(crate) struct Bought {
    /// Its name.
    #[schema(pattern = "^[2-9a-km-np-z]{16}$")]
    purchase_id: String,
    /// What is bought.
    title: String,
    /// What a payment brings.
    goods: String,
    /// The price as people read it.
    price: String,
    /// How it is paid.
    rail: &'static str,
    /// It is a subscription: paid again every month by itself.
    renews: bool,
    /// `waiting`, nothing has come yet; `underway`, the bank is at it; `paid`, what was bought is there; `held`, money came
    /// that does not fit, and a person looks at it; `over`, nothing came in time.
    #[schema(example = "waiting")]
    state: &'static str,
    /// Where it is paid, as long as it can be. Of Stars the invoice's link.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// Until when.
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Opens a purchase at today's price, and the place where it is paid.
///
/// The `Idempotency-Key` names it: the same request again is the same purchase, however often it is sent, and opens nothing
/// twice. The same key with another thing or another rail is refused (422). What cannot be bought now is refused with a
/// `reason` and words for the customer: nothing was charged then.
#[utoipa::path(post, path = "/me/purchases", tag = "me", request_body = Choice,
    params(("Idempotency-Key" = String, Header, description = "What makes it the same purchase when it is sent again: visible ASCII, 1 to 128 characters", pattern = "^[!-~]{1,128}$")),
    responses((status = 200, description = "The purchase", body = Bought),
        (status = 409, description = "It cannot be bought so now; `reason` and `message` say why", body = crate::problem::Problem,
            content_type = "application/problem+json"), Bodies, Denials))]
pub(crate) async fn buy(
    State(api): State<Arc<Api>>,
    caller: Caller,
    headers: HeaderMap,
    Until(deadline): Until,
    Body(choice): Body<Choice>,
) -> Result<Json<Bought>, Refusal> {
    let user = caller.user()?.id;
    let wants_key = || Refusal::Malformed("a purchase wants an Idempotency-Key".to_owned());
    let key = idempotency_key(&headers)?.ok_or_else(wants_key)?;
    let (thing, rail) = choice.parse()?;
    paced(&api.media.rail, user, api.now())?;
    let seen = api.see_visitor(caller.user()?).await?;
    let Some(mut account) = seen.account.clone() else {
        return Err(not_now(&seen, "no_account", "web-newcomer"));
    };
    if let Some(text) = choice.contact.as_deref() {
        api.note_contact(&seen, &mut account, text, deadline).await?;
    }
    let nonce = name_of(user, key);
    let bought = seen
        .buyer(&api, &account)
        .buy_named((&nonce, rail, &thing), deadline)
        .await;
    let purchase = match bought {
        Ok(purchase) => purchase,
        Err(NotBought::NotOpened(NotOpened::Closed(purchase))) => *purchase,
        Err(why) => return Err(not_bought(&seen, why)),
    };
    Ok(Json(Bought::of(&purchase, false, seen.now)))
}

/// What has become of a purchase, as far as we were told. Somebody else's is not there.
#[utoipa::path(get, path = "/me/purchases/{id}", tag = "me",
    params(("id" = String, Path, description = "Its name", pattern = "^[2-9a-km-np-z]{16}$")),
    responses((status = 200, description = "The purchase", body = Bought), NotThere, Denials))]
pub(crate) async fn my_purchase(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Name(id): Name,
) -> Result<Json<Bought>, Refusal> {
    let id = named(caller.user()?.id, &id)?;
    let purchase = api.purchase(&id).await?;
    Ok(Json(Bought::of(&purchase, false, api.now())))
}

/// "I have paid": the rail is asked now, and what follows from its answer is done, as if it had told us itself.
#[utoipa::path(post, path = "/me/purchases/{id}/check", tag = "me",
    params(("id" = String, Path, description = "Its name", pattern = "^[2-9a-km-np-z]{16}$")),
    responses((status = 200, description = "The purchase, as the rail knows it", body = Bought),
        (status = 409, description = "Somebody else is changing the same payment: ask again", body = crate::problem::Problem,
            content_type = "application/problem+json"), NotThere, Denials))]
pub(crate) async fn check_purchase(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Name(id): Name,
    Until(deadline): Until,
) -> Result<Json<Bought>, Refusal> {
    let user = caller.user()?.id;
    let id = named(user, &id)?;
    let before = api.purchase(&id).await?;
    paced(&api.media.rail, user, api.now())?;
    // What is over is paid all the same by whoever has kept the page open: only what is paid needs no look.
    if before.stage == Stage::Paid {
        return Ok(Json(Bought::of(&before, false, api.now())));
    }
    let looked = api.desk.recheck(&Named::Purchase(id.clone()), deadline).await?;
    let underway = matches!(&looked, Rechecked::Heard(heard) if heard.truth.money == Money::Underway);
    let purchase = api.purchase(&id).await?;
    Ok(Json(Bought::of(&purchase, underway, api.now())))
}

impl Choice {
    fn parse(&self) -> Result<(WareId, Rail), Refusal> {
        let unfit = |what: &str, pointer: &str| Refusal::Senseless {
            detail: what.to_owned(),
            pointer: Some(pointer.to_owned()),
        };
        let thing = WareId::parse(&self.thing);
        let thing = thing.ok_or_else(|| unfit("`thing` is no name of a thing on sale", "/thing"))?;
        let rail = Rail::parse(&self.rail);
        let rail = rail.ok_or_else(|| unfit("`rail` is no way to pay", "/rail"))?;
        Ok((thing, rail))
    }
}

/// A purchase's name by the key that it was told with: the same for the same customer and key.
fn name_of(user: UserId, key: &str) -> Nonce {
    let sum = digest(&SHA256, format!("bought {user} {key}").as_bytes());
    let mut bytes = [0; NONCE_CHARS];
    bytes
        .iter_mut()
        .zip(sum.as_ref())
        .for_each(|(byte, of)| *byte = *of);
    Nonce::from_random(bytes)
}

fn named(user: UserId, id: &str) -> Result<PurchaseId, Refusal> {
    let nonce = Nonce::parse(id).ok_or_else(unknown)?;
    Ok(PurchaseId { user, nonce })
}

fn unknown() -> Refusal {
    Refusal::NotFound("there is no such purchase of yours".to_owned())
}

impl Api {
    async fn purchase(&self, id: &PurchaseId) -> Result<Purchase, Refusal> {
        let found = self.desk.cashier.payments.purchase(id).await?;
        found.ok_or_else(unknown)
    }

    /// Where this customer's receipts go from now on.
    async fn note_contact(
        &self,
        seen: &Seen,
        account: &mut Account,
        text: &str,
        deadline: Deadline,
    ) -> Result<(), Refusal> {
        let unreadable = || not_now(seen, "contact_unreadable", "receipt-unreadable");
        let contact = Contact::parse(text).ok_or_else(unreadable)?;
        if account.contact.as_ref() != Some(&contact) && seen.snapshot.selling.vat_code.is_some() {
            self.store.set_contact(account.user, &contact, deadline).await?;
            account.contact = Some(contact);
        }
        Ok(())
    }
}

/// Why nothing was bought, and that nothing was charged.
fn not_bought(seen: &Seen, why: NotBought) -> Refusal {
    let failed = match why {
        NotBought::NotSold => return not_now(seen, "not_sold", "web-not-sold"),
        NotBought::Hindered(why) => return refused("plan_not_now", html::plain(&why)),
        NotBought::NoContact => return not_now(seen, "receipt_wanted", "web-receipt-where"),
        NotBought::OtherThing | NotBought::NotOpened(NotOpened::OtherRail) => {
            return Refusal::Senseless {
                detail: "this Idempotency-Key was used before, for another thing or another way to pay"
                    .to_owned(),
                pointer: None,
            };
        }
        NotBought::NotOpened(failed) => failed,
    };
    match failed {
        NotOpened::NotSold | NotOpened::OtherRail | NotOpened::Closed(_) => {
            not_now(seen, "not_sold", "web-not-sold")
        }
        NotOpened::TooMany => not_now(seen, "too_many_open", "web-too-many-open"),
        NotOpened::Refused(_) => not_now(seen, "rail_refuses", "web-rail-refuses"),
        NotOpened::Later(why) => Refusal::RailAway(why.into()),
        NotOpened::Failed(Error::Store(error)) => error.into(),
        NotOpened::Failed(error) => error.into(),
    }
}

impl Bought {
    fn of(purchase: &Purchase, underway: bool, now: Timestamp) -> Self {
        let (goods, price) = sale::purchase(purchase);
        let state = match purchase.stage {
            Stage::Paid => "paid",
            Stage::Held => "held",
            _ if underway => "underway",
            Stage::Open if purchase.is_payable(now) => "waiting",
            Stage::Open | Stage::Gone => "over",
        };
        Self {
            purchase_id: purchase.id().nonce.as_str().to_owned(),
            title: purchase.title.clone(),
            goods,
            price,
            rail: purchase.offer.rail.as_str(),
            renews: purchase.offer.renews,
            url: purchase.url.clone().filter(|_| state == "waiting"),
            state,
            expires_at: purchase.expires_at.rfc3339().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_one_purchase_of_one_customer() {
        let name = name_of(UserId(7), "k");
        assert_eq!(name, name_of(UserId(7), "k"));
        assert_ne!(name, name_of(UserId(8), "k"));
        assert_ne!(name, name_of(UserId(7), "l"));
        assert_eq!(Nonce::parse(name.as_str()), Some(name));
    }
}
