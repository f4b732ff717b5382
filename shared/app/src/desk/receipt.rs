//! Receipts, where the law wants them: where they go is asked once.

use domain::contact::Contact;
use telegram::html;
use telegram::methods::Reply;

use super::Error;
use super::visit::Visit;
use crate::buttons::Button;
use crate::cards::Card;
use crate::shop;

/// What waits for nothing, while the customer says where receipts go.
const NOTHING: &str = "-";

impl Visit<'_> {
    /// Asks, once for ever, where receipts go. What was about to be bought waits for the answer.
    pub(super) async fn ask_for_contact(&self, buying: &str) -> Result<Card, Error> {
        let user = self.account.user;
        self.desk
            .store
            .set_buying(user, Some(buying), self.deadline)
            .await?;
        let known = self.account.contact.as_ref().map(Contact::masked);
        let known = known.map(|contact| html::escape(&contact).into_owned());
        let text = match known {
            None => self.say.text("receipt-where"),
            Some(contact) => self.say.with("receipt-elsewhere", [("contact", contact.into())]),
        };
        Ok(Card {
            text,
            buttons: shop::after_payment(self.say),
        })
    }

    /// `/receipt`: where receipts go, to be said anew.
    pub(super) async fn receipts(&self) -> Result<Reply, Error> {
        if self.snapshot.selling.vat_code.is_none() {
            return Ok(self.send(self.say.text("receipt-none")).into());
        }
        Ok(self.send_card(self.ask_for_contact(NOTHING).await?))
    }

    /// What a customer writes who was asked where receipts go. `None` if it says nothing of the kind.
    pub(super) async fn contact(&self, text: &str) -> Result<Option<Reply>, Error> {
        let Some(buying) = &self.account.buying else {
            return Ok(None);
        };
        let Some(contact) = Contact::parse(text) else {
            let slip = Contact::is_meant(text).then(|| self.send(self.say.text("receipt-unreadable")).into());
            return Ok(slip);
        };
        let user = self.account.user;
        self.desk.store.set_contact(user, &contact, self.deadline).await?;
        let mut knowing = self.clone();
        knowing.account.contact = Some(contact);
        let noted = Card {
            text: self.say.text("receipt-noted"),
            buttons: shop::after_payment(self.say),
        };
        let card = match Button::parse(buying) {
            Some(Button::Buy(nonce, rail, id)) => match knowing.opened((&nonce, rail, &id)).await? {
                Ok(card) => card,
                Err(why) => Card {
                    text: html::escape(&why).into_owned(),
                    ..noted
                },
            },
            _ => noted,
        };
        self.desk.store.set_buying(user, None, self.deadline).await?;
        Ok(Some(self.send_card(card)))
    }
}
