//! Time and dice, handed in.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::id::{NONCE_CHARS, Nonce};
use domain::time::{Jitter, Millis, Timestamp};

/// What time it is.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The time.
    fn now(&self) -> Timestamp;
}

/// A clock that stands until it is moved: for tests and simulations.
#[derive(Debug)]
pub struct Fixed(AtomicI64);

impl Fixed {
    /// A clock that shows this.
    pub fn at(now: Timestamp) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(now.0)))
    }

    /// Moves it on.
    pub fn pass(&self, span: Millis) {
        self.0.fetch_add(span.0, Ordering::SeqCst);
    }

    /// Sets it.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.0, Ordering::SeqCst);
    }
}

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// Dice: the operating system's for nonces, which must not be guessed; a fast generator for jitter.
#[derive(Debug)]
pub struct Dice {
    jitter: Mutex<fastrand::Rng>,
    seeded: bool,
}

impl Dice {
    /// True dice.
    pub fn fair() -> Self {
        Self {
            jitter: Mutex::new(fastrand::Rng::new()),
            seeded: false,
        }
    }

    /// Dice that always fall the same way, for replays.
    pub fn loaded(seed: u64) -> Self {
        Self {
            jitter: Mutex::new(fastrand::Rng::with_seed(seed)),
            seeded: true,
        }
    }

    /// A roll for spreading things in time.
    pub fn jitter(&self) -> Jitter {
        Jitter(
            self.jitter
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .u32(0..1000),
        )
    }

    /// A name for a new draft card.
    pub fn nonce(&self) -> Nonce {
        let mut bytes = [0_u8; NONCE_CHARS];
        if self.seeded || getrandom::fill(&mut bytes).is_err() {
            // Without the system's dice a nonce may be guessed; nothing depends on that but politeness, for a button
            // works only for the customer whose draft it belongs to.
            self.jitter
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .fill(&mut bytes);
        }
        Nonce::from_random(bytes)
    }
}

/// Time and dice.
#[derive(Clone, Debug)]
pub struct Env {
    clock: Arc<dyn Clock>,
    dice: Arc<Dice>,
}

impl Env {
    /// From a clock and dice.
    pub fn new(clock: Arc<dyn Clock>, dice: Dice) -> Self {
        Self {
            clock,
            dice: Arc::new(dice),
        }
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A roll for spreading things in time.
    pub fn jitter(&self) -> Jitter {
        self.dice.jitter()
    }

    /// A name for a new draft card.
    pub fn nonce(&self) -> Nonce {
        self.dice.nonce()
    }
}
