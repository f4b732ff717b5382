//! Words for a draft: they become what is composed in the write that says that they came, unless something else is.

use domain::admission::Admission;
use domain::catalog::Makes;
use domain::id::{MessageId, ModelId};
use domain::job::{Answer, Event, Failure, Job, Sketch, Stage};
use domain::money::Credits;
use domain::video::Aspect;
use store::Applied;

use super::bench::{NOW, Scene, USER, admission, claim, draft, nonce, soon};

fn words() -> Admission {
    let mut words = admission();
    words.job.order.makes = Makes::Prompt;
    words.job.order.sketch = Some(Sketch {
        model: ModelId("kling-3.0".into()),
        aspect: Aspect::Portrait,
        duration_s: 5,
        quality: domain::video::Quality::Standard,
        source: Some(MessageId(4)),
        chars_max: 2500,
        simple: "a hedgehog, soft light".into(),
        voice: None,
        wish: None,
    });
    words
}

/// An order for words that a worker has claimed.
async fn claimed() -> (Scene, Job) {
    let scene = Scene::new().await;
    scene.store.admit(&words(), soon()).await.unwrap();
    let job = words().job;
    let change = job.apply(claim(), NOW).unwrap();
    scene.store.apply(&job, &change, soon()).await.unwrap();
    (scene, change.after)
}

fn answered() -> Event {
    Event::Answered {
        answer: Answer {
            text: "a hedgehog in golden light".into(),
            tokens_in: 30,
            tokens_out: 12,
        },
        until: NOW,
    }
}

async fn write(scene: &Scene, job: &Job, event: Event) -> Applied {
    let change = job.apply(event, NOW).unwrap();
    scene.store.apply(job, &change, soon()).await.unwrap()
}

async fn composed(scene: &Scene) -> Option<String> {
    let account = scene.store.account(USER).await.unwrap().unwrap();
    account.draft.map(|draft| draft.prompt)
}

async fn somebody_composes(scene: &Scene) {
    let mut other = draft();
    (other.nonce, other.prompt) = (nonce(2), "something else".into());
    scene.store.put_draft(USER, &other, soon()).await.unwrap();
}

#[tokio::test]
async fn the_words_are_composed_with_the_answer_and_read_back() {
    let (scene, job) = claimed().await;
    assert_eq!(composed(&scene).await, None, "it became the order");
    assert_eq!(write(&scene, &job, answered()).await, Applied::Written);
    assert_eq!(
        composed(&scene).await.as_deref(),
        Some("a hedgehog in golden light")
    );
    let stands = scene.store.jobs().get(&job.id).await.unwrap().unwrap();
    assert_eq!(stands.stage, Stage::Rendered);
    assert_eq!(stands.answer.unwrap().tokens_out, 12);
    // A second worker that comes too late makes no second draft.
    let made = job.words_as_draft(NOW).unwrap();
    scene.store.drop_draft(USER, &made, soon()).await.unwrap();
    let again = write(&scene, &job, answered()).await;
    assert!(matches!(again, Applied::Moved(Some(_))), "{again:?}");
    assert_eq!(composed(&scene).await, None);
}

#[tokio::test]
async fn what_is_composed_meanwhile_stands_and_so_does_the_answer() {
    let (scene, job) = claimed().await;
    somebody_composes(&scene).await;
    assert_eq!(write(&scene, &job, answered()).await, Applied::Written);
    assert_eq!(composed(&scene).await.as_deref(), Some("something else"));
    let stands = scene.store.jobs().get(&job.id).await.unwrap().unwrap();
    assert_eq!(stands.stage, Stage::Rendered);
}

#[tokio::test]
async fn what_is_composed_meanwhile_keeps_no_credit_from_its_owner() {
    for composes in [false, true] {
        let (scene, job) = claimed().await;
        if composes {
            somebody_composes(&scene).await;
        }
        let failure = Failure::Provider;
        assert_eq!(
            write(&scene, &job, Event::Rejected { failure }).await,
            Applied::Written
        );
        let account = scene.store.account(USER).await.unwrap().unwrap();
        assert_eq!(account.balance.available, Credits(2));
        assert!(account.active_jobs.is_empty());
        let expected = if composes {
            "something else"
        } else {
            "a hedgehog, soft light"
        };
        assert_eq!(composed(&scene).await.as_deref(), Some(expected));
    }
}
