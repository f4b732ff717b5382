//! The steps from a state to the next.

use domain::job::{Stage, Step, next_step};
use stateright::{Model, Property};

use super::Order;
use super::ask::render;
use super::outside::Fate;
use super::properties;
use super::state::{Audited, Call, Hand, Message, Progress, Render, Sins, State, Tap, Worker, World};
use super::workshop::{Outcome, Who};
use crate::row::Row;
use crate::tables::Tables;
use crate::time::{Moment, NOW};

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// The customer begins another draft.
    Composes,
    /// A tap is read, or what was decided on it is written.
    Taps(usize),
    /// A doorbell reaches a worker that has nothing to do; it may say that the provider has called back.
    Rings(usize, bool),
    /// Somebody writes what they have decided.
    Writes(Who),
    /// A worker calls somebody outside.
    Calls(usize, Outcome),
    /// Somebody dies with what they were about to do.
    Dies(Who),
    /// Cleanup reads a job.
    Sweeps(usize),
    /// A callback is read.
    CallsBack(usize, u32),
    /// A moment comes.
    Passes(usize, Moment),
    /// Something happens at a provider.
    Fate(usize, u32, Fate),
    /// The customer blocks the bot.
    Blocks,
    /// The customer deletes the message that shows how it goes.
    Deletes(usize),
}

impl Model for Order {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let worker = Worker {
            hand: Hand::Idle,
            holds: false,
        };
        let tap = |button: &super::Button| Tap {
            button: *button,
            at: Progress::Ready,
        };
        vec![State {
            tables: Tables::new(self.jobs),
            worlds: vec![World::default(); self.jobs],
            workers: vec![worker; self.workers],
            cleanup: None,
            desk: None,
            taps: self.taps.iter().map(tap).collect(),
            drafts: 1,
            blocked: false,
            left: self.left,
            sins: Sins::default(),
            audited: Audited::default(),
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.outside(state, actions);
        let idle = state.workers.iter().any(|worker| worker.hand == Hand::Idle);
        for (job, (row, world)) in state.tables.jobs.iter().zip(&state.worlds).enumerate() {
            let Some(row) = row else { continue };
            let wants = !matches!(next_step(row, NOW), Step::Rest | Step::WaitUntil(_));
            if idle && wants {
                actions.push(Action::Rings(job, false));
            }
            if idle && row.stage == Stage::Running && world.render(row.fence.0).is_over() {
                actions.push(Action::Rings(job, true));
            }
            if state.cleanup.is_none() && self.sweep(state, job).is_some() {
                actions.push(Action::Sweeps(job));
            }
        }
        for (index, worker) in state.workers.iter().enumerate() {
            match &worker.hand {
                Hand::Idle => continue,
                Hand::Write(_) => actions.push(Action::Writes(Who::Worker(index))),
                Hand::Call { job, row, call } => {
                    let outcomes = self.outcomes(state, (*job, row), *call);
                    actions.extend(outcomes.into_iter().map(|outcome| Action::Calls(index, outcome)));
                }
            }
            if state.left.crashes > 0 {
                actions.push(Action::Dies(Who::Worker(index)));
            }
        }
        if state.cleanup.is_some() {
            actions.push(Action::Writes(Who::Cleanup));
        }
        if state.desk.is_some() {
            actions.push(Action::Writes(Who::Desk));
        }
        if state.left.crashes == 0 {
            return;
        }
        actions.extend(state.cleanup.iter().map(|_| Action::Dies(Who::Cleanup)));
        actions.extend(state.desk.iter().map(|_| Action::Dies(Who::Desk)));
        let decided = |tap: &Tap| matches!(tap.at, Progress::Admits(_) | Progress::Cancels(..));
        let taps = state.taps.iter().enumerate().filter(|(_, tap)| decided(tap));
        actions.extend(taps.map(|(index, _)| Action::Dies(Who::Tap(index))));
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        match action {
            Action::Composes => Self::compose(&mut state),
            Action::Taps(index) => self.tap(&mut state, index),
            Action::Rings(job, called_back) => {
                let row = state.tables.job(job)?.clone();
                let hand = self.step(job, &row, called_back);
                let worker = state
                    .workers
                    .iter_mut()
                    .find(|worker| worker.hand == Hand::Idle)?;
                worker.hand = hand;
            }
            Action::Writes(who) => self.writes(&mut state, who)?,
            Action::Calls(index, outcome) => {
                let Hand::Call { job, row, call } = state.workers.get(index)?.hand.clone() else {
                    return None;
                };
                spend(&mut state, call, outcome);
                let hand = self.call(&mut state, (job, &row), call, outcome);
                set_hand(&mut state, index, hand)?;
            }
            Action::Dies(who) => {
                state.left.crashes = state.left.crashes.saturating_sub(1);
                match who {
                    Who::Worker(index) => set_hand(&mut state, index, Hand::Idle)?,
                    Who::Cleanup => state.cleanup = None,
                    Who::Desk => state.desk = None,
                    Who::Tap(index) => state.taps.get_mut(index)?.at = Progress::Ready,
                }
            }
            Action::Sweeps(job) => state.cleanup = Some(self.sweep(&state, job)?),
            Action::CallsBack(job, fence) => state.desk = Some(self.call_back(&state, job, fence)?),
            Action::Passes(job, moment) => Self::passes(&mut state, job, moment),
            Action::Fate(job, fence, fate) => Self::fate(&mut state, job, fence, fate),
            Action::Blocks => {
                state.blocked = true;
                state.left.mischief = state.left.mischief.saturating_sub(1);
            }
            Action::Deletes(job) => {
                let message = usize::try_from(state.tables.job(job)?.place.message.0).ok()?;
                *state.worlds.get_mut(job)?.messages.get_mut(message)? = Message::Gone;
                state.left.mischief = state.left.mischief.saturating_sub(1);
            }
        }
        self.tidy(&mut state);
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::of(self)
    }
}

impl Order {
    fn writes(&self, state: &mut State, who: Who) -> Option<()> {
        match who {
            Who::Worker(index) => {
                let Hand::Write(pending) = state.workers.get(index)?.hand.clone() else {
                    return None;
                };
                let hand = self.worker_writes(state, index, &pending);
                set_hand(state, index, hand)?;
            }
            Who::Cleanup => {
                let pending = state.cleanup.take()?;
                self.write(state, who, &pending);
            }
            Who::Desk => {
                let pending = state.desk.take()?;
                self.write(state, who, &pending);
            }
            Who::Tap(_) => return None,
        }
        Some(())
    }

    /// What may come of a call, as things stand and as long as things may go wrong.
    fn outcomes(&self, state: &State, (job, row): (usize, &Row), call: Call) -> Vec<Outcome> {
        let (loses, refuses) = (state.left.losses > 0, state.left.refusals > 0);
        let is_words = self.scene.is_for_words();
        let mut outcomes = vec![Outcome::Answered];
        let mut may = |outcome, is_possible: bool| outcomes.extend(is_possible.then_some(outcome));
        match call {
            Call::Submit => {
                may(Outcome::Moderated, true);
                may(Outcome::Useless, true);
                may(Outcome::TurnedAway, true);
                may(Outcome::NotNow, refuses);
                may(Outcome::Lost, loses);
                may(Outcome::Unheard, loses && !is_words);
                may(Outcome::OnItsWay, loses && !is_words);
            }
            Call::LookUp { called_back } => {
                let render = render(state, job, row);
                may(Outcome::NotNow, refuses);
                may(Outcome::Lost, refuses && called_back);
                may(Outcome::Useless, refuses && render == Render::Done);
            }
            Call::Edit { .. } => {
                may(Outcome::NotNow, refuses);
                may(Outcome::Lost, loses);
                may(Outcome::Unheard, loses && !is_words);
            }
            Call::Send { .. } => {
                may(Outcome::NotNow, refuses);
                may(Outcome::Unheard, loses);
            }
            Call::Find | Call::LookAtFile { .. } | Call::Keep { .. } | Call::Probe(_) | Call::Tell => {
                may(Outcome::NotNow, refuses);
            }
        }
        outcomes
    }
}

/// What goes wrong is counted.
fn spend(state: &mut State, call: Call, outcome: Outcome) {
    let is_about_a_task = matches!(call, Call::LookUp { .. });
    let left = &mut state.left;
    let spent = match outcome {
        // The record of a task lags, or says nothing of use: nothing is lost.
        Outcome::Lost | Outcome::Useless if is_about_a_task => &mut left.refusals,
        Outcome::NotNow => &mut left.refusals,
        Outcome::Unheard | Outcome::OnItsWay | Outcome::Lost => &mut left.losses,
        Outcome::Answered | Outcome::Useless | Outcome::Moderated | Outcome::TurnedAway => return,
    };
    *spent = spent.saturating_sub(1);
}

fn set_hand(state: &mut State, index: usize, hand: Hand) -> Option<()> {
    let worker = state.workers.get_mut(index)?;
    worker.holds = worker.holds && hand != Hand::Idle;
    worker.hand = hand;
    Some(())
}
