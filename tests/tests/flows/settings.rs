//! Settings that change under a customer's fingers.

use domain::job::Stage as JobStage;
use domain::time::Millis;
use domain::video::Aspect;
use limits_flags::{Rows, STALE_AFTER_MS, VERSION_ATTRIBUTE, version_key};
use local_lambda::{Effect, Fault, Service};
use table::{Deadline, Write};
use tests::stage::{Stage, WEBHOOK, message};

use crate::ANNA;

/// An operator stops new orders.
async fn close(stage: &Stage) {
    stage
        .change_settings(|settings| {
            settings
                .flags
                .insert("new_jobs".to_owned(), limits_flags::FlagRow::plain(false));
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_switch_off_nothing_is_ordered_and_accepted_orders_go_on() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let accepted = stage.order(ANNA, "in time").await;
    let card = stage.draft(ANNA, "too late").await;
    close(&stage).await;
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(alert.contains("paused"), "{alert}");
    stage.say(ANNA, "another wish").await;
    assert!(stage.last_text(ANNA).contains("paused"));
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&accepted).await, JobStage::Delivered);
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_switch_means_off() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "who turned off the light").await;
    // `settings apply` refuses such a file; a table may lack the row all the same.
    let mut row = Rows::item("flag#new_jobs", "");
    row.retain(|name, _| name == "pk" || name == "sk");
    write(&stage, |table| Write::delete_item("row", table, row)).await;
    write(&stage, |table| {
        Write::update("version", table, version_key()).increase(VERSION_ATTRIBUTE, 1)
    })
    .await;
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(alert.contains("paused"), "{alert}");
    assert!(stage.jobs().await.is_empty());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_pays_a_price_that_the_card_did_not_show() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "inflation").await;
    stage
        .change_settings(|settings| settings.models.get_mut("kling-3.0").unwrap().prices[0].credits = 2)
        .await;
    assert_eq!(stage.press(ANNA, card.message_id, &card.create).await, None);
    assert!(stage.jobs().await.is_empty());
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    let redrawn = stage.last_text(ANNA);
    assert!(redrawn.contains("Price: 2 credits"), "{redrawn}");
    stage.confirm(&stage.card(ANNA)).await;
    assert_eq!(stage.balance(ANNA).await, (0, 2, 0));
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_was_lowered_holds_for_the_very_next_tap() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.order(ANNA, "one").await;
    let card = stage.draft(ANNA, "two").await;
    stage
        .change_settings(|settings| settings.limits.get_mut("videos").unwrap().max = 1)
        .await;
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(alert.contains("limit is used up"), "{alert}");
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_is_new_holds_for_the_very_next_tap() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "one").await;
    stage
        .change_settings(|settings| {
            let hourly = r#"{max: 0, period: hour, anchor: "00:00", utc_offset: "+03:00"}"#;
            let hourly = serde_norway::from_str(hourly).unwrap();
            settings.limits.insert("hourly".to_owned(), hourly);
        })
        .await;
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(alert.contains("limit is used up"), "{alert}");
    assert!(stage.jobs().await.is_empty());
    stage.assert_sound().await;
}

/// Writes to the settings' table past `settings apply`.
async fn write(stage: &Stage, write: impl FnOnce(&str) -> Write) {
    let table = stage.aws.table_name("SettingsTable").unwrap();
    let deadline = Deadline::after(std::time::Duration::from_secs(5));
    stage.db.write(write(table), deadline).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_who_comes_before_the_rules_can_be_read_waits_and_loses_no_gift() {
    let stage = Stage::new().await;
    write(&stage, |table| Write::put("row", table, Rows::item("rules", "?"))).await;
    write(&stage, |table| {
        Write::update("version", table, version_key()).increase(VERSION_ATTRIBUTE, 1)
    })
    .await;
    let answer = stage.update(&message(ANNA, "/start", 1)).await;
    assert_eq!(answer.status, 503, "it is to come again: {answer:?}");
    assert!(stage.store.read_books().await.unwrap().accounts.is_empty());
    stage.change_settings(|_| ()).await;
    let answer = stage.update(&message(ANNA, "/start", 1)).await;
    assert!(
        answer.text().contains("You have 2 credits to start with"),
        "{answer:?}"
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_switch_that_is_known_to_have_moved_and_cannot_be_read_stops_orders_within_half_a_minute() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "in time").await;
    close(&stage).await;
    let down = Fault::new(Service::DynamoDb, Effect::InternalError).operation("Query");
    let armed = stage.aws.faults().arm(down.caller(WEBHOOK).always());
    let accepted = stage.confirm(&card).await;
    let card = stage.draft(ANNA, "too late").await;
    stage.pass(Millis::from_secs(31));
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(alert.contains("paused"), "{alert}");
    armed.disarm();
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(alert.contains("paused"), "{alert}");
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&accepted).await, JobStage::Delivered);
    assert_eq!(stage.jobs().await.len(), 1);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_hears_late_of_a_switch_and_cannot_read_it_takes_no_order_by_what_they_knew_long_ago() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "two minutes too late").await;
    close(&stage).await;
    stage.pass(Millis::from_mins(2));
    let down = Fault::new(Service::DynamoDb, Effect::InternalError).operation("Query");
    let armed = stage.aws.faults().arm(down.caller(WEBHOOK).always());
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(alert.contains("paused"), "{alert}");
    armed.disarm();
    assert_eq!(stage.jobs().await, Vec::new());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mixture_of_two_versions_is_read_again_though_its_version_is_the_newest() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "half done").await;
    close(&stage).await;
    // What a query may see while the transaction is under way: the version is there, and this row not yet.
    let row = |enabled: bool| Rows::item("flag#new_jobs", &format!(r#"{{"enabled":{enabled}}}"#));
    write(&stage, |table| Write::put("row", table, row(true))).await;
    stage.say(ANNA, "/cabinet").await;
    write(&stage, |table| Write::put("row", table, row(false))).await;
    stage.pass(Millis(STALE_AFTER_MS));
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(alert.contains("paused"), "{alert}");
    stage.assert_sound().await;
}

fn kling(settings: &mut limits_flags::Document) -> &mut limits_flags::ModelRow {
    settings.models.get_mut("kling-3.0").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_whose_shape_is_no_longer_made_is_drawn_anew_and_asks_for_another() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "upright").await;
    stage
        .change_settings(|settings| kling(settings).aspects = vec!["16:9".to_owned()])
        .await;
    assert_eq!(stage.press(ANNA, card.message_id, &card.create).await, None);
    let redrawn = stage.last_text(ANNA);
    assert!(
        redrawn.contains("no longer makes that length, shape or quality"),
        "{redrawn}"
    );
    assert!(stage.jobs().await.is_empty());
    stage.press_newest(ANNA, "as:").await;
    let job = stage.confirm(&stage.card(ANNA)).await;
    assert_eq!(stage.job(&job).await.order.aspect, Aspect::Landscape);
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn once_more_takes_the_shape_that_is_still_made() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let first = stage.order(ANNA, "upright").await;
    stage.run_until_settled().await;
    assert_eq!(stage.job(&first).await.order.aspect, Aspect::Portrait);
    stage
        .change_settings(|settings| kling(settings).aspects = vec!["1:1".to_owned()])
        .await;
    stage.press_newest(ANNA, "ag:").await;
    let second = stage.confirm(&stage.card(ANNA)).await;
    assert_eq!(stage.job(&second).await.order.aspect, Aspect::Square);
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (0, 0, 2));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_too_few_for_a_model_are_refused_before_anything_is_held() {
    let stage = Stage::with(|setting| kling(&mut setting.settings).prompt_chars_min = 3).await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "hi").await;
    let shown = stage.last_text(ANNA);
    assert!(shown.contains("2 of at least 3 characters"), "{shown}");
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(alert.contains("at least 3 characters"), "{alert}");
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_models_name_is_written_the_same_on_the_card_and_in_an_alert() {
    let stage = Stage::with(|setting| {
        let limit = r#"{max: 0, period: day, anchor: "21:00", utc_offset: "+03:00"}"#;
        let model = kling(&mut setting.settings);
        model.limit = Some(serde_norway::from_str(limit).unwrap());
        model.title = "Salt & <Pepper>".to_owned();
    })
    .await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a pinch").await;
    let shown = stage.last_text(ANNA);
    assert!(shown.contains("Salt & <Pepper>: 0 of 0 left"), "{shown}");
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(alert.contains("used up: Salt & <Pepper>, 0 of 0"), "{alert}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_of_a_model_whose_row_cannot_be_read_goes_on() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "a smudge").await;
    write(&stage, |table| {
        Write::put("row", table, Rows::item("model#kling-3.0", "?"))
    })
    .await;
    write(&stage, |table| {
        Write::update("version", table, version_key()).increase(VERSION_ATTRIBUTE, 1)
    })
    .await;
    stage.pass(Millis::from_secs(60));
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_has_just_been_put_on_sale_is_made_by_a_worker_that_has_not_heard_of_it() {
    let off =
        |settings: &mut limits_flags::Document| settings.models.get_mut("kling-3.0").unwrap().enabled = false;
    let stage = Stage::with(|setting| off(&mut setting.settings)).await;
    stage.newcomer(ANNA).await;
    stage.pass(Millis::from_secs(5));
    stage
        .change_settings(|settings| settings.models.get_mut("kling-3.0").unwrap().enabled = true)
        .await;
    let job = stage.order(ANNA, "brand new").await;
    assert_eq!(stage.job(&job).await.order.model.0, "kling-3.0");
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}
