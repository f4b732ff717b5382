//! The promises. Each is what the worker builds on.

use futures::TryStreamExt as _;
use providers::files::{Files, Verdict};
use providers::{Create, Found, LookUp, Reason, UploadError};

use crate::stage::{LONG, Mishap, RENDER_MS, Stage, http};

/// An order makes one task.
pub(crate) async fn takes_an_order(stage: &Stage) {
    let task = stage.task("1-a-1").await;
    assert!(!task.is_empty());
    assert_eq!(stage.accepted(), 1);
    let facts = stage.provider().look_up(stage.named(&task), LONG).await.facts;
    let ours = |told: Option<String>, own: &str| told.is_none_or(|told| told == own);
    assert!(ours(facts.own_name, "1-a-1"));
    assert!(ours(facts.callback_url, &stage.order("").callback_url));
}

/// What its form does not allow reaches nobody.
pub(crate) async fn refuses_what_it_cannot_make(stage: &Stage) {
    let mut long = stage.order("1-a-1");
    long.duration_s = 999;
    let mut strange = stage.order("1-a-1");
    "no-such-family".clone_into(&mut strange.family);
    for order in [long, strange] {
        let refused = stage.submit(&order).await;
        let by_us = matches!(
            &refused,
            Create::Rejected {
                reason: Reason::BadInput,
                code: 0,
                ..
            }
        );
        assert!(by_us, "{refused:?}");
    }
    assert_eq!(stage.accepted(), 0);
}

/// A model that is switched off over there is refused for good, and an operator has to know.
pub(crate) async fn refuses_such_things(stage: &Stage) {
    stage.cause(Mishap::Retired);
    let refused = stage.submit(&stage.order("1-a-1")).await;
    let retired = matches!(
        &refused,
        Create::Rejected {
            reason: Reason::Retired,
            ..
        }
    );
    assert!(retired, "{refused:?}");
    assert_eq!(stage.accepted(), 0);
}

/// Too many at once is nobody's fault: surely not accepted, and it may go through later.
pub(crate) async fn turns_away_when_busy(stage: &Stage) {
    for mishap in [Mishap::Busy, Mishap::Unavailable] {
        stage.cause(mishap);
        let busy = stage.submit(&stage.order("1-a-1")).await;
        assert!(matches!(busy, Create::NotAccepted { .. }), "{mishap:?}: {busy:?}");
    }
    assert_eq!(stage.accepted(), 0);
    stage.task("1-a-1").await;
}

/// Whatever the HTTP status: an empty account is not a busy moment.
pub(crate) async fn tells_an_empty_account_from_a_busy_moment(stage: &Stage) {
    stage.cause(Mishap::Unpaid);
    let refused = stage.submit(&stage.order("1-a-1")).await;
    let unpaid = matches!(
        &refused,
        Create::Rejected {
            reason: Reason::OutOfFunds,
            ..
        }
    );
    assert!(unpaid, "{refused:?}");
    assert_eq!(stage.accepted(), 0);
}

/// Another key orders nothing and ends nothing.
pub(crate) async fn takes_no_other_key(stage: &Stage) {
    let task = stage.task("1-a-1").await;
    let stranger = stage.stranger.get(stage.row.name).unwrap();
    let refused = stranger.submit(&stage.order("1-a-2"), LONG).await;
    let bad_key = matches!(
        &refused,
        Create::Rejected {
            reason: Reason::BadKey,
            ..
        }
    );
    assert!(bad_key, "{refused:?}");
    let looked = stranger.look_up(stage.named(&task), LONG).await.outcome;
    let nothing = matches!(looked, LookUp::Unavailable { .. } | LookUp::Barred { .. });
    assert!(nothing, "{looked:?}");
    let found = stranger.find("1-a-1", LONG).await;
    assert!(
        matches!(found, Found::Unasked | Found::Unavailable { .. }),
        "{found:?}"
    );
    assert_eq!(stage.accepted(), 1);
}

/// An order that may have arrived is never called refused.
pub(crate) async fn leaves_what_was_lost_unknown(stage: &Stage) {
    for (name, mishap, arrived) in [
        ("1-a-1", Mishap::Lost, 1),
        ("1-a-2", Mishap::BadGateway, 2),
        ("1-a-3", Mishap::Cut, 2),
    ] {
        stage.cause(mishap);
        let lost = stage.submit(&stage.order(name)).await;
        assert!(matches!(lost, Create::Unknown { .. }), "{mishap:?}: {lost:?}");
        assert_eq!(stage.accepted(), arrived, "{mishap:?}");
    }
}

/// Where there is no connection, nothing was ordered.
pub(crate) async fn says_surely_not_when_it_was_not_reached(stage: &Stage) {
    let nowhere = crate::stage::account(stage.row.name, "http://127.0.0.1:1", &stage.key, &stage.clock);
    let provider = nowhere.get(stage.row.name).unwrap();
    let unsent = provider.submit(&stage.order("1-a-1"), LONG).await;
    assert!(matches!(unsent, Create::NotAccepted { .. }), "{unsent:?}");
}

/// If it says that it can be asked by our own name, a lost order is found and one that never arrived is surely absent. If
/// not, it is not asked.
pub(crate) async fn finds_what_was_lost_by_name(stage: &Stage) {
    stage.cause(Mishap::Lost);
    stage.submit(&stage.order("1-a-1")).await;
    stage.cause(Mishap::Cut);
    stage.submit(&stage.order("1-a-2")).await;
    let find = async |name: &'static str| stage.provider().find(name, LONG).await;
    if !stage.row.finds {
        assert_eq!(
            (find("1-a-1").await, find("1-a-2").await),
            (Found::Unasked, Found::Unasked)
        );
        return;
    }
    let Found::Present { task_id } = find("1-a-1").await else {
        panic!("it is not found");
    };
    assert!(matches!(stage.look_up(&task_id).await, LookUp::Running { .. }));
    assert_eq!(find("1-a-2").await, Found::Absent);
    stage.cause(Mishap::LookUpDown);
    let silent = find("1-a-1").await;
    assert!(matches!(silent, Found::Unavailable { .. }), "{silent:?}");
    // The same name once more makes no second render.
    let again = stage.submit(&stage.order("1-a-1")).await;
    assert!(matches!(again, Create::Unknown { .. }), "{again:?}");
    assert_eq!(stage.accepted(), 1);
}

/// Until it has ended it is running, however often it is asked.
pub(crate) async fn tells_how_far_it_is(stage: &Stage) {
    let task = stage.task("1-a-1").await;
    for _ in 0..4 {
        assert!(matches!(stage.look_up(&task).await, LookUp::Running { .. }));
        stage.pass_ms(RENDER_MS / 5);
    }
}

/// In the end there is a file of what was ordered, and a video plays for as long as it was ordered.
pub(crate) async fn gives_a_video_out(stage: &Stage) {
    let task = stage.task("1-a-1").await;
    stage.pass_ms(RENDER_MS);
    let verdict = stage
        .files
        .check(&stage.url(&task).await, stage.makes(), LONG)
        .await;
    let Verdict::Playable(file) = verdict else {
        panic!("{verdict:?}");
    };
    let ordered_ms = u64::from(stage.order("").duration_s) * 1_000;
    assert!(
        !stage.makes().has_lengths() || file.duration_ms.is_some_and(|ms| ms.abs_diff(ordered_ms) < 500),
        "{file:?}"
    );
}

/// A photo goes there in the provider's own way, if it takes one.
pub(crate) async fn makes_a_video_of_a_photo(stage: &Stage) {
    if !stage.row.form(stage.family).unwrap().caps.image() {
        return;
    }
    let mut order = stage.order("1-a-1");
    order.first_frame = Some(stage.photo().await);
    let created = stage.submit(&order).await;
    let Create::Accepted { task_id } = created else {
        panic!("{created:?}");
    };
    stage.pass_ms(RENDER_MS);
    let verdict = stage
        .files
        .check(&stage.url(&task_id).await, stage.makes(), LONG)
        .await;
    assert!(matches!(verdict, Verdict::Playable(_)), "{verdict:?}");
}

async fn ended_with(stage: &Stage, mishap: Mishap) -> LookUp {
    stage.cause(mishap);
    let task = stage.task("1-a-1").await;
    stage.pass_ms(RENDER_MS);
    stage.look_up(&task).await
}

/// Success without a file is not success.
pub(crate) async fn says_success_without_a_file(stage: &Stage) {
    assert_eq!(
        ended_with(stage, Mishap::NoFile).await,
        LookUp::SucceededWithoutFile
    );
}

/// What is refused after it was accepted is told as that, so that it is not tried again.
pub(crate) async fn moderates_late(stage: &Stage) {
    let ended = ended_with(stage, Mishap::Moderated).await;
    let moderated = matches!(
        &ended,
        LookUp::Failed {
            reason: Reason::Moderation,
            ..
        }
    );
    assert!(moderated, "{ended:?}");
}

/// What fails over there may be tried again.
pub(crate) async fn fails_and_says_so(stage: &Stage) {
    let ended = ended_with(stage, Mishap::Failed).await;
    let broke = matches!(&ended, LookUp::Failed { reason, .. } if !reason.is_final());
    assert!(broke, "{ended:?}");
}

/// An address that has run out says nothing about the file: another is given.
pub(crate) async fn replaces_an_address_that_has_run_out(stage: &Stage) {
    stage.cause(Mishap::Expired);
    let task = stage.task("1-a-1").await;
    stage.pass_ms(RENDER_MS);
    let old = stage.url(&task).await;
    assert_eq!(
        stage.files.check(&old, stage.makes(), LONG).await,
        Verdict::Refused
    );
    let fresh = stage
        .provider()
        .fresh_link(stage.named(&task), &old, LONG)
        .await
        .unwrap();
    let verdict = stage.files.check(&fresh, stage.makes(), LONG).await;
    assert!(matches!(verdict, Verdict::Playable(_)), "{verdict:?}");
}

/// A file that not everybody is given is known as such, and its address holds no key and opens nothing without it.
pub(crate) async fn gives_files_out_to_everybody_or_to_us_alone(stage: &Stage) {
    let task = stage.task("1-a-1").await;
    stage.pass_ms(RENDER_MS);
    let url = stage.url(&task).await;
    assert!(!url.contains("SECRET"), "{url}");
    let stranger = Files::new(http());
    let seen = stranger.check(&url, stage.makes(), LONG).await;
    if stage.files.is_public(&url) {
        assert!(matches!(seen, Verdict::Playable(_)), "{seen:?}");
        return;
    }
    assert_eq!(seen, Verdict::Refused);
    assert!(stranger.open(&url, LONG).await.is_err());
    let bytes = stage.files.open(&url, LONG).await.unwrap();
    let pieces: Vec<bytes::Bytes> = bytes.try_collect().await.unwrap();
    let Verdict::Playable(file) = stage.files.check(&url, stage.makes(), LONG).await else {
        panic!("it does not play");
    };
    assert_eq!(u64::try_from(pieces.concat().len()), Ok(file.bytes));
}

/// A task that it does not know is absent, and gets nobody a file; whether it is gone for good, only who keeps files by
/// themselves can say.
pub(crate) async fn does_not_know_strangers(stage: &Stage) {
    assert_eq!(stage.look_up("task_of_nobody").await, LookUp::Absent);
    let base = stage.receiver.as_str();
    let link = stage
        .provider()
        .fresh_link(stage.named("task_of_nobody"), base, LONG)
        .await;
    let gone = matches!(link, Err(UploadError::Rejected { .. }));
    let not_now = matches!(link, Err(UploadError::Unavailable { .. }));
    assert!(gone || not_now, "{link:?}");
}

/// Only an explicit answer ends anything.
pub(crate) async fn ends_nothing_when_a_question_is_not_answered(stage: &Stage) {
    let task = stage.task("1-a-1").await;
    stage.pass_ms(RENDER_MS);
    for mishap in [Mishap::LookUpDown, Mishap::LookUpBusy] {
        stage.cause(mishap);
        let looked = stage.look_up(&task).await;
        assert!(
            matches!(looked, LookUp::Unavailable { .. }),
            "{mishap:?}: {looked:?}"
        );
    }
    stage.url(&task).await;
}

/// A family that is known to be gone is refused by us, and nobody is asked.
pub(crate) async fn has_retired_models(stage: &Stage) {
    let Some(retired) = stage.retired else { return };
    let mut order = stage.order("1-a-1");
    retired.clone_into(&mut order.family);
    let refused = stage.submit(&order).await;
    let by_us = matches!(
        &refused,
        Create::Rejected {
            reason: Reason::Retired,
            code: 0,
            ..
        }
    );
    assert!(by_us, "{refused:?}");
    assert_eq!(stage.accepted(), 0);
}

/// If it calls back, the callback names the task at the address that it was given.
pub(crate) async fn names_its_task_when_it_calls_back(stage: &Stage) {
    let task = stage.task("1-a-1").await;
    stage.pass_ms(RENDER_MS);
    let Some(call) = &stage.call else { return };
    // Some call about parts of it too.
    while call().await > 0 {}
    let calls = stage.calls.lock().unwrap();
    let mut ends = 0;
    for (path, body) in calls.iter() {
        assert_eq!(path, &format!("/{}", stage.row.name));
        let notice = (stage.row.notice)(body).unwrap();
        assert_eq!(notice.task_id, task);
        ends += u32::from(notice.is_over);
    }
    assert_eq!(ends, 1);
    assert_eq!((stage.row.notice)(b"{}"), None);
}

/// Neither key nor prompt nor callback address is shown by anything that may be logged.
pub(crate) async fn shows_no_secrets(stage: &Stage) {
    stage.cause(Mishap::Unpaid);
    let order = stage.order("1-a-1");
    let refused = stage.submit(&order).await;
    let task = stage.task("1-a-1").await;
    let looked = stage.provider().look_up(stage.named(&task), LONG).await;
    let shown = format!("{:?} {order:?} {refused:?} {looked:?}", stage.providers);
    assert!(!shown.contains("SECRET"), "{shown}");
}
