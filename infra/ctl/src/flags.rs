//! Flags thrown, rolled out, divided.

use domain::time::Timestamp;
use limits_flags::flags::recipes;
use limits_flags::throws;
use serde_json::{Map, Value, json};

use crate::arguments::said::{When, now};
use crate::arguments::{Flags, Rollout};
use crate::registry::{self, change, row};
use crate::{Error, Report};

/// The variants of a flag that is on or off.
const ON: &str = "on";
const OFF: &str = "off";

/// Carries a command out.
pub(crate) async fn flags(command: &Flags) -> Result<Report, Error> {
    match command {
        Flags::Rows(rows) => registry::rows("flag", rows).await,
        Flags::Set {
            name,
            state,
            said,
            target,
        } => {
            let (by, office) = (said.by()?, target.find().await?.office()?);
            let set = |before: Option<Value>| {
                throws::flag(before, state).map_err(|error| Error::Refused(error.to_string()))
            };
            change(&office, &by, &row("flag", name)?, set).await
        }
        Flags::Rollout(rollout) => roll_out(rollout).await,
        Flags::Split {
            name,
            weights,
            said,
            target,
        } => {
            let (by, office) = (said.by()?, target.find().await?.office()?);
            let weights = weights
                .iter()
                .map(|text| weight(text))
                .collect::<Result<Vec<_>, _>>()?;
            let split = |before: Option<Value>| divided(before, &weights);
            change(&office, &by, &row("flag", name)?, split).await
        }
    }
}

async fn roll_out(rollout: &Rollout) -> Result<Report, Error> {
    let targeting = targeting(rollout, now())?;
    let (by, office) = (rollout.said.by()?, rollout.target.find().await?.office()?);
    let rolled = |before: Option<Value>| {
        let mut flag = with_variants(before, &[(ON, json!(true)), (OFF, json!(false))])?;
        flag.insert("defaultVariant".to_owned(), json!(OFF));
        flag.insert("targeting".to_owned(), targeting.clone());
        Ok(Value::Object(flag))
    };
    change(&office, &by, &row("flag", &rollout.name)?, rolled).await
}

/// The rule of a rollout.
fn targeting(rollout: &Rollout, now: Timestamp) -> Result<Value, Error> {
    let moment = |when: Option<When>| when.map(|when| when.moment(now));
    let (from, until) = (moment(rollout.from), moment(rollout.until));
    if from.zip(until).is_some_and(|(from, until)| until <= from) {
        return Err(Error::Usage("--until must come after --from".to_owned()));
    }
    if !rollout.step.is_empty() {
        let steps = rollout
            .step
            .iter()
            .map(|step| stair(step, now))
            .collect::<Result<Vec<_>, _>>()?;
        if !steps.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(Error::Usage(
                "each --step must come after the one before".to_owned(),
            ));
        }
        return Ok(recipes::stepwise(&steps, ON, OFF));
    }
    if let (true, Some(from), Some(until)) = (rollout.progressive, from, until) {
        return Ok(recipes::progressive(from, until, ON, OFF));
    }
    let percent = rollout.percent.unwrap_or(100);
    let inside = match percent {
        100 => json!(ON),
        _ => recipes::split(&[(ON, percent), (OFF, 100 - percent)]),
    };
    // A rule that is nothing but a name is no rule to some evaluators.
    match (from, until) {
        (None, None) if percent == 100 => Ok(recipes::split(&[(ON, 100), (OFF, 0)])),
        _ => Ok(recipes::between(from, until, &inside, &json!(OFF))),
    }
}

/// `2026-12-01=10`.
fn stair(text: &str, now: Timestamp) -> Result<(Timestamp, u32), Error> {
    let wrong = || {
        Error::Usage(format!(
            "--step {text:?} should look like 2026-12-01=10, at most 100"
        ))
    };
    let (when, percent) = text.split_once('=').ok_or_else(wrong)?;
    let percent = percent.parse().ok().filter(|percent| *percent <= 100);
    let when = When::parse(when).map_err(Error::Usage)?;
    Ok((when.moment(now), percent.ok_or_else(wrong)?))
}

/// `red=90`.
fn weight(text: &str) -> Result<(String, u32), Error> {
    let wrong = || Error::Usage(format!("{text:?} should look like red=90"));
    let (variant, weight) = text.split_once('=').ok_or_else(wrong)?;
    let weight = weight.parse().map_err(|_| wrong())?;
    (!variant.is_empty())
        .then(|| (variant.to_owned(), weight))
        .ok_or_else(wrong)
}

/// A flag whose users are divided by weight. A variant that is new stands for its own name.
fn divided(before: Option<Value>, weights: &[(String, u32)]) -> Result<Value, Error> {
    let names: std::collections::BTreeSet<&String> = weights.iter().map(|(name, _)| name).collect();
    if names.len() < weights.len() {
        return Err(Error::Usage("a variant stands twice".to_owned()));
    }
    if weights.iter().all(|(_, weight)| *weight == 0) {
        return Err(Error::Usage(
            "all weights are 0: nobody would get anything".to_owned(),
        ));
    }
    // A plain switch that is divided into on and off stays one.
    let is_switch = before.as_ref().is_some_and(|flag| flag.get("enabled").is_some())
        && names.iter().all(|name| [ON, OFF].contains(&name.as_str()));
    let value = |name: &String| {
        if is_switch { json!(name == ON) } else { json!(name) }
    };
    let variants: Vec<(&str, Value)> = weights
        .iter()
        .map(|(name, _)| (name.as_str(), value(name)))
        .collect();
    let mut flag = with_variants(before, &variants)?;
    let weights: Vec<(&str, u32)> = weights
        .iter()
        .map(|(name, weight)| (name.as_str(), *weight))
        .collect();
    let first = weights.first().map(|(name, _)| *name).unwrap_or_default();
    flag.insert("defaultVariant".to_owned(), json!(first));
    flag.insert("targeting".to_owned(), recipes::split(&weights));
    Ok(Value::Object(flag))
}

/// The flag with variants, as it stands; a plain or a new one with these. It must have all of these names.
fn with_variants(before: Option<Value>, variants: &[(&str, Value)]) -> Result<Map<String, Value>, Error> {
    let before = before
        .and_then(|flag| flag.as_object().cloned())
        .filter(|flag| flag.contains_key("variants"));
    let mut flag = before.unwrap_or_else(|| {
        let named: Map<String, Value> = variants
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        Map::from_iter([("variants".to_owned(), Value::Object(named))])
    });
    for (name, _) in variants {
        if flag
            .get("variants")
            .is_none_or(|known| known.get(*name).is_none())
        {
            let why = format!("the flag has variants, and none is called {name:?}; `flags put` changes them");
            return Err(Error::Usage(why));
        }
    }
    flag.insert("state".to_owned(), json!("ENABLED"));
    Ok(flag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rolled_out_turns_whoever_asks_on_or_off_by_name() {
        let plain = Some(json!({"enabled": true}));
        let flag = divided(plain.clone(), &[("red".to_owned(), 90), ("green".to_owned(), 10)]).unwrap();
        assert_eq!(flag["variants"], json!({"red": "red", "green": "green"}));
        assert_eq!(
            flag["targeting"],
            json!({"fractional": [["red", 90], ["green", 10]]})
        );
        let other = Some(json!({"variants": {"a": 1, "b": 2}, "defaultVariant": "a"}));
        assert!(with_variants(other, &[(ON, json!(true))]).is_err());
    }

    #[test]
    fn steps_and_weights_are_read_as_typed() {
        assert_eq!(
            stair("1970-01-02=10", Timestamp(0)).unwrap(),
            (Timestamp(86_400_000), 10)
        );
        assert_eq!(weight("red=90").unwrap(), ("red".to_owned(), 90));
        for wrong in ["1970-01-02", "1970-01-02=101", "soon=1"] {
            assert!(stair(wrong, Timestamp(0)).is_err(), "{wrong}");
        }
        for wrong in ["red", "=5", "red=-1"] {
            assert!(weight(wrong).is_err(), "{wrong}");
        }
    }
}
