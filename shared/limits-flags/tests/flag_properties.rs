//! What holds for every key and every rule.
#![allow(clippy::unwrap_used, reason = "what goes wrong fails the test")]

use domain::time::Timestamp;
use limits_flags::flags::{Context, FlagSet, Reason, recipes};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn set_of(targeting: &Value, version: u64) -> FlagSet {
    FlagSet::read(&json!({
        "metadata": { "fractionalVersion": version },
        "flags": { "shared": {
            "state": "ENABLED",
            "variants": { "a": "a", "b": "b", "c": "c", "on": "on", "off": "off" },
            "defaultVariant": "a",
            "targeting": targeting,
        } },
    }))
    .unwrap()
}

fn variant<'a>(set: &'a FlagSet, user: &str, now: Timestamp) -> &'a str {
    let context = Context::new(now).with_targeting_key(user);
    set.string("shared", "none", &context).value
}

/// Any JSON, with operators' names among the keys more often than chance would have it.
fn any_json() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        3 => proptest::sample::select(OPERATORS).prop_map(str::to_owned),
        1 => "[a-z.$]{0,6}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z0-9.é-]{0,8}".prop_map(Value::from),
        proptest::sample::select(
            &[
                "",
                "user",
                "items.0",
                "$flagd",
                "targetingKey",
                "1.2.3",
                "current"
            ][..]
        )
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 48, 5, move |inner| {
        let operation = (key.clone(), proptest::collection::vec(inner.clone(), 0..5));
        prop_oneof![
            4 => operation.prop_map(|(name, arguments)| json!({ name: arguments })),
            1 => (key.clone(), inner.clone()).prop_map(|(name, argument)| json!({ name: argument })),
            1 => proptest::collection::vec(inner, 0..4).prop_map(Value::from),
        ]
    })
}

const OPERATORS: &[&str] = &[
    "var",
    "if",
    "and",
    "or",
    "!",
    "!!",
    "==",
    "!=",
    "===",
    "!==",
    "<",
    "<=",
    ">",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "%",
    "min",
    "max",
    "in",
    "cat",
    "substr",
    "map",
    "filter",
    "reduce",
    "all",
    "none",
    "some",
    "merge",
    "missing",
    "missing_some",
    "fractional",
    "starts_with",
    "ends_with",
    "sem_ver",
    "log",
    "$ref",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_rule_and_no_context_can_make_an_evaluation_panic(
        targeting in any_json(),
        evaluator in any_json(),
        user in any_json(),
        version in 0_u64..5,
    ) {
        let set = FlagSet::read(&json!({
            "metadata": { "fractionalVersion": version },
            "$evaluators": { "user": evaluator },
            "flags": { "shared": {
                "state": "ENABLED",
                "variants": { "a": 1, "b": 2 },
                "targeting": targeting,
            } },
        })).unwrap();
        let attributes = Map::from_iter([("user".to_owned(), user.clone()), ("items".to_owned(), json!([user, 1, "x"]))]);
        let context = Context::new(NOW).with_targeting_key("somebody").with_json(&attributes);
        let answer = set.integer("shared", 7, &context);
        prop_assert_eq!(answer.fault.is_some(), answer.reason == Reason::Error);
        prop_assert_eq!(answer.variant.is_none(), answer.value == 7);
    }

    #[test]
    fn no_document_can_make_reading_panic(flag in any_json(), flags in any_json(), document in any_json()) {
        let _ = FlagSet::read(&document);
        let _ = FlagSet::read(&json!({ "flags": flags, "metadata": document }));
        let set = FlagSet::read(&json!({ "flags": { "odd": flag, "good": {
            "state": "ENABLED", "variants": { "on": true }, "defaultVariant": "on",
        } } })).unwrap();
        prop_assert!(set.boolean("good", false, &Context::new(NOW)).value);
    }

    #[test]
    fn a_user_stays_with_a_variant(user in "\\PC{1,40}", weights in (1_u32..100, 1_u32..100, 1_u32..100)) {
        let targeting = recipes::split(&[("a", weights.0), ("b", weights.1), ("c", weights.2)]);
        let set = set_of(&targeting, 3);
        let again = set_of(&targeting, 3);
        prop_assert_eq!(variant(&set, &user, NOW), variant(&again, &user, Timestamp(0)));
    }

    #[test]
    fn a_larger_share_only_adds_users(user in "[a-z0-9]{1,20}", first in 0_u32..100, more in 1_u32..100) {
        let of = |percent: u32| set_of(&recipes::split(&[("on", percent), ("off", 100 - percent)]), 3);
        let (small, large) = (of(first), of((first + more).min(100)));
        if variant(&small, &user, NOW) == "on" {
            prop_assert_eq!(variant(&large, &user, NOW), "on");
        }
        let everybody = of(100);
        prop_assert_eq!(variant(&everybody, &user, NOW), "on");
    }

    #[test]
    fn who_has_it_keeps_it_while_a_rollout_grows(user in "[a-z0-9]{1,20}", first in 0_i64..1000, later in 0_i64..1000) {
        let (start, end) = (1_700_000_000_000, 1_700_001_000_000);
        let set = set_of(&recipes::progressive(Timestamp(start), Timestamp(end), "on", "off"), 3);
        let at = |second: i64| Timestamp(start + second * 1000);
        if variant(&set, &user, at(first)) == "on" {
            prop_assert_eq!(variant(&set, &user, at(first + later)), "on");
        }
        prop_assert_eq!(variant(&set, &user, at(-1 - later)), "off");
        prop_assert_eq!(variant(&set, &user, at(1000 + later)), "on");
    }
}

/// Of 20,000 users, each share is within 1.5 points of its weight: over four standard deviations at worst.
#[test]
fn shares_come_out_as_weighted() {
    for version in [2, 3] {
        for weights in [[10, 30, 60], [1, 1, 98], [333, 333, 334], [0, 50, 50]] {
            let [a, b, c] = weights;
            let set = set_of(&recipes::split(&[("a", a), ("b", b), ("c", c)]), version);
            let mut counts = Map::new();
            for user in 0..20_000 {
                let name = variant(&set, &format!("user-{user}"), NOW).to_owned();
                let count = counts.get(&name).and_then(Value::as_u64).unwrap_or(0);
                counts.insert(name, (count + 1).into());
            }
            for (name, weight) in [("a", a), ("b", b), ("c", c)] {
                let counted = counts.get(name).and_then(Value::as_u64).unwrap_or(0);
                let expected = u64::from(weight) * 20_000 / u64::from(a + b + c);
                assert!(
                    counted.abs_diff(expected) < 300,
                    "{name} of {weights:?} in {version}: {counted}"
                );
            }
        }
    }
}
