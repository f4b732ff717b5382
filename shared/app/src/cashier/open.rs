//! A customer wants to buy: a purchase at a fixed price, and a page of the rail where it can be paid.

use domain::catalog::{Selling, Ware};
use domain::id::{Nonce, UserId};
use domain::payment::{Offer, PurchaseId, Rail};
use domain::purchase::{KEY_REMEMBERED, Purchase};
use payments::yookassa::Receipt;
use payments::{Opened, Order, Outcome};
use store::{Bought, Written};
use table::Deadline;

use super::{Cashier, Error, rail_time};
use crate::rails::{Ask, Taker};
use crate::shop;
use crate::texts::Say;

/// Purchases of one customer that may be open at once.
const OPEN_MAX: usize = 12;
/// Rows of a customer that are looked at for that.
const NEWEST: i32 = 40;

/// What a customer wants to buy.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// Who.
    pub user: UserId,
    /// The name of the card that they chose on: however often they press, it is one purchase.
    pub nonce: Nonce,
    /// What.
    pub ware: &'a Ware,
    /// How they pay.
    pub rail: Rail,
    /// Their language, as `ru`.
    pub locale: &'a str,
    /// How we sell.
    pub selling: &'a Selling,
    /// The receipt that has to be given, where one has to.
    pub receipt: Option<Receipt>,
}

/// Why there is no page to pay on.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// It is not sold like that (any more).
    #[error("it is not sold so")]
    NotSold,
    /// There are so many open purchases of this customer that no other is begun: each is asked about for hours.
    #[error("too many purchases are open")]
    TooMany,
    /// On this card another way to pay was chosen before.
    #[error("another rail was chosen on this card")]
    OtherRail,
    /// This purchase was paid, or its time is up: another has to be begun.
    #[error("the purchase is closed")]
    Closed(Box<Purchase>),
    /// The rail does not open it as it stands; nothing was paid.
    #[error("the rail refuses: {0}")]
    Refused(String),
    /// The rail cannot be reached, or nobody knows whether it has opened it; nothing was paid, and asking again is safe.
    #[error("the rail does not answer: {0}")]
    Later(String),
    /// Ours failed.
    #[error("nothing could be written")]
    Failed(#[from] Error),
}

impl From<store::Error> for NotOpened {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl Cashier {
    /// Opens a purchase at today's price, or finds the one that was opened on the same card.
    pub async fn open(&self, wanted: &Wanted<'_>, deadline: Deadline) -> Result<Purchase, NotOpened> {
        let taker = self.rails.get(wanted.rail).ok_or(NotOpened::NotSold)?;
        let price = wanted.ware.prices.on(wanted.rail).ok_or(NotOpened::NotSold)?;
        let offer = Offer {
            id: PurchaseId {
                user: wanted.user,
                nonce: wanted.nonce.clone(),
            },
            goods: wanted.ware.goods(),
            rail: wanted.rail,
            price,
            renews: wanted.ware.renews_on(wanted.rail),
        };
        let title = wanted.ware.title.in_locale(wanted.locale).to_owned();
        let (locale, now) = (wanted.locale.to_owned(), self.env.now());
        let lasts = wanted.selling.offer.min(taker.pays_within());
        let fresh = Purchase::new(offer, title, locale, now, lasts).first();
        if !self.has_room(&fresh).await? {
            return Err(NotOpened::TooMany);
        }
        let purchase = match self.payments.put_purchase(&fresh, deadline).await? {
            Written::Yes => fresh,
            Written::Overtaken => {
                let stands = self.payments.purchase(fresh.id()).await?;
                let stands = stands.ok_or(NotOpened::Failed(Error::Busy))?;
                // Another way to pay was chosen on the same card: a fresh card makes a fresh purchase.
                if stands.offer.rail != wanted.rail {
                    return Err(NotOpened::OtherRail);
                }
                stands
            }
        };
        self.open_at(taker, purchase, wanted.receipt.as_ref(), deadline)
            .await
    }

    /// Whether so few of a customer's newest purchases can still be paid that another may be begun, or this one is among
    /// them.
    async fn has_room(&self, fresh: &Purchase) -> Result<bool, NotOpened> {
        let now = self.env.now();
        let (bought, _) = self.payments.bought(fresh.id().user, None, NEWEST).await?;
        let open = bought.iter().filter_map(|row| match row {
            Bought::Purchase(purchase) => purchase.is_payable(now).then(|| purchase.id()),
            Bought::Payment(_) => None,
        });
        let open: Vec<_> = open.collect();
        Ok(open.len() < OPEN_MAX || open.contains(&fresh.id()))
    }

    async fn open_at(
        &self,
        taker: &dyn Taker,
        purchase: Purchase,
        receipt: Option<&Receipt>,
        deadline: Deadline,
    ) -> Result<Purchase, NotOpened> {
        let now = self.env.now();
        if !purchase.is_payable(now) {
            return Err(NotOpened::Closed(Box::new(purchase)));
        }
        if purchase.url.is_some() {
            return Ok(purchase);
        }
        // After that a rail may have forgotten the key of an attempt that nobody knows the end of, and would open a second.
        if now.since(purchase.opened_at) > KEY_REMEMBERED {
            return Err(NotOpened::Closed(Box::new(purchase)));
        }
        let ask = self.ask_for(&purchase, receipt);
        match taker.open(&ask, rail_time(deadline)?).await {
            Outcome::Done(opened) => self.opened(&purchase, opened, deadline).await,
            Outcome::Refused { why } => {
                tracing::error!(name: "purchase_not_opened", purchase = %purchase.id(), why, "a rail does not open a payment");
                // The next attempt needs a name of its own; whoever was faster has made one.
                self.payments.put_purchase(&purchase.refused(), deadline).await?;
                Err(NotOpened::Refused(why))
            }
            Outcome::Later { why } | Outcome::Unknown { why } => {
                tracing::warn!(name: "rail_silent", purchase = %purchase.id(), why, "a rail does not answer");
                Err(NotOpened::Later(why))
            }
        }
    }

    fn ask_for(&self, purchase: &Purchase, receipt: Option<&Receipt>) -> Ask {
        Ask {
            order: Order {
                purchase: purchase.id().clone(),
                amount: purchase.offer.price,
                title: purchase.title.clone(),
                return_url: self.return_url.clone(),
                attempt: purchase.attempt,
            },
            goods: shop::goods(Say::of(&purchase.locale), &purchase.offer.goods),
            expires_at: purchase.expires_at,
            renews: purchase.offer.renews,
            receipt: receipt.cloned(),
        }
    }

    async fn opened(
        &self,
        purchase: &Purchase,
        opened: Opened,
        deadline: Deadline,
    ) -> Result<Purchase, NotOpened> {
        let reference = Some(opened.id).filter(|id| !id.is_empty());
        let after = purchase.opened(reference, Some(opened.url));
        match self.payments.put_purchase(&after, deadline).await? {
            Written::Yes => Ok(after),
            // The same key opens the same payment: whoever was faster wrote the same, or it is paid by now.
            Written::Overtaken => {
                let stands = self.payments.purchase(purchase.id()).await?;
                let open = stands.filter(|stands| stands.url.is_some());
                open.ok_or(NotOpened::Failed(Error::Busy))
            }
        }
    }
}
