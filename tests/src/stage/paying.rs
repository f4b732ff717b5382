//! Customers who buy.

use std::time::Duration;

use app::cashier::{RefundError, Refunding};
use domain::catalog::Selling;
use domain::payment::{PaymentId, PurchaseId, Record, RefundWanted};
use domain::purchase::Purchase;
use played_telegram::CheckoutState;
use serde_json::{Value, json};
use store::Bought;
use table::Deadline;

use super::front::Answer;
use super::{PAYMENTS, Stage, clients};

impl Stage {
    /// Somebody goes through the shop to the place where a thing is paid: `pack:pro`, by the rail with this letter. Gives
    /// the address.
    pub async fn choose(&self, user: i64, ware: &str, rail: &str) -> String {
        self.say(user, "/buy").await;
        self.press_newest(user, &format!("wa:{ware}")).await;
        let (message_id, data) = self.pay_button(user, rail);
        let alert = self.press(user, message_id, &data).await;
        assert_eq!(alert, None, "{:?}", self.texts(user));
        self.address(user)
    }

    /// The newest button that buys by a rail.
    pub fn pay_button(&self, user: i64, rail: &str) -> (i64, String) {
        let chat = self.telegram.chat(user);
        let message = chat
            .iter()
            .rev()
            .find(|message| message.button("by:").is_some())
            .unwrap_or_else(|| panic!("no way to pay: {:?}", self.texts(user)));
        let buttons = message.now.buttons.iter().flatten();
        let mut data = buttons.filter_map(|button| button.callback_data.clone());
        let of_rail = |data: &String| data.starts_with("by:") && data.split(':').nth(2) == Some(rail);
        (message.message_id, data.find(of_rail).unwrap())
    }

    /// Where the newest purchase of somebody is paid.
    pub fn address(&self, user: i64) -> String {
        let chat = self.telegram.chat(user);
        let buttons = chat
            .iter()
            .rev()
            .flat_map(|message| message.now.buttons.iter().flatten());
        let mut urls = buttons.filter_map(|button| button.url.clone());
        urls.next()
            .unwrap_or_else(|| panic!("no address: {:?}", self.texts(user)))
    }

    /// What the tables know of purchases and payments.
    pub async fn bought(&self) -> Vec<Bought> {
        let (all, bad) = clients::payments(&self.aws, "Operator").all().await.unwrap();
        assert_eq!(bad, Vec::<String>::new());
        all
    }

    /// The payments, in no order.
    pub async fn payments(&self) -> Vec<Record> {
        let all = self.bought().await.into_iter();
        all.filter_map(|row| match row {
            Bought::Payment(record) => Some(*record),
            Bought::Purchase(_) => None,
        })
        .collect()
    }

    /// The only payment there is.
    pub async fn payment(&self) -> Record {
        let mut payments = self.payments().await;
        assert_eq!(payments.len(), 1, "{payments:?}");
        payments.remove(0)
    }

    /// A payment by its name.
    pub async fn payment_named(&self, id: &PaymentId) -> Option<Record> {
        clients::payments(&self.aws, "Operator")
            .payment(id)
            .await
            .unwrap()
    }

    /// A purchase by its name.
    pub async fn purchase(&self, id: &PurchaseId) -> Purchase {
        let payments = clients::payments(&self.aws, "Operator");
        payments.purchase(id).await.unwrap().unwrap()
    }

    /// The only purchase there is.
    pub async fn only_purchase(&self) -> Purchase {
        let all = self.bought().await.into_iter();
        let mut purchases: Vec<Purchase> = all
            .filter_map(|row| match row {
                Bought::Purchase(purchase) => Some(*purchase),
                Bought::Payment(_) => None,
            })
            .collect();
        assert_eq!(purchases.len(), 1, "{purchases:?}");
        purchases.remove(0)
    }

    /// A rail, or somebody who pretends to be one, calls.
    pub async fn notify(&self, path: &str, source: &str, headers: &Value, body: &str) -> Answer {
        self.notify_by("POST", path, source, (headers, body)).await
    }

    /// The same by any method of HTTP.
    pub async fn notify_by(
        &self,
        method: &str,
        path: &str,
        source: &str,
        (headers, body): (&Value, &str),
    ) -> Answer {
        self.invocations.add(PAYMENTS);
        let mut event = notice(path, source, headers, body);
        event["requestContext"]["http"]["method"] = json!(method);
        Answer::of(&payment_webhook::handle(&self.payments, super::front::request(&event)).await)
    }
}

/// The captured notice, changed.
pub(super) fn notice(path: &str, source: &str, headers: &Value, body: &str) -> Value {
    let captured = include_str!("../../../functions/payment-webhook/events/yookassa-succeeded.json");
    let mut event: Value = serde_json::from_str(captured).unwrap();
    event["rawPath"] = json!(path);
    event["requestContext"]["http"]["path"] = json!(path);
    event["requestContext"]["http"]["sourceIp"] = json!(source);
    event["headers"] = headers.clone();
    event["body"] = json!(body);
    event
}

impl Stage {
    /// What the rails have to say by now is brought, and all that it leads to is done.
    pub async fn noticed(&self) {
        self.yookassa.tick().await;
        self.stripe.tick().await;
        self.answered().await;
    }

    /// The name of the newest purchase's payment at `YooKassa`, or session at Stripe.
    pub async fn reference(&self) -> String {
        let all = self.bought().await.into_iter();
        let open = all.filter_map(|row| match row {
            Bought::Purchase(purchase) => Some(*purchase),
            Bought::Payment(_) => None,
        });
        let newest = open.max_by_key(|purchase| (purchase.opened_at, purchase.reference.is_some()));
        newest.unwrap().reference.unwrap()
    }

    /// Somebody chooses a thing and pays it in roubles. Gives the payment's name at the rail.
    pub async fn pay_in_roubles(&self, user: i64, ware: &str) -> String {
        self.choose(user, ware, "y").await;
        let payment = self.reference().await;
        self.yookassa.pay(&payment).unwrap();
        self.noticed().await;
        payment
    }

    /// Somebody chooses a thing and pays it with a card at Stripe. Gives the session's name.
    pub async fn pay_in_dollars(&self, user: i64, ware: &str) -> String {
        self.choose(user, ware, "c").await;
        let session = self.reference().await;
        self.stripe.pay(&session).unwrap();
        self.noticed().await;
        session
    }

    /// Somebody chooses a thing and pays it with Stars. Gives what became of the checkout.
    pub async fn pay_in_stars(&self, user: i64, ware: &str) -> CheckoutState {
        let link = self.choose(user, ware, "s").await;
        self.pay_invoice(user, &link).await
    }

    /// Somebody pays an invoice in Stars.
    pub async fn pay_invoice(&self, user: i64, link: &str) -> CheckoutState {
        let query = self.telegram.pay_link(user, link).unwrap();
        self.answered().await;
        self.telegram.checkout(&query).unwrap()
    }

    /// An operator gives a payment back, alone: no sum is so large that another has to want it, too.
    pub async fn refund(&self, id: &PaymentId) -> Result<Refunding, RefundError> {
        let wanted = RefundWanted {
            by: "olga".to_owned(),
            why: "asked for it".to_owned(),
            at: self.now(),
        };
        let soon = Deadline::after(Duration::from_secs(20));
        self.cashier()
            .refund(id, &wanted, &Selling::default(), &[], soon)
            .await
    }

    /// What takes money, as cleanup has it.
    pub fn cashier(&self) -> &app::cashier::Cashier {
        &self.cleanup.cashier
    }
}
