//! What operations cost: rows that take effect at their time, and slips that are named.

use serde_json::json;

use super::place::Place;

#[tokio::test]
async fn the_rate_of_the_rouble_and_of_a_provider_are_said_anew_and_slips_are_named() {
    let place = Place::with_shop().await;
    let rates =
        r#"{rub_per_usd: [{rate: 80}, {from: 2026-12-01, rate: "81.20"}], billed_units: {kie: 0.005}}"#;
    place.ctl(&["costs", "put", rates]).await.unwrap();
    let shown = place.ctl(&["costs", "show"]).await.unwrap();
    assert_eq!(shown.json["value"]["rub_per_usd"][1]["from"], json!("2026-12-01"));
    let dearer = r#"{provider: kie, category: video_gen, rates: [{unit: second, usd: "0.07"}, {from: 2026-12-01, unit: second, usd: "0.09"}]}"#;
    place
        .ctl(&["model_costs", "put", "kling-3.0", dearer])
        .await
        .unwrap();
    for (line, told) in [
        (
            &["costs", "put", "{rub_per_usd: [{rate: 80}, {rate: 81}]}"][..],
            "two begin at the same time",
        ),
        (
            &["costs", "put", "{keep_weeks: 3}"],
            "unknown field `costs.keep_weeks`",
        ),
        (&["costs", "put", "{billed_units: {kie: free}}"], "`free`"),
        (
            &[
                "model_costs",
                "put",
                "x",
                "{provider: kie, category: video, rates: []}",
            ],
            "`video` is no category",
        ),
        (
            &[
                "model_costs",
                "put",
                "x",
                "{provider: kie, category: tts, rates: [{unit: token, usd: 1}]}",
            ],
            "`usd_out`",
        ),
        (
            &[
                "model_costs",
                "put",
                "x",
                "{provider: kie, category: tts, rates: [{unit: minute, usd: 1, from: soon}]}",
            ],
            "`soon` is neither a date",
        ),
    ] {
        let error = format!("{:?}", place.ctl(line).await.unwrap_err());
        assert!(error.contains(told), "{line:?}: {error}");
    }
}
