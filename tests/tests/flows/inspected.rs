//! Somebody else looks at words and photos before anybody pays: what it refuses costs nothing, what it does not answer goes
//! on or not as the operator wants it, and nothing is sent there twice.

use bytes::Bytes;
use domain::id::UserId;
use domain::time::Millis;
use tests::stage::{OPERATOR, Setting, Stage, jpeg};

use crate::ANNA;

/// Where a check is asked.
fn looked_at(setting: &mut Setting) {
    let row = "{ check: { model: omni-moderation-latest, percent: { violence: 40 } } }";
    setting.settings.moderation = Some(serde_norway::from_str(row).unwrap());
}

/// The same, where silence refuses.
fn strictly(setting: &mut Setting) {
    let row = "{ check: { model: omni-moderation-latest, unanswered: refuse } }";
    setting.settings.moderation = Some(serde_norway::from_str(row).unwrap());
}

/// A photo with a word in it.
fn photo(word: &str) -> Bytes {
    let mut file = jpeg(64, 64).to_vec();
    file.extend_from_slice(word.as_bytes());
    file.into()
}

/// Presses the newest card's button that orders.
async fn press(stage: &Stage) -> Option<String> {
    let card = stage.card(ANNA);
    stage.press(ANNA, card.message_id, &card.create).await
}

/// Nothing of an order is there: no job, no hold, no use of a limit, no line of the ledger but the gift.
async fn assert_untouched(stage: &Stage) {
    assert!(stage.jobs().await.is_empty());
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    let books = stage.books().await;
    assert_eq!(books.ledger[&UserId(ANNA)].len(), 1);
    assert!(
        books.usage.values().all(|count| count.used == 0),
        "{:?}",
        books.usage
    );
    let account = stage.account(ANNA).await;
    assert!(account.active_jobs.is_empty() && account.draft.is_some());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn flagged_words_are_refused_before_anything_is_charged_and_asked_about_once() {
    let stage = Stage::with(looked_at).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    for (word, why) in [
        ("#flag-sexual", "сексуальные сцены запрещены"),
        ("#flag-minors", "сцены с детьми такого рода запрещены"),
        ("#doubt-violence", "жестокость и призывы к ней запрещены"),
    ] {
        let asked = stage.chat.checks().len();
        stage.draft(ANNA, &format!("кот {word}")).await;
        assert_eq!(press(&stage).await, None, "the card says it");
        let card = stage.last_text(ANNA);
        assert!(
            card.starts_with(&format!("🚫 Такое не создаём: {why}. Ничего не списано.")),
            "{card}"
        );
        assert!(stage.has_button(ANNA, "ap:") && stage.has_button(ANNA, "go:"));
        let again = press(&stage).await.unwrap();
        assert!(
            again.contains("Ничего не списано. Пришлите другое описание"),
            "{again}"
        );
        assert_eq!(stage.chat.checks().len(), asked + 1, "{word}");
    }
    assert_untouched(&stage).await;
    assert_eq!(stage.account(ANNA).await.standing.strikes.marks.len(), 3);
    // What passes is ordered, and asked about once as well.
    let asked = stage.chat.checks().len();
    stage.order(ANNA, "кот и кактус").await;
    stage.draft(ANNA, "кот и кактус").await;
    press(&stage).await;
    assert_eq!(stage.chat.checks().len(), asked + 1);
    assert_eq!(stage.jobs().await.len(), 2);
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_looked_at_and_sent_there_once_whatever_the_words() {
    let stage = Stage::with(looked_at).await;
    stage.newcomer(ANNA).await;
    stage.send_photo(ANNA, photo("#flag-minors"), "a cat waves").await;
    assert_eq!(press(&stage).await, None);
    let card = stage.last_text(ANNA);
    assert!(card.contains("Nothing was charged. Send another photo"), "{card}");
    let pictures = || {
        stage
            .chat
            .checks()
            .iter()
            .map(|check| check.pictures)
            .sum::<usize>()
    };
    assert_eq!(
        (stage.chat.checks().len(), pictures()),
        (2, 1),
        "the words, and the photo"
    );
    press(&stage).await.unwrap();
    assert_eq!(pictures(), 1);
    assert_untouched(&stage).await;
    stage.send_photo(ANNA, photo(""), "a cat waves").await;
    press(&stage).await;
    assert_eq!(
        (stage.chat.checks().len(), pictures()),
        (3, 2),
        "its words are known"
    );
    assert_eq!(stage.jobs().await.len(), 1);
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_fails_holds_nobody_up_and_is_asked_again_the_next_time() {
    for word in [
        "#check-500",
        "#check-429",
        "#check-401",
        "#check-cut",
        "#check-slow",
    ] {
        let stage = Stage::with(looked_at).await;
        stage.newcomer(ANNA).await;
        stage.draft(ANNA, &format!("a cat {word}")).await;
        press(&stage).await;
        assert_eq!(stage.jobs().await.len(), 1, "{word}");
        stage.draft(ANNA, &format!("a cat {word}")).await;
        press(&stage).await;
        assert_eq!(stage.chat.checks().len(), 2, "{word}");
        stage.run_until_settled().await;
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_silence_refuses_nothing_is_charged_and_nobody_is_blamed() {
    let stage = Stage::with(strictly).await;
    stage.newcomer(ANNA).await;
    stage.draft(ANNA, "a cat #check-500").await;
    let told = press(&stage).await.unwrap();
    assert!(
        told.contains("cannot be checked right now. Nothing was charged"),
        "{told}"
    );
    assert_untouched(&stage).await;
    assert!(stage.account(ANNA).await.standing.strikes.is_empty());
    stage.order(ANNA, "a cat").await;
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_flagged_again_and_again_waits() {
    let stage = Stage::with(|setting| {
        looked_at(setting);
        let row = setting.settings.moderation.as_mut().unwrap();
        (row.strikes_max, row.pause_hours) = (2, 2);
    })
    .await;
    stage.newcomer(ANNA).await;
    stage.draft(ANNA, "one #flag-sexual").await;
    press(&stage).await;
    press(&stage).await.unwrap();
    assert_eq!(
        stage.account(ANNA).await.standing.strikes.marks.len(),
        1,
        "the same card counts once"
    );
    stage.draft(ANNA, "two #flag-sexual").await;
    let told = press(&stage).await.unwrap();
    assert!(told.contains("New orders"), "{told}");
    stage.draft(ANNA, "a cat").await;
    let asked = stage.chat.checks().len();
    assert_eq!(press(&stage).await.unwrap(), told, "whatever it is");
    assert_eq!(
        stage.chat.checks().len(),
        asked,
        "nobody is asked about what is not ordered"
    );
    assert_untouched(&stage).await;
    stage.clock.set(stage.now().after(Millis::from_mins(120)));
    stage.order(ANNA, "a cat").await;
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn that_a_check_is_mistaken_reaches_the_operator() {
    let stage = Stage::with(looked_at).await;
    stage.newcomer_who_speaks(OPERATOR, "ru").await;
    stage.newcomer(ANNA).await;
    stage.send_photo(ANNA, photo("#flag-sexual"), "").await;
    press(&stage).await;
    let sent = stage.press_newest(ANNA, "ap:").await.unwrap();
    assert!(sent.starts_with("A person will look at it"), "{sent}");
    let told = stage.last_text(OPERATOR);
    for word in ["#u1001", "sexual (photo)", "🖼"] {
        assert!(told.contains(word), "{told}");
    }
    // What was not flagged has nothing to appeal against.
    stage.draft(ANNA, "a cat").await;
    assert!(!stage.has_button(ANNA, "ap:"));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_operator_allows_holds_for_the_next_press_without_asking_again() {
    let stage = Stage::with(looked_at).await;
    stage.newcomer(ANNA).await;
    stage.draft(ANNA, "a cat #flag-sexual").await;
    press(&stage).await;
    assert_untouched(&stage).await;
    stage
        .change_settings(|document| {
            let check = document.moderation.as_mut().unwrap().check.as_mut().unwrap();
            check.allow = vec!["sexual".to_owned()];
        })
        .await;
    press(&stage).await;
    assert_eq!((stage.jobs().await.len(), stage.chat.checks().len()), (1, 1));
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn better_words_are_looked_at_as_well_and_without_the_setting_nobody_is_asked() {
    let stage = Stage::with(looked_at).await;
    stage.newcomer(ANNA).await;
    stage.draft(ANNA, "a cat #flag-violence").await;
    stage.press_newest(ANNA, "wo:").await;
    // 40 % would do, and the check is surer than that.
    assert!(
        stage.last_text(ANNA).contains("cruelty"),
        "{}",
        stage.last_text(ANNA)
    );
    assert_untouched(&stage).await;
    let off = Stage::new().await;
    off.newcomer(ANNA).await;
    off.order(ANNA, "a cat #flag-minors").await;
    assert_eq!(off.chat.checks(), []);
    off.run_until_settled().await;
    off.assert_sound().await;
}
