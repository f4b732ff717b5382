//! The functions' output: all of it in a file, and what went wrong on the terminal too.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use local_lambda::LogSink;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::locked;

/// What every line has and nobody needs on a terminal.
const NOT_SHOWN: [&str; 6] = ["timestamp", "level", "event", "target", "message", "request_id"];

/// The log of one run.
#[derive(Debug, Clone)]
pub struct Log {
    path: PathBuf,
    file: Arc<Mutex<File>>,
}

impl Log {
    /// Begins a new log of this name in a directory, which is made if need be; that of the last run is overwritten.
    pub fn begin(directory: &Path, name: &str) -> Result<Self> {
        let path = directory.join(name);
        let refused = |source| Error::File {
            path: path.clone(),
            source,
        };
        std::fs::create_dir_all(directory).map_err(refused)?;
        let file = Arc::new(Mutex::new(File::create(&path).map_err(refused)?));
        Ok(Self { path, file })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes lines; those of trouble are also handed to `show`, shortened.
    pub fn sink(&self, show: impl Fn(&str) + Send + Sync + 'static) -> LogSink {
        let file = self.file.clone();
        Arc::new(move |function, line| {
            // A full disk must not stop the functions.
            let _ = writeln!(locked(&file), "{function} {line}");
            if let Some(short) = trouble(function, line) {
                show(&short);
            }
        })
    }
}

/// A line of trouble in short; `None` for a line that only says what goes on.
fn trouble(function: &str, line: &str) -> Option<String> {
    let function = function.trim_end_matches("Function");
    let Ok(Value::Object(fields)) = serde_json::from_str(line) else {
        // A panic, or the runtime's own words.
        return Some(format!("{function}: {line}"));
    };
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let level = text("level");
    if !matches!(level, "WARN" | "ERROR") {
        return None;
    }
    let shown = fields
        .iter()
        .filter(|(name, _)| !NOT_SHOWN.contains(&name.as_str()));
    let rest: Vec<_> = shown
        .map(|(name, value)| {
            format!(
                "{name}={}",
                value.as_str().map_or_else(|| value.to_string(), str::to_owned)
            )
        })
        .collect();
    let (level, message) = (level.to_lowercase(), text("message"));
    Some(
        format!("{function}: {level}: {message} {}", rest.join(" "))
            .trim_end()
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trouble_reaches_the_terminal_and_in_short() {
        let line = |level: &str| {
            format!(
                r#"{{"timestamp":"2026","level":"{level}","message":"not accepted","job":"7-x","target":"app"}}"#
            )
        };
        assert_eq!(trouble("VideoWorkerFunction", &line("INFO")), None);
        let short = trouble("VideoWorkerFunction", &line("WARN")).unwrap();
        assert_eq!(short, "VideoWorker: warn: not accepted job=7-x");
        let panic = trouble("CleanupFunction", "thread 'main' panicked").unwrap();
        assert_eq!(panic, "Cleanup: thread 'main' panicked");
    }
}
