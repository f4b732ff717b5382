//! Accounts: opening one, drafts, and what is known of the customer.

use domain::account::{Account, Draft};
use domain::contact::Contact;
use domain::id::{JobId, UserId};
use domain::ledger::{Entry, Key};
use domain::money::Credits;
use domain::time::Timestamp;
use table::{Condition, Deadline, Item, Malformed, Query, Row, Token, Write, n, s};

use crate::error::Error;
use crate::gifts::ENTRY;
use crate::{Store, op, rows};

const ACCOUNT: &str = "account";

/// Credits given on an operator's word.
#[derive(Clone, Copy, Debug)]
pub struct Gift<'a> {
    /// Its name: the same one gives only once.
    pub request: &'a str,
    /// How many.
    pub amount: Credits,
    /// Why.
    pub why: &'a str,
    /// When.
    pub now: Timestamp,
}

/// What became of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adjusted {
    /// The credits are there.
    Given,
    /// This request was carried out before; nothing was given again.
    GivenBefore,
    /// The account would have been given more than a balance can count; nothing was given.
    TooMuch,
}

/// What became of a change of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drafted {
    /// It stands in the table.
    Written,
    /// The draft was no longer the one that was read; here is the one that stands, if there is one. It may be the very
    /// change: the answer to a first try may have been lost.
    Moved(Option<Box<Draft>>),
}

impl Store {
    /// An account as it stands; `None` if there is none.
    pub async fn account(&self, user: UserId) -> Result<Option<Account>, Error> {
        let item = self
            .db
            .get(&self.tables.accounts, rows::account_key(user), true)
            .await?;
        Ok(item.as_ref().map(rows::read_account).transpose()?)
    }

    /// Opens an account with the newcomer's gift, once for ever. `None` if there is one already, or if this user has had
    /// the gift before; the caller reads again.
    pub async fn open_account(
        &self,
        user: UserId,
        gift: Credits,
        locale: &str,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Option<Account>, Error> {
        self.open_account_for(Account::new(user), gift, locale, now, deadline)
            .await
    }

    /// The same for somebody of whom something is known already, such as by whose link they came.
    pub async fn open_account_for(
        &self,
        mut account: Account,
        gift: Credits,
        locale: &str,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Option<Account>, Error> {
        let user = account.user;
        account.balance = account.balance.apply(&Key::Signup, gift).unwrap_or_default();
        let writes = vec![
            Write::put(
                ACCOUNT,
                &self.tables.accounts,
                rows::new_account_item(&account, locale, now),
            )
            .when(Condition::Absent("user_id")),
            self.tables.till().entry(user, (&Key::Signup, gift), now),
        ];
        // Two devices may do this in one moment, with another language or gift: each its own transaction.
        let token = Token::of(&format!("signup {user} {}", op::mark()));
        match self.db.transact(&token, writes, deadline).await {
            Ok(()) => Ok(Some(account)),
            Err(table::Error::Refused(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives credits on an operator's word, once per request name; the entry keeps why. What is written besides, such as
    /// the record of who did it, is written with it or not at all.
    pub async fn adjust(
        &self,
        user: UserId,
        gift: &Gift<'_>,
        besides: Vec<Write>,
        deadline: Deadline,
    ) -> Result<Adjusted, Error> {
        let Gift {
            request,
            amount,
            why,
            now,
        } = *gift;
        let key = Key::Adjust(request.to_owned());
        let till = self.tables.till();
        let mut entry = rows::entry_item(user, &key, amount, now);
        entry.insert("why".to_owned(), s(why));
        let mut writes = vec![till.account(ACCOUNT, user, amount), till.entry_as(entry)];
        let token = Token::of(&format!("{key} {user} {amount} {why} {} {besides:?}", now.0));
        writes.extend(besides);
        let Err(error) = self.db.transact(&token, writes, deadline).await else {
            return Ok(Adjusted::Given);
        };
        if error.refused(ENTRY).is_some() {
            return Ok(Adjusted::GivenBefore);
        }
        match error.refused(ACCOUNT).map(|refused| refused.item.is_some()) {
            Some(true) => Ok(Adjusted::TooMuch),
            Some(false) => Err(Error::Unsound {
                what: format!("user {user} has no account"),
            }),
            None => Err(error.into()),
        }
    }

    /// An entry of a customer's ledger, if there is one.
    pub async fn entry(&self, user: UserId, key: &Key) -> Result<Option<Entry>, Error> {
        let mut place = rows::account_key(user);
        place.insert("entry".to_owned(), s(key.to_string()));
        let item = self.db.get(&self.tables.ledger, place, true).await?;
        let entry = item.as_ref().map(rows::read_entry).transpose()?;
        Ok(entry.map(|(_, entry)| entry))
    }

    /// A customer's ledger, each entry with why, if somebody said so, the latest first; and whether it is all of it. Of a longer
    /// one than `limit` it is not said which part: entries are named by what they are for, and not by when.
    pub async fn ledger(
        &self,
        user: UserId,
        limit: i32,
    ) -> Result<(Vec<(Entry, Option<String>)>, bool), Error> {
        let query = Query {
            table: self.tables.ledger.clone(),
            index: None,
            partition: ("user_id", n(user.0)),
            from: None,
            up_to: None,
            limit,
            start: None,
            consistent: true,
        };
        let page = self.db.query(query).await?;
        let read = |item: &Item| {
            let (_, entry) = rows::read_entry(item)?;
            Ok((entry, Row(item).s_opt("why").map(str::to_owned)))
        };
        let mut entries: Vec<_> = page.items.iter().map(read).collect::<Result<_, Malformed>>()?;
        entries.sort_by_key(|(entry, _)| std::cmp::Reverse(entry.at));
        Ok((entries, page.next.is_none()))
    }

    /// Puts a new draft in the place of whatever was there. `false` if there is no account.
    pub async fn put_draft(&self, user: UserId, draft: &Draft, deadline: Deadline) -> Result<bool, Error> {
        let write = Write::update(ACCOUNT, &self.tables.accounts, rows::account_key(user))
            .when(Condition::Exists("user_id"))
            .set("draft", rows::draft_map(draft));
        self.accepted(write, deadline).await
    }

    /// Changes a draft, if it still is the one that was read.
    pub async fn edit_draft(
        &self,
        user: UserId,
        before: &Draft,
        after: &Draft,
        deadline: Deadline,
    ) -> Result<Drafted, Error> {
        let write = self
            .draft_write(user, before)
            .set("draft", rows::draft_map(after));
        self.drafted(write, deadline).await
    }

    /// Throws a draft away, if it still is the one that was read.
    pub async fn drop_draft(
        &self,
        user: UserId,
        before: &Draft,
        deadline: Deadline,
    ) -> Result<Drafted, Error> {
        let write = self.draft_write(user, before).remove("draft");
        self.drafted(write, deadline).await
    }

    /// Notes whether the customer has blocked the bot.
    pub async fn set_blocked(&self, user: UserId, blocked: bool, deadline: Deadline) -> Result<(), Error> {
        let write = Write::update(ACCOUNT, &self.tables.accounts, rows::account_key(user))
            .when(Condition::Exists("user_id"));
        let write = if blocked {
            write.set("blocked", table::AttributeValue::Bool(true))
        } else {
            write.remove("blocked")
        };
        self.accepted(write, deadline).await.map(drop)
    }

    /// Notes whether the customer wants no broadcasts.
    pub async fn set_muted(&self, user: UserId, muted: bool, deadline: Deadline) -> Result<(), Error> {
        let write = Write::update(ACCOUNT, &self.tables.accounts, rows::account_key(user))
            .when(Condition::Exists("user_id"))
            .set_or_remove("muted", muted.then_some(table::AttributeValue::Bool(true)));
        self.accepted(write, deadline).await.map(drop)
    }

    /// Notes whether the customer wants to see nothing of an order but what comes of it.
    pub async fn set_quiet(&self, user: UserId, quiet: bool, deadline: Deadline) -> Result<(), Error> {
        let write = Write::update(ACCOUNT, &self.tables.accounts, rows::account_key(user))
            .when(Condition::Exists("user_id"))
            .set_or_remove("quiet", quiet.then_some(table::AttributeValue::Bool(true)));
        self.accepted(write, deadline).await.map(drop)
    }

    /// Notes in whose time the customer is told of times; `None` for the bot's own.
    pub async fn set_zone(&self, user: UserId, zone: Option<&str>, deadline: Deadline) -> Result<(), Error> {
        let write = Write::update(ACCOUNT, &self.tables.accounts, rows::account_key(user))
            .when(Condition::Exists("user_id"))
            .set_or_remove("zone", zone.map(s));
        self.accepted(write, deadline).await.map(drop)
    }

    /// Notes the language that the customer has chosen; `None` for whatever their Telegram speaks. `locale` is the language
    /// from now on for what comes by itself.
    pub async fn set_language(
        &self,
        user: UserId,
        language: Option<&str>,
        locale: &str,
        deadline: Deadline,
    ) -> Result<(), Error> {
        let write = Write::update(ACCOUNT, &self.tables.accounts, rows::account_key(user))
            .when(Condition::Exists("user_id"))
            .set("locale", s(locale))
            .set_or_remove("language", language.map(s));
        self.accepted(write, deadline).await.map(drop)
    }

    /// Notes what the customer is about to buy while they are asked where its receipt should go; `None` if nothing.
    pub async fn set_buying(
        &self,
        user: UserId,
        buying: Option<&str>,
        deadline: Deadline,
    ) -> Result<(), Error> {
        let write = Write::update(ACCOUNT, &self.tables.accounts, rows::account_key(user))
            .when(Condition::Exists("user_id"))
            .set_or_remove("buying", buying.map(s));
        self.accepted(write, deadline).await.map(drop)
    }

    /// Notes where receipts go.
    pub async fn set_contact(
        &self,
        user: UserId,
        contact: &Contact,
        deadline: Deadline,
    ) -> Result<(), Error> {
        let write = Write::update(ACCOUNT, &self.tables.accounts, rows::account_key(user))
            .when(Condition::Exists("user_id"))
            .set("contact", s(contact.as_str()));
        self.accepted(write, deadline).await.map(drop)
    }

    /// Takes a video off the list of those that wait for the customer.
    pub async fn unpark(&self, job: &JobId, deadline: Deadline) -> Result<(), Error> {
        let write = Write::update(ACCOUNT, &self.tables.accounts, rows::account_key(job.user))
            .when(Condition::Exists("user_id"))
            .delete("parked", job.to_string());
        self.accepted(write, deadline).await.map(drop)
    }

    fn draft_write(&self, user: UserId, before: &Draft) -> Write {
        Write::update(ACCOUNT, &self.tables.accounts, rows::account_key(user))
            .when(Condition::MemberEquals(
                "draft",
                "nonce",
                s(before.nonce.as_str()),
            ))
            .when(Condition::MemberEquals("draft", "revision", n(before.revision)))
    }

    async fn drafted(&self, write: Write, deadline: Deadline) -> Result<Drafted, Error> {
        let error = match self.db.write(write, deadline).await {
            Ok(()) => return Ok(Drafted::Written),
            Err(error) => error,
        };
        let Some(refused) = error.refused(ACCOUNT) else {
            return Err(error.into());
        };
        let account = refused.item.as_ref().map(rows::read_account).transpose()?;
        let stands = account.and_then(|account| account.draft);
        Ok(Drafted::Moved(stands.map(Box::new)))
    }

    async fn accepted(&self, write: Write, deadline: Deadline) -> Result<bool, Error> {
        match self.db.write(write, deadline).await {
            Ok(()) => Ok(true),
            Err(table::Error::Refused(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
