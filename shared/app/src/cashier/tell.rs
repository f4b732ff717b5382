//! Telling a customer what has become of their money.

use std::time::Duration;

use domain::account::Balance;
use domain::money::{Amount, Credits};
use domain::payment::{Goods, Misfit, News, Record, Reminder, Untold};
use domain::purchase::{Purchase, Renewal};
use domain::time::Millis;
use domain::window::Schedule;
use table::Deadline;
use telegram::html;
use telegram::methods::SendMessage;

use super::{Cashier, Error};
use crate::shop::price;
use crate::texts::Say;
use crate::{shop, show};

/// The longest that Telegram is waited for.
const TELL_TIMEOUT: Duration = Duration::from_secs(5);
/// What has to be left after it, to write that down.
const WRITE_RESERVE: Duration = Duration::from_millis(1500);

/// What a customer is told of a payment. `sums` are those of the account now: a debt is told
/// with them, because it is what the next purchase pays first.
pub(crate) fn news(record: &Record, untold: Untold, sums: Balance) -> String {
    let (say, news) = (Say::of(&record.locale), untold.news);
    let title = html::escape(&record.title).into_owned();
    let moved = Amount {
        minor: untold.minor,
        ..record.amount
    };
    let id = match news {
        News::Credited => "paid-credited",
        News::Held if record.payment.misfit.is_some_and(Misfit::is_about_the_plan) => "paid-held-plan",
        News::Held => "paid-held",
        News::PartRefunded => "paid-part-refunded",
        News::Refunded => "paid-refunded",
        News::ChargedBack => "paid-charged-back",
        News::Restored => "paid-restored",
        News::RefundBegun => "paid-refund-begun",
        News::RefundRefused => "paid-refund-refused",
        News::Returned => "paid-returned",
    };
    let balance = show::credits(say, sums.available);
    let text = say.with(
        id,
        [
            ("title", title.into()),
            ("price", price(moved).into()),
            ("goods", moved_goods(say, record, untold).into()),
            ("available", balance.into()),
            ("number", html::escape(&record.id().id).into_owned().into()),
        ],
    );
    let repaid = (news == News::Credited && record.repaid > Credits::ZERO).then(|| {
        let repaid = show::credits(say, record.repaid);
        say.with("paid-debt", [("repaid", repaid.into())])
    });
    let plan = plan_told(say, record, news);
    let parts = [Some(text), plan, repaid, shop::debt(say, sums)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

/// Until when a plan lasts that was begun, and that another went into it.
fn plan_told(say: Say, record: &Record, news: News) -> Option<String> {
    let ends_at = record.ends_at.filter(|_| news == News::Credited)?;
    let zone = Schedule::moscow_day().zone;
    let until = show::until(say, ends_at, &zone, record.payment.created_at);
    let id = if record.bonus > Millis::ZERO {
        "paid-plan-exchanged"
    } else {
        "paid-plan-until"
    };
    Some(say.with(id, [("until", until.into())]))
}

/// What of the goods came or went: with a part of the money some credits, and never a part of a plan.
fn moved_goods(say: Say, record: &Record, untold: Untold) -> String {
    let whole = record.payment.granted && untold.news != News::PartRefunded;
    let goods = Goods {
        credits: untold.credits,
        term: record.goods.term.clone().filter(|_| whole),
    };
    match shop::goods(say, &goods) {
        nothing if nothing.is_empty() => show::credits(say, Credits::ZERO),
        something => something,
    }
}

impl Cashier {
    /// Tells a customer what has become of a payment, if they do not know, and notes that they do. What could not be told
    /// stays due.
    pub async fn tell(&self, record: Record, deadline: Deadline) -> Result<(), Error> {
        let (Some(bot), Some(untold), Some(user)) = (&self.bot, record.untold, record.user) else {
            return Ok(());
        };
        let timeout = deadline
            .for_call(TELL_TIMEOUT, WRITE_RESERVE)
            .ok_or(Error::NoTime)?;
        let account = self.account(user).await?;
        let text = news(&record, untold, account.balance);
        let say = Say::of(&record.locale);
        let buttons = shop::on_with(say, &account, self.env.now());
        let message = SendMessage::html(user.0, text).with_buttons(buttons);
        let after = match bot.call(&message, timeout).await {
            Ok(_) | Err(telegram::Error::Unreachable { .. } | telegram::Error::Migrated { .. }) => {
                record.told()
            }
            Err(error) => {
                tracing::warn!(name: "payment_told_later", payment = %record.id(), error = crate::chain(&error), "a customer is to be told later");
                record.not_told(self.env.now())
            }
        };
        // Whoever was faster has told them too, or has other news.
        self.payments.put_payment(&after, deadline).await?;
        Ok(())
    }

    /// Says a word about the end of a plan, if it still is the plan that this payment brought and ends when it said. What
    /// could not be said is left: the cabinet says it all the same.
    pub(super) async fn remind(&self, record: Record, deadline: Deadline) -> Result<(), Error> {
        let (Some(bot), Some((_, reminder)), Some(user)) = (&self.bot, record.reminder(), record.user) else {
            self.payments.put_payment(&record.told(), deadline).await?;
            return Ok(());
        };
        let account = self.account(user).await?;
        let plan = account.standing.plan.as_ref();
        let same = plan.is_some_and(|plan| {
            let term = record.goods.term.as_ref();
            term.is_some_and(|term| term.plan == plan.key) && plan.until == record.ends_at
        });
        let awaited = self.is_awaited(&record).await?;
        let late = reminder == Reminder::Soon && record.ends_at.is_some_and(|end| end <= self.env.now());
        if same && !late && reminder.is_said(record.renews, awaited) {
            let timeout = deadline
                .for_call(TELL_TIMEOUT, WRITE_RESERVE)
                .ok_or(Error::NoTime)?;
            let say = Say::of(&record.locale);
            let title = html::escape(&record.title).into_owned();
            let id = match reminder {
                Reminder::Soon => "plan-soon",
                Reminder::Over | Reminder::NotRenewed => "plan-over",
            };
            let text = say.with(id, [("title", title.into())]);
            let message = SendMessage::html(user.0, text).with_buttons(shop::after_payment(say));
            if let Err(error) = bot.call(&message, timeout).await {
                tracing::warn!(name: "plan_end_untold", payment = %record.id(), error = crate::chain(&error), "a customer is not told of the end of a plan");
            }
        }
        self.payments
            .put_payment(&record.reminded(reminder), deadline)
            .await?;
        Ok(())
    }

    /// Whether the next payment of a subscription is still awaited.
    async fn is_awaited(&self, record: &Record) -> Result<bool, Error> {
        let Some(id) = record.purchase.as_ref().filter(|_| record.renews) else {
            return Ok(false);
        };
        let purchase = self.payments.purchase(id).await?;
        let renewal = purchase.and_then(|purchase| purchase.renewal);
        Ok(renewal != Some(Renewal::Canceled))
    }

    /// Notes that a customer was told by whoever heard of it: in the answer to the very message.
    pub async fn told(&self, record: &Record, deadline: Deadline) -> Result<(), Error> {
        if record.untold.is_some() {
            self.payments.put_payment(&record.told(), deadline).await?;
        }
        Ok(())
    }

    /// Tells a customer that the time of an offer is up. Once, and if it fails, not again: nothing was paid.
    pub(super) async fn tell_gone(&self, purchase: &Purchase, deadline: Deadline) {
        let (Some(bot), Some(timeout)) = (&self.bot, deadline.for_call(TELL_TIMEOUT, WRITE_RESERVE)) else {
            return;
        };
        let say = Say::of(&purchase.locale);
        let title = html::escape(&purchase.title).into_owned();
        let text = say.with(
            "purchase-gone",
            [
                ("title", title.into()),
                ("price", price(purchase.offer.price).into()),
            ],
        );
        let message = SendMessage::html(purchase.id().user.0, text).with_buttons(shop::after_payment(say));
        if let Err(error) = bot.call(&message, timeout).await {
            tracing::warn!(name: "offer_end_untold", purchase = %purchase.id(), error = crate::chain(&error), "a customer is not told that an offer is over");
        }
    }
}
