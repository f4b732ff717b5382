//! `/orders`: what became of each order and of its credits, and what was made once more.

use domain::time::Millis;
use played_kie::ChatTrouble;
use played_telegram::MediaKind;
use tests::stage::{Stage, press};

use crate::{ANNA, BORIS, VAULT};

async fn order(stage: &Stage, prompt: &str) -> domain::id::JobId {
    let card = stage.draft(ANNA, prompt).await;
    stage.confirm(&card).await
}

/// The receipt of the order with this number in the list.
async fn receipt(stage: &Stage, place: usize) -> String {
    stage.say(ANNA, "/orders").await;
    let numbers: Vec<_> = stage
        .buttons(ANNA)
        .into_iter()
        .filter(|data| data.starts_with("or:"))
        .collect();
    assert_eq!(stage.press_newest(ANNA, &numbers[place]).await, None);
    stage.last_text(ANNA)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_taken_back_in_the_list_waits_nowhere_else_in_the_chat() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = order(&stage, "a cat on the moon").await;
    stage.say(ANNA, "/orders").await;
    receipt(&stage, 0).await;
    assert_eq!(stage.press_newest(ANNA, "ca:").await, None);
    assert!(stage.last_text(ANNA).contains("The order is canceled"));
    let message = stage.message_of(&job).await;
    assert!(
        message.text().contains("The order is canceled"),
        "{}",
        message.text()
    );
    assert_eq!(message.button("ca:"), None);
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_has_ordered_nothing_sees_a_list() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.say(ANNA, "/orders").await;
    assert!(
        stage.last_text(ANNA).contains("No orders yet"),
        "{}",
        stage.last_text(ANNA)
    );
    assert_eq!(stage.buttons(ANNA), Vec::<String>::new());
    // By the button below the welcome, too.
    let told = stage.press_newest(ANNA, "ord").await;
    assert!(told.unwrap().contains("No orders yet"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_order_says_what_became_of_it_and_of_its_credits() {
    let stage = Stage::with(|setting| setting.gift(9)).await;
    stage.newcomer(ANNA).await;
    order(&stage, "a cat on the moon").await;
    stage.run_until_settled().await;
    stage.pass(Millis::from_secs(1));
    order(&stage, "a dog #fail").await;
    stage.run_until_settled().await;
    stage.pass(Millis::from_secs(1));
    order(&stage, "a fish & a <b>bird</b>").await;

    stage.say(ANNA, "/orders").await;
    let list = stage.last_text(ANNA);
    for line in ["1. ⏳ Kling", "2. ❌ Kling", "3. ✅ Kling", "a fish & a <b>bird"] {
        assert!(list.contains(line), "{line} in {list}");
    }
    let open = receipt(&stage, 0).await;
    assert!(
        open.contains("accepted, set aside: 1 credit") && open.contains("⏳ Set aside: 1 credit"),
        "{open}"
    );
    assert!(
        stage.buttons(ANNA).iter().any(|data| data.starts_with("ca:")),
        "it can be canceled from here"
    );
    let failed = receipt(&stage, 1).await;
    assert!(
        failed.contains("the service failed") && failed.contains("💰 Given back: 1 credit"),
        "{failed}"
    );
    let made = receipt(&stage, 2).await;
    let steps = [
        "accepted",
        "sent to the service",
        "the service is at it",
        "being sent to you",
        "came into this chat",
    ];
    let places: Vec<_> = steps
        .iter()
        .map(|step| made.find(step).unwrap_or_else(|| panic!("{step} in {made}")))
        .collect();
    assert!(places.is_sorted(), "{made}");
    assert!(made.contains("💳 Spent: 1 credit"), "{made}");

    let before = stage.telegram.chat(ANNA).len();
    stage.press_newest(ANNA, "sh:").await;
    let chat = stage.telegram.chat(ANNA);
    assert_eq!(chat.len(), before + 1);
    let again = chat.last().unwrap();
    assert_eq!(
        again.now.media.as_ref().map(|media| media.kind),
        Some(MediaKind::Video)
    );
    assert!(again.text().contains("a cat on the moon"), "{}", again.text());
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_goes_on_page_by_page_to_the_first_order() {
    let stage = Stage::with(|setting| setting.gift(9)).await;
    stage.newcomer(ANNA).await;
    for n in 0..8 {
        order(&stage, &format!("wish number {n}")).await;
        stage.run_until_settled().await;
        stage.pass(Millis::from_secs(1));
        if n == 5 {
            stage.say(ANNA, "/orders").await;
            assert!(
                !stage.has_button(ANNA, "ob:"),
                "a full page is no reason for another"
            );
        }
    }
    stage.say(ANNA, "/orders").await;
    let first = stage.last_text(ANNA);
    assert!(
        first.contains("wish number 7") && first.contains("wish number 2"),
        "{first}"
    );
    assert!(!first.contains("wish number 1"), "{first}");
    stage.press_newest(ANNA, "ob:").await;
    let second = stage.last_text(ANNA);
    assert!(
        second.contains("wish number 1") && second.contains("wish number 0"),
        "{second}"
    );
    assert!(
        !stage.buttons(ANNA).iter().any(|data| data.starts_with("ob:")),
        "there are no older ones"
    );
    stage.press_newest(ANNA, "ord").await;
    assert_eq!(stage.last_text(ANNA), first);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_an_order_of_somebody_else() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.newcomer(BORIS).await;
    let job = order(&stage, "a secret wish").await;
    stage.run_until_settled().await;
    let message = stage.telegram.chat(BORIS).last().unwrap().message_id;
    for kind in ["or", "sh"] {
        let data = format!("{kind}:{}", job.nonce.as_str());
        let answer = stage.update(&press(BORIS, message, &data, 0)).await;
        assert_eq!(answer.method(), "answerCallbackQuery");
        assert!(answer.text().contains("no longer listed"), "{}", answer.text());
    }
    stage.say(BORIS, "/orders").await;
    assert!(stage.last_text(BORIS).contains("No orders yet"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_offered_as_such_and_words_are_no_video() {
    let stage = Stage::with(|setting| {
        setting.gift(9);
        setting.vaults = vec![VAULT];
    })
    .await;
    stage.newcomer(ANNA).await;
    order(&stage, "wait for me").await;
    stage.telegram.block(ANNA).unwrap();
    stage.answered().await;
    stage.run_until_settled().await;
    stage.telegram.unblock(ANNA).unwrap();
    let parked = receipt(&stage, 0).await;
    assert!(
        parked.contains("kept for you") && parked.contains("waiting for you"),
        "{parked}"
    );
    assert!(stage.has_button(ANNA, "pk") && !stage.has_button(ANNA, "sh:"));
    stage.press_newest(ANNA, "pk").await;
    stage.press_newest(ANNA, "pn:").await;
    receipt(&stage, 0).await;
    assert!(
        stage.has_button(ANNA, "sh:"),
        "it was seen, and can be asked for again"
    );

    stage.pass(Millis::from_secs(1));
    stage.draft(ANNA, "a cat on the moon").await;
    stage.chat.inject(ChatTrouble::Cut, "", 1_000);
    stage.press_newest(ANNA, "wo:").await;
    stage.run_until_settled().await;
    let words = receipt(&stage, 0).await;
    assert!(
        words.contains("There was no answer to use") && !words.contains("video"),
        "{words}"
    );
    assert!(!stage.has_button(ANNA, "ag:") && !stage.has_button(ANNA, "sh:"));
    stage.assert_sound().await;
}
