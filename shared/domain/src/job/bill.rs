//! What a provider bills for what came to nothing.

use super::{Answer, Change, Job};
use crate::ai_request::{Cost, Source};
use crate::cost::MicroUsd;

/// What an attempt is billed that came to nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bill {
    /// Nothing, as far as anybody says.
    #[default]
    Nothing,
    /// What the provider says, in thousandths of the units that it bills in.
    Said(u64),
    /// What it asks for what was ordered: it says that it has made that, and there is nothing to be had.
    Made,
    /// An answer that is of no use, by its tokens where they have a price.
    Tokens {
        /// Those that went in.
        went_in: u64,
        /// Those that came out.
        came_out: u64,
    },
}

impl Bill {
    /// Of what was made, or not: what the provider says goes before what its prices say.
    pub fn of(said_milli: Option<u64>, is_made: bool) -> Self {
        match said_milli {
            Some(said) => Self::Said(said),
            None if is_made => Self::Made,
            None => Self::Nothing,
        }
    }
}

/// What attempts have cost that came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vain {
    /// All of them together.
    pub micro_usd: MicroUsd,
    /// Who says so; the less sure where both do.
    pub source: Source,
    /// Tokens that went in.
    pub tokens_in: u64,
    /// Tokens that came out.
    pub tokens_out: u64,
    /// There was another that is billed, and nobody knows how much: this is the least that was spent.
    pub unknown: bool,
}

impl Vain {
    /// With one more; `None` is billed, and nobody knows how much.
    fn and(self, cost: Option<Cost>, (tokens_in, tokens_out): (u64, u64)) -> Self {
        Self {
            micro_usd: cost.map_or(self.micro_usd, |cost| self.micro_usd.plus(cost.micro_usd)),
            source: cost.map_or(self.source, |cost| self.source.max(cost.source)),
            unknown: self.unknown || cost.is_none(),
            tokens_in: self.tokens_in.saturating_add(tokens_in),
            tokens_out: self.tokens_out.saturating_add(tokens_out),
        }
    }
}

impl Change {
    /// The same, where what has come to nothing is billed.
    #[must_use]
    pub fn billed(mut self, bill: Bill) -> Self {
        self.after.spend(bill);
        self
    }
}

impl Job {
    fn spend(&mut self, bill: Bill) {
        let Some(costing) = self.order.costing.as_ref() else {
            return;
        };
        let (cost, tokens) = match bill {
            Bill::Nothing | Bill::Said(0) => return,
            Bill::Said(milli) => (costing.cost(Some(milli), None), (0, 0)),
            Bill::Made => (costing.cost(None, None), (0, 0)),
            Bill::Tokens { went_in, came_out } => {
                let answer = Answer {
                    text: String::new(),
                    tokens_in: went_in,
                    tokens_out: came_out,
                };
                (costing.cost(None, Some(&answer)), (went_in, came_out))
            }
        };
        if tokens == (0, 0) && cost.is_some_and(|cost| cost.micro_usd == MicroUsd(0)) {
            return;
        }
        let none = Vain {
            micro_usd: MicroUsd(0),
            source: Source::Provider,
            tokens_in: 0,
            tokens_out: 0,
            unknown: false,
        };
        self.vain = Some(self.vain.unwrap_or(none).and(cost, tokens));
    }
}
