//! What a provider bills for what came to nothing.

use super::{Answer, Change, Job};
use crate::ai_request::{Cost, Costing, Source};
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

    fn cost(self, costing: &Costing) -> Option<Cost> {
        let cost = match self {
            Self::Nothing | Self::Said(0) => None,
            Self::Said(milli) => costing.cost(Some(milli), None),
            Self::Made => costing.cost(None, None),
            Self::Tokens { went_in, came_out } => {
                let answer = Answer {
                    text: String::new(),
                    tokens_in: went_in,
                    tokens_out: came_out,
                };
                costing.cost(None, Some(&answer))
            }
        };
        cost.filter(|cost| cost.micro_usd > MicroUsd(0))
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
}

impl Vain {
    /// With one more.
    fn and(self, cost: Cost, (tokens_in, tokens_out): (u64, u64)) -> Self {
        Self {
            micro_usd: self.micro_usd.plus(cost.micro_usd),
            source: self.source.max(cost.source),
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
        let Some(cost) = self.order.costing.as_ref().and_then(|costing| bill.cost(costing)) else {
            return;
        };
        let tokens = match bill {
            Bill::Tokens { went_in, came_out } => (went_in, came_out),
            Bill::Nothing | Bill::Said(_) | Bill::Made => (0, 0),
        };
        let none = Vain {
            micro_usd: MicroUsd(0),
            source: Source::Provider,
            tokens_in: 0,
            tokens_out: 0,
        };
        self.vain = Some(self.vain.unwrap_or(none).and(cost, tokens));
    }
}
