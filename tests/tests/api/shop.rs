//! A shop with tiers, features and flags of every type, opened over the API itself.

use limits_flags::access::{NewKey, Scope};
use serde_json::{Value, json};
use tests::stage::{Ask, Said, Stage};

/// What the shop's settings are.
fn rows() -> [(&'static str, Value); 10] {
    let daily = |max: u32| json!([{"max": max, "period": "day", "anchor": "21:00", "utc_offset": "+03:00"}]);
    [
        ("tiers/free", json!({"name": "Free", "rank": 0})),
        (
            "features/chat",
            json!({"name": "Chat", "type": "metered", "default": {"enabled": true, "limits": daily(5)}}),
        ),
        (
            "features/hd",
            json!({"name": {"en": "HD", "ru": "HD"}, "is_premium": true, "description": "Sharper", "category": "video"}),
        ),
        (
            "features/width",
            json!({"name": "Width", "type": "config", "default": {"enabled": true, "value": 720}}),
        ),
        (
            "tiers/pro",
            json!({"name": "Pro", "rank": 10, "inherits": "free",
            "features": {"hd": true, "chat": {"enabled": true, "limits": daily(100)}, "width": {"enabled": true, "value": 1080}}}),
        ),
        ("components/editor", json!({"name": "Editor", "feature": "hd"})),
        ("components/help", json!({"name": "Help", "feature": "chat"})),
        (
            "flags/greeting",
            json!({"state": "ENABLED", "variants": {"short": "hi", "long": "good day"}, "defaultVariant": "short",
            "targeting": {"if": [{"==": [{"var": "tier"}, "pro"]}, "long", "short"]}}),
        ),
        (
            "flags/share",
            json!({"state": "ENABLED", "variants": {"tenth": 0.1, "all": 1}, "defaultVariant": "tenth"}),
        ),
        (
            "flags/theme",
            json!({"state": "ENABLED", "variants": {"dark": {"ink": "white"}}, "defaultVariant": "dark", "metadata": {"owner": "design"}}),
        ),
    ]
}

/// Opens the shop; gives the key that everything can be changed with.
pub(crate) async fn open(stage: &Stage) -> NewKey {
    let key = stage
        .new_key(9, &[Scope::Evaluate, Scope::AdminRead, Scope::AdminWrite], None)
        .await;
    for (path, row) in rows() {
        let said = put(stage, &key, path, &row).await;
        assert_eq!(said.status, 200, "{path}: {said:?}");
    }
    key
}

/// Writes a row of the settings.
pub(crate) async fn put(stage: &Stage, key: &NewKey, path: &str, row: &Value) -> Said {
    let ask = Ask::of("PUT", &format!("/admin/settings/{path}")).key(key);
    stage
        .ask(ask.json(&json!({"row": row, "reason": "a test"})))
        .await
}

/// Gives a customer something.
pub(crate) async fn grant(stage: &Stage, key: &NewKey, user: i64, change: &Value) -> Said {
    let ask = Ask::post(&format!("/admin/standings/{user}")).key(key);
    stage.ask(ask.json(change)).await
}
