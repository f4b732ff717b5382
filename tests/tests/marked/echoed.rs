//! What functions write when somebody outside repeats all that is said to him.

use serde_json::json;
use tests::stage::{Answers, Ask, Parrot, Stage, TOKEN, Whom, jpeg};

use crate::{CUSTOMER, PROMPT, marks, marks_of, page, stage};
use domain::broadcast::{Segment, Wording};
use domain::id::UserId;
use domain::job::Stage as JobStage;
use table::Deadline;

const ALL: [Answers; 16] = [
    Answers::Error(400),
    Answers::Error(401),
    Answers::Error(402),
    Answers::Error(403),
    Answers::Error(404),
    Answers::Error(422),
    Answers::Error(429),
    Answers::Error(500),
    Answers::Error(503),
    Answers::Codes(400),
    Answers::Codes(500),
    Answers::Page(200),
    Answers::Page(403),
    Answers::Page(502),
    Answers::Redirect,
    Answers::Nonsense,
];

/// An order goes through the worker while somebody answers so: before it is submitted, while it renders, and when its video
/// is to be shown.
async fn orders(stage: &Stage, parrot: &Parrot, answers: Answers) {
    let photo = stage.order_photo(CUSTOMER, jpeg(640, 480), PROMPT).await;
    parrot.answer(answers);
    stage.drain().await;
    parrot.answer(Answers::Truly);
    let words = stage.order(CUSTOMER, PROMPT).await;
    parrot.answer(answers);
    stage.drain().await;
    stage.sweep().await;
    parrot.answer(Answers::Truly);
    stage.run_until_settled().await;
    words_and_voices(stage, parrot, answers).await;
    for whom in [Whom::All, Whom::Telegram] {
        let rendering = stage.order(CUSTOMER, &format!("{PROMPT} #nocallback")).await;
        stage.run_until_stage(&rendering, JobStage::Running).await;
        stage.pass(domain::time::Millis::from_mins(12));
        parrot.answer_for(whom, answers);
        stage.ring_with(&rendering, tests::stage::WORKER_TIME).await;
        stage.sweep().await;
        parrot.answer(Answers::Truly);
        stage.run_until_settled().await;
    }
    for job in [photo, words] {
        assert!(stage.job(&job).await.stage.is_final());
    }
}

/// Words are asked for, and a voice message is listened to, while somebody answers so; and the answer is shown to somebody who
/// does.
async fn words_and_voices(stage: &Stage, parrot: &Parrot, answers: Answers) {
    for whom in [Whom::All, Whom::Telegram] {
        stage.draft(CUSTOMER, PROMPT).await;
        assert_eq!(stage.press_newest(CUSTOMER, "wo:").await, None, "not accepted");
        parrot.answer_for(whom, answers);
        stage.drain().await;
        stage.sweep().await;
        parrot.answer(Answers::Truly);
        stage.run_until_settled().await;
        stage.say_aloud(CUSTOMER, PROMPT, 12).await;
        assert_eq!(stage.press_newest(CUSTOMER, "wo:").await, None, "not accepted");
        parrot.answer_for(whom, answers);
        stage.drain().await;
        parrot.answer(Answers::Truly);
        stage.run_until_settled().await;
    }
}

/// Somebody buys, a rail tells, and the books are compared, while the rail answers so.
async fn money(stage: &Stage, parrot: &Parrot, answers: Answers) {
    let payment = stage.pay_in_roubles(CUSTOMER, "pack:starter").await;
    let records = stage.payments().await;
    for rail in ["y", "c", "s"] {
        stage.say(CUSTOMER, "/buy").await;
        stage.press_newest(CUSTOMER, "wa:pack:starter").await;
        let (message_id, data) = stage.pay_button(CUSTOMER, rail);
        parrot.answer(answers);
        stage.press(CUSTOMER, message_id, &data).await;
        parrot.answer(Answers::Truly);
    }
    parrot.answer(answers);
    let notice = json!({"type": "notification", "event": "payment.succeeded", "object": {"id": payment, "status": "succeeded"}});
    stage
        .notify("/yookassa", "127.0.0.1", &json!({}), &notice.to_string())
        .await;
    let _ = stage.refund(records[0].id()).await;
    stage.pass(domain::time::Millis::from_mins(70));
    stage.sweep().await;
    stage.sweep_on(&json!({"task": "reconcile"})).await;
    parrot.answer(Answers::Truly);
}

/// What was made is asked for by a page, and to be sent to the chat again, while Telegram answers so: first where it lies, and
/// then, where that is known, for the bytes.
async fn files(stage: &Stage, parrot: &Parrot, answers: Answers) {
    let job = stage.order(CUSTOMER, PROMPT).await;
    stage.run_until_settled().await;
    let order = format!("/me/orders/{}", job.nonce.as_str());
    let file = || Ask::get(&format!("{order}/file")).header("range", "bytes=0-99999");
    for _ in 0..2 {
        parrot.answer_for(Whom::Telegram, answers);
        for ask in [file(), Ask::post(&format!("{order}/send"))] {
            let said = stage.ask(ask.user(stage, CUSTOMER)).await;
            assert!(!said.text.contains(TOKEN), "{answers:?}: {said:?}");
        }
        parrot.answer(Answers::Truly);
        let known = stage.ask(file().user(stage, CUSTOMER)).await;
        assert_eq!(known.status, 206, "{answers:?}: {known:?}");
    }
}

/// A broadcast goes out while Telegram answers so.
async fn news(stage: &Stage, parrot: &Parrot, answers: Answers) {
    let soon = || Deadline::after(std::time::Duration::from_secs(20));
    stage
        .store
        .set_blocked(UserId(CUSTOMER), false, soon())
        .await
        .unwrap();
    let text = |language: &str| (language.to_owned(), "news".to_owned());
    let wording = Wording {
        texts: [text("ru"), text("en")].into(),
        ..Wording::default()
    };
    let new = app::broadcast::New {
        wording,
        segment: Segment::default(),
        per_second: 20,
    };
    stage.start_broadcast(new).await;
    parrot.answer(answers);
    stage.broadcast_step().await;
    parrot.answer(Answers::Truly);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_repeats_what_he_hears_is_not_repeated() {
    let mut marks = marks();
    for answers in ALL {
        let (stage, parrot) = stage().await;
        stage.newcomer(CUSTOMER).await;
        orders(&stage, &parrot, answers).await;
        money(&stage, &parrot, answers).await;
        files(&stage, &parrot, answers).await;
        news(&stage, &parrot, answers).await;
        marks_of(&stage, &mut marks).await;
    }
    let expected = [
        "provider_refused",
        "provider_needs_operator",
        "submission_unknown",
        "submission_not_accepted",
        "provider_silent",
        "delivery_unknown",
        "delivery_refused",
        "progress_not_shown",
        "purchase_not_opened",
        "rail_silent",
        "telegram_silent",
        "notice_to_come_again",
        "refund_later",
        "broadcast_message_refused",
        "broadcast_slowed",
        "broadcast_halted",
    ];
    page::is_clean(&marks, &expected);
}
