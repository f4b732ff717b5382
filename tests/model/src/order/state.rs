//! What a state is made of: the tables, those who are about to write to them, and the world outside.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use domain::admission::Admission;
use domain::id::Fence;
use domain::job::{Failure, Stage};

use crate::row::{Decided, Row};
use crate::tables::Tables;
use crate::time::Clock;

/// A state of the whole.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// What stands in the tables.
    pub tables: Tables,
    /// What there is outside of each job.
    pub worlds: Vec<World>,
    /// The workers; which is which does not matter, so they stand in one order.
    pub workers: Vec<Worker>,
    /// What cleanup is about to write.
    pub cleanup: Option<Pending>,
    /// What the callback's desk is about to write.
    pub desk: Option<Pending>,
    /// The customer's taps.
    pub taps: Vec<Tap>,
    /// How many drafts there were.
    pub drafts: usize,
    /// The customer has blocked the bot.
    pub blocked: bool,
    /// What may still go wrong.
    pub left: Left,
    /// What happened that must not.
    pub sins: Sins,
    /// What the audit says of the tables, once it was asked.
    pub audited: Audited,
}

/// What may still go wrong, and how often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Left {
    /// Somebody dies between two steps.
    pub crashes: u8,
    /// An answer is lost, whether or not the request had its effect.
    pub losses: u8,
    /// Somebody outside does not answer to the point: a 429, a 503, silence.
    pub refusals: u8,
    /// The customer blocks the bot or deletes the message; a provider loses a task or a file.
    pub mischief: u8,
}

/// What there is outside of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct World {
    /// How far its time has gone.
    pub clock: Clock,
    /// What became of each submission at its provider, the first one's at 0.
    pub renders: Vec<Render>,
    /// The messages in the chat that were to show it, by their number.
    pub messages: Vec<Message>,
    /// The customer has had the video before their eyes.
    pub seen: bool,
    /// A vault channel has the video.
    pub kept: bool,
}

/// What became of a submission.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Render {
    /// The provider has none.
    #[default]
    None,
    /// It was sent, and nobody knows whether it will arrive.
    OnItsWay,
    /// It runs.
    Running,
    /// There is a good file.
    Done,
    /// There was a good file.
    Gone,
    /// It failed.
    Failed,
    /// The provider does not know of it any more.
    Forgotten,
}

impl Render {
    /// It costs money, and may still bring a video.
    pub fn is_live(self) -> bool {
        matches!(self, Self::OnItsWay | Self::Running)
    }

    /// It has ended, and the provider knows how.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Gone | Self::Failed)
    }
}

/// A message in the chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Message {
    /// Words.
    Text,
    /// The video.
    Video,
    /// The customer has deleted it.
    Gone,
}

/// A worker's Lambda.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Worker {
    /// What it is about to do.
    pub hand: Hand,
    /// The lease that stands in its job's row is its own.
    pub holds: bool,
}

/// What a worker is about to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Hand {
    /// Nothing: it was not rung, or is done.
    Idle,
    /// To write.
    Write(Pending),
    /// To call somebody outside about a job as it last wrote or read it.
    Call {
        /// Which job.
        job: usize,
        /// As it knows it.
        row: Row,
        /// What for.
        call: Call,
    },
}

/// A call to somebody outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// The order goes to the provider.
    Submit,
    /// How does the task stand?
    LookUp {
        /// Its callback has said that it is over.
        called_back: bool,
    },
    /// Is there a task of our name?
    Find,
    /// Is the file still there?
    LookAtFile {
        /// An earlier edit may have gone through.
        was_unsure: bool,
    },
    /// The message becomes the video.
    Edit {
        /// An earlier edit may have gone through.
        was_unsure: bool,
        /// New messages that may still be sent in this attempt.
        messages: u8,
    },
    /// A new message, where the old one is gone.
    Send {
        /// An earlier edit may have gone through.
        was_unsure: bool,
        /// New messages that may still be sent in this attempt.
        messages: u8,
    },
    /// The video goes into a vault.
    Keep {
        /// An earlier edit may have gone through.
        was_unsure: bool,
    },
    /// Does the message show the video?
    Probe(Failure),
    /// The customer is told that there is none.
    Tell,
}

/// A write that was decided on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pending {
    /// Of which job.
    pub job: usize,
    /// What is to be written.
    pub decided: Decided,
    /// Which submission the evidence for it is about.
    pub about: Fence,
    /// What a worker does once it is written; without it, whatever the job wants next.
    pub then: Option<Call>,
}

/// A tap of the customer's: an update that comes again until it was answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tap {
    /// On what.
    pub button: Button,
    /// How far it has come.
    pub at: Progress,
}

/// A button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Button {
    /// Order this draft.
    Create(usize),
    /// Take this order back.
    Cancel(usize),
}

/// How far a tap has come.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Progress {
    /// It was not seen yet.
    Ready,
    /// T1 is decided, and about to be written.
    Admits(Plan),
    /// T14 is decided, and about to be written; after a failure it may be tried so often.
    Cancels(Pending, u8),
    /// It is answered.
    Done,
}

/// An admission that is about to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan(pub Arc<Admission>);

impl Hash for Plan {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Admission {
            job, reservations, ..
        } = &*self.0;
        (&job.id, job.cost, reservations.len()).hash(state);
    }
}

/// What happened that must not, beside what the tables show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sins(u16);

/// Something that must not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sin {
    /// A job was as it should be, and its money was not.
    Unsound,
    /// What was final has changed.
    Undone,
    /// A second render was ordered while there was one that ran.
    TwoLive,
    /// A second render was ordered although a good one was within reach.
    TwoGood,
    /// A submission was judged by another's verdict.
    OtherVerdict,
    /// Somebody acted outside who had the job no more.
    AfterLease,
    /// A video that stands in the chat was given for nothing.
    ReleasedSeen,
}

impl Sins {
    /// Notes one.
    pub fn add(&mut self, sin: Sin) {
        self.0 |= Self::bit(sin);
    }

    /// Whether it happened.
    pub fn has(self, sin: Sin) -> bool {
        self.0 & Self::bit(sin) != 0
    }

    fn bit(sin: Sin) -> u16 {
        match sin {
            Sin::Unsound => 1,
            Sin::Undone => 2,
            Sin::TwoLive => 4,
            Sin::TwoGood => 8,
            Sin::OtherVerdict => 16,
            Sin::AfterLease => 32,
            Sin::ReleasedSeen => 64,
        }
    }
}

/// What the audit says of a state, asked at most once. No part of what the state is.
#[derive(Debug, Default)]
pub struct Audited(OnceLock<Vec<&'static str>>);

impl Audited {
    /// What it says, or what it said.
    pub fn of(&self, ask: impl FnOnce() -> Vec<&'static str>) -> &[&'static str] {
        self.0.get_or_init(ask)
    }
}

/// A copy is about to become another state, of which nothing was said yet.
impl Clone for Audited {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Audited {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Audited {}

impl Hash for Audited {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl State {
    /// Whether every order has come to an end, of which the customer knows.
    pub fn is_settled(&self) -> bool {
        let mut jobs = self.tables.jobs.iter().flatten();
        jobs.all(|job| job.stage.is_final() && job.due_at.is_none())
    }

    /// Whether the tables break an invariant.
    pub fn breaks(&self, invariant: &str) -> bool {
        self.audited.of(|| self.tables.broken()).contains(&invariant)
    }

    /// Jobs that stand, each with what there is outside of it.
    pub fn jobs(&self) -> impl Iterator<Item = (&Row, &World)> {
        let jobs = self.tables.jobs.iter().zip(&self.worlds);
        jobs.filter_map(|(row, world)| Some((row.as_ref()?, world)))
    }

    /// Whether a job stands at a stage.
    pub fn stands(&self, job: usize, stage: Stage) -> bool {
        self.tables.job(job).is_some_and(|row| row.stage == stage)
    }
}
