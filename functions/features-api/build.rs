//! Puts the files of `web/` beside the crate as they are sent: as they stand, and compressed once and for all.

#![expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script by variables where to write"
)]

use std::fs;
use std::io::{Error, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

fn main() -> Result<(), Error> {
    println!("cargo::rerun-if-changed=web");
    let out = std::env::var_os("OUT_DIR").ok_or_else(|| Error::other("cargo names no OUT_DIR"))?;
    for entry in fs::read_dir("web")? {
        let entry = entry?;
        if !entry.file_type()?.is_file() {
            continue;
        }
        let bytes = fs::read(entry.path())?;
        let name = entry.file_name();
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&bytes)?;
        let file = Path::new(&out).join(format!("{}.gz", name.to_string_lossy()));
        fs::write(file, packed.finish()?)?;
    }
    Ok(())
}
