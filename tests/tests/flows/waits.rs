//! How long things take, and who waits before whom, as customers are told.

use domain::id::{JobId, NONCE_CHARS, Nonce};
use domain::job::{self, Job};
use domain::time::Millis;
use played_kie::Trouble;
use store::rows;
use table::{Deadline, Write};
use tests::stage::{OPERATOR, Stage, WORKER_TIME};

use crate::{ANNA, BORIS};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_measured_yesterday_takes_the_place_of_what_was_guessed() {
    let stage = Stage::with(|setting| {
        setting.gift(20);
        setting.render = Millis::from_mins(5);
    })
    .await;
    stage.newcomer_who_speaks(OPERATOR, "ru").await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    for number in 0..5 {
        stage.draft(ANNA, &format!("кот номер {number}")).await;
        let card = stage.last_text(ANNA);
        assert!(card.contains("Обычно готово за 2 мин"), "{card}");
        stage.press_newest(ANNA, "go:").await;
        stage.run_until_settled().await;
    }
    stage.pass(Millis::from_mins(24 * 60));
    stage.report().await.unwrap();
    stage.draft(ANNA, "кот шестой").await;
    let card = stage.last_text(ANNA);
    let measured = ["Обычно готово за 5 мин", "Обычно готово за 6 мин"];
    assert!(measured.iter().any(|words| card.contains(words)), "{card}");
    stage.press_newest(ANNA, "ms:").await;
    let models = stage.last_text(ANNA);
    assert!(
        models.contains("Kling 3.0") && models.contains("до 2500 знаков"),
        "{models}"
    );
    // Of what nobody has ordered it is what the operator has said.
    assert!(
        models.contains("Kling 2.6: обычно за 3 мин, по тексту и по фото"),
        "{models}"
    );
    assert!(models.contains("не больше 10 за сутки"), "{models}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_is_told_how_many_wait_before_them() {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.newcomer_who_speaks(BORIS, "ru").await;
    stage.kie.inject(Trouble::RateLimited, "", 2);
    let first = stage.order(ANNA, "кот").await;
    stage.drain().await;
    let told = stage.message_of(&first).await.text().to_owned();
    assert!(
        told.contains("первый из тех, кто ждёт")
            && told.contains("Когда сервис возьмётся, видео обычно готово за 2 мин"),
        "{told}"
    );
    assert!(
        told.contains("Если не выйдет до ") && !told.contains("Последняя попытка"),
        "{told}"
    );
    let second = stage.order(BORIS, "пёс").await;
    stage.drain().await;
    let told = stage.message_of(&second).await.text().to_owned();
    assert!(told.contains("Перед вами ждут: 1."), "{told}");
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_orders_while_the_provider_is_left_alone_is_told_at_once_that_they_wait_and_for_how_many() {
    let stage = Stage::with(|setting| setting.gift(9)).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.newcomer_who_speaks(BORIS, "ru").await;
    stage.kie.inject(Trouble::RateLimited, "", 9);
    let first = stage.order(ANNA, "кот").await;
    for _ in 0..domain::breaker::FAILURES_MAX {
        let due = stage.job(&first).await.due_at.unwrap();
        stage.pass(due.since(stage.now()));
        stage.ring(&first).await;
    }
    stage.pass(Millis::from_mins(3));
    stage.ring(&first).await;
    // The receipt says how often the same happened, and when last.
    let told = receipt(&stage).await;
    let line = told
        .lines()
        .find(|line| line.contains("пока не принят"))
        .unwrap_or_default();
    assert!(line.contains(" раз") && line.contains("последний в "), "{told}");
    let place = "Ваш заказ — первый из тех, кто ждёт";
    assert!(stage.message_of(&first).await.text().contains(place));
    let second = stage.order(BORIS, "пёс").await;
    stage.drain().await;
    assert_eq!(
        stage.job(&second).await.timeline.len(),
        1,
        "nobody was asked for it"
    );
    let told = stage.message_of(&second).await.text().to_owned();
    assert!(
        told.contains("заказ ждёт") && told.contains("Перед вами ждут: 1."),
        "{told}"
    );
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

/// An order that came so many seconds before another or after it; each has a number of its own.
async fn beside(stage: &Stage, job: &Job, number: u8, seconds: i64, change: impl FnOnce(&mut Job)) {
    let mut other = job.clone();
    let mut random = [1; NONCE_CHARS];
    (random[0], random[1]) = (number % 32, number / 32);
    let nonce = Nonce::from_random(random);
    other.id = JobId {
        nonce,
        ..job.id.clone()
    };
    other.created_at = job.created_at.after(Millis::from_secs(seconds));
    change(&mut other);
    let table = stage.aws.table_name("JobsTable").unwrap();
    let write = Write::put("job", table, rows::job_item(&other));
    let deadline = Deadline::after(WORKER_TIME);
    stage.db.write(write, deadline).await.unwrap();
}

/// What the card of Anna's only order says.
async fn receipt(stage: &Stage) -> String {
    stage.say(ANNA, "/orders").await;
    assert_eq!(stage.press_newest(ANNA, "or:").await, None);
    stage.last_text(ANNA)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_place_in_the_line_is_by_when_each_came_to_the_same_provider() {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.kie.inject(Trouble::RateLimited, "", 9);
    let order = stage.order(ANNA, "кот").await;
    stage.drain().await;
    let job = stage.job(&order).await;
    assert_eq!(job.stage, job::Stage::Queued);
    let elsewhere = |other: &mut Job| other.order.provider = "kling".to_owned();
    beside(&stage, &job, 1, -1, elsewhere).await;
    beside(&stage, &job, 2, -1, |other| other.stage = job::Stage::Running).await;
    beside(&stage, &job, 3, 1, |_| ()).await;
    let told = receipt(&stage).await;
    assert!(told.contains("первый из тех, кто ждёт"), "{told}");
    // Who came before is before, though they are tried later; so is who is on another customer's model of the same provider.
    for number in [4, 5, 6] {
        beside(&stage, &job, number, -1, |other| {
            other.due_at = job.due_at.map(|due| due.after(Millis::from_secs(2)));
            other.order.model.0 = "kling-2.6".to_owned();
        })
        .await;
    }
    let told = receipt(&stage).await;
    assert!(told.contains("Перед вами ждут: 3."), "{told}");
    for number in 7..60 {
        beside(&stage, &job, number, -2, |_| ()).await;
    }
    let told = receipt(&stage).await;
    assert!(told.contains("Перед вами ждут: 50 или больше."), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_wait_is_told_no_place() {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.order(ANNA, "кот").await;
    stage.run_until_settled().await;
    let then = stage.counts();
    let told = receipt(&stage).await;
    assert!(!told.contains("ждут") && !told.contains("ждёт"), "{told}");
    let asked = stage.operations_since(&then, tests::stage::WEBHOOK);
    let queries = asked.iter().filter(|(operation, _)| operation == "Query");
    let queries: u64 = queries.map(|(_, count)| count).sum();
    assert_eq!(
        queries, 1,
        "the list is one, and nothing else is looked for: {asked:?}"
    );
}
