//! One local cloud at a time in a directory: its log and its note for `cargo ctl --local` are in fixed places, and a second
//! cloud would take them from the first.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The right to be the local cloud of a directory; ends when it is dropped, and with the process in any case.
#[derive(Debug)]
pub(crate) struct Seat {
    _lock: File,
}

impl Seat {
    /// Takes the seat, or says that it is taken.
    pub(crate) fn take(directory: &Path) -> Result<Self> {
        let path = directory.join("lock");
        std::fs::create_dir_all(directory).map_err(refused(&path))?;
        let lock = File::create(&path).map_err(refused(&path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Error::SeatTaken {
                directory: directory.to_owned(),
            }),
            Err(TryLockError::Error(source)) => Err(refused(&path)(source)),
        }
    }
}

fn refused(path: &Path) -> impl Fn(std::io::Error) -> Error + use<> {
    let path: PathBuf = path.to_owned();
    move |source| Error::File {
        path: path.clone(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_one_local_cloud_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let seat = Seat::take(directory.path()).unwrap();
        assert!(matches!(
            Seat::take(directory.path()),
            Err(Error::SeatTaken { .. })
        ));
        drop(seat);
        Seat::take(directory.path()).unwrap();
    }
}
