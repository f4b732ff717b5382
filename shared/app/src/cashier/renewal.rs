//! Subscriptions, whose payments come by themselves: whether the next one comes.

use domain::id::UserId;
use domain::payment::PurchaseId;
use domain::purchase::{Purchase, Renewal};
use payments::Outcome;
use store::{Bought, Written};
use table::Deadline;

use super::{Cashier, Error, rail_time};

/// How often a change is decided again because others were faster.
const TRIES_MAX: u32 = 4;

/// What became of a wish about a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// It is so.
    Done(Box<Purchase>),
    /// The customer may take it up again, by their own hand, at the rail: nobody makes them pay again but they themselves.
    Allowed,
    /// The rail does not do it, for good.
    Refused,
    /// There is no such subscription.
    Unknown,
}

impl Cashier {
    /// The plan whose next payment comes by itself, if a customer has such: it would be taken whatever else is bought.
    pub async fn renewing_plan(&self, user: UserId) -> Result<Option<String>, store::Error> {
        let bought = self.payments.all_bought(user).await?;
        let plan = bought.into_iter().find_map(|row| match row {
            Bought::Purchase(purchase) if purchase.renewal == Some(Renewal::Active) => {
                purchase.offer.goods.term.map(|term| term.plan)
            }
            _ => None,
        });
        Ok(plan)
    }

    /// The customer wants the next payments to come, or not to.
    pub async fn renew(&self, id: &PurchaseId, wanted: bool, deadline: Deadline) -> Result<Renewed, Error> {
        let Some(purchase) = self.payments.purchase(id).await? else {
            return Ok(Renewed::Unknown);
        };
        let (Some(paid_by), Some(_)) = (&purchase.paid_by, purchase.renewal) else {
            return Ok(Renewed::Unknown);
        };
        let (Some(taker), Some(record)) = (
            self.rails.get(purchase.offer.rail),
            self.payments.payment(paid_by).await?,
        ) else {
            return Ok(Renewed::Unknown);
        };
        match taker.renew(&record, wanted, rail_time(deadline)?).await {
            Outcome::Done(()) if wanted => Ok(Renewed::Allowed),
            Outcome::Done(()) => self.renewing(id, Renewal::Canceled, deadline).await,
            Outcome::Refused { why } => {
                tracing::warn!(purchase = %id, why, "a rail does not change a subscription");
                Ok(Renewed::Refused)
            }
            Outcome::Later { why } | Outcome::Unknown { why } => Err(Error::Rail(why)),
        }
    }

    /// A rail says how it stands with the next payments.
    pub async fn renewing(
        &self,
        id: &PurchaseId,
        renewal: Renewal,
        deadline: Deadline,
    ) -> Result<Renewed, Error> {
        for _ in 0..TRIES_MAX {
            let purchase = self.payments.purchase(id).await?;
            let Some(purchase) = purchase.filter(|purchase| purchase.renewal.is_some()) else {
                return Ok(Renewed::Unknown);
            };
            let after = purchase.renewing(renewal);
            if self.payments.put_purchase(&after, deadline).await? == Written::Yes {
                return Ok(Renewed::Done(Box::new(after)));
            }
        }
        Err(Error::Busy)
    }
}
