//! Promo codes, invitations and the bonus of a day: each once, as often as the operator says, and never for money that went
//! back.

use domain::payment::{Rail, State};
use domain::time::Millis;
use local_lambda::{Effect, Fault, Service};
use tests::stage::{Setting, Stage};

use crate::{ANNA, BORIS};

const DAY: Millis = Millis::from_mins(24 * 60);
/// A third customer.
const VERA: i64 = 1003;

/// Codes, invitations that are rewarded twice at most, and a bonus.
fn generous(setting: &mut Setting) {
    let promos = "{ CAT-2O: { credits: 3, uses: 2 }, EARLY: { credits: 1, from: 2026-12-01 }, LATE: { credits: 1, until: 2026-11-01 },
        NEW: { credits: 1, newcomers_only: true }, GONE: { credits: 1, stopped: true } }";
    setting.settings.promos = serde_norway::from_str(promos).unwrap();
    let rewards = "{ referral: { inviter_credits: 2, friend_credits: 1, after_days: 1, per_month: 1, in_all: 2 }, daily_credits: 1 }";
    setting.settings.rewards = Some(serde_norway::from_str(rewards).unwrap());
}

async fn stage() -> Stage {
    let stage = Stage::with(generous).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage
}

/// Somebody's link, from what `/invite` says.
async fn link_of(stage: &Stage, user: i64) -> String {
    stage.say(user, "/invite").await;
    let text = stage.last_text(user);
    let link = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("https://t.me/neurocards_bot?start="));
    link.unwrap_or_else(|| panic!("{text}")).to_owned()
}

/// Somebody comes by a link for the first time.
async fn come(stage: &Stage, user: i64, link: &str) {
    stage.telegram.create_user(user, "Boris", Some("ru"));
    stage.say(user, &format!("/start {link}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_taken_however_it_is_typed_and_once() {
    let stage = stage().await;
    stage.say(ANNA, "/promo").await;
    assert!(stage.last_text(ANNA).contains("/promo WELCOME"));
    stage.say(ANNA, "/promo сат 20").await;
    let told = stage.last_text(ANNA);
    assert!(
        told.contains("CAT-2O") && told.contains("3 кредита") && told.contains("5 кредитов"),
        "{told}"
    );
    for typed in ["/promo cat-2o", "/start promo_CAT20"] {
        stage.say(ANNA, typed).await;
        let told = stage.last_text(ANNA);
        assert!(
            told.contains("уже использовали") && told.contains("5 кредитов"),
            "{told}"
        );
    }
    assert_eq!(stage.balance(ANNA).await, (5, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_brings_a_newcomer_the_gift_and_the_code_and_a_code_is_used_up() {
    let stage = stage().await;
    come(&stage, BORIS, "promo_cat2o").await;
    let told = stage.last_text(BORIS);
    assert!(
        told.contains("Промокод CAT-2O принят") && told.contains("Как это работает"),
        "{told}"
    );
    assert_eq!(stage.balance(BORIS).await, (5, 0, 0));
    stage.say(ANNA, "/promo CAT2O").await;
    come(&stage, VERA, "promo_CAT-2O").await;
    let told = stage.last_text(VERA);
    assert!(told.contains("уже разобрали"), "{told}");
    assert_eq!(stage.balance(VERA).await, (2, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_code_brings_nothing_is_told_with_what_to_do_next() {
    let stage = stage().await;
    for (typed, words) in [
        ("LATE", "больше не действует"),
        ("GONE", "больше не действует"),
        ("EARLY", "начнёт работать 01.12 в 03:00 (МСК)"),
        ("NOSUCH", "Такого промокода нет"),
        ("что-то", "Такого промокода нет"),
    ] {
        stage.say(ANNA, &format!("/promo {typed}")).await;
        let told = stage.last_text(ANNA);
        assert!(told.contains(words), "{typed}: {told}");
    }
    stage.order(ANNA, "кот").await;
    stage.say(ANNA, "/promo new").await;
    let told = stage.last_text(ANNA);
    assert!(told.contains("ещё ничего не заказывал"), "{told}");
    assert_eq!(stage.balance(ANNA).await, (1, 1, 0));
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_guesses_codes_is_not_listened_to_until_the_next_day() {
    let stage = stage().await;
    for guess in 0..10 {
        stage.say(ANNA, &format!("/promo GUESS{guess}")).await;
        assert!(stage.last_text(ANNA).contains("Такого промокода нет"));
    }
    stage.say(ANNA, "/promo CAT-2O").await;
    let told = stage.last_text(ANNA);
    assert!(told.contains("слишком много неверных"), "{told}");
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.pass(DAY);
    stage.say(ANNA, "/promo CAT-2O").await;
    assert_eq!(stage.balance(ANNA).await, (5, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_rewarded_once_the_friends_purchase_has_stood_for_its_time() {
    let stage = stage().await;
    let link = link_of(&stage, ANNA).await;
    assert!(!link.contains("1001"), "{link}");
    assert_eq!(link_of(&stage, ANNA).await, link, "one link for a customer");
    come(&stage, BORIS, &link).await;
    let told = stage.last_text(BORIS);
    assert!(
        told.contains("по приглашению") && told.contains("1 кредит"),
        "{told}"
    );
    stage.pay_in_roubles(BORIS, "pack:starter").await;
    stage.minute().await;
    stage.minute().await;
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0), "money may still go back");
    stage.pass(DAY);
    stage.minute().await;
    assert_eq!(
        (stage.balance(ANNA).await, stage.balance(BORIS).await),
        ((4, 0, 0), (8, 0, 0))
    );
    assert!(
        stage.last_text(ANNA).contains("привели друга"),
        "{}",
        stage.last_text(ANNA)
    );
    assert!(
        stage.last_text(BORIS).contains("по приглашению"),
        "{}",
        stage.last_text(BORIS)
    );
    // What they buy afterwards is rewarded no more.
    stage.pay_in_roubles(BORIS, "pack:starter").await;
    stage.pass(DAY);
    stage.pass(DAY);
    stage.minute().await;
    assert_eq!(stage.balance(ANNA).await, (4, 0, 0));
    let told = {
        stage.say(ANNA, "/invite").await;
        stage.last_text(ANNA)
    };
    assert!(told.contains("Награждено приглашений: 1"), "{told}");
    assert!(told.contains("в этом месяце: 0, всего: 1"), "{told}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_goes_back_in_time_brings_nobody_anything_and_the_next_purchase_does() {
    let stage = stage().await;
    let link = link_of(&stage, ANNA).await;
    come(&stage, BORIS, &link).await;
    stage.pay_in_roubles(BORIS, "pack:starter").await;
    let payment = stage.payment().await;
    assert_eq!(payment.id().rail, Rail::YooKassa);
    stage.refund(payment.id()).await.unwrap();
    for _ in 0..3 {
        stage.noticed().await;
        stage.minute().await;
    }
    assert_eq!(stage.payment().await.payment.state, State::Refunded);
    stage.pass(DAY);
    stage.minute().await;
    assert_eq!(
        (stage.balance(ANNA).await, stage.balance(BORIS).await),
        ((2, 0, 0), (2, 0, 0))
    );
    stage.pay_in_roubles(BORIS, "pack:starter").await;
    stage.minute().await;
    stage.pass(DAY);
    stage.minute().await;
    assert_eq!(
        (stage.balance(ANNA).await, stage.balance(BORIS).await),
        ((4, 0, 0), (8, 0, 0))
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_a_month_are_rewarded_and_the_friend_gets_theirs_all_the_same() {
    let stage = stage().await;
    let link = link_of(&stage, ANNA).await;
    for friend in [BORIS, VERA] {
        come(&stage, friend, &link).await;
        stage.pay_in_roubles(friend, "pack:starter").await;
        stage.pass(DAY);
        stage.minute().await;
        assert_eq!(stage.balance(friend).await, (8, 0, 0));
    }
    assert_eq!(stage.balance(ANNA).await, (4, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_invited_who_was_here_before_or_by_a_link_that_there_is_not() {
    let stage = stage().await;
    stage.newcomer(BORIS).await;
    let link = link_of(&stage, ANNA).await;
    for user in [ANNA, BORIS] {
        stage.say(user, &format!("/start {link}")).await;
    }
    come(&stage, VERA, "ref_2222222222222222").await;
    for user in [ANNA, BORIS, VERA] {
        assert_eq!(stage.account(user).await.invited_by, None, "{user}");
        stage.pay_in_roubles(user, "pack:starter").await;
        stage.pass(DAY);
        stage.minute().await;
        assert_eq!(stage.balance(user).await, (7, 0, 0), "{user}");
    }
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reward_whose_answer_is_lost_is_given_once() {
    let stage = stage().await;
    let link = link_of(&stage, ANNA).await;
    come(&stage, BORIS, &link).await;
    stage.pay_in_roubles(BORIS, "pack:starter").await;
    stage.minute().await;
    stage.pass(DAY);
    let lost = Fault::new(Service::DynamoDb, Effect::LoseAnswer).operation("TransactWriteItems");
    let armed = stage.aws.faults().arm(lost.caller("CleanupFunction"));
    stage.minute().await;
    assert!(armed.hits() > 0);
    for _ in 0..6 {
        stage.minute().await;
    }
    assert_eq!(
        (stage.balance(ANNA).await, stage.balance(BORIS).await),
        ((4, 0, 0), (8, 0, 0))
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_orders_count_the_first_one_that_is_paid_for_is_rewarded() {
    let stage = Stage::with(|setting| {
        generous(setting);
        let referral = setting
            .settings
            .rewards
            .as_mut()
            .unwrap()
            .referral
            .as_mut()
            .unwrap();
        referral.on = Some("order".to_owned());
    })
    .await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    let link = link_of(&stage, ANNA).await;
    come(&stage, BORIS, &link).await;
    stage.order(BORIS, "неудача #moderation").await;
    stage.run_until_settled().await;
    stage.pass(Millis::from_mins(11));
    stage.minute().await;
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0), "nothing came of it");
    stage.order(BORIS, "кот").await;
    stage.run_until_settled().await;
    stage.pass(Millis::from_mins(11));
    stage.minute().await;
    assert_eq!(
        (stage.balance(ANNA).await, stage.balance(BORIS).await),
        ((4, 0, 0), (2, 0, 1))
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bonus_is_there_once_a_day_while_its_flag_is_on() {
    let stage = stage().await;
    let helped = async || {
        stage.say(ANNA, "/help").await;
        stage.last_text(ANNA).contains("/bonus")
    };
    assert!(!helped().await, "what there is not is not named");
    stage.say(ANNA, "/bonus").await;
    assert!(
        stage.last_text(ANNA).contains("бонуса нет"),
        "{}",
        stage.last_text(ANNA)
    );
    stage
        .change_settings(|document| {
            let on = serde_norway::from_str("{ enabled: true }").unwrap();
            document.flags.insert("daily_bonus".to_owned(), on);
        })
        .await;
    stage.pass(Millis::from_secs(2));
    assert!(helped().await);
    stage.say(ANNA, "/bonus").await;
    let told = stage.last_text(ANNA);
    assert!(
        told.contains("Бонус дня: 1 кредит") && told.contains("сегодня в 21:00 (МСК)"),
        "{told}"
    );
    stage.say(ANNA, "/bonus").await;
    assert!(
        stage.last_text(ANNA).contains("уже у вас"),
        "{}",
        stage.last_text(ANNA)
    );
    assert_eq!(stage.balance(ANNA).await, (3, 0, 0));
    // From 21:00 on it is another day.
    stage.pass(Millis::from_mins(9 * 60));
    stage.say(ANNA, "/bonus").await;
    assert_eq!(stage.balance(ANNA).await, (4, 0, 0));
    stage.assert_sound().await;
}
