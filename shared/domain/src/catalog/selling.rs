//! How the shop sells: for whose money, for how long an offer stands, and what becomes of money that goes back.

use super::Prices;
use crate::money::Amount;
use crate::payment::Rail;
use crate::time::Millis;

/// How the shop sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selling {
    /// The rails that are offered, in this order. Without one, nothing is sold.
    pub rails: Vec<Rail>,
    /// How long an offer can be paid at its price.
    pub offer: Millis,
    /// The VAT code of the receipts that `YooKassa` is asked for (54-FZ), 1 to 12; `None` asks for none.
    pub vat_code: Option<u8>,
    /// For how long what was bought and not used is given back for the asking; `None` never by itself.
    pub refund_unused: Option<Millis>,
    /// Above which amount two people have to agree to a refund, by rail.
    pub four_eyes_above: Prices,
    /// Where customers find help with a payment: a text or a link.
    pub support: Option<String>,
    /// Where the terms of sale stand.
    pub terms_url: Option<String>,
}

impl Default for Selling {
    /// Nothing is sold.
    fn default() -> Self {
        Self {
            rails: Vec::new(),
            offer: Self::OFFER_MAX,
            vat_code: None,
            refund_unused: None,
            four_eyes_above: Prices::default(),
            support: None,
            terms_url: None,
        }
    }
}

impl Selling {
    /// The longest time for which an offer can be paid: Stripe keeps a page for payment no longer.
    pub const OFFER_MAX: Millis = Millis::from_mins(24 * 60);

    /// Whether two people have to agree before so much goes back by a rail. What is in another currency than the rail's
    /// cannot be held against the bound, and is looked at by two.
    pub fn wants_four_eyes(&self, rail: Rail, amount: Amount) -> bool {
        let above = self.four_eyes_above.on(rail);
        above.is_some_and(|above| amount.currency != above.currency || amount.minor > above.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn two_people_agree_to_what_is_above_the_bound_of_its_rail() {
        let selling = Selling {
            four_eyes_above: Prices::new([(Rail::YooKassa, 100_000), (Rail::Stars, 0)]),
            ..Selling::default()
        };
        let wants = |rail: Rail, minor| {
            let currency = rail.currency();
            selling.wants_four_eyes(rail, Amount { minor, currency })
        };
        assert!(!wants(Rail::YooKassa, 100_000));
        assert!(wants(Rail::YooKassa, 100_001));
        assert!(wants(Rail::Stars, 1));
        assert!(!wants(Rail::Stripe, u64::MAX), "no bound, never two");
        let dollars = Amount {
            minor: 1,
            currency: Currency::Usd,
        };
        assert!(selling.wants_four_eyes(Rail::YooKassa, dollars));
    }
}
