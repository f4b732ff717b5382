//! Unleash's evaluator. Its own benchmark asks the same way.

use std::collections::HashMap;

use unleash_types::client_features::{ClientFeature, ClientFeatures, Constraint, Operator, Strategy};
use unleash_yggdrasil::{Context, EngineState};

use crate::{Evaluator, ROLLOUT, STATIC};

/// `unleash-yggdrasil`.
pub struct Unleash {
    engine: EngineState,
    context: Context,
}

impl Evaluator for Unleash {
    const NAME: &'static str = "unleash-yggdrasil";

    fn for_user(user: &str) -> Self {
        let engine = EngineState::default();
        let flag = |name: &str, strategies| ClientFeature {
            name: name.to_owned(),
            enabled: true,
            strategies,
            ..ClientFeature::default()
        };
        let tier = Constraint {
            context_name: "tier".to_owned(),
            operator: Operator::In,
            case_insensitive: false,
            inverted: false,
            values: Some(vec!["pro".to_owned()]),
            value: None,
        };
        let parameters = [("rollout", "10"), ("stickiness", "userId"), ("groupId", ROLLOUT)];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let rollout = Strategy {
            name: "flexibleRollout".to_owned(),
            sort_order: None,
            segments: None,
            constraints: Some(vec![tier]),
            parameters: Some(HashMap::from(parameters)),
            variants: None,
        };
        let warnings = engine.apply_client_features(ClientFeatures {
            version: 2,
            features: vec![flag(STATIC, None), flag(ROLLOUT, Some(vec![rollout]))],
            segments: None,
            query: None,
            meta: None,
        });
        assert!(warnings.is_none());
        let properties = [("locale", "en"), ("tier", "pro")];
        let properties = properties.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let context = Context {
            user_id: Some(user.to_owned()),
            properties: Some(HashMap::from(properties)),
            ..Context::default()
        };
        Self { engine, context }
    }

    fn is_on(&mut self, key: &str) -> bool {
        self.engine.is_enabled(key, &self.context, &None)
    }
}
