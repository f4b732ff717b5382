//! MP4 files, as far as it takes to tell one that plays: boxes of a 32-bit length and four letters (ISO/IEC 14496-12).

/// How much of a `moov` box is read at most.
const MOOV_BYTES_MAX: u64 = 2 << 20;
/// Boxes walked at the top level at most.
const BOXES_MAX: usize = 32;

/// A part of a file.
pub(super) struct Part {
    pub(super) bytes: Vec<u8>,
    pub(super) total: u64,
}

/// Where the `moov` box is.
pub(super) enum Moov<'a> {
    Here(&'a [u8]),
    At { offset: u64, length: u64 },
    Beyond { offset: u64 },
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

pub(super) fn find_moov(head: &Part) -> Result<Moov<'_>, &'static str> {
    if head.total == 0 || head.bytes.is_empty() {
        return Err("it is empty");
    }
    let mut offset = 0_u64;
    for index in 0..BOXES_MAX {
        if offset >= head.total {
            return Err("it has no moov box");
        }
        let Some(here) = usize::try_from(offset)
            .ok()
            .and_then(|offset| head.bytes.get(offset..))
            .filter(|here| here.len() >= 16)
        else {
            return Ok(Moov::Beyond { offset });
        };
        let Some(found) = header(here, head.total - offset) else {
            return Err("its boxes are broken");
        };
        if index == 0 && &found.kind != b"ftyp" {
            return Err("it is no MP4");
        }
        let end = offset.saturating_add(found.whole);
        if end > head.total {
            return Err("it is cut short");
        }
        if &found.kind == b"moov" {
            if found.whole > MOOV_BYTES_MAX {
                return Err("its moov box is too large");
            }
            whole_behind(head, end)?;
            let whole = usize::try_from(found.whole)
                .ok()
                .and_then(|whole| here.get(..whole));
            return Ok(whole.map_or(
                Moov::At {
                    offset,
                    length: found.whole,
                },
                Moov::Here,
            ));
        }
        offset = end;
    }
    Err("it has too many boxes")
}

/// The media behind a `moov` box is all there, as far as the head tells: a file that broke off states more than it has.
fn whole_behind(head: &Part, mut offset: u64) -> Result<(), &'static str> {
    for _ in 0..BOXES_MAX {
        let here = usize::try_from(offset).ok().and_then(|at| head.bytes.get(at..));
        let rest = head.total.saturating_sub(offset);
        let Some(next) = here.and_then(|here| header(here, rest)) else {
            return Ok(());
        };
        offset = offset.saturating_add(next.whole);
        match (offset > head.total, &next.kind) {
            (true, b"mdat") => return Err("it is cut short"),
            // Something that is no box at all, behind the last one: players pass over it.
            (true, _) => return Ok(()),
            (false, _) => {}
        }
    }
    Ok(())
}

/// A `moov` box looked for behind the media.
pub(super) enum Tail<'a> {
    Whole(&'a [u8]),
    Longer(u64),
}

pub(super) fn inside_tail(bytes: &[u8], offset: u64, total: u64) -> Result<Tail<'_>, &'static str> {
    let found = header(bytes, total.saturating_sub(offset)).ok_or("its boxes are broken")?;
    if &found.kind != b"moov" {
        return Err("it has no moov box");
    }
    if offset.saturating_add(found.whole) > total || found.whole > MOOV_BYTES_MAX {
        return Err("it is cut short");
    }
    let whole = usize::try_from(found.whole)
        .ok()
        .and_then(|whole| bytes.get(..whole));
    Ok(whole.map_or(Tail::Longer(found.whole), Tail::Whole))
}

/// The length that a `moov` box states; it must hold a video track.
pub(super) fn duration_ms(moov: &[u8]) -> Result<u64, &'static str> {
    let mvhd = find(content(moov).ok_or("its moov box is broken")?, *b"mvhd").ok_or("it states no length")?;
    let video = tracks(moov).any(|track| {
        let handler = find(track, *b"mdia").and_then(|mdia| find(mdia, *b"hdlr"));
        handler.and_then(|handler| handler.get(8..12)) == Some(b"vide")
    });
    if !video {
        return Err("it has no picture");
    }
    let (scale, duration) = movie_time(mvhd).ok_or("it states no length")?;
    match duration
        .checked_mul(1000)
        .and_then(|ms| ms.checked_div(u64::from(scale)))
    {
        Some(ms) if ms > 0 => Ok(ms),
        _ => Err("it has no length"),
    }
}

/// Units per second, and the duration in them. Version 1 of the box has 64-bit times.
fn movie_time(mvhd: &[u8]) -> Option<(u32, u64)> {
    let u32_at = |at: usize| mvhd.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    match mvhd.first()? {
        0 => Some((u32_at(12)?, u64::from(u32_at(16)?))),
        1 => Some((
            u32_at(20)?,
            u64::from_be_bytes(mvhd.get(24..32)?.try_into().ok()?),
        )),
        _ => None,
    }
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

fn tracks(moov: &[u8]) -> impl Iterator<Item = &[u8]> {
    boxes(content(moov).unwrap_or_default())
        .filter(|(kind, _)| kind == b"trak")
        .map(|(_, inner)| inner)
}

pub(super) fn as_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
        let mut bytes = u32::try_from(content.len() + 8).unwrap().to_be_bytes().to_vec();
        bytes.extend_from_slice(&kind);
        bytes.extend_from_slice(content);
        bytes
    }

    fn moov(handler: [u8; 4], scale: u32, duration: u32) -> Vec<u8> {
        let mut mvhd = vec![0; 12];
        mvhd.extend_from_slice(&scale.to_be_bytes());
        mvhd.extend_from_slice(&duration.to_be_bytes());
        let mut hdlr = vec![0; 8];
        hdlr.extend_from_slice(&handler);
        let trak = boxed(*b"trak", &boxed(*b"mdia", &boxed(*b"hdlr", &hdlr)));
        boxed(*b"moov", &[boxed(*b"mvhd", &mvhd), trak].concat())
    }

    fn part(bytes: Vec<u8>) -> Part {
        Part {
            total: as_u64(bytes.len()),
            bytes,
        }
    }

    #[test]
    fn a_moov_box_before_the_media_is_found_at_once() {
        let file = part(
            [
                boxed(*b"ftyp", b"isom0000"),
                moov(*b"vide", 1000, 5000),
                boxed(*b"mdat", &[0; 99]),
            ]
            .concat(),
        );
        let Ok(Moov::Here(moov)) = find_moov(&file) else {
            panic!("in the head")
        };
        assert_eq!(duration_ms(moov), Ok(5000));
    }

    #[test]
    fn a_file_that_breaks_off_behind_its_moov_box_is_cut_short_and_a_few_odd_bytes_are_not() {
        let front = [boxed(*b"ftyp", b"isom0000"), moov(*b"vide", 1000, 5000)].concat();
        let whole = [front.clone(), boxed(*b"mdat", &[0; 99])].concat();
        let broken_off = part(whole[..whole.len() - 50].to_vec());
        assert_eq!(find_moov(&broken_off).err(), Some("it is cut short"));
        let odd = part([whole, vec![0x7f; 40]].concat());
        assert!(matches!(find_moov(&odd), Ok(Moov::Here(_))));
    }

    #[test]
    fn a_moov_box_behind_the_media_is_looked_for_there() {
        let head = [boxed(*b"ftyp", b"isom0000"), boxed(*b"mdat", &[0; 500])].concat();
        let total = as_u64(head.len()) + 900;
        let file = Part {
            bytes: head[..100].to_vec(),
            total,
        };
        assert!(matches!(find_moov(&file), Ok(Moov::Beyond { offset }) if offset == as_u64(head.len())));
    }

    #[test]
    fn what_does_not_play_is_told_apart() {
        assert_eq!(find_moov(&part(vec![])).err(), Some("it is empty"));
        assert_eq!(
            find_moov(&part(b"<html><body>error</body></html>".to_vec())).err(),
            Some("it is no MP4")
        );
        let cut = Part {
            bytes: [boxed(*b"ftyp", b"isom0000"), boxed(*b"mdat", &[0; 500])].concat()[..100].to_vec(),
            total: 100,
        };
        assert_eq!(find_moov(&cut).err(), Some("it is cut short"));
        assert_eq!(duration_ms(&moov(*b"soun", 1000, 5000)), Err("it has no picture"));
        assert_eq!(duration_ms(&moov(*b"vide", 1000, 0)), Err("it has no length"));
        assert_eq!(duration_ms(&moov(*b"vide", 0, 5)), Err("it has no length"));
    }

    #[test]
    fn no_bytes_whatever_make_it_panic() {
        let whole = [
            boxed(*b"ftyp", b"isom0000"),
            moov(*b"vide", 1000, 5000),
            boxed(*b"mdat", &[0; 99]),
        ]
        .concat();
        let mut dice = fastrand::Rng::with_seed(7);
        for _ in 0..20_000 {
            let mut bytes = whole.clone();
            for _ in 0..dice.usize(1..6) {
                let at = dice.usize(..bytes.len());
                bytes[at] = dice.u8(..);
            }
            bytes.truncate(dice.usize(..=bytes.len()));
            let total = dice.u64(0..400);
            if let Ok(Moov::Here(moov)) = find_moov(&Part { bytes, total }) {
                let _ = duration_ms(moov);
            }
        }
    }
}
