//! What happens without us: moments come, providers render, customers tap, block and delete.

use domain::account::Account;
use domain::id::Fence;
use domain::job::{Event, Stage, Step, is_left_by_workers, next_step};

use super::Order;
use super::ask::{begin, set_render, task};
use super::model::Action;
use super::state::{Button, Hand, Message, Pending, Plan, Progress, Render, Sin, State, World};
use super::workshop::Who;
use crate::Broken;
use crate::row::Row;
use crate::scene;
use crate::tables::{Admitted, Tables};
use crate::time::{self, LEASE, Moment, NOW};
use domain::job::Guard;
use domain::time::Jitter;
use std::sync::Arc;

/// Every moment that may come.
pub(super) const MOMENTS: [Moment; 8] = [
    Moment::Due,
    Moment::Overdue,
    Moment::GiveUp,
    Moment::Settle,
    Moment::LongOver,
    Moment::Absence,
    Moment::Horizon,
    Moment::RenderOver,
];

/// What a provider does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// A request that was on its way arrives.
    Arrives,
    /// It never does.
    Vanishes,
    /// A render is done.
    Renders,
    /// A render fails.
    Fails,
    /// The provider loses it.
    Forgets,
    /// The provider loses its file.
    Expires,
}

impl Order {
    /// The customer's and the providers' steps that are possible.
    pub(super) fn outside(&self, state: &State, actions: &mut Vec<Action>) {
        for (job, (row, world)) in state.tables.jobs.iter().zip(&state.worlds).enumerate() {
            let Some(row) = row else { continue };
            let comes = |moment: &&Moment| self.may_come(state, (job, row, world), **moment);
            actions.extend(
                MOMENTS
                    .iter()
                    .filter(comes)
                    .map(|moment| Action::Passes(job, *moment)),
            );
            for (place, render) in world.renders.iter().enumerate() {
                let fence = u32::try_from(place).unwrap_or(u32::MAX).saturating_add(1);
                let fates = fates(*render, state.left.mischief > 0 && !row.stage.is_final());
                actions.extend(fates.iter().map(|fate| Action::Fate(job, fence, *fate)));
                let is_heard = !matches!(render, Render::None | Render::OnItsWay | Render::Forgotten);
                if is_heard && state.desk.is_none() && self.is_taken(row, fence) {
                    actions.push(Action::CallsBack(job, fence));
                }
            }
            let message = usize::try_from(row.place.message.0).unwrap_or(usize::MAX);
            let there = world
                .messages
                .get(message)
                .is_some_and(|message| *message != Message::Gone);
            if state.left.mischief > 0 && there && row.stage == Stage::Rendered {
                actions.push(Action::Deletes(job));
            }
        }
        let is_open = state.tables.jobs.iter().flatten().any(|row| row.due_at.is_some());
        if state.left.mischief > 0 && !state.blocked && is_open {
            actions.push(Action::Blocks);
        }
        if state.drafts < self.jobs {
            actions.push(Action::Composes);
        }
        let ready = |button: &Button| match button {
            Button::Create(draft) => *draft < state.drafts,
            Button::Cancel(job) => state.tables.job(*job).is_some(),
        };
        let taps = state.taps.iter().enumerate();
        let taps = taps.filter(|(_, tap)| match tap.at {
            Progress::Ready => ready(&tap.button),
            Progress::Admits(_) | Progress::Cancels(..) => true,
            Progress::Done => false,
        });
        actions.extend(taps.map(|(index, _)| Action::Taps(index)));
    }

    /// Whether a moment may come. A lease is over only when whoever has it can do nothing more, and what they have sent has
    /// arrived or never will; no render takes longer than it can.
    fn may_come(&self, state: &State, (job, row, world): (usize, &Row, &World), moment: Moment) -> bool {
        if !time::is_ahead(moment, row, world.clock)
            || self.broken == Broken::NothingWakes && moment == Moment::Due
        {
            return false;
        }
        let render = world.render(row.fence.0);
        match moment {
            Moment::Due if row.due_at == Some(LEASE) => {
                let is_held = state
                    .workers
                    .iter()
                    .any(|worker| worker.holds && worker.hand.job() == Some(job));
                let is_under_way = row.stage == Stage::Submitting && render == Render::OnItsWay;
                self.broken == Broken::LeasesTooShort || !is_held && !is_under_way
            }
            Moment::Absence => {
                self.finds && (render != Render::OnItsWay || self.broken == Broken::BelievesTooEarly)
            }
            Moment::Horizon => !render.is_live() || self.broken == Broken::HorizonTooNear,
            Moment::RenderOver => render == Render::Forgotten,
            Moment::Due | Moment::Overdue | Moment::GiveUp | Moment::Settle | Moment::LongOver => true,
        }
    }

    /// Whether a callback for a submission is taken up at all.
    fn is_taken(&self, row: &Row, fence: u32) -> bool {
        let waits = matches!(row.stage, Stage::Submitting | Stage::Unknown | Stage::Running);
        waits && (row.fence == Fence(fence) || self.broken == Broken::TakesAnyCallback)
    }

    /// A moment comes, in the row and in every copy of it that somebody holds.
    pub(super) fn passes(state: &mut State, job: usize, moment: Moment) {
        let Some(of) = state.tables.job(job).cloned() else {
            return;
        };
        let Some(world) = state.worlds.get_mut(job) else {
            return;
        };
        world.clock = time::after(moment, world.clock);
        let clock = world.clock;
        let was_due = of.due_at;
        let mut rows: Vec<&mut Row> = state
            .tables
            .jobs
            .iter_mut()
            .flatten()
            .filter(|row| row.id == of.id)
            .collect();
        for worker in &mut state.workers {
            match &mut worker.hand {
                Hand::Call { row, .. } if row.id == of.id => rows.push(row),
                Hand::Write(pending) if pending.job == job => {
                    let change = &mut pending.decided.change;
                    let is_tied = |guard: &Guard| matches!((guard, was_due), (Guard::DueAt(at), Some(was)) if *at == was);
                    let due = match moment {
                        Moment::Due => NOW,
                        Moment::Overdue => time::OVERDUE,
                        _ => continue,
                    };
                    if change.guards.iter().any(is_tied) {
                        let guards = &mut Arc::make_mut(change).guards;
                        guards.retain(|guard| !is_tied(guard));
                        guards.push(Guard::DueAt(due));
                    }
                }
                Hand::Call { .. } | Hand::Write(_) | Hand::Idle => {}
            }
        }
        for row in rows {
            let job = row.edit();
            time::come(moment, job, &of);
            clock.set(job);
        }
    }

    /// Something happens at a provider.
    pub(super) fn fate(state: &mut State, job: usize, fence: u32, fate: Fate) {
        if matches!(fate, Fate::Forgets | Fate::Expires) {
            state.left.mischief = state.left.mischief.saturating_sub(1);
        }
        match fate {
            Fate::Arrives => begin(state, job, fence),
            Fate::Vanishes => set_render(state, job, fence, Render::None),
            Fate::Renders => set_render(state, job, fence, Render::Done),
            Fate::Fails => set_render(state, job, fence, Render::Failed),
            Fate::Forgets => set_render(state, job, fence, Render::Forgotten),
            Fate::Expires => set_render(state, job, fence, Render::Gone),
        }
    }

    /// A callback is read, and what it says decided on; or, where no doorbell could be rung for it, that the job is due.
    pub(super) fn call_back(&self, state: &State, job: usize, fence: u32) -> Option<Pending> {
        let row = state.tables.job(job).filter(|row| self.is_taken(row, fence))?;
        let event = if row.stage == Stage::Running {
            Event::CalledBack
        } else {
            let (fence, task) = (row.fence, task(fence));
            Event::Accepted { fence, task }
        };
        let pending = Self::decide(job, row, event, None)?;
        let about = Fence(fence);
        Some(Pending { about, ..pending })
    }

    /// Cleanup reads a job, and decides what it does by itself.
    pub(super) fn sweep(&self, state: &State, job: usize) -> Option<Pending> {
        let row = state.tables.job(job)?;
        let event = match next_step(row, NOW) {
            Step::ExpireLease if is_left_by_workers(row, NOW) => Event::LeaseExpired { can_ask: self.finds },
            Step::PassHorizon if is_left_by_workers(row, NOW) => Event::HorizonPassed { jitter: Jitter(0) },
            Step::Settle => Event::TimeUp,
            _ => return None,
        };
        Self::decide(job, row, event, None)
    }

    /// A tap is read and decided on, or what was decided is written.
    pub(super) fn tap(&self, state: &mut State, index: usize) {
        let Some(tap) = state.taps.get(index).cloned() else {
            return;
        };
        let at = match (tap.button, tap.at) {
            (Button::Create(draft), Progress::Ready) => self.decides(&state.tables, draft),
            (Button::Create(draft), Progress::Admits(plan)) => {
                match state.tables.admit(draft, &plan.0, self.broken) {
                    Admitted::Yes => {
                        let world = World {
                            messages: vec![Message::Text],
                            ..World::default()
                        };
                        if let Some(row) = state.tables.jobs.get_mut(draft).and_then(Option::as_mut) {
                            world.clock.set(row.edit());
                        }
                        if let Some(at) = state.worlds.get_mut(draft) {
                            *at = world;
                        }
                        Progress::Done
                    }
                    Admitted::Already => Progress::Done,
                    Admitted::Changed => self.decides(&state.tables, draft),
                }
            }
            (Button::Cancel(job), Progress::Ready) => cancels(&state.tables, job, 1),
            (Button::Cancel(job), Progress::Cancels(pending, tries)) => {
                if self.write(state, Who::Tap(index), &pending) || tries == 0 || state.sins.has(Sin::Unsound)
                {
                    Progress::Done
                } else {
                    cancels(&state.tables, job, tries.saturating_sub(1))
                }
            }
            (_, at) => at,
        };
        if let Some(tap) = state.taps.get_mut(index) {
            tap.at = at;
        }
    }

    /// T1, decided on what is there.
    fn decides(&self, tables: &Tables, draft: usize) -> Progress {
        if tables.job(draft).is_some() && self.broken != Broken::AdmitsTwice {
            return Progress::Done;
        }
        let admitted = self.scene.admit(&tables.account, &tables.counts, draft);
        admitted.map_or(Progress::Done, |admission| {
            Progress::Admits(Plan(Arc::new(admission)))
        })
    }

    /// The customer composes something new in the place of what is there.
    pub(super) fn compose(state: &mut State) {
        let draft = scene::draft(state.drafts);
        let account: &mut Account = state.tables.account();
        account.draft = Some(draft);
        state.drafts = state.drafts.saturating_add(1);
    }
}

fn cancels(tables: &Tables, job: usize, tries: u8) -> Progress {
    let row = tables.job(job);
    let pending = row.and_then(|row| Order::decide(job, row, Event::Cancel, None));
    pending.map_or(Progress::Done, |pending| Progress::Cancels(pending, tries))
}

/// What may become of a submission without us.
fn fates(render: Render, mischief: bool) -> &'static [Fate] {
    match (render, mischief) {
        (Render::OnItsWay, _) => &[Fate::Arrives, Fate::Vanishes],
        (Render::Running, true) => &[Fate::Renders, Fate::Fails, Fate::Forgets],
        (Render::Running, false) => &[Fate::Renders, Fate::Fails],
        (Render::Done, true) => &[Fate::Expires],
        (Render::Done, false) | (Render::None | Render::Gone | Render::Failed | Render::Forgotten, _) => &[],
    }
}

impl Hand {
    /// Which job it is about.
    pub fn job(&self) -> Option<usize> {
        match self {
            Self::Idle => None,
            Self::Write(pending) => Some(pending.job),
            Self::Call { job, .. } => Some(*job),
        }
    }
}
