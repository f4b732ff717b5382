//! Where the testbed lies.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

/// The crate whose source has the testbed.
const CRATE: &str = "open-feature-flagd";

pub(crate) struct Testbed(PathBuf);

impl Testbed {
    /// Asks cargo where the locked version was unpacked. Cargo downloads it if it has to: a build leaves out what is
    /// for other platforms, and so for none.
    pub(crate) fn find() -> &'static Self {
        static TESTBED: LazyLock<Testbed> = LazyLock::new(Testbed::ask_cargo);
        &TESTBED
    }

    fn ask_cargo() -> Self {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        let fetch =
            "the flagd testbed is not on this machine; with a network, run `cargo fetch --locked` once";
        let why = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{fetch}: {why}");
        let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
        let mut packages = metadata["packages"].as_array().expect("packages").iter();
        let package = packages.find(|package| package["name"] == CRATE).expect(fetch);
        let manifest = PathBuf::from(package["manifest_path"].as_str().expect("a path"));
        let testbed = manifest.with_file_name("flagd-testbed");
        assert!(testbed.is_dir(), "{fetch}");
        Self(testbed)
    }

    /// Every feature file of a directory, by its name without the ending.
    pub(crate) fn features(&self, directory: &str) -> Vec<(String, String)> {
        let entries = std::fs::read_dir(self.0.join(directory)).expect("a directory of features");
        let mut features: Vec<_> = entries
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "feature"))
            .map(|path| {
                let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
                (name, std::fs::read_to_string(path).expect("a feature file"))
            })
            .collect();
        features.sort();
        features
    }

    /// A flag set.
    pub(crate) fn json(&self, path: &str) -> Value {
        let text = std::fs::read_to_string(self.0.join(path)).expect("a flag set");
        serde_json::from_str(&text).expect("JSON")
    }
}
