//! The MP4 around the coded pictures (ISO/IEC 14496-12 and -15): one video track, every sample in one chunk.

use bytes::Bytes;

use super::file::ClipFile;
use super::frame::Size;
use super::h264::{FRAMES_PER_SECOND, PROFILE, Stream};

/// Where the index (`moov`) stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// Before the pictures, so that a player can begin at once.
    #[default]
    IndexFirst,
    /// Behind them, as cameras and some providers write it.
    IndexLast,
}

/// Ticks a second in every duration of the file.
const TIMESCALE: u32 = 600;
const TICKS_PER_FRAME: u32 = TIMESCALE / FRAMES_PER_SECOND;
const UNIT_MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

/// Puts the stream into a file. `at_least` bytes are reached with a `free` box that is never held in memory.
pub(crate) fn mux(stream: &Stream, size: Size, layout: Layout, at_least: u64) -> ClipFile {
    let kind = full_kind();
    let media = media_box(stream);
    let before = len32(&kind) + 8;
    match layout {
        Layout::IndexFirst => {
            let index_len = len32(&index(stream, size, 0));
            let head = [kind, index(stream, size, before + index_len), media].concat();
            padded(head, Vec::new(), at_least)
        }
        Layout::IndexLast => padded([kind, media].concat(), index(stream, size, before), at_least),
    }
}

fn padded(mut head: Vec<u8>, tail: Vec<u8>, at_least: u64) -> ClipFile {
    let here = u64::from(len32(&head)) + u64::from(len32(&tail));
    let zeros = at_least.saturating_sub(here + 8);
    if zeros > 0 {
        head.extend(u32::try_from(zeros + 8).unwrap_or(u32::MAX).to_be_bytes());
        head.extend(b"free");
    }
    ClipFile {
        head: Bytes::from(head),
        zeros,
        tail: Bytes::from(tail),
    }
}

fn full_kind() -> Vec<u8> {
    boxed(
        *b"ftyp",
        &[b"isom".to_vec(), be(&[0x200]), b"isomiso2avc1mp41".to_vec()],
    )
}

/// The pictures, each behind its length in four bytes.
fn media_box(stream: &Stream) -> Vec<u8> {
    let mut samples = Vec::new();
    for picture in &stream.pictures {
        samples.extend(len32(picture).to_be_bytes());
        samples.extend_from_slice(picture);
    }
    boxed(*b"mdat", &[samples])
}

fn index(stream: &Stream, size: Size, media_at: u32) -> Vec<u8> {
    let length = count(&stream.pictures) * TICKS_PER_FRAME;
    let movie = [
        be(&[0, 0, 0, TIMESCALE, length, 0x1_0000, 0x0100_0000, 0, 0]),
        be(&UNIT_MATRIX),
        be(&[0; 6]),
        be(&[2]),
    ];
    boxed(
        *b"moov",
        &[boxed(*b"mvhd", &movie), track(stream, size, media_at, length)],
    )
}

fn track(stream: &Stream, size: Size, media_at: u32, length: u32) -> Vec<u8> {
    let header = [
        be(&[3, 0, 0, 1, 0, length, 0, 0, 0, 0]), // flags: enabled, in the movie; track 1
        be(&UNIT_MATRIX),
        be(&[size.width << 16, size.height << 16]),
    ];
    let media_header = be(&[0, 0, 0, TIMESCALE, length, 0x55C4_0000]); // language "und"
    let handler = [be(&[0, 0]), b"vide".to_vec(), be(&[0, 0, 0]), b"video\0".to_vec()];
    let information = [
        boxed(*b"vmhd", &[be(&[1, 0, 0])]),
        boxed(
            *b"dinf",
            &[boxed(*b"dref", &[be(&[0, 1]), boxed(*b"url ", &[be(&[1])])])],
        ),
        samples_table(stream, size, media_at),
    ];
    let media = [
        boxed(*b"mdhd", &[media_header]),
        boxed(*b"hdlr", &handler),
        boxed(*b"minf", &information),
    ];
    boxed(*b"trak", &[boxed(*b"tkhd", &header), boxed(*b"mdia", &media)])
}

fn samples_table(stream: &Stream, size: Size, media_at: u32) -> Vec<u8> {
    let pictures = count(&stream.pictures);
    let sizes: Vec<u32> = stream.pictures.iter().map(|picture| len32(picture) + 4).collect();
    let parts = [
        boxed(*b"stsd", &[be(&[0, 1]), visual_entry(stream, size)]),
        boxed(*b"stts", &[be(&[0, 1, pictures, TICKS_PER_FRAME])]),
        boxed(*b"stss", &[be(&[0, 1, 1])]), // only the first picture can be begun with
        boxed(*b"stsc", &[be(&[0, 1, 1, pictures, 1])]),
        boxed(*b"stsz", &[be(&[0, 0, pictures]), be(&sizes)]),
        boxed(*b"stco", &[be(&[0, 1, media_at])]),
    ];
    boxed(*b"stbl", &parts)
}

fn visual_entry(stream: &Stream, size: Size) -> Vec<u8> {
    let mut name = vec![0; 32]; // compressorname, empty
    name.extend([0, 24, 0xff, 0xff]); // depth, pre_defined
    let entry = [
        be(&[0, 1, 0, 0, 0, 0]), // reserved, data reference 1, pre_defined
        be(&[(size.width << 16) | size.height, 0x48_0000, 0x48_0000, 0]),
        vec![0, 1], // one picture a sample
        name,
        boxed(*b"avcC", &[configuration(stream)]),
    ];
    boxed(*b"avc1", &entry)
}

/// The decoder configuration record: profile, four-byte lengths, and both parameter sets.
fn configuration(stream: &Stream) -> Vec<u8> {
    let mut record = vec![1];
    record.extend(PROFILE);
    record.extend([0xff, 0xe1]); // lengths of 4 bytes; 1 sequence parameter set
    record.extend(len16(&stream.sps));
    record.extend_from_slice(&stream.sps);
    record.push(1);
    record.extend(len16(&stream.pps));
    record.extend_from_slice(&stream.pps);
    record
}

fn boxed(name: [u8; 4], parts: &[Vec<u8>]) -> Vec<u8> {
    let body = parts.concat();
    let mut out = (len32(&body) + 8).to_be_bytes().to_vec();
    out.extend(name);
    out.extend(body);
    out
}

fn be(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}

fn len32(bytes: &[u8]) -> u32 {
    count(bytes)
}

fn len16(bytes: &[u8]) -> [u8; 2] {
    u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes()
}
