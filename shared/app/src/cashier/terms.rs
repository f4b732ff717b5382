//! What a payment does to a customer's plan.

use domain::account::Account;
use domain::payment::term::NotBegun;
use domain::payment::{Record, Settlement, Turn};
use domain::standing::Standing;

use super::{Cashier, Error};

impl Cashier {
    /// The standing after a settlement, where it changes; `Err` within if what was bought cannot begin as things are.
    pub(super) async fn turn(
        &self,
        settlement: Settlement,
        after: &mut Record,
        account: &Account,
    ) -> Result<Result<Option<Standing>, NotBegun>, Error> {
        if after.goods.term.is_none() {
            return Ok(Ok(None));
        }
        let now = self.env.now();
        let snapshot = self.settings.fresh(now).await?;
        match after.turn(settlement, account, snapshot.shelf(), now) {
            Turn::Becomes(standing) => return Ok(Ok(Some(*standing))),
            Turn::Cannot(why) => return Ok(Err(why)),
            Turn::Stays => {}
            Turn::OtherPlan => {
                tracing::error!(name: "plan_of_refund_differs", payment = %after.id(), "money for a plan goes back, and the customer has another");
            }
            Turn::NotRestored(cannot) => {
                tracing::error!(name: "plan_days_not_given", payment = %after.id(), ?cannot, "the days of a plan could not be given again");
            }
        }
        Ok(Ok(None))
    }
}
