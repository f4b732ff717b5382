//! What comes of asking a provider: for a render, how it stands, whether there is one.

use domain::id::TaskId;
use domain::job::{Answer, Event, Failure, Job, RenderedFile, Rule, Stage};

use super::Order;
use super::deliver::edit;
use super::state::{Render, Sin, State, World};
use super::workshop::{JITTER, Next, Outcome};
use crate::Broken;
use crate::row::Row;
use crate::time::{LEASE, NOW};

impl Order {
    /// The order goes to the provider.
    pub(super) fn submit(&self, state: &mut State, job: usize, row: &Job, outcome: Outcome) -> Event {
        let is_ours = state
            .tables
            .job(job)
            .is_some_and(|now| now.stage == Stage::Submitting && now.fence == row.fence);
        let acts = matches!(outcome, Outcome::Answered | Outcome::Unheard | Outcome::OnItsWay);
        if acts && !is_ours {
            state.sins.add(Sin::AfterLease);
        }
        let not_accepted = Event::NotAccepted {
            retry_after: None,
            jitter: JITTER,
        };
        if row.order.makes.is_words() {
            return words(row, outcome, not_accepted);
        }
        let accepted = Event::Accepted {
            fence: row.fence,
            task: task(row.fence.0),
        };
        let unknown = Event::OutcomeUnknown { can_ask: self.finds };
        match outcome {
            Outcome::Answered | Outcome::Unheard => {
                begin(state, job, row.fence.0);
                match (outcome, self.broken) {
                    (Outcome::Answered, _) => accepted,
                    (_, Broken::TakesSilenceForNo) => not_accepted,
                    _ => unknown,
                }
            }
            Outcome::OnItsWay => {
                set_render(state, job, row.fence.0, Render::OnItsWay);
                unknown
            }
            Outcome::Lost => unknown,
            Outcome::NotNow => not_accepted,
            Outcome::Moderated => Event::Rejected {
                failure: Failure::Moderation,
            },
            Outcome::Useless => Event::Rejected {
                failure: Failure::PhotoGone,
            },
            Outcome::TurnedAway => Event::TurnedAway,
        }
    }
}

/// What is made of an answer to an order for words.
pub(super) fn words(row: &Job, outcome: Outcome, not_accepted: Event) -> Event {
    match outcome {
        Outcome::Answered => Event::Answered {
            answer: Answer {
                text: "ёж выходит из тумана".to_owned(),
                tokens_in: 1,
                tokens_out: 1,
            },
            until: LEASE,
        },
        // A lost answer is asked for again: here silence is taken for no.
        Outcome::Unheard | Outcome::OnItsWay | Outcome::Lost | Outcome::NotNow => not_accepted,
        Outcome::Useless => Event::Rejected {
            failure: Failure::NoFile,
        },
        Outcome::Moderated => Event::Rejected {
            failure: Failure::Moderation,
        },
        Outcome::TurnedAway if row.order.others.is_empty() => Event::Rejected {
            failure: Failure::Provider,
        },
        Outcome::TurnedAway => Event::TurnedAway,
    }
}

/// How the task stands; where there is a file, it is delivered.
pub(super) fn look_up(state: &mut State, job: usize, row: &Row, called_back: bool, outcome: Outcome) -> Next {
    let event = |event| Next::Write(event, None);
    let failed = |failure| {
        event(Event::TaskFailed {
            failure,
            jitter: JITTER,
        })
    };
    let not_told = Event::NotTold {
        retry_after: None,
        jitter: JITTER,
    };
    let running = Event::StillRunning {
        called_back,
        jitter: JITTER,
    };
    match (outcome, render(state, job, row)) {
        (Outcome::NotNow, _) => event(not_told),
        // The record lags behind the callback.
        (Outcome::Lost, _) | (_, Render::Running | Render::OnItsWay) => event(running),
        (Outcome::Useless, _) => {
            set_render(state, job, row.fence.0, Render::Gone);
            failed(Failure::NoFile)
        }
        (_, Render::Done) => {
            let file = RenderedFile {
                url: "https://files.example/1".to_owned(),
                bytes: 1,
                billed_milli: None,
            };
            let deliver_until = LEASE;
            Next::Write(Event::Succeeded { file, deliver_until }, Some(edit(false)))
        }
        (_, Render::Failed) => failed(Failure::Provider),
        (_, Render::Gone) => failed(Failure::FileGone),
        (_, Render::None | Render::Forgotten) => event(Event::NoSuchTask { jitter: JITTER }),
    }
}

/// Whether there is a task of our name.
pub(super) fn find(state: &State, job: usize, row: &Job, outcome: Outcome) -> Event {
    let fence = row.fence;
    match (outcome, render(state, job, row)) {
        (Outcome::NotNow, _) => silence(row),
        (_, Render::None | Render::OnItsWay | Render::Forgotten) => Event::SurelyAbsent {
            fence,
            jitter: JITTER,
        },
        _ => Event::Accepted {
            fence,
            task: task(fence.0),
        },
    }
}

/// Nobody says: asked again, until the horizon.
pub(super) fn silence(row: &Job) -> Event {
    if NOW < row.horizon() {
        Event::NotTold {
            retry_after: None,
            jitter: JITTER,
        }
    } else {
        Event::HorizonPassed { jitter: JITTER }
    }
}

/// The provider's name of a submission.
pub(super) fn task(fence: u32) -> TaskId {
    TaskId(format!("task-{fence}"))
}

/// What became of the submission that a job, as read, is at: of its task, where it has one.
pub(super) fn render(state: &State, job: usize, row: &Job) -> Render {
    let fence = row.task.as_ref().map_or(row.fence.0, |named| {
        (1..=row.fence.0)
            .find(|fence| task(*fence) == *named)
            .unwrap_or(row.fence.0)
    });
    let world = state.worlds.get(job);
    world.map_or(Render::None, |world| world.render(fence))
}

pub(super) fn set_render(state: &mut State, job: usize, fence: u32, to: Render) {
    let Some(world) = state.worlds.get_mut(job) else {
        return;
    };
    let place = usize::try_from(fence.saturating_sub(1)).unwrap_or(0);
    if world.renders.len() <= place {
        world.renders.resize(place.saturating_add(1), Render::None);
    }
    if let Some(at) = world.renders.get_mut(place) {
        *at = to;
    }
}

/// A provider takes an order.
pub(super) fn begin(state: &mut State, job: usize, fence: u32) {
    let row = state.tables.job(job).cloned();
    // Whoever was silent until the horizon is believed to have none, and so is whoever says that there is none.
    let was_given_up = |fence: u32| {
        let marks = row
            .as_ref()
            .map(|row| row.timeline.as_slice())
            .unwrap_or_default();
        marks
            .iter()
            .any(|mark| (mark.rule, mark.fence.0) == (Rule::T7, fence))
    };
    let world = state.worlds.get(job).cloned().unwrap_or_default();
    for before in 1..fence {
        match world.render(before) {
            render if render.is_live() => state.sins.add(Sin::TwoLive),
            Render::Done if !was_given_up(before) => state.sins.add(Sin::TwoGood),
            _ => {}
        }
    }
    set_render(state, job, fence, Render::Running);
}

impl World {
    /// What became of a submission.
    pub fn render(&self, fence: u32) -> Render {
        let place = usize::try_from(fence.saturating_sub(1)).unwrap_or(usize::MAX);
        self.renders.get(place).copied().unwrap_or_default()
    }
}
