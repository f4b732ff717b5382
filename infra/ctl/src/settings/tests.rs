use std::path::PathBuf;

use super::document::{parse, problems};
use super::warnings::{
    never_called_back, of_nobodys_cost, of_unknown_cost, switched_off, without_a_cap, without_a_rate,
};
use super::*;

/// The file that is shipped.
fn shipped() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../settings.yaml")
}

fn problems_after(old: &str, new: &str) -> String {
    let text = std::fs::read_to_string(shipped()).unwrap();
    assert!(text.contains(old), "{old:?} stands in the shipped file");
    let document = parse(&text.replacen(old, new, 1)).unwrap();
    problems(&document).unwrap().join("\n")
}

#[test]
fn the_shipped_settings_are_sound() {
    let report = check(&shipped()).unwrap();
    assert!(report.sound, "{}", report.text);
    assert_eq!(report.json["problems"], json!([]));
}

#[test]
fn a_duration_that_the_family_does_not_render_is_found() {
    let found = problems_after(
        "seconds: 10, credits: 2, tokens",
        "seconds: 16, credits: 2, tokens",
    );
    assert!(
        found.contains("model#kling-3.0: from words: the model does not render 16 s"),
        "{found}"
    );
    assert!(
        found.contains("model#kling-3.0: from a photo: the model does not render 16 s"),
        "{found}"
    );
}

#[test]
fn a_higher_quality_of_a_family_that_has_no_choice_is_found() {
    let at = "prices: [{ seconds: 5, credits: 1 }, { seconds: 10, credits: 2 }]";
    let high = "prices: [{ seconds: 5, credits: 1, high: { credits: 2 } }]";
    let found = problems_after(at, high);
    let why =
        "model#kling-2.6: prices: high: from words: the model has no choice of quality; take `high` out";
    assert!(found.contains(why), "{found}");
}

#[test]
fn a_form_that_the_family_does_not_take_is_found() {
    let at = "family: hailuo-2.3\n    text: false";
    let found = problems_after(at, "family: hailuo-2.3\n    text: true");
    assert!(
        found.contains("does not take words alone; say `text: false`"),
        "{found}"
    );
}

#[test]
fn a_longer_prompt_than_the_family_takes_is_found() {
    let found = problems_after("prompt_chars_max: 2500", "prompt_chars_max: 2501");
    assert!(
        found.contains(
            "prompt_chars_max: the model does not take a prompt of 2501 characters; it takes 1 to 2500"
        ),
        "{found}"
    );
}

#[test]
fn a_shorter_prompt_than_the_family_takes_is_found() {
    let found = problems_after("    prompt_chars_min: 3\n", "");
    assert!(
        found.contains(
            "model#seedance-2: prompt_chars_min or prompt_chars_max: the model does not take a prompt of 1"
        ),
        "{found}"
    );
}

#[test]
fn a_retired_model_on_sale_is_found() {
    let found = problems_after("order: 900\n    enabled: false", "order: 900\n    enabled: true");
    assert!(found.contains("model#sora-2: the model is retired"), "{found}");
}

#[test]
fn an_unknown_family_or_provider_is_found() {
    let found = problems_after("family: kling-3.0", "family: kling-4");
    assert!(
        found.contains(r#"the family "kling-4" is unknown; there are kling-3.0, "#),
        "{found}"
    );
    let found = problems_after("    provider: kie", "    provider: kei");
    assert!(found.contains(r#"the provider "kei" is unknown"#), "{found}");
}

#[test]
fn each_route_is_checked_by_its_own_form() {
    let with = |provider: &str, family: &str| {
        let routes = format!("family: kling-3.0\n    routes: [{{ provider: {provider}, family: {family} }}]");
        problems_after("family: kling-3.0", &routes)
    };
    let found = with("kie", "sora-2");
    assert!(
        found.contains("model#kling-3.0: routes: kie sora-2: the model is retired"),
        "{found}"
    );
    let found = with("kie", "hailuo-2.3");
    assert!(
        found.contains("model#kling-3.0: routes: kie hailuo-2.3: the model does not take words alone"),
        "{found}"
    );
    let found = with("kei", "kling-3.0");
    assert!(
        found.contains(r#"routes: kei kling-3.0: the provider "kei" is unknown"#),
        "{found}"
    );
}

#[test]
fn what_is_wrong_with_a_route_is_mended_at_the_route() {
    let with = |family: &str| {
        let routes = format!("family: kling-3.0\n    routes: [{{ provider: kie, family: {family} }}]");
        problems_after("family: kling-3.0", &routes)
    };
    for family in ["sora-2", "suno-v5"] {
        let found = with(family);
        let told = "no order could ever take this route: take it out";
        assert!(found.contains(told) && !found.contains("say `"), "{found}");
    }
    let found = with("hailuo-2.3");
    assert!(
        found.contains("take this route out, or say `text: false`"),
        "{found}"
    );
}

#[test]
fn a_form_for_any_model_names_one() {
    for (named, form) in [
        ("chat/gpt-6-luna", "chat/"),
        ("audio/gpt-4o-mini-transcribe", "audio/"),
    ] {
        let found = problems_after(&format!("family: {named}"), &format!("family: {form}"));
        let told = format!("the family \"{form}\" names no model; say which one behind the slash");
        assert!(found.contains(&told), "{found}");
    }
}

#[test]
fn what_is_not_on_sale_may_say_anything_that_a_row_can() {
    let found = problems_after(
        "prices: [{ seconds: 10, credits: 3 }]",
        "prices: [{ seconds: 77, credits: 3 }]",
    );
    assert_eq!(found, "");
}

#[test]
fn a_key_that_stands_twice_or_is_misspelt_is_refused_with_its_place() {
    let text = std::fs::read_to_string(shipped()).unwrap();
    let doubled = text.replacen("  kling-2.6:", "  kling-3.0:", 1);
    let why = parse(&doubled).unwrap_err();
    assert!(why.contains("duplicate") && why.contains("kling-3.0"), "{why}");
    let why = parse(&text.replacen("signup_credits", "signup_credit", 1)).unwrap_err();
    assert!(why.contains("signup_credit") && why.contains("line"), "{why}");
}

#[test]
fn what_is_shipped_is_sold_on_every_rail_at_the_prices_that_were_decided() {
    let document = parse(&std::fs::read_to_string(shipped()).unwrap()).unwrap();
    let rows = limits_flags::Rows::of(&document).unwrap().0;
    let items: Vec<_> = rows
        .iter()
        .map(|(sort, body)| limits_flags::Rows::item(sort, body))
        .collect();
    let snapshot = limits_flags::Snapshot::read(&items, domain::time::Timestamp(0));
    let wares = snapshot.wares();
    let told = wares.iter().map(|ware| {
        let roubles = ware.prices.on(domain::payment::Rail::YooKassa).unwrap();
        assert_eq!(ware.prices.rails().count(), 3, "{}", ware.id);
        format!("{} {} {roubles}", ware.id, ware.credits)
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "pack:starter 5 199.00 RUB",
            "pack:pro 20 699.00 RUB",
            "pack:premium 50 1499.00 RUB",
            "plan:unlimited_1day 0 499.00 RUB",
            "plan:unlimited_7days 0 1990.00 RUB",
            "plan:unlimited_30days 0 5990.00 RUB",
            "plan:pro_month 60 1490.00 RUB",
        ]
    );
}

fn warnings_after(old: &str, new: &str) -> Option<String> {
    let text = std::fs::read_to_string(shipped()).unwrap();
    assert!(text.contains(old), "{old:?} stands in the shipped file");
    of_unknown_cost(&parse(&text.replacen(old, new, 1)).unwrap())
}

#[test]
fn models_of_which_nobody_knows_what_they_cost_are_named() {
    let billed = "billed_units: { kie: \"0.005\" }";
    assert_eq!(warnings_after(billed, billed), None, "the bill says it");
    let all = warnings_after(billed, "").unwrap();
    assert!(
        all.contains("kling-3.0, kling-3.0 in the higher quality, minimax-h3, seedance-2")
            && !all.contains("sora-2"),
        "{all}"
    );
    let rows = "model_costs:\n";
    let one = "  kling-3.0: { provider: kie, category: video_gen, rates: [{ unit: second, usd: 1 }] }\n";
    let text = std::fs::read_to_string(shipped()).unwrap();
    let without = text.replacen(billed, "", 1);
    let without = without.replacen(rows, &format!("{rows}{one}"), 1);
    let high = "kling-3.0 in the higher quality";
    let rest = of_unknown_cost(&parse(&without).unwrap()).unwrap();
    assert!(rest.contains(high) && !rest.contains("kling-3.0,"), "{rest}");
    let without = without.replace("000 } }", "000, micro_usd: 5 } }");
    let rest = of_unknown_cost(&parse(&without).unwrap()).unwrap();
    assert!(
        !rest.contains("kling-3.0") && rest.contains("hailuo-02"),
        "{rest}"
    );
    let priced = without
        .replace("credits: 1 }", "credits: 1, micro_usd: 5 }")
        .replace("credits: 2 }", "credits: 2, micro_usd: 5 }");
    let rest = of_unknown_cost(&parse(&priced).unwrap()).unwrap();
    assert!(
        !rest.contains("kling-2.6") && rest.contains("seedance-2"),
        "{rest}"
    );
}

#[test]
fn money_that_nobody_can_put_into_roubles_is_told() {
    let text = std::fs::read_to_string(shipped()).unwrap();
    let told = |text: &str| without_a_rate(&parse(text).unwrap());
    assert_eq!(told(&text), None);
    let (star, dollar) = (
        "  rub_per_star: [{ rate: \"1.04\" }]",
        "  rub_per_usd: [{ rate: \"80.00\" }]",
    );
    assert!(text.contains(star) && text.contains(dollar));
    let without_star = text.replacen(star, "", 1);
    assert!(told(&without_star).unwrap().ends_with("say `costs.rub_per_star`"));
    let without = without_star.replacen(dollar, "", 1);
    assert!(
        told(&without)
            .unwrap()
            .ends_with("say `costs.rub_per_star` and `costs.rub_per_usd`")
    );
    // What is not taken needs no rate.
    let rails = "rails: [stars, yookassa, stripe]";
    assert!(without.contains(rails));
    assert_eq!(told(&without.replacen(rails, "rails: [yookassa]", 1)), None);
}

#[test]
fn that_nothing_bounds_what_is_spent_in_a_day_is_told() {
    let text = std::fs::read_to_string(shipped()).unwrap();
    let told = |text: &str| without_a_cap(&parse(text).unwrap());
    assert!(told(&text).unwrap().contains("`spend-kie`"));
    let example = "# spend-kie: {";
    assert!(text.contains(example));
    assert_eq!(told(&text.replacen(example, "spend-kie: {", 1)), None);
    // One customer's is no bound of all.
    let each = text
        .replacen(example, "spend-kie: {", 1)
        .replacen("shards: 8, ", "", 1);
    assert!(told(&each).is_some());
}

#[test]
fn costs_of_nobody_and_routes_to_whoever_is_switched_off_are_told() {
    let text = std::fs::read_to_string(shipped()).unwrap();
    let shipped = parse(&text).unwrap();
    assert_eq!((of_nobodys_cost(&shipped), switched_off(&shipped)), (None, None));
    let misspelt = text.replacen("  suno-v5: { provider", "  suno-5: { provider", 1);
    let told = of_nobodys_cost(&parse(&misspelt).unwrap()).unwrap();
    assert!(told.contains(": suno-5;"), "{told}");

    let routes = "family: kling-3.0\n    routes: [{ provider: kling, family: kling-3.0 }]";
    let with = |flag: &str| {
        let text = text.replacen("family: kling-3.0", routes, 1);
        let flag = format!("flags:\n  provider-kling: {{ enabled: {flag} }}\n");
        switched_off(&parse(&text.replacen("flags:\n", &flag, 1)).unwrap())
    };
    assert_eq!(with("true"), None);
    assert!(with("false").unwrap().contains("kling-3.0 by kling kling-3.0"));
}

#[test]
fn who_never_calls_back_is_to_be_asked_soon() {
    let text = std::fs::read_to_string(shipped()).unwrap();
    assert_eq!(never_called_back(&parse(&text).unwrap()), None);
    let routed = |provider: &str, after: &str| {
        let route = format!("{{ provider: {provider}, family: some-form{after} }}");
        let routes = format!("family: kling-3.0\n    routes: [{route}]");
        never_called_back(&parse(&text.replacen("family: kling-3.0", &routes, 1)).unwrap())
    };
    for (provider, after) in [
        ("vertex", ""),
        ("luma", ", poll_after_s: 181"),
        ("klingv1", ", poll_after_s: 660"),
    ] {
        let told = routed(provider, after).unwrap();
        assert!(
            told.contains(&format!("kling-3.0 by {provider} some-form")),
            "{told}"
        );
    }
    assert_eq!(routed("vertex", ", poll_after_s: 180"), None);
    assert_eq!(routed("kling", ""), None);
    let own = text.replacen("    provider: kie", "    provider: minimax", 1);
    assert!(never_called_back(&parse(&own).unwrap()).is_some());
}
