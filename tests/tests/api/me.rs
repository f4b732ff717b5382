//! What the Mini App's cabinet is told: the signed-in customer's own, and nobody else's.
#![allow(clippy::unwrap_used, reason = "what an answer lacks fails the test")]

use domain::time::Millis;
use limits_flags::access::Scope;
use serde_json::{Value, json};
use tests::stage::{Ask, Said, Stage};

use crate::{ANNA, BORIS, shop};

/// Two customers with an order each that came, and one of Anna's that failed.
async fn two_customers() -> Stage {
    let stage = Stage::with(|setting| setting.gift(50)).await;
    stage.newcomer(ANNA).await;
    stage.newcomer(BORIS).await;
    for (user, prompt) in [(ANNA, "a fox"), (BORIS, "an owl"), (ANNA, "no fox #moderation")] {
        stage.order(user, prompt).await;
        stage.run_until_settled().await;
    }
    stage
}

async fn get(stage: &Stage, user: i64, path: &str) -> Said {
    // Nobody is to be held up for asking too often.
    stage.pass(Millis::from_secs(1));
    stage.ask(Ask::get(path).user(stage, user)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_signed_in_customer_is_told_anything() {
    let stage = Stage::new().await;
    let key = stage.new_key(1, &[Scope::Evaluate, Scope::AdminRead], None).await;
    for path in ["/me", "/me/orders"] {
        assert_eq!(stage.ask(Ask::get(path)).await.status, 401, "{path}");
        let machine = stage.ask(Ask::get(path).key(&key)).await;
        assert_eq!(machine.status, 403, "{path}: a machine has no cabinet");
        let foreign = stage
            .ask(Ask::get(&format!("{path}?user={BORIS}")).user(&stage, ANNA))
            .await;
        assert!(!foreign.text.contains(&BORIS.to_string()), "{foreign:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cabinet_says_what_the_account_says() {
    let stage = two_customers().await;
    stage.order(ANNA, "under way").await;
    let said = get(&stage, ANNA, "/me").await;
    assert_eq!(said.status, 200, "{said:?}");
    let me = &said.body;
    let account = stage.account(ANNA).await;
    let balance = account.balance;
    assert!(balance.held.0 > 0 && balance.captured.0 > 0);
    let expected = json!({"available": balance.available.0, "held": balance.held.0, "debt": 0});
    assert_eq!(
        (
            &me["user_id"],
            &me["balance"],
            &me["active"],
            &me["has_account"],
            &me["language"]
        ),
        (
            &json!(ANNA.to_string()),
            &expected,
            &json!(1),
            &json!(true),
            &json!("en")
        )
    );
    let limits = me["limits"].as_array().unwrap();
    assert!(!limits.is_empty(), "{me}");
    for limit in limits {
        let number = |name: &str| limit[name].as_u64().unwrap();
        assert_eq!(number("left"), number("limit") - number("used"), "{limit}");
        assert!(!limit["name"].as_str().unwrap().is_empty());
    }
    let used = limits.iter().map(|limit| limit["used"].as_u64().unwrap()).max();
    assert_eq!(
        used,
        Some(2),
        "what came and what is under way; what failed was given back: {me}"
    );
    assert!(me["features"].is_object() && me["models"].is_array(), "{me}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cabinet_that_is_known_is_not_sent_again_until_it_changes() {
    let stage = two_customers().await;
    let first = get(&stage, ANNA, "/me").await;
    let tag = first.header("etag").to_owned();
    assert!(!tag.is_empty());
    let again = |user| Ask::get("/me").user(&stage, user).header("if-none-match", &tag);
    assert_eq!(stage.ask(again(ANNA)).await.status, 304);
    assert_eq!(
        stage.ask(again(BORIS)).await.status,
        200,
        "of somebody else it is another"
    );
    stage.order(ANNA, "one more").await;
    assert_eq!(stage.ask(again(ANNA)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cabinet_speaks_the_language_that_was_chosen_in_the_bot() {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "en").await;
    stage.say(ANNA, "/language").await;
    stage.press_newest(ANNA, "la:ru").await;
    let chosen = stage.account(ANNA).await.language;
    let said = get(&stage, ANNA, "/me").await;
    assert_eq!(said.body["language"].as_str(), chosen.as_deref());
    assert!(chosen.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_not_pressed_start_has_an_empty_cabinet() {
    let stage = Stage::new().await;
    let said = get(&stage, ANNA, "/me").await;
    assert_eq!(
        (said.status, &said.body["has_account"]),
        (200, &json!(false)),
        "{said:?}"
    );
    assert_eq!(
        said.body["balance"],
        json!({"available": 0, "held": 0, "debt": 0})
    );
    assert_eq!(get(&stage, ANNA, "/me/orders").await.body, json!({"orders": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_and_a_tier_are_told_with_their_end_and_what_would_open_the_rest() {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    stage.newcomer(ANNA).await;
    let me = get(&stage, ANNA, "/me").await.body;
    assert_eq!(
        (&me["tier"], &me["plan"], &me["tier_until"]),
        (&json!("free"), &Value::Null, &Value::Null)
    );
    assert_eq!(me["features"]["hd"]["unlocked_by"]["tier"], "pro");
    assert_eq!(me["tier_names"], json!({"pro": "Pro"}));
    let pro =
        json!({"change": "tier", "key": "pro", "valid_until": "2026-12-31T21:00:00Z", "reason": "paid"});
    assert_eq!(shop::grant(&stage, &key, ANNA, &pro).await.status, 200);
    let me = get(&stage, ANNA, "/me").await.body;
    assert_eq!(
        (
            &me["tier_name"],
            &me["tier_until"],
            &me["features"]["hd"]["enabled"]
        ),
        (&json!("Pro"), &json!("2026-12-31T21:00:00Z"), &json!(true))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_are_the_customers_own_with_price_and_words() {
    let stage = two_customers().await;
    let said = get(&stage, ANNA, "/me/orders").await;
    assert_eq!(said.status, 200, "{said:?}");
    let orders = said.body["orders"].as_array().unwrap();
    let told: Vec<_> = orders
        .iter()
        .map(|order| (&order["status"], &order["words"]))
        .collect();
    assert_eq!(
        told,
        [
            (&json!("failed"), &json!("no fox #moderation")),
            (&json!("completed"), &json!("a fox"))
        ]
    );
    assert_eq!(
        (&orders[0]["price"], &orders[1]["title"]),
        (&json!(0), &json!("Kling 3.0"))
    );
    assert!(orders[1]["price"].as_u64().unwrap() > 0);
    assert!(!said.text.contains("owl"), "{}", said.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_orders_have_each_order_once_and_a_cursor_opens_nobody_elses() {
    let stage = Stage::with(|setting| {
        setting.gift(900);
        setting.settings.limits.clear();
    })
    .await;
    stage
        .change_settings(|settings| settings.rules.active_jobs_max = 20)
        .await;
    for user in [ANNA, BORIS] {
        stage.newcomer(user).await;
        for number in 0..12 {
            stage.pass(Millis::from_secs(61));
            stage.order(user, &format!("{user} {number}")).await;
        }
    }
    let first = get(&stage, ANNA, "/me/orders").await;
    let cursor = first.body["next"].as_str().unwrap().replace('#', "%23");
    let path = format!("/me/orders?cursor={cursor}");
    let second = get(&stage, ANNA, &path).await;
    assert_eq!(second.body["next"], Value::Null, "{second:?}");
    let both = [&first, &second].map(|page| page.body["orders"].as_array().unwrap().clone());
    let words: Vec<String> = both
        .concat()
        .iter()
        .map(|order| order["words"].as_str().unwrap().to_owned())
        .collect();
    let expected: Vec<String> = (0..12).rev().map(|number| format!("{ANNA} {number}")).collect();
    assert_eq!(words, expected);
    let foreign = get(&stage, BORIS, &path).await;
    assert!(!foreign.text.contains(&format!("{ANNA} ")), "{foreign:?}");
    assert_eq!(get(&stage, ANNA, "/me/orders?cursor=nonsense").await.status, 422);
}
