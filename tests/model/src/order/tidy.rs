//! States between which nothing that can still happen tells are made one. Without this there are a hundred times as many.

use std::hash::{DefaultHasher, Hash, Hasher};

use domain::job::{Guard, Job, Stage};

use super::Order;
use super::state::{Button, Call, Hand, Pending, Progress, State, World};
use super::workshop::Who;
use crate::Broken;
use crate::row::Row;
use crate::tables::Tables;
use crate::time::{Clock, STALE};

impl Order {
    /// Puts what does not matter into one order, and forgets what can matter no more.
    pub(super) fn tidy(&self, state: &mut State) {
        for (row, world) in state.tables.jobs.iter_mut().zip(&mut state.worlds) {
            if let Some(row) = row.as_mut().filter(|row| row.stage.is_final()) {
                rest(row, world);
            }
        }
        if self.broken.keeps_guards() {
            forget(state);
        }
        state.workers.sort_by_cached_key(|worker| {
            let mut hasher = DefaultHasher::new();
            worker.hash(&mut hasher);
            hasher.finish()
        });
    }
}

impl Order {
    /// When a job is due was written anew. Whoever had a lease there has it no more, but for the one who has just taken it;
    /// and who is tied to what stood there before ([`Guard::DueAt`]) will write nothing.
    pub(super) fn is_due_anew(&self, state: &mut State, job: usize, holder: Option<Who>) {
        let keeps_guards = self.broken.keeps_guards();
        for (index, worker) in state.workers.iter_mut().enumerate() {
            let is_writer = holder == Some(Who::Worker(index));
            match &mut worker.hand {
                Hand::Write(pending) if pending.job == job => {
                    worker.holds = is_writer;
                    if !is_writer && keeps_guards && is_tied(pending) {
                        (worker.hand, worker.holds) = (Hand::Idle, false);
                    }
                }
                Hand::Call { job: of, row, call } if *of == job => {
                    worker.holds = is_writer;
                    if keeps_guards && matches!(call, Call::LookUp { .. } | Call::Find) {
                        let row = row.edit();
                        (row.due_at, row.vain_polls) = (Some(STALE), 0);
                    }
                }
                Hand::Write(_) | Hand::Call { .. } | Hand::Idle => {}
            }
        }
        let is_over = |pending: &Pending| keeps_guards && pending.job == job && is_tied(pending);
        state.desk = state.desk.take().filter(|pending| !is_over(pending));
    }
}

fn is_tied(pending: &Pending) -> bool {
    let mut guards = pending.decided.change.guards.iter();
    guards.any(|guard| matches!(guard, Guard::DueAt(_)))
}

/// Time comes to no order that has ended.
fn rest(row: &mut Row, world: &mut World) {
    if world.clock != Clock::default() {
        world.clock = Clock::default();
        world.clock.set(row.edit());
    }
}

/// A job never comes back to a stage of the same submission. So whoever is about to write what was decided on one that has
/// moved on will write nothing, whenever they do; and whoever only asks for the sake of such a write, too.
fn forget(state: &mut State) {
    let tables = &state.tables;
    let is_vain = |pending: &Pending| has_moved(tables, pending.job, &pending.decided.before);
    for worker in &mut state.workers {
        let is_over = match &worker.hand {
            Hand::Idle => false,
            Hand::Write(pending) => is_vain(pending),
            Hand::Call { job, row, call } => {
                let only_asks = matches!(
                    call,
                    Call::LookUp { .. } | Call::Find | Call::Probe(_) | Call::Tell
                );
                only_asks && has_moved(tables, *job, row)
            }
        };
        if is_over {
            (worker.hand, worker.holds) = (Hand::Idle, false);
        }
    }
    state.cleanup = state.cleanup.take().filter(|pending| !is_vain(pending));
    state.desk = state.desk.take().filter(|pending| !is_vain(pending));
    for tap in &mut state.taps {
        let is_over = match tap.button {
            Button::Create(job) => tables.job(job).is_some(),
            Button::Cancel(job) => tables.job(job).is_some_and(|row| row.stage.is_final()),
        };
        match &tap.at {
            _ if is_over => tap.at = Progress::Done,
            // It is read again, and decided again on what stands now: as if it had not been read yet.
            Progress::Cancels(pending, tries) if *tries == 0 && is_vain(pending) => tap.at = Progress::Done,
            Progress::Ready | Progress::Admits(_) | Progress::Cancels(..) | Progress::Done => {}
        }
    }
}

fn has_moved(tables: &Tables, job: usize, row: &Job) -> bool {
    let place = |job: &Job| -> (Stage, _) { (job.stage, job.fence) };
    tables.job(job).is_none_or(|now| place(now) != place(row))
}

impl Broken {
    /// Whether the conditions of all writes are still what they are.
    fn keeps_guards(self) -> bool {
        !matches!(self, Self::WritesUnguarded | Self::AdmitsTwice)
    }
}
