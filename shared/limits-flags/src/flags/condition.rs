//! A rule that stands by itself and is asked only whether it holds.

use serde_json::{Map, Value};

use super::compile::{Compiler, Shared};
use super::context::Context;
use super::evaluate::{At, Scope, holds};
use super::fractional::FractionalVersion;
use super::problem::FlagProblem;
use super::rule::Rule;

/// A compiled rule whose answer is taken as a yes or no, as `JSONLogic` has truth.
#[derive(Debug)]
pub struct Condition {
    rule: Rule,
}

impl Condition {
    /// Compiles a rule; `$ref` in it names one of `evaluators`. Gives what is odd with it besides.
    pub fn read(
        rule: &Value,
        evaluators: &Map<String, Value>,
    ) -> Result<(Self, Vec<FlagProblem>), FlagProblem> {
        let shared = Shared {
            evaluators,
            fractional: Ok(FractionalVersion::default()),
        };
        let mut compiler = Compiler::new(shared, Vec::new());
        let rule = compiler.rule(rule)?;
        Ok((Self { rule }, compiler.warnings))
    }

    /// Whether it holds. `key` is what `$flagd.flagKey` means, so that shares of different rules are independent.
    pub fn holds(&self, key: &str, context: &Context<'_>) -> bool {
        let at = At {
            flag_key: key,
            context,
            scope: Scope::Context,
        };
        holds(&self.rule, at)
    }
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;
    use serde_json::json;

    use super::super::context::Attribute;
    use super::*;

    #[test]
    fn a_rule_holds_by_the_truth_of_its_answer() {
        let evaluators = json!({ "ours": { "==": [{ "var": "tier" }, "pro"] } });
        let holds = |rule: &Value, tier: &str| {
            let pairs = [("tier", Attribute::Text(tier))];
            let context = Context::new(Timestamp(0)).with_attributes(&pairs);
            let read = Condition::read(rule, evaluators.as_object().unwrap());
            read.unwrap().0.holds("key", &context)
        };
        let reference = json!({ "$ref": "ours" });
        assert!(holds(&reference, "pro"));
        assert!(!holds(&reference, "free"));
        assert!(holds(&json!({ "var": "tier" }), "any text"));
        assert!(!holds(&json!({ "var": "nothing" }), "pro"));
        assert!(!holds(&json!([]), "pro"));
    }

    #[test]
    fn what_is_no_rule_is_named_with_its_place() {
        let read = |rule: Value| Condition::read(&rule, &Map::new()).unwrap_err();
        let problem = read(json!({ "and": [true, { "sounds_like": ["a", "b"] }] }));
        assert_eq!(problem.path, "and.1.sounds_like");
        assert!(problem.why.contains("no operator"), "{}", problem.why);
        assert!(read(json!({ "$ref": "gone" })).why.contains("has no"));
    }
}
