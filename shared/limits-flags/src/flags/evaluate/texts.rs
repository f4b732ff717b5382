//! `in`, `cat`, `substr`, and flagd's `starts_with` and `ends_with`.

use super::super::rule::{Rule, TextOperator};
use super::super::value::Val;
use super::{At, argument, evaluate};

pub(super) fn operate<'a>(operator: TextOperator, rules: &'a [Rule], at: At<'_, 'a>) -> Val<'a> {
    match operator {
        TextOperator::In => Val::Bool(contains(&argument(rules, 1, at), &argument(rules, 0, at))),
        TextOperator::Cat => cat(rules, at),
        TextOperator::Substr => substr(rules, at),
        TextOperator::StartsWith => affix(rules, at, |text, affix| text.starts_with(affix)),
        TextOperator::EndsWith => affix(rules, at, |text, affix| text.ends_with(affix)),
    }
}

/// A piece of a text, or an item of an array by strict equality.
fn contains(whole: &Val<'_>, sought: &Val<'_>) -> bool {
    if let Some(found) = whole.has_item(sought) {
        return found;
    }
    whole.as_text().is_some_and(|text| text.contains(&*sought.text()))
}

fn cat<'a>(rules: &'a [Rule], at: At<'_, 'a>) -> Val<'a> {
    let mut whole = String::new();
    for rule in rules {
        whole.push_str(&evaluate(rule, at).piece());
    }
    Val::made_text(whole)
}

/// A part of a text by characters: from a start (from the end if negative), so many or (if negative) all but so many.
fn substr<'a>(rules: &'a [Rule], at: At<'_, 'a>) -> Val<'a> {
    let source = argument(rules, 0, at);
    let text = source.text();
    let characters = text.chars().count();
    let from = place(&argument(rules, 1, at), characters);
    let left = characters - from;
    let count = match argument(rules, 2, at) {
        Val::Null => left,
        count => place(&count, left),
    };
    Val::made_text(text.chars().skip(from).take(count).collect())
}

/// A count from the start, or from the end if it is negative, within a length.
fn place(value: &Val<'_>, length: usize) -> usize {
    let whole = value.number().float().trunc();
    let size = super::super::number::whole_unsigned(whole.abs()).unwrap_or(if whole.is_nan() {
        0
    } else {
        u64::MAX
    });
    let size = usize::try_from(size).unwrap_or(usize::MAX).min(length);
    if whole < 0.0 { length - size } else { size }
}

/// Null unless there are exactly two texts.
fn affix<'a>(rules: &'a [Rule], at: At<'_, 'a>, holds: fn(&str, &str) -> bool) -> Val<'a> {
    let [text, affix] = rules else {
        return Val::Null;
    };
    match (evaluate(text, at).as_text(), evaluate(affix, at).as_text()) {
        (Some(text), Some(affix)) => Val::Bool(holds(text, affix)),
        _ => Val::Null,
    }
}
