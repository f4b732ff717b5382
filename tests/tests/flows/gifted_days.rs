//! Promo codes that bring days of a plan: once, never in the place of another plan, and never where they would go by for nothing.

use domain::payment::State;
use domain::standing::Held;
use domain::time::{Millis, Timestamp};
use limits_flags::PricesRow;
use limits_flags::grants::Change;
use local_lambda::{Effect, Fault, Service};
use tests::stage::{Setting, Stage, WEBHOOK, message};

use crate::money_back::refund;
use crate::{ANNA, BORIS};

const DAY: Millis = Millis::from_mins(24 * 60);
const WEEK: Millis = Millis::from_mins(7 * 24 * 60);

fn codes(setting: &mut Setting) {
    let promos = "{ WEEK: { plan: unlimited_7days, days: 7 }, BOTH: { plan: unlimited_7days, days: 1, credits: 3, uses: 1 },
        LATE: { plan: unlimited_7days, days: 7, until: 2026-11-01 } }";
    setting.settings.promos = serde_norway::from_str(promos).unwrap();
}

async fn stage() -> Stage {
    let stage = Stage::with(codes).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage
}

/// The plan that somebody has, and until when.
async fn plan(stage: &Stage, user: i64) -> Option<(String, Option<Timestamp>)> {
    let plan = stage.account(user).await.standing.plan;
    plan.map(|plan| (plan.key, plan.until))
}

fn week_to(until: Timestamp) -> (String, Option<Timestamp>) {
    ("unlimited_7days".to_owned(), Some(until))
}

async fn typed(stage: &Stage, text: &str) -> String {
    stage.say(ANNA, text).await;
    stage.last_text(ANNA)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_begins_a_plan_once_and_what_is_made_on_it_costs_no_credits() {
    let stage = stage().await;
    let told = typed(&stage, "/promo week").await;
    for words in ["WEEK принят", "«Безлимит на неделю» на 7 дней", "28.11"] {
        assert!(told.contains(words), "{words} in {told}");
    }
    let until = stage.now().after(WEEK);
    let begun = plan(&stage, ANNA).await;
    assert_eq!(begun, Some(week_to(until)));
    let again = typed(&stage, "/start promo_WEEK").await;
    assert!(again.contains("уже использовали"), "{again}");
    assert_eq!(plan(&stage, ANNA).await, begun);
    stage.order(ANNA, "кот").await;
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.pass(WEEK);
    stage.say(ANNA, "/cabinet").await;
    assert!(!stage.last_text(ANNA).contains("Безлимит на неделю"));
    // Whatever runs by then: nobody is told to wait for what they have had.
    let held = Held {
        key: "unlimited_1day".to_owned(),
        until: Some(stage.now().after(DAY)),
    };
    stage.grant(ANNA, Change::Plan(Some(held))).await;
    let again = typed(&stage, "/promo WEEK").await;
    assert!(again.contains("уже использовали"), "{again}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_was_bought_goes_on_for_longer_and_money_for_it_leaves_what_was_given() {
    let stage = stage().await;
    stage.pay_in_roubles(ANNA, "plan:unlimited_7days").await;
    let bought = plan(&stage, ANNA).await.unwrap().1.unwrap();
    let told = typed(&stage, "/promo WEEK").await;
    assert!(told.contains("05.12"), "{told}");
    assert_eq!(plan(&stage, ANNA).await, Some(week_to(bought.after(WEEK))));
    let id = stage.payment().await.id().clone();
    refund(&stage, &id, "anna").await.unwrap();
    assert_eq!(stage.payment().await.payment.state, State::Refunded);
    assert_eq!(plan(&stage, ANNA).await, Some(week_to(stage.now().after(WEEK))));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_plan_is_left_alone_and_the_code_is_not_used_up_by_that() {
    let stage = stage().await;
    let held = |until| Held {
        key: "unlimited_1day".to_owned(),
        until,
    };
    let tomorrow = stage.now().after(DAY);
    stage.grant(ANNA, Change::Plan(Some(held(Some(tomorrow))))).await;
    let told = typed(&stage, "/promo BOTH").await;
    assert!(told.contains("«Безлимит на день», до завтра"), "{told}");
    assert!(told.contains("не использован"), "{told}");
    assert_eq!(stage.balance(ANNA).await.0, 2, "neither credits nor days");
    stage.pass(DAY);
    let told = typed(&stage, "/promo BOTH").await;
    assert!(
        told.contains("на 1 день") && told.contains("5 кредитов"),
        "{told}"
    );
    // It was the only one that there was, and late is late.
    stage.newcomer_who_speaks(BORIS, "ru").await;
    stage.say(BORIS, "/promo BOTH").await;
    assert!(stage.last_text(BORIS).contains("уже разобрали"));
    stage.say(BORIS, "/promo LATE").await;
    assert!(stage.last_text(BORIS).contains("больше не действует"));
    assert_eq!(plan(&stage, BORIS).await, None);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_a_plan_for_ever_keeps_it_and_the_code() {
    let stage = Stage::with(|setting| {
        codes(setting);
        let plan = setting.settings.plans.get_mut("unlimited_7days").unwrap();
        (plan.days, plan.prices) = (None, PricesRow::default());
    })
    .await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.plan(ANNA, "unlimited_7days").await;
    let told = typed(&stage, "/promo WEEK").await;
    assert!(
        told.contains("бессрочная") && told.contains("не использован"),
        "{told}"
    );
    assert_eq!(
        plan(&stage, ANNA).await,
        Some(("unlimited_7days".to_owned(), None))
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_is_withdrawn_after_its_code_was_made_is_given_to_nobody() {
    let stage = stage().await;
    stage
        .change_settings(|settings| {
            let plan = settings.plans.get_mut("unlimited_7days").unwrap();
            plan.is_withdrawn = true;
            // What names it has to be stopped first.
            settings.promos.retain(|_, promo| promo.plan.is_none());
        })
        .await;
    assert!(
        typed(&stage, "/promo WEEK")
            .await
            .contains("Такого промокода нет")
    );
    assert_eq!(plan(&stage, ANNA).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_gives_the_days_once() {
    let stage = stage().await;
    let lost = Fault::new(Service::DynamoDb, Effect::LoseAnswer).operation("TransactWriteItems");
    let armed = stage.aws.faults().arm(lost.caller(WEBHOOK));
    let told = typed(&stage, "/promo BOTH").await;
    assert!(armed.hits() > 0 && told.contains("BOTH принят"), "{told}");
    assert_eq!(plan(&stage, ANNA).await, Some(week_to(stage.now().after(DAY))));
    assert_eq!(stage.balance(ANNA).await.0, 5);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_codes_at_one_moment_bring_the_days_of_both() {
    let stage = stage().await;
    let (week, both) = (
        message(ANNA, "/promo WEEK", 901),
        message(ANNA, "/promo BOTH", 902),
    );
    tokio::join!(stage.update(&week), stage.update(&both));
    let eight_days = Millis::from_mins(8 * 24 * 60);
    assert_eq!(
        plan(&stage, ANNA).await,
        Some(week_to(stage.now().after(eight_days)))
    );
    assert_eq!(stage.balance(ANNA).await.0, 5);
    stage.assert_sound().await;
}
