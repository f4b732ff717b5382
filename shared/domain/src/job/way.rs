//! Who renders an order: the ways that it can take, and which is next.

use std::mem::replace;

use super::{Job, Order};
use crate::catalog::{Model, Price, Route};
use crate::cost::{Costs, MicroUsd};
use crate::time::{Millis, Timestamp};

/// Another way for an order, with what was known of its cost when the order was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Who renders it.
    pub provider: String,
    /// The provider's request form.
    pub family: String,
    /// What it is expected to cost so; `None` if nobody knows.
    pub expected: Option<MicroUsd>,
    /// What a unit costs in which the provider's answers count.
    pub billed_unit: Option<MicroUsd>,
    /// How long after its start a render there is first asked about.
    pub poll_after: Millis,
}

/// What a submission that came to nothing says against its provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Passed {
    /// It is asked again when the others have been.
    Later,
    /// It refuses until an operator acts, and is not asked for this order any more.
    Never,
}

impl Passed {
    /// Its name in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Later => "later",
            Self::Never => "never",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Later, Self::Never]
            .into_iter()
            .find(|passed| passed.as_str() == name)
    }
}

impl Way {
    /// The other ways of an order for a model, as they stand now.
    pub fn others(model: &Model, price: Option<&Price>, costs: &Costs, now: Timestamp) -> Vec<Self> {
        let of = |route: &Route| Self {
            provider: route.provider.clone(),
            family: route.family.clone(),
            expected: price.and_then(|price| costs.expected_by(route, price, now)),
            billed_unit: costs.billed_units.get(&route.provider).copied(),
            poll_after: route.poll_after.unwrap_or(model.poll_after),
        };
        model.others.iter().map(of).collect()
    }
}

impl Job {
    /// The ways in which it may be submitted next, the first to be tried first, by their places among the others; `None` is
    /// the way that it took last, or the first one.
    pub fn ways(&self) -> Vec<Option<usize>> {
        let others = (0..self.order.others.len()).map(Some);
        let same = std::iter::once(None);
        match self.passed {
            None => same.chain(others).collect(),
            Some(Passed::Later) => others.chain(same).collect(),
            Some(Passed::Never) => others.collect(),
        }
    }

    /// The order as it is submitted in one of these ways; `None` if that is none of them. The way that it took last stands
    /// behind all the others then, or is gone where it is not to be taken again.
    pub fn order_by(&self, way: Option<usize>) -> Option<Order> {
        if !self.ways().contains(&way) {
            return None;
        }
        let mut order = self.order.clone();
        let Some(place) = way else {
            return Some(order);
        };
        let taken = order.others.remove(place);
        let left = order.go_by(taken);
        if self.passed != Some(Passed::Never) {
            order.others.push(left);
        }
        Some(order)
    }

    /// Whether there is somebody who was not asked yet since the order came into the queue.
    pub(super) fn has_others_to_ask(&self, asked: u32) -> bool {
        u32::try_from(self.order.others.len()).is_ok_and(|others| asked <= others)
    }

    /// What is said against the present way when it has come to nothing.
    pub(super) fn passed_for_now(&self) -> Option<Passed> {
        (!self.order.others.is_empty()).then_some(Passed::Later)
    }
}

impl Order {
    /// Takes a way, with what it costs; the one that it had is left.
    fn go_by(&mut self, way: Way) -> Way {
        let Way {
            provider,
            family,
            expected,
            billed_unit,
            poll_after,
        } = way;
        let mut left = Way {
            provider: replace(&mut self.provider, provider),
            family: replace(&mut self.family, family),
            expected: None,
            billed_unit: None,
            poll_after: replace(&mut self.poll_after, poll_after),
        };
        if let Some(costing) = &mut self.costing {
            left.expected = replace(&mut costing.expected, expected);
            left.billed_unit = replace(&mut costing.billed_unit, billed_unit);
        }
        left
    }
}
