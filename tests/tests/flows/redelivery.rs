//! Answers that get lost: the same update comes again and is answered the same.

use std::sync::Arc;
use std::time::Duration;

use domain::time::Millis;
use local_lambda::{Effect, Fault, Service};
use serde_json::{Value, json};
use tests::stage::{Answer, Stage, WEBHOOK, message, png, press};

use crate::ANNA;

/// Hands an update in twice: the first answer is lost.
async fn twice(stage: &Stage, update: &Value) -> [Answer; 2] {
    let first = stage.update(update).await;
    stage.pass(Millis::from_secs(30));
    [first, stage.update(update).await]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_whose_words_come_twice_is_not_lost() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.send_photo(ANNA, png(640, 480), "").await;
    stage.lose_answers(1);
    stage.say(ANNA, "the cat looks up").await;
    let update = stage.telegram.latest_update(ANNA).unwrap();
    assert_eq!(update.answers, [200, 200]);
    let shown = stage.last_text(ANNA);
    assert!(
        shown.contains("From your photo") && shown.contains("the cat looks up"),
        "{shown}"
    );
    let job = stage.confirm(&stage.card(ANNA)).await;
    let order = stage.job(&job).await.order;
    assert_eq!(
        (order.prompt.as_str(), order.image.is_some()),
        ("the cat looks up", true)
    );
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_come_twice_are_one_draft_with_one_card() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let [first, second] = twice(&stage, &message(ANNA, "an echo", 1)).await;
    assert_eq!(first, second);
    let other = stage.update(&message(ANNA, "an echo", 2)).await;
    assert_ne!(first.body, other.body, "another message is another draft");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomers_start_that_comes_twice_tells_of_the_gift_twice_and_gives_it_once() {
    let stage = Stage::new().await;
    let [first, second] = twice(&stage, &message(ANNA, "/start", 1)).await;
    assert!(
        first.text().contains("You have 2 credits to start with"),
        "{first:?}"
    );
    assert_eq!(first, second);
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.update(&message(ANNA, "a wish", 2)).await;
    let later = stage.update(&message(ANNA, "/start", 3)).await;
    assert!(later.text().contains("Welcome back"), "{later:?}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_draft_is_dropped_as_often_as_it_is_asked_for() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "never mind").await;
    let drop = format!("no:{}", card.nonce().as_str());
    let [first, second] = twice(&stage, &press(ANNA, card.message_id, &drop, 1)).await;
    assert_eq!(first.method(), "editMessageText", "{first:?}");
    assert_eq!(first, second);
    let ordered = stage.draft(ANNA, "this one").await;
    stage.confirm(&ordered).await;
    let late = format!("no:{}", ordered.nonce().as_str());
    let answer = stage.update(&press(ANNA, ordered.message_id, &late, 2)).await;
    assert_eq!(
        answer.method(),
        "answerCallbackQuery",
        "an order keeps its message: {answer:?}"
    );
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_fails_for_a_quarter_of_an_hour_is_given_up_and_frees_the_way() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let armed: Vec<_> = ["BatchGetItem", "UpdateItem"]
        .map(|operation| {
            let fault = Fault::new(Service::DynamoDb, Effect::InternalError).operation(operation);
            stage.aws.faults().arm(fault.caller(WEBHOOK).always())
        })
        .into();
    let poison = message(ANNA, "/cabinet", 1);
    let member = json!({"update_id": 1, "my_chat_member": {"chat": {"id": ANNA, "type": "private"},
        "from": {"id": ANNA, "is_bot": false, "first_name": "Anna"}, "date": 1_795_251_600,
        "new_chat_member": {"status": "kicked"}}});
    stage.pass(Millis::from_mins(15));
    assert_eq!(stage.update(&poison).await.status, 503);
    assert_eq!(stage.update(&member).await.status, 503);
    stage.pass(Millis::from_secs(1));
    let given_up = stage.update(&poison).await;
    assert_eq!((given_up.status, given_up.method()), (200, "sendMessage"));
    assert!(
        given_up.text().contains("Something broke on our side"),
        "{given_up:?}"
    );
    // A pressed button has no date of its own: its message's is not when it was pressed.
    let button = press(ANNA, 7, "cab", 2);
    assert_eq!(stage.update(&button).await.status, 503);
    let given_up = stage.update(&member).await;
    assert_eq!((given_up.status, given_up.body), (200, None));
    for fault in armed {
        fault.disarm();
    }
    assert_eq!(stage.update(&button).await.method(), "editMessageText");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_is_ordered_while_it_is_dropped_stays_ordered_and_says_so() {
    let stage = Arc::new(Stage::new().await);
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "second thoughts").await;
    let drop = format!("no:{}", card.nonce().as_str());
    let late = Fault::new(Service::DynamoDb, Effect::Delay(Duration::from_secs(1)));
    let armed = stage
        .aws
        .faults()
        .arm(late.operation("UpdateItem").caller(WEBHOOK));
    let dropped = {
        let (stage, drop) = (Arc::clone(&stage), press(ANNA, card.message_id, &drop, 1));
        tokio::spawn(async move { stage.update(&drop).await })
    };
    while armed.hits() == 0 {
        tokio::task::yield_now().await;
    }
    let job = stage.confirm(&card).await;
    let answer = dropped.await.unwrap();
    assert!(answer.text().contains("accepted already"), "{answer:?}");
    assert!(stage.message_of(&job).await.text().contains("in the queue"));
    stage.run_until_settled().await;
    stage.assert_sound().await;
}
