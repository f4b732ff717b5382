//! What comes from outside: its licences, its sources, and crates that must stay out. The rules stand in `deny.toml`,
//! which `cargo deny` reads too; this reading needs no further tool and no network.

use std::collections::HashSet;

use serde::Deserialize;

use super::project::cargo_metadata;
use super::{Error, Findings};

/// The part of `deny.toml` that is checked here.
#[derive(Debug, Deserialize)]
pub struct Rules {
    licenses: Licenses,
    bans: Bans,
}

#[derive(Debug, Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Debug, Deserialize)]
struct Ban {
    name: String,
    reason: String,
}

impl Rules {
    /// Reads `deny.toml`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Ok(toml::from_str(text)?)
    }
}

/// Every package that is built on this machine.
#[derive(Debug, Deserialize)]
pub struct Outside {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Debug, Deserialize)]
struct Package {
    id: String,
    name: String,
    license: Option<String>,
    /// `None` for the workspace's own.
    source: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
}

impl Outside {
    /// Asks cargo. Only for this machine's platform, whose crates a build has downloaded already.
    pub fn load() -> Result<Self, Error> {
        cargo_metadata(&["--locked", "--offline", "--filter-platform", &host()?])
    }

    /// The same of the benchmarks' own workspace, which this build has nothing to do with: the first time, their crates are
    /// downloaded.
    pub fn load_benches() -> Result<Self, Error> {
        let manifest = ["--manifest-path", BENCHES];
        cargo_metadata(&[
            "--locked",
            manifest[0],
            manifest[1],
            "--filter-platform",
            &host()?,
        ])
    }
}

/// The benchmarks' own workspace.
const BENCHES: &str = "tests/benches-flags/Cargo.toml";

/// A lock file.
#[derive(Debug, Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Debug, Deserialize)]
struct Locked {
    name: String,
    version: String,
}

/// Crates that the benchmarks measure in another version than the one that is deployed. Versions that cannot stand for one
/// another are two crates, of which each workspace may have its own.
pub fn drifted(deployed: &str, measured: &str) -> Result<Findings, Error> {
    let (deployed, measured): (Lock, Lock) = (toml::from_str(deployed)?, toml::from_str(measured)?);
    let same = |one: &Locked, other: &Locked| {
        one.name == other.name && series(&one.version) == series(&other.version)
    };
    let found = measured.package.iter().filter_map(|measured| {
        let mut deployed = deployed
            .package
            .iter()
            .filter(|deployed| same(deployed, measured));
        let other = deployed.find(|deployed| deployed.version != measured.version)?;
        Some(format!(
            "{BENCHES}: measures {} {}, and {} is deployed; `cargo update --precise` it there",
            measured.name, measured.version, other.version
        ))
    });
    Ok(found.collect())
}

/// Versions of one series can stand for one another: `1`, `0.8`, `0.0.5`.
fn series(version: &str) -> String {
    let parts: Vec<&str> = version.split('.').collect();
    let zeros = parts.iter().take_while(|part| **part == "0").count();
    parts.get(..=zeros).unwrap_or(&parts).join(".")
}

/// The platform that rustc builds for by default, such as `x86_64-unknown-linux-gnu`.
fn host() -> Result<String, Error> {
    let failed = |why: String| Error::Cargo(format!("rustc -vV: {why}"));
    let output = std::process::Command::new("rustc")
        .arg("-vV")
        .output()
        .map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| failed(text.clone()))
}

/// Every package from outside that should not have been let in.
pub fn let_in(rules: &Rules, outside: &Outside) -> Findings {
    let built: HashSet<&str> = outside
        .resolve
        .nodes
        .iter()
        .map(|node| node.id.as_str())
        .collect();
    let foreign = outside
        .packages
        .iter()
        .filter(|package| built.contains(package.id.as_str()) && package.source.is_some());
    foreign.filter_map(|package| fault(rules, package)).collect()
}

fn fault(rules: &Rules, package: &Package) -> Option<String> {
    let name = &package.name;
    if let Some(ban) = rules.bans.deny.iter().find(|ban| ban.name == *name) {
        return Some(format!("{name} is banned: {}", ban.reason));
    }
    if package.source.as_deref() != Some("registry+https://github.com/rust-lang/crates.io-index") {
        return Some(format!("{name} comes from elsewhere than crates.io"));
    }
    let license = package.license.as_deref().unwrap_or("none");
    (!allowed(&rules.licenses, license))
        .then(|| format!("{name} has the licence {license}, which deny.toml does not allow"))
}

/// Whether the allowed licences satisfy an SPDX expression; old manifests write `MIT/Apache-2.0`.
fn allowed(licenses: &Licenses, expression: &str) -> bool {
    let parsed = spdx::Expression::parse_mode(expression, spdx::ParseMode::LAX);
    parsed.is_ok_and(|parsed| parsed.evaluate(|one| licenses.allow.contains(&one.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"
        licenses.allow = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"]
        bans.deny = [{ name = "openssl-sys", reason = "one TLS provider" }]
    "#;

    fn found(name: &str, license: Option<&str>, source: &str) -> Findings {
        let package = Package {
            id: name.into(),
            name: name.into(),
            license: license.map(str::to_owned),
            source: Some(source.into()),
        };
        let nodes = vec![Node { id: name.into() }];
        let outside = Outside {
            packages: vec![package],
            resolve: Resolve { nodes },
        };
        let_in(&Rules::parse(RULES).unwrap(), &outside)
    }

    const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

    #[test]
    fn permissive_licences_pass_in_every_spelling() {
        for good in [
            "MIT",
            "MIT OR GPL-3.0",
            "MIT/Apache-2.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0-only",
        ] {
            assert_eq!(found("x", Some(good), CRATES_IO), Findings::new(), "{good}");
        }
    }

    #[test]
    fn a_licence_that_binds_or_is_missing_is_found() {
        for bad in [Some("GPL-3.0"), Some("MIT AND AGPL-3.0"), Some("ask me"), None] {
            assert_eq!(found("x", bad, CRATES_IO).len(), 1, "{bad:?}");
        }
    }

    #[test]
    fn a_crate_that_is_measured_in_another_version_than_deployed_is_found() {
        let lock = |packages: &[(&str, &str)]| {
            let package = |(name, version): &(&str, &str)| {
                format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n")
            };
            packages.iter().map(package).collect::<String>()
        };
        let deployed = lock(&[
            ("serde", "1.0.5"),
            ("rand", "0.8.1"),
            ("rand", "0.9.0"),
            ("tiny", "0.0.5"),
        ]);
        let same = [
            ("serde", "1.0.5"),
            ("rand", "0.9.0"),
            ("rand", "0.7.0"),
            ("tiny", "0.0.6"),
            ("criterion", "1.0.0"),
        ];
        assert_eq!(drifted(&deployed, &lock(&same)).unwrap(), Findings::new());
        for other in [("serde", "1.1.0"), ("rand", "0.9.1")] {
            assert_eq!(drifted(&deployed, &lock(&[other])).unwrap().len(), 1, "{other:?}");
        }
    }

    #[test]
    fn a_banned_crate_and_a_foreign_source_are_found() {
        assert_eq!(found("openssl-sys", Some("MIT"), CRATES_IO).len(), 1);
        assert_eq!(found("x", Some("MIT"), "git+https://example.org/x").len(), 1);
    }
}
