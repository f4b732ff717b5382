//! What functions write when all goes well.

use domain::payment::Rail;
use domain::time::Millis;
use serde_json::json;
use tests::stage::{Ask, jpeg};

use crate::{CUSTOMER, PROMPT, marks, marks_of, page, stage};

#[tokio::test(flavor = "multi_thread")]
async fn orders_purchases_and_questions_leave_nothing_marked_behind() {
    let (stage, _) = stage().await;
    stage.newcomer(CUSTOMER).await;
    stage.telegram.give_stars(CUSTOMER, 1_000).unwrap();
    let made = stage.order_photo(CUSTOMER, jpeg(640, 480), PROMPT).await;
    stage.order(CUSTOMER, &format!("{PROMPT} #failed")).await;
    stage.order(CUSTOMER, &format!("{PROMPT} #moderated")).await;
    stage.run_until_settled().await;
    stage.pay_in_roubles(CUSTOMER, "pack:starter").await;
    stage.pass(Millis::from_mins(1));
    stage.pay_in_dollars(CUSTOMER, "pack:starter").await;
    stage.pass(Millis::from_mins(1));
    stage.pay_in_stars(CUSTOMER, "pack:starter").await;
    let payments = stage.payments().await;
    assert_eq!(payments.len(), 3);
    for record in payments.iter().filter(|record| record.id().rail != Rail::Stars) {
        stage.refund(record.id()).await.unwrap();
    }
    stage.noticed().await;
    stage.sweep().await;
    stage.sweep_on(&json!({"task": "reconcile"})).await;
    let asked = stage.ask(Ask::get("/features/hd").user(&stage, CUSTOMER)).await;
    assert!(asked.status < 500, "{asked:?}");
    let order = format!("/me/orders/{}", made.nonce.as_str());
    let file = Ask::get(&format!("{order}/file"));
    for ask in [
        Ask::get("/me/gallery"),
        Ask::get("/me/shop"),
        file,
        Ask::post(&format!("{order}/send")),
    ] {
        let said = stage.ask(ask.user(&stage, CUSTOMER)).await;
        assert_eq!(said.status, 200, "{said:?}");
    }
    let mut marks = marks();
    marks_of(&stage, &mut marks).await;
    let expected = [
        "logged_ai_request",
        "processing_pending_video_jobs",
        "job_moved",
        "video_job_completed",
        "video_job_failed",
        "payment_changed",
        "payments_reconciled",
        "jobs_swept",
    ];
    page::is_clean(&marks, &expected);
}
