//! What is given: credits and days of a plan for a promo code, credits for a day. Each is one transaction under a key of the
//! ledger, which makes it happen once for ever.

use std::collections::BTreeMap;

use domain::audit::PromoUses;
use domain::id::UserId;
use domain::ledger::Key;
use domain::money::Credits;
use domain::rewards::{Promo, PromoCode};
use domain::standing::Standing;
use domain::time::Timestamp;
use limits_flags::standing;
use table::{Condition, Deadline, Item, Keys, Row, Token, Write, n, s};

use crate::error::Error;
use crate::gifts::{ENTRY, with_standing};
use crate::{Adjusted, Store, op, rows};

const ACCOUNT: &str = "account";
const PROMO: &str = "promo";
/// What the name of the note begins with that counts how often a code was used.
const COUNTS: &str = "promo#";
/// Codes of one read.
const BATCH: usize = 100;

/// A promo code that somebody uses.
#[derive(Clone, Copy, Debug)]
pub struct PromoUse<'a> {
    /// Who.
    pub user: UserId,
    /// The code as it is compared.
    pub code: &'a PromoCode,
    /// What it brings.
    pub promo: &'a Promo,
    /// The customer's standing as it was read, and with the days of a plan in it; `None` where the code brings none.
    pub standing: Option<(&'a Standing, &'a Standing)>,
    /// When.
    pub now: Timestamp,
}

/// What became of a promo code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromoUsed {
    /// What it brings is there.
    Now,
    /// This customer has used it before; nothing was given again.
    Before,
    /// It was used as often as it may be.
    UsedUp,
    /// It is for those who have not ordered anything yet.
    NotNew,
    /// The account would have been given more than a balance can count.
    TooMuch,
    /// The standing is no longer the one that was read: read again and decide again.
    Overtaken,
}

impl Store {
    /// Gives what a promo code brings: the code's count has room, the customer has not used it, and the account is as the
    /// code wants it, all in one transaction.
    pub async fn use_promo(&self, used: PromoUse<'_>, deadline: Deadline) -> Result<PromoUsed, Error> {
        let PromoUse {
            user,
            code,
            promo,
            standing,
            now,
        } = used;
        if promo.plan.is_some() != standing.is_some() {
            return Err(Error::Unsound {
                what: format!(
                    "the days of the code {code} are given without a standing, or the other way round"
                ),
            });
        }
        let (till, key) = (self.tables.till(), Key::Promo(code.clone()));
        let mut account = till.account(ACCOUNT, user, promo.credits);
        if promo.newcomers_only {
            account = account.when(Condition::Absent("ordered_at"));
        }
        if let Some((before, after)) = standing {
            account = with_standing(account, before, after);
        }
        let mut count = Write::update(PROMO, &self.tables.usage, count_key(code))
            .increase("used", 1)
            .increase("credits", i64::from(promo.credits.0))
            .set("schema", n(rows::SCHEMA));
        if let Some(max) = promo.uses_max {
            count = count.when(Condition::AbsentOrLess("used", n(max)));
        }
        let mut entry = rows::entry_item(user, &key, promo.credits, now);
        let days = promo.plan.as_ref();
        let why = days.map(|given| format!("{} days of {}", given.days, given.plan));
        entry.extend(why.map(|why| ("why".to_owned(), s(why))));
        let token = Token::of(&format!("{key} {user} {}", op::mark()));
        let writes = vec![till.entry_as(entry), account, count];
        let Err(error) = self.db.transact(&token, writes, deadline).await else {
            return Ok(PromoUsed::Now);
        };
        if error.refused(ENTRY).is_some() {
            return Ok(PromoUsed::Before);
        }
        if error.refused(PROMO).is_some() {
            return Ok(PromoUsed::UsedUp);
        }
        match error.refused(ACCOUNT) {
            Some(refused) => not_taken(refused.item.as_ref(), &used),
            None => Err(error.into()),
        }
    }

    /// Gives the bonus of the day that began then, once.
    pub async fn give_bonus(
        &self,
        user: UserId,
        day: Timestamp,
        credits: Credits,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Adjusted, Error> {
        let (till, key) = (self.tables.till(), Key::Bonus(day));
        let writes = vec![
            till.entry(user, (&key, credits), now),
            till.account(ACCOUNT, user, credits),
        ];
        let token = Token::of(&format!("{key} {user} {}", op::mark()));
        match self.db.transact(&token, writes, deadline).await {
            Ok(()) => Ok(Adjusted::Given),
            Err(error) if error.refused(ENTRY).is_some() => Ok(Adjusted::GivenBefore),
            Err(error) if error.refused(ACCOUNT).is_some() => Ok(Adjusted::TooMuch),
            Err(error) => Err(error.into()),
        }
    }

    /// How often each of these codes was used; those that nobody has used are not among them.
    pub async fn promo_uses(&self, codes: &[&PromoCode]) -> Result<BTreeMap<PromoCode, PromoUses>, Error> {
        let mut all = BTreeMap::new();
        for some in codes.chunks(BATCH) {
            let wanted = Keys {
                table: self.tables.usage.clone(),
                keys: some.iter().map(|code| count_key(code)).collect(),
                consistent: true,
            };
            let mut found = self.db.batch_get(vec![wanted]).await?;
            let items = found.remove(&self.tables.usage).unwrap_or_default();
            all.extend(items.iter().filter_map(read_promo_uses));
        }
        Ok(all)
    }
}

/// Why an account did not take what a code brings.
fn not_taken(item: Option<&Item>, used: &PromoUse<'_>) -> Result<PromoUsed, Error> {
    let Some(item) = item else {
        return Err(Error::Unsound {
            what: "a promo code is used by nobody".to_owned(),
        });
    };
    let row = Row(item);
    let granted: u32 = row.n_or_zero("granted")?;
    if granted.checked_add(used.promo.credits.0).is_none() {
        return Ok(PromoUsed::TooMuch);
    }
    let stands: u64 = row.n_or_zero(standing::REVISION)?;
    if used.standing.is_some_and(|(before, _)| before.revision != stands) {
        return Ok(PromoUsed::Overtaken);
    }
    Ok(PromoUsed::NotNew)
}

/// Where it is counted how often a code was used.
fn count_key(code: &PromoCode) -> Item {
    rows::note_key(format!("{COUNTS}{code}"))
}

/// How often a code was used, if a note says that.
pub(crate) fn read_promo_uses(item: &Item) -> Option<(PromoCode, PromoUses)> {
    let row = Row(item);
    let code = row.s_opt("window")?.strip_prefix(COUNTS)?;
    let uses = PromoUses {
        uses: row.n_or_zero("used").ok()?,
        credits: row.n_or_zero("credits").ok()?,
    };
    Some((PromoCode::read(code)?, uses))
}
