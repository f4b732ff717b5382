//! A customer before what is on sale: what is offered to them and why something is not, and a purchase of theirs, whether
//! they buy in the chat or in the Mini App.

mod shown;

use domain::account::Account;
use domain::catalog::{Ware, WareId};
use domain::id::Nonce;
use domain::payment::term::{Begun, Deal, NotBegun, begin};
use domain::payment::{PurchaseId, Rail};
use domain::purchase::Purchase;
use domain::standing::Standing;
use domain::time::Timestamp;
use domain::window::Zone;
use limits_flags::Snapshot;
use payments::yookassa::Receipt;
use table::Deadline;
use telegram::html;

pub use shown::{Offered, Priced, purchase, terms as plain_terms};

use crate::cashier::{Cashier, NotOpened, Wanted};
use crate::show;
use crate::texts::Say;

/// A customer before what is on sale.
#[derive(Clone, Copy, Debug)]
pub struct Customer<'a> {
    /// In which language.
    pub say: Say,
    /// What is on sale.
    pub snapshot: &'a Snapshot,
    /// Who takes the money; without one nothing is sold.
    pub cashier: Option<&'a Cashier>,
    /// Theirs.
    pub account: &'a Account,
    /// The time.
    pub now: Timestamp,
}

/// Why nothing was bought.
#[derive(Debug)]
pub enum NotBought {
    /// It is not sold, or not like that.
    NotSold,
    /// Not to this customer now; why, in their language, with markup.
    Hindered(String),
    /// The law wants a receipt, and nobody knows where it goes.
    NoContact,
    /// This name was given to the purchase of something else before.
    OtherThing,
    /// It could not be opened.
    NotOpened(NotOpened),
}

/// Nobody knows where a receipt goes.
pub(crate) struct NoContact;

/// The rails that both the settings and this deployment have.
fn rails(snapshot: &Snapshot, cashier: Option<&Cashier>) -> Vec<Rail> {
    let Some(cashier) = cashier else {
        return Vec::new();
    };
    let offered = snapshot.selling.rails.iter().copied();
    offered
        .filter(|rail| cashier.rails.get(*rail).is_some())
        .collect()
}

/// Whether anything can be bought here.
pub fn sells(snapshot: &Snapshot, cashier: Option<&Cashier>) -> bool {
    !rails(snapshot, cashier).is_empty() && !snapshot.wares().is_empty()
}

impl Customer<'_> {
    /// The rails that both the settings and this deployment have.
    pub fn rails(&self) -> Vec<Rail> {
        rails(self.snapshot, self.cashier)
    }

    /// Whether anything can be bought here.
    pub fn sells(&self) -> bool {
        sells(self.snapshot, self.cashier)
    }

    /// The receipt that a payment by this rail needs, if it needs one and it is known where it goes.
    pub(crate) fn receipt(&self, rail: Rail) -> Result<Option<Receipt>, NoContact> {
        let vat_code = self.snapshot.selling.vat_code.filter(|_| rail == Rail::YooKassa);
        let Some(vat_code) = vat_code else {
            return Ok(None);
        };
        let contact = self.account.contact.clone().ok_or(NoContact)?;
        Ok(Some(Receipt { contact, vat_code }))
    }

    /// Opens a purchase under a name that the customer's choice has given it: however often they choose, it is one.
    pub async fn buy(
        &self,
        (nonce, rail, id): (&Nonce, Rail, &WareId),
        deadline: Deadline,
    ) -> Result<Purchase, NotBought> {
        let ware = self.snapshot.ware(id).filter(|_| self.rails().contains(&rail));
        let (Some(ware), Some(cashier)) = (ware, self.cashier) else {
            return Err(NotBought::NotSold);
        };
        let renewing = self.renewing(&ware).await?;
        if let Some(why) = self.hindered(&ware, rail, renewing.as_deref()) {
            return Err(NotBought::Hindered(why));
        }
        let receipt = self.receipt(rail).map_err(|NoContact| NotBought::NoContact)?;
        let wanted = Wanted {
            user: self.account.user,
            nonce: nonce.clone(),
            ware: &ware,
            rail,
            locale: self.say.locale().as_str(),
            selling: &self.snapshot.selling,
            receipt,
        };
        cashier
            .open(&wanted, deadline)
            .await
            .map_err(NotBought::NotOpened)
    }

    /// The same under a name of the caller's own making, which may have been given to another thing before.
    pub async fn buy_named(
        &self,
        chosen: (&Nonce, Rail, &WareId),
        deadline: Deadline,
    ) -> Result<Purchase, NotBought> {
        let (nonce, rail, id) = chosen;
        let before = match self.cashier {
            Some(cashier) => {
                let name = PurchaseId {
                    user: self.account.user,
                    nonce: nonce.clone(),
                };
                cashier.payments.purchase(&name).await?
            }
            None => None,
        };
        let Some(before) = before else {
            return self.buy(chosen, deadline).await;
        };
        let same = self
            .snapshot
            .ware(id)
            .is_none_or(|ware| ware.goods() == before.offer.goods);
        if before.offer.rail != rail || !same {
            return Err(NotBought::OtherThing);
        }
        // What was chosen before stands as it was opened, whatever has become of the shop since.
        if before.url.is_some() || !before.is_payable(self.now) {
            return Ok(before);
        }
        self.buy(chosen, deadline).await
    }

    /// The customer's plan that goes on taking money by itself, where another is to be bought.
    pub(crate) async fn renewing(&self, ware: &Ware) -> Result<Option<String>, store::Error> {
        match self.cashier {
            Some(cashier) if ware.term.is_some() => cashier.renewing_plan(self.account.user, None).await,
            _ => Ok(None),
        }
    }

    /// Why a plan is not sold to this customer by a rail, if it is not.
    pub(crate) fn hindered(&self, ware: &Ware, rail: Rail, renewing: Option<&str>) -> Option<String> {
        if let Some(Err(why)) = self.begun(ware, rail) {
            return Some(self.not_begun_told(&why));
        }
        // Whoever is in debt orders nothing, and the days of a plan would run out.
        let debt = self.account.balance.debt;
        if ware.term.is_some() && debt > ware.credits {
            let debt = show::credits(self.say, debt);
            return Some(self.say.with("plan-debt", [("debt", debt.into())]));
        }
        let (term, renewing) = (ware.term.as_ref()?, renewing?);
        let taken_twice = renewing != term.plan || ware.renews_on(rail);
        taken_twice.then(|| {
            let plan = self.plan_title(renewing);
            self.say.with("plan-renews", [("plan", plan.into())])
        })
    }

    /// What paying for a plan now would make of the customer's own; `None` if it is no plan.
    fn begun(&self, ware: &Ware, rail: Rail) -> Option<Result<Begun, NotBegun>> {
        let term = ware.term.as_ref()?;
        let renews = ware.renews_on(rail);
        let deal = Deal { term, rail, renews };
        Some(begin(
            &self.account.standing,
            deal,
            self.snapshot.shelf(),
            self.now,
        ))
    }

    /// What the customer would be after paying for a plan; `None` if it is none, or cannot begin.
    fn standing_with(&self, ware: &Ware, rail: Rail) -> Option<Standing> {
        Some(self.begun(ware, rail)?.ok()?.standing)
    }

    /// Until when the plan would last, and what of the one that runs now goes into it.
    pub(crate) fn begun_told(&self, ware: &Ware, rail: Rail) -> Option<String> {
        let begun = self.begun(ware, rail)?.ok()?;
        let until = begun.standing.plan.as_ref()?.until?;
        let until = show::until(self.say, until, &self.zone(), self.now);
        let Some(replaced) = &begun.replaces else {
            return Some(self.say.with("plan-until", [("moment", until.into())]));
        };
        let old = self.plan_title(replaced);
        let minutes = begun.bonus.0 / 60_000;
        let bonus = show::rest(self.say, minutes);
        Some(self.say.with(
            "plan-exchanged",
            [
                ("plan", old.into()),
                ("bonus", bonus.into()),
                ("moment", until.into()),
            ],
        ))
    }

    fn not_begun_told(&self, why: &NotBegun) -> String {
        match why {
            NotBegun::Gone(_) => self.say.text("shop-not-sold"),
            NotBegun::Endless(plan) => {
                let plan = self.plan_title(plan);
                self.say.with("plan-endless", [("plan", plan.into())])
            }
            NotBegun::Running { plan, until } => {
                let until = show::until(self.say, *until, &self.zone(), self.now);
                let plan = self.plan_title(plan);
                self.say
                    .with("plan-running", [("plan", plan.into()), ("moment", until.into())])
            }
        }
    }

    pub(crate) fn plan_title(&self, key: &str) -> String {
        let plan = self.snapshot.plans.iter().find(|plan| plan.key == key);
        let title = plan.map_or(key, |plan| plan.title.in_locale(self.say.locale().as_str()));
        html::escape(title).into_owned()
    }

    /// In whose time they are told of times.
    pub(crate) fn zone(&self) -> Zone {
        let own = self.account.zone.as_deref().and_then(crate::desk::zone_named);
        own.unwrap_or_else(|| show::zone(&self.snapshot.rules))
    }
}

impl From<store::Error> for NotBought {
    fn from(error: store::Error) -> Self {
        Self::NotOpened(error.into())
    }
}

/// The terms, a paragraph each, with markup.
pub(crate) fn terms(say: Say, snapshot: &Snapshot) -> String {
    let refund = match snapshot.selling.refund_unused {
        Some(within) => {
            let within = show::rest(say, within.0 / 60_000);
            say.with("terms-refund-unused", [("within", within.into())])
        }
        None => say.text("terms-refund"),
    };
    let text = say.with("terms", [("refund", refund.into())]);
    let url = snapshot.selling.terms_url.as_deref();
    let more = url.map(|url| html::escape(url).into_owned());
    let more = more.map(|url| say.with("terms-more", [("url", url.into())]));
    let parts = [Some(text), more].into_iter().flatten();
    parts.collect::<Vec<_>>().join("\n\n")
}
