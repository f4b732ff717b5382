//! What AI operations cost us, as an operator writes it.

use std::collections::BTreeMap;

use domain::cost::{Category, Costs, MicroUsd, ModelCost, Rate, Unit, days};
use domain::money::{Amount, Currency};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::DocumentError;
use super::money::Decimal;

/// The digits of a dollar that are kept.
const DIGITS: usize = 6;
/// The dearest unit, in millionths of a dollar: a thousand dollars. More is a slip of the pen.
const UNIT_MAX: u64 = 1_000_000_000;
/// The most kopecks for a dollar.
const RATE_MAX: u64 = 10_000_000;
/// The most characters of a prompt that the log keeps.
const PROMPT_CHARS_MAX: u32 = 1000;
/// The longest time for which it keeps a row: ten years.
const KEEP_DAYS_MAX: u32 = 3_660;

/// What a provider asks for a model's operations.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ModelCostRow {
    /// Who asks it: `kie`.
    pub provider: String,
    /// What the model is used for: `video_gen`.
    pub category: String,
    /// What is asked, and from when on.
    pub rates: Vec<RateRow>,
}

/// What is asked from a time on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RateRow {
    /// From when on: a date, whose day begins in UTC, or a moment. Without it, from ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What is counted: `request`, `second`, `minute`, `token` or `image`.
    pub unit: String,
    /// The price is that of so many.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub per: u64,
    /// The price in US dollars; of tokens, of those that go in.
    pub usd: Decimal,
    /// The price of as many tokens that come out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usd_out: Option<Decimal>,
}

/// What holds for the costs of all models.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CostsRow {
    /// Roubles for a dollar, and from when on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rub_per_usd: Vec<ExchangeRow>,
    /// Roubles for one of Telegram's Stars, as it reaches the operator, and from when on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rub_per_star: Vec<ExchangeRow>,
    /// What a unit costs in which a provider's answers count, in US dollars, by provider.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub billed_units: BTreeMap<String, Decimal>,
    /// How many characters of a prompt the log of AI operations keeps; 0 keeps none.
    #[serde(default = "prompt_chars", skip_serializing_if = "is_prompt_chars")]
    pub prompt_chars: u32,
    /// For how many days it keeps a row.
    #[serde(default = "keep_days", skip_serializing_if = "is_keep_days")]
    pub keep_days: u32,
}

/// Roubles for a dollar, or for a Star, from a time on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExchangeRow {
    /// From when on: a date, whose day begins in UTC, or a moment. Without it, from ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Roubles for one.
    pub rate: Decimal,
}

fn one() -> u64 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_one(per: &u64) -> bool {
    *per == 1
}

fn prompt_chars() -> u32 {
    Costs::PROMPT_CHARS
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_prompt_chars(chars: &u32) -> bool {
    *chars == prompt_chars()
}

fn keep_days() -> u32 {
    Costs::KEPT_DAYS
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_keep_days(days: &u32) -> bool {
    *days == keep_days()
}

impl ModelCostRow {
    /// What the row means.
    pub fn read(&self) -> Result<ModelCost, DocumentError> {
        if self.provider.trim().is_empty() {
            return Err(DocumentError::Empty("provider"));
        }
        let category = Category::parse(&self.category).ok_or_else(|| {
            let known = Category::ALL.map(Category::as_str).join(", ");
            DocumentError::Unknown("category", self.category.clone(), known)
        })?;
        let rates: Vec<Rate> = self.rates.iter().map(RateRow::read).collect::<Result<_, _>>()?;
        Ok(ModelCost {
            provider: self.provider.clone(),
            category,
            rates: in_turn(rates, "rates", |rate| rate.from)?,
        })
    }
}

impl RateRow {
    fn read(&self) -> Result<Rate, DocumentError> {
        let unit = Unit::parse(&self.unit).ok_or_else(|| {
            let known = Unit::ALL.map(Unit::as_str).join(", ");
            DocumentError::Unknown("unit", self.unit.clone(), known)
        })?;
        if self.per == 0 {
            return Err(DocumentError::Senseless("per", "the price of nothing"));
        }
        if self.usd_out.is_some() != (unit == Unit::Token) {
            return Err(DocumentError::Senseless(
                "usd_out",
                "tokens that come out have a price of their own, and nothing else has",
            ));
        }
        Ok(Rate {
            from: beginning(self.from.as_deref())?,
            unit,
            per: self.per,
            price: dollars(&self.usd)?,
            price_out: self
                .usd_out
                .as_ref()
                .map(dollars)
                .transpose()?
                .unwrap_or_default(),
        })
    }
}

impl CostsRow {
    /// What the row means, with no model in it yet.
    pub fn read(&self) -> Result<Costs, DocumentError> {
        if self.prompt_chars > PROMPT_CHARS_MAX {
            return Err(DocumentError::Senseless(
                "prompt_chars",
                "more than 1000 are not kept",
            ));
        }
        if self.keep_days == 0 || self.keep_days > KEEP_DAYS_MAX {
            return Err(DocumentError::Senseless("keep_days", "from 1 to 3660"));
        }
        let units = self.billed_units.iter();
        Ok(Costs {
            kopecks_per_usd: exchange(&self.rub_per_usd, "rub_per_usd")?,
            kopecks_per_star: exchange(&self.rub_per_star, "rub_per_star")?,
            billed_units: units
                .map(|(provider, usd)| Ok((provider.clone(), dollars(usd)?)))
                .collect::<Result<_, _>>()?,
            prompt_chars: self.prompt_chars,
            kept: days(self.keep_days),
            ..Costs::default()
        })
    }
}

/// Kopecks for one of something, in the order in which the rates begin.
fn exchange(rows: &[ExchangeRow], what: &'static str) -> Result<Vec<(Timestamp, u64)>, DocumentError> {
    let rates = rows.iter().map(|row| {
        let kopecks = Amount::parse_decimal(row.rate.typed(), Currency::Rub).map(|amount| amount.minor);
        let kopecks = kopecks.filter(|kopecks| (1..=RATE_MAX).contains(kopecks));
        let wrong = || DocumentError::Dollars(row.rate.typed().to_owned(), "rate", 2);
        Ok((beginning(row.from.as_deref())?, kopecks.ok_or_else(wrong)?))
    });
    in_turn(rates.collect::<Result<_, _>>()?, what, |rate| rate.0)
}

/// When something begins to hold.
fn beginning(from: Option<&str>) -> Result<Timestamp, DocumentError> {
    from.map_or(Ok(Timestamp(0)), moment)
}

/// A date, whose day begins in UTC, or a moment.
pub(super) fn moment(typed: &str) -> Result<Timestamp, DocumentError> {
    let moment = Timestamp::parse_rfc3339(typed);
    let day = || Timestamp::parse_rfc3339(&format!("{typed}T00:00:00Z"));
    moment
        .or_else(day)
        .ok_or_else(|| DocumentError::Moment(typed.to_owned()))
}

/// In the order in which they begin; of two that begin together nobody knows which holds.
fn in_turn<T>(
    mut rates: Vec<T>,
    what: &'static str,
    from: impl Fn(&T) -> Timestamp,
) -> Result<Vec<T>, DocumentError> {
    rates.sort_by_key(&from);
    let together = |pair: &[T]| matches!(pair, [a, b] if from(a) == from(b));
    if rates.windows(2).any(together) {
        return Err(DocumentError::Senseless(what, "two begin at the same time"));
    }
    Ok(rates)
}

/// Dollars with at most six digits after the point.
fn dollars(decimal: &Decimal) -> Result<MicroUsd, DocumentError> {
    let typed = decimal.typed();
    let wrong = || DocumentError::Dollars(typed.to_owned(), "usd", DIGITS);
    let (whole, part) = typed.split_once('.').unwrap_or((typed, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(part) || part.len() > DIGITS {
        return Err(wrong());
    }
    let micro = format!("{whole}{part:0<DIGITS$}").parse().map_err(|_| wrong())?;
    Some(MicroUsd(micro))
        .filter(|sum| sum.0 <= UNIT_MAX)
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(json: &str) -> Result<ModelCost, String> {
        let row: ModelCostRow = serde_json::from_str(json).map_err(|error| error.to_string())?;
        row.read().map_err(|error| error.to_string())
    }

    fn costs(json: &str) -> Result<Costs, String> {
        let row: CostsRow = serde_json::from_str(json).map_err(|error| error.to_string())?;
        row.read().map_err(|error| error.to_string())
    }

    #[test]
    fn rates_are_put_in_the_order_in_which_they_begin() {
        let read = cost(
            r#"{"provider":"kie","category":"video_gen","rates":[
                {"from":"2026-12-01","unit":"second","usd":0.09},
                {"unit":"second","usd":"0.07"},
                {"from":"2026-11-30T21:00:00Z","unit":"request","usd":"1.5"}]}"#,
        );
        let rates = read.unwrap().rates;
        let told: Vec<(Option<String>, u64)> = rates
            .iter()
            .map(|rate| (rate.from.rfc3339().filter(|_| rate.from.0 > 0), rate.price.0))
            .collect();
        let at = |text: &str| Some(text.to_owned());
        assert_eq!(
            told,
            [
                (None, 70_000),
                (at("2026-11-30T21:00:00Z"), 1_500_000),
                (at("2026-12-01T00:00:00Z"), 90_000),
            ]
        );
    }

    #[test]
    fn tokens_have_two_prices_for_as_many_as_are_said() {
        let read = cost(
            r#"{"provider":"openai","category":"text","rates":[
                {"unit":"token","per":1000000,"usd":"0.25","usd_out":2}]}"#,
        );
        let rate = read.unwrap().rates.remove(0);
        assert_eq!(
            (rate.per, rate.price, rate.price_out),
            (1_000_000, MicroUsd(250_000), MicroUsd(2_000_000))
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_name() {
        let row = |rate: &str| {
            let why = cost(&format!(
                r#"{{"provider":"kie","category":"video_gen","rates":[{rate}]}}"#
            ));
            why.unwrap_err()
        };
        for (rate, told) in [
            (r#"{"unit":"hour","usd":1}"#, "`hour` is no unit"),
            (r#"{"unit":"second","usd":"0,07"}"#, "`0,07`"),
            (r#"{"unit":"second","usd":"0.0000001"}"#, "at most 6 digits"),
            (r#"{"unit":"second","usd":"1001"}"#, "`1001`"),
            (r#"{"unit":"second","usd":-1}"#, "`-1`"),
            (r#"{"unit":"second","per":0,"usd":1}"#, "`per`"),
            (r#"{"unit":"second","usd":1,"usd_out":1}"#, "`usd_out`"),
            (r#"{"unit":"token","usd":1}"#, "`usd_out`"),
            (r#"{"unit":"second","usd":1,"from":"tomorrow"}"#, "`tomorrow`"),
            (r#"{"unit":"second","usd":1},{"unit":"image","usd":1}"#, "`rates`"),
        ] {
            let why = row(rate);
            assert!(why.contains(told), "{rate}: {why}");
        }
        for (json, told) in [
            (
                r#"{"provider":" ","category":"video_gen","rates":[]}"#,
                "`provider`",
            ),
            (
                r#"{"provider":"kie","category":"video","rates":[]}"#,
                "`video` is no category",
            ),
        ] {
            let why = cost(json).unwrap_err();
            assert!(why.contains(told), "{why}");
        }
        for (json, told) in [
            (r#"{"rub_per_usd":[{"rate":"0"}]}"#, "`0`"),
            (r#"{"rub_per_usd":[{"rate":"80.123"}]}"#, "`80.123`"),
            (r#"{"rub_per_usd":[{"rate":80},{"rate":81}]}"#, "`rub_per_usd`"),
            (r#"{"rub_per_star":[{"rate":1},{"rate":2}]}"#, "`rub_per_star`"),
            (r#"{"billed_units":{"kie":"x"}}"#, "`x`"),
            (r#"{"prompt_chars":1001}"#, "`prompt_chars`"),
            (r#"{"keep_days":0}"#, "`keep_days`"),
            (r#"{"keep_days":3661}"#, "`keep_days`"),
        ] {
            let why = costs(json).unwrap_err();
            assert!(why.contains(told), "{json}: {why}");
        }
    }

    #[test]
    fn what_is_not_said_is_as_without_a_row() {
        assert_eq!(costs("{}"), Ok(Costs::default()));
        let said = costs(
            r#"{"rub_per_usd":[{"rate":80},{"from":"2026-12-01","rate":"81.2"}],"billed_units":{"kie":"0.005"},
                "rub_per_star":[{"rate":"1.04"}],
                "prompt_chars":0,"keep_days":30}"#,
        )
        .unwrap();
        assert_eq!(said.exchange(Timestamp(5)), Some(8_000));
        assert_eq!(
            said.exchange(Timestamp::parse_rfc3339("2026-12-01T00:00:00Z").unwrap()),
            Some(8_120)
        );
        assert_eq!(said.rates(Timestamp(5)).per_star, Some(104));
        assert_eq!(said.billed_units["kie"], MicroUsd(5_000));
        assert_eq!((said.prompt_chars, said.kept), (0, days(30)));
    }
}
