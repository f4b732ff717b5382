//! Short real MP3 files, made without any encoder library: one tone at a time. A frame of layer III (ISO/IEC 11172-3)
//! holds 576 frequencies twice; here at most one of them is not zero.

use crate::video::ClipFile;

/// MPEG 1, layer III, no checksum, 64 kbit/s, 44,100 Hz, mono.
const HEADER: [u8; 4] = [0xff, 0xfb, 0x50, 0xc0];
/// 144 · 64,000 / 44,100, without padding.
const FRAME_BYTES: usize = 208;
/// The halves of a frame, each with side information of its own.
const GRANULES: u32 = 2;
/// 44,100 samples a second, 1152 in a frame; the rest is left out.
const FRAMES_PER_SECOND: u32 = 38;
/// How loud a tone is, in quarters of a power of two; 210 is as loud as there is.
const GAIN: u32 = 200;
/// The lines of a pentatonic scale; one is 38 Hz.
const SCALE: [u32; 6] = [12, 14, 16, 18, 21, 24];

/// A piece of so many seconds, which depends audibly on the words. `low`: as a voice hums, with pauses.
pub(crate) fn piece(seed: u64, seconds: u32, low: bool) -> ClipFile {
    let note_frames = if low { 5 } else { 12 };
    let (mut bytes, mut dice) = (Vec::new(), seed | 1);
    let mut line = None;
    for number in 0..seconds.max(1) * FRAMES_PER_SECOND {
        if number % note_frames == 0 {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            let note = usize::try_from((dice >> 16) % 6).unwrap_or(0);
            let pause = low && (dice >> 40).is_multiple_of(4);
            let shift = u32::from(low);
            line = (!pause).then(|| SCALE.get(note).copied().unwrap_or(12) >> shift);
        }
        bytes.extend(frame(line));
    }
    ClipFile::plain(bytes)
}

/// One frame with one tone, or with none.
fn frame(line: Option<u32>) -> Vec<u8> {
    let mut side = Bits::default();
    let mut main = Bits::default();
    // No bits of earlier frames, none for private use, none shared between the granules.
    side.put(0, 9 + 5 + 4);
    for _ in 0..GRANULES {
        let pairs = line.map_or(0, |line| line / 2 + 1);
        // A pair of zeros is one bit; one and zero are two, and one for the sign.
        let length = if pairs == 0 { 0 } else { pairs - 1 + 3 };
        side.put(length, 12);
        side.put(pairs, 9);
        side.put(GAIN, 8);
        // No scale factors, one long window, and the first table of codes in each of the three regions.
        side.put(0, 4 + 1);
        for _ in 0..3 {
            side.put(1, 5);
        }
        side.put(0, 4 + 3 + 3);
        if pairs > 0 {
            for _ in 1..pairs {
                main.put(1, 1);
            }
            main.put(0b010, 3);
        }
    }
    let mut bytes = HEADER.to_vec();
    bytes.extend(side.bytes());
    bytes.extend(main.bytes());
    bytes.resize(FRAME_BYTES, 0);
    bytes
}

/// Bits in a row, the highest first.
#[derive(Default)]
struct Bits(Vec<bool>);

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        let bits = (0..count).rev().map(|place| (value >> place) & 1 == 1);
        self.0.extend(bits);
    }

    fn bytes(&self) -> Vec<u8> {
        let byte = |bits: &[bool]| {
            let set = bits.iter().enumerate().filter(|(_, bit)| **bit);
            set.fold(0_u8, |byte, (place, _)| byte | (0x80 >> place))
        };
        self.0.chunks(8).map(byte).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_begins_where_the_one_before_ends() {
        for low in [true, false] {
            let bytes = piece(7, 3, low).to_vec();
            assert_eq!(bytes.len() % FRAME_BYTES, 0);
            assert!(bytes.chunks(FRAME_BYTES).all(|frame| frame.starts_with(&HEADER)));
        }
    }

    #[test]
    fn side_information_of_one_channel_has_17_bytes() {
        let silent = frame(None);
        // Behind it there is nothing in a silent frame, and something in one that sounds.
        assert!(silent[4 + 17..].iter().all(|byte| *byte == 0));
        assert_ne!(frame(Some(12))[4 + 17], 0);
    }

    #[test]
    fn other_words_sound_otherwise() {
        assert_ne!(piece(1, 2, false).to_vec(), piece(2, 2, false).to_vec());
        assert_eq!(piece(1, 2, false).to_vec(), piece(1, 2, false).to_vec());
    }
}
