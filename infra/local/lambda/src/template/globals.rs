//! The `Globals` section, merged under each function's own properties.
//!
//! Source: "Globals section of the AWS SAM template": maps are merged, lists are joined, other values are replaced.

use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// A function's properties over the template's global ones.
pub(super) fn merged(root: &Value, properties: &Value) -> Result<Value> {
    let globals = &root["Globals"];
    if let Some(other) = globals
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .find(|key| *key != "Function")
    {
        return Err(Error::template(
            format!("Globals.{other}"),
            "is not understood by the local cloud",
        ));
    }
    Ok(over(&globals["Function"], properties))
}

fn over(below: &Value, above: &Value) -> Value {
    match (below, above) {
        (below, Value::Null) => below.clone(),
        (Value::Object(below), Value::Object(above)) if !is_call(below) && !is_call(above) => {
            let mut merged = below.clone();
            for (key, value) in above {
                let beneath = below.get(key).unwrap_or(&Value::Null);
                merged.insert(key.clone(), over(beneath, value));
            }
            Value::Object(merged)
        }
        (Value::Array(below), Value::Array(above)) => below.iter().chain(above).cloned().collect(),
        (_, above) => above.clone(),
    }
}

fn is_call(map: &Map<String, Value>) -> bool {
    map.keys().any(|key| key == "Ref" || key.starts_with("Fn::"))
}
