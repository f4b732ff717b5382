//! Operators as `json-logic-js` has them, one rule and its answer after another.
#![allow(clippy::unwrap_used, reason = "what goes wrong fails the test")]

use domain::time::Timestamp;
use limits_flags::flags::{Context, FlagSet};
use serde_json::{Value, json};

fn context() -> Value {
    json!({
        "a": { "b": [10, { "c": "deep" }], "null": null },
        "name": "Ann",
        "empty": "",
        "zero": 0,
        "age": 17,
        "big": 9_007_199_254_740_993_i64,
        "tags": ["x", "y"],
        "people": [{ "n": 1 }, { "n": 2 }, { "n": 3 }],
        "none": [],
    })
}

/// Whether a rule's answer is exactly the one expected, by asking the evaluator itself with `===`.
fn answers(rule: &Value, expected: &Value) -> bool {
    let targeting = json!({ "if": [{ "===": [rule, expected] }, "same", "other"] });
    asked(&targeting, &["same", "other"]) == "same"
}

fn asked(targeting: &Value, variants: &[&str]) -> String {
    let values: serde_json::Map<String, Value> = variants
        .iter()
        .map(|name| ((*name).to_owned(), (*name).into()))
        .collect();
    let flag = json!({ "state": "ENABLED", "variants": values, "targeting": targeting });
    let set = FlagSet::read(&json!({ "flags": { "f": flag } })).unwrap();
    assert_eq!(set.problems(), [], "{targeting}");
    let context = context();
    let context = Context::new(Timestamp(90_000))
        .with_targeting_key("somebody")
        .with_json(context.as_object().unwrap());
    set.string("f", "none", &context).value.to_owned()
}

fn check(cases: Vec<(Value, Value)>) {
    for (rule, expected) in cases {
        assert!(answers(&rule, &expected), "{rule} is not {expected}");
    }
}

#[test]
fn a_var_follows_dots_and_places_and_falls_to_its_default_only_when_nothing_is_there() {
    check(vec![
        (json!({ "var": "a.b.0" }), json!(10)),
        (json!({ "var": "a.b.1.c" }), json!("deep")),
        (json!({ "var": ["a.b.7", "d"] }), json!("d")),
        (json!({ "var": ["a.null", "d"] }), json!(null)),
        (json!({ "var": ["a.null.x", "d"] }), json!("d")),
        (json!({ "var": { "cat": ["na", "me"] } }), json!("Ann")),
        (json!({ "var": "targetingKey" }), json!("somebody")),
        (json!({ "var": "$flagd.flagKey" }), json!("f")),
        (json!({ "var": "$flagd.timestamp" }), json!(90)),
        (json!({ "var": ["$flagd.other", "d"] }), json!("d")),
        (
            json!({ "missing": ["name", "nobody", "empty", "a.null"] }),
            json!(["nobody", "empty", "a.null"]),
        ),
        (json!({ "missing": [["name", "nobody"]] }), json!(["nobody"])),
        (json!({ "missing_some": [1, ["name", "nobody"]] }), json!([])),
        (
            json!({ "missing_some": [2, ["name", "nobody"]] }),
            json!(["nobody"]),
        ),
    ]);
}

#[test]
fn equality_converts_as_javascript_does() {
    let loose = |left: Value, right: Value| json!({ "==": [left, right] });
    for (left, right) in [
        (json!(1), json!("1")),
        (json!(1), json!(1.0)),
        (json!(0), json!("")),
        (json!(false), json!("0")),
        (json!(true), json!(1)),
        (json!(null), json!(null)),
        (json!("1,2"), json!([1, 2])),
        (json!(16), json!("0x10")),
        (json!([1, [2]]), json!([1, [2]])),
    ] {
        assert!(
            answers(&loose(left.clone(), right.clone()), &json!(true)),
            "{left} == {right}"
        );
    }
    for (left, right) in [
        (json!(null), json!(0)),
        (json!(null), json!(false)),
        (json!(null), json!("")),
        (json!("a"), json!(0)),
        (json!("1"), json!("1.0")),
        (json!({ "var": "big" }), json!(9_007_199_254_740_992_i64)),
    ] {
        assert!(
            answers(&loose(left.clone(), right.clone()), &json!(false)),
            "{left} == {right}"
        );
    }
    check(vec![
        (json!({ "!=": [1, "1"] }), json!(false)),
        (json!({ "===": [1, "1"] }), json!(false)),
        (json!({ "!==": [1, "1"] }), json!(true)),
    ]);
}

#[test]
fn truth_is_javascripts_but_for_the_empty_array() {
    for value in [
        json!("0"),
        json!(-1),
        json!([0]),
        json!({ "var": "a" }),
        json!("false"),
    ] {
        assert!(answers(&json!({ "!!": [value] }), &json!(true)), "{value}");
    }
    for value in [
        json!(0),
        json!(""),
        json!(null),
        json!([]),
        json!(false),
        json!({ "var": "none" }),
    ] {
        assert!(answers(&json!({ "!": [value] }), &json!(true)), "{value}");
    }
    check(vec![
        (json!({ "and": [1, "", 3] }), json!("")),
        (json!({ "and": [1, 2, 3] }), json!(3)),
        (json!({ "or": [0, "", "x"] }), json!("x")),
        (json!({ "or": [0, ""] }), json!("")),
        (json!({ "if": [0, 1, "", 2, 3] }), json!(3)),
        (json!({ "if": [0, 1] }), json!(null)),
        (json!({ "?:": [true, 1, 2] }), json!(1)),
        (json!({ "if": [{ "and": [] }, 1, 2] }), json!(2)),
        (
            json!({ "if": [{ "and": [1, { "or": [0, "x"] }, { "!": [[]] }] }, 1, 2] }),
            json!(1),
        ),
        (json!({ "log": "said" }), json!("said")),
    ]);
}

#[test]
fn order_is_by_number_unless_both_are_texts() {
    check(vec![
        (json!({ "<": [1, 2, 3] }), json!(true)),
        (json!({ "<": [1, 3, 3] }), json!(false)),
        (json!({ "<=": [1, 3, 3] }), json!(true)),
        (json!({ "<": ["10", "9"] }), json!(true)),
        (json!({ "<": ["10", 9] }), json!(false)),
        (json!({ ">": [{ "var": "age" }, "16"] }), json!(true)),
        (json!({ ">=": [null, 0] }), json!(true)),
        (json!({ ">": ["a", 1] }), json!(false)),
        (
            json!({ ">": [{ "var": "big" }, 9_007_199_254_740_992_i64] }),
            json!(true),
        ),
    ]);
}

#[test]
fn arithmetic_reads_numbers_from_texts() {
    check(vec![
        (json!({ "+": [1, "2", "3.5x"] }), json!(6.5)),
        (json!({ "+": "-5" }), json!(-5)),
        (json!({ "-": [5, "2"] }), json!(3)),
        (json!({ "-": 5 }), json!(-5)),
        (json!({ "*": [2, 3, 4] }), json!(24)),
        (json!({ "/": [6, 4] }), json!(1.5)),
        (json!({ "/": [6, 3] }), json!(2)),
        (json!({ "%": [-7, 3] }), json!(-1)),
        (json!({ "%": [7.5, 2] }), json!(1.5)),
        (json!({ "min": [3, "1", 2] }), json!(1)),
        (json!({ "max": [3, null, -2] }), json!(3)),
        (
            json!({ "cat": [{ "/": [1, 0] }, " ", { "+": ["x"] }] }),
            json!("Infinity NaN"),
        ),
        (json!({ "+": [i64::MAX, 1] }), json!(9.223_372_036_854_776e18)),
        (json!({ "cat": [{ "%": [1, 0] }] }), json!("NaN")),
    ]);
}

#[test]
fn texts_are_joined_cut_and_searched() {
    check(vec![
        (
            json!({ "cat": ["a", 1, 1.0, 2.5, true, null, ["x", null, 3]] }),
            json!("a112.5truex,,3"),
        ),
        (
            json!({ "cat": [1e21, " ", 1e-7, " ", -0.0] }),
            json!("1e+21 1e-7 0"),
        ),
        (json!({ "substr": ["jsonlogic", 4] }), json!("logic")),
        (json!({ "substr": ["jsonlogic", -5] }), json!("logic")),
        (json!({ "substr": ["jsonlogic", 1, 3] }), json!("son")),
        (json!({ "substr": ["jsonlogic", 4, -2] }), json!("log")),
        (json!({ "substr": ["été", 1, 1] }), json!("t")),
        (json!({ "substr": ["abc", 9] }), json!("")),
        (json!({ "in": ["nn", { "var": "name" }] }), json!(true)),
        (json!({ "in": ["x", { "var": "tags" }] }), json!(true)),
        (json!({ "in": ["1", [1, 2]] }), json!(false)),
        (json!({ "in": ["x", null] }), json!(false)),
        (json!({ "starts_with": [{ "var": "name" }, "An"] }), json!(true)),
        (json!({ "ends_with": [{ "var": "name" }, "An"] }), json!(false)),
        (json!({ "starts_with": [{ "var": "age" }, "1"] }), json!(null)),
    ]);
}

#[test]
fn lists_are_mapped_filtered_folded_and_merged() {
    let over = |operator: &str, body: Value| json!({ operator: [{ "var": "people" }, body] });
    let above = |limit: i64| json!({ ">": [{ "var": "n" }, limit] });
    check(vec![
        (over("map", json!({ "*": [{ "var": "n" }, 2] })), json!([2, 4, 6])),
        (over("map", json!({ "var": "" })), json!({ "var": "people" })),
        (
            over("map", json!({ "var": ["targetingKey", "-"] })),
            json!(["-", "-", "-"]),
        ),
        (
            json!({ "map": [over("filter", above(1)), { "var": "n" }] }),
            json!([2, 3]),
        ),
        (over("all", above(0)), json!(true)),
        (over("some", above(2)), json!(true)),
        (over("none", above(2)), json!(false)),
        (json!({ "all": [[], true] }), json!(false)),
        (json!({ "none": [null, true] }), json!(true)),
        (
            json!({ "reduce": [
                { "var": "people" },
                { "+": [{ "var": "accumulator" }, { "var": "current.n" }] },
                10,
            ] }),
            json!(16),
        ),
        (json!({ "reduce": [null, 1, "start"] }), json!("start")),
        (
            json!({ "merge": [1, [2, 3], { "var": "tags" }] }),
            json!([1, 2, 3, "x", "y"]),
        ),
        (json!({ "merge": [] }), json!([])),
    ]);
}

#[test]
fn versions_compare_as_semver_says() {
    let compare = |left: &str, operator: &str, right: &str| json!({ "sem_ver": [left, operator, right] });
    for (left, operator, right) in [
        ("1.2.3", "=", "v1.2.3+build"),
        ("1.2.3", "!=", "1.2.4"),
        ("1.0.0-alpha.2", "<", "1.0.0-alpha.10"),
        ("1.0.0-alpha", "<", "1.0.0"),
        ("2.0.0", ">=", "2"),
        ("2.0.0", "<=", "2.0"),
        ("10.0.0", ">", "9.9.9"),
        ("1.9.0", "^", "1.2.3"),
        ("1.2.9", "~", "1.2.3"),
    ] {
        assert!(
            answers(&compare(left, operator, right), &json!(true)),
            "{left} {operator} {right}"
        );
    }
    for (left, operator) in [
        ("01.2.3", "="),
        ("1.2.3.4", "="),
        ("1-alpha", "="),
        ("1.2.3-", "="),
        ("1.2.3", "=="),
    ] {
        assert!(
            answers(&compare(left, operator, "1.2.3"), &json!(null)),
            "{left} {operator}"
        );
    }
}

#[test]
fn buckets_may_themselves_be_computed() {
    let one = json!({ "fractional": [{ "merge": ["on", 1] }] });
    assert_eq!(asked(&one, &["on"]), "on");
    let second = json!({ "fractional": [{ "var": "name" }, ["off", 0], { "merge": ["on", 1] }] });
    assert_eq!(asked(&second, &["on", "off"]), "on");
    let first_is_a_bucket = json!({ "fractional": [{ "merge": ["off", 0] }, ["on", { "var": "age" }]] });
    assert_eq!(asked(&first_is_a_bucket, &["on", "off"]), "on");
}
