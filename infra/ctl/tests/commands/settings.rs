use ctl::Error;
use serde_json::json;

use super::place::Place;
use super::shop::SHOP;

fn shipped() -> String {
    std::fs::read_to_string(path()).unwrap()
}

fn path() -> String {
    format!("{}/../settings.yaml", env!("CARGO_MANIFEST_DIR"))
}

#[tokio::test]
async fn the_shipped_settings_are_planned_applied_once_and_shown() {
    let place = Place::new().await;
    let plan = place.ctl(&["settings", "plan", &path()]).await.unwrap();
    assert!(plan.text.contains("  + model#kling-3.0"), "{}", plan.text);
    let applied = place.ctl(&["settings", "apply", &path()]).await.unwrap();
    assert_eq!(applied.json["applied_version"], json!(1));
    let again = place.ctl(&["settings", "apply", &path()]).await.unwrap();
    assert_eq!(
        again.json["applied_version"],
        json!(1),
        "nothing to write, nothing written"
    );
    assert_eq!(again.json["changes"], json!([]));
}

#[tokio::test]
async fn what_is_shown_can_be_applied_again() {
    let place = Place::new().await;
    place.ctl(&["settings", "apply", &path()]).await.unwrap();
    let shown = place.ctl(&["settings", "show"]).await.unwrap();
    assert_eq!(shown.json["version"], json!(1));
    let file = place.file("shown.yaml", &shown.text);
    let plan = place.ctl(&["settings", "plan", &file]).await.unwrap();
    assert_eq!(plan.json["changes"], json!([]), "{}", plan.text);
}

#[tokio::test]
async fn a_changed_price_is_planned_as_just_that() {
    let place = Place::new().await;
    place.ctl(&["settings", "apply", &place.shop()]).await.unwrap();
    let dearer = SHOP.replacen("{ seconds: 5, credits: 1 }", "{ seconds: 5, credits: 3 }", 1);
    let file = place.file("dearer.yaml", &dearer);
    let plan = place.ctl(&["settings", "plan", &file]).await.unwrap();
    let (changes, warnings) = plan.text.split_at(plan.text.find("\nwarning: ").unwrap());
    assert_eq!(
        changes,
        "version 1: 1 row would change\n  ~ model#kling-3.0 prices.0.credits: 1 -> 3"
    );
    // What is probably not meant is said by each command that reads a file.
    assert!(warnings.contains("`selling.support` names nobody"), "{warnings}");
    assert_eq!(
        plan.json["warnings"].as_array().unwrap().len(),
        warnings.trim().lines().count()
    );
    let applied = place.ctl(&["settings", "apply", &file]).await.unwrap();
    assert!(applied.text.starts_with("version 1 -> 2"), "{}", applied.text);
    assert_eq!(applied.json["warnings"], plan.json["warnings"]);
}

#[tokio::test]
async fn what_nobody_would_render_is_not_applied() {
    let place = Place::new().await;
    let impossible = shipped().replacen("{ seconds: 10, credits: 2 }", "{ seconds: 60, credits: 2 }", 1);
    let file = place.file("impossible.yaml", &impossible);
    let error = place.ctl(&["settings", "apply", &file]).await.unwrap_err();
    assert!(
        matches!(&error, Error::Problems { problems, .. } if problems.len() == 2),
        "{error}"
    );
    assert!(error.to_string().contains("does not render 60 s"), "{error}");
    assert!(
        place.aws.items("SettingsTable").unwrap().is_empty(),
        "nothing was written"
    );
}

#[tokio::test]
async fn an_empty_table_is_shown_as_such() {
    let place = Place::new().await;
    let shown = place.ctl(&["settings", "show"]).await.unwrap();
    assert_eq!(shown.json["version"], json!(0));
    assert_eq!(shown.json["settings"]["models"], json!({}));
}
