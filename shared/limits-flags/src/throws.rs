//! What becomes of a row when somebody throws a switch: the same for the command line, the admin API and the operator's chat.

use serde_json::{Value, json};
use table::Deadline;

use crate::edit::{self, EditError, Edited};
use crate::office::{By, Office};

/// The variants of a flag that is on or off.
const ON: &str = "on";
const OFF: &str = "off";

/// A plain switch; what else its row says stays. `None` of a flag that goes by rules, and of what is no switch.
pub fn plain(before: Option<Value>, on: bool) -> Option<Value> {
    let Some(mut row) = before else {
        return Some(json!({ "enabled": on }));
    };
    *row.get_mut("enabled").filter(|enabled| enabled.is_boolean())? = on.into();
    Some(row)
}

/// A flag that gives everybody the same. A plain switch stays one; of a flag with variants, the one that is meant becomes
/// the default, and its rules go.
pub fn flag(before: Option<Value>, state: &str) -> Result<Value, EditError> {
    let switch = match state {
        ON => Some(true),
        OFF => Some(false),
        _ => None,
    };
    let has_variants = before.as_ref().is_some_and(|flag| flag.get("variants").is_some());
    let Some(mut flag) = before.clone().filter(|_| has_variants) else {
        let enabled = switch.ok_or_else(|| {
            EditError::Refused(format!(
                "a plain flag is on or off; {state:?} would be a variant of one with variants"
            ))
        })?;
        // What cannot be read is mended by this.
        return Ok(plain(before, enabled).unwrap_or_else(|| json!({ "enabled": enabled })));
    };
    let variant = meant(&flag, state, switch)?;
    if let Some(flag) = flag.as_object_mut() {
        flag.remove("targeting");
        flag.insert("defaultVariant".to_owned(), json!(variant));
        flag.insert("state".to_owned(), json!("ENABLED"));
    }
    Ok(flag)
}

/// The variant of this name, or else the one of this truth value.
fn meant(flag: &Value, state: &str, switch: Option<bool>) -> Result<String, EditError> {
    let variants = flag["variants"].as_object().cloned().unwrap_or_default();
    if variants.contains_key(state) {
        return Ok(state.to_owned());
    }
    let same = |value: &Value| switch.is_some() && value.as_bool() == switch;
    let found = variants.iter().find(|(_, value)| same(value));
    found.map(|(name, _)| name.clone()).ok_or_else(|| {
        let known: Vec<String> = variants.keys().cloned().collect();
        EditError::Refused(format!(
            "the flag has no variant {state:?}; there are {}",
            known.join(", ")
        ))
    })
}

/// A model's row, on sale or not.
pub fn on_sale(before: Option<Value>, enabled: bool) -> Result<Value, EditError> {
    let mut row = before.ok_or_else(|| EditError::Refused("there is no such model".to_owned()))?;
    if let Some(row) = row.as_object_mut() {
        row.insert("enabled".to_owned(), json!(enabled));
    }
    Ok(row)
}

/// What would stand in a row, a flag's or a model's, if it were switched on or off.
pub fn thrown(row: &str, before: &str, on: bool) -> Result<String, EditError> {
    let stands = Some(edit::parsed(before));
    let after = if row.starts_with("model#") {
        on_sale(stands, on)?
    } else {
        flag(stands, if on { ON } else { OFF })?
    };
    Ok(after.to_string())
}

/// Switches a row on or off, if what stands in it still is what somebody was shown.
pub async fn throw(
    office: &Office,
    row: &str,
    (was, on): (&str, bool),
    by: &By,
    deadline: Deadline,
) -> Result<Edited, EditError> {
    let after = thrown(row, was, on)?;
    edit::put_over(office, row, Some(&edit::parsed(was)), &after, by, deadline).await
}

/// A row as short as it can be told: whether it is on, or what everybody gets, and that nobody gets it while it is disabled.
pub fn brief(body: &str) -> String {
    let row = edit::parsed(body);
    let of = |name: &str| row.get(name).map(ToString::to_string);
    let rules = if row.get("targeting").is_some() {
        ", rules"
    } else {
        ""
    };
    let is_disabled = row.get("state").and_then(Value::as_str) == Some("DISABLED");
    let state = if is_disabled { ", disabled" } else { "" };
    let variant = of("defaultVariant").map(|variant| format!("{variant}{rules}{state}"));
    let state = || of("enabled").map(|on| format!("enabled: {on}"));
    variant.or_else(state).unwrap_or_else(|| body.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_flag_stays_plain_and_one_with_variants_keeps_them() {
        assert_eq!(flag(None, "on").unwrap(), json!({"enabled": true}));
        assert_eq!(
            flag(Some(json!({"enabled": true})), "off").unwrap(),
            json!({"enabled": false})
        );
        let noted = json!({"enabled": true, "note": "x"});
        assert_eq!(
            flag(Some(noted), "off").unwrap(),
            json!({"enabled": false, "note": "x"})
        );
        assert_eq!(flag(Some(json!("[")), "on").unwrap(), json!({"enabled": true}));
        assert!(flag(None, "green").is_err());
        let stood = json!({"state": "DISABLED", "variants": {"yes": true, "no": false}, "defaultVariant": "no",
            "targeting": {"if": [true, "yes", "no"]}});
        let on = json!({"state": "ENABLED", "variants": {"yes": true, "no": false}, "defaultVariant": "yes"});
        assert_eq!(flag(Some(stood.clone()), "on").unwrap(), on);
        assert_eq!(flag(Some(stood.clone()), "yes").unwrap(), on);
        let why = flag(Some(stood), "maybe").unwrap_err().to_string();
        assert!(why.contains("there are no, yes"), "{why}");
    }

    #[test]
    fn only_a_plain_switch_is_thrown_as_one() {
        assert_eq!(plain(None, false), Some(json!({"enabled": false})));
        let noted = json!({"enabled": true, "note": "x"});
        assert_eq!(
            plain(Some(noted), false),
            Some(json!({"enabled": false, "note": "x"}))
        );
        for other in [
            json!({"state": "ENABLED", "variants": {}}),
            json!({"enabled": "yes"}),
            json!("["),
            json!(3),
        ] {
            assert_eq!(plain(Some(other.clone()), true), None, "{other}");
        }
    }

    #[test]
    fn a_row_is_told_in_short_and_thrown_by_its_kind() {
        let plain = r#"{"enabled":true}"#;
        assert_eq!(brief(plain), "enabled: true");
        assert_eq!(thrown("flag#x", plain, false).unwrap(), r#"{"enabled":false}"#);
        let split = r#"{"defaultVariant":"a","targeting":{},"variants":{"a":1}}"#;
        assert_eq!(brief(split), "\"a\", rules");
        let off = r#"{"state":"DISABLED","defaultVariant":"on","variants":{"on":true,"off":false}}"#;
        assert_eq!(brief(off), "\"on\", disabled");
        assert_eq!(brief(&thrown("flag#x", off, true).unwrap()), "\"on\"");
        let model = r#"{"enabled":true,"title":"K"}"#;
        assert_eq!(
            thrown("model#k", model, false).unwrap(),
            r#"{"enabled":false,"title":"K"}"#
        );
        assert_eq!(brief("?"), "?");
    }

    #[test]
    fn a_model_that_is_not_there_is_not_sold() {
        assert!(on_sale(None, true).is_err());
        let row = on_sale(Some(json!({"enabled": true, "title": "K"})), false).unwrap();
        assert_eq!(row, json!({"enabled": false, "title": "K"}));
    }
}
