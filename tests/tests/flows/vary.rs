//! The same once more, but for something: the next message changes the words of an order that was made before.

use domain::account::Draft;
use domain::cost::Category;
use domain::id::{JobId, UserId};
use domain::job::Stage as JobStage;
use domain::time::Millis;
use domain::video::Aspect;
use played_kie::ChatTrouble;
use tests::stage::{Stage, jpeg};

use crate::{ANNA, BORIS};

async fn draft_of(stage: &Stage, user: i64) -> Option<Draft> {
    stage.store.account(UserId(user)).await.unwrap().unwrap().draft
}

/// A finished video of a cat on the moon, wide and ten seconds long.
async fn made(stage: &Stage) -> JobId {
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a cat on the moon").await;
    let nonce = card.nonce();
    let of = |what: &str| format!("{what}:{}", nonce.as_str());
    stage.press_newest(ANNA, &format!("{}:10", of("du"))).await;
    stage.press_newest(ANNA, &format!("{}:16:9", of("as"))).await;
    let job = stage.confirm(&stage.card(ANNA)).await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    job
}

async fn vary(stage: &Stage) {
    assert_eq!(stage.press_newest(ANNA, "va:").await, None);
    let asked = stage.last_text(ANNA);
    assert!(
        asked.contains("What should be different?") && asked.contains("Write or say"),
        "{asked}"
    );
    assert!(!stage.has_button(ANNA, "go:") && stage.has_button(ANNA, "no:"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_is_woven_into_the_old_words_with_the_old_settings() {
    let stage = Stage::with(|setting| setting.gift(10)).await;
    made(&stage).await;
    vary(&stage).await;
    stage.say(ANNA, "at night, in the rain").await;
    let draft = draft_of(&stage, ANNA).await.unwrap();
    assert_eq!(draft.prompt, "a cat on the moon. at night, in the rain");
    assert_eq!((draft.duration_s, draft.aspect), (10, Aspect::Landscape));
    let balance = stage.balance(ANNA).await;
    assert_eq!(stage.press_newest(ANNA, "wo:").await, None);
    stage.run_until_settled().await;
    let asked = stage.chat.requests().pop().unwrap();
    assert_eq!(
        asked.prompt,
        "Idea: a cat on the moon.\nChange: at night, in the rain"
    );
    assert!(asked.instructions.contains("overrules"), "{}", asked.instructions);
    assert!(
        stage.last_text(ANNA).contains("Rewritten with your wish"),
        "{}",
        stage.last_text(ANNA)
    );
    let books = stage.books().await;
    let words = books
        .log
        .unwrap()
        .into_iter()
        .find(|line| line.category == Category::Text);
    assert!(words.unwrap().tokens_in > 0, "words are in the log as always");
    assert_eq!(
        stage.balance(ANNA).await,
        balance,
        "they cost what better words cost"
    );
    let better = draft_of(&stage, ANNA).await.unwrap();
    assert_eq!((better.duration_s, better.aspect), (10, Aspect::Landscape));
    let second = stage.confirm(&stage.card(ANNA)).await;
    stage.run_until_settled().await;
    assert_eq!(stage.job(&second).await.order.prompt, better.prompt);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_that_nobody_weaves_in_stands_behind_the_old_words() {
    let stage = Stage::with(|setting| setting.gift(10)).await;
    made(&stage).await;
    vary(&stage).await;
    stage.say(ANNA, "at night").await;
    stage.chat.inject(ChatTrouble::OutOfQuota, "", 1);
    stage.press_newest(ANNA, "wo:").await;
    stage.run_until_settled().await;
    let draft = draft_of(&stage, ANNA).await.unwrap();
    assert_eq!(draft.prompt, "a cat on the moon. at night");
    assert!(stage.last_text(ANNA).contains("simple version"));
    let second = stage.confirm(&stage.card(ANNA)).await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&second).await, JobStage::Delivered);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_words_are_made_the_wish_is_taken_as_it_is_and_can_be_taken_back() {
    let stage = Stage::with(|setting| {
        setting.gift(10);
        for name in ["prompt-improver", "voice"] {
            setting.settings.models.get_mut(name).unwrap().enabled = false;
        }
    })
    .await;
    made(&stage).await;
    stage.press_newest(ANNA, "va:").await;
    assert!(
        stage.last_text(ANNA).contains("Write it"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.say(ANNA, "at night").await;
    assert!(!stage.has_button(ANNA, "wo:") && stage.has_button(ANNA, "go:"));
    stage.press_newest(ANNA, "un:").await;
    let draft = draft_of(&stage, ANNA).await.unwrap();
    assert_eq!((draft.prompt.as_str(), draft.wish), ("a cat on the moon", None));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_may_be_said_aloud_and_once_more_if_nobody_heard_it() {
    let stage = Stage::with(|setting| setting.gift(10)).await;
    made(&stage).await;
    vary(&stage).await;
    stage.chat.inject(ChatTrouble::OutOfQuota, "", 1);
    stage.say_aloud(ANNA, "at night", 3).await;
    stage.press_newest(ANNA, "wo:").await;
    stage.run_until_settled().await;
    assert!(
        stage.last_text(ANNA).contains("still to be said"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.say_aloud(ANNA, "at dawn", 3).await;
    stage.press_newest(ANNA, "wo:").await;
    stage.run_until_settled().await;
    let draft = draft_of(&stage, ANNA).await.unwrap();
    assert_eq!(draft.prompt, "a cat on the moon. at dawn");
    assert_eq!(
        (draft.duration_s, draft.before.as_deref()),
        (10, Some("a cat on the moon"))
    );
    // Then it is woven in like one that was written.
    stage.press_newest(ANNA, "cd:").await;
    stage.press_newest(ANNA, "wo:").await;
    stage.run_until_settled().await;
    let asked = stage.chat.requests().pop().unwrap();
    assert_eq!(asked.prompt, "Idea: a cat on the moon.\nChange: at dawn");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_photo_stays_and_the_orders_card_has_the_button_too() {
    let stage = Stage::with(|setting| setting.gift(10)).await;
    stage.newcomer(ANNA).await;
    stage.order_photo(ANNA, jpeg(640, 480), "").await;
    stage.run_until_settled().await;
    stage.say(ANNA, "/orders").await;
    stage.press_newest(ANNA, "or:").await;
    vary(&stage).await;
    stage.say(ANNA, "she smiles").await;
    let draft = draft_of(&stage, ANNA).await.unwrap();
    assert_eq!(
        (draft.prompt.as_str(), draft.photo.is_some()),
        ("she smiles", true)
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_heard_within_an_hour_or_sends_a_photo_begins_anew() {
    let stage = Stage::with(|setting| setting.gift(10)).await;
    made(&stage).await;
    vary(&stage).await;
    stage.send_photo(ANNA, jpeg(640, 480), "a dog").await;
    assert_eq!(draft_of(&stage, ANNA).await.unwrap().prompt, "a dog");
    stage.press_newest(ANNA, "no:").await;
    let (message, data) = stage.newest_button(ANNA, "va:");
    stage.press(ANNA, message, &data).await;
    stage.pass(Millis::from_mins(61));
    stage.say(ANNA, "a bird").await;
    assert_eq!(draft_of(&stage, ANNA).await.unwrap().prompt, "a bird");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_next_is_the_wish_and_no_question_that_was_begun_before() {
    let stage = Stage::with(|setting| setting.gift(10)).await;
    made(&stage).await;
    stage.say(ANNA, "/support").await;
    assert!(stage.account(ANNA).await.asking.is_some());
    vary(&stage).await;
    stage.say(ANNA, "at night").await;
    assert_eq!(
        draft_of(&stage, ANNA).await.unwrap().prompt,
        "a cat on the moon. at night"
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_cannot_be_varied_and_nobody_elses_order_is_there() {
    let stage = Stage::with(|setting| setting.gift(10)).await;
    made(&stage).await;
    let (message, data) = stage.newest_button(ANNA, "va:");
    stage.newcomer(BORIS).await;
    let told = stage.update(&tests::stage::press(BORIS, message, &data, 7)).await;
    assert!(told.text().contains("are gone"), "{}", told.text());
    stage.say(ANNA, "/delete_my_data").await;
    stage.press_newest(ANNA, "er:").await;
    stage.minute().await;
    let told = stage.press(ANNA, message, &data).await.unwrap();
    assert!(
        told.contains("are gone") && told.contains("Nothing was charged"),
        "{told}"
    );
    assert_eq!(draft_of(&stage, ANNA).await, None);
    stage.assert_sound().await;
}
