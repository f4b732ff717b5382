//! Flag sets as operators write them: what is wrong is named, and only what is wrong is out of use.
#![allow(clippy::unwrap_used, reason = "what goes wrong fails the test")]

use domain::time::Timestamp;
use limits_flags::flags::{Attribute, Context, ErrorCode, FlagSet, FlagSetError, Reason, recipes};
use serde_json::{Value, json};

fn flag(targeting: &Value) -> Value {
    json!({
        "state": "ENABLED",
        "variants": { "on": true, "off": false },
        "defaultVariant": "off",
        "targeting": targeting,
    })
}

fn problems(document: &Value) -> Vec<(String, String, bool)> {
    let set = FlagSet::read(document).unwrap();
    let problems = set.problems().iter();
    problems
        .map(|problem| (problem.path.clone(), problem.why.clone(), problem.taken_out))
        .collect()
}

/// The one problem of a set with one flag, as `path: why`, and whether the flag is out of use.
fn problem_of(flag: &Value) -> (String, bool) {
    let found = problems(&json!({ "flags": { "f": flag } }));
    let [(path, why, taken_out)] = found.as_slice() else {
        panic!("one problem, not {found:?}");
    };
    (format!("{path}: {why}"), *taken_out)
}

#[test]
fn a_bad_flag_answers_a_parse_error_and_leaves_the_others_alone() {
    let set = FlagSet::read(&json!({ "flags": {
        "bad": { "state": "ON", "variants": { "on": true } },
        "good": flag(&Value::Null),
    } }))
    .unwrap();
    let context = Context::new(Timestamp(0));
    let bad = set.boolean("bad", true, &context);
    assert!(bad.value);
    assert_eq!(bad.reason, Reason::Error);
    let fault = bad.fault.unwrap();
    assert_eq!(fault.code, ErrorCode::ParseError);
    assert_eq!(
        fault.message,
        "flags.bad.state: must be \"ENABLED\" or \"DISABLED\""
    );
    assert_eq!(set.boolean("good", true, &context).reason, Reason::Static);
}

#[test]
fn what_is_wrong_is_named_with_its_path() {
    let cases = [
        (json!(7), "flags.f: a flag must be an object"),
        (
            json!({ "state": "ENABLED", "variants": {} }),
            "flags.f.variants: must be an object with at least one variant",
        ),
        (
            json!({ "state": "ENABLED", "variants": { "a": 1, "b": "1" } }),
            "flags.f.variants: variants differ in type: `b` is a text, others are a number",
        ),
        (
            json!({ "state": "ENABLED", "variants": { "a": 1 }, "defaultVariant": "b" }),
            "flags.f.defaultVariant: there is no variant `b`",
        ),
        (
            json!({ "state": "ENABLED", "variants": { "a": 1 }, "targeting": "a" }),
            "flags.f.targeting: must be a rule in an object",
        ),
        (
            flag(&json!({ "if": [{ "is": [1] }, "on"] })),
            "flags.f.targeting.if.0.is: there is no operator `is`",
        ),
        (
            flag(&json!({ "if": [{ "$ref": "vip" }, "on"] })),
            "flags.f.targeting.if.0.$ref: `$evaluators` has no \"vip\"",
        ),
    ];
    for (flag, expected) in cases {
        assert_eq!(problem_of(&flag), (expected.to_owned(), true));
    }
}

#[test]
fn what_is_only_odd_is_named_and_the_flag_stays_in_use() {
    let mut misspelt = flag(&Value::Null);
    misspelt["targetting"] = json!({});
    let fields = "a flag has no such field; it has state, variants, defaultVariant, targeting, metadata";
    assert_eq!(
        problem_of(&misspelt),
        (format!("flags.f.targetting: {fields}"), false)
    );
    let unknown = flag(&json!({ "if": [true, "onn", { "fractional": [["on", 1], ["off", 1]] }] }));
    let why = "flags.f.targeting: the rule may answer \"onn\", which is no variant";
    assert_eq!(problem_of(&unknown), (why.to_owned(), false));
}

#[test]
fn weights_that_cannot_be_meant_are_named_and_those_that_a_rule_computes_are_not() {
    let max = i32::MAX;
    let odd = "a weight is not a whole number up to 2147483647: it always falls to the default";
    for (buckets, why) in [
        (json!([["on", 0.5], ["off", 1]]), odd),
        (json!([["on", i64::from(max) + 1], ["off", 1]]), odd),
        (json!([["on", "1"], ["off", 1]]), odd),
        (
            json!([["on", max], ["off", 1]]),
            "the weights add up to more than 2147483647: it always falls to the default",
        ),
        (
            json!([["on", -5], ["off", 1]]),
            "a weight is below 0, and counts as 0: say 0",
        ),
        (
            json!([["on", { "-": [{ "var": "$flagd.timestamp" }, 7] }], ["off", -1]]),
            "a weight is below 0, and counts as 0: say 0",
        ),
        (
            json!([["on", 0], ["off", 0]]),
            "every weight is 0: it always falls to the default",
        ),
    ] {
        let rule = json!({ "fractional": buckets });
        let expected = (format!("flags.f.targeting.fractional: {why}"), false);
        assert_eq!(problem_of(&flag(&rule)), expected, "{rule}");
    }
    for good in [
        json!([["on", max], ["off", 0]]),
        json!([["on"], ["off", 0]]),
        json!([["on", { "-": [{ "var": "$flagd.timestamp" }, 7] }], ["off", 0]]),
    ] {
        let set = json!({ "flags": { "f": flag(&json!({ "fractional": good })) } });
        assert_eq!(problems(&set), [], "{good}");
    }
}

#[test]
fn weights_below_nothing_count_as_nothing_and_those_that_cannot_be_added_up_fall_to_the_default() {
    let computed = json!({ "-": [0, { "var": "n" }] });
    let big = i64::from(i32::MAX) + 1;
    for (first, second, answer) in [
        (json!(-50), json!(100), "off"),
        (json!(100), json!(-1), "on"),
        (computed.clone(), json!(100), "off"),
        (json!(-50), json!(-50), "none"),
        (json!(0), json!(0), "none"),
        (json!(big), json!(1), "none"),
        (json!(i32::MAX), json!(1), "none"),
        (json!(i32::MAX), json!(0), "on"),
    ] {
        let set = json!({ "flags": { "f": {
            "state": "ENABLED",
            "variants": { "on": "on", "off": "off", "none": "none" },
            "defaultVariant": "none",
            "targeting": { "fractional": [["on", first], ["off", second]] },
        } } });
        let set = FlagSet::read(&set).unwrap();
        for user in ["anna", "boris", "7294618350"] {
            let attributes = [("n", Attribute::Integer(50))];
            let context = Context::new(Timestamp(0))
                .with_targeting_key(user)
                .with_attributes(&attributes);
            assert_eq!(set.string("f", "", &context).value, answer, "{first} {second}");
        }
    }
}

#[test]
fn evaluators_that_contain_themselves_are_refused() {
    let found = problems(&json!({
        "$evaluators": { "a": { "!": { "$ref": "b" } }, "b": { "!": { "$ref": "a" } } },
        "flags": { "f": flag(&json!({ "if": [{ "$ref": "a" }, "on"] })) },
    }));
    assert!(
        found[0].1.contains("the evaluator `a` contains itself"),
        "{found:?}"
    );
    // Twice the same one beside each other is no circle.
    let twice = json!({
        "$evaluators": { "a": { "==": [1, 1] } },
        "flags": { "f": flag(&json!({ "if": [{ "and": [{ "$ref": "a" }, { "$ref": "a" }] }, "on"] })) },
    });
    assert_eq!(problems(&twice), []);
}

#[test]
fn a_rule_that_is_too_deep_or_too_large_is_refused() {
    let deep = (0..100).fold(json!("on"), |rule, _| json!({ "!": rule }));
    assert!(
        problem_of(&flag(&deep))
            .0
            .ends_with("the rule is nested more than 64 deep")
    );
    let large: Vec<Value> = (0..10_000).map(Value::from).collect();
    assert!(
        problem_of(&flag(&json!({ "in": [1, large] })))
            .0
            .ends_with("more than 10000 parts")
    );
    // Evaluators that double at every step would be larger than any memory.
    let doubling: serde_json::Map<String, Value> = (0..40)
        .map(|step| {
            let next = json!({ "$ref": format!("e{}", step + 1) });
            (format!("e{step}"), json!({ "and": [next, next] }))
        })
        .collect();
    let found =
        problems(&json!({ "$evaluators": doubling, "flags": { "f": flag(&json!({ "$ref": "e0" })) } }));
    assert!(found[0].2, "{found:?}");
}

#[test]
fn an_unknown_version_of_fractional_takes_out_what_uses_it_and_nothing_else() {
    let set = FlagSet::read(&json!({
        "metadata": { "fractionalVersion": 1 },
        "flags": { "plain": flag(&Value::Null), "share": flag(&recipes::split(&[("on", 1), ("off", 1)])) },
    }))
    .unwrap();
    let context = Context::new(Timestamp(0)).with_targeting_key("u");
    assert_eq!(set.boolean("plain", true, &context).reason, Reason::Static);
    let code = set.boolean("share", true, &context).fault.unwrap().code;
    assert_eq!(code, ErrorCode::ParseError);
    assert_eq!(set.problems()[0].path, "metadata.fractionalVersion");
}

#[test]
fn what_is_no_flag_set_is_refused_as_a_whole() {
    assert!(matches!(FlagSet::parse("{"), Err(FlagSetError::NotJson(_))));
    for (document, why) in [
        (json!([]), ": a flag set must be an object"),
        (json!({}), "flags: is missing"),
        (json!({ "flags": [] }), "flags: must be an object"),
    ] {
        assert_eq!(FlagSet::read(&document).unwrap_err().to_string(), why);
    }
}

#[test]
fn a_flag_is_answered_in_its_own_type_only() {
    let variants =
        |value: Value| json!({ "state": "ENABLED", "variants": { "v": value }, "defaultVariant": "v" });
    let set = FlagSet::read(&json!({ "flags": {
        "bool": variants(json!(true)),
        "text": variants(json!("t")),
        "whole": variants(json!(3.0)),
        "half": variants(json!(0.5)),
        "object": variants(json!({ "a": 1 })),
    } }))
    .unwrap();
    let context = Context::new(Timestamp(0));
    let code = |fault: Option<limits_flags::flags::Fault<'_>>| fault.map(|fault| fault.code);
    assert_eq!(set.integer("whole", 0, &context).value, 3);
    assert_eq!(set.any("object", &context).value, Some(&json!({ "a": 1 })));
    assert_eq!(
        code(set.integer("half", 0, &context).fault),
        Some(ErrorCode::TypeMismatch)
    );
    assert_eq!(
        code(set.boolean("text", false, &context).fault),
        Some(ErrorCode::TypeMismatch)
    );
    assert_eq!(
        code(set.string("bool", "", &context).fault),
        Some(ErrorCode::TypeMismatch)
    );
    assert_eq!(
        code(set.float("object", 0.0, &context).fault),
        Some(ErrorCode::TypeMismatch)
    );
    assert_eq!(
        code(set.any("none", &context).fault),
        Some(ErrorCode::FlagNotFound)
    );
}

#[test]
fn attributes_win_over_json_and_the_given_targeting_key_over_both() {
    let rule = json!({ "if": [{ "and": [
        { "==": [{ "var": "tier" }, "pro"] },
        { "==": [{ "var": "targetingKey" }, "given"] },
        { "==": [{ "var": "user.country" }, "NL"] },
    ] }, "on"] });
    let set = FlagSet::read(&json!({ "flags": { "f": flag(&rule) } })).unwrap();
    let json = json!({ "tier": "free", "targetingKey": "other", "user": { "country": "NL" } });
    let pairs = [("tier", Attribute::Text("pro"))];
    let context = Context::new(Timestamp(0))
        .with_json(json.as_object().unwrap())
        .with_attributes(&pairs)
        .with_targeting_key("given");
    assert!(set.boolean("f", false, &context).value);
}

#[test]
fn the_time_is_the_callers() {
    let second = |second: i64| Timestamp(second * 1000);
    let on = json!("on");
    let off = json!("off");
    let steps = [(second(100), 0), (second(200), 50), (second(300), 100)];
    let set = FlagSet::read(&json!({ "flags": {
        "between": flag(&recipes::between(Some(second(100)), Some(second(200)), &on, &off)),
        "from": flag(&recipes::between(Some(second(100)), None, &on, &off)),
        "always": flag(&json!({ "if": [true, recipes::between(None, None, &on, &off)] })),
        "steps": flag(&recipes::stepwise(&steps, "on", "off")),
    } }))
    .unwrap();
    assert_eq!(set.problems(), []);
    let at = |key: &str, moment: i64, user: &str| {
        set.boolean(key, false, &Context::new(second(moment)).with_targeting_key(user))
            .value
    };
    assert_eq!(
        [99, 100, 199, 200].map(|moment| at("between", moment, "u")),
        [false, true, true, false]
    );
    assert_eq!(
        [99, 100, 200].map(|moment| at("from", moment, "u")),
        [false, true, true]
    );
    assert!(at("always", 0, "u"));
    let share = |moment| {
        (0..1000)
            .filter(|user| at("steps", moment, &format!("user-{user}")))
            .count()
    };
    assert_eq!((share(50), share(150), share(300)), (0, 0, 1000));
    assert!((450..550).contains(&share(250)));
}
