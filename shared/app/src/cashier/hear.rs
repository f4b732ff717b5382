//! What follows from a rail's truth, written step by step until nothing follows any more.

use domain::payment::term::NotBegun;
use domain::payment::{Change, Rail, Record, Settlement, State, Till, Truth, Unchanged};
use domain::purchase::Purchase;
use store::{Credit, Settled, Settling};
use table::{Deadline, Write};

use super::{Answer, Cashier, Error};
use crate::rails::Taker;

/// How often a payment is read again because others were faster, or because one step leads to another.
const STEPS_MAX: u32 = 12;

/// What a truth has led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// What the rail has said.
    pub truth: Truth,
    /// The payment as it stands now; `None` if there is nothing to be kept of it yet.
    pub record: Option<Record>,
    /// The purchase that it names, if it is one of ours, as it stands now.
    pub purchase: Option<Purchase>,
    /// Something was written.
    pub changed: bool,
    /// The rail takes back what it had said. Nothing was changed; somebody has to look.
    pub astray: bool,
}

impl Cashier {
    /// What a rail says of a payment: all that follows from it is done, once, whoever else hears it at the same time.
    pub async fn hear(&self, truth: &Truth, deadline: Deadline) -> Result<Heard, Error> {
        let till = self.rails.get(truth.id.rail).map(Taker::till).unwrap_or_default();
        let truth = &mut truth.clone();
        let mut changed = false;
        for _ in 0..STEPS_MAX {
            let (record, purchase) = self.read(truth).await?;
            // A shop may have other business than ours. Stars are the bot's alone.
            if truth.purchase.is_none() && record.version == 0 && truth.id.rail != Rail::Stars {
                return Ok(unchanged_heard(
                    truth,
                    record,
                    purchase,
                    (changed, Unchanged::Known),
                ));
            }
            let offer = purchase.as_ref().map(|purchase| &purchase.offer);
            let mut told = record.payment.told(truth, offer, &till);
            if told
                .as_ref()
                .is_ok_and(|change| record.payment.is_undone_by(change))
            {
                // A truth that was read before the money went back would give the goods for nothing.
                told = match self.ask_rail(&truth.id, deadline).await? {
                    Answer::Truth(now) => {
                        *truth = now;
                        record.payment.told(truth, offer, &till)
                    }
                    Answer::NotFound | Answer::Unasked | Answer::NoRail => Err(Unchanged::Known),
                };
            }
            let change = match told {
                Ok(change) => change,
                Err(unchanged) => return Ok(unchanged_heard(truth, record, purchase, (changed, unchanged))),
            };
            let step = self
                .write(&record, purchase.as_ref(), &change, truth, deadline)
                .await?;
            match step {
                Settled::Written => {
                    changed = true;
                    note(&record, &change, truth, &till);
                }
                Settled::Overtaken => {}
                Settled::TooMuch => return Err(too_much(truth)),
            }
        }
        Err(Error::Busy)
    }

    /// The payment as it was kept, or as one that was never heard of, and the purchase that it names.
    async fn read(&self, truth: &Truth) -> Result<(Record, Option<Purchase>), Error> {
        let record = self.payments.payment(&truth.id).await?;
        let purchase = match &truth.purchase {
            Some(id) => self.payments.purchase(id).await?,
            None => None,
        };
        let offer = purchase
            .as_ref()
            .map(|purchase| (&purchase.offer, purchase.title.as_str(), purchase.locale.as_str()));
        let record = record.unwrap_or_else(|| Record::unheard(truth, offer, self.env.now()));
        Ok((record, purchase))
    }

    /// One step, with what goes with it.
    async fn write(
        &self,
        record: &Record,
        purchase: Option<&Purchase>,
        change: &Change,
        truth: &Truth,
        deadline: Deadline,
    ) -> Result<Settled, Error> {
        let mut after = record.after(change, self.env.now());
        // The first truth may have been of money that was only on its way; what has arrived is what counts.
        after.amount = truth.amount;
        let becomes = purchase.and_then(|purchase| purchase.after(change));
        match self
            .settle(
                (record, &mut after),
                becomes.as_ref(),
                change,
                Vec::new(),
                deadline,
            )
            .await?
        {
            Written::Settled(settled) => Ok(settled),
            Written::Cannot(why) => {
                let held = record.payment.held_for(why.misfit());
                note(record, &held, truth, &Till::default());
                let mut after = record.after(&held, self.env.now());
                let waits = purchase.and_then(|purchase| purchase.after(&held));
                match self
                    .settle((record, &mut after), waits.as_ref(), &held, Vec::new(), deadline)
                    .await?
                {
                    Written::Settled(settled) => Ok(settled),
                    Written::Cannot(_) => Err(Error::Busy),
                }
            }
        }
    }

    /// Writes one step of a payment whose record is known. What follows for its plan is noted in the record, which is then as
    /// it stands in the table.
    pub(super) async fn settle(
        &self,
        (before, after): (&Record, &mut Record),
        purchase: Option<&Purchase>,
        change: &Change,
        mut besides: Vec<Write>,
        deadline: Deadline,
    ) -> Result<Written, Error> {
        let account = match (change.settlement, after.user) {
            (Some(settlement), Some(user)) => Some((settlement, self.account(user).await?)),
            _ => None,
        };
        let mut credit = None;
        if let Some((settlement, account)) = &account {
            let standing = match self.turn(*settlement, after, account).await? {
                Ok(standing) => standing,
                Err(why) => return Ok(Written::Cannot(why)),
            };
            let entry = settlement.entry(&after.payment, after.goods.credits);
            // A dispute that was won, too: what it was to bring may have been let go meanwhile.
            if matches!(settlement, Settlement::Grant | Settlement::Restore(_)) {
                besides.extend(self.looked_at_soon(account));
            }
            if *settlement == Settlement::Grant {
                after.is_given_to(account, self.env.now());
            }
            credit = Some(Credit {
                before: account,
                recalled: settlement.recalls(after, account),
                entry,
                standing,
            });
        }
        let step = Settling {
            before: &before.payment,
            payment: after,
            purchase,
            account: credit,
            besides,
            now: self.env.now(),
        };
        let settled = self.payments.settle(&step, deadline).await?;
        // Whoever moved it: a rail, an operator, or cleanup.
        if settled == Settled::Written && before.payment.state != step.payment.payment.state {
            let id = step.payment.id();
            meter::payment_moved(id.rail.as_str(), step.payment.payment.state.as_str());
        }
        Ok(Written::Settled(settled))
    }
}

/// What became of a step.
pub(super) enum Written {
    /// It went to the tables.
    Settled(Settled),
    /// What was bought cannot begin as things are; nothing was written.
    Cannot(NotBegun),
}

fn unchanged_heard(
    truth: &Truth,
    record: Record,
    purchase: Option<Purchase>,
    (changed, unchanged): (bool, Unchanged),
) -> Heard {
    let astray = unchanged == Unchanged::Astray;
    if astray {
        tracing::error!(name: "payment_taken_back", payment = %record.id(), state = record.payment.state.as_str(), "a rail takes back what it had said");
    }
    Heard {
        truth: truth.clone(),
        record: (record.version > 0).then_some(record),
        purchase,
        changed,
        astray,
    }
}

fn too_much(truth: &Truth) -> Error {
    Error::Store(store::Error::Unsound {
        what: format!("{}: an account cannot count so many credits", truth.id),
    })
}

/// For the log and the metrics: ids and numbers, no names.
fn note(record: &Record, change: &Change, truth: &Truth, till: &Till) {
    let after = &change.after;
    let (id, state) = (&after.id, after.state.as_str());
    let amount = truth.amount.decimal();
    match (after.state, after.misfit) {
        (State::Held, Some(misfit)) => {
            meter::payment_held();
            tracing::error!(name: "payment_held", payment = %id, misfit = misfit.as_str(), amount, shop = till.shop, "a payment does not fit and waits for an operator");
        }
        (State::ChargedBack, _) => {
            meter::payment_charged_back();
            tracing::error!(name: "payment_charged_back", payment = %id, amount, "a bank takes money back");
        }
        (State::Credited, _) if record.payment.state == State::Refunded => {
            tracing::error!(name: "refund_undone", payment = %id, amount, "a refund came undone: the customer has the goods again, and wanted the money");
        }
        _ => {
            tracing::info!(name: "payment_changed", payment = %id, state, amount, was = record.payment.state.as_str(), "payment_changed");
        }
    }
}
