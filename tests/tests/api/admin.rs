//! The operator's side.

use limits_flags::access::{Role, Scope};
use serde_json::{Value, json};
use tests::stage::{Ask, Stage};

use crate::{ANNA, BORIS, shop};

#[tokio::test(flavor = "multi_thread")]
async fn a_change_holds_for_the_next_request_and_is_told_in_the_audit() {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    let flag = async || {
        let ask = Ask::post("/ofrep/v1/evaluate/flags/new_jobs").key(&key);
        stage.ask(ask).await.body["value"].clone()
    };
    assert_eq!(flag().await, true);
    let said = shop::put(&stage, &key, "flags/new_jobs", &json!({"enabled": false})).await;
    assert_eq!(said.body["changed"], json!(["flag#new_jobs"]));
    assert_eq!(flag().await, false);
    let audit = stage
        .ask(Ask::get("/admin/audit/entities/flag%23new_jobs").key(&key))
        .await;
    let last = &audit.body["entries"][0];
    assert_eq!(
        (&last["action"], &last["reason"], &last["new"]),
        (&json!("update"), &json!("a test"), &json!({"enabled": false}))
    );
    assert_eq!(last["who"], json!(format!("key#{}", key.id)));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_go_together_is_refused_and_nothing_is_written() {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    let version = async || {
        stage.ask(Ask::get("/admin/history?limit=1").key(&key)).await.body["versions"][0]["version"].clone()
    };
    let before = version().await;
    let bad = [
        ("flags/broken", json!({"state": "ENABLED"})),
        ("features/bad", json!({"name": "Bad", "depends_on": ["nothing"]})),
        ("models/kling-3.0", json!({"title": "Kling"})),
        (
            "tiers/gold",
            json!({"name": "Gold", "rank": 20, "features": {"chatt": true}}),
        ),
    ];
    for (path, row) in bad {
        let said = shop::put(&stage, &key, path, &row).await;
        assert_eq!(said.status, 422, "{path}: {said:?}");
    }
    let gone = Ask::of("DELETE", "/admin/settings/tiers/free?reason=tidy").key(&key);
    assert_eq!(stage.ask(gone).await.status, 422, "another tier inherits from it");
    let none = Ask::of("DELETE", "/admin/settings/flags/none").key(&key);
    assert_eq!(stage.ask(none).await.status, 404);
    assert_eq!(version().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_customers_may_hold_goes_only_if_they_may_lose_it() {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    stage.admit(ANNA, Role::Owner).await;
    let gold = json!({"name": "Gold", "rank": 30});
    let made = shop::put(&stage, &key, "tiers/gold", &gold).await;
    let before = made.body["version"].as_u64().unwrap() - 1;
    let delete = |query: &str| {
        let ask = Ask::of("DELETE", &format!("/admin/settings/tiers/gold?reason=x{query}")).key(&key);
        stage.ask(ask)
    };
    let back = |lose: bool| {
        let body = json!({"version": before, "reason": "x", "holders_lose_it": lose});
        stage.ask(Ask::post("/admin/rollback").user(&stage, ANNA).json(&body))
    };
    for refused in [delete("").await, back(false).await] {
        assert_eq!(refused.status, 409, "{refused:?}");
        let detail = refused.body["detail"].as_str().unwrap();
        let told = detail.contains("tier#gold") && detail.contains("is_withdrawn");
        assert!(told, "{detail}");
    }
    assert_eq!(delete("&holders_lose_it=maybe").await.status, 400);
    let done = back(true).await;
    assert_eq!((done.status, &done.body["changed"]), (200, &json!(["tier#gold"])));
    assert_eq!(delete("").await.status, 404);
    shop::put(&stage, &key, "tiers/gold", &gold).await;
    assert_eq!(delete("&holders_lose_it=true").await.status, 200);
    let log = stage.ask(Ask::get("/admin/audit").key(&key)).await;
    let entries = log.body["entries"].as_array().unwrap();
    let is_it = |entry: &&serde_json::Value| entry["entity"] == "tier#gold" && entry["action"] == "delete";
    let latest = entries.iter().find(is_it).unwrap();
    let note = latest["note"].as_str().unwrap();
    assert!(note.starts_with("whoever held it lost it"), "{note}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_reads_changes_nothing_and_only_an_owner_goes_back() {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    let reader = stage.new_key(3, &[Scope::AdminRead], None).await;
    let row = json!({"enabled": false});
    assert_eq!(
        shop::put(&stage, &reader, "flags/new_jobs", &row).await.status,
        403
    );
    assert_eq!(shop::put(&stage, &key, "flags/new_jobs", &row).await.status, 200);
    let back = |ask: Ask| ask.json(&json!({"version": 1, "reason": "as it was"}));
    let path = "/admin/rollback";
    assert_eq!(stage.ask(back(Ask::post(path).key(&key))).await.status, 403);
    stage.admit(ANNA, Role::Editor).await;
    assert_eq!(
        stage.ask(back(Ask::post(path).user(&stage, ANNA))).await.status,
        403
    );
    stage.admit(ANNA, Role::Owner).await;
    assert_eq!(
        stage.ask(back(Ask::post(path).user(&stage, ANNA))).await.status,
        200
    );
    let flag = stage
        .ask(Ask::get("/admin/settings/flags/new_jobs").key(&reader))
        .await;
    assert_eq!(flag.body["row"]["enabled"], true);
    let too_late = Ask::post(path).user(&stage, ANNA).json(&json!({"version": 999}));
    assert_eq!(stage.ask(too_late).await.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_change_anything_is_told_so_before_what_they_sent_is_read() {
    let stage = Stage::new().await;
    let reader = stage.new_key(3, &[Scope::AdminRead], None).await;
    let nobody = stage.new_key(4, &[Scope::Evaluate], None).await;
    for (method, path) in [
        ("PUT", "/admin/settings/flags/new_jobs"),
        ("PUT", "/admin/settings/nonsense/x"),
        ("DELETE", "/admin/settings/flags/new_jobs?sort=up"),
        ("POST", "/admin/rollback"),
        ("POST", "/admin/standings/x"),
        ("POST", "/admin/upgrade-requests/1001/hd/approve"),
        ("POST", "/admin/upgrade-requests/1001/hd/deny"),
    ] {
        for key in [&reader, &nobody] {
            let ask = Ask::of(method, path).key(key).text("{");
            assert_eq!(stage.ask(ask).await.status, 403, "{method} {path}");
        }
    }
    for path in [
        "/admin/audit?day=x",
        "/admin/settings/nonsense",
        "/admin/limits/usage",
    ] {
        let ask = Ask::get(path).key(&nobody);
        assert_eq!(stage.ask(ask).await.status, 403, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standing_is_changed_thing_by_thing() {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    let nobody = shop::grant(&stage, &key, BORIS, &json!({"change": "tier", "key": "pro"})).await;
    assert_eq!(nobody.status, 404);
    stage.newcomer(ANNA).await;
    let changes = [
        json!({"change": "tier", "key": "pro"}),
        json!({"change": "set_override", "key": "hd", "value": false, "valid_until": "2026-12-01T00:00:00Z"}),
        json!({"change": "add_role", "key": "tester"}),
        json!({"change": "country", "key": "RU"}),
    ];
    for change in changes {
        assert_eq!(
            shop::grant(&stage, &key, ANNA, &change).await.status,
            200,
            "{change}"
        );
    }
    let stands = stage.ask(Ask::get("/admin/standings/1001").key(&key)).await.body;
    assert_eq!(
        (&stands["revision"], &stands["standing"]["tier"]["key"]),
        (&json!(4), &json!("pro"))
    );
    assert_eq!(
        stands["standing"]["overrides.hd"],
        json!({"value": false, "valid_until": "2026-12-01T00:00:00Z", "reason": ""})
    );
    let listed = stage
        .ask(Ask::get("/admin/overrides?feature=hd").key(&key))
        .await
        .body;
    assert_eq!(
        (
            &listed["overrides"][0]["user"],
            &listed["overrides"][0]["valid_until"]
        ),
        (&json!("1001"), &json!("2026-12-01T00:00:00Z"))
    );
    let why = stage.ask(Ask::get("/admin/explain/1001/hd").key(&key)).await;
    assert_eq!(why.body["check"]["reason"], "overridden_off", "{why:?}");
    let unfit = [
        json!({"change": "tier", "key": "platinum"}),
        json!({"change": "set_override", "key": "hdd", "value": true}),
        json!({"change": "tier", "key": "pro", "valid_until": "tomorrow"}),
        json!({"change": "country", "key": "russia"}),
        json!({"change": "everything"}),
        json!({}),
    ];
    for change in unfit {
        assert_eq!(
            shop::grant(&stage, &key, ANNA, &change).await.status,
            422,
            "{change}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_asks_for_a_feature_and_has_it_once_an_operator_says_yes() {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    stage.newcomer(ANNA).await;
    let plea = |feature: &str| Ask::post(&format!("/features/{feature}/upgrade-requests")).user(&stage, ANNA);
    let asked = stage.ask(plea("hd").json(&json!({"note": "please"}))).await;
    assert_eq!((asked.status, &asked.body["status"]), (200, &json!("open")));
    assert_eq!(
        stage.ask(plea("hd")).await.body["note"],
        "please",
        "asking again finds the first"
    );
    assert_eq!(stage.ask(plea("nothing")).await.status, 404);
    assert_eq!(
        stage
            .ask(Ask::post("/features/hd/upgrade-requests").key(&key))
            .await
            .status,
        403
    );
    let waiting = stage
        .ask(Ask::get("/admin/upgrade-requests").key(&key))
        .await
        .body;
    assert_eq!(waiting["requests"][0]["feature"], "hd");
    let decide = |what: &str, body: Value| {
        Ask::post(&format!("/admin/upgrade-requests/1001/hd/{what}"))
            .key(&key)
            .json(&body)
    };
    let yes = stage
        .ask(decide(
            "approve",
            json!({"valid_until": "2026-12-31T00:00:00Z", "reason": "welcome"}),
        ))
        .await;
    assert_eq!((yes.status, &yes.body["status"]), (200, &json!("approved")));
    assert_eq!(stage.ask(decide("deny", json!({}))).await.status, 409);
    let hd = stage
        .ask(Ask::get("/features/check/hd").user(&stage, ANNA))
        .await
        .body;
    assert_eq!(
        (&hd["has_access"], &hd["source"]),
        (&json!(true), &json!("override"))
    );
    let none = Ask::post("/admin/upgrade-requests/1002/hd/approve").key(&key);
    assert_eq!(stage.ask(none).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_has_an_end_and_a_cursor_that_is_not_its_own_is_refused() {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    let get = async |path: &str| stage.ask(Ask::get(path).key(&key)).await;
    for list in ["/admin/audit", "/admin/history"] {
        let (mut seen, mut path) = (0, format!("{list}?limit=4"));
        loop {
            let page = get(&path).await;
            assert_eq!(page.status, 200, "{path}: {page:?}");
            let entries = page.body["entries"]
                .as_array()
                .or(page.body["versions"].as_array())
                .unwrap()
                .len();
            assert!(entries <= 4);
            seen += entries;
            let Some(next) = page.body["next"].as_str() else {
                break;
            };
            path = format!(
                "{list}?limit=4&cursor={}",
                next.replace('#', "%23").replace('@', "%40")
            );
        }
        assert!(seen >= 10, "{list}: {seen}");
    }
    for path in [
        "/admin/audit?cursor=x",
        "/admin/audit?day=today",
        "/admin/audit/people/anna?cursor=1",
        "/admin/history?cursor=x",
        "/admin/overrides?cursor=hd",
        "/admin/overrides?feature=%20",
        "/admin/settings/flags?cursor=%20",
        "/admin/upgrade-requests?cursor=",
        "/admin/upgrade-requests?limit=101",
    ] {
        assert_eq!(get(path).await.status, 400, "{path}");
    }
    // A cursor of another list ends nowhere in this one; it neither breaks nor lends entries of the other.
    let cursor = "cursor=1795251600000-flag%23a%401";
    let earlier = get(&format!("/admin/audit?day=2026-11-22&{cursor}")).await;
    assert_eq!(earlier.body["entries"], json!([]));
    let later = get(&format!("/admin/audit?day=2026-11-20&{cursor}")).await;
    assert_eq!((later.status, &later.body["entries"]), (200, &json!([])));
    let other = get("/admin/overrides?feature=hd&cursor=width%231001").await;
    assert_eq!((other.status, &other.body["overrides"]), (200, &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_ends_after_its_days_and_a_slip_of_a_name_gives_nothing() {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    stage.newcomer(ANNA).await;
    let plan = json!({"title": "A day", "unlimited": true, "days": 1});
    shop::put(&stage, &key, "plans/day", &plan).await;
    let slip = json!({"change": "plan", "key": "day", "valid_untill": "2027-02-28T03:00:00Z", "reason": "x"});
    let refused = shop::grant(&stage, &key, ANNA, &slip).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    assert!(
        refused.body["detail"].as_str().unwrap().contains("valid_untill"),
        "{refused:?}"
    );
    let given = shop::grant(&stage, &key, ANNA, &json!({"change": "plan", "key": "day"})).await;
    assert_eq!(
        given.body["standing"]["plan"]["valid_until"],
        json!("2026-11-22T09:00:00Z"),
        "{given:?}"
    );
    let said = json!({"change": "plan", "key": "day", "valid_until": "2027-02-28T03:00:00Z"});
    let said = shop::grant(&stage, &key, ANNA, &said).await;
    assert_eq!(
        said.body["standing"]["plan"]["valid_until"],
        "2027-02-28T03:00:00Z"
    );
}
