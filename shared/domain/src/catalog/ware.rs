//! What customers buy: packs of credits and plans, each with its prices.

use std::collections::BTreeMap;
use std::fmt;

use super::{Selling, Title};
use crate::money::{Amount, Credits};
use crate::payment::{Goods, Rail, Term};

/// The longest name of a pack, or of a plan that is sold, in bytes: it stands in a button with a rail and a nonce, which
/// stays below Telegram's 64.
pub const WARE_KEY_BYTES_MAX: usize = 24;

/// What something costs, by rail: in the smallest unit of the currency that the rail takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prices(BTreeMap<Rail, u64>);

impl Prices {
    /// Prices by rail, in the smallest unit.
    pub fn new(prices: impl IntoIterator<Item = (Rail, u64)>) -> Self {
        Self(prices.into_iter().collect())
    }

    /// What it costs on a rail, if it can be paid there.
    pub fn on(&self, rail: Rail) -> Option<Amount> {
        let currency = rail.currency();
        self.0.get(&rail).map(|minor| Amount {
            minor: *minor,
            currency,
        })
    }

    /// The rails on which it can be paid.
    pub fn rails(&self) -> impl Iterator<Item = Rail> {
        self.0.keys().copied()
    }

    /// Whether it can be paid nowhere.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those on some rails alone.
    fn among(&self, rails: &[Rail]) -> Self {
        let kept = self.0.iter().filter(|(rail, _)| rails.contains(rail));
        Self(kept.map(|(rail, minor)| (*rail, *minor)).collect())
    }
}

/// Credits at a price.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pack {
    /// Its name.
    pub key: String,
    /// What customers read.
    pub title: Title,
    /// A sentence about it.
    pub description: Option<Title>,
    /// How many.
    pub credits: Credits,
    /// What they cost.
    pub prices: Prices,
    /// Where it stands among the packs, smallest first.
    pub order: u32,
}

impl Pack {
    fn ware(&self, prices: Prices) -> Option<Ware> {
        let is_sold = WareId::is_key(&self.key) && !prices.is_empty() && self.credits > Credits::ZERO;
        is_sold.then(|| Ware {
            id: WareId::Pack(self.key.clone()),
            title: self.title.clone(),
            description: self.description.clone(),
            credits: self.credits,
            term: None,
            prices,
            renews: false,
        })
    }
}

/// Something on sale, by its name: `pack:pro`, `plan:unlimited_1day`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WareId {
    /// A pack of credits.
    Pack(String),
    /// A plan for a time.
    Plan(String),
}

impl WareId {
    /// Reads `pack:pro`; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, key) = text.split_once(':')?;
        Self::is_key(key).then_some(())?;
        let key = key.to_owned();
        match kind {
            "pack" => Some(Self::Pack(key)),
            "plan" => Some(Self::Plan(key)),
            _ => None,
        }
    }

    /// Whether something on sale can be called so.
    pub fn is_key(key: &str) -> bool {
        let letters = key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        (1..=WARE_KEY_BYTES_MAX).contains(&key.len()) && letters
    }
}

impl fmt::Display for WareId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pack(key) => write!(f, "pack:{key}"),
            Self::Plan(key) => write!(f, "plan:{key}"),
        }
    }
}

/// Something on sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ware {
    /// Its name.
    pub id: WareId,
    /// What customers read.
    pub title: Title,
    /// A sentence about it.
    pub description: Option<Title>,
    /// The credits that every payment for it brings.
    pub credits: Credits,
    /// The plan that every payment for it brings, and for how long.
    pub term: Option<Term>,
    /// What it costs on the rails that are offered, and there is one at least.
    pub prices: Prices,
    /// Offered as a subscription where the rail has such.
    pub renews: bool,
}

impl Ware {
    /// What a payment for it brings.
    pub fn goods(&self) -> Goods {
        Goods {
            credits: self.credits,
            term: self.term.clone(),
        }
    }

    /// Whether on this rail it is a subscription. Only Stars have them here: the other rails sell it once, for as long.
    pub fn renews_on(&self, rail: Rail) -> bool {
        self.renews && rail == Rail::Stars
    }
}

impl Selling {
    /// What is on sale, in the order in which it is offered: packs, then plans.
    pub fn wares(&self, packs: &[Pack], plans: &[super::Plan]) -> Vec<Ware> {
        let mut packs: Vec<&Pack> = packs.iter().collect();
        packs.sort_by(|a, b| (a.order, &a.key).cmp(&(b.order, &b.key)));
        let mut plans: Vec<&super::Plan> = plans.iter().collect();
        plans.sort_by(|a, b| (a.order, &a.key).cmp(&(b.order, &b.key)));
        let packs = packs.into_iter().filter_map(|pack| self.pack(pack));
        packs
            .chain(plans.into_iter().filter_map(|plan| self.plan(plan)))
            .collect()
    }

    /// What is sold of a pack, if it is on sale.
    pub fn pack(&self, pack: &Pack) -> Option<Ware> {
        pack.ware(pack.prices.among(&self.rails))
    }

    /// What is sold of a plan, if it is on sale.
    pub fn plan(&self, plan: &super::Plan) -> Option<Ware> {
        plan.ware(plan.prices.among(&self.rails))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Plan;

    fn pack(key: &str, order: u32) -> Pack {
        Pack {
            key: key.to_owned(),
            credits: Credits(5),
            prices: Prices::new([(Rail::Stars, 150), (Rail::YooKassa, 19_900)]),
            order,
            ..Pack::default()
        }
    }

    fn day() -> Plan {
        Plan {
            key: "day".to_owned(),
            credits: Credits(1),
            days: Some(1),
            prices: Prices::new([(Rail::Stripe, 499)]),
            ..Plan::default()
        }
    }

    fn on_sale(rails: &[Rail], packs: &[Pack], plans: &[Plan]) -> Vec<String> {
        let selling = Selling {
            rails: rails.to_vec(),
            ..Selling::default()
        };
        let wares = selling.wares(packs, plans);
        wares.iter().map(|ware| ware.id.to_string()).collect()
    }

    #[test]
    fn a_name_reads_back_as_written_and_what_is_none_is_refused() {
        for id in [
            WareId::Pack("pro".to_owned()),
            WareId::Plan("unlimited_1day".to_owned()),
        ] {
            assert_eq!(WareId::parse(&id.to_string()), Some(id));
        }
        let long = format!("pack:{}", "x".repeat(WARE_KEY_BYTES_MAX));
        assert!(WareId::parse(&long).is_some());
        for text in [
            "",
            "pro",
            "pack:",
            "model:pro",
            "pack:a:b",
            "pack:про",
            &format!("{long}x"),
        ] {
            assert_eq!(WareId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_price_is_in_the_currency_of_its_rail() {
        let prices = pack("pro", 0).prices;
        let told = Rail::ALL.map(|rail| prices.on(rail).map(|price| price.to_string()));
        assert_eq!(
            told,
            [Some("150 XTR".to_owned()), Some("199.00 RUB".to_owned()), None]
        );
    }

    #[test]
    fn what_is_sold_has_a_price_on_a_rail_that_is_offered_and_stands_in_its_order() {
        let packs = [pack("b", 2), pack("c", 1), pack("a", 2)];
        let plans = [day()];
        assert_eq!(
            on_sale(&[Rail::Stars], &packs, &plans),
            ["pack:c", "pack:a", "pack:b"]
        );
        assert_eq!(on_sale(&[Rail::Stripe], &packs, &plans), ["plan:day"]);
        assert_eq!(on_sale(&Rail::ALL, &packs, &plans).len(), 4);
        assert!(on_sale(&[], &packs, &plans).is_empty());
    }

    #[test]
    fn a_price_on_a_rail_that_is_not_offered_is_no_price_of_the_ware() {
        let selling = Selling {
            rails: vec![Rail::YooKassa],
            ..Selling::default()
        };
        let ware = selling.pack(&pack("pro", 0)).unwrap();
        assert_eq!(ware.prices.rails().collect::<Vec<_>>(), [Rail::YooKassa]);
    }

    #[test]
    fn what_has_no_end_is_withdrawn_is_nothing_or_has_a_name_too_long_for_a_button_is_not_sold() {
        let long = "x".repeat(WARE_KEY_BYTES_MAX + 1);
        let endless = Plan { days: None, ..day() };
        let withdrawn = Plan {
            is_withdrawn: true,
            ..day()
        };
        let nothing = Pack {
            credits: Credits::ZERO,
            ..pack("nothing", 0)
        };
        let named = Plan {
            key: long.clone(),
            ..day()
        };
        let packs = [nothing, pack(&long, 0)];
        assert!(on_sale(&Rail::ALL, &packs, &[endless, withdrawn, named]).is_empty());
    }

    #[test]
    fn what_is_bought_is_what_the_ware_says_and_only_stars_are_taken_again_and_again() {
        let selling = Selling {
            rails: Rail::ALL.to_vec(),
            ..Selling::default()
        };
        let month = Plan {
            days: Some(30),
            renews: true,
            ..day()
        };
        let ware = selling.plan(&month).unwrap();
        let term = Term {
            plan: "day".to_owned(),
            days: 30,
        };
        let goods = Goods {
            credits: Credits(1),
            term: Some(term),
        };
        assert_eq!(ware.goods(), goods);
        assert_eq!(Rail::ALL.map(|rail| ware.renews_on(rail)), [true, false, false]);
    }
}
