//! Documents with one thing wrong.

use super::*;
use crate::document::FlagRow;

mod costs;
mod promos;
mod routes;
mod sold;

const MODEL: &str = r#"{"title":"Kling 3.0","enabled":true,"provider":"kie","family":"kling-3.0","text":true,
    "image":true,"prices":[{"seconds":5,"credits":1}],"aspects":["9:16"],"prompt_chars_max":2500,"typical_s":90,
    "render_max_s":900,"limit":{"max":1,"period":"day","anchor":"21:00","utc_offset":"+03:00"}}"#;

fn flag(name: &str) -> (String, FlagRow) {
    (name.to_owned(), FlagRow::plain(true))
}

fn document() -> Document {
    let text = format!(
        r#"{{"rules":{{"signup_credits":0,"active_jobs_max":1,"wait_max_s":100,"settle_max_s":1000}},
        "flags":{{"new_jobs":{{"enabled":true}},"provider-kie":{{"enabled":true}}}},
        "models":{{"kling-3.0":{MODEL}}}}}"#
    );
    serde_json::from_str(&text).unwrap()
}

fn found(edit: impl FnOnce(&mut Document)) -> String {
    let mut document = document();
    edit(&mut document);
    let problems = problems(&document).unwrap();
    problems
        .iter()
        .map(|problem| format!("{}: {}", problem.row, problem.why))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_document_that_goes_together_has_no_problems() {
    assert_eq!(found(|_| ()), "");
}

#[test]
fn rules_that_cannot_be_meant_are_named() {
    let told = found(|document| document.rules.settle_max_s = 999);
    assert!(
        told.contains("rules: settle_max_s: 999 would settle orders while they render"),
        "{told}"
    );
    assert!(told.contains("kling-3.0, 900 s"), "{told}");
    let told = found(|document| document.rules.settle_max_s = SETTLE_S_MAX + 1);
    assert!(told.contains("must be from 1 to"), "{told}");
    let told = found(|document| document.rules.active_jobs_max = 0);
    assert!(told.contains("active_jobs_max"), "{told}");
    let told = found(|document| document.rules.wait_max_s = 0);
    assert!(told.contains("wait_max_s"), "{told}");
    let told = found(|document| document.rules.signup_credits = SIGNUP_CREDITS_MAX + 1);
    assert!(told.starts_with("rules: signup_credits: 1000 is given"), "{told}");
}

#[test]
fn a_flag_without_which_nothing_could_be_ordered_is_missed() {
    for name in ["new_jobs", "provider-kie"] {
        let told = found(|document| {
            document.flags.remove(name);
        });
        assert!(
            told.starts_with(&format!("flag#{name}: there is no such flag")),
            "{told}"
        );
    }
    // Nobody can order what is not on sale, whoever would render it.
    let told = found(|document| {
        let mut retired = document.models["kling-3.0"].clone();
        retired.enabled = false;
        retired.provider = "gone".to_owned();
        document.models.insert("retired".to_owned(), retired);
    });
    assert_eq!(told, "");
}

#[test]
fn a_flag_with_almost_the_name_of_a_switch_is_refused_and_any_other_is_the_operators_own() {
    for (slip, meant) in [("newjobs", "new_jobs"), ("provider_kie", "provider-kie")] {
        let told = found(|document| document.flags.extend([flag(slip)]));
        assert!(
            told.starts_with(&format!("flag#{slip}: is `{meant}` meant?")),
            "{told}"
        );
    }
    assert_eq!(found(|document| document.flags.extend([flag("new_cabinet")])), "");
}

#[test]
fn a_plain_switch_has_one_field_and_a_providers_is_the_same_for_everybody() {
    let with = |name: &str, row: &str| {
        found(|document| {
            let row = serde_json::from_str(row).unwrap();
            document.flags.insert(name.to_owned(), row);
        })
    };
    let told = with("new_jobs", r#"{"enabled":true,"colour":"red"}"#);
    assert_eq!(told, "flag#new_jobs: unknown field `colour` of a plain switch");
    let rule = r#"{"state":"ENABLED","variants":{"on":true,"off":false},"defaultVariant":"on","targeting":
        {"if":[{"==":[{"var":"tier"},"pro"]},"on","off"]}}"#;
    assert_eq!(with("new_jobs", rule), "");
    assert!(with("provider-kie", rule).starts_with("flag#provider-kie: a provider's switch"));
    let broken = with("a.b", r#"{"state":"ON","variants":{"on":true}}"#);
    assert!(
        broken.starts_with("flag#a.b: flags.a.b.state: must be"),
        "{broken}"
    );
}

#[test]
fn a_plan_covers_models_that_there_are() {
    let plan = r#"{"title":"1 day","unlimited":true,"models":["kling-30"]}"#;
    let told = found(|document| {
        let plan = serde_json::from_str(plan).unwrap();
        document.plans.insert("unlimited_1day".to_owned(), plan);
    });
    assert_eq!(
        told,
        "plan#unlimited_1day: there is no model `kling-30`; is `kling-3.0` meant?"
    );
}

#[test]
fn an_order_is_counted_in_no_more_limits_than_can_be_reserved_together() {
    let told = found(|document| {
        let own = document.models["kling-3.0"].limit.clone().unwrap();
        let many = (0..12).map(|number| (format!("limit{number}"), own.clone()));
        document.limits.extend(many);
    });
    assert!(told.contains("would be counted in 13 limits, and 12"), "{told}");
}

#[test]
fn a_token_budget_needs_prices_in_tokens() {
    let told = found(|document| {
        document
            .models
            .get_mut("kling-3.0")
            .unwrap()
            .unlimited_budget_tokens = Some(100);
    });
    assert!(told.contains("a price without `tokens`"), "{told}");
}

#[test]
fn a_free_render_and_a_length_that_stands_twice_are_named() {
    let price = |seconds, credits| {
        found(|document| {
            let prices = &mut document.models.get_mut("kling-3.0").unwrap().prices;
            let price = format!(r#"{{"seconds":{seconds},"credits":{credits}}}"#);
            prices.push(serde_json::from_str(&price).unwrap());
        })
    };
    assert!(price(10, 0).starts_with("model#kling-3.0: prices: 10 seconds for 0 credits"));
    assert_eq!(price(5, 2), "model#kling-3.0: prices: 5 seconds stand twice");
    assert!(
        price(10, 10_000).contains("at most 9999 can be meant"),
        "{}",
        price(10, 10_000)
    );
    assert_eq!(price(10, 2), "");
}

#[test]
fn a_higher_quality_that_is_cheaper_unbounded_or_needs_what_there_is_not_is_named() {
    let high = |high: &str| {
        let high = serde_json::from_str(high).unwrap();
        found(|document| {
            let prices = &mut document.models.get_mut("kling-3.0").unwrap().prices;
            let price = prices.iter_mut().find(|price| price.seconds == 5).unwrap();
            (price.credits, price.high) = (2, Some(high));
        })
    };
    assert_eq!(high(r#"{"credits":3}"#), "");
    let told = high(r#"{"credits":1}"#);
    assert!(
        told.contains("5 seconds cost less in the higher quality"),
        "{told}"
    );
    let told = high(r#"{"credits":10000}"#);
    assert!(told.contains("at most 9999 can be meant"), "{told}");
    let told = high(r#"{"credits":3,"requires":["no_such"]}"#);
    assert!(told.contains("requires: ") && told.contains("no_such"), "{told}");
}

#[test]
fn a_limit_must_not_be_called_like_a_models_own() {
    let told = found(|document| {
        let own = document.models["kling-3.0"].limit.clone().unwrap();
        document.limits.insert("model-kling-3.0".to_owned(), own);
    });
    assert!(
        told.starts_with("limit#model-kling-3.0: a limit needs a name"),
        "{told}"
    );
}

#[test]
fn prompts_that_nobody_could_write_are_named() {
    let told = found(|document| {
        document.models.get_mut("kling-3.0").unwrap().prompt_chars_min = 2501;
    });
    assert!(told.contains("less than prompt_chars_min"), "{told}");
}

#[test]
fn a_limit_that_would_count_nothing_is_named() {
    let with = |row: &str| {
        found(|document| {
            let row = serde_json::from_str(row).unwrap();
            document.limits.insert("spend".to_owned(), row);
        })
    };
    let told = with(r#"{"max":5,"period":"day","measure":"micro_usd"}"#);
    assert!(
        told.contains("the price of 5 s of model `kling-3.0` has no `micro_usd`"),
        "{told}"
    );
    let told = with(r#"{"max":5,"period":"day","provider":"kei"}"#);
    assert_eq!(
        told,
        "limit#spend: provider: there is no provider of a model `kei`; is `kie` meant?"
    );
    assert_eq!(with(r#"{"max":5,"period":"day","provider":"kie"}"#), "");
    assert_eq!(with(r#"{"max":5,"period":"day","shards":5}"#), "");
}

#[test]
fn rows_of_a_limit_over_all_are_each_large_enough_for_the_dearest_order() {
    let cap = |shards: u16| {
        found(|document| {
            let model = document.models.get_mut("kling-3.0").unwrap();
            model.prices[0].micro_usd = 100;
            let row = format!(r#"{{"max":250,"period":"day","measure":"micro_usd","shards":{shards}}}"#);
            document
                .limits
                .insert("spend".to_owned(), serde_json::from_str(&row).unwrap());
        })
    };
    assert_eq!(cap(2), "");
    assert!(
        cap(4).contains("each of 4 rows has 62 of 250, and the dearest order takes 100"),
        "{}",
        cap(4)
    );
}

#[test]
fn a_flag_without_a_name_is_refused() {
    let told = found(|document| document.flags.extend([flag("")]));
    assert!(told.contains("a flag's name is 1 to 128 letters"), "{told}");
}

/// What is wrong where a metered feature that every order needs is limited like this, at four places.
fn limited(limit: &str) -> [String; 5] {
    let with = |rows: &str| {
        found(|document| {
            let rows: serde_json::Value = serde_json::from_str(rows).unwrap();
            let feature = rows.get("feature").cloned();
            let feature = feature
                .unwrap_or_else(|| serde_json::json!({"name": "V", "type": "metered", "default": true}));
            document
                .features
                .insert("video".to_owned(), serde_json::from_value(feature).unwrap());
            document.rules.requires = vec!["video".to_owned()];
            let said = |kind: &str| rows.get(kind).cloned().unwrap_or_else(|| serde_json::json!({}));
            document.tiers = serde_json::from_value(said("tiers")).unwrap();
            document.addons = serde_json::from_value(said("addons")).unwrap();
            if let Some(limit) = rows.get("model") {
                let model = document.models.get_mut("kling-3.0").unwrap();
                let limit = serde_json::from_value(limit.clone()).unwrap();
                model.limits.insert("spend".to_owned(), limit);
            }
        })
    };
    [
        with(&format!(
            r#"{{"feature":{{"name":"V","type":"metered","default":{{"enabled":true,"limits":[{limit}]}}}}}}"#
        )),
        with(&format!(
            r#"{{"tiers":{{"free":{{"name":"F","rank":0}}}},
                "feature":{{"name":"V","type":"metered","default":true,"limits":{{"free":[{limit}]}}}}}}"#
        )),
        with(&format!(
            r#"{{"tiers":{{"free":{{"name":"F","rank":0,"features":{{"video":{{"limits":[{limit}]}}}}}}}}}}"#
        )),
        with(&format!(
            r#"{{"addons":{{"more":{{"name":"M","features":{{"video":{{"limits":[{limit}]}}}}}}}}}}"#
        )),
        with(&format!(r#"{{"model":{limit}}}"#)),
    ]
}

#[test]
fn a_features_limit_and_a_models_that_would_count_nothing_are_named_wherever_they_are_said() {
    let told = limited(r#"{"max":5,"period":"day","measure":"tokens"}"#);
    let places = [
        "feature#video: default.limits.0: ",
        "feature#video: limits.free.0: ",
        "tier#free: features.video.limits.0: ",
        "addon#more: features.video.limits.0: ",
        "model#kling-3.0: limits.spend: ",
    ];
    for (told, place) in told.iter().zip(places) {
        let why = "measure: the price of 5 s of model `kling-3.0` has no `tokens`, so its orders would not be counted";
        assert_eq!(*told, format!("{place}{why}"));
    }
    let told = limited(r#"{"max":5,"period":"day","provider":"kei"}"#);
    assert!(
        told.iter().all(|told| told.contains("is `kie` meant?")),
        "{told:?}"
    );
    let sound = limited(r#"{"max":5,"period":"day"}"#);
    assert!(sound.iter().all(String::is_empty), "{sound:?}");
}

#[test]
fn a_limit_in_tokens_of_a_feature_that_no_order_needs_counts_what_callers_say() {
    let told = found(|document| {
        let chat = r#"{"name":"C","type":"metered",
            "default":{"enabled":true,"limits":[{"max":5,"period":"day","measure":"tokens"}]}}"#;
        document
            .features
            .insert("chat".to_owned(), serde_json::from_str(chat).unwrap());
    });
    assert_eq!(told, "");
}

#[test]
fn words_may_be_free_where_there_is_an_end_to_them() {
    let words = |limited: bool| {
        found(|document| {
            let mut row = document.models["kling-3.0"].clone();
            row.makes = Some("prompt".to_owned());
            row.prices.truncate(1);
            (row.prices[0].credits, row.prices[0].seconds) = (0, 0);
            row.limit = limited.then(|| serde_json::from_str(r#"{"max":30,"period":"day"}"#).unwrap());
            row.limits.clear();
            (row.unlimited_daily_limit, row.unlimited_budget_tokens) = (None, None);
            document.models.insert("words".to_owned(), row);
        })
    };
    assert_eq!(words(true), "");
    assert!(words(false).contains("for 0 credits"), "{}", words(false));
}
