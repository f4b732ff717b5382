//! A customer as flags see them, whichever Lambda or tool asks.

use domain::standing::Standing;
use domain::time::Timestamp;
use serde_json::Value;

use crate::flags::{Attribute, Context};

/// Who asks, and what flags may go by of them: the targeting key is the customer's number, and the attributes are `tier`,
/// `plan`, `country`, `locale`, and where there are any, `addons` and `roles`.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// Telegram's number of the customer, as text.
    pub user: &'a str,
    /// What the customer was given.
    pub standing: &'a Standing,
    /// The customer's language, as `ru`.
    pub locale: &'a str,
    /// The time.
    pub now: Timestamp,
}

impl Asker<'_> {
    /// Asks as this customer.
    pub fn ask<T>(&self, ask: impl FnOnce(&Context<'_>) -> T) -> T {
        let Self { standing, now, .. } = *self;
        let always = [
            ("tier", text(standing.tier_at(now))),
            ("plan", text(standing.plan_at(now))),
            ("country", text(standing.country.as_deref())),
            ("locale", Attribute::Text(self.locale)),
        ];
        if standing.addons.is_empty() && standing.roles.is_empty() {
            return ask(&self.with(&always));
        }
        let addons: Value = standing.addons_at(now).collect();
        let roles: Value = standing.roles.iter().map(String::as_str).collect();
        let [tier, plan, country, locale] = always;
        ask(&self.with(&[
            tier,
            plan,
            country,
            locale,
            ("addons", Attribute::Json(&addons)),
            ("roles", Attribute::Json(&roles)),
        ]))
    }

    fn with<'c>(&'c self, attributes: &'c [(&'c str, Attribute<'c>)]) -> Context<'c> {
        Context::new(self.now)
            .with_targeting_key(self.user)
            .with_attributes(attributes)
    }
}

/// A text that is there for every customer, so that a rule need not ask whether it is.
fn text(text: Option<&str>) -> Attribute<'_> {
    Attribute::Text(text.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use domain::standing::Held;
    use serde_json::json;

    use super::*;
    use crate::flags::FlagSet;

    /// Whether a flag with this targeting is on for a tester on a plan that has just ended, with an add-on.
    fn is_on(rule: &Value) -> bool {
        let now = Timestamp(1_000_000);
        let standing = Standing {
            tier: Some(Held {
                key: "pro".to_owned(),
                until: None,
            }),
            plan: Some(Held {
                key: "month".to_owned(),
                until: Some(now),
            }),
            addons: BTreeMap::from([("hd".to_owned(), None), ("old".to_owned(), Some(now))]),
            roles: BTreeSet::from(["tester".to_owned()]),
            country: Some("RU".to_owned()),
            ..Standing::default()
        };
        let asker = Asker {
            user: "700001",
            standing: &standing,
            locale: "ru",
            now,
        };
        let flag = json!({"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off",
            "targeting": {"if": [rule, "on", "off"]}});
        let set = FlagSet::read(&json!({"flags": {"flag": flag}})).unwrap();
        asker.ask(|context| set.boolean("flag", false, context).value)
    }

    #[test]
    fn a_rule_may_go_by_everything_that_the_customer_holds_now() {
        for rule in [
            json!({"==": [{"var": "tier"}, "pro"]}),
            json!({"==": [{"var": "plan"}, ""]}),
            json!({"==": [{"var": "country"}, "RU"]}),
            json!({"==": [{"var": "locale"}, "ru"]}),
            json!({"==": [{"var": "targetingKey"}, "700001"]}),
            json!({"in": ["hd", {"var": "addons"}]}),
            json!({"in": ["tester", {"var": "roles"}]}),
        ] {
            assert!(is_on(&rule), "{rule}");
        }
        assert!(!is_on(&json!({"in": ["old", {"var": "addons"}]})));
    }
}
