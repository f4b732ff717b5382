//! The world: one clock, one pair of dice, and whatever stands outside the functions. All of a schedule happens on one
//! thread under virtual time, so the seed alone decides what happens, and in which order.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use app::Clock;
use domain::payment::{Record, State as PaymentState};
use domain::time::{Millis, Timestamp};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::Wish;
use crate::bell::Bell;
use crate::faults::{ALL, Broken, Fault};
use crate::kie::Kie;
use crate::memory::Memory;
use crate::stripe::Stripe;
use crate::telegram::Telegram;
use crate::yookassa::YooKassa;

/// 2026-11-21 12:00 in Moscow: nine hours before the day's windows turn.
pub const NOON: Timestamp = Timestamp(1_795_251_600_000);

tokio::task_local! {
    /// The invocation that is being carried out.
    pub static INVOCATION: Arc<Invocation>;
}

/// One invocation of a function, which may be killed at any outside call.
#[derive(Debug, Default)]
pub struct Invocation {
    pub(crate) killed: Notify,
}

/// The world. Cheap to clone.
#[derive(Clone)]
pub struct World(Arc<Inner>);

struct Inner {
    born: Instant,
    /// Something lies where it is to be fetched from.
    news: Notify,
    state: Mutex<State>,
}

/// What there is in it.
pub struct State {
    pub seed: u64,
    pub dice: fastrand::Rng,
    /// How likely a fault is where one may strike, in thousandths; and which kinds there are in this schedule.
    pub rough: u32,
    pub kinds: Vec<Fault>,
    pub calm: bool,
    pub broken: Option<Broken>,
    /// From when to when no new orders were to be taken.
    pub paused: Vec<(Timestamp, Option<Timestamp>)>,
    pub struck: BTreeMap<Fault, u64>,
    pub seen: BTreeMap<&'static str, u64>,
    pub memory: Memory,
    pub bell: Bell,
    pub telegram: Telegram,
    pub kie: Kie,
    pub yookassa: YooKassa,
    pub stripe: Stripe,
    pub found: Vec<String>,
    pub trace: Option<Vec<String>>,
    /// Updates that are on their way to the webhook, or to come again.
    pub bringing: u32,
    history: DefaultHasher,
    steps: u64,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("World(..)")
    }
}

impl World {
    /// A world that follows from its seed.
    pub fn new(wish: Wish, mut memory: Memory) -> Self {
        memory.broken = wish.broken;
        let mut dice = fastrand::Rng::with_seed(wish.seed);
        // Swarms: each schedule knows only some kinds of faults, so that rare ones meet without the frequent ones
        // ending everything before.
        let share = dice.u32(1..=100);
        let kinds = ALL.iter().copied().filter(|_| dice.u32(0..100) < share).collect();
        let rough = [0, 5, 20, 60, 150][dice.usize(0..5)];
        let state = State {
            seed: wish.seed,
            rough,
            kinds,
            broken: wish.broken,
            paused: Vec::new(),
            calm: false,
            struck: BTreeMap::new(),
            seen: BTreeMap::new(),
            memory,
            bell: Bell::default(),
            telegram: Telegram::default(),
            kie: Kie::default(),
            yookassa: YooKassa::default(),
            stripe: Stripe::default(),
            found: Vec::new(),
            trace: wish.traced.then(Vec::new),
            bringing: 0,
            history: DefaultHasher::new(),
            steps: 0,
            dice,
        };
        Self(Arc::new(Inner {
            born: Instant::now(),
            news: Notify::new(),
            state: Mutex::new(state),
        }))
    }

    /// The state; held for a moment only, and never while anybody waits.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something new lies at a door.
    pub fn has_news(&self) {
        self.0.news.notify_waiters();
    }

    /// Waits for something new, or until then.
    pub async fn news(&self, until: Option<Duration>) {
        let news = self.0.news.notified();
        let left = until.map_or(Duration::from_hours(1), |until| until.saturating_sub(self.age()));
        let _ = tokio::time::timeout(left.max(Duration::from_millis(1)), news).await;
    }

    /// How old the world is.
    pub fn age(&self) -> Duration {
        self.0.born.elapsed()
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        let age = i64::try_from(self.age().as_millis()).unwrap_or(i64::MAX);
        Timestamp(NOON.0.saturating_add(age))
    }

    /// Whether this strikes now.
    pub fn strikes(&self, fault: Fault) -> bool {
        self.state().strikes(fault)
    }

    /// The first of these that strikes now.
    pub fn one_of(&self, faults: &[Fault]) -> Option<Fault> {
        let mut state = self.state();
        faults.iter().copied().find(|fault| state.strikes(*fault))
    }

    /// Something that happens.
    pub fn note(&self, what: impl FnOnce() -> String) {
        let at = self.age();
        self.state().note(at, what);
    }

    /// What ought to happen now and then.
    pub fn sometimes(&self, what: &'static str) {
        *self.state().seen.entry(what).or_default() += 1;
    }

    /// The history's hash, and how many steps it has.
    pub fn history(&self) -> (u64, u64) {
        let state = self.state();
        (state.history.finish(), state.steps)
    }

    /// What is left to be done; nothing where all is at rest.
    pub fn undone(&self) -> Vec<&'static str> {
        let now = self.now();
        let (books, _) = crate::sound::of_tables(self);
        let state = self.state();
        let mut payments = books.sales.iter().flat_map(|sales| &sales.payments);
        let mut purchases = books.sales.iter().flat_map(|sales| &sales.purchases);
        let mut tasks = state.kie.tasks.values();
        let all = [
            ("a doorbell", !state.bell.messages.is_empty()),
            (
                "an update",
                state.bringing > 0 || !state.telegram.updates.is_empty(),
            ),
            (
                "a notice",
                !state.yookassa.notices.is_empty() || state.stripe.next_ms().is_some(),
            ),
            ("a report", tasks.any(|task| task.report_ms.is_some())),
            ("an order", books.jobs.iter().any(|job| job.due_at.is_some())),
            ("a payment", payments.any(|record| is_undone(record, now))),
            ("an offer", purchases.any(|purchase| purchase.due_at.is_some())),
        ];
        let undone = all.into_iter().filter(|(_, is_undone)| *is_undone);
        undone.map(|(what, _)| what).collect()
    }

    /// A while passes: a request's or an answer's way.
    pub async fn passes(&self, slow: bool) {
        let span = {
            let mut state = self.state();
            let span = match state.dice.u32(0..100) {
                0..90 => state.dice.u64(1..20),
                _ => state.dice.u64(20..400),
            };
            if slow { 2_000 + span * 20 } else { span }
        };
        wait(Duration::from_millis(span)).await;
    }

    /// The invocation that is being carried out is killed here, if this strikes.
    pub async fn may_die(&self, fault: Fault) {
        let Ok(invocation) = INVOCATION.try_with(Arc::clone) else {
            return;
        };
        if self.strikes(fault) {
            invocation.killed.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

impl State {
    pub fn strikes(&mut self, fault: Fault) -> bool {
        // The dice are rolled in any case, so that one kind more or less changes nothing else.
        let roll = self.dice.u32(0..1_000);
        let strikes = !self.calm && roll < self.rough * fault.weight() && self.kinds.contains(&fault);
        if strikes {
            *self.struck.entry(fault).or_default() += 1;
        }
        strikes
    }

    pub fn note(&mut self, at: Duration, what: impl FnOnce() -> String) {
        let what = what();
        (at, &what).hash(&mut self.history);
        self.steps += 1;
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{:>10.3} {what}", at.as_secs_f64()));
        }
    }
}

/// Whether something is still to be done about a payment: but for the reminder, days from now, of a plan that it brought.
fn is_undone(record: &Record, now: Timestamp) -> bool {
    let soon = now.after(Millis::from_mins(20));
    let waits = record.payment.state != PaymentState::Credited;
    record.due_at.is_some_and(|due| waits || due <= soon)
}

/// The world's clock, perhaps a little ahead, as a machine's may be.
#[derive(Debug)]
pub struct Watch {
    pub(crate) world: World,
    pub(crate) ahead_ms: i64,
}

impl Clock for Watch {
    fn now(&self) -> Timestamp {
        Timestamp(self.world.now().0.saturating_add(self.ahead_ms))
    }
}

/// How long after the beginning a moment is.
pub fn age_at(at_ms: i64) -> Duration {
    let age_ms = at_ms.saturating_sub(NOON.0);
    Duration::from_millis(u64::try_from(age_ms).unwrap_or(0))
}

/// Virtual time passes.
#[allow(clippy::disallowed_methods, reason = "virtual time: nobody waits for it")]
pub async fn wait(span: Duration) {
    tokio::time::sleep(span).await;
}
