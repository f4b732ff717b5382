//! MP3 files, as far as it takes to tell one that plays: a tag (ID3v2.4, 3.1), and frames of MPEG audio, layer III
//! (ISO/IEC 11172-3 and 13818-3).

/// What is looked at of the sound itself: enough for two frames of any rate, wherever the first begins.
pub(super) const FRAMES_BYTES: usize = 8 << 10;
/// How far behind the tag the first frame may begin: some programs leave zeros there.
const PADDING_BYTES_MAX: usize = 4 << 10;

/// Thousands of bits per second of MPEG 1 and of MPEG 2 and 2.5, by the frame's number of it.
const RATES_1: [u32; 16] = [
    0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0,
];
const RATES_2: [u32; 16] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];
/// Samples per second of MPEG 1; MPEG 2 has half of them, 2.5 a quarter.
const SAMPLES: [u32; 3] = [44_100, 48_000, 32_000];

/// One frame's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Frame {
    bits_per_s: u32,
    samples_per_s: u32,
    /// How many samples it holds.
    samples: u32,
    bytes: u32,
    /// Where a variable rate is told: behind the side information.
    xing_at: usize,
}

/// Where the sound begins: behind the tag, if there is one.
pub(super) fn begins(head: &[u8]) -> u64 {
    let tag = head.get(..10).filter(|tag| tag.starts_with(b"ID3"));
    let Some([_, _, _, _, _, flags, a, b, c, d]) = tag else {
        return 0;
    };
    // Seven bits of each byte count.
    let size = [a, b, c, d]
        .into_iter()
        .fold(0_u64, |size, byte| (size << 7) | u64::from(byte & 0x7f));
    let footer = if flags & 0x10 == 0 { 0 } else { 10 };
    size.saturating_add(10).saturating_add(footer)
}

/// How long it plays. `first` is the sound's beginning, `rest` the bytes from there to the file's end.
pub(super) fn duration_ms(first: &[u8], rest: u64) -> Result<u64, &'static str> {
    let padding = first.iter().take(PADDING_BYTES_MAX);
    let begins = padding.take_while(|byte| **byte == 0).count();
    let sound = first.get(begins..).unwrap_or_default();
    let frame = frame(sound).ok_or("it is no MP3")?;
    let whole = rest.saturating_sub(u64::try_from(begins).unwrap_or(u64::MAX));
    if u64::from(frame.bytes) > whole {
        return Err("it is cut short");
    }
    // Four bytes that look like a header may stand anywhere; two headers in their places do not.
    let next = usize::try_from(frame.bytes).ok().and_then(|at| sound.get(at..));
    if next.is_some_and(|next| next.len() >= 4 && self::frame(next).is_none()) {
        return Err("it is no MP3");
    }
    let ms = match frames_told(sound, frame) {
        Some(frames) => {
            u64::from(frames)
                .saturating_mul(u64::from(frame.samples))
                .saturating_mul(1000)
                / u64::from(frame.samples_per_s)
        }
        None => whole.saturating_mul(8000) / u64::from(frame.bits_per_s),
    };
    if ms == 0 {
        return Err("it has no length");
    }
    Ok(ms)
}

/// Reads a frame's header; `None` if it is none of layer III.
fn frame(bytes: &[u8]) -> Option<Frame> {
    let [0xff, b, c, d, ..] = *bytes else { return None };
    let layer_3 = b & 0xe6 == 0xe2;
    let (is_1, is_25) = match b & 0x18 {
        0x18 => (true, false),
        0x10 => (false, false),
        0x00 => (false, true),
        _ => return None,
    };
    let rates = if is_1 { RATES_1 } else { RATES_2 };
    let kilobits = *rates.get(usize::from(c >> 4))?;
    let of_mpeg_1 = *SAMPLES.get(usize::from((c >> 2) & 3))?;
    let samples_per_s = of_mpeg_1 >> (u8::from(!is_1) + u8::from(is_25));
    if !layer_3 || kilobits == 0 {
        return None;
    }
    let mono = d & 0xc0 == 0xc0;
    let (samples, side) = match (is_1, mono) {
        (true, false) => (1152, 32),
        (true, true) => (1152, 17),
        (false, false) => (576, 17),
        (false, true) => (576, 9),
    };
    let bits_per_s = kilobits * 1000;
    Some(Frame {
        bits_per_s,
        samples_per_s,
        samples,
        bytes: samples / 8 * bits_per_s / samples_per_s + u32::from((c >> 1) & 1),
        xing_at: 4 + side,
    })
}

/// How many frames a file of variable rate says that it has.
fn frames_told(sound: &[u8], frame: Frame) -> Option<u32> {
    let told = sound.get(frame.xing_at..)?;
    let tag = told.get(..4)?;
    let flags = u32::from_be_bytes(told.get(4..8)?.try_into().ok()?);
    let frames = u32::from_be_bytes(told.get(8..12)?.try_into().ok()?);
    ((tag == b"Xing" || tag == b"Info") && flags & 1 == 1 && frames > 0).then_some(frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of 128 kbit/s, 44,100 Hz, stereo: 417 bytes.
    fn quiet() -> Vec<u8> {
        let mut frame = vec![0; 417];
        frame[..4].copy_from_slice(&[0xff, 0xfb, 0x90, 0x00]);
        frame
    }

    fn told(bytes: &[u8]) -> Result<u64, &'static str> {
        duration_ms(bytes, u64::try_from(bytes.len()).unwrap())
    }

    #[test]
    fn a_constant_rate_tells_the_length() {
        let second = quiet().repeat(38);
        let ms = told(&second).unwrap();
        assert!(ms.abs_diff(990) < 2, "{ms}");
        // Only its beginning is read; the file's size says the rest.
        assert_eq!(duration_ms(&second, 160_000), Ok(10_000));
        let mut padded = vec![0; 100];
        padded.extend(&second);
        assert_eq!(told(&padded).unwrap(), ms);
    }

    #[test]
    fn a_variable_rate_tells_its_frames() {
        let mut first = quiet();
        first[36..40].copy_from_slice(b"Xing");
        first[43] = 1;
        first[44..48].copy_from_slice(&1000_u32.to_be_bytes());
        first.extend(quiet());
        assert_eq!(told(&first), Ok(1000 * 1152 * 1000 / 44_100));
    }

    #[test]
    fn the_sound_begins_behind_the_tag() {
        assert_eq!(begins(b"ID3\x04\0\0\0\0\x02\x01...."), 10 + 257);
        assert_eq!(begins(b"ID3\x04\0\x10\0\0\x02\x01...."), 20 + 257);
        assert_eq!(begins(&quiet()), 0);
        assert_eq!(begins(b"ID3"), 0);
    }

    #[test]
    fn what_is_no_sound_is_refused() {
        for bytes in [&b""[..], b"<!doctype html>", b"\xff\xfb", &[0; 5000]] {
            assert_eq!(told(bytes), Err("it is no MP3"), "{bytes:?}");
        }
        // A JPEG begins with the same eleven bits as a frame of another layer.
        assert_eq!(told(&[0xff, 0xd8, 0xff, 0xe0, 0, 16]), Err("it is no MP3"));
        // One header alone may be chance.
        let mut noise = quiet();
        noise.extend(b"something else");
        assert_eq!(told(&noise), Err("it is no MP3"));
        assert_eq!(told(&quiet()[..400]), Err("it is cut short"));
    }
}
