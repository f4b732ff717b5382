//! Every change leaves its row in the transaction that makes it, and a change that is not made leaves none.

use ctl::{Error, Kind};
use futures::future::join_all;
use limits_flags::audit::{self, Of};
use limits_flags::{ApplyError, By, Stored};
use serde_json::{Value, json};

use super::place::{Place, soon};

fn by(who: &str, at: i64) -> By {
    By::new(who, "", domain::time::Timestamp(at)).unwrap()
}

#[tokio::test]
async fn every_row_that_is_applied_has_its_entry_and_its_place_in_the_history() {
    let place = Place::with_shop().await;
    let live = place.partition("live");
    let entries = place.audit();
    assert_eq!(entries.len(), live.len() - 1, "all but the version item");
    for entry in &entries {
        assert_eq!(entry["action"]["S"], json!("create"));
        assert_eq!(
            (&entry["who"]["S"], &entry["version"]["N"]),
            (&json!("anna"), &json!("1"))
        );
        assert!(
            live.contains_key(entry["entity"]["S"].as_str().unwrap()),
            "{entry:?}"
        );
        assert!(entry.contains_key("new") && !entry.contains_key("old"));
    }
    assert_eq!(place.partition("history").len(), 1);
}

#[tokio::test]
async fn a_thrown_switch_says_what_it_was_and_why_it_was_thrown() {
    let place = Place::with_shop().await;
    let thrown = place
        .ctl(&["flags", "set", "new_jobs", "off", "--why", "the provider is down"])
        .await
        .unwrap();
    assert_eq!(thrown.text, "version 2\n  ~ flag#new_jobs enabled: true -> false");
    assert_eq!(place.row("flag#new_jobs"), json!({"enabled": false}));
    let log = place.ctl(&["log", "--entity", "flag#new_jobs"]).await.unwrap();
    let latest = &log.json["entries"][0];
    assert_eq!(
        (&latest["old"], &latest["new"]),
        (&json!({"enabled": true}), &json!({"enabled": false}))
    );
    assert_eq!(
        (&latest["action"], &latest["why"]),
        (&json!("update"), &json!("the provider is down"))
    );
    assert_eq!(log.json["entries"][1]["action"], json!("create"));
    assert!(
        log.text
            .contains("anna  update flag#new_jobs  (the provider is down)"),
        "{}",
        log.text
    );
    let again = place.ctl(&["flags", "set", "new_jobs", "off"]).await.unwrap();
    assert_eq!(
        (&again.json["version"], &again.json["changes"]),
        (&json!(2), &json!([]))
    );
    assert_eq!(
        place
            .ctl(&["log", "--entity", "flag#new_jobs"])
            .await
            .unwrap()
            .json["entries"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn changes_are_listed_by_day_by_thing_and_by_person_a_page_at_a_time() {
    let place = Place::with_shop().await;
    let entries = place.audit().len();
    place
        .ctl(&["models", "disable", "kling-2.6", "--who", "boris"])
        .await
        .unwrap();
    let boris = place.ctl(&["log", "--person", "boris"]).await.unwrap();
    assert_eq!(boris.json["entries"].as_array().unwrap().len(), 1);
    assert_eq!(boris.json["entries"][0]["entity"], json!("model#kling-2.6"));
    let day = audit::day(domain::time::Timestamp(
        boris.json["entries"][0]["at_ms"].as_i64().unwrap(),
    ));
    for line in [vec!["log", "--day", &day], vec!["log", "--person", "anna"]] {
        let (mut seen, mut after): (Vec<String>, Option<String>) = (Vec::new(), None);
        loop {
            let mut page = [line.clone(), vec!["--limit", "5"]].concat();
            page.extend(after.iter().flat_map(|after| ["--after", after.as_str()]));
            let page = place.ctl(&page).await.unwrap().json;
            let ids = page["entries"]
                .as_array()
                .unwrap()
                .iter()
                .map(|entry| entry["id"].as_str().unwrap().to_owned());
            seen.extend(ids);
            after = page["next"].as_str().map(str::to_owned);
            if after.is_none() {
                break;
            }
        }
        let expected = entries + usize::from(line[1] == "--day");
        assert_eq!(seen.len(), expected, "{line:?}");
        assert!(seen.is_sorted_by(|a, b| a > b), "the latest first, each once");
    }
}

#[tokio::test]
async fn a_change_that_came_too_late_leaves_no_trace() {
    let place = Place::with_shop().await;
    let office = place.found().await.office().unwrap();
    let stored = Stored::read(&office.db, &office.settings).await.unwrap();
    let mut wanted = stored.rows.clone();
    wanted.insert("flag#new_jobs".to_owned(), r#"{"enabled":false}"#.to_owned());
    let late = limits_flags::Plan::between(stored, &wanted);
    place.ctl(&["models", "disable", "kling-2.6"]).await.unwrap();
    let (rows, entries, records) = (
        place.partition("live"),
        place.audit().len(),
        place.partition("history"),
    );
    let error = limits_flags::apply(&office, &late, &by("boris", 5), soon())
        .await
        .unwrap_err();
    assert!(matches!(error, ApplyError::Overtaken { applied: 0 }), "{error}");
    assert_eq!(place.partition("live"), rows);
    assert_eq!(place.partition("history"), records);
    assert_eq!(place.audit().len(), entries);
    let boris = audit::list(&office, &Of::Person("boris".to_owned()), 10, None)
        .await
        .unwrap();
    assert_eq!(boris.entries, []);
    assert_eq!(Error::Settings(error).kind(), Kind::Overtaken);
}

#[tokio::test]
async fn operators_who_change_the_same_settings_at_once_all_get_their_way() {
    let place = Place::with_shop().await;
    let prices = ["2", "3", "4", "5", "6", "7"];
    let lines = prices.map(|credits| {
        [
            "prices",
            "set",
            "kling-3.0",
            if credits < "5" { "5" } else { "10" },
            credits,
        ]
    });
    let reports = join_all(lines.iter().map(|line| place.ctl(line))).await;
    let mut versions: Vec<u64> = reports
        .into_iter()
        .map(|report| report.unwrap().json["version"].as_u64().unwrap())
        .collect();
    versions.sort_unstable();
    assert_eq!(versions, [2, 3, 4, 5, 6, 7], "one version each");
    let log = place.ctl(&["log", "--entity", "model#kling-3.0"]).await.unwrap();
    // The log is in the order in which they asked; who had to ask twice may come later than who asked after.
    let mut entries = log.json["entries"].as_array().unwrap().clone();
    entries.sort_by_key(|entry| entry["version"].as_u64());
    assert_eq!(entries.len(), 7);
    for pair in entries.windows(2) {
        assert_eq!(
            pair[1]["old"], pair[0]["new"],
            "each began where the one before had ended"
        );
    }
}

#[tokio::test]
async fn a_change_without_a_name_or_for_too_long_a_reason_is_refused() {
    let place = Place::with_shop().await;
    let long = "x".repeat(By::WHY_BYTES_MAX + 1);
    let lines: [&[&str]; 2] = [
        &["flags", "set", "new_jobs", "off", "--who", " "],
        &["flags", "set", "new_jobs", "off", "--why", &long],
    ];
    for line in lines {
        let error = place.ctl(line).await.unwrap_err();
        assert!(matches!(error, Error::Usage(_)), "{error}");
    }
    assert_eq!(place.row("flag#new_jobs"), json!({"enabled": true}));
}

#[tokio::test]
async fn nothing_ever_overwrites_an_entry() {
    let place = Place::with_shop().await;
    let office = place.found().await.office().unwrap();
    let entry = audit::list(&office, &Of::Entity("rules".to_owned()), 1, None)
        .await
        .unwrap()
        .entries
        .remove(0);
    let again = office.db.write(entry.write(&office.audit), soon()).await;
    assert!(again.unwrap_err().refused("audit").is_some());
    let _: Value = serde_json::from_str(entry.new.as_deref().unwrap()).unwrap();
}
