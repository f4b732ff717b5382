//! Operators over arrays: `map`, `filter`, `reduce`, `all`, `none`, `some`, `merge`, `missing`, `missing_some`.

use super::super::number::Num;
use super::super::rule::{Each, Rule, Var};
use super::super::value::Val;
use super::{At, Scope, evaluate, resolve};

pub(super) fn each<'a>(each: Each, [list, body]: &'a [Rule; 2], at: At<'_, 'a>) -> Val<'a> {
    let items = evaluate(list, at).into_items().unwrap_or_default();
    let of = |item: &Val<'a>| {
        let scope = Scope::Item(item);
        evaluate(body, At { scope, ..at })
    };
    match each {
        Each::Map => Val::list(items.iter().map(of).collect()),
        Each::Filter => Val::list(items.into_iter().filter(|item| of(item).is_truthy()).collect()),
        Each::All => Val::Bool(!items.is_empty() && items.iter().all(|item| of(item).is_truthy())),
        Each::None => Val::Bool(!items.iter().any(|item| of(item).is_truthy())),
        Each::Some => Val::Bool(items.iter().any(|item| of(item).is_truthy())),
    }
}

pub(super) fn reduce<'a>([list, body, start]: &'a [Rule; 3], at: At<'_, 'a>) -> Val<'a> {
    let items = evaluate(list, at).into_items().unwrap_or_default();
    let start = evaluate(start, at);
    items.iter().fold(start, |accumulator, current| {
        let scope = Scope::Fold {
            current,
            accumulator: &accumulator,
        };
        evaluate(body, At { scope, ..at })
    })
}

/// One array of all, each argument an array or a single item.
pub(super) fn merge<'a>(rules: &'a [Rule], at: At<'_, 'a>) -> Val<'a> {
    let mut merged = Vec::new();
    for rule in rules {
        match evaluate(rule, at) {
            array if array.is_array() => merged.extend(array.into_items().unwrap_or_default()),
            item => merged.push(item),
        }
    }
    Val::list(merged)
}

/// The names, given one by one or as one array, that lead nowhere or to null or to an empty text.
pub(super) fn missing<'a>(rules: &'a [Rule], at: At<'_, 'a>) -> Val<'a> {
    let mut names: Vec<Val<'a>> = rules.iter().map(|rule| evaluate(rule, at)).collect();
    if names.first().is_some_and(Val::is_array) {
        names = names.swap_remove(0).into_items().unwrap_or_default();
    }
    Val::list(missing_of(names, at))
}

/// Nothing if enough of the names are there, otherwise those that are not.
pub(super) fn missing_some<'a>([needed, names]: &'a [Rule; 2], at: At<'_, 'a>) -> Val<'a> {
    let needed = evaluate(needed, at).number();
    let names = evaluate(names, at).into_items().unwrap_or_default();
    let asked = names.len();
    let missing = missing_of(names, at);
    let found = i64::try_from(asked - missing.len()).unwrap_or(i64::MAX);
    let enough = Num::Int(found).float() >= needed.float();
    Val::list(if enough { Vec::new() } else { missing })
}

fn missing_of<'a>(names: Vec<Val<'a>>, at: At<'_, 'a>) -> Vec<Val<'a>> {
    let is_missing = |name: &Val<'a>| match resolve(&Var::new(&name.piece(), None), at) {
        None | Some(Val::Null) => true,
        Some(found) => found.as_text().is_some_and(str::is_empty),
    };
    names.into_iter().filter(is_missing).collect()
}
