use ctl::Error;
use domain::catalog::Rules;
use domain::id::{ChatId, JobId, MessageId, ModelId, NONCE_CHARS, Nonce};
use domain::job::{Job, Order};
use domain::ledger::Key;
use domain::money::Credits;
use domain::time::{Millis, Timestamp};
use domain::video::Aspect;
use serde_json::json;
use store::rows;
use table::Write;

use super::place::{Place, USER, soon};

const GRANT: &[&str] = &[
    "grant",
    "700001",
    "5",
    "--request",
    "ticket-17",
    "--why",
    "the video was green",
];

#[tokio::test]
async fn a_grant_is_given_once_however_often_it_is_repeated() {
    let place = Place::new().await;
    place.open_account().await;
    assert_eq!(place.ctl(GRANT).await.unwrap().json["given"], json!(true));
    assert_eq!(place.ctl(GRANT).await.unwrap().json["given"], json!(false));
    let account = place.ctl(&["account", "700001"]).await.unwrap();
    assert_eq!(account.json["available"], json!(7));
    assert_eq!(account.json["ledger"][1]["why"], json!("the video was green"));
    assert!(
        account.text.contains("adjust#ticket-17  (the video was green)"),
        "{}",
        account.text
    );
    assert!(place.ctl(&["audit"]).await.unwrap().sound);
}

#[tokio::test]
async fn another_amount_under_the_same_name_is_refused_aloud() {
    let place = Place::new().await;
    place.open_account().await;
    place.ctl(GRANT).await.unwrap();
    let mut other = GRANT.to_vec();
    other[2] = "50";
    let error = place.ctl(&other).await.unwrap_err();
    assert!(matches!(error, Error::Usage(_)), "{error}");
    assert!(
        error.to_string().contains("gave user 700001 5 credits"),
        "{error}"
    );
}

#[tokio::test]
async fn more_than_a_balance_can_count_is_refused_and_the_account_stays_readable() {
    let place = Place::new().await;
    place.open_account().await;
    let mut line = GRANT.to_vec();
    line[2] = "4294967294";
    let error = place.ctl(&line).await.unwrap_err();
    assert!(matches!(error, Error::Usage(_)), "{error}");
    assert!(
        error.to_string().contains("must stay below 4294967296"),
        "{error}"
    );
    line[2] = "4294967293";
    assert_eq!(place.ctl(&line).await.unwrap().json["given"], json!(true));
    let account = place.ctl(&["account", "700001"]).await.unwrap();
    assert_eq!(account.json["granted"], json!(u32::MAX));
}

#[tokio::test]
async fn nobody_without_an_account_is_given_anything() {
    let place = Place::new().await;
    let error = place.ctl(GRANT).await.unwrap_err();
    assert!(matches!(error, Error::NotFound(_)), "{error}");
    assert!(place.aws.items("LedgerTable").unwrap().is_empty());
    let error = place.ctl(&["account", "700001"]).await.unwrap_err();
    assert!(matches!(error, Error::NotFound(_)), "{error}");
}

#[tokio::test]
async fn a_grant_without_a_reason_or_a_name_is_refused() {
    let place = Place::new().await;
    for blank in [4, 6] {
        let mut line = GRANT.to_vec();
        line[blank] = " ";
        let error = place.ctl(&line).await.unwrap_err();
        assert!(matches!(error, Error::Usage(_)), "{error}");
    }
}

#[tokio::test]
async fn books_that_do_not_balance_are_told_with_their_invariant() {
    let place = Place::new().await;
    place.open_account().await;
    assert!(place.ctl(&["audit"]).await.unwrap().sound);
    break_the_books(&place).await;
    let audit = place.ctl(&["audit"]).await.unwrap();
    assert!(!audit.sound);
    let invariants: Vec<&str> = audit.json["violations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|violation| violation["invariant"].as_str().unwrap())
        .collect();
    assert!(
        invariants.contains(&"I4"),
        "a hold without its job: {}",
        audit.text
    );
    assert!(
        invariants.contains(&"I14"),
        "an account unlike its ledger: {}",
        audit.text
    );
}

/// A hold of a job that does not exist, which the account does not know either.
async fn break_the_books(place: &Place) {
    let found = place.found().await;
    let job = order_id();
    let entry = rows::entry_item(USER, &Key::Hold(job), Credits(1), Timestamp(0));
    let table = found.output("LedgerTable").unwrap();
    found
        .db()
        .write(Write::put("entry", table, entry), soon())
        .await
        .unwrap();
}

pub(super) fn order_id() -> JobId {
    JobId {
        user: USER,
        nonce: Nonce::from_random([3; NONCE_CHARS]),
    }
}

/// An order that was just placed.
pub(super) fn accepted(id: JobId, now: Timestamp) -> Job {
    let order = Order {
        model: ModelId("kling-3.0".to_owned()),
        provider: "kie".to_owned(),
        makes: domain::catalog::Makes::Video,
        family: "kling-3.0".to_owned(),
        others: vec![],
        prompt: "clouds over the city".to_owned(),
        image: None,
        aspect: Aspect::Portrait,
        duration_s: 5,
        quality: None,
        locale: "ru".to_owned(),
        typical: Millis::from_mins(2),
        poll_after: Millis::from_mins(11),
        render_max: Millis::from_mins(20),
        plan: None,
        costing: None,
        quiet: false,
        sketch: None,
    };
    let rules = Rules {
        signup_credits: Credits(2),
        active_jobs_max: 3,
        limits: vec![],
        wait_max: Millis::from_mins(30),
        settle_max: Millis::from_mins(90),
    };
    let at = domain::account::Place {
        chat: ChatId(USER.0),
        message: MessageId(12),
    };
    Job::accepted(id, order, Credits(1), vec![], at, &rules, now)
}

#[tokio::test]
async fn an_order_is_shown_with_its_timeline_and_without_its_prompt() {
    let place = Place::new().await;
    let job = accepted(order_id(), Timestamp(1_795_306_667_000));
    let found = place.found().await;
    let table = found.output("JobsTable").unwrap();
    let write = Write::put("job", table, rows::job_item(&job));
    found.db().write(write, soon()).await.unwrap();

    let shown = place.ctl(&["job", &order_id().to_string()]).await.unwrap();
    assert!(
        shown.text.contains("2026-11-22 00:17:47Z  T1   QUEUED"),
        "{}",
        shown.text
    );
    assert!(shown.text.contains("1 credit, held"), "{}", shown.text);
    assert!(shown.text.contains("a prompt of 20 characters"), "{}", shown.text);
    let said = format!("{} {}", shown.text, shown.json);
    assert!(!said.contains("clouds"), "{said}");

    // By what the logs call it, too, and back.
    let named = place
        .ctl(&["job", &order_id().to_string(), "--log-name"])
        .await
        .unwrap();
    let name = named.json["job"].as_str().unwrap();
    assert!(!format!("{} {}", named.text, named.json).contains(&order_id().user.to_string()));
    assert_eq!(place.ctl(&["job", name]).await.unwrap().text, shown.text);
    let other = name.replacen('x', "x0", 1);
    let error = place.ctl(&["job", &other]).await.unwrap_err();
    assert!(matches!(error, Error::Usage(_) | Error::NotFound(_)), "{error}");
}

#[tokio::test]
async fn open_orders_are_listed_and_those_whose_time_has_come() {
    let place = Place::new().await;
    assert_eq!(place.ctl(&["jobs"]).await.unwrap().json["jobs"], json!([]));
    let found = place.found().await;
    let table = found.output("JobsTable").unwrap();
    for (nonce, at) in [
        (3, 1_795_306_667_000),
        (4, 4_795_306_667_000),
        (5, 4_795_306_667_001),
    ] {
        let id = JobId {
            nonce: Nonce::from_random([nonce; NONCE_CHARS]),
            ..order_id()
        };
        let write = Write::put("job", table, rows::job_item(&accepted(id, Timestamp(at))));
        found.db().write(write, soon()).await.unwrap();
    }
    let all = place.ctl(&["jobs"]).await.unwrap();
    assert_eq!(all.json["jobs"].as_array().unwrap().len(), 3);
    assert!(all.text.contains("3 orders: 3 QUEUED"), "{}", all.text);
    let due = place.ctl(&["jobs", "--due"]).await.unwrap();
    assert_eq!(due.json["jobs"][0]["job"], json!(order_id().to_string()));
    assert_eq!(due.json["jobs"].as_array().unwrap().len(), 1);
    let some = place.ctl(&["jobs", "--limit", "2"]).await.unwrap();
    assert_eq!(
        (some.json["jobs"].as_array().unwrap().len(), &some.json["more"]),
        (2, &json!(true))
    );
}

#[tokio::test]
async fn an_order_is_asked_for_by_its_id() {
    let place = Place::new().await;
    let error = place.ctl(&["job", "nonsense"]).await.unwrap_err();
    assert!(matches!(error, Error::Usage(_)), "{error}");
    let error = place.ctl(&["job", "700001-2222222222222222"]).await.unwrap_err();
    assert!(matches!(error, Error::NotFound(_)), "{error}");
}
