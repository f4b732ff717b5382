//! LaunchDarkly's evaluator.

use std::collections::HashMap;

use launchdarkly_server_sdk_evaluation::{
    Context, ContextBuilder, Flag, FlagValue, Segment, Store, evaluate,
};

use crate::{Evaluator, ROLLOUT, STATIC};

/// `launchdarkly-server-sdk-evaluation`.
pub struct LaunchDarkly {
    flags: HashMap<String, Flag>,
    context: Context,
}

/// Neither flag has prerequisites or segments, so nothing is ever asked of it.
struct Nothing;

impl Store for Nothing {
    fn flag(&self, _: &str) -> Option<Flag> {
        None
    }

    fn segment(&self, _: &str) -> Option<Segment> {
        None
    }
}

fn flag(key: &str, rules: &serde_json::Value, fallthrough: u32) -> (String, Flag) {
    let flag = serde_json::json!({
        "key": key, "version": 1, "on": true, "targets": [], "contextTargets": [], "prerequisites": [],
        "rules": rules, "fallthrough": { "variation": fallthrough }, "offVariation": 1,
        "variations": [true, false], "salt": "salt",
        "clientSideAvailability": { "usingMobileKey": false, "usingEnvironmentId": false },
    });
    (key.to_owned(), serde_json::from_value(flag).unwrap())
}

impl Evaluator for LaunchDarkly {
    const NAME: &'static str = "launchdarkly-server-sdk-evaluation";

    fn for_user(user: &str) -> Self {
        let rule = serde_json::json!([{
            "id": "pro",
            "clauses": [{ "attribute": "tier", "op": "in", "values": ["pro"], "negate": false, "contextKind": "user" }],
            "rollout": {
                "contextKind": "user",
                "variations": [{ "variation": 0, "weight": 10_000 }, { "variation": 1, "weight": 90_000 }],
            },
            "trackEvents": false,
        }]);
        let mut context = ContextBuilder::new(user);
        context.set_string("locale", "en").set_string("tier", "pro");
        Self {
            flags: HashMap::from([flag(STATIC, &serde_json::json!([]), 0), flag(ROLLOUT, &rule, 1)]),
            context: context.build().unwrap(),
        }
    }

    fn is_on(&mut self, key: &str) -> bool {
        let detail = evaluate(&Nothing, &self.flags[key], &self.context, None);
        detail
            .value
            .is_some_and(|value| matches!(value, FlagValue::Bool(true)))
    }
}
