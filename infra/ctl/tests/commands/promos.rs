//! Promo codes from the command line.

use domain::money::Credits;
use domain::rewards::{Promo, PromoCode};
use domain::time::Timestamp;
use serde_json::json;

use super::place::{Place, USER, soon};

#[tokio::test]
async fn what_a_code_has_given_is_listed_and_a_code_is_stopped() {
    let place = Place::with_shop().await;
    place.open_account().await;
    let listed = place.ctl(&["promos", "uses"]).await.unwrap();
    assert_eq!(listed.text, "WELCOME: used 0 of 5, 0 credits given");
    let code = PromoCode::read("welcome").unwrap();
    let promo = Promo {
        name: "WELCOME".to_owned(),
        credits: Credits(2),
        plan: None,
        from: None,
        until: None,
        uses_max: Some(5),
        newcomers_only: false,
        is_stopped: false,
    };
    let store = place.found().await.store().unwrap();
    let used = store::PromoUse {
        user: USER,
        code: &code,
        promo: &promo,
        standing: None,
        now: Timestamp(1_795_306_667_000),
    };
    let used = store.use_promo(used, soon());
    assert_eq!(used.await.unwrap(), store::PromoUsed::Now);
    let stop = place.ctl(&["promos", "stop", "WELCOME", "--why", "a test"]).await;
    assert!(stop.unwrap().text.contains("promo#WELCOME"));
    let listed = place.ctl(&["promos", "uses"]).await.unwrap();
    assert_eq!(listed.text, "WELCOME: used 1 of 5, 2 credits given, stopped");
    assert_eq!(
        listed.json["promos"],
        json!([{"code": "WELCOME", "credits": 2, "plan": null, "days": null, "used": 1, "uses": 5, "credits_given": 2, "stopped": true}])
    );
    let unknown = place.ctl(&["promos", "stop", "WELCOM"]).await.unwrap_err();
    assert!(
        unknown.with_causes().contains("promo#WELCOME"),
        "{}",
        unknown.with_causes()
    );
}
