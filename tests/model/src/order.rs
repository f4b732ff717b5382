//! Orders: a customer's taps, two workers, cleanup, callbacks, and a world in which each of them may fail.

mod ask;
mod deliver;
mod model;
mod outside;
mod properties;
mod state;
mod tidy;
mod workshop;

pub use model::Action;
pub use state::{Audited, Button, Left, Plan, State};

use crate::Broken;
use crate::scene::Scene;

/// What may happen, and how often.
#[derive(Clone, Debug)]
pub struct Order {
    /// What it is called.
    pub name: &'static str,
    /// What is ordered.
    pub scene: Scene,
    /// How many drafts there are, one after the other.
    pub jobs: usize,
    /// How many workers there are at once.
    pub workers: usize,
    /// What the customer taps on.
    pub taps: Vec<Button>,
    /// Submissions of one order at most; after that all routes are left alone until its time is up.
    pub attempts: u32,
    /// The provider can be asked by our own name of an order.
    pub finds: bool,
    /// There is a vault channel.
    pub vault: bool,
    /// What may go wrong.
    pub left: Left,
    /// What is wrong with what is around the decisions, on purpose.
    pub broken: Broken,
}

impl Order {
    /// One video, two workers, two submissions; two taps to order it, one to take it back.
    pub fn one(name: &'static str, left: Left) -> Self {
        Self {
            name,
            scene: Scene::videos(1),
            jobs: 1,
            workers: 2,
            taps: vec![Button::Create(0), Button::Create(0), Button::Cancel(0)],
            attempts: 2,
            finds: false,
            vault: false,
            left,
            broken: Broken::Nothing,
        }
    }
}

impl Order {
    /// Whether the customer takes an order back.
    pub(crate) fn cancels(&self) -> bool {
        self.taps.iter().any(|tap| matches!(tap, Button::Cancel(_)))
    }
}
