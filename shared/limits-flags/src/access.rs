//! Who may ask the HTTP API for more than an own answer: administrators by their Telegram id, and machines by a key.
//!
//! Both are rows of one partition of the settings table, beside the settings and not among them: nothing of it is loaded
//! with a snapshot. Whoever is asked reads one row, so a revocation holds from the next request on.
//!
//! | sort key | body |
//! |---|---|
//! | `admin#<telegram id>` | [`AdminRow`] |
//! | `key#<key id>` | [`KeyRow`] |
//!
//! A key's text is `nc_<id>_<secret>`. The secret is 256 random bits, so its plain SHA-256 is as good as a slow hash: those
//! exist for passwords, which can be guessed, and nobody guesses 256 bits. Only the hash is stored.

pub mod ticket;

use domain::id::UserId;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use table::{AttributeValue, Item, Row, s};

/// The partition of the settings table.
const PARTITION: &str = "access";
/// What the sort keys of administrators begin with.
pub const ADMIN: &str = "admin#";
/// What the sort keys of keys begin with.
pub const KEY: &str = "key#";
/// What a key's text begins with, so that scanners of leaked secrets find it.
const PREFIX: &str = "nc";
/// Random bytes of a key's id.
pub const ID_BYTES: usize = 8;
/// Random bytes of a key's secret.
pub const SECRET_BYTES: usize = 32;

/// What an administrator may do; each may what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads everything.
    Viewer,
    /// Changes settings, standings and upgrade requests.
    Editor,
    /// Also says who has access, and rolls settings back.
    Owner,
}

/// What a machine's key is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Evaluates flags and features of any customer.
    #[serde(rename = "evaluate")]
    Evaluate,
    /// Reads what a viewer may read.
    #[serde(rename = "admin:read")]
    AdminRead,
    /// Changes what an editor may change.
    #[serde(rename = "admin:write")]
    AdminWrite,
}

/// An administrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminRow {
    /// What they may do.
    pub role: Role,
    /// Whom the operator meant.
    #[serde(default)]
    pub name: String,
}

/// A machine's key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRow {
    /// Which machine it was made for.
    pub name: String,
    /// SHA-256 of the secret's text, in hexadecimal.
    pub hash: String,
    /// What it is good for.
    pub scopes: Vec<Scope>,
    /// When it was made, in milliseconds since 1970.
    pub created_at: i64,
    /// The first moment at which it holds no more, in milliseconds since 1970; absent for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

/// A key as it is made. Its text is shown once and stored nowhere.
pub struct NewKey {
    /// What the row is called by.
    pub id: String,
    /// What the machine sends: `nc_<id>_<secret>`.
    pub text: String,
    /// What is stored.
    pub row: KeyRow,
}

/// Why a row of the partition cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// Its body is no JSON of that form.
    #[error("the row of access `{sort}` cannot be read")]
    Body {
        /// Which one.
        sort: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// It lacks an attribute.
    #[error("a row of access cannot be read")]
    Malformed(#[from] table::Malformed),
}

/// What a caller sent as a key, taken apart.
#[derive(Clone, Copy)]
pub struct Presented<'a> {
    /// The row's name.
    pub id: &'a str,
    secret: &'a str,
}

impl<'a> Presented<'a> {
    /// Takes a key's text apart; `None` if it has not a key's form.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(3, '_');
        let (prefix, id, secret) = (parts.next()?, parts.next()?, parts.next()?);
        let is_id = id.len() == 2 * ID_BYTES && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        (prefix == PREFIX && is_id && !secret.is_empty()).then_some(Self { id, secret })
    }
}

impl KeyRow {
    /// Whether this is the key's secret, and the key holds now.
    pub fn verify(&self, presented: Presented<'_>, now: Timestamp) -> bool {
        let same = hash(presented.secret).as_bytes().ct_eq(self.hash.as_bytes());
        let holds = self.expires_at.is_none_or(|end| now.0 < end);
        bool::from(same) && holds
    }

    /// Whether it is good for something.
    pub fn allows(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

impl NewKey {
    /// A key out of random bytes, which whoever calls rolls.
    pub fn of(
        id: [u8; ID_BYTES],
        secret: [u8; SECRET_BYTES],
        name: &str,
        scopes: &[Scope],
        created_at: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> Self {
        let (id, secret) = (hex(&id), hex(&secret));
        Self {
            text: format!("{PREFIX}_{id}_{secret}"),
            row: KeyRow {
                name: name.to_owned(),
                hash: hash(&secret),
                scopes: scopes.to_vec(),
                created_at: created_at.0,
                expires_at: expires_at.map(|end| end.0),
            },
            id,
        }
    }
}

/// The sort key of an administrator.
pub fn admin(user: UserId) -> String {
    format!("{ADMIN}{user}")
}

/// The sort key of a machine's key.
pub fn key(id: &str) -> String {
    format!("{KEY}{id}")
}

/// The primary key of a row of access.
pub fn primary_key(sort: &str) -> Item {
    Item::from([("pk".to_owned(), s(PARTITION)), ("sk".to_owned(), s(sort))])
}

/// The partition attribute with its value, for a list of all who have access.
pub fn partition_key() -> (&'static str, AttributeValue) {
    ("pk", s(PARTITION))
}

/// A row of access, written: an [`AdminRow`] or a [`KeyRow`] under its sort key.
pub fn item(sort: &str, row: &impl Serialize) -> Result<Item, serde_json::Error> {
    let mut item = primary_key(sort);
    item.insert("body".to_owned(), s(serde_json::to_string(row)?));
    Ok(item)
}

/// A row of access, read.
pub fn read<T: serde::de::DeserializeOwned>(item: &Item) -> Result<T, AccessError> {
    let row = Row(item);
    let (sort, body) = (row.s("sk")?, row.s("body")?);
    serde_json::from_str(body).map_err(|source| AccessError::Body {
        sort: sort.to_owned(),
        source,
    })
}

fn hash(secret: &str) -> String {
    hex(ring::digest::digest(&ring::digest::SHA256, secret.as_bytes()).as_ref())
}

/// Bytes in hexadecimal, in small letters.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
        text.extend([digit(byte >> 4), digit(byte & 15)]);
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new_key(expires_at: Option<i64>) -> NewKey {
        let end = expires_at.map(Timestamp);
        NewKey::of([1; 8], [2; 32], "site", &[Scope::Evaluate], Timestamp(5), end)
    }

    #[test]
    fn a_key_opens_its_own_row_and_no_other() {
        let (mine, other) = (
            new_key(None),
            NewKey::of([1; 8], [3; 32], "x", &[], Timestamp(5), None),
        );
        let presented = Presented::parse(&mine.text).unwrap();
        assert_eq!(presented.id, mine.id);
        assert!(mine.row.verify(presented, Timestamp(6)));
        assert!(!other.row.verify(presented, Timestamp(6)));
        assert!(
            !mine.row.hash.contains(&"02".repeat(8)),
            "the secret is not stored"
        );
    }

    #[test]
    fn a_key_holds_up_to_its_end_and_not_at_it() {
        let key = new_key(Some(10));
        let at = |now| {
            key.row
                .verify(Presented::parse(&key.text).unwrap(), Timestamp(now))
        };
        assert_eq!([9, 10].map(at), [true, false]);
    }

    #[test]
    fn a_key_is_good_for_its_scopes_only() {
        let row = new_key(None).row;
        assert!(row.allows(Scope::Evaluate));
        assert!(!row.allows(Scope::AdminRead) && !row.allows(Scope::AdminWrite));
    }

    #[test]
    fn what_has_not_a_keys_form_is_none() {
        for text in [
            "",
            "nc_",
            "nc_0101010101010101",
            "nc_0101010101010101_",
            "xx_0101010101010101_0",
            "nc_01010101010101_0",
            "nc_010101010101010g_0",
        ] {
            assert!(Presented::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn rows_read_back_as_written_and_their_words_are_the_documented_ones() {
        let key = new_key(Some(10));
        let written = item(&super::key(&key.id), &key.row).unwrap();
        assert_eq!(read::<KeyRow>(&written).unwrap(), key.row);
        assert!(read::<AdminRow>(&written).is_err());
        let admin: AdminRow = serde_json::from_str(r#"{"role":"owner"}"#).unwrap();
        assert_eq!(admin.role, Role::Owner);
        let scopes = serde_json::to_string(&[Scope::Evaluate, Scope::AdminRead, Scope::AdminWrite]).unwrap();
        assert_eq!(scopes, r#"["evaluate","admin:read","admin:write"]"#);
    }

    #[test]
    fn a_role_may_what_those_before_it_may() {
        assert!(Role::Viewer < Role::Editor && Role::Editor < Role::Owner);
    }
}
