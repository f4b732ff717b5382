//! A seeded simulation: many customers, every function that has to do with orders and money, virtual time, and an outside
//! that fails in every way there is. What runs is the product's own code down to its adapters; what is simulated is what
//! stands behind them: DynamoDB, SQS, Telegram, KIE.AI and YooKassa, and Lambda, which kills.
//!
//! A schedule follows from its seed alone: the same seed, the same history, whose hash says so. See `README.md`.
#![allow(
    unreachable_pub,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    missing_docs,
    reason = "what goes wrong in the simulation itself ends it"
)]

mod bell;
mod clip;
mod customers;
pub mod faults;
mod form;
mod functions;
mod kie;
pub mod memory;
mod operator;
mod outside;
mod rails;
mod sound;
mod streets;
mod stripe;
pub mod tables;
mod telegram;
mod world;
mod yookassa;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use domain::time::Timestamp;
use futures::FutureExt as _;
use limits_flags::By;
use table::Deadline;
use tokio::task::LocalSet;

use faults::{Broken, Fault};
use functions::{office, settings};
use memory::Memory;
use outside::Streets;
use streets::Town;
use world::{World, wait};

/// How long things may take to come to rest once nothing goes wrong any more.
const REST_MAX: Duration = Duration::from_hours(30);

/// What a schedule is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// Its seed.
    pub seed: u64,
    /// Whether everything that happens is told.
    pub traced: bool,
    /// What does not hold in this world.
    pub broken: Option<Broken>,
}

impl Wish {
    /// The usual world of a seed.
    pub fn of(seed: u64) -> Self {
        Self {
            seed,
            traced: false,
            broken: None,
        }
    }

    /// The same, with everything that happens in it.
    #[must_use]
    pub fn told(self) -> Self {
        Self { traced: true, ..self }
    }

    /// The same where this does not hold.
    #[must_use]
    pub fn broken(self, broken: Broken) -> Self {
        Self {
            broken: Some(broken),
            ..self
        }
    }
}

/// How a schedule went.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its seed.
    pub seed: u64,
    /// Everything that must not be.
    pub violations: Vec<String>,
    /// The hash of its history, and how many steps that has.
    pub history: (u64, u64),
    /// How often which fault struck.
    pub faults: BTreeMap<Fault, u64>,
    /// What happened that ought to happen now and then: transitions, ends, steps of payments.
    pub seen: BTreeMap<String, u64>,
    /// Everything, if it was wished for.
    pub trace: Vec<String>,
}

/// The tables as an operator has made them: the settings, and nothing else.
fn ground() -> Memory {
    static GROUND: OnceLock<Memory> = OnceLock::new();
    GROUND
        .get_or_init(|| {
            let memory = Memory::of_template(include_str!("../../../template.yaml"));
            let looked = Arc::new(tables::Look::of(memory));
            let office = office(table::Db::played(looked.clone()));
            let write = async {
                let plan = limits_flags::plan(&office, &settings()).await.expect("a plan");
                let by = By::new("the simulation", "", Timestamp(0)).expect("somebody");
                limits_flags::apply(&office, &plan, &by, Deadline::after(Duration::from_hours(1)))
                    .await
                    .expect("applied");
                operator::admit(&office).await;
            };
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .build()
                .expect("a runtime");
            runtime.block_on(write);
            looked.memory()
        })
        .clone()
}

/// Plays one schedule.
pub fn play(wish: Wish) -> Outcome {
    // What is made once for all, tables and clients, is made before: some of it rolls the same dice.
    static READY: OnceLock<()> = OnceLock::new();
    READY.get_or_init(|| drop(played(Wish::of(0))));
    played(wish)
}

fn played(wish: Wish) -> Outcome {
    let memory = ground();
    fastrand::seed(wish.seed);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    LocalSet::new().block_on(&runtime, async move {
        let world = World::new(wish, memory);
        let _playing = wire::played::play(Arc::new(Streets(world.clone())));
        let town = Town::new(&world);
        town.begin();
        let (customers, deeds) = {
            let mut state = world.state();
            (state.dice.i64(1..=4), state.dice.u32(4..=14))
        };
        let all = (1..=customers).map(|user| customers::live(world.clone(), user, deeds));
        let mut lives = std::pin::pin!(futures::future::join_all(all));
        streets::spawn(operator::live(world.clone()));
        loop {
            let done = tokio::select! {
                biased;
                _ = &mut lives => true,
                () = wait(Duration::from_secs(1)) => false,
            };
            if done || !world.state().found.is_empty() {
                break;
            }
        }
        rest(&world).await;
        town.compares().await;
        rest(&world).await;
        ended(&world, wish)
    })
}

/// Nothing goes wrong any more, until nothing is left to be done.
async fn rest(world: &World) {
    world.state().calm = true;
    let begun = world.age();
    while world.age() < begun + REST_MAX {
        wait(Duration::from_mins(10)).await;
        if world.undone().is_empty() || !world.state().found.is_empty() {
            return;
        }
    }
    let undone = world.undone().join(", ");
    let found = format!("liveness: {REST_MAX:?} after all was well again there is still {undone}");
    world.state().found.push(found);
}

fn ended(world: &World, wish: Wish) -> Outcome {
    let mut violations = std::mem::take(&mut world.state().found);
    if violations.is_empty() {
        violations = sound::at_rest(world);
    }
    violations.extend(streets::panics());
    let history = world.history();
    let (books, _) = sound::of_tables(world);
    let mut seen = sound::seen(&books);
    let mut state = world.state();
    for (what, times) in &state.seen {
        *seen.entry((*what).to_owned()).or_default() += times;
    }
    Outcome {
        seed: wish.seed,
        violations,
        history,
        faults: state.struck.clone(),
        seen,
        trace: state.trace.take().unwrap_or_default(),
    }
}

/// Nobody waits for memory; and whoever looks at it in the midst of an invocation is not held to its end.
pub(crate) fn at_once<T>(work: impl Future<Output = T>) -> T {
    let apart = Deadline::after(Duration::from_mins(1)).apart(work);
    apart.now_or_never().expect("nobody waits for memory")
}
