//! flagd's evaluation engine for Rust. Its interface takes a rule as text and compiles it each time it is asked.

use std::collections::HashMap;

use flagd_evaluation_engine::{FeatureFlag, FlagParser, Operator};
use open_feature::EvaluationContext;

use crate::{Evaluator, flagd_set};

/// `flagd-evaluation-engine`.
pub struct Flagd {
    operator: Operator,
    flags: HashMap<String, (FeatureFlag, Option<String>)>,
    context: EvaluationContext,
}

impl Evaluator for Flagd {
    const NAME: &'static str = "flagd-evaluation-engine";

    fn for_user(user: &str) -> Self {
        let parsed = FlagParser::parse_string(&flagd_set().to_string()).unwrap();
        let with_rule = |(key, flag): (String, FeatureFlag)| {
            let rule = flag.targeting.as_ref().map(serde_json::Value::to_string);
            (key, (flag, rule))
        };
        let context = EvaluationContext::default()
            .with_targeting_key(user)
            .with_custom_field("locale", "en")
            .with_custom_field("tier", "pro");
        Self {
            operator: Operator::new(),
            flags: parsed.flags.into_iter().map(with_rule).collect(),
            context,
        }
    }

    fn is_on(&mut self, key: &str) -> bool {
        let (flag, rule) = &self.flags[key];
        assert_eq!(flag.state, "ENABLED");
        let chosen = rule
            .as_ref()
            .map(|rule| self.operator.apply(key, rule, &self.context).unwrap());
        let variant = chosen.flatten();
        flag.variants[variant.as_deref().unwrap_or(&flag.default_variant)] == true
    }
}
