//! Who is given access, and from whom it is taken: administrators and machines' keys, each with its audit row in the same
//! transaction. A key's secret is in neither: it leaves with whoever asked for it and is nowhere else, and its hash stays
//! out of the audit.

use domain::id::UserId;
use serde_json::{Value, json};
use table::{Condition, Deadline, Error, Item, Query, Row, Token, Write, n, s};

use crate::access::{self, ADMIN, AccessError, AdminRow, KEY, KeyRow, NewKey, Role};
use crate::audit::{Action, Entry};
use crate::office::{By, Office};

/// The attribute that grows with every change of a row.
const REVISION: &str = "revision";

/// The label of the check that another owner is there.
const ANOTHER: &str = "another owner";
/// How often a change is made again because another owner has gone.
const TRIES_MAX: u32 = 8;

/// Why access was not changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// There is no such administrator or key.
    #[error("there is no {0}")]
    Unknown(String),
    /// Somebody else changed the same row at this moment; look again.
    #[error("somebody else is changing {0}; look again")]
    Overtaken(String),
    /// Nobody would be left who may say who has access.
    #[error("user {0} is the last owner; make somebody else an owner first")]
    LastOwner(UserId),
    /// The other owner, without whom this one may not go, has gone at this moment; look again.
    #[error("owners are changing; look again")]
    OwnerGone,
    /// A row cannot be read.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// A row cannot be written as JSON.
    #[error("a row cannot be written")]
    Json(#[from] serde_json::Error),
    /// The tables failed.
    #[error("the tables failed")]
    Table(#[from] Error),
}

/// Everybody who has access.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keyring {
    /// Administrators by Telegram id.
    pub admins: Vec<(String, AdminRow)>,
    /// Machines' keys by id.
    pub keys: Vec<(String, KeyRow)>,
}

/// Reads who has access.
pub async fn read(office: &Office) -> Result<Keyring, KeyringError> {
    let (mut keyring, mut start) = (Keyring::default(), None);
    loop {
        let page = office.db.query(all(office, start)).await?;
        for item in &page.items {
            let sort = Row(item).s("sk").map_err(Error::from)?;
            if let Some(id) = sort.strip_prefix(ADMIN) {
                keyring.admins.push((id.to_owned(), access::read(item)?));
            } else if let Some(id) = sort.strip_prefix(KEY) {
                keyring.keys.push((id.to_owned(), access::read(item)?));
            }
        }
        start = page.next;
        if start.is_none() {
            return Ok(keyring);
        }
    }
}

fn all(office: &Office, start: Option<Item>) -> Query {
    Query {
        table: office.settings.clone(),
        index: None,
        partition: access::partition_key(),
        from: None,
        up_to: None,
        limit: 1000,
        start,
        consistent: true,
    }
}

/// Keeps a new key. Whoever made it shows its text once.
pub async fn keep(office: &Office, key: &NewKey, by: &By, deadline: Deadline) -> Result<(), KeyringError> {
    let sort = access::key(&key.id);
    let item = access::item(&sort, &key.row)?;
    let change = Change {
        office,
        sort,
        by,
        old: None,
        new: Some(told(&key.row)),
        revision: 1,
        beside: None,
    };
    change.write(Some(item), None, deadline).await
}

/// Takes a key away. It is refused from the next request on.
pub async fn revoke(office: &Office, id: &str, by: &By, deadline: Deadline) -> Result<KeyRow, KeyringError> {
    let sort = access::key(id);
    let stands = office
        .db
        .get(&office.settings, access::primary_key(&sort), true)
        .await?;
    let stands = stands.ok_or_else(|| KeyringError::Unknown(sort.clone()))?;
    let row: KeyRow = access::read(&stands)?;
    let revision = revision(&stands)? + 1;
    let change = Change {
        office,
        sort,
        by,
        old: Some(told(&row)),
        new: None,
        revision,
        beside: None,
    };
    change.write(None, Some(stands), deadline).await?;
    Ok(row)
}

/// Makes somebody an administrator, or one of another role. The last owner stays one.
pub async fn appoint(
    office: &Office,
    user: UserId,
    role: Role,
    name: &str,
    by: &By,
    deadline: Deadline,
) -> Result<(), KeyringError> {
    let row = AdminRow {
        role,
        name: name.to_owned(),
    };
    administer(office, user, Some(row), by, deadline).await.map(drop)
}

/// Makes somebody no administrator any more, unless that is the last owner.
pub async fn dismiss(
    office: &Office,
    user: UserId,
    by: &By,
    deadline: Deadline,
) -> Result<AdminRow, KeyringError> {
    let unknown = || KeyringError::Unknown(access::admin(user));
    let stood = administer(office, user, None, by, deadline).await?;
    stood.ok_or_else(unknown)
}

/// Makes an administrator's row this, or takes it away, and says what it was. Where an owner goes, another one must be there
/// in the same transaction; whoever that was when it was read may go at the same moment, so it is looked again.
async fn administer(
    office: &Office,
    user: UserId,
    row: Option<AdminRow>,
    by: &By,
    deadline: Deadline,
) -> Result<Option<AdminRow>, KeyringError> {
    let sort = access::admin(user);
    for _ in 0..TRIES_MAX {
        let key = access::primary_key(&sort);
        let stands = office.db.get(&office.settings, key, true).await?;
        let old: Option<AdminRow> = stands.as_ref().map(access::read).transpose()?;
        if old == row {
            return Ok(old);
        }
        let is_owner = |row: &Option<AdminRow>| row.as_ref().is_some_and(|row| row.role == Role::Owner);
        let beside = if is_owner(&old) && !is_owner(&row) {
            Some(another_owner(office, user).await?)
        } else {
            None
        };
        let item = row.as_ref().map(|row| access::item(&sort, row)).transpose()?;
        let change = Change {
            office,
            sort: sort.clone(),
            by,
            old: old.as_ref().map(|row| json!(row)),
            new: row.as_ref().map(|row| json!(row)),
            revision: stands.as_ref().map_or(Ok(0), revision)? + 1,
            beside,
        };
        match change.write(item, stands, deadline).await {
            Err(KeyringError::OwnerGone) => {}
            other => return other.map(|()| old),
        }
    }
    Err(KeyringError::Overtaken(sort))
}

/// The check that somebody else is an owner still.
async fn another_owner(office: &Office, user: UserId) -> Result<Write, KeyringError> {
    let mut start = None;
    loop {
        let page = office.db.query(all(office, start)).await?;
        for item in &page.items {
            let sort = Row(item).s("sk").map_err(Error::from)?;
            let is_other = sort.starts_with(ADMIN) && sort != access::admin(user);
            // Whose row cannot be read is no owner who could let anybody in.
            let is_owner = |row: AdminRow| row.role == Role::Owner;
            if is_other && access::read(item).is_ok_and(is_owner) {
                let body = Row(item).s("body").map_err(Error::from)?;
                let same = Condition::Equals("body", s(body));
                let key = access::primary_key(sort);
                return Ok(Write::check(ANOTHER, &office.settings, key).when(same));
            }
        }
        start = page.next;
        if start.is_none() {
            return Err(KeyringError::LastOwner(user));
        }
    }
}

/// A key as the audit tells it: without its hash.
fn told(row: &KeyRow) -> Value {
    json!({"name": row.name, "scopes": row.scopes, "created_at": row.created_at, "expires_at": row.expires_at})
}

fn revision(item: &Item) -> Result<u64, Error> {
    Ok(Row(item).n_or_zero(REVISION)?)
}

/// One row's change.
struct Change<'a> {
    office: &'a Office,
    sort: String,
    by: &'a By,
    old: Option<Value>,
    new: Option<Value>,
    revision: u64,
    /// What must hold beside.
    beside: Option<Write>,
}

impl Change<'_> {
    /// Puts `item`, or deletes the row without one, if what stands there still is what was read.
    async fn write(
        self,
        item: Option<Item>,
        stands: Option<Item>,
        deadline: Deadline,
    ) -> Result<(), KeyringError> {
        let settings = &self.office.settings;
        let token = Token::of(&format!(
            "access {} {:?} {:?} {:?} {:?}",
            self.sort, self.revision, self.by, self.new, self.beside
        ));
        let write = match item {
            Some(mut item) => {
                item.insert(
                    REVISION.to_owned(),
                    n(i64::try_from(self.revision).unwrap_or(i64::MAX)),
                );
                Write::put("row", settings, item)
            }
            None => Write::delete_item("row", settings, access::primary_key(&self.sort)),
        };
        let as_read = match stands.and_then(|mut item| item.remove("body")) {
            Some(body) => Condition::Equals("body", body),
            None => Condition::Absent("pk"),
        };
        let entry = self.entry().write(&self.office.audit);
        let writes = [write.when(as_read), entry].into_iter().chain(self.beside);
        match self.office.db.transact(&token, writes.collect(), deadline).await {
            Ok(()) => Ok(()),
            Err(error) if error.refused(ANOTHER).is_some() => Err(KeyringError::OwnerGone),
            Err(Error::Refused(_)) => Err(KeyringError::Overtaken(self.sort)),
            Err(error) => Err(error.into()),
        }
    }

    fn entry(&self) -> Entry {
        let (old, new) = (
            self.old.as_ref().map(Value::to_string),
            self.new.as_ref().map(Value::to_string),
        );
        Entry {
            entity: self.sort.clone(),
            action: Action::of(old.as_deref(), new.as_deref()),
            old,
            new,
            by: self.by.clone(),
            version: self.revision,
            note: None,
        }
    }
}
