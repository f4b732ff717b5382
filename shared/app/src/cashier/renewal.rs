//! Subscriptions, whose payments come by themselves: whether the next one comes.

use domain::account::Account;
use domain::id::UserId;
use domain::payment::PurchaseId;
use domain::payment::term::awaiting;
use domain::purchase::{Purchase, Renewal};
use domain::standing::Standing;
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
    /// Another plan goes on taking money: with both, the customer would pay twice.
    Another(String),
    /// The rail does not do it, for good.
    Refused,
    /// There is no such subscription.
    Unknown,
}

impl Cashier {
    /// The plan whose next payment comes by itself, if a customer has such, besides that of a purchase: it would be taken
    /// whatever else is bought.
    pub async fn renewing_plan(
        &self,
        user: UserId,
        besides: Option<&PurchaseId>,
    ) -> Result<Option<String>, store::Error> {
        let bought = self.payments.all_bought(user).await?;
        let plan = bought.into_iter().find_map(|row| match row {
            Bought::Purchase(purchase)
                if matches!(purchase.renewal, Some(Renewal::Active | Renewal::Failed))
                    && Some(purchase.id()) != besides =>
            {
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
        if wanted && let Some(other) = self.renewing_plan(id.user, Some(id)).await? {
            return Ok(Renewed::Another(other));
        }
        match taker.renew(&record, wanted, rail_time(deadline)?).await {
            Outcome::Done(()) if wanted => Ok(Renewed::Allowed),
            Outcome::Done(()) => self.renewing(id, Renewal::Canceled, deadline).await,
            // There is nothing to be ended any more where the last payment has failed for good.
            Outcome::Refused { .. } if !wanted && purchase.renewal == Some(Renewal::Failed) => {
                self.renewing(id, Renewal::Canceled, deadline).await
            }
            Outcome::Refused { why } => {
                tracing::warn!(name: "renewal_unchanged", purchase = %id, why, "a rail does not change a subscription");
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
            let account = self.account(id.user).await?;
            let standing = self.awaiting(&account, &after).await?;
            let step = (&account, standing.as_ref());
            if self.payments.put_renewal(&after, step, deadline).await? == Written::Yes {
                return Ok(Renewed::Done(Box::new(after)));
            }
        }
        Err(Error::Busy)
    }

    /// What a changed renewal makes of the plan's days of grace: nobody waits for what was called off.
    async fn awaiting(&self, account: &Account, purchase: &Purchase) -> Result<Option<Standing>, Error> {
        let Some(term) = &purchase.offer.goods.term else {
            return Ok(None);
        };
        let comes = purchase.renewal != Some(Renewal::Canceled);
        let snapshot = self.settings.fresh(self.env.now()).await?;
        Ok(awaiting(&account.standing, term, comes, snapshot.shelf()))
    }
}
