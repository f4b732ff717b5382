//! Stars: may this customer pay this invoice, they have paid it, it went back.

use domain::id::UserId;
use domain::money::Currency;
use domain::payment::term::{Deal, Shelf, begin};
use domain::payment::{PurchaseId, Rail, Truth};
use domain::purchase::{Purchase, Renewal};
use table::Deadline;
use telegram::methods::{AnswerPreCheckoutQuery, Reply, SendMessage};
use telegram::types::{Message, PreCheckoutQuery, Subscription, SubscriptionState};
use telegram::{html, stars};

use super::{Desk, Error};
use crate::cashier::{Cashier, Renewed, news};
use crate::shop;
use crate::texts::{Locale, Say};

impl Desk {
    /// Whether somebody may pay an invoice: it is theirs, it is open, and it says what we said. Answered at once, for
    /// Telegram waits 10 s and no longer; whatever goes wrong on the way is a no, and nothing is paid.
    pub(super) async fn checkout(&self, query: &PreCheckoutQuery) -> Reply {
        let say = Say::in_(Locale::of(query.from.language_code.as_deref()));
        let refusal = match self.may_pay(query).await {
            Ok(refusal) => refusal,
            Err(error) => {
                tracing::error!(%error, "a checkout could not be looked at");
                Some("checkout-later")
            }
        };
        match refusal {
            None => AnswerPreCheckoutQuery::yes(&query.id).into(),
            Some(why) => {
                tracing::info!(user = query.from.id, why, "checkout_refused");
                AnswerPreCheckoutQuery::no(&query.id, &Self::checkout_text(say, why)).into()
            }
        }
    }

    fn checkout_text(say: Say, why: &str) -> String {
        match why {
            "checkout-other" => say.text("checkout-other"),
            "checkout-over" => say.text("checkout-over"),
            "checkout-paid" => say.text("checkout-paid"),
            "checkout-price" => say.text("checkout-price"),
            "checkout-plan" => say.text("checkout-plan"),
            "checkout-not-sold" => say.text("checkout-not-sold"),
            _ => say.text("checkout-later"),
        }
    }

    /// Why not, if not.
    async fn may_pay(&self, query: &PreCheckoutQuery) -> Result<Option<&'static str>, Error> {
        let (Some(cashier), Some(id)) = (&self.cashier, PurchaseId::parse(&query.invoice_payload)) else {
            return Ok(Some("checkout-over"));
        };
        // A link can be opened by anybody.
        if id.user.0 != query.from.id {
            return Ok(Some("checkout-other"));
        }
        let now = self.env.now();
        let snapshot = self.settings.fresh(now).await?;
        if !snapshot.selling.rails.contains(&Rail::Stars) {
            return Ok(Some("checkout-not-sold"));
        }
        let Some(purchase) = cashier.payments.purchase(&id).await? else {
            return Ok(Some("checkout-over"));
        };
        if let Some(why) = Self::fits(&purchase, query, now) {
            return Ok(Some(why));
        }
        let Some(term) = &purchase.offer.goods.term else {
            return Ok(None);
        };
        let account = cashier.payments.account(id.user).await?;
        let standing = account.map(|account| account.standing).unwrap_or_default();
        let (rail, renews) = (Rail::Stars, purchase.offer.renews);
        let known = Shelf {
            plans: &snapshot.plans,
            packs: &snapshot.packs,
        };
        let begun = begin(&standing, Deal { term, rail, renews }, known, now);
        Ok(begun.is_err().then_some("checkout-plan"))
    }

    fn fits(
        purchase: &Purchase,
        query: &PreCheckoutQuery,
        now: domain::time::Timestamp,
    ) -> Option<&'static str> {
        let price = purchase.offer.price;
        let same =
            Currency::parse(&query.currency) == Some(price.currency) && query.total_amount == price.minor;
        match purchase.stage {
            domain::purchase::Stage::Paid => Some("checkout-paid"),
            _ if !purchase.is_payable(now) => Some("checkout-over"),
            _ => (!same).then_some("checkout-price"),
        }
    }

    /// A service message about money. `None` if it is about none of ours.
    pub(super) async fn money(&self, message: &Message, deadline: Deadline) -> Result<Option<Reply>, Error> {
        let (Some(cashier), Some(truth)) = (&self.cashier, truth(message)) else {
            return Ok(None);
        };
        let heard = cashier.hear(&truth, deadline).await.map_err(|error| match error {
            crate::cashier::Error::Store(error) => Error::from(error),
            other => {
                tracing::error!(payment = %truth.id, error = %other, "a payment in Stars could not be taken down");
                Error::Busy
            }
        })?;
        let say = Say::in_(Locale::of(
            message
                .from
                .as_ref()
                .and_then(|from| from.language_code.as_deref()),
        ));
        let record = heard.record.filter(|record| record.untold.is_some());
        let Some(record) = record else {
            // It fits nothing of ours: whoever has paid is told that somebody looks at it.
            let nobodys = heard.purchase.is_none() && message.successful_payment.is_some();
            let nobodys = nobodys.then(|| say.text("paid-nobodys"));
            return Ok(nobodys.map(|text| SendMessage::html(message.chat.id, text).into()));
        };
        self.told(cashier, &record, message.chat.id, deadline).await
    }

    /// A customer has ended a subscription or goes on with it, or its renewal could not be paid.
    pub(super) async fn subscription(
        &self,
        changed: &Subscription,
        deadline: Deadline,
    ) -> Result<Option<Reply>, Error> {
        let renewal = match changed.state {
            SubscriptionState::Canceled => Renewal::Canceled,
            SubscriptionState::Active => Renewal::Active,
            SubscriptionState::Failed => Renewal::Failed,
            SubscriptionState::Other => return Ok(None),
        };
        let id = PurchaseId::parse(&changed.invoice_payload).filter(|id| id.user.0 == changed.user.id);
        let (Some(cashier), Some(id)) = (&self.cashier, id) else {
            return Ok(None);
        };
        let renewed = cashier
            .renewing(&id, renewal, deadline)
            .await
            .map_err(|error| match error {
                crate::cashier::Error::Store(error) => Error::from(error),
                _ => Error::Busy,
            })?;
        let Renewed::Done(purchase) = renewed else {
            return Ok(None);
        };
        let say = Say::of(&purchase.locale);
        let title = [("title", html::escape(&purchase.title).into_owned().into())];
        let text = match renewal {
            Renewal::Canceled => say.with("renewal-canceled", title),
            Renewal::Active => say.with("renewal-active", title),
            Renewal::Failed => say.with("renewal-failed", title),
        };
        let message = SendMessage::html(id.user.0, text).with_buttons(shop::after_payment(say));
        Ok(Some(message.into()))
    }

    async fn told(
        &self,
        cashier: &Cashier,
        record: &domain::payment::Record,
        chat: i64,
        deadline: Deadline,
    ) -> Result<Option<Reply>, Error> {
        let (Some(untold), Some(user)) = (record.untold, record.user) else {
            return Ok(None);
        };
        let account = cashier.payments.account(user).await?;
        let sums = account.map(|account| account.balance).unwrap_or_default();
        // If that fails, somebody else tells them once more.
        if let Err(error) = cashier.told(record, deadline).await {
            tracing::warn!(payment = %record.id(), %error, "that a customer was told could not be noted");
        }
        let message = SendMessage::html(chat, news(record, untold.news, sums));
        let buttons = shop::after_payment(Say::of(&record.locale));
        Ok(Some(message.with_buttons(buttons).into()))
    }
}

/// What a service message says of a payment.
fn truth(message: &Message) -> Option<Truth> {
    let payer = UserId(message.chat.id);
    let paid = message.successful_payment.as_ref();
    let paid = paid.and_then(|payment| stars::paid(payment, payer));
    let back = message.refunded_payment.as_ref();
    paid.or_else(|| back.and_then(|payment| stars::refunded(payment, payer)))
}
