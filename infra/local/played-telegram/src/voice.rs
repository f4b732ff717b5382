//! A small voice message: OGG with Opus, as Telegram's apps record it. It is silent; what is said in it stands in its
//! comments, for a played model to hear.

use bytes::Bytes;

/// A checksum's polynomial (RFC 3533, section 6).
const POLYNOMIAL: u32 = 0x04c1_1db7;
/// Samples of a second: Opus counts 48 kHz, whatever was recorded.
const SAMPLES_A_SECOND: u64 = 48_000;
/// A packet of 20 ms of silence.
const SILENCE: &[u8] = &[0xf8, 0xff, 0xfe];
/// Segments of a page at most.
const PACKETS_A_PAGE: u64 = 50;

/// A voice message of so many seconds, in which these words are said; none: nobody speaks.
pub fn voice(words: &str, seconds: u32) -> Bytes {
    let mut file = page(0x02, 0, 0, &[&head()]);
    file.extend(page(0, 0, 1, &[&tags(words)]));
    // One page a second: 50 packets of 20 ms.
    let packets: Vec<&[u8]> = (0..PACKETS_A_PAGE).map(|_| SILENCE).collect();
    for second in 1..=seconds.max(1) {
        let last = if second >= seconds { 0x04 } else { 0 };
        let position = u64::from(second) * SAMPLES_A_SECOND;
        file.extend(page(last, position, second + 1, &packets));
    }
    file.into()
}

/// RFC 7845, section 5.1: one channel.
fn head() -> Vec<u8> {
    let mut head = b"OpusHead".to_vec();
    head.extend([1, 1]);
    head.extend(312_u16.to_le_bytes());
    head.extend(48_000_u32.to_le_bytes());
    head.extend([0, 0, 0]);
    head
}

/// RFC 7845, section 5.2.
fn tags(words: &str) -> Vec<u8> {
    let text = |text: &str| {
        let length = u32::try_from(text.len()).unwrap_or_default();
        [&length.to_le_bytes(), text.as_bytes()].concat()
    };
    let mut tags = b"OpusTags".to_vec();
    tags.extend(text("played-telegram"));
    tags.extend(u32::from(!words.is_empty()).to_le_bytes());
    if !words.is_empty() {
        tags.extend(text(&format!("TRANSCRIPT={words}")));
    }
    tags
}

/// A page of the stream (RFC 3533, section 6).
fn page(kind: u8, position: u64, number: u32, packets: &[&[u8]]) -> Vec<u8> {
    let mut lacing = Vec::new();
    for packet in packets {
        lacing.extend(std::iter::repeat_n(255, packet.len() / 255));
        lacing.push(u8::try_from(packet.len() % 255).unwrap_or_default());
    }
    let mut page = b"OggS".to_vec();
    page.extend([0, kind]);
    page.extend(position.to_le_bytes());
    page.extend(1_u32.to_le_bytes());
    page.extend(number.to_le_bytes());
    page.extend([0; 4]);
    page.push(u8::try_from(lacing.len()).unwrap_or(u8::MAX));
    page.extend(lacing);
    page.extend(packets.concat());
    let checksum = checksum(&page).to_le_bytes();
    page.splice(22..26, checksum);
    page
}

fn checksum(page: &[u8]) -> u32 {
    let bit = |sum: u32, _| {
        if sum & 0x8000_0000 == 0 {
            sum << 1
        } else {
            (sum << 1) ^ POLYNOMIAL
        }
    };
    page.iter()
        .fold(0, |sum, byte| (0..8).fold(sum ^ (u32::from(*byte) << 24), bit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_its_checksum() {
        let file = voice("a cat", 2);
        let starts: Vec<usize> = (0..file.len())
            .filter(|at| file[*at..].starts_with(b"OggS"))
            .collect();
        assert_eq!(starts.len(), 4);
        for (index, at) in starts.iter().enumerate() {
            let end = starts.get(index + 1).copied().unwrap_or(file.len());
            let mut page = file[*at..end].to_vec();
            let told = u32::from_le_bytes(page[22..26].try_into().unwrap_or_default());
            page[22..26].fill(0);
            assert_eq!(checksum(&page), told, "page {index}");
        }
        // The first page of any mono Opus stream: its head has 19 bytes.
        assert_eq!((file[26], file[27]), (1, 19));
    }

    #[test]
    fn the_checksum_is_the_one_of_the_rfc() {
        // CRC-32 without reflection, beginning with 0 and without a last exclusive or, of "123456789".
        assert_eq!(checksum(b"123456789"), 0x89a1_897f);
    }
}
