//! One step of a payment, with all that goes with it.

use domain::account::{Account, Balance};
use domain::id::UserId;
use domain::ledger::{After, Key};
use domain::money::Credits;
use domain::payment::{Payment, Record};
use domain::purchase::Purchase;
use domain::standing::Standing;
use domain::time::Timestamp;
use table::{Condition, Deadline, Token, Write, n, s};

use super::{ACCOUNT, PAYMENT, PURCHASE, Payments};
use crate::error::Error;
use crate::gifts::with_standing;
use crate::rows::MOVEMENT;
use crate::written::{Written, written};
use crate::{op, rows};

const ENTRY: &str = "entry";

/// One step of a payment.
#[derive(Clone, Debug)]
pub struct Settling<'a> {
    /// The payment as it was read.
    pub before: &'a Payment,
    /// The payment after it, to be written if it still is the one of the version before.
    pub payment: &'a Record,
    /// The purchase after it, where it changes with it.
    pub purchase: Option<&'a Purchase>,
    /// What it does to the account; nothing where only the payment changes.
    pub account: Option<Credit<'a>>,
    /// What is written besides, such as the record of who did it: with the step or not at all.
    pub besides: Vec<Write>,
    /// When.
    pub now: Timestamp,
}

/// What a step does to an account.
#[derive(Clone, Debug)]
pub struct Credit<'a> {
    /// The account as it was read.
    pub before: &'a Account,
    /// What is written into the ledger: the key makes it happen once for ever.
    pub entry: (Key, Credits),
    /// So many of the credits that go are of those which the customer gave up: an entry of its own, before the other.
    pub recalled: Credits,
    /// The standing after it, where it changes.
    pub standing: Option<Standing>,
}

impl Credit<'_> {
    /// What is written into the ledger, in that order.
    fn entries(&self, payment: &Payment) -> Vec<(Key, Credits)> {
        let key = Key::Payment(After::Recalled, payment.id.clone(), payment.revision);
        let recalled = (self.recalled > Credits::ZERO).then_some((key, self.recalled));
        recalled.into_iter().chain([self.entry.clone()]).collect()
    }
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// All of it stands in the tables.
    Written,
    /// Something is no longer as it was read: read again and decide again.
    Overtaken,
    /// The account could not count so many credits. Nothing was written; somebody has to look.
    TooMuch,
}

impl Payments {
    /// Writes one step: the payment and what it moves, the ledger's entry, the account and the purchase, all or nothing.
    pub async fn settle(&self, step: &Settling<'_>, deadline: Deadline) -> Result<Settled, Error> {
        let mut writes = vec![self.payment_write(step.payment)];
        // Its key is the payment's revision, which the payment's own guard lets be written once.
        let movement = step.payment.movement(step.before, step.now);
        let item = movement.as_ref().map(rows::movement_item);
        writes.extend(item.map(|item| Write::put(MOVEMENT, &self.tables.payments, item)));
        writes.extend(step.purchase.map(|purchase| self.purchase_write(purchase)));
        if let Some(credit) = &step.account {
            let entries = credit.entries(&step.payment.payment);
            let balance = credit.before.balance;
            let after = entries
                .iter()
                .try_fold(balance, |balance, (key, amount)| balance.apply(key, *amount));
            let Ok(after) = after else {
                return Ok(self.impossible(step, credit));
            };
            let user = credit.before.user;
            writes.extend(entries.iter().map(|entry| self.entry_write(step, user, entry)));
            // A part of the money that is worth no whole credit moves nothing, and a write of nothing is none.
            let moves = credit.before.balance != after || credit.standing.is_some();
            writes.extend(moves.then(|| self.account_write(credit, after, step.now)));
        }
        writes.extend(step.besides.iter().cloned());
        let token = Token::of(&format!("{} {}", step.payment.id(), op::mark()));
        match self.db.transact(&token, writes, deadline).await {
            Ok(()) => Ok(Settled::Written),
            Err(error) => refused(step, error),
        }
    }

    /// The account as read cannot take the entry: it moved on, or would be given more than a balance can count.
    fn impossible(&self, step: &Settling<'_>, credit: &Credit<'_>) -> Settled {
        let granted = credit.before.balance.granted.plus(credit.entry.1);
        if granted.is_none() {
            tracing::error!(name: "entry_refused", payment = %step.payment.id(), key = %credit.entry.0, table = self.tables.accounts, "an account cannot take an entry");
            Settled::TooMuch
        } else {
            Settled::Overtaken
        }
    }

    fn entry_write(&self, step: &Settling<'_>, user: UserId, (key, amount): &(Key, Credits)) -> Write {
        let mut item = rows::entry_item(user, key, *amount, step.now);
        if let Some(purchase) = &step.payment.purchase {
            item.insert("purchase".to_owned(), s(purchase.to_string()));
        }
        Write::put(ENTRY, &self.tables.ledger, item).when(Condition::Absent("entry"))
    }

    fn account_write(&self, credit: &Credit<'_>, after: Balance, now: Timestamp) -> Write {
        let user = credit.before.user;
        let write = Write::update(ACCOUNT, &self.tables.accounts, rows::account_key(user))
            .when(Condition::Exists("user_id"))
            // Whoever gives up everything at this moment gives up what was there before, or else what is there after.
            .when(match credit.before.erased_at {
                None => Condition::Absent("erased_at"),
                Some(at) => Condition::Equals("erased_at", n(at.0)),
            });
        let write = moved(write, credit.before.balance, after);
        // Whom broadcasts call somebody who has paid, whatever becomes of the money.
        let write = match credit.entry.0 {
            Key::Purchase(_) => write.set("paid_at", n(now.0)),
            _ => write,
        };
        let Some(after) = &credit.standing else {
            return write;
        };
        with_standing(write, &credit.before.standing, after)
    }

    /// How it stands with the next payments of a subscription, and what that makes of the customer's standing.
    pub async fn put_renewal(
        &self,
        purchase: &Purchase,
        (account, standing): (&Account, Option<&Standing>),
        deadline: Deadline,
    ) -> Result<Written, Error> {
        let mut writes = vec![self.purchase_write(purchase)];
        writes.extend(standing.map(|standing| {
            let key = rows::account_key(account.user);
            let write = Write::update(ACCOUNT, &self.tables.accounts, key).when(Condition::Exists("user_id"));
            with_standing(write, &account.standing, standing)
        }));
        let token = Token::of(&format!("{} {}", purchase.id(), op::mark()));
        written(self.db.transact(&token, writes, deadline).await)
    }
}

/// The sums of an account that a payment moves, each with its name.
fn sums(balance: Balance) -> [(&'static str, Credits); 7] {
    [
        ("available", balance.available),
        ("aside", balance.aside),
        ("clawed", balance.clawed),
        ("granted", balance.granted),
        ("debt", balance.debt),
        ("held", balance.held),
        ("forfeited", balance.forfeited),
    ]
}

/// The account moves from one balance to the other. Where there is debt, before or after, it depends on what is available
/// how much of it is paid or made, and both must be as they were read; else it is enough that there is enough.
fn moved(mut write: Write, before: Balance, after: Balance) -> Write {
    let debt = before.debt.max(after.debt) > Credits::ZERO;
    if debt {
        write = write.when(Condition::Equals("available", n(before.available.0)));
    }
    write = if before.debt == Credits::ZERO {
        write.when(Condition::AbsentOrEquals("debt", n(0)))
    } else {
        write.when(Condition::Equals("debt", n(before.debt.0)))
    };
    for ((name, was), (_, is)) in sums(before).into_iter().zip(sums(after)) {
        let by = i64::from(is.0).saturating_sub(i64::from(was.0));
        if by < 0 && !(debt && matches!(name, "available" | "debt")) {
            write = write.when(Condition::AtLeast(name, n(by.saturating_neg())));
        }
        if by > 0 && name == "granted" {
            let room = i64::from(u32::MAX).saturating_sub(by);
            write = write.when(Condition::AtMost("granted", n(room)));
        }
        if by != 0 {
            write = write.increase(name, by);
        }
    }
    write
}

fn refused(step: &Settling<'_>, error: table::Error) -> Result<Settled, Error> {
    let moved_on = [PAYMENT, PURCHASE, ACCOUNT];
    if moved_on.iter().any(|label| error.refused(label).is_some()) {
        return Ok(Settled::Overtaken);
    }
    match error {
        // The payment is as it was read, and yet its entry stands: never guess, let somebody look.
        table::Error::Refused(_) => Err(Error::Unsound {
            what: format!(
                "{} of {}: {error}",
                step.payment.payment.state.as_str(),
                step.payment.id()
            ),
        }),
        other => Err(other.into()),
    }
}
