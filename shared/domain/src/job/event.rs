//! What goes into the machine, and what comes out of it.

use super::{Answer, Failure, Job, RenderedFile, Rule, Stage};
use crate::account::{Draft, Place};
use crate::id::{Fence, FileId, MessageId, TaskId};
use crate::time::{Jitter, Millis, Timestamp};

/// Something that has happened to a job, or that somebody wants to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A worker wants to submit it; it can do nothing more after `lease_until`.
    Claim {
        /// Lambda's deadline, and what clocks and requests may add to it.
        lease_until: Timestamp,
        /// Whom it goes to: one of [`Job::ways`].
        way: Option<usize>,
    },
    /// The provider named the submission.
    Accepted {
        /// The submission that it is about.
        fence: Fence,
        /// The provider's name of it.
        task: TaskId,
    },
    /// The submission was surely not accepted: refused connection, 429, documented refusals.
    NotAccepted {
        /// The provider's own wish.
        retry_after: Option<Millis>,
        /// Dice.
        jitter: Jitter,
    },
    /// The provider refuses until an operator acts: it is out of funds, or its key, or the model. Somebody else may take it.
    TurnedAway,
    /// The submission was refused for good.
    Rejected {
        /// Why.
        failure: Failure,
    },
    /// The provider has answered with the words that were ordered.
    Answered {
        /// Them.
        answer: Answer,
        /// The present worker goes on to show them, and can do nothing more after this.
        until: Timestamp,
    },
    /// No answer, or none that can be read: it may have been accepted.
    OutcomeUnknown {
        /// The provider can be asked what became of it, by our own name of the submission.
        can_ask: bool,
    },
    /// The worker that held the lease is surely gone.
    LeaseExpired {
        /// The provider can be asked what became of it, by our own name of the submission.
        can_ask: bool,
    },
    /// The provider, asked by our own name of a submission that may have been accepted, says that it has none such.
    SurelyAbsent {
        /// The submission that it is about.
        fence: Fence,
        /// Dice.
        jitter: Jitter,
    },
    /// Nothing was heard until the horizon.
    HorizonPassed {
        /// Dice.
        jitter: Jitter,
    },
    /// The provider has called back, and no worker could be told: it is due at once, so that cleanup rings.
    CalledBack,
    /// The provider says that it is still at it.
    StillRunning {
        /// Its callback has said otherwise: the record may lag behind, and is read again soon.
        called_back: bool,
        /// Dice.
        jitter: Jitter,
    },
    /// The provider knows of no such task.
    NoSuchTask {
        /// Dice.
        jitter: Jitter,
    },
    /// Nobody said how it stands: the provider was asked, or its file host, and there was no answer.
    NotTold {
        /// The other side's own wish.
        retry_after: Option<Millis>,
        /// Dice.
        jitter: Jitter,
    },
    /// The provider has a file.
    Succeeded {
        /// It.
        file: RenderedFile,
        /// The present worker goes on to deliver it, and can do nothing more after this.
        deliver_until: Timestamp,
    },
    /// The provider has failed.
    TaskFailed {
        /// Why.
        failure: Failure,
        /// Dice.
        jitter: Jitter,
    },
    /// A worker wants to deliver it; it can do nothing more after this.
    ClaimDelivery {
        /// Lambda's deadline, and what clocks and requests may add to it.
        deliver_until: Timestamp,
    },
    /// Delivery is to be tried again.
    PostponeDelivery {
        /// Whether this attempt or an earlier one may have gone through all the same.
        unsure: bool,
        /// Telegram's own wish.
        retry_after: Option<Millis>,
        /// Dice.
        jitter: Jitter,
    },
    /// The progress message was gone, and another was sent, or the chat moved.
    Moved {
        /// Where it stands now.
        to: Place,
    },
    /// The progress message is now the video.
    Delivered {
        /// Telegram's name of it, where its answer told.
        file: Option<FileId>,
    },
    /// The video cannot be had or sent, and it was made sure that no earlier edit went through.
    CannotDeliver {
        /// Why.
        failure: Failure,
    },
    /// The video stands in a vault channel.
    Stored {
        /// Telegram's name of it.
        file: FileId,
    },
    /// Charge for the stored video.
    Park,
    /// The customer takes it back.
    Cancel,
    /// Settle it now: its time is up.
    TimeUp,
    /// A worker wants to tell the customer of the failure.
    ClaimTelling {
        /// Lambda's deadline, and what clocks and requests may add to it.
        until: Timestamp,
    },
    /// The customer is to be told later.
    PostponeTelling {
        /// Telegram's own wish.
        retry_after: Option<Millis>,
        /// Dice.
        jitter: Jitter,
    },
    /// The customer was told, or never can be.
    Told,
}

/// A condition under which a change may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Guard {
    /// It stands in this stage.
    Stage(Stage),
    /// Its latest submission is this one.
    Fence(Fence),
    /// It is due by this time: nobody else has taken it.
    DueBy(Timestamp),
    /// No task has been named for its latest submission.
    NoTask,
    /// It is due when it was due as it was read: nobody else has asked the provider meanwhile.
    DueAt(Timestamp),
    /// Its progress stands in this message.
    Message(MessageId),
    /// It has been told this many times.
    TellTries(u32),
}

/// What happens to the held credits and the counted uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Settlement {
    /// They are spent.
    Capture,
    /// They are given back, and the uses too.
    Release,
}

/// What is to be written, all together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which transition it is.
    pub rule: Rule,
    /// When.
    pub at: Timestamp,
    /// The conditions under which it may be written.
    pub guards: Vec<Guard>,
    /// The job after it.
    pub after: Job,
    /// What happens to the money, in the same transaction.
    pub settlement: Option<Settlement>,
    /// What the customer goes on with, in the same transaction, unless they are composing something else by then.
    pub draft: Option<Draft>,
}

impl Change {
    /// The same where the customer is composing something else.
    #[must_use]
    pub fn without_draft(self) -> Self {
        Self { draft: None, ..self }
    }
}

/// Why an event changes nothing. Late, doubled and reordered events end here, and that is all right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It has moved on, or is not there yet.
    WrongStage(Stage),
    /// The event is about another submission.
    OtherFence(Fence),
    /// Somebody else has it, or its time has not come.
    NotBefore(Timestamp),
    /// Its submission already has a name.
    AlreadyNamed,
    /// It cannot be submitted that way, or not any more.
    NoSuchWay,
    /// There have been as many attempts as there may be.
    Exhausted,
    /// It is too late to begin.
    TooLate,
}
