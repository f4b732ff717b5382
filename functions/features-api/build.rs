//! Puts the files of `web/` beside the crate as they are sent: as they stand, and compressed once and for all; with a list of
//! those of the Mini App and one of those of the operator's panel, so that a view more is a file more and nothing else.

#![expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script by variables where to write"
)]

use std::fmt::Write as _;
use std::fs;
use std::io::{Error, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Where the panel's files are.
const PANEL: &str = "panel/";

fn main() -> Result<(), Error> {
    println!("cargo::rerun-if-changed=web");
    let out = std::env::var_os("OUT_DIR").ok_or_else(|| Error::other("cargo names no OUT_DIR"))?;
    let out = Path::new(&out);
    let mut names = Vec::new();
    collect(Path::new("web"), "", &mut names)?;
    names.sort();
    for name in &names {
        let plain = fs::read(Path::new("web").join(name))?;
        let file = out.join(name);
        fs::create_dir_all(file.parent().unwrap_or(out))?;
        fs::write(out.join(format!("{name}.gz")), pack(&plain)?)?;
        fs::write(file, plain)?;
    }
    let (of_panel, of_app): (Vec<&String>, _) = names.iter().partition(|name| name.starts_with(PANEL));
    fs::write(out.join("app.rs"), listed(of_app))?;
    fs::write(out.join("panel.rs"), listed(of_panel))
}

/// The files below a directory, by their names from `web` on.
fn collect(directory: &Path, before: &str, into: &mut Vec<String>) -> Result<(), Error> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = format!("{before}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), into)?;
        } else {
            into.push(name);
        }
    }
    Ok(())
}

fn pack(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes)?;
    packed.finish()
}

/// The scripts and styles of a page, as `web.rs` takes them.
fn listed(names: Vec<&String>) -> String {
    let files = names.into_iter().fold(String::new(), |mut files, name| {
        let kind = match name.rsplit_once('.') {
            Some((_, "js")) => "SCRIPT",
            Some((_, "css")) => "STYLE",
            _ => return files,
        };
        let _ = writeln!(files, "    file!({name:?}, {kind}),");
        files
    });
    format!("&[\n{files}]\n")
}
