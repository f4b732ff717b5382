//! Words that nobody may order anything with: refused before anything is charged, however they are drawn, in the customer's
//! language, and never by quoting the list.

use domain::id::UserId;
use domain::job::Stage as JobStage;
use domain::time::Millis;
use limits_flags::By;
use limits_flags::grants::{self, Change};
use tests::stage::{OPERATOR, Setting, Stage};

use crate::{ANNA, BORIS};

/// A list of one word, and one of the operator's own.
fn listed(setting: &mut Setting) {
    let row = "{ refuse: { sexual: [секс*], rivals: [acme video] },
        told: { rivals: { ru: чужие марки показывать нельзя, en: other brands must not be shown } } }";
    setting.settings.moderation = Some(serde_norway::from_str(row).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_word_is_told_on_the_card_and_by_the_press_and_nothing_is_charged() {
    let stage = Stage::with(listed).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    for drawn in [
        "котик и секс",
        "котик и CEKC",
        "котик и с.е.к.с",
        "котик и се\u{200b}кса",
    ] {
        let card = stage.draft(ANNA, drawn).await;
        let hint = stage.last_text(ANNA);
        assert!(
            hint.contains("🚫 Такое не создаём: сексуальные сцены запрещены"),
            "{hint}"
        );
        let told = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
        assert_eq!(
            told,
            "Такое не создаём: сексуальные сцены запрещены. Ничего не списано. Пришлите другое описание."
        );
    }
    assert!(stage.jobs().await.is_empty());
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    // Another description is made.
    stage.order(ANNA, "котик и кактус").await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn better_words_and_heard_ones_are_held_against_the_list_as_well() {
    let stage = Stage::with(listed).await;
    stage.newcomer(ANNA).await;
    stage.draft(ANNA, "an acme-video about a cat").await;
    let told = stage.press_newest(ANNA, "wo:").await.unwrap();
    assert_eq!(
        told,
        "This is not made here: other brands must not be shown. Nothing was charged. Send another description."
    );
    assert!(stage.jobs().await.is_empty());
    // What was said is known only when it was heard: then the draft has it, and the video is refused.
    stage.newcomer(BORIS).await;
    stage.say_aloud(BORIS, "Acme video of a cat", 3).await;
    assert_eq!(stage.press_newest(BORIS, "wo:").await, None);
    stage.run_until_settled().await;
    let card = stage.card(BORIS);
    let told = stage.press(BORIS, card.message_id, &card.create).await.unwrap();
    assert!(told.contains("other brands must not be shown"), "{told}");
    assert_eq!(
        stage.jobs().await.len(),
        1,
        "the voice message alone was an order"
    );
    assert_eq!(stage.balance(BORIS).await, (2, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_holds_for_the_very_next_press() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a cat named Acme Video").await;
    stage
        .change_settings(|document| {
            let row = "{ refuse: { person: [acme video] } }";
            document.moderation = Some(serde_norway::from_str(row).unwrap());
        })
        .await;
    let told = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(told.contains("must not be shown"), "{told}");
    assert!(stage.jobs().await.is_empty());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_holds_a_refusal_for_a_mistake_tells_the_operator_once_a_day() {
    let stage = Stage::with(listed).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.draft(ANNA, "котик <и> секс").await;
    // Nobody is there yet: it is not sent, and may be tried again.
    let unsent = stage.press_newest(ANNA, "ap:").await.unwrap();
    assert!(unsent.starts_with("Не отправилось"), "{unsent}");
    stage.newcomer_who_speaks(OPERATOR, "ru").await;
    let sent = stage.press_newest(ANNA, "ap:").await.unwrap();
    assert!(sent.starts_with("Передано человеку"), "{sent}");
    let told = stage.last_text(OPERATOR);
    for word in ["#u1001", "sexual", "котик <и> секс"] {
        assert!(told.contains(word), "{told}");
    }
    let again = stage.press_newest(ANNA, "ap:").await.unwrap();
    assert!(again.starts_with("Сегодня вы уже просили"), "{again}");
    assert_eq!(stage.texts(OPERATOR).len(), 2, "the welcome, and this");
    // What is not refused has nothing to appeal against, and no button for it.
    stage.draft(ANNA, "котик").await;
    assert!(!stage.has_button(ANNA, "ap:"));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_operators_chat_there_is_no_such_button() {
    let stage = Stage::with(|setting| {
        listed(setting);
        setting.helps = false;
    })
    .await;
    stage.newcomer(ANNA).await;
    stage.draft(ANNA, "acme video").await;
    assert!(stage.last_text(ANNA).contains("🚫"));
    assert!(!stage.has_button(ANNA, "ap:"));
    stage.assert_sound().await;
}

/// Two refusals are too many, and two hours the pause.
fn strict(setting: &mut Setting) {
    listed(setting);
    let row = setting.settings.moderation.as_mut().unwrap();
    (row.strikes_max, row.pause_hours) = (2, 2);
}

/// Orders what is refused, and says what is told.
async fn refused(stage: &Stage, user: i64, words: &str) -> String {
    let card = stage.draft(user, words).await;
    stage.press(user, card.message_id, &card.create).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_refused_again_and_again_waits_and_is_told_until_when() {
    let stage = Stage::with(strict).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    let card = stage.draft(ANNA, "секс").await;
    for _ in 0..3 {
        let told = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
        assert!(
            told.contains("сексуальные сцены"),
            "the same card counts once: {told}"
        );
    }
    let told = refused(&stage, ANNA, "секс и кот").await;
    for word in ["Новые заказы", "(МСК)", "Ничего не списано", "/support"] {
        assert!(told.contains(word), "{told}");
    }
    let harmless = refused(&stage, ANNA, "кот").await;
    assert_eq!(harmless, told, "whatever it is");
    assert!(stage.jobs().await.is_empty());
    stage.clock.set(stage.now().after(Millis::from_mins(120)));
    stage.order(ANNA, "кот").await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_providers_refusal_counts_once_for_an_order_and_another_customer_is_not_held() {
    let stage = Stage::with(|setting| {
        strict(setting);
        setting.gift(9);
    })
    .await;
    stage.newcomer(ANNA).await;
    let first = stage.order(ANNA, "one #moderation").await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&first).await, JobStage::Failed);
    let strikes = stage.account(ANNA).await.standing.strikes;
    assert_eq!((strikes.marks.len(), strikes.until), (1, None));
    stage.order(ANNA, "two #moderation").await;
    stage.run_until_settled().await;
    let until = stage.account(ANNA).await.standing.strikes.until;
    assert!(until.is_some_and(|until| stage.now() < until));
    let told = refused(&stage, ANNA, "a cat").await;
    assert!(told.contains("New orders"), "{told}");
    stage.newcomer(BORIS).await;
    stage.order(BORIS, "a cat").await;
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_lets_somebody_order_at_once_and_the_audit_knows_why() {
    let stage = Stage::with(strict).await;
    stage.newcomer(ANNA).await;
    refused(&stage, ANNA, "acme video").await;
    refused(&stage, ANNA, "acme videos? acme video!").await;
    assert!(refused(&stage, ANNA, "a cat").await.contains("New orders"));
    let by = By::new("boris", "harmless, ticket-17", stage.now()).unwrap();
    let office = stage.office();
    let deadline = table::Deadline::after(std::time::Duration::from_secs(5));
    let changed = grants::change(&office, UserId(ANNA), &Change::ClearStrikes, &by, deadline)
        .await
        .unwrap();
    assert_eq!(grants::told(&changed.before)["strikes"]["value"], 2);
    assert!(changed.after.strikes.is_empty());
    let order = stage.order(ANNA, "a cat").await;
    assert_eq!(order.user, UserId(ANNA));
    stage.run_until_settled().await;
    stage.assert_sound().await;
}
