//! Money that we give back.

use super::told::only;
use super::{Change, Payment, Settlement, State};
use crate::money::Credits;

/// Why a payment cannot be given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRefundable {
    /// There is nothing to give back as it stands.
    Stands(State),
    /// Its credits are spent already.
    Spent {
        /// What would have to be set aside.
        needed: Credits,
        /// What there is.
        available: Credits,
    },
}

impl Payment {
    /// Sets aside what was given for it, before the rail is asked to give the money back: whoever gets the money cannot
    /// spend the credits meanwhile. `available` counts what the customer has given up of it, too.
    pub fn begin_refund(&self, given: Credits, available: Credits) -> Result<Change, NotRefundable> {
        // What was held was never given: there is nothing to be set aside.
        if self.state == State::Held && !self.granted {
            return Ok(only(self.becomes(State::RefundHeld)));
        }
        if self.state != State::Credited {
            return Err(NotRefundable::Stands(self.state));
        }
        let needed = given.minus(self.clawed).unwrap_or(Credits::ZERO);
        if available < needed {
            return Err(NotRefundable::Spent { needed, available });
        }
        let mut after = self.becomes(State::RefundHeld);
        after.aside = needed;
        Ok(Change {
            after,
            settlement: Some(Settlement::SetAside(needed)),
        })
    }

    /// The rail has refused to give the money back, for good: the credits are the customer's again.
    pub fn abandon_refund(&self) -> Result<Change, NotRefundable> {
        if self.state != State::RefundHeld {
            return Err(NotRefundable::Stands(self.state));
        }
        if !self.granted {
            return Ok(only(self.becomes(State::Held)));
        }
        let mut after = self.becomes(State::Credited);
        after.aside = Credits::ZERO;
        Ok(Change {
            after,
            settlement: Some(Settlement::PutBack(self.aside)),
        })
    }

    /// An operator has looked at what did not fit, and takes it for the purchase all the same.
    pub fn accept(&self) -> Result<Change, NotRefundable> {
        let waits = self.state == State::Held && !self.granted;
        waits
            .then(|| self.grant())
            .ok_or(NotRefundable::Stands(self.state))
    }
}
