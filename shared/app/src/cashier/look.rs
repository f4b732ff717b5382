//! Asking a rail about a purchase without having been told to: a poll, or a customer who has paid and sees nothing.

use domain::payment::{Money, PurchaseId, Rail, Truth};
use domain::purchase::{Purchase, Stage};
use domain::time::Timestamp;
use payments::Unanswered;
use store::Written;
use table::Deadline;

use super::reconcile::STARS_HEARD;
use super::{Cashier, Error, Heard, rail_time};
use crate::rails::{Look, Taker};

/// Pages of a list that are read at most: a thousand transactions since the last night.
const PAGES_MAX: u32 = 10;

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
        self.look_with(id, &mut None, deadline).await
    }

    /// The same, with what was read of Telegram's list for another purchase a moment ago.
    async fn look_with(
        &self,
        id: &PurchaseId,
        read: &mut Option<Vec<Truth>>,
        deadline: Deadline,
    ) -> Result<Looked, Error> {
        let Some(purchase) = self.payments.purchase(id).await? else {
            return Ok(Looked::Unknown);
        };
        let heard = match self.ask(&purchase, read, deadline).await? {
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
    pub(super) async fn poll(
        &self,
        id: &PurchaseId,
        read: &mut Option<Vec<Truth>>,
        deadline: Deadline,
    ) -> Result<Looked, Error> {
        let looked = self.look_with(id, read, deadline).await?;
        let purchase = match &looked {
            Looked::Awaited(purchase) => Some((**purchase).clone()),
            Looked::Heard(heard) => match &heard.purchase {
                Some(purchase) => Some(purchase.clone()),
                // The rail does not say whose it is; we know whom we have asked about.
                None => self.payments.purchase(id).await?,
            },
            Looked::Gone(_) | Looked::Unknown => None,
        };
        let Some(purchase) = purchase else {
            return Ok(looked);
        };
        // What is paid or waits for an operator is asked about no more, whoever has just planned that.
        if purchase.stage != Stage::Open {
            if purchase.due_at.is_some() {
                self.payments.put_purchase(&purchase.resting(), deadline).await?;
            }
            return Ok(looked);
        }
        let underway = matches!(&looked, Looked::Heard(heard) if heard.truth.money == Money::Underway);
        let asked = if underway {
            purchase.underway(self.env.now())
        } else {
            purchase.asked(self.env.now())
        };
        let gone = asked.stage == Stage::Gone;
        // Whoever was faster has planned it.
        let written = self.payments.put_purchase(&asked, deadline).await?;
        Ok(if gone && written == Written::Yes {
            Looked::Gone(Box::new(asked))
        } else {
            looked
        })
    }

    async fn ask(
        &self,
        purchase: &Purchase,
        read: &mut Option<Vec<Truth>>,
        deadline: Deadline,
    ) -> Result<Look, Error> {
        let Some(taker) = self.rails.get(purchase.offer.rail) else {
            return Ok(Look::Unasked);
        };
        if taker.rail() == Rail::Stars {
            let listed = match read {
                Some(listed) => listed,
                None => read.insert(self.newest_stars(taker, purchase.opened_at, deadline).await?),
            };
            let ours = listed
                .iter()
                .find(|truth| truth.purchase.as_ref() == Some(purchase.id()));
            return Ok(ours.map_or(Look::Awaited, |truth| Look::Payment(truth.clone())));
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
    /// what came since it was last compared.
    async fn newest_stars(
        &self,
        taker: &dyn Taker,
        since: Timestamp,
        deadline: Deadline,
    ) -> Result<Vec<Truth>, Error> {
        let mut cursor = self.payments.cursor(STARS_HEARD).await?;
        let (mut listed, within) = (Vec::new(), (since, self.env.now()));
        for _ in 0..PAGES_MAX {
            let page = taker.list(within, cursor.as_deref(), rail_time(deadline)?).await;
            let page = page.map_err(|error| match error {
                Unanswered::BadKey => Error::BadKey,
                Unanswered::NotFound => Error::Rail("there is no list".to_owned()),
                Unanswered::Later(why) => Error::Rail(why),
            })?;
            listed.extend(page.payments);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        Ok(listed)
    }

    /// What the rail knows under our reference. `None` if that is that nothing will come.
    async fn hear_of(
        &self,
        purchase: &Purchase,
        truth: &Truth,
        deadline: Deadline,
    ) -> Result<Option<Heard>, Error> {
        let heard = self.hear(truth, deadline).await?;
        let void = truth.money == Money::Canceled && purchase.stage != Stage::Paid;
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
