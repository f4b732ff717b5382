//! A picture that depends visibly on the words: a gradient with discs, their colours and places taken from a hash.

use super::frame::{Frame, Size};

const DISCS: usize = 6;

/// FNV-1a, 64 bits: stable between builds, unlike the standard library's hasher.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}

#[derive(Clone, Copy)]
struct Disc {
    x: i64,
    y: i64,
    radius: i64,
    ring: bool,
    colour: [u8; 3],
}

impl Disc {
    fn covers(&self, x: i64, y: i64) -> bool {
        let distance = (x - self.x).pow(2) + (y - self.y).pow(2);
        let inner = if self.ring { self.radius * 2 / 3 } else { 0 };
        distance <= self.radius.pow(2) && distance >= inner.pow(2)
    }
}

/// Paints the picture of this hash.
pub(crate) fn paint(seed: u64, visible: Size) -> Frame {
    let canvas = visible.canvas();
    let mut dice = Dice(seed | 1);
    let (from, to) = (dice.colour(), dice.colour());
    let discs: [Disc; DISCS] = std::array::from_fn(|_| dice.disc(canvas));
    let span = canvas.width + canvas.height;
    Frame::paint(visible, |x, y| {
        let (px, py) = (i64::from(x), i64::from(y));
        let disc = discs.iter().find(|disc| disc.covers(px, py));
        disc.map_or_else(|| blend(from, to, x + y, span), |disc| disc.colour)
    })
}

fn blend(from: [u8; 3], to: [u8; 3], step: u32, steps: u32) -> [u8; 3] {
    std::array::from_fn(|i| {
        let mixed = u32::from(from[i]) * (steps - step) + u32::from(to[i]) * step;
        u8::try_from(mixed / steps).unwrap_or(u8::MAX)
    })
}

/// A small generator (xorshift64) so that every trait of the picture comes from the one hash.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from((self.0 >> 11) % u64::from(limit.max(1))).unwrap_or(0)
    }

    fn colour(&mut self) -> [u8; 3] {
        std::array::from_fn(|_| u8::try_from(self.below(256)).unwrap_or(0))
    }

    fn disc(&mut self, area: Size) -> Disc {
        let shorter = area.width.min(area.height);
        Disc {
            x: i64::from(self.below(area.width)),
            y: i64::from(self.below(area.height)),
            radius: i64::from(shorter / 12 + self.below(shorter / 5)),
            ring: self.below(2) == 0,
            colour: self.colour(),
        }
    }
}
