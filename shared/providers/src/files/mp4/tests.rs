use super::*;

pub(in crate::files) fn boxed(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(content.len() + 8).unwrap().to_be_bytes().to_vec();
    bytes.extend_from_slice(&kind);
    bytes.extend_from_slice(content);
    bytes
}

pub(in crate::files) fn moov(handler: [u8; 4], scale: u32, duration: u32) -> Vec<u8> {
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
        from: 0,
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
    assert_eq!(duration_ms(moov, Track::Picture), Ok(Some(5000)));
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
        from: 0,
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
        from: 0,
        bytes: [boxed(*b"ftyp", b"isom0000"), boxed(*b"mdat", &[0; 500])].concat()[..100].to_vec(),
        total: 100,
    };
    assert_eq!(find_moov(&cut).err(), Some("it is cut short"));
    assert_eq!(
        duration_ms(&moov(*b"soun", 1000, 5000), Track::Picture),
        Err("it has no picture")
    );
    let sound = |kind| duration_ms(&moov(kind, 1000, 5000), Track::Sound);
    assert_eq!(sound(*b"soun"), Ok(Some(5000)));
    assert_eq!(sound(*b"vide"), Err("it is not sound alone"));
    assert_eq!(
        duration_ms(&moov(*b"vide", 1000, 0), Track::Picture),
        Err("it has no length")
    );
    assert_eq!(
        duration_ms(&moov(*b"vide", 0, 5), Track::Picture),
        Err("it has no length")
    );
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
        let (from, total) = (dice.u64(0..2) * dice.u64(0..400), dice.u64(0..400));
        if let Ok(Moov::Here(moov)) = find_moov(&Part { from, bytes, total }) {
            let _ = duration_ms(moov, Track::Picture);
        }
    }
}

#[test]
fn between_the_media_and_the_moov_box_there_may_be_others() {
    let tail = [
        boxed(*b"free", &[0; 40]),
        boxed(*b"uuid", &[7; 30]),
        moov(*b"vide", 1000, 5000),
    ]
    .concat();
    let part = |length: usize| Part {
        from: 900,
        bytes: tail[..length].to_vec(),
        total: 900 + as_u64(tail.len()),
    };
    assert!(
        matches!(find_moov(&part(tail.len())), Ok(Moov::Here(moov)) if duration_ms(moov, Track::Picture) == Ok(Some(5000)))
    );
    assert!(matches!(find_moov(&part(110)), Ok(Moov::At { offset: 986, .. })));
    assert!(matches!(find_moov(&part(60)), Ok(Moov::Beyond { offset: 948 })));
    let none = boxed(*b"free", &[]);
    let none = Part {
        from: 900,
        total: 908,
        bytes: none,
    };
    assert_eq!(find_moov(&none).err(), Some("it has no moov box"));
}

#[test]
fn a_file_of_fragments_may_state_a_length_and_need_not() {
    let fragmented = |mvex: &[u8]| {
        let plain = moov(*b"vide", 1000, 0);
        boxed(*b"moov", &[&plain[8..], &boxed(*b"mvex", mvex)].concat())
    };
    assert_eq!(duration_ms(&fragmented(&[]), Track::Picture), Ok(None));
    let stated = boxed(*b"mehd", &[[0; 4], 5000_u32.to_be_bytes()].concat());
    assert_eq!(duration_ms(&fragmented(&stated), Track::Picture), Ok(Some(5000)));
    let long = boxed(*b"mehd", &[&[1, 0, 0, 0][..], &5000_u64.to_be_bytes()].concat());
    assert_eq!(duration_ms(&fragmented(&long), Track::Picture), Ok(Some(5000)));
    assert_eq!(
        duration_ms(&moov(*b"vide", 1000, u32::MAX), Track::Picture),
        Ok(None)
    );
}
