//! The log of AI operations and the open orders, as operators ask for them over HTTP.
#![allow(clippy::unwrap_used, reason = "what an answer lacks fails the test")]

use std::collections::BTreeSet;

use app::log_sums;
use domain::time::{Millis, Timestamp};
use limits_flags::access::Role;
use serde_json::{Value, json};
use tests::stage::{Ask, Said, Stage};

use crate::{ANNA, BORIS};

/// A day with two videos, one that failed, and one order that nobody goes on with; and an administrator who may look.
async fn day() -> Stage {
    let stage = Stage::with(|setting| setting.gift(20)).await;
    stage.newcomer(ANNA).await;
    stage.newcomer(BORIS).await;
    stage.admit(ANNA, Role::Viewer).await;
    for (user, prompt) in [(ANNA, "a fox"), (BORIS, "an owl"), (BORIS, "no owl #moderation")] {
        stage.order(user, prompt).await;
        stage.run_until_settled().await;
    }
    stage.order(ANNA, "for whom nobody comes").await;
    stage
}

async fn get(stage: &Stage, path: &str) -> Said {
    // Nobody is to be held up for asking too often.
    stage.pass(Millis::from_secs(1));
    stage.ask(Ask::get(path).user(stage, ANNA)).await
}

fn ids(said: &Said) -> Vec<String> {
    assert_eq!(said.status, 200, "{said:?}");
    let lines = said.body["requests"].as_array().unwrap();
    lines
        .iter()
        .map(|line| line["id"].as_str().unwrap().to_owned())
        .collect()
}

/// What a list has on all of its pages, going on from each to the next, and how many there were.
async fn all(stage: &Stage, path: &str) -> (Vec<String>, usize) {
    let (mut found, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let said = get(stage, &format!("{path}{cursor}")).await;
        found.extend(ids(&said));
        pages += 1;
        let Some(next) = said.body["next"].as_str() else {
            return (found, pages);
        };
        assert!(pages < 50, "it never ends");
        cursor = format!("&cursor={}", next.replace('#', "%23"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_summed_up_by_kind_by_model_and_by_reason() {
    let stage = day().await;
    let sums = get(&stage, "/admin/requests/summary").await;
    assert_eq!(sums.status, 200, "{sums:?}");
    let all = &sums.body["all"];
    let counts = ["requests", "completed", "failed", "open"].map(|name| all[name].as_u64().unwrap());
    assert_eq!(counts, [4, 2, 1, 1]);
    assert_eq!(
        (&sums.body["errors"], &sums.body["complete"]),
        (&json!({"moderation": 1}), &json!(true))
    );
    assert_eq!(sums.body["categories"]["video_gen"], *all);
    assert_eq!((&all["unrated"], sums.body.get("sample")), (&json!(0), None));
    let models = get(&stage, "/admin/requests/models").await;
    assert_eq!(models.body["models"][0]["micro_usd"], all["micro_usd"]);
    let csv = get(&stage, "/admin/requests/summary?format=csv").await;
    assert_eq!(csv.header("content-type"), "text/csv");
    assert!(
        csv.text.starts_with("category,requests,completed,"),
        "{}",
        csv.text
    );
    assert!(csv.text.contains("\nvideo_gen,4,2,1,0,1,"), "{}", csv.text);
    assert!(csv.text.trim_end().ends_with(",0,0"), "{}", csv.text);
    // Another day has none of it, two days have it all, and a word is no day.
    let other = get(&stage, "/admin/requests/summary?day=2026-11-20").await;
    assert_eq!(other.body["all"]["requests"], 0);
    let both = get(&stage, "/admin/requests/summary?day=2026-11-22&days=2").await;
    assert_eq!(both.body["all"], *all);
    for (wrong, status) in [
        ("day=yesterday", 422),
        ("days=32", 400),
        ("days=0", 400),
        ("format=xml", 400),
    ] {
        let said = get(&stage, &format!("/admin/requests/summary?{wrong}")).await;
        assert_eq!(said.status, status, "{wrong}: {said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sums_of_a_part_of_the_log_know_of_which() {
    let stage = day().await;
    let noon = |day: &str| Timestamp::parse_rfc3339(&format!("{day}T12:00:00Z")).unwrap();
    let days = ["2026-11-21", "2026-11-20"].map(noon);
    let log = stage.store.requests();
    let whole = log_sums::summed(&log, &days, 1, |_| true).await.unwrap();
    assert_eq!((whole.sums.all.requests, whole.sample), (4, None));
    let nothing = log_sums::summed(&log, &days, 1, |_| false).await.unwrap();
    let sample = nothing.sample.unwrap();
    assert_eq!(
        (sample.days, sample.half),
        (vec![(days[0], 0), (days[1], 0)], None)
    );
    let part = log_sums::summed(&log, &days, 1, |sums| sums.all.requests < 1)
        .await
        .unwrap();
    assert_eq!(part.sums.all.requests, 1);
    // A page of one line ends before its part is known to be over.
    let sample = part.sample.unwrap();
    let (half, up_to) = sample.half.unwrap();
    assert_eq!((half, up_to > days[1]), (days[0], true));
    assert!(sample.days[0].1 < 8 && sample.days[1].1 == 0, "{sample:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_for_and_what_came_of_it_is_in_lists_and_in_histories() {
    let stage = day().await;
    let paths = [
        "/admin/requests?status=completed".to_owned(),
        format!("/admin/users/{ANNA}/requests"),
    ];
    for path in paths {
        let said = get(&stage, &path).await;
        let lines = said.body["requests"].as_array().unwrap();
        let done = lines.iter().find(|line| line["status"] == "completed").unwrap();
        assert_eq!(
            (
                &done["model"],
                &done["form"],
                &done["aspect"],
                &done["with_photo"]
            ),
            (
                &json!("kling-3.0"),
                &json!("kling-3.0"),
                &json!("9:16"),
                &json!(false)
            )
        );
        for name in ["result", "task"] {
            assert!(
                done[name].as_str().is_some_and(|name| !name.is_empty()),
                "{name}: {done}"
            );
        }
        let csv = get(
            &stage,
            &format!("{path}{}format=csv", if path.contains('?') { '&' } else { '?' }),
        )
        .await;
        assert!(
            csv.text.contains(done["result"].as_str().unwrap()),
            "{}",
            csv.text
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_goes_on_from_page_to_page_and_has_each_operation_once() {
    let stage = day().await;
    let (whole, _) = all(&stage, "/admin/requests?limit=100").await;
    let different: BTreeSet<&String> = whole.iter().collect();
    assert_eq!((whole.len(), different.len()), (4, 4));
    for limit in [1, 2, 3] {
        let (found, pages) = all(&stage, &format!("/admin/requests?limit={limit}")).await;
        assert_eq!(found, whole, "{limit} on a page");
        assert!(pages >= 4_usize.div_ceil(limit));
    }
    let (failed, _) = all(&stage, "/admin/requests?status=failed&limit=1").await;
    assert_eq!(failed.len(), 1);
    let (videos, _) = all(&stage, "/admin/requests?category=video_gen").await;
    let (texts, _) = all(&stage, "/admin/requests?category=text&model=kling-3.0").await;
    assert_eq!((videos.len(), texts.len()), (4, 0));
    let csv = get(&stage, "/admin/requests?limit=1&format=csv").await;
    assert_eq!(
        (csv.text.lines().count(), csv.header("next-cursor").is_empty()),
        (2, false)
    );
    // Customers' words are nobody's business here.
    assert!(
        !csv.text.contains("fox") && !csv.text.contains("owl"),
        "{}",
        csv.text
    );
    for wrong in [
        "cursor=9",
        "cursor=0.x",
        "cursor=0.7.x",
        "status=lost",
        "category=film",
        "limit=101",
    ] {
        let said = get(&stage, &format!("/admin/requests?{wrong}")).await;
        let status = if wrong.starts_with("cursor") { 422 } else { 400 };
        assert_eq!(said.status, status, "{wrong}: {said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customers_history_is_theirs_alone_and_has_no_words() {
    let stage = day().await;
    let path = format!("/admin/users/{BORIS}/requests?limit=1");
    let (history, pages) = all(&stage, &path).await;
    assert_eq!(history.len(), 2);
    assert!(pages >= 2);
    assert!(
        history.iter().all(|id| id.starts_with(&format!("{BORIS}-"))),
        "{history:?}"
    );
    let said = get(&stage, &format!("/admin/users/{BORIS}/requests")).await;
    assert_eq!(said.body["requests"][0]["status"], "failed", "the latest first");
    assert!(!said.text.contains("owl"), "{}", said.text);
    assert_eq!(get(&stage, "/admin/users/nobody/requests").await.status, 404);
    let foreign = get(&stage, &format!("/admin/users/{BORIS}/requests?cursor=nonsense")).await;
    assert_eq!(foreign.status, 422);
}

fn jobs(said: &Said) -> Vec<Value> {
    assert_eq!(said.status, 200, "{said:?}");
    said.body["jobs"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_nobody_goes_on_with_is_open_then_stuck_then_expired() {
    let stage = day().await;
    let ask = |state: &str| format!("/admin/jobs?state={state}");
    let open = jobs(&get(&stage, "/admin/jobs").await);
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(
        (&open[0]["user"], &open[0]["stage"]),
        (&json!(ANNA.to_string()), &json!("QUEUED"))
    );
    assert!(jobs(&get(&stage, &ask("stuck")).await).is_empty());
    stage.pass(Millis::from_mins(4));
    assert_eq!(jobs(&get(&stage, &ask("stuck")).await).len(), 1);
    assert!(jobs(&get(&stage, &ask("expired")).await).is_empty());
    stage.pass(Millis::from_mins(24 * 60));
    assert_eq!(jobs(&get(&stage, &ask("expired")).await).len(), 1);
    for wrong in ["state=lost", "cursor=9", "cursor=0.1.x", "limit=0"] {
        let status = if wrong.starts_with("cursor") { 422 } else { 400 };
        assert_eq!(
            get(&stage, &format!("/admin/jobs?{wrong}")).await.status,
            status,
            "{wrong}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn open_orders_come_page_by_page_each_once() {
    let stage = Stage::with(|setting| setting.gift(30)).await;
    stage
        .change_settings(|settings| settings.rules.active_jobs_max = 9)
        .await;
    stage.newcomer(BORIS).await;
    stage.admit(ANNA, Role::Viewer).await;
    for number in 0..6 {
        stage.order(BORIS, &format!("number {number}")).await;
    }
    let all = jobs(&get(&stage, "/admin/jobs").await);
    assert!(all.is_sorted_by_key(|job| job["due_at"].as_str()), "{all:?}");
    let table = get(&stage, "/admin/jobs?limit=4&format=csv").await;
    assert_eq!(
        (table.header("content-type"), table.text.lines().count()),
        ("text/csv", 5)
    );
    assert!(table.text.starts_with("job,user,stage,model,"), "{}", table.text);
    assert!(!table.header("next-cursor").is_empty());
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for _ in 0..40 {
        let said = get(&stage, &format!("/admin/jobs?limit=2{cursor}")).await;
        assert!(jobs(&said).len() <= 2);
        found.extend(jobs(&said).into_iter().map(|job| job["job"].to_string()));
        let Some(next) = said.body["next"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    let different: BTreeSet<&String> = found.iter().collect();
    assert_eq!((found.len(), different.len()), (6, 6), "{found:?}");
    let in_order: Vec<String> = all.iter().map(|job| job["job"].to_string()).collect();
    assert_eq!(found, in_order);
}
