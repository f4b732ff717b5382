//! What the measurements have in common.

use std::path::{Path, PathBuf};

use crate::error::{Doing as _, Result};

/// A directory for what a run makes and nobody keeps.
pub(crate) fn scratch(workspace: &Path) -> Result<PathBuf> {
    let directory = workspace.join("target/bench");
    std::fs::create_dir_all(&directory).doing("making target/bench")?;
    Ok(directory)
}
