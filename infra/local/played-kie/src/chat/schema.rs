//! An answer in the shape of a JSON schema, with the better prompt wherever a text is wanted.

use serde_json::{Map, Value, json};

/// How deep a schema is followed; deeper ones get null.
const DEPTH_MAX: u32 = 16;

/// A value that the schema accepts, as far as the schema is simple.
pub(super) fn fill(schema: &Value, text: &str) -> Value {
    fill_to(schema, text, DEPTH_MAX)
}

fn fill_to(schema: &Value, text: &str, depth: u32) -> Value {
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    match kind(schema) {
        _ if depth == 0 => Value::Null,
        Some("string") => json!(text),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(0)),
        Some("boolean") => json!(false),
        Some("array") => json!([]),
        Some("object") => object(schema, text, depth - 1),
        _ => Value::Null,
    }
}

fn object(schema: &Value, text: &str, depth: u32) -> Value {
    let none = Map::new();
    let properties = schema["properties"].as_object().unwrap_or(&none);
    properties
        .iter()
        .map(|(name, schema)| (name.clone(), fill_to(schema, text, depth)))
        .collect()
}

/// The type; the first one where several are allowed.
fn kind(schema: &Value) -> Option<&str> {
    schema["type"]
        .as_str()
        .or_else(|| schema["type"].get(0)?.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_get_the_prompt_and_choices_their_first_value() {
        let schema = json!({"type": "object", "properties": {
            "prompt": {"type": "string"}, "mood": {"enum": ["calm", "wild"]}, "seconds": {"type": "integer", "minimum": 5},
            "tags": {"type": "array"}, "note": {"type": ["string", "null"]},
        }});
        let expected = json!({"prompt": "p", "mood": "calm", "seconds": 5, "tags": [], "note": "p"});
        assert_eq!(fill(&schema, "p"), expected);
    }
}
