//! The rows: which keys there are, how a document becomes rows, and how rows become a document again.
//!
//! A kind of row is a section of the document: what stands under `flags` as `new_jobs` is the row `flag#new_jobs`. Only
//! `rules`, `selling`, `costs`, `moderation`, `rewards` and `flag_metadata` are one row each. So a document with one section more needs nothing here.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Map, Value};
use table::{AttributeValue, Db, Error, Item, Query, Row, n, s};

use crate::document::Document;

/// The partition that holds everything that is loaded together.
const PARTITION: &str = "live";
/// The sort key of the version item.
const VERSION: &str = "version";
/// The sort key of the flag set's metadata.
pub(crate) const FLAG_METADATA: &str = "flag_metadata";
/// The sort key of how packs and plans are sold.
pub(crate) const SELLING: &str = "selling";
/// The sort key of what holds for the costs of all models.
pub(crate) const COSTS: &str = "costs";
/// The sort key of what is refused before anybody pays.
pub(crate) const MODERATION: &str = "moderation";
/// The sort key of what is given away beside promo codes.
pub(crate) const REWARDS: &str = "rewards";
/// The sections that are one row by themselves.
const SINGLE: [&str; 6] = ["rules", FLAG_METADATA, SELLING, COSTS, MODERATION, REWARDS];
/// The attribute of the version item that grows.
pub const VERSION_ATTRIBUTE: &str = "version";
/// The attribute of the version item that tells whether the rows are those of the version.
pub(crate) const DIGEST_ATTRIBUTE: &str = "digest";
/// How often rows that do not add up are read again. The transaction that is under way ends in milliseconds.
const READS_MAX: u32 = 4;
/// Rows per page; DynamoDB ends a page at 1 MB anyhow.
const PAGE: i32 = 1000;

/// The partition attribute with its value, for a query of all settings.
pub fn partition_key() -> (&'static str, AttributeValue) {
    ("pk", s(PARTITION))
}

/// The key of the version item, for whoever reads it in a batch.
pub fn version_key() -> Item {
    key(VERSION)
}

/// The key of a row of the settings.
pub fn row_key(sort: &str) -> Item {
    key(sort)
}

pub(crate) fn key(sort: &str) -> Item {
    key_in(PARTITION, sort)
}

/// The key of a row in any partition of the table.
pub(crate) fn key_in(partition: &str, sort: &str) -> Item {
    Item::from([("pk".to_owned(), s(partition)), ("sk".to_owned(), s(sort))])
}

/// Whether a row is the version item.
pub(crate) fn is_version(sort: &str) -> bool {
    sort == VERSION
}

/// What rows add up to, each a sort key and a body, in the order of the sort keys: FNV-1a, for nobody is kept out by it.
pub(crate) fn digest<'r>(rows: impl IntoIterator<Item = (&'r str, &'r str)>) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for (sort, body) in rows {
        for byte in sort.bytes().chain([0]).chain(body.bytes()).chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}

/// The rows of a document, each as sort key and JSON body.
#[derive(Clone, Debug)]
pub struct Rows(pub Vec<(String, String)>);

impl Rows {
    /// Every row of a document, each body as the document's types write it.
    pub fn of(document: &Document) -> Result<Self, serde_json::Error> {
        let whole = serde_json::to_string(document)?;
        let sections: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&whole)?;
        let mut rows = Vec::new();
        for (section, content) in &sections {
            if SINGLE.contains(&section.as_str()) {
                rows.push((section.clone(), content.get().to_owned()));
                continue;
            }
            let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(content.get())?;
            let kind = section.strip_suffix('s').unwrap_or(section);
            let row =
                |(name, body): (String, Box<RawValue>)| (format!("{kind}#{name}"), body.get().to_owned());
            rows.extend(members.into_iter().map(row));
        }
        Ok(Self(rows))
    }

    /// A row as an item.
    pub fn item(sort: &str, body: &str) -> Item {
        let mut item = key(sort);
        item.insert("body".to_owned(), s(body));
        item.insert("schema".to_owned(), n(1));
        item
    }
}

/// Rows in the shape of a document, for whoever reads them strictly or shows them. A body that is no JSON stands there as
/// text.
pub fn sections<'r>(rows: impl IntoIterator<Item = (&'r str, &'r str)>) -> Value {
    let mut sections = Map::new();
    for empty in ["flags", "models"] {
        sections.insert(empty.to_owned(), Value::Object(Map::new()));
    }
    for (sort, body) in rows {
        let body = serde_json::from_str(body).unwrap_or_else(|_| body.into());
        let Some((kind, name)) = sort.split_once('#') else {
            sections.insert(sort.to_owned(), body);
            continue;
        };
        let section = sections.entry(format!("{kind}s"));
        let section = section.or_insert_with(|| Value::Object(Map::new()));
        if let Some(section) = section.as_object_mut() {
            section.insert(name.to_owned(), body);
        }
    }
    Value::Object(sections)
}

/// Everything that stands in a table, of one version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// The version; 0 while nothing was ever applied.
    pub version: u64,
    /// The rows by sort key.
    pub rows: BTreeMap<String, String>,
}

impl Stored {
    /// Reads a table. A transaction that is half done while it is read shows in rows that do not add up; they are read
    /// again. Rows that were changed by hand never add up, and are taken as they are.
    pub async fn read(db: &Db, table: &str) -> Result<Self, Error> {
        let mut read = Self::read_once(db, table).await?;
        for _ in 1..READS_MAX {
            if read.1 {
                break;
            }
            read = Self::read_once(db, table).await?;
        }
        Ok(read.0)
    }

    /// The rows of one kind, each as name and body.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = (&str, &str)> {
        let rows = self
            .rows
            .iter()
            .map(|(sort, body)| (sort.split_once('#'), body.as_str()));
        rows.filter_map(move |(sort, body)| {
            let (of, name) = sort?;
            (of == kind).then_some((name, body))
        })
    }

    /// What the rows add up to.
    pub(crate) fn digest(&self) -> String {
        digest(
            self.rows
                .iter()
                .map(|(sort, body)| (sort.as_str(), body.as_str())),
        )
    }

    async fn read_once(db: &Db, table: &str) -> Result<(Self, bool), Error> {
        let (mut stored, mut digest, mut start) = (Self::default(), None, None);
        loop {
            let page = db.query(everything(table, start)).await?;
            for item in &page.items {
                let row = Row(item);
                let sort = row.s("sk")?;
                if is_version(sort) {
                    stored.version = row.n(VERSION_ATTRIBUTE)?;
                    digest = row.s_opt(DIGEST_ATTRIBUTE).map(str::to_owned);
                } else {
                    stored.rows.insert(sort.to_owned(), row.s("body")?.to_owned());
                }
            }
            start = page.next;
            if start.is_none() {
                let whole = digest.is_none_or(|digest| digest == stored.digest());
                return Ok((stored, whole));
            }
        }
    }
}

fn everything(table: &str, start: Option<Item>) -> Query {
    Query {
        table: table.to_owned(),
        index: None,
        partition: partition_key(),
        from: None,
        up_to: None,
        limit: PAGE,
        start,
        consistent: true,
    }
}
