//! The log of AI operations, asked.

use domain::ai_request::{AiRequest, Asked, Cost, Source, Status};
use domain::cost::{Category, MicroUsd};
use domain::id::{ModelId, UserId};
use domain::money::Credits;
use domain::time::{Millis, Timestamp};
use domain::video::Aspect;
use serde_json::json;
use store::rows;
use table::Write;

use super::place::{Place, soon};

/// A quarter past midnight of the 22nd, in UTC.
pub(super) const NOW: Timestamp = Timestamp(1_795_306_667_000);

pub(super) fn line(number: i64, model: &str, status: Status) -> AiRequest {
    let done = status == Status::Completed;
    AiRequest {
        user: UserId(700_001),
        id: format!("700001-{number}"),
        at: NOW.after(Millis(number)),
        category: Category::VideoGen,
        status,
        provider: "kie".to_owned(),
        model: ModelId(model.to_owned()),
        asked: Some(Asked {
            family: "kling-3.0/video".to_owned(),
            aspect: Some(Aspect::Portrait),
            with_photo: true,
        }),
        prompt: Some("=HYPERLINK(\"https://x\")".to_owned()),
        result: None,
        error: (status == Status::Failed).then(|| "moderation".to_owned()),
        task: None,
        took: status.is_final().then_some(Millis(60_000)),
        seconds: 5,
        attempts: 1,
        tokens: 0,
        credits: Credits(u32::from(done)),
        cost: done.then_some(Cost {
            micro_usd: MicroUsd(350_000),
            kopecks: Some(2_800),
            source: Source::PriceList,
        }),
        at_least: None,
        kopecks_per_usd: Some(8_000),
        subscription: None,
        is_unlimited: false,
        tokens_in: 0,
        tokens_out: 0,
    }
}

pub(super) async fn write(place: &Place, lines: &[AiRequest]) {
    let found = place.found().await;
    let table = found.output("AiRequestsTable").unwrap();
    for line in lines {
        let item = rows::request_item(line, Millis(86_400_000));
        let write = Write::put("line", table, item);
        found.db().write(write, soon()).await.unwrap();
    }
}

async fn busy() -> Place {
    let place = Place::new().await;
    let mut unlimited = line(4, "kling-3.0", Status::Completed);
    (unlimited.user, unlimited.id) = (UserId(8), "8-4".to_owned());
    (unlimited.is_unlimited, unlimited.subscription) = (true, Some("day".to_owned()));
    let mut yesterday = line(5, "hailuo-02", Status::Completed);
    yesterday.at = NOW.after(Millis(-3_600_000));
    let lines = [
        line(1, "kling-3.0", Status::Completed),
        line(2, "kling-3.0", Status::Failed),
        AiRequest {
            tokens_in: 120,
            tokens_out: 45,
            ..line(3, "seedance-2", Status::Pending)
        },
        unlimited,
        yesterday,
    ];
    write(&place, &lines).await;
    place
}

pub(super) const DAY: [&str; 2] = ["--day", "2026-11-22"];

#[tokio::test]
async fn a_day_is_summed_up_and_so_are_two() {
    let place = busy().await;
    let day = place
        .ctl(&[&["requests", "summary"], &DAY[..]].concat())
        .await
        .unwrap();
    assert_eq!(
        day.json["all"],
        json!({"requests": 4, "completed": 2, "failed": 1, "canceled": 0, "open": 1, "credits": 2, "tokens": 0,
            "micro_usd": 700_000, "kopecks": 5_600, "unpriced": 0, "unrated": 0})
    );
    assert_eq!(
        (&day.json["median_ms"], &day.json["errors"]),
        (&json!(60_000), &json!({"moderation": 1}))
    );
    assert!(day.text.contains("2 done (66.6 %)"), "{}", day.text);
    assert!(day.text.contains("$0.700000  56.00 ₽"), "{}", day.text);
    let two = [&["requests", "summary", "--days", "2"], &DAY[..]].concat();
    let two = place.ctl(&two).await.unwrap();
    assert_eq!(two.json["all"]["requests"], 5);
}

#[tokio::test]
async fn models_and_plans_come_by_what_they_cost() {
    let place = busy().await;
    let top = [&["requests", "top", "--days", "2", "--csv"], &DAY[..]].concat();
    let top = place.ctl(&top).await.unwrap();
    let lines: Vec<&str> = top.text.lines().collect();
    assert_eq!(
        lines,
        [
            "model,requests,completed,failed,canceled,open,credits,tokens,cost_usd,cost_rub,unpriced,unrated",
            "kling-3.0,3,2,1,0,2,0,0.700000,56.00,0,0",
            "hailuo-02,1,1,0,0,1,0,0.350000,28.00,0,0",
            "seedance-2,1,0,0,1,0,0,0.000000,0.00,0,0",
        ]
    );
    let plans = [&["requests", "unlimited"], &DAY[..]].concat();
    let plans = place.ctl(&plans).await.unwrap();
    assert!(
        plans.text.starts_with("user 8  day  1 operation"),
        "{}",
        plans.text
    );
    assert_eq!(plans.json["plans"][0]["micro_usd"], 350_000);
}

#[tokio::test]
async fn a_list_is_in_order_and_as_csv_it_reads_back() {
    let place = busy().await;
    let list = [&["requests", "list", "--csv"], &DAY[..]].concat();
    let list = place.ctl(&list).await.unwrap();
    let mut read = csv::Reader::from_reader(list.text.as_bytes());
    let ids: Vec<String> = read.records().map(|row| row.unwrap()[1].to_owned()).collect();
    assert_eq!(ids, ["700001-1", "700001-2", "700001-3", "8-4"]);
    assert!(!list.text.contains("HYPERLINK"), "words are not in the index");
    let head: Vec<&str> = list.text.lines().next().unwrap().split(',').collect();
    let place_of = |name: &str| head.iter().position(|column| *column == name).unwrap();
    let mut read = csv::Reader::from_reader(list.text.as_bytes());
    let third = read.records().nth(2).unwrap().unwrap();
    let tokens = ["tokens", "tokens_in", "tokens_out"].map(|name| third[place_of(name)].to_owned());
    assert_eq!(tokens, ["0", "120", "45"]);
    let failed = [&["requests", "list", "--json", "--status", "failed"], &DAY[..]].concat();
    let failed = place.ctl(&failed).await.unwrap();
    assert_eq!(failed.json["requests"][0]["error"], "moderation");
    let wrong = ctl::Arguments::read(["ctl", "requests", "list", "--status", "done"]);
    assert!(wrong.unwrap_err().to_string().contains("timeout_waiting"));
}

#[tokio::test]
async fn a_customers_words_are_shown_when_asked_for_and_are_no_formula() {
    let place = busy().await;
    let history = place.ctl(&["requests", "user", "700001"]).await.unwrap();
    let ids: Vec<&str> = history.json["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        ids,
        ["700001-3", "700001-2", "700001-1", "700001-5"],
        "the latest first"
    );
    assert!(!format!("{} {}", history.text, history.json).contains("HYPERLINK"));
    let two = place
        .ctl(&["requests", "user", "700001", "--limit", "2"])
        .await
        .unwrap();
    assert_eq!(two.json["requests"].as_array().unwrap().len(), 2);
    let words = ["requests", "user", "700001", "--prompts", "--csv", "--limit", "1"];
    let words = place.ctl(&words).await.unwrap();
    let mut read = csv::Reader::from_reader(words.text.as_bytes());
    let row = read.records().next().unwrap().unwrap();
    assert_eq!(row.iter().next_back(), Some("'=HYPERLINK(\"https://x\")"));
}

#[tokio::test]
async fn what_cannot_be_read_is_said_and_is_no_success() {
    let place = busy().await;
    let found = place.found().await;
    let table = found.output("AiRequestsTable").unwrap();
    let key = rows::request_key(UserId(700_001), NOW, "odd");
    let odd = Write::update("line", table, key).set("status", table::s("perhaps"));
    found.db().write(odd, soon()).await.unwrap();
    let history = place.ctl(&["requests", "user", "700001"]).await.unwrap();
    assert!(!history.sound);
    assert!(
        history
            .text
            .ends_with("! 1 line of the log cannot be read and are not in this")
    );
    assert_eq!(history.json["unreadable"], 1);
}

#[tokio::test]
async fn the_report_of_a_day_says_what_the_bot_would_say_and_draws_its_picture() {
    let place = busy().await;
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("day.png");
    let file = picture.to_str().unwrap();
    // A quarter past midnight in UTC is three hours later in Moscow, where an hour before is the same day.
    let typed = [
        "report",
        "--day",
        "2026-11-22",
        "--language",
        "en",
        "--picture",
        file,
    ];
    let day = place.ctl(&typed).await.unwrap();
    for words in [
        "Report of 22.11.2026",
        "There were no payments.",
        "In all 5: done 3 (75.0\u{a0}%, canceled ones aside), failed 1, canceled by customers 0, under way 1",
        "Cost: 84.00\u{a0}₽ ($1.05)",
        "8, day: costs 28.00\u{a0}₽, brings 0, loss 28.00\u{a0}₽",
    ] {
        assert!(day.text.contains(words), "{words}: {}", day.text);
    }
    assert!(!day.text.contains('<'), "{}", day.text);
    assert_eq!(
        (&day.json["all"]["requests"], &day.json["revenue_kopecks"]),
        (&json!(5), &json!(0))
    );
    assert!(std::fs::read(picture).unwrap().starts_with(b"\x89PNG"));
    let week = place
        .ctl(&["report", "--week", "--day", "2026-11-17"])
        .await
        .unwrap();
    assert_eq!(
        (&week.json["first"], &week.json["all"]["requests"]),
        (&json!("2026-11-16"), &json!(5))
    );
    // In Russian nothing is left in English, and a code stands behind its words.
    for words in [
        "По видам: видео 5",
        "Почему не вышло: сервис отказал по своим правилам (moderation): 1",
    ] {
        assert!(week.text.contains(words), "{words}: {}", week.text);
    }
    let coming = place.ctl(&["report", "--day", "2099-01-01"]).await.unwrap();
    assert!(
        coming.text.ends_with("! это время ещё не кончилось"),
        "{}",
        coming.text
    );
    let wrong = place.ctl(&["report", "--day", "yesterday"]).await.unwrap_err();
    assert!(wrong.to_string().contains("is no day"), "{wrong}");
}

#[tokio::test]
async fn a_report_without_some_payments_says_so_and_is_no_success() {
    let place = Place::new().await;
    let typed = ["report", "--day", "2026-11-22", "--language", "en"];
    assert!(place.ctl(&typed).await.unwrap().sound);
    let found = place.found().await;
    let key = [("id".to_owned(), table::s("stripe#odd"))].into();
    let odd = Write::update("payment", found.output("PaymentsTable").unwrap(), key)
        .set("kind", table::s("payment"))
        .set("day", table::s("2026-11-22"))
        .set("at", table::n(NOW.0));
    found.db().write(odd, soon()).await.unwrap();
    let told = place.ctl(&typed).await.unwrap();
    let words = "Rows about money that cannot be read and are in no sum: 1";
    assert!(told.text.contains(words), "{}", told.text);
    assert_eq!((told.sound, &told.json["unread_payments"]), (false, &json!(1)));
    let before = ["report", "--day", "2026-11-21", "--language", "en"];
    assert!(place.ctl(&before).await.unwrap().sound);
}
