//! The guards of what is counted: each kind of limit, and the standing that an order was decided on.

use domain::admission::Admission;
use domain::id::UserId;
use domain::job::{Event, Job, Stage};
use domain::limit::{Bound, Count, Counted, Counts, Reservation};
use domain::time::Millis;
use store::{Applied, NotAdmitted, rows};
use table::{Write, n};

use crate::bench::*;

/// The order, counted there and not in its window.
fn counted_at(key: &str, bound: Bound, forgotten: &[i64]) -> Admission {
    let counted = Counted::parse(key).unwrap();
    let mut admission = admission();
    admission.job.windows = vec![counted.clone()];
    admission.reservations = vec![Reservation {
        counted,
        bound,
        forgotten: forgotten.to_vec(),
        ends_at: NOW.after(Millis::from_mins(60)),
    }];
    admission
}

impl Scene {
    /// Sets what a row counts.
    async fn set(&self, owner: UserId, row: &str, edit: impl FnOnce(Write) -> Write) {
        let write = Write::update("test", &self.tables.usage, rows::usage_key(owner, row));
        self.db.write(edit(write), soon()).await.unwrap();
    }

    /// What a row counts.
    async fn row(&self, owner: UserId, row: &str) -> Option<Count> {
        let books = self.store.read_books().await.unwrap();
        books.usage.get(&(owner, row.to_owned())).cloned()
    }

    /// The order is refused by its counter, which says what it has counted, and nothing is changed.
    async fn refuses(&self, admission: &Admission) -> Counts {
        let before = self.everything().await;
        let refused = self.store.admit(admission, soon()).await;
        let Err(NotAdmitted::Changed { account: None, used }) = refused else {
            panic!("by the counter: {refused:?}")
        };
        assert_eq!(self.everything().await, before);
        used
    }

    async fn admits(&self, admission: &Admission) -> Job {
        self.store.admit(admission, soon()).await.unwrap();
        admission.job.clone()
    }

    async fn settles(&self, job: &Job, event: Event) {
        let change = job.apply(event, NOW).unwrap();
        let applied = self.store.apply(job, &change, soon()).await.unwrap();
        assert_eq!(applied, Applied::Written);
    }
}

fn steps(revision: u64, steps: &[(i64, u64)]) -> Count {
    Count {
        used: 0,
        steps: steps.iter().copied().collect(),
        revision,
    }
}

#[tokio::test]
async fn t1_the_standing_is_the_one_that_was_looked_at() {
    let scene = Scene::new().await;
    scene
        .account(|write| write.set(limits_flags::standing::REVISION, n(1)))
        .await;
    let NotAdmitted::Changed {
        account: Some(account),
        ..
    } = scene.refuses_to_admit().await
    else {
        panic!("by the account")
    };
    assert_eq!(account.standing.revision, 1, "the refusal brings the truth");
    let mut looked_again = admission();
    looked_again.standing_revision = 1;
    scene.admits(&looked_again).await;
}

#[tokio::test]
async fn t1_what_it_is_counted_as_is_left() {
    let scene = Scene::new().await;
    let order = counted_at("tokens#1*50000", Bound::AtMost(70_000), &[]);
    scene
        .set(USER, "tokens#1", |write| write.set("used", n(70_001)))
        .await;
    let used = scene.refuses(&order).await;
    assert_eq!(used, Counts::from([("tokens#1".to_owned(), counted(70_001))]));
    scene
        .set(USER, "tokens#1", |write| write.set("used", n(70_000)))
        .await;
    let job = scene.admits(&order).await;
    assert_eq!(scene.row(USER, "tokens#1").await, Some(counted(120_000)));
    scene.settles(&job, Event::Cancel).await;
    assert_eq!(scene.row(USER, "tokens#1").await, Some(counted(70_000)));
}

#[tokio::test]
async fn t1_a_sliding_window_is_as_it_was_read() {
    let scene = Scene::new().await;
    let edit = |write: Write| write.set("revision", n(4)).set("s10", n(2)).set("s20", n(3));
    scene.set(USER, "day#~", edit).await;
    let used = scene
        .refuses(&counted_at("day#~30", Bound::Unchanged(3), &[10]))
        .await;
    assert_eq!(
        used,
        Counts::from([("day#~".to_owned(), steps(4, &[(10, 2), (20, 3)]))])
    );
    let job = scene
        .admits(&counted_at("day#~30", Bound::Unchanged(4), &[10]))
        .await;
    assert_eq!(
        scene.row(USER, "day#~").await,
        Some(steps(5, &[(20, 3), (30, 1)]))
    );
    scene.settles(&job, Event::Cancel).await;
    assert_eq!(
        scene.row(USER, "day#~").await,
        Some(steps(5, &[(20, 3), (30, 0)]))
    );
}

#[tokio::test]
async fn what_is_given_back_to_a_step_that_was_forgotten_counts_for_nothing() {
    let scene = Scene::new().await;
    let job = scene
        .admits(&counted_at("day#~30", Bound::Unchanged(0), &[]))
        .await;
    scene.set(USER, "day#~", |write| write.remove("s30")).await;
    scene.settles(&job, Event::Cancel).await;
    assert_eq!(scene.row(USER, "day#~").await, Some(steps(1, &[(30, 0)])));
}

#[tokio::test]
async fn what_is_open_is_free_again_however_the_order_ends() {
    for (stage, event) in [
        (Stage::Queued, Event::Cancel),
        (Stage::Rendered, Event::Delivered { file: None }),
    ] {
        let scene = Scene::new().await;
        let order = counted_at("renders#open", Bound::AtMost(1), &[]);
        scene
            .set(USER, "renders#open", |write| write.set("used", n(2)))
            .await;
        scene.refuses(&order).await;
        scene
            .set(USER, "renders#open", |write| write.set("used", n(1)))
            .await;
        let mut job = scene.admits(&order).await;
        assert_eq!(scene.row(USER, "renders#open").await, Some(counted(2)));
        for event in way_to(stage) {
            let change = job.apply(event, NOW).unwrap();
            scene.store.apply(&job, &change, soon()).await.unwrap();
            job = change.after;
        }
        scene.settles(&job, event).await;
        assert_eq!(
            scene.row(USER, "renders#open").await,
            Some(counted(1)),
            "{stage:?}"
        );
    }
}

#[tokio::test]
async fn a_delivered_video_stays_counted_in_its_window() {
    let (scene, job) = Scene::with_job(Stage::Rendered).await;
    scene.settles(&job, Event::Delivered { file: None }).await;
    assert_eq!(scene.row(USER, WINDOW).await, Some(counted(1)));
}

#[tokio::test]
async fn what_all_use_together_is_counted_on_rows_of_nobodys() {
    let scene = Scene::new().await;
    let order = counted_at("spend#1@3*70", Bound::AtMost(30), &[]);
    let nobody = UserId(-4);
    scene
        .set(nobody, "spend#1@3", |write| write.set("used", n(31)))
        .await;
    let used = scene.refuses(&order).await;
    assert_eq!(used, Counts::from([("spend#1@3".to_owned(), counted(31))]));
    scene
        .set(nobody, "spend#1@3", |write| write.set("used", n(30)))
        .await;
    let job = scene.admits(&order).await;
    assert_eq!(scene.row(nobody, "spend#1@3").await, Some(counted(100)));
    assert_eq!(scene.row(USER, "spend#1@3").await, None);
    scene.settles(&job, Event::Cancel).await;
    assert_eq!(scene.row(nobody, "spend#1@3").await, Some(counted(30)));
}

#[tokio::test]
async fn a_limit_that_only_watches_counts_without_end() {
    let scene = Scene::new().await;
    scene.set(USER, WINDOW, |write| write.set("used", n(5_000))).await;
    scene.admits(&counted_at(WINDOW, Bound::Free, &[])).await;
    assert_eq!(scene.row(USER, WINDOW).await, Some(counted(5_001)));
}
