//! MP4 files, as far as it takes to tell one that plays: boxes of a 32-bit length and four letters (ISO/IEC 14496-12).

/// How much of a `moov` box is read at most.
const MOOV_BYTES_MAX: u64 = 2 << 20;
/// Boxes walked at the top level at most.
const BOXES_MAX: usize = 32;

/// A part of a file.
pub(super) struct Part {
    /// Where it begins: at a box.
    pub(super) from: u64,
    pub(super) bytes: Vec<u8>,
    /// The length of the whole file.
    pub(super) total: u64,
}

impl Part {
    /// What there is of it from a place in the file on.
    fn at(&self, offset: u64) -> Option<&[u8]> {
        self.bytes
            .get(usize::try_from(offset.checked_sub(self.from)?).ok()?..)
    }

    fn reaches_the_end(&self) -> bool {
        self.from.saturating_add(as_u64(self.bytes.len())) >= self.total
    }
}

/// Where the `moov` box is.
pub(super) enum Moov<'a> {
    Here(&'a [u8]),
    At {
        offset: u64,
        length: u64,
    },
    /// Behind this part: there the next box begins.
    Beyond {
        offset: u64,
    },
}

/// A box's header: letters, length of the header, length of the whole.
struct Header {
    kind: [u8; 4],
    head: u64,
    whole: u64,
}

/// Reads a box's header; `None` if it is not all there or senseless. `rest` is what there is from here to the end.
fn header(bytes: &[u8], rest: u64) -> Option<Header> {
    let length = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?);
    let kind: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
    let (head, whole) = match length {
        0 => (8, rest),
        1 => (16, u64::from_be_bytes(bytes.get(8..16)?.try_into().ok()?)),
        length => (8, u64::from(length)),
    };
    (whole >= head).then_some(Header { kind, head, whole })
}

/// Walks the boxes of a part.
pub(super) fn find_moov(part: &Part) -> Result<Moov<'_>, &'static str> {
    if part.total == 0 || part.bytes.is_empty() {
        return Err("it is empty");
    }
    let mut offset = part.from;
    for _ in 0..BOXES_MAX {
        if offset >= part.total {
            return Err("it has no moov box");
        }
        // A header may have 16 bytes; only the file's last box can have fewer.
        let there = |here: &&[u8]| here.len() >= 16 || part.reaches_the_end();
        let Some(here) = part.at(offset).filter(there) else {
            return Ok(Moov::Beyond { offset });
        };
        let Some(found) = header(here, part.total - offset) else {
            return Err("its boxes are broken");
        };
        if offset == 0 && &found.kind != b"ftyp" {
            return Err("it is no MP4");
        }
        let end = offset.saturating_add(found.whole);
        if end > part.total {
            return Err("it is cut short");
        }
        if &found.kind == b"moov" {
            return moov_at(part, here, offset, found.whole);
        }
        offset = end;
    }
    Err("it has too many boxes")
}

fn moov_at<'a>(part: &Part, here: &'a [u8], offset: u64, length: u64) -> Result<Moov<'a>, &'static str> {
    if length > MOOV_BYTES_MAX {
        return Err("its moov box is too large");
    }
    whole_behind(part, offset.saturating_add(length))?;
    let whole = usize::try_from(length).ok().and_then(|whole| here.get(..whole));
    Ok(whole.map_or(Moov::At { offset, length }, Moov::Here))
}

/// The media behind a `moov` box is all there, as far as the part tells: a file that broke off states more than it has.
fn whole_behind(part: &Part, mut offset: u64) -> Result<(), &'static str> {
    for _ in 0..BOXES_MAX {
        let rest = part.total.saturating_sub(offset);
        let Some(next) = part.at(offset).and_then(|here| header(here, rest)) else {
            return Ok(());
        };
        offset = offset.saturating_add(next.whole);
        match (offset > part.total, &next.kind) {
            (true, b"mdat") => return Err("it is cut short"),
            // Something that is no box at all, behind the last one: players pass over it.
            (true, _) => return Ok(()),
            (false, _) => {}
        }
    }
    Ok(())
}

/// What an MP4 is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Track {
    /// It is to be seen.
    Picture,
    /// It is to be heard, and there is nothing to be seen.
    Sound,
}

/// Whether a file begins as an MP4 does.
pub(super) fn is_mp4(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"ftyp")
}

/// The length that a `moov` box states, which must hold such a track; `None` where it says that it cannot tell, as in
/// a file of fragments (`mvex`), whose pictures and times stand behind it.
pub(super) fn duration_ms(moov: &[u8], track: Track) -> Result<Option<u64>, &'static str> {
    let content = content(moov).ok_or("its moov box is broken")?;
    let mvhd = find(content, *b"mvhd").ok_or("it states no length")?;
    let has = |kind: &[u8; 4]| {
        tracks(content).any(|track| {
            let handler = find(track, *b"mdia").and_then(|mdia| find(mdia, *b"hdlr"));
            handler.and_then(|handler| handler.get(8..12)) == Some(kind)
        })
    };
    match track {
        Track::Picture if !has(b"vide") => return Err("it has no picture"),
        Track::Sound if has(b"vide") || !has(b"soun") => return Err("it is not sound alone"),
        Track::Picture | Track::Sound => {}
    }
    let (scale, mut duration) = movie_time(mvhd).ok_or("it states no length")?;
    if let Some(mvex) = find(content, *b"mvex") {
        duration = find(mvex, *b"mehd")
            .and_then(fragments_time)
            .filter(|time| *time > 0);
    }
    let Some(duration) = duration else { return Ok(None) };
    match duration
        .checked_mul(1000)
        .and_then(|ms| ms.checked_div(u64::from(scale)))
    {
        Some(ms) if ms > 0 => Ok(Some(ms)),
        _ => Err("it has no length"),
    }
}

/// Units per second, and the duration in them; all ones stand for one that cannot be told. Version 1 of the box has
/// 64-bit times.
fn movie_time(mvhd: &[u8]) -> Option<(u32, Option<u64>)> {
    match mvhd.first()? {
        0 => Some((u32_at(mvhd, 12)?, told(u32_at(mvhd, 16)?))),
        1 => Some((
            u32_at(mvhd, 20)?,
            Some(u64_at(mvhd, 24)?).filter(|time| *time != u64::MAX),
        )),
        _ => None,
    }
}

/// The duration of all fragments (`mehd`).
fn fragments_time(mehd: &[u8]) -> Option<u64> {
    match mehd.first()? {
        0 => told(u32_at(mehd, 4)?),
        1 => u64_at(mehd, 4),
        _ => None,
    }
}

fn told(time: u32) -> Option<u64> {
    (time != u32::MAX).then(|| u64::from(time))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 8)?.try_into().ok().map(u64::from_be_bytes)
}

fn content(bytes: &[u8]) -> Option<&[u8]> {
    let found = header(bytes, as_u64(bytes.len()))?;
    bytes.get(usize::try_from(found.head).ok()?..usize::try_from(found.whole).ok()?)
}

/// The contents of the boxes that lie side by side.
fn boxes(mut bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let found = header(bytes, as_u64(bytes.len()))?;
        let whole = usize::try_from(found.whole).ok()?;
        let inner = bytes.get(usize::try_from(found.head).ok()?..whole)?;
        bytes = bytes.get(whole..)?;
        Some((found.kind, inner))
    })
}

fn find(bytes: &[u8], kind: [u8; 4]) -> Option<&[u8]> {
    boxes(bytes)
        .find(|(found, _)| *found == kind)
        .map(|(_, inner)| inner)
}

fn tracks(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    boxes(content)
        .filter(|(kind, _)| kind == b"trak")
        .map(|(_, inner)| inner)
}

pub(super) fn as_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
pub(super) mod tests;
