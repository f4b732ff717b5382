//! Earlier versions: listed, compared, brought back; and changes too large for one.

use ctl::{Error, Kind};
use limits_flags::features::Registry;
use limits_flags::history::{self, HistoryError};
use limits_flags::{Settings, Stored};
use serde_json::json;
use table::{Write, s};

use super::place::{Place, soon};
use super::shop::{SHOP, with};

/// Three more versions: a switch, a price, a deleted row.
async fn changed(place: &Place) {
    for line in [
        &["flags", "set", "new_jobs", "off", "--why", "night"][..],
        &["prices", "set", "kling-3.0", "10", "3"],
        &["components", "delete", "story-button"],
    ] {
        place.ctl(line).await.unwrap();
    }
}

#[tokio::test]
async fn a_rollback_brings_the_rows_back_byte_for_byte_as_a_new_version() {
    let place = Place::with_shop().await;
    // A body in letters that no type of ours would write, as an older version may have left it.
    let mut first = place.partition("live");
    first.remove("version");
    changed(&place).await;
    assert_ne!(without_version(&place), first);
    let plan = place
        .ctl(&["settings", "rollback", "1", "--plan", "--why", "to see"])
        .await
        .unwrap();
    assert!(
        plan.text
            .starts_with("version 4: 3 rows would be as in version 1"),
        "{}",
        plan.text
    );
    assert_ne!(without_version(&place), first, "a plan writes nothing");
    let back = place
        .ctl(&["settings", "rollback", "1", "--why", "all of it was wrong"])
        .await
        .unwrap();
    assert_eq!(back.json["applied_version"], json!(5));
    assert_eq!(without_version(&place), first);
    let log = place.ctl(&["log", "--entity", "flag#new_jobs"]).await.unwrap();
    assert_eq!(log.json["entries"][0]["action"], json!("rollback"));
    let history = place.ctl(&["settings", "history", "--limit", "1"]).await.unwrap();
    assert_eq!(history.json["versions"][0]["restores"], json!(1));
    // And back from that, to what the rollback undid.
    place
        .ctl(&["settings", "rollback", "4", "--why", "it was right after all"])
        .await
        .unwrap();
    assert_eq!(place.row("flag#new_jobs"), json!({"enabled": false}));
    assert_eq!(place.row("component#story-button"), json!(null));
}

fn without_version(place: &Place) -> std::collections::BTreeMap<String, String> {
    let mut rows = place.partition("live");
    rows.remove("version");
    rows
}

#[tokio::test]
async fn a_row_as_an_older_program_wrote_it_comes_back_in_its_own_letters() {
    let place = Place::with_shop().await;
    let odd = r#"{ "enabled" :   false }"#;
    let office = place.found().await.office().unwrap();
    let stored = Stored::read(&office.db, &office.settings).await.unwrap();
    let mut wanted = stored.rows.clone();
    wanted.insert("flag#odd".to_owned(), odd.to_owned());
    let plan = limits_flags::Plan::between(stored, &wanted);
    let by = limits_flags::By::new("an older program", "", domain::time::Timestamp(5)).unwrap();
    limits_flags::apply(&office, &plan, &by, soon()).await.unwrap();
    place.ctl(&["flags", "set", "odd", "on"]).await.unwrap();
    place
        .ctl(&["settings", "rollback", "2", "--why", "it was better"])
        .await
        .unwrap();
    let stored = Stored::read(&office.db, &office.settings).await.unwrap();
    assert_eq!(stored.rows["flag#odd"], odd);
}

#[tokio::test]
async fn a_version_that_would_not_do_now_or_was_never_there_is_refused() {
    let place = Place::with_shop().await;
    let rollback = |to: &'static str| {
        let place = &place;
        async move {
            place
                .ctl(&["settings", "rollback", to, "--why", "x"])
                .await
                .unwrap_err()
        }
    };
    let error = rollback("7").await;
    assert!(
        matches!(error, Error::History(HistoryError::NotYet { wanted: 7, now: 1 })),
        "{error}"
    );
    assert_eq!(error.kind(), Kind::Refused);
    let error = rollback("0").await;
    let told = error.with_causes();
    assert!(
        told.contains("before anything was applied") && told.contains("new_jobs"),
        "{told}"
    );
}

#[tokio::test]
async fn versions_are_compared_and_exported() {
    let place = Place::with_shop().await;
    let file = place.shop();
    assert!(place.ctl(&["settings", "diff", &file]).await.unwrap().sound);
    changed(&place).await;
    let drifted = place.ctl(&["settings", "diff", &file]).await.unwrap();
    assert!(!drifted.sound, "a difference ends with 1");
    assert!(
        drifted.text.contains("  ~ flag#new_jobs enabled: false -> true"),
        "{}",
        drifted.text
    );
    let between = place
        .ctl(&["settings", "diff", "--from", "2", "--to", "3"])
        .await
        .unwrap();
    assert_eq!(between.text, "  ~ model#kling-3.0 prices.1.credits: 2 -> 3");
    let latest = place.ctl(&["settings", "diff"]).await.unwrap();
    assert_eq!(latest.text, "  - component#story-button");
    let first = place
        .ctl(&["settings", "export", "--version", "1"])
        .await
        .unwrap();
    let exported = place.file("first.yaml", &first.text);
    let plan = place.ctl(&["settings", "plan", &exported]).await.unwrap();
    assert_eq!(plan.json["changes"].as_array().unwrap().len(), 3, "{}", plan.text);
}

#[tokio::test]
async fn versions_are_listed_a_page_at_a_time() {
    let place = Place::with_shop().await;
    changed(&place).await;
    let mut after = None;
    let mut told = Vec::new();
    loop {
        let mut line = vec!["settings", "history", "--limit", "3"];
        line.extend(after.as_deref().map(|_| "--after"));
        line.extend(after.as_deref());
        let page = place.ctl(&line).await.unwrap();
        let versions = page.json["versions"].as_array().unwrap();
        told.extend(
            versions
                .iter()
                .map(|version| version["version"].as_u64().unwrap()),
        );
        let Some(next) = page.json["next"].as_u64() else {
            break;
        };
        assert!(
            page.text.ends_with(&format!("more: --after {next}")),
            "{}",
            page.text
        );
        after = Some(next.to_string());
    }
    assert_eq!(told, [4, 3, 2, 1]);
}

/// The shop's settings with so many features.
fn many(features: usize) -> String {
    let rows: Vec<String> = (0..features)
        .map(|i| {
            // Each needs the next, up to four of them: what is needed has the later name.
            let next = if i % 4 == 3 || i + 1 == features {
                String::new()
            } else {
                format!("feature-{:03}", i + 1)
            };
            format!("  feature-{i:03}: {{ name: Feature {i}, default: true, depends_on: [{next}] }}")
        })
        .collect();
    let others = "tiers: {}\naddons: {}\ncomponents: {}\n";
    with(SHOP, &format!("{others}features:\n{}\n", rows.join("\n")))
}

#[tokio::test]
async fn three_hundred_rows_go_in_several_versions_each_whole_and_each_recorded() {
    let place = Place::new().await;
    let file = place.file("many.yaml", &many(300));
    let applied = place.ctl(&["settings", "apply", &file]).await.unwrap();
    let rows = place.partition("live").len() - 1;
    let steps = rows.div_ceil(49);
    assert_eq!(applied.json["versions_written"], json!(steps));
    assert_eq!(applied.json["applied_version"], json!(steps));
    assert!(
        applied.text.contains(&format!("in {steps} versions")),
        "{}",
        applied.text.lines().next().unwrap()
    );
    assert_eq!(place.audit().len(), rows);
    let found = place.found().await;
    let office = found.office().unwrap();
    let settings = Settings::new(found.db(), office.settings.clone());
    let snapshot = settings.reload(domain::time::Timestamp(0)).await.unwrap();
    assert!(snapshot.whole && snapshot.has_rules);
    let stored = Stored::read(&office.db, &office.settings).await.unwrap();
    for record in history::list_records(&office, None, 100).await.unwrap() {
        let rows = history::rows_at(&office, &stored, record.version).await.unwrap();
        let last = record.version == u64::try_from(steps).unwrap();
        assert_eq!(
            rows.contains_key("rules"),
            last,
            "nothing is sold before the last step"
        );
        let read = rows.iter().map(|(row, body)| (row.as_str(), body.as_str()));
        assert_eq!(Registry::read(read).problems(), [], "version {}", record.version);
        let sums = digest(&rows);
        assert_eq!(sums, record.digest, "version {}", record.version);
    }
    let fewer = place.file("fewer.yaml", &many(10));
    let applied = place.ctl(&["settings", "apply", &fewer]).await.unwrap();
    assert_eq!(applied.json["versions_written"], json!(290_usize.div_ceil(49)));
    let plan = place.ctl(&["settings", "plan", &fewer]).await.unwrap();
    assert_eq!(plan.json["changes"], json!([]));
}

/// FNV-1a over sort keys and bodies, reckoned anew.
fn digest(rows: &std::collections::BTreeMap<String, String>) -> String {
    let bytes = rows
        .iter()
        .flat_map(|(row, body)| [row.as_bytes(), &[0], body.as_bytes(), &[0]].concat());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

#[tokio::test]
async fn without_its_record_a_version_is_not_guessed() {
    let place = Place::with_shop().await;
    changed(&place).await;
    let office = place.found().await.office().unwrap();
    let sort = place.partition("history").keys().nth(1).unwrap().clone();
    let key = [("pk".to_owned(), s("history")), ("sk".to_owned(), s(sort))];
    let lost = Write::delete_item("history", &office.settings, key.into());
    office.db.write(lost, soon()).await.unwrap();
    place
        .ctl(&["settings", "rollback", "2", "--plan", "--why", "x"])
        .await
        .unwrap();
    let error = place
        .ctl(&["settings", "rollback", "1", "--why", "x"])
        .await
        .unwrap_err();
    assert!(
        error.with_causes().contains("the record of version 2 is missing"),
        "{}",
        error.with_causes()
    );
}

#[tokio::test]
async fn a_large_change_that_somebody_comes_between_is_gone_on_with_by_applying_it_again() {
    let place = Place::with_shop().await;
    let file = place.file("many.yaml", &many(300));
    let apply = ["settings", "apply", &file];
    let large = place.ctl(&apply);
    let between = async {
        let mut thrown = Vec::new();
        for state in ["off", "on", "off"] {
            thrown.push(place.ctl(&["flags", "set", "new_jobs", state]).await);
        }
        thrown
    };
    let (large, between) = tokio::join!(large, between);
    for thrown in between {
        thrown.unwrap();
    }
    if let Err(error) = large {
        assert_eq!(error.kind(), Kind::Overtaken, "{}", error.with_causes());
    }
    place.ctl(&apply).await.unwrap();
    assert!(place.ctl(&["settings", "diff", &file]).await.unwrap().sound);
    let office = place.found().await.office().unwrap();
    let stored = Stored::read(&office.db, &office.settings).await.unwrap();
    let records = history::list_records(&office, None, 100).await.unwrap();
    assert_eq!(u64::try_from(records.len()).unwrap(), stored.version);
    for record in records {
        let rows = history::rows_at(&office, &stored, record.version).await.unwrap();
        assert_eq!(digest(&rows), record.digest, "version {}", record.version);
    }
}
