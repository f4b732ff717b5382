//! What the help says of rows is what their readers take: every field, and no other.

use std::collections::BTreeSet;

use ctl::fields::{KINDS, Kind, SINGLE};
use limits_flags::features::{AddonRow, ComponentRow, FeatureRow, Given, TierRow};
use limits_flags::{
    CheckRow, CostsRow, ExchangeRow, LimitRow, ModelCostRow, ModelRow, ModerationRow, PackRow, PlanRow,
    PriceRow, PricesRow, PromoRow, RateRow, ReceiptsRow, ReferralRow, RewardsRow, RouteRow, RulesRow,
    SampleRow, SellingRow,
};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, Visitor, value};
use serde_json::{Value, json};

use super::place::Place;

/// Asks a reader for the names of its fields and gives it nothing.
#[derive(Default)]
struct Asked(Vec<&'static str>);

impl<'de> Deserializer<'de> for &mut Asked {
    type Error = value::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Self::Error> {
        self.0 = fields.to_vec();
        Err(value::Error::custom("asked"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(value::Error::custom("no struct"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The fields that a row's reader takes, within what they stand.
fn taken<T: for<'de> Deserialize<'de>>(within: &str) -> BTreeSet<String> {
    let mut asked = Asked::default();
    assert!(T::deserialize(&mut asked).is_err());
    let named = asked.0.iter().map(|name| format!("{within}{name}"));
    named.collect()
}

/// The parts of what is said of a feature. A part more does not compile here.
fn parts(within: &str) -> BTreeSet<String> {
    let all = Given {
        enabled: Some(true),
        value: Some(json!(1)),
        limits: Some(vec![]),
    };
    let written = json!(all);
    let names = written.as_object().unwrap().keys();
    names.map(|name| format!("{within}{name}")).collect()
}

/// What the reader of a kind takes.
fn of(kind: &str) -> BTreeSet<String> {
    match kind {
        "limit" => taken::<LimitRow>(""),
        "model" => {
            let parts = &taken::<PriceRow>("prices[].") | &taken::<RouteRow>("routes[].");
            &(&taken::<ModelRow>("") | &parts) | &taken::<SampleRow>("sample.")
        }
        "plan" => &taken::<PlanRow>("") | &taken::<PricesRow>("prices."),
        "pack" => &taken::<PackRow>("") | &taken::<PricesRow>("prices."),
        "selling" => {
            let parts = &taken::<ReceiptsRow>("receipts.") | &taken::<PricesRow>("four_eyes_above.");
            &taken::<SellingRow>("") | &parts
        }
        "model_cost" => &taken::<ModelCostRow>("") | &taken::<RateRow>("rates[]."),
        "costs" => {
            let rates = &taken::<ExchangeRow>("rub_per_usd[].") | &taken::<ExchangeRow>("rub_per_star[].");
            &taken::<CostsRow>("") | &rates
        }
        "moderation" => &taken::<ModerationRow>("") | &taken::<CheckRow>("check."),
        "promo" => taken::<PromoRow>(""),
        "rewards" => &taken::<RewardsRow>("") | &taken::<ReferralRow>("referral."),
        "rules" => taken::<RulesRow>(""),
        "feature" => &taken::<FeatureRow>("") | &parts("default."),
        "tier" => &taken::<TierRow>("") | &parts("features.*."),
        "addon" => &taken::<AddonRow>("") | &parts("features.*."),
        "component" => taken::<ComponentRow>(""),
        "flag" => {
            let plain = ["enabled"].iter();
            let all = plain.chain(limits_flags::flags::FIELDS);
            all.map(|name| (*name).to_owned()).collect()
        }
        "flag_metadata" => ["fractionalVersion".to_owned()].into(),
        "evaluator" => BTreeSet::new(),
        other => panic!("{other}"),
    }
}

#[test]
fn every_field_that_a_reader_takes_is_described_and_no_other() {
    for kind in KINDS.iter().chain(SINGLE) {
        let described: BTreeSet<String> = kind.fields.iter().map(|it| it.name.to_owned()).collect();
        assert_eq!(
            described.len(),
            kind.fields.len(),
            "{}: one stands twice",
            kind.kind
        );
        assert_eq!(described, of(kind.kind), "{}", kind.kind);
    }
}

#[test]
fn every_section_of_a_file_is_described() {
    let document: Value = {
        let place = serde_norway::from_str::<Value>(super::shop::SHOP).unwrap();
        let mut sections = place.as_object().unwrap().clone();
        sections.insert("flag_metadata".to_owned(), json!({"fractionalVersion": 3}));
        let document: limits_flags::Document = serde_json::from_value(Value::Object(sections)).unwrap();
        json!(document)
    };
    let written: BTreeSet<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
    let described = KINDS.iter().chain(SINGLE).map(|kind| kind.command);
    assert_eq!(described.collect::<BTreeSet<&str>>(), written);
}

/// Which fields a reader asks for, by taking each from a row that has them all.
fn required<T: for<'de> Deserialize<'de>>(whole: &Value) -> BTreeSet<String> {
    let whole = whole.as_object().unwrap();
    assert!(T::deserialize(Value::Object(whole.clone())).is_ok());
    let without = |name: &&String| {
        let mut less = whole.clone();
        less.remove(*name);
        T::deserialize(Value::Object(less)).is_err()
    };
    whole.keys().filter(without).cloned().collect()
}

fn said_required(kind: &str, within: &str) -> BTreeSet<String> {
    let kind: &Kind = KINDS.iter().chain(SINGLE).find(|it| it.kind == kind).unwrap();
    let fields = kind.fields.iter().filter(|it| it.form.contains("required"));
    let names = fields.filter_map(|it| it.name.strip_prefix(within));
    names
        .filter(|name| !name.contains('.'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn what_is_called_required_is_what_a_reader_asks_for() {
    let model =
        serde_norway::from_str::<Value>(KINDS.iter().find(|it| it.kind == "model").unwrap().examples[0].1)
            .unwrap();
    assert_eq!(required::<ModelRow>(&model), said_required("model", ""));
    assert_eq!(
        required::<PriceRow>(&json!({"seconds": 5, "credits": 1, "tokens": 1})),
        said_required("model", "prices[].")
    );
    let limit = json!({"max": 5, "period": "day", "mode": "soft", "measure": "tokens"});
    assert_eq!(required::<LimitRow>(&limit), said_required("limit", ""));
    let plan = json!({"title": "M", "unlimited": true, "days": 3});
    assert_eq!(required::<PlanRow>(&plan), said_required("plan", ""));
    let pack = json!({"title": "P", "credits": 5, "prices": {"stars": 5}, "order": 1});
    assert_eq!(required::<PackRow>(&pack), said_required("pack", ""));
    let selling = json!({"rails": [], "offer_hours": 5});
    assert_eq!(required::<SellingRow>(&selling), said_required("selling", ""));
    let cost = json!({"provider": "kie", "category": "tts", "rates": []});
    assert_eq!(required::<ModelCostRow>(&cost), said_required("model_cost", ""));
    let rate = json!({"from": "2026-12-01", "unit": "token", "per": 5, "usd": "1", "usd_out": 2});
    assert_eq!(
        required::<RateRow>(&rate),
        said_required("model_cost", "rates[].")
    );
    let costs =
        json!({"rub_per_usd": [], "rub_per_star": [], "billed_units": {}, "prompt_chars": 1, "keep_days": 1});
    assert_eq!(required::<CostsRow>(&costs), said_required("costs", ""));
    let moderation =
        json!({"refuse": {}, "told": {}, "strikes_max": 5, "pause_hours": 5, "check": {"model": "m"}});
    assert_eq!(
        required::<ModerationRow>(&moderation),
        said_required("moderation", "")
    );
    let check = json!({"model": "m", "percent": {}, "allow": [], "unanswered": "refuse"});
    assert_eq!(
        required::<CheckRow>(&check),
        said_required("moderation", "check.")
    );
    let exchange = json!({"from": "2026-12-01", "rate": 80});
    assert_eq!(
        required::<ExchangeRow>(&exchange),
        said_required("costs", "rub_per_usd[].")
    );
    let receipts = json!({"vat_code": 5});
    assert_eq!(
        required::<ReceiptsRow>(&receipts),
        said_required("selling", "receipts.")
    );
    let feature = json!({"name": "F", "default": true, "type": "boolean"});
    assert_eq!(required::<FeatureRow>(&feature), said_required("feature", ""));
    let tier = json!({"name": "T", "rank": 3, "features": {}});
    assert_eq!(required::<TierRow>(&tier), said_required("tier", ""));
    let addon = json!({"name": "A", "features": {}});
    assert_eq!(required::<AddonRow>(&addon), said_required("addon", ""));
    let component = json!({"name": "C", "feature": "x"});
    assert_eq!(
        required::<ComponentRow>(&component),
        said_required("component", "")
    );
    let rules = json!({"signup_credits": 1, "active_jobs_max": 1, "wait_max_s": 1, "settle_max_s": 1,
        "unlimited_anchor": "21:00", "requires": []});
    assert_eq!(required::<RulesRow>(&rules), said_required("rules", ""));
}

#[tokio::test]
async fn the_examples_of_put_are_taken_each_kinds_own() {
    let place = Place::with_shop().await;
    for kind in KINDS {
        let mut grammar = ctl::arguments::grammar();
        let command = grammar.find_subcommand_mut(kind.command).unwrap();
        let help = command
            .find_subcommand_mut("put")
            .unwrap()
            .render_help()
            .to_string();
        for field in kind.fields {
            assert!(help.contains(field.says), "{} {}", kind.command, field.name);
        }
        for (name, body) in kind.examples {
            assert!(help.contains(&format!("cargo ctl {} put {name} '{body}'", kind.command)));
            let put = place.ctl(&[kind.command, "put", name, body]).await;
            put.unwrap_or_else(|error| panic!("{} {name}: {}", kind.command, error.with_causes()));
        }
        let fields = place.ctl(&[kind.command, "fields"]).await.unwrap();
        let told = fields.json["fields"].as_array().unwrap().len();
        assert_eq!(told, kind.fields.len());
    }
    let all = place.ctl(&["settings", "fields"]).await.unwrap();
    assert!(all.text.contains("signup_credits") && all.text.contains("fractionalVersion"));
}

#[tokio::test]
async fn that_holders_lose_something_is_said_of_what_is_held_only() {
    let place = Place::with_shop().await;
    let error = place
        .ctl(&["components", "delete", "story-button", "--holders-lose-it"])
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ctl::Kind::Usage);
}
