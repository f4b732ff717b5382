//! Rollbacks over what hands have written, and over very much.

use limits_flags::audit::Entry;
use limits_flags::history::{self, HistoryError};
use limits_flags::{ApplyError, By, Stored};
use serde_json::json;
use table::{Write, s};

use super::place::{Place, soon};
use super::shop::{SHOP, with};

async fn throw(place: &Place, times: usize) {
    for time in 0..times {
        let state = if time % 2 == 0 { "off" } else { "on" };
        place.ctl(&["flags", "set", "new_jobs", state]).await.unwrap();
    }
}

async fn back(place: &Place, to: &str) -> ctl::Report {
    let line = ["settings", "rollback", to, "--why", "x"];
    let done = place.ctl(&line).await;
    done.unwrap_or_else(|error| panic!("{}", error.with_causes()))
}

fn rows(place: &Place) -> std::collections::BTreeMap<String, String> {
    let mut rows = place.partition("live");
    rows.remove("version");
    rows
}

const HAND: &str = r#"{"title":"a hand was here"}"#;

#[tokio::test]
async fn a_row_changed_by_hand_is_brought_back_and_named_with_what_it_was() {
    let place = Place::with_shop().await;
    let first = rows(&place);
    place
        .ctl(&["prices", "set", "kling-3.0", "10", "3"])
        .await
        .unwrap();
    place.scribble("model#kling-3.0", HAND).await;
    let done = back(&place, "1").await;
    assert_eq!(rows(&place), first);
    let note = "changed outside after version 2 wrote it";
    assert!(
        done.text.contains(&format!("! model#kling-3.0: {note}")),
        "{}",
        done.text
    );
    assert_eq!(done.json["notes"], json!({"model#kling-3.0": note}));
    let log = place.ctl(&["log", "--entity", "model#kling-3.0"]).await.unwrap();
    let latest = &log.json["entries"][0];
    assert_eq!(latest["note"], json!(note));
    assert_eq!(latest["old"]["title"], json!("a hand was here"));
}

#[tokio::test]
async fn so_is_a_row_that_no_later_version_touched_and_one_that_a_hand_deleted_or_made() {
    let place = Place::with_shop().await;
    let first = rows(&place);
    throw(&place, 2).await;
    place.scribble("model#kling-3.0", HAND).await;
    place.scribble("flag#made-by-hand", r#"{"enabled":true}"#).await;
    place.erase("live", "model#kling-2.6").await;
    let plan = ["settings", "rollback", "3", "--plan", "--why", "x"];
    let plan = place.ctl(&plan).await.unwrap();
    for told in [
        "! flag#made-by-hand: written outside; no version knows it",
        "! model#kling-2.6: changed outside after version 1 wrote it",
        "! model#kling-3.0: changed outside after version 1 wrote it",
    ] {
        assert!(plan.text.contains(told), "{}", plan.text);
    }
    back(&place, "3").await;
    assert_eq!(rows(&place), first, "the switch was thrown twice");
}

#[tokio::test]
async fn what_a_hand_had_written_before_a_version_is_part_of_it() {
    let place = Place::with_shop().await;
    let by_hand = r#"{"enabled":true,"of":"a hand"}"#.replace(r#","of":"a hand""#, " ");
    place.scribble("flag#new_jobs", &by_hand).await;
    place.ctl(&["models", "disable", "kling-2.6"]).await.unwrap();
    let second = rows(&place);
    throw(&place, 3).await;
    // Another hand, on another row, after all of them.
    place.scribble("model#kling-3.0", HAND).await;
    back(&place, "2").await;
    assert_eq!(rows(&place), second);
    back(&place, "1").await;
    assert_eq!(place.row("model#kling-2.6")["enabled"], json!(true));
}

#[tokio::test]
async fn hands_that_no_record_tells_of_do_not_stop_a_rollback() {
    let place = Place::with_shop().await;
    // The second version is made over this, and a later hand wipes it out before any version has seen it.
    place.scribble("model#kling-3.0", HAND).await;
    throw(&place, 2).await;
    place.scribble("model#kling-3.0", r#"{"title":"another"}"#).await;
    back(&place, "2").await;
    assert_eq!(place.row("model#kling-3.0")["title"], json!("Kling 3.0"));
    assert_eq!(place.row("flag#new_jobs"), json!({"enabled": false}));
}

#[tokio::test]
async fn a_rollback_goes_over_more_versions_than_one_page_of_records() {
    let place = Place::with_shop().await;
    let first = rows(&place);
    place
        .ctl(&["prices", "set", "kling-3.0", "10", "3"])
        .await
        .unwrap();
    throw(&place, 119).await;
    let stored = place.ctl(&["settings", "export"]).await.unwrap();
    assert_eq!(stored.json["version"], json!(121));
    back(&place, "1").await;
    assert_eq!(rows(&place), first);
}

#[tokio::test]
async fn a_large_rollback_that_breaks_off_leaves_a_version_that_can_stand_and_is_gone_on_with() {
    let place = Place::with_shop().await;
    let first = rows(&place);
    let features: Vec<String> = (0..120)
        .map(|i| format!("  f{i:03}: {{ name: F, default: true }}"))
        .collect();
    let features = features.join("\n");
    let many = with(
        SHOP,
        &format!("tiers: {{}}\naddons: {{}}\ncomponents: {{}}\nfeatures:\n{features}"),
    );
    let file = place.file("many.yaml", &many);
    place.ctl(&["settings", "apply", &file]).await.unwrap();
    let office = place.found().await.office().unwrap();
    let plan = history::rollback(&office, 1).await.unwrap();
    let steps = plan.steps();
    assert!(steps.len() >= 3);
    // Something of the second step is there already, so DynamoDB refuses that one.
    let by = By::new("anna", "x", domain::time::Timestamp(5)).unwrap();
    let entry = Entry {
        entity: steps[1][0].row.clone(),
        action: limits_flags::audit::Action::Rollback,
        old: None,
        new: None,
        by: by.clone(),
        version: plan.version + 2,
        note: None,
    };
    office.db.write(entry.write(&office.audit), soon()).await.unwrap();
    let error = limits_flags::apply(&office, &plan, &by, soon())
        .await
        .unwrap_err();
    assert!(matches!(error, ApplyError::Overtaken { applied: 1 }), "{error}");
    let halfway = Stored::read(&office.db, &office.settings).await.unwrap();
    assert_eq!(halfway.version, plan.version + 1);
    let export = place.ctl(&["settings", "export"]).await.unwrap();
    let export = place.file("halfway.yaml", &export.text);
    assert!(place.ctl(&["settings", "check", &export]).await.unwrap().sound);
    let done = back(&place, "1").await;
    assert_eq!(rows(&place), first);
    assert_eq!(done.json["versions_written"], json!(steps.len() - 1));
}

#[tokio::test]
async fn without_the_first_records_a_stranger_is_left_alone() {
    let place = Place::with_shop().await;
    throw(&place, 3).await;
    place.erase("history", &format!("{:020}", 1)).await;
    place.scribble("flag#made-by-hand", r#"{"enabled":true}"#).await;
    back(&place, "2").await;
    assert_eq!(place.row("flag#made-by-hand"), json!({"enabled": true}));
    let office = place.found().await.office().unwrap();
    let stored = Stored::read(&office.db, &office.settings).await.unwrap();
    let error = history::rows_at(&office, &stored, 0).await.unwrap_err();
    assert!(
        matches!(error, HistoryError::Unknown { missing: 1, .. }),
        "{error}"
    );
}

impl Place {
    /// Deletes a row past every check, as a hand would.
    async fn erase(&self, partition: &str, sort: &str) {
        let found = self.found().await;
        let table = found.output("SettingsTable").unwrap();
        let key = [("pk".to_owned(), s(partition)), ("sk".to_owned(), s(sort))];
        let write = Write::delete_item("row", table, key.into());
        found.db().write(write, soon()).await.unwrap();
    }
}
