//! Who is given access, and from whom it is taken: administrators and machines' keys, each with its audit row in the same
//! transaction. A key's secret is in neither: it leaves with whoever asked for it and is nowhere else, and its hash stays
//! out of the audit.

use domain::id::UserId;
use serde_json::{Value, json};
use table::{Condition, Deadline, Error, Item, Query, Row, Token, Write, n};

use crate::access::{self, ADMIN, AccessError, AdminRow, KEY, KeyRow, NewKey, Role};
use crate::audit::{Action, Entry};
use crate::office::{By, Office};

/// The attribute that grows with every change of a row.
const REVISION: &str = "revision";

/// Why access was not changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// There is no such administrator or key.
    #[error("there is no {0}")]
    Unknown(String),
    /// Somebody else changed the same row at this moment; look again.
    #[error("somebody else is changing {0}; look again")]
    Overtaken(String),
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
    };
    change.write(None, Some(stands), deadline).await?;
    Ok(row)
}

/// Makes somebody an administrator, or one of another role.
pub async fn appoint(
    office: &Office,
    user: UserId,
    role: Role,
    name: &str,
    by: &By,
    deadline: Deadline,
) -> Result<(), KeyringError> {
    let sort = access::admin(user);
    let stands = office
        .db
        .get(&office.settings, access::primary_key(&sort), true)
        .await?;
    let old: Option<AdminRow> = stands.as_ref().map(access::read).transpose()?;
    let row = AdminRow {
        role,
        name: name.to_owned(),
    };
    if old.as_ref() == Some(&row) {
        return Ok(());
    }
    let revision = stands.as_ref().map_or(Ok(0), revision)? + 1;
    let item = access::item(&sort, &row)?;
    let old = old.as_ref().map(|row| json!(row));
    let change = Change {
        office,
        sort,
        by,
        old,
        new: Some(json!(row)),
        revision,
    };
    change.write(Some(item), stands, deadline).await
}

/// Makes somebody no administrator any more.
pub async fn dismiss(
    office: &Office,
    user: UserId,
    by: &By,
    deadline: Deadline,
) -> Result<AdminRow, KeyringError> {
    let sort = access::admin(user);
    let stands = office
        .db
        .get(&office.settings, access::primary_key(&sort), true)
        .await?;
    let stands = stands.ok_or_else(|| KeyringError::Unknown(sort.clone()))?;
    let row: AdminRow = access::read(&stands)?;
    let revision = revision(&stands)? + 1;
    let change = Change {
        office,
        sort,
        by,
        old: Some(json!(row)),
        new: None,
        revision,
    };
    change.write(None, Some(stands), deadline).await?;
    Ok(row)
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
            "access {} {:?} {:?} {:?}",
            self.sort, self.revision, self.by, self.new
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
        let writes = vec![write.when(as_read), entry];
        match self.office.db.transact(&token, writes, deadline).await {
            Ok(()) => Ok(()),
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
        }
    }
}
