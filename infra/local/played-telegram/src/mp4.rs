//! Enough of MP4 to tell a video from something else, and to read its length and size.
//!
//! Box layout: ISO/IEC 14496-12.

/// What a player would learn from the file's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Whole seconds, rounded to the nearest.
    pub(crate) duration_s: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// True if the file begins as MP4 files do.
pub(crate) fn has_magic(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"ftyp")
}

/// Reads the file's length and picture size; `None` if it is no playable MP4.
pub(crate) fn facts(bytes: &[u8]) -> Option<Facts> {
    if !has_magic(bytes) {
        return None;
    }
    child(bytes, *b"mdat")?;
    let moov = child(bytes, *b"moov")?;
    let duration_s = duration_s(child(moov, *b"mvhd")?)?;
    let (width, height) = boxes(moov)
        .filter(|(kind, _)| kind == b"trak")
        .filter_map(|(_, trak)| picture_size(child(trak, *b"tkhd")?))
        .find(|size| *size != (0, 0))?;
    Some(Facts {
        duration_s,
        width,
        height,
    })
}

fn boxes(mut rest: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let kind = rest.get(4..8)?.try_into().ok()?;
        let (header, size) = match number(rest, 0)? {
            0 => (8, rest.len()),
            1 => (16, usize::try_from(long_number(rest, 8)?).ok()?),
            size => (8, usize::try_from(size).ok()?),
        };
        let body = rest.get(header..size)?;
        rest = rest.get(size..)?;
        Some((kind, body))
    })
}

fn child(parent: &[u8], wanted: [u8; 4]) -> Option<&[u8]> {
    boxes(parent)
        .find(|(kind, _)| *kind == wanted)
        .map(|(_, body)| body)
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn long_number(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

fn duration_s(mvhd: &[u8]) -> Option<u32> {
    let (scale, duration) = match mvhd.first()? {
        0 => (number(mvhd, 12)?, u64::from(number(mvhd, 16)?)),
        _ => (number(mvhd, 20)?, long_number(mvhd, 24)?),
    };
    let scale = u64::from(scale);
    u32::try_from((duration + scale / 2).checked_div(scale)?).ok()
}

/// Width and height are the last two fields of `tkhd`, 16.16 fixed point.
fn picture_size(tkhd: &[u8]) -> Option<(u32, u32)> {
    let at = tkhd.len().checked_sub(8)?;
    Some((number(tkhd, at)? >> 16, number(tkhd, at + 4)? >> 16))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn boxed(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
        let size = u32::try_from(body.len() + 8).unwrap();
        [&size.to_be_bytes(), &kind, body].concat()
    }

    /// The skeleton of an MP4: right boxes, no pictures.
    pub(crate) fn skeleton(duration_ms: u32, width: u32, height: u32) -> Vec<u8> {
        let mut mvhd = vec![0; 100];
        mvhd[12..16].copy_from_slice(&1000_u32.to_be_bytes());
        mvhd[16..20].copy_from_slice(&duration_ms.to_be_bytes());
        let mut tkhd = vec![0; 84];
        tkhd[76..80].copy_from_slice(&(width << 16).to_be_bytes());
        tkhd[80..84].copy_from_slice(&(height << 16).to_be_bytes());
        let trak = boxed(*b"trak", &boxed(*b"tkhd", &tkhd));
        let moov = boxed(*b"moov", &[boxed(*b"mvhd", &mvhd), trak].concat());
        [boxed(*b"ftyp", b"isom\0\0\0\0"), moov, boxed(*b"mdat", &[7; 64])].concat()
    }

    #[test]
    fn length_and_size_are_read_from_the_boxes() {
        assert_eq!(
            facts(&skeleton(5_400, 640, 360)),
            Some(Facts {
                duration_s: 5,
                width: 640,
                height: 360
            })
        );
    }

    #[test]
    fn other_files_are_no_video() {
        assert_eq!(facts(b"<html>"), None);
        let whole = skeleton(5_000, 640, 360);
        for cut in 0..whole.len() {
            assert_eq!(facts(&whole[..cut]), None, "cut at {cut}");
        }
    }
}
