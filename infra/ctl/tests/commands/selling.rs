//! How packs and plans are sold: the one row of its kind.

use serde_json::json;

use super::place::Place;

#[tokio::test]
async fn how_it_is_sold_is_shown_and_said_anew_and_a_rail_is_taken_off_by_itself() {
    let place = Place::with_shop().await;
    let said = r#"{rails: [stars], receipts: {vat_code: 4}, support: "@help"}"#;
    place.ctl(&["selling", "put", said]).await.unwrap();
    let shown = place.ctl(&["selling", "show"]).await.unwrap();
    assert_eq!(
        shown.json["value"],
        json!({"rails": ["stars"], "receipts": {"vat_code": 4}, "support": "@help"})
    );
    place
        .ctl(&["selling", "rails", "yookassa", "stars"])
        .await
        .unwrap();
    let row = place.row("selling");
    assert_eq!(row["rails"], json!(["yookassa", "stars"]));
    assert_eq!(row["receipts"], json!({"vat_code": 4}), "the rest stays");
    for (rails, told) in [
        (&["selling", "rails", "yokassa"][..], "is `yookassa` meant?"),
        (
            &["selling", "rails", "stripe"],
            "nothing on sale has a price on stripe",
        ),
        (
            &["selling", "put", "{rails: [], vat: 4}"],
            "unknown field `selling.vat`",
        ),
        (
            &["selling", "put", "{receipts: {vat_code: 13}}"],
            "54-FZ knows 1 to 12",
        ),
    ] {
        let error = format!("{:?}", place.ctl(rails).await.unwrap_err());
        assert!(error.contains(told), "{rails:?}: {error}");
    }
    place.ctl(&["selling", "rails"]).await.unwrap();
    assert_eq!(place.row("selling")["rails"], json!([]));
}
