//! Broadcasts: an operator's wishes, steps that are somebody's, and who was begun to be written to.
//!
//! A wish and a step do not hinder each other: each changes attributes of its own, and the state only where it still is as
//! it was read. A broadcast is stopped while a step is on its way, and what that has done is counted all the same.

use domain::broadcast::{Broadcast, BroadcastId, Person, State};
use domain::id::UserId;
use domain::time::Timestamp;
use table::{Condition, Db, Deadline, Item, Keys, Query, Row, Search, Token, Write, n, s};

use crate::error::Error;
use crate::written::{Written, written};
use crate::{op, rows};

/// The index of those that run.
const OPEN_INDEX: &str = "open-by-due";
/// Broadcasts that run at once, at most: more wait until one has ended.
const OPEN_MAX: i32 = 10;
/// Accounts of one batch at most.
const BATCH: usize = 100;
const BROADCAST: &str = "broadcast";
const INTENT: &str = "intent";

/// The tables.
#[derive(Clone, Debug)]
pub struct BroadcastTables {
    /// Broadcasts, and who was begun to be written to.
    pub broadcasts: String,
    /// Customers.
    pub accounts: String,
}

/// Broadcasts.
#[derive(Clone, Debug)]
pub struct Broadcasts {
    db: Db,
    tables: BroadcastTables,
}

/// Whether a customer may be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intended {
    /// Nobody has begun to before, and now it is written down.
    Now,
    /// Somebody has begun to before.
    Before,
}

/// A page of customers.
#[derive(Clone, Debug)]
pub struct People {
    /// Those that could be read, in the order of the walk.
    pub people: Vec<Person>,
    /// Whom the page ended with; `None` at the end of the walk.
    pub next: Option<UserId>,
}

impl Broadcasts {
    /// Over the tables.
    pub fn new(db: Db, tables: BroadcastTables) -> Self {
        Self { db, tables }
    }

    /// Writes a new one, with the record of who has made it.
    pub async fn make(&self, it: &Broadcast, besides: Write, deadline: Deadline) -> Result<(), Error> {
        let item = rows::broadcast_item(it);
        let write = Write::put(BROADCAST, &self.tables.broadcasts, item).when(Condition::Absent("part"));
        let token = Token::of(&format!("broadcast {} {}", it.id.as_str(), op::mark()));
        Ok(self.db.transact(&token, vec![write, besides], deadline).await?)
    }

    /// A broadcast as it stands.
    pub async fn get(&self, id: &BroadcastId) -> Result<Option<Broadcast>, Error> {
        let key = rows::broadcast_key(id);
        let item = self.db.get(&self.tables.broadcasts, key, true).await?;
        Ok(item.as_ref().map(rows::read_broadcast).transpose()?)
    }

    /// Broadcasts, the newest first, from behind one; and whether there are more.
    pub async fn list(
        &self,
        after: Option<&BroadcastId>,
        limit: i32,
    ) -> Result<(Vec<Broadcast>, bool), Error> {
        let query = Query {
            table: self.tables.broadcasts.clone(),
            index: None,
            partition: rows::all_broadcasts(),
            from: None,
            up_to: None,
            limit,
            start: after.map(rows::broadcast_key),
            consistent: true,
        };
        let page = self.db.query_backwards(query).await?;
        let listed = page.items.iter().map(rows::read_broadcast);
        Ok((listed.collect::<Result<_, _>>()?, page.next.is_some()))
    }

    /// Those that run, the longest due first. The index may be a second old: each is read afresh before anything is done.
    pub async fn running(&self) -> Result<Vec<BroadcastId>, Error> {
        let query = Query {
            table: self.tables.broadcasts.clone(),
            index: Some(OPEN_INDEX),
            partition: ("open", s(rows::OPEN)),
            from: None,
            up_to: None,
            limit: OPEN_MAX,
            start: None,
            consistent: false,
        };
        let page = self.db.query(query).await?;
        let id = |item: &Item| Row(item).s_opt("part").and_then(BroadcastId::parse);
        Ok(page.items.iter().filter_map(id).collect())
    }

    /// Writes an operator's wish, if nobody else's came in between, with the record of who wants it.
    pub async fn wish(
        &self,
        (before, after): (&Broadcast, &Broadcast),
        besides: Option<Write>,
        deadline: Deadline,
    ) -> Result<Written, Error> {
        let mut write = self
            .update(&before.id)
            .when(Condition::Equals("revision", n(rows::number(before.revision))))
            .when(Condition::Equals("state", s(before.state.as_str())));
        // A dry run says nothing about when to go on.
        let runs = after.state == State::Running;
        for (name, value) in rows::wished(after) {
            if runs || !["due_at", "progressed_at"].contains(&name) {
                write = write.set_or_remove(name, value);
            }
        }
        let token = Token::of(&format!("wish {} {}", before.id.as_str(), op::mark()));
        let writes = std::iter::once(write).chain(besides).collect();
        written(self.db.transact(&token, writes, deadline).await)
    }

    /// Makes a step somebody's, if it runs and nobody else was faster.
    pub async fn claim(
        &self,
        before: &Broadcast,
        ours: &Broadcast,
        deadline: Deadline,
    ) -> Result<Written, Error> {
        let lease = ours.lease_until.map(|at| n(at.0));
        let write = self
            .update(&before.id)
            .when(Condition::Equals("fence", n(rows::number(before.fence))))
            .when(Condition::Equals("state", s(State::Running.as_str())))
            .set("fence", n(rows::number(ours.fence)))
            .set("due_at", n(ours.due_at.0))
            .set_or_remove("lease_until", lease);
        written(self.db.write(write, deadline).await)
    }

    /// Writes what a step has come to, if it still is ours. Where an operator has stopped it meanwhile, it stays stopped.
    pub async fn commit(&self, after: &Broadcast, deadline: Deadline) -> Result<Written, Error> {
        let ours = |it: &Self| {
            let mut write = it
                .update(&after.id)
                .when(Condition::Equals("fence", n(rows::number(after.fence))));
            for (name, value) in rows::progress(after) {
                write = write.set_or_remove(name, value);
            }
            write
        };
        if after.state != State::Running {
            let write = ours(self)
                .when(Condition::Equals("state", s(State::Running.as_str())))
                .set("state", s(after.state.as_str()))
                .set_or_remove("halted", after.halted.map(|halt| s(halt.as_str())))
                .remove("open");
            if written(self.db.write(write, deadline).await)? == Written::Yes {
                return Ok(Written::Yes);
            }
        }
        written(self.db.write(ours(self), deadline).await)
    }

    /// Writes down that a step begins to write to a customer; once for ever.
    pub async fn intend(
        &self,
        of: &Broadcast,
        user: UserId,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Intended, Error> {
        let mark = op::mark();
        let item = rows::intent_item(of, user, &mark, now);
        let write = Write::put(INTENT, &self.tables.broadcasts, item).when(Condition::Absent("part"));
        let Err(error) = self.db.write(write, deadline).await else {
            return Ok(Intended::Now);
        };
        let Some(refused) = error.refused(INTENT) else {
            return Err(error.into());
        };
        // The answer to our own first try may have been lost.
        let stands = refused.item.as_ref().and_then(|item| Row(item).s_opt("mark"));
        Ok(if stands == Some(mark.as_str()) {
            Intended::Now
        } else {
            Intended::Before
        })
    }

    /// Takes back that a customer was to be written to, because nothing can have reached them. Only what this step has
    /// written.
    pub async fn withdraw(&self, of: &Broadcast, user: UserId, deadline: Deadline) -> Result<(), Error> {
        let key = rows::intent_key(&of.id, user);
        let write = Write::delete_item(INTENT, &self.tables.broadcasts, key)
            .when(Condition::Equals("fence", n(rows::number(of.fence))));
        written(self.db.write(write, deadline).await).map(drop)
    }

    /// A page of the walk through all accounts, from behind a customer, with so many at most. What cannot be read is passed
    /// over and logged.
    pub async fn people(&self, after: Option<UserId>, limit: i32, now: Timestamp) -> Result<People, Error> {
        let search = Search {
            table: self.tables.accounts.clone(),
            having: "user_id",
            attributes: rows::PERSON,
            limit: Some(limit),
            start: after.map(rows::account_key),
        };
        let page = self.db.search(search).await?;
        Ok(People {
            people: page.items.iter().filter_map(|item| person(item, now)).collect(),
            next: page
                .next
                .as_ref()
                .map(|next| Row(next).n("user_id").map(UserId))
                .transpose()?,
        })
    }

    /// Some customers by their numbers; who has no account is left out.
    pub async fn named(&self, users: &[UserId], now: Timestamp) -> Result<Vec<Person>, Error> {
        let mut people = Vec::new();
        for users in users.chunks(BATCH) {
            let keys = Keys {
                table: self.tables.accounts.clone(),
                keys: users.iter().copied().map(rows::account_key).collect(),
                consistent: true,
            };
            let found = self.db.batch_get(vec![keys]).await?;
            people.extend(found.values().flatten().filter_map(|item| person(item, now)));
        }
        // A batch comes in no order, and the walk has one.
        people.sort_by_key(|person| person.user);
        Ok(people)
    }

    /// Notes that a customer has blocked the bot.
    pub async fn gone(&self, user: UserId, deadline: Deadline) -> Result<(), Error> {
        let write = Write::update("account", &self.tables.accounts, rows::account_key(user))
            .when(Condition::Exists("user_id"))
            .set("blocked", table::AttributeValue::Bool(true));
        written(self.db.write(write, deadline).await).map(drop)
    }

    fn update(&self, id: &BroadcastId) -> Write {
        Write::update(BROADCAST, &self.tables.broadcasts, rows::broadcast_key(id))
    }
}

fn person(item: &Item, now: Timestamp) -> Option<Person> {
    rows::read_person(item, now)
        .inspect_err(|error| {
            tracing::error!(name: "row_unread", attribute = error.attribute, "an account is passed over by a broadcast");
        })
        .ok()
}
