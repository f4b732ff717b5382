//! The day's clock: of this process and of every function's, moved by a library between them and the C library. So the
//! binaries are those that deploy, and nothing in them knows of it.

use std::os::unix::fs::FileExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::error::{Error, Result};

/// What stands between.
const LIBRARY: &str = include_str!("moved-clock.c");
/// Names the file that says by how much the clock is moved.
const VARIABLE: &str = "MOVED_CLOCK";
const PRELOAD: &str = "LD_PRELOAD";

/// A clock that can be put forward.
#[derive(Debug)]
pub(super) struct Clock {
    file: std::fs::File,
    library: String,
    path: String,
}

/// Starts this very command once more, with a clock that can be moved, in a directory of its own. Returns only where that
/// cannot be.
pub(super) fn begin_again(directory: &Path) -> Error {
    let library = match build(directory) {
        Ok(library) => library,
        Err(error) => return error,
    };
    let path = directory.join("clock");
    if let Err(source) = std::fs::write(&path, 0_i64.to_ne_bytes()) {
        return Error::File { path, source };
    }
    let this = match std::env::current_exe() {
        Ok(this) => this,
        Err(source) => return Error::broken("finding this program")(source),
    };
    let mut again = Command::new(this);
    again.args(std::env::args_os().skip(1));
    Error::broken("starting this program again")(again.env(PRELOAD, library).env(VARIABLE, path).exec())
}

/// Compiles the library, with the compiler that Rust links with.
fn build(directory: &Path) -> Result<PathBuf> {
    if !cfg!(all(target_os = "linux", target_env = "gnu")) {
        return Err(Error::Day(
            "a clock can be moved only on Linux with glibc".to_owned(),
        ));
    }
    std::fs::create_dir_all(directory).map_err(|source| Error::File {
        path: directory.to_owned(),
        source,
    })?;
    let (source, library) = (directory.join("moved-clock.c"), directory.join("moved-clock.so"));
    std::fs::write(&source, LIBRARY).map_err(|error| Error::File {
        path: source.clone(),
        source: error,
    })?;
    let mut compiler = Command::new("cc");
    compiler.args(["-O2", "-shared", "-fPIC", "-o"]);
    compiler
        .arg(&library)
        .arg(&source)
        .arg("-ldl")
        .stdin(Stdio::null());
    let done = compiler.status().map_err(Error::broken("running cc"))?;
    if !done.success() {
        return Err(Error::Day(format!("cc ended with {done}")));
    }
    Ok(library)
}

impl Clock {
    /// The clock of this process; `None` if it goes as the machine's does.
    pub(super) fn of_this_process() -> Result<Option<Self>> {
        let (Ok(path), Ok(library)) = (std::env::var(VARIABLE), std::env::var(PRELOAD)) else {
            return Ok(None);
        };
        let file = std::fs::OpenOptions::new().read(true).write(true).open(&path);
        let file = file.map_err(|source| Error::File {
            path: PathBuf::from(&path),
            source,
        })?;
        Ok(Some(Self { file, library, path }))
    }

    /// What a process is started with whose clock is to go with this one.
    pub(super) fn environment(&self) -> [(String, String); 2] {
        [(PRELOAD, &self.library), (VARIABLE, &self.path)]
            .map(|(name, value)| (name.to_owned(), value.clone()))
    }

    /// Puts it to a time, in ms.
    pub(super) fn set(&self, to_ms: i64) -> Result<()> {
        let mut ahead = [0; 8];
        let refused = |source| Error::File {
            path: PathBuf::from(&self.path),
            source,
        };
        self.file.read_exact_at(&mut ahead, 0).map_err(refused)?;
        let ahead_ms = i64::from_ne_bytes(ahead) + to_ms - now_ms();
        self.file
            .write_all_at(&ahead_ms.to_ne_bytes(), 0)
            .map_err(refused)?;
        let off_ms = (now_ms() - to_ms).abs();
        if off_ms > 1_000 {
            return Err(Error::Day(format!(
                "the clock did not move: it is off by {off_ms} ms"
            )));
        }
        Ok(())
    }
}

/// What time it is by the clock of this process, in ms.
pub(super) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
