//! A captured payload that no test reads proves nothing and misleads whoever finds it.

use std::path::Path;

use super::project::root;
use super::sources::{Source, collect, from_root};
use super::{Error, Findings};

/// Directories of captured payloads, inside a crate.
const DIRECTORIES: [&str; 2] = ["events", "fixtures"];

/// Every captured payload of the product crates, from the workspace's directory: `functions/cleanup/events/tick.json`.
pub fn all() -> Result<Vec<String>, Error> {
    let mut files = Vec::new();
    for directory in ["functions", "shared"] {
        collect(&root().join(directory), "json", &mut files)?;
    }
    let captured = |path: &&std::path::PathBuf| {
        path.parent()
            .and_then(Path::file_name)
            .is_some_and(|name| DIRECTORIES.iter().any(|one| name == *one))
    };
    Ok(files
        .iter()
        .filter(captured)
        .map(|path| from_root(path))
        .collect())
}

/// Fixtures that no source of their crate, nor of the flows, names.
pub fn in_use(fixtures: &[String], sources: &[Source]) -> Findings {
    let unused = fixtures
        .iter()
        .filter(|fixture| !sources.iter().any(|source| names(source, fixture)));
    unused
        .map(|fixture| format!("{fixture}: no test reads it"))
        .collect()
}

/// Whether a source of the fixture's crate, or a flow, names the file: `"tick.json"`, `".../tick.json"` or, for a macro
/// that adds the ending, `"tick"`.
fn names(source: &Source, fixture: &str) -> bool {
    let mut parts = fixture.splitn(3, '/');
    let owner = format!(
        "{}/{}/",
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default()
    );
    let file = Path::new(fixture);
    let (name, stem) = (
        file.file_name().unwrap_or_default(),
        file.file_stem().unwrap_or_default(),
    );
    let mentioned = source.text.contains(&*name.to_string_lossy())
        || source.text.contains(&format!("\"{}\"", stem.to_string_lossy()));
    mentioned && (source.path.starts_with(&owner) || source.path.starts_with("tests/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixture_that_no_test_names_is_found() {
        let fixtures = [
            "functions/cleanup/events/tick.json".into(),
            "functions/cleanup/events/dead.json".into(),
        ];
        let sources = [
            Source::parse(
                "functions/cleanup/src/lib.rs",
                r#"const T: &str = include_str!("../events/tick.json");"#,
            )
            .unwrap(),
            Source::parse(
                "functions/video-worker/src/lib.rs",
                r#"const D: &str = "dead.json";"#,
            )
            .unwrap(),
        ];
        assert_eq!(
            in_use(&fixtures, &sources),
            ["functions/cleanup/events/dead.json: no test reads it"]
        );
    }
}
