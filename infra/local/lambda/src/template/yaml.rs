//! YAML with `CloudFormation`'s short tags, turned into JSON with the long forms (`!Ref X` is `{"Ref": "X"}`).

use serde_json::{Map, Value};
use serde_norway::Value as Yaml;

use crate::error::{Error, Result};

pub(super) fn parse(text: &str) -> Result<Value> {
    let yaml: Yaml = serde_norway::from_str(text).map_err(|e| Error::template("template", e.to_string()))?;
    json("", &yaml)
}

fn json(at: &str, yaml: &Yaml) -> Result<Value> {
    match yaml {
        Yaml::Null => Ok(Value::Null),
        Yaml::Bool(it) => Ok(Value::Bool(*it)),
        Yaml::String(it) => Ok(Value::String(it.clone())),
        Yaml::Number(it) => serde_json::to_value(it).map_err(|e| Error::template(at, e.to_string())),
        Yaml::Sequence(items) => {
            let items = items
                .iter()
                .enumerate()
                .map(|(i, item)| json(&format!("{at}[{i}]"), item));
            Ok(Value::Array(items.collect::<Result<_>>()?))
        }
        Yaml::Mapping(entries) => mapping(at, entries),
        Yaml::Tagged(tagged) => long_form(at, &tagged.tag.to_string(), &tagged.value),
    }
}

fn mapping(at: &str, entries: &serde_norway::Mapping) -> Result<Value> {
    let mut map = Map::new();
    for (key, value) in entries {
        let key = match key {
            Yaml::String(key) => key.clone(),
            Yaml::Number(key) => key.to_string(),
            other => return Err(Error::template(at, format!("{other:?} is no key"))),
        };
        let inner = join(at, &key);
        map.insert(key, json(&inner, value)?);
    }
    Ok(Value::Object(map))
}

fn long_form(at: &str, tag: &str, value: &Yaml) -> Result<Value> {
    let name = tag.trim_start_matches('!');
    let mut value = json(at, value)?;
    if let ("GetAtt", Value::String(text)) = (name, &value) {
        let Some((resource, attribute)) = text.split_once('.') else {
            return Err(Error::template(at, format!("!GetAtt {text} names no attribute")));
        };
        value = Value::from(vec![resource, attribute]);
    }
    let key = match name {
        "Ref" | "Condition" => name.to_owned(),
        _ => format!("Fn::{name}"),
    };
    Ok(Value::Object(Map::from_iter([(key, value)])))
}

pub(super) fn join(at: &str, key: &str) -> String {
    if at.is_empty() {
        key.to_owned()
    } else {
        format!("{at}.{key}")
    }
}
