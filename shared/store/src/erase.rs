//! A customer has everything deleted that is known of them. The account is emptied by one transaction, which also notes that
//! there is more to do; then, however often that is begun, words, photos and files go from each of their orders. What stays
//! is numbers: what was paid, given, held and spent, of which the books are made.

use domain::account::Account;
use domain::ai_request::AiRequest;
use domain::id::UserId;
use domain::job::Job;
use domain::ledger::Key;
use domain::money::Credits;
use domain::time::Timestamp;
use limits_flags::standing;
use table::{Condition, Deadline, Item, Query, Row, Token, Write, n, s};

use crate::error::Error;
use crate::{RequestPage, Store, op, rows};

const ACCOUNT: &str = "account";
const ENTRY: &str = "entry";
const NOTE: &str = "note";
const JOB: &str = "job";
const LINE: &str = "line";
/// What the name of the note begins with, and where those names end.
const ERASE: &str = "erase#";
const ERASE_END: &str = "erase$";
/// Rows of one read.
const PAGE: i32 = 100;
/// What is taken off an account's row.
const FORGOTTEN: [&str; 10] = [
    "draft",
    "last",
    "language",
    "zone",
    "quiet",
    "contact",
    "buying",
    "asking_until",
    "parked",
    "invited_by",
];

/// A customer of whose orders words and files are still to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Who.
    pub user: UserId,
    /// Of what was ordered until then.
    pub at: Timestamp,
}

impl Store {
    /// Empties an account: words, choices and rights go, and so do the credits that are left. `false` if it is no longer as
    /// it was read, or something is open or held.
    pub async fn erase_account(
        &self,
        account: &Account,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<bool, Error> {
        let (user, credits) = (account.user, account.balance.available);
        let mut writes = vec![self.emptied(account, now), self.noted(user, now)];
        if credits > Credits::ZERO {
            let item = rows::entry_item(user, &Key::Forfeit(now), credits, now);
            writes.push(Write::put(ENTRY, &self.tables.ledger, item).when(Condition::Absent("entry")));
        }
        let token = Token::of(&format!("erase {user} {}", op::mark()));
        match self.db.transact(&token, writes, deadline).await {
            Ok(()) => Ok(true),
            Err(table::Error::Refused(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn emptied(&self, account: &Account, now: Timestamp) -> Write {
        let credits = account.balance.available;
        let (before, after) = (&account.standing, account.standing.forgotten());
        let revision = |revision: u64| n(rows::number(revision));
        let write = Write::update(ACCOUNT, &self.tables.accounts, rows::account_key(account.user))
            .when(Condition::FewerThan("active", n(1)))
            .when(Condition::AbsentOrEquals("held", n(0)))
            .when(Condition::AbsentOrEquals("aside", n(0)))
            .when(Condition::Equals("available", n(credits.0)))
            .when(Condition::AbsentOrEquals(
                standing::REVISION,
                revision(before.revision),
            ))
            .set("available", n(0))
            .increase("forfeited", i64::from(credits.0))
            .set("erased_at", n(now.0))
            .set(standing::ATTRIBUTE, standing::map(&after))
            .set(standing::REVISION, revision(after.revision));
        FORGOTTEN.iter().fold(write, |write, name| write.remove(*name))
    }

    fn noted(&self, user: UserId, now: Timestamp) -> Write {
        Write::update(NOTE, &self.tables.usage, note_key(user))
            .set("at", n(now.0))
            .set("schema", n(rows::SCHEMA))
    }

    /// Whose words and files are still to go; some of them, if they are many.
    pub async fn erasures(&self, limit: i32) -> Result<Vec<Erasure>, Error> {
        let query = Query {
            table: self.tables.usage.clone(),
            index: None,
            partition: ("user_id", n(rows::NOBODY.0)),
            from: Some(s(ERASE)),
            up_to: Some(("window", s(ERASE_END))),
            limit,
            start: None,
            consistent: true,
        };
        let page = self.db.query(query).await?;
        Ok(page.items.iter().filter_map(erasure).collect())
    }

    /// Takes words, photo and files off an order that is over. What has none any more is not written.
    pub async fn erase_job(&self, job: &Job, deadline: Deadline) -> Result<(), Error> {
        if !rows::says_something(job) {
            return Ok(());
        }
        let mut write = Write::update(JOB, &self.tables.jobs, rows::job_key(&job.id))
            .when(Condition::Equals("stage", s(job.stage.as_str())));
        for (name, value) in rows::silenced(job) {
            write = write.set_or_remove(name, value);
        }
        self.done(write, deadline).await
    }

    /// Takes the words and the files off a page of a customer's lines in the log of AI operations; gives where the next
    /// begins.
    pub async fn erase_lines(
        &self,
        erasure: &Erasure,
        after: Option<Item>,
        deadline: Deadline,
    ) -> Result<Option<Item>, Error> {
        let page: RequestPage = self.requests().of_user(erasure.user, after, PAGE).await?;
        for line in page.lines.iter().filter(|line| line.at <= erasure.at) {
            self.erase_line(line, deadline).await?;
        }
        for item in &page.unread {
            self.erase_unread(item, erasure, deadline).await?;
        }
        Ok(page.next)
    }

    /// The same of a line that cannot be read: whatever is wrong with it, it keeps no words. One that does not even say
    /// when it was asked for keeps none either.
    pub async fn erase_unread(
        &self,
        item: &Item,
        erasure: &Erasure,
        deadline: Deadline,
    ) -> Result<(), Error> {
        let row = Row(item);
        let is_later = row.n::<i64>("at").is_ok_and(|at| at > erasure.at.0);
        if is_later || !(item.contains_key("prompt") || item.contains_key("result")) {
            return Ok(());
        }
        let names = ["user_id", "request"];
        let key = item.iter().filter(|(name, _)| names.contains(&name.as_str()));
        let key: Item = key.map(|(name, value)| (name.clone(), value.clone())).collect();
        let write = Write::update(LINE, &self.tables.requests, key)
            .when(Condition::Exists("request"))
            .remove("prompt")
            .remove("result");
        self.done(write, deadline).await
    }

    /// Takes the words and the file off a line of the log, if it is still there. What has none any more is not written.
    pub async fn erase_line(&self, line: &AiRequest, deadline: Deadline) -> Result<(), Error> {
        let file = line.result.as_ref().is_some_and(|file| !file.is_empty());
        if line.prompt.is_none() && !file {
            return Ok(());
        }
        let key = rows::request_key(line.user, line.at, &line.id);
        let mut write = Write::update(LINE, &self.tables.requests, key)
            .when(Condition::Exists("status"))
            .remove("prompt");
        if file {
            write = write.set("result", s(""));
        }
        self.done(write, deadline).await
    }

    /// Nothing is left of what was to go; a later erasure stays noted.
    pub async fn end_erasure(&self, erasure: &Erasure, deadline: Deadline) -> Result<(), Error> {
        self.forget_refusals(erasure.user, deadline).await?;
        let write = Write::delete_item(NOTE, &self.tables.usage, note_key(erasure.user))
            .when(Condition::Equals("at", n(erasure.at.0)));
        self.done(write, deadline).await
    }

    /// Writes what somebody else may have written, or what is there no more.
    async fn done(&self, write: Write, deadline: Deadline) -> Result<(), Error> {
        match self.db.write(write, deadline).await {
            Ok(()) | Err(table::Error::Refused(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn note_key(user: UserId) -> Item {
    rows::note_key(format!("{ERASE}{user}"))
}

fn erasure(item: &Item) -> Option<Erasure> {
    let row = Row(item);
    let user = row.s_opt("window")?.strip_prefix(ERASE)?.parse().ok()?;
    let at = row.n("at").ok().map(Timestamp)?;
    Some(Erasure {
        user: UserId(user),
        at,
    })
}
