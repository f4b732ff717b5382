//! Freezing: Lambda stops a process between events, so that work left running after an answer stands still.

use std::sync::Mutex;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Whether one process stands still, and whether it may.
#[derive(Debug)]
pub(crate) struct Ice {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The process, once it is started, if it is to be frozen at all.
    pid: Option<Pid>,
    /// It has asked for an event and got none yet.
    waits: bool,
    /// An event is on its way to it.
    wanted: bool,
    frozen: bool,
}

impl Ice {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                pid: None,
                waits: false,
                wanted: false,
                frozen: false,
            }),
        }
    }

    /// From now on the process is frozen whenever it waits.
    pub(crate) fn watch(&self, pid: Pid) {
        let mut state = crate::locked(&self.state);
        state.pid = Some(pid);
        state.freeze();
    }

    /// The process asks for an event.
    pub(crate) fn waits(&self) {
        let mut state = crate::locked(&self.state);
        state.waits = true;
        state.freeze();
    }

    /// An event is sent to the process: it must run.
    pub(crate) fn wanted(&self) {
        let mut state = crate::locked(&self.state);
        state.wanted = true;
        state.thaw();
    }

    /// The process has its event.
    pub(crate) fn served(&self) {
        let mut state = crate::locked(&self.state);
        (state.waits, state.wanted) = (false, false);
    }
}

impl State {
    fn freeze(&mut self) {
        if let Some(pid) = self.pid
            && self.waits
            && !self.wanted
        {
            self.frozen = kill(pid, Signal::SIGSTOP).is_ok();
        }
    }

    fn thaw(&mut self) {
        if let Some(pid) = self.pid
            && std::mem::take(&mut self.frozen)
        {
            // It may have been killed meanwhile; then there is nothing to thaw.
            let _ = kill(pid, Signal::SIGCONT);
        }
    }
}
