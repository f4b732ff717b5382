//! The stored forms: what an operator writes in `infra/settings.yaml`, and what stands in the rows.
//!
//! A file is read strictly: a field that nobody knows is a slip of the pen. A stored row is not: it may come from a newer
//! version than this one, whose warm Lambdas go on for a while, and a field more must not take the rest down.

use std::collections::BTreeMap;

use domain::catalog::{Limit, MODEL_ID_BYTES_MAX, Model, Price};
use domain::id::ModelId;
use domain::money::Credits;
use domain::time::Millis;
use domain::video::Aspect;
use domain::window::{Period, Schedule};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What the name of a model's own limit begins with, and no other limit's: both would be counted on one row.
pub(crate) const OWN_LIMIT: &str = "model-";

/// The whole of the settings, as one file. Fields that nobody knows are refused, wherever they stand.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Document {
    /// What holds for every order.
    pub rules: RulesRow,
    /// Switches.
    pub flags: BTreeMap<String, FlagRow>,
    /// Limits over all models, by name.
    #[serde(default)]
    pub limits: BTreeMap<String, LimitRow>,
    /// The models, by name.
    pub models: BTreeMap<String, ModelRow>,
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(file: D) -> Result<Self, D::Error> {
        let mut unknown: Option<String> = None;
        let mut note = |path: serde_ignored::Path<'_>| {
            unknown.get_or_insert_with(|| path.to_string());
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
}

/// A switch.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct FlagRow {
    /// On or off.
    pub enabled: bool,
}

/// A number of uses per window.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LimitRow {
    /// Uses allowed in one window.
    pub max: u32,
    /// `hour`, `day` or `week`.
    pub period: PeriodName,
    /// When a window begins, as local wall time: `21:00`.
    pub anchor: String,
    /// How far local time is ahead of UTC: `+03:00`.
    pub utc_offset: String,
}

/// How long a window is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PeriodName {
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
    /// 7 days, from Monday.
    Week,
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
    /// Who renders it: `kie`.
    pub provider: String,
    /// The provider's typed request form.
    pub family: String,
    /// Takes words alone.
    pub text: bool,
    /// Takes a photo.
    pub image: bool,
    /// The durations with their prices, shortest first.
    pub prices: Vec<PriceRow>,
    /// The aspects, the default first.
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
    /// Features that a customer needs for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
}

/// Any prompt at all.
fn prompt_chars_min() -> u32 {
    1
}

/// A little longer than almost every render: the callback is the fast way, and a question that it would have answered is
/// work for nothing.
const POLL_AFTER_S: u32 = 660;

/// A duration with its price.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct PriceRow {
    /// Seconds of video.
    pub seconds: u32,
    /// Credits that it costs.
    pub credits: u32,
}

/// What is wrong with a row.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DocumentError {
    /// No wall time.
    #[error("`{0}` is no time of day such as 21:00")]
    TimeOfDay(String),
    /// No offset.
    #[error("`{0}` is no offset from UTC such as +03:00")]
    Offset(String),
    /// No aspect.
    #[error("`{0}` is no aspect; use 9:16, 16:9 or 1:1")]
    Aspect(String),
    /// Too long a name for a button.
    #[error(
        "the name `{0}` is longer than {MODEL_ID_BYTES_MAX} bytes or holds other letters than a-z 0-9 . -"
    )]
    ModelName(String),
    /// Something that must not be empty is.
    #[error("`{0}` must not be empty")]
    Empty(&'static str),
    /// A number that makes no sense.
    #[error("`{0}` makes no sense: {1}")]
    Senseless(&'static str, &'static str),
}

impl LimitRow {
    /// The limit that this row means.
    pub fn read(&self, id: &str) -> Result<Limit, DocumentError> {
        let period = match self.period {
            PeriodName::Hour => Period::Hour,
            PeriodName::Day => Period::Day,
            PeriodName::Week => Period::Week,
        };
        let anchor_minutes = minutes(&self.anchor).filter(|minutes| *minutes < 24 * 60);
        let anchor_minutes = anchor_minutes.ok_or_else(|| DocumentError::TimeOfDay(self.anchor.clone()))?;
        let utc_offset_minutes =
            offset(&self.utc_offset).ok_or_else(|| DocumentError::Offset(self.utc_offset.clone()))?;
        let schedule = Schedule {
            period,
            anchor_minutes,
            utc_offset_minutes,
        };
        Ok(Limit {
            id: id.to_owned(),
            max: self.max,
            schedule,
        })
    }
}

impl ModelRow {
    /// The model that this row means.
    pub fn read(&self, id: &str) -> Result<Model, DocumentError> {
        let letters = id
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte));
        if id.is_empty() || id.len() > MODEL_ID_BYTES_MAX || !letters {
            return Err(DocumentError::ModelName(id.to_owned()));
        }
        let aspect = |text: &String| Aspect::parse(text).ok_or_else(|| DocumentError::Aspect(text.clone()));
        let aspects: Vec<Aspect> = self.aspects.iter().map(aspect).collect::<Result<_, _>>()?;
        self.check(&aspects)?;
        let limit = self
            .limit
            .as_ref()
            .map(|limit| limit.read(&format!("{OWN_LIMIT}{id}")))
            .transpose()?;
        let price = |row: &PriceRow| Price {
            duration_s: row.seconds,
            credits: Credits(row.credits),
        };
        Ok(Model {
            id: ModelId(id.to_owned()),
            title: self.title.clone(),
            provider: self.provider.clone(),
            family: self.family.clone(),
            enabled: self.enabled,
            text: self.text,
            image: self.image,
            prices: self.prices.iter().map(price).collect(),
            aspects,
            prompt_chars_min: self.prompt_chars_min,
            prompt_chars_max: self.prompt_chars_max,
            typical: Millis::from_secs(i64::from(self.typical_s)),
            poll_after: Millis::from_secs(i64::from(self.poll_after_s.unwrap_or(POLL_AFTER_S))),
            render_max: Millis::from_secs(i64::from(self.render_max_s)),
            limit,
            requires: self.requires.clone(),
        })
    }

    fn check(&self, aspects: &[Aspect]) -> Result<(), DocumentError> {
        if self.title.trim().is_empty() {
            return Err(DocumentError::Empty("title"));
        }
        if self.prices.is_empty() {
            return Err(DocumentError::Empty("prices"));
        }
        if aspects.is_empty() {
            return Err(DocumentError::Empty("aspects"));
        }
        if self.prices.iter().any(|price| price.seconds == 0) {
            return Err(DocumentError::Senseless("prices", "a video of 0 seconds"));
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

/// `21:00` as minutes after midnight.
fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |part: &str| {
        (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<u16>().ok())
    };
    let (hours, minutes) = (two_digits(hours)??, two_digits(minutes)??);
    (minutes < 60).then_some(hours.checked_mul(60)?.checked_add(minutes)?)
}

/// `+03:00` as minutes.
pub(crate) fn offset(text: &str) -> Option<i16> {
    let (sign, rest) = if let Some(rest) = text.strip_prefix('+') {
        (1, rest)
    } else {
        (-1, text.strip_prefix('-')?)
    };
    let minutes = i16::try_from(minutes(rest)?).ok()?;
    (minutes <= 14 * 60).then_some(sign * minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            (r#""f":{"#, "flags.f.x"),
            (r#""k":{"#, "models.k.x"),
            (r#""prices":[{"#, "models.k.prices.0.x"),
        ] {
            let slip = file.replacen(at, &format!(r#"{at}"x":1,"#), 1);
            let why = serde_json::from_str::<Document>(&slip).unwrap_err().to_string();
            assert!(why.contains(&format!("unknown field `{path}`")), "{why}");
        }
    }

    #[test]
    fn times_and_offsets_are_read_strictly() {
        assert_eq!(minutes("21:00"), Some(1260));
        assert_eq!(offset("+03:00"), Some(180));
        assert_eq!(offset("-09:30"), Some(-570));
        for text in ["9:00", "21:60", "21", "21:0", "+1:00", ""] {
            assert_eq!(minutes(text), None, "{text}");
        }
        for text in ["03:00", "+15:00", "+3"] {
            assert_eq!(offset(text), None, "{text}");
        }
    }
}
