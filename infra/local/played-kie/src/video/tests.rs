use image::{Rgb, RgbImage};

use super::*;

const ORDER: Order<'static> = Order {
    prompt: "кот на луне 🌕",
    seconds: 5,
    layout: Layout::IndexFirst,
    at_least: 0,
};
const SIZE: Size = Size {
    width: 640,
    height: 360,
};

/// The boxes on one level: name and content.
fn boxes(mut bytes: &[u8]) -> Vec<(&str, &[u8])> {
    let mut found = Vec::new();
    while bytes.len() >= 8 {
        let length = usize::try_from(be32(bytes, 0)).unwrap();
        found.push((std::str::from_utf8(&bytes[4..8]).unwrap(), &bytes[8..length]));
        bytes = &bytes[length..];
    }
    assert!(bytes.is_empty(), "the boxes fill the file");
    found
}

fn inner<'a>(bytes: &'a [u8], path: &[&str]) -> &'a [u8] {
    path.iter().fold(bytes, |bytes, name| {
        boxes(bytes)
            .into_iter()
            .find(|(found, _)| found == name)
            .unwrap()
            .1
    })
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())
}

/// Every picture, found through the index alone.
fn pictures(file: &[u8]) -> Vec<&[u8]> {
    let table = inner(file, &["moov", "trak", "mdia", "minf", "stbl"]);
    let (sizes, chunks) = (inner(table, &["stsz"]), inner(table, &["stco"]));
    let mut at = usize::try_from(be32(chunks, 8)).unwrap();
    (0..usize::try_from(be32(sizes, 8)).unwrap())
        .map(|n| {
            let size = usize::try_from(be32(sizes, 12 + 4 * n)).unwrap();
            let sample = &file[at..at + size];
            at += size;
            assert_eq!(
                usize::try_from(be32(sample, 0)).unwrap(),
                size - 4,
                "one NAL unit a picture"
            );
            &sample[4..]
        })
        .collect()
}

/// The mean brightness of the macroblock that is `back` before the last one of the IDR.
fn brightness(idr: &[u8], back: usize) -> u32 {
    let mut payload = Vec::new();
    for byte in &idr[1..] {
        let escape = *byte == 3 && payload.ends_with(&[0, 0]);
        if !escape {
            payload.push(*byte);
        }
    }
    let start = payload.len() - 1 - back * 386 - 384;
    payload[start..start + 256]
        .iter()
        .map(|sample| u32::from(*sample))
        .sum::<u32>()
        / 256
}

#[test]
fn the_index_names_every_picture_and_the_ordered_length() {
    let file = clip(&painted(ORDER.prompt, SIZE), ORDER).to_vec();
    let names: Vec<&str> = boxes(&file).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["ftyp", "moov", "mdat"]);
    let header = inner(&file, &["moov", "mvhd"]);
    assert_eq!(be32(header, 16) / be32(header, 12), 5);
    let pictures = pictures(&file);
    assert_eq!(pictures.len(), 120);
    assert_eq!(pictures[0][0], 0x65, "an IDR first");
    assert!(
        pictures[1..].iter().all(|picture| picture[0] == 0x01),
        "then pictures nothing refers to"
    );
    assert!(
        pictures[1..].iter().all(|picture| picture.len() < 400),
        "which say only how far to move"
    );
}

#[test]
fn the_index_can_stand_at_the_end_behind_a_padding() {
    let order = Order {
        layout: Layout::IndexLast,
        at_least: 1_000_000,
        ..ORDER
    };
    let file = clip(&painted(ORDER.prompt, SIZE), order).to_vec();
    let names: Vec<&str> = boxes(&file).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        (file.len(), names),
        (1_000_000, vec!["ftyp", "mdat", "free", "moov"])
    );
    assert_eq!(pictures(&file)[0][0], 0x65);
}

#[test]
fn another_prompt_is_another_picture_and_the_same_prompt_the_same() {
    let file = |prompt| clip(&painted(prompt, SIZE), Order { prompt, ..ORDER }).to_vec();
    assert_eq!(file("a cat"), file("a cat"));
    assert_ne!(file("a cat"), file("a dog"));
}

#[test]
fn every_shape_says_its_visible_size() {
    for (width, height) in [
        (640, 360),
        (360, 640),
        (480, 480),
        (640, 426),
        (840, 360),
        (214, 640),
    ] {
        let size = Size { width, height };
        let file = clip(&painted("a cat", size), Order { seconds: 1, ..ORDER }).to_vec();
        let header = inner(&file, &["moov", "trak", "tkhd"]);
        assert_eq!((be32(header, 76) >> 16, be32(header, 80) >> 16), (width, height));
    }
}

/// White on the left, black on the right, 301 x 199; a camera held sideways says so in EXIF.
fn sideways_photo() -> Vec<u8> {
    let picture = RgbImage::from_fn(301, 199, |x, _| if x < 150 { Rgb([255; 3]) } else { Rgb([0; 3]) });
    let mut jpeg = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
    let exif = b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let jpeg = jpeg.into_inner();
    [&jpeg[..2], exif, &jpeg[2..]].concat()
}

#[test]
fn a_photo_is_turned_upright_and_fills_the_picture() {
    let photo = Photo::decode(&sideways_photo()).unwrap();
    assert_eq!(
        photo.size(),
        Size {
            width: 199,
            height: 301
        }
    );
    assert_eq!(
        photo.clip_size(),
        Size {
            width: 422,
            height: 640
        }
    );
    let size = Size {
        width: 360,
        height: 640,
    };
    let frame = photo.frame(size);
    let file = clip(&frame, ORDER).to_vec();
    let (columns, rows) = frame.macroblocks();
    let last = usize::try_from(columns * rows).unwrap() - 2;
    let idr = pictures(&file)[0];
    assert!(brightness(idr, last) > 220, "its left half is now on top");
    assert!(brightness(idr, 0) < 30, "and its right half below");
}

#[test]
fn bytes_that_are_no_photo_are_refused() {
    assert!(Photo::decode(b"<html>").is_err());
    let mut broken = sideways_photo();
    broken.truncate(400);
    assert!(Photo::decode(&broken).is_err());
}
