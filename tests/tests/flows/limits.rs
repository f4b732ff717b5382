//! Every kind of limit, from the card to the counter: what is left, what refuses, and when there is more.

use domain::job::Stage as JobStage;
use domain::standing::Held;
use domain::time::{Millis, Timestamp};
use limits_flags::grants::Change;
use limits_flags::{Document, LimitRow};
use tests::stage::{NOON, Setting, Stage};

use crate::{ANNA, BORIS};

/// 2026-11-21 21:00:00 in Moscow.
const NINE: Timestamp = Timestamp(NOON.0 + 9 * 3_600_000);

/// A limit from an operator's file.
fn limit(yaml: &str) -> LimitRow {
    serde_norway::from_str(yaml).unwrap()
}

/// Adds rows to an operator's file; what is there already stays.
pub(crate) fn add(document: &mut Document, yaml: &str) {
    let mut whole: serde_norway::Value = serde_norway::to_value(&*document).unwrap();
    let rows: serde_norway::Mapping = serde_norway::from_str(yaml).unwrap();
    for (kind, members) in rows {
        let place = whole.as_mapping_mut().unwrap();
        let none = serde_norway::Value::Mapping(serde_norway::Mapping::new());
        let there = place.entry(kind).or_insert(none).as_mapping_mut().unwrap();
        there.extend(members.as_mapping().unwrap().clone());
    }
    *document = serde_norway::from_value(whole).unwrap();
}

/// `unlimited_1day` over Kling 3.0: three videos and 120,000 tokens a day, each video 50,000.
fn unlimited(setting: &mut Setting) {
    let model = setting.settings.models.get_mut("kling-3.0").unwrap();
    model.unlimited_daily_limit = Some(3);
    for price in &mut model.prices {
        price.tokens = 50_000;
    }
    add(
        &mut setting.settings,
        "plans: { unlimited_1day: { title: Безлимит на день, unlimited: true } }",
    );
}

/// Somebody who asks for one video more, and is refused with this.
async fn refusal(stage: &Stage, user: i64) -> String {
    let card = stage.draft(user, "one more").await;
    stage.press(user, card.message_id, &card.create).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unlimited_plan_costs_no_credits_and_is_held_by_its_days_from_nine_to_nine() {
    let stage = Stage::with(|setting| {
        unlimited(setting);
        setting.gift(0);
    })
    .await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.plan(ANNA, "unlimited_1day").await;
    for number in 0..3 {
        stage.order(ANNA, &format!("видео {number}")).await;
        stage.run_until_settled().await;
    }
    let told = refusal(&stage, ANNA).await;
    for word in [
        "Kling 3.0",
        "осталось 0 из 3",
        "сегодня в 21:00 (МСК)",
        "Ничего не списано",
    ] {
        assert!(told.contains(word), "{told}");
    }
    assert_eq!(stage.balance(ANNA).await, (0, 0, 0));
    let jobs = stage.jobs().await;
    assert!(
        jobs.iter()
            .all(|job| job.order.plan.as_deref() == Some("unlimited_1day"))
    );
    stage.clock.set(NINE);
    stage.order(ANNA, "новый день").await;
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_budget_refuses_what_does_not_fit_and_says_what_is_left() {
    let stage = Stage::with(|setting| {
        unlimited(setting);
        let model = setting.settings.models.get_mut("kling-3.0").unwrap();
        model.unlimited_budget_tokens = Some(120_000);
        setting.gift(0);
    })
    .await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.plan(ANNA, "unlimited_1day").await;
    let job = stage.order(ANNA, "первое #moderation").await;
    stage.order(ANNA, "второе").await;
    let told = refusal(&stage, ANNA).await;
    assert!(
        told.contains("токены за сутки, нужно 50\u{a0}000, осталось 20\u{a0}000 из 120\u{a0}000"),
        "{told}"
    );
    // What comes to nothing gives its tokens back.
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Failed);
    stage.order(ANNA, "третье").await;
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (0, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_has_ended_pays_for_nothing_and_nobody_pays_what_the_card_did_not_show() {
    let stage = Stage::with(unlimited).await;
    stage.newcomer(ANNA).await;
    let plan = Held {
        key: "unlimited_1day".to_owned(),
        until: Some(stage.now().after(Millis::from_mins(10))),
    };
    stage.grant(ANNA, Change::Plan(Some(plan))).await;
    stage.say(ANNA, "/cabinet").await;
    let shown = stage.last_text(ANNA);
    assert!(
        shown.contains("Plan: Безлимит на день until 12:10 (Moscow)"),
        "{shown}"
    );
    let card = stage.draft(ANNA, "under the plan").await;
    let shown = stage.last_text(ANNA);
    assert!(shown.contains("part of your plan"), "{shown}");
    stage.pass(Millis::from_mins(10));
    // The card promised a video without credits; it is drawn anew with the price instead.
    assert_eq!(stage.press(ANNA, card.message_id, &card.create).await, None);
    assert_eq!(stage.jobs().await.len(), 0);
    let shown = stage.last_text(ANNA);
    assert!(
        shown.contains("The price has changed.") && shown.contains("Price: 1 credit"),
        "{shown}"
    );
    stage.confirm(&stage.card(ANNA)).await;
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_in_progress_have_a_limit_of_their_own_that_is_free_again_when_one_ends() {
    let stage = Stage::with(|setting| {
        let row = limit("{ measure: concurrent, max: 1 }");
        setting.settings.limits.insert("renders".to_owned(), row);
    })
    .await;
    stage.newcomer(ANNA).await;
    stage.order(ANNA, "one").await;
    let told = refusal(&stage, ANNA).await;
    assert!(told.contains("Orders at once, 0 of 1 free"), "{told}");
    stage.run_until_settled().await;
    stage.order(ANNA, "two").await;
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (0, 0, 2));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sliding_day_forgets_each_order_a_day_after_it() {
    let stage = Stage::with(|setting| {
        setting.gift(9);
        let row = limit("{ max: 2, sliding_s: 86400, steps: 24 }");
        setting.settings.limits.insert("slow".to_owned(), row);
    })
    .await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.order(ANNA, "в полдень").await;
    stage.run_until_settled().await;
    stage.clock.set(NOON.after(Millis::from_mins(5 * 60)));
    stage.order(ANNA, "в пять").await;
    stage.run_until_settled().await;
    let told = refusal(&stage, ANNA).await;
    // The step from twelve to one is over at one, and forgotten a day later.
    for word in ["Заказы за 1 день", "осталось 0 из 2", "завтра в 13:00 (МСК)"]
    {
        assert!(told.contains(word), "{told}");
    }
    stage.clock.set(NOON.after(Millis::from_mins(25 * 60)));
    stage.order(ANNA, "на другой день").await;
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_soft_limit_warns_and_refuses_nothing_and_a_watched_one_is_not_shown() {
    let stage = Stage::with(|setting| {
        setting.gift(9);
        let day = "period: day, zone: Europe/Moscow";
        let soft = limit(&format!("{{ max: 2, {day}, mode: soft, warn_percent: 50 }}"));
        let watched = limit(&format!("{{ max: 1, {day}, mode: monitor }}"));
        setting.settings.limits.insert("soft".to_owned(), soft);
        setting.settings.limits.insert("watched".to_owned(), watched);
        setting.settings.limits.remove("videos");
    })
    .await;
    stage.newcomer(ANNA).await;
    stage.say(ANNA, "/cabinet").await;
    let text = stage.last_text(ANNA);
    assert_eq!(text.matches("Orders per day").count(), 1, "{text}");
    assert!(!text.contains('⚠'), "{text}");
    for number in 0..3 {
        stage.order(ANNA, &format!("number {number}")).await;
    }
    stage.say(ANNA, "/cabinet").await;
    let text = stage.last_text(ANNA);
    assert!(text.contains("⚠️ Orders per day: 0 of 2 left"), "{text}");
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

/// What a whole bot may spend in a day: 9 dollars, on four rows, 2 dollars and a quarter on each; a video costs a dollar.
fn spend(setting: &mut Setting) {
    let row = limit(
        "{ measure: micro_usd, max: 9000000, period: day, zone: Europe/Moscow, shards: 4, provider: kie }",
    );
    setting.settings.limits.insert("spend-kie".to_owned(), row);
    for model in setting.settings.models.values_mut() {
        for price in &mut model.prices {
            price.micro_usd = 1_000_000;
            if let Some(high) = &mut price.high {
                high.micro_usd = 1_000_000;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_whole_bot_may_spend_in_a_day_is_never_passed_and_given_back_where_nothing_was_made() {
    let stage = Stage::with(|setting| {
        spend(setting);
        setting.gift(20);
        setting.settings.rules.active_jobs_max = 50;
    })
    .await;
    stage.newcomer(ANNA).await;
    stage.newcomer_who_speaks(BORIS, "ru").await;
    let failing = stage.order(ANNA, "number 0 #moderation").await;
    for number in 1..8 {
        stage.order(ANNA, &format!("number {number}")).await;
    }
    // Four rows hold two videos each, and a quarter of a dollar on each is left over.
    let told = refusal(&stage, BORIS).await;
    assert!(
        told.contains("общего запаса уже не хватает") && told.contains("Ничего не списано"),
        "{told}"
    );
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&failing).await, JobStage::Failed);
    stage.confirm(&stage.card(BORIS)).await;
    let books = stage.books().await;
    let spent = books
        .usage
        .iter()
        .filter(|((_, row), _)| row.starts_with("spend-kie"));
    assert_eq!(spent.map(|(_, count)| count.used).sum::<u64>(), 8_000_000);
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

/// Tiers free and pro; ten seconds need pro, and pro has five videos a day of its own limit, free one.
pub(crate) fn tiers(setting: &mut Setting) {
    let day = "period: day, anchor: \"21:00\", zone: Europe/Moscow";
    let rows = format!(
        "
features:
  video_generation:
    name: {{ ru: Видео, en: Videos }}
    type: metered
    default: true
    limits:
      free: [{{ max: 1, {day} }}]
      pro: [{{ max: 5, {day} }}]
  long_videos:
    name: {{ ru: Длинные видео, en: Long videos }}
    minimum_tier: pro
    default: true
    depends_on: [video_generation]
tiers:
  free: {{ name: {{ ru: Старт, en: Free }}, rank: 0 }}
  pro: {{ name: {{ ru: Про, en: Pro }}, rank: 10, inherits: free }}
"
    );
    add(&mut setting.settings, &rows);
    setting.settings.rules.requires = vec!["video_generation".to_owned()];
    let model = setting.settings.models.get_mut("kling-3.0").unwrap();
    model.prices[1].requires = vec!["long_videos".to_owned()];
    setting.gift(20);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_tier_does_not_bring_is_refused_with_the_name_of_the_one_that_does() {
    let stage = Stage::with(tiers).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.draft(ANNA, "десять секунд").await;
    let (message, five) = stage.newest_button(ANNA, "du:");
    let ten = five.replace(":5", ":10");
    assert_eq!(stage.press(ANNA, message, &ten).await, None);
    let card = stage.card(ANNA);
    let shown = stage.last_text(ANNA);
    assert!(
        shown.contains("🔒 Длинные видео — не в вашем тарифе. Открывает тариф Про."),
        "{shown}"
    );
    let told = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(
        told.contains("Длинные видео — не в вашем тарифе. Открывает тариф Про. Ничего не списано."),
        "{told}"
    );
    stage.tier(ANNA, "pro").await;
    stage.confirm(&card).await;
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (18, 0, 2));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tier_that_is_lost_takes_nothing_from_orders_in_progress_and_holds_for_the_next() {
    let stage = Stage::with(tiers).await;
    stage.newcomer(ANNA).await;
    stage.tier(ANNA, "pro").await;
    for number in 0..2 {
        stage.order(ANNA, &format!("number {number}")).await;
    }
    stage.grant(ANNA, Change::Tier(None)).await;
    let told = refusal(&stage, ANNA).await;
    let expected = "Videos per day, 0 of 1 left";
    assert!(
        told.contains(expected) && told.contains("There is more with “Unlimited for a day”: /buy"),
        "{told}"
    );
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (18, 0, 2));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_override_gives_one_customer_more_and_ends_at_its_time() {
    let stage = Stage::with(tiers).await;
    stage.newcomer(ANNA).await;
    let body = r#"{"limits":[{"max":2,"period":"day","anchor":"21:00","zone":"Europe/Moscow"}]}"#;
    let more = Change::SetOverride {
        feature: "video_generation".to_owned(),
        body: body.to_owned(),
        until: Some(stage.now().after(Millis::from_mins(30))),
    };
    stage.order(ANNA, "one").await;
    assert!(refusal(&stage, ANNA).await.contains("The limit is used up"));
    stage.grant(ANNA, more).await;
    stage.confirm(&stage.card(ANNA)).await;
    stage.run_until_settled().await;
    stage.clock.set(NOON.after(Millis::from_mins(30)));
    assert!(refusal(&stage, ANNA).await.contains("The limit is used up"));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_orders_may_be_stopped_for_some_and_not_for_others() {
    let stage = Stage::with(|setting| {
        tiers(setting);
        let rule = r#"{ state: ENABLED, variants: { on: true, off: false }, defaultVariant: "off",
            targeting: { if: [{ "==": [{ var: tier }, "pro"] }, "on", "off"] } }"#;
        add(&mut setting.settings, &format!("flags: {{ new_jobs: {rule} }}"));
    })
    .await;
    stage.newcomer(ANNA).await;
    stage.newcomer(BORIS).await;
    stage.tier(BORIS, "pro").await;
    stage.order(BORIS, "a tester's").await;
    stage.say(ANNA, "somebody else's").await;
    let told = stage.last_text(ANNA);
    assert!(told.contains("paused") || told.contains("not taking"), "{told}");
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_of_unlimited_plans_hold_unless_their_switch_is_off() {
    let stage = Stage::with(|setting| {
        unlimited(setting);
        setting.gift(0);
        let row = "flags: { unlimited_limits_enabled: { enabled: false } }";
        add(&mut setting.settings, row);
    })
    .await;
    stage.newcomer(ANNA).await;
    stage.plan(ANNA, "unlimited_1day").await;
    for number in 0..4 {
        stage.order(ANNA, &format!("number {number}")).await;
        stage.run_until_settled().await;
    }
    // What was made meanwhile counts when the switch is on again; and so it does when there is none.
    for rows in ["{ enabled: true }", ""] {
        stage
            .change_settings(|settings| {
                settings.flags.remove("unlimited_limits_enabled");
                if !rows.is_empty() {
                    let flags = format!("flags: {{ unlimited_limits_enabled: {rows} }}");
                    add(settings, &flags);
                }
            })
            .await;
        let told = refusal(&stage, ANNA).await;
        assert!(told.contains("Kling 3.0, 0 of 3 left"), "{told}");
    }
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (0, 0, 0));
    let books = stage.books().await;
    assert!(
        books
            .usage
            .iter()
            .any(|((_, row), count)| row.starts_with("unlimited-") && count.used == 4)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn times_are_told_in_the_customers_own_zone_once_they_have_said_which() {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.say(ANNA, "/timezone").await;
    let text = stage.last_text(ANNA);
    assert!(
        text.contains("как у бота") && text.contains("сейчас 12:00"),
        "{text}"
    );
    stage.say(ANNA, "/timezone Омск").await;
    assert!(stage.last_text(ANNA).contains("Не знаю пояса «Омск»"));
    stage.say(ANNA, "/timezone Asia/Omsk").await;
    let text = stage.last_text(ANNA);
    assert!(text.contains("сейчас 15:00"), "{text}");
    stage.say(ANNA, "/cabinet").await;
    let text = stage.last_text(ANNA);
    assert!(text.contains("завтра в 00:00 (UTC+6)"), "{text}");
    stage.say(ANNA, "/timezone off").await;
    stage.say(ANNA, "/cabinet").await;
    let text = stage.last_text(ANNA);
    assert!(text.contains("сегодня в 21:00 (МСК)"), "{text}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_the_tier_does_not_bring_is_locked_and_never_chosen_for_the_customer() {
    let stage = Stage::with(|setting| {
        tiers(setting);
        let model = setting.settings.models.get_mut("kling-2.6").unwrap();
        model.requires = vec!["long_videos".to_owned()];
    })
    .await;
    stage.newcomer(ANNA).await;
    stage.tier(ANNA, "pro").await;
    stage.draft(ANNA, "on the better model").await;
    stage.press_newest(ANNA, "ms:").await;
    let (message, second) = stage.newest_button(ANNA, "mo:");
    let second = second.replace("kling-3.0", "kling-2.6");
    assert_eq!(stage.press(ANNA, message, &second).await, None);
    assert!(stage.last_text(ANNA).contains("Kling 2.6"));
    stage.grant(ANNA, Change::Tier(None)).await;
    stage.draft(ANNA, "and without the tier").await;
    assert!(stage.last_text(ANNA).contains("Kling 3.0"));
}
