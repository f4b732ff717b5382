//! Money back for the asking, where the operator allows that for what was not used.

use domain::id::Nonce;
use domain::payment::{PurchaseId, Record, RefundWanted};
use domain::time::Millis;
use telegram::methods::Reply;

use super::Error;
use super::visit::Visit;
use crate::cards::Card;
use crate::cashier::{RefundError, Refunding, news};
use crate::shop;

/// Who asks, in the operator's records.
const CUSTOMER: &str = "customer";

impl Visit<'_> {
    /// Asks whether it is meant, and then gives the money back.
    pub(super) async fn give_back(
        &self,
        nonce: &Nonce,
        meant: bool,
        message_id: i64,
        query_id: &str,
    ) -> Result<Reply, Error> {
        let Some(record) = self.unused(nonce).await? else {
            return Ok(Self::alert(query_id, &self.say.text("refund-not")));
        };
        if !meant {
            return Ok(self.edit_card(message_id, shop::give_back(self.say, &record, nonce)));
        }
        self.refund(&record, message_id, query_id).await
    }

    /// The payment of a purchase, if it goes back for the asking.
    async fn unused(&self, nonce: &Nonce) -> Result<Option<Record>, Error> {
        let (Some(cashier), Some(within)) = (&self.desk.cashier, self.snapshot.selling.refund_unused) else {
            return Ok(None);
        };
        let id = PurchaseId {
            user: self.account.user,
            nonce: nonce.clone(),
        };
        let purchase = cashier.payments.purchase(&id).await?;
        let Some(paid_by) = purchase.and_then(|purchase| purchase.paid_by) else {
            return Ok(None);
        };
        let record = cashier.payments.payment(&paid_by).await?;
        Ok(record.filter(|record| self.goes_back_for_the_asking(record, within)))
    }

    /// Whether the money of a payment goes back for the asking within this time. What the customer has given up with everything
    /// else counts for what had brought it.
    pub(super) fn goes_back_for_the_asking(&self, record: &Record, within: Millis) -> bool {
        let available = self.account.available_for(record);
        record.goes_back_for_the_asking(within, available, self.now)
    }

    async fn refund(&self, record: &Record, message_id: i64, query_id: &str) -> Result<Reply, Error> {
        let Some(cashier) = &self.desk.cashier else {
            return Ok(Self::alert(query_id, &self.say.text("refund-not")));
        };
        let wanted = RefundWanted {
            by: CUSTOMER.to_owned(),
            why: "not used".to_owned(),
            at: self.now,
        };
        let selling = &self.snapshot.selling;
        // The customer is no second pair of eyes: so much is a person's decision.
        if selling.wants_four_eyes(record.id().rail, record.amount) {
            return Ok(Self::alert(query_id, &self.say.text("refund-looked-at")));
        }
        let refund = cashier
            .refund(record.id(), &wanted, selling, &[], self.deadline)
            .await;
        let record = match refund {
            Ok(Refunding::Done(record) | Refunding::UnderWay(record) | Refunding::Refused { record, .. }) => {
                record
            }
            Ok(Refunding::WantsAnother(_)) => {
                return Ok(Self::alert(query_id, &self.say.text("refund-looked-at")));
            }
            Err(RefundError::Failed(crate::cashier::Error::Store(error))) => return Err(error.into()),
            Err(error) => {
                tracing::warn!(name: "refund_not_begun", payment = %record.id(), error = crate::chain(&error), "a customer's refund was not begun");
                return Ok(Self::alert(query_id, &self.say.text("refund-not")));
            }
        };
        let account = cashier.payments.account(self.account.user).await?;
        let sums = account.map(|account| account.balance).unwrap_or_default();
        let Some(untold) = record.untold else {
            return self.history_instead(message_id, 0).await;
        };
        if let Err(error) = cashier.told(&record, self.deadline).await {
            tracing::warn!(name: "payment_told_unnoted", payment = %record.id(), error = crate::chain(&error), "that a customer was told could not be noted");
        }
        Ok(self.edit_card(
            message_id,
            Card {
                text: news(&record, untold, sums),
                buttons: shop::after_payment(self.say),
            },
        ))
    }
}
