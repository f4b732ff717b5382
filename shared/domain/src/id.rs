//! The names of things.

use std::fmt;

/// A Telegram user: a positive number of at most 52 bits (Bot API, `User.id`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub i64);

/// A Telegram chat. In a private chat it equals the user's number; channels and groups are negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChatId(pub i64);

/// A message within one chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub i64);

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How many characters a nonce has: 16 of 32 letters are 80 bits, too many to guess or to collide.
pub const NONCE_CHARS: usize = 16;

/// Letters of a nonce: lower case and digits without `0 1 l o`, which people confuse.
const NONCE_ALPHABET: &[u8; 32] = b"23456789abcdefghijkmnpqrstuvwxyz";

/// What makes one draft card different from every other. A tap on a card carries it, and the job made from the draft
/// is named by it, so a second tap finds the first one's job instead of making another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nonce(String);

impl Nonce {
    /// Spells 16 random bytes as a nonce (5 bits of each are used).
    pub fn from_random(bytes: [u8; NONCE_CHARS]) -> Self {
        let letter = |byte: u8| {
            NONCE_ALPHABET
                .get(usize::from(byte % 32))
                .copied()
                .unwrap_or(b'2')
        };
        Self(bytes.into_iter().map(|byte| char::from(letter(byte))).collect())
    }

    /// Reads a nonce from a button's data; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed =
            text.len() == NONCE_CHARS && text.bytes().all(|byte| NONCE_ALPHABET.contains(&byte));
        well_formed.then(|| Self(text.to_owned()))
    }

    /// The letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nonce after this one, always the same: what follows from something is called by it, however often it is made.
    #[must_use]
    pub fn next(&self) -> Self {
        let mut carries = true;
        let letter = |byte: u8| {
            let at = NONCE_ALPHABET.iter().position(|letter| *letter == byte);
            let at = at.unwrap_or_default();
            let next = if carries { at.saturating_add(1) % 32 } else { at };
            carries = carries && next == 0;
            char::from(NONCE_ALPHABET.get(next).copied().unwrap_or(b'2'))
        };
        let backwards: Vec<char> = self.0.bytes().rev().map(letter).collect();
        Self(backwards.into_iter().rev().collect())
    }
}

/// Our accepted order for one video: the user and the nonce of the draft it was made from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId {
    /// Who ordered.
    pub user: UserId,
    /// Which draft it was.
    pub nonce: Nonce,
}

impl JobId {
    /// Reads `123-abc…`; `None` if it is malformed.
    pub fn parse(text: &str) -> Option<Self> {
        let (user, nonce) = text.split_once('-')?;
        let number: i64 = user.parse().ok()?;
        let canonical = number > 0 && number.to_string() == user;
        canonical.then_some(())?;
        Some(Self {
            user: UserId(number),
            nonce: Nonce::parse(nonce)?,
        })
    }

    /// The shard of the index of open jobs in which this job lies, below [`OPEN_SHARDS`].
    pub fn shard(&self) -> u32 {
        shard_of(self.nonce.as_str())
    }
}

/// The shard of an index of what is open, for something of this name.
pub fn shard_of(name: &str) -> u32 {
    // FNV-1a: stable for ever, spread evenly, and no reason for anything stronger.
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    (hash >> 8) % OPEN_SHARDS
}

/// Into how many shards the index of open jobs is split, so that no partition of it gets hot. One shard takes about
/// 1000 writes a second, and a job writes its due time about four times.
pub const OPEN_SHARDS: u32 = 8;

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.user, self.nonce.as_str())
    }
}

/// The number of a job's submission to a provider. It grows with every submission, so a verdict about an earlier one
/// cannot be taken for a verdict about the present one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fence(pub u32);

impl Fence {
    /// The number of the next submission.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// The provider's name for one submission.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TaskId(pub String);

/// Telegram's name for a file it keeps; sending by it costs nothing and has no size limit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FileId(pub String);

/// A row of the model catalogue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelId(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_from_a_nonce_is_always_called_the_same_and_never_as_itself() {
        let next = |text: &str| Nonce::parse(text).unwrap().next().as_str().to_owned();
        assert_eq!(next("2222222222222222"), "2222222222222223");
        assert_eq!(next("222222222222222z"), "2222222222222232");
        assert_eq!(next("zzzzzzzzzzzzzzzz"), "2222222222222222");
    }

    #[test]
    fn a_job_id_reads_back_as_written() {
        let id = JobId {
            user: UserId(5_235_703_016),
            nonce: Nonce::from_random([7; NONCE_CHARS]),
        };
        assert_eq!(JobId::parse(&id.to_string()), Some(id));
    }

    #[test]
    fn what_is_not_a_job_id_is_refused() {
        for text in [
            "",
            "-",
            "1-",
            "x-2222222222222222",
            "-1-2222222222222222",
            "01-2222222222222222",
            "1-222222222222222l",
            "1-2222",
            "+1-2222222222222222",
        ] {
            assert_eq!(JobId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn jobs_spread_over_every_shard() {
        let mut seen = std::collections::BTreeMap::new();
        for first in 0..=255_u8 {
            let mut bytes = [3; NONCE_CHARS];
            (bytes[0], bytes[1]) = (first, first / 32);
            let id = JobId {
                user: UserId(1),
                nonce: Nonce::from_random(bytes),
            };
            *seen.entry(id.shard()).or_insert(0_u32) += 1;
        }
        assert_eq!(seen.len(), 8);
        assert!(seen.values().all(|count| (10..=60).contains(count)), "{seen:?}");
    }
}
