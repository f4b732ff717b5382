//! Requests for a feature: a customer asks, an operator approves or denies.
//!
//! A customer has one row for each feature asked for, in a partition of their own, so asking again finds the first request
//! and nothing grows without end. While a request is open, a second row lists it with the others that wait, by time.
//! Approving settles the feature for the customer (an override) in the same transaction, so nobody is told yes and has
//! nothing; whoever decides second is told what the first decided.

use domain::id::UserId;
use domain::time::{Millis, Timestamp};
use serde_json::json;
use table::{Condition, Deadline, Error, Item, Malformed, Query, Row, Token, Write, n, s};

use crate::audit::{Action, Entry};
use crate::grants::{self, Change, GrantError, Turn};
use crate::office::{By, Office};
use crate::rows::{self, Stored};

/// The partition of the requests that wait.
const OPEN: &str = "upgrade-open";
/// What the partition of a customer's requests begins with.
const OF_USER: &str = "upgrade#";
/// Requests of one customer that may wait at the same time.
pub const OPEN_MAX: usize = 20;
/// How long after a refusal the same may be asked for again.
pub const ASK_AGAIN_AFTER: Millis = Millis(7 * 24 * 3_600_000);
/// Bytes of what a customer says to a request.
pub const NOTE_BYTES_MAX: usize = 1000;
/// How often a decision is made again because others changed the account.
const TRIES_MAX: u32 = 8;
/// Digits of a time in a sort key.
const TIME_DIGITS: usize = 13;

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nobody has decided.
    Open,
    /// The customer has the feature.
    Approved,
    /// The customer was refused.
    Denied,
}

impl Status {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Denied => "denied",
        }
    }

    fn parse(word: &str) -> Result<Self, Malformed> {
        let all = [Self::Open, Self::Approved, Self::Denied];
        let found = all.into_iter().find(|status| status.as_str() == word);
        found.ok_or(Malformed { attribute: "status" })
    }
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub user: UserId,
    /// For which feature.
    pub feature: String,
    /// How it stands.
    pub status: Status,
    /// When it was asked, the last time.
    pub asked_at: Timestamp,
    /// What the customer said.
    pub note: String,
    /// Who decided, why, when.
    pub decided: Option<By>,
    /// Grows with every change.
    pub revision: u64,
}

/// What became of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The request waits now.
    Noted(Request),
    /// The same was asked for before: it waits, or it was decided and cannot be asked for again yet.
    Before(Request),
    /// So many requests of this customer wait that no more is taken.
    TooMany,
}

/// What became of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// It stands as was said.
    Done(Request),
    /// Somebody had decided before; this is how it stands.
    Before(Request),
    /// There is no such request.
    NoRequest,
}

/// Asks for a feature. The feature must be known to the settings, and the customer must have an account.
pub async fn ask(
    office: &Office,
    user: UserId,
    feature: &str,
    note: &str,
    by: &By,
    deadline: Deadline,
) -> Result<Asked, GrantError> {
    let note = note.trim();
    if note.len() > NOTE_BYTES_MAX {
        return Err(GrantError::Refused(format!(
            "a note takes {NOTE_BYTES_MAX} bytes"
        )));
    }
    let standing = grants::read(office, user).await?;
    let holds = standing.overrides_at(by.at).any(|(held, _)| held == feature);
    Stored::read(&office.db, &office.settings)
        .await?
        .body(&format!("feature#{feature}"))?;
    let requests = of_user(office, user).await?;
    let before = requests.iter().find(|request| request.feature == feature);
    if let Some(before) = before.filter(|before| !before.may_be_asked_again(holds, by.at)) {
        return Ok(Asked::Before(before.clone()));
    }
    let waiting = requests.iter().filter(|request| request.status == Status::Open);
    if waiting.count() >= OPEN_MAX {
        return Ok(Asked::TooMany);
    }
    let request = Request {
        user,
        feature: feature.to_owned(),
        status: Status::Open,
        asked_at: by.at,
        note: note.to_owned(),
        decided: None,
        revision: before.map_or(0, |before| before.revision) + 1,
    };
    let mut writes = request.writes(office, before);
    writes.push(request.entry(Action::Ask, before, by).write(&office.audit));
    match office.db.transact(&request.token(by), writes, deadline).await {
        Ok(()) => Ok(Asked::Noted(request)),
        // The other finger was faster.
        Err(Error::Refused(_)) => {
            let stands = find(office, user, feature).await?;
            stands.map(Asked::Before).ok_or(GrantError::Busy)
        }
        Err(error) => Err(error.into()),
    }
}

/// Gives a customer what was asked for: the feature is settled for them, until a time or for ever.
pub async fn approve(
    office: &Office,
    user: UserId,
    feature: &str,
    body: &str,
    until: Option<Timestamp>,
    by: &By,
    deadline: Deadline,
) -> Result<Decided, GrantError> {
    let (feature_of, body) = (feature.to_owned(), body.to_owned());
    let change = Change::SetOverride {
        feature: feature_of,
        body,
        until,
    };
    decide(office, user, feature, Some(&change), by, deadline).await
}

/// Refuses what was asked for.
pub async fn deny(
    office: &Office,
    user: UserId,
    feature: &str,
    by: &By,
    deadline: Deadline,
) -> Result<Decided, GrantError> {
    decide(office, user, feature, None, by, deadline).await
}

/// Approves with a change, or denies without one.
async fn decide(
    office: &Office,
    user: UserId,
    feature: &str,
    change: Option<&Change>,
    by: &By,
    deadline: Deadline,
) -> Result<Decided, GrantError> {
    for _ in 0..TRIES_MAX {
        let Some(before) = find(office, user, feature).await? else {
            return Ok(Decided::NoRequest);
        };
        if before.status != Status::Open {
            return Ok(Decided::Before(before));
        }
        let (status, action) = match change {
            Some(_) => (Status::Approved, Action::Approve),
            None => (Status::Denied, Action::Deny),
        };
        let after = Request {
            status,
            decided: Some(by.clone()),
            revision: before.revision.saturating_add(1),
            ..before.clone()
        };
        let mut writes = after.writes(office, Some(&before));
        writes.push(after.entry(action, Some(&before), by).write(&office.audit));
        if let Some(change) = change {
            writes.extend(settling(office, user, change, by).await?);
        }
        match office.db.transact(&after.token(by), writes, deadline).await {
            Ok(()) => return Ok(Decided::Done(after)),
            Err(Error::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(GrantError::Busy)
}

/// What settles the feature for the customer, if it is not settled so already.
async fn settling(office: &Office, user: UserId, change: &Change, by: &By) -> Result<Vec<Write>, GrantError> {
    let basis = grants::check(office, change).await?;
    let before = grants::read(office, user).await?;
    let after = grants::applied(&before, change, by)?;
    if before == after {
        return Ok(Vec::new());
    }
    let turn = Turn {
        office,
        user,
        by,
        before: &before,
        after: &after,
        action: Action::Grant,
        basis,
    };
    Ok(turn.writes())
}

/// One request.
pub async fn find(office: &Office, user: UserId, feature: &str) -> Result<Option<Request>, Error> {
    let item = office.db.get(&office.settings, key(user, feature), true).await?;
    Ok(item.as_ref().map(Request::read).transpose()?)
}

/// Every request of one customer.
pub async fn of_user(office: &Office, user: UserId) -> Result<Vec<Request>, Error> {
    let (mut requests, mut start) = (Vec::new(), None);
    loop {
        let page = office
            .db
            .query(partition(office, format!("{OF_USER}{user}"), 1000, start))
            .await?;
        for item in &page.items {
            requests.push(Request::read(item)?);
        }
        start = page.next;
        if start.is_none() {
            return Ok(requests);
        }
    }
}

/// The requests that wait, the oldest first, after the one with which the page before ended.
pub async fn open(
    office: &Office,
    limit: u32,
    after: Option<&str>,
) -> Result<(Vec<Request>, Option<String>), Error> {
    let start = after.map(|sort| rows::key_in(OPEN, sort));
    let limit = i32::try_from(limit.clamp(1, 1000)).unwrap_or(1);
    let page = office
        .db
        .query(partition(office, OPEN.to_owned(), limit, start))
        .await?;
    let requests: Vec<Request> = page.items.iter().map(Request::read).collect::<Result<_, _>>()?;
    let next = page.next.and(requests.last()).map(Request::open_sort);
    Ok((requests, next))
}

fn partition(office: &Office, name: String, limit: i32, start: Option<Item>) -> Query {
    Query {
        table: office.settings.clone(),
        index: None,
        partition: ("pk", s(name)),
        from: None,
        up_to: None,
        limit,
        start,
        consistent: true,
    }
}

fn key(user: UserId, feature: &str) -> Item {
    rows::key_in(&format!("{OF_USER}{user}"), feature)
}

impl Request {
    /// Something open waits, and what was denied or is held for a time; what was approved and is held no more, because it
    /// has run out or was taken, may be asked for at once.
    fn may_be_asked_again(&self, holds: bool, now: Timestamp) -> bool {
        if self.status == Status::Approved && !holds {
            return true;
        }
        let decided = self.decided.as_ref().filter(|_| self.status != Status::Open);
        decided.is_some_and(|by| now.since(by.at) >= ASK_AGAIN_AFTER)
    }

    fn open_sort(&self) -> String {
        let at = self.asked_at.0.max(0);
        format!("{at:0TIME_DIGITS$}#{}#{}", self.user, self.feature)
    }

    fn token(&self, by: &By) -> Token {
        Token::of(&format!("upgrade {self:?} {by:?}"))
    }

    /// The writes that put this in the place of what was read.
    fn writes(&self, office: &Office, before: Option<&Self>) -> Vec<Write> {
        let as_read = match before {
            None => Condition::Absent("pk"),
            Some(before) => Condition::Equals("revision", number(before.revision)),
        };
        let mine = self.item(key(self.user, &self.feature));
        let listed = rows::key_in(OPEN, &self.open_sort());
        vec![
            Write::put("request", &office.settings, mine).when(as_read),
            match self.status {
                Status::Open => Write::put("open", &office.settings, self.item(listed)),
                Status::Approved | Status::Denied => Write::delete_item("open", &office.settings, listed),
            },
        ]
    }

    fn item(&self, key: Item) -> Item {
        let mut item = key;
        item.insert("user_id".to_owned(), n(self.user.0));
        item.insert("feature".to_owned(), s(self.feature.clone()));
        item.insert("status".to_owned(), s(self.status.as_str()));
        item.insert("asked_at".to_owned(), n(self.asked_at.0));
        item.insert("note".to_owned(), s(self.note.clone()));
        item.insert("revision".to_owned(), number(self.revision));
        if let Some(by) = &self.decided {
            item.insert("who".to_owned(), s(by.who.clone()));
            item.insert("why".to_owned(), s(by.why.clone()));
            item.insert("at".to_owned(), n(by.at.0));
        }
        item
    }

    fn read(item: &Item) -> Result<Self, Malformed> {
        let row = Row(item);
        let decided = row.s_opt("who").map(|who| {
            Ok(By {
                who: who.to_owned(),
                why: row.s("why")?.to_owned(),
                at: Timestamp(row.n("at")?),
            })
        });
        Ok(Self {
            user: UserId(row.n("user_id")?),
            feature: row.s("feature")?.to_owned(),
            status: Status::parse(row.s("status")?)?,
            asked_at: Timestamp(row.n("asked_at")?),
            note: row.s("note")?.to_owned(),
            decided: decided.transpose()?,
            revision: row.n("revision")?,
        })
    }

    fn entry(&self, action: Action, before: Option<&Self>, by: &By) -> Entry {
        let told =
            |request: &Self| json!({"status": request.status.as_str(), "note": request.note}).to_string();
        Entry {
            entity: format!("upgrade#{}#{}", self.user, self.feature),
            action,
            old: before.map(told),
            new: Some(told(self)),
            by: by.clone(),
            version: self.revision,
            note: None,
        }
    }
}

fn number(revision: u64) -> table::AttributeValue {
    n(i64::try_from(revision).unwrap_or(i64::MAX))
}
