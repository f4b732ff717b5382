//! What is on sale to the signed-in customer, and what each thing would open.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use app::sale::{self, Customer, Offered, Priced};
use app::texts::Say;
use axum::extract::State;
use domain::account::Account;
use domain::catalog::{Ware, WareId};
use domain::contact::Contact;
use domain::payment::Rail;
use domain::standing::{Held, Standing};
use domain::time::Millis;
use serde::Serialize;
use utoipa::ToSchema;

use super::{BalanceShown, HeldShown};
use crate::Api;
use crate::auth::Caller;
use crate::openapi::Denials;
use crate::problem::Refusal;
use crate::reply::Json;
use crate::seen::Seen;

/// Minutes of a day.
const DAY_MIN: i64 = 24 * 60;

/// What is on sale to a customer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Shop {
    /// The things, in the order in which they are offered; none where nothing can be paid.
    things: Vec<OnSale>,
    /// The plan that holds now.
    plan: Option<HeldShown>,
    /// Their credits.
    balance: BalanceShown,
    /// Whether they have an account: nothing is sold to whoever has none.
    has_account: bool,
    /// Where receipts go, where the law wants them.
    receipt: Receipt,
    /// What whoever buys agrees to.
    terms: String,
    /// Where all of it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    terms_url: Option<String>,
    /// Where a person helps with a payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    support: Option<String>,
}

/// How it stands with receipts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Receipt {
    /// The rails that have to give one.
    rails: Vec<&'static str>,
    /// Where it goes, as much of it as its owner needs to know it again; absent where nobody has said it yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "a…@example.org")]
    to: Option<String>,
}

/// A thing on sale.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Thing)]
pub(crate) struct OnSale {
    /// Its name.
    #[schema(example = "plan:pro_month")]
    thing: String,
    /// `plan` or `pack`.
    kind: &'static str,
    /// What it is called.
    title: String,
    /// A sentence about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// What a payment for it brings, in a few words.
    goods: String,
    /// The same, a line each: credits, days, models with their daily limits, the tier.
    brings: Vec<String>,
    /// The features that are locked now and would be open.
    opens: Vec<Named>,
    /// What it costs, in the order in which the ways to pay are offered.
    prices: Vec<WayToPay>,
}

/// A feature.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NamedFeature)]
pub(crate) struct Named {
    /// Its key.
    key: String,
    /// What customers read.
    name: String,
}

/// A way to pay for a thing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WayToPay)]
pub(crate) struct WayToPay {
    /// `stars`, `yookassa` or `stripe`.
    rail: &'static str,
    /// As people read it.
    #[schema(example = "699 ₽")]
    price: String,
    /// In the currency's smallest unit.
    minor: u64,
    /// `XTR`, `RUB` or `USD`.
    currency: &'static str,
    /// Paid again every month by itself.
    renews: bool,
    /// Why it is not sold to this customer so, if it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    hindered: Option<String>,
    /// What they have to know before they pay: until when a plan will last.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// What is on sale that would open a feature.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Opener {
    /// Its name in the shop.
    #[schema(example = "plan:pro_month")]
    thing: String,
    /// What it is called.
    title: String,
}

/// What is on sale to the customer, what it costs on each way to pay that is open, and what it would open. A machine is
/// refused.
#[utoipa::path(get, path = "/me/shop", tag = "me",
    responses((status = 200, description = "What is on sale", body = Shop), Denials))]
pub(crate) async fn my_shop(State(api): State<Arc<Api>>, caller: Caller) -> Result<Json<Shop>, Refusal> {
    let user = caller.user()?.id;
    let seen = api.see_visitor(caller.user()?).await?;
    let account = seen.account.clone().unwrap_or_else(|| Account::new(user));
    let buyer = seen.buyer(&api, &account);
    let offered = buyer.offered().await?;
    let selling = &seen.snapshot.selling;
    let with_receipt = buyer.rails().into_iter().filter(|rail| {
        // Only this one is told what to print.
        *rail == Rail::YooKassa && selling.vat_code.is_some()
    });
    let with_receipt: Vec<_> = with_receipt.map(Rail::as_str).collect();
    let contact = account.contact.as_ref().filter(|_| !with_receipt.is_empty());
    let now = seen.granted(&seen.standing);
    Ok(Json(Shop {
        things: offered
            .into_iter()
            .map(|ware| OnSale::of(&seen, &now, ware))
            .collect(),
        plan: HeldShown::plan(&seen),
        balance: BalanceShown::of(seen.balance),
        has_account: seen.is_known,
        receipt: Receipt {
            rails: with_receipt,
            to: contact.map(Contact::masked),
        },
        terms: sale::plain_terms(seen.locale(), &seen.snapshot),
        terms_url: selling.terms_url.clone(),
        support: selling.support.clone(),
    }))
}

impl Seen {
    /// The customer before what is on sale.
    pub(crate) fn buyer<'a>(&'a self, api: &'a Api, account: &'a Account) -> Customer<'a> {
        Customer {
            say: Say::of(self.locale()),
            snapshot: &self.snapshot,
            cashier: Some(&api.desk.cashier),
            account,
            now: self.now,
        }
    }

    /// Whether something is on sale here.
    pub(crate) fn sells(&self, api: &Api) -> bool {
        sale::sells(&self.snapshot, Some(&api.desk.cashier))
    }

    /// The features that a customer has whose standing is this.
    fn granted(&self, standing: &Standing) -> BTreeSet<String> {
        self.entitled_as(standing, |entitled| {
            let open = entitled.all().filter(|check| check.has_access);
            open.map(|check| check.feature.to_owned()).collect()
        })
    }
}

/// By feature that is locked, the first plan on sale that would open it.
pub(super) fn openers(seen: &Seen) -> BTreeMap<String, Opener> {
    let now = seen.granted(&seen.standing);
    let mut openers = BTreeMap::new();
    for ware in seen.snapshot.wares() {
        let Some(standing) = on_plan(seen, &ware) else {
            continue;
        };
        for feature in seen.granted(&standing).difference(&now) {
            openers.entry(feature.clone()).or_insert_with(|| Opener {
                thing: ware.id.to_string(),
                title: ware.title.in_locale(seen.locale()).to_owned(),
            });
        }
    }
    openers
}

/// The customer's standing with nothing but that plan besides.
fn on_plan(seen: &Seen, ware: &Ware) -> Option<Standing> {
    let term = ware.term.as_ref()?;
    let days = Millis::from_mins(i64::from(term.days).saturating_mul(DAY_MIN));
    Some(Standing {
        plan: Some(Held {
            key: term.plan.clone(),
            until: Some(seen.now.after(days)),
        }),
        ..seen.standing.clone()
    })
}

impl OnSale {
    /// For a customer who has these features by now.
    fn of(seen: &Seen, now: &BTreeSet<String>, ware: Offered) -> Self {
        let after = ware.standing.map(|standing| seen.granted(&standing));
        let after = after.unwrap_or_default();
        let opened = after.difference(now).map(|key| Named {
            name: seen
                .snapshot
                .registry
                .feature(key)
                .map_or_else(|| key.clone(), |row| row.name.in_locale(seen.locale()).to_owned()),
            key: key.clone(),
        });
        Self {
            opens: opened.collect(),
            thing: ware.id.to_string(),
            kind: match ware.id {
                WareId::Pack(_) => "pack",
                WareId::Plan(_) => "plan",
            },
            title: ware.title,
            description: ware.description,
            goods: ware.goods,
            brings: ware.brings,
            prices: ware.prices.into_iter().map(WayToPay::of).collect(),
        }
    }
}

impl WayToPay {
    fn of(priced: Priced) -> Self {
        Self {
            rail: priced.rail.as_str(),
            price: priced.text,
            minor: priced.amount.minor,
            currency: priced.amount.currency.code(),
            renews: priced.renews,
            hindered: priced.hindered,
            note: priced.note,
        }
    }
}
