//! The workspace as cargo sees it, and where its files are.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use super::Error;

/// The directory of the workspace.
pub fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_path_buf()
}

/// A file's text, addressed from the workspace's directory.
pub fn text(path: &str) -> Result<String, Error> {
    std::fs::read_to_string(root().join(path)).map_err(|source| Error::Unreadable {
        path: path.into(),
        source,
    })
}

/// The workspace's own packages.
#[derive(Debug, Deserialize)]
pub struct Workspace {
    /// One entry per member.
    pub packages: Vec<Package>,
}

/// One package.
#[derive(Debug, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Where its `Cargo.toml` is.
    pub manifest_path: PathBuf,
    /// What it depends on, directly.
    pub dependencies: Vec<Dependency>,
    /// What it builds.
    pub targets: Vec<Target>,
}

/// One direct dependency.
#[derive(Debug, Deserialize)]
pub struct Dependency {
    /// The package depended on.
    pub name: String,
    /// `None` for an ordinary one, else `dev` or `build`.
    pub kind: Option<String>,
    /// Which of its features are asked for.
    #[serde(default)]
    pub features: Vec<String>,
    /// Where it is, for a package of this workspace.
    pub path: Option<PathBuf>,
}

/// One thing that a package builds.
#[derive(Debug, Deserialize)]
pub struct Target {
    /// Its name; for a binary the file's name.
    pub name: String,
    /// `lib`, `bin`, `test` and so on.
    pub kind: Vec<String>,
}

impl Workspace {
    /// Asks cargo. Only the members' manifests are read.
    pub fn load() -> Result<Self, Error> {
        cargo_metadata(&["--no-deps", "--offline"])
    }
}

/// What `cargo metadata` says.
pub fn cargo_metadata<T: for<'de> Deserialize<'de>>(arguments: &[&str]) -> Result<T, Error> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1"])
        .args(arguments)
        .current_dir(root())
        .output()
        .map_err(|error| Error::Cargo(error.to_string()))?;
    if !output.status.success() {
        return Err(Error::Cargo(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| Error::Cargo(error.to_string()))
}

impl Package {
    /// Its directory, from the workspace's: `functions/cleanup`.
    pub fn directory(&self) -> String {
        let directory = self.manifest_path.parent().unwrap_or(&self.manifest_path);
        directory
            .strip_prefix(root())
            .unwrap_or(directory)
            .to_string_lossy()
            .into_owned()
    }

    /// The names of its binaries.
    pub fn binaries(&self) -> impl Iterator<Item = &str> {
        self.targets
            .iter()
            .filter(|target| target.kind.iter().any(|kind| kind == "bin"))
            .map(|bin| bin.name.as_str())
    }

    /// Whether it is one of the Lambdas.
    pub fn is_function(&self) -> bool {
        self.directory().starts_with("functions/")
    }
}
