//! The shop: what is on sale, a purchase at a fixed price, "I have paid and nothing came", what was bought.

use domain::catalog::WareId;
use domain::id::Nonce;
use domain::payment::{Money, News, PurchaseId, Rail, Record, State, Untold};
use domain::purchase::{Purchase, Stage};
use telegram::methods::Reply;

use super::Error;
use super::visit::Visit;
use crate::buttons::Button;
use crate::cards::Card;
use crate::cashier::{Cashier, Heard, Looked, NotOpened, Renewed, news};
use crate::sale::{self, Customer, NotBought};
use crate::shop;

impl Visit<'_> {
    /// The customer before what is on sale.
    pub(super) fn buyer(&self) -> Customer<'_> {
        Customer {
            say: self.say,
            snapshot: &self.snapshot,
            cashier: self.desk.cashier.as_ref(),
            account: &self.account,
            now: self.now,
        }
    }

    /// Whether anything can be bought here.
    pub(super) fn sells(&self) -> bool {
        self.buyer().sells()
    }

    fn shelf(&self) -> Card {
        if self.sells() {
            return shop::shelf(self.say, &self.snapshot, &self.account, self.now);
        }
        Card {
            text: self.say.text("shop-empty"),
            buttons: shop::only_cabinet(self.say),
        }
    }

    /// `/buy`.
    pub(super) fn shop(&self) -> Reply {
        self.send_card(self.shelf())
    }

    /// The same in the place of the message whose button was pressed.
    pub(super) fn shop_instead(&self, message_id: i64) -> Reply {
        self.edit_card(message_id, self.shelf())
    }

    /// One thing on sale. Each time it is shown it has a name of its own: what is chosen on it is one purchase, however
    /// often it is pressed.
    pub(super) async fn show_ware(
        &self,
        id: &WareId,
        message_id: i64,
        query_id: &str,
    ) -> Result<Reply, Error> {
        let Some(ware) = self.snapshot.ware(id).filter(|_| self.sells()) else {
            return Ok(Self::alert(query_id, &self.say.text("shop-not-sold")));
        };
        let buyer = self.buyer();
        let renewing = buyer.renewing(&ware).await?;
        let hindered = |rail: &Rail| buyer.hindered(&ware, *rail, renewing.as_deref());
        let (free, not): (Vec<Rail>, Vec<Rail>) = buyer
            .rails()
            .into_iter()
            .partition(|rail| hindered(rail).is_none());
        // What cannot be bought by any rail says why where the rails would have been.
        let note = match free.first() {
            Some(rail) => buyer.begun_told(&ware, *rail),
            None => not.first().and_then(hindered),
        };
        let notes = [note, shop::debt(self.say, self.account.balance)];
        let nonce = self.desk.env.nonce();
        let card = shop::ware(self.say, &self.snapshot, &ware, &free, &nonce, notes);
        Ok(self.edit_card(message_id, card))
    }

    /// A purchase is opened, and the message becomes the place where it is paid.
    pub(super) async fn buy(
        &self,
        chosen: (&Nonce, Rail, &WareId),
        message_id: i64,
        query_id: &str,
    ) -> Result<Reply, Error> {
        match self.opened(chosen).await? {
            Ok(card) => Ok(self.edit_card(message_id, card)),
            Err(why) => Ok(Self::alert(query_id, &why)),
        }
    }

    /// The card on which a chosen thing is paid, or on which the customer is asked for what is still missing; else, in plain
    /// words, why there is none.
    pub(super) async fn opened(
        &self,
        (nonce, rail, id): (&Nonce, Rail, &WareId),
    ) -> Result<Result<Card, String>, Error> {
        let again = Button::Buy(nonce.clone(), rail, id.clone());
        let failed = match self.buyer().buy((nonce, rail, id), self.deadline).await {
            Ok(purchase) => return Ok(Ok(self.purchase_card(&purchase, Some(id)))),
            Err(NotBought::NotSold) => return Ok(Err(self.say.text("shop-not-sold"))),
            Err(NotBought::Hindered(why)) => return Ok(Err(why)),
            Err(NotBought::NoContact) => return self.ask_for_contact(&again.data()).await.map(Ok),
            Err(NotBought::OtherThing) => return Ok(Err(self.say.text("purchase-other-rail"))),
            Err(NotBought::NotOpened(failed)) => failed,
        };
        match failed {
            NotOpened::NotSold => Ok(Err(self.say.text("shop-not-sold"))),
            NotOpened::OtherRail => Ok(Err(self.say.text("purchase-other-rail"))),
            NotOpened::TooMany => Ok(Err(self.say.text("purchase-too-many"))),
            NotOpened::Closed(purchase) => Ok(Ok(shop::closed(self.say, purchase.stage))),
            NotOpened::Failed(crate::cashier::Error::Store(error)) => Err(error.into()),
            NotOpened::Failed(error) => {
                tracing::warn!(name: "rail_silent", user = self.account.user.0, error = crate::chain(&error), "a rail could not be asked");
                Ok(Err(self.say.text("rail-silent")))
            }
            NotOpened::Refused(_) => Ok(Ok(Card {
                text: self.say.text("purchase-refused"),
                buttons: shop::try_again(self.say, &again),
            })),
            NotOpened::Later(_) => Ok(Ok(Card {
                text: self.say.text("purchase-not-opened"),
                buttons: shop::try_again(self.say, &again),
            })),
        }
    }

    fn purchase_card(&self, purchase: &Purchase, ware: Option<&WareId>) -> Card {
        shop::purchase(self.say, purchase, ware, &self.own_zone(), self.now)
    }

    /// A card that was paid or has run out is pressed once more: it makes place for what became of it.
    fn closed(&self, stage: Stage, message_id: i64) -> Reply {
        self.edit_card(message_id, shop::closed(self.say, stage))
    }

    /// A rail that does not answer is no fault of the tables: the customer is told, and may ask again.
    fn failed(&self, error: crate::cashier::Error, query_id: &str) -> Result<Reply, Error> {
        match error {
            crate::cashier::Error::Store(error) => Err(error.into()),
            other => {
                tracing::warn!(name: "rail_silent", user = self.account.user.0, error = crate::chain(&other), "a rail could not be asked");
                Ok(Self::alert(query_id, &self.say.text("rail-silent")))
            }
        }
    }

    /// "I have paid": the rail is asked at once.
    pub(super) async fn paid(&self, nonce: &Nonce, message_id: i64, query_id: &str) -> Result<Reply, Error> {
        let Some(cashier) = &self.desk.cashier else {
            return Ok(Self::alert(query_id, &self.say.text("shop-not-sold")));
        };
        let id = PurchaseId {
            user: self.account.user,
            nonce: nonce.clone(),
        };
        match cashier.look(&id, self.deadline).await {
            Ok(Looked::Heard(heard)) => self.heard(cashier, &heard, message_id, query_id).await,
            Ok(Looked::Awaited(purchase)) => Ok(self.nothing_yet(&purchase, message_id, query_id)),
            Ok(Looked::Gone(purchase)) => Ok(self.closed(purchase.stage, message_id)),
            Ok(Looked::Unknown) => Ok(self.closed(Stage::Gone, message_id)),
            Err(error) => self.failed(error, query_id),
        }
    }

    fn nothing_yet(&self, purchase: &Purchase, message_id: i64, query_id: &str) -> Reply {
        let id = match (purchase.stage, purchase.offer.rail) {
            (closed @ (Stage::Paid | Stage::Held), _) => return self.closed(closed, message_id),
            // Telegram itself tells us of Stars, as soon as they are paid.
            (_, Rail::Stars) => "purchase-nothing-stars",
            _ => "purchase-nothing-yet",
        };
        Self::alert(query_id, &self.say.text(id))
    }

    async fn heard(
        &self,
        cashier: &Cashier,
        heard: &Heard,
        message_id: i64,
        query_id: &str,
    ) -> Result<Reply, Error> {
        let Some(record) = &heard.record else {
            let id = if heard.truth.money == Money::Underway {
                "purchase-underway"
            } else {
                "purchase-nothing-yet"
            };
            return Ok(Self::alert(query_id, &self.say.text(id)));
        };
        match self.news(cashier, record).await? {
            Some(card) => Ok(self.edit_card(message_id, card)),
            None if record.payment.state == State::Held => Ok(self.closed(Stage::Held, message_id)),
            // They know it already, perhaps for a second: the same card says it again, and nothing less.
            None if record.payment.state == State::Credited => {
                let untold = Untold {
                    news: News::Credited,
                    credits: record.goods.credits,
                    minor: record.amount.minor,
                    tries: 0,
                };
                let text = news(record, untold, self.account.balance);
                let buttons = shop::closed(self.say, Stage::Paid).buttons;
                Ok(self.edit_card(message_id, Card { text, buttons }))
            }
            None => Ok(self.closed(Stage::Paid, message_id)),
        }
    }

    /// What there is to be told of a payment, if there is something; noted as told.
    pub(super) async fn news(&self, cashier: &Cashier, record: &Record) -> Result<Option<Card>, Error> {
        let Some(untold) = record.untold else {
            return Ok(None);
        };
        let account = cashier.payments.account(self.account.user).await?;
        let account = account.as_ref().unwrap_or(&self.account);
        // If that fails, somebody else tells them once more.
        if let Err(error) = cashier.told(record, self.deadline).await {
            tracing::warn!(name: "payment_told_unnoted", payment = %record.id(), error = crate::chain(&error), "that a customer was told could not be noted");
        }
        Ok(Some(Card {
            text: news(record, untold, account.balance),
            buttons: shop::on_with(self.say, account, self.now),
        }))
    }

    /// The next payments of a subscription are wanted, or not.
    pub(super) async fn renew(
        &self,
        nonce: &Nonce,
        wanted: bool,
        message_id: i64,
        query_id: &str,
    ) -> Result<Reply, Error> {
        let Some(cashier) = &self.desk.cashier else {
            return Ok(Self::alert(query_id, &self.say.text("shop-not-sold")));
        };
        let id = PurchaseId {
            user: self.account.user,
            nonce: nonce.clone(),
        };
        match cashier.renew(&id, wanted, self.deadline).await {
            Ok(Renewed::Done(_)) => self.history_instead(message_id, 0).await,
            Ok(Renewed::Allowed) => Ok(Self::alert(query_id, &self.say.text("renewal-allowed"))),
            Ok(Renewed::Another(plan)) => {
                let plan = self.buyer().plan_title(&plan);
                let why = self.say.with("plan-renews", [("plan", plan.into())]);
                Ok(Self::alert(query_id, &why))
            }
            Ok(Renewed::Refused | Renewed::Unknown) => {
                Ok(Self::alert(query_id, &self.say.text("renewal-refused")))
            }
            Err(error) => self.failed(error, query_id),
        }
    }

    /// `/terms`: what is sold, and what becomes of money. Telegram wants every bot that takes Stars to have it.
    pub(super) fn terms(&self) -> Reply {
        self.send(sale::terms(self.say, &self.snapshot)).into()
    }

    /// `/paysupport`: where to go with a payment.
    pub(super) fn pay_support(&self) -> Reply {
        let text = self.say.text("pay-support");
        let contact = self.snapshot.selling.support.as_deref();
        let contact = contact.map(|contact| telegram::html::escape(contact).into_owned());
        let contact = contact.map(|contact| {
            self.say
                .with("pay-support-contact", [("contact", contact.into())])
        });
        let number = self.say.with(
            "pay-support-number",
            [("user", self.account.user.to_string().into())],
        );
        let parts = [Some(text), contact, Some(number)];
        self.send(parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n"))
            .with_buttons(shop::pay_support(self.say, self.desk.helpdesk.is_some()))
            .into()
    }
}
