//! What cannot wait, from the operator's chat: for its administrators alone, confirmed by whoever asked, once, with the same
//! rows of the audit as the admin API's.

use domain::id::UserId;
use domain::job::Stage as JobStage;
use domain::time::Millis;
use limits_flags::access::Role;
use limits_flags::audit::{self, Of};
use limits_flags::history;
use serde_json::{Value, json};
use tests::stage::{Answer, OPERATOR, Stage};

use crate::{ANNA, BORIS};

/// An owner and an editor, who sit in the operator's chat.
const OLGA: i64 = 700_001;
const EGOR: i64 = 700_002;
/// Who sits there, too, and is nobody.
const PAVEL: i64 = 700_003;

async fn staffed() -> Stage {
    let stage = Stage::with(|setting| setting.gift(9)).await;
    stage.admit(OLGA, Role::Owner).await;
    stage.admit(EGOR, Role::Editor).await;
    stage.newcomer(ANNA).await;
    stage
}

/// Somebody writes in the operator's chat, which is a group here.
fn said(from: i64, text: &str, number: i64) -> Value {
    json!({"update_id": 840_000_000 + number, "message": {
        "message_id": 80_000 + number, "date": 1_795_251_600, "text": text,
        "chat": {"id": OPERATOR, "type": "supergroup", "title": "Operators"},
        "from": {"id": from, "is_bot": false, "first_name": "X", "language_code": "ru"}}})
}

/// Somebody presses a button there.
fn pressed(from: i64, data: &str, number: i64) -> Value {
    json!({"update_id": 850_000_000 + number, "callback_query": {
        "id": format!("q{number}"), "chat_instance": "1", "data": data,
        "from": {"id": from, "is_bot": false, "first_name": "X"},
        "message": {"message_id": 90_000, "date": 1_795_251_600,
            "chat": {"id": OPERATOR, "type": "supergroup", "title": "Operators"}}}})
}

/// The data of the first button, or of the second.
fn button(answer: &Answer, place: usize) -> String {
    let body = answer.body.as_ref().unwrap();
    let data = &body["reply_markup"]["inline_keyboard"][0][place]["callback_data"];
    data.as_str()
        .unwrap_or_else(|| panic!("no button: {body}"))
        .to_owned()
}

/// Asks for something and confirms it; what is said of it in the end.
async fn done(stage: &Stage, from: i64, text: &str, number: i64) -> String {
    let asked = stage.update(&said(from, text, number)).await;
    let yes = button(&asked, 0);
    stage.update(&pressed(from, &yes, number)).await.text().to_owned()
}

/// Nobody is answered.
fn nothing(answer: &Answer) -> bool {
    answer.status == 200 && answer.body.is_none()
}

async fn takes_orders(stage: &Stage) -> bool {
    let stored = limits_flags::Stored::read(&stage.db, &stage.office().settings)
        .await
        .unwrap();
    stored.rows["flag#new_jobs"].contains("true")
}

async fn version(stage: &Stage) -> u64 {
    let records = history::list_records(&stage.office(), None, 1).await.unwrap();
    records[0].version
}

/// What the audit says of a person, the newest first: the entity and why.
async fn audited(stage: &Stage, who: i64) -> Vec<(String, String)> {
    let of = Of::Person(format!("user#{who}"));
    let page = audit::list(&stage.office(), &of, 10, None).await.unwrap();
    let entries = page.entries.into_iter();
    entries.map(|entry| (entry.entity, entry.by.why)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_is_thrown_once_by_whoever_asked_and_stands_in_the_audit() {
    let stage = staffed().await;
    let before = version(&stage).await;
    let other = said(EGOR, "/flag@some_other_bot new_jobs off it burns", 9);
    assert!(nothing(&stage.update(&other).await), "that is for another bot");
    let asked = stage
        .update(&said(EGOR, "/flag@neurocards_bot new_jobs off <it> burns", 1))
        .await;
    for word in [
        "flag#new_jobs",
        "enabled: true",
        "enabled: false",
        "&lt;it&gt; burns",
        "5 минут",
    ] {
        assert!(asked.text().contains(word), "{}", asked.text());
    }
    assert!(takes_orders(&stage).await, "nothing is changed yet");
    // Others press in vain, an owner too.
    let yes = button(&asked, 0);
    for other in [OLGA, PAVEL] {
        assert!(nothing(&stage.update(&pressed(other, &yes, 1)).await));
    }
    assert!(takes_orders(&stage).await);
    let done = stage.update(&pressed(EGOR, &yes, 2)).await;
    assert_eq!(done.method(), "editMessageText");
    assert!(done.text().starts_with("✅ Сделано"), "{}", done.text());
    assert!(!takes_orders(&stage).await);
    assert_eq!(version(&stage).await, before + 1);
    // Again, and at once by both: the same is said, and nothing is done.
    let (one, two) = (pressed(EGOR, &yes, 3), pressed(EGOR, &yes, 4));
    let (one, two) = tokio::join!(stage.update(&one), stage.update(&two));
    assert_eq!((one.text(), two.text()), (done.text(), done.text()));
    assert_eq!(version(&stage).await, before + 1);
    let audited = audited(&stage, EGOR).await;
    assert_eq!(
        audited,
        [("flag#new_jobs".to_owned(), "Telegram: <it> burns".to_owned())]
    );
    // It holds for the very next press of a customer.
    let told = {
        stage.say(ANNA, "a cat").await;
        stage.last_text(ANNA)
    };
    assert!(
        told.to_lowercase().contains("paused") || told.contains("no new orders"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_presses_at_the_same_moment_do_it_once() {
    let stage = staffed().await;
    let asked = stage.update(&said(OLGA, "/grant 1001 5 sorry", 1)).await;
    let yes = button(&asked, 0);
    let presses = [
        pressed(OLGA, &yes, 1),
        pressed(OLGA, &yes, 2),
        pressed(OLGA, &yes, 3),
    ];
    let answers = futures::future::join_all(presses.iter().map(|press| stage.update(press))).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    assert_eq!(stage.balance(ANNA).await.0, 14);
    // The same command again, because its answer was lost: the same row, and the same end.
    let again = stage.update(&said(OLGA, "/grant 1001 5 sorry", 1)).await;
    assert_eq!(button(&again, 0), yes);
    stage.update(&pressed(OLGA, &yes, 4)).await;
    assert_eq!(stage.balance(ANNA).await.0, 14);
    assert_eq!(audited(&stage, OLGA).await.len(), 1);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_gets_anything() {
    let stage = staffed().await;
    let owners = said(OLGA, "/flag new_jobs off x", 1);
    let with = |name: &str, value: Value| {
        let mut update = owners.clone();
        update["message"][name] = value;
        update
    };
    let group = json!({"id": OPERATOR, "type": "supergroup", "title": "Operators"});
    let anonymous =
        json!({"id": 1_087_968_824, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot"});
    for update in [
        said(PAVEL, "/flag new_jobs off x", 2),
        said(PAVEL, "/status", 3),
        said(PAVEL, "/operator", 4),
        // An anonymous administrator of the group, with and without the bot's name as the sender.
        with("sender_chat", group.clone()),
        with("from", anonymous),
        // What an owner wrote elsewhere, and somebody has forwarded; and what a bot has written for them.
        with(
            "forward_origin",
            json!({"type": "user", "date": 1, "sender_user": {"id": OLGA, "is_bot": false, "first_name": "X"}}),
        ),
        with("via_bot", json!({"id": 5, "is_bot": true, "first_name": "B"})),
    ] {
        let answer = stage.update(&update).await;
        assert!(nothing(&answer), "{update}: {answer:?}");
    }
    // In another chat, an owner's own too, these are no commands.
    let mut elsewhere = said(OLGA, "/flag new_jobs off x", 5);
    elsewhere["message"]["chat"] = json!({"id": OLGA, "type": "private", "first_name": "X"});
    let answer = stage.update(&elsewhere).await;
    assert!(!answer.text().contains("flag#new_jobs"), "{answer:?}");
    // A button that nobody was given, and one from another chat.
    assert!(nothing(&stage.update(&pressed(OLGA, "op:1", 1)).await));
    assert!(nothing(&stage.update(&pressed(OLGA, "op:x#1", 2)).await));
    let asked = stage.update(&said(OLGA, "/flag new_jobs off x", 6)).await;
    let mut foreign = pressed(OLGA, &button(&asked, 0), 3);
    foreign["callback_query"]["message"]["chat"] = json!({"id": OLGA, "type": "private"});
    assert!(nothing(&stage.update(&foreign).await));
    assert!(takes_orders(&stage).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_can_be_left_runs_out_and_wants_its_role() {
    let stage = staffed().await;
    let asked = stage.update(&said(EGOR, "/flag new_jobs off x", 1)).await;
    let left = stage.update(&pressed(EGOR, &button(&asked, 1), 1)).await;
    assert!(left.text().starts_with("Отменено"), "{left:?}");
    let late = stage.update(&pressed(EGOR, &button(&asked, 0), 2)).await;
    assert!(late.text().starts_with("Отменено"), "{late:?}");
    let asked = stage.update(&said(EGOR, "/flag new_jobs off x", 2)).await;
    stage.clock.set(stage.now().after(Millis::from_mins(5)));
    let late = stage.update(&pressed(EGOR, &button(&asked, 0), 3)).await;
    assert!(late.text().starts_with("Поздно"), "{late:?}");
    // An editor gives no money and takes no step back.
    for text in ["/grant 1001 5 x", "/refund stars#1 x", "/undo x"] {
        let refused = stage.update(&said(EGOR, text, 3)).await;
        assert!(refused.text().contains("роль owner"), "{refused:?}");
    }
    for text in ["/flag new_jobs off", "/grant 1001 five x", "/ban", "/status now"] {
        let usage = stage.update(&said(OLGA, text, 4)).await;
        assert!(usage.text().starts_with("Так"), "{usage:?}");
    }
    // Whoever is dismissed in between confirms nothing.
    let asked = stage.update(&said(EGOR, "/flag new_jobs off x", 5)).await;
    stage.admit(EGOR, Role::Viewer).await;
    assert!(nothing(
        &stage.update(&pressed(EGOR, &button(&asked, 0), 4)).await
    ));
    assert!(takes_orders(&stage).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_paid_back_once_and_only_if_it_was_paid() {
    let stage = staffed().await;
    let order = stage.order(ANNA, "a cat").await;
    let early = stage.update(&said(OLGA, &format!("/refund {order} x"), 1)).await;
    assert!(early.text().contains("ничего не списано"), "{early:?}");
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&order).await, JobStage::Delivered);
    let spent = stage.balance(ANNA).await;
    let early_asked = stage
        .update(&said(OLGA, &format!("/refund {order} blurred"), 3))
        .await;
    let told = done(&stage, OLGA, &format!("/refund {order} blurred"), 2).await;
    assert!(told.starts_with("✅ Клиент 1001 получил"), "{told}");
    assert_eq!(stage.balance(ANNA).await, (9, 0, spent.2));
    // Who asks again is told so before there is anything to press; a question of before gives nothing either.
    let again = stage
        .update(&said(OLGA, &format!("/refund {order} again"), 4))
        .await;
    assert!(again.text().contains("уже вернули"), "{again:?}");
    assert!(again.body.unwrap()["reply_markup"].is_null());
    let late = stage.update(&pressed(OLGA, &button(&early_asked, 0), 3)).await;
    assert!(late.text().starts_with("Уже было дано"), "{late:?}");
    assert_eq!(stage.balance(ANNA).await, (9, 0, spent.2));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_goes_back_by_the_same_way_as_from_the_panel() {
    let stage = staffed().await;
    let payment = stage.pay_in_roubles(ANNA, "pack:starter").await;
    let found = stage
        .update(&said(OLGA, &format!("/find yookassa#{payment}"), 1))
        .await;
    assert!(found.text().contains("credited"), "{found:?}");
    let told = done(
        &stage,
        OLGA,
        &format!("/refund yookassa#{payment} wants it back"),
        2,
    )
    .await;
    assert!(told.starts_with("✅"), "{told}");
    assert_eq!(stage.balance(ANNA).await.0, 9);
    let audited = audited(&stage, OLGA).await;
    assert_eq!(audited[0].1, "Telegram: wants it back");
    let again = done(&stage, OLGA, &format!("/refund yookassa#{payment} again"), 3).await;
    assert!(again.starts_with("⛔ Не сделано"), "{again}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_banned_orders_nothing_until_it_is_taken_back() {
    let stage = staffed().await;
    let told = done(&stage, EGOR, "/ban #u1001 2d spam", 1).await;
    assert!(told.contains("не принимаются"), "{told}");
    let card = stage.draft(ANNA, "a cat").await;
    let refused = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(refused.contains("New orders"), "{refused}");
    let why = stage.update(&said(EGOR, "/why 1001", 2)).await;
    assert!(
        why.text().contains("⛔ был бы отказ") && why.text().contains("Черновик клиента"),
        "{why:?}"
    );
    let told = done(&stage, EGOR, "/unban 1001 a mistake", 3).await;
    assert!(told.contains("снова принимаются"), "{told}");
    let why = stage.update(&said(EGOR, "/why 1001", 4)).await;
    assert!(why.text().contains("✅ был бы принят"), "{why:?}");
    let entities: Vec<String> = audited(&stage, EGOR)
        .await
        .into_iter()
        .map(|(entity, _)| entity)
        .collect();
    assert_eq!(entities, ["user#1001", "user#1001"]);
    stage.order(ANNA, "a dog").await;
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_latest_change_from_here_is_taken_back_and_no_other() {
    let stage = staffed().await;
    let none = stage.update(&said(OLGA, "/undo x", 1)).await;
    assert!(none.text().starts_with("Последняя версия"), "{none:?}");
    done(&stage, EGOR, "/pause kling-3.0 it fails", 2).await;
    let asked = stage.update(&said(OLGA, "/undo it does not", 3)).await;
    assert!(asked.text().contains("model#kling-3.0"), "{asked:?}");
    let told = stage.update(&pressed(OLGA, &button(&asked, 0), 3)).await;
    assert!(told.text().starts_with("✅"), "{told:?}");
    stage.order(ANNA, "a cat").await;
    stage.run_until_settled().await;
    // What was taken back is not taken back again.
    let none = stage.update(&said(OLGA, "/undo x", 4)).await;
    assert!(none.text().starts_with("Последняя версия"), "{none:?}");
    // Somebody else changes something between question and press: theirs stays, and nothing is done.
    done(&stage, EGOR, "/pause kling-3.0 it fails", 5).await;
    let undo = stage.update(&said(OLGA, "/undo x", 6)).await;
    let resume = stage.update(&said(EGOR, "/resume kling-3.0 x", 7)).await;
    stage
        .change_settings(|document| {
            document.models.get_mut("kling-3.0").unwrap().title = "Another".to_owned();
        })
        .await;
    for (who, asked, number) in [(OLGA, &undo, 6), (EGOR, &resume, 7)] {
        let told = stage.update(&pressed(who, &button(asked, 0), number)).await;
        assert!(told.text().starts_with("⛔ Не сделано"), "{told:?}");
    }
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn going_back_writes_nothing_that_nobody_has_seen() {
    let stage = staffed().await;
    done(&stage, EGOR, "/pause kling-3.0 it fails", 1).await;
    let asked = stage.update(&said(OLGA, "/undo x", 2)).await;
    // By hand, beside the versions, and another row than what is shown.
    let table = stage.office().settings;
    let stored = async || {
        let stored = limits_flags::Stored::read(&stage.db, &table).await.unwrap();
        stored.rows["limit#videos"].clone()
    };
    let by_hand = stored().await.replace("30", "31");
    let write = table::Write::update("row", &table, limits_flags::row_key("limit#videos"))
        .set("body", table::s(by_hand.clone()));
    let soon = table::Deadline::after(std::time::Duration::from_secs(20));
    stage.db.write(write, soon).await.unwrap();
    assert_eq!(stored().await, by_hand);
    let told = stage.update(&pressed(OLGA, &button(&asked, 0), 2)).await;
    assert!(told.text().starts_with("⛔ Не сделано"), "{told:?}");
    assert_eq!(stored().await, by_hand);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_below_a_customers_question_is_no_answer_to_it() {
    let stage = staffed().await;
    stage.newcomer_who_speaks(OPERATOR, "ru").await;
    stage.say(ANNA, "/support where is my cat?").await;
    let question = stage.last_text(OPERATOR);
    let before = stage.texts(ANNA);
    for (number, who) in (1..).zip([OLGA, PAVEL]) {
        let mut below = said(who, "/ban 1001 rude", number);
        let chat = below["message"]["chat"].clone();
        below["message"]["reply_to_message"] = json!({"message_id": 5, "date": 1_795_251_600, "chat": chat,
            "from": {"id": 123_456, "is_bot": true, "first_name": "neurocards"}, "text": question});
        let answer = stage.update(&below).await;
        assert_eq!(
            answer.text().contains("Не принимать заказы"),
            who == OLGA,
            "{answer:?}"
        );
    }
    assert_eq!(stage.texts(ANNA), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn how_it_stands_and_who_somebody_is_is_shown_to_whoever_may_look() {
    let stage = staffed().await;
    stage.admit(PAVEL, Role::Viewer).await;
    let order = stage.order(ANNA, "a cat").await;
    let status = stage.update(&said(PAVEL, "/status", 1)).await;
    for word in ["Открыто заказов: 1", "QUEUED 1", "всего 1"] {
        assert!(status.text().contains(word), "{}", status.text());
    }
    let user = stage.update(&said(PAVEL, "/find 1001", 2)).await;
    assert!(user.text().contains(&order.to_string()), "{}", user.text());
    assert!(!user.text().contains("a cat"), "no words of a customer");
    let found = stage.update(&said(PAVEL, &format!("/find {order}"), 3)).await;
    assert!(
        found.text().contains("kling-3.0") && found.text().contains("клиент 1001"),
        "{found:?}"
    );
    for nobody in [
        "/find 404",
        "/find 404-abcdefghabcdefgh",
        "/find stars#404",
        "/why 404",
    ] {
        let found = stage.update(&said(PAVEL, nobody, 4)).await;
        assert!(
            found.text() == "Такого нет." || found.text().starts_with("Так:"),
            "{nobody}: {found:?}"
        );
    }
    assert!(
        stage.store.account(UserId(404)).await.unwrap().is_none(),
        "looking opens no account"
    );
    let why = stage.update(&said(PAVEL, "/why 1001", 5)).await;
    assert!(why.text().contains("Черновика нет"), "{}", why.text());
    let help = stage.update(&said(PAVEL, "/operator", 6)).await;
    assert!(help.text().contains("/undo"), "{}", help.text());
    let refused = stage.update(&said(PAVEL, "/flag new_jobs off x", 7)).await;
    assert!(refused.text().contains("роль editor"), "{refused:?}");
    stage.newcomer(BORIS).await;
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_ring_once_more_when_an_editor_confirms_it_and_stand_in_the_audit_before() {
    let stage = staffed().await;
    let nothing_there = stage.update(&said(EGOR, "/ring the table is back", 1)).await;
    assert!(
        nothing_there.text().contains("Мёртвых писем нет"),
        "{}",
        nothing_there.text()
    );
    let job = stage.order(ANNA, "a cat on the moon").await;
    // The order's doorbell failed too often.
    let taken = stage.receive().await;
    assert_eq!(taken.len(), 1);
    stage.bury(taken[0].body().unwrap()).await;
    let asked = stage.update(&said(EGOR, "/ring the table is back", 2)).await;
    assert!(asked.text().contains("около 1"), "{}", asked.text());
    assert_eq!(stage.job(&job).await.stage, JobStage::Queued);
    let yes = button(&asked, 0);
    assert!(
        nothing(&stage.update(&pressed(OLGA, &yes, 1)).await),
        "only whoever asked"
    );
    let done = stage.update(&pressed(EGOR, &yes, 2)).await;
    assert!(
        done.text().starts_with("✅ Позвонили по письмам: 1"),
        "{}",
        done.text()
    );
    let again = stage.update(&pressed(EGOR, &yes, 3)).await;
    assert_eq!(again.text(), done.text(), "once");
    let audited = audited(&stage, EGOR).await;
    assert_eq!(
        audited,
        [(
            "queue#doorbells".to_owned(),
            "Telegram: the table is back".to_owned()
        )]
    );
    stage.run_until_settled().await;
    assert_eq!(stage.job(&job).await.stage, JobStage::Delivered);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broadcast_is_stopped_half_way_from_the_chat() {
    let stage = staffed().await;
    stage.crowd(2_000..2_200).await;
    let new = app::broadcast::New {
        per_second: 1,
        ..crate::broadcasts::to_all()
    };
    let id = stage.start_broadcast(new).await;
    stage.broadcast_step().await;
    let status = stage.update(&said(EGOR, "/status", 1)).await;
    assert!(status.text().contains(id.as_str()), "{}", status.text());
    let text = format!("/stop {} the words are wrong", id.as_str());
    let told = done(&stage, EGOR, &text, 2).await;
    assert!(
        told.starts_with("✅ Рассылка") && told.contains("остановлена"),
        "{told}"
    );
    assert_eq!(
        stage.broadcast(&id).await.state,
        domain::broadcast::State::Stopped
    );
    let again = stage.update(&said(EGOR, &text, 3)).await;
    assert!(again.text().contains("и так не идёт"), "{}", again.text());
    assert_eq!(audited(&stage, EGOR).await.len(), 1);
}
