//! The rows: which keys there are, and how a document becomes rows.

use std::collections::BTreeMap;

use serde::Serialize;
use table::{AttributeValue, Item, n, s};

use crate::document::Document;

/// The partition that holds everything that is loaded together.
const PARTITION: &str = "live";
/// The sort key of the version item.
const VERSION: &str = "version";
/// The attribute of the version item that grows.
pub const VERSION_ATTRIBUTE: &str = "version";
/// The attribute of the version item that tells whether the rows are those of the version.
pub(crate) const DIGEST_ATTRIBUTE: &str = "digest";

/// The partition attribute with its value, for a query of all settings.
pub fn partition_key() -> (&'static str, AttributeValue) {
    ("pk", s(PARTITION))
}

/// The key of the version item, for whoever reads it in a batch.
pub fn version_key() -> Item {
    key(VERSION)
}

pub(crate) fn key(sort: &str) -> Item {
    Item::from([("pk".to_owned(), s(PARTITION)), ("sk".to_owned(), s(sort))])
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

/// The sort key of the flag set's metadata.
pub(crate) const FLAG_METADATA: &str = "flag_metadata";

/// The rows of one kind.
fn put<T: Serialize>(
    rows: &mut Vec<(String, String)>,
    kind: &str,
    members: &BTreeMap<String, T>,
) -> Result<(), serde_json::Error> {
    for (name, member) in members {
        rows.push((format!("{kind}#{name}"), serde_json::to_string(member)?));
    }
    Ok(())
}

/// The rows of a document, each as sort key and JSON body.
#[derive(Clone, Debug)]
pub struct Rows(pub Vec<(String, String)>);

impl Rows {
    /// Every row of a document.
    pub fn of(document: &Document) -> Result<Self, serde_json::Error> {
        let mut rows = vec![("rules".to_owned(), serde_json::to_string(&document.rules)?)];
        if !document.flag_metadata.is_empty() {
            let metadata = serde_json::to_string(&document.flag_metadata)?;
            rows.push((FLAG_METADATA.to_owned(), metadata));
        }
        put(&mut rows, "evaluator", &document.evaluators)?;
        put(&mut rows, "flag", &document.flags)?;
        put(&mut rows, "limit", &document.limits)?;
        put(&mut rows, "model", &document.models)?;
        put(&mut rows, "tier", &document.tiers)?;
        put(&mut rows, "feature", &document.features)?;
        put(&mut rows, "addon", &document.addons)?;
        put(&mut rows, "component", &document.components)?;
        put(&mut rows, "plan", &document.plans)?;
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
