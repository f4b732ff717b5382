//! The file and the table as the same document.

use std::path::Path;

use limits_flags::Document;
use serde_json::{Map, Value, json};
use table::{Db, Query, Row};

use super::orders;
use crate::Error;

/// Reads a file. Unlike a plain read of YAML, a key that stands twice is a mistake.
pub(super) fn read(file: &Path) -> Result<Document, Error> {
    let text = std::fs::read_to_string(file).map_err(|source| Error::File {
        path: file.to_owned(),
        source,
    })?;
    parse(&text).map_err(|why| Error::Malformed {
        path: file.to_owned(),
        why,
    })
}

pub(super) fn parse(text: &str) -> Result<Document, String> {
    let unreadable = |error: serde_norway::Error| error.to_string();
    serde_norway::from_str::<serde_norway::Value>(text).map_err(unreadable)?;
    serde_norway::from_str(text).map_err(unreadable)
}

/// Everything that is wrong with a document, a line each.
pub(super) fn problems(document: &Document) -> Result<Vec<String>, Error> {
    let by_itself = limits_flags::problems(document).map_err(|error| Error::Machine(Box::new(error)))?;
    let by_itself = by_itself
        .into_iter()
        .map(|problem| format!("{}: {}", problem.row, problem.why));
    Ok(by_itself.chain(orders::inexpressible(document)).collect())
}

/// What stands in the table.
pub(super) struct Stored {
    pub(super) version: i64,
    /// In the shape of a settings file.
    pub(super) document: Value,
}

/// Reads the table.
pub(super) async fn stored(db: &Db, table: &str) -> Result<Stored, Error> {
    let mut stored = Stored {
        version: 0,
        document: json!({"rules": {}, "flags": {}, "limits": {}, "models": {}}),
    };
    let mut start = None;
    loop {
        let page = db.query(everything(table, start)).await?;
        for item in &page.items {
            stored.take(Row(item))?;
        }
        start = page.next;
        if start.is_none() {
            return Ok(stored);
        }
    }
}

fn everything(table: &str, start: Option<table::Item>) -> Query {
    Query {
        table: table.to_owned(),
        index: None,
        partition: limits_flags::partition_key(),
        up_to: None,
        limit: 1000,
        start,
        consistent: true,
    }
}

impl Stored {
    fn take(&mut self, row: Row<'_>) -> Result<(), Error> {
        if let Some(version) = row.n_opt(limits_flags::VERSION_ATTRIBUTE)? {
            self.version = version;
            return Ok(());
        }
        let body = row.s("body")?;
        let body = serde_json::from_str(body).unwrap_or_else(|_| json!(body));
        let (kind, name) = match row.s("sk")?.split_once('#') {
            Some((kind, name)) => (format!("{kind}s"), name),
            None => (row.s("sk")?.to_owned(), ""),
        };
        if name.is_empty() {
            self.document[kind] = body;
        } else {
            self.section(&kind).insert(name.to_owned(), body);
        }
        Ok(())
    }

    fn section(&mut self, kind: &str) -> &mut Map<String, Value> {
        if !self.document[kind].is_object() {
            self.document[kind] = json!({});
        }
        self.document[kind]
            .as_object_mut()
            .unwrap_or_else(|| unreachable!("it was made an object above"))
    }
}
