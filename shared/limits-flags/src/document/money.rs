//! Amounts of money as an operator writes them: `{ stars: 150, yookassa: "199.00", stripe: "2.49" }`.

use std::fmt;

use domain::catalog::Prices;
use domain::money::{Amount, Currency};
use domain::payment::Rail;
use serde::de::{self, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::DocumentError;

/// An amount for each rail, in the main unit of the currency that the rail takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct PricesRow {
    /// Telegram Stars.
    stars: Option<Decimal>,
    /// Roubles at `YooKassa`.
    yookassa: Option<Decimal>,
    /// US dollars at Stripe.
    stripe: Option<Decimal>,
}

/// A number as it was typed, be it as a number or as a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal(String);

impl Decimal {
    /// As it was typed.
    pub(super) fn typed(&self) -> &str {
        &self.0
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, row: S) -> Result<S::Ok, S::Error> {
        row.serialize_str(&self.0)
    }
}

impl PricesRow {
    /// Whether no rail has one.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The amount on a rail, if there is one that can be read.
    pub fn on(&self, rail: Rail) -> Option<Amount> {
        Amount::parse_decimal(self.typed(rail)?, rail.currency())
    }

    /// What something costs: every amount is above 0.
    pub(crate) fn prices(&self) -> Result<Prices, DocumentError> {
        let free = |rail: &Rail| self.on(*rail).is_some_and(|amount| amount.minor == 0);
        match Rail::ALL.into_iter().find(free) {
            Some(rail) => Err(self.wrong(rail)),
            None => self.bounds(),
        }
    }

    /// Amounts of which one can be 0.
    pub(crate) fn bounds(&self) -> Result<Prices, DocumentError> {
        let said = Rail::ALL.into_iter().filter(|rail| self.typed(*rail).is_some());
        let read = said.map(|rail| {
            let amount = self.on(rail).ok_or_else(|| self.wrong(rail))?;
            Ok((rail, amount.minor))
        });
        Ok(Prices::new(read.collect::<Result<Vec<_>, _>>()?))
    }

    fn wrong(&self, rail: Rail) -> DocumentError {
        let typed = self.typed(rail).unwrap_or_default().to_owned();
        let digits = if rail.currency() == Currency::Xtr { 0 } else { 2 };
        DocumentError::Price(typed, rail.as_str(), digits)
    }

    fn typed(&self, rail: Rail) -> Option<&str> {
        let typed = match rail {
            Rail::Stars => &self.stars,
            Rail::YooKassa => &self.yookassa,
            Rail::Stripe => &self.stripe,
        };
        typed.as_ref().map(|decimal| decimal.0.as_str())
    }
}

impl Serialize for PricesRow {
    /// The same amount always in the same letters: Stars as a number, money as a text with the digits of its currency.
    fn serialize<S: Serializer>(&self, row: S) -> Result<S::Ok, S::Error> {
        let mut prices = row.serialize_map(None)?;
        for rail in Rail::ALL {
            let Some(typed) = self.typed(rail) else { continue };
            match self.on(rail) {
                None => prices.serialize_entry(rail.as_str(), typed)?,
                Some(amount) if amount.currency == Currency::Xtr => {
                    prices.serialize_entry(rail.as_str(), &amount.minor)?;
                }
                Some(amount) => prices.serialize_entry(rail.as_str(), &amount.decimal())?,
            }
        }
        prices.end()
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(row: D) -> Result<Self, D::Error> {
        struct Form;
        impl Visitor<'_> for Form {
            type Value = Decimal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an amount, as a number or as a text such as \"199.00\"")
            }

            fn visit_str<E: de::Error>(self, typed: &str) -> Result<Decimal, E> {
                Ok(Decimal(typed.to_owned()))
            }

            fn visit_u64<E: de::Error>(self, typed: u64) -> Result<Decimal, E> {
                Ok(Decimal(typed.to_string()))
            }

            fn visit_i64<E: de::Error>(self, typed: i64) -> Result<Decimal, E> {
                Ok(Decimal(typed.to_string()))
            }

            // The shortest decimal that is this number, which is what was typed.
            fn visit_f64<E: de::Error>(self, typed: f64) -> Result<Decimal, E> {
                Ok(Decimal(typed.to_string()))
            }
        }
        row.deserialize_any(Form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(json: &str) -> PricesRow {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn amounts_are_read_as_numbers_and_as_texts_and_written_always_alike() {
        for typed in [
            r#"{"stars":150,"yookassa":"199.00","stripe":"2.40"}"#,
            r#"{"stars":"150","yookassa":199,"stripe":2.4}"#,
            r#"{"stripe":2.40,"yookassa":199.00,"stars":150}"#,
        ] {
            let row = row(typed);
            let wanted = [(Rail::Stars, 150), (Rail::YooKassa, 19_900), (Rail::Stripe, 240)];
            assert_eq!(row.prices().unwrap(), Prices::new(wanted));
            let written = serde_json::to_string(&row).unwrap();
            assert_eq!(written, r#"{"stars":150,"yookassa":"199.00","stripe":"2.40"}"#);
        }
    }

    #[test]
    fn what_is_no_price_is_named_and_written_back_as_it_was() {
        for (typed, told) in [
            (r#"{"stars":1.5}"#, "`1.5` is none in stars"),
            (r#"{"stars":0}"#, "`0` is none in stars"),
            (r#"{"yookassa":"0.00"}"#, "`0.00` is none in yookassa"),
            (r#"{"yookassa":-5}"#, "`-5` is none in yookassa"),
            (r#"{"stripe":"2.499"}"#, "`2.499` is none in stripe"),
            (r#"{"stripe":"2,49"}"#, "`2,49` is none in stripe"),
            (r#"{"stripe":1e30}"#, "is none in stripe"),
        ] {
            let row = row(typed);
            let why = row.prices().unwrap_err().to_string();
            assert!(why.contains(told), "{why}");
        }
        let written = serde_json::to_string(&row(r#"{"stripe":"2,49"}"#)).unwrap();
        assert_eq!(written, r#"{"stripe":"2,49"}"#);
    }

    #[test]
    fn a_bound_can_be_nothing_at_all() {
        let bounds = row(r#"{"stars":0,"stripe":"100"}"#).bounds().unwrap();
        assert_eq!(bounds, Prices::new([(Rail::Stars, 0), (Rail::Stripe, 10_000)]));
    }
}
