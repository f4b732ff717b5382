//! A finished file that can be read by ranges, and whose padding takes no memory.

use bytes::Bytes;

const ZEROS: &[u8] = &[0; 64 * 1024];

/// The bytes of a file: a head, a run of zeros, a tail.
#[derive(Clone, Debug, Default)]
pub struct ClipFile {
    pub(crate) head: Bytes,
    pub(crate) zeros: u64,
    pub(crate) tail: Bytes,
}

impl ClipFile {
    /// A file of just these bytes.
    pub fn plain(bytes: impl Into<Bytes>) -> Self {
        Self {
            head: bytes.into(),
            ..Self::default()
        }
    }

    /// Its length in bytes.
    pub fn len(&self) -> u64 {
        length(&self.head) + self.zeros + length(&self.tail)
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// At most 64 KiB from `offset`; nothing at or behind `end`.
    pub fn chunk(&self, offset: u64, end: u64) -> Option<Bytes> {
        let end = end.min(self.len());
        if offset >= end {
            return None;
        }
        let head = length(&self.head);
        let piece = if offset < head {
            self.head.slice(position(offset)..)
        } else if offset < head + self.zeros {
            Bytes::from_static(&ZEROS[..position(length(ZEROS).min(head + self.zeros - offset))])
        } else {
            self.tail.slice(position(offset - head - self.zeros)..)
        };
        let wanted = (end - offset).min(length(ZEROS)).min(length(&piece));
        Some(piece.slice(..position(wanted)))
    }

    /// All of it in memory; for tests and for files known to be small.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut all = Vec::new();
        while let Some(chunk) = self.chunk(length(&all), self.len()) {
            all.extend_from_slice(&chunk);
        }
        all
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn position(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_join_to_the_whole_over_both_seams() {
        let file = ClipFile {
            head: Bytes::from_static(b"ab"),
            zeros: 70_000,
            tail: Bytes::from_static(b"yz"),
        };
        let all = file.to_vec();
        assert_eq!(all.len(), 70_004);
        assert_eq!((&all[..3], &all[70_001..]), (&b"ab\0"[..], &b"\0yz"[..]));
        assert_eq!(file.chunk(1, 3).as_deref(), Some(&b"b"[..]));
        assert!(file.chunk(70_004, 80_000).is_none());
    }
}
