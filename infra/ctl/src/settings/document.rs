//! The file as a document.

use std::path::Path;

use app::on_sale;
use limits_flags::Document;

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
    let found = by_itself.into_iter().chain(on_sale::inexpressible(document));
    Ok(found
        .map(|problem| format!("{}: {}", problem.row, problem.why))
        .collect())
}
