//! Stars: may this customer pay this invoice, they have paid it, it went back.

use domain::account::Account;
use domain::id::UserId;
use domain::money::{Amount, Currency};
use domain::payment::term::{Deal, begin};
use domain::payment::{PurchaseId, Rail, Truth};
use domain::purchase::{NotPayable, Renewal};
use table::Deadline;
use telegram::methods::{AnswerPreCheckoutQuery, Reply, SendMessage};
use telegram::types::{Message, PreCheckoutQuery, Subscription, SubscriptionState};
use telegram::{html, stars};

use super::{Desk, Error};
use crate::cashier::{Cashier, Renewed, news};
use crate::shop;
use crate::texts::{Locale, Say};

impl Desk {
    /// Whether somebody may pay an invoice: it is theirs, it is open, it says what we said, and what it brings can begin.
    /// Answered at once, for Telegram waits 10 s and no longer; whatever goes wrong on the way is a no, and nothing is paid.
    pub(super) async fn checkout(&self, query: &PreCheckoutQuery) -> Reply {
        let mut say = Say::in_(Locale::of(query.from.language_code.as_deref()));
        let no = match self.may_pay(query, &mut say).await {
            Ok(Ok(())) => return AnswerPreCheckoutQuery::yes(&query.id).into(),
            Ok(Err(no)) => no,
            Err(error) => {
                tracing::error!(name: "checkout_failed", error = crate::chain(&error), "a checkout could not be looked at");
                No::Later
            }
        };
        tracing::info!(name: "checkout_refused", user = query.from.id, ?no, "checkout_refused");
        AnswerPreCheckoutQuery::no(&query.id, &no.told(say)).into()
    }

    /// Whoever bought it is answered in the language in which they did.
    async fn may_pay(&self, query: &PreCheckoutQuery, say: &mut Say) -> Result<Result<(), No>, Error> {
        let (Some(cashier), Some(id)) = (&self.cashier, PurchaseId::parse(&query.invoice_payload)) else {
            return Ok(Err(No::Purchase(NotPayable::Over)));
        };
        let now = self.env.now();
        let snapshot = self.settings.fresh(now).await?;
        if !snapshot.selling.rails.contains(&Rail::Stars) {
            return Ok(Err(No::NotSold));
        }
        let Some(purchase) = cashier.payments.purchase(&id).await? else {
            return Ok(Err(No::Purchase(NotPayable::Over)));
        };
        if id.user == UserId(query.from.id) {
            *say = Say::of(&purchase.locale);
        }
        let amount = Currency::parse(&query.currency).map(|currency| Amount {
            minor: query.total_amount,
            currency,
        });
        if let Err(why) = purchase.check_out(UserId(query.from.id), amount, now) {
            return Ok(Err(No::Purchase(why)));
        }
        let Some(term) = &purchase.offer.goods.term else {
            return Ok(Ok(()));
        };
        let account = cashier.payments.account(id.user).await?;
        let account = account.unwrap_or_else(|| Account::new(id.user));
        let (standing, in_debt) = (
            account.standing,
            account.balance.debt > purchase.offer.goods.credits,
        );
        let (rail, renews) = (Rail::Stars, purchase.offer.renews);
        let begun = begin(&standing, Deal { term, rail, renews }, snapshot.shelf(), now);
        let other = cashier.renewing_plan(id.user, None).await?;
        let twice = other.is_some_and(|other| other != term.plan || renews);
        Ok(if begun.is_err() || twice || in_debt {
            Err(No::Plan)
        } else {
            Ok(())
        })
    }

    /// A service message about money. `None` if it is about none of ours.
    pub(super) async fn money(&self, message: &Message, deadline: Deadline) -> Result<Option<Reply>, Error> {
        let (Some(cashier), Some(truth)) = (&self.cashier, truth(message)) else {
            return Ok(None);
        };
        let heard = cashier.hear(&truth, deadline).await.map_err(|error| match error {
            crate::cashier::Error::Store(error) => Error::from(error),
            other => {
                tracing::error!(name: "stars_payment_failed", payment = %truth.id, error = crate::chain(&other), "a payment in Stars could not be taken down");
                Error::Busy
            }
        })?;
        let say = Say::in_(Locale::of(
            message
                .from
                .as_ref()
                .and_then(|from| from.language_code.as_deref()),
        ));
        // Whoever made a change tells of it: others may be at the same payment at this moment.
        let changed = heard.changed;
        let record = heard.record.filter(|record| record.untold.is_some() && changed);
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
        let twice = cashier.renewing_plan(id.user, Some(&id)).await?.is_some();
        let say = Say::of(&purchase.locale);
        let title = [("title", html::escape(&purchase.title).into_owned().into())];
        let text = match renewal {
            Renewal::Canceled => say.with("renewal-canceled", title),
            Renewal::Active if twice => say.with("renewal-twice", title),
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
        let account = account.unwrap_or_else(|| Account::new(user));
        // If that fails, somebody else tells them once more.
        if let Err(error) = cashier.told(record, deadline).await {
            tracing::warn!(name: "payment_told_unnoted", payment = %record.id(), error = crate::chain(&error), "that a customer was told could not be noted");
        }
        let message = SendMessage::html(chat, news(record, untold, account.balance));
        let buttons = shop::on_with(Say::of(&record.locale), &account, self.env.now());
        Ok(Some(message.with_buttons(buttons).into()))
    }
}

/// Why an invoice is not to be paid.
#[derive(Clone, Copy, Debug)]
enum No {
    /// Because of the purchase.
    Purchase(NotPayable),
    /// Stars are not taken now.
    NotSold,
    /// The plan that it is for cannot begin, or another goes on taking money.
    Plan,
    /// It could not be looked at.
    Later,
}

impl No {
    fn told(self, say: Say) -> String {
        match self {
            Self::Purchase(NotPayable::OtherPayer) => say.text("checkout-other"),
            Self::Purchase(NotPayable::Paid) => say.text("checkout-paid"),
            Self::Purchase(NotPayable::Over) => say.text("checkout-over"),
            Self::Purchase(NotPayable::OtherPrice) => say.text("checkout-price"),
            Self::NotSold => say.text("checkout-not-sold"),
            Self::Plan => say.text("checkout-plan"),
            Self::Later => say.text("checkout-later"),
        }
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
