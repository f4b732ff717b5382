//! What comes of showing a video, or words, to a customer.

use domain::account::Place;
use domain::id::{FileId, MessageId};
use domain::job::{Event, Failure, Job, Stage};

use super::Order;
use super::ask::render;
use super::state::{Call, Message, Render, Sin, State};
use super::workshop::{JITTER, Next, Outcome};
use crate::Broken;
use crate::row::Row;
use crate::time::NOW;

/// New progress messages sent in one attempt at most.
const NEW_MESSAGES_MAX: u8 = 2;

impl Order {
    /// The message becomes the video, or the words.
    pub(super) fn edit(
        &self,
        state: &mut State,
        (job, row): (usize, &Row),
        (was_unsure, messages): (bool, u8),
        outcome: Outcome,
    ) -> Next {
        let is_words = row.order.makes.is_words();
        let is_ours = state
            .tables
            .job(job)
            .is_some_and(|now| now.stage == Stage::Rendered && now.fence == row.fence);
        if outcome == Outcome::NotNow {
            return if is_words {
                words_later(row)
            } else {
                later(row, was_unsure, Failure::TimedOut)
            };
        }
        if state.blocked && outcome == Outcome::Answered {
            return match (is_words, self.vault, was_unsure) {
                (true, _, _) | (_, false, false) => cannot(Failure::Unreachable),
                (_, true, _) => Next::Call(Call::Keep { was_unsure }),
                (_, false, true) => later(row, true, Failure::Unreachable),
            };
        }
        let message = message_of(row);
        let is_gone = message_at(state, job, message) == Message::Gone;
        if outcome == Outcome::Answered && is_gone {
            return match messages {
                0 if is_words => words_later(row),
                0 => later(row, was_unsure, Failure::TimedOut),
                _ => Next::Call(Call::Send { was_unsure, messages }),
            };
        }
        let is_there = is_words || render(state, job, row) == Render::Done;
        if outcome == Outcome::Answered && !is_there {
            return Next::Call(Call::Probe(Failure::FileGone));
        }
        let acts =
            matches!(outcome, Outcome::Answered | Outcome::Unheard) && !state.blocked && !is_gone && is_there;
        if acts && !is_ours {
            state.sins.add(Sin::AfterLease);
        }
        if acts && !is_words {
            show(state, job, message);
        }
        match (outcome, self.broken) {
            (Outcome::Answered, _) | (Outcome::Lost, Broken::ChargesUnseen) => {
                Next::Write(Event::Delivered { file: None }, None)
            }
            (Outcome::Unheard, Broken::ReleasesUnprobed) => cannot(Failure::TimedOut),
            _ if is_words => words_later(row),
            _ => later(row, true, Failure::TimedOut),
        }
    }
}

pub(super) fn edit(was_unsure: bool) -> Call {
    Call::Edit {
        was_unsure,
        messages: NEW_MESSAGES_MAX,
    }
}

pub(super) fn cannot(failure: Failure) -> Next {
    Next::Write(Event::CannotDeliver { failure }, None)
}

/// A new message, where the old one is gone.
pub(super) fn send(
    state: &mut State,
    (job, row): (usize, &Row),
    (was_unsure, messages): (bool, u8),
    outcome: Outcome,
) -> Next {
    let is_words = row.order.makes.is_words();
    let came = !state.blocked && matches!(outcome, Outcome::Answered | Outcome::Unheard);
    let Some(world) = state.worlds.get_mut(job).filter(|_| came) else {
        return if is_words {
            words_later(row)
        } else {
            later(row, was_unsure, Failure::TimedOut)
        };
    };
    let message = MessageId(i64::try_from(world.messages.len()).unwrap_or(i64::MAX));
    world.messages.push(Message::Text);
    if outcome == Outcome::Unheard {
        return if is_words {
            words_later(row)
        } else {
            later(row, was_unsure, Failure::TimedOut)
        };
    }
    let to = Place { message, ..row.place };
    let messages = messages.saturating_sub(1);
    Next::Write(Event::Moved { to }, Some(Call::Edit { was_unsure, messages }))
}

/// The customer cannot be reached, and there is a vault.
pub(super) fn keep(state: &mut State, job: usize, row: &Job, was_unsure: bool, outcome: Outcome) -> Next {
    if outcome != Outcome::Answered {
        return later(row, was_unsure, Failure::Unreachable);
    }
    if let Some(world) = state.worlds.get_mut(job) {
        world.kept = true;
    }
    let file = FileId("vault".to_owned());
    Next::Write(Event::Stored { file }, None)
}

/// Later; but when the time is up, the truth is looked for once more.
pub(super) fn later(row: &Job, unsure: bool, failure: Failure) -> Next {
    if NOW >= row.settle_at {
        return Next::Call(Call::Probe(failure));
    }
    Next::Write(postponed(unsure), None)
}

/// The same of words: whether they were seen does not matter then.
pub(super) fn words_later(row: &Job) -> Next {
    if NOW >= row.settle_at {
        return cannot(Failure::TimedOut);
    }
    Next::Write(postponed(true), None)
}

pub(super) fn postponed(unsure: bool) -> Event {
    Event::PostponeDelivery {
        unsure,
        retry_after: None,
        jitter: JITTER,
    }
}

/// Whether the message shows the video.
pub(super) fn probe(state: &State, job: usize, row: &Job, failure: Failure, outcome: Outcome) -> Event {
    if outcome != Outcome::Answered {
        return postponed(true);
    }
    let stands = message_at(state, job, message_of(row)) == Message::Video;
    if stands && !state.blocked {
        Event::Delivered { file: None }
    } else {
        Event::CannotDeliver { failure }
    }
}

pub(super) fn message_of(row: &Job) -> usize {
    usize::try_from(row.place.message.0).unwrap_or(usize::MAX)
}

pub(super) fn message_at(state: &State, job: usize, message: usize) -> Message {
    let world = state.worlds.get(job);
    let at = world.and_then(|world| world.messages.get(message));
    at.copied().unwrap_or(Message::Gone)
}

pub(super) fn show(state: &mut State, job: usize, message: usize) {
    let Some(world) = state.worlds.get_mut(job) else {
        return;
    };
    if let Some(at) = world.messages.get_mut(message) {
        *at = Message::Video;
        world.seen = true;
    }
}
