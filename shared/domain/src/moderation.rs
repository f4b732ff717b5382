//! Words that nobody may order anything with: the operator's list, and what of a text is compared with it.

mod check;
mod fold;
mod strikes;

use std::collections::BTreeMap;

use crate::catalog::Title;
pub use check::{
    CheckRule, Checked, Finding, Findings, Judged, NEVER_ALLOWED, OTHER, PERMILLE_MAX, Subject, Unanswered,
};
use fold::Folded;
pub use strikes::{STRIKES_MAX, Strike, StrikeRule, Strikes};

/// The fewest letters of a word in the list: a letter by itself stands in every text.
pub const WORD_CHARS_MIN: usize = 2;
/// The fewest letters of a stem: shorter ones begin words that nobody means.
pub const STEM_CHARS_MIN: usize = 3;
/// The most letters of an entry.
pub const ENTRY_CHARS_MAX: usize = 100;

/// What is refused before anybody pays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moderation {
    /// The words.
    pub list: List,
    /// What customers are told of the categories that the operator has made.
    pub told: BTreeMap<String, Title>,
    /// Who orders again and again what is refused, waits.
    pub strikes: StrikeRule,
    /// How a provider's own check is taken, where one is asked.
    pub check: Option<CheckRule>,
}

impl Moderation {
    /// Why a text is refused, if it is.
    pub fn refuses(&self, text: &str) -> Option<&str> {
        self.list.find(text)
    }
}

/// Words and phrases, ready to be looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    entries: Vec<Entry>,
    /// Entries by their first word, where that is whole.
    whole: BTreeMap<String, Vec<usize>>,
    /// Entries by their first word, where that is a stem.
    stems: BTreeMap<String, Vec<usize>>,
    /// How long the longest of those stems is.
    stem_bytes_max: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    category: String,
    words: Vec<Word>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    letters: String,
    is_stem: bool,
}

impl Word {
    fn is(&self, word: &str) -> bool {
        if self.is_stem {
            word.starts_with(&self.letters)
        } else {
            word == self.letters
        }
    }
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Senseless {
    /// There is no letter and no digit in it.
    Empty,
    /// It is longer than [`ENTRY_CHARS_MAX`].
    TooLong,
    /// A word, or a stem, is too short.
    TooShort,
    /// A `*` stands elsewhere than at the end of a word.
    Star,
}

impl Senseless {
    /// What is wrong, in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "has no letters",
            Self::TooLong => "is longer than 100 characters",
            Self::TooShort => "is too short: a word has 2 letters at least, a stem with * has 3",
            Self::Star => "has a * that is not at the end of a word",
        }
    }
}

impl List {
    /// Takes a word or a phrase in; `*` at the end of a word stands for any ending.
    pub fn add(&mut self, category: &str, entry: &str) -> Result<(), Senseless> {
        if entry.chars().count() > ENTRY_CHARS_MAX {
            return Err(Senseless::TooLong);
        }
        let mut words = Vec::new();
        for part in entry.split_whitespace() {
            words.extend(words_of(part)?);
        }
        let first = words.first().ok_or(Senseless::Empty)?;
        let alone = words.iter().all(|word: &Word| {
            let min = if word.is_stem {
                STEM_CHARS_MIN
            } else {
                WORD_CHARS_MIN
            };
            word.letters.chars().count() < min
        });
        let short_stem = first.is_stem && first.letters.chars().count() < STEM_CHARS_MIN;
        if alone || short_stem {
            return Err(Senseless::TooShort);
        }
        let place = self.entries.len();
        let by_first = if first.is_stem {
            self.stem_bytes_max = self.stem_bytes_max.max(first.letters.len());
            &mut self.stems
        } else {
            &mut self.whole
        };
        by_first.entry(first.letters.clone()).or_default().push(place);
        let category = category.to_owned();
        self.entries.push(Entry { category, words });
        Ok(())
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is refused.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The category of an entry that stands in a text, if one does. Letters are compared as they look, so small and
    /// capital ones, Latin and Cyrillic ones, and those with invisible ones between them are the same.
    pub fn find(&self, text: &str) -> Option<&str> {
        if self.is_empty() {
            return None;
        }
        let folded = Folded::of(text);
        let found = self.find_in(&folded.words());
        found.or_else(|| {
            folded
                .drawn_together()
                .and_then(|words| self.find_in(&as_str(&words)))
        })
    }

    fn find_in(&self, words: &[&str]) -> Option<&str> {
        let mut rest = words;
        while let Some((first, after)) = rest.split_first() {
            let mut begun = self
                .whole
                .get(*first)
                .into_iter()
                .chain(self.by_stem(first))
                .flatten();
            let stands = |entry: &&Entry| {
                let next = entry.words.iter().skip(1);
                next.len() <= after.len() && next.zip(after).all(|(word, next)| word.is(next))
            };
            let found = begun.find_map(|place| self.entries.get(*place).filter(stands));
            if let Some(entry) = found {
                return Some(&entry.category);
            }
            rest = after;
        }
        None
    }

    /// The entries that begin with a stem of this word.
    fn by_stem<'l>(&'l self, word: &str) -> impl Iterator<Item = &'l Vec<usize>> {
        let ends = word
            .char_indices()
            .map(|(start, letter)| start.saturating_add(letter.len_utf8()));
        let ends = ends.take_while(|end| *end <= self.stem_bytes_max);
        ends.filter_map(|end| self.stems.get(word.get(..end)?))
    }
}

/// The words of a part of an entry in which there is no space.
fn words_of(part: &str) -> Result<Vec<Word>, Senseless> {
    let (letters, is_stem) = match part.strip_suffix('*') {
        Some(letters) => (letters, true),
        None => (part, false),
    };
    if letters.contains('*') {
        return Err(Senseless::Star);
    }
    let folded = Folded::of(letters);
    let mut words: Vec<Word> = folded
        .words()
        .into_iter()
        .map(|letters| Word {
            letters: letters.to_owned(),
            is_stem: false,
        })
        .collect();
    if let Some(last) = words.last_mut() {
        last.is_stem = is_stem;
    }
    Ok(words)
}

fn as_str(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests;
