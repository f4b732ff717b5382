//! What the operator's panel stands on: accounts, gifts, suspensions, orders, explanations, providers, figures, previews.
#![allow(clippy::unwrap_used, reason = "what an answer lacks fails the test")]

use domain::time::Millis;
use limits_flags::access::{Role, Scope};
use serde_json::{Value, json};
use tests::stage::{Ask, Said, Stage};

use crate::{ANNA, BORIS, shop};

async fn get(stage: &Stage, path: &str) -> Said {
    // Nobody is to be held up for asking too often.
    stage.pass(Millis::from_secs(1));
    stage.ask(Ask::get(path).user(stage, ANNA)).await
}

async fn post(stage: &Stage, path: &str, body: &Value) -> Said {
    stage.pass(Millis::from_secs(1));
    stage.ask(Ask::post(path).user(stage, ANNA).json(body)).await
}

async fn put(stage: &Stage, path: &str, body: &Value) -> Said {
    stage.pass(Millis::from_secs(1));
    stage.ask(Ask::of("PUT", path).user(stage, ANNA).json(body)).await
}

/// An owner, and a customer with ten credits.
async fn office() -> Stage {
    let stage = Stage::with(|setting| setting.gift(10)).await;
    stage.newcomer(BORIS).await;
    stage.admit(ANNA, Role::Owner).await;
    stage
}

fn steps(said: &Said) -> Vec<(&str, bool)> {
    assert_eq!(said.status, 200, "{said:?}");
    let steps = said.body["steps"].as_array().unwrap().iter();
    steps
        .map(|step| (step["step"].as_str().unwrap(), step["passes"].as_bool().unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_is_told_who_they_are_and_nobody_else_is() {
    let stage = office().await;
    let me = get(&stage, "/admin/me").await;
    assert_eq!(
        (&me.body["who"], &me.body["role"]),
        (&json!("user#1001"), &json!("owner"))
    );
    let reader = stage.new_key(3, &[Scope::AdminRead], None).await;
    let me = stage.ask(Ask::get("/admin/me").key(&reader)).await;
    assert_eq!(me.body["role"], "viewer");
    let evaluator = stage.new_key(4, &[Scope::Evaluate], None).await;
    for nobody in [
        Ask::get("/admin/me").key(&evaluator),
        Ask::get("/admin/me").user(&stage, BORIS),
    ] {
        assert_eq!(stage.ask(nobody).await.status, 403);
    }
    assert_eq!(stage.ask(Ask::get("/admin/me")).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_and_its_ledger_are_shown_as_they_stand() {
    let stage = office().await;
    stage.pass(Millis::from_secs(1));
    let job = stage.order(BORIS, "a fox").await;
    let account = get(&stage, "/admin/accounts/1002").await;
    assert_eq!(account.status, 200, "{account:?}");
    let held = account.body["held"].as_u64().unwrap();
    assert!(held > 0);
    assert_eq!(account.body["available"].as_u64().unwrap() + held, 10);
    assert_eq!(account.body["open_jobs"], json!([job.to_string()]));
    assert_eq!(account.body["limits"][0]["used"], 1);
    let ledger = get(&stage, "/admin/accounts/1002/ledger").await;
    let entries = ledger.body["entries"].as_array().unwrap();
    let credits: Vec<u64> = entries
        .iter()
        .map(|entry| entry["credits"].as_u64().unwrap())
        .collect();
    assert_eq!(
        (credits, &ledger.body["complete"]),
        (vec![held, 10], &json!(true))
    );
    for nobody in ["7", "no-number"] {
        assert_eq!(
            get(&stage, &format!("/admin/accounts/{nobody}")).await.status,
            404
        );
    }
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credits_are_given_once_for_each_name_with_a_reason_and_by_an_owner() {
    let stage = office().await;
    let path = "/admin/accounts/1002/credits";
    let gift = json!({"credits": 5, "request": "ticket-17", "reason": "the video was green"});
    let wrong = [
        (json!({"credits": 5, "request": "a", "reason": " "}), "/reason"),
        (json!({"credits": 0, "request": "a", "reason": "x"}), "/credits"),
        (
            json!({"credits": 10_001, "request": "a", "reason": "x"}),
            "/credits",
        ),
        (json!({"credits": 5, "request": " a", "reason": "x"}), "/request"),
        (json!({"credits": 5, "request": "a b", "reason": "x"}), "/request"),
    ];
    for (body, pointer) in wrong {
        let said = post(&stage, path, &body).await;
        assert_eq!(
            (said.status, &said.body["pointer"]),
            (422, &json!(pointer)),
            "{body}"
        );
    }
    let editor = stage
        .new_key(5, &[Scope::AdminRead, Scope::AdminWrite], None)
        .await;
    assert_eq!(
        stage.ask(Ask::post(path).key(&editor).json(&gift)).await.status,
        403
    );
    assert_eq!(stage.balance(BORIS).await.0, 10);
    for (given, balance) in [(true, 15), (false, 15)] {
        let said = post(&stage, path, &gift).await;
        assert_eq!(
            (said.status, &said.body["given"]),
            (200, &json!(given)),
            "{said:?}"
        );
        assert_eq!(stage.balance(BORIS).await.0, balance);
    }
    let another = json!({"credits": 6, "request": "ticket-17", "reason": "more"});
    assert_eq!(post(&stage, path, &another).await.status, 409);
    assert_eq!(
        post(&stage, "/admin/accounts/1003/credits", &gift).await.status,
        404
    );
    assert_eq!(stage.balance(BORIS).await.0, 15);
    let audit = get(&stage, "/admin/audit/entities/user%231002").await;
    let entries = audit.body["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(
        (
            &entries[0]["who"],
            &entries[0]["reason"],
            &entries[0]["new"]["credits"]
        ),
        (&json!("user#1001"), &json!("the video was green"), &json!(5))
    );
    let ledger = get(&stage, "/admin/accounts/1002/ledger").await;
    assert_eq!(ledger.body["entries"][0]["reason"], "the video was green");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_orders_are_taken_of_whoever_is_suspended_and_they_are_told_why_not() {
    let stage = office().await;
    let path = "/admin/standings/1002";
    let until = stage.now().after(Millis::from_mins(60)).rfc3339().unwrap();
    let until = format!("{}Z", until.split('.').next().unwrap().trim_end_matches('Z'));
    let suspend = |until: &str, why: &str| json!({"change": "suspend", "valid_until": until, "reason": why});
    assert_eq!(
        post(&stage, path, &suspend(&until, "")).await.body["pointer"],
        "/reason"
    );
    for senseless in ["2020-01-01T00:00:00Z", "soon"] {
        assert_eq!(
            post(&stage, path, &suspend(senseless, "x")).await.status,
            422,
            "{senseless}"
        );
    }
    let card = stage.draft(BORIS, "a fox").await;
    let said = post(&stage, path, &suspend(&until, "ticket-18")).await;
    assert_eq!(
        (said.status, &said.body["standing"]["strikes"]["count"]),
        (200, &json!(0))
    );
    let told = stage.press(BORIS, card.message_id, &card.create).await.unwrap();
    for words in [
        "We take no new orders of yours",
        "Nothing was charged",
        "/support",
    ] {
        assert!(told.contains(words), "{told}");
    }
    assert!(stage.jobs().await.is_empty());
    let explained = get(&stage, "/admin/explain/1002/orders/kling-3.0").await;
    let step = &explained.body["steps"][2];
    assert_eq!(
        (&step["step"], &step["passes"]),
        (&json!("not_suspended"), &json!(false))
    );
    assert!(step["until"].is_string());
    let account = get(&stage, "/admin/accounts/1002").await;
    assert!(account.body["suspended_until"].is_string());
    let clear = json!({"change": "clear_strikes", "reason": "a mistake"});
    assert_eq!(post(&stage, path, &clear).await.status, 200);
    stage.order(BORIS, "a fox again").await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_shown_with_all_that_happened_to_it_but_its_words() {
    let stage = office().await;
    let job = stage.order(BORIS, "a fox in secret").await;
    stage.run_until_settled().await;
    let said = get(&stage, &format!("/admin/jobs/{job}")).await;
    assert_eq!(
        (
            &said.body["stage"],
            &said.body["money"],
            &said.body["prompt_chars"]
        ),
        (&json!("DELIVERED"), &json!("captured"), &json!(15))
    );
    let timeline = said.body["timeline"].as_array().unwrap();
    let rules: Vec<&str> = timeline
        .iter()
        .map(|step| step["rule"].as_str().unwrap())
        .collect();
    assert_eq!(
        (rules.first(), rules.last()),
        (Some(&"T1"), Some(&"T10")),
        "{rules:?}"
    );
    assert!(!said.text.contains("secret"), "{}", said.text);
    for unknown in ["700001-abcdefgh23456789", "nothing", "x"] {
        assert_eq!(
            get(&stage, &format!("/admin/jobs/{unknown}")).await.status,
            404,
            "{unknown}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_explained_step_by_step_as_it_would_be_decided() {
    let stage = office().await;
    let path = "/admin/explain/1002/orders/kling-3.0";
    let taken = get(&stage, path).await;
    assert_eq!(taken.body["would_be_taken"], true, "{taken:?}");
    assert!(steps(&taken).iter().all(|(_, passes)| *passes));
    // Its limit has room for one.
    let row = json!({"max": 1, "period": "day", "anchor": "21:00", "zone": "Europe/Moscow"});
    let body = json!({"row": row, "reason": "x"});
    assert_eq!(
        put(&stage, "/admin/settings/limits/videos", &body).await.status,
        200
    );
    stage.order(BORIS, "a fox").await;
    let full = get(&stage, path).await;
    assert_eq!(full.body["would_be_taken"], false);
    let refused: Vec<&str> = steps(&full)
        .into_iter()
        .filter_map(|(step, passes)| (!passes).then_some(step))
        .collect();
    assert_eq!(refused, ["limit"]);
    // Words may be ordered beside as many videos as are allowed.
    let words = get(&stage, "/admin/explain/1002/orders/prompt-improver").await;
    let places = [&full, &words].map(|said| {
        let all = said.body["steps"].as_array().unwrap();
        let open = all.iter().find(|step| step["step"] == "open_orders").unwrap();
        open["max"].as_u64().unwrap()
    });
    assert_eq!(places[1], places[0] + 1);
    let off = json!({"row": {"enabled": false}, "reason": "x"});
    put(&stage, "/admin/settings/flags/new_jobs", &off).await;
    let off = get(&stage, path).await;
    assert_eq!(
        steps(&off).iter().find(|(_, passes)| !passes),
        Some(&("takes_orders", false))
    );
    let stranger = get(&stage, "/admin/explain/77/orders/kling-3.0").await;
    assert_eq!(steps(&stranger)[0], ("account", false));
    let long = get(&stage, &format!("{path}?seconds=7777")).await;
    assert!(steps(&long).contains(&("length", false)), "{long:?}");
    for (unknown, status) in [("kling-0", 404), ("kling-3.0?photo=maybe", 400)] {
        let said = get(&stage, &format!("/admin/explain/1002/orders/{unknown}")).await;
        assert_eq!(said.status, status, "{unknown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_providers_switch_its_models_and_its_last_hour_stand_side_by_side() {
    let stage = office().await;
    for prompt in ["a fox", "no owl #moderation"] {
        stage.order(BORIS, prompt).await;
        stage.run_until_settled().await;
    }
    let kie = async || {
        let said = get(&stage, "/admin/providers").await;
        assert_eq!(
            (said.status, &said.body["complete"]),
            (200, &json!(true)),
            "{said:?}"
        );
        let providers = said.body["providers"].as_array().unwrap();
        let kie = providers.iter().find(|one| one["provider"] == "kie").unwrap();
        kie.clone()
    };
    let before = kie().await;
    assert_eq!(
        [&before["completed"], &before["failed"], &before["errors"]],
        [&json!(1), &json!(1), &json!({"moderation": 1})]
    );
    assert_eq!(
        (&before["is_on"], &before["has_key"]),
        (&json!(true), &json!(true))
    );
    let models = before["models"].as_array().unwrap();
    assert!(
        models
            .iter()
            .any(|model| model["model"] == "kling-3.0" && model["is_on_sale"] == true)
    );
    let off = json!({"row": {"enabled": false}, "was": {"enabled": true}, "reason": "it is slow"});
    assert_eq!(
        put(&stage, "/admin/settings/flags/provider-kie", &off)
            .await
            .status,
        200
    );
    assert_eq!(kie().await["is_on"], false);
    stage.pass(Millis::from_mins(61));
    assert_eq!(kie().await["completed"], 0, "that is more than an hour ago");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_days_figures_are_those_of_its_operations_and_its_money() {
    let stage = office().await;
    for prompt in ["a fox", "an owl", "no owl #moderation"] {
        stage.order(BORIS, prompt).await;
        stage.run_until_settled().await;
    }
    stage.order(BORIS, "for whom nobody comes").await;
    stage.pay_in_roubles(BORIS, "pack:pro").await;
    stage.noticed().await;
    let day = get(&stage, "/admin/figures").await;
    assert_eq!(day.status, 200, "{day:?}");
    let all = &day.body["all"];
    let counts = ["requests", "completed", "failed", "open"].map(|name| all[name].as_u64().unwrap());
    assert_eq!(counts, [4, 2, 1, 1]);
    let hours = day.body["hours"].as_array().unwrap();
    let requests: u64 = hours.iter().map(|hour| hour["requests"].as_u64().unwrap()).sum();
    assert_eq!((hours.len(), requests), (24, 4));
    let sums = get(&stage, "/admin/requests/summary").await;
    assert_eq!(all["cost_micro_usd"], sums.body["all"]["micro_usd"]);
    assert_eq!(day.body["revenue_kopecks"], 69_900);
    let margin = day.body["margin_kopecks"].as_i64().unwrap();
    assert_eq!(margin + all["cost_kopecks"].as_i64().unwrap(), 69_900);
    assert_eq!(day.body["tills"][0]["came_minor"], 69_900);
    assert_eq!(
        (&day.body["complete"], &day.body["is_over"]),
        (&json!(true), &json!(false))
    );
    assert!(day.body["video_median_ms"].is_i64() && day.body["read"]["units"].as_u64().unwrap() > 0);
    let before = get(&stage, "/admin/figures?day=2026-11-01").await;
    assert_eq!(
        (&before.body["all"]["requests"], &before.body["is_over"]),
        (&json!(0), &json!(true))
    );
    for (wrong, status) in [("day=yesterday", 422), ("days=3", 400)] {
        assert_eq!(
            get(&stage, &format!("/admin/figures?{wrong}")).await.status,
            status,
            "{wrong}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_limits_and_a_closed_shop_refuse_is_among_a_days_figures() {
    let stage = office().await;
    let row = json!({"max": 1, "period": "day", "anchor": "21:00", "zone": "Europe/Moscow"});
    put(
        &stage,
        "/admin/settings/limits/videos",
        &json!({"row": row, "reason": "x"}),
    )
    .await;
    stage.order(BORIS, "a fox").await;
    let card = stage.draft(BORIS, "an owl").await;
    stage.press(BORIS, card.message_id, &card.create).await.unwrap();
    let day = get(&stage, "/admin/figures").await;
    assert_eq!(day.body["refusals"], json!([{"limit": "videos", "times": 1}]));
    assert_eq!(day.body["held_back"], json!({}));
    let closed = json!({"row": {"enabled": false}, "reason": "x"});
    put(&stage, "/admin/settings/flags/new_jobs", &closed).await;
    for _ in 0..2 {
        stage.press(BORIS, card.message_id, &card.create).await.unwrap();
    }
    let day = get(&stage, "/admin/figures").await;
    assert_eq!(day.body["refusals"], json!([{"limit": "videos", "times": 1}]));
    assert_eq!(day.body["held_back"], json!({"paused": 2}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_alone_of_its_kind_is_read_and_written_like_the_others() {
    let stage = office().await;
    let path = "/admin/singles/moderation";
    assert_eq!(get(&stage, "/admin/singles/version").await.status, 404);
    let said = get(&stage, "/admin/singles/rules").await;
    assert_eq!(
        (&said.body["key"], said.body["row"]["active_jobs_max"].is_u64()),
        (&json!("rules"), true)
    );
    let list = json!({"refuse": {"violence": ["acme"]}, "strikes_max": 5, "pause_hours": 24});
    let bad = put(
        &stage,
        path,
        &json!({"row": {"refuse": {"violence": "acme"}}, "reason": "x"}),
    )
    .await;
    assert_eq!(bad.status, 422, "{bad:?}");
    let reader = stage.new_key(3, &[Scope::AdminRead], None).await;
    let by_reader = Ask::of("PUT", path)
        .key(&reader)
        .json(&json!({"row": list, "reason": "x"}));
    assert_eq!(stage.ask(by_reader).await.status, 403);
    let good = put(&stage, path, &json!({"row": list, "reason": "rivals"})).await;
    assert_eq!(
        (good.status, &good.body["changed"]),
        (200, &json!(["moderation"])),
        "{good:?}"
    );
    let stands = get(&stage, path).await;
    assert_eq!(stands.body["row"]["refuse"]["violence"], json!(["acme"]));
    let card = stage.draft(BORIS, "an acme fox").await;
    let told = stage.press(BORIS, card.message_id, &card.create).await.unwrap();
    assert!(!told.contains("acme") && stage.jobs().await.is_empty(), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_not_written_over_what_somebody_else_has_said_meanwhile() {
    let stage = office().await;
    let key = shop::open(&stage).await;
    let path = "/admin/settings/features/hd";
    let read = get(&stage, path).await.body["row"].clone();
    let mine = |was: &Value| json!({"row": {"name": "Mine"}, "was": was, "reason": "x"});
    shop::put(&stage, &key, "features/hd", &json!({"name": "Theirs"})).await;
    assert_eq!(put(&stage, path, &mine(&read)).await.status, 409);
    assert_eq!(
        put(&stage, path, &mine(&Value::Null)).await.status,
        409,
        "it is there"
    );
    let stands = get(&stage, path).await.body["row"].clone();
    assert_eq!(stands["name"], "Theirs");
    assert_eq!(put(&stage, path, &mine(&stands)).await.status, 200);
    // One that was not there is not written over one that somebody has made.
    let new = "/admin/settings/features/brand_new";
    assert_eq!(put(&stage, new, &mine(&json!({"name": "Old"}))).await.status, 409);
    assert_eq!(put(&stage, new, &mine(&Value::Null)).await.status, 200);
    assert_eq!(put(&stage, new, &mine(&Value::Null)).await.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_a_browser_writes_otherwise_is_the_same_number() {
    let stage = office().await;
    let path = "/admin/settings/flags/quality";
    let row = |value: Value| json!({"state": "ENABLED", "variants": {"high": value, "low": 1}, "defaultVariant": "high"});
    let new = json!({"row": row(json!(95.0)), "was": null, "reason": "x"});
    assert_eq!(put(&stage, path, &new).await.status, 200);
    let stands = get(&stage, path).await.text;
    assert!(stands.contains("95.0"), "it stands as a fraction: {stands}");
    // JSON.parse and JSON.stringify make 95 of it.
    let mine = |was: i64| json!({"row": row(json!(96)), "was": row(json!(was)), "reason": "x"});
    assert_eq!(put(&stage, path, &mine(94)).await.status, 409);
    assert_eq!(put(&stage, path, &mine(95)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_not_deleted_that_says_something_else_by_now() {
    let stage = office().await;
    let key = shop::open(&stage).await;
    let path = "/admin/settings/features/hd";
    shop::put(&stage, &key, "features/lonely", &json!({"name": "Lonely"})).await;
    let lonely = "/admin/settings/features/lonely";
    let tag = get(&stage, lonely).await.body["tag"].as_str().unwrap().to_owned();
    let other = get(&stage, path).await.body["tag"].as_str().unwrap().to_owned();
    assert_ne!(tag, other);
    shop::put(&stage, &key, "features/lonely", &json!({"name": "Theirs"})).await;
    let gone = async |was: &str| {
        stage.pass(Millis::from_secs(1));
        let ask = Ask::of("DELETE", &format!("{lonely}?reason=x&was={was}"));
        stage.ask(ask.user(&stage, ANNA)).await.status
    };
    assert_eq!(gone(&tag).await, 409, "somebody has changed it");
    let rows = get(&stage, "/admin/settings/features?limit=100").await;
    let rows = rows.body["rows"].as_array().unwrap().clone();
    let stands = rows.iter().find(|row| row["key"] == "lonely").unwrap();
    assert_eq!(stands["row"]["name"], "Theirs");
    assert_eq!(gone(stands["tag"].as_str().unwrap()).await, 200);
    assert_eq!(gone(&tag).await, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_looked_at_before_it_is_made_and_nothing_is_written() {
    let stage = office().await;
    let key = shop::open(&stage).await;
    let version = async || get(&stage, "/admin/history?limit=1").await.body["versions"][0]["version"].clone();
    let before = version().await;
    let look = async |row: &str, body: Value| {
        let said = post(&stage, "/admin/preview", &json!({"row": row, "body": body})).await;
        assert_eq!(said.status, 200, "{said:?}");
        said.body
    };
    let good = look("flag#new_jobs", json!({"enabled": false})).await;
    assert_eq!(
        good["changes"],
        json!([{"row": "flag#new_jobs", "old": {"enabled": true}, "new": {"enabled": false}}])
    );
    assert_eq!((&good["version"], &good["problems"]), (&before, &json!([])));
    let same = look("flag#new_jobs", json!({"enabled": true})).await;
    assert_eq!(same["changes"], json!([]));
    let bad = look("feature#bad", json!({"name": "Bad", "depends_on": ["nothing"]})).await;
    let problem = &bad["problems"][0];
    assert_eq!(
        (&problem["row"], bad["changes"].as_array().unwrap().len()),
        (&json!("feature#bad"), 0)
    );
    assert!(problem["why"].as_str().unwrap().contains("nothing"));
    // A tier goes only where nobody may hold it.
    shop::put(&stage, &key, "tiers/gold", &json!({"name": "Gold", "rank": 30})).await;
    let gone = post(&stage, "/admin/preview", &json!({"row": "tier#gold"})).await;
    assert_eq!(gone.body["may_be_held"], json!(["tier#gold"]));
    for (row, status) in [
        ("tier#none", 404),
        ("admin#1001", 422),
        ("key#x", 422),
        ("version", 422),
    ] {
        let said = post(&stage, "/admin/preview", &json!({"row": row})).await;
        assert_eq!(said.status, status, "{row}: {said:?}");
    }
    let back = get(&stage, &format!("/admin/rollback/{before}")).await;
    assert_eq!(back.body["changes"][0]["row"], "tier#gold");
    assert_eq!(back.body["may_be_held"], json!(["tier#gold"]));
    assert_eq!(get(&stage, "/admin/rollback/9999").await.status, 422);
    assert_eq!(get(&stage, "/admin/rollback/x").await.status, 404);
    let after = version().await.as_u64().unwrap();
    assert_eq!(after, before.as_u64().unwrap() + 1, "only the tier was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_panel_is_a_page_of_our_own_files_under_their_hash() {
    let stage = Stage::new().await;
    let page = stage.ask(Ask::get("/panel/")).await;
    assert_eq!(
        (
            page.status,
            page.header("content-type"),
            page.header("cache-control")
        ),
        (200, "text/html; charset=utf-8", "no-cache")
    );
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'") && policy.contains("script-src 'self' https://telegram.org;"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    let short = stage.ask(Ask::get("/panel")).await;
    assert_eq!((short.status, short.header("location")), (308, "/panel/"));
    let known = Ask::get("/panel/").header("if-none-match", page.header("etag"));
    assert_eq!(stage.ask(known).await.status, 304);
    let files: Vec<&str> = page
        .text
        .split('"')
        .filter(|part| part.starts_with("/panel/assets/"))
        .collect();
    assert!(files.len() >= 6, "{files:?}");
    let dir = files[0].split("/panel/").nth(1).unwrap();
    for path in files
        .iter()
        .map(|path| (*path).to_owned())
        .chain([format!("/panel/{dir}/panel/views/now.js")])
    {
        let file = stage.ask(Ask::get(&path)).await;
        assert_eq!(file.status, 200, "{path}");
        assert!(file.header("cache-control").contains("immutable"), "{path}");
    }
    for unknown in [
        "/panel/assets/0000000000000000/panel/panel.js".to_owned(),
        format!("/panel/{dir}/panel/README.md"),
    ] {
        assert_eq!(stage.ask(Ask::get(&unknown)).await.status, 404, "{unknown}");
    }
}
