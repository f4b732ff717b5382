//! Parts of an index, each read in order and page by page, taken in the order of all: what is next stands at the head of one of
//! them. No more than a page of each is held.

use std::collections::VecDeque;

use table::Item;

/// The parts, as far as they are read.
#[derive(Debug)]
pub(crate) struct Merge<T> {
    parts: Vec<Part<T>>,
}

#[derive(Debug)]
struct Part<T> {
    read: VecDeque<T>,
    start: Option<Item>,
    is_over: bool,
}

impl<T> Merge<T> {
    /// Of so many parts, none of them read yet.
    pub(crate) fn new(parts: u32) -> Self {
        let part = |_| Part {
            read: VecDeque::new(),
            start: None,
            is_over: false,
        };
        Self {
            parts: (0..parts).map(part).collect(),
        }
    }

    /// The part that must be read on before it is known what is next, and from where.
    pub(crate) fn hungry(&self) -> Option<(u32, Option<Item>)> {
        let numbered = (0..).zip(&self.parts);
        let mut hungry = numbered.filter(|(_, part)| part.read.is_empty() && !part.is_over);
        hungry.next().map(|(number, part)| (number, part.start.clone()))
    }

    /// A page of a part, and where its next one begins.
    pub(crate) fn feed(&mut self, part: u32, read: impl IntoIterator<Item = T>, next: Option<Item>) {
        let part = usize::try_from(part)
            .ok()
            .and_then(|part| self.parts.get_mut(part));
        if let Some(part) = part {
            part.read.extend(read);
            part.is_over = next.is_none();
            part.start = next;
        }
    }

    /// What is next, by what is least; of equals that of the part with the lower number. `None` at the end, or while a part is
    /// [hungry](Self::hungry).
    pub(crate) fn take<K: Ord>(&mut self, key: impl Fn(&T) -> K) -> Option<T> {
        let parts = self.parts.iter_mut().filter(|part| !part.read.is_empty());
        let first = parts.min_by_key(|part| part.read.front().map(&key))?;
        first.read.pop_front()
    }

    /// Whether something is at hand.
    pub(crate) fn has_some(&self) -> bool {
        self.parts.iter().any(|part| !part.read.is_empty())
    }
}
