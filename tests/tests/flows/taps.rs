//! The same wish several times: redelivered updates, two devices, eager fingers, racing drafts.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::job::{Rule, Stage as JobStage};
use domain::time::Millis;
use local_lambda::{Effect, Fault, Service};
use serde_json::Value;
use tests::stage::{Answer, Card, Stage, WEBHOOK, jpeg, message, press};

use crate::{ANNA, BORIS};

/// Hands in an update until it is taken, as Telegram does: on a busy machine, whoever loses too often to the others is
/// asked to come again.
pub(crate) async fn deliver(stage: &Stage, update: &Value) -> Answer {
    for _ in 0..50 {
        let answer = stage.update(update).await;
        if answer.status != 503 {
            return answer;
        }
    }
    panic!("never taken: {update}");
}

/// Hands in many updates at once, each a millisecond after the one before: no two have the same moment.
async fn race(stage: &Arc<Stage>, updates: Vec<Value>) -> Vec<Answer> {
    let hand_in = |update: Value| {
        let stage = Arc::clone(stage);
        tokio::spawn(async move {
            stage.pass(Millis(1));
            deliver(&stage, &update).await
        })
    };
    let racing: Vec<_> = updates.into_iter().map(hand_in).collect();
    let mut answers = Vec::new();
    for runner in racing {
        answers.push(runner.await.unwrap());
    }
    answers
}

fn kinds(answers: &[Answer]) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for answer in answers {
        let words: String = answer.text().chars().take(40).collect();
        *kinds
            .entry(format!("{} {} {words}", answer.status, answer.method()))
            .or_default() += 1;
    }
    kinds
}

pub(crate) fn is_sensible(answer: &Answer) -> bool {
    let queued = answer.method() == "editMessageText" && answer.text().contains("in the queue");
    let again = answer.method() == "answerCallbackQuery" && answer.text().contains("accepted already");
    answer.status == 200 && (queued || again)
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_racing_confirms_of_one_card_make_one_job() {
    let stage = Arc::new(Stage::new().await);
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a race of snails").await;
    let answers = race(&stage, (0..64).map(|finger| card.press(finger)).collect()).await;
    println!("{:#?}", kinds(&answers));
    assert!(answers.iter().all(is_sensible), "{:#?}", kinds(&answers));
    assert_eq!(stage.jobs().await.len(), 1);
    assert_eq!(stage.balance(ANNA).await, (1, 1, 0));
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_whose_answer_was_lost_comes_again_and_is_answered_the_same() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "an echo").await;
    stage.lose_answers(1);
    let job = stage.confirm(&card).await;
    let update = stage.telegram.latest_update(ANNA).unwrap();
    assert_eq!(update.answers, [200, 200]);
    assert!(stage.message_of(&job).await.text().contains("in the queue"));
    assert_eq!(stage.balance(ANNA).await, (1, 1, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_comes_again_after_the_delivery_changes_nothing() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "a slow post").await;
    let update = stage.telegram.latest_update(ANNA).unwrap().update_id;
    stage.run_until_settled().await;
    assert_eq!(stage.telegram.redeliver(update).await.unwrap(), 200);
    assert!(stage.message_of(&job).await.video().is_some());
    assert_eq!(stage.jobs().await.len(), 1);
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_that_confirm_at_once_order_once() {
    for round in 0..8 {
        let stage = Arc::new(Stage::with(|setting| setting.seed = round).await);
        stage.newcomer(ANNA).await;
        let card = stage.draft(ANNA, "twins").await;
        let answers = race(&stage, vec![card.press(1), card.press(2)]).await;
        assert!(answers.iter().all(is_sensible), "{answers:?}");
        assert_eq!(stage.balance(ANNA).await, (1, 1, 0));
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_another_device_has_changed_orders_nothing() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let old = stage.draft(ANNA, "five or ten").await;
    stage
        .press_newest(ANNA, &format!("du:{}:10", old.nonce().as_str()))
        .await;
    let answer = stage.update(&old.press(1)).await;
    assert_eq!(answer.method(), "editMessageText", "{answer:?}");
    assert!(answer.text().contains("10 s"), "{answer:?}");
    let newer = stage.draft(ANNA, "something else").await;
    assert_ne!(newer.nonce(), old.nonce());
    let answer = stage.update(&old.press(2)).await;
    assert!(answer.text().contains("This card is out of date"), "{answer:?}");
    assert!(stage.jobs().await.is_empty());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_missed_a_change_is_drawn_anew_and_orders_at_the_next_press() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "five or ten").await;
    let longer = format!("du:{}:10", card.nonce().as_str());
    // The answer is never carried out: the card goes on showing five seconds.
    stage.update(&press(ANNA, card.message_id, &longer, 1)).await;
    assert_eq!(stage.card(ANNA), card);
    assert_eq!(stage.press(ANNA, card.message_id, &card.create).await, None);
    assert!(
        stage.jobs().await.is_empty(),
        "nobody orders what they did not see"
    );
    let redrawn = stage.last_text(ANNA);
    assert!(redrawn.contains("Price: 2 credits"), "{redrawn}");
    stage.confirm(&stage.card(ANNA)).await;
    assert_eq!(stage.balance(ANNA).await, (0, 2, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_refused_by_its_own_first_try_is_shown() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "five or ten").await;
    let lost = Fault::new(Service::DynamoDb, Effect::LoseAnswer).operation("UpdateItem");
    let armed = stage.aws.faults().arm(lost.caller(WEBHOOK));
    let longer = format!("du:{}:10", card.nonce().as_str());
    assert_eq!(stage.press(ANNA, card.message_id, &longer).await, None);
    assert_eq!(armed.hits(), 1);
    stage.confirm(&stage.card(ANNA)).await;
    assert_eq!(stage.balance(ANNA).await, (0, 2, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_albums_cards_the_last_one_orders_and_the_others_say_that_they_are_out_of_date() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let mut cards = Vec::new();
    for height in [240, 241, 242] {
        stage.send_photo(ANNA, jpeg(320, height), "").await;
        cards.push(stage.card(ANNA));
    }
    for old in &cards[..2] {
        let alert = stage.press(ANNA, old.message_id, &old.create).await.unwrap();
        assert!(alert.contains("This card is out of date"), "{alert}");
    }
    stage.confirm(&cards[2]).await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_that_meets_a_try_that_was_not_accepted_cancels_all_the_same() {
    let stage = Arc::new(Stage::new().await);
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "second thoughts #503").await;
    let job = stage.confirm(&card).await;
    let gate = Arc::new(tokio::sync::Notify::new());
    let held = Fault::new(Service::DynamoDb, Effect::Hold(Arc::clone(&gate))).operation("TransactWriteItems");
    let armed = stage.aws.faults().arm(held.caller(WEBHOOK));
    let data = format!("ca:{}", card.nonce().as_str());
    let cancel = press(ANNA, card.message_id, &data, 1);
    let customer = {
        let stage = Arc::clone(&stage);
        tokio::spawn(async move { stage.update(&cancel).await })
    };
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while armed.hits() == 0 {
        assert!(std::time::Instant::now() < deadline, "nobody cancels");
        tokio::task::yield_now().await;
    }
    stage.drain().await;
    assert_eq!(stage.rules_of(&job).await, [Rule::T1, Rule::T2, Rule::T4]);
    gate.notify_one();
    let answer = customer.await.unwrap();
    assert!(answer.text().contains("The order is canceled"), "{answer:?}");
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.run_until_settled().await;
    assert!(stage.kie.tasks().is_empty());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_doorbell_was_lost_with_its_answer_is_rung_for_when_the_update_comes_again() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "knock knock").await;
    let lost = Fault::new(Service::DynamoDb, Effect::LoseAnswer).operation("TransactWriteItems");
    stage.aws.faults().arm(lost.caller(WEBHOOK).times(3));
    let job = stage.confirm(&card).await;
    assert_eq!(stage.drain().await, 1, "one doorbell");
    assert_eq!(stage.stage_of(&job).await, JobStage::Running);
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_model_is_chosen_after_a_failure() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let failed = stage.order(ANNA, "out of luck #fail").await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&failed).await, JobStage::Failed);
    stage.press_newest(ANNA, "om:").await;
    assert!(stage.last_text(ANNA).contains("Choose a model"));
    let nonce = stage.newest_button(ANNA, "cd:").1.split_off(3);
    stage.press_newest(ANNA, &format!("mo:{nonce}:kling-2.6")).await;
    let job = stage.confirm(&stage.card(ANNA)).await;
    let order = stage.job(&job).await.order;
    assert_eq!(
        (order.model.0.as_str(), order.prompt.as_str()),
        ("kling-2.6", "out of luck #fail")
    );
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_card_orders_nothing() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.newcomer(BORIS).await;
    let card = stage.draft(ANNA, "mine").await;
    let stolen = Card { user: BORIS, ..card };
    let answer = stage.update(&stolen.press(1)).await;
    assert!(answer.text().contains("Nothing was charged"), "{answer:?}");
    assert!(stage.jobs().await.is_empty());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_too_many_at_a_time_is_refused() {
    let stage = Stage::with(|setting| {
        setting.gift(10);
    })
    .await;
    stage.newcomer(ANNA).await;
    for wish in ["one", "two", "three"] {
        stage.order(ANNA, wish).await;
    }
    let card = stage.draft(ANNA, "four").await;
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(alert.contains("at most 3"), "{alert}");
    assert_eq!(stage.balance(ANNA).await, (7, 3, 0));
    stage.press_newest(ANNA, "ca:").await;
    stage.confirm(&card).await;
    assert_eq!(stage.balance(ANNA).await, (7, 3, 0));
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_two_first_starts_at_once_give_the_gift_once() {
    let stage = Arc::new(Stage::new().await);
    let answers = race(&stage, (0..32).map(|n| message(ANNA, "/start", n)).collect()).await;
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == 200 && answer.text().contains("2 credits"))
    );
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}
