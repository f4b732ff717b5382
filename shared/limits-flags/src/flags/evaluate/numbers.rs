//! Comparisons and arithmetic.

use std::cmp::Ordering;

use super::super::number::Num;
use super::super::rule::{Arithmetic, Comparison, Rule};
use super::super::value::Val;
use super::{At, argument, evaluate};

#[inline]
pub(super) fn compare<'a>(comparison: Comparison, rules: &'a [Rule], at: At<'_, 'a>) -> bool {
    let left = argument(rules, 0, at);
    let right = argument(rules, 1, at);
    match comparison {
        Comparison::Equal => left.loosely_equals(&right),
        Comparison::NotEqual => !left.loosely_equals(&right),
        Comparison::Same => left.strictly_equals(&right),
        Comparison::NotSame => !left.strictly_equals(&right),
        Comparison::Less => in_order(&left, &right, rules.get(2), at, Ordering::is_lt),
        Comparison::LessOrEqual => in_order(&left, &right, rules.get(2), at, Ordering::is_le),
        Comparison::Greater => order(&left, &right).is_some_and(Ordering::is_gt),
        Comparison::GreaterOrEqual => order(&left, &right).is_some_and(Ordering::is_ge),
    }
}

/// `<` and `<=` take a third argument and then ask for "between".
fn in_order<'a>(
    left: &Val<'a>,
    right: &Val<'a>,
    third: Option<&'a Rule>,
    at: At<'_, 'a>,
    holds: fn(Ordering) -> bool,
) -> bool {
    let between = || third.is_none_or(|rule| order(right, &evaluate(rule, at)).is_some_and(holds));
    order(left, right).is_some_and(holds) && between()
}

/// Texts among themselves by their characters, everything else by number.
fn order(left: &Val<'_>, right: &Val<'_>) -> Option<Ordering> {
    let are_texts = |value: &Val<'_>| value.as_text().is_some() || value.is_array_or_object();
    if are_texts(left) && are_texts(right) {
        return Some(left.text().cmp(&right.text()));
    }
    match (left.number(), right.number()) {
        (Num::Int(left), Num::Int(right)) => Some(left.cmp(&right)),
        (left, right) => left.float().partial_cmp(&right.float()),
    }
}

pub(super) fn calculate<'a>(arithmetic: Arithmetic, rules: &'a [Rule], at: At<'_, 'a>) -> Val<'a> {
    let number = |place| argument(rules, place, at).number();
    Val::Num(match arithmetic {
        Arithmetic::Add => fold(rules, at, Num::Int(0), Val::parsed_number, add),
        Arithmetic::Multiply if rules.is_empty() => Num::Float(f64::NAN),
        Arithmetic::Multiply => fold(rules, at, Num::Int(1), Val::parsed_number, multiply),
        Arithmetic::Min => fold(rules, at, Num::Float(f64::INFINITY), Val::number, smaller),
        Arithmetic::Max => fold(rules, at, Num::Float(f64::NEG_INFINITY), Val::number, larger),
        Arithmetic::Subtract if rules.len() == 1 => subtract(Num::Int(0), number(0)),
        Arithmetic::Subtract => subtract(number(0), number(1)),
        Arithmetic::Divide => divide(number(0), number(1)),
        Arithmetic::Remainder => remainder(number(0), number(1)),
    })
}

fn fold<'a>(
    rules: &'a [Rule],
    at: At<'_, 'a>,
    start: Num,
    read: fn(&Val<'a>) -> Num,
    step: fn(Num, Num) -> Num,
) -> Num {
    rules
        .iter()
        .map(|rule| read(&evaluate(rule, at)))
        .fold(start, step)
}

/// Whole as long as it fits, a double from there on.
fn exact(left: Num, right: Num, whole: fn(i64, i64) -> Option<i64>, float: fn(f64, f64) -> f64) -> Num {
    let exact = match (left, right) {
        (Num::Int(left), Num::Int(right)) => whole(left, right),
        _ => None,
    };
    exact.map_or_else(|| Num::Float(float(left.float(), right.float())), Num::Int)
}

fn add(left: Num, right: Num) -> Num {
    exact(left, right, i64::checked_add, |left, right| left + right)
}

fn subtract(left: Num, right: Num) -> Num {
    exact(left, right, i64::checked_sub, |left, right| left - right)
}

fn multiply(left: Num, right: Num) -> Num {
    exact(left, right, i64::checked_mul, |left, right| left * right)
}

fn divide(left: Num, right: Num) -> Num {
    let whole = |left: i64, right: i64| match left.checked_rem(right) {
        Some(0) => left.checked_div(right),
        _ => None,
    };
    exact(left, right, whole, |left, right| left / right)
}

fn remainder(left: Num, right: Num) -> Num {
    exact(left, right, i64::checked_rem, |left, right| left % right)
}

fn smaller(left: Num, right: Num) -> Num {
    chosen(left, right, Ordering::is_le)
}

fn larger(left: Num, right: Num) -> Num {
    chosen(left, right, Ordering::is_ge)
}

/// NaN wins, as in `Math.min` and `Math.max`.
fn chosen(left: Num, right: Num, keeps_left: fn(Ordering) -> bool) -> Num {
    let order = match (left, right) {
        (Num::Int(left), Num::Int(right)) => Some(left.cmp(&right)),
        _ => left.float().partial_cmp(&right.float()),
    };
    match order {
        Some(order) if keeps_left(order) => left,
        Some(_) => right,
        None => Num::Float(f64::NAN),
    }
}
