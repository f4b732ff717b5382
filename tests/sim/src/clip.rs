//! The one video of a simulation, in three lengths; its last box says which task it is of.

use std::sync::OnceLock;

use bytes::Bytes;
use futures::stream;
use played_kie::video::{ClipFile, Layout, Order, Size, clip, painted};
use reqwest::Body;

const MARK: &[u8] = b"task of the simulation: ";
/// How many bytes of a file that breaks off there are not.
const CUT: u64 = 100;

/// A short video whose index stands at its head, as long as asked for.
fn film(bytes: u64) -> &'static ClipFile {
    static FILMS: [OnceLock<ClipFile>; 3] = [const { OnceLock::new() }; 3];
    let place = match bytes {
        0 => 0,
        bytes if bytes < 50 << 20 => 1,
        _ => 2,
    };
    FILMS[place].get_or_init(|| {
        let size = Size {
            width: 64,
            height: 64,
        };
        let order = Order {
            prompt: "a simulation",
            seconds: 5,
            layout: Layout::IndexFirst,
            at_least: bytes,
        };
        clip(&painted("a simulation", size), order)
    })
}

/// A box that says which task it is of.
fn tail(name: &str) -> Vec<u8> {
    let content = [MARK, name.as_bytes()].concat();
    let length = u32::try_from(content.len() + 8).unwrap_or(u32::MAX);
    [length.to_be_bytes().as_slice(), b"free", &content].concat()
}

/// What is asked for of a task's file, and the header that says so.
pub fn part_of(name: &str, bytes: u64, range: Option<&str>, is_cut: bool) -> (Bytes, String) {
    let (film, tail) = (film(bytes), tail(name));
    let total = film.len() + u64::try_from(tail.len()).unwrap_or(0);
    let total = if is_cut {
        total - CUT - u64::try_from(tail.len()).unwrap_or(0)
    } else {
        total
    };
    let (from, last) = range
        .and_then(|range| range.strip_prefix("bytes=")?.split_once('-'))
        .and_then(|(from, last)| Some((from.parse::<u64>().ok()?, last.parse::<u64>().ok()?)))
        .unwrap_or((0, total - 1));
    let end = total.min(last + 1);
    let mut read = Vec::new();
    let mut at = from;
    while let Some(piece) = film.chunk(at, end) {
        at += u64::try_from(piece.len()).unwrap_or(0);
        read.extend_from_slice(&piece);
    }
    if at < end {
        let skipped = usize::try_from(at - film.len()).unwrap_or(0);
        let until = usize::try_from(end - film.len()).unwrap_or(0);
        read.extend_from_slice(tail.get(skipped..until).unwrap_or_default());
    }
    (
        read.into(),
        format!("bytes {from}-{}/{total}", end.saturating_sub(1)),
    )
}

/// All of a task's file.
pub fn whole(name: &str, bytes: u64) -> Body {
    let (film, tail) = (film(bytes), tail(name));
    let pieces = stream::unfold(0_u64, move |at| async move {
        let piece = film.chunk(at, film.len())?;
        let next = at + u64::try_from(piece.len()).unwrap_or(0);
        Some((Ok::<_, std::io::Error>(piece), next))
    });
    let last = stream::once(async move { Ok(Bytes::from(tail)) });
    Body::wrap_stream(futures::StreamExt::chain(pieces, last))
}

/// Which task a file is of.
pub fn name_in(file: &[u8]) -> Option<String> {
    let end = &file[file.len().saturating_sub(64)..];
    let at = end.windows(MARK.len()).position(|here| here == MARK)?;
    Some(String::from_utf8_lossy(&end[at + MARK.len()..]).into_owned())
}
