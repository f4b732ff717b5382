//! `MurmurHash3` (x86, 32 bits, seed 0), fed piece by piece, so that what is hashed is never put together in memory.
//!
//! Source: Austin Appleby's public-domain `MurmurHash3.cpp`, which flagd's `fractional` names as its hash.

const FIRST_FACTOR: u32 = 0xcc9e_2d51;
const SECOND_FACTOR: u32 = 0x1b87_3593;

/// A hash under way.
#[derive(Default)]
pub(super) struct Murmur {
    state: u32,
    /// Bytes that do not make a block of four yet, the first one lowest, and how many bits they are.
    pending: u64,
    pending_bits: u32,
    /// Modulo 2^32, as it goes into the hash.
    length: u32,
}

impl Murmur {
    #[inline]
    pub(super) fn byte(&mut self, byte: u8) {
        self.length = self.length.wrapping_add(1);
        self.push(u32::from(byte), 8);
    }

    #[inline]
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        let (blocks, rest) = bytes.as_chunks::<4>();
        for block in blocks {
            self.length = self.length.wrapping_add(4);
            self.push(u32::from_le_bytes(*block), 32);
        }
        for byte in rest {
            self.byte(*byte);
        }
    }

    #[inline]
    pub(super) fn finish(self) -> u32 {
        let mut hash = self.state;
        if self.pending_bits > 0 {
            hash ^= scrambled(low(self.pending));
        }
        hash ^= self.length;
        hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
        hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
        hash ^ (hash >> 16)
    }

    /// Up to 32 bits more, of which at most 24 stay pending.
    #[inline]
    fn push(&mut self, value: u32, bits: u32) {
        self.pending |= u64::from(value) << self.pending_bits;
        self.pending_bits += bits;
        if self.pending_bits >= 32 {
            let mixed = (self.state ^ scrambled(low(self.pending))).rotate_left(13);
            self.state = mixed.wrapping_mul(5).wrapping_add(0xe654_6b64);
            self.pending >>= 32;
            self.pending_bits -= 32;
        }
    }
}

#[inline]
fn low(bits: u64) -> u32 {
    let [first, second, third, fourth, ..] = bits.to_le_bytes();
    u32::from_le_bytes([first, second, third, fourth])
}

#[inline]
fn scrambled(block: u32) -> u32 {
    block
        .wrapping_mul(FIRST_FACTOR)
        .rotate_left(15)
        .wrapping_mul(SECOND_FACTOR)
}

#[cfg(test)]
mod tests {
    use super::Murmur;

    fn hash(pieces: &[&str]) -> u32 {
        let mut murmur = Murmur::default();
        for piece in pieces {
            murmur.bytes(piece.as_bytes());
        }
        murmur.finish()
    }

    #[test]
    fn the_boundary_keys_of_the_flagd_testbed_hash_to_what_it_says() {
        assert_eq!(hash(&[""]), 0);
        assert_eq!(hash(&["ejOoVL"]), 0);
        assert_eq!(hash(&["bY9fO-"]), 1);
        assert_eq!(hash(&["SI7p-"]), 2_147_483_647);
        assert_eq!(hash(&["6LvT0"]), 2_147_483_648);
        assert_eq!(hash(&["ceQdGm"]), u32::MAX);
    }

    #[test]
    fn how_a_text_is_cut_does_not_matter() {
        let text = "the quick brown fox jumps over";
        for first in 0..text.len() {
            for second in first..text.len() {
                let cut = [&text[..first], &text[first..second], &text[second..]];
                assert_eq!(hash(&cut), hash(&[text]));
            }
        }
    }
}
