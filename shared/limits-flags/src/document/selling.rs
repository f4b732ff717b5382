//! How packs and plans are sold, as an operator writes it.

use std::fmt;

use domain::catalog::Selling;
use domain::payment::Rail;
use domain::time::Millis;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{DocumentError, PricesRow};

/// The longest time for which an offer can be paid, in hours.
const OFFER_HOURS_MAX: u32 = 24;
/// The longest time within which an unused purchase goes back by itself: a year. More is a slip of the pen.
const REFUND_HOURS_MAX: u32 = 365 * 24;
/// The longest text about help, in bytes: it is part of one message.
const SUPPORT_BYTES_MAX: usize = 512;
/// The VAT codes that 54-FZ knows.
const VAT_CODES: std::ops::RangeInclusive<u8> = 1..=12;

/// How packs and plans are sold.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SellingRow {
    /// The rails that are offered, in this order; none sells nothing.
    #[serde(default)]
    pub rails: Vec<String>,
    /// For how many hours an offer can be paid.
    #[serde(default = "offer_hours", skip_serializing_if = "is_offer_hours")]
    pub offer_hours: u32,
    /// The receipts that `YooKassa` is asked for (54-FZ); none if nothing stands here.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "receipts"
    )]
    pub receipts: Option<ReceiptsRow>,
    /// For how many hours what was bought and not used is given back for the asking; 0 never by itself.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub refund_unused_hours: u32,
    /// Above which amount two people have to agree to a refund, by rail.
    #[serde(default, skip_serializing_if = "PricesRow::is_empty")]
    pub four_eyes_above: PricesRow,
    /// Where customers find help with a payment: a text or a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support: Option<String>,
    /// Where the terms of sale stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms_url: Option<String>,
}

/// Receipts under 54-FZ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptsRow {
    /// The VAT code of everything that is sold, 1 to 12.
    pub vat_code: u8,
}

/// A day, which is as long as Stripe keeps a page for payment.
fn offer_hours() -> u32 {
    OFFER_HOURS_MAX
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_offer_hours(hours: &u32) -> bool {
    *hours == offer_hours()
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// `off`, which some write `false`, or what receipts need.
fn receipts<'de, D: Deserializer<'de>>(row: D) -> Result<Option<ReceiptsRow>, D::Error> {
    struct Form;
    impl<'de> Visitor<'de> for Form {
        type Value = Option<ReceiptsRow>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("off, or an object with a vat_code")
        }

        fn visit_bool<E: de::Error>(self, on: bool) -> Result<Self::Value, E> {
            if on {
                return Err(E::custom("receipts need a vat_code: { vat_code: 1 }"));
            }
            Ok(None)
        }

        fn visit_str<E: de::Error>(self, word: &str) -> Result<Self::Value, E> {
            self.visit_bool(word != "off")
        }

        fn visit_map<A: MapAccess<'de>>(self, parts: A) -> Result<Self::Value, A::Error> {
            ReceiptsRow::deserialize(MapAccessDeserializer::new(parts)).map(Some)
        }
    }
    row.deserialize_any(Form)
}

impl SellingRow {
    /// How the shop sells by this row. A rail that this version does not know is passed over: a newer one has written it.
    pub fn read(&self) -> Result<Selling, DocumentError> {
        self.check()?;
        let hours = |hours: u32| Millis::from_mins(i64::from(hours).saturating_mul(60));
        Ok(Selling {
            rails: self.rails.iter().filter_map(|rail| Rail::parse(rail)).collect(),
            offer: hours(self.offer_hours),
            vat_code: self.receipts.map(|receipts| receipts.vat_code),
            refund_unused: (self.refund_unused_hours > 0).then(|| hours(self.refund_unused_hours)),
            four_eyes_above: self.four_eyes_above.bounds()?,
            support: self.support.clone(),
            terms_url: self.terms_url.clone(),
        })
    }

    fn check(&self) -> Result<(), DocumentError> {
        let wrong = |field, why| Err(DocumentError::Senseless(field, why));
        if !(1..=OFFER_HOURS_MAX).contains(&self.offer_hours) {
            return wrong("offer_hours", "an offer can be paid for 1 to 24 hours");
        }
        if self.refund_unused_hours > REFUND_HOURS_MAX {
            return wrong("refund_unused_hours", "at most 8760, a year, can be meant");
        }
        let vat_code = self.receipts.map(|receipts| receipts.vat_code);
        if vat_code.is_some_and(|code| !VAT_CODES.contains(&code)) {
            return wrong("receipts.vat_code", "54-FZ knows 1 to 12");
        }
        let support = self.support.as_deref().unwrap_or("-");
        if support.trim().is_empty() || support.len() > SUPPORT_BYTES_MAX {
            return wrong("support", "empty, or longer than 512 bytes");
        }
        let terms = self.terms_url.as_deref();
        if terms.is_some_and(|url| !url.starts_with("https://") || url.contains(char::is_whitespace)) {
            return wrong("terms_url", "it is no https:// address");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Selling, String> {
        let row: SellingRow = serde_json::from_str(json).map_err(|error| error.to_string())?;
        row.read().map_err(|error| error.to_string())
    }

    #[test]
    fn where_nothing_is_said_nothing_is_sold_and_an_offer_stands_for_a_day() {
        assert_eq!(read("{}").unwrap(), Selling::default());
        let written: SellingRow = serde_json::from_str(r#"{"receipts":"off","offer_hours":24}"#).unwrap();
        assert_eq!(serde_json::to_string(&written).unwrap(), r#"{"rails":[]}"#);
    }

    #[test]
    fn everything_that_is_said_is_read_and_a_rail_of_a_newer_version_is_passed_over() {
        let selling = read(
            r#"{"rails":["stripe","gold","stars"],"offer_hours":2,"receipts":{"vat_code":12},"refund_unused_hours":48,
                "four_eyes_above":{"yookassa":"5000"},"support":"@help","terms_url":"https://example.org/terms"}"#,
        );
        let selling = selling.unwrap();
        assert_eq!(selling.rails, [Rail::Stripe, Rail::Stars]);
        assert_eq!(selling.offer, Millis::from_mins(120));
        assert_eq!(selling.refund_unused, Some(Millis::from_mins(48 * 60)));
        assert_eq!(selling.vat_code, Some(12));
        assert_eq!(selling.four_eyes_above.on(Rail::YooKassa).unwrap().minor, 500_000);
        assert_eq!(selling.support.as_deref(), Some("@help"));
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (row, told) in [
            (r#"{"offer_hours":0}"#, "offer_hours"),
            (r#"{"offer_hours":25}"#, "offer_hours"),
            (r#"{"receipts":true}"#, "receipts need a vat_code"),
            (r#"{"receipts":"on"}"#, "receipts need a vat_code"),
            (r#"{"receipts":{"vat_code":0}}"#, "vat_code"),
            (r#"{"receipts":{"vat_code":13}}"#, "vat_code"),
            (r#"{"refund_unused_hours":8761}"#, "refund_unused_hours"),
            (r#"{"four_eyes_above":{"stars":"1.5"}}"#, "`1.5` is none in stars"),
            (r#"{"support":" "}"#, "support"),
            (r#"{"terms_url":"http://example.org"}"#, "terms_url"),
            (r#"{"terms_url":"https://example.org or ask"}"#, "terms_url"),
        ] {
            let why = read(row).unwrap_err();
            assert!(why.contains(told), "{row}: {why}");
        }
        let support = |bytes: usize| read(&format!(r#"{{"support":"{}"}}"#, "x".repeat(bytes))).is_ok();
        assert_eq!(
            (support(SUPPORT_BYTES_MAX), support(SUPPORT_BYTES_MAX + 1)),
            (true, false)
        );
    }
}
