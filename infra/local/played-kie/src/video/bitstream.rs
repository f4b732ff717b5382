//! Bits in the order H.264 writes them (ITU-T H.264, 7.2 and 9.1).

/// A growing row of bits, most significant first.
#[derive(Debug, Default)]
pub(crate) struct BitWriter {
    bytes: Vec<u8>,
    open: u8,
    open_bits: u8,
}

impl BitWriter {
    /// u(n): the low `count` bits of `value`.
    pub(crate) fn bits(&mut self, value: u32, count: u8) {
        for shift in (0..count).rev() {
            self.bit((value >> shift) & 1 == 1);
        }
    }

    /// u(1).
    pub(crate) fn bit(&mut self, set: bool) {
        self.open = (self.open << 1) | u8::from(set);
        self.open_bits += 1;
        if self.open_bits == 8 {
            self.bytes.push(self.open);
            (self.open, self.open_bits) = (0, 0);
        }
    }

    /// ue(v): an unsigned Exp-Golomb number.
    pub(crate) fn ue(&mut self, value: u32) {
        let code = u64::from(value) + 1;
        let length = code.ilog2();
        for _ in 0..length {
            self.bit(false);
        }
        for shift in (0..=length).rev() {
            self.bit((code >> shift) & 1 == 1);
        }
    }

    /// se(v): a signed Exp-Golomb number, positive ones first.
    pub(crate) fn se(&mut self, value: i32) {
        let magnitude = value.unsigned_abs();
        self.ue(if value > 0 {
            2 * magnitude - 1
        } else {
            2 * magnitude
        });
    }

    /// Zero bits up to the next whole byte.
    pub(crate) fn align_zero(&mut self) {
        while self.open_bits != 0 {
            self.bit(false);
        }
    }

    /// Whole bytes; the writer must stand on a byte boundary.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        debug_assert_eq!(self.open_bits, 0, "raw bytes begin on a byte boundary");
        self.bytes.extend_from_slice(bytes);
    }

    /// Closes the payload with its stop bit (`rbsp_trailing_bits`).
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.bit(true);
        self.align_zero();
        self.bytes
    }
}

/// A NAL unit: the header byte, then the payload with emulation prevention (7.4.1: no `00 00 0x` with x up to 3).
pub(crate) fn nal_unit(header: u8, payload: &[u8]) -> Vec<u8> {
    let mut unit = Vec::with_capacity(payload.len() + payload.len() / 64 + 1);
    unit.push(header);
    let mut zeros = 0;
    for &byte in payload {
        if zeros == 2 && byte <= 3 {
            unit.push(3);
            zeros = 0;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        unit.push(byte);
    }
    unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_golomb_numbers_are_those_of_the_standard() {
        let mut bits = BitWriter::default();
        for value in 0..5 {
            bits.ue(value); // 1 010 011 00100 00101
        }
        bits.se(-1); // 011
        assert_eq!(bits.finish(), [0b1010_0110, 0b0100_0010, 0b1011_1000]);
    }

    #[test]
    fn a_payload_never_looks_like_a_start_code() {
        assert_eq!(
            nal_unit(0x65, &[0, 0, 1, 0, 0, 0, 0]),
            [0x65, 0, 0, 3, 1, 0, 0, 3, 0, 0]
        );
    }
}
