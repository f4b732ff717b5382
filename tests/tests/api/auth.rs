//! Who may ask what.

use domain::id::UserId;
use domain::time::{Millis, Timestamp};
use limits_flags::access::{self, Role, Scope};
use serde_json::{Value, json};
use tests::stage::{Ask, Said, Stage, init_data};

use crate::{ANNA, BORIS};

const BULK: &str = "/ofrep/v1/evaluate/flags";
const ADMIN: &str = "/admin/settings/flags";

fn is_problem(said: &Said, status: u16) {
    assert_eq!(said.status, status, "{said:?}");
    assert_eq!(said.header("content-type"), "application/problem+json");
    assert_eq!(said.body["status"], status);
    let kind = said.body["type"].as_str().unwrap_or_default();
    assert!(kind.starts_with("urn:neurocards:problem:"));
    assert!(said.body["title"].is_string() && said.body["detail"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_say_who_asks_is_told_how_to() {
    let stage = Stage::new().await;
    let strangers = [
        Ask::post(BULK),
        Ask::get(ADMIN),
        Ask::post(BULK).header("authorization", "Basic dXNlcjpwYXNz"),
        Ask::post(BULK).header("authorization", "Bearer nc_0000000000000000_0"),
        Ask::post(BULK).header("x-api-key", "nonsense"),
        Ask::post(BULK).header("authorization", "tma nonsense"),
    ];
    for stranger in strangers {
        let said = stage.ask(stranger).await;
        is_problem(&said, 401);
        assert_eq!(said.header("www-authenticate"), "tma, Bearer");
    }
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_users_init_data_holds_for_a_day() {
    let stage = Stage::new().await;
    let opened = stage.clock_now().seconds();
    let ask = || Ask::post(BULK).header("authorization", &format!("tma {}", init_data(ANNA, opened)));
    assert_eq!(stage.ask(ask()).await.status, 200);
    stage.pass(Millis::from_mins(24 * 60));
    assert_eq!(stage.ask(ask()).await.status, 200);
    stage.pass(Millis::from_secs(1));
    is_problem(&stage.ask(ask()).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_another_users_flags() {
    let stage = Stage::new().await;
    let about = |user: Value| {
        Ask::post(BULK)
            .user(&stage, ANNA)
            .context(&json!({"targetingKey": user}))
    };
    assert_eq!(stage.ask(about(json!(ANNA.to_string()))).await.status, 200);
    is_problem(&stage.ask(about(json!(BORIS.to_string()))).await, 403);
    let one = Ask::post("/ofrep/v1/evaluate/flags/new_jobs").user(&stage, ANNA);
    is_problem(
        &stage.ask(one.context(&json!({"targetingKey": "1002"}))).await,
        403,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_good_for_its_scopes_until_its_end_or_until_it_is_struck_off() {
    let stage = Stage::new().await;
    let end = Timestamp(stage.clock_now().0 + 60_000);
    let site = stage.new_key(1, &[Scope::Evaluate], Some(end)).await;
    let office = stage.new_key(2, &[Scope::AdminRead], None).await;
    assert_eq!(stage.ask(Ask::post(BULK).key(&site)).await.status, 200);
    is_problem(&stage.ask(Ask::get(ADMIN).key(&site)).await, 403);
    assert_eq!(stage.ask(Ask::get(ADMIN).key(&office)).await.status, 200);
    is_problem(&stage.ask(Ask::post(BULK).key(&office)).await, 403);
    let bearer = Ask::get(ADMIN).header("authorization", &format!("Bearer {}", office.text));
    assert_eq!(stage.ask(bearer).await.status, 200);
    stage.pass(Millis::from_mins(1));
    is_problem(&stage.ask(Ask::post(BULK).key(&site)).await, 401);
    stage.strike_off(&access::key(&office.id)).await;
    is_problem(&stage.ask(Ask::get(ADMIN).key(&office)).await, 401);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_is_one_as_long_as_the_row_stands() {
    let stage = Stage::new().await;
    is_problem(&stage.ask(Ask::get(ADMIN).user(&stage, ANNA)).await, 403);
    stage.admit(ANNA, Role::Viewer).await;
    assert_eq!(stage.ask(Ask::get(ADMIN).user(&stage, ANNA)).await.status, 200);
    is_problem(&stage.ask(Ask::get(ADMIN).user(&stage, BORIS)).await, 403);
    stage.strike_off(&access::admin(UserId(ANNA))).await;
    is_problem(&stage.ask(Ask::get(ADMIN).user(&stage, ANNA)).await, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_too_often_is_told_when_to_come_back_and_others_are_not_held_up() {
    let stage = Stage::new().await;
    let ask = |user| Ask::post(BULK).user(&stage, user);
    for _ in 0..features_api::rate::BURST {
        assert_eq!(stage.ask(ask(ANNA)).await.status, 200);
    }
    let said = stage.ask(ask(ANNA)).await;
    is_problem(&said, 429);
    assert_eq!(said.header("retry-after"), "1");
    assert_eq!(stage.ask(ask(BORIS)).await.status, 200);
    stage.pass(Millis::from_secs(1));
    assert_eq!(stage.ask(ask(ANNA)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_keys_is_limited_by_where_it_comes_from() {
    let stage = Stage::new().await;
    for _ in 0..features_api::rate::BURST {
        assert_eq!(stage.ask(Ask::post(BULK)).await.status, 401);
    }
    is_problem(&stage.ask(Ask::post(BULK)).await, 429);
    assert_eq!(stage.ask(Ask::post(BULK).user(&stage, ANNA)).await.status, 200);
}
