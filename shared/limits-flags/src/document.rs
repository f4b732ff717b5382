//! The stored forms: what an operator writes in `infra/settings.yaml`, and what stands in the rows.
//!
//! A file is read strictly: a field that nobody knows is a slip of the pen. A stored row is not: it may come from a newer
//! version than this one, whose warm Lambdas go on for a while, and a field more must not take the rest down.

use std::collections::BTreeMap;

use domain::catalog::{MODEL_ID_BYTES_MAX, Makes, Model, Price, Route};
use domain::id::ModelId;
use domain::limit::{Limit, Measure};
use domain::time::Millis;
use domain::video::Aspect;
use domain::window::Schedule;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::features::{AddonRow, ComponentRow, FeatureRow, TierRow};

mod cost;
mod error;
mod flag;
mod limit;
mod moderation;
mod money;
mod price;
mod rewards;
mod route;
mod sample;
mod selling;
mod ware;

pub use cost::{CostsRow, ExchangeRow, ModelCostRow, RateRow};
pub use error::DocumentError;
pub use flag::FlagRow;
pub use limit::{LimitRow, MeasureName, ModeName, PeriodName};
pub(crate) use limit::{check_id, check_name, zone};
pub use moderation::{CheckRow, ModerationRow, UnansweredRow};
pub use money::PricesRow;
pub use price::PriceRow;
pub use rewards::{PromoRow, ReferralRow, RewardsRow};
pub use route::RouteRow;
pub use sample::SampleRow;
pub use selling::{ReceiptsRow, SellingRow};
pub use ware::{PackRow, PlanRow};

/// What the name of a model's own limit begins with, and no other limit's: both would be counted on one row.
pub const OWN_LIMIT: &str = "model-";
/// What the name of a limit begins with that holds a model's use under unlimited plans, and no other limit's.
pub const UNLIMITED_LIMIT: &str = "unlimited-";

/// The whole of the settings, as one file. Fields that nobody knows are refused, wherever they stand.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Document {
    /// What holds for every order.
    pub rules: RulesRow,
    /// Flags: plain switches, and definitions in flagd's format.
    pub flags: BTreeMap<String, FlagRow>,
    /// Rules that flags refer to by `$ref`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub evaluators: BTreeMap<String, Value>,
    /// The flag set's metadata; `fractionalVersion` says how percentages are reckoned.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub flag_metadata: Map<String, Value>,
    /// Limits over all models, by name.
    #[serde(default)]
    pub limits: BTreeMap<String, LimitRow>,
    /// The models, by name.
    pub models: BTreeMap<String, ModelRow>,
    /// Features, by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub features: BTreeMap<String, FeatureRow>,
    /// Tiers, by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tiers: BTreeMap<String, TierRow>,
    /// Add-ons, by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub addons: BTreeMap<String, AddonRow>,
    /// Components, by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub components: BTreeMap<String, ComponentRow>,
    /// Plans, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub plans: BTreeMap<String, PlanRow>,
    /// Packs of credits, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub packs: BTreeMap<String, PackRow>,
    /// How packs and plans are sold; without it none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selling: Option<SellingRow>,
    /// What providers ask, by model.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub model_costs: BTreeMap<String, ModelCostRow>,
    /// What holds for the costs of all models, and for the log of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub costs: Option<CostsRow>,
    /// What is refused before anybody pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moderation: Option<ModerationRow>,
    /// Promo codes; a name is a code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub promos: BTreeMap<String, PromoRow>,
    /// What is given beside them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rewards: Option<RewardsRow>,
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(file: D) -> Result<Self, D::Error> {
        let mut unknown: Option<String> = None;
        let mut note = |path: serde_ignored::Path<'_>| {
            // What may be left out stands in the path as a question mark.
            unknown.get_or_insert_with(|| path.to_string().replace(".?", ""));
        };
        let strict = serde_ignored::Deserializer::new(file, &mut note);
        let document = Self::deserialize(strict)?;
        match unknown {
            Some(path) => Err(D::Error::custom(format!("unknown field `{path}`"))),
            None => Ok(document),
        }
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, file: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, file)
    }
}

/// What holds for every order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RulesRow {
    /// Credits given to a newcomer, once for ever.
    pub signup_credits: u32,
    /// Open jobs that one user may have.
    pub active_jobs_max: u32,
    /// Seconds for which an order may wait to be submitted before its credits go back.
    pub wait_max_s: u32,
    /// Seconds after which an order is settled whatever happened.
    pub settle_max_s: u32,
    /// The day of unlimited plans: when it begins, as local wall time.
    #[serde(default = "unlimited_anchor", skip_serializing_if = "is_unlimited_anchor")]
    pub unlimited_anchor: String,
    /// The day of unlimited plans: whose wall clock, by its name in the tz database.
    #[serde(default = "unlimited_zone", skip_serializing_if = "is_unlimited_zone")]
    pub unlimited_zone: String,
    /// Features that every order needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
    /// Features that an order with a photo needs beside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires_for_photo: Vec<String>,
}

/// Seed 000: from nine in the evening.
fn unlimited_anchor() -> String {
    "21:00".to_owned()
}

/// Seed 000: to nine in the evening, in Moscow.
fn unlimited_zone() -> String {
    "Europe/Moscow".to_owned()
}

// serde hands over a reference to what stands in the row.
fn is_unlimited_anchor(anchor: &str) -> bool {
    anchor == unlimited_anchor()
}

fn is_unlimited_zone(zone: &str) -> bool {
    zone == unlimited_zone()
}

impl RulesRow {
    /// The day of unlimited plans.
    pub fn unlimited_day(&self) -> Result<Schedule, DocumentError> {
        limit::day(&self.unlimited_anchor, &self.unlimited_zone)
    }
}

/// A model on offer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ModelRow {
    /// What customers read.
    pub title: String,
    /// Where it stands in the list, smallest first.
    #[serde(default)]
    pub order: u32,
    /// Off: refused before anybody is charged.
    pub enabled: bool,
    /// What it makes: `video` (without a word of it), `image`, `music`, `speech`, `prompt`, `transcript`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub makes: Option<String>,
    /// Who renders it: `kie`.
    pub provider: String,
    /// The provider's typed request form.
    pub family: String,
    /// Who else renders it, in the order in which they are asked where those before cannot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<RouteRow>,
    /// Takes words alone.
    pub text: bool,
    /// Takes a photo.
    pub image: bool,
    /// The durations with their prices, shortest first.
    pub prices: Vec<PriceRow>,
    /// The aspects, the default first; none where what is made has no shape.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aspects: Vec<String>,
    /// The shortest prompt in characters. A photo without words is given words of ours.
    #[serde(default = "prompt_chars_min")]
    pub prompt_chars_min: u32,
    /// The longest prompt in characters.
    pub prompt_chars_max: u32,
    /// Seconds that a render usually takes.
    pub typical_s: u32,
    /// Seconds after which a render is first asked about, if no callback came before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll_after_s: Option<u32>,
    /// Seconds that a render takes at most.
    pub render_max_s: u32,
    /// A limit of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<LimitRow>,
    /// More limits of its own, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, LimitRow>,
    /// Orders in a day of a customer whose plan is unlimited. Without this and the next, no such plan covers the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlimited_daily_limit: Option<u32>,
    /// Tokens in a day of a customer whose plan is unlimited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlimited_budget_tokens: Option<u64>,
    /// Features that a customer needs for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
    /// What it is shown by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<SampleRow>,
}

/// Any prompt at all.
fn prompt_chars_min() -> u32 {
    1
}

/// A little longer than almost every render: the callback is the fast way, and a question that it would have answered is
/// work for nothing.
const POLL_AFTER_S: u32 = 660;

impl ModelRow {
    /// The model that this row means.
    pub fn read(&self, id: &str, unlimited_day: &Schedule) -> Result<Model, DocumentError> {
        let letters = id
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte));
        if id.is_empty() || id.len() > MODEL_ID_BYTES_MAX || !letters {
            return Err(DocumentError::ModelName(id.to_owned()));
        }
        let aspect = |text: &String| Aspect::parse(text).ok_or_else(|| DocumentError::Aspect(text.clone()));
        let aspects: Vec<Aspect> = self.aspects.iter().map(aspect).collect::<Result<_, _>>()?;
        let makes = self.makes()?;
        self.check(makes, &aspects)?;
        Ok(Model {
            id: ModelId(id.to_owned()),
            title: self.title.clone(),
            makes,
            provider: self.provider.clone(),
            family: self.family.clone(),
            others: self.routes.iter().map(Route::from).collect(),
            enabled: self.enabled,
            text: self.text,
            image: self.image,
            prices: self.prices.iter().map(Price::from).collect(),
            aspects,
            prompt_chars_min: self.prompt_chars_min,
            prompt_chars_max: self.prompt_chars_max,
            typical: Millis::from_secs(i64::from(self.typical_s)),
            poll_after: Millis::from_secs(i64::from(self.poll_after_s.unwrap_or(POLL_AFTER_S))),
            render_max: Millis::from_secs(i64::from(self.render_max_s)),
            limits: self.own_limits(id)?,
            unlimited: self.unlimited(id, unlimited_day)?,
            requires: self.requires.clone(),
            sample: self
                .sample
                .as_ref()
                .map(|sample| sample.read(makes))
                .transpose()?,
        })
    }

    /// What it makes. `Err` for a name that nobody knows.
    pub fn makes(&self) -> Result<Makes, DocumentError> {
        let named = |name: &String| {
            let known = || Makes::ALL.map(Makes::as_str).join(", ");
            Makes::parse(name).ok_or_else(|| DocumentError::Unknown("makes", name.clone(), known()))
        };
        Ok(self.makes.as_ref().map(named).transpose()?.unwrap_or_default())
    }

    /// Everybody who renders it, the first to be asked first.
    pub fn providers(&self) -> impl Iterator<Item = &str> {
        let others = self.routes.iter().map(|route| route.provider.as_str());
        std::iter::once(self.provider.as_str()).chain(others)
    }

    fn own_limits(&self, id: &str) -> Result<Vec<Limit>, DocumentError> {
        let one = self
            .limit
            .iter()
            .map(|limit| limit.read(&format!("{OWN_LIMIT}{id}")));
        let more = self
            .limits
            .iter()
            .map(|(name, limit)| limit.read(&format!("{OWN_LIMIT}{id}-{name}")));
        one.chain(more).collect()
    }

    /// What holds for customers whose plan is unlimited, if such plans cover the model.
    fn unlimited(&self, id: &str, day: &Schedule) -> Result<Option<Vec<Limit>>, DocumentError> {
        let limit = |suffix: &str, measure, max| Limit {
            measure,
            ..Limit::orders(&format!("{UNLIMITED_LIMIT}{id}{suffix}"), max, day.clone())
        };
        let orders = self.unlimited_daily_limit;
        let orders = orders.map(|max| limit("", Measure::Requests, u64::from(max)));
        let tokens = self.unlimited_budget_tokens;
        let uncounted =
            |price: &PriceRow| price.tokens == 0 || price.high.as_ref().is_some_and(|high| high.tokens == 0);
        if tokens.is_some() && self.prices.iter().any(uncounted) {
            return Err(DocumentError::Senseless(
                "unlimited_budget_tokens",
                "there is a price without `tokens`, which would use nothing of the budget",
            ));
        }
        let tokens = tokens.map(|max| limit("-tokens", Measure::Tokens, max));
        let both: Vec<Limit> = orders.into_iter().chain(tokens).collect();
        Ok(Some(both).filter(|both| !both.is_empty()))
    }

    fn check(&self, makes: Makes, aspects: &[Aspect]) -> Result<(), DocumentError> {
        if self.title.trim().is_empty() {
            return Err(DocumentError::Empty("title"));
        }
        if self.prices.is_empty() {
            return Err(DocumentError::Empty("prices"));
        }
        if aspects.is_empty() && makes.has_shapes() {
            return Err(DocumentError::Empty("aspects"));
        }
        if makes.has_lengths() {
            if self.prices.iter().any(|price| price.seconds == 0) {
                return Err(DocumentError::Senseless("prices", "a video of 0 seconds"));
            }
        } else if self.prices.iter().any(|price| price.seconds != 0) || self.prices.len() > 1 {
            return Err(DocumentError::Senseless(
                "prices",
                "what is made has no length to choose: one price, without `seconds`",
            ));
        }
        if self.prompt_chars_max == 0 || self.prompt_chars_min > self.prompt_chars_max {
            return Err(DocumentError::Senseless(
                "prompt_chars_max",
                "0, or less than prompt_chars_min",
            ));
        }
        if self.render_max_s < self.typical_s {
            return Err(DocumentError::Senseless("render_max_s", "less than typical_s"));
        }
        if self
            .poll_after_s
            .is_some_and(|after_s| after_s == 0 || after_s >= self.render_max_s)
        {
            return Err(DocumentError::Senseless(
                "poll_after_s",
                "0, or not less than render_max_s",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_neither_length_nor_shape_needs_none() {
        let row = |makes: &str, price: &str, aspects: &str| {
            let text = format!(
                r#"{{"title":"K","enabled":true,"provider":"kie","family":"k","text":true,"image":false,{makes}
                "prices":[{price}],"aspects":[{aspects}],"prompt_chars_max":9,"typical_s":9,"render_max_s":9}}"#
            );
            let row: ModelRow = serde_json::from_str(&text).unwrap();
            let day = limit::day("21:00", "Europe/Moscow").unwrap();
            row.read("k", &day).map(|model| model.makes)
        };
        let (plain, timed) = (r#"{"credits":1}"#, r#"{"credits":1,"seconds":5}"#);
        let (music, image) = (r#""makes":"music","#, r#""makes":"image","#);
        assert_eq!(row(music, plain, ""), Ok(Makes::Music));
        assert_eq!(row(image, plain, r#""1:1""#), Ok(Makes::Image));
        assert_eq!(row("", timed, r#""1:1""#), Ok(Makes::Video));
        let two = format!("{plain},{plain}");
        for (makes, price, aspects) in [
            (image, plain, ""),
            (music, timed, ""),
            (music, two.as_str(), ""),
            ("", plain, r#""1:1""#),
            ("", timed, ""),
            (r#""makes":"film","#, plain, ""),
        ] {
            assert!(row(makes, price, aspects).is_err(), "{makes} {price} {aspects}");
        }
    }

    #[test]
    fn a_field_that_nobody_knows_is_refused_wherever_it_stands_in_a_file() {
        let row = r#"{"title":"K","enabled":true,"provider":"kie","family":"k","text":true,"image":true,
            "prices":[{"seconds":5,"credits":1}],"aspects":["9:16"],"prompt_chars_max":9,"typical_s":9,"render_max_s":9}"#;
        let rules = r#"{"signup_credits":2,"active_jobs_max":3,"wait_max_s":1800,"settle_max_s":5400}"#;
        let file =
            format!(r#"{{"rules":{rules},"flags":{{"f":{{"enabled":true}}}},"models":{{"k":{row}}}}}"#);
        serde_json::from_str::<Document>(&file).unwrap();
        for (at, path) in [
            (r#""rules":{"#, "rules.x"),
            (r#""k":{"#, "models.k.x"),
            (r#""prices":[{"#, "models.k.prices.0.x"),
        ] {
            let slip = file.replacen(at, &format!(r#"{at}"x":1,"#), 1);
            let why = serde_json::from_str::<Document>(&slip).unwrap_err().to_string();
            assert!(why.contains(&format!("unknown field `{path}`")), "{why}");
        }
    }
}
