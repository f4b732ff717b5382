//! The user's side: Stars in hand, invoices opened, payments made.

use serde_json::json;

use super::{Checkout, CheckoutState, Invoice, PaymentNews, StarPayment, Transaction, What};
use crate::PlayedTelegram;
use crate::delivery;
use crate::error::Error;
use crate::state::State;
use crate::wire;

impl PlayedTelegram {
    /// The user buys so many Stars. A new user has [`crate::Config::stars`].
    pub fn give_stars(&self, user_id: i64, stars: i64) -> Result<(), Error> {
        self.server.write(|state| {
            known(state, user_id)?;
            *state.stars.balances.entry(user_id).or_default() += stars;
            Ok(())
        })
    }

    /// How many Stars the user has.
    pub fn star_balance(&self, user_id: i64) -> i64 {
        self.server.read(|state| state.stars.balance(user_id))
    }

    /// How many Stars the bot has.
    pub fn bot_star_balance(&self) -> i64 {
        self.server.read(|state| state.stars.bot_balance)
    }

    /// The bot's owner turns so many Stars into money, which cannot be taken back for a refund: the list has a line of it.
    pub fn withdraw_stars(&self, stars: i64) {
        let at_ms = self.server.now_ms();
        self.server.write(|state| {
            state.stars.bot_balance -= stars;
            let id = format!("stxw{at_ms:x}{:04x}", state.stars.transactions.len());
            let what = What::Withdrawal(stars);
            state.stars.transactions.push(Transaction { id, what, at_ms });
        });
    }

    /// The invoice at an address, as whoever opens it reads it.
    pub fn invoice(&self, link: &str) -> Option<Invoice> {
        self.server.read(|state| state.stars.at(link).cloned())
    }

    /// The user opens the address of an invoice and presses Pay. Everybody can, any number of times. Returns the id of
    /// the checkout: nothing is paid before the bot has said yes.
    pub fn pay_link(&self, user_id: i64, link: &str) -> Result<String, Error> {
        self.pay(user_id, |state| {
            let invoice = state.stars.at(link).cloned();
            invoice
                .map(|invoice| (invoice, None))
                .ok_or_else(|| Error::NoSuchInvoice(link.to_owned()))
        })
    }

    /// The user presses Pay below an invoice in the chat, which can be done until it shows a receipt.
    pub fn pay_message(&self, user_id: i64, message_id: i64) -> Result<String, Error> {
        self.pay(user_id, |state| {
            let message = state.message(user_id, message_id).ok_or(Error::NoSuchMessage {
                chat: user_id,
                message_id,
            })?;
            let unpaid = message
                .now
                .invoice
                .clone()
                .filter(|_| message.now.receipt.is_none());
            let invoice = unpaid.ok_or_else(|| Error::NoSuchButton {
                message_id,
                callback_data: "pay".to_owned(),
            })?;
            Ok((invoice, Some(message_id)))
        })
    }

    fn pay(
        &self,
        user_id: i64,
        find: impl FnOnce(&State) -> Result<(Invoice, Option<i64>), Error>,
    ) -> Result<String, Error> {
        let now_ms = self.server.now_ms();
        let query_id = self.server.write(|state| {
            known(state, user_id)?;
            let (invoice, message_id) = find(state)?;
            let has = state.stars.balance(user_id);
            if has < invoice.stars {
                return Err(Error::TooFewStars {
                    has,
                    needs: invoice.stars,
                });
            }
            Ok(ask_the_bot(state, (user_id, message_id), invoice, now_ms))
        })?;
        delivery::start(&self.server);
        Ok(query_id)
    }

    /// What became of a checkout by now.
    pub fn checkout(&self, query_id: &str) -> Option<CheckoutState> {
        let now_ms = self.server.now_ms();
        self.server.read(|state| {
            let mut checkouts = state.stars.checkouts.iter();
            let found = checkouts.find(|checkout| checkout.query_id == query_id)?;
            Some(found.state(now_ms))
        })
    }

    /// Every checkout there was, oldest first.
    pub fn checkouts(&self) -> Vec<Checkout> {
        self.server.read(|state| state.stars.checkouts.clone())
    }

    /// Every payment there was, oldest first: what the bot should have heard of.
    pub fn star_payments(&self) -> Vec<StarPayment> {
        self.server.read(|state| state.stars.payments.clone())
    }

    /// This will happen to the news of the next payments, first come, first served.
    pub fn spoil_payments(&self, news: impl IntoIterator<Item = PaymentNews>) {
        self.server.write(|state| state.stars.troubles.extend(news));
    }

    /// What is held back ([`PaymentNews::Late`], [`PaymentNews::AfterRefund`]) goes on its way now.
    pub fn deliver_late_news(&self) {
        self.server.write(|state| state.outbox.release(|_, _| true));
        delivery::start(&self.server);
    }
}

/// The user, if there is one who could press anything here.
fn known(state: &State, user_id: i64) -> Result<(), Error> {
    match state.users.get(&user_id) {
        None => Err(Error::NoSuchUser(user_id)),
        Some(user) if user.blocked => Err(Error::Blocked(user_id)),
        Some(_) => Ok(()),
    }
}

/// A `pre_checkout_query` is on its way, and the clock runs.
fn ask_the_bot(
    state: &mut State,
    (user_id, message_id): (i64, Option<i64>),
    invoice: Invoice,
    now_ms: i64,
) -> String {
    let number = i64::try_from(state.stars.checkouts.len()).unwrap_or_default();
    let query_id = (5_000_000_000_000_000_000 + number).to_string();
    let query = json!({
        "id": query_id,
        "from": state.users.get(&user_id).map(wire::user),
        "currency": "XTR",
        "total_amount": invoice.stars,
        "invoice_payload": invoice.payload,
    });
    state.stars.checkouts.push(Checkout {
        query_id: query_id.clone(),
        user_id,
        invoice,
        message_id,
        made_ms: now_ms,
        answered: None,
    });
    state.outbox.push("pre_checkout_query", user_id, query, now_ms);
    query_id
}
