//! Sixty-four orders, on four devices at once, against a limit of each kind: just as many are admitted as it allows. An
//! account has one draft, so more hands would only replace each other's; sixty-four at the very same time race over the API
//! (`tests/api/racers.rs`) and for one draft (`taps`).

use std::sync::Arc;

use domain::time::Millis;
use tests::stage::{Stage, message, press};

use crate::ANNA;
use crate::taps::{deliver, is_sensible};

/// How many fingers there are, on how many hands.
const FINGERS: i64 = 64;
const HANDS: i64 = 4;

/// A draft and the press of its button, as fast as it goes; `None` when the limit is used up.
async fn draft_and_confirm(stage: &Stage, user: i64, number: i64) -> Option<bool> {
    stage.pass(Millis(1));
    let card = deliver(stage, &message(user, &format!("wish {number}"), number)).await;
    let buttons = card.body.unwrap()["reply_markup"]["inline_keyboard"].clone();
    let create = buttons
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row.as_array().unwrap())
        .find_map(|button| {
            button["callback_data"]
                .as_str()
                .filter(|data| data.starts_with("go:"))
        })
        .unwrap()
        .to_owned();
    stage.pass(Millis(1));
    let answer = deliver(stage, &press(user, 50_000 + number, &create, number)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let full = [
        "The limit is used up",
        "Not enough is left",
        "takes no new orders for now",
    ];
    if full.iter().any(|words| answer.text().contains(words)) {
        return None;
    }
    // Another draft took the place of this one, or others were faster again and again.
    let lost = ["This card is out of date", "Several orders of yours"];
    let lost = lost.iter().any(|words| answer.text().contains(words));
    assert!(lost || is_sensible(&answer), "{answer:?}");
    Some(!lost)
}

/// Races against the one limit that there is, of five videos, and says what was counted in the end. `users` is how many
/// there are: each hand is another's, as far as there are enough.
async fn race_against(limit: &str, users: i64) -> u64 {
    let stage = Stage::with(|setting| {
        setting.gift(100);
        setting.settings.rules.active_jobs_max = 100;
        let row = serde_norway::from_str(limit).unwrap();
        setting.settings.limits = [("only".to_owned(), row)].into();
        for model in setting.settings.models.values_mut() {
            for price in &mut model.prices {
                (price.tokens, price.micro_usd) = (50_000, 1_000_000);
                price.high = None;
            }
        }
    })
    .await;
    let stage = Arc::new(stage);
    for user in 0..users {
        stage.newcomer(ANNA + user).await;
    }
    let hand = |hand: i64| {
        let stage = Arc::clone(&stage);
        tokio::spawn(async move {
            for finger in 0..FINGERS / HANDS {
                Box::pin(draft_and_confirm(&stage, ANNA + hand % users, hand * 16 + finger)).await;
            }
        })
    };
    let hands: Vec<_> = (0..HANDS).map(hand).collect();
    for hand in hands {
        hand.await.unwrap();
    }
    // Whoever lost the race for the one draft that an account has tries again, one after the other.
    let mut number = FINGERS;
    while Box::pin(draft_and_confirm(&stage, ANNA, number)).await.is_some() {
        number += 1;
    }
    assert_eq!(stage.jobs().await.len(), 5);
    let books = stage.books().await;
    Box::pin(stage.assert_sound()).await;
    let counts = books.usage.values();
    counts
        .map(|count| count.used + count.steps.values().sum::<u64>())
        .sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn against_five_videos_a_day() {
    let counted = race_against(
        "{ max: 5, period: day, anchor: \"21:00\", zone: Europe/Moscow }",
        1,
    )
    .await;
    assert_eq!(counted, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn against_five_videos_within_the_last_hour() {
    assert_eq!(race_against("{ max: 5, sliding_s: 3600, steps: 60 }", 1).await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn against_five_videos_at_once() {
    assert_eq!(race_against("{ measure: concurrent, max: 5 }", 1).await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn against_tokens_for_five_videos_a_month() {
    let counted = race_against("{ measure: tokens, max: 299999, period: month }", 1).await;
    assert_eq!(counted, 250_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn against_money_for_five_videos_of_all_customers() {
    let limit = "{ measure: micro_usd, max: 5000000, period: week, shards: 5 }";
    assert_eq!(race_against(limit, 4).await, 5_000_000);
}
