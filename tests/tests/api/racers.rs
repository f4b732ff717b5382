//! Sixty-four uses at the very same time against a limit of each kind: just as many are counted as it allows.

use domain::time::Millis;
use futures::future::join_all;
use limits_flags::access::Scope;
use serde_json::{Value, json};
use tests::stage::{Ask, Stage};

use crate::{ANNA, shop};

const RACERS: i64 = 64;

/// Races for so much each; with `many`, every racer is another customer. Gives how many were counted in the race and
/// afterwards, when one asks after the other until the limit is what refuses.
async fn race(limit: Value, amount: u64, many: bool) -> (usize, usize) {
    let stage = Stage::new().await;
    let key = shop::open(&stage).await;
    let row = json!({"name": "Calls", "type": "metered", "default": {"enabled": true, "limits": [limit]}});
    assert_eq!(shop::put(&stage, &key, "features/calls", &row).await.status, 200);
    // No machine and no address may ask so often at once.
    let keys = [key, stage.new_key(10, &[Scope::Evaluate], None).await];
    let addresses = ["203.0.113.8", "203.0.113.9"];
    let tell = async |number: i64| {
        let user = if many { ANNA + number } else { ANNA };
        let body = json!({"user": user.to_string(), "amount": amount});
        let half = usize::from(number % 2 == 0);
        let ask = Ask::post("/features/calls/uses").address(addresses[half]);
        stage.ask(ask.key(&keys[half]).json(&body)).await
    };
    stage.pass(Millis::from_secs(5));
    let said = join_all((0..RACERS).map(&tell)).await;
    assert!(
        said.iter().all(|said| [200, 429].contains(&said.status)),
        "{said:?}"
    );
    let counted = said.iter().filter(|said| said.status == 200).count();
    let mut after = 0;
    for number in (0..RACERS).cycle().take(200) {
        stage.pass(Millis::from_secs(1));
        let said = tell(number).await;
        if said.status != 200 {
            let problem = said.body["type"].as_str().unwrap_or_default();
            assert!(problem.ends_with(":limit-reached"), "{said:?}");
            break;
        }
        after += 1;
    }
    stage.assert_sound().await;
    (counted, after)
}

/// What a race counts, and what is left for those who were turned away because others were faster again and again.
async fn assert_admits(limit: Value, amount: u64, many: bool, expected: usize) {
    let (counted, after) = race(limit, amount, many).await;
    assert!(counted <= expected, "{counted} of {expected} in the race");
    assert_eq!(
        counted + after,
        expected,
        "{counted} in the race and {after} afterwards"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn against_five_a_day() {
    let limit = json!({"max": 5, "period": "day", "anchor": "21:00", "zone": "Europe/Moscow"});
    assert_admits(limit, 1, false, 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn against_five_within_an_hour() {
    assert_admits(json!({"max": 5, "sliding_s": 3600}), 1, false, 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn against_five_at_once() {
    assert_admits(json!({"max": 5, "measure": "concurrent"}), 1, false, 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn against_tokens_of_a_month_of_which_five_uses_fit() {
    let limit = json!({"max": 17, "measure": "tokens", "period": "month"});
    assert_admits(limit, 3, false, 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn against_money_of_a_week_that_all_customers_share() {
    let limit = json!({"max": 23, "measure": "micro_usd", "period": "week", "shards": 4});
    assert_admits(limit, 1, true, 23).await;
}
