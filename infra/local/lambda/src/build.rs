//! Builds the functions' binaries with cargo.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::process::Command;

use crate::error::{Error, Result};

/// What to build with.
#[derive(Debug, Clone)]
pub struct BuildOptions {
    /// The workspace's directory.
    pub workspace: PathBuf,
    /// The cargo profile, as `dev` or `release`.
    pub profile: String,
    /// A package whose choice of features the build shares, so that what both depend on is compiled once: the one that
    /// is running. Its own binaries are not built.
    pub beside: Option<String>,
}

impl BuildOptions {
    /// The dev profile in a workspace.
    pub fn dev(workspace: impl AsRef<Path>) -> Self {
        Self {
            workspace: workspace.as_ref().to_owned(),
            profile: "dev".to_owned(),
            beside: None,
        }
    }
}

/// Builds binaries, each the only or equally named one of the package of its name, and returns where they are.
/// Cargo's progress and errors go to standard error.
pub async fn build<'a>(
    binaries: impl IntoIterator<Item = &'a str>,
    options: &BuildOptions,
) -> Result<BTreeMap<String, PathBuf>> {
    let binaries: BTreeSet<&str> = binaries.into_iter().collect();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .current_dir(&options.workspace)
        .args(["build", "--message-format=json-render-diagnostics"]);
    command.args(["--profile", &options.profile]);
    for binary in &binaries {
        command.args(["-p", binary, "--bin", binary]);
    }
    if let Some(beside) = &options.beside {
        command.args(["-p", beside]);
    }
    forget_the_running_package(&mut command);
    command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true);
    let output = command.output().await.map_err(Error::machine("run cargo"))?;
    if !output.status.success() {
        return Err(Error::Build {
            why: format!("cargo ended with {}", output.status),
        });
    }
    let built = executables(&output.stdout);
    for binary in binaries {
        if !built.contains_key(binary) {
            return Err(Error::Build {
                why: format!("cargo built no binary {binary}"),
            });
        }
    }
    Ok(built)
}

/// What `cargo run` tells the program that it runs about its package would count, in another build, as an environment that
/// has changed: build scripts such as ring's would run anew, and everything above them be compiled anew, each time.
fn forget_the_running_package(command: &mut Command) {
    let package = |name: &str| {
        name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST_")
            || name.starts_with("CARGO_BIN_")
    };
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(package) {
            command.env_remove(name);
        }
    }
}

/// The executables in cargo's messages, by name.
fn executables(messages: &[u8]) -> BTreeMap<String, PathBuf> {
    let lines = messages
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let found = lines.filter_map(|message| {
        let name = message["target"]["name"].as_str()?.to_owned();
        Some((name, PathBuf::from(message["executable"].as_str()?)))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executables_are_read_from_cargo_messages() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"lib"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"cleanup"},"executable":"/t/debug/cleanup"}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        let built = executables(messages.as_bytes());
        assert_eq!(
            built,
            BTreeMap::from([("cleanup".to_owned(), PathBuf::from("/t/debug/cleanup"))])
        );
    }

    #[tokio::test]
    async fn a_binary_that_does_not_exist_is_an_error() {
        let options = BuildOptions::dev(env!("CARGO_MANIFEST_DIR"));
        let error = build(["no-such-binary"], &options).await.unwrap_err();
        assert!(matches!(error, Error::Build { .. }), "{error}");
    }

    #[tokio::test]
    async fn a_package_is_built_and_its_binary_found() {
        let workspace = tempfile::tempdir().unwrap();
        let manifest = "[package]\nname = \"tiny-function\"\nedition = \"2024\"\n[workspace]\n";
        std::fs::create_dir(workspace.path().join("src")).unwrap();
        std::fs::write(workspace.path().join("Cargo.toml"), manifest).unwrap();
        std::fs::write(workspace.path().join("src/main.rs"), "fn main() {}").unwrap();
        let twice = ["tiny-function", "tiny-function"];
        let built = build(twice, &BuildOptions::dev(workspace.path())).await.unwrap();
        assert!(built["tiny-function"].is_file());
    }
}
