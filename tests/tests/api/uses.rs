//! Uses that are told over the API: counted once, refused with everything there is to say, given back once.

use std::time::Duration;

use domain::id::UserId;
use domain::time::Millis;
use limits_flags::access::{NewKey, Role, Scope};
use serde_json::{Value, json};
use store::rows::account_key;
use table::{Deadline, Write, s};
use tests::stage::{Ask, Said, Stage};

use crate::{ANNA, BORIS, shop};

/// A shop with a customer of each tier, and the key that everything may be done with.
async fn opened() -> (Stage, NewKey) {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    stage.newcomer(ANNA).await;
    (stage, key)
}

fn using(feature: &str, body: &Value) -> Ask {
    Ask::post(&format!("/features/{feature}/uses")).json(body)
}

fn giving_back(said: &Said) -> Ask {
    let (feature, id) = (&said.body["feature_key"], &said.body["use_id"]);
    let path = format!(
        "/features/{}/uses/{}",
        feature.as_str().unwrap_or_default(),
        id.as_str().unwrap_or_default()
    );
    Ask::of("DELETE", &path)
}

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(10))
}

/// What of a feature is used, as a check says.
async fn used(stage: &Stage, feature: &str) -> Value {
    let ask = Ask::get(&format!("/features/check/{feature}")).user(stage, ANNA);
    stage.ask(ask).await.body["used"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_use_is_counted_or_refused_for_what_is_wrong_with_it() {
    let (stage, key) = opened().await;
    let tell = async |feature: &str, body: Value| stage.ask(using(feature, &body).key(&key)).await;
    let said = tell("chat", json!({"user": "1001", "amount": 5.0})).await;
    assert_eq!(
        (said.status, &said.body["check"]["used"], &said.body["replayed"]),
        (200, &json!(5), &json!(false))
    );
    assert_eq!(
        (&said.body["user"], &said.body["state"]),
        (&json!("1001"), &json!("counted"))
    );
    let denied = tell("hd", json!({"user": "1001"})).await;
    assert_eq!(
        (
            denied.status,
            &denied.body["reason"],
            &denied.body["unlocked_by"]["tier"]
        ),
        (403, &json!("not_in_tier"), &json!("pro"))
    );
    assert_eq!(tell("chat", json!({})).await.status, 403, "whose?");
    assert_eq!(tell("none", json!({"user": "1001"})).await.status, 404);
    assert_eq!(tell("chat", json!({"user": "x"})).await.status, 422);
    let own = using("chat", &json!({"user": "1001"})).user(&stage, BORIS);
    assert_eq!(stage.ask(own).await.status, 403, "of another");
    let slides = json!([{"max": 2, "sliding_s": 3600}]);
    let row = json!({"name": "Live", "type": "metered", "default": {"enabled": true, "limits": slides}});
    assert_eq!(shop::put(&stage, &key, "features/live", &row).await.status, 200);
    let live = async || tell("live", json!({"user": "1001"})).await.status;
    assert_eq!([live().await, live().await, live().await], [200, 200, 429]);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_by_a_limit_says_which_how_much_until_when_and_what_would_help() {
    let (stage, key) = opened().await;
    let tell = async |amount: u64| {
        let body = json!({"user": "1001", "amount": amount});
        stage.ask(using("chat", &body).key(&key)).await
    };
    assert_eq!(tell(4).await.status, 200);
    let full = tell(2).await;
    assert_eq!(
        (
            full.status,
            full.header("retry-after"),
            full.header("content-type")
        ),
        (429, "32400", "application/problem+json"),
        "nine hours to nine in the evening"
    );
    let message = full.body["message"].as_str().unwrap();
    assert!(
        message.contains("1 of 5 left") && message.ends_with("The tier Pro has more."),
        "{message}"
    );
    let mut told = full.body.clone();
    told.as_object_mut()
        .unwrap()
        .retain(|name, _| name != "message" && name != "detail");
    assert_eq!(
        told,
        json!({"type": "urn:neurocards:problem:limit-reached", "title": "Limit Reached", "status": 429,
            "reason": "limit_reached", "feature_key": "chat", "unlocked_by": {"tier": "pro"},
            "limit_id": "feature-chat-rd", "source": "default", "measure": "requests", "window": "day", "shared": false,
            "limit": 5, "used": 4, "remaining": 1, "requested": 2, "reset_at": "2026-11-21T18:00:00Z"})
    );
    let tongue = Write::update(
        "test",
        stage.aws.table_name("AccountsTable").unwrap(),
        account_key(UserId(ANNA)),
    );
    stage
        .db
        .write(tongue.set("locale", s("ru")), soon())
        .await
        .unwrap();
    let full = tell(2).await;
    let message = full.body["message"].as_str().unwrap();
    assert!(
        message.contains("осталось 1 из 5") && message.ends_with("Больше — на тарифе Pro."),
        "in the customer's language, whoever asks: {message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_counts_once_and_gets_the_first_answer_and_another_request_with_it_is_refused() {
    let (stage, key) = opened().await;
    let tell = async |feature: &str, body: Value, name: &str| {
        let ask = using(feature, &body).key(&key).header("idempotency-key", name);
        stage.ask(ask).await
    };
    let anna = |amount: u64| json!({"user": "1001", "amount": amount});
    let first = tell("chat", anna(2), "a-1").await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (200, ""));
    assert_eq!(tell("chat", anna(3), "a-2").await.status, 200);
    // There is no room left now, and yet the first was counted.
    let again = tell("chat", anna(2), "a-1").await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, "true"));
    assert_eq!(
        (&again.body["replayed"], &again.body["use_id"]),
        (&json!(true), &first.body["use_id"])
    );
    assert_eq!(again.body["check"], first.body["check"]);
    assert_eq!(used(&stage, "chat").await, 5);
    assert_eq!(tell("chat", anna(1), "a-1").await.status, 422, "another amount");
    assert_eq!(tell("help", anna(2), "a-1").await.status, 422, "another feature");
    let other = tell("chat", json!({"user": "1002", "amount": 2}), "a-1").await;
    assert_eq!(other.status, 422, "another user");
    assert_eq!(
        tell("chat", json!({"user": "1002", "amount": 6}), "b-1")
            .await
            .status,
        429
    );
    let later = tell("chat", json!({"user": "1002", "amount": 5}), "b-1").await;
    assert_eq!(
        (later.status, &later.body["replayed"]),
        (200, &json!(false)),
        "a refusal is not kept"
    );
    for unfit in ["", "a b", &"a".repeat(129)] {
        assert_eq!(tell("chat", anna(1), unfit).await.status, 400, "{unfit:?}");
    }
    let stranger = stage.new_key(8, &[Scope::Evaluate], None).await;
    let own = using("width", &json!({"user": "1001"})).key(&stranger);
    let own = stage.ask(own.header("idempotency-key", "a-1")).await;
    assert_eq!(
        (own.status, &own.body["replayed"]),
        (200, &json!(false)),
        "keys are each caller's own"
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_with_one_key_at_once_one_counts() {
    let (stage, _) = opened().await;
    let one = || {
        let ask = using("chat", &json!({"amount": 5})).user(&stage, ANNA);
        stage.ask(ask.header("idempotency-key", "once"))
    };
    let answers = futures::future::join_all((0..12).map(|_| one())).await;
    let fresh = answers.iter().filter(|said| said.body["replayed"] == false);
    assert_eq!(fresh.count(), 1);
    assert!(answers.iter().all(|said| said.status == 200), "{answers:?}");
    assert_eq!(used(&stage, "chat").await, 5);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_use_is_given_back_once_to_its_own_window_however_late() {
    let (stage, key) = opened().await;
    let tell = async || {
        stage
            .ask(using("chat", &json!({"user": "1001", "amount": 4})).key(&key))
            .await
    };
    let (first, back) = (tell().await, async |said: &Said| {
        stage.ask(giving_back(said).key(&key)).await
    });
    let given = back(&first).await;
    assert_eq!(
        (
            given.status,
            &given.body["state"],
            &given.body["already_released"]
        ),
        (200, &json!("released"), &json!(false))
    );
    assert_eq!(used(&stage, "chat").await, 0);
    let second = tell().await;
    let again = back(&first).await;
    assert_eq!(
        (again.status, &again.body["already_released"]),
        (200, &json!(true))
    );
    assert_eq!(again.body["released_at"], given.body["released_at"]);
    assert_eq!(used(&stage, "chat").await, 4, "once");
    stage.pass(Millis::from_mins(24 * 60));
    assert_eq!(tell().await.status, 200, "another day");
    assert_eq!(back(&second).await.body["already_released"], false);
    assert_eq!(
        used(&stage, "chat").await,
        4,
        "what was given back was yesterday's"
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_at_once_is_free_again_when_it_is_given_back() {
    let (stage, _) = opened().await;
    let key = stage
        .new_key(7, &[Scope::Evaluate, Scope::AdminWrite], None)
        .await;
    let row = json!({"name": "Calls", "type": "metered", "default": {"enabled": true, "limits": [{"max": 2, "measure": "concurrent"}]}});
    let written = shop::put(&stage, &key, "features/calls", &row).await;
    assert_eq!(written.status, 200, "{written:?}");
    let tell = async || stage.ask(using("calls", &json!({})).user(&stage, ANNA)).await;
    let (first, second, third) = (tell().await, tell().await, tell().await);
    assert_eq!((first.status, second.status, third.status), (200, 200, 429));
    assert_eq!(
        (&third.body["window"], third.header("retry-after")),
        (&json!("open"), "30")
    );
    assert_eq!(
        stage.ask(giving_back(&first).user(&stage, ANNA)).await.status,
        200
    );
    assert_eq!((tell().await.status, tell().await.status), (200, 429));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_frees_what_it_counts_as_open_and_stays_counted_for_the_day() {
    let (stage, key) = opened().await;
    let limits = json!([{"max": 1, "measure": "concurrent"}, {"max": 3, "period": "day"}]);
    let row = json!({"name": "Calls", "type": "metered", "default": {"enabled": true, "limits": limits}});
    assert_eq!(shop::put(&stage, &key, "features/calls", &row).await.status, 200);
    let tell = async || {
        let ask = using("calls", &json!({"user": "1001"}));
        stage.ask(ask.key(&key)).await
    };
    let done = async |said: &Said, query: &str| {
        let path = format!(
            "/features/calls/uses/{}{query}",
            said.body["use_id"].as_str().unwrap_or_default()
        );
        stage.ask(Ask::of("DELETE", &path).key(&key)).await
    };
    let first = tell().await;
    assert_eq!((first.status, tell().await.status), (200, 429), "one at once");
    for _ in 0..2 {
        let said = done(&first, "?done=true").await;
        assert_eq!(
            (said.status, &said.body["state"]),
            (200, &json!("counted")),
            "{said:?}"
        );
    }
    let second = tell().await;
    assert_eq!(
        (second.status, tell().await.status),
        (200, 429),
        "freed once, not twice"
    );
    done(&second, "?done=true").await;
    let third = tell().await;
    done(&third, "?done=true").await;
    let full = tell().await;
    assert_eq!(
        (full.status, &full.body["window"]),
        (429, &json!("day")),
        "{full:?}"
    );
    // What is over can still be given back, of which the rest is left.
    assert_eq!(done(&first, "").await.body["state"], "released");
    assert_eq!(tell().await.status, 200);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_told_of_a_use_gives_it_back_or_an_editor() {
    let (stage, key) = opened().await;
    let site = stage.new_key(5, &[Scope::Evaluate], None).await;
    let told = stage
        .ask(using("chat", &json!({"user": "1001"})).key(&site))
        .await;
    let own = stage.ask(using("chat", &json!({})).user(&stage, ANNA)).await;
    let status = async |ask: Ask| stage.ask(ask).await.status;
    assert_eq!(status(giving_back(&told)).await, 401);
    assert_eq!(
        status(giving_back(&told).user(&stage, ANNA)).await,
        403,
        "what a machine counted"
    );
    assert_eq!(
        status(giving_back(&own).user(&stage, BORIS)).await,
        403,
        "of another"
    );
    assert_eq!(
        status(giving_back(&own).key(&site)).await,
        403,
        "what she told herself"
    );
    stage.admit(BORIS, Role::Viewer).await;
    assert_eq!(status(giving_back(&own).user(&stage, BORIS)).await, 403);
    stage.admit(BORIS, Role::Editor).await;
    assert_eq!(status(giving_back(&own).user(&stage, BORIS)).await, 200);
    let own = stage.ask(using("chat", &json!({})).user(&stage, ANNA)).await;
    assert_eq!(status(giving_back(&own).user(&stage, ANNA)).await, 200);
    let second = stage.new_key(6, &[Scope::Evaluate], None).await;
    assert_eq!(
        status(giving_back(&told).key(&second)).await,
        200,
        "one machine for another"
    );
    assert_eq!(used(&stage, "chat").await, 0);
    let (id, none) = (told.body["use_id"].as_str().unwrap(), "0".repeat(32));
    for path in [
        format!("/features/hd/uses/{id}"),
        format!("/features/chat/uses/{none}"),
        "/features/chat/uses/x".to_owned(),
    ] {
        assert_eq!(status(Ask::of("DELETE", &path).key(&key)).await, 404, "{path}");
    }
    stage.assert_sound().await;
}

/// A shop with a feature of which all customers together have four a day.
async fn opened_with_songs() -> (Stage, NewKey) {
    let (stage, key) = opened().await;
    let shared = json!([{"max": 4, "period": "day", "anchor": "21:00", "utc_offset": "+03:00", "shards": 2}]);
    let row = json!({"name": {"en": "Songs", "ru": "Песни"}, "type": "metered", "default": {"enabled": true, "limits": shared}});
    assert_eq!(shop::put(&stage, &key, "features/songs", &row).await.status, 200);
    (stage, key)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_uses_up_by_a_word_what_all_share() {
    let (stage, key) = opened_with_songs().await;
    let own = stage.ask(using("songs", &json!({})).user(&stage, BORIS)).await;
    assert_eq!(own.status, 403, "{own:?}");
    let of_a_service = using("songs", &json!({"user": "1002"})).key(&key);
    assert_eq!(stage.ask(of_a_service).await.status, 200);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_all_share_holds_for_all_and_its_numbers_are_the_operators() {
    let (stage, key) = opened_with_songs().await;
    let tell = async |user: i64| {
        let body = json!({"user": user.to_string()});
        stage.ask(using("songs", &body).key(&key)).await
    };
    for user in [ANNA, BORIS, ANNA, ANNA] {
        let said = tell(user).await;
        assert_eq!(
            (said.status, &said.body["check"]["used"]),
            (200, &json!(null)),
            "{said:?}"
        );
    }
    let full = tell(BORIS).await;
    assert_eq!((full.status, full.header("retry-after")), (429, "32400"));
    assert_eq!(
        (
            &full.body["shared"],
            &full.body["reset_at"],
            &full.body["used"],
            &full.body["limit"]
        ),
        (
            &json!(true),
            &json!("2026-11-21T18:00:00Z"),
            &json!(null),
            &json!(null)
        )
    );
    let message = "Songs: what all share is used up. Again today at 21:00 (Moscow).";
    assert_eq!(full.body["message"], message);
    let check = stage
        .ask(Ask::get("/features/check/songs").user(&stage, ANNA))
        .await
        .body;
    assert_eq!(
        (
            &check["has_access"],
            &check["reason"],
            &check["reset_at"],
            &check["message"]
        ),
        (
            &json!(false),
            &json!("limit_reached"),
            &json!("2026-11-21T18:00:00Z"),
            &json!(message)
        )
    );
    assert_eq!(
        (&check["usage"], &check["remaining"]),
        (&json!(null), &json!(null))
    );
    let all = stage.ask(Ask::get("/admin/limits/usage").key(&key)).await;
    let songs = all.body["limits"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["limit_id"] == "feature-songs-rd");
    assert_eq!(
        songs.unwrap(),
        &json!({"limit_id": "feature-songs-rd", "source": "feature:songs default", "measure": "requests", "mode": "hard",
            "window": "day", "limit": 4, "used": 4, "remaining": 0, "share": 100, "rows": 2, "full_rows": 2,
            "reset_at": "2026-11-21T18:00:00Z"})
    );
    stage.assert_sound().await;
}
