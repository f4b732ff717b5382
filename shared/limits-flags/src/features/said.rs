//! What the layers of the cascade say of a feature, read, and what the lower ones add up to.

use std::sync::Arc;

use domain::limit::{Limit, Measure, Span};
use domain::window::Period;
use serde_json::Value;

use super::rows::{FeatureKind, Given};
use crate::document::{DocumentError, LimitRow, check_id, check_name};

/// What one layer says. A part that is `None` is left to the layer below.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    pub(super) enabled: Option<bool>,
    pub(super) value: Option<Arc<Value>>,
    pub(super) limits: Option<Arc<[Limit]>>,
}

/// Which row said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Default,
    /// The tier at this place.
    Tier(usize),
}

/// What the default and a tier with what it inherits add up to.
#[derive(Clone, Debug)]
pub(super) struct Settled {
    pub(super) enabled: (bool, Origin),
    pub(super) value: Option<(Arc<Value>, Origin)>,
    pub(super) limits: Option<(Arc<[Limit]>, Origin)>,
}

impl Said {
    /// Off. What stands where a row cannot be read: a limit that is lost must not become no limit at all.
    pub(super) fn off() -> Self {
        Self {
            enabled: Some(false),
            ..Self::default()
        }
    }

    /// What is said here, and where nothing is, below.
    pub(super) fn above(&self, below: Option<&Self>) -> Self {
        let below = below.cloned().unwrap_or_default();
        Self {
            enabled: self.enabled.or(below.enabled),
            value: self.value.clone().or(below.value),
            limits: self.limits.clone().or(below.limits),
        }
    }

    pub(super) fn read(feature: &str, kind: FeatureKind, given: &Given) -> Result<Self, String> {
        if given.value.is_some() && kind != FeatureKind::Config {
            return Err("value: only a feature of the type config has one".to_owned());
        }
        let limits = given.limits.as_deref().map(|rows| limits(feature, kind, rows));
        Ok(Self {
            enabled: given.enabled,
            value: given.value.clone().map(Arc::new),
            limits: limits.transpose()?,
        })
    }
}

impl Settled {
    /// Goes through the layers, the most specific first; the default is the last.
    pub(super) fn of<'s>(layers: impl Iterator<Item = (Origin, &'s Said)>) -> Self {
        let (mut enabled, mut value, mut limits) = (None, None, None);
        for (origin, said) in layers {
            enabled = enabled.or(said.enabled.map(|enabled| (enabled, origin)));
            value = value.or_else(|| Some((said.value.clone()?, origin)));
            limits = limits.or_else(|| Some((said.limits.clone()?, origin)));
        }
        Self {
            enabled: enabled.unwrap_or((false, Origin::Default)),
            value,
            limits,
        }
    }
}

/// The limits that rows mean. Each is named for its feature and for what it counts, `feature-chat-rd` for requests in a
/// day, or for its own `id`: so whoever changes the tier, and with it the limit, goes on with what is used already, wherever
/// the limit stands in its list. Two that count the same, one warning at 8 and one refusing at 10, need two rows, and so one
/// of them an `id`. Without it, which [`alike`] keeps from being written, the second is `feature-chat-rd-2`.
pub(super) fn limits(feature: &str, kind: FeatureKind, rows: &[LimitRow]) -> Result<Arc<[Limit]>, String> {
    if kind != FeatureKind::Metered && !rows.is_empty() {
        return Err("limits: only a feature of the type metered is counted".to_owned());
    }
    let mut read: Vec<Limit> = Vec::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        let wrong = |error: DocumentError| format!("limits.{place}: {error}");
        let mut limit = one(feature, row).map_err(wrong)?;
        let base = limit.id.clone();
        let like = rows.iter().take(place);
        let like = like.filter(|other| one(feature, other).is_ok_and(|other| other.id == base));
        let like = like.count();
        if like > 0 {
            limit.id = format!("{base}-{}", like + 1);
            check_name(&limit.id).map_err(wrong)?;
        }
        read.push(limit);
    }
    Ok(read.into())
}

/// One limit of a feature, under the name that it has wherever it stands.
fn one(feature: &str, row: &LimitRow) -> Result<Limit, DocumentError> {
    let limit = row.called(FEATURE_LIMIT)?;
    let own = match &row.id {
        Some(id) => check_id(id).map(|()| id.clone())?,
        None => counted(&limit),
    };
    let id = format!("{FEATURE_LIMIT}{feature}-{own}");
    check_name(&id)?;
    Ok(Limit { id, ..limit })
}

/// Limits of one list that would be counted on one row, if their places did not tell them apart: those change with the list.
pub(super) fn alike(feature: &str, rows: &[LimitRow]) -> Option<String> {
    let names = rows.iter().map(|row| one(feature, row).map(|limit| limit.id));
    let names: Vec<String> = names.collect::<Result<_, _>>().ok()?;
    names.iter().enumerate().find_map(|(place, name)| {
        let first = names.iter().position(|other| other == name).filter(|first| *first < place)?;
        let own = name.rsplit_once('-').map_or(name.as_str(), |(_, own)| own);
        Some(format!(
            "limits.{first} and limits.{place}: both are counted as `{own}`; give one of them an `id` of its own, and leave it \
             as it is when the list changes: counters are called by it"
        ))
    })
}

/// What is counted and within what time, in two letters.
fn counted(limit: &Limit) -> String {
    let measure = match limit.measure {
        Measure::Requests => 'r',
        Measure::Tokens => 't',
        Measure::MicroUsd => 'u',
    };
    let span = match &limit.span {
        Span::Open => 'o',
        Span::Sliding(_) => 's',
        Span::Fixed(schedule) => match schedule.period {
            Period::Hour => 'h',
            Period::Day => 'd',
            Period::Week => 'w',
            Period::Month => 'm',
        },
    };
    format!("{measure}{span}")
}

/// What the name of a limit begins with that comes with a feature, and no other limit's.
pub const FEATURE_LIMIT: &str = "feature-";
