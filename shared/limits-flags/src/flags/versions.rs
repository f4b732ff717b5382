//! `sem_ver`: versions compared.
//!
//! Source: flagd's specification of `sem_ver` and its Go evaluator: a leading `v` or `V` does not count, a number is read
//! as a version, a missing minor or patch is 0, build metadata is ignored, `^` asks for the same major and `~` for the
//! same major and minor. Precedence is that of semver.org.

use semver::{BuildMetadata, Prerelease, Version};

use super::evaluate::{At, evaluate};
use super::rule::Rule;
use super::value::Val;

/// Null unless there are exactly two versions and a known operator between them.
pub(super) fn compare<'a>(rules: &'a [Rule], at: At<'_, 'a>) -> Val<'a> {
    let [left, operator, right] = rules else {
        return Val::Null;
    };
    let operator = evaluate(operator, at);
    let Some(operator) = operator.as_text() else {
        return Val::Null;
    };
    match (version(&evaluate(left, at)), version(&evaluate(right, at))) {
        (Some(left), Some(right)) => holds(&left, operator, &right).map_or(Val::Null, Val::Bool),
        _ => Val::Null,
    }
}

fn holds(left: &Version, operator: &str, right: &Version) -> Option<bool> {
    let order = left.cmp_precedence(right);
    Some(match operator {
        "=" => order.is_eq(),
        "!=" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        ">=" => order.is_ge(),
        "^" => left.major == right.major,
        "~" => left.major == right.major && left.minor == right.minor,
        _ => return None,
    })
}

fn version(value: &Val<'_>) -> Option<Version> {
    match value.as_text() {
        Some(text) => parse(text),
        None if matches!(value, Val::Num(_)) => parse(&value.text()),
        None => None,
    }
}

fn parse(text: &str) -> Option<Version> {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let (text, build) = split_at(text, '+');
    let (numbers, pre) = split_at(text, '-');
    let mut parts = numbers.split('.');
    let major = number(parts.next()?)?;
    let minor = parts.next();
    let patch = parts.next();
    // Only a full version may go on after its numbers.
    let is_short = patch.is_none();
    if parts.next().is_some() || (is_short && (pre.is_some() || build.is_some())) {
        return None;
    }
    BuildMetadata::new(build.unwrap_or("0"))
        .ok()
        .filter(|build| !build.is_empty())?;
    let pre = match pre {
        Some(pre) => Prerelease::new(pre).ok().filter(|pre| !pre.is_empty())?,
        None => Prerelease::EMPTY,
    };
    let rest = |part: Option<&str>| part.map_or(Some(0), number);
    Some(Version {
        pre,
        ..Version::new(major, rest(minor)?, rest(patch)?)
    })
}

/// A text before and after a sign.
fn split_at(text: &str, sign: char) -> (&str, Option<&str>) {
    match text.split_once(sign) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// Digits without a leading zero.
fn number(digits: &str) -> Option<u64> {
    let plain =
        digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    digits.parse().ok().filter(|_| plain)
}
