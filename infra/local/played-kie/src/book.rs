//! Everything the played account remembers.

use std::collections::{BTreeMap, HashMap, VecDeque};

use bytes::Bytes;

use crate::task::Task;
use crate::trouble::{Stage, Trouble, spoken};
use crate::video::ClipFile;

/// Orders are counted over ten seconds (docs.kie.ai, section 8).
const CREATE_WINDOW_MS: i64 = 10_000;
/// How many rendered files are kept; an older one is rendered anew when it is asked for.
const RENDERED_MAX: usize = 32;

/// A trouble waiting for its request.
#[derive(Clone, Debug)]
struct Waiting {
    trouble: Trouble,
    matching: String,
    times: u32,
}

/// An uploaded file.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub(crate) bytes: Bytes,
    pub(crate) uploaded_at_ms: i64,
}

/// The account's tasks, files and troubles.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pub(crate) tasks: BTreeMap<String, Task>,
    pub(crate) uploads: HashMap<String, Upload>,
    pub(crate) complaints: Vec<String>,
    pub(crate) uploads_made: u64,
    tasks_made: u64,
    creates: VecDeque<i64>,
    waiting: Vec<Waiting>,
    attempts: HashMap<(Trouble, String), u32>,
    rendered: VecDeque<(String, ClipFile)>,
}

impl Book {
    /// A new id. It holds the time because the account outlives this process and its counter.
    pub(crate) fn next_task_id(&mut self, now_ms: i64) -> String {
        self.tasks_made += 1;
        format!("task_{now_ms}_{:04}", self.tasks_made)
    }

    /// Counts one order, unless there were too many within the window.
    pub(crate) fn admit(&mut self, now_ms: i64, limit: usize) -> bool {
        while self
            .creates
            .front()
            .is_some_and(|at| *at <= now_ms - CREATE_WINDOW_MS)
        {
            self.creates.pop_front();
        }
        let room = self.creates.len() < limit;
        if room {
            self.creates.push_back(now_ms);
        }
        room
    }

    /// Lets `trouble` befall the next `times` requests about something that contains `matching`.
    pub(crate) fn wait(&mut self, trouble: Trouble, matching: &str, times: u32) {
        self.waiting.push(Waiting {
            trouble,
            matching: matching.to_owned(),
            times,
        });
    }

    /// Nothing more is to befall anybody.
    pub(crate) fn forget_waiting(&mut self) {
        self.waiting.clear();
    }

    /// The troubles that have not befallen anybody yet.
    pub(crate) fn still_waiting(&self) -> Vec<(Trouble, u32)> {
        self.waiting
            .iter()
            .map(|waiting| (waiting.trouble, waiting.times))
            .collect()
    }

    /// Takes the troubles due at this stage for a request about `subject`.
    pub(crate) fn take(&mut self, stage: Stage, subject: &str) -> Vec<Trouble> {
        let mut taken = Vec::new();
        for waiting in &mut self.waiting {
            if waiting.trouble.stage() == stage && subject.contains(&waiting.matching) {
                waiting.times = waiting.times.saturating_sub(1);
                taken.push(waiting.trouble);
            }
        }
        self.waiting.retain(|waiting| waiting.times > 0);
        taken
    }

    /// The troubles of one order: those waiting and those its prompt names.
    pub(crate) fn take_for_create(&mut self, prompt: &str) -> Vec<Trouble> {
        let mut troubles = self.take(Stage::Create, prompt);
        for word in spoken(prompt) {
            if word
                .attempts
                .is_none_or(|attempts| self.holds(word.trouble, prompt, attempts))
            {
                troubles.push(word.trouble);
            }
        }
        troubles
    }

    /// Holds for the first `attempts` orders of a prompt, then lets one pass and begins again.
    fn holds(&mut self, trouble: Trouble, prompt: &str, attempts: u32) -> bool {
        let seen = self.attempts.entry((trouble, prompt.to_owned())).or_default();
        let holds = *seen < attempts;
        *seen = if holds { *seen + 1 } else { 0 };
        holds
    }

    /// What the account has paid or promised.
    pub(crate) fn credits_spent(&self) -> i64 {
        self.tasks.values().map(Task::credits).sum()
    }

    pub(crate) fn rendered(&self, task_id: &str) -> Option<ClipFile> {
        self.rendered
            .iter()
            .find(|(id, _)| id == task_id)
            .map(|(_, file)| file.clone())
    }

    pub(crate) fn keep_rendered(&mut self, task_id: &str, file: ClipFile) {
        if self.rendered.len() == RENDERED_MAX {
            self.rendered.pop_front();
        }
        self.rendered.push_back((task_id.to_owned(), file));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passing_word_holds_once_and_comes_again_for_a_new_round() {
        let mut book = Book::default();
        let rounds: Vec<usize> = (0..4).map(|_| book.take_for_create("a cat #429").len()).collect();
        assert_eq!(rounds, [1, 0, 1, 0]);
        assert_eq!(book.take_for_create("a cat #fail"), [Trouble::Failed]);
        assert_eq!(book.take_for_create("a cat #fail"), [Trouble::Failed]);
    }

    #[test]
    fn a_waiting_trouble_befalls_only_what_it_was_meant_for() {
        let mut book = Book::default();
        book.wait(Trouble::Lost, "dog", 2);
        assert!(book.take_for_create("a cat").is_empty());
        assert!(book.take(Stage::Lookup, "a dog").is_empty());
        assert_eq!(book.take_for_create("a dog"), [Trouble::Lost]);
        assert_eq!(book.still_waiting(), [(Trouble::Lost, 1)]);
    }

    #[test]
    fn the_twenty_first_order_within_ten_seconds_is_refused() {
        let mut book = Book::default();
        assert!((0..20).all(|n| book.admit(n, 20)));
        assert!(!book.admit(9_999, 20));
        assert!(book.admit(10_000, 20));
    }
}
