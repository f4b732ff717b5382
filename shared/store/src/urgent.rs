//! What somebody in the operator's chat has asked for and not confirmed yet: a row of nobody's among the counters, under the
//! message that asked. It is carried out once, for whoever asked, within its time.

use domain::id::UserId;
use domain::time::{Millis, Timestamp};
use table::{Condition, Deadline, Item, Keys, Malformed, Row, Write, n, s};

use crate::error::Error;
use crate::{Store, rows};

/// How long such a row is kept behind its time: whoever presses late is told so.
const KEPT: Millis = Millis::from_mins(24 * 60);
const URGENT: &str = "urgent";
const OPEN: &str = "open";
const TAKEN: &str = "taken";

/// Something that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Urgent {
    /// By whom.
    pub by: UserId,
    /// The command, as it was written.
    pub command: String,
    /// What it was to change, as that stood.
    pub was: Option<String>,
    /// The first moment at which it is too late to confirm it.
    pub until: Timestamp,
}

/// How far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stands {
    /// It can be confirmed.
    Open,
    /// Somebody is about to carry it out, or was broken off doing so.
    Taken,
    /// It is over, and this was said of it.
    Over(String),
}

impl Store {
    /// Notes what somebody asks for, under the name of the message. What is there already stays.
    pub async fn ask_urgently(&self, name: &str, urgent: &Urgent, deadline: Deadline) -> Result<(), Error> {
        let write = self
            .urgent_row(name)
            .when(Condition::Absent("by"))
            .set("by", n(urgent.by.0))
            .set("command", s(&urgent.command))
            .set_or_remove("was", urgent.was.as_ref().map(s))
            .set("until", n(urgent.until.0))
            .set("state", s(OPEN))
            .set("expires_at", n(urgent.until.after(KEPT).seconds()))
            .set("schema", n(rows::SCHEMA));
        match self.db.write(write, deadline).await {
            Ok(()) | Err(table::Error::Refused(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// What was asked for under this name, and how far it has come.
    pub async fn urgent(&self, name: &str) -> Result<Option<(Urgent, Stands)>, Error> {
        let keys = Keys {
            table: self.tables.usage.clone(),
            keys: vec![key(name)],
            consistent: true,
        };
        let found = self.db.batch_get(vec![keys]).await?;
        let item = found.get(&self.tables.usage).and_then(|items| items.first());
        Ok(item.map(read).transpose()?)
    }

    /// Takes it on, once, for whoever asked; `false` if somebody else has, or it is theirs no more.
    pub async fn take_urgent(&self, name: &str, by: UserId, deadline: Deadline) -> Result<bool, Error> {
        let write = self
            .urgent_row(name)
            .when(Condition::Equals("by", n(by.0)))
            .when(Condition::Equals("state", s(OPEN)))
            .set("state", s(TAKEN));
        match self.db.write(write, deadline).await {
            Ok(()) => Ok(true),
            Err(table::Error::Refused(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Notes what was said of it in the end, for a press that comes again.
    pub async fn end_urgent(&self, name: &str, said: &str, deadline: Deadline) -> Result<(), Error> {
        let write = self.urgent_row(name).set("said", s(said));
        Ok(self.db.write(write, deadline).await?)
    }

    fn urgent_row(&self, name: &str) -> Write {
        Write::update(URGENT, &self.tables.usage, key(name))
    }
}

fn key(name: &str) -> Item {
    rows::note_key(format!("{URGENT}#{name}"))
}

fn read(item: &Item) -> Result<(Urgent, Stands), Malformed> {
    let row = Row(item);
    let urgent = Urgent {
        by: UserId(row.n("by")?),
        command: row.s("command")?.to_owned(),
        was: row.s_opt("was").map(str::to_owned),
        until: Timestamp(row.n("until")?),
    };
    let stands = match (row.s_opt("said"), row.s("state")?) {
        (Some(said), _) => Stands::Over(said.to_owned()),
        (None, OPEN) => Stands::Open,
        (None, _) => Stands::Taken,
    };
    Ok((urgent, stands))
}
