//! "Why was I refused?", asked in the operator's chat: judged as for the customer, with what a check has said, what was refused
//! of late, and without a trace.

use domain::id::UserId;
use domain::time::{Millis, Timestamp};
use limits_flags::access::Role;
use serde_json::json;
use table::{Deadline, Write, n};
use tests::stage::{OPERATOR, Setting, Stage};

use crate::ANNA;

/// Who may only look, and speaks Russian, as the operator's chat does.
const PAVEL: i64 = 700_003;

async fn staffed(change: impl FnOnce(&mut Setting)) -> Stage {
    let stage = Stage::with(change).await;
    stage.admit(PAVEL, Role::Viewer).await;
    stage.newcomer(ANNA).await;
    stage
}

/// What a viewer is told there.
async fn told(stage: &Stage, text: &str, number: i64) -> String {
    let update = json!({"update_id": 880_000_000 + number, "message": {
        "message_id": 82_000 + number, "date": 1_795_251_600, "text": text,
        "chat": {"id": OPERATOR, "type": "supergroup", "title": "Operators"},
        "from": {"id": PAVEL, "is_bot": false, "first_name": "P", "language_code": "ru"}}});
    stage.update(&update).await.text().to_owned()
}

/// Where a check is asked.
fn looked_at(setting: &mut Setting) {
    let row = "{ check: { model: omni-moderation-latest } }";
    setting.settings.moderation = Some(serde_norway::from_str(row).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_judged_in_the_customers_language_and_told_in_the_operators() {
    let stage = staffed(|_| {}).await;
    stage.draft(ANNA, "a cat").await;
    assert!(told(&stage, "/why 1001", 1).await.contains("✅ был бы принят"));
    // Whoever speaks English orders nothing; the operators' language is no reason to take it.
    let rule = r#"{ state: ENABLED, variants: { "on": true, "off": false }, defaultVariant: "on",
        targeting: { if: [{ "==": [{ var: locale }, "en"] }, "off", "on"] } }"#;
    let of_english = serde_norway::from_str(rule).unwrap();
    stage
        .change_settings(|document| {
            document.flags.insert("new_jobs".to_owned(), of_english);
        })
        .await;
    let why = told(&stage, "/why 1001", 2).await;
    assert!(
        why.contains("⛔ был бы отказ: ") && why.contains("остановлены"),
        "{why}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_only_looks_pays_nobodys_debt_and_writes_nothing() {
    let stage = staffed(|_| {}).await;
    stage.draft(ANNA, "a cat").await;
    let table = stage.aws.table_name("AccountsTable").unwrap().to_owned();
    let debt = Write::update("account", &table, store::rows::account_key(UserId(ANNA))).set("debt", n(1));
    let soon = Deadline::after(std::time::Duration::from_secs(20));
    stage.db.write(debt, soon).await.unwrap();
    let before = stage.account(ANNA).await;
    let why = told(&stage, "/why 1001", 1).await;
    // One of two credits would pay the debt first, and the other the order.
    assert!(why.contains("✅ был бы принят"), "{why}");
    assert_eq!(stage.account(ANNA).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn that_a_check_was_not_asked_yet_is_said_with_what_its_silence_means() {
    for (row, then) in [
        ("{ check: { model: omni-moderation-latest } }", "заказ пройдёт"),
        (
            "{ check: { model: omni-moderation-latest, unanswered: refuse } }",
            "заказ не примем",
        ),
    ] {
        let strict = serde_norway::from_str(row).unwrap();
        let stage = staffed(|setting| setting.settings.moderation = Some(strict)).await;
        let asked = stage.chat.checks().len();
        let card = stage.draft(ANNA, "a cat #flag-sexual").await;
        let why = told(&stage, "/why 1001", 1).await;
        assert!(why.contains("не спрашивали") && why.contains(then), "{why}");
        assert_eq!(stage.chat.checks().len(), asked, "nobody is asked by looking");
        stage.press(ANNA, card.message_id, &card.create).await;
        let why = told(&stage, "/why 1001", 2).await;
        assert!(why.contains("⛔ отказала проверка: sexual (words)"), "{why}");
        assert!(!why.contains("не спрашивали"), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_of_late_is_listed_once_for_each_reason_and_goes_with_the_customer() {
    let stage = staffed(looked_at).await;
    assert!(!told(&stage, "/why 1001", 1).await.contains("Отказы"));
    for (number, words, presses) in [
        (0, "a cat #flag-violence", 2),
        (1, "a cat", 1),
        (2, "a dog", 1),
        (3, "a hen", 2),
    ] {
        stage.pass(Millis::from_mins(number));
        let card = stage.draft(ANNA, words).await;
        for _ in 0..presses {
            stage.press(ANNA, card.message_id, &card.create).await;
        }
    }
    let refusals = stage.store.refusals(UserId(ANNA), stage.now()).await.unwrap();
    let why: Vec<&str> = refusals.iter().map(|refused| refused.why.as_str()).collect();
    assert_eq!(why, ["credits", "flagged:violence"], "the latest first");
    // For the charts each press is counted.
    let (notes, hour) = (stage.store.notes(), Millis::from_mins(60));
    let tallies = notes.tallies(Timestamp(stage.now().0 - hour.0), stage.now().after(hour));
    let held_back = tallies.await.unwrap().held_back;
    let counts = [("credits", 2), ("flagged:violence", 2)].map(|(why, times)| (why.to_owned(), times));
    assert_eq!(held_back, counts.into());
    let said = told(&stage, "/why 1001", 2).await;
    let (credits, flagged) = (
        said.find("<code>credits</code> kling-3.0"),
        said.find("flagged:violence"),
    );
    assert!(credits.is_some() && credits < flagged, "{said}");
    assert!(!said.contains("a hen"), "no words of a customer");
    // They are told of for a week, and no longer.
    let week = stage.now().after(Millis::from_mins(7 * 24 * 60));
    assert!(stage.store.refusals(UserId(ANNA), week).await.unwrap().is_empty());
    // Whoever has everything deleted leaves none.
    stage.run_until_settled().await;
    stage.say(ANNA, "/delete_my_data").await;
    stage.press_newest(ANNA, "er:").await;
    stage.minute().await;
    let left = stage.store.refusals(UserId(ANNA), stage.now()).await.unwrap();
    assert_eq!(left, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn how_many_doorbells_failed_too_often_and_since_when_is_in_the_state() {
    let stage = staffed(|_| {}).await;
    assert!(
        told(&stage, "/status", 1)
            .await
            .contains("Мёртвые письма: 0. Самому старому из увиденных: —")
    );
    for _ in 0..2 {
        stage.bury(r#"{"job":"7-2222222222222222","hint":"due"}"#).await;
    }
    let status = told(&stage, "/status", 2).await;
    assert!(
        status.contains("Мёртвые письма: 2.") && !status.contains("увиденных: —"),
        "{status}"
    );
    // They lie there as before, for whoever rings them.
    assert!(told(&stage, "/status", 3).await.contains("Мёртвые письма: 2."));
    let silent = local_lambda::Fault::new(local_lambda::Service::Sqs, local_lambda::Effect::InternalError);
    stage
        .aws
        .faults()
        .arm(silent.operation("GetQueueAttributes").always());
    let status = told(&stage, "/status", 4).await;
    assert!(
        status.contains("Открыто") && status.contains("Мёртвые письма: неизвестно"),
        "{status}"
    );
}
