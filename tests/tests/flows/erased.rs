//! A customer who has everything deleted: what goes, what stays, what is refused meanwhile, and what a new beginning brings.

use app::cashier::Refunding;
use domain::standing::Held;
use domain::time::Millis;
use limits_flags::grants::Change;
use local_lambda::{Effect, Fault, Service};
use tests::stage::{Setting, Stage, jpeg};

use crate::{ANNA, BORIS};

/// What nobody may find afterwards.
const SECRET: &str = "сиреневый кот";

fn with_a_code(setting: &mut Setting) {
    setting.settings.promos = serde_norway::from_str("{ CAT: { credits: 3 } }").unwrap();
}

/// Somebody who has ordered, used a code, told where receipts go, and has a draft.
async fn customer() -> Stage {
    let stage = Stage::with(with_a_code).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.say(ANNA, "/promo CAT").await;
    stage.order_photo(ANNA, jpeg(800, 600), SECRET).await;
    stage.run_until_settled().await;
    stage.draft(ANNA, SECRET).await;
    stage.press_newest(ANNA, "wo:").await;
    stage.run_until_settled().await;
    stage.say(ANNA, "/timezone Asia/Omsk").await;
    stage.draft(ANNA, SECRET).await;
    stage
}

/// All that stands in the tables, but for the settings.
fn everything(stage: &Stage) -> String {
    let tables = [
        "AccountsTable",
        "LedgerTable",
        "UsageTable",
        "JobsTable",
        "AiRequestsTable",
        "PaymentsTable",
    ];
    let items = tables.iter().flat_map(|table| stage.aws.items(table).unwrap());
    let items: Vec<String> = items.map(|item| serde_json::json!(item).to_string()).collect();
    items.join("\n")
}

async fn delete(stage: &Stage) {
    stage.say(ANNA, "/delete_my_data").await;
    assert_eq!(stage.press_newest(ANNA, "er:").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_photos_and_files_go_and_the_books_stay() {
    let stage = customer().await;
    assert!(everything(&stage).contains(SECRET));
    let (left, _, spent) = stage.balance(ANNA).await;
    let files: Vec<String> = stage
        .jobs()
        .await
        .iter()
        .filter_map(|job| job.file.clone())
        .map(|file| file.0)
        .collect();
    assert!(!files.is_empty() && left > 0);
    stage.say(ANNA, "/delete_my_data").await;
    let told = stage.last_text(ANNA);
    for words in [
        "Удалим навсегда",
        "Останется",
        &format!("{left} кредит"),
        "сгорят",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert_eq!(stage.press_newest(ANNA, "er:").await, None);
    assert!(
        stage.last_text(ANNA).contains("Счёт и настройки удалены"),
        "{}",
        stage.last_text(ANNA)
    );
    assert_eq!(stage.balance(ANNA).await, (0, 0, spent));
    stage.minute().await;
    let found = everything(&stage);
    for gone in [SECRET, "Asia/Omsk"]
        .into_iter()
        .chain(files.iter().map(String::as_str))
    {
        assert!(!found.contains(gone), "{gone} is still there");
    }
    assert!(!found.contains("erase#"), "there is nothing left to do");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_beginning_brings_neither_the_gift_nor_a_used_code_again() {
    let stage = customer().await;
    delete(&stage).await;
    stage.minute().await;
    stage.say(ANNA, "/start").await;
    assert!(
        stage.last_text(ANNA).contains("Начинаем заново"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.say(ANNA, "/promo CAT").await;
    assert!(
        stage.last_text(ANNA).contains("уже использовали"),
        "{}",
        stage.last_text(ANNA)
    );
    assert_eq!(stage.balance(ANNA).await.0, 0);
    // What is bought now is theirs, and what is ordered stays.
    stage.pay_in_roubles(ANNA, "pack:starter").await;
    stage.order(ANNA, "другой кот").await;
    stage.run_until_settled().await;
    stage.minute().await;
    assert!(everything(&stage).contains("другой кот"));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_deleted_while_an_order_is_open_or_a_plan_renews() {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.say(ANNA, "/delete_my_data").await;
    let (message, data) = stage.newest_button(ANNA, "er:");
    stage.order(ANNA, SECRET).await;
    stage.press(ANNA, message, &data).await;
    assert!(
        stage
            .texts(ANNA)
            .iter()
            .any(|text| text.contains("есть заказ в работе")),
        "{:?}",
        stage.texts(ANNA)
    );
    assert_eq!(stage.account(ANNA).await.erased_at, None);
    stage.say(ANNA, "/delete_my_data").await;
    assert!(
        stage.last_text(ANNA).contains("есть заказ в работе"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.run_until_settled().await;
    stage.telegram.give_stars(ANNA, 10_000).unwrap();
    stage.pay_in_stars(ANNA, "plan:unlimited_30days").await;
    stage.say(ANNA, "/delete_my_data").await;
    assert!(
        stage.last_text(ANNA).contains("продлевается сама"),
        "{}",
        stage.last_text(ANNA)
    );
    assert_eq!(stage.account(ANNA).await.erased_at, None);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_card_deletes_no_plan_that_it_has_not_shown() {
    let stage = Stage::with(|setting| setting.gift(0)).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.say(ANNA, "/delete_my_data").await;
    let (message, data) = stage.newest_button(ANNA, "er:");
    stage.pay_in_roubles(ANNA, "plan:unlimited_7days").await;
    stage.press(ANNA, message, &data).await;
    assert_eq!(stage.account(ANNA).await.erased_at, None);
    // It says by now what would be lost, and means it.
    assert_eq!(stage.press_newest(ANNA, "er:").await, None);
    assert!(stage.account(ANNA).await.erased_at.is_some());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_gone_is_rewarded_for_nobody_and_their_friend_is() {
    let stage = customer().await;
    stage.say(ANNA, "/invite").await;
    let text = stage.last_text(ANNA);
    let (_, link) = text
        .lines()
        .find_map(|line| line.trim().split_once("?start="))
        .unwrap();
    stage.telegram.create_user(BORIS, "Boris", Some("ru"));
    stage.say(BORIS, &format!("/start {link}")).await;
    stage.pay_in_roubles(BORIS, "pack:starter").await;
    delete(&stage).await;
    stage.minute().await;
    stage.pass(Millis::from_mins(4 * 24 * 60));
    stage.minute().await;
    assert_eq!(
        (stage.balance(ANNA).await.0, stage.balance(BORIS).await.0),
        (0, 8)
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_back_with_a_purchase_is_rewarded_again() {
    let stage = customer().await;
    stage.say(ANNA, "/invite").await;
    let text = stage.last_text(ANNA);
    let mut lines = text.lines();
    let (_, link) = lines.find_map(|line| line.trim().split_once("?start=")).unwrap();
    stage.telegram.create_user(BORIS, "Boris", Some("ru"));
    stage.say(BORIS, &format!("/start {link}")).await;
    delete(&stage).await;
    stage.minute().await;
    stage.pay_in_roubles(ANNA, "pack:starter").await;
    assert!(!stage.account(ANNA).await.is_erased());
    stage.pay_in_roubles(BORIS, "pack:starter").await;
    stage.minute().await;
    let before = stage.balance(ANNA).await.0;
    stage.pass(Millis::from_mins(4 * 24 * 60));
    stage.minute().await;
    assert!(stage.balance(ANNA).await.0 > before);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_lost_is_what_the_card_has_said() {
    let stage = customer().await;
    stage
        .grant(
            ANNA,
            Change::Plan(Some(Held {
                key: "unlimited_1day".to_owned(),
                until: None,
            })),
        )
        .await;
    stage.say(ANNA, "/delete_my_data").await;
    assert!(
        stage.last_text(ANNA).contains("остаток дней сгорит"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.pay_in_roubles(ANNA, "pack:starter").await;
    let before = stage.balance(ANNA).await;
    stage.press_newest(ANNA, "er:").await;
    assert_eq!(stage.balance(ANNA).await, before, "the card said less");
    stage.press_newest(ANNA, "er:").await;
    let account = stage.account(ANNA).await;
    assert_eq!((account.balance.available.0, account.standing.plan), (0, None));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_breaks_off_is_gone_on_with() {
    let stage = customer().await;
    delete(&stage).await;
    let broken = Fault::new(Service::DynamoDb, Effect::CutBefore)
        .operation("UpdateItem")
        .resource("JobsTable");
    let armed = stage.aws.faults().arm(broken.caller("CleanupFunction").always());
    stage.sweep().await;
    assert!(armed.hits() > 0);
    assert!(everything(&stage).contains(SECRET));
    armed.disarm();
    stage.pass(Millis::from_mins(1));
    stage.minute().await;
    assert!(!everything(&stage).contains(SECRET));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_goes_back_afterwards_takes_what_was_given_up_and_nothing_that_came_later() {
    let stage = Stage::with(|setting| setting.gift(0)).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.pay_in_dollars(ANNA, "pack:pro").await;
    let old = stage.payment().await.id().clone();
    stage.order(ANNA, "видео").await;
    stage.run_until_settled().await;
    delete(&stage).await;
    stage.pass(Millis::from_mins(5));
    stage.pay_in_roubles(ANNA, "pack:starter").await;
    assert_eq!(stage.balance(ANNA).await, (5, 0, 1));
    // Of the twenty one was spent, and nineteen were given up: only the spent one is owed, and paid at once.
    let dispute = stage.stripe.dispute(&old.id).unwrap();
    stage.noticed().await;
    let balance = stage.account(ANNA).await.balance;
    assert_eq!((balance.available.0, balance.debt.0), (4, 0));
    assert_eq!((balance.forfeited.0, balance.clawed.0), (0, 20));
    stage.assert_sound().await;
    // The bank decides for us: what was paid is the customer's.
    stage.stripe.close_dispute(&dispute, true).unwrap();
    stage.noticed().await;
    assert_eq!(stage.balance(ANNA).await, (24, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_can_give_back_money_whose_credits_were_given_up() {
    let stage = Stage::with(|setting| setting.gift(0)).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.pay_in_dollars(ANNA, "pack:pro").await;
    let old = stage.payment().await.id().clone();
    delete(&stage).await;
    stage.pass(Millis::from_mins(5));
    let refund = stage.refund(&old).await.unwrap();
    assert!(matches!(refund, Refunding::Done(_)), "{refund:?}");
    let balance = stage.account(ANNA).await.balance;
    assert_eq!(
        (balance.available.0, balance.forfeited.0, balance.clawed.0),
        (0, 0, 20)
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_was_given_up_takes_no_days_of_the_one_that_was_bought_later() {
    let stage = Stage::with(|setting| setting.gift(0)).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.pay_in_dollars(ANNA, "plan:unlimited_7days").await;
    let old = stage.payment().await.id().clone();
    delete(&stage).await;
    stage.pass(Millis::from_mins(5));
    stage.pay_in_roubles(ANNA, "plan:unlimited_7days").await;
    let plan = stage.account(ANNA).await.standing.plan;
    assert!(plan.is_some());
    stage.stripe.dispute(&old.id).unwrap();
    stage.noticed().await;
    assert_eq!(stage.account(ANNA).await.standing.plan, plan);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_given_credits_up_may_ask_for_their_money_as_before() {
    let stage = Stage::with(|setting| {
        setting.gift(0);
        let selling = setting.settings.selling.as_mut().unwrap();
        selling.refund_unused_hours = 24;
    })
    .await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.pay_in_dollars(ANNA, "pack:pro").await;
    delete(&stage).await;
    stage.pass(Millis::from_mins(5));
    stage.say(ANNA, "/history").await;
    stage.press_newest(ANNA, "gb:").await;
    let (message_id, yes) = stage.newest_button(ANNA, "gb:");
    stage.press(ANNA, message_id, &yes).await;
    let balance = stage.account(ANNA).await.balance;
    assert_eq!(
        (balance.available.0, balance.forfeited.0, balance.clawed.0),
        (0, 0, 20)
    );
    stage.assert_sound().await;
}
