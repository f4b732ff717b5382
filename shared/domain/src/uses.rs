//! Uses of features that are counted by themselves, without an order: each has a name, so that it is counted once however
//! often it is told, and given back once.

use std::fmt;

use crate::id::UserId;
use crate::limit::Counted;
use crate::time::Timestamp;

/// Bytes of a use's name: too many to guess or to collide.
pub const USE_ID_BYTES: usize = 16;

/// The name of a use, which is the same whenever the same caller tells it with the same key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UseId(String);

/// A use as it is noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// Its name.
    pub id: UseId,
    /// Who used something.
    pub user: UserId,
    /// Which feature.
    pub feature: String,
    /// So many times, or so many units of what is counted.
    pub amount: u64,
    /// Who told of it.
    pub by: String,
    /// Where it is counted, and with how much.
    pub counted: Vec<Counted>,
    /// When it was counted.
    pub at: Timestamp,
    /// When it was given back, if it was.
    pub released_at: Option<Timestamp>,
    /// What whoever told of it was answered, for when they tell it again.
    pub answer: String,
}

impl UseId {
    /// Spells bytes as a name.
    pub fn of(bytes: [u8; USE_ID_BYTES]) -> Self {
        let letters = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
        Self(
            letters
                .filter_map(|digit| char::from_digit(digit.into(), 16))
                .collect(),
        )
    }

    /// Reads a name; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let letter = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_one = text.len() == 2 * USE_ID_BYTES && text.bytes().all(letter);
        is_one.then(|| Self(text.to_owned()))
    }

    /// The letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Use {
    /// Whether another one is this one told again.
    pub fn is_told_again_by(&self, other: &Self) -> bool {
        let said = |it: &Self| (it.user, it.feature.clone(), it.amount, it.by.clone());
        said(self) == said(other)
    }

    /// Whether it takes room on its counters still.
    pub fn still_counts(&self) -> bool {
        self.released_at.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used() -> Use {
        Use {
            id: UseId::of([7; USE_ID_BYTES]),
            user: UserId(7),
            feature: "chat".to_owned(),
            amount: 2,
            by: "key#site".to_owned(),
            counted: vec![],
            at: Timestamp(5),
            released_at: None,
            answer: String::new(),
        }
    }

    #[test]
    fn a_name_reads_back_as_written_and_nothing_else_does() {
        let id = UseId::of([0xa7; USE_ID_BYTES]);
        assert_eq!(id.as_str(), "a7".repeat(16));
        assert_eq!(UseId::parse(id.as_str()), Some(id.clone()));
        for other in ["", "a7", &"A7".repeat(16), &"g7".repeat(16), &format!("{id}0")] {
            assert_eq!(UseId::parse(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_told_again_says_the_same_of_the_same_customer() {
        let later = Use {
            at: Timestamp(9),
            answer: "{}".to_owned(),
            ..used()
        };
        assert!(used().is_told_again_by(&later));
        let others = [
            Use {
                user: UserId(8),
                ..used()
            },
            Use { amount: 3, ..used() },
            Use {
                feature: "hd".to_owned(),
                ..used()
            },
            Use {
                by: "key#other".to_owned(),
                ..used()
            },
        ];
        for other in others {
            assert!(!used().is_told_again_by(&other), "{other:?}");
        }
    }
}
