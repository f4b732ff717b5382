//! The binaries that deploy: each function built in its own directory, as `sam build` does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::error::{Doing as _, Error, Result};

/// What the others are measured beside.
pub(crate) const HELLO: &str = "hello-function";

/// Builds `names`, unless they are to be taken from `built`, and says where they are.
pub(crate) async fn get<'a>(
    workspace: &Path,
    built: Option<&Path>,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<BTreeMap<String, PathBuf>> {
    let mut found = BTreeMap::new();
    for name in names {
        let directory = match built {
            Some(built) => built.to_owned(),
            None => build(workspace, name).await?,
        };
        let path = directory.join(name);
        let path = path
            .canonicalize()
            .doing(&format!("looking for {}", path.display()))?;
        found.insert(name.to_owned(), path);
    }
    Ok(found)
}

async fn build(workspace: &Path, name: &str) -> Result<PathBuf> {
    let directory = match name {
        HELLO => workspace.join("tests/bench/hello"),
        _ => workspace.join("functions").join(name),
    };
    let triple = triple().await?;
    let target = workspace.join("target");
    let status = Command::new("cargo")
        .current_dir(directory)
        .args([
            "build",
            "--release",
            "--locked",
            "--target",
            &triple,
            "--target-dir",
        ])
        .arg(&target)
        .status()
        .await
        .doing("running cargo")?;
    if !status.success() {
        return Err(Error(format!("{name} could not be built")));
    }
    Ok(target.join(triple).join("release"))
}

/// This machine's, as cargo calls it. Named, so that what is built lies where cargo-lambda's lies.
async fn triple() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().await;
    let output = output.doing("asking rustc")?;
    let told = String::from_utf8_lossy(&output.stdout);
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| Error("rustc does not say for which machine it builds".to_owned()))
}
