//! A progress bar where there is a terminal, and plain lines where there is none.

use std::cell::{Cell, RefCell};
use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// Characters of the bar.
const WIDTH: usize = 30;
/// How often a plain line is written at most.
const PLAIN_EVERY: Duration = Duration::from_secs(5);

/// Where things stand. Written to standard error, so that standard output holds the result alone.
#[derive(Debug)]
pub(super) struct Progress {
    terminal: bool,
    began: Cell<Instant>,
    said_at: Cell<Option<Instant>>,
    /// The last one written without a terminal.
    note: RefCell<String>,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self {
            terminal: std::io::stderr().is_terminal(),
            began: Cell::new(Instant::now()),
            said_at: Cell::default(),
            note: RefCell::default(),
        }
    }

    /// Says what happens now.
    pub(super) fn say(&self, text: &str) {
        self.clear();
        write_out(&format!("{text}\n"));
    }

    /// The clock starts now.
    pub(super) fn begin(&self) {
        self.began.set(Instant::now());
    }

    /// Shows that so many of all are settled. Without a terminal, a line when something has changed, and not too often.
    pub(super) fn show(&self, settled: usize, all: usize, note: &str) {
        let bar = line(settled, all, self.began.get().elapsed(), note);
        if self.terminal {
            write_out(&format!("\r\x1b[2K{bar}"));
            return;
        }
        let changed = *self.note.borrow() != note;
        let rested = self.said_at.get().is_none_or(|at| at.elapsed() >= PLAIN_EVERY);
        if changed && (rested || settled == all) {
            self.said_at.set(Some(Instant::now()));
            note.clone_into(&mut self.note.borrow_mut());
            write_out(&format!("{bar}\n"));
        }
    }

    /// Leaves a clean line behind.
    pub(super) fn end(&self) {
        if self.terminal {
            write_out("\n");
        }
    }

    fn clear(&self) {
        if self.terminal {
            write_out("\r\x1b[2K");
        }
    }
}

/// Nobody may be there to read it.
fn write_out(text: &str) {
    let mut out = std::io::stderr();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

fn line(settled: usize, all: usize, elapsed: Duration, note: &str) -> String {
    let full = WIDTH * settled / all.max(1);
    let (full, empty) = ("█".repeat(full), "·".repeat(WIDTH - full.min(WIDTH)));
    format!(
        "[{full}{empty}] {settled:>2} of {all} settled, {:>2} s  {note}",
        elapsed.as_secs()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills_up() {
        let at = |settled| line(settled, 20, Duration::from_secs(3), "");
        assert!(at(0).contains(&"·".repeat(WIDTH)));
        assert!(at(20).contains(&"█".repeat(WIDTH)));
        assert!(at(10).contains(" 10 of 20 settled,  3 s"), "{}", at(10));
    }
}
