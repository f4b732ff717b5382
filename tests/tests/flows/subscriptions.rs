//! Plans that are bought: begun, extended, exchanged at their worth, renewed by themselves, ended, given back.

use std::time::Duration;

use app::cashier::Refunding;
use domain::payment::State;
use domain::purchase::Renewal;
use domain::time::{Millis, Timestamp};
use played_telegram::{CheckoutState, Fault, Happens};
use table::Deadline;
use tests::stage::Stage;

use crate::ANNA;

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

const DAY: Millis = Millis::from_mins(24 * 60);

async fn customer() -> Stage {
    let stage = Stage::with(|setting| setting.gift(0)).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage
}

/// The plan of a customer and its end.
async fn plan(stage: &Stage) -> Option<(String, Timestamp)> {
    let held = stage.account(ANNA).await.standing.plan?;
    Some((held.key, held.until.unwrap()))
}

fn days(from: Timestamp, days: i64) -> Timestamp {
    from.after(Millis(DAY.0 * days))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_begins_with_its_payment_pays_for_videos_and_goes_on_for_longer_with_the_next() {
    let stage = customer().await;
    let begun = stage.now();
    stage.pay_in_roubles(ANNA, "plan:unlimited_7days").await;
    assert_eq!(
        plan(&stage).await,
        Some(("unlimited_7days".to_owned(), days(begun, 7)))
    );
    let job = stage.order(ANNA, "по подписке").await;
    stage.run_until_settled().await;
    assert_eq!(
        stage.job(&job).await.order.plan.as_deref(),
        Some("unlimited_7days")
    );
    assert_eq!(stage.balance(ANNA).await, (0, 0, 0));
    stage.pay_in_roubles(ANNA, "plan:unlimited_7days").await;
    assert_eq!(
        plan(&stage).await,
        Some(("unlimited_7days".to_owned(), days(begun, 14)))
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_one_plan_becomes_time_of_another_and_that_is_said_before_it_is_paid() {
    let stage = customer().await;
    stage.pay_in_roubles(ANNA, "plan:unlimited_7days").await;
    stage.pass(DAY);
    stage.say(ANNA, "/buy").await;
    stage.press_newest(ANNA, "wa:plan:unlimited_30days").await;
    let said = stage.last_text(ANNA);
    for words in [
        "Сейчас у вас «Безлимит на неделю»",
        "Остаток не пропадёт: прибавим к новой 8 дней",
    ] {
        assert!(said.contains(words), "{said}");
    }
    stage.pass(Millis::from_mins(1));
    let now = stage.now();
    stage.pay_in_roubles(ANNA, "plan:unlimited_30days").await;
    let (key, until) = plan(&stage).await.unwrap();
    assert_eq!(key, "unlimited_30days");
    let bonus = until.since(days(now, 30));
    // Six days at 1990/7 a day are 8.54 days at 5990/30 a day.
    assert!(
        (Millis(DAY.0 * 8)..Millis(DAY.0 * 9)).contains(&bonus),
        "{bonus:?}"
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_whose_money_goes_back_is_over_and_its_credits_are_gone() {
    let stage = customer().await;
    stage.pay_in_roubles(ANNA, "plan:pro_month").await;
    let credits = stage.balance(ANNA).await.0;
    assert!(credits > 0 && plan(&stage).await.is_some());
    let id = stage.payment().await.id().clone();
    let done = stage.refund(&id).await.unwrap();
    assert!(matches!(done, Refunding::Done(_)), "{done:?}");
    assert_eq!(plan(&stage).await, None);
    assert_eq!(stage.balance(ANNA).await, (0, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_in_stars_is_renewed_canceled_and_taken_up_again() {
    let stage = customer().await;
    stage.telegram.give_stars(ANNA, 100_000).unwrap();
    let begun = stage.now();
    let link = stage.choose(ANNA, "plan:unlimited_30days", "s").await;
    let shown = stage.last_text(ANNA);
    for words in ["подписка на 30 дней", "списывается каждый месяц"] {
        assert!(shown.contains(words), "{shown}");
    }
    stage.telegram.pay_link(ANNA, &link).unwrap();
    stage.answered().await;
    assert_eq!(
        plan(&stage).await,
        Some(("unlimited_30days".to_owned(), days(begun, 30)))
    );
    stage.pass(Millis(DAY.0 * 30));
    let purchase = stage.only_purchase().await;
    stage.telegram.a_month_passes(ANNA).unwrap();
    stage.answered().await;
    assert_eq!(
        stage.only_purchase().await,
        purchase,
        "the next month says nothing new of it"
    );
    assert_eq!(
        plan(&stage).await,
        Some(("unlimited_30days".to_owned(), days(begun, 60)))
    );
    assert_eq!(stage.payments().await.len(), 2);

    stage.say(ANNA, "/history").await;
    stage.press_newest(ANNA, "rn:").await;
    assert_eq!(stage.only_purchase().await.renewal, Some(Renewal::Canceled));
    assert!(
        stage.last_text(ANNA).contains("больше не продлевается"),
        "{}",
        stage.last_text(ANNA)
    );
    let alert = stage.press_newest(ANNA, "rn:").await.unwrap();
    assert!(alert.contains("Мои звёзды"), "{alert}");
    assert_eq!(
        stage.only_purchase().await.renewal,
        Some(Renewal::Canceled),
        "it is for Anna to do"
    );
    let charge = stage.telegram.subscriptions(ANNA).remove(0).charge_id;
    stage.telegram.resume_subscription(ANNA, &charge).unwrap();
    stage.answered().await;
    assert_eq!(stage.only_purchase().await.renewal, Some(Renewal::Active));
    stage.telegram.cancel_subscription(ANNA, &charge).unwrap();
    stage.answered().await;
    assert_eq!(stage.only_purchase().await.renewal, Some(Renewal::Canceled));
    assert!(
        stage.last_text(ANNA).contains("больше не продлевается"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_could_not_be_renewed_holds_for_its_grace_and_is_then_over() {
    let stage = customer().await;
    let link = stage.choose(ANNA, "plan:unlimited_30days", "s").await;
    let price = stage.telegram.invoice(&link).unwrap().stars;
    let has = stage.telegram.star_balance(ANNA);
    stage.telegram.give_stars(ANNA, price - has).unwrap();
    stage.telegram.pay_link(ANNA, &link).unwrap();
    stage.answered().await;
    stage.pass(Millis(DAY.0 * 30 + 1));
    stage.telegram.a_month_passes(ANNA).unwrap();
    stage.answered().await;
    assert_eq!(stage.only_purchase().await.renewal, Some(Renewal::Failed));
    assert!(
        stage.last_text(ANNA).contains("не хватило звёзд"),
        "{}",
        stage.last_text(ANNA)
    );
    let by_plan = stage.order(ANNA, "в льготные дни").await;
    stage.run_until_settled().await;
    assert!(stage.job(&by_plan).await.order.plan.is_some());
    stage.say(ANNA, "/cabinet").await;
    let told = stage.last_text(ANNA);
    let awaited = "Подписка: Безлимит на месяц закончилась; ждём продления до ";
    assert!(told.contains(awaited), "{told}");
    stage.pass(Millis(DAY.0 * 3));
    let card = stage.draft(ANNA, "потом").await;
    let alert = stage
        .press(ANNA, card.message_id, &card.create)
        .await
        .unwrap_or_default();
    assert!(
        !alert.is_empty(),
        "without a plan and credits: {}",
        stage.last_text(ANNA)
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_plan_is_told_the_day_before_and_when_it_is_over_unless_it_goes_on() {
    let stage = customer().await;
    stage.pay_in_roubles(ANNA, "plan:unlimited_7days").await;
    stage.pass(Millis(DAY.0 * 6));
    stage.sweep().await;
    assert!(
        stage.last_text(ANNA).contains("закончится завтра"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.sweep().await;
    let told = stage
        .texts(ANNA)
        .iter()
        .filter(|text| text.contains("закончится завтра"))
        .count();
    assert_eq!(told, 1);
    stage.pay_in_roubles(ANNA, "plan:unlimited_7days").await;
    stage.pass(Millis(DAY.0 + DAY.0 / 2));
    stage.sweep().await;
    assert!(
        !stage.last_text(ANNA).contains("закончилась"),
        "{}",
        stage.last_text(ANNA)
    );
    for _ in 0..2 {
        stage.pass(Millis(DAY.0 * 7));
        stage.sweep().await;
    }
    assert!(
        stage.last_text(ANNA).contains("закончилась"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_whose_refund_is_asked_for_twice_and_refused_goes_on_as_if_nothing_had_been() {
    use played_rails::{Door, Fault as RailFault, Spoilt};
    let stage = customer().await;
    stage.pay_in_roubles(ANNA, "plan:unlimited_7days").await;
    let (before, id) = (plan(&stage).await, stage.payment().await.id().clone());
    stage
        .yookassa
        .desk()
        .inject(RailFault::Answer(Door::Refund, Spoilt::TooMany), 1);
    stage.yookassa.desk().inject(RailFault::RefundRefused, 1);
    let begun = stage.refund(&id).await.unwrap();
    assert!(matches!(begun, Refunding::UnderWay(_)), "{begun:?}");
    assert_eq!(plan(&stage).await, None, "while the money is on its way");
    for _ in 0..3 {
        stage.sweep().await;
        stage.pass(Millis::from_mins(1));
    }
    let until = |plan: Option<(String, Timestamp)>| plan.map(|(key, until)| (key, until.0 / 3_600_000));
    assert_eq!(until(plan(&stage).await), until(before));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_pays_for_two_plans_that_renew_by_themselves() {
    let stage = customer().await;
    stage.telegram.give_stars(ANNA, 100_000).unwrap();
    let early = stage.choose(ANNA, "plan:pro_month", "s").await;
    stage.pay_in_stars(ANNA, "plan:unlimited_30days").await;
    // An invoice that was made before is refused at its checkout.
    let query = stage.telegram.pay_link(ANNA, &early).unwrap();
    stage.answered().await;
    let ended = stage.telegram.checkout(&query).unwrap();
    assert!(matches!(&ended, CheckoutState::Refused(_)), "{ended:?}");
    // Another plan is not sold while this one goes on taking money; the same one not by Stars again.
    stage.say(ANNA, "/buy").await;
    stage.press_newest(ANNA, "wa:plan:pro_month").await;
    let said = stage.last_text(ANNA);
    assert!(said.contains("продлевается сама"), "{said}");
    assert!(!stage.has_button(ANNA, "by:"), "{said}");
    stage.say(ANNA, "/buy").await;
    stage.press_newest(ANNA, "wa:plan:unlimited_30days").await;
    let rails: Vec<String> = ["s", "y", "c"].map(|rail| format!(":{rail}:plan")).into();
    let offered = |rail: &String| {
        stage
            .buttons(ANNA)
            .iter()
            .any(|data| data.contains(rail.as_str()))
    };
    assert_eq!(rails.iter().map(offered).collect::<Vec<_>>(), [false, true, true]);

    stage.say(ANNA, "/history").await;
    stage.press_newest(ANNA, "rn:").await;
    stage.choose(ANNA, "plan:pro_month", "y").await;
    assert_eq!(stage.payments().await.len(), 1);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_on_taking_money_is_ended_in_the_history_however_much_was_bought_since() {
    let stage = customer().await;
    stage.telegram.give_stars(ANNA, 100_000).unwrap();
    stage.pay_in_stars(ANNA, "plan:unlimited_30days").await;
    let (subscription, payments) = (stage.only_purchase().await, stage.cashier().payments.clone());
    let paid = stage.payment().await;
    for nth in 0..300_i64 {
        let mut later = paid.clone();
        later.payment.id.id = format!("later-{nth}");
        later.payment.created_at = subscription.opened_at.after(Millis(nth + 1));
        later.version = 1;
        payments.put_payment(&later, soon()).await.unwrap();
    }
    stage.say(ANNA, "/history").await;
    let shown = stage.last_text(ANNA);
    assert!(shown.contains("продлевается каждый месяц"), "{shown}");
    assert!(
        shown.contains("later-299") && !shown.contains("later-287"),
        "{shown}"
    );
    stage.press_newest(ANNA, "hp:1").await;
    let shown = stage.last_text(ANNA);
    assert!(
        shown.contains("later-287") && !shown.contains("later-299"),
        "{shown}"
    );
    stage.press_newest(ANNA, "hp:0").await;
    stage.press_newest(ANNA, "rn:").await;
    let ended = stage.purchase(subscription.id()).await;
    assert_eq!(ended.renewal, Some(Renewal::Canceled));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_whose_money_goes_back_is_ended_first_and_takes_no_more() {
    let stage = customer().await;
    stage.telegram.give_stars(ANNA, 100_000).unwrap();
    stage.pay_in_stars(ANNA, "plan:unlimited_30days").await;
    let payment = stage.payment().await;
    // Telegram cannot be reached at first: nothing goes back before the subscription is ended.
    stage
        .telegram
        .fault(Fault::next("editUserStarSubscription", Happens::CutBefore).times(2));
    let refund = stage.refund(payment.id()).await.unwrap();
    assert!(matches!(refund, Refunding::UnderWay(_)), "{refund:?}");
    assert_eq!(stage.only_purchase().await.renewal, Some(Renewal::Active));
    for _ in 0..6 {
        stage.minute().await;
    }
    assert_eq!(stage.payment().await.payment.state, State::Refunded);
    assert_eq!(stage.only_purchase().await.renewal, Some(Renewal::Canceled));
    assert_eq!(plan(&stage).await, None);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_for_a_plan_that_was_exchanged_takes_along_what_it_has_become() {
    let stage = customer().await;
    stage.pay_in_roubles(ANNA, "plan:unlimited_7days").await;
    let first = stage.payment().await.id().clone();
    stage.pass(Millis::from_mins(1));
    let now = stage.now();
    stage.pay_in_roubles(ANNA, "plan:unlimited_30days").await;
    let exchanged = plan(&stage).await.unwrap();
    assert!(exchanged.1 > days(now, 39), "{exchanged:?}");
    stage
        .yookassa
        .desk()
        .inject(played_rails::Fault::RefundRefused, 1);
    let refused = stage.refund(&first).await.unwrap();
    assert!(matches!(refused, Refunding::Refused { .. }), "{refused:?}");
    assert_eq!(plan(&stage).await.unwrap(), exchanged, "it stays as it was");
    let done = stage.refund(&first).await.unwrap();
    assert!(matches!(done, Refunding::Done(_)), "{done:?}");
    let (key, until) = plan(&stage).await.unwrap();
    let rounded = until.since(days(now, 30)).0;
    assert!(
        key == "unlimited_30days" && (0..120_000).contains(&rounded),
        "{key} {rounded}"
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_a_renewal_that_was_called_off_and_two_that_renew_are_said() {
    let stage = customer().await;
    stage.telegram.give_stars(ANNA, 100_000).unwrap();
    stage.pay_in_stars(ANNA, "plan:pro_month").await;
    let grace = async || stage.account(ANNA).await.standing.plan_grace;
    let awaited = grace().await;
    assert_eq!(awaited, plan(&stage).await.map(|(_, until)| days(until, 3)));
    stage.say(ANNA, "/history").await;
    stage.press_newest(ANNA, "rn:").await;
    assert_eq!(grace().await, None);
    stage.press_newest(ANNA, "rn:").await;
    let charge = stage.telegram.subscriptions(ANNA).remove(0).charge_id;
    stage.telegram.resume_subscription(ANNA, &charge).unwrap();
    stage.answered().await;
    assert_eq!(grace().await, awaited);
    stage.telegram.cancel_subscription(ANNA, &charge).unwrap();
    stage.answered().await;
    assert_eq!(grace().await, None);

    // Another plan renews by now: the first is not taken up again by our button, and if it is in Telegram, both are said.
    stage.pass(Millis::from_mins(1));
    stage.pay_in_stars(ANNA, "plan:unlimited_30days").await;
    stage.say(ANNA, "/history").await;
    let mut buttons = stage.buttons(ANNA).into_iter();
    let again = buttons.find(|data| data.starts_with("rn:") && data.ends_with(":1"));
    let message = stage.telegram.chat(ANNA).last().unwrap().message_id;
    let alert = stage.press(ANNA, message, &again.unwrap()).await.unwrap();
    assert!(alert.contains("«Безлимит на месяц» продлевается сама"), "{alert}");
    stage.telegram.resume_subscription(ANNA, &charge).unwrap();
    stage.answered().await;
    let told = stage.last_text(ANNA);
    assert!(told.contains("Telegram спишет за обе"), "{told}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_for_the_plan_that_took_anothers_place_gives_that_back() {
    let stage = customer().await;
    stage.pay_in_roubles(ANNA, "plan:unlimited_7days").await;
    let before = plan(&stage).await.unwrap();
    stage.pass(Millis::from_mins(1));
    stage.pay_in_roubles(ANNA, "plan:unlimited_30days").await;
    let told = stage.last_text(ANNA);
    assert!(told.contains("Остаток прежней подписки вошёл в новую"), "{told}");
    let all = stage.payments().await;
    let second = all.iter().max_by_key(|record| record.payment.created_at).unwrap();
    let done = stage.refund(second.id()).await.unwrap();
    assert!(matches!(done, Refunding::Done(_)), "{done:?}");
    let (key, until) = plan(&stage).await.unwrap();
    let off = until.since(before.1).0.abs();
    assert!(key == before.0 && off < 60_000, "{key} {until:?} {before:?}");
    stage.assert_sound().await;
}
