//! Tables without anything that goes wrong on the way to them.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use table::played::{Answered, Ask, Tables};

use crate::memory::Memory;

/// The tables as they stand, for whoever only looks.
#[derive(Debug)]
pub struct Look(Mutex<Memory>);

impl Look {
    /// At these.
    pub fn of(memory: Memory) -> Self {
        Self(Mutex::new(memory))
    }

    /// The tables themselves.
    pub fn memory(&self) -> Memory {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Tables for Look {
    fn ask(&self, ask: Ask) -> Answered {
        let answer = {
            let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            memory.answer(ask, Duration::ZERO, Duration::ZERO)
        };
        Box::pin(std::future::ready(answer))
    }
}
