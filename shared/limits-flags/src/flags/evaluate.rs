//! Walking a compiled rule. Nothing here fails: as in `JSONLogic`, what makes no sense is null, NaN or false.
//!
//! Source: jsonlogic.com and its reference implementation `json-logic-js`.

mod lists;
mod numbers;
mod texts;

use super::context::Context;
use super::rule::{Root, Rule, Var};
use super::value::{self, Val};
use super::versions;

/// Where in an evaluation we are.
#[derive(Clone, Copy)]
pub(super) struct At<'s, 'a> {
    pub(super) flag_key: &'a str,
    pub(super) context: &'s Context<'a>,
    pub(super) scope: Scope<'s, 'a>,
}

/// What `var` reads from: inside of `map`, `filter` and the like it sees the item alone.
#[derive(Clone, Copy)]
pub(super) enum Scope<'s, 'a> {
    Context,
    Item(&'s Val<'a>),
    Fold {
        current: &'s Val<'a>,
        accumulator: &'s Val<'a>,
    },
}

#[inline]
pub(super) fn evaluate<'a>(rule: &'a Rule, at: At<'_, 'a>) -> Val<'a> {
    match rule {
        Rule::Literal(value) => Val::borrow(value),
        Rule::Var(var) => look_up(var, at),
        _ => operate(rule, at),
    }
}

/// Apart from [`evaluate`], so that constants and look-ups are read in place.
#[inline(never)]
fn operate<'a>(rule: &'a Rule, at: At<'_, 'a>) -> Val<'a> {
    match rule {
        Rule::Literal(value) => Val::borrow(value),
        Rule::List(rules) => Val::list(rules.iter().map(|rule| evaluate(rule, at)).collect()),
        Rule::Var(var) => look_up(var, at),
        Rule::VarAt { path, default } => {
            let path = evaluate(path, at);
            resolve(&Var::new(&path.piece(), None), at)
                .unwrap_or_else(|| default.as_ref().map_or(Val::Null, |rule| evaluate(rule, at)))
        }
        Rule::If(parts) => choose(parts, at),
        Rule::And(rules) => last_until(rules, at, false),
        Rule::Or(rules) => last_until(rules, at, true),
        Rule::Not(rule) => Val::Bool(!holds(rule, at)),
        Rule::Truthy(rule) => Val::Bool(holds(rule, at)),
        Rule::Compare(comparison, rules) => Val::Bool(numbers::compare(*comparison, rules, at)),
        Rule::Arithmetic(arithmetic, rules) => numbers::calculate(*arithmetic, rules, at),
        Rule::Text(operator, rules) => texts::operate(*operator, rules, at),
        Rule::Each(each, parts) => lists::each(*each, parts, at),
        Rule::Reduce(parts) => lists::reduce(parts, at),
        Rule::Merge(rules) => lists::merge(rules, at),
        Rule::Missing(rules) => lists::missing(rules, at),
        Rule::MissingSome(parts) => lists::missing_some(parts, at),
        Rule::SemVer(rules) => versions::compare(rules, at),
        Rule::Fractional(fractional) => fractional.evaluate(at),
    }
}

/// Whether a rule's answer is truthy, without making the answer where only its truth matters.
#[inline]
pub(super) fn holds<'a>(rule: &'a Rule, at: At<'_, 'a>) -> bool {
    match rule {
        Rule::Compare(comparison, rules) => numbers::compare(*comparison, rules, at),
        Rule::And(rules) if !rules.is_empty() => rules.iter().all(|rule| holds(rule, at)),
        Rule::Or(rules) => rules.iter().any(|rule| holds(rule, at)),
        Rule::Not(rule) => !holds(rule, at),
        Rule::Truthy(rule) => holds(rule, at),
        _ => evaluate(rule, at).is_truthy(),
    }
}

/// An argument by its place; a missing one is null.
fn argument<'a>(rules: &'a [Rule], place: usize, at: At<'_, 'a>) -> Val<'a> {
    rules.get(place).map_or(Val::Null, |rule| evaluate(rule, at))
}

/// `if`: condition, answer, condition, answer, …, and at last the answer when nothing held.
fn choose<'a>(parts: &'a [Rule], at: At<'_, 'a>) -> Val<'a> {
    let mut parts = parts;
    loop {
        match parts {
            [] => return Val::Null,
            [otherwise] => return evaluate(otherwise, at),
            [condition, answer, rest @ ..] => {
                if holds(condition, at) {
                    return evaluate(answer, at);
                }
                parts = rest;
            }
        }
    }
}

/// `and` and `or`: the first value that decides, or the last one.
fn last_until<'a>(rules: &'a [Rule], at: At<'_, 'a>, decides: bool) -> Val<'a> {
    let mut last = Val::Null;
    for rule in rules {
        last = evaluate(rule, at);
        if last.is_truthy() == decides {
            break;
        }
    }
    last
}

#[inline]
fn look_up<'a>(var: &'a Var, at: At<'_, 'a>) -> Val<'a> {
    match resolve(var, at) {
        Some(value) => value,
        None => var.default.as_ref().map_or(Val::Null, |rule| evaluate(rule, at)),
    }
}

/// What a path leads to; `None` if it leads nowhere. A null at its end was found.
fn resolve<'a>(var: &Var, at: At<'_, 'a>) -> Option<Val<'a>> {
    match at.scope {
        Scope::Context => from_context(var, at),
        Scope::Item(item) => follow(item.clone(), &var.path),
        Scope::Fold { current, accumulator } => match var.path.split_first() {
            Some((first, rest)) if **first == *"current" => follow(current.clone(), rest),
            Some((first, rest)) if **first == *"accumulator" => follow(accumulator.clone(), rest),
            _ => None,
        },
    }
}

#[inline]
fn from_context<'a>(var: &Var, at: At<'_, 'a>) -> Option<Val<'a>> {
    let context = at.context;
    let (found, rest) = match (var.root, var.path.split_first()) {
        (Root::FlagKey, _) => return Some(Val::Text(at.flag_key)),
        (Root::Seconds, _) => return Some(context.seconds()),
        (Root::Whole, _) | (_, None) => return Some(value::object(context.whole(at.flag_key))),
        (Root::Flagd, Some((_, rest))) => (value::object(context.flagd(at.flag_key)), rest),
        (Root::TargetingKey, Some((_, rest))) => (context.targeting_key()?, rest),
        (Root::Attribute, Some((name, rest))) => (context.attribute(name)?, rest),
    };
    follow(found, rest)
}

#[inline]
fn follow<'a>(from: Val<'a>, path: &[Box<str>]) -> Option<Val<'a>> {
    match path {
        [] => Some(from),
        [name, rest @ ..] => follow_on(&from, name, rest),
    }
}

fn follow_on<'a>(from: &Val<'a>, name: &str, rest: &[Box<str>]) -> Option<Val<'a>> {
    let mut found = from.member(name)?;
    for name in rest {
        found = found.member(name)?;
    }
    Some(found)
}
