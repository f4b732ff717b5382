//! Orders for words: one answer, and what the customer goes on with.

use super::*;
use crate::account::{Photo, Voice};
use crate::catalog::Makes;
use crate::job::{Answer, Image, Sketch, WORDS_SETTLE_MAX, WORDS_WAIT_MAX};

pub(super) fn words_job() -> Job {
    let video = job();
    let order = Order {
        makes: Makes::Prompt,
        provider: "openai".into(),
        duration_s: 0,
        render_max: Millis::from_mins(1),
        sketch: Some(Sketch {
            model: ModelId("kling-3.0".into()),
            aspect: Aspect::Square,
            duration_s: 5,
            quality: crate::video::Quality::Standard,
            source: Some(MessageId(4)),
            chars_max: 2500,
            simple: "a hedgehog, soft light".into(),
            voice: None,
            wish: None,
        }),
        ..video.order
    };
    let rules = Rules {
        signup_credits: Credits(2),
        active_jobs_max: 2,
        limits: vec![],
        wait_max: Millis::from_mins(30),
        settle_max: Millis::from_mins(60),
    };
    Job::accepted(video.id, order, Credits(1), vec![], video.place, &rules, START)
}

fn submitted(job: &Job) -> Job {
    let lease_until = START.after(LEASE);
    job.apply(
        Event::Claim {
            lease_until,
            way: None,
        },
        START,
    )
    .unwrap()
    .after
}

pub(super) fn answer() -> Answer {
    Answer {
        text: "a hedgehog in golden light".into(),
        tokens_in: 30,
        tokens_out: 12,
    }
}

fn answered(job: &Job) -> Result<Change, Refused> {
    let event = Event::Answered {
        answer: answer(),
        until: START.after(LEASE),
    };
    job.apply(event, START)
}

fn failed(job: &Job, failure: Failure) -> Change {
    submitted(job).apply(Event::Rejected { failure }, START).unwrap()
}

#[test]
fn an_answer_is_taken_once_by_the_submission_that_it_is_about() {
    let submitted = submitted(&words_job());
    let change = answered(&submitted).unwrap();
    assert_eq!((change.rule, change.after.stage), (Rule::T16, Stage::Rendered));
    assert_eq!(
        change.guards,
        [Guard::Stage(Stage::Submitting), Guard::Fence(Fence(1))]
    );
    assert_eq!(change.settlement, None, "it is charged once it is shown");
    assert_eq!(answered(&change.after), Err(Refused::WrongStage(Stage::Rendered)));
    let delivered = change
        .after
        .apply(Event::Delivered { file: None }, START)
        .unwrap();
    assert_eq!(delivered.settlement, Some(Settlement::Capture));
    assert_eq!(delivered.draft, None, "the draft was written with the answer");
}

#[test]
fn a_video_is_no_answer() {
    let video = submitted(&job());
    assert_eq!(answered(&video), Err(Refused::WrongStage(Stage::Submitting)));
}

#[test]
fn what_is_heard_of_a_wish_stands_behind_the_words_that_it_is_about() {
    let mut job = words_job();
    job.order.makes = Makes::Transcript;
    let sketch = job.order.sketch.as_mut().unwrap();
    sketch.simple = "a hedgehog".into();
    sketch.wish = Some(String::new());
    let change = answered(&submitted(&job)).unwrap();
    let draft = change.draft.unwrap();
    assert_eq!(draft.prompt, "a hedgehog. a hedgehog in golden light");
    assert_eq!(draft.before.as_deref(), Some("a hedgehog"));
    assert_eq!(draft.wish.as_deref(), Some("a hedgehog in golden light"));
    assert_eq!(change.after.words_as_draft(START), Some(draft));
    // Nobody heard it: it is waited for still.
    let back = failed(&job, Failure::BadInput).draft.unwrap();
    assert!(back.awaits_a_wish() && back.prompt == "a hedgehog", "{back:?}");
}

#[test]
fn words_with_a_wish_are_rewritten_once_or_stay_with_it() {
    let mut job = words_job();
    job.order.prompt = "a hedgehog. at night".into();
    let sketch = job.order.sketch.as_mut().unwrap();
    sketch.simple = "a hedgehog. at night".into();
    sketch.wish = Some("at night".into());
    let draft = answered(&submitted(&job)).unwrap().draft.unwrap();
    assert_eq!(
        (draft.prompt.as_str(), draft.wish),
        ("a hedgehog in golden light", None)
    );
    let back = failed(&job, Failure::Provider).draft.unwrap();
    assert_eq!(
        (back.prompt.as_str(), back.wish.as_deref()),
        ("a hedgehog. at night", Some("at night"))
    );
}

#[test]
fn the_words_are_the_next_draft_and_those_before_are_kept_in_it() {
    let draft = answered(&submitted(&words_job())).unwrap().draft.unwrap();
    assert_eq!(draft.prompt, "a hedgehog in golden light");
    assert_eq!(draft.before.as_deref(), Some("a hedgehog"));
    assert_eq!(
        (draft.aspect, draft.duration_s, draft.revision),
        (Aspect::Square, 5, 1)
    );
    assert_ne!(draft.nonce, words_job().id.nonce);
    assert_eq!(draft.nonce, words_job().id.nonce.next());
    assert_eq!(
        answered(&submitted(&words_job())).unwrap().without_draft().draft,
        None
    );
}

#[test]
fn a_failure_gives_simple_words_and_the_credits_back() {
    for failure in [
        Failure::Provider,
        Failure::TimedOut,
        Failure::PhotoGone,
        Failure::BadInput,
    ] {
        let change = failed(&words_job(), failure);
        assert_eq!(change.settlement, Some(Settlement::Release));
        let draft = change.draft.unwrap();
        assert_eq!(draft.prompt, "a hedgehog, soft light", "{failure:?}");
        assert_eq!(draft.before.as_deref(), Some("a hedgehog"));
    }
    let draft = failed(&words_job(), Failure::Moderation).draft.unwrap();
    assert_eq!((draft.prompt.as_str(), draft.before), ("a hedgehog", None));
    let canceled = words_job().apply(Event::Cancel, START).unwrap();
    assert_eq!(canceled.draft.unwrap().prompt, "a hedgehog");
    assert_eq!(
        failed(&job(), Failure::Provider).draft,
        None,
        "a video leaves no draft"
    );
}

#[test]
fn words_that_came_and_could_not_be_shown_are_not_made_simple() {
    let rendered = answered(&submitted(&words_job())).unwrap().after;
    let failure = Failure::Unreachable;
    let change = rendered.apply(Event::CannotDeliver { failure }, START).unwrap();
    assert_eq!(
        (change.settlement, change.draft),
        (Some(Settlement::Release), None)
    );
}

#[test]
fn a_voice_that_nobody_understood_leaves_the_photo_or_nothing() {
    let mut heard = words_job();
    heard.order.makes = Makes::Transcript;
    heard.order.prompt = String::new();
    let sketch = heard.order.sketch.as_mut().unwrap();
    sketch.simple = String::new();
    sketch.voice = Some(Voice {
        file_id: "voice".into(),
        duration_s: 12,
    });
    assert_eq!(failed(&heard, Failure::BadInput).draft, None);
    heard.order.image = Some(Image {
        file_id: "photo".into(),
    });
    let draft = failed(&heard, Failure::BadInput).draft.unwrap();
    let photo = draft.photo.map(|Photo { file_id, .. }| file_id);
    assert_eq!((draft.prompt.as_str(), photo.as_deref()), ("", Some("photo")));
    let draft = answered(&submitted(&heard)).unwrap().draft.unwrap();
    assert_eq!((draft.before, draft.voice), (None, None));
}

#[test]
fn words_are_waited_for_only_as_long_as_somebody_waits() {
    let words = words_job();
    assert_eq!(words.give_up_at, START.after(WORDS_WAIT_MAX));
    assert_eq!(words.settle_at, START.after(WORDS_SETTLE_MAX));
    let unknown = submitted(&words)
        .apply(Event::OutcomeUnknown { can_ask: false }, START)
        .unwrap()
        .after;
    // Lost sight of, they would come too late: the simple words must do.
    let over = unknown
        .apply(Event::HorizonPassed { jitter: JITTER }, unknown.horizon())
        .unwrap();
    assert_eq!(over.after.stage, Stage::Failed);
    assert_eq!(over.draft.unwrap().prompt, "a hedgehog, soft light");
    let late = START.after(WORDS_WAIT_MAX);
    assert_eq!(next_step(&words, late), Step::Settle);
    let given_up = words.apply(Event::TimeUp, late).unwrap();
    assert_eq!(given_up.draft.unwrap().prompt, "a hedgehog, soft light");
}

#[test]
fn words_are_asked_for_three_times_and_then_the_simple_ones_do() {
    let mut job = words_job();
    for asked in 1..=3 {
        let due = job.due_at.unwrap();
        let claim = Event::Claim {
            lease_until: due.after(LEASE),
            way: None,
        };
        let submitted = job.apply(claim, due).unwrap().after;
        let not_accepted = Event::NotAccepted {
            retry_after: None,
            jitter: Jitter(0),
        };
        let change = submitted.apply(not_accepted, due).unwrap();
        job = change.after;
        if asked < 3 {
            assert_eq!((job.stage, change.settlement), (Stage::Queued, None), "{asked}");
            continue;
        }
        assert_eq!((job.stage, change.rule), (Stage::Failed, Rule::T5));
        assert_eq!(change.settlement, Some(Settlement::Release));
        assert_eq!(change.draft.unwrap().prompt, "a hedgehog, soft light");
    }
}
