//! Open orders of all shards in one order, page by page.

use std::collections::BTreeSet;

use domain::id::{JobId, NONCE_CHARS, Nonce, shard_of};
use domain::job::Job;
use domain::time::{Millis, Timestamp};
use store::rows;
use table::Write;

use super::bench::*;

/// Orders of which several are due at the same moment.
async fn orders(scene: &Scene) -> Vec<Job> {
    let mut jobs = Vec::new();
    for number in 0..30_u8 {
        let id = JobId {
            nonce: Nonce::from_random([number; NONCE_CHARS]),
            ..admission().job.id
        };
        let job = Job {
            id,
            due_at: Some(NOW.after(Millis(i64::from(number % 4)))),
            ..admission().job
        };
        let write = Write::put("job", &scene.tables.jobs, rows::job_item(&job));
        scene.db.write(write, soon()).await.unwrap();
        jobs.push(job);
    }
    jobs
}

/// What is due by a time, in pages of so many, each asked for by the cursor of the one before.
async fn pages(scene: &Scene, by: Timestamp, most: usize) -> Vec<Job> {
    let (mut found, mut cursor): (Vec<Job>, Option<String>) = (Vec::new(), None);
    loop {
        let waiting = scene.store.jobs().waiting(by, cursor.as_deref());
        let mut waiting = waiting.unwrap();
        let Some((jobs, next)) = waiting.next(most).await.unwrap() else {
            assert!(!waiting.has_more().await.unwrap());
            return found;
        };
        assert!(jobs.len() <= most && found.len() < 40, "it never ends");
        found.extend(jobs);
        assert_eq!(waiting.has_more().await.unwrap(), found.len() < 30);
        cursor = Some(next);
    }
}

#[tokio::test]
async fn open_orders_come_once_each_the_longest_overdue_first_however_they_are_paged() {
    let scene = Scene::new().await;
    let jobs = orders(&scene).await;
    let shards: BTreeSet<u32> = jobs.iter().map(|job| shard_of(&job.id.to_string())).collect();
    assert!(shards.len() > 4, "{shards:?}");
    let far = Timestamp(i64::MAX);
    let all = pages(&scene, far, 100).await;
    let names: BTreeSet<String> = all.iter().map(|job| job.id.to_string()).collect();
    assert_eq!((all.len(), names.len()), (30, 30));
    assert!(all.is_sorted_by_key(|job| job.due_at));
    for most in [1, 2, 7] {
        assert_eq!(pages(&scene, far, most).await, all, "{most} on a page");
    }
}

#[tokio::test]
async fn only_what_is_due_by_then_is_among_them() {
    let scene = Scene::new().await;
    let jobs = orders(&scene).await;
    let due = jobs.iter().filter(|job| job.due_at <= Some(NOW.after(Millis(1))));
    let mut waiting = scene.store.jobs().waiting(NOW.after(Millis(1)), None).unwrap();
    let (found, _) = waiting.next(100).await.unwrap().unwrap();
    assert_eq!(found.len(), due.count());
    let mut none = scene.store.jobs().waiting(Timestamp(0), None).unwrap();
    assert!(none.next(100).await.unwrap().is_none() && !none.has_more().await.unwrap());
}

#[tokio::test]
async fn a_cursor_of_no_place_is_told_from_one() {
    let scene = Scene::new().await;
    for wrong in [
        "",
        "9",
        "0.1.x",
        "0.x.7-abcdefgh23456789",
        "8.1.7-abcdefgh23456789",
    ] {
        assert!(
            scene.store.jobs().waiting(NOW, Some(wrong)).is_none(),
            "{wrong:?}"
        );
    }
}
