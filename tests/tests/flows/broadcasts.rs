//! An operator's message to many: each customer at most once, whatever happens on the way.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use app::broadcast::{New, Next};
use domain::broadcast::{Counts, Halt, LEASE, Segment, State, Wording};
use domain::id::UserId;
use domain::time::Millis;
use limits_flags::access::Role;
use limits_flags::{By, grants::Change};
use local_lambda::{Effect, Service};
use played_telegram::{ApiError, Fault, Happens};
use serde_json::{Value, json};
use table::Deadline;
use tests::stage::{Ask, BROADCAST, Stage};

use crate::{ANNA, BORIS};

const RU: &str = "Новая модель";
const EN: &str = "A new model";

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

fn by(stage: &Stage) -> By {
    By::new("an operator", "a test", stage.now()).unwrap()
}

fn new(segment: Segment) -> New {
    let text = |language: &str, text: &str| (language.to_owned(), format!("<b>{text}</b>"));
    New {
        wording: Wording {
            texts: [text("ru", RU), text("en", EN)].into(),
            ..Wording::default()
        },
        segment,
        per_second: 20,
    }
}

pub(crate) fn to_all() -> New {
    new(Segment::default())
}

/// Whom a broadcast has reached, in whichever language.
fn reached(stage: &Stage, users: Range<i64>) -> BTreeSet<i64> {
    let (ru, en) = (stage.reached(users.clone(), RU), stage.reached(users, EN));
    assert!(ru.is_disjoint(&en), "nobody is told in two languages");
    ru.union(&en).copied().collect()
}

async fn ask(stage: &Stage, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let ask = Ask::of(method, path).json(body).user(stage, ANNA);
    let said = stage.ask(ask).await;
    (said.status, said.body)
}

/// Two want no broadcasts, one has blocked the bot, and one has gone without a word.
async fn lose_some(stage: &Stage) {
    for user in [2_010, 2_011] {
        stage.say(user, "/notifications").await;
        stage.press_newest(user, "nw:0").await;
    }
    stage.telegram.block(2_020).unwrap();
    stage.answered().await;
    // Nobody has heard of this one yet.
    stage.telegram.deactivate(2_030).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_are_told_once_each_though_it_is_stopped_half_way_and_resumed() {
    let stage = Stage::new().await;
    let crowd = 2_000..2_500;
    stage.crowd(crowd.clone()).await;
    stage.admit(ANNA, Role::Editor).await;
    lose_some(&stage).await;
    let texts = json!({"ru": format!("<b>{RU}</b>"), "en": format!("<b>{EN}</b>")});
    let link = json!({"url": "https://example.org", "labels": {"ru": "Сюда", "en": "Here"}});
    let (status, made) = ask(
        &stage,
        "POST",
        "/admin/broadcasts",
        &json!({"texts": texts, "link": link, "reason": "news"}),
    )
    .await;
    assert_eq!((status, &made["state"]), (200, &json!("draft")), "{made}");
    let path = format!("/admin/broadcasts/{}", made["id"].as_str().unwrap());
    let (_, counted) = ask(&stage, "POST", &format!("{path}/count"), &json!({})).await;
    let dry = &counted["dry_run"];
    assert_eq!(
        (&dry["recipients"], &dry["muted"], &dry["gone"]),
        (&json!(497), &json!(2), &json!(1))
    );
    assert!(dry["finished_at"].is_string());
    assert_eq!(
        stage.broadcast_step().await,
        Next::Nothing,
        "counting sends nothing"
    );
    let (status, _) = ask(
        &stage,
        "POST",
        &format!("{path}/start"),
        &json!({"recipients": 496}),
    )
    .await;
    assert_eq!(status, 409, "another number than what was found");
    let (status, _) = ask(
        &stage,
        "POST",
        &format!("{path}/start"),
        &json!({"recipients": 497}),
    )
    .await;
    assert_eq!(status, 200);
    stage.broadcast_steps(12).await;
    let (status, _) = ask(
        &stage,
        "POST",
        &format!("{path}/stop"),
        &json!({"reason": "a typo"}),
    )
    .await;
    assert_eq!(status, 200);
    let half = reached(&stage, crowd.clone());
    assert!((200..=300).contains(&half.len()), "{}", half.len());
    assert_eq!(stage.broadcast_step().await, Next::Nothing);
    assert_eq!(
        reached(&stage, crowd.clone()),
        half,
        "nothing goes out while it stands"
    );
    let (status, _) = ask(
        &stage,
        "POST",
        &format!("{path}/resume"),
        &json!({"reason": "it was none"}),
    )
    .await;
    assert_eq!(status, 200);
    stage.broadcast_to_the_end().await;
    assert_eq!(reached(&stage, crowd.clone()).len(), 496);
    assert_eq!(
        stage
            .reached(crowd.clone(), RU)
            .iter()
            .filter(|user| *user % 2 != 0)
            .count(),
        0
    );
    let (_, done) = ask(&stage, "GET", &path, &json!({})).await;
    assert_eq!(done["state"], "done");
    let counts =
        json!({"sent": 496, "blocked": 1, "unsure": 0, "refused": 0, "muted": 2, "gone": 1, "wordless": 0});
    assert_eq!(done["counts"], counts);
    assert!(
        stage.account(2_030).await.blocked,
        "whoever is gone is known to be"
    );
    let entity = format!(
        "/admin/audit/entities/broadcast%23{}",
        made["id"].as_str().unwrap()
    );
    let (_, audit) = ask(&stage, "GET", &entity, &json!({})).await;
    assert_eq!(
        audit["entries"].as_array().unwrap().len(),
        4,
        "made, started, stopped, resumed"
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_killed_while_it_sends_writes_to_nobody_twice() {
    let stage = Arc::new(Stage::new().await);
    let crowd = 2_000..2_050;
    stage.crowd(crowd.clone()).await;
    let id = stage.start_broadcast(to_all()).await;
    let slow = Happens::Delayed(Duration::from_secs(5));
    stage.telegram.fault(Fault::next("sendMessage", slow).times(10));
    let step = tokio::spawn({
        let stage = Arc::clone(&stage);
        async move { stage.broadcast_step().await }
    });
    let sent = |_: &played_telegram::PlayedTelegram| {
        let users = crowd.clone();
        let told = users.filter(|user| stage.told(*user, EN).len() + stage.told(*user, RU).len() > 0);
        (told.count() >= 10).then_some(())
    };
    stage
        .telegram
        .wait_until(Duration::from_secs(30), sent)
        .await
        .unwrap();
    step.abort();
    assert!(step.await.is_err(), "it was done before it could be killed");
    assert_eq!(stage.broadcast(&id).await.counts, Counts::default());
    // Somebody else's turn comes when the dead one's is over.
    assert!(matches!(stage.broadcast_step().await, Next::At(at) if at > stage.now()));
    stage.pass(LEASE);
    stage.broadcast_to_the_end().await;
    let counts = stage.broadcast(&id).await.counts;
    assert_eq!(
        (counts.unsure, counts.sent),
        (20, 30),
        "whom the dead one was writing to"
    );
    assert!(reached(&stage, crowd.clone()).len() >= 40);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_killed_before_it_writes_down_how_it_went_writes_to_nobody_twice() {
    let stage = Stage::new().await;
    let crowd = 2_000..2_030;
    stage.crowd(crowd.clone()).await;
    let id = stage.start_broadcast(to_all()).await;
    let gone = local_lambda::Fault::new(Service::DynamoDb, Effect::InternalError)
        .operation("UpdateItem")
        .resource("BroadcastsTable")
        .caller(BROADCAST)
        .after(1);
    stage.aws.faults().arm(gone.times(20));
    assert!(
        stage.try_broadcast_step().await.is_err(),
        "nothing could be written down"
    );
    stage.aws.faults().clear();
    stage.pass(LEASE);
    stage.broadcast_to_the_end().await;
    let counts = stage.broadcast(&id).await.counts;
    assert_eq!((counts.unsure, counts.sent), (20, 10));
    assert_eq!(reached(&stage, crowd).len(), 30);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_run_at_once_write_to_nobody_twice() {
    let stage = Stage::new().await;
    let crowd = 2_000..2_100;
    stage.crowd(crowd.clone()).await;
    let id = stage.start_broadcast(to_all()).await;
    for _ in 0..12 {
        tokio::join!(stage.broadcast_step(), stage.broadcast_step());
        stage.pass(Millis::from_secs(1));
    }
    let it = stage.broadcast(&id).await;
    assert_eq!(
        (it.state, it.counts.sent, it.counts.unsure),
        (State::Done, 100, 0)
    );
    assert_eq!(reached(&stage, crowd).len(), 100);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_telegram_was_too_busy_for_is_told_later_and_more_slowly() {
    let stage = Stage::new().await;
    let crowd = 2_000..2_040;
    stage.crowd(crowd.clone()).await;
    let id = stage.start_broadcast(to_all()).await;
    let busy = Happens::Refused(ApiError::too_many(30));
    stage.telegram.fault(Fault::next("sendMessage", busy).times(15));
    let began = stage.now();
    assert_eq!(
        stage.broadcast_step().await,
        Next::At(began.after(Millis::from_secs(30)))
    );
    let slowed = stage.broadcast(&id).await;
    assert_eq!((slowed.counts.sent, slowed.owed.len(), slowed.pace), (5, 15, 10));
    assert!(matches!(stage.broadcast_step().await, Next::At(_)));
    assert_eq!(
        reached(&stage, crowd.clone()).len(),
        5,
        "Telegram's wish is followed"
    );
    stage.broadcast_to_the_end().await;
    let done = stage.broadcast(&id).await;
    assert_eq!((done.counts.sent, done.counts.unsure), (40, 0));
    assert_eq!(reached(&stage, crowd).len(), 40);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_telegram_wants_quiet_no_other_broadcast_goes_on_either() {
    let stage = Stage::new().await;
    let crowd = 2_000..2_030;
    stage.crowd(crowd.clone()).await;
    stage.start_broadcast(to_all()).await;
    let other = stage.start_broadcast(to_all()).await;
    let busy = Happens::Refused(ApiError::too_many(30));
    stage.telegram.fault(Fault::next("sendMessage", busy).times(20));
    let quiet = Next::At(stage.now().after(Millis::from_secs(30)));
    assert_eq!(stage.broadcast_step().await, quiet);
    stage.pass(Millis::from_secs(2));
    assert_eq!(stage.broadcast_step().await, quiet);
    assert_eq!(stage.broadcast(&other).await.fence, 0, "it was not begun");
    stage.broadcast_to_the_end().await;
    for user in crowd {
        assert_eq!(
            stage.told(user, RU).len() + stage.told(user, EN).len(),
            2,
            "{user}"
        );
    }
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_its_own_pace_telegrams_flood_limit_is_never_met() {
    let stage = Stage::with(|setting| setting.flood = true).await;
    let crowd = 2_000..2_060;
    stage.crowd(crowd.clone()).await;
    stage.pass(Millis::from_mins(1));
    let id = stage.start_broadcast(to_all()).await;
    stage.broadcast_to_the_end().await;
    let done = stage.broadcast(&id).await;
    assert_eq!(
        (done.counts.sent, done.pace),
        (60, 20),
        "it was never asked to be slower"
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_answer_is_lost_is_counted_as_unsure_and_not_sent_again() {
    let stage = Stage::new().await;
    let crowd = 2_000..2_010;
    stage.crowd(crowd.clone()).await;
    let id = stage.start_broadcast(to_all()).await;
    for (user, happens) in [
        (2_001, Happens::CutAfter),
        (2_002, Happens::FailedAfter),
        (2_003, Happens::CutBefore),
    ] {
        stage
            .telegram
            .fault(Fault::next("sendMessage", happens).in_chat(user));
    }
    stage.broadcast_to_the_end().await;
    let done = stage.broadcast(&id).await;
    assert_eq!((done.counts.sent, done.counts.unsure), (7, 3));
    let reached = reached(&stage, crowd);
    assert_eq!((reached.len(), reached.contains(&2_003)), (9, false));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_presses_unsubscribe_gets_no_other_and_may_come_back() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.newcomer_who_speaks(BORIS, "ru").await;
    stage.start_broadcast(to_all()).await;
    stage.broadcast_to_the_end().await;
    let alert = stage.press_newest(ANNA, "mute").await.unwrap();
    assert!(alert.contains("No more messages like this"), "{alert}");
    assert!(stage.account(ANNA).await.muted);
    let second = stage.start_broadcast(to_all()).await;
    stage.broadcast_to_the_end().await;
    let counts = stage.broadcast(&second).await.counts;
    assert_eq!((counts.sent, counts.muted), (1, 1));
    assert_eq!((stage.told(ANNA, EN).len(), stage.told(BORIS, RU).len()), (1, 2));
    stage.say(ANNA, "/notifications").await;
    assert!(stage.last_text(ANNA).contains("You get no news"));
    stage.press_newest(ANNA, "nw:1").await;
    assert!(!stage.account(ANNA).await.muted);
    stage.start_broadcast(to_all()).await;
    stage.broadcast_to_the_end().await;
    assert_eq!(stage.told(ANNA, EN).len(), 2);
    stage.assert_sound().await;
}

/// Segments, and how many messages they are to Anna (who speaks English, has the tier `pro` and came back) and to Boris (who
/// speaks Russian, has paid and not been seen since).
fn segments() -> Vec<(Segment, usize, usize)> {
    let all = Segment::default;
    let tier = |name: &str| Some(domain::broadcast::Tariff::parse(name));
    vec![
        (
            Segment {
                language: Some("ru".to_owned()),
                ..all()
            },
            0,
            1,
        ),
        (
            Segment {
                tier: tier("pro"),
                ..all()
            },
            1,
            0,
        ),
        (
            Segment {
                tier: tier("none"),
                ..all()
            },
            0,
            1,
        ),
        (
            Segment {
                paid: Some(true),
                ..all()
            },
            0,
            1,
        ),
        (
            Segment {
                paid: Some(false),
                ..all()
            },
            1,
            0,
        ),
        (
            Segment {
                active_days: Some(7),
                ..all()
            },
            1,
            0,
        ),
        (
            Segment {
                inactive_days: Some(7),
                ..all()
            },
            0,
            1,
        ),
        (
            Segment {
                credits_min: Some(3),
                ..all()
            },
            0,
            1,
        ),
        (
            Segment {
                credits_max: Some(2),
                ..all()
            },
            1,
            0,
        ),
        (
            Segment {
                users: [UserId(ANNA), UserId(5)].into(),
                ..all()
            },
            1,
            0,
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broadcast_goes_to_its_segment_and_to_nobody_else() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.newcomer_who_speaks(BORIS, "ru").await;
    stage.tier(ANNA, "pro").await;
    stage.pay_in_roubles(BORIS, "pack:starter").await;
    stage.minute().await;
    stage.pass(Millis::from_mins(20 * 24 * 60));
    stage.order(ANNA, "a comeback").await;
    stage.run_until_settled().await;
    for (segment, anna, boris) in segments() {
        let before = (stage.told(ANNA, EN).len(), stage.told(BORIS, RU).len());
        let said = format!("{segment:?}");
        stage.start_broadcast(new(segment)).await;
        stage.broadcast_to_the_end().await;
        let after = (stage.told(ANNA, EN).len(), stage.told(BORIS, RU).len());
        assert_eq!((after.0 - before.0, after.1 - before.1), (anna, boris), "{said}");
    }
    stage.grant(ANNA, Change::Tier(None)).await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_speaks_a_language_without_a_text_is_not_written_to() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.newcomer_who_speaks(BORIS, "ru").await;
    let mut russian = to_all();
    russian.wording.texts.remove("en");
    let id = stage.start_broadcast(russian).await;
    stage.broadcast_to_the_end().await;
    let counts = stage.broadcast(&id).await.counts;
    assert_eq!((counts.sent, counts.wordless), (1, 1));
    assert_eq!(stage.told(BORIS, RU).len(), 1);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_telegram_refuses_stops_after_one_step_and_an_operator_may_go_on() {
    let stage = Stage::new().await;
    let crowd = 2_000..2_060;
    stage.crowd(crowd.clone()).await;
    let id = stage.start_broadcast(to_all()).await;
    let refused = Happens::Refused(ApiError::bad_request("can't parse entities"));
    stage
        .telegram
        .fault(Fault::next("sendMessage", refused).times(20));
    stage.broadcast_step().await;
    let halted = stage.broadcast(&id).await;
    assert_eq!(
        (halted.state, halted.halted),
        (State::Stopped, Some(Halt::Refused))
    );
    assert_eq!(halted.counts.refused, 20);
    stage.pass(Millis::from_secs(5));
    assert_eq!(stage.broadcast_step().await, Next::Nothing);
    stage.announcer().resume(&id, &by(&stage), soon()).await.unwrap();
    stage.broadcast_to_the_end().await;
    assert_eq!(stage.broadcast(&id).await.counts.sent, 40);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_goes_to_one_person_in_every_language_and_a_bad_text_is_not_saved() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.newcomer(BORIS).await;
    stage.admit(ANNA, Role::Editor).await;
    let (status, refused) = ask(
        &stage,
        "POST",
        "/admin/broadcasts",
        &json!({"texts": {"en": "<b>open"}}),
    )
    .await;
    assert_eq!(
        (status, &refused["pointer"]),
        (422, &json!("/texts/en")),
        "{refused}"
    );
    let texts = json!({"ru": RU, "en": EN});
    let (_, made) = ask(&stage, "POST", "/admin/broadcasts", &json!({ "texts": texts })).await;
    let path = format!("/admin/broadcasts/{}", made["id"].as_str().unwrap());
    let trial = json!({"user": ANNA.to_string(), "reason": "to see it"});
    let (status, tested) = ask(&stage, "POST", &format!("{path}/test"), &trial).await;
    assert_eq!((status, &tested["state"]), (200, &json!("draft")), "{tested}");
    assert_eq!((stage.told(ANNA, RU).len(), stage.told(ANNA, EN).len()), (1, 1));
    assert!(stage.told(BORIS, EN).is_empty());
    let (status, _) = ask(
        &stage,
        "POST",
        &format!("{path}/start"),
        &json!({"recipients": 2}),
    )
    .await;
    assert_eq!(status, 409, "nobody has counted");
    for verb in ["stop", "resume"] {
        let (status, _) = ask(&stage, "POST", &format!("{path}/{verb}"), &json!({})).await;
        assert_eq!(status, 409, "{verb}");
    }
    let (status, _) = ask(
        &stage,
        "GET",
        "/admin/broadcasts/1795251600000-aaaaaa",
        &json!({}),
    )
    .await;
    assert_eq!(status, 404);
    let (_, listed) = ask(&stage, "GET", "/admin/broadcasts?limit=1", &json!({})).await;
    assert_eq!(listed["broadcasts"][0]["id"], made["id"]);
    stage.assert_sound().await;
}
