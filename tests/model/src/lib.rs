//! Every state that an order and a payment can come to, gone through one by one. What decides is `domain`, the very
//! functions that the Lambdas call; around them stand the least that they need: tables that are written to under
//! conditions, as `store` does it, workers that call between two writes, as `app` does it, and a world outside in which
//! everything may fail. `README.md` says what is covered, and what is not.

pub mod configurations;
pub mod graph;
pub mod order;
pub mod payment;
pub mod row;
pub mod run;
pub mod scene;
pub mod tables;
pub mod time;

/// What is wrong on purpose with what stands around the decisions: the model has to find out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Broken {
    /// Nothing.
    #[default]
    Nothing,
    /// A change is written without looking whether the job has moved on.
    WritesUnguarded,
    /// A job is settled without its money.
    SettlesWithoutMoney,
    /// What was counted is not given back.
    KeepsCounting,
    /// A draft becomes a job as often as somebody taps.
    AdmitsTwice,
    /// Credits are set aside without looking whether there are any.
    SpendsUnseen,
    /// An order whose answer was lost is taken for one that was not accepted.
    TakesSilenceForNo,
    /// A lease may end before whoever has it.
    LeasesTooShort,
    /// A provider that says that it has no such order is believed while that is still under way.
    BelievesTooEarly,
    /// Silence is believed while the render runs.
    HorizonTooNear,
    /// A callback is taken for one of the present submission, whichever it is about.
    TakesAnyCallback,
    /// A video is charged although the request that was to show it was lost.
    ChargesUnseen,
    /// A video whose edit was not answered is given back without looking whether it stands there.
    ReleasesUnprobed,
    /// A truth is acted on that was read before the money went back.
    BelievesOldWords,
    /// An account is written to by what was read of it, though it has moved on.
    MovesUnseen,
    /// No moment comes at which a job is due: no doorbell, no cleanup.
    NothingWakes,
}
