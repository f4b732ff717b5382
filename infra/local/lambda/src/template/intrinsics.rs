//! `CloudFormation`'s intrinsic functions.

use serde_json::{Map, Value};

use super::scope::Scope;
use super::yaml::join;
use crate::error::{Error, Result};

/// The value without intrinsics, or `None` where it is `AWS::NoValue`.
pub(super) fn resolve(scope: &Scope, at: &str, raw: &Value) -> Result<Option<Value>> {
    match raw {
        Value::Object(map) => match intrinsic(map) {
            Some((name, argument)) => call(scope, at, name, argument),
            None => object(scope, at, map).map(Some),
        },
        Value::Array(items) => array(scope, at, items).map(Some),
        plain => Ok(Some(plain.clone())),
    }
}

fn intrinsic(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = map.iter().next()?;
    let is_call = map.len() == 1 && (name == "Ref" || name.starts_with("Fn::"));
    is_call.then_some((name.as_str(), argument))
}

fn object(scope: &Scope, at: &str, map: &Map<String, Value>) -> Result<Value> {
    let mut resolved = Map::new();
    for (key, raw) in map {
        if let Some(value) = resolve(scope, &join(at, key), raw)? {
            resolved.insert(key.clone(), value);
        }
    }
    Ok(Value::Object(resolved))
}

fn array(scope: &Scope, at: &str, items: &[Value]) -> Result<Value> {
    let mut resolved = Vec::new();
    for (i, raw) in items.iter().enumerate() {
        resolved.extend(resolve(scope, &format!("{at}[{i}]"), raw)?);
    }
    Ok(Value::Array(resolved))
}

fn call(scope: &Scope, at: &str, name: &str, argument: &Value) -> Result<Option<Value>> {
    match name {
        "Ref" => scope.reference(at, name_of(at, argument)?),
        "Fn::If" => choose(scope, at, argument),
        "Fn::GetAtt" => {
            let [resource, attribute] = fixed(at, argument)?;
            scope
                .attribute(at, name_of(at, resource)?, &text(at, attribute)?)
                .map(Some)
        }
        "Fn::Sub" => substitute(scope, at, argument).map(|text| Some(Value::String(text))),
        "Fn::Join" => join_list(scope, at, argument).map(|text| Some(Value::String(text))),
        "Fn::Select" => select(scope, at, argument).map(Some),
        "Fn::Split" => {
            let [separator, whole] = fixed(at, argument)?;
            let whole = text(at, &scope.value(at, whole)?)?;
            Ok(Some(whole.split(&text(at, separator)?).collect()))
        }
        "Fn::FindInMap" => {
            let [a, b, c] = fixed(at, argument)?;
            let key = |raw| text(at, &scope.value(at, raw)?);
            scope.mapping(at, [&key(a)?, &key(b)?, &key(c)?]).map(Some)
        }
        "Fn::Equals" | "Fn::Not" | "Fn::And" | "Fn::Or" => {
            let raw = Value::Object(Map::from_iter([(name.to_owned(), argument.clone())]));
            truth(scope, at, &raw).map(|it| Some(Value::Bool(it)))
        }
        unknown => Err(Error::template(
            at,
            format!("{unknown} is not understood by the local cloud"),
        )),
    }
}

fn choose(scope: &Scope, at: &str, argument: &Value) -> Result<Option<Value>> {
    let [condition, then, otherwise] = fixed(at, argument)?;
    let holds = scope.condition(at, name_of(at, condition)?)?;
    resolve(scope, at, if holds { then } else { otherwise })
}

/// A condition: `Fn::Equals`, `Fn::Not`, `Fn::And`, `Fn::Or`, or another one's name.
pub(super) fn truth(scope: &Scope, at: &str, raw: &Value) -> Result<bool> {
    let single = raw
        .as_object()
        .filter(|map| map.len() == 1)
        .and_then(|map| map.iter().next());
    let Some((name, argument)) = single else {
        return Err(Error::template(at, "is no condition"));
    };
    let many = || argument.as_array().map(Vec::as_slice).unwrap_or_default();
    match name.as_str() {
        "Condition" => scope.condition(at, name_of(at, argument)?),
        "Fn::Not" => {
            let [inner] = fixed(at, argument)?;
            Ok(!truth(scope, at, inner)?)
        }
        "Fn::And" => many()
            .iter()
            .try_fold(true, |all, it| Ok(truth(scope, at, it)? && all)),
        "Fn::Or" => many()
            .iter()
            .try_fold(false, |any, it| Ok(truth(scope, at, it)? || any)),
        "Fn::Equals" => {
            let [left, right] = fixed(at, argument)?;
            let (left, right) = (scope.value(at, left)?, scope.value(at, right)?);
            // CloudFormation compares as text: a Number parameter equals the number 0 and the string "0".
            Ok(left == right || (scalar(&left).is_some() && scalar(&left) == scalar(&right)))
        }
        unknown => Err(Error::template(at, format!("{unknown} is no condition"))),
    }
}

fn substitute(scope: &Scope, at: &str, argument: &Value) -> Result<String> {
    let (template, own) = match argument {
        Value::Array(_) => {
            let [template, own] = fixed(at, argument)?;
            (text(at, template)?, own.clone())
        }
        plain => (text(at, plain)?, Value::Null),
    };
    let mut filled = String::new();
    let mut rest = template.as_str();
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else {
            return Err(Error::template(at, "has ${ without }"));
        };
        filled.push_str(before);
        filled.push_str(&placeholder(scope, at, name, &own)?);
        rest = after;
    }
    Ok(filled + rest)
}

fn placeholder(scope: &Scope, at: &str, name: &str, own: &Value) -> Result<String> {
    if let Some(literal) = name.strip_prefix('!') {
        return Ok(format!("${{{literal}}}"));
    }
    let value = match (&own[name], name.split_once('.')) {
        (Value::Null, Some((resource, attribute))) => scope.attribute(at, resource, attribute)?,
        (Value::Null, None) => scope.reference(at, name)?.unwrap_or(Value::Null),
        (raw, _) => scope.value(at, raw)?,
    };
    text(at, &value)
}

fn join_list(scope: &Scope, at: &str, argument: &Value) -> Result<String> {
    let [separator, list] = fixed(at, argument)?;
    let list = scope.value(at, list)?;
    let Some(items) = list.as_array() else {
        return Err(Error::template(at, "Fn::Join wants a list"));
    };
    let items: Vec<String> = items.iter().map(|it| text(at, it)).collect::<Result<_>>()?;
    Ok(items.join(&text(at, separator)?))
}

fn select(scope: &Scope, at: &str, argument: &Value) -> Result<Value> {
    let [index, list] = fixed(at, argument)?;
    let index = text(at, &scope.value(at, index)?)?;
    let list = scope.value(at, list)?;
    let item = index.parse::<usize>().ok().and_then(|i| list.get(i));
    item.cloned()
        .ok_or_else(|| Error::template(at, format!("Fn::Select finds nothing at {index}")))
}

fn fixed<'a, const N: usize>(at: &str, argument: &'a Value) -> Result<[&'a Value; N]> {
    // `!Not X` and `!Not [X]` are both seen in the wild; the list is the documented form.
    let items: Vec<&Value> = argument
        .as_array()
        .map(|items| items.iter().collect())
        .unwrap_or_default();
    items
        .try_into()
        .map_err(|_| Error::template(at, format!("wants a list of {N}")))
}

fn name_of<'a>(at: &str, argument: &'a Value) -> Result<&'a str> {
    argument
        .as_str()
        .ok_or_else(|| Error::template(at, "wants a name"))
}

/// A scalar as `CloudFormation` writes it into a string.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

pub(super) fn text(at: &str, value: &Value) -> Result<String> {
    scalar(value).ok_or_else(|| Error::template(at, "must be text or a number"))
}
