//! Lists of operations: written as they are read, in the order of time, and whole.

use std::io;

use ctl::{Error, Kind};
use domain::ai_request::{AiRequest, Cost, Status};
use domain::cost::MicroUsd;
use domain::id::{UserId, shard_of};
use domain::time::Millis;
use serde_json::json;

use super::place::Place;
use super::requests::{DAY, NOW, line, write};

/// So many operations, each a moment after the one before, whatever part of the index it lies in.
async fn many(place: &Place, number: i64) -> Vec<String> {
    let lines: Vec<AiRequest> = (0..number)
        .map(|number| AiRequest {
            result: Some(format!("file-{number}")),
            task: Some(format!("task-{number}")),
            ..line(number, "kling-3.0", Status::Completed)
        })
        .collect();
    write(place, &lines).await;
    lines.into_iter().map(|line| line.id).collect()
}

fn listed(more: &[&'static str]) -> Vec<&'static str> {
    [&["requests", "list"], &DAY[..], more].concat()
}

#[tokio::test]
async fn a_list_is_in_the_order_of_time_over_all_parts_and_pages_in_each_of_its_forms() {
    let place = Place::new().await;
    let ids = many(&place, 230).await;
    let parts: std::collections::BTreeSet<u32> = ids.iter().map(|id| shard_of(id)).collect();
    assert!(parts.len() > 4, "{parts:?}");
    let told = place.ctl(&listed(&["--json"])).await.unwrap();
    let rows = told.json["requests"].as_array().unwrap();
    let read: Vec<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(read, ids);
    assert_eq!(told.json["unreadable"], 0);
    let table = place.ctl(&listed(&["--csv"])).await.unwrap();
    let mut read = csv::Reader::from_reader(table.text.as_bytes());
    let read: Vec<String> = read.records().map(|row| row.unwrap()[1].to_owned()).collect();
    assert_eq!(read, ids, "with one head");
    let text = place.ctl(&listed(&[])).await.unwrap().text;
    assert_eq!(text.lines().count(), 231);
    assert!(text.ends_with("\n230 operations"), "{text}");
}

#[tokio::test]
async fn a_list_of_nothing_is_one_too() {
    let place = Place::new().await;
    let told = place.ctl(&listed(&["--json"])).await.unwrap();
    assert_eq!(told.json, json!({"requests": [], "unreadable": 0}));
    let text = place.ctl(&listed(&[])).await.unwrap().text;
    assert_eq!(text, "nothing was asked for\n0 operations");
    let table = place.ctl(&listed(&["--csv"])).await.unwrap().text;
    assert!(
        table.starts_with("at,id,user,") && table.lines().count() == 1,
        "{table}"
    );
}

#[tokio::test]
async fn what_was_asked_for_and_what_came_of_it_is_shown() {
    let place = Place::new().await;
    many(&place, 3).await;
    let plain = place.ctl(&listed(&["--json"])).await.unwrap().json;
    let row = &plain["requests"][1];
    assert_eq!(
        [
            &row["form"],
            &row["aspect"],
            &row["with_photo"],
            &row["result"],
            &row["task"]
        ],
        [
            &json!("kling-3.0/video"),
            &json!("9:16"),
            &json!(true),
            &json!(null),
            &json!(null)
        ],
        "the index has no files"
    );
    let whole = place.ctl(&listed(&["--json", "--results"])).await.unwrap().json;
    let row = &whole["requests"][1];
    assert_eq!(
        (&row["result"], &row["task"]),
        (&json!("file-1"), &json!("task-1"))
    );
    assert_eq!(row["prompt"], json!(null), "words are nobody's business");
    let table = place.ctl(&listed(&["--csv", "--results"])).await.unwrap().text;
    let mut read = csv::Reader::from_reader(table.as_bytes());
    let head = read.headers().unwrap().clone();
    let second = read.records().nth(1).unwrap().unwrap();
    let told = |name: &str| &second[head.iter().position(|column| column == name).unwrap()];
    let named = ["form", "aspect", "with_photo", "task", "result"].map(told);
    assert_eq!(named, ["kling-3.0/video", "9:16", "true", "task-1", "file-1"]);
    let history = place.ctl(&["requests", "user", "700001"]).await.unwrap();
    assert_eq!(history.json["requests"][0]["result"], "file-2");
    assert!(history.text.contains("  9:16"), "{}", history.text);
}

#[tokio::test]
async fn what_is_known_of_a_cost_is_at_least_that_and_dollars_without_a_rate_are_no_roubles_of_0() {
    let place = Place::new().await;
    let partly = AiRequest {
        cost: None,
        at_least: Some(MicroUsd(600_000)),
        ..line(1, "kling-3.0", Status::Completed)
    };
    let unrated = AiRequest {
        cost: line(2, "x", Status::Completed).cost.map(|cost| Cost {
            kopecks: None,
            ..cost
        }),
        kopecks_per_usd: None,
        ..line(2, "kling-3.0", Status::Completed)
    };
    write(&place, &[partly, unrated]).await;
    let sums = place
        .ctl(&[&["requests", "summary"], &DAY[..]].concat())
        .await
        .unwrap();
    let all = &sums.json["all"];
    assert_eq!(
        (
            &all["micro_usd"],
            &all["kopecks"],
            &all["unpriced"],
            &all["unrated"]
        ),
        (&json!(950_000), &json!(4_800), &json!(1), &json!(1)),
        "the index has all of it"
    );
    let words = "1 of unknown cost  1 of no known rate, so not in roubles";
    assert!(sums.text.contains(words), "{}", sums.text);
    let top = [&["requests", "top", "--csv"], &DAY[..]].concat();
    let top = place.ctl(&top).await.unwrap().text;
    assert!(top.ends_with(",0.950000,48.00,1,1"), "{top}");
    let list = place.ctl(&listed(&["--json"])).await.unwrap().json;
    assert_eq!(list["requests"][0]["at_least_micro_usd"], 600_000);
    let text = place.ctl(&listed(&[])).await.unwrap().text;
    assert!(text.contains("at least $0.600000"), "{text}");
    let table = place.ctl(&listed(&["--csv"])).await.unwrap().text;
    assert!(table.contains(",0.600000,"), "{table}");
}

#[tokio::test]
async fn a_line_that_cannot_be_read_is_said_behind_the_list() {
    let place = Place::new().await;
    many(&place, 2).await;
    let found = place.found().await;
    let key = store::rows::request_key(UserId(7), NOW, "odd");
    let part = store::rows::request_item(&line(1, "x", Status::Pending), Millis(1))["day"].clone();
    let odd = table::Write::update("line", found.output("AiRequestsTable").unwrap(), key)
        .set("status", table::s("perhaps"))
        .set("day", part);
    found.db().write(odd, super::place::soon()).await.unwrap();
    let text = place.ctl(&listed(&[])).await.unwrap();
    let words = "2 operations\n! 1 line of the log cannot be read and are not in this";
    assert!(!text.sound && text.text.ends_with(words), "{}", text.text);
    let json = place.ctl(&listed(&["--json"])).await.unwrap();
    assert_eq!((json.sound, &json.json["unreadable"]), (false, &json!(1)));
    assert!(!place.ctl(&listed(&["--csv"])).await.unwrap().sound);
}

/// Paper that takes so many lines, and then fails in some way.
struct Paper(usize, io::ErrorKind);

impl io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let lines = String::from_utf8_lossy(bytes).matches('\n').count();
        self.0 = self.0.checked_sub(lines).ok_or(self.1)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn nobody_reads_on_for_somebody_who_has_gone_and_a_full_disk_is_no_success() {
    let place = Place::new().await;
    many(&place, 230).await;
    let gone = place
        .ctl_into(&listed(&["--csv"]), &mut Paper(150, io::ErrorKind::BrokenPipe))
        .await
        .unwrap();
    assert_eq!((gone.text.as_str(), gone.sound), ("", true));
    let full = place
        .ctl_into(&listed(&["--csv"]), &mut Paper(150, io::ErrorKind::StorageFull))
        .await
        .unwrap_err();
    assert!(matches!(full, Error::Machine(_)), "{full}");
    assert_ne!(full.kind(), Kind::Usage);
}
