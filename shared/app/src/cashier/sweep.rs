//! What is due: purchases to be asked about, customers to be told, refunds to go on with.

use domain::id::OPEN_SHARDS;
use domain::payment::{PaymentId, PurchaseId, State, Truth};
use store::Due;
use table::Deadline;

use super::{Cashier, Error, Looked};
use crate::chain;

/// Rows of one shard that one run deals with: a rail is asked about each, and the next run is a minute away.
const PAGE: i32 = 10;

/// What a run has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Purchases that a rail was asked about.
    pub looked: u32,
    /// Payments and invitations that were gone on with.
    pub moved: u32,
    /// What failed and stays due.
    pub failed: u32,
}

impl Cashier {
    /// Deals with what is due now. `Err` only where nothing could be read at all.
    pub async fn sweep(&self, deadline: Deadline) -> Result<Swept, Error> {
        let (mut swept, mut stars) = (Swept::default(), None);
        // Each run begins with another shard, so that none stands behind the same others for ever.
        let minute = self.env.now().0.div_euclid(60_000);
        let first = u32::try_from(minute.rem_euclid(i64::from(OPEN_SHARDS))).unwrap_or(0);
        for shard in (0..OPEN_SHARDS).map(|nth| first.saturating_add(nth) % OPEN_SHARDS) {
            let page = self.payments.due(shard, self.env.now(), None, PAGE).await?;
            for due in page.due {
                if super::rail_time(deadline).is_err() {
                    return Ok(swept);
                }
                let done = match &due {
                    Due::Purchase(id) => self.sweep_purchase(id, (&mut swept, &mut stars), deadline).await,
                    Due::Payment(id) => self.sweep_payment(id, &mut swept, deadline).await,
                    Due::Invitation(invitation) => {
                        swept.moved = swept.moved.saturating_add(1);
                        self.sweep_invitation(invitation, deadline).await
                    }
                };
                if let Err(error) = done {
                    swept.failed = swept.failed.saturating_add(1);
                    tracing::warn!(name: "payment_stuck", ?due, error = chain(&error), "a payment could not be gone on with");
                    if let Err(error) = self.put_off(&due, deadline).await {
                        tracing::warn!(name: "payment_not_put_off", ?due, error = chain(&error), "and could not be put off");
                    }
                }
            }
        }
        Ok(swept)
    }

    /// What failed is tried again later and not before everything else.
    async fn put_off(&self, due: &Due, deadline: Deadline) -> Result<(), Error> {
        let now = self.env.now();
        match due {
            Due::Purchase(id) => {
                if let Some(purchase) = self.payments.purchase(id).await? {
                    self.payments
                        .put_purchase(&purchase.put_off(now), deadline)
                        .await?;
                }
            }
            Due::Payment(id) => {
                if let Some(record) = self.payments.payment(id).await? {
                    self.payments.put_payment(&record.put_off(now), deadline).await?;
                }
            }
            Due::Invitation(invitation) => self.put_invitation_off(invitation, deadline).await?,
        }
        Ok(())
    }

    async fn sweep_purchase(
        &self,
        id: &PurchaseId,
        (swept, stars): (&mut Swept, &mut Option<Vec<Truth>>),
        deadline: Deadline,
    ) -> Result<(), Error> {
        swept.looked = swept.looked.saturating_add(1);
        match self.poll(id, stars, deadline).await? {
            Looked::Heard(heard) => match heard.record {
                Some(record) if record.untold.is_some() => self.tell(record, deadline).await,
                _ => Ok(()),
            },
            Looked::Gone(purchase) => {
                self.tell_gone(&purchase, deadline).await;
                Ok(())
            }
            Looked::Awaited(_) | Looked::Unknown => Ok(()),
        }
    }

    async fn sweep_payment(
        &self,
        id: &PaymentId,
        swept: &mut Swept,
        deadline: Deadline,
    ) -> Result<(), Error> {
        let Some(record) = self.payments.payment(id).await? else {
            return Ok(());
        };
        // The index is a moment behind: somebody may have done it meanwhile.
        if record.due_at.is_none_or(|at| at > self.env.now()) {
            return Ok(());
        }
        swept.moved = swept.moved.saturating_add(1);
        if record.payment.state == State::RefundHeld {
            if record.untold.is_some() {
                return self.tell(record, deadline).await;
            }
            self.give_back(record, deadline).await?;
            return Ok(());
        }
        if record.untold.is_none() {
            return self.remind(record, deadline).await;
        }
        self.tell(record, deadline).await
    }
}
