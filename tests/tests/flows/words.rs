//! Words for a draft: better ones, those of a photo, those of a voice message; each an order like any other.

use std::time::Duration;

use domain::ai_request::{AiRequest, Status};
use domain::cost::Category;
use domain::id::JobId;
use domain::job::{Rule, Stage as JobStage};
use domain::time::Millis;
use played_kie::ChatTrouble;
use played_telegram::{Fault, Happens};
use tests::stage::{Card, Stage, jpeg, press};

use crate::{ANNA, BORIS};

/// The draft's words are ordered to be made better. Gives the order.
async fn improve(stage: &Stage, card: &Card) -> JobId {
    assert_eq!(stage.press_newest(card.user, "wo:").await, None, "not accepted");
    card.job()
}

/// The lines of the log, the oldest first.
async fn log(stage: &Stage) -> Vec<AiRequest> {
    let mut lines = stage.books().await.log.unwrap();
    lines.sort_by_key(|line| line.at);
    lines
}

async fn draft_of(stage: &Stage, user: i64) -> Option<domain::account::Draft> {
    let account = stage.store.account(domain::id::UserId(user)).await.unwrap();
    account.unwrap().draft
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_made_better_and_then_into_a_video() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a cat on the moon").await;
    let words = improve(&stage, &card).await;
    assert!(
        stage.last_text(ANNA).contains("Improving"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.run_until_settled().await;
    assert_eq!(
        stage.rules_of(&words).await,
        [Rule::T1, Rule::T2, Rule::T16, Rule::T10]
    );
    let better = stage.job(&words).await.answer.unwrap();
    let shown = stage.message_of(&words).await;
    assert_eq!(shown.message_id, card.message_id);
    assert!(shown.text().contains(&better.text), "{}", shown.text());
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0), "it costs nothing");
    // The message says the price of the video, and is the way on.
    let video = stage.confirm(&stage.card(ANNA)).await;
    assert_ne!(video, words);
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&video).await, JobStage::Delivered);
    assert_eq!(stage.job(&video).await.order.prompt, better.text);
    let lines = log(&stage).await;
    assert_eq!(lines[0].category, Category::Text);
    assert_eq!(
        (lines[0].tokens_in, lines[0].tokens_out),
        (better.tokens_in, better.tokens_out)
    );
    // A quarter of a dollar for a million in, two for a million out.
    let sum = (better.tokens_in * 250_000 + better.tokens_out * 2_000_000).div_ceil(1_000_000);
    assert!(better.tokens_in > 0 && better.tokens_out > 0);
    assert_eq!(lines[0].cost.unwrap().micro_usd.0, sum);
    assert_eq!(lines[1].category, Category::VideoGen);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_before_come_back() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a cat on the moon").await;
    improve(&stage, &card).await;
    stage.run_until_settled().await;
    assert_eq!(stage.press_newest(ANNA, "un:").await, None);
    let draft = draft_of(&stage, ANNA).await.unwrap();
    assert_eq!((draft.prompt.as_str(), draft.before), ("a cat on the moon", None));
    assert!(!stage.has_button(ANNA, "un:"));
    assert!(stage.has_button(ANNA, "wo:"), "and may be made better again");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_account_gives_simple_words_at_once_and_charges_nothing() {
    let stage = Stage::with(|setting| {
        let row = setting.settings.models.get_mut("prompt-improver").unwrap();
        row.prices[0].credits = 1;
    })
    .await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a cat on the moon").await;
    stage.chat.inject(ChatTrouble::OutOfQuota, "", 1);
    let words = improve(&stage, &card).await;
    assert_eq!(stage.balance(ANNA).await, (1, 1, 0));
    stage.run_until_settled().await;
    assert_eq!(stage.rules_of(&words).await, [Rule::T1, Rule::T2, Rule::T5]);
    assert_eq!(stage.chat.requests().len(), 1, "it would be refused again");
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    let text = stage.last_text(ANNA);
    assert!(
        text.contains("simple version") && text.contains("Given back: 1 credit"),
        "{text}"
    );
    let draft = draft_of(&stage, ANNA).await.unwrap();
    assert_eq!(
        draft.prompt,
        "a cat on the moon, smooth natural motion, slow push-in, soft warm light"
    );
    let video = stage.confirm(&stage.card(ANNA)).await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&video).await, JobStage::Delivered);
    assert_eq!(log(&stage).await[0].status, Status::Failed);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_cut_short_gives_simple_words_and_costs_what_it_took() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a cat on the moon").await;
    stage.chat.inject(ChatTrouble::Incomplete, "", 1);
    let words = improve(&stage, &card).await;
    stage.run_until_settled().await;
    assert_eq!(stage.rules_of(&words).await, [Rule::T1, Rule::T2, Rule::T5]);
    assert!(stage.last_text(ANNA).contains("simple version"));
    let line = log(&stage).await.remove(0);
    assert_eq!(line.status, Status::Failed);
    assert!(line.tokens_in > 0 && line.tokens_out > 0, "{line:?}");
    // $0.25 and $2.00 for a million: infra/settings.yaml.
    let micro_usd = (line.tokens_in * 250_000 + line.tokens_out * 2_000_000).div_ceil(1_000_000);
    assert_eq!(line.cost.map(|cost| cost.micro_usd.0), Some(micro_usd));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_are_waited_for() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a cat on the moon").await;
    stage.chat.inject(ChatTrouble::RateLimited, "", 2);
    let words = improve(&stage, &card).await;
    stage.run_until_settled().await;
    assert_eq!(
        stage.rules_of(&words).await,
        [
            Rule::T1,
            Rule::T2,
            Rule::T4,
            Rule::T2,
            Rule::T4,
            Rule::T2,
            Rule::T16,
            Rule::T10
        ]
    );
    assert!(stage.now().since(stage.job(&words).await.created_at) < Millis::from_mins(2));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_for_two_minutes_give_simple_words() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a cat on the moon").await;
    stage.chat.inject(ChatTrouble::RateLimited, "", 1_000);
    let words = improve(&stage, &card).await;
    stage.run_until_settled().await;
    assert_eq!(stage.rules_of(&words).await.last(), Some(&Rule::T15));
    assert!(stage.now().since(stage.job(&words).await.created_at) < Millis::from_mins(4));
    assert!(
        draft_of(&stage, ANNA)
            .await
            .unwrap()
            .prompt
            .ends_with("soft warm light")
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_asked_for_again_and_charged_once() {
    let stage = Stage::with(|setting| {
        let row = setting.settings.models.get_mut("prompt-improver").unwrap();
        row.prices[0].credits = 1;
    })
    .await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a cat on the moon").await;
    stage.chat.inject(ChatTrouble::Cut, "", 1);
    let words = improve(&stage, &card).await;
    stage.run_until_settled().await;
    assert_eq!(
        stage.rules_of(&words).await,
        [Rule::T1, Rule::T2, Rule::T4, Rule::T2, Rule::T16, Rule::T10]
    );
    assert_eq!(stage.chat.requests().len(), 2);
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_service_that_never_answers_gets_simple_words_soon() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a cat on the moon").await;
    stage.chat.inject(ChatTrouble::Cut, "", 1_000);
    let words = improve(&stage, &card).await;
    stage.run_until_settled().await;
    let waited = stage.now().since(stage.job(&words).await.created_at);
    assert!(waited < Millis::from_secs(90), "{waited:?}");
    assert!(stage.rules_of(&words).await.contains(&Rule::T15));
    let draft = draft_of(&stage, ANNA).await.unwrap();
    assert!(draft.prompt.ends_with("soft warm light"), "{}", draft.prompt);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_composed_meanwhile_is_left_alone_and_the_words_are_offered_beside() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a cat on the moon").await;
    let words = improve(&stage, &card).await;
    stage.draft(ANNA, "a dog in the snow").await;
    stage.run_until_settled().await;
    assert_eq!(draft_of(&stage, ANNA).await.unwrap().prompt, "a dog in the snow");
    let better = stage.job(&words).await.answer.unwrap().text;
    let shown = stage.message_of(&words).await;
    assert!(shown.text().contains(&better), "{}", shown.text());
    let button = shown.button("us:").unwrap().to_owned();
    assert_eq!(stage.press(ANNA, shown.message_id, &button).await, None);
    assert_eq!(draft_of(&stage, ANNA).await.unwrap().prompt, better);
    let message = stage.message_of(&words).await;
    let create = message.button("go:").unwrap().to_owned();
    stage.press(ANNA, shown.message_id, &create).await;
    // The same press once more, when it is ordered already.
    let late = stage.update(&press(ANNA, shown.message_id, &button, 1)).await;
    assert!(late.text().contains("already"), "{}", late.text());
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_tap_is_the_same_order() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.draft(ANNA, "a cat on the moon").await;
    let (message, data) = stage.newest_button(ANNA, "wo:");
    for finger in 0..2 {
        let answer = stage.update(&press(ANNA, message, &data, finger)).await;
        assert!(answer.text().contains("Improving"), "{}", answer.text());
    }
    stage.run_until_settled().await;
    let late = stage.update(&press(ANNA, message, &data, 3)).await;
    assert_eq!(late.method(), "answerCallbackQuery", "{}", late.text());
    assert!(late.text().contains("over already"), "{}", late.text());
    assert_eq!(stage.jobs().await.len(), 1);
    assert_eq!(stage.chat.requests().len(), 1);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_the_service_refuses_are_left_as_they_were() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a cat on the moon").await;
    stage.chat.inject(ChatTrouble::Refused, "", 1);
    improve(&stage, &card).await;
    stage.run_until_settled().await;
    assert!(
        stage.last_text(ANNA).contains("break its rules"),
        "{}",
        stage.last_text(ANNA)
    );
    assert_eq!(draft_of(&stage, ANNA).await.unwrap().prompt, "a cat on the moon");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_had_enough_is_told_when_there_is_more() {
    let stage = Stage::with(|setting| {
        let row = setting.settings.models.get_mut("prompt-improver").unwrap();
        row.limit.as_mut().unwrap().max = 1;
    })
    .await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a cat on the moon").await;
    improve(&stage, &card).await;
    // Before it is over another card is drawn, on another device: it does not offer more.
    stage.draft(ANNA, "a dog in the snow").await;
    assert!(!stage.has_button(ANNA, "wo:"));
    let (message, create) = stage.newest_button(ANNA, "go:");
    let data = create.replacen("go:", "wo:", 1);
    let data = format!("{}:0", data.rsplit_once(':').unwrap().0);
    let told = stage.update(&press(ANNA, message, &data, 1)).await;
    assert!(told.text().contains("21:00"), "{}", told.text());
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_while_it_asks_leaves_simple_words() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.send_photo(ANNA, jpeg(320, 240), "a cat looks up").await;
    let words = improve(&stage, &stage.card(ANNA)).await;
    let hour = Happens::Delayed(Duration::from_hours(1));
    stage.telegram.fault(Fault::next("getFile", hour));
    let asked = async || stage.telegram.calls().iter().any(|call| call.method == "getFile");
    stage.die_when(&words, asked).await;
    stage.run_until_settled().await;
    assert_eq!(
        stage.rules_of(&words).await,
        [Rule::T1, Rule::T2, Rule::T6, Rule::T7]
    );
    let draft = draft_of(&stage, ANNA).await.unwrap();
    assert!(
        draft.prompt.starts_with("a cat looks up, ") && draft.photo.is_some(),
        "{}",
        draft.prompt
    );
    assert_eq!(draft.before.as_deref(), Some("a cat looks up"));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_edit_was_lost_is_not_drawn_over_what_came_of_it() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a cat on the moon").await;
    let words = improve(&stage, &card).await;
    stage
        .telegram
        .fault(Fault::next("editMessageText", Happens::CutAfter));
    stage.ring(&words).await;
    assert_eq!(
        stage.stage_of(&words).await,
        JobStage::Rendered,
        "nobody heard that it was shown"
    );
    let video = stage.confirm(&stage.card(ANNA)).await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&words).await, JobStage::Delivered);
    assert_eq!(stage.stage_of(&video).await, JobStage::Delivered);
    assert!(stage.message_of(&video).await.video().is_some());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_looked_at_and_described() {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.send_photo(ANNA, jpeg(640, 480), "").await;
    let card = stage.card(ANNA);
    let words = improve(&stage, &card).await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&words).await, JobStage::Delivered);
    assert_eq!(stage.chat.requests()[0].pictures, 1);
    let draft = draft_of(&stage, ANNA).await.unwrap();
    assert!(
        draft.prompt.contains("оживает") && draft.photo.is_some(),
        "{}",
        draft.prompt
    );
    assert_eq!(log(&stage).await[0].category, Category::TextWithImage);
    stage.confirm(&stage.card(ANNA)).await;
    stage.run_until_settled().await;
    assert!(stage.kie.tasks()[0].from_photo);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voice_message_becomes_words_and_a_video() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.say_aloud(ANNA, "a cat runs over the roofs", 12).await;
    assert!(
        stage.last_text(ANNA).contains("0:12"),
        "{}",
        stage.last_text(ANNA)
    );
    assert!(!stage.has_button(ANNA, "go:"), "nobody knows yet what is said");
    stage.press_newest(ANNA, "wo:").await;
    stage.run_until_settled().await;
    let draft = draft_of(&stage, ANNA).await.unwrap();
    assert_eq!(
        (draft.prompt.as_str(), draft.voice),
        ("a cat runs over the roofs", None)
    );
    let lines = log(&stage).await;
    assert_eq!(
        (lines[0].category, lines[0].seconds),
        (Category::Transcription, 12)
    );
    // A fifth of a minute at 3,000 millionths of a dollar.
    assert_eq!(lines[0].cost.unwrap().micro_usd.0, 600);
    let video = stage.confirm(&stage.card(ANNA)).await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&video).await, JobStage::Delivered);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voice_message_describes_the_photo_before_it() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.send_photo(ANNA, jpeg(640, 480), "").await;
    stage.say_aloud(ANNA, "it opens its eyes", 3).await;
    stage.press_newest(ANNA, "wo:").await;
    stage.run_until_settled().await;
    let draft = draft_of(&stage, ANNA).await.unwrap();
    assert_eq!(draft.prompt, "it opens its eyes");
    assert!(draft.photo.is_some());
    // And one in which nobody speaks leaves the photo.
    stage.send_photo(ANNA, jpeg(64, 48), "").await;
    stage.say_aloud(ANNA, "", 3).await;
    stage.press_newest(ANNA, "wo:").await;
    stage.run_until_settled().await;
    let draft = draft_of(&stage, ANNA).await.unwrap();
    assert_eq!((draft.prompt.as_str(), draft.photo.is_some()), ("", true));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_and_long_speeches_are_answered_with_what_helps() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.say_aloud(ANNA, "blah", 121).await;
    assert!(
        stage.last_text(ANNA).contains("too long"),
        "{}",
        stage.last_text(ANNA)
    );
    assert!(draft_of(&stage, ANNA).await.is_none());
    stage.say_aloud(ANNA, "", 2).await;
    stage.press_newest(ANNA, "wo:").await;
    stage.run_until_settled().await;
    let text = stage.last_text(ANNA);
    assert!(
        text.contains("no words to be heard") && text.contains("Nothing was charged"),
        "{text}"
    );
    assert!(draft_of(&stage, ANNA).await.is_none());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_blocked_the_bot_pays_for_no_words() {
    let stage = Stage::with(|setting| {
        let row = setting.settings.models.get_mut("prompt-improver").unwrap();
        row.prices[0].credits = 1;
    })
    .await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a cat on the moon").await;
    let words = improve(&stage, &card).await;
    stage.telegram.block(ANNA).unwrap();
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&words).await, JobStage::Failed);
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_models_nothing_is_offered_and_nothing_breaks() {
    let stage = Stage::with(|setting| {
        for name in ["prompt-improver", "voice"] {
            setting.settings.models.get_mut(name).unwrap().enabled = false;
        }
    })
    .await;
    stage.newcomer(BORIS).await;
    stage.draft(BORIS, "a cat on the moon").await;
    assert!(!stage.has_button(BORIS, "wo:"));
    stage.say_aloud(BORIS, "a cat", 2).await;
    assert!(
        stage.last_text(BORIS).contains("cannot recognise"),
        "{}",
        stage.last_text(BORIS)
    );
    stage.assert_sound().await;
}
