//! More inputs of each that libFuzzer makes. It looks through the counters of the whole program after each run, which takes
//! many times as long as most inputs do; so one run tries an input and some that follow from it, always the same, and what
//! any of them reaches is to the input's credit.

use std::cell::RefCell;

/// Inputs that follow from each.
pub const CHILDREN: u64 = 31;
/// Changes of one child at most.
const CHANGES_MAX: u64 = 4;
/// What a change copies or takes out at most, in bytes.
const PIECE_MAX: u64 = 12;
/// What means something in most of what is read here.
const SIGNS: &[u8] = b"\0\"\\{}[],:0-9.eE+ \n\xff";

thread_local! {
    /// What is tried at the moment, for whoever has to say what was found.
    static TRIED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What is tried at the moment.
pub fn tried() -> Vec<u8> {
    TRIED.with_borrow(Clone::clone)
}

/// Tries an input, and what follows from it.
pub fn try_all(input: &[u8], bytes_max: usize, words: &[Vec<u8>], run: fn(&[u8])) {
    try_one(input, run);
    let mut dice = Dice::of(input);
    for _ in 0..CHILDREN {
        let mut child = input.to_vec();
        for _ in 0..=dice.below(CHANGES_MAX) {
            change(&mut child, words, &mut dice);
        }
        child.truncate(bytes_max);
        try_one(&child, run);
    }
}

fn try_one(input: &[u8], run: fn(&[u8])) {
    TRIED.with_borrow_mut(|tried| {
        tried.clear();
        tried.extend_from_slice(input);
    });
    run(input);
}

/// Changes an input in one place.
fn change(input: &mut Vec<u8>, words: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.place(input.len());
    let end = (at + 1 + dice.place(usize::try_from(PIECE_MAX).unwrap_or(1))).min(input.len());
    match dice.below(8) {
        0 => set(input, at, |byte| byte ^ (1 << dice.below(8))),
        1 => set(input, at, |_| SIGNS[dice.place(SIGNS.len())]),
        2 => set(input, at, |byte| byte.wrapping_add(1)),
        3 => drop(input.drain(at..end.max(at))),
        4 => {
            let piece = input.get(at..end).unwrap_or_default().to_vec();
            let to = dice.place(input.len() + 1);
            input.splice(to..to, piece);
        }
        5 => input.insert(at, u8::try_from(dice.below(256)).unwrap_or(0)),
        6 => {
            let word = words.get(dice.place(words.len())).cloned().unwrap_or_default();
            input.splice(at..at, word);
        }
        _ => {
            let word = words.get(dice.place(words.len())).cloned().unwrap_or_default();
            let end = (at + word.len()).min(input.len());
            input.splice(at..end, word);
        }
    }
}

fn set(input: &mut [u8], at: usize, to: impl FnOnce(u8) -> u8) {
    if let Some(byte) = input.get_mut(at) {
        *byte = to(*byte);
    }
}

/// Dice that fall for an input as they always do.
struct Dice(u64);

impl Dice {
    fn of(input: &[u8]) -> Self {
        let sum = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        Self(input.iter().fold(0xcbf2_9ce4_8422_2325, sum) | 1)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % end.max(1)
    }

    fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.below(u64::try_from(length).unwrap_or(1))).unwrap_or(0)
    }
}
