//! What is refused before anybody pays, as an operator writes it.

use std::collections::BTreeMap;

use domain::moderation::{CheckRule, List, Moderation, NEVER_ALLOWED, STRIKES_MAX, StrikeRule, Unanswered};
use domain::time::Millis;
use serde::{Deserialize, Serialize};

use super::DocumentError;
use crate::features::Texts;

/// What is refused before anybody pays.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ModerationRow {
    /// Words and phrases, by category. `*` at the end of a word stands for any ending.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refuse: BTreeMap<String, Vec<String>>,
    /// What customers read of a category of the operator's own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub told: BTreeMap<String, Texts>,
    /// How many refusals of one customer's orders within a day are too many; 0 holds nobody back.
    #[serde(default = "strikes_max", skip_serializing_if = "is_strikes_max")]
    pub strikes_max: u32,
    /// For how many hours no new orders are taken then.
    #[serde(default = "pause_hours", skip_serializing_if = "is_pause_hours")]
    pub pause_hours: u32,
    /// A provider's own check of words and photos, before anybody pays. Without it nobody is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<CheckRow>,
}

/// A provider's own check.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckRow {
    /// The model that looks at it, as the provider calls it.
    pub model: String,
    /// From how many percent on a category is refused, instead of where the check flags it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub percent: BTreeMap<String, u16>,
    /// Categories that are not refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<String>,
    /// What happens where the check does not answer.
    #[serde(default, skip_serializing_if = "UnansweredRow::is_usual")]
    pub unanswered: UnansweredRow,
}

/// What happens to an order that nobody has looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnansweredRow {
    /// It goes on.
    #[default]
    GoOn,
    /// It is refused.
    Refuse,
}

impl UnansweredRow {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl CheckRow {
    /// What this says.
    fn read(&self) -> Result<CheckRule, DocumentError> {
        if self.model.trim().is_empty() {
            return Err(DocumentError::Senseless("check.model", "name a model"));
        }
        if self.percent.values().any(|percent| !(1..=100).contains(percent)) {
            return Err(DocumentError::Senseless(
                "check.percent",
                "1 to 100 percent can be meant",
            ));
        }
        if self.allow.iter().any(|category| category == NEVER_ALLOWED) {
            return Err(DocumentError::Senseless(
                "check.allow",
                "sexual/minors is never allowed",
            ));
        }
        let at = self.percent.iter();
        Ok(CheckRule {
            model: self.model.trim().to_owned(),
            at_permille: at
                .map(|(category, percent)| (category.clone(), percent.saturating_mul(10)))
                .collect(),
            allowed: self.allow.iter().cloned().collect(),
            unanswered: match self.unanswered {
                UnansweredRow::GoOn => Unanswered::GoOn,
                UnansweredRow::Refuse => Unanswered::Refuse,
            },
        })
    }
}

/// The longest pause: a month. Longer ones are an operator's decision about one customer.
const PAUSE_HOURS_MAX: u32 = 30 * 24;

fn strikes_max() -> u32 {
    StrikeRule::default().max
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_strikes_max(number: &u32) -> bool {
    *number == strikes_max()
}

fn pause_hours() -> u32 {
    24
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_pause_hours(hours: &u32) -> bool {
    *hours == pause_hours()
}

impl ModerationRow {
    /// What this row means.
    pub fn read(&self) -> Result<Moderation, DocumentError> {
        if usize::try_from(self.strikes_max).is_ok_and(|max| max > STRIKES_MAX) {
            return Err(DocumentError::Senseless(
                "strikes_max",
                "0 to 50 refusals within a day can be meant",
            ));
        }
        if self.pause_hours == 0 || self.pause_hours > PAUSE_HOURS_MAX {
            return Err(DocumentError::Senseless(
                "pause_hours",
                "1 to 720 hours can be meant",
            ));
        }
        let mut list = List::default();
        for (category, entries) in &self.refuse {
            for entry in entries {
                let senseless = |why: domain::moderation::Senseless| {
                    DocumentError::Entry(category.clone(), entry.clone(), why.as_str())
                };
                list.add(category, entry).map_err(senseless)?;
            }
        }
        let told = self.told.iter();
        let told = told.map(|(category, texts)| (category.clone(), texts.into()));
        Ok(Moderation {
            check: self.check.as_ref().map(CheckRow::read).transpose()?,
            list,
            told: told.collect(),
            strikes: StrikeRule {
                max: self.strikes_max,
                pause: Millis::from_mins(i64::from(self.pause_hours).saturating_mul(60)),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Moderation, String> {
        let row: ModerationRow = serde_json::from_str(json).map_err(|error| error.to_string())?;
        row.read().map_err(|error| error.to_string())
    }

    #[test]
    fn a_row_is_the_list_that_it_names() {
        assert_eq!(read("{}").unwrap(), Moderation::default());
        let row =
            r#"{"refuse":{"sexual":["секс*"],"ours":["ёлки палки"]},"told":{"ours":{"ru":"нет","en":"no"}}}"#;
        let moderation = read(row).unwrap();
        assert_eq!(moderation.list.len(), 2);
        assert_eq!(moderation.refuses("Кот и СЕКСА нет"), Some("sexual"));
        assert_eq!(moderation.refuses("елки-палки"), Some("ours"));
        assert_eq!(moderation.told["ours"].in_locale("en"), "no");
        let written: ModerationRow = serde_json::from_str(row).unwrap();
        let read: serde_json::Value = serde_json::from_str(row).unwrap();
        assert_eq!(
            serde_json::to_value(&written).unwrap(),
            read,
            "what is usual is left out"
        );
    }

    #[test]
    fn a_check_is_taken_as_it_is_written_and_children_are_never_allowed() {
        let row = r#"{"check":{"model":" omni ","percent":{"violence":80},"allow":["illicit"],"unanswered":"refuse"}}"#;
        let check = read(row).unwrap().check.unwrap();
        assert_eq!(
            (check.model.as_str(), check.at_permille["violence"]),
            ("omni", 800)
        );
        assert!(check.allowed.contains("illicit"));
        assert_eq!(check.unanswered, Unanswered::Refuse);
        let usual = read(r#"{"check":{"model":"omni"}}"#).unwrap().check.unwrap();
        assert_eq!(usual.unanswered, Unanswered::GoOn);
        for (row, why) in [
            (r#"{"check":{"model":" "}}"#, "`check.model` makes no sense"),
            (
                r#"{"check":{"model":"m","percent":{"hate":0}}}"#,
                "`check.percent` makes no sense",
            ),
            (
                r#"{"check":{"model":"m","percent":{"hate":101}}}"#,
                "`check.percent` makes no sense",
            ),
            (
                r#"{"check":{"model":"m","allow":["sexual/minors"]}}"#,
                "`check.allow` makes no sense",
            ),
        ] {
            let said = read(row).unwrap_err();
            assert!(said.starts_with(why), "{said}");
        }
    }

    #[test]
    fn an_entry_that_can_mean_nothing_is_told_by_its_category() {
        let why = read(r#"{"refuse":{"sexual":["секс","*"]}}"#).unwrap_err();
        assert_eq!(why, "refuse.sexual: `*` has no letters");
        for (row, why) in [
            (r#"{"strikes_max":51}"#, "`strikes_max` makes no sense"),
            (r#"{"pause_hours":0}"#, "`pause_hours` makes no sense"),
            (r#"{"pause_hours":721}"#, "`pause_hours` makes no sense"),
        ] {
            assert!(read(row).unwrap_err().starts_with(why), "{row}");
        }
        assert_eq!(
            read(r#"{"strikes_max":0,"pause_hours":2}"#)
                .unwrap()
                .strikes
                .pause,
            Millis::from_mins(120)
        );
        let why = read(r#"{"refuse":{"sexual":["се*кс"]}}"#).unwrap_err();
        assert_eq!(
            why,
            "refuse.sexual: `се*кс` has a * that is not at the end of a word"
        );
    }
}
