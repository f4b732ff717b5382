//! datalogic-rs with a `fractional` of our own making, as somebody would build flags upon it.

use std::collections::HashMap;

use datalogic_rs::bumpalo::Bump;
use datalogic_rs::datavalue::OwnedDataValue;
use datalogic_rs::operator::EvalContext;
use datalogic_rs::{CustomOperator, DataValue, Engine, Error, Logic, Session};
use murmurhash3::murmurhash3_x86_32;

use crate::{Evaluator, ROLLOUT, STATIC};

/// `datalogic-rs`, its rules compiled beforehand, its context in values of its own.
pub struct Datalogic {
    rules: HashMap<&'static str, Logic>,
    session: Session<'static>,
    context: OwnedDataValue,
}

/// Hashes its first argument and gives one of the variants that follow, by weight.
struct Fractional;

impl CustomOperator for Fractional {
    fn evaluate<'a>(
        &self,
        arguments: &[&'a DataValue<'a>],
        _: &mut EvalContext<'_, 'a>,
        _: &'a Bump,
    ) -> Result<&'a DataValue<'a>, Error> {
        let [DataValue::String(key), buckets @ ..] = arguments else {
            return Err(Error::custom_message("no key"));
        };
        let weight = |bucket: &DataValue<'_>| match bucket {
            DataValue::Array([_, DataValue::Number(weight)]) => weight.as_i64().unwrap_or(0).unsigned_abs(),
            _ => 0,
        };
        let total: u64 = buckets.iter().map(|bucket| weight(bucket)).sum();
        let hash = u64::from(murmurhash3_x86_32(key.as_bytes(), 0));
        let mut left = (hash * total) >> 32;
        for bucket in buckets {
            if let DataValue::Array([variant, _]) = bucket {
                if left < weight(bucket) {
                    return Ok(variant);
                }
                left -= weight(bucket);
            }
        }
        Err(Error::custom_message("no bucket"))
    }
}

impl Evaluator for Datalogic {
    const NAME: &'static str = "datalogic-rs";

    fn for_user(user: &str) -> Self {
        let engine = Engine::builder().add_operator("fractional", Fractional).build();
        // The session borrows the engine, and both live as long as the benchmark.
        let engine: &'static Engine = Box::leak(Box::new(engine));
        let key = r#"{"cat":[{"var":"flagKey"},{"var":"targetingKey"}]}"#;
        let rollout = format!(r#"{{"fractional":[{key},["on",10],["off",90]]}}"#);
        let rules = [
            (STATIC, r#""on""#.to_owned()),
            (
                ROLLOUT,
                format!(r#"{{"if":[{{"==":[{{"var":"tier"}},"pro"]}},{rollout},"off"]}}"#),
            ),
        ];
        let rules = rules.map(|(key, rule)| (key, engine.compile(&rule).unwrap()));
        let context =
            serde_json::json!({ "locale": "en", "tier": "pro", "targetingKey": user, "flagKey": ROLLOUT });
        Self {
            rules: HashMap::from(rules),
            session: engine.session(),
            context: OwnedDataValue::from_json(&context.to_string()).unwrap(),
        }
    }

    fn is_on(&mut self, key: &str) -> bool {
        self.session.reset();
        let answer = self
            .session
            .eval_borrowed(&self.rules[key], &self.context)
            .unwrap();
        answer.as_str() == Some("on")
    }
}
