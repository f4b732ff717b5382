//! Deleting what is known of a customer: nothing while something is open or held, once, and never another's beginning.

use domain::account::Account;
use domain::ai_request::AiRequest;
use domain::id::UserId;
use domain::job::Stage;
use domain::ledger::Key;
use domain::money::Credits;
use domain::time::{Millis, Timestamp};
use store::Erasure;
use table::{Write, n, s};

use crate::bench::*;

async fn account(scene: &Scene) -> Account {
    scene.store.account(USER).await.unwrap().unwrap()
}

/// It must be refused and change nothing.
async fn is_not_erased(scene: &Scene, account: &Account) {
    let before = scene.everything().await;
    assert!(!scene.store.erase_account(account, NOW, soon()).await.unwrap());
    assert_eq!(scene.everything().await, before);
}

#[tokio::test]
async fn an_account_is_emptied_and_its_books_go_on_adding_up() {
    let scene = Scene::new().await;
    let contact = domain::contact::Contact::parse("anna@example.org").unwrap();
    scene.store.set_contact(USER, &contact, soon()).await.unwrap();
    scene
        .store
        .set_zone(USER, Some("Asia/Omsk"), soon())
        .await
        .unwrap();
    let before = account(&scene).await;
    assert!(scene.store.erase_account(&before, NOW, soon()).await.unwrap());
    let after = account(&scene).await;
    assert_eq!(
        (after.balance.available, after.balance.forfeited),
        (Credits(0), Credits(2))
    );
    assert_eq!((&after.draft, &after.contact, &after.zone), (&None, &None, &None));
    assert_eq!(after.erased_at, Some(NOW));
    let books = scene.store.read_books().await.unwrap();
    assert_eq!(domain::audit::violations(&books), []);
    let wanted = [Erasure { user: USER, at: NOW }];
    assert_eq!(scene.store.erasures(5).await.unwrap(), wanted);
    // Again, with nothing to lose: no entry is needed for that.
    let later = NOW.after(Millis(1));
    assert!(scene.store.erase_account(&after, later, soon()).await.unwrap());
    let ended = scene.store.end_erasure(&wanted[0], soon()).await;
    ended.unwrap();
    assert_eq!(
        scene.store.erasures(5).await.unwrap().len(),
        1,
        "the later one stays noted"
    );
}

#[tokio::test]
async fn nothing_is_deleted_while_something_is_open_or_held() {
    let scene = Scene::new().await;
    let read = account(&scene).await;
    for (name, value, back) in [
        ("held", n(1), Some(n(0))),
        ("aside", n(1), Some(n(0))),
        ("available", n(3), Some(n(2))),
        ("standing_revision", n(9), None),
    ] {
        scene.account(|write| write.set(name, value)).await;
        is_not_erased(&scene, &read).await;
        scene.account(|write| write.set_or_remove(name, back)).await;
    }
    scene
        .account(|write| write.insert("active", "something".to_owned()))
        .await;
    is_not_erased(&scene, &read).await;
    scene.account(|write| write.remove("active")).await;
    scene.entry(Key::Forfeit(NOW)).await;
    is_not_erased(&scene, &read).await;
}

#[tokio::test]
async fn words_and_files_go_from_an_order_that_is_over_and_its_numbers_stay() {
    let (scene, job) = Scene::with_job(Stage::Delivered).await;
    scene.store.erase_job(&job, soon()).await.unwrap();
    let read = scene
        .store
        .jobs()
        .get_many(std::slice::from_ref(&job.id))
        .await
        .unwrap()
        .remove(0);
    assert_eq!(read.order.prompt, "");
    assert_eq!(read.order.image, None);
    assert!(read.file.as_ref().is_none_or(|file| file.0.is_empty()));
    assert_eq!((read.cost, &read.timeline), (job.cost, &job.timeline));
    let before = scene.everything().await;
    scene.store.erase_job(&read, soon()).await.unwrap();
    assert_eq!(scene.everything().await, before);
    assert_eq!(scene.store.ordered(USER, None).await.unwrap().jobs, [job.id]);
    assert!(
        scene
            .store
            .ordered(UserId(8), None)
            .await
            .unwrap()
            .jobs
            .is_empty()
    );
}

#[tokio::test]
async fn an_order_that_has_moved_on_is_left_alone() {
    let (scene, job) = Scene::with_job(Stage::Delivered).await;
    scene.job(|write| write.set("stage", s("QUEUED"))).await;
    let before = scene.everything().await;
    scene.store.erase_job(&job, soon()).await.unwrap();
    assert_eq!(scene.everything().await, before);
}

#[tokio::test]
async fn a_line_that_cannot_be_read_loses_its_words_all_the_same_and_only_if_it_is_there() {
    let scene = Scene::new().await;
    let table = &scene.tables.requests;
    let lines = async || scene.db.scan(table, None).await.unwrap().items;
    let erasure = Erasure { user: USER, at: NOW };
    let key = |at: Timestamp| store::rows::request_key(USER, at, "7-odd");
    let later = NOW.after(Millis(1));
    for at in [NOW, later] {
        let odd = Write::update("test", table, key(at))
            .set("at", n(at.0))
            .set("status", s("odd"))
            .set("prompt", s("a cat"))
            .set("result", s("file"));
        scene.db.write(odd, soon()).await.unwrap();
    }
    scene.store.erase_lines(&erasure, None, soon()).await.unwrap();
    let with_words = |item: &&table::Item| item.contains_key("prompt") || item.contains_key("result");
    let left = lines().await;
    let left: Vec<_> = left.iter().filter(with_words).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0].get("at"), Some(&n(later.0)), "what came later stays");
    // One that is gone by now is not made anew.
    let mut gone = key(Timestamp(5));
    gone.insert("prompt".to_owned(), s("a cat"));
    let before = lines().await;
    scene.store.erase_unread(&gone, &erasure, soon()).await.unwrap();
    assert_eq!(lines().await, before);
}

#[tokio::test]
async fn a_line_of_the_log_loses_its_words_and_one_that_is_gone_is_not_made_anew() {
    let (scene, job) = Scene::with_job(Stage::Delivered).await;
    let erasure = Erasure { user: USER, at: NOW };
    let key = store::rows::request_key(USER, job.created_at, &job.id.to_string());
    let write = Write::update("test", &scene.tables.requests, key.clone()).set("prompt", s("a cat"));
    scene.db.write(write, soon()).await.unwrap();
    assert_eq!(
        scene.store.erase_lines(&erasure, None, soon()).await.unwrap(),
        None
    );
    let line = scene
        .db
        .get(&scene.tables.requests, key.clone(), true)
        .await
        .unwrap()
        .unwrap();
    assert!(!line.contains_key("prompt"), "{line:?}");
    let mut gone = AiRequest::of(&job).unwrap();
    gone.id = "7-gone".to_owned();
    gone.prompt = Some("a cat".to_owned());
    scene.store.erase_line(&gone, soon()).await.unwrap();
    let table = scene.db.scan(&scene.tables.requests, None).await.unwrap();
    assert_eq!(table.items.len(), 1, "{:?}", table.items);
    let books = scene.store.read_books().await.unwrap();
    let lines: Vec<String> = domain::audit::violations(&books)
        .iter()
        .map(ToString::to_string)
        .filter(|found| found.starts_with("I21"))
        .collect();
    // The job still has its file: both lose it in one sweep.
    scene.store.erase_job(&job, soon()).await.unwrap();
    let books = scene.store.read_books().await.unwrap();
    assert_eq!(domain::audit::violations(&books), [], "{lines:?}");
}
