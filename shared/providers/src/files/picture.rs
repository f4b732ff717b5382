//! Pictures, as far as it takes to tell one that can be seen: PNG (W3C PNG, 5 and 11.2) and JPEG (ITU-T T.81, annex B).

use super::Format;

const PNG: &[u8] = &[0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];
/// The marker that begins the picture's size: of every way to code one but tables of Huffman and arithmetic codes.
const SIZE_MARKERS: std::ops::RangeInclusive<u8> = 0xc0..=0xcf;
const NOT_SIZES: [u8; 3] = [0xc4, 0xc8, 0xcc];
/// Segments of a JPEG walked at most before its size.
const SEGMENTS_MAX: usize = 64;

/// What a picture is written in, and its width and height.
type Seen = (Format, Option<(u32, u32)>);

/// What its head tells: the size only where it stands there.
pub(super) fn seen(head: &[u8]) -> Result<Seen, &'static str> {
    let (format, pixels) = if head.starts_with(PNG) {
        let ihdr = head.get(12..16) == Some(b"IHDR");
        let size = be32(head, 16).zip(be32(head, 20)).filter(|_| ihdr);
        (Format::Png, Some(size.ok_or("it has no size")?))
    } else if head.starts_with(&[0xff, 0xd8, 0xff]) {
        (Format::Jpeg, jpeg_size(head))
    } else if head.is_empty() {
        return Err("it is empty");
    } else {
        return Err("it is neither PNG nor JPEG");
    };
    if pixels.is_some_and(|(width, height)| width == 0 || height == 0) {
        return Err("it has no size");
    }
    Ok((format, pixels))
}

/// Whether the mark that ends a picture stands in its last bytes.
pub(super) fn has_end(format: Format, tail: &[u8]) -> bool {
    let mark: &[u8] = if format == Format::Png {
        b"IEND"
    } else {
        &[0xff, 0xd9]
    };
    tail.windows(mark.len()).any(|here| here == mark)
}

/// Width and height; `None` where what goes before them is longer than the head, as a camera's own small picture may be.
fn jpeg_size(head: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2_usize;
    for _ in 0..SEGMENTS_MAX {
        let [0xff, marker] = *head.get(at..at.checked_add(2)?)? else {
            return None;
        };
        if SIZE_MARKERS.contains(&marker) && !NOT_SIZES.contains(&marker) {
            let (height, width) = (be16(head, at + 5)?, be16(head, at + 7)?);
            return Some((width, height));
        }
        at = at.checked_add(2)?;
        if marker == 0xff {
            at -= 1;
        } else if !(0xd0..=0xd9).contains(&marker) {
            at = at.checked_add(usize::try_from(be16(head, at)?).ok()?)?;
        }
    }
    None
}

fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    let two: [u8; 2] = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
    Some(u32::from(u16::from_be_bytes(two)))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    let four: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    Some(u32::from_be_bytes(four))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHOTO: &[u8] = include_bytes!("../../fixtures/photo.png");
    /// The head of a JPEG of 640 by 360: an application's segment, a table, the size.
    const JPEG: &[u8] = &[
        0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc4, 0, 3, 9, 0xff, 0xff, 0xc2, 0, 11, 8, 1, 0x68, 2,
        0x80, 3,
    ];

    #[test]
    fn a_picture_is_known_by_its_bytes_and_tells_its_size() {
        let (format, pixels) = seen(PHOTO).unwrap();
        assert_eq!(format, Format::Png);
        assert!(pixels.is_some_and(|(width, height)| width > 0 && height > 0));
        assert_eq!(seen(JPEG), Ok((Format::Jpeg, Some((640, 360)))));
        // A head that ends before the size is a picture of a size that nobody knows.
        assert_eq!(seen(&JPEG[..12]), Ok((Format::Jpeg, None)));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        for bytes in [
            &b""[..],
            b"<!doctype html>",
            b"GIF89a",
            &PNG[..7],
            PNG,
            &PHOTO[..20],
        ] {
            assert!(seen(bytes).is_err(), "{bytes:?}");
        }
        let mut flat = PHOTO.to_vec();
        flat[16..20].fill(0);
        assert_eq!(seen(&flat), Err("it has no size"));
    }

    #[test]
    fn a_picture_that_breaks_off_has_no_end() {
        assert!(has_end(Format::Png, PHOTO));
        assert!(!has_end(Format::Png, &PHOTO[..PHOTO.len() - 12]));
        assert!(has_end(Format::Jpeg, &[1, 0xff, 0xd9, 0, 0]));
        assert!(!has_end(Format::Jpeg, &[1, 0xff, 0xd8]));
    }
}
