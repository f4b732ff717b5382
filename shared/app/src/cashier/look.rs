//! Asking a rail about a purchase without having been told to: a poll, or a customer who has paid and sees nothing.

use domain::payment::{PurchaseId, Rail, Truth};
use domain::purchase::{Purchase, Stage};
use payments::Unanswered;
use store::Written;
use table::Deadline;

use super::{Cashier, Error, Heard, rail_time};
use crate::rails::{Look, Taker};

/// Pages of a list that are read for one purchase at most.
const PAGES_MAX: u32 = 5;

/// What a look at a purchase has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// There is money; all that follows from it is done.
    Heard(Box<Heard>),
    /// Nothing has come yet.
    Awaited(Box<Purchase>),
    /// Nothing has come, and nothing will.
    Gone(Box<Purchase>),
    /// There is no such purchase.
    Unknown,
}

impl Cashier {
    /// Asks the rail about a purchase, now, whatever was said before.
    pub async fn look(&self, id: &PurchaseId, deadline: Deadline) -> Result<Looked, Error> {
        let Some(purchase) = self.payments.purchase(id).await? else {
            return Ok(Looked::Unknown);
        };
        let heard = match self.ask(&purchase, deadline).await? {
            Look::Payment(truth) => self.hear_of(&purchase, &truth, deadline).await?,
            Look::Gone => None,
            Look::Awaited | Look::Unasked => return Ok(still(purchase)),
        };
        match heard {
            Some(heard) => Ok(Looked::Heard(Box::new(heard))),
            None => self.give_up(purchase, deadline).await,
        }
    }

    /// One poll of what is due: as [`Cashier::look`], and then the next is planned, or it is the last.
    pub(super) async fn poll(&self, id: &PurchaseId, deadline: Deadline) -> Result<Looked, Error> {
        let looked = self.look(id, deadline).await?;
        let purchase = match &looked {
            Looked::Awaited(purchase) => (**purchase).clone(),
            Looked::Heard(heard) => match &heard.purchase {
                // Paid without being settled: the payment is held, and waits for an operator and not for a poll.
                Some(purchase) if purchase.stage == Stage::Open => purchase.clone(),
                _ => return Ok(looked),
            },
            Looked::Gone(_) | Looked::Unknown => return Ok(looked),
        };
        let asked = purchase.asked(self.env.now());
        let gone = asked.stage == Stage::Gone;
        // Whoever was faster has planned it.
        let written = self.payments.put_purchase(&asked, deadline).await?;
        // An attempt that came to nothing is known to the rail, and no money.
        let money = matches!(&looked, Looked::Heard(heard) if heard.record.is_some());
        Ok(if gone && !money && written == Written::Yes {
            Looked::Gone(Box::new(asked))
        } else {
            looked
        })
    }

    async fn ask(&self, purchase: &Purchase, deadline: Deadline) -> Result<Look, Error> {
        let Some(taker) = self.rails.get(purchase.offer.rail) else {
            return Ok(Look::Unasked);
        };
        if taker.rail() == Rail::Stars {
            return self.look_on_the_list(taker, purchase, deadline).await;
        }
        let Some(reference) = purchase.reference.as_deref() else {
            return Ok(Look::Unasked);
        };
        match taker.look(reference, rail_time(deadline)?).await {
            Ok(look) => Ok(look),
            Err(Unanswered::NotFound) => Ok(Look::Gone),
            Err(Unanswered::BadKey) => Err(Error::BadKey),
            Err(Unanswered::Later(why)) => Err(Error::Rail(why)),
        }
    }

    /// Telegram cannot be asked about what it has not been paid for yet, and its news may be lost; but its list of Stars has
    /// what came since it was last read to its end.
    async fn look_on_the_list(
        &self,
        taker: &dyn Taker,
        purchase: &Purchase,
        deadline: Deadline,
    ) -> Result<Look, Error> {
        let mut cursor = self.payments.cursor(taker.rail().as_str()).await?;
        let ever = (purchase.opened_at, self.env.now());
        for _ in 0..PAGES_MAX {
            let page = taker.list(ever, cursor.as_deref(), rail_time(deadline)?).await;
            let page = page.map_err(|error| match error {
                Unanswered::BadKey => Error::BadKey,
                Unanswered::NotFound => Error::Rail("there is no list".to_owned()),
                Unanswered::Later(why) => Error::Rail(why),
            })?;
            let ours = |truth: &Truth| truth.purchase.as_ref() == Some(purchase.id());
            if let Some(truth) = page.payments.into_iter().find(ours) {
                return Ok(Look::Payment(truth));
            }
            if page.next.is_none() {
                break;
            }
            cursor = page.next;
        }
        Ok(Look::Awaited)
    }

    /// What the rail knows under our reference. `None` if that is that nothing will come.
    async fn hear_of(
        &self,
        purchase: &Purchase,
        truth: &Truth,
        deadline: Deadline,
    ) -> Result<Option<Heard>, Error> {
        let heard = self.hear(truth, deadline).await?;
        let void = truth.money == domain::payment::Money::Canceled && purchase.stage != Stage::Paid;
        Ok((!void).then_some(heard))
    }

    /// Nothing will come for it any more.
    async fn give_up(&self, purchase: Purchase, deadline: Deadline) -> Result<Looked, Error> {
        if purchase.stage != Stage::Open {
            return Ok(still(purchase));
        }
        let gone = purchase.gone();
        match self.payments.put_purchase(&gone, deadline).await? {
            Written::Yes => Ok(Looked::Gone(Box::new(gone))),
            Written::Overtaken => Err(Error::Busy),
        }
    }
}

fn still(purchase: Purchase) -> Looked {
    match purchase.stage {
        Stage::Gone => Looked::Gone(Box::new(purchase)),
        Stage::Open | Stage::Held | Stage::Paid => Looked::Awaited(Box::new(purchase)),
    }
}
