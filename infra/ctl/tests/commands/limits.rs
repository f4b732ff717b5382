//! What all customers together have used.

use app::Clock as _;
use limits_flags::Settings;
use serde_json::json;
use store::rows;
use table::{Write, n};

use super::place::{Place, USER, soon};

#[tokio::test]
async fn the_usage_of_limits_that_all_share_is_summed_over_their_rows() {
    let place = Place::with_shop().await;
    let none = place.ctl(&["limits", "usage"]).await.unwrap();
    assert_eq!(none.json, json!({"limits": []}));
    assert!(none.text.contains("no limit is shared"), "{}", none.text);
    let row = "{max: 10, period: month, anchor: \"00:00\", zone: Europe/Moscow, shards: 2}";
    place.ctl(&["limits", "put", "spend", row]).await.unwrap();
    let found = place.found().await;
    let settings = Settings::new(found.db(), found.output("SettingsTable").unwrap().to_owned());
    let now = runtime::SystemClock.now();
    let limit = settings
        .reload(now)
        .await
        .unwrap()
        .shared_limits()
        .remove(0)
        .limit;
    for (key, used) in limit.rows(now).into_iter().zip([5, 2]) {
        let key = rows::usage_key(key.owner(USER), key.row());
        let write = Write::update("test", &found.tables().unwrap().usage, key).set("used", n(used));
        found.db().write(write, soon()).await.unwrap();
    }
    let told = place.ctl(&["limits", "usage"]).await.unwrap();
    let reset = limit.window_at(now).unwrap().ends_at.0;
    assert_eq!(
        told.json["limits"],
        json!([{"limit_id": "spend", "source": "limit:spend", "limit": 10, "used": 7, "remaining": 3, "share": 70,
            "rows": 2, "full_rows": 1, "reset_at_ms": reset}])
    );
    let line = "spend (limit:spend): 7 of 10 used, 70 %, 1 of 2 rows full, resets ";
    assert!(told.text.starts_with(line), "{}", told.text);
}
