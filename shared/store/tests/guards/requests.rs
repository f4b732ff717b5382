//! The log of AI operations is written with the job, and keeps nobody from their money.

use domain::ai_request::{AiRequest, DAY_SHARDS, Source, Status};
use domain::job::{Event, Failure, Job, Stage};
use domain::time::Millis;
use store::{Applied, Requests};
use table::Write;

use super::bench::*;

impl Scene {
    fn log(&self) -> Requests {
        Requests::new(self.db.clone(), self.tables.requests.clone())
    }

    async fn stored_job(&self) -> Job {
        let id = admission().job.id;
        self.store.jobs().get(&id).await.unwrap().unwrap()
    }

    async fn line(&self) -> AiRequest {
        let mut page = self.log().of_user(USER, None, 10).await.unwrap();
        assert_eq!((page.lines.len(), page.unreadable), (1, 0));
        page.lines.remove(0)
    }

    async fn go(&self, events: Vec<Event>) {
        for event in events {
            let job = self.stored_job().await;
            let change = job.apply(event, NOW).unwrap();
            assert_eq!(
                self.store.apply(&job, &change, soon()).await.unwrap(),
                Applied::Written
            );
        }
    }
}

#[tokio::test]
async fn an_order_is_in_the_log_from_its_acceptance_on_with_the_beginning_of_its_words() {
    let scene = Scene::new().await;
    scene.store.admit(&admission(), soon()).await.unwrap();
    let line = scene.line().await;
    assert_eq!((line.status, line.cost), (Status::Pending, None));
    assert_eq!(line.prompt.as_deref(), Some("a hedge"));
}

#[tokio::test]
async fn an_order_that_is_refused_is_not() {
    let scene = Scene::new().await;
    scene.account(|write| write.set("debt", table::n(1))).await;
    scene.refuses_to_admit().await;
    let page = scene.log().of_user(USER, None, 10).await.unwrap();
    assert_eq!(page.lines, []);
}

#[tokio::test]
async fn silence_of_the_provider_stands_in_the_log_and_so_does_the_end() {
    let scene = Scene::new().await;
    scene.store.admit(&admission(), soon()).await.unwrap();
    scene
        .go(vec![claim(), Event::OutcomeUnknown { can_ask: false }])
        .await;
    assert_eq!(scene.line().await.status, Status::TimeoutWaiting);
    scene.go(vec![accepted(), succeeded()]).await;
    scene.go(vec![Event::Delivered { file: None }]).await;
    let line = scene.line().await;
    assert_eq!((line.status, line.attempts), (Status::Completed, 1));
    let cost = line.cost.unwrap();
    assert_eq!(
        (cost.micro_usd.0, cost.kopecks, cost.source),
        (350_000, Some(2_800), Source::PriceList)
    );
    assert_eq!(line.prompt.as_deref(), Some("a hedge"), "the words stay");
    let books = scene.store.read_books().await.unwrap();
    assert_eq!(domain::audit::violations(&books), vec![]);
}

#[tokio::test]
async fn a_line_that_was_deleted_is_made_anew_and_holds_nothing_up() {
    let scene = Scene::new().await;
    scene.store.admit(&admission(), soon()).await.unwrap();
    let line = scene.line().await;
    let key = store::rows::request_key(line.user, line.at, &line.id);
    let gone = Write::delete_item("line", &scene.tables.requests, key);
    scene.db.write(gone, soon()).await.unwrap();
    let refused = Event::Rejected {
        failure: Failure::Moderation,
    };
    scene.go(vec![claim(), refused]).await;
    let job = scene.stored_job().await;
    assert_eq!(job.stage, Stage::Failed);
    assert_eq!(Some(scene.line().await), AiRequest::of(&job));
}

#[tokio::test]
async fn a_day_is_read_part_by_part_without_the_words() {
    let scene = Scene::new().await;
    scene.store.admit(&admission(), soon()).await.unwrap();
    let mut found = Vec::new();
    for shard in 0..DAY_SHARDS {
        let page = scene.log().of_day(NOW, shard, None, 10).await.unwrap();
        assert_eq!((page.unreadable, page.next), (0, None));
        found.extend(page.lines);
    }
    let whole = scene.line().await;
    let bare = AiRequest {
        prompt: None,
        ..whole
    };
    assert_eq!(found, [bare]);
}

#[tokio::test]
async fn what_was_at_least_spent_is_in_the_index_and_what_came_of_it_is_read_beside() {
    let scene = Scene::new().await;
    scene.store.admit(&admission(), soon()).await.unwrap();
    let line = AiRequest {
        status: Status::Failed,
        prompt: None,
        cost: None,
        at_least: Some(domain::cost::MicroUsd(600_000)),
        task: Some("task-7".into()),
        result: Some("file-7".into()),
        ..scene.line().await
    };
    let item = store::rows::request_item(&line, Millis::from_mins(24 * 60));
    let write = Write::put("line", &scene.tables.requests, item);
    scene.db.write(write, soon()).await.unwrap();
    let log = scene.log();
    let mut lines = log.in_order([NOW], 1);
    let mut found = vec![lines.next().await.unwrap().unwrap()];
    assert!(lines.next().await.unwrap().is_none());
    let indexed = AiRequest {
        task: None,
        result: None,
        ..line.clone()
    };
    assert_eq!(found, [indexed]);
    // One that is gone meanwhile stays as the index has it.
    found.push(AiRequest {
        id: "7-gone".into(),
        ..found[0].clone()
    });
    log.complete(&mut found).await.unwrap();
    assert_eq!((&found[0], &found[1].result), (&line, &None));
}

#[tokio::test]
async fn days_are_read_to_their_end_and_only_what_began_within_a_time() {
    let scene = Scene::new().await;
    scene.store.admit(&admission(), soon()).await.unwrap();
    let line = scene.line().await;
    let day = Millis::from_mins(24 * 60);
    let mut ids = vec![line.id.clone()];
    for (number, at) in [(1, line.at), (2, line.at), (3, line.at.after(day))] {
        // Two of one part of the day, and one of the next day.
        let other = AiRequest {
            id: format!("{}-{number}", line.id),
            at,
            tokens_in: 9,
            tokens_out: 4,
            ..line.clone()
        };
        let item = store::rows::request_item(&other, day);
        scene
            .db
            .write(Write::put("line", &scene.tables.requests, item), soon())
            .await
            .unwrap();
        ids.push(other.id);
    }
    let read = async |within| {
        let log = scene.log();
        let mut pages = log.of_days([NOW, NOW.after(day)], within, 1);
        let mut found = Vec::new();
        while !pages.are_over() {
            let page = pages.next().await.unwrap().unwrap();
            assert_eq!((page.lines.len() <= 1, page.next), (true, None));
            for line in page.lines {
                let tokens = if line.id == ids[0] { (0, 0) } else { (9, 4) };
                assert_eq!(
                    (line.tokens_in, line.tokens_out),
                    tokens,
                    "the index has them, too"
                );
                found.push(line.id);
            }
        }
        assert!(pages.next().await.unwrap().is_none());
        found.sort();
        found
    };
    assert_eq!(read(None).await, ids);
    let until = line.at.after(Millis(1));
    assert_eq!(read(Some((line.at, until))).await, ids[..3]);
}

#[tokio::test]
async fn a_question_without_an_end_is_refused_instead_of_answered_with_too_much() {
    let scene = Scene::new().await;
    let query = table::Query {
        table: scene.tables.requests.clone(),
        index: None,
        partition: ("user_id", table::n(USER.0)),
        from: Some(table::s("5")),
        up_to: None,
        limit: 1,
        start: None,
        consistent: false,
    };
    let refused = scene.db.query(query).await.unwrap_err();
    assert!(table::chain(&refused).contains("up to which"), "{refused:?}");
}

#[tokio::test]
async fn a_payment_that_cannot_be_read_is_counted_with_its_time() {
    let scene = Scene::new().await;
    let key = [("id".to_owned(), table::s("stripe#odd"))].into();
    let odd = Write::update("payment", &scene.sold.payments, key)
        .set("kind", table::s("payment"))
        .set("day", table::s(NOW.rfc3339().unwrap()[..10].to_owned()))
        .set("at", table::n(NOW.0));
    scene.db.write(odd, soon()).await.unwrap();
    let page = scene.payments.of_day(NOW, None, 10).await.unwrap();
    assert_eq!((page.records, page.unreadable), (Vec::new(), vec![Some(NOW)]));
}

#[tokio::test]
async fn a_line_that_cannot_be_read_is_counted_and_keeps_no_other_back() {
    let scene = Scene::new().await;
    scene.store.admit(&admission(), soon()).await.unwrap();
    let line = scene.line().await;
    let key = store::rows::request_key(line.user, line.at, "other");
    let broken = Write::update("line", &scene.tables.requests, key).set("status", table::s("perhaps"));
    scene.db.write(broken, soon()).await.unwrap();
    let page = scene.log().of_user(USER, None, 10).await.unwrap();
    assert_eq!((page.lines, page.unreadable), (vec![line], 1));
    let books = scene.store.read_books().await.unwrap();
    assert_eq!(domain::audit::violations(&books)[0].invariant, "row");
}
